"""Drawn faces and the cache that keeps them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import environment

from dcgan_tf import data
from dcgan_tf.data import cache, drawn


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DCGAN_TF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "CHUNK", 8)
    return tmp_path / "cache"


def test_faces_depend_on_seed_and_number_alone():
    first, more, other = data.faces(20, verbose=False), data.faces(30, verbose=False), data.faces(20, 1, verbose=False)
    assert first.images.shape == (20, 64, 64, 3)
    assert first.images.dtype == np.uint8
    assert not first.images.flags.writeable
    np.testing.assert_array_equal(first.images, more.images[:20])
    np.testing.assert_array_equal(first.labels, more.labels[:20])
    assert (first.images != other.images).any(axis=(1, 2, 3)).all()
    assert len({image.tobytes() for image in more.images}) == 30


def test_attributes_are_what_is_seen():
    faces = data.faces(200, verbose=False)
    assert faces.labels.shape == (200, len(faces.names))
    assert set(np.unique(faces.labels)) == {0, 1}
    attribute = {name: faces.labels[:, i].astype(bool) for i, name in enumerate(faces.names)}
    # Between eyes and ear passes the temple of a pair of glasses, black on skin.
    darkness = 255 - faces.images[:, 33:38, 20:44].mean(axis=(1, 2, 3))
    plain = ~attribute["glasses"] & ~attribute["sunglasses"] & ~attribute["dark skin"]
    assert darkness[attribute["sunglasses"] & ~attribute["dark skin"]].min() > np.median(darkness[plain])
    hair = np.stack([attribute[name] for name in faces.names if name.endswith(" hair") and name != "long hair"])
    np.testing.assert_array_equal(hair.sum(0) == 0, attribute["bald"] | attribute["hat"])
    assert hair.sum(0).max() == 1
    assert not (attribute["glasses"] & attribute["sunglasses"]).any()
    shares = faces.labels.mean(0)
    assert shares.min() > 0.05
    assert shares.max() < 0.65


def test_each_face_has_one_of_twenty_haircuts():
    labels, cuts = data.faces(300, verbose=False).labels, data.haircuts(300)
    assert len(set(data.HAIRCUTS)) == 20
    np.testing.assert_array_equal(cuts[:100], data.haircuts(100))
    assert (cuts != data.haircuts(300, seed=1)).any()
    assert set(cuts) == set(range(20))
    for attribute, names in {"bald": {"bald"}, "hat": {"beanie", "cap"}, "long hair": set(drawn.LONG_HAIR)}.items():
        has = labels[:, drawn.ATTRIBUTES.index(attribute)] == 1
        np.testing.assert_array_equal(has, [data.HAIRCUTS[cut] in names for cut in cuts])


def test_every_variant_is_one_of_the_style():
    components = drawn._style()
    known = {name: set(component.variants()) for name, component in components.components().items()}
    faces = [drawn._choose(0, i) for i in range(2000)]
    for part, name in [("eyes", "eyes"), ("mouth", "mouth"), ("hair", "hair"), ("beard", "facialHair"),
                       ("nose", "nose"), ("clothes", "clothes")]:  # fmt: skip
        used = {face[part] for face in faces} - {None}
        assert used <= known[name]
        assert len(used) > 2


def test_cache_is_used_again(monkeypatch):
    before = np.array(data.faces(10, verbose=False).images)
    monkeypatch.setattr(drawn, "_draw", lambda *_: pytest.fail("drawn again"))
    np.testing.assert_array_equal(data.faces(10, verbose=False).images, before)


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "note"])
def test_a_damaged_cache_is_made_anew(own_cache, damage):
    before = np.array(data.faces(10, verbose=False).images)
    (file,) = own_cache.rglob("images.npy")
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[:-100])
    elif damage == "flip":
        content[5000] ^= 255
        file.write_bytes(content)
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.with_suffix(".json").write_text("{")
    np.testing.assert_array_equal(data.faces(10, verbose=False).images, before)


def test_a_copied_cache_is_believed_after_a_look(own_cache, monkeypatch):
    before = np.array(data.faces(10, verbose=False).images)
    (file,) = own_cache.rglob("images.npy")
    os.utime(file)
    monkeypatch.setattr(drawn, "_draw", lambda *_: pytest.fail("drawn again"))
    np.testing.assert_array_equal(data.faces(10, verbose=False).images, before)


@pytest.mark.slow
def test_a_killed_drawing_goes_on(own_cache, monkeypatch):
    monkeypatch.setattr(cache, "CHUNK", 256)
    program = "from dcgan_tf.data import cache, faces; cache.CHUNK = 16; faces(1200)"
    child = subprocess.Popen([sys.executable, "-c", program], env=environment(), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(own_cache.rglob("partial.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    child.send_signal(signal.SIGKILL)
    child.wait()
    (partial,) = own_cache.rglob("partial.npy")
    done = cache._read(partial.with_suffix(".json"))["done"]
    assert 0 < done < 1200
    starts = []
    draw = drawn._draw
    monkeypatch.setattr(drawn, "_draw", lambda start, seed: starts.append(start) or draw(start, seed))
    images = data.faces(1200, verbose=False).images
    assert starts == [done]
    monkeypatch.setattr(drawn, "_draw", draw)
    for i in (0, done - 1, done, 1199):
        np.testing.assert_array_equal(images[i], next(draw(i, 0)))
    assert not list(own_cache.rglob("partial*"))


def test_partly_made_images_that_are_damaged_are_not_believed(own_cache):
    def interrupted(start):
        yield from np.full((20, 2, 2, 3), 7, np.uint8)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.cached("test", (40, 2, 2, 3), interrupted, verbose=False)
    partial = own_cache / "test" / "partial.npy"
    assert cache._read(partial.with_suffix(".json"))["done"] == 16
    np.lib.format.open_memmap(partial, "r+")[3] = 0
    images, _ = cache.cached(
        "test", (40, 2, 2, 3), lambda start: iter(np.full((40 - start, 2, 2, 3), 9)), verbose=False
    )
    assert (images == 9).all()


def test_an_error_leaves_nothing(own_cache):
    def broken(start):
        yield np.zeros((2, 2, 3), np.uint8)
        raise ValueError("a damaged picture")

    with pytest.raises(ValueError, match="damaged picture"):
        cache.cached("test", (9, 2, 2, 3), broken, verbose=False)
    assert not list((own_cache / "test").glob("[!.]*"))


def test_too_small_a_disk_is_told_before_it_is_full(own_cache):
    with pytest.raises(OSError, match=r"3,000,000,000,000,000 bytes of disk, and [0-9,]+ are free"):
        cache.cached("test", (10**9, 1000, 1000, 3), None, verbose=False)


@pytest.mark.skipif(sys.platform == "win32", reason="does not say how much of a file is on disk")
def test_a_disk_that_has_filled_up_since_an_interruption_is_told_too(own_cache, monkeypatch):
    """What was never written of an unfinished file takes no room yet."""

    def interrupted(start):
        raise KeyboardInterrupt
        yield

    shape = (100, 1000, 1000, 1)
    with pytest.raises(KeyboardInterrupt):
        cache.cached("test", shape, interrupted, verbose=False)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**6))
    with pytest.raises(OSError, match=r"100,000,000 bytes of disk, and 1,000,000 are free.*DCGAN_TF_CACHE"):
        cache.cached("test", shape, None, verbose=False)


@pytest.mark.parametrize(
    ("count", "seed"),
    [(0, 0), (-1, 0), (1, -1), (1, 2**31), (1.5, 0), ("3", 0), (True, 0), (None, 0), (1, 0.5), (1, None)],
)
def test_bad_arguments(count, seed):
    with pytest.raises(ValueError, match=f"not {count!r} and {seed!r}"):
        data.faces(count, seed)


def test_missing_packages_are_named(monkeypatch):
    import importlib.metadata

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(ImportError, match="pip install dicebear-core"):
        data.faces(1)


def test_command(command, own_cache):
    result = command("data", "faces", "--count", 10)
    assert result.returncode == 0, result.stderr
    assert "10 images of 64×64×3, 15 attributes" in result.stdout
    assert list(own_cache.rglob("images.npy"))
    assert command("data", "faces", "--count", 0).returncode == 2


@pytest.mark.slow
def test_training_on_faces(command, monkeypatch):
    # At 32 pixels, so that it is done in a moment; the faces are drawn at 64.
    program = "from dcgan_tf import cli, data; from dcgan_tf.data.sources import SOURCES; row = SOURCES['faces']; "
    program += "SOURCES['faces'] = row._replace(load=lambda split: data.faces(64, verbose=False)); "
    program += "raise SystemExit(cli.main())"
    arguments = ["train", "--data", "faces", "--size", "32", "--epochs", "1", "--batch-size", "32", "--out"]
    result = subprocess.run([sys.executable, "-c", program, *arguments, str(cache.folder() / "run")],
                            env=environment(), capture_output=True, text=True)  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "64 images of 32×32×3, recipe narrow" in result.stdout
