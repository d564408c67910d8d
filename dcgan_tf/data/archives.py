"""Digits, clothes, and NumPy archives."""

import contextlib
import zipfile
from pathlib import Path

import numpy as np

from dcgan_tf.data.base import BUNDLED, Dataset, check_split, reason
from dcgan_tf.data.files import user_path

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def mnist(size: str = "sample", split: str = "train") -> Dataset:
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


def fashion_mnist(split: str = "train") -> Dataset:
    """Pictures of clothes, 28×28×1, as many as in the full MNIST (Xiao et al., 2017); downloaded once by Keras."""
    return _from_keras("fashion_mnist", split, CLOTHES)


def _from_keras(name, split, names):
    import keras

    check_split(split)
    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise ConnectionError(
            f"{name} cannot be downloaded ({' '.join(str(error).split())}); "
            "without a network, use the bundled digits: --data mnist-sample, or mnist('sample')"
        ) from error
    images, labels = train if split == "train" else test
    return Dataset(images[..., None], labels, names)


def npz(path: str | Path, split: str = "train", labels: bool = True) -> Dataset:
    """Images from a NumPy archive with the arrays `x_train` and `x_test`, or `images` alone.

    Args:
        path: the file. The array is uint8, (N, H, W) or (N, H, W, C) with 1 or 3 channels; labels are taken from
            `y_train` and `y_test`, or `labels`, where the archive has them: integers, (N,) or (N, 1).
        split: `"train"` or `"test"`.
        labels: False: leave them unread, whatever they are.
    Raises:
        FileNotFoundError, ValueError: there is no such file or no such array, or it has another type or shape. An
            archive with Python objects in it is refused, never unpickled.
    """
    check_split(split)
    path = user_path(path)
    with opened(path) as archive:
        found = archive.files
        key = next((k for k in (f"x_{split}", "images") if k in found), None)
        label_key = "labels" if key == "images" else f"y_{split}"
        images = np.asarray(archive[key]) if key else None
        y = np.asarray(archive[label_key]) if labels and label_key in found else None
    if key is None or (key == "images" and split == "test"):
        wanted = "'x_train' or 'images'" if split == "train" else "'x_test'"
        raise ValueError(f"{path} has no array {wanted}, only {', '.join(map(repr, found)) or 'nothing'}")
    images = _check_images(images, f"{key} of {path}")
    if y is not None and (y.shape not in ((len(images),), (len(images), 1)) or y.dtype.kind not in "iu"):
        raise ValueError(f"{label_key} of {path} must be {len(images)} integers, one an image, not {y.dtype} {y.shape}")
    return Dataset(images, y if y is None else y.reshape(-1))


@contextlib.contextmanager
def opened(path: Path):
    """A NumPy archive, to read arrays from.

    Raises:
        FileNotFoundError, ValueError: there is no such file, it is no whole archive, or Python objects are in it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    with path.open("rb") as file:
        try:
            if not zipfile.is_zipfile(file):
                raise ValueError("it is no zip file, or cut short")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                yield archive
        except Exception as error:  # what a damaged archive raises depends on where it is damaged
            if "Object arrays" in str(error):
                raise ValueError(f"{path} holds Python objects; only plain arrays are read") from error
            raise ValueError(f"{path} is not a whole .npz archive ({reason(error)})") from error


def _check_images(images, what):
    if images.dtype != np.uint8:
        raise ValueError(f"{what} must be uint8, 0 to 255, not {images.dtype}")
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ValueError(f"{what} must have the shape (N, H, W) or (N, H, W, 1 or 3), not {images.shape}")
    return images
