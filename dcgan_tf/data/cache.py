"""Arrays of images that are made once and kept on disk.

An array is filled in order. After a kill the next call continues it, and a damaged one is made anew.
"""

import json
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import Callable

import numpy as np

from dcgan_tf.data.files import put, user_path, write

CHUNK = 256  # images from one note of the progress to the next


def folder() -> Path:
    """Where caches are kept: the environment variable DCGAN_TF_CACHE, or ~/.cache/dcgan_tf."""
    return user_path(os.environ.get("DCGAN_TF_CACHE") or "~/.cache/dcgan_tf")


def cached(name: str, shape: tuple[int, ...], make: Callable, verbose: bool = True) -> np.ndarray:
    """The images of a cache, memory-mapped; those that are not there yet are made.

    Args:
        name: of the cache's folder in `folder()`. All that the images depend on must be part of it.
        shape: (N, H, W, C) of the images.
        make: (start) → iterator over the uint8 images start, start + 1, …, (H, W, C) each. If it raises an error,
            no image is left behind; if the process is killed, the next call goes on from the last full chunk.
        verbose: draw a progress bar while images are made.
    Returns:
        uint8, (N, H, W, C), memory-mapped and read-only.
    """
    import filelock

    place = folder() / name
    place.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(place / ".lock"):
        if not _whole(place, shape):
            try:
                _fill(place, shape, make, verbose)
            except Exception:  # a KeyboardInterrupt is none: like a kill, it leaves what there is
                for path in place.glob("[!.]*"):  # not the lock, which another process may be waiting for
                    path.unlink()
                raise
    return np.load(place / "images.npy", mmap_mode="r")


def _fill(place, shape, make, verbose):
    from tqdm import tqdm

    name = place.name.split("-")[0]
    partial, note = place / "partial.npy", place / "partial.json"
    free = shutil.disk_usage(place).free + (_on_disk(partial) if partial.exists() else 0)
    if np.prod(shape) > free:
        raise OSError(f"{place} needs {np.prod(shape) / 1e9:.1f} GB of disk; {free / 1e9:.1f} GB are free")
    done, checksum = _resumed(partial, note, shape)
    mode = "r+" if done else "w+"
    images = np.lib.format.open_memmap(partial, mode, np.uint8, tuple(shape))
    remaining = make(done)
    with tqdm(total=shape[0], initial=done, desc=name, unit=" images", disable=not verbose, file=sys.stdout) as bar:
        while done < shape[0]:
            stop = min(done + CHUNK, shape[0])
            for i in range(done, stop):
                images[i] = next(remaining)
            images.flush()  # first the images, then the note that says how many there are
            checksum = zlib.crc32(images[done:stop], checksum)
            _save(note, {"done": stop, "crc32": checksum})
            bar.update(stop - done)
            done = stop
    del images
    put(partial, place / "images.npy")
    _save(place / "images.json", {"crc32": checksum, **_stamp(place / "images.npy")})
    note.unlink(missing_ok=True)


def _whole(place, shape):
    """Whether the images are there and unchanged: the file's size and time tell, or else all of its bytes."""
    path, note = place / "images.npy", _read(place / "images.json")
    if not path.exists() or note is None:
        return False
    if {**note, **_stamp(path)} != note:
        checksum = _checksum(path, shape)
        if checksum != note["crc32"]:
            return False
        _save(place / "images.json", {"crc32": checksum, **_stamp(path)})
    return True


def _resumed(partial, note, shape):
    """How many images there are already, and their checksum: (0, 0) if they differ from what was noted."""
    noted = _read(note)
    if noted and partial.exists() and _checksum(partial, shape, noted["done"]) == noted["crc32"]:
        return noted["done"], noted["crc32"]
    return 0, 0


def _checksum(path, shape, stop=None):
    try:
        images = np.load(path, mmap_mode="r")
    except (ValueError, OSError, EOFError):
        return None
    if images.shape != tuple(shape) or images.dtype != np.uint8:
        return None
    checksum = 0
    for start in range(0, len(images[:stop]), CHUNK):
        checksum = zlib.crc32(images[:stop][start : start + CHUNK], checksum)
    return checksum


def _on_disk(path):
    """The bytes that a file takes on disk, fewer than its size while parts of it were never written.

    Windows does not tell them: there it is the size.
    """
    status = path.stat()
    return status.st_blocks * 512 if hasattr(status, "st_blocks") else status.st_size


def _stamp(path):
    status = path.stat()
    return {"bytes": status.st_size, "modified_ns": status.st_mtime_ns}


def _read(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def _save(path, content):
    write(path, json.dumps(content).encode())
