"""The data sets that have a name, a row each, and how one is loaded by its name or path."""

from typing import Callable, NamedTuple

from dcgan_tf.data.archives import fashion_mnist, mnist, npz
from dcgan_tf.data.base import Dataset, check_split
from dcgan_tf.data.celeb import celeba
from dcgan_tf.data.drawn import faces
from dcgan_tf.data.files import user_path
from dcgan_tf.data.pictures import common_side, image_folder, resize
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


def load(source: str, size: int | None = None, split: str = "train", root: str | None = None) -> Dataset:
    """The `Dataset` of a name in `SOURCES`, of a folder of images, or of an `.npz` file.

    Args:
        source: the name or the path.
        size: side of the images in pixels, one of `SIZES`; None leaves them as they are where it is one of these,
            and else makes it 64.
        split: `"train"` or `"test"`; a folder has the first only.
        root: of CelebA, the zip file or the folder it is in.
    Raises:
        FileNotFoundError, ValueError: there is no such data set, size or split.
    """
    check_split(split)
    if size not in (None, *SIZES):
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES))}, not {size}")
    row, path = SOURCES.get(source), user_path(source)
    if (row is not None and row.needs_root) != (root is not None):
        named = ", ".join(name for name, row in SOURCES.items() if row.needs_root)
        raise ValueError(f"{named} needs --root, the zip file or the folder it is in; nothing else takes one")
    if row is not None and row.needs_root:
        return row.load(root, size or row.size, split)
    if row is None and path.is_dir():
        if split != "train":
            raise ValueError(f"the folder {source} has no split {split!r}")
        return image_folder(path, size or _training_size(common_side(path)))
    if row is not None:
        dataset = row.load(split)
    elif path.suffix == ".npz":
        dataset = npz(path, split)
    elif path.exists():
        raise ValueError(f"{source} is neither a folder of images nor an .npz file")
    else:
        raise FileNotFoundError(
            f"there is no data set {source!r}: give {', '.join(SOURCES)}, a folder of images, or an .npz file"
        )
    height, width = dataset.images.shape[1:3]
    size = size or _training_size(height if height == width else None)
    return dataset._replace(images=resize(dataset.images, size))


def _training_size(side):
    """The size at which images are trained when none is asked for; `side` is theirs, None if they are not square."""
    return side if side in SIZES else 64
