"""Files are written whole or not at all."""

import contextlib
import os
from pathlib import Path


def write(path: str | Path, content: bytes) -> None:
    """Writes a file whole or not at all, so that it outlives a power cut.

    Args:
        path: the file; its folder is made if need be.
        content: all of it.
    Raises:
        OSError: it cannot be written; what stood there before still stands there.
    """
    path = Path(path)
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.tmp")
        try:
            beside.write_bytes(content)
            put(beside, path)
        finally:
            beside.unlink(missing_ok=True)


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
