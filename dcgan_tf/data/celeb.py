"""CelebA (Liu et al., 2015), from the archive or folder that the user has: it may not be passed on."""

import hashlib
import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np

from dcgan_tf.data.base import Dataset, is_integer, reason, shown
from dcgan_tf.data.cache import CHUNK, cached
from dcgan_tf.data.files import user_path
from dcgan_tf.data.pictures import crop_and_resize

SPLITS = ("train", "validation", "test")  # 0, 1, 2 in the partition
AGAIN = "get it again (a browser may resume it), or take Kaggle's jessicali9530/celeba-dataset"


def celeba(root: str | Path, size: int = 64, split: str = "train", verbose: bool = True) -> Dataset:
    """Photographs of faces with 40 attributes, cropped to their central square and resized.

    The first call decodes all pictures into a cache on disk (`cache.folder()`, 2.5 GB at 64 pixels); if it is
    interrupted, the next one continues it. CelebA is for non-commercial research and may not be redistributed, nor
    may this cache: https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html.

    Args:
        root: the zip file, or the folder it is in or was unpacked into. The official one is `img_align_celeba.zip`,
            with `list_attr_celeba.txt` and `list_eval_partition.txt` beside it; Kaggle's is one zip with all, the
            tables as .csv.
        size: side of the images in pixels.
        split: `"train"`, `"validation"` or `"test"` of the official partition, or `"all"`.
        verbose: draw a progress bar while the cache is made.
    Returns:
        `Dataset`: images uint8 (N, size, size, 3), memory-mapped; labels uint8 (N, 40), 1 where the face has the
        attribute; names of the attributes.
    Raises:
        FileNotFoundError: no such root, or no pictures, attributes or partition in it.
        ValueError: an argument is out of its range, or something in root is damaged or not CelebA's; the message says
            what to do.
    """
    if not is_integer(size, 1):
        raise ValueError(f"size must be an integer of at least 1, not {size!r}")
    if split not in (*SPLITS, "all"):
        raise ValueError(f"split is {', '.join(map(repr, SPLITS))} or 'all', not {split!r}")
    source = _find(user_path(root, "root"))
    files, names, labels = source.attributes()
    if missing := len(source.pictures.keys() ^ set(files)):
        first = min(source.pictures.keys() ^ set(files))
        raise ValueError(
            f"{source.where} has {len(source.pictures):,} pictures and attributes of {len(files):,}; {missing:,} have "
            f"only one of both, the first {shown(first)}: the download or the unpacking was cut short, do it again"
        )
    partition = source.partition(files)
    key = hashlib.sha256("".join(f"{f} {source.pictures[f][1]}\n" for f in files).encode()).hexdigest()[:12]
    shape = (len(files), size, size, 3)
    images, _ = cached(f"celeba-{size}-{key}", shape, lambda start: source.decode(files[start:], size), verbose)
    if split == "all":
        return Dataset(images, labels, names)
    # The official partition is in order, so that a split is a slice, which stays on disk.
    start, stop = np.searchsorted(partition, [SPLITS.index(split), SPLITS.index(split) + 1])
    if start == stop:
        raise ValueError(f"the partition of {source.where} has no {split} pictures")
    return Dataset(images[start:stop], labels[start:stop], names)


def _find(root):
    if not root.exists():
        raise FileNotFoundError(f"there is no {root}")
    if root.is_file():
        return _Zip(root)
    # Where tables and pictures may be: torchvision puts them a folder down, the official drive has Img, Anno, Eval.
    for place in (root, root / "celeba"):
        for images in ("img_align_celeba/img_align_celeba", "img_align_celeba", "Img/img_align_celeba", "."):
            if any(islice((place / images).glob("*.jpg"), 1)):
                return _Folder(place, place / images)
        for archive in ("img_align_celeba.zip", "Img/img_align_celeba.zip", "celeba-dataset.zip", "archive.zip"):
            if (place / archive).is_file():
                return _Zip(place / archive)
    raise FileNotFoundError(
        f"{root} holds neither a folder img_align_celeba with pictures nor img_align_celeba.zip, celeba-dataset.zip "
        "or archive.zip; give the zip itself if it has another name"
    )


class _Source:
    """Pictures, name → (where, size in bytes or checksum), and the tables beside or among them."""

    def attributes(self):
        """The files' names in order, the attributes' names, and the attributes, uint8 (N, 40)."""
        name, lines = self._table("list_attr_celeba")
        if not lines:
            raise ValueError(f"{name} is empty: {AGAIN}")
        if "," in lines[0]:  # Kaggle's
            header, rows = lines[0].split(",")[1:], [line.replace(",", " ") for line in lines[1:]]
        else:
            if not lines[0].strip().isdecimal() or int(lines[0]) != len(lines) - 2:
                raise ValueError(
                    f"the first line of {name} should be the number of those after the second, {len(lines) - 2:,}, "
                    f"and is {lines[0][:60]!r}: it is cut short or not the official one; {AGAIN}"
                )
            header, rows = lines[1].split(), lines[2:]
        fields = [row.split() for row in rows]
        for row, (_, *values) in zip(rows, fields, strict=True):
            if len(values) != len(header) or not {"1", "-1"}.issuperset(values):
                raise ValueError(
                    f"{name} should have a file name and {len(header)} times 1 or -1 in a row: {row[:60]!r}"
                )
        labels = np.array([[value == "1" for value in f[1:]] for f in fields], np.uint8)
        return [f[0] for f in fields], tuple(header), labels

    def partition(self, files):
        """0, 1 or 2 for each of the files, never falling."""
        name, lines = self._table("list_eval_partition")
        rows = [line.replace(",", " ").split() for line in lines if not line.startswith("image_id")]
        if any(len(row) != 2 or row[1] not in ("0", "1", "2") for row in rows):
            raise ValueError(f"{name} should have a file name and 0, 1 or 2 in a row")
        parts = np.array([int(part) for _, part in rows])
        if [file for file, _ in rows] != files:
            raise ValueError(
                f"{name} has {len(rows):,} files, which are not the {len(files):,} with attributes: {AGAIN}"
            )
        if np.any(np.diff(parts) < 0):
            raise ValueError(f"{name} should have all training files first, then validation, then test")
        return parts

    def _table(self, stem):
        for name in (f"{stem}.txt", f"{stem}.csv"):
            for folder in self.table_folders:
                if (folder / name).is_file():
                    return str(folder / name), _lines((folder / name).read_bytes(), folder / name)
            if (content := self._inside(name)) is not None:
                return f"{name} in {self.where}", _lines(content, f"{name} in {self.where}")
        places = " or ".join(str(folder) for folder in self.table_folders[:1])
        raise FileNotFoundError(
            f"there is no {stem}.txt or {stem}.csv with {self.where}: the official one lies in the folder "
            f"{'Anno' if 'attr' in stem else 'Eval'} of CelebA's drive; put it into {places}"
        )

    def _inside(self, name):
        return None

    def decode(self, files, size):
        """The images of the files in order, uint8 (size, size, 3) each."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            files = iter(files)
            while chunk := list(islice(files, CHUNK)):
                contents = [self.read(file) for file in chunk]
                yield from pool.map(lambda f, content: self._decode(f, content, size), chunk, contents)

    def _decode(self, file, content, size):
        from PIL import Image

        try:
            with Image.open(io.BytesIO(content)) as image:
                image.draft("RGB", (size, size))
                return crop_and_resize(image.convert("RGB"), size)
        except Exception as error:  # whatever a decoder raises on a damaged file
            raise ValueError(
                f"{shown(file)} in {self.where} is a damaged picture ({reason(error)}): {AGAIN}"
            ) from error


def _lines(content, what):
    """The lines of a table that something is in."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{what} is not UTF-8 text ({reason(error)}): {AGAIN}") from error
    return [line for line in text.splitlines() if line.strip()]


class _Folder(_Source):
    def __init__(self, root, images):
        self.where = str(images)
        self.images = images
        self.table_folders = [root, root / "Anno", root / "Eval", images.parent, images.parent.parent]
        found = (e for e in os.scandir(images) if e.name.endswith(".jpg") and not e.name.startswith("."))
        self.pictures = {e.name: (e.path, e.stat().st_size) for e in found}

    def read(self, file):
        return (self.images / file).read_bytes()


class _Zip(_Source):
    def __init__(self, path):
        self.where = str(path)
        self.table_folders = [path.parent, path.parent.parent, path.parent.parent / "Anno", path.parent.parent / "Eval"]
        with path.open("rb") as file:
            start = file.read(512).lstrip().lower()
        if start.startswith((b"<!doctype", b"<html")):
            raise ValueError(
                f"{path} is a web page: Google Drive has served its page on quota or viruses instead of the archive. "
                "Try again in a day, or take Kaggle's jessicali9530/celeba-dataset"
            )
        if not zipfile.is_zipfile(path):
            found = f"{path.stat().st_size:,} bytes"
            raise ValueError(f"{path} is no whole zip file ({found}; the official one has 1,443,490,838): {AGAIN}")
        try:
            self.archive = zipfile.ZipFile(path)
        except Exception as error:  # what is raised depends on where the list of its files is damaged
            raise ValueError(f"{path} is a damaged zip file ({reason(error)}): {AGAIN}") from error
        self.pictures, self.others = {}, {}
        for member in self.archive.infolist():
            name = PurePosixPath(member.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                raise ValueError(
                    f"{path} names a file outside of itself, {member.filename!r}: not CelebA, do not use it"
                )
            if name.suffix == ".jpg" and not name.name.startswith("."):  # macOS adds ._000001.jpg
                self.pictures[name.name] = (member.filename, member.CRC)
            else:
                self.others[name.name] = member.filename
        if not self.pictures:
            raise ValueError(f"{path} holds no .jpg files: it is not CelebA's")

    def read(self, file):
        return self._member(self.pictures[file][0])

    def _inside(self, name):
        return self._member(self.others[name]) if name in self.others else None

    def _member(self, name):
        try:
            return self.archive.read(name)
        except Exception as error:  # encrypted, compressed in a way that Python lacks, or damaged somewhere
            raise ValueError(f"{shown(name)} in {self.where} is damaged ({reason(error)}): {AGAIN}") from error
