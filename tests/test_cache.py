"""The cache of images: a full disk, places that cannot be written, and what is left out."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import environment

from dcgan_tf.data import cache

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on files and no such homes")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DCGAN_TF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "CHUNK", 4)
    return tmp_path / "cache"


def numbered(start):
    """Images 0, 1, 2, … of one grey each; each third one cannot be made."""
    for i in range(start, 10**6):
        yield f"no {i}" if i % 3 == 1 else np.full((5, 5, 1), i, np.uint8)


def make(name="test", n=20, make=numbered):
    return cache.cached(name, (n, 5, 5, 1), make, verbose=False)


@pytest.mark.parametrize("n", [1, 3, 4, 20])
def test_what_cannot_be_made_is_left_out_and_named(n):
    for _ in range(2):
        images, left_out = make(n=n)
        kept = [i for i in range(n) if i % 3 != 1]
        assert images[:, 0, 0, 0].tolist() == kept
        assert images.shape == (len(kept), 5, 5, 1)
        assert left_out == {i: f"no {i}" for i in range(n) if i % 3 == 1}


def test_all_may_be_left_out():
    for _ in range(2):
        images, left_out = make(n=2, make=lambda start: iter(["bad"] * 2))
        assert images.shape == (0, 5, 5, 1)
        assert left_out == {0: "bad", 1: "bad"}


@pytest.mark.parametrize("at", [0, 1, 7, 13, 19])
def test_an_interruption_changes_nothing(own_cache, at):
    def interrupted(start):
        for i, image in enumerate(numbered(start), start):
            if i == at:
                raise KeyboardInterrupt
            yield image

    whole, left_out = make("whole")
    with pytest.raises(KeyboardInterrupt):
        make(make=interrupted)
    starts = []
    images, left = make(make=lambda start: starts.append(start) or numbered(start))
    assert starts == [at // 4 * 4]
    np.testing.assert_array_equal(images, whole)
    assert left == left_out
    assert (own_cache / "test" / "images.npy").read_bytes() == (own_cache / "whole" / "images.npy").read_bytes()


@posix
def test_a_disk_that_fills_is_told_with_its_file_and_gone_on_with(own_cache, monkeypatch):
    sync = os.fsync

    def full(descriptor):
        is_images = os.path.isfile(descriptor) and os.pread(descriptor, 6, 0) == b"\x93NUMPY"
        if is_images and os.fstat(descriptor).st_size > 300:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*partial\.npy'"):
        make()
    done = cache._read(own_cache / "test" / "partial.json")["done"]
    assert 0 < done < 20
    monkeypatch.setattr(os, "fsync", sync)
    starts = []
    images, _ = make(make=lambda start: starts.append(start) or numbered(start))
    assert starts == [done]
    assert images[:, 0, 0, 0].tolist() == [i for i in range(20) if i % 3 != 1]


@posix
def test_a_limit_on_files_is_one_sentence_and_no_signal(own_cache):
    """A file that is mapped into memory would end the process there."""
    program = (
        "import resource, signal, numpy as np; from dcgan_tf.data import cache; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); "
        "image = np.ones((40, 40, 3), np.uint8); "
        "cache.cached('test', (1000, 40, 40, 3), lambda start: iter([image] * 1000), verbose=False)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("OSError: [Errno 27] File too large: ")
    assert "partial.npy" in done.stderr.splitlines()[-1]


def test_an_image_of_another_shape_is_refused_and_leaves_nothing(own_cache):
    with pytest.raises(ValueError, match="shape"):
        make(make=lambda start: iter([np.zeros((6, 5, 1), np.uint8)]))
    assert not list((own_cache / "test").glob("[!.]*"))


def test_a_place_that_cannot_be_written_is_told_with_the_variable(own_cache):
    own_cache.write_text("a file")
    with pytest.raises(OSError, match=r"cache.test cannot be written \(.*set DCGAN_TF_CACHE to a folder that can"):
        make()


@posix
@pytest.mark.parametrize("where", [None, "~nobody-here/cache"])
def test_without_a_home_the_variable_is_named(monkeypatch, where):
    import pwd

    def unknown(_):
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    monkeypatch.setenv("DCGAN_TF_CACHE", where or "")
    with pytest.raises(ValueError, match=r"images are kept in ~.*: set DCGAN_TF_CACHE to another folder"):
        make()


def test_the_variable_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DCGAN_TF_CACHE", "~/here")
    assert cache.folder() == tmp_path / "here"
    monkeypatch.delenv("DCGAN_TF_CACHE")
    assert cache.folder() == tmp_path / ".cache" / "dcgan_tf"


@pytest.mark.parametrize("note", ["[]", "{}", "7", "{", '{"crc32": 1, "done": 4}', '{"crc32": 1}'])
def test_a_note_that_says_something_else_is_not_believed(own_cache, note):
    def interrupted(start):
        yield from (image for image, _ in zip(numbered(start), range(9), strict=False))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(make=interrupted)
    (own_cache / "test" / "partial.json").write_text(note)
    assert make()[0][:, 0, 0, 0].tolist() == [i for i in range(20) if i % 3 != 1]
    (own_cache / "test" / "images.json").write_text(note)
    assert make()[0][:, 0, 0, 0].tolist() == [i for i in range(20) if i % 3 != 1]


def test_images_that_an_older_version_made_are_used(own_cache):
    """It filled a file that it mapped into memory, and left nothing out."""
    place = own_cache / "test"
    place.mkdir(parents=True)
    images = np.lib.format.open_memmap(place / "images.npy", "w+", np.uint8, (20, 5, 5, 1))
    images[:] = 7
    images.flush()
    note = {"crc32": cache.zlib.crc32(images), **cache._stamp(place / "images.npy")}
    (place / "images.json").write_text(cache.json.dumps(note | {"modified_ns": 0}))
    assert (make(make=None)[0] == 7).all()
