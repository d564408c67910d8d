"""The folder of a training, RUN: its settings, its lock, and what a conditional generator can be asked for."""

import contextlib
import errno
import hashlib
import io
import json
import os
import platform
from pathlib import Path

import numpy as np

from dcgan_tf.data.base import reason
from dcgan_tf.data.files import user_path, write
from dcgan_tf.labels import requested
from dcgan_tf.training.settings import Settings

NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}  # what a disk answers that cannot lock files


def read_config(run) -> dict:
    """What RUN/config.json says.

    Raises:
        FileNotFoundError, ValueError: there is none, or it is damaged.
    """
    path = user_path(run) / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{run} holds no run: there is no {path}")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        needed = {"data", "size", "jit_compile", "data_sha256", "versions"}
        if not isinstance(config, dict) or needed - config.keys() or not isinstance(config["versions"], dict):
            raise ValueError(f"it needs {', '.join(sorted(needed))}")
        checksum = config.pop("checksum", None)  # version 0.1 kept none
        Settings.of_dict(config)
        if checksum not in (None, _checksum(config)):
            raise ValueError("it is not as it was written; settings are changed by the options of train")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged ({reason(error)})") from error
    return config


def _checksum(config):
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()


def begun(run) -> tuple[Settings, dict] | None:
    """The settings that a RUN was begun with, and the versions; None: there is no run yet.

    Raises:
        ValueError: config.json is damaged, or the run is one of dcgan_tf 0.1.
    """
    if not (Path(run) / "config.json").exists():
        return None
    config = read_config(run)
    version = str(config["versions"].get("dcgan_tf", ""))
    if version.startswith("0.1."):
        raise ValueError(
            f"{run} was begun with dcgan_tf {version}, whose steps draw other numbers: it can be sampled and "
            "evaluated here, but not gone on with"
        )
    return Settings.of_dict(config), config["versions"]


@contextlib.contextmanager
def opened(run, new: bool):
    """RUN, made if need be, and no other process's while it is open.

    Args:
        run: the folder.
        new: refuse one that something is in.
    Raises:
        BlockingIOError, FileExistsError, NotADirectoryError: another process has it, or something else is in it.
    """
    run = Path(run)
    run.mkdir(parents=True, exist_ok=True)
    taken = lock(run)
    try:
        if new:
            check_free(run)  # another process may have come between
        yield
    finally:
        taken.close()


def write_config(run, settings: Settings) -> None:
    """Keeps the settings and the versions of everything that may change a result."""
    config = settings.as_dict() | {"versions": versions()}
    config["checksum"] = _checksum(config)
    write(Path(run) / "config.json", (json.dumps(config, indent=2) + "\n").encode())


def write_conditions(run, conditions, frequencies) -> None:
    """Keeps what a conditional generator can be asked for."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, conditions=conditions, frequencies=frequencies)
    write(Path(run) / "conditions.npz", buffer.getvalue())


def read_conditions(run, n: int, label=None, names=()):
    """y for n images of a conditional RUN, (n, C); None if the RUN is not conditional.

    Args:
        run: the folder.
        n: how many images.
        label: what they are to be, as `labels.requested` understands it; None goes through what the training data
            have, each as often as they have it.
        names: of the classes or attributes.
    Raises:
        ValueError: a label that there is not; conditions.npz is damaged.
    """
    path = Path(run) / "conditions.npz"
    if not path.exists():
        if label is not None:
            raise ValueError(f"{run} is not conditional: it takes no --label")
        return None
    try:
        with np.load(path) as archive:
            conditions, frequencies = np.asarray(archive["conditions"]), np.asarray(archive["frequencies"])
        numbers = conditions.dtype.kind in "iuf" and frequencies.dtype.kind in "iuf"
        if not numbers or conditions.ndim != 2 or 0 in conditions.shape or frequencies.shape != conditions.shape[:1]:
            raise ValueError(f"conditions {conditions.shape} and frequencies {frequencies.shape} do not fit")
        if not np.isfinite(conditions).all() or not (frequencies >= 0).all() or not 0 < frequencies.sum() < np.inf:
            raise ValueError("its numbers are no conditions, or no frequencies")
    except Exception as error:  # what a damaged archive raises depends on where it is damaged
        raise ValueError(f"{path} is damaged ({reason(error)}): train --resume writes it anew") from error
    return requested(label, n, conditions, frequencies, names)


def versions() -> dict:
    """Of everything that may change a result."""
    import keras
    import tensorflow as tf

    from dcgan_tf import __version__

    return {
        "dcgan_tf": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def fingerprint(dataset) -> str:
    """SHA-256 of the images and labels, read in pieces."""
    digest = hashlib.sha256(f"{dataset.images.shape} {dataset.images.dtype}".encode())
    for start in range(0, len(dataset.images), 1000):
        digest.update(np.ascontiguousarray(dataset.images[start : start + 1000]))
    if dataset.labels is not None:
        digest.update(np.ascontiguousarray(dataset.labels))
    return digest.hexdigest()


def lock(run) -> contextlib.ExitStack:
    """A lock on RUN, taken; released by `close()`, or when the process ends, however it ends.

    It is one on the file RUN/.lock and, since that can be deleted, on the folder itself where the system locks folders.
    On a disk without locks the file RUN/.locked stands for one.

    Raises:
        BlockingIOError: another process holds it.
    """
    import filelock

    run, taken = Path(run), f"{run} is being trained by another process"
    with contextlib.ExitStack() as locks:
        try:
            try:
                locks.enter_context(_locked(run))
                locks.enter_context(filelock.FileLock(run / ".lock", timeout=0))
            except (OSError, NotImplementedError) as error:
                if isinstance(error, OSError) and error.errno not in NO_LOCKS:
                    raise
                taken += f"; if it is not, delete {run / '.locked'}, which was left there by one that was killed"
                locks.enter_context(filelock.SoftFileLock(run / ".locked", timeout=0))
        except (filelock.Timeout, BlockingIOError) as error:
            raise BlockingIOError(taken) from error
        return locks.pop_all()


@contextlib.contextmanager
def _locked(folder):
    """A lock on a folder; none where the system has none for folders."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno != errno.EBADF:  # a disk of a network, which locks files alone
                raise
        yield
    finally:
        os.close(descriptor)


def check_free(run) -> None:
    """Refuses a RUN that something else is in.

    Raises:
        FileExistsError, NotADirectoryError: it is not an empty or new folder.
    """
    run = Path(run)
    if (run / "config.json").exists():
        raise FileExistsError(f"{run} holds another run: add --resume to go on with it, or choose another --out")
    if run.exists() and not run.is_dir():
        raise NotADirectoryError(f"{run} is not a folder")
    if run.exists() and any(not path.name.startswith(".") for path in run.iterdir()):
        raise FileExistsError(f"{run} is not empty, and what is in it is no run: choose another --out")


def contents(run) -> list[str]:
    """What lies in a RUN, in words."""
    return sorted(
        f"{path.name}/ ({len(list(path.iterdir()))} files)" if path.is_dir() else path.name
        for path in Path(run).iterdir()
        if not path.name.startswith(".")
    )
