"""Folders of pictures as users bring them: links, splits, captions, greys, and the cache that keeps their images."""

import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcgan_tf import data
from dcgan_tf.data import cache, pictures

links = pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few users make links")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DCGAN_TF_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def picture(path, grey=9, mode="RGB", side=8):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (side, side), grey).convert(mode).save(path)


def greys(dataset):
    return dataset.images[:, 0, 0, 0].tolist()


# links


@links
def test_folders_and_pictures_that_are_links_are_followed(tmp_path, folder):
    picture(tmp_path / "elsewhere" / "1.png", 10)
    picture(tmp_path / "elsewhere" / "deeper" / "2.png", 20)
    picture(folder / "dogs" / "3.png", 30)
    (folder / "cats").symlink_to(tmp_path / "elsewhere")
    (folder / "dogs" / "4.png").symlink_to(tmp_path / "elsewhere" / "1.png")
    dataset = data.image_folder(folder, 4)
    assert greys(dataset) == [10, 20, 30, 10]
    assert (dataset.labels.tolist(), dataset.names) == ([0, 0, 1, 1], ("cats", "dogs"))


@links
def test_a_link_to_a_folder_above_it_is_followed_once(folder):
    picture(folder / "cats" / "1.png", 10)
    picture(folder / "dogs" / "2.png", 20)
    (folder / "cats" / "all").symlink_to(folder)
    (folder / "dogs" / "self").symlink_to(folder / "dogs")
    assert greys(data.image_folder(folder, 4)) == [10, 20]


@links
def test_a_link_that_leads_nowhere_is_named(folder, capsys):
    for i in range(10):
        picture(folder / f"{i}.png")
    (folder / "cats").symlink_to(folder / "gone")
    assert len(data.image_folder(folder, 4).images) == 10
    assert "skipped 1 of 11 pictures" in (said := capsys.readouterr().err)
    assert "cats (FileNotFoundError" in said


# splits and classes


def test_folders_called_after_splits_are_those_and_no_classes(folder):
    for i, place in enumerate(["Train/dogs", "Train/cats", "test/dogs", "valid/bats", ".hidden/cats"]):
        picture(folder / place / "1.png", 10 * i)
    (folder / "classes.txt").write_text("cats, dogs")
    train, test = data.image_folder(folder, 4), data.load(folder, 28, "test")
    assert train.names == test.names == ("bats", "cats", "dogs")  # the same numbers in all splits
    assert (greys(train), train.labels.tolist()) == ([10, 0], [1, 2])
    assert (greys(test), test.labels.tolist()) == ([20], [2])


def test_splits_may_have_no_classes(folder):
    picture(folder / "training" / "1.png", 10)
    picture(folder / "testing" / "1.png", 20)
    assert greys(data.image_folder(folder, 4)) == [10]
    assert greys(data.image_folder(folder, 4, split="test")) == [20]
    assert data.image_folder(folder, 4).labels is None


@pytest.mark.parametrize("places", [("train/1.png", "plane/1.png"), ("test/1.png", "other/1.png"), ("test/1.png",)])
def test_folders_that_are_called_after_splits_among_others_are_classes(folder, places):
    for place in places:
        picture(folder / place)
    assert data.image_folder(folder, 4).names == tuple(sorted(place.split("/")[0] for place in places))
    with pytest.raises(ValueError, match="folder has no split 'test'"):
        data.image_folder(folder, 4, split="test")


def test_pictures_beside_splits_make_them_folders_like_others(folder):
    for place in ("train/1.png", "test/1.png", "1.png"):
        picture(folder / place)
    assert len(data.image_folder(folder, 4).images) == 3


def test_a_split_that_is_missing_is_told(folder):
    picture(folder / "train" / "cats" / "1.png")
    picture(folder / "val" / "cats" / "1.png")
    with pytest.raises(ValueError, match="folder has no split 'test'"):
        data.image_folder(folder, 4, split="test")
    with pytest.raises(ValueError, match="'train' or 'test', not 'val'"):
        data.image_folder(folder, 4, split="val")


def test_classes_that_are_numbers_are_in_the_order_of_the_numbers(folder):
    for i in range(12):
        picture(folder / str(i) / "1.png", i)
    dataset = data.image_folder(folder, 4)
    assert dataset.names == tuple(map(str, range(12)))
    np.testing.assert_array_equal(dataset.labels, dataset.images[:, 0, 0, 0])


# what is no picture


def test_captions_and_tables_beside_pictures_are_passed_over(folder, capsys):
    for i in range(3):
        picture(folder / f"{i}.png")
        for suffix in (".txt", ".json", ".caption", ".npz"):
            (folder / f"{i}{suffix}").write_text("a cat")
    (folder / "metadata.csv").write_text("file,text")
    (folder / "LICENSE").write_text("free")
    assert len(data.image_folder(folder, 4).images) == 3
    said = capsys.readouterr().err
    assert said == (
        f"passed over 14 files in {folder} that are no pictures: .caption, .csv, .json, .npz, .txt, LICENSE\n"
    )


def test_pictures_need_no_suffix(folder, capsys):
    picture(folder / "1.png", 10)
    (folder / "1.png").rename(folder / "1")
    assert greys(data.image_folder(folder, 4)) == [10]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["photo.heic", "photo.JPG", "photo.webp", "photo.avif", "photo.tga"])
def test_pictures_of_a_kind_that_cannot_be_read_are_not_passed_over(folder, name):
    picture(folder / "1.png")
    (folder / name).write_bytes(b"\x00\x00\x00\x18ftypheicxxxxx")
    with pytest.raises(ValueError, match=f"1 of 2 pictures in .* cannot be read, over a tenth: {name}"):
        data.image_folder(folder, 4)


@pytest.mark.parametrize("names", [["a.txt", "b.csv"], ["a.unknown"], ["a.png", "b.txt"]])
def test_a_folder_without_a_picture_that_can_be_read_is_refused(folder, names):
    for name in names:
        (folder / name).write_text("x")
    for _ in range(2):  # from the cache, too
        with pytest.raises(ValueError, match=f"no pictures that can be read; the first of [12] files: {names[0]}"):
            data.image_folder(folder, 4)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="takes no such names")
def test_names_of_files_are_printed_without_what_a_terminal_would_obey(folder, capsys):
    for i in range(10):
        picture(folder / f"{i}.png")
    (folder / "\x1b[2J\n.png").write_text("x")
    (folder / "a.\x1b]0;x").write_text("x")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jpg")).write_text("x")
    with pytest.raises(ValueError, match="2 of 12") as caught:
        data.image_folder(folder, 4)
    assert str(caught.value).isprintable()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jpg")).unlink()
    data.image_folder(folder, 4)
    said = capsys.readouterr().err
    assert r"\x1b[2J\n.png (" in said
    assert r".\x1b]0;x" in said
    assert all(line.isprintable() for line in said.splitlines())


# channels


@pytest.mark.parametrize(
    ("modes", "channels"),
    [(["L"], 1), (["1", "LA", "I;16", "L"], 1), (["L", "RGB"], 3), (["RGB"], 3), (["P"], 3), (["CMYK"], 3)],
)
def test_grey_folders_stay_grey(folder, modes, channels):
    for i, mode in enumerate(modes):
        picture(folder / f"{i}.{'tif' if mode == 'CMYK' else 'png'}", mode=mode)
    (folder / "caption.txt").write_text("x")
    assert pictures.survey(folder) == (8, channels)
    assert data.load(folder, 28).images.shape == (len(modes), 28, 28, channels)
    for asked in (1, 3):
        assert data.load(folder, 28, channels=asked).images.shape[-1] == asked


def test_a_survey_looks_at_the_split_alone(folder):
    picture(folder / "train" / "1.png", mode="L", side=28)
    picture(folder / "test" / "1.png", mode="RGB", side=32)
    assert pictures.survey(folder) == (28, 1)
    assert pictures.survey(folder, "test") == (32, 3)
    Image.new("L", (28, 30)).save(folder / "train" / "2.png")
    assert pictures.survey(folder) == (None, 1)


@pytest.mark.parametrize(
    ("size", "channels"), [(0, 3), (4.0, 3), ("4", 3), (True, 3), (4, 2), (4, True), (4, 1.0), (4, None)]
)
def test_image_folder_says_what_is_allowed(folder, size, channels):
    picture(folder / "1.png")
    with pytest.raises(ValueError, match=f"not {size!r} and {channels!r}"):
        data.image_folder(folder, size, channels)


# the cache


def test_pictures_are_decoded_once_and_again_when_they_have_changed(folder, monkeypatch):
    read, seen = pictures._read_image, []
    monkeypatch.setattr(pictures, "_read_image", lambda file, *args: seen.append(file.name) or read(file, *args))
    picture(folder / "cats" / "1.png", 10)
    picture(folder / "dogs" / "2.png", 20)
    for _ in range(2):
        dataset = data.image_folder(folder, 4)
        assert (greys(dataset), dataset.labels.tolist()) == ([10, 20], [0, 1])
        assert isinstance(dataset.images, np.memmap)
    assert sorted(seen) == ["1.png", "2.png"]
    times = (folder / "dogs" / "2.png").stat()
    picture(folder / "dogs" / "2.png", 21)  # as many bytes
    os.utime(folder / "dogs" / "2.png", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert greys(data.image_folder(folder, 4)) == [10, 21]
    assert greys(data.image_folder(folder, 4, channels=1)) == [10, 21]
    assert data.image_folder(folder, 5).images.shape == (2, 5, 5, 3)


def test_what_was_skipped_is_told_from_the_cache_too(folder, capsys):
    for i in range(12):
        picture(folder / f"{i:02}.png", i)
    (folder / "05.png").write_text("x")
    (folder / "note.txt").write_text("x")
    said = []
    for _ in range(2):
        dataset = data.image_folder(folder, 4, 1)
        assert greys(dataset) == [0, 1, 2, 3, 4, *range(6, 12)]
        said.append(capsys.readouterr().err)
    assert said[0] == said[1]
    assert "skipped 1 of 12 pictures" in said[0]
    assert "passed over 1 files" in said[0]


def test_an_interrupted_reading_goes_on_with_what_it_had_left_out(folder, monkeypatch):
    for module in (cache, pictures):
        monkeypatch.setattr(module, "CHUNK", 4)
    for i in range(22):
        picture(folder / f"{i:02}.png", i)
    for bad in ("01.png", "21.png"):
        (folder / bad).write_text("x")
    read, seen = pictures._read_image, []

    def interrupted(file, *args):
        if file.name == "09.png" and not seen:
            raise KeyboardInterrupt
        return read(file, *args)

    monkeypatch.setattr(pictures, "_read_image", interrupted)
    with pytest.raises(KeyboardInterrupt):
        data.image_folder(folder, 4, 1)
    monkeypatch.setattr(pictures, "_read_image", lambda file, *args: seen.append(file.name) or read(file, *args))
    assert greys(data.image_folder(folder, 4, 1)) == [0, *range(2, 21)]
    assert min(seen) == "08.png"


def test_too_many_that_cannot_be_read_end_it_soon(folder, monkeypatch, own_cache):
    for module in (cache, pictures):
        monkeypatch.setattr(module, "CHUNK", 4)
    for i in range(40):
        (folder / f"{i:02}.heic").write_text("x")
    read, seen = pictures._read_image, []
    monkeypatch.setattr(pictures, "_read_image", lambda file, *args: seen.append(file.name) or read(file, *args))
    with pytest.raises(ValueError, match=r"over a tenth of the 40 pictures in .* cannot be read: 00\.heic \(Unid"):
        data.image_folder(folder, 4)
    assert len(seen) == 8
    assert not list(own_cache.rglob("*.npy"))


def test_classes_and_images_stay_together_when_a_picture_is_skipped(folder):
    for i in range(20):
        picture(folder / ("cats" if i < 10 else "dogs") / f"{i:02}.png", i)
    (folder / "cats" / "03.png").write_text("x")
    dataset = data.image_folder(folder, 4)
    np.testing.assert_array_equal(dataset.labels, dataset.images[:, 0, 0, 0] >= 10)
    assert len(dataset.labels) == 19


def test_a_picture_of_too_many_pixels_is_named(folder, monkeypatch, capsys):
    for i in range(10):
        picture(folder / f"{i}.png")
    picture(folder / "wall.png", side=20)
    picture(folder / "photo.jpg", side=80)  # decoded at a fraction of its size
    monkeypatch.setattr(pictures, "MAX_PIXELS", 399)
    assert len(data.image_folder(folder, 4).images) == 11
    said = capsys.readouterr().err
    assert "wall.png (400 pixels, more than the 399 that are read" in said
    assert "photo.jpg" not in said


def test_large_pictures_are_converted_one_at_a_time(folder, monkeypatch):
    convert, at_once, most = pictures._converted, threading.Semaphore(1), []

    def converted(*args):
        most.append(at_once.acquire(blocking=False))
        image = convert(*args)
        at_once.release()
        return image

    for i in range(40):
        picture(folder / f"{i}.png", side=30)
    monkeypatch.setattr(pictures, "MANY_PIXELS", 100)
    monkeypatch.setattr(pictures, "_converted", converted)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    data.image_folder(folder, 4)
    assert most == [True] * 40


def test_a_folder_may_be_moved(folder, monkeypatch):
    picture(folder / "1.png", 10)
    data.image_folder(folder, 4)
    shutil.move(folder, folder.with_name("other"))
    monkeypatch.setattr(pictures, "_read_image", None)
    assert greys(data.image_folder(folder.with_name("other"), 4)) == [10]
