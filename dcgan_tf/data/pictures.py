"""Pictures from a folder, cropped and resized."""

import contextlib
import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.data.base import Dataset
from dcgan_tf.data.files import user_path

if TYPE_CHECKING:
    from PIL import Image

MAX_SKIPPED = 0.1  # of all files


def image_folder(path: str | Path, size: int = 64, channels: int = 3) -> Dataset:
    """All pictures below a folder, cropped to their central square and resized.

    Grey, palette, transparent (laid on white), CMYK and 16-bit pictures are converted, turned ones are set upright,
    and of animated ones the first frame is taken. Files that cannot be read are skipped and named on stderr. Hidden
    files are passed over.

    Args:
        path: the folder. If every picture lies in a subfolder, the subfolders' names become the classes.
        size: side of the images in pixels.
        channels: 3 for colour, 1 for grey.
    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: there is no such folder or no picture in it, or more than
            10 % of the files were skipped.
    """
    if size < 1 or channels not in (1, 3):
        raise ValueError(f"size must be at least 1 and channels 1 or 3, not {size} and {channels}")
    path = user_path(path)
    files = _files(path)
    images = np.empty((len(files), size, size, channels), np.uint8)
    readable, skipped = [], []
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
                    images[len(readable)] = image
                    readable.append(file)
    if not readable:
        raise ValueError(f"{path} holds no pictures that can be read; the first of {len(skipped)} files: {skipped[0]}")
    named = "; ".join(skipped[:10]) + ("; …" if len(skipped) > 10 else "")
    if len(skipped) > MAX_SKIPPED * len(files):
        raise ValueError(f"{len(skipped)} of {len(files)} files in {path} cannot be read, over a tenth: {named}")
    if skipped:
        print(f"skipped {len(skipped)} of {len(files)} files in {path}: {named}", file=sys.stderr)
    parents = [file.relative_to(path).parts[0] for file in readable if file.parent != path]
    if len(parents) < len(readable):  # a picture beside the subfolders: no classes
        return Dataset(images[: len(readable)])
    names, labels = np.unique(parents, return_inverse=True)
    return Dataset(images[: len(readable)], labels, tuple(map(str, names)))


def common_side(path: str | Path) -> int | None:
    """The side in pixels of the pictures below a folder, if all that can be read are squares of one size; else None.

    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: there is no such folder, or no file in it.
    """
    from PIL import Image

    sizes = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in _files(user_path(path)):
            with contextlib.suppress(Exception), Image.open(file) as image:  # reads the header alone
                sizes.add(image.size)
    if len(sizes) == 1:
        ((width, height),) = sizes
        return width if width == height else None
    return None


def _files(path):
    if not path.exists():
        raise FileNotFoundError(f"there is no folder {path}")
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    files = sorted(f for f in path.rglob("*") if f.is_file() and not _hidden(f.relative_to(path)))
    if not files:
        raise ValueError(f"{path} holds no files")
    return files


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
            if image.mode.startswith("I"):  # more than 8 bits a pixel: Pillow would clip, not scale
                image = Image.fromarray(_to_8_bits(np.asarray(image), image.mode))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert("L" if channels == 1 else "RGB")
            return crop_and_resize(image, size).reshape(size, size, channels)
    except Exception as error:  # whatever a decoder raises on a damaged file
        return " ".join(f"{type(error).__name__}: {error}".replace(str(file), "the file").split())


def _to_8_bits(pixels, mode):
    """Integer pixels as uint8. Mode I;16 has 16 bits; mode I, signed, has room for 31 and may hold 8, 16 or all."""
    pixels = pixels.astype(np.int64).clip(0, None)
    largest = pixels.max() if mode == "I" else 2**16 - 1
    return (pixels >> (0 if largest < 2**8 else 8 if largest < 2**16 else 23)).astype(np.uint8)


def crop_and_resize(image: "Image.Image", size: int) -> np.ndarray:
    """A picture's central square, resized: uint8 (size, size) or (size, size, 3)."""
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC))


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """uint8 images (N, H, W, C) cropped to their central square and resized to (N, size, size, C)."""
    from PIL import Image

    if images.shape[1:3] == (size, size):
        return images
    resized = np.empty((len(images), size, size, images.shape[-1]), np.uint8)
    for out, image in zip(resized, images, strict=True):
        image = image[..., 0] if image.shape[-1] == 1 else image
        out[...] = crop_and_resize(Image.fromarray(image), size).reshape(out.shape)
    return resized
