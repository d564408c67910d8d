"""Pictures from a folder, cropped and resized."""

import contextlib
import hashlib
import mimetypes
import os
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.data.base import Dataset, as_path, check_split, is_integer, reason, shown
from dcgan_tf.data.cache import CHUNK, cached

if TYPE_CHECKING:
    from PIL import Image

READING = 1  # raised whenever this module makes other images of the same pictures, so that no cache keeps the old ones
MAX_SKIPPED = 0.1  # of all pictures
MAX_PIXELS, MANY_PIXELS = 2**26, 2**24  # at 16 bytes each while they are converted
SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}
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
    path, splits = _splits(path, split)
    files = _files(path)
    pictures = [file for file in files if _is_picture(file.suffix) is not False]
    if not pictures:
        _report(path, 0, {}, files)
    name = f"pictures-{size}x{channels}-{READING}-{_digest(path, pictures)}"
    shape = (len(pictures), size, size, channels)
    with warnings.catch_warnings():
        # Of Pillow: large pictures, odd EXIF. Not in `_read_image`: threads share the filters and would mix them up.
        warnings.simplefilter("ignore")
        images, left_out = cached(name, shape, lambda start: _decode(pictures[start:], size, channels), verbose)
    others = [*{*files} - {*pictures}, *(pictures[i] for i, why in left_out.items() if not why)]
    _report(path, len(images), {pictures[i]: why for i, why in left_out.items() if why}, others)
    readable = [picture for i, picture in enumerate(pictures) if i not in left_out]
    parents = [picture.relative_to(path).parts[0] for picture in readable if picture.parent != path]
    if len(parents) < len(images):  # a picture beside the subfolders: no classes
        return Dataset(images)
    names = _in_order({*parents, *(f.name for s in splits for f in s.iterdir() if f.is_dir() and not _hidden(f))})
    numbers = {name: i for i, name in enumerate(names)}
    return Dataset(images, np.array([numbers[parent] for parent in parents]), names)


def _digest(path, pictures):
    """Changes with the pictures, as far as the system's notes on their files tell."""
    digest = hashlib.sha256()
    for picture in pictures:
        status = picture.lstat() if _is_lost(picture) else picture.stat()
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in _files(_splits(path, split)[0]):
            if _is_picture(file.suffix) is not False:
                with contextlib.suppress(Exception), Image.open(file) as image:
                    sizes.add(image.size)
                    grey.add(image.mode in ("1", "L", "LA") or image.mode.startswith("I"))
    sides = {side for size in sizes for side in size}
    return (sides.pop() if len(sides) == 1 else None), (1 if grey == {True} else 3)


def _splits(path, split):
    """The folder in which a split lies, and those of all splits: `path` itself and none where there are none."""
    check_split(split)
    path = as_path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no folder {path}")
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    entries = [entry for entry in path.iterdir() if not _hidden(entry)]
    folders = {entry.name.casefold(): entry for entry in entries if entry.is_dir()}
    beside = any(_is_picture(entry.suffix) for entry in entries if entry.is_file())
    if beside or not folders.keys() <= SPLITS or not folders.keys() & {"train", "training"}:
        folders = {}
    found = {"train": path} if not folders else {name.removesuffix("ing"): place for name, place in folders.items()}
    if split not in found:
        raise ValueError(f"the folder {path} has no split {split!r}")
    return found[split], list(folders.values())


def _files(path):
    """All files below a folder, in order, also those that links lead to, and links that lead nowhere."""
    files = sorted(_below(path, ()))
    if not files:
        raise ValueError(f"{path} holds no files")
    return files


def _below(folder, above):
    real = os.path.realpath(folder)
    if real in above:  # a link to a folder that it lies in itself
        return
    for entry in folder.iterdir():
        if _hidden(entry):
            continue
        if entry.is_dir():
            yield from _below(entry, (*above, real))
        elif entry.is_file() or _is_lost(entry):
            yield entry


def _is_lost(path):
    return path.is_symlink() and not path.exists()


def _hidden(path):
    return path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


@cache
def _is_picture(suffix):
    """Whether a file with that suffix is a picture; None: who knows."""
    from PIL import Image

    kind = mimetypes.MimeTypes().guess_type(f"a{suffix}")[0]  # not those that this machine has beside
    kind = kind or Image.MIME.get(Image.registered_extensions().get(suffix.lower()))
    return kind and kind.startswith("image/")


def _report(path, read, skipped, others):
    """Says which pictures could not be read, {file: why}, and what was passed over; too many are an error."""
    reasons = [f"{shown(file.relative_to(path))} ({why})" for file, why in skipped.items()]
    named, total = "; ".join(reasons[:10]) + ("; …" if len(reasons) > 10 else ""), read + len(skipped)
    if not read:
        first = reasons[0] if reasons else shown(min(others).relative_to(path))
        raise ValueError(
            f"{path} holds no pictures that can be read; the first of {len(skipped) or len(others)} files: {first}"
        )
    if len(skipped) > MAX_SKIPPED * total:
        raise ValueError(f"{len(skipped)} of {total} pictures in {path} cannot be read, over a tenth: {named}")
    if skipped:
        print(f"skipped {len(skipped)} of {total} pictures in {path}: {named}", file=sys.stderr)
    if others:
        kinds = shown(", ".join(sorted({file.suffix or file.name for file in others})[:10]))
        print(f"passed over {len(others)} files in {path} that are no pictures: {kinds}", file=sys.stderr)


def _decode(files, size, channels):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # A few hundred at a time, so that an interruption is not kept waiting by a queue of all files.
        todo = iter(files)
        while chunk := list(islice(todo, CHUNK)):
            yield from pool.map(lambda file: _read_image(file, size, channels), chunk)


def _read_image(file, size, channels):
    """One picture as uint8 (size, size, channels), or why it cannot be read; empty: it is none."""
    from PIL import Image, UnidentifiedImageError

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
        if isinstance(error, UnidentifiedImageError) and not _is_picture(file.suffix):
            return ""
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
