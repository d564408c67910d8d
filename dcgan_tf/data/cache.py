"""Arrays of images that are made once and kept on disk.

An array is filled in order. After a kill the next call continues it, and a damaged one is made anew.
"""

import errno
import io
import json
import math
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import Callable

import numpy as np

from dcgan_tf.data.files import naming, put, user_path, write

CHUNK = 256  # images from one note of the progress to the next


def folder() -> Path:
    """Where caches are kept: the environment variable DCGAN_TF_CACHE, or ~/.cache/dcgan_tf.

    Raises:
        ValueError: the variable holds an address, or there is no such home folder.
    """
    place = os.environ.get("DCGAN_TF_CACHE") or "~/.cache/dcgan_tf"
    try:
        return user_path(place)
    except ValueError as error:
        raise ValueError(f"images are kept in {place}: set DCGAN_TF_CACHE to another folder ({error})") from error


def cached(
    name: str, shape: tuple[int, ...], make: Callable, verbose: bool = True
) -> tuple[np.ndarray, dict[int, str]]:
    """The images of a cache, memory-mapped; those that are not there yet are made, in constant memory.

    Args:
        name: of the cache's folder in `folder()`. All that the images depend on must be part of it.
        shape: (N, H, W, C) of the images.
        make: (start) → iterator over what becomes of start, start + 1, …: a uint8 image (H, W, C) each, or a text
            that says why there is none. If it raises an error, no image is left behind; if the process is killed
            or the disk is full, the next call goes on from the last full chunk.
        verbose: draw a progress bar while images are made.
    Returns:
        uint8, (M, H, W, C), memory-mapped and read-only, and number → text of the N − M that were left out.
    Raises:
        OSError: the disk has too little room, or the folder cannot be written.
    """
    import filelock

    place = folder() / name
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(place / ".lock").acquire()
    except OSError as error:
        raise OSError(
            f"{place} cannot be written ({error.strerror or error}): set DCGAN_TF_CACHE to a folder that can"
        ) from error
    with lock:
        if not _whole(place, shape):
            _fill(place, shape, make, verbose)
        left_out = _left_out(_read(place / "images.json"))
    return np.load(place / "images.npy", mmap_mode="r"), left_out


def _fill(place, shape, make, verbose):
    partial, note = place / "partial.npy", place / "partial.json"
    done, left_out, checksum = _resumed(partial, note, shape)
    kept = len(_header(shape)) + (done - len(left_out)) * math.prod(shape[1:])
    with naming(partial), partial.open("r+b" if done else "wb") as file:
        file.truncate(kept)
    needed, free = (shape[0] - done) * math.prod(shape[1:]), shutil.disk_usage(place).free
    if needed > free:
        raise OSError(
            f"{place} needs {needed:,} bytes of disk, and {free:,} are free: make room, or set DCGAN_TF_CACHE to a "
            "folder on another disk"
        )
    try:
        # Written, and not mapped into memory: in a mapped file a full disk ends the process without a word.
        with naming(partial), partial.open("r+b") as file:
            file.write(_header(shape))
            file.seek(kept)
            checksum, left_out = _append(file, note, shape, make, verbose, done, left_out, checksum)
            file.seek(0)
            file.write(_header((shape[0] - len(left_out), *shape[1:])))
        put(partial, place / "images.npy")
        _save(place / "images.json", {**_noted(checksum, left_out), **_stamp(place / "images.npy")})
        note.unlink(missing_ok=True)
    except Exception as error:  # a KeyboardInterrupt is none: like a kill, it leaves what there is
        if getattr(error, "errno", None) != errno.ENOSPC:
            for path in place.glob("[!.]*"):  # not the lock, which another process may be waiting for
                path.unlink()
        raise


def _append(file, note, shape, make, verbose, done, left_out, checksum):
    """Writes the images from number `done` on; returns the checksum of all, and what was left out of all."""
    from tqdm import tqdm

    name = note.parent.name.split("-")[0]
    remaining, left_out = make(done), dict(left_out)
    taken = np.empty(shape[1:], np.uint8)
    with tqdm(total=shape[0], initial=done, desc=name, unit=" images", disable=not verbose, file=sys.stdout) as bar:
        while done < shape[0]:
            stop = min(done + CHUNK, shape[0])
            for i in range(done, stop):
                image = next(remaining)
                if isinstance(image, str):
                    left_out[i] = image
                else:
                    taken[...] = image
                    file.write(taken)
                    checksum = zlib.crc32(taken, checksum)
            file.flush()
            os.fsync(file.fileno())  # first the images, then the note that says how many there are
            _save(note, {"done": stop, **_noted(checksum, left_out)})
            bar.update(stop - done)
            done = stop
    return checksum, left_out


def _header(shape):
    """What stands before the images in an .npy file; it is as long for any number of them."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": tuple(shape)})
    return header.getvalue()


def _whole(place, shape):
    """Whether the images are there and unchanged: the file's size and time tell, or else all of its bytes."""
    path, note = place / "images.npy", _read(place / "images.json")
    if not path.exists() or note is None:
        return False
    if {**note, **_stamp(path)} != note:
        number = shape[0] - len(_left_out(note))
        header = _header((number, *shape[1:]))
        with path.open("rb") as file:
            same = file.read(len(header)) == header
        if not same or _checksum(path, len(header), number * math.prod(shape[1:])) != note["crc32"]:
            return False
        _save(place / "images.json", {**note, **_stamp(path)})
    return True


def _resumed(partial, note, shape):
    """How many are done already, what was left out, and the checksum; nothing if they differ from what was noted."""
    noted = _read(note)
    if noted and partial.exists():
        done, left_out = noted.get("done", 0), _left_out(noted)
        length = (done - len(left_out)) * math.prod(shape[1:])
        if _checksum(partial, len(_header(shape)), length) == noted["crc32"]:
            return done, left_out, noted["crc32"]
    return 0, {}, 0


def _checksum(path, start, length):
    """The checksum of so many bytes of a file; None: it has fewer."""
    checksum = 0
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(length, 2**22))):
            checksum, length = zlib.crc32(piece, checksum), length - len(piece)
    return None if length else checksum


def _noted(checksum, left_out):
    return {"crc32": checksum, "left_out": list(left_out.items())}


def _left_out(note):
    return dict(note.get("left_out", ()))


def _stamp(path):
    status = path.stat()
    return {"bytes": status.st_size, "modified_ns": status.st_mtime_ns}


def _read(path):
    try:
        note = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and "crc32" in note else None


def _save(path, content):
    write(path, json.dumps(content).encode())
