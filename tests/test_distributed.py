"""Two logical CPUs of one process, and two processes on the loopback address."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from conftest import OLDEST_KERAS, environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="TensorFlow for Windows has no several workers"),
]
WORKER = Path(__file__).with_name("distributed_worker.py")


def cluster(command, first_path=None, second=None):
    """Two processes of one cluster, each running `command`, or the second another."""
    sockets = [socket.socket() for _ in range(2)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    workers = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    processes = []
    for index, arguments in enumerate((command, second or command)):
        place = json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})
        env = environment(TF_CONFIG=place, **({"first_path": str(first_path)} if first_path else {}))
        pipe = subprocess.PIPE
        processes.append(subprocess.Popen([sys.executable, *arguments], env=env, stdout=pipe, stderr=pipe, text=True))
    return processes


def results(processes):
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), outputs[0][1][-2000:]
    return [json.loads(stdout) for stdout, _ in outputs]


def check(replicas):
    """What holds for any strategy of two replicas; each is a pair (images seen, latent vectors drawn), by step."""
    (seen, drawn), (other_seen, other_drawn) = replicas
    assert len(seen) == 3
    assert len(drawn) == 6  # for both networks' updates
    assert not set(seen) & set(other_seen)
    assert len({*drawn, *other_drawn}) == 12


def test_two_logical_devices():
    process = subprocess.Popen(
        [sys.executable, WORKER, "mirrored"], env=environment(), stdout=-1, stderr=-1, text=True
    )  # fmt: skip
    (result,) = results([process])
    check([(result["seen"][replica], result["drawn"][replica]) for replica in "01"])
    assert len(set(result["weights"])) == 1
    for optimizer in ("sgd", "adam"):
        apart, moved = result[optimizer]
        assert apart < 1e-5 * max(1, moved)
        assert moved > 5e-4


@pytest.mark.parametrize("keras_path", [None, OLDEST_KERAS], ids=["newest Keras", "oldest Keras"])
def test_two_workers(keras_path):
    if keras_path and not keras_path.exists():
        pytest.skip(f"no oldest Keras in {keras_path}: `make test` installs it there")
    first, second = results(cluster([WORKER, "multi_worker"], keras_path))
    if keras_path:
        assert first["keras"] == "3.13.2"
    check([(first["seen"]["0"], first["drawn"]["0"]), (second["seen"]["1"], second["drawn"]["1"])])
    assert first["weights"] == second["weights"]
    assert first["loss"] == second["loss"]
    for optimizer in ("sgd", "adam"):
        apart, moved = first[optimizer]
        assert apart < 1e-5
        assert moved > 5e-4


def train(digits, run, *more):
    return ["-m", "dcgan_tf", "train", "--data", digits, "--batch-size", "32", "--out", run, *more]


def trained(command):
    """What the two of a cluster print that trains to the end."""
    processes = cluster(command)
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs[0][1][-2000:]
    return [stdout for stdout, _ in outputs]


def test_only_the_chief_writes_and_speaks_and_both_go_on_exactly(digits, tmp_path):
    undisturbed, run = tmp_path / "undisturbed", tmp_path / "run"
    chief, worker = trained(train(digits, undisturbed, "--epochs", "2"))
    assert "devices: 2" in chief
    assert worker == ""
    assert len((undisturbed / "history.csv").read_text().splitlines()) == 3
    assert len(list((undisturbed / "samples").iterdir())) == 2

    trained(train(digits, run, "--epochs", "1"))
    chief, _ = trained(["-m", "dcgan_tf", "train", "--resume", "--epochs", "2", "--out", run])
    assert "from step 3" in chief
    for name in ("generator.keras", "discriminator.keras"):
        ends = [keras.models.load_model(folder / name).get_weights() for folder in (undisturbed, run)]
        for one, other in zip(*ends, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_worker_that_cannot_begin_ends_the_others_too(digits, tmp_path):
    processes = cluster(train(digits, tmp_path / "run"), second=train(tmp_path / "missing.npz", tmp_path / "run"))
    try:
        (_, said), (_, reason) = (process.communicate(timeout=300) for process in processes)
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [2, 2]
    assert "missing.npz" in reason.splitlines()[-1]
    assert "a worker is gone" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert not (tmp_path / "run").exists()


def test_workers_that_do_not_share_their_run_are_refused(digits, tmp_path):
    run = tmp_path / "run"
    small = ["-m", "dcgan_tf", "train", "--data", digits, "--batch-size", "32", "--epochs", "1", "--out"]
    assert subprocess.run([sys.executable, *small, run], env=environment(), stdout=-3).returncode == 0
    processes = cluster(
        ["-m", "dcgan_tf", "train", "--resume", "--epochs", "2", "--out", run], second=[*small, tmp_path / "elsewhere"]
    )
    try:
        errors = [process.communicate(timeout=300)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [2, 2]
    for error in errors:
        assert "which they must share" in error.splitlines()[-1], error[-2000:]


def test_a_dead_worker_ends_the_others_with_a_clear_error(digits, tmp_path):
    run = tmp_path / "run"
    chief, worker = cluster(train(digits, run, "--epochs", "100000"))
    try:
        deadline = time.monotonic() + 120
        while not (run / "samples" / "epoch_0002.png").exists():
            assert time.monotonic() < deadline, "no training within two minutes"
            time.sleep(0.2)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        _, stderr = chief.communicate(timeout=180)
    finally:
        chief.kill()
        worker.kill()
    assert chief.returncode == 2
    assert "a worker is gone; start all of them again with --resume" in stderr.splitlines()[-1]


def test_when_one_is_asked_to_stop_all_do_after_the_same_step_and_the_chief_keeps_it(digits, tmp_path):
    """As a scheduler asks, with SIGTERM, here the one that writes nothing."""
    run = tmp_path / "run"
    chief, worker = cluster(train(digits, run, "--epochs", "100000"))
    try:
        deadline = time.monotonic() + 120
        while not (run / "samples" / "epoch_0002.png").exists():
            assert time.monotonic() < deadline, "no training within two minutes"
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
        (said, error), _ = (process.communicate(timeout=180) for process in (chief, worker))
    finally:
        chief.kill()
        worker.kill()
    assert [chief.returncode, worker.returncode] == [130, 130], error[-2000:]
    assert said.splitlines()[-1].startswith("stopped; to go on:")
    saved = max(int(path.stem.split("-")[1]) for path in (run / "checkpoints").glob("*.index"))
    assert saved >= 6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_waits_says_for_whom_and_can_be_stopped(digits, tmp_path, number):
    worker, other = cluster(train(digits, tmp_path / "run"), second=["-c", "input()"])
    try:
        for line in worker.stderr:
            if line.startswith("waiting for 127.0.0.1:"):
                break
        worker.send_signal(number)
        worker.communicate(timeout=30)
    finally:
        worker.kill()
        other.kill()
    assert worker.returncode == (130 if number == signal.SIGINT else -number)
