"""CelebA, from archives made here in the official layout and in Kaggle's."""

import io
import zipfile

import numpy as np
import pytest

from dcgan_tf import data
from dcgan_tf.data import cache, celeb

N = 12
NAMES = ["5_o_Clock_Shadow", "Eyeglasses", "Smiling"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DCGAN_TF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "CHUNK", 4)
    monkeypatch.setattr(celeb, "CHUNK", 4)
    return tmp_path / "cache"


def picture(i):
    """A JPEG of 178×218: a bright disc whose brightness tells the number, off-centre stripes above the crop."""
    from PIL import Image

    pixels = np.zeros((218, 178, 3), np.uint8)
    pixels[:10] = (255, 0, 0)  # cropped away
    pixels[60:158, 40:138] = 20 * i
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def attributes():
    return np.random.default_rng(0).integers(0, 2, (N, len(NAMES)))


def files():
    return [f"{i + 1:06}.jpg" for i in range(N)]


def tables(kind):
    """Both tables as {name: text}, in the official format (variable spaces) or Kaggle's."""
    signs = 2 * attributes() - 1
    parts = [0] * 8 + [1] * 2 + [2] * 2
    if kind == "official":
        rows = [f"{f} " + " ".join(f"{s:2d}" for s in row) + " \n" for f, row in zip(files(), signs, strict=True)]
        attr = f"{N}\n{' '.join(NAMES)} \n" + "".join(rows)
        split = "".join(f"{f} {p}\n" for f, p in zip(files(), parts, strict=True))
        return {"list_attr_celeba.txt": attr, "list_eval_partition.txt": split}
    rows = [",".join([f, *map(str, row)]) + "\r\n" for f, row in zip(files(), signs, strict=True)]
    parts = "".join(f"{f},{p}\r\n" for f, p in zip(files(), parts, strict=True))
    return {"list_attr_celeba.csv": ",".join(["image_id", *NAMES]) + "\r\n" + "".join(rows),
            "list_eval_partition.csv": "image_id,partition\r\n" + parts,
            "list_bbox_celeba.csv": "image_id,x_1\r\n"}  # fmt: skip


def build(root, layout):
    """Writes one of the layouts; gives what to pass as `root`."""
    kind, form = layout.split()
    root.mkdir(parents=True, exist_ok=True)
    inner = "img_align_celeba/" if kind == "official" else "img_align_celeba/img_align_celeba/"
    pictures = {inner + f: picture(i) for i, f in enumerate(files())}
    texts = {name: text.encode() for name, text in tables(kind).items()}
    beside, inside = (texts, pictures) if kind == "official" else ({}, pictures | texts)
    if form == "zip":
        path = root / ("img_align_celeba.zip" if kind == "official" else "archive.zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(inner, b"")
            for name, content in inside.items():
                archive.writestr(name, content)
    else:
        beside, path = texts | pictures, root
    for name, content in beside.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return path


LAYOUTS = ["official zip", "official folder", "kaggle zip", "kaggle folder"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("give", ["path", "folder"])
def test_layouts(tmp_path, layout, give):
    path = build(tmp_path / "celeba files", layout)
    faces = data.celeba(path if give == "path" else tmp_path / "celeba files", split="all", verbose=False)
    assert faces.images.shape == (N, 64, 64, 3)
    assert faces.names == tuple(NAMES)
    np.testing.assert_array_equal(faces.labels, attributes())
    assert isinstance(faces.images, np.memmap)
    np.testing.assert_allclose(faces.images[:, 32, 32, 0], 20 * np.arange(N), atol=4)
    assert faces.images[:, 0].max() < 40  # the red rim is cropped, not squashed into the square


def test_official_drive_and_torchvision_folders(tmp_path):
    build(tmp_path / "flat", "official zip")
    for name, folder in [("img_align_celeba.zip", "Img"), ("list_attr_celeba.txt", "Anno"),
                         ("list_eval_partition.txt", "Eval")]:  # fmt: skip
        (tmp_path / "drive" / folder).mkdir(parents=True)
        (tmp_path / "drive" / folder / name).write_bytes((tmp_path / "flat" / name).read_bytes())
    build(tmp_path / "torchvision" / "celeba", "official folder")
    for root in ("drive", "torchvision"):
        assert len(data.celeba(tmp_path / root, verbose=False).images) == 8


def test_partition(tmp_path):
    path = build(tmp_path, "official zip")
    sizes = {s: data.celeba(path, split=s, verbose=False) for s in ("train", "validation", "test", "all")}
    assert [len(s.images) for s in sizes.values()] == [8, 2, 2, 12]
    np.testing.assert_array_equal(sizes["test"].labels, attributes()[10:])
    np.testing.assert_array_equal(sizes["test"].images, sizes["all"].images[10:])
    assert isinstance(sizes["test"].images, np.memmap)


def test_an_interrupted_pass_goes_on(tmp_path, monkeypatch, own_cache):
    path = build(tmp_path, "kaggle zip")
    read, seen = celeb._Zip.read, []

    def interrupted(self, file):
        if file == "000007.jpg" and not seen:
            raise KeyboardInterrupt
        return read(self, file)

    monkeypatch.setattr(celeb._Zip, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        data.celeba(path, verbose=False)
    monkeypatch.setattr(celeb._Zip, "read", lambda self, file: seen.append(file) or read(self, file))
    faces = data.celeba(path, split="all", verbose=False)
    assert seen[0] == "000005.jpg"  # a chunk of four was kept
    np.testing.assert_allclose(faces.images[:, 32, 32, 0], 20 * np.arange(N), atol=4)


def test_sizes_have_caches_of_their_own(tmp_path):
    path = build(tmp_path, "official zip")
    assert data.celeba(path, 32, verbose=False).images.shape == (8, 32, 32, 3)
    assert data.celeba(path, 64, verbose=False).images.shape == (8, 64, 64, 3)


def rewrite(path, change, compression=zipfile.ZIP_STORED):
    """The zip with {member: content} changed; None leaves a member out."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content.update(change)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, value in content.items():
            if value is not None:
                archive.writestr(name, value)


def quota_page(path):
    path.write_text("<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head></html>")


def corrupt(path, member=b"000005.jpg", value=0):
    content = bytearray(path.read_bytes())
    place = content.index(member) + 400
    content[place : place + 40] = bytes([value]) * 40
    path.write_bytes(content)


def corrupt_deflated(path):
    rewrite(path, {}, zipfile.ZIP_DEFLATED)
    corrupt(path, value=255)


def encrypt(path):
    patch_list(path, 8, 1, b"000005.jpg")


def patch_list(path, place, value, member):
    """Puts a number into a member's entry in the list of an archive, and before the member itself."""
    content = bytearray(path.read_bytes())
    entry, start = content.rindex(member) - 63, content.index(member) - 47
    assert content[entry : entry + 4] == b"PK\x01\x02"
    assert content[start : start + 4] == b"PK\x03\x04"
    content[entry + place], content[start + place - 2] = value, value
    path.write_bytes(content)


def damage_list(path):
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02")] = 0
    path.write_bytes(content)


def corrupt_lzma(path):
    rewrite(path, {}, zipfile.ZIP_LZMA)
    corrupt(path, value=255)


ZIP_FAULTS = {
    "encrypted": (encrypt, "000005.jpg in .* is damaged .*encrypted"),
    "method 99": (lambda p: patch_list(p, 10, 99, b"000005.jpg"), "000005.jpg in .* is damaged .*not supported"),
    "of a later version": (lambda p: patch_list(p, 6, 99, b"000005.jpg"), r"img_align_celeba.zip is a damaged.*9\.9"),
    "damaged list": (damage_list, "img_align_celeba.zip is a damaged zip file"),
    "damaged LZMA member": (corrupt_lzma, "000005.jpg in .* is damaged"),
    "escapes in a name": (lambda p: rewrite(p, {"\x1b[2J.jpg": b""}), r"the first \\x1b\[2J.jpg"),
    "quota page": (quota_page, "is a web page: Google Drive"),
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:-500]), "no whole zip file.*get it again"),
    "empty": (lambda p: p.write_bytes(b""), "no whole zip file"),
    "climbs out": (lambda p: rewrite(p, {"../evil.jpg": b""}), "outside of itself, '../evil.jpg'"),
    "absolute": (lambda p: rewrite(p, {"/etc/evil.jpg": b""}), "outside of itself"),
    "one picture missing": (
        lambda p: rewrite(p, {"img_align_celeba/000003.jpg": None}),
        "has 11 pictures and attributes of 12; 1 have only one of both, the first 000003.jpg",
    ),
    "damaged JPEG": (
        lambda p: rewrite(p, {"img_align_celeba/000005.jpg": picture(4)[:300]}),
        "000005.jpg in .* is a damaged picture .*get it again",
    ),
    "damaged zip member": (corrupt, "000005.jpg in .* is damaged"),
    "damaged deflated member": (corrupt_deflated, "000005.jpg in .* is damaged"),
    "no pictures": (lambda p: zipfile.ZipFile(p, "w").close(), "holds no .jpg files"),
}


@pytest.mark.parametrize("fault", ZIP_FAULTS)
def test_faulty_archives(tmp_path, own_cache, fault):
    path = build(tmp_path / "root", "official zip")
    spoil, message = ZIP_FAULTS[fault]
    spoil(path)
    before = sorted((tmp_path / "root").iterdir())
    with pytest.raises(ValueError, match=message) as error:
        data.celeba(path, verbose=False)
    assert "\n" not in str(error.value)
    assert not list(own_cache.rglob("*.npy"))
    assert sorted((tmp_path / "root").iterdir()) == before
    assert not list(tmp_path.rglob("evil.jpg"))


def edit(name, old, new):
    def change(root):
        (root / name).write_text((root / name).read_text().replace(old, new, 1))

    return change


def latin(name):
    def change(root):
        (root / name).write_bytes(
            (root / name).read_bytes().replace(b"Smiling", b"L\xe4cheln").replace(b"jpg 2", b"\xff")
        )

    return change


TABLE_FAULTS = {
    "attributes not UTF-8": (latin("list_attr_celeba.txt"), "list_attr_celeba.txt is not UTF-8 text.*get it again"),
    "partition not UTF-8": (latin("list_eval_partition.txt"), "list_eval_partition.txt is not UTF-8 text"),
    "no attributes": (lambda r: (r / "list_attr_celeba.txt").unlink(), "no list_attr_celeba.txt.*folder Anno"),
    "empty attributes": (lambda r: (r / "list_attr_celeba.txt").write_bytes(b""), "list_attr_celeba.txt is empty"),
    "no partition": (lambda r: (r / "list_eval_partition.txt").unlink(), "no list_eval_partition.txt.*folder Eval"),
    "count": (edit("list_attr_celeba.txt", "12\n", "202599\n"), "should be the number of those after.*12.*'202599'"),
    "a row too short": (edit("list_attr_celeba.txt", "000004.jpg  1", "000004.jpg"), "3 times 1 or -1 in a row"),
    "another value": (edit("list_attr_celeba.txt", "000004.jpg  1", "000004.jpg  7"), "3 times 1 or -1 in a row"),
    "another partition": (edit("list_eval_partition.txt", "jpg 2", "jpg 3"), "0, 1 or 2 in a row"),
    "fewer in the partition": (edit("list_eval_partition.txt", "000001.jpg 0\n", ""), "has 11 files.*12"),
    "partition out of order": (edit("list_eval_partition.txt", "000001.jpg 0", "000001.jpg 2"), "training files first"),
}


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_faulty_tables(tmp_path, own_cache, fault):
    build(tmp_path / "root", "official folder")
    spoil, message = TABLE_FAULTS[fault]
    spoil(tmp_path / "root")
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        data.celeba(tmp_path / "root", verbose=False)
    assert not list(own_cache.rglob("*.npy"))


@pytest.mark.parametrize("layout", ["official folder", "kaggle folder"])
def test_blank_lines_and_a_mark_of_the_byte_order_are_no_rows(tmp_path, layout):
    root = build(tmp_path / "root", layout)
    for table in root.glob("list_*"):
        table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes() + b"\n \r\n\n")
    faces = data.celeba(root, split="all", verbose=False)
    assert (len(faces.images), faces.names) == (N, tuple(NAMES))
    np.testing.assert_array_equal(faces.labels, attributes())


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no"):
        data.celeba(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"img_align_celeba\.zip"):
        data.celeba(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size must be an integer of at least 1, not 0"),
        ({"size": 1.5}, "not 1.5"),
        ({"size": "3"}, "not '3'"),
        ({"size": True}, "not True"),
        ({"split": "val"}, "'val'"),
    ],
)
def test_bad_arguments(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        data.celeba(build(tmp_path, "official zip"), **arguments)


@pytest.mark.slow
def test_training_on_it(tmp_path, command):
    path = build(tmp_path / "root", "official zip")
    settings = ["--size", 32, "--batch-size", 4, "--epochs", 1, "--conditional"]
    result = command("train", "--data", "celeba", "--root", path, *settings, "--out", "run")
    assert result.returncode == 0, result.stderr
    assert "8 images of 32×32×3, recipe narrow, steps an epoch: 2" in result.stdout  # the training split alone
    drawn = []
    for label in (NAMES[0], ",".join(NAMES[:2]), ""):  # from the same latent vectors
        assert command("sample", "run", "--count", 2, "--label", label, "--out", "two.npz").returncode == 0
        with np.load(tmp_path / "two.npz") as archive:
            drawn.append(archive["images"])
    assert drawn[0].shape == (2, 32, 32, 3)
    assert len({images.tobytes() for images in drawn}) == 3
    result = command("sample", "run", "--label", "7", "--out", "seven.png")
    assert result.returncode == 2
    assert f"attributes with commas between of {', '.join(NAMES)}, not '7'" in result.stderr
    path.rename(tmp_path / "moved.zip")
    again = ["train", "--out", "run", "--resume", "--epochs", 2]
    result = command(*again)
    assert result.returncode == 2
    assert "img_align_celeba.zip" in result.stderr
    (tmp_path / "moved.zip").rename(path)
    assert command(*again).returncode == 0


def test_command(tmp_path, command):
    path = build(tmp_path / "root", "kaggle zip")
    result = command("data", "celeba", "--root", path, "--size", 32)
    assert result.returncode == 0, result.stderr
    assert "12 images of 32×32×3, 3 attributes" in result.stdout
    quota_page(path)
    result = command("data", "celeba", "--root", path)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "web page" in result.stderr
    assert command("train", "--data", "celeba", "--out", "run").returncode == 2
