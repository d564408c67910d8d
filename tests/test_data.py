import functools
import gzip
import io
import pickle
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dcgan_tf import data, judges
from dcgan_tf.data import sources


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DCGAN_TF_CACHE", str(tmp_path / ".cache"))  # hidden, hence no part of a folder of pictures


# mnist, fashion_mnist


@pytest.mark.parametrize(("split", "per_class"), [("train", 1000), ("test", 200)])
def test_sample_has_each_digit_equally_often(split, per_class):
    images, labels, names = data.mnist("sample", split)
    assert np.bincount(labels).tolist() == [per_class] * 10
    assert images.shape == (10 * per_class, 28, 28, 1)
    assert images.dtype == np.uint8
    assert names == tuple("0123456789")


def test_sample_looks_like_mnist():
    # LeCun's digits lie on black, use the full range and have the mean 33.3 over the 60,000.
    images = data.mnist("sample").images
    assert (images.min(), images.max()) == (0, 255)
    assert images.mean() == pytest.approx(33.3, abs=0.5)
    assert not images[:, 0].any()


def test_sample_keeps_training_and_test_digits_apart():
    train, test = ({image.tobytes() for image in data.mnist("sample", split).images} for split in ("train", "test"))
    assert len(train) == 10_000
    assert not train & test


def test_sample_is_small():
    assert (data.BUNDLED / "mnist_sample.npz").stat().st_size < 3_000_000


@pytest.mark.parametrize("arguments", [("huge",), ("sample", "validation"), ("full", "validation")])
def test_mnist_says_what_is_allowed(arguments):
    with pytest.raises(ValueError, match=r"'sample' and 'full', not 'huge'|'train' or 'test', not 'validation'"):
        data.mnist(*arguments)


@pytest.mark.parametrize(
    ("name", "load"), [("mnist", lambda: data.mnist("full")), ("fashion_mnist", data.fashion_mnist)]
)
def test_offline_names_the_bundled_digits(monkeypatch, name, load):
    def fail():
        raise Exception("URL fetch failure on https://storage.googleapis.com:\n None -- Name not resolved")

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)
    with pytest.raises(ConnectionError, match=rf"^{name} .*Name not resolved.*--data mnist-sample") as caught:
        load()
    assert "\n" not in str(caught.value)


def test_full_mnist_gains_a_channel(monkeypatch):
    digits = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    splits = (digits, np.array([3, 4])), (digits[:1] + 1, np.array([5]))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: splits)
    images, labels, _ = data.mnist("full", "test")
    np.testing.assert_array_equal(images, digits[:1, ..., None] + 1)
    assert labels.tolist() == [5]


def write_idx(path, array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


def test_fashion_mnist_is_read_from_the_cache(tmp_path, monkeypatch):
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for prefix, n in [("train", 5), ("t10k", 3)]:
        images, labels = random.integers(0, 256, (n, 28, 28), np.uint8), random.integers(0, 10, n).astype(np.uint8)
        write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", labels)
    # KERAS_HOME is read when Keras is imported, too early for a test.
    cached = functools.partial(keras.utils.get_file, cache_dir=str(tmp_path))
    monkeypatch.setitem(keras.datasets.fashion_mnist.load_data.__globals__, "get_file", cached)
    loaded = data.fashion_mnist("test")
    np.testing.assert_array_equal(loaded.images, images[..., None])
    np.testing.assert_array_equal(loaded.labels, labels)
    assert len(data.fashion_mnist("train").images) == 5
    assert len(loaded.names) == 10


# npz

GREY = np.random.default_rng(0).integers(0, 256, (6, 5, 4), np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (3, 5, 4, 3), np.uint8)


def archive(folder, **arrays):
    np.savez_compressed(folder / "a.npz", **arrays)
    return folder / "a.npz"


def test_npz_reads_the_split(tmp_path):
    path = archive(tmp_path, x_train=GREY, y_train=np.arange(6), x_test=COLOUR, y_test=np.array([7, 8, 9]))
    train, test = data.npz(path), data.npz(str(path), "test")
    np.testing.assert_array_equal(train.images, GREY[..., None])
    np.testing.assert_array_equal(test.images, COLOUR)
    assert train.labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert test.labels.tolist() == [7, 8, 9]


def test_npz_reads_images_and_labels(tmp_path):
    images, labels, _ = data.npz(archive(tmp_path, images=COLOUR, labels=np.array([2, 0, 1], np.uint8)))
    np.testing.assert_array_equal(images, COLOUR)
    assert labels.tolist() == [2, 0, 1]


def test_npz_needs_no_labels(tmp_path):
    assert data.npz(archive(tmp_path, images=COLOUR)).labels is None


def test_npz_takes_labels_in_a_column_as_keras_has_those_of_cifar_10(tmp_path):
    labels = data.npz(archive(tmp_path, images=COLOUR, labels=np.array([[2], [0], [1]], np.uint8))).labels
    assert labels.tolist() == [2, 0, 1]


@pytest.mark.parametrize("labels", [np.ones(6), np.arange(5), np.array(["a"] * 6), np.array([None] * 6)])
def test_npz_leaves_labels_unread_that_nobody_asks_for(tmp_path, labels):
    path = archive(tmp_path, images=COLOUR, labels=labels)
    assert data.npz(path, labels=False).labels is None
    assert data.load(path, labels=False).images.shape == (3, 64, 64, 3)
    with pytest.raises(ValueError, match=r"integers|Python objects"):
        data.load(path)


@pytest.mark.parametrize(
    ("arrays", "split", "message"),
    [
        (dict(pictures=GREY), "train", "no array 'x_train' or 'images', only 'pictures'"),
        (dict(), "train", "no array 'x_train' or 'images', only nothing"),
        (dict(images=GREY), "test", "no array 'x_test', only 'images'"),
        (dict(x_train=GREY), "test", "no array 'x_test', only 'x_train'"),
        (dict(images=GREY[0]), "train", r"images of .* shape .*, not \(5, 4\)"),
        (dict(images=COLOUR[None]), "train", r"not \(1, 3, 5, 4, 3\)"),
        (dict(images=COLOUR[..., :2]), "train", r"not \(3, 5, 4, 2\)"),
        (dict(images=GREY[:0]), "train", r"not \(0, 5, 4, 1\)"),
        (dict(images=GREY / 255), "train", "must be uint8, 0 to 255, not float64"),
        (dict(images=GREY.astype(int)), "train", "not int64"),
        (dict(images=GREY, labels=np.arange(5)), "train", r"labels of .* must be 6 integers.*not int64 \(5,\)"),
        (dict(x_train=GREY, y_train=np.ones(6)), "train", "y_train of .* must be 6 integers.*not float64"),
        (dict(images=GREY, labels=np.ones((6, 2), int)), "train", r"not int64 \(6, 2\)"),
        (dict(images=GREY, labels=np.array(["a"] * 6)), "train", r"not <U1 \(6,\)"),
    ],
)
def test_npz_says_what_is_wrong_with_an_array(tmp_path, arrays, split, message):
    with pytest.raises(ValueError, match=message):
        data.npz(archive(tmp_path, **arrays), split)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("key", ["images", "labels"])
def test_npz_never_unpickles_an_array(tmp_path, key):
    crater = tmp_path / "crater"
    path = archive(tmp_path, **({"images": GREY} | {key: np.array([Bomb(crater)])}))
    with pytest.raises(ValueError, match="holds Python objects"):
        data.npz(path)
    assert not crater.exists()
    np.load(path, allow_pickle=True)[key]
    assert crater.exists()  # it would have gone off


def test_npz_never_unpickles_a_file(tmp_path):
    path, crater = tmp_path / "a.npz", tmp_path / "crater"
    path.write_bytes(pickle.dumps(Bomb(crater)))
    with pytest.raises(ValueError, match=r"a\.npz is not a whole \.npz archive"):
        data.npz(path)
    assert not crater.exists()


def truncate(content):
    return content[: len(content) // 2]


def damage(content):
    return content[:60] + b"\xff" * 40 + content[100:]


def page(content):
    return b"<!DOCTYPE html><title>Google Drive - Quota exceeded</title>"


def bare_array(content):
    buffer = io.BytesIO()
    np.save(buffer, GREY)
    return buffer.getvalue()


def boast(content):
    """An archive whose array says that it is far larger than the file."""
    buffer, header = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(header, dict(descr="|u1", fortran_order=False, shape=(10**12, 28, 28)))
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("images.npy", header.getvalue() + b"0")
    return buffer.getvalue()


def listed(place, value):
    """What puts a number into the entry of the first file in an archive's list, and before that file itself."""

    def spoil(content):
        spoiled, entry = bytearray(content), content.rindex(b"PK\x01\x02")
        for start in (entry + place, *([place - 2] if 4 < place < 12 else [])):
            spoiled[start : start + 2] = struct.pack("<H", value)
        return bytes(spoiled)

    return spoil


def headed(header):
    """An archive whose array has that header."""

    def spoil(content):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as file:
            file.writestr("images.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        return buffer.getvalue()

    return spoil


def lzma(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("images.npy", bare_array(None))
    return damage(buffer.getvalue())


SPOILERS = {
    "cut short": truncate,
    "damaged": damage,
    "a web page": page,
    "an array": bare_array,
    "far larger": boast,
    "empty": lambda content: b"",
    "encrypted": listed(8, 1),
    "method 99": listed(10, 99),
    "of a later version": listed(6, 99),
    "with a damaged list": listed(0, 0),
    "with a file beyond the end": listed(42, 0xFFFF),
    "LZMA, damaged": lzma,
    "no array": headed(b"{'descr': '|u1'}"),
    "deep": headed(b"-" * 9000 + b"1"),
    "deep brackets": headed(b"(" * 900 + b")" * 900),
    "a long header": headed(b"x" * 20_000),
}


@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS)
def test_npz_refuses_what_is_no_whole_archive(tmp_path, spoil):
    path = archive(tmp_path, images=GREY)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ValueError, match=r"a\.npz is not a whole \.npz archive") as caught:
        data.npz(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize("name", ["absent.npz", "."])
def test_npz_needs_a_file(tmp_path, name):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        data.npz(tmp_path / name)


# image_folder


def read_one(folder, name, image, size=4, channels=3, **options):
    image.save(folder / name, **options)
    images = data.image_folder(folder, size, channels).images
    assert images.shape == (1, size, size, channels)
    assert images.dtype == np.uint8
    return images[0]


def flat(mode, colour):
    return Image.new(mode, (32, 32), colour)


def palette(transparency=None):
    image = flat("P", 3)
    image.putpalette([0, 0, 0] * 3 + [10, 200, 30])
    if transparency is not None:
        image.info["transparency"] = transparency
    return image


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("rgb.png", flat("RGB", (10, 200, 30)), (10, 200, 30)),
        ("rgb.jpg", flat("RGB", (10, 200, 30)), (10, 200, 30)),
        ("rgb.webp", flat("RGB", (10, 200, 30)), (10, 200, 30)),
        ("grey.png", flat("L", 77), (77, 77, 77)),
        ("grey.jpg", flat("L", 77), (77, 77, 77)),
        ("bits.png", flat("1", 1), (255, 255, 255)),
        ("clear.png", flat("RGBA", (255, 0, 0, 0)), (255, 255, 255)),
        ("half.png", flat("RGBA", (255, 0, 0, 128)), (255, 127, 127)),
        ("solid.png", flat("RGBA", (255, 0, 0, 255)), (255, 0, 0)),
        ("grey_clear.png", flat("LA", (0, 0)), (255, 255, 255)),
        ("palette.png", palette(), (10, 200, 30)),
        ("palette_clear.png", palette(3), (255, 255, 255)),
        ("palette_other.png", palette(0), (10, 200, 30)),
        ("palette.gif", palette(), (10, 200, 30)),
        ("cmyk.jpg", flat("CMYK", (0, 255, 255, 0)), (255, 0, 0)),
        ("cmyk.tif", flat("CMYK", (0, 0, 0, 255)), (0, 0, 0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_colours_survive_the_conversion(tmp_path, name, image, expected):
    np.testing.assert_allclose(read_one(tmp_path, name, image), np.broadcast_to(expected, (4, 4, 3)), atol=3)


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_are_scaled_not_clipped(tmp_path, channels):
    levels = np.repeat([0, 4096, 32896, 65535], 16).reshape(4, 16).repeat(4, 0).astype(np.uint16)
    pixels = read_one(tmp_path, "deep.png", Image.fromarray(levels), size=16, channels=channels)
    np.testing.assert_allclose(pixels, (levels / 257)[..., None].repeat(channels, -1), atol=1)


@pytest.mark.parametrize("level", [200, 200 << 8, 200 << 23])
def test_32_bits_hold_8_or_16_or_all_of_them(tmp_path, level):
    pixels = np.repeat(np.array([[0, 0, level, level]], np.int32), 4, axis=0)
    image = read_one(tmp_path, "wide.tif", Image.fromarray(pixels), channels=1)
    assert image[0, :, 0].tolist() == [0, 0, 200, 200]


def test_first_frame_of_an_animation_is_taken(tmp_path):
    red, blue = flat("RGB", "red"), flat("RGB", "blue")
    pixels = read_one(tmp_path, "moving.gif", red, save_all=True, append_images=[blue, blue])
    np.testing.assert_array_equal(pixels, np.broadcast_to((255, 0, 0), (4, 4, 3)))


# What a camera stores when it was held so that the picture has to be turned as the EXIF standard says.
STORED = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.rot90(upright, 2).T,
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", STORED)
def test_turned_photographs_are_set_upright(tmp_path, orientation):
    upright = np.array([[0, 80], [160, 240]], np.uint8).repeat(64, 0).repeat(64, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright)))
    pixels = read_one(tmp_path, "photo.jpg", stored, size=8, channels=1, exif=exif, quality=95)
    np.testing.assert_allclose(pixels[[1, 1, 6, 6], [1, 6, 1, 6], 0], [0, 80, 160, 240], atol=6)


@pytest.mark.parametrize("name", ["flag.png", "flag.jpg"])
@pytest.mark.parametrize("turn", [0, 1])
def test_oblong_pictures_are_cropped_not_squashed(tmp_path, name, turn):
    flag = np.zeros((64, 192, 3), np.uint8)
    for third in range(3):
        flag[:, 64 * third : 64 * (third + 1), third] = 255
    pixels = read_one(tmp_path, name, Image.fromarray(np.ascontiguousarray(np.rot90(flag, turn))), size=8)
    assert (pixels.argmax(-1) == 1).all()


def test_one_channel_is_luminance(tmp_path):
    pixels = read_one(tmp_path, "green.png", flat("RGB", (0, 255, 0)), channels=1)
    np.testing.assert_allclose(pixels, 0.587 * 255, atol=1)  # ITU-R 601


def png_header(width, height):
    """A PNG that ends where the pixels should begin."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    ihdr = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + ihdr + chunk(b"IDAT", b"")


def half_a_jpeg():
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()[: buffer.tell() // 2]


def fill(folder, n):
    """n small pictures, each of another grey: 0, 1, 2, …"""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        Image.new("L", (4, 4), i).save(folder / f"good{i:03}.png")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (half_a_jpeg(), "truncated"),
        (b"", "cannot identify image file"),
        (b"Thumbnails of 2019", "cannot identify image file"),
        (png_header(4, 4), ""),
        # Told by the header: had the pixels been asked for, the reason would be their absence.
        (png_header(30_000, 30_000), "900000000 pixels"),
        (png_header(15_000, 15_000), "225000000 pixels"),
    ],
    ids=["truncated", "empty", "text", "no pixels", "huge", "large"],
)
def test_unreadable_files_are_skipped_and_named(tmp_path, capsys, content, reason):
    fill(tmp_path, 19)
    (tmp_path / "good005_bad.jpg").write_bytes(content)
    images = data.image_folder(tmp_path, 4, 1).images
    assert images[:, 0, 0, 0].tolist() == list(range(19))
    said = capsys.readouterr().err
    assert said.startswith(f"skipped 1 of 20 pictures in {tmp_path}: good005_bad.jpg (")
    assert reason in said
    assert said.count("\n") == 1


def test_many_skipped_are_counted_and_ten_named(tmp_path, capsys):
    fill(tmp_path, 120)
    for i in range(11):
        (tmp_path / f"note{i:02}.png").write_text("x")
    data.image_folder(tmp_path, 4)
    said = capsys.readouterr().err
    assert "skipped 11 of 131" in said
    assert "note09.png" in said
    assert "note10.png" not in said


def test_a_tenth_may_be_skipped(tmp_path):
    fill(tmp_path, 9)
    (tmp_path / "a.png").touch()
    assert len(data.image_folder(tmp_path, 4).images) == 9


def test_more_than_a_tenth_skipped_is_an_error(tmp_path):
    fill(tmp_path, 17)
    (tmp_path / "a.png").touch()
    (tmp_path / "b.png").touch()
    with pytest.raises(ValueError, match=r"2 of 19 pictures .* over a tenth: a\.png .*; b\.png"):
        data.image_folder(tmp_path, 4)


def test_hidden_files_are_passed_over(tmp_path, capsys):
    fill(tmp_path, 2)
    fill(tmp_path / ".trash", 1)
    for name in (".DS_Store", "._good000.png", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_text("x")
    assert len(data.image_folder(tmp_path, 4).images) == 2
    assert capsys.readouterr().err == ""


def test_subfolders_are_the_classes(tmp_path):
    for folder in ("dogs/old", "cats", "dogs"):
        fill(tmp_path / folder, 2)
    _, labels, names = data.image_folder(tmp_path, 4)
    assert names == ("cats", "dogs")
    assert labels.tolist() == [0, 0, 1, 1, 1, 1]


def test_a_class_without_readable_pictures_is_none(tmp_path):
    fill(tmp_path / "cats", 10)
    (tmp_path / "dogs").mkdir()
    (tmp_path / "dogs" / "a.png").touch()
    assert data.image_folder(tmp_path, 4).names == ("cats",)


def test_pictures_beside_subfolders_have_no_classes(tmp_path):
    fill(tmp_path / "cats", 2)
    fill(tmp_path, 1)
    images, labels, names = data.image_folder(tmp_path, 4)
    assert len(images) == 3
    assert labels is None
    assert names == ()


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("empty", ValueError, "empty holds no files"),
        ("texts", ValueError, r"texts holds no pictures .* 2 files: a\.txt"),
        ("absent", FileNotFoundError, "there is no folder .*absent"),
        ("texts/a.txt", NotADirectoryError, r"a\.txt is not a folder"),
    ],
)
def test_image_folder_needs_a_folder_with_pictures(tmp_path, name, error, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    for text in ("a.txt", "b.txt"):
        (tmp_path / "texts" / text).write_text("x")
    with pytest.raises(error, match=message):
        data.image_folder(tmp_path / name)


def test_pillows_warnings_are_not_passed_on(tmp_path, capsys):
    fill(tmp_path, 19)
    (tmp_path / "large.png").write_bytes(png_header(10_000, 10_000))  # Pillow reads it, but warns
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data.image_folder(tmp_path, 4)
    assert "Warning" not in capsys.readouterr().err


def test_image_folder_leaves_the_warnings_of_others_alone(tmp_path):
    fill(tmp_path, 250)
    before = list(warnings.filters)
    for _ in range(3):  # threads that change the filters do so in no fixed order
        data.image_folder(tmp_path, 4)
    assert warnings.filters == before


# resize


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([1], r"uint8 \(N, H, W, 1 or 3\), not list"),
        (np.zeros((2, 4, 4, 1)), r"not float64 \(2, 4, 4, 1\)"),
        (np.zeros((2, 4, 4), np.uint8), r"not uint8 \(2, 4, 4\)"),
        (np.zeros((2, 4, 4, 2), np.uint8), r"not uint8 \(2, 4, 4, 2\)"),
        (np.zeros((2, 0, 4, 1), np.uint8), r"not uint8 \(2, 0, 4, 1\)"),
    ],
)
def test_resize_says_which_images_it_takes(images, message):
    with pytest.raises(ValueError, match=message):
        data.resize(images, 8)


@pytest.mark.parametrize("size", [0, -1, 2.5, "8", True, None])
def test_resize_says_which_sizes_it_takes(size):
    with pytest.raises(ValueError, match=f"size must be an integer of at least 1, not {size!r}"):
        data.resize(np.zeros((2, 4, 4, 1), np.uint8), size)


@pytest.mark.parametrize("channels", [1, 3])
def test_resize_crops_to_the_central_square(channels):
    images = np.zeros((2, 30, 90, channels), np.uint8)
    images[0, :, 30:60], images[1, :, 30:60] = 200, 100
    resized = data.resize(images, 6)
    assert resized.shape == (2, 6, 6, channels)
    np.testing.assert_allclose(resized[:, 1:-1, 1:-1].mean(axis=(1, 2)), np.repeat([[200], [100]], channels, 1), atol=2)


def test_resize_averages_rather_than_picks():
    checkers = np.indices((64, 64)).sum(0)[None, ..., None] % 2 * np.uint8(255)
    np.testing.assert_allclose(data.resize(checkers.astype(np.uint8), 8), 127.5, atol=4)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 1, 4, 3), (2, 4, 1, 1), (2, 4, 1, 3)])
def test_resize_takes_pictures_one_pixel_wide(shape):
    assert (data.resize(np.full(shape, 9, np.uint8), 2) == 9).all()


def test_resize_leaves_the_right_size_alone():
    images = np.zeros((2, 8, 8, 1), np.uint8)
    assert data.resize(images, 8) is images


# batches


def numbered(n):
    return np.arange(n, dtype=np.uint8).reshape(n, 1, 1, 1)


def take(steps, *args, **kwargs):
    return list(data.batches(*args, **kwargs).take(steps).as_numpy_iterator())


def numbers(steps, *args, **kwargs):
    return np.array(take(steps, *args, **kwargs)).reshape(steps, -1)


sizes = st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))


@settings(max_examples=20, deadline=None)
@given(sizes, st.integers(0, 60), st.integers(0, 2**40))
def test_batches_go_on_where_they_stopped(n_and_batch_size, start_step, seed):
    n, batch_size = n_and_batch_size
    whole = numbers(start_step + 5, numbered(n), batch_size, seed)
    np.testing.assert_array_equal(numbers(5, numbered(n), batch_size, seed, start_step=start_step), whole[start_step:])


@settings(max_examples=20, deadline=None)
@given(sizes)
def test_no_image_comes_twice_in_an_epoch(n_and_batch_size):
    n, batch_size = n_and_batch_size
    steps = n // batch_size
    for epoch in numbers(3 * steps, numbered(n), batch_size, 0).reshape(3, -1):
        assert len(set(epoch)) == len(epoch) == steps * batch_size


def test_epochs_have_orders_of_their_own():
    first, second = numbers(8, numbered(40), 10, 0).reshape(2, -1)
    assert first.tolist() != second.tolist()


def test_the_dropped_rest_is_another_each_epoch():
    assert set(numbers(12, numbered(11), 10, 0).ravel()) == set(range(11))


def test_far_steps_cost_nothing():
    far = numbers(2, numbered(5), 5, seed=0, start_step=10**12)
    assert [sorted(batch) for batch in far] == [[0, 1, 2, 3, 4]] * 2
    assert (far[0] != far[1]).any()


def test_seeds_differ():
    assert (numbers(3, numbered(200), 50, seed=1) != numbers(3, numbered(200), 50, seed=2)).any(axis=1).all()


@pytest.mark.parametrize("shape", [(), (4,)])
def test_labels_stay_with_their_images(shape):
    labels = np.arange(30, dtype=np.int32).reshape((30,) + (1,) * len(shape)) * np.ones(shape, np.int32)
    for images, chosen in take(5, numbered(30), 7, 0, labels=labels):
        assert chosen.shape == (7, *shape)
        np.testing.assert_array_equal(chosen.reshape(7, -1), images.reshape(7, 1) * np.ones((1, chosen[0].size)))


def test_labels_do_not_change_the_order():
    with_labels = [images for images, _ in take(5, numbered(30), 7, 0, labels=np.arange(30))]
    np.testing.assert_array_equal(with_labels, take(5, numbered(30), 7, 0))


def test_memory_mapped_images_give_the_same_batches(tmp_path):
    np.save(tmp_path / "a.npy", numbered(20))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    np.testing.assert_array_equal(take(5, mapped, 6, 0), take(5, numbered(20), 6, 0))


def test_only_the_batch_at_hand_is_read():
    class Spy:
        shape, dtype = (100, 1, 1, 1), np.dtype(np.uint8)
        asked = ()

        def __len__(self):
            return 100

        def __getitem__(self, index):
            Spy.asked += (len(index),)
            return numbered(100)[index]

    take(3, Spy(), 10, 0)
    assert set(Spy.asked) == {10}
    assert len(Spy.asked) < 10  # some are fetched ahead


def test_shapes_are_known_before_the_first_batch():
    dataset = data.batches(np.zeros((9, 4, 5, 3), np.uint8), 2, 0, labels=np.zeros((9, 7), np.float32))
    assert dataset.element_spec == (tf.TensorSpec((2, 4, 5, 3), tf.uint8), tf.TensorSpec((2, 7), tf.float32))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(batch_size=0), "batch_size must be from 1 to the number of images, 9, not 0"),
        (dict(batch_size=10), "9, not 10"),
        (dict(batch_size=1.5), "9, not 1.5"),
        (dict(batch_size=True), "9, not True"),
        (dict(seed=0.5), "integers of at least 0, not 0.5 and 0"),
        (dict(seed=None), "not None and 0"),
        (dict(start_step="1"), "not 0 and '1'"),
        (dict(labels=5), "no labels do not fit 9 images"),
        (dict(labels=["a"] * 9), "labels must be numbers, not <U1"),
        (dict(labels=[None] * 9), "labels must be numbers, not object"),
        (dict(seed=-1), "not -1 and 0"),
        (dict(start_step=-2), "not 0 and -2"),
        (dict(labels=np.zeros(8)), "8 labels do not fit 9 images"),
    ],
)
def test_batches_says_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.batches(numbered(9), **(dict(batch_size=3, seed=0) | arguments))


@pytest.mark.parametrize("images", [[1, 2], None, np.float32(3)])
def test_batches_are_of_an_array(images):
    with pytest.raises(ValueError, match=r"images must be an array \(N, H, W, C\), not (list|NoneType|float32)"):
        data.batches(images, 1, 0)


# load


@pytest.mark.parametrize(
    ("name", "split", "function", "expected"),
    [
        ("mnist-sample", "train", "mnist", ("sample", "train")),
        ("mnist-sample", "test", "mnist", ("sample", "test")),
        ("mnist", "test", "mnist", ("full", "test")),
        ("fashion-mnist", "test", None, ("test",)),
        ("faces", "train", "faces", ()),
        ("faces", "test", "faces", (2_000, ("seed", 1))),
    ],
)
def test_a_name_is_loaded_by_its_own_function(monkeypatch, name, split, function, expected):
    asked = []

    def load(*args, **kwargs):
        asked.append((*args, *kwargs.items()))
        return data.Dataset(np.zeros((3, 32, 32, 1), np.uint8), np.arange(3), ("a", "b", "c"))

    if function:
        monkeypatch.setattr(sources, function, load)
    else:
        monkeypatch.setitem(sources.SOURCES, name, sources.SOURCES[name]._replace(load=load))
    for size, side in ((None, 32), (64, 64)):
        images, labels, names = data.load(name, size, split)
        assert images.shape == (3, side, side, 1)
        assert (labels.tolist(), names) == ([0, 1, 2], ("a", "b", "c"))
    assert asked == [expected] * 2


def test_celeba_is_asked_for_its_size_and_needs_its_root(monkeypatch):
    asked = []
    photographs = data.Dataset(np.zeros((3, 64, 64, 3), np.uint8))
    row = sources.SOURCES["celeba"]._replace(load=lambda *args: asked.append(args) or photographs)
    monkeypatch.setitem(sources.SOURCES, "celeba", row)
    assert data.load("celeba", root="there").images is photographs.images
    assert data.load("celeba", 32, "test", root="there").images.shape == (3, 32, 32, 3)
    assert asked == [("there", 64, "train"), ("there", 32, "test")]
    for name, root in (("celeba", None), ("mnist-sample", "there"), ("no-such", "there")):
        with pytest.raises(ValueError, match="celeba needs --root"):
            data.load(name, root=root)


def test_only_digits_and_faces_have_a_judge_and_it_knows_their_size():
    rows = {name: (row.size, row.judge, row.needs_root) for name, row in sources.SOURCES.items()}
    known = {
        "mnist-sample": (28, "digits", False), "mnist": (28, "digits", False), "fashion-mnist": (28, None, False),
        "faces": (64, "faces", False), "celeba": (64, None, True),
    }  # fmt: skip
    assert {name: rows[name] for name in known} == known
    for size, judge, _ in rows.values():
        assert judge is None or judges.JUDGES[judge].shape[0] == size


@pytest.mark.parametrize(("shape", "side"), [((28, 28), 28), ((128, 128), 128), ((40, 40), 64), ((28, 32), 64)])
def test_an_archive_s_images_keep_a_size_that_there_is(tmp_path, shape, side):
    path = archive(tmp_path, images=np.zeros((2, *shape), np.uint8))
    assert data.load(path).images.shape == (2, side, side, 1)


def test_load_says_what_is_allowed(tmp_path):
    (tmp_path / "a.txt").write_text("")
    for size in (29, 28.0, "28", True):
        with pytest.raises(ValueError, match=f"size must be one of 28, 32, 64, 128, not {size!r}"):
            data.load("mnist-sample", size)
    for channels in (0, 2, "1", True, 1.0):
        with pytest.raises(ValueError, match=f"channels must be 1 or 3, not {channels!r}"):
            data.load("mnist-sample", channels=channels)
    with pytest.raises(ValueError, match="mnist-sample has images of 1 channels, not 3: only a folder"):
        data.load("mnist-sample", channels=3)
    assert data.load("mnist-sample", channels=1).images.shape[-1] == 1
    with pytest.raises(ValueError, match=r"neither a folder of images nor an \.npz file"):
        data.load(tmp_path / "a.txt")
    with pytest.raises(FileNotFoundError, match="no data set 'no-such': give mnist-sample, mnist, fashion-mnist"):
        data.load("no-such")


def test_no_source_is_asked_for_a_split_that_there_is_not(monkeypatch):
    row = sources.SOURCES["faces"]._replace(load=lambda split: pytest.fail(f"asked for {split}"))
    monkeypatch.setitem(sources.SOURCES, "faces", row)
    with pytest.raises(ValueError, match="'train' or 'test', not 'dev'"):
        data.load("faces", split="dev")


@pytest.mark.parametrize("path", [None, 5, "", b"a", "a\0b", ["a"]])
@pytest.mark.parametrize("read", [data.npz, data.image_folder, data.celeba, data.load])
def test_what_is_no_path_is_told(read, path):
    what = {data.load: "the data set", data.celeba: "root"}.get(read, "path")
    with pytest.raises(ValueError, match=f"^{what} must be the path of a file or folder, not ") as caught:
        read(path)
    assert str(caught.value).endswith(repr(path))


def test_a_path_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    archive(tmp_path, images=COLOUR)
    assert len(data.npz("~/a.npz").images) == len(data.load("~/a.npz").images) == 3
