"""What surrounds a game: its settings, its folder, its devices, the eye that is kept on it, and where `fit` begins."""

import contextlib
import errno
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import FrozenInstanceError
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import ROOT, environment

from dcgan_tf import data, recipes
from dcgan_tf.data import Dataset
from dcgan_tf.training import devices, folder, watch
from dcgan_tf.training.fit import fit
from dcgan_tf.training.settings import Settings, decide, resolve

# settings: resolve


def test_a_new_training_has_the_defaults_that_the_command_line_promises():
    chosen = resolve({})
    assert chosen == Settings()
    assert (chosen.data, chosen.seed, chosen.devices) == ("mnist-sample", 0, 1)
    undecided = {"root", "size", "channels", "recipe", "epochs", "batch_size", "jit_compile"}
    assert {name for name, value in chosen.as_dict().items() if value is None} == undecided
    assert not any((chosen.conditional, chosen.mixed_precision, chosen.deterministic))


OPTIONS = {
    "data": "faces", "root": "/a/root", "size": 64, "channels": 3, "recipe": "narrow", "epochs": 3, "batch_size": 7,
    "seed": 5, "conditional": True, "jit_compile": False, "mixed_precision": True, "deterministic": True,
}  # fmt: skip


def test_every_option_is_taken_and_what_is_no_option_is_not():
    given = OPTIONS | {"out": "run", "resume": True, "devices": 8, "data_sha256": "0", "names": ("a",)}
    chosen = resolve(given).as_dict()
    assert {name: chosen.pop(name) for name in OPTIONS} == OPTIONS
    assert chosen == {"names": (), "data_sha256": "", "devices": 1}


def test_settings_do_not_change_on_their_way():
    with pytest.raises(FrozenInstanceError):
        Settings().seed = 3


BEGUN = Settings(**OPTIONS | {"names": ("a", "b"), "data_sha256": "12", "devices": 2})


@pytest.mark.parametrize("option", ["size", "channels", "recipe", "batch_size", "seed", "conditional",
                                    "mixed_precision", "deterministic"])  # fmt: skip
def test_what_the_bits_depend_on_cannot_be_given_anew(option):
    assert resolve({option: OPTIONS[option]}, BEGUN) == BEGUN
    other = {"recipe": "paper"}.get(option, OPTIONS[option] + 1 if type(OPTIONS[option]) is int else False)
    message = f"a run was begun with --{option.replace('_', '-')} {OPTIONS[option]}, not {other}: leave that out"
    with pytest.raises(ValueError, match=message):
        resolve({option: other}, BEGUN, "a run")


def test_the_end_xla_and_where_the_data_lie_can_be_given_anew(tmp_path):
    given = {"epochs": 9, "jit_compile": True, "data": "celeba", "root": str(tmp_path)}
    chosen = resolve(given | {"seed": None}, BEGUN)
    assert chosen.as_dict() == BEGUN.as_dict() | given


def test_paths_are_kept_so_that_any_folder_finds_them_and_names_are_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve({"data": "digits.npz"}).data == str(tmp_path.resolve() / "digits.npz")
    chosen = resolve({"data": "celeba", "root": "photographs"})
    assert (chosen.data, chosen.root) == ("celeba", str(tmp_path.resolve() / "photographs"))


def test_settings_come_back_from_a_file(tmp_path):
    folder.write_config(tmp_path, BEGUN)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["names"] == ["a", "b"]
    assert Settings.of_dict(config | {"of a later version": 1}) == BEGUN
    kept = folder.begun(tmp_path)
    assert kept == (BEGUN, folder.versions())
    assert kept[1]["tensorflow"] == tf.__version__
    assert kept[1]["keras"] == keras.__version__
    assert kept[1]["numpy"] == np.__version__


# settings: decide


def images(n=40, side=28):
    return Dataset(np.zeros((n, side, side, 1), np.uint8), np.zeros(n, int), ("zero", "one"))


def decided(given=(), dataset=None, replicas=1, has_gpu=False):
    return decide(Settings(**dict(given)), dataset or images(), "f1", replicas, has_gpu)


def test_the_recipe_of_the_size_decides_what_is_left():
    for side, name in ((28, "lean"), (64, "narrow")):
        recipe, chosen = recipes.RECIPES[name], decided(dataset=images(side=side))
        assert (chosen.size, chosen.recipe) == (side, name)
        assert (chosen.epochs, chosen.batch_size) == (recipe.epochs, recipe.batch_size)
    assert decided({"recipe": "tutorial"}, images(256)).batch_size == 256


def test_what_was_given_stays():
    given = {"size": 28, "recipe": "tutorial", "epochs": 2, "batch_size": 8, "jit_compile": True, "seed": 4}
    chosen = decided(given).as_dict()
    assert {name: chosen[name] for name in given} == given


@pytest.mark.parametrize(("replicas", "has_gpu", "jit_compile"), [
    (1, True, True), (1, False, False), (2, True, False), (2, False, False),
])  # fmt: skip
def test_xla_is_for_one_gpu(replicas, has_gpu, jit_compile):
    assert decided(replicas=replicas, has_gpu=has_gpu).jit_compile is jit_compile
    assert decided({"jit_compile": not jit_compile}, None, replicas, has_gpu).jit_compile is not jit_compile


def test_the_fingerprint_the_devices_and_the_names_are_kept():
    chosen = decided({"conditional": True}, replicas=2)
    assert (chosen.data_sha256, chosen.devices, chosen.names) == ("f1", 2, ("zero", "one"))
    assert decided().names == ()  # of no use to who is not told labels


def test_a_batch_fits_the_images_and_the_devices():
    assert decided({"batch_size": 40}).batch_size == 40
    with pytest.raises(ValueError, match="from 1 to the number of images, 40, not 41"):
        decided({"batch_size": 41})
    assert decided({"batch_size": 39}, replicas=3).batch_size == 39
    with pytest.raises(ValueError, match="a multiple of the 3 devices, not 40"):
        decided({"batch_size": 40}, replicas=3)


def test_a_recipe_for_other_sizes_is_refused():
    with pytest.raises(ValueError, match="the recipe paper is for images of 32 or 64 or 128 pixels, not 28"):
        decided({"recipe": "paper"})


# folder


def test_a_run_of_the_first_version_is_refused_by_name(tmp_path):
    folder.write_config(tmp_path, Settings(size=28, jit_compile=False))
    config = json.loads((tmp_path / "config.json").read_text())
    config["versions"]["dcgan_tf"] = "0.1.0"
    del config["checksum"]  # that version kept none
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"was begun with dcgan_tf 0\.1\.0, whose steps draw other numbers"):
        folder.begun(tmp_path)
    config["versions"]["dcgan_tf"] = "0.10.0"
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert folder.begun(tmp_path)[0] == Settings(size=28, jit_compile=False)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"data": "mnist", "size": 28, "jit_compile": false}'])
def test_a_config_that_lacks_something_is_damaged(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    for read in (folder.read_config, folder.begun):
        with pytest.raises(ValueError, match=r"config\.json is damaged"):
            read(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "28"}, {"size": True}, {"size": 28.0}, {"size": [28]}, {"data": 5}, {"data": None}, {"names": 5},
        {"names": "ab"}, {"names": [1]}, {"names": None}, {"conditional": 1}, {"jit_compile": "no"}, {"epochs": {}},
        {"batch_size": True}, {"seed": None}, {"versions": []}, {"versions": "1"}, {"data_sha256": 12},
    ],
    ids=str,
)  # fmt: skip
def test_a_config_with_a_value_of_another_type_is_damaged(tmp_path, wrong):
    folder.write_config(tmp_path, BEGUN)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | wrong))
    for read in (folder.read_config, folder.begun):
        with pytest.raises(ValueError, match=rf"config\.json is damaged \(.*{next(iter(wrong))}"):
            read(tmp_path)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"data": "\xff"}', b"\x1b[2J"])
def test_a_config_that_cannot_be_read_is_damaged(tmp_path, content):
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"config\.json is damaged") as caught:
        folder.read_config(tmp_path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "arrays",
    [
        {"conditions": np.eye(2)},
        {"conditions": np.eye(2), "frequencies": np.ones(3)},
        {"conditions": np.ones(2), "frequencies": np.ones(2)},
        {"conditions": np.ones((2, 0)), "frequencies": np.ones(2)},
        {"conditions": np.array([["a"]]), "frequencies": np.ones(1)},
        {"conditions": np.eye(2), "frequencies": np.array(["a", "b"])},
        {"conditions": np.eye(2), "frequencies": np.array([-1.0, 2.0])},
        {"conditions": np.eye(2), "frequencies": np.zeros(2)},
        {"conditions": np.eye(2) * np.nan, "frequencies": np.ones(2)},
        {"conditions": np.eye(2), "frequencies": np.array([np.nan, 1])},
        {"conditions": np.array([None]), "frequencies": np.ones(1)},
    ],
    ids=str,
)
def test_conditions_of_another_type_or_shape_are_damaged(tmp_path, arrays):
    np.savez(tmp_path / "conditions.npz", **arrays)
    with pytest.raises(ValueError, match=r"conditions\.npz is damaged \(.*train --resume writes it anew"):
        folder.read_conditions(tmp_path, 2)


@pytest.mark.parametrize("spoil", ["encrypted", "method", "array", "empty"])
def test_conditions_in_a_file_that_is_no_archive_are_damaged(tmp_path, spoil):
    folder.write_conditions(tmp_path, np.eye(2), np.ones(2))
    path = tmp_path / "conditions.npz"
    content = bytearray(path.read_bytes())
    if spoil == "array":
        np.save(tmp_path / "a.npy", np.eye(2))
        content = (tmp_path / "a.npy").read_bytes()
    elif spoil == "empty":
        content = b""
    else:
        place, value = {"encrypted": (8, 1), "method": (10, 99)}[spoil]
        for start in (content.index(b"PK\x01\x02") + place, place - 2):
            content[start] = value
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"conditions\.npz is damaged \(.*train --resume writes it anew"):
        folder.read_conditions(tmp_path, 2)


def test_no_flipped_bit_of_a_config_changes_a_setting(tmp_path):
    folder.write_config(tmp_path, BEGUN)
    path = tmp_path / "config.json"
    content, kept = path.read_bytes(), folder.begun(tmp_path)
    unnoticed = 0
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        with contextlib.suppress(ValueError):
            assert folder.begun(tmp_path) == kept, bytes(changed)  # white space, or the name of the checksum
            unnoticed += 1
    assert unnoticed < len(content) / 5


@pytest.mark.parametrize("changed", [
    {"batch_size": True}, {"batch_size": 0}, {"seed": -1}, {"seed": 1.5}, {"epochs": "3"}, {"conditional": 1},
    {"names": "ab"}, {"names": [1]}, {"data": None}, {"versions": []},
])  # fmt: skip
def test_a_setting_that_cannot_be_is_named(tmp_path, changed):
    folder.write_config(tmp_path, BEGUN)
    config = folder.read_config(tmp_path)
    assert "checksum" not in config
    (tmp_path / "config.json").write_text(json.dumps(config | changed))
    with pytest.raises(ValueError, match=f"config.json is damaged .*{next(iter(changed))}"):
        folder.read_config(tmp_path)


def test_where_there_is_no_run_nothing_was_begun(tmp_path):
    assert folder.begun(tmp_path / "nowhere") is None


def test_a_fingerprint_tells_any_pixel_label_and_shape_apart():
    pixels, labels = np.zeros((1500, 2, 2, 1), np.uint8), np.zeros(1500, int)
    changed, relabelled = pixels.copy(), labels.copy()
    changed[1499, 1, 1] = relabelled[700] = 1
    datasets = [
        Dataset(pixels), Dataset(pixels, labels), Dataset(changed, labels), Dataset(pixels, relabelled),
        Dataset(pixels.reshape(1500, 1, 4, 1)), Dataset(pixels[:1000]), Dataset(pixels.view(np.int8)),
    ]  # fmt: skip
    prints = [folder.fingerprint(dataset) for dataset in datasets]
    assert len(set(prints)) == len(prints)
    assert folder.fingerprint(Dataset(pixels.copy(), labels.copy(), ("names", "do not count"))) == prints[1]


def test_a_run_is_locked_while_it_is_open_and_free_afterwards(tmp_path, monkeypatch):
    run, lock, taken = tmp_path / "new" / "run", folder.lock, []  # kept here, so that no garbage is what is released
    monkeypatch.setattr(folder, "lock", lambda run: taken.append(lock(run)) or taken[-1])
    with folder.opened(run, new=True), pytest.raises(BlockingIOError, match="trained by another process"):
        folder.lock(run)
    with pytest.raises(ZeroDivisionError), folder.opened(run, new=True):  # the lock's file is nothing in the way
        raise ZeroDivisionError
    folder.lock(run).close()


def test_a_lock_outlives_the_deletion_of_its_file(tmp_path):
    if sys.platform == "win32":
        pytest.skip("Windows does not delete a file that is open")
    with folder.opened(tmp_path, new=True):
        (tmp_path / ".lock").unlink()
        with pytest.raises(BlockingIOError, match="trained by another process"):
            folder.lock(tmp_path)
    folder.lock(tmp_path).close()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_has_one_training_at_a_time_too(tmp_path, monkeypatch, number):
    fcntl = pytest.importorskip("fcntl", reason="Windows has locks of its own")

    def none(*args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", none)
    for _ in range(2):
        with folder.opened(tmp_path, new=True), pytest.raises(BlockingIOError, match="trained by another process"):
            folder.lock(tmp_path)


def test_a_folder_that_may_not_be_locked_is_no_disk_without_locks(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        folder.lock(tmp_path / "nowhere" / "run")


@pytest.mark.parametrize("arrays", [
    {"conditions": np.eye(3), "frequencies": np.ones(2)}, {"conditions": np.ones(3), "frequencies": np.ones(3)},
    {"conditions": np.array([["a"]]), "frequencies": np.ones(1)}, {"conditions": np.eye(3)},
])  # fmt: skip
def test_conditions_that_cannot_be_are_damaged(tmp_path, arrays):
    np.savez(tmp_path / "conditions.npz", **arrays)
    with pytest.raises(ValueError, match=r"conditions\.npz is damaged"):
        folder.read_conditions(tmp_path, 3)


def test_a_new_run_takes_no_folder_with_something_in_it(tmp_path):
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(FileExistsError, match="not empty"), folder.opened(tmp_path, new=True):
        pytest.fail("opened")
    folder.lock(tmp_path).close()
    with folder.opened(tmp_path, new=False):
        pass


def test_the_contents_are_told_in_words(tmp_path):
    (tmp_path / "samples").mkdir()
    for name in ("samples/1.png", "samples/2.png", "history.csv", ".lock"):
        (tmp_path / name).write_text("")
    assert folder.contents(tmp_path) == ["history.csv", "samples/ (2 files)"]


def test_conditions_of_a_run_are_asked_for_by_names(tmp_path):
    assert folder.read_conditions(tmp_path, 3) is None
    with pytest.raises(ValueError, match="is not conditional: it takes no --label"):
        folder.read_conditions(tmp_path, 3, "smile")
    folder.write_conditions(tmp_path, np.eye(3, dtype=np.float32), [1, 3, 0])
    np.testing.assert_array_equal(folder.read_conditions(tmp_path, 4), np.eye(3)[[0, 1, 1, 1]])
    np.testing.assert_array_equal(folder.read_conditions(tmp_path, 2, "dog", ("cat", "dog", "owl")), [[0, 1, 0]] * 2)
    with pytest.raises(ValueError, match="owl never occurs in the training images"):
        folder.read_conditions(tmp_path, 2, "owl", ("cat", "dog", "owl"))


# devices


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many GPUs, on which strategies are told by their names."""

    def with_gpus(n):
        grown = []
        monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [kind] * n)
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind}:{i}" for i in range(n)])
        monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda *given: grown.append(given))
        for name in ("MirroredStrategy", "MultiWorkerMirroredStrategy"):
            monkeypatch.setattr(tf.distribute, name, lambda name=name: name)
        monkeypatch.setattr(devices, "wait_for_others", lambda: None)
        return grown

    return with_gpus


def test_a_strategy_uses_all_there_is(machine, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    for gpus in (0, 1):
        machine(gpus)
        assert devices.strategy() is tf.distribute.get_strategy()
    assert machine(2) == []
    assert devices.strategy() == "MirroredStrategy"
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}')
    assert devices.strategy() == "MultiWorkerMirroredStrategy"


def test_memory_grows_only_where_that_is_asked_for(machine, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    grown = machine(2)
    devices.strategy()
    assert grown == []
    devices.strategy(memory_growth=True)
    assert grown == [("GPU:0", True), ("GPU:1", True)]


def places(*ports):
    return [f"127.0.0.1:{port}" for port in ports]


@pytest.fixture
def free_ports():
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def as_worker(monkeypatch, ports, index=0):
    config = {"cluster": {"worker": places(*ports)}, "task": {"type": "worker", "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))


def test_who_is_waited_for_is_told_and_not_for_ever(monkeypatch, capsys, free_ports):
    as_worker(monkeypatch, free_ports)
    other = places(free_ports[1])[0]
    with pytest.raises(TimeoutError, match=f"waited 0.5 seconds for {other}: start all workers"):
        devices.wait_for_others(patience=0.5)
    assert capsys.readouterr().err == f"waiting for {other}\n"  # once


def test_whoever_listens_is_there(monkeypatch, capsys, free_ports):
    as_worker(monkeypatch, free_ports)
    with socket.create_server(("127.0.0.1", free_ports[1])):
        devices.wait_for_others(patience=0)
    assert capsys.readouterr().err == ""


def test_two_that_wait_meet(monkeypatch, free_ports):
    """The first stops listening as soon as it has found the second: it is TensorFlow that listens there then."""
    as_worker(monkeypatch, free_ports)
    first = threading.Thread(target=devices.wait_for_others, args=(30,))
    first.start()
    while not devices._answers(places(free_ports[0])[0]):
        pass
    with socket.create_server(("127.0.0.1", free_ports[1])):
        first.join()


def test_workers_agree_where_all_of_them_have_all_the_same_numbers():
    assert devices.same_everywhere(tf.distribute.get_strategy(), [7, 2**62]) is True
    for rows, agree in (([[7, 1], [7, 1]], True), ([[7, 1], [7, 2]], False), ([[8, 1], [7, 1]], False)):
        workers = SimpleNamespace(run=lambda *call: None, experimental_local_results=lambda _, rows=rows: [np_(rows)])
        assert devices.same_everywhere(workers, rows[0]) is agree


def np_(rows):
    return SimpleNamespace(numpy=lambda: np.array(rows))


# watch: signals


@pytest.fixture
def signals():
    """Signals as in a terminal; what a shell runs in the background ignores some of them."""
    if sys.platform == "win32":
        pytest.skip("no signals for oneself")
    before = {number: signal.signal(number, default) for number, default in watch.SIGNALS.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_each_signal_that_asks_to_stop_is_held_back_until_the_step_is_over(signals, name):
    number = getattr(signal, name)
    with watch.interrupts_held_back() as check:
        check()
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            check()
    assert all(signal.getsignal(number) == default for number, default in watch.SIGNALS.items())


def test_a_scheduler_that_asks_twice_is_not_in_a_greater_hurry(signals):
    def press():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    with watch.interrupts_held_back() as check:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            press()
        with pytest.raises(KeyboardInterrupt):
            check()


def test_who_has_a_handler_of_their_own_keeps_it(signals):
    seen = []
    signal.signal(signal.SIGTERM, lambda *args: seen.append(args[0]))
    with watch.interrupts_held_back() as check:
        os.kill(os.getpid(), signal.SIGTERM)
        check()
    assert seen == [signal.SIGTERM]


def test_several_workers_stop_after_the_same_step(signals, monkeypatch):
    """The other one is asked to stop, and this one hears of it the next time that they ask one another."""
    answers, asked = iter([False, False, True]), []

    def gatherer(strategy):
        return lambda numbers: asked.append(numbers) or np.array([numbers, [next(answers)]])

    monkeypatch.setattr(devices, "gatherer", gatherer)
    workers = SimpleNamespace(extended=SimpleNamespace(_in_multi_worker_mode=lambda: True))
    with watch.interrupts_held_back(workers) as check:
        for _ in range(2 * watch.STEPS_BETWEEN):
            check()
        with pytest.raises(KeyboardInterrupt):
            check()
    assert asked == [[False]] * 3
    answers = iter([False, False])
    with watch.interrupts_held_back(workers) as check:
        check()
        os.kill(os.getpid(), signal.SIGTERM)
        check()  # not before the other one can know it
    with pytest.raises(KeyboardInterrupt):
        check()  # all of them ask at the end
    assert asked[-1] == [True]


# watch, with a clock that the test moves


class Watched:
    """As much of a game as the watch looks at, 10 images a step."""

    images_per_step, reports, step = 10, ("loss",), 0

    def __init__(self, monkeypatch, steps_at_once=1, interrupted=()):
        self.now, self.steps_at_once, self.compiled, self.checked = 1e6, steps_at_once, 0, 0
        monkeypatch.setattr(watch, "time", SimpleNamespace(perf_counter=lambda: self.now))
        self.interrupted = interrupted
        self.watch = watch.Watch(self.check)
        self.watch.set_model(self)

    def check(self):
        if self.step in self.interrupted:
            raise KeyboardInterrupt

    def make_train_function(self):
        self.compiled += 1

    def check_finite(self):
        self.checked += 1

    def epoch(self, *durations, loss=1.0):
        """One epoch, of calls that take so many seconds each; the logs of each, and those of the epoch."""
        self.watch.on_epoch_begin(0)
        logs = []
        for seconds in durations:
            self.watch.on_train_batch_begin(0)
            self.step += self.steps_at_once
            self.now += seconds
            logs.append({"loss": loss})
            self.watch.on_train_batch_end(0, logs[-1])
        of_epoch = {"loss": loss}
        self.watch.on_epoch_end(0, of_epoch)
        return [its.get("images_per_second") for its in [*logs, of_epoch]]


def test_images_a_second_are_counted_from_the_first_step_s_end(monkeypatch):
    game = Watched(monkeypatch)
    # The first step compiles for a minute; then 10 images in 0.1 s, and 20 in 0.4 s, which is the mean so far.
    assert game.epoch(60.0, 0.1, 0.3) == [None, 100, 50, 50]
    game.now += 3600  # what is done between epochs does not count
    assert game.epoch(5.0, 0.5) == [None, 20, 20]
    assert game.checked == 2


def test_steps_that_are_made_at_once_all_count(monkeypatch):
    assert Watched(monkeypatch, steps_at_once=4).epoch(60.0, 0.5, 0.5) == [None, 80, 80, 80]


def test_an_epoch_of_one_step_has_no_rate(monkeypatch):
    first, of_epoch = Watched(monkeypatch).epoch(60.0)
    assert first is None
    assert math.isnan(of_epoch)


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("at_once", "where"), [(1, "step 1"), (3, "one of the steps 1 to 3")])
def test_a_number_that_is_not_finite_is_told_with_its_step(monkeypatch, loss, at_once, where):
    with pytest.raises(FloatingPointError, match=f"^loss became {loss} at {where}; try a smaller learning rate"):
        Watched(monkeypatch, at_once).epoch(1.0, loss=loss)


def test_the_stage_is_asked_for_before_each_step_and_an_interruption_too(monkeypatch):
    game = Watched(monkeypatch, interrupted=(2,))
    with pytest.raises(KeyboardInterrupt):
        game.epoch(1.0, 1.0, 1.0)
    assert game.step == game.compiled == 2


def test_a_step_that_is_none_is_told(monkeypatch):
    with pytest.raises(RuntimeError, match=r"Watched\.train_step makes no step"):
        Watched(monkeypatch, steps_at_once=0).epoch(1.0)


# fit: from which step, of which epoch


class Fitted:
    """As much of a game as `fit` looks at; notes the calls of its own `fit`."""

    steps_per_execution, stop_training = 1, False

    def __init__(self, step=0, stop_after=None):
        self.step, self.stop_after, self.calls, self.batches = step, stop_after, [], []

    def fit(self, batches, initial_epoch, epochs, steps_per_epoch, callbacks, **kwargs):
        self.calls.append((initial_epoch, epochs, steps_per_epoch))
        self.batches.append(next(iter(batches)))
        self.callbacks, self.options = callbacks, kwargs
        self.step += (epochs - initial_epoch) * steps_per_epoch
        self.stop_training = len(self.calls) == self.stop_after
        return f"history {len(self.calls)}"


PICTURES = np.arange(23, dtype=np.uint8).reshape(23, 1, 1, 1)  # with batches of 5: four steps an epoch


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        (0, [(0, 3, 4)]),  # all epochs
        (4, [(1, 3, 4)]),
        (1, [(0, 1, 3), (1, 3, 4)]),  # what is left of an epoch comes alone
        (7, [(1, 2, 1), (2, 3, 4)]),
        (9, [(2, 3, 3)]),
        (12, []),
        (20, []),
    ],
)
def test_a_training_goes_on_from_the_step_it_is_at(step, calls):
    game = Fitted(step)
    history = fit(game, PICTURES, 5, 3)
    assert game.calls == calls
    assert history == (f"history {len(calls)}" if calls else None)


@pytest.mark.parametrize("step", [0, 6])
def test_the_batches_are_those_of_the_seed_the_labels_and_the_step(step):
    game, labels = Fitted(step), np.arange(23) * 2
    fit(game, PICTURES, 5, 2, seed=9, labels=labels, verbose=0)
    expected = data.batches(PICTURES, 5, 9, labels, step)
    for ours, theirs in zip(game.batches[0], next(iter(expected)), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert game.options == {"verbose": 0}


def test_a_wish_to_stop_is_granted_in_the_midst():
    game = Fitted(1, stop_after=1)
    assert fit(game, PICTURES, 5, 3) == "history 1"
    assert game.calls == [(0, 1, 3)]


def test_callbacks_are_handed_on_and_have_their_end_where_nothing_is_left():
    told = []

    class Tells(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            told.append("begin")

        def on_train_end(self, logs=None):
            told.append("end")

    game, callback = Fitted(12), Tells()
    fit(game, PICTURES, 5, 3, callbacks=(callback,))
    assert told == ["begin", "end"]
    assert callback.model is game
    game.step = 8
    fit(game, PICTURES, 5, 3, callbacks=(callback,))
    assert game.callbacks == [callback]
    assert told == ["begin", "end"]  # the rest is Keras's


@pytest.mark.parametrize(("batch_size", "message"), [(24, "not 24"), (4, "divide the 5 steps of an epoch, not be 2")])
def test_an_epoch_without_a_step_or_with_half_of_one_is_refused(batch_size, message):
    game = Fitted()
    game.steps_per_execution = 2
    with pytest.raises(ValueError, match=message):
        fit(game, PICTURES, batch_size, 3)
    assert game.calls == []


# replicas: two on one machine, in a process of their own

TWO_REPLICAS = """
import json
import keras, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from dcgan_tf.gan import GAN

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    discriminator = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(momentum=0.5)])
    discriminator.add(keras.layers.Dense(1))
    gan = GAN(generator, discriminator)
    sgd = lambda: keras.optimizers.SGD(0.0)
    try:
        gan.compile(sgd(), sgd(), jit_compile=True)
    except ValueError as error:
        refused = str(error)
    gan.compile(sgd(), sgd())
    count = gan.replicas
generator.set_weights([np.zeros((3, 2)), np.zeros(2)])  # the generated points lie at 0
points = np.arange(16, dtype=np.float32).reshape(8, 2) ** 2
gan.fit(tf.data.Dataset.from_tensors(points).repeat(), steps_per_epoch=1, verbose=0)
norm = discriminator.layers[0]
replicas = [[v.numpy().tolist() for v in w.value.values] for w in (norm.moving_mean, norm.moving_variance)]
print(json.dumps([gan.images_per_step, count, replicas, refused]))
"""


@pytest.mark.slow
def test_two_replicas_count_together_and_join_their_statistics():
    done = subprocess.run(
        [sys.executable, "-c", TWO_REPLICAS], env=environment(), capture_output=True, text=True, timeout=300, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    images_per_step, replicas, statistics, refused = json.loads(done.stdout.splitlines()[-1])
    assert (images_per_step, replicas) == (8, 2)
    assert "does not work with several replicas" in refused
    # Three batches are normalized, real and generated ones for the discriminator, and generated ones for the
    # generator: each half of them moves its replica's statistics half of the way, and then the two are averaged.
    points = np.arange(16, dtype=float).reshape(8, 2) ** 2
    expected = []
    for half in (points[:4], points[4:]):
        mean, variance = np.zeros(2), np.ones(2)
        for batch in (half, 0 * half, 0 * half):
            mean, variance = (mean + batch.mean(axis=0)) / 2, (variance + batch.var(axis=0)) / 2
        expected.append((mean, variance))
    for of_replicas, of_halves in zip(statistics, zip(*expected, strict=True), strict=True):
        for values in of_replicas:
            np.testing.assert_allclose(values, np.mean(of_halves, axis=0), rtol=1e-5)
