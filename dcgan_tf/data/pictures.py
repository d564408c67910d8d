"""Pictures from a folder, cropped and resized."""

import contextlib
import hashlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.data.base import Dataset, is_integer, reason, shown
from dcgan_tf.data.cache import CHUNK, cached
from dcgan_tf.data.folders import find, is_lost, quiet

if TYPE_CHECKING:
    from PIL import Image

READING = 1  # raised whenever this module makes other images of the same pictures, so that no cache keeps the old ones
MAX_SKIPPED = 0.1  # of all pictures
MAX_PIXELS, MANY_PIXELS = 2**26, 2**24  # at 16 bytes each while they are converted
_one_at_a_time = threading.Lock()


def image_folder(
    path: str | Path, size: int = 64, channels: int = 3, split: str = "train", verbose: bool = True
) -> Dataset:
    """All pictures below a folder, cropped to their central square and resized.

    They are decoded once, in constant memory, into a cache on disk (`cache.folder()`); if that is interrupted, the next
    call continues it. Grey, palette, transparent (laid on white), CMYK and 16-bit pictures are converted, turned ones
    are set upright, and of animated ones the first frame is taken. Links are followed. Pictures that cannot be read are
    skipped and named on stderr; captions, tables and whatever else is no picture are passed over; so are hidden files.

    Args:
        path: the folder. If every picture lies in a subfolder, the subfolders' names become the classes: in the order
            of the numbers if they are all numbers, else of the alphabet. Or they are the splits, with the classes
            below them: one is called train, and the others test, val or validation.
        size: side of the images in pixels.
        channels: 3 for colour, 1 for grey.
        split: `"train"` or `"test"`; without such subfolders there is the first only.
        verbose: draw a progress bar while the pictures are decoded.
    Returns:
        `Dataset`: images uint8 (N, size, size, channels), memory-mapped; labels (N,), or None; names of the classes.
    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: there is no such folder or split or no picture in it, more
            than 10 % of the pictures were skipped, or an argument is out of its range.
    """
    if not is_integer(size, 1) or not is_integer(channels, 1) or channels not in (1, 3):
        raise ValueError(f"size must be at least 1 and channels 1 or 3, not {size!r} and {channels!r}")
    found = find(path, split)
    path, pictures = found.place, found.pictures
    name = f"pictures-{size}x{channels}-{READING}-{_digest(path, pictures)}"
    shape = (len(pictures), size, size, channels)
    with quiet():
        images, left_out = cached(name, shape, lambda start: _decode(path, pictures, start, size, channels), verbose)
    _report(found, left_out)
    readable = [picture for i, picture in enumerate(pictures) if i not in left_out]
    parents = [picture.relative_to(path).parts[0] for picture in readable if picture.parent != path]
    if len(parents) < len(images):  # a picture beside the subfolders: no classes
        return Dataset(images)
    names = _in_order({*parents, *found.classes})
    numbers = {name: i for i, name in enumerate(names)}
    return Dataset(images, np.array([numbers[parent] for parent in parents]), names)


def _digest(path, pictures):
    """Changes with the pictures, as far as the system's notes on their files tell."""
    digest = hashlib.sha256()
    for picture in pictures:
        status = picture.lstat() if is_lost(picture) else picture.stat()
        # The time of the last change too: unlike that of the writing, no copy and no archive brings it along.
        noted = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        digest.update(os.fsencode(picture.relative_to(path)) + f"\n{noted}\n".encode())
    return digest.hexdigest()[:16]


def _in_order(names):
    """Names in the order of the numbers, if all are numbers, so that 10 comes after 2; else of the alphabet."""
    numbers = all(name.isdecimal() for name in names)
    return tuple(sorted(names, key=lambda name: (int(name) if numbers else 0, name)))


def survey(path: str | Path, split: str = "train") -> tuple[int | None, int]:
    """What the pictures below a folder have in common, as far as they can be read, by their first bytes alone.

    Returns:
        The side in pixels, if all are squares of one size, else None; and the channels, 1 if all are grey, else 3.
    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: there is no such folder or split, or no file in it.
    """
    from PIL import Image

    sizes, grey = set(), set()
    with quiet():
        for file in find(path, split).pictures:
            with contextlib.suppress(Exception), Image.open(file) as image:
                sizes.add(image.size)
                grey.add(image.mode in ("1", "L", "LA") or image.mode.startswith("I"))
    sides = {side for size in sizes for side in size}
    return (sides.pop() if len(sides) == 1 else None), (1 if grey == {True} else 3)


def _report(found, left_out):
    """Says which pictures could not be read, and what is none."""
    place, others, total = found.place, found.others, len(found.pictures)
    skipped = _skipped(place, found.pictures, left_out)
    if len(left_out) == total:
        raise ValueError(f"{place} holds no pictures that can be read; the first of {total} files: {skipped}")
    if len(left_out) > MAX_SKIPPED * total:
        raise ValueError(f"{len(left_out)} of {total} pictures in {place} cannot be read, over a tenth: {skipped}")
    if left_out:
        print(f"skipped {len(left_out)} of {total} pictures in {place}: {skipped}", file=sys.stderr)
    if others:
        kinds = shown(", ".join(sorted({file.suffix or file.name for file in others})[:10]))
        print(f"passed over {len(others)} files in {place} that are no pictures: {kinds}", file=sys.stderr)


def _skipped(place, pictures, left_out):
    some = [f"{shown(pictures[i].relative_to(place))} ({why})" for i, why in islice(left_out.items(), 10)]
    return "; ".join(some) + ("; …" if len(left_out) > len(some) else "")


def _decode(place, pictures, start, size, channels):
    left_out = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # A few hundred at a time, so that an interruption is not kept waiting by a queue of all files.
        for first in range(start, len(pictures), CHUNK):
            if len(left_out) > MAX_SKIPPED * len(pictures):
                named = _skipped(place, pictures, left_out)
                raise ValueError(f"over a tenth of the {len(pictures)} pictures in {place} cannot be read: {named}")
            chunk = pictures[first : first + CHUNK]
            for i, image in enumerate(pool.map(lambda file: _read_image(file, size, channels), chunk), first):
                if isinstance(image, str):
                    left_out[i] = image
                yield image


def _read_image(file, size, channels):
    """One picture as uint8 (size, size, channels), or why it cannot be read."""
    from PIL import Image

    try:
        with Image.open(file) as image:  # refuses what has over 179 million pixels
            image.draft("RGB", (size, size))  # a JPEG is decoded at a fraction of its size where that suffices
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                return f"{pixels:,} pixels, more than the {MAX_PIXELS:,} that are read: make it smaller"
            # Large ones wait for each other, so that memory need not hold as many of them as there are threads.
            with _one_at_a_time if pixels > MANY_PIXELS else contextlib.nullcontext():
                return _converted(image, size, channels)
    except Exception as error:  # whatever a decoder raises on a damaged file
        return f"{type(error).__name__}: {reason(error)}".replace(shown(file), "the file")


def _converted(image, size, channels):
    from PIL import Image, ImageOps

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
    """uint8 images (N, H, W, 1 or 3) cropped to their central square and resized to (N, size, size, 1 or 3)."""
    from PIL import Image

    if not is_integer(size, 1):
        raise ValueError(f"size must be an integer of at least 1, not {size!r}")
    shape = getattr(images, "shape", ())
    if len(shape) != 4 or shape[-1] not in (1, 3) or 0 in shape or images.dtype != np.uint8:
        given = f"{images.dtype} {shape}" if shape else type(images).__name__
        raise ValueError(f"images must be uint8 (N, H, W, 1 or 3), not {given}")
    if images.shape[1:3] == (size, size):
        return images
    resized = np.empty((len(images), size, size, images.shape[-1]), np.uint8)
    for out, image in zip(resized, images, strict=True):
        image = image[..., 0] if image.shape[-1] == 1 else image
        out[...] = crop_and_resize(Image.fromarray(image), size).reshape(out.shape)
    return resized
