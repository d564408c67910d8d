"""The data sets that have a name, a row each, and how one is loaded by its name or path."""

from typing import Callable, NamedTuple

from dcgan_tf.data.archives import fashion_mnist, mnist, npz
from dcgan_tf.data.base import Dataset, check_split, is_integer
from dcgan_tf.data.celeb import celeba
from dcgan_tf.data.drawn import faces
from dcgan_tf.data.files import user_path
from dcgan_tf.data.pictures import image_folder, resize, survey
from dcgan_tf.data.quiet import import_tensorflow

SIZES = (28, 32, 64, 128)


class Source(NamedTuple):
    """What the course knows of a data set.

    Attributes:
        load: (split) → `Dataset`; where `needs_root`, (root, size, split).
        size: side of its images in pixels; where `load` takes a size, the one for when none is asked for.
        needs_root: whether the user must say where it lies.
        judge: the name in `judges.JUDGES` of the one that can judge samples of this size; None: there is none.
    """

    load: Callable
    size: int
    needs_root: bool = False
    judge: str | None = None


def _downloaded(load):
    """`load` for data that Keras downloads: Keras imports TensorFlow, which is done without its lines on stderr."""

    def loaded(split):
        import_tensorflow()
        return load(split)

    return loaded


SOURCES = {
    "mnist-sample": Source(lambda split: mnist("sample", split), 28, judge="digits"),
    "mnist": Source(_downloaded(lambda split: mnist("full", split)), 28, judge="digits"),
    "fashion-mnist": Source(_downloaded(fashion_mnist), 28),
    "faces": Source(lambda split: faces() if split == "train" else faces(2_000, seed=1), 64, judge="faces"),
    "celeba": Source(celeba, 64, needs_root=True),
}


def load(
    source: str,
    size: int | None = None,
    split: str = "train",
    root: str | None = None,
    channels: int | None = None,
    labels: bool = True,
) -> Dataset:
    """The `Dataset` of a name in `SOURCES`, of a folder of images, or of an `.npz` file.

    Args:
        source: the name or the path.
        size: side of the images in pixels, one of `SIZES`; None leaves them as they are where it is one of these,
            and else makes it 64.
        split: `"train"` or `"test"`; a folder has the second only if its subfolders are called so.
        root: of CelebA, the zip file or the folder it is in.
        channels: of a folder of images: 1 for grey, 3 for colour; None: 1 if all are grey.
        labels: whether they are wanted: if not, those of an `.npz` file may be whatever they are.
    Raises:
        FileNotFoundError, ValueError: there is no such data set, size, split or number of channels.
    """
    check_split(split)
    if size is not None and (not is_integer(size, 1) or size not in SIZES):
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES))}, not {size!r}")
    if channels is not None and (not is_integer(channels, 1) or channels not in (1, 3)):
        raise ValueError(f"channels must be 1 or 3, not {channels!r}")
    path = user_path(source, "the data set")
    row = SOURCES.get(str(source))
    if (row is not None and row.needs_root) != (root is not None):
        named = ", ".join(name for name, row in SOURCES.items() if row.needs_root)
        raise ValueError(f"{named} needs --root, the zip file or the folder it is in; nothing else takes one")
    if row is not None:
        dataset = row.load(root, size or row.size, split) if row.needs_root else row.load(split)
    elif path.is_dir():
        side, common = survey(path, split)
        dataset = image_folder(path, size or _training_size(side), channels or common, split)
    elif path.suffix == ".npz":
        dataset = npz(path, split, labels)
    elif path.exists():
        raise ValueError(f"{path} is neither a folder of images nor an .npz file")
    else:
        raise FileNotFoundError(
            f"there is no data set {source!r}: give {', '.join(SOURCES)}, a folder of images, or an .npz file"
        )
    _, height, width, found = dataset.images.shape
    if channels not in (None, found):
        raise ValueError(f"{source} has images of {found} channels, not {channels}: only a folder leaves the choice")
    size = size or _training_size(height if height == width else None)
    return dataset._replace(images=resize(dataset.images, size))


def _training_size(side):
    """The size at which images are trained when none is asked for; `side` is theirs, None if they are not square."""
    return side if side in SIZES else 64
