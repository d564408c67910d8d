"""What several tests share: small networks, and the command line as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import numpy as np
import pytest

hypothesis.settings.register_profile("no clock", deadline=None)  # two tests at a time, on any machine
hypothesis.settings.load_profile("no clock")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
ROOT = Path(__file__).resolve().parent.parent
OLDEST_KERAS = ROOT / ".venv" / "keras-oldest"  # `make test` puts the oldest Keras that is allowed there


def environment(**extra):
    path = os.pathsep.join(filter(None, [extra.pop("first_path", None), str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "2", **extra}


@pytest.fixture
def command(tmp_path):
    """Runs `python -m dcgan_tf …` in an empty folder; gives the finished process."""

    def run(*args, timeout=300, **kwargs):
        return subprocess.run(
            [sys.executable, "-m", "dcgan_tf", *map(str, args)],
            cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=timeout, **kwargs,
        )  # fmt: skip

    return run


@pytest.fixture
def digits(tmp_path):
    """An `.npz` file with 96 digits."""
    from dcgan_tf import data

    dataset = data.mnist()
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=dataset.images[:96], y_train=dataset.labels[:96])
    return path
