"""What lies in a folder of pictures: which files are pictures, of which split and of which class."""

import contextlib
import mimetypes
import os
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dcgan_tf.data.base import check_split, shown
from dcgan_tf.data.files import user_path

SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}


class Found(NamedTuple):
    """What was found of a split.

    Attributes:
        place: the folder below which it lies.
        pictures: files, in order; it may turn out that some cannot be read.
        others: files that are no pictures.
        classes: the names of the folders in all splits, so that classes have the same numbers there; empty where the
            folder has no splits.
    """

    place: Path
    pictures: list[Path]
    others: list[Path]
    classes: set[str]


def find(path: str | Path, split: str) -> Found:
    """The files of a split; hidden ones are passed over, and links are followed.

    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: there is no such folder or split, or no picture in it.
    """
    check_split(split)
    path = user_path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no folder {path}")
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    with quiet():
        splits = _splits(path)
        if split not in splits:
            raise ValueError(f"the folder {path} has no split {split!r}")
        place = splits[split]
        files = sorted(_below(place, ()))
        pictures = [file for file in files if _is_picture(file)]
    if not files:
        raise ValueError(f"{place} holds no files")
    if not pictures:
        first = shown(files[0].relative_to(place))
        raise ValueError(f"{place} holds no pictures that can be read; the first of {len(files)} files: {first}")
    classes = {f.name for s in splits.values() if s != path for f in s.iterdir() if f.is_dir() and not _hidden(f)}
    return Found(place, pictures, sorted({*files} - {*pictures}), classes)


def _splits(path):
    """Split → folder; where a folder has pictures or classes in it and no splits, it is all for training."""
    entries = [entry for entry in path.iterdir() if not _hidden(entry)]
    folders = {entry.name.casefold(): entry for entry in entries if entry.is_dir()}
    if not folders.keys() <= SPLITS or not folders.keys() & {"train", "training"}:
        return {"train": path}
    if any(_is_picture(entry) for entry in entries if entry.is_file()):
        return {"train": path}
    return {name.removesuffix("ing"): place for name, place in folders.items()}


def _below(folder, above):
    """All files, also those that links lead to, and links that lead nowhere."""
    real = os.path.realpath(folder)
    if real in above:  # a link to a folder that it lies in itself
        return
    for entry in folder.iterdir():
        if _hidden(entry):
            continue
        if entry.is_dir():
            yield from _below(entry, (*above, real))
        elif entry.is_file() or is_lost(entry):
            yield entry


def is_lost(path: Path) -> bool:
    """Whether it is a link that leads nowhere."""
    return path.is_symlink() and not path.exists()


def _hidden(path):
    return path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


def _is_picture(file):
    """Whether it is a picture by its suffix, or, where nobody knows that, by its first bytes."""
    from PIL import Image, UnidentifiedImageError

    kind = _kind(file.suffix)
    if kind is not None:
        return kind.startswith("image/")
    try:
        Image.open(file).close()
    except UnidentifiedImageError:
        return False
    except Exception:  # it is one, or a link that leads nowhere: why it cannot be read is told when it is read
        return True
    return True


@cache
def _kind(suffix):
    """What files with that suffix are, as in "image/png"; None: who knows."""
    from PIL import Image

    kind = mimetypes.MimeTypes().guess_type(f"a{suffix}")[0]  # not those that this machine has beside
    return kind or Image.MIME.get(Image.registered_extensions().get(suffix.lower()))


@contextlib.contextmanager
def quiet():
    """Pillow's warnings, of large pictures and odd EXIF, are not shown.

    It stands around whole passes and not around one picture: threads share the filters and would mix them up.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
