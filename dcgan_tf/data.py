"""Where the images come from: every source returns a `Dataset`, and `batches` turns it into what `fit` eats."""

import os
import sys
import warnings
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

# In a checkout the data stand beside the package, in an installed package inside it.
_HERE = Path(__file__).resolve().parent
BUNDLED = next((p for p in (_HERE / "bundled", _HERE.parent / "data") if p.is_dir()), _HERE / "bundled")

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")

MAX_SKIPPED = 0.1


class Dataset(NamedTuple):
    """Images with their labels.

    Attributes:
        images: uint8, (N, H, W, C), in memory or memory-mapped.
        labels: integers (N,), or attributes (N, A), or None.
        names: of the classes or attributes.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    names: tuple[str, ...] = ()


def mnist(size="sample", split="train"):
    """Handwritten digits, 28×28×1 (LeCun, Cortes and Burges).

    Args:
        size: `"sample"`, the bundled 10,000 training and 2,000 test digits, no network needed; or `"full"`,
            the 60,000 and 10,000, downloaded once by Keras.
        split: `"train"` or `"test"`.
    Raises:
        ConnectionError: the full MNIST is not there yet and cannot be downloaded.
    """
    if size == "sample":
        return npz(BUNDLED / "mnist_sample.npz", split)._replace(names=DIGITS)
    if size == "full":
        return _from_keras("mnist", split, DIGITS)
    raise ValueError(f"mnist() has the sizes 'sample' and 'full', not {size!r}")


def fashion_mnist(split="train"):
    """Pictures of clothes, 28×28×1, as many as in the full MNIST (Xiao et al., 2017); downloaded once by Keras."""
    return _from_keras("fashion_mnist", split, CLOTHES)


def _from_keras(name, split, names):
    import keras

    _check_split(split)
    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise ConnectionError(
            f"{name} cannot be downloaded ({' '.join(str(error).split())}); "
            "without a network, use the bundled digits: --data mnist-sample, or mnist('sample')"
        ) from error
    images, labels = train if split == "train" else test
    return Dataset(images[..., None], labels, names)


def npz(path, split="train"):
    """Images from a NumPy archive with the arrays `x_train` and `x_test`, or `images` alone.

    Args:
        path: the file. The array is uint8, (N, H, W) or (N, H, W, C) with 1 or 3 channels; integer labels are
            taken from `y_train` and `y_test`, or `labels`, where they are there.
        split: `"train"` or `"test"`.
    Raises:
        FileNotFoundError, ValueError: no such file; no such array; one of another type or shape. An archive
            with Python objects in it is refused, never unpickled.
    """
    _check_split(split)
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not a whole .npz archive")
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = archive.files
            key = next((k for k in (f"x_{split}", "images") if k in found), None)
            if key is None or (key == "images" and split == "test"):
                wanted = "'x_train' or 'images'" if split == "train" else "'x_test'"
                raise ValueError(f"{path} has no array {wanted}, only {', '.join(map(repr, found)) or 'nothing'}")
            images = np.asarray(archive[key])
            label_key = "labels" if key == "images" else f"y_{split}"
            labels = archive[label_key] if label_key in found else None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is not a whole .npz archive ({error})") from error
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise ValueError(f"{path} holds Python objects; only plain arrays are read") from error
        raise
    images = _check_images(images, f"{key} of {path}")
    if labels is not None and (labels.shape != (len(images),) or labels.dtype.kind not in "iu"):
        raise ValueError(
            f"{label_key} of {path} must be {len(images)} integers, one an image, not {labels.dtype} {labels.shape}"
        )
    return Dataset(images, labels)


def _check_split(split):
    if split not in ("train", "test"):
        raise ValueError(f"split is 'train' or 'test', not {split!r}")


def _check_images(images, what):
    if images.dtype != np.uint8:
        raise ValueError(f"{what} must be uint8, 0 to 255, not {images.dtype}")
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ValueError(f"{what} must have the shape (N, H, W) or (N, H, W, 1 or 3), not {images.shape}")
    return images


def image_folder(path, size=64, channels=3):
    """All pictures below a folder, cropped to their central square and resized.

    Grey, palette, transparent (laid on white), CMYK and 16-bit pictures are converted, turned ones set upright, of
    animated ones the first frame is taken. What cannot be read is skipped and named on stderr. Hidden files
    are passed over.

    Args:
        path: the folder. If every picture lies in a subfolder, the subfolders' names become the classes.
        size: side of the images in pixels.
        channels: 3 for colour, 1 for grey.
    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: no such folder; no picture in it; more than 10 % of the
            files skipped.
    """
    if size < 1 or channels not in (1, 3):
        raise ValueError(f"size must be at least 1 and channels 1 or 3, not {size} and {channels}")
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no folder {path}")
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    files = sorted(f for f in path.rglob("*") if f.is_file() and not _hidden(f.relative_to(path)))
    if not files:
        raise ValueError(f"{path} holds no files")
    images = np.empty((len(files), size, size, channels), np.uint8)
    kept, skipped = [], []
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:
        # Of Pillow: large pictures, odd EXIF. Not in `_read_image`: threads share the filters and would mix them up.
        warnings.simplefilter("ignore")
        # A few hundred at a time, so that an interruption is not kept waiting by a queue of all files.
        todo = iter(files)
        while chunk := list(islice(todo, 256)):
            for file, image in zip(chunk, pool.map(lambda f: _read_image(f, size, channels), chunk), strict=True):
                if isinstance(image, str):
                    skipped.append(f"{file.relative_to(path)} ({image})")
                else:
                    images[len(kept)] = image
                    kept.append(file)
    if not kept:
        raise ValueError(f"{path} holds no pictures that can be read; the first of {len(skipped)} files: {skipped[0]}")
    named = "; ".join(skipped[:10]) + ("; …" if len(skipped) > 10 else "")
    if len(skipped) > MAX_SKIPPED * len(files):
        raise ValueError(f"{len(skipped)} of {len(files)} files in {path} cannot be read, over a tenth: {named}")
    if skipped:
        print(f"skipped {len(skipped)} of {len(files)} files in {path}: {named}", file=sys.stderr)
    parents = [file.relative_to(path).parts[0] for file in kept if file.parent != path]
    if len(parents) < len(kept):  # a picture beside the subfolders: no classes
        return Dataset(images[: len(kept)])
    names, labels = np.unique(parents, return_inverse=True)
    return Dataset(images[: len(kept)], labels, tuple(map(str, names)))


def _hidden(path):
    return any(part.startswith(".") for part in path.parts) or path.name in ("Thumbs.db", "desktop.ini")


def _read_image(file, size, channels):
    """One picture as uint8 (size, size, channels), or why it cannot be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as image:  # refuses what has over 179 million pixels
            image.draft("RGB", (size, size))  # a JPEG is decoded at a fraction of its size where that suffices
            image.seek(0)
            image = ImageOps.exif_transpose(image)
            if image.mode == "F":
                return "floating-point pixels, whose range is anyone's guess"
            if image.mode.startswith("I"):  # 16 bits a pixel: Pillow would clip, not scale
                image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert("L" if channels == 1 else "RGB")
            return _crop_and_resize(image, size).reshape(size, size, channels)
    except Exception as error:  # whatever a decoder raises on a damaged file
        return " ".join(f"{type(error).__name__}: {error}".replace(str(file), "the file").split())


def _crop_and_resize(image, size):
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC))


def resize(images, size):
    """uint8 images (N, H, W, C) cropped to their central square and resized to (N, size, size, C)."""
    from PIL import Image

    if images.shape[1:3] == (size, size):
        return images
    resized = np.empty((len(images), size, size, images.shape[-1]), np.uint8)
    for out, image in zip(resized, images, strict=True):
        image = image[..., 0] if image.shape[-1] == 1 else image
        out[...] = _crop_and_resize(Image.fromarray(image), size).reshape(out.shape)
    return resized


def batches(images, batch_size, seed, labels=None, start_step=0):
    """An endless `tf.data.Dataset` of shuffled batches whose order depends on (seed, step) alone.

    Each epoch is another permutation; the last, partial batch of each is dropped. A training that was stopped
    after `start_step` batches goes on with the very batch it would have seen next.

    Args:
        images: (N, H, W, C), in memory or memory-mapped; only the batch at hand is read.
        batch_size: images a batch, 1 to N.
        seed: an integer ≥ 0.
        labels: (N, …), given along with the images if not None.
        start_step: how many batches to pass over, ≥ 0.
    Returns:
        Batches (batch_size, H, W, C) of the images' type; with labels, pairs.
    Raises:
        ValueError: an argument out of its range.
    """
    import tensorflow as tf

    if not 1 <= batch_size <= len(images):
        raise ValueError(f"batch_size must be from 1 to the number of images, {len(images)}, not {batch_size}")
    if seed < 0 or start_step < 0:
        raise ValueError(f"seed and start_step must not be negative, not {seed} and {start_step}")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels do not fit {len(images)} images")
    steps_per_epoch = len(images) // batch_size
    arrays = [images] if labels is None else [images, np.asarray(labels)]

    @lru_cache(maxsize=1)
    def order(epoch):
        return np.random.default_rng((seed, epoch)).permutation(len(images))

    def read(step):
        epoch, position = divmod(int(step), steps_per_epoch)
        chosen = order(epoch)[position * batch_size : (position + 1) * batch_size]
        return [np.asarray(array[chosen]) for array in arrays]

    def batch(step):
        tensors = tf.numpy_function(read, [step], [tf.as_dtype(array.dtype) for array in arrays], stateful=False)
        for tensor, array in zip(tensors, arrays, strict=True):
            tensor.set_shape((batch_size, *array.shape[1:]))
        return tensors[0] if labels is None else tuple(tensors)

    return tf.data.Dataset.range(start_step, np.iinfo(np.int64).max).map(batch).prefetch(2)
