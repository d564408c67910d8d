"""Paths as users write them, and files that are written whole or not at all."""

import contextlib
import os
import re
from pathlib import Path


def user_path(path: str | Path, name: str = "path") -> Path:
    """The path that a user has written, with the home folder for `~`; `name` is what a message calls it.

    Raises:
        ValueError: it is none, or empty, or an address such as `gs://…`, or the home folder is not known.
    """
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path) or "\0" in str(path):
        raise ValueError(f"{name} must be the path of a file or folder, not {path!r}")
    text = os.fspath(path)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):  # a `Path` has made one slash of two
        raise ValueError(f"{text} is an address, and only paths on this machine are taken: copy or mount what is there")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"it is not known where ~ is in {text}: write the path out") from error


def write(path: str | Path, content: bytes) -> None:
    """Writes a file whole or not at all, so that it outlives a power cut.

    Args:
        path: the file; its folder is made if need be.
        content: all of it.
    Raises:
        OSError: it cannot be written; what stood there before still stands there.
    """
    with beside(path) as new, open(new, "xb") as file:
        file.write(content)


@contextlib.contextmanager
def beside(path: str | Path):
    """A path beside `path` for its new content, which takes its place at the end, whole or not at all.

    Yields:
        The path, at which nothing is, with the same suffix.
    Raises:
        OSError: it cannot be written, and then always names `path`; what stood there before still stands there.
    """
    path = user_path(path)
    new = path.with_name(f".{path.stem}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)  # left by a process that was killed, or a link that somebody has laid there
        try:
            yield new
            put(new, path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        if error.errno and error.strerror:  # that of a full disk names no file
            error.filename, error.filename2 = str(path), None
        raise


@contextlib.contextmanager
def naming(path: Path):
    """Names the file in errors of the system that do not: of a full disk it tells the number and nothing else."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def put(beside: Path, path: Path) -> None:
    """Gives a file that has been written beside it the place of `path`, once all its bytes are on the disk."""
    sync(beside)
    os.replace(beside, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Makes a file's bytes, or a folder's entries, reach the disk, where the system lets one wait for that."""
    if os.name == "nt":  # Windows opens no folder, and a file only for writing
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
