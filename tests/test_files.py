"""Files are written whole or not at all, and what was written outlives a power cut."""

import errno
import os
import sys
from pathlib import Path

import pytest

from dcgan_tf.data import files

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows waits for no folder, and has no limits on files")


def holds(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def asked(monkeypatch):
    """What the system is asked for, in order: what is synchronized and holds how much then, and what is renamed."""
    asked, names, open_file, sync, replace = [], {}, os.open, os.fsync, os.replace

    def noting_open(path, *args, **kwargs):
        descriptor = open_file(path, *args, **kwargs)
        names[descriptor] = os.path.basename(path)
        return descriptor

    def noting_sync(descriptor):
        folder = os.path.isdir(descriptor)
        asked.append(("sync", names[descriptor], "a folder" if folder else os.fstat(descriptor).st_size))
        sync(descriptor)

    def noting_replace(old, new):
        asked.append(("replace", os.path.basename(old), os.path.basename(new)))
        replace(old, new)

    monkeypatch.setattr(os, "open", noting_open)
    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(os, "replace", noting_replace)
    return asked


@posix
def test_bytes_reach_the_disk_before_the_name_does_and_then_the_name(tmp_path, asked):
    files.write(tmp_path / "run" / "a.txt", b"seven b")
    beside = next(name for what, name, _ in asked if what == "sync")
    assert beside != "a.txt"
    assert asked == [("sync", beside, 7), ("replace", beside, "a.txt"), ("sync", "run", "a folder")]
    assert holds(tmp_path / "run") == {"a.txt": b"seven b"}


@posix
def test_what_was_written_by_another_is_put_into_place_in_the_same_order(tmp_path, asked):
    (tmp_path / "beside").write_bytes(b"new")
    (tmp_path / "a.txt").write_bytes(b"old and longer")
    files.put(tmp_path / "beside", tmp_path / "a.txt")
    assert asked == [("sync", "beside", 3), ("replace", "beside", "a.txt"), ("sync", tmp_path.name, "a folder")]
    assert holds(tmp_path) == {"a.txt": b"new"}


def test_a_path_may_be_a_text(tmp_path):
    files.write(str(tmp_path / "a.txt"), b"text")
    assert holds(tmp_path) == {"a.txt": b"text"}


@posix
def test_a_disk_that_is_full_half_way_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    import resource

    (tmp_path / "a.txt").write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
        with pytest.raises(OSError, match="too large"):
            files.write(tmp_path / "a.txt", b"new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert holds(tmp_path) == {"a.txt": b"old"}


@posix
def test_bytes_that_do_not_reach_the_disk_are_not_given_the_name(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"old")
    seen = []

    def broken(descriptor):
        seen.append(descriptor)
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken disk"):
        files.write(tmp_path / "a.txt", b"new")
    assert holds(tmp_path) == {"a.txt": b"old"}
    with pytest.raises(OSError, match="Bad file descriptor"):  # it was closed
        os.fstat(seen[0])


def test_a_folder_in_the_file_s_place_stays(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OSError, match=r"a\.txt"):
        files.write(tmp_path / "a.txt", b"new")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.txt"]


@posix
def test_a_full_disk_is_told_with_the_file_that_it_was_full_for(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*a\.txt'") as caught:
        files.write(tmp_path / "a.txt", b"new")
    assert caught.value.errno == errno.ENOSPC


def test_an_error_that_names_its_file_keeps_its_words(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent") as caught, files.naming(tmp_path / "other"):
        (tmp_path / "absent").read_bytes()
    assert caught.value.filename == str(tmp_path / "absent")
    with pytest.raises(OSError, match=r"^words alone$"), files.naming(tmp_path / "other"):
        raise OSError("words alone")


def test_the_home_folder_is_meant_by_a_tilde_and_addresses_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert files.user_path("~/run") == tmp_path / "run"
    assert files.user_path("a/~") == Path("a/~")
    files.write("~/a.txt", b"at home")
    assert holds(tmp_path) == {"a.txt": b"at home"}
    for address in ("gs://bucket/run", "https://example.org/a.npz", "file:///a", Path("s3://bucket")):
        with pytest.raises(ValueError, match="is an address, and only paths on this machine are taken"):
            files.write(address, b"")
    with pytest.raises(ValueError, match="it is not known where ~ is in ~nobody-of-this-name/a"):
        files.user_path("~nobody-of-this-name/a")


@posix
def test_a_link_in_the_place_of_the_file_beside_is_not_followed(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_bytes(b"precious")
    with files.beside(tmp_path / "a.txt") as new:
        new.write_bytes(b"")
    new.symlink_to(mine)
    files.write(tmp_path / "a.txt", b"new")
    assert holds(tmp_path) == {"mine.txt": b"precious", "a.txt": b"new"}


@posix
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_an_error_names_the_file_that_was_to_be_written(tmp_path, monkeypatch, number):
    def full(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"run/a\.txt") as caught:
        files.write(tmp_path / "run" / "a.txt", b"new")
    assert (caught.value.errno, caught.value.filename) == (number, str(tmp_path / "run" / "a.txt"))
