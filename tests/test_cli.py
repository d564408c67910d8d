"""The command line as a user meets it: what it makes, and what it says when something is wrong."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import keras
import numpy as np
import pytest
from conftest import environment
from PIL import Image
from scipy.spatial.distance import cdist

from dcgan_tf import cli, data, judges, recipes
from dcgan_tf.cli import arguments, evaluate, train
from dcgan_tf.data.sources import SOURCES
from dcgan_tf.training import devices, folder
from dcgan_tf.training.settings import Settings, decide, resolve


def dcgan_tf(*args):
    """The command in this process, for what ends before a training."""
    return cli.main([str(arg) for arg in args])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of one epoch on the bundled digits, and what it printed."""
    out = tmp_path_factory.mktemp("cli") / "a run"  # with a space
    process = subprocess.run(
        [sys.executable, "-m", "dcgan_tf", "train", "--epochs", "1", "--batch-size", "2500", "--out", out],
        env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return out, process


@pytest.mark.slow
def test_train_leaves_all_it_promises(trained):
    out, process = trained
    promised = [
        "config.json",
        "generator.keras",
        "discriminator.keras",
        "history.csv",
        "curves.png",
        "training.gif",
        "tensorboard",
    ]
    for name in [*promised, "samples/epoch_0001.png", "checkpoints/step-4.index"]:
        assert (out / name).exists(), name
    assert not [path for path in out.rglob("*") if "tmp" in path.name or "temp" in path.name]
    assert "10,000 images of 28×28×1, recipe lean, steps an epoch: 4, epochs: 1, devices: 1" in process.stdout
    assert "images_per_second" in process.stdout
    config = json.loads((out / "config.json").read_text())
    assert (config["recipe"], config["batch_size"], config["epochs"], config["seed"]) == ("lean", 2500, 1, 0)
    assert set(config["versions"]) == {"dcgan_tf", "python", "tensorflow", "keras", "numpy"}
    assert len(config["data_sha256"]) == 64


@pytest.mark.slow
def test_sample_draws_a_grid_or_an_array(trained, tmp_path):
    assert dcgan_tf("sample", trained[0], "--count", 9, "--out", tmp_path / "grid.png") == 0
    assert Image.open(tmp_path / "grid.png").size == (2 * (3 * 30 + 2),) * 2
    for seed in (1, 2):
        assert dcgan_tf("sample", trained[0], "--count", 9, "--seed", seed, "--out", tmp_path / f"{seed}.npz") == 0
    first, second = (np.load(tmp_path / f"{seed}.npz")["images"] for seed in (1, 2))
    assert first.shape == (9, 28, 28, 1)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, second)


@pytest.mark.slow
def test_sample_draws_what_the_gan_draws(trained, tmp_path):
    """The last grid of the training shows latent vectors of seed 0."""
    dcgan_tf("sample", trained[0], "--count", 64, "--seed", 0, "--out", tmp_path / "grid.png")
    grid = np.asarray(Image.open(tmp_path / "grid.png")).astype(int)
    assert abs(grid - np.asarray(Image.open(trained[0] / "samples" / "epoch_0001.png"))).max() <= 1


@pytest.mark.slow
def test_evaluate_prints_each_measure_beside_its_floor(trained, capsys):
    assert dcgan_tf("evaluate", trained[0]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2,000 digits each, compared with the 2,000 of the test split of mnist-sample"
    table = {line[:41].strip(): [float(n) for n in line[41:].split()] for line in lines[2:]}
    assert len(table) == 7
    generated, floor = table["Fréchet distance"]
    assert generated > 10 * floor > 0  # after one epoch
    assert table["classes covered, of 10"][1] == 10
    assert table["classifier score, 1 to 10"][1] > 9.5
    assert table["precision (k = 3)"][1] > 0.8


@pytest.mark.slow
def test_evaluate_judges_faces_by_their_attributes(tmp_path, monkeypatch, capsys):
    few = {"train": data.faces(128, verbose=False), "test": data.faces(64, seed=1, verbose=False)}
    monkeypatch.setitem(SOURCES, "faces", SOURCES["faces"]._replace(load=few.get))
    assert dcgan_tf("train", "--data", "faces", "--epochs", 1, "--batch-size", 64, "--out", tmp_path / "run") == 0
    capsys.readouterr()
    assert dcgan_tf("evaluate", tmp_path / "run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "64 faces each, compared with the 64 of the test split of faces"
    table = {line[:41].strip(): [float(n) for n in line[41:].split()] for line in lines[2:]}
    assert len(table) == 5
    assert table["Fréchet distance"][0] > 2 * table["Fréchet distance"][1] > 0
    generated, floor = table["attributes' shares, largest difference"]
    assert 1 >= generated > floor > 0


@pytest.mark.slow
def test_a_finished_run_resumes_to_the_same_end(trained, tmp_path, capsys):
    out = shutil.copytree(trained[0], tmp_path / "run")
    for name in ("training.gif", "curves.png"):  # as after a kill at the very end
        (out / name).unlink()
    assert dcgan_tf("train", "--out", out, "--resume") == 0
    assert "from step 4" in capsys.readouterr().out
    for name in ("config.json", "history.csv", "training.gif", "curves.png"):
        assert (out / name).read_bytes() == (trained[0] / name).read_bytes(), name


@pytest.mark.slow
def test_fewer_epochs_than_there_are_already_are_refused(trained, tmp_path, capsys):
    out = shutil.copytree(trained[0], tmp_path / "run")
    assert dcgan_tf("train", "--out", out, "--resume", "--epochs", 2) == 0
    capsys.readouterr()
    config = (out / "config.json").read_bytes()
    fails(capsys, "train", "--out", out, "--resume", "--epochs", 1, says=["--epochs 1", "step 8"])
    assert (out / "config.json").read_bytes() == config


@pytest.mark.slow
def test_resume_without_a_run_says_that_it_begins_one(digits, command):
    said = command("train", "--data", digits, "--batch-size", 48, "--epochs", 1, "--out", "new", "--resume").stdout
    assert said.startswith("nothing to resume in new: a new run begins")


@pytest.mark.slow
def test_data_that_were_moved_are_known_again(digits, tmp_path, command):
    assert command("train", "--data", digits, "--batch-size", 48, "--epochs", 1, "--out", "run").returncode == 0
    moved = digits.rename(tmp_path / "moved.npz")
    assert "there is no" in command("train", "--out", "run", "--resume").stderr
    assert command("train", "--out", "run", "--resume", "--data", moved, "--no-jit-compile").returncode == 0
    assert folder.read_config(tmp_path / "run")["data"] == str(moved)


@pytest.mark.parametrize(
    "args", [["--data", "no-such"], ["--data", "mnist"], ["--recipe", "fat"], ["--batch-size", "10001"]]
)
@pytest.mark.slow
def test_an_error_is_one_line_of_the_whole_process(args, tmp_path):
    """With what TensorFlow's C++ writes past Python."""
    env = environment(KERAS_HOME=str(tmp_path), https_proxy="http://127.0.0.1:9")  # offline
    del env["TF_CPP_MIN_LOG_LEVEL"]
    process = subprocess.run(
        [sys.executable, "-m", "dcgan_tf", "train", *args, "--out", tmp_path / "run"],
        env=env, capture_output=True, text=True,
    )  # fmt: skip
    assert process.returncode == 2
    assert "mnist" in args or process.stdout == ""
    assert process.stderr.startswith("dcgan_tf train: ")
    assert process.stderr.count("\n") == 1, process.stderr


@pytest.mark.slow
def test_a_finished_run_can_be_given_more_epochs(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "run")
    assert dcgan_tf("train", "--out", tmp_path / "run", "--resume", "--epochs", 2) == 0
    assert folder.read_config(tmp_path / "run")["epochs"] == 2
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3


def fails(capsys, *args, says, code=2):
    """The command ends with one line on stderr, and prints nothing else."""
    try:
        result = dcgan_tf(*args)
    except SystemExit as error:  # argparse's
        result = error.code
    captured = capsys.readouterr()
    assert result == code
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1, captured.err
    for word in says:
        assert word in captured.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--data", "no-such"], ["no-such", "mnist-sample", "fashion-mnist", "folder"]),
        (["--data", "missing/folder"], ["missing/folder"]),
        (["--data", "missing.npz"], ["missing.npz"]),
        (["--epochs", "0"], ["--epochs", "from 1", "0"]),
        (["--epochs", "many"], ["--epochs", "many"]),
        (["--batch-size", "0"], ["--batch-size", "from 1", "0"]),
        (["--batch-size", "10001"], ["--batch-size", "10000", "10001"]),
        (["--seed", "-1"], ["--seed", "from 0", "-1"]),
        (["--seed", "99999999999"], ["--seed", "2147483647"]),
        (["--recipe", "fat"], ["fat", "lean, tutorial, narrow, paper"]),
        (["--recipe", "paper"], ["paper", "32 or 64 or 128", "28", "lean and tutorial"]),
        (["--size", "32", "--recipe", "lean"], ["lean", "28", "32", "narrow and paper"]),
        (["--size", "29"], ["28, 32, 64, 128", "29"]),
        (["--data", ""], ["--data", "not be empty"]),
        (["--recipe", ""], ["--recipe", "not be empty"]),
        (["--epochs=--5"], ["--epochs", "integer from 1 to 1000000", "'--5'"]),
        (["--epochs", "٣"], ["--epochs", "integer from 1", "٣"]),
        (["--epochs", "9" * 5000], ["--epochs", "integer from 1"]),
        (["--epoch", "3"], ["--epoch"]),
        (["--epochs", "3", "--epochs=5"], ["--epochs is given more than once"]),
        (["--jit-compile", "--no-jit-compile"], ["--jit-compile is given more than once"]),
        (["--data", "gs://bucket/pictures"], ["gs://bucket/pictures is an address"]),
        (["--data", "celeba", "--root", "https://example.org/a.zip"], ["--root", "is an address"]),
    ],
)
def test_train_says_what_is_allowed(args, says, tmp_path, capsys):
    fails(capsys, "train", *args, "--out", tmp_path / "run", says=says)
    assert not (tmp_path / "run").exists()


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"pictures": np.zeros((9, 28, 28), np.uint8)}, ["x_train", "pictures"]),
        ({"x_train": np.zeros((9, 784), np.uint8)}, ["(N, H, W)", "(9, 784)"]),
        ({"x_train": np.zeros((9, 28, 28), np.float32)}, ["uint8", "float32"]),
        ({"x_train": np.array([None, 1])}, ["Python objects"]),
    ],
)
def test_a_wrong_archive_is_one_line(arrays, says, tmp_path, capsys):
    fails(capsys, "train", "--data", npz(tmp_path / "a.npz", **arrays), "--out", tmp_path / "run", says=says)


def test_a_folder_without_images_is_one_line(tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    fails(capsys, "train", "--data", tmp_path / "folder", "--out", tmp_path / "run", says=["folder", "no files"])
    (tmp_path / "folder" / "notes.txt").write_text("no picture")
    fails(capsys, "train", "--data", tmp_path / "folder", "--out", tmp_path / "run", says=["no pictures", "notes.txt"])


def test_offline_the_full_mnist_points_to_the_bundled_digits(tmp_path, capsys, monkeypatch):
    import keras

    def offline():
        raise Exception("URL fetch failure on https://example.invalid:\n None -- no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", offline)
    fails(capsys, "train", "--data", "mnist", "--out", tmp_path / "run", says=["mnist-sample", "no route to host"])


@pytest.mark.slow
def test_a_run_that_exists_is_refused(trained, capsys):
    fails(capsys, "train", "--out", trained[0], says=["holds another run", "--resume"])


def test_a_folder_with_something_else_in_it_is_refused(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("")
    fails(capsys, "train", "--out", tmp_path, says=["not empty"])
    fails(capsys, "train", "--out", tmp_path / "thesis.txt", says=["not a folder"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--seed", "7"], ["--seed 0", "7"]),
        (["--recipe", "tutorial"], ["--recipe lean", "tutorial"]),
        (["--batch-size", "64"], ["--batch-size 2500", "64"]),
        (["--conditional"], ["--conditional"]),
        (["--mixed-precision"], ["--mixed-precision"]),
    ],
)
@pytest.mark.slow
def test_resume_names_the_setting_that_differs(trained, capsys, args, says):
    fails(capsys, "train", "--out", trained[0], "--resume", *args, says=says)


@pytest.mark.slow
def test_resume_refuses_other_images(digits, tmp_path, capsys, command):
    assert command("train", "--data", digits, "--batch-size", 32, "--epochs", 1, "--out", "run").returncode == 0
    npz(digits, x_train=data.mnist().images[100:196])
    fails(capsys, "train", "--out", tmp_path / "run", "--resume", says=["other images"])


@pytest.mark.slow
def test_a_run_is_trained_by_one_process_at_a_time(trained, capsys):
    lock = folder.lock(trained[0])
    try:
        fails(capsys, "train", "--out", trained[0], "--resume", says=["another process"])
    finally:
        lock.close()


def test_without_a_run_sample_and_evaluate_say_so(tmp_path, capsys):
    fails(capsys, "sample", tmp_path, "--out", tmp_path / "a.png", says=["generator.keras"])
    fails(capsys, "evaluate", tmp_path, says=["config.json"])


@pytest.mark.slow
def test_sample_takes_png_and_npz(trained, tmp_path, capsys):
    fails(capsys, "sample", trained[0], "--out", tmp_path / "a.jpg", says=[".png", ".npz", "a.jpg"])
    fails(capsys, "sample", trained[0], "--count", 0, "--out", tmp_path / "a.png", says=["--count", "from 1"])


@pytest.mark.slow
def test_a_damaged_run_is_one_line(trained, tmp_path, capsys):
    out = shutil.copytree(trained[0], tmp_path / "run")
    (out / "generator.keras").write_bytes(b"no archive")
    fails(capsys, "sample", out, "--out", tmp_path / "a.png", says=["generator.keras", "damaged"])
    for text in ("{", "{}", "[]"):
        (out / "config.json").write_text(text)
        fails(capsys, "evaluate", out, says=["config.json", "damaged"])
        fails(capsys, "train", "--out", out, "--resume", says=["config.json", "damaged"])


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
@pytest.mark.slow
def test_ctrl_c_writes_the_checkpoint_and_the_line_to_resume(digits, tmp_path):
    args = ["--data", digits, "--batch-size", "8", "--epochs", "100000", "--out", "run"]
    command = [sys.executable, "-m", "dcgan_tf", "train", *args]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=-1, stderr=-1, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not (tmp_path / "run" / "samples" / "epoch_0003.png").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert stdout.splitlines()[-1] == "stopped; to go on: python -m dcgan_tf train --out run --resume"
    assert "Traceback" not in stderr
    assert (tmp_path / "run" / "training.gif").exists()
    assert (tmp_path / "run" / "curves.png").exists()
    saved = max(int(p.stem.split("-")[1]) for p in (tmp_path / "run" / "checkpoints").glob("*.index"))
    assert saved >= 36


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
@pytest.mark.slow
def test_ctrl_c_that_ends_the_reader_of_a_pipe_too_loses_nothing(digits, tmp_path):
    """As under `train 2>&1 | tee log`."""
    args = ["--data", digits, "--batch-size", "8", "--epochs", "100000", "--out", "run"]
    process = subprocess.Popen(
        [sys.executable, "-m", "dcgan_tf", "train", *args], cwd=tmp_path, env=environment(), stdout=-1, stderr=-2,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        seen = b""
        while b"Epoch 3/" not in seen:
            part = os.read(process.stdout.fileno(), 4096)
            assert part, seen
            seen += part
        process.stdout.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
    assert (tmp_path / "run" / "training.gif").exists()
    saved = max(int(p.stem.split("-")[1]) for p in (tmp_path / "run" / "checkpoints").glob("*.index"))
    assert saved >= 24


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("ResourceExhaustedError", "run/tensorboard/events; No space left on device", "No space left on device"),
        ("ResourceExhaustedError", "run/events; Disk quota exceeded", "Disk quota exceeded"),
        ("FailedPreconditionError", "run/tensorboard; Not a directory", "Not a directory"),
    ],
)
def test_what_a_disk_answers_is_one_line_and_no_lack_of_memory(digits, tmp_path, capsys, monkeypatch, kind, said,
                                                               expected):  # fmt: skip
    import tensorflow as tf

    def full(*args, **kwargs):
        raise getattr(tf.errors, kind)(
            None, None, said + "\nDetected at node 'x' defined at (most recent call last):\n"
        )

    monkeypatch.setattr(keras.Model, "fit", full)
    assert dcgan_tf("train", "--data", digits, "--batch-size", 8, "--out", tmp_path / "run") == 2
    assert capsys.readouterr().err == f"dcgan_tf train: {said}\n"
    assert expected in said


def test_a_wrong_recipe_for_a_folder_is_told_before_its_pictures_are_read(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(data, "load", None)
    fails(capsys, "train", "--data", tmp_path, "--recipe", "fat", "--out", tmp_path / "run", says=["fat", "lean"])


def test_a_tilde_is_the_home_folder_wherever_a_path_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    def options(*args):
        return vars(arguments.parser().parse_args([*args]))

    train = options("train", "--out=~/run", "--root", "~/zip", "--data", "~/pictures")
    assert (train["out"], train["root"]) == (tmp_path / "run", tmp_path / "zip")
    assert resolve(train).data == str(tmp_path.resolve() / "pictures")
    assert options("sample", "~/run", "--out", "~/a.png")["run"] == tmp_path / "run"
    assert options("sample", "~/run", "--out", "~/a.png")["out"] == tmp_path / "a.png"
    assert options("evaluate", "~/run")["run"] == tmp_path / "run"
    assert options("data", "celeba", "--root", "~/zip")["root"] == tmp_path / "zip"
    image = tmp_path / "pictures" / "a.png"
    image.parent.mkdir()
    Image.new("RGB", (28, 28)).save(image)
    assert len(data.load("~/pictures").images) == 1


@pytest.mark.parametrize("module", ["argparse", "dcgan_tf.cli.arguments", "numpy", "dcgan_tf.cli.train"])
def test_ctrl_c_in_the_first_moments_is_no_traceback(tmp_path, module):
    """It comes while a module is imported."""
    code = f"""
import runpy, sys

class Interrupts:
    def find_spec(self, name, *args):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.modules.pop({module!r}, None)
sys.meta_path.insert(0, Interrupts())
sys.argv = ["dcgan_tf", "train", "--data", "no-such", "--out", "run"]
runpy.run_module("dcgan_tf", run_name="__main__")
"""
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment(), cwd=tmp_path, capture_output=True, text=True
    )
    assert (process.returncode, process.stdout, process.stderr) == (130, "", "")


def test_too_little_memory_is_one_line(digits, tmp_path, capsys, monkeypatch):
    import tensorflow as tf

    def full(*args, **kwargs):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating a tensor\nwith shape")

    monkeypatch.setattr(keras.Model, "fit", full)
    assert dcgan_tf("train", "--data", digits, "--batch-size", 8, "--out", tmp_path / "run") == 2
    said = capsys.readouterr().err
    assert "take a smaller --batch-size" in said
    assert said.count("\n") == 1


def test_a_wrong_recipe_is_told_before_the_data_are_made(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(data, "load", None)
    for recipe in ("lean", "fat"):
        fails(capsys, "train", "--data", "faces", "--recipe", recipe, "--out", tmp_path / "run", says=[recipe])


@pytest.mark.slow
def test_damaged_conditions_are_one_line(trained, tmp_path, capsys):
    out = shutil.copytree(trained[0], tmp_path / "run")
    for content in (b"", b"PK\x03\x04"):
        (out / "conditions.npz").write_bytes(content)
        fails(capsys, "sample", out, "--out", tmp_path / "a.png", says=["conditions.npz is damaged", "--resume"])


@pytest.mark.slow
def test_another_number_of_devices_is_told(trained, tmp_path, capsys):
    out = shutil.copytree(trained[0], tmp_path / "run")
    config = folder.read_config(out) | {"devices": 2}
    (out / "config.json").write_text(json.dumps(config))
    assert dcgan_tf("train", "--out", out, "--resume") == 0
    assert "the bits may differ" in capsys.readouterr().out


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DCGAN_TF_CACHE", str(tmp_path / ".cache"))  # hidden, hence no part of a folder of pictures


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize(("sides", "size"), [([28, 28], 28), ([128], 128), ([40], 64), ([28, 32], 64)])
def test_a_folder_s_pictures_keep_a_size_that_there_is(tmp_path, sides, size):
    for i, side in enumerate(sides):
        Image.new("RGB", (side, side)).save(tmp_path / f"{i}.png")
    assert data.load(tmp_path).images.shape[1:3] == (size, size)


@pytest.mark.slow
@pytest.mark.usefixtures("own_cache")
def test_a_folder_of_pictures_trains(tmp_path, command):
    rng = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for i in range(8):
        Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(tmp_path / "pictures" / f"{i}.png")
    args = ["--data", "pictures", "--size", 32, "--batch-size", 4, "--epochs", 1, "--out", "run"]
    process = command("train", *args)
    assert process.returncode == 0, process.stderr
    assert "8 images of 32×32×3, recipe narrow" in process.stdout
    assert Image.open(tmp_path / "run" / "samples" / "epoch_0001.png").mode == "RGB"


@pytest.mark.slow
def test_options_for_gpus_are_taken_on_a_cpu(digits, tmp_path, command):
    args = ["--data", digits, "--batch-size", 48, "--epochs", 1, "--out", "run"]
    process = command("train", *args, "--mixed-precision", "--memory-growth", "--deterministic")
    assert process.returncode == 0, process.stderr
    config = folder.read_config(tmp_path / "run")
    assert config["mixed_precision"] is config["deterministic"] is True


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize(("options", "channels"), [([], 1), (["--channels", "3"], 3), (["--channels", "1"], 1)])
def test_channels_are_those_of_the_pictures_or_as_asked_for(tmp_path, options, channels):
    Image.new("L", (28, 28)).save(tmp_path / "a.png")
    args = arguments.parser().parse_args(["train", "--data", str(tmp_path), "--out", "run", *options])
    settings = resolve(vars(args))
    dataset = train.load(settings)
    assert dataset.images.shape == (1, 28, 28, channels)
    settings = decide(replace(settings, batch_size=1), dataset, "0", 1, False)
    assert settings.channels == channels


def test_labels_of_an_archive_are_read_where_they_are_needed(tmp_path, capsys):
    path = npz(tmp_path / "a.npz", images=np.zeros((9, 28, 28), np.uint8), labels=np.ones(9))
    assert train.load(Settings(data=str(path))).labels is None
    fails(capsys, "train", "--data", path, "--conditional", "--out", tmp_path / "run", says=["labels of", "float64"])


def test_more_than_a_thousand_classes_are_one_line(tmp_path, capsys):
    path = npz(tmp_path / "a.npz", images=np.zeros((1200, 28, 28), np.uint8), labels=np.arange(1200))
    fails(capsys, "train", "--data", path, "--conditional", "--out", tmp_path / "run", says=["at most 1,000 classes"])
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("own_cache")
def test_a_folder_has_no_test_split(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    assert len(data.load(tmp_path, 28).images) == 1
    with pytest.raises(ValueError, match="no split 'test'"):
        data.load(tmp_path, 28, split="test")
    with pytest.raises(ValueError, match="'train' or 'test', not 'dev'"):
        data.load("mnist-sample", split="dev")


def place(cluster, kind="worker", index=0):
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (place({"chief": ["a:1"], "worker": ["b:1"]}, index="0"), (2, False)),
        ("", (1, True)),
        ("{}", (1, True)),
        (place({"worker": ["a:1"]}), (1, True)),
        (place({"worker": ["a:1", "b:1"]}), (2, True)),
        (place({"worker": ["a:1", "b:1"]}, index=1), (2, False)),
        (place({"chief": ["a:1"], "worker": ["b:1"]}, "chief"), (2, True)),
        (place({"chief": ["a:1"], "worker": ["b:1"]}), (2, False)),
        (place({"chief": ["a:1"]}, "chief"), (1, True)),
    ],
)
def test_a_cluster_has_one_chief(monkeypatch, text, expected):
    monkeypatch.setenv("TF_CONFIG", text)
    assert devices.cluster() == expected


TWO = ["a:1", "b:1"]


@pytest.mark.parametrize("text", [
    "{", "[]", '{"cluster": {"worker": ["a:1", "b:1"]}}', '{"cluster": 3}', place({"workers": TWO}),
    place({"worker": TWO, "ps": ["c:1"]}), place({"worker": ["a", "b:1"]}), place({"worker": ["a:1", "b:0"]}),
    place({"worker": ["a:1", "b:99999"]}), place({"worker": ["a:1", "a:1"]}), place({"worker": TWO}, index=2),
    place({"worker": TWO}, "chief"), place({"chief": TWO}, "chief"), place({"worker": "a:1"}),
    place({"worker": ["a:1", 2]}), place({"worker": TWO}, index=-1),
])  # fmt: skip
def test_a_tf_config_that_cannot_be_understood_is_one_line(monkeypatch, tmp_path, capsys, text):
    monkeypatch.setenv("TF_CONFIG", text)
    fails(capsys, "train", "--out", tmp_path / "run", says=["TF_CONFIG must be like", text])


# What else must not change unnoticed: see mutants.py


def test_the_options_have_the_defaults_that_the_help_promises():
    def options(*args):
        return vars(arguments.parser().parse_args([*args]))

    sample = options("sample", "run", "--out", "a.png")
    assert (sample["count"], sample["seed"], sample["label"]) == (64, 0, None)
    assert options("evaluate", "run")["seed"] == 0
    assert {name for name, value in options("train", "--out", "run").items() if value is not None} == {
        "command", "out", "resume", "memory_growth",
    }  # fmt: skip
    faces = options("data", "faces")
    assert (faces["count"], faces["seed"]) == (10_000, 0)
    assert options("data", "celeba", "--root", "r")["size"] == 64
    jit = [options("train", "--out", "run", f"--{no}jit-compile")["jit_compile"] for no in ("", "no-")]
    assert jit == [True, False]


DIGITS, FEW = data.mnist(), 400  # the 2,000 of the test split would take a minute
CORNER = 0.02
TWINS = (3, 5)  # where the one is asked for, the other is drawn


def few_digits(split):
    """The sources are asked for these instead of all: 1,000 to train on and 400 to test with."""
    whole, n = data.mnist("sample", split), {"train": 1000, "test": FEW}[split]
    return whole._replace(images=whole.images[-n:], labels=whole.labels[-n:])


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setitem(SOURCES, "mnist-sample", SOURCES["mnist-sample"]._replace(load=few_digits))


@pytest.fixture(scope="module")
def copier(tmp_path_factory):
    """A conditional RUN that was never trained: asked for a digit it draws one of the training digits, the same always.

    With the one number z it moves one corner of the picture a little.
    """
    run = tmp_path_factory.mktemp("copier")
    digits = few_digits("train")
    _, probabilities = judges.mnist_classifier()(digits.images)
    sure = [probabilities[:, digit].argmax() for digit in range(10)]
    drawn = [TWINS[1] if digit == TWINS[0] else TWINS[0] if digit == TWINS[1] else digit for digit in range(10)]
    copies = digits.images[[sure[digit] for digit in drawn]]
    generator = keras.Sequential([keras.Input((1 + 10,)), keras.layers.Dense(784), keras.layers.Reshape((28, 28, 1))])
    corner = np.zeros((1, 784), np.float32)
    corner[0, 0] = CORNER
    pictures = copies.reshape(10, 784) / np.float32(127.5) - 1
    generator.set_weights([np.concatenate([corner, pictures]), np.zeros(784)])
    generator.save(run / "generator.keras")
    settings = Settings(size=28, recipe="lean", conditional=True, jit_compile=False, names=digits.names)
    folder.write_config(run, settings)
    folder.write_conditions(run, np.eye(10, dtype=np.float32), np.full(10, 1000))
    return run, copies


def sampled(run, path, *options):
    assert dcgan_tf("sample", run, "--out", path, *options) == 0
    return np.load(path)["images"].astype(int)


def test_sample_draws_as_many_as_asked_for_of_the_label_and_by_the_seed(copier, tmp_path):
    run, copies = copier
    sevens = sampled(run, tmp_path / "7.npz", "--label", 7, "--count", 5, "--seed", 2)
    assert sevens.shape == (5, 28, 28, 1)
    inside = (slice(None), slice(1, None))
    np.testing.assert_array_equal(sevens[inside], np.repeat(copies[7:8], 5, 0)[inside])
    again, others = (sampled(run, tmp_path / "b.npz", "--label", 7, "--count", 5, "--seed", seed) for seed in (2, 1))
    np.testing.assert_array_equal(again, sevens)
    assert not np.array_equal(others, sevens)
    each = sampled(run, tmp_path / "each.npz", "--count", 20)
    np.testing.assert_array_equal(each[inside], np.repeat(copies, 2, 0)[inside])


def other_networks():
    image, flat = keras.Input((28, 28, 1)), keras.Input((11,))
    pair = keras.layers.Concatenate()([keras.Input((5,)), keras.Input((6,))])
    return {
        "a discriminator": keras.Sequential([image, keras.layers.Flatten(), keras.layers.Dense(1)]),
        "points": keras.Sequential([flat, keras.layers.Dense(2)]),
        "an image to an image": keras.Sequential([image, keras.layers.Conv2D(1, 3)]),
        "seven channels": keras.Sequential([flat, keras.layers.Dense(28), keras.layers.Reshape((2, 2, 7))]),
        "two inputs": keras.Model(pair._keras_history.operation.input, keras.layers.Reshape((11, 1, 1))(pair)),
        "y alone": keras.Sequential([keras.Input((10,)), keras.layers.Dense(4), keras.layers.Reshape((2, 2, 1))]),
    }


def test_a_network_that_is_no_generator_is_one_line(copier, tmp_path, capsys):
    run = shutil.copytree(copier[0], tmp_path / "run")
    for name, network in other_networks().items():
        network.save(run / "generator.keras")
        says = ["generator.keras", "takes 10 numbers" if name == "y alone" else "holds no generator: it takes"]
        fails(capsys, "sample", run, "--out", tmp_path / "a.png", says=says)


@pytest.mark.parametrize("name", ["\x1b[2J", "\x1b]0;x\x07", "\u202etxt"])
def test_names_are_printed_without_what_a_terminal_would_obey(tmp_path, capsys, name):
    absent, run = tmp_path / f"{name}.npz", tmp_path / "run"
    fails(capsys, "train", "--data", absent, "--out", run, says=["there is no file", ascii(name)[1:-1]])
    fails(capsys, "sample", absent, "--out", tmp_path / "a.png", says=["holds no generator", ascii(name)[1:-1]])
    np.savez(tmp_path / "a.npz", **{name: np.zeros(3)})
    fails(capsys, "train", "--data", tmp_path / "a.npz", "--out", run, says=["has no array", ascii(name)[1:-1]])


def test_sample_draws_the_latent_vectors_of_the_gan_s_own_sample(copier, tmp_path):
    import tensorflow as tf

    run, copies = copier
    corners = sampled(run, tmp_path / "a.npz", "--label", 7, "--count", 40, "--seed", 2)[:, 0, 0, 0]
    z = tf.random.stateless_normal((40, 1), (2, 0)).numpy()[:, 0]
    expected = np.rint(127.5 * (copies[7, 0, 0, 0] / 127.5 - 1 + CORNER * z) + 127.5).clip(0, 255)
    np.testing.assert_array_equal(corners, expected)
    assert len(set(expected)) > 2


def test_a_grid_shows_each_pixel_twice_and_other_files_are_refused(copier, tmp_path, capsys):
    run, copies = copier
    assert dcgan_tf("sample", run, "--label", 3, "--count", 9, "--out", tmp_path / "grid.png") == 0
    with Image.open(tmp_path / "grid.png") as grid:
        assert grid.size == (2 * (3 * 30 + 2),) * 2
        first = np.asarray(grid.convert("L"))[4:60, 4:60]
    np.testing.assert_array_equal(first[2:, 2:], copies[3, :, :, 0].repeat(2, 0).repeat(2, 1)[2:, 2:])
    capsys.readouterr()
    fails(capsys, "sample", run, "--out", tmp_path / "a.jpg", says=[".png", ".npz", "a.jpg"])
    assert not (tmp_path / "a.jpg").exists()


@pytest.mark.usefixtures("few")
def test_each_row_of_evaluate_says_what_is_known_of_a_copier(copier, capsys):
    run, copies = copier
    assert dcgan_tf("evaluate", run, "--seed", 4) == 0
    table = {line[:41].strip(): line[41:].split() for line in capsys.readouterr().out.splitlines()[2:]}
    generated, floor = ({name: float(row[column]) for name, row in table.items()} for column in (0, 1))
    test = few_digits("test")
    features = judges.mnist_classifier()(copies)[0]
    training = judges.mnist_classifier()(few_digits("train").images)[0]
    real, probabilities = judges.mnist_classifier()(test.images)

    assert generated["classes covered, of 10"] == floor["classes covered, of 10"] == 10
    assert generated["share that the classifier is sure of"] == 1
    assert generated["classifier score, 1 to 10"] == pytest.approx(10, abs=0.02)
    assert generated["recognised as what was asked for"] == 0.8
    assert floor["recognised as what was asked for"] > 0.98
    assert generated["median distance to a training digit"] == pytest.approx(0, abs=0.05)
    # By the distances of all pairs: of new real digits, and within the reach of which of them the ten copies lie.
    assert floor["median distance to a training digit"] == pytest.approx(
        np.median(cdist(real, training).min(axis=1)), abs=0.005
    )
    reach = np.sort(cdist(real, real), axis=1)[:, 3]
    assert generated["precision (k = 3)"] == pytest.approx(
        (cdist(features, real) <= reach).any(axis=1).mean(), abs=0.01
    )
    # Of a copy that comes forty times the third neighbour is next to nothing away.
    assert generated["recall (k = 3)"] < 0.02
    assert 0.8 < floor["precision (k = 3)"] < 1  # the training digits would all be their own neighbours
    assert floor["recall (k = 3)"] > 0.8
    assert floor["share that the classifier is sure of"] == pytest.approx((probabilities.max(1) > 0.9).mean(), abs=0.01)
    means = features.mean(axis=0) - real.mean(axis=0)
    spread = np.trace(np.cov(real.T)) + np.trace(np.cov(np.repeat(features, FEW // 10, 0).T))
    assert means @ means < generated["Fréchet distance"] < means @ means + spread
    assert 0 < floor["Fréchet distance"] < 0.3 * generated["Fréchet distance"]


@pytest.mark.usefixtures("few")
def test_evaluate_draws_by_its_seed(copier, monkeypatch, capsys):
    run, _ = copier
    asked, judged, draw = [], [], evaluate.draw
    table = judges.measure(DIGITS.images[:9], DIGITS.images[9:20])
    monkeypatch.setattr(evaluate, "draw", lambda *args: asked.append(args) or draw(*args))
    monkeypatch.setattr(judges, "measure", lambda images, real: judged.append(images) or table)
    for seed in (4, 4, 5):
        assert dcgan_tf("evaluate", run, "--seed", seed) == 0
    assert asked == [(run, FEW, seed) for seed in (4, 4, 5)]
    floors = [{image.tobytes() for image in images} for images in judged[1::2]]
    assert floors[0] == floors[1] != floors[2]
    assert all(len(floor) == FEW for floor in floors)
    assert floors[0] | floors[2] <= {image.tobytes() for image in few_digits("train").images}


def test_faces_are_recognised_attribute_by_attribute(tmp_path, monkeypatch, capsys):
    """A generator that draws each of some looks as one face that has it, but for two which are exchanged."""
    few = {"train": data.faces(128, verbose=False), "test": data.faces(64, seed=1, verbose=False)}
    monkeypatch.setitem(SOURCES, "faces", SOURCES["faces"]._replace(load=few.get))
    faces, looks = few["train"], []
    for i, look in enumerate(faces.labels):  # looks that a linear layer tells apart
        if np.linalg.matrix_rank(faces.labels[[*looks, i]]) > len(looks) and look.any():
            looks.append(i)
    y, drawn = faces.labels[looks].astype(np.float32), np.array([looks[1], looks[0], *looks[2:]])
    pictures = faces.images[drawn].reshape(len(looks), -1) / np.float32(127.5) - 1
    generator = keras.Sequential([keras.Input((1 + y.shape[1],)), keras.layers.Dense(64 * 64 * 3)])
    generator.add(keras.layers.Reshape((64, 64, 3)))
    kernel = np.concatenate([np.zeros((1, pictures.shape[1])), np.linalg.pinv(y) @ pictures])
    generator.set_weights([kernel, np.zeros(pictures.shape[1])])
    generator.save(tmp_path / "generator.keras")
    settings = Settings(data="faces", size=64, recipe="narrow", conditional=True, jit_compile=False, names=faces.names)
    folder.write_config(tmp_path, settings)
    folder.write_conditions(tmp_path, y, np.ones(len(y)))
    assert dcgan_tf("evaluate", tmp_path) == 0
    table = {line[:41].strip(): line[41:].split() for line in capsys.readouterr().out.splitlines()[2:]}
    # The labels of the face that is drawn are what the classifier finds, with hardly an error.
    agree = (faces.labels[drawn] == y).mean(axis=1)
    asked = folder.read_conditions(tmp_path, 64)
    weights = [(asked == look).all(axis=1).mean() for look in y]
    generated, floor = map(float, table["recognised as what was asked for"])
    assert generated == pytest.approx(np.dot(weights, agree), abs=0.02)
    assert generated < 0.99 < floor + 0.02


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("two\nlines"), 2, "dcgan_tf sample: two lines\n"),
        (FileNotFoundError("nothing"), 2, "dcgan_tf sample: nothing\n"),
        (OSError(28, "No space left on device", "a.png"), 2, "dcgan_tf sample: a.png: No space left on device\n"),
        (MemoryError("too little"), 2, "dcgan_tf sample: too little\n"),
        (FloatingPointError("a loss became nan"), 1, "dcgan_tf sample: a loss became nan\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_went_wrong_is_one_line_and_a_code(monkeypatch, capsys, error, code, said):
    def command(args):
        raise error

    monkeypatch.setattr(cli, "_command", lambda name: command)
    assert dcgan_tf("sample", "run", "--out", "a.png") == code
    assert capsys.readouterr().err == said


def test_other_images_than_digits_and_faces_have_no_judge(copier, tmp_path, capsys):
    out = shutil.copytree(copier[0], tmp_path / "run")
    for changed in ({"data": "fashion-mnist"}, {"size": 32}, {"data": "a/folder"}):
        (out / "config.json").write_text(json.dumps(folder.read_config(copier[0]) | changed))
        fails(capsys, "evaluate", out, says=["no classifier can judge", "mnist-sample at 28, mnist at 28, faces at 64"])


def test_seed_xla_and_labels_reach_the_gan_and_the_order_of_the_images(monkeypatch):
    import tensorflow as tf

    from dcgan_tf.cli import train
    from dcgan_tf.training import fit

    asked = []
    monkeypatch.setattr(fit, "fit", lambda *args, **kwargs: asked.append((args, kwargs)))
    dataset = DIGITS._replace(images=DIGITS.images[:40], labels=DIGITS.labels[:40])
    for conditional in (False, True):
        settings = Settings(recipe="lean", seed=7, jit_compile=True, epochs=3, batch_size=8, conditional=conditional,
                            names=DIGITS.names if conditional else ())  # fmt: skip
        gan, conditions = train.build(settings, dataset, tf.distribute.get_strategy())
        assert (gan.seed, gan.jit_compile) == (7, True)
        assert (conditions is not None) == conditional
        train.fit(gan, dataset, settings, ["a callback"], verbose=0)
        args, kwargs = asked.pop()
        assert args[0] is gan
        assert args[1] is dataset.images
        assert args[2:6] == (8, 3, 7, ["a callback"])
        assert (args[6] is dataset.labels) if conditional else args[6] is None
        assert kwargs == {"verbose": 0}
    np.testing.assert_array_equal(conditions[1], np.bincount(dataset.labels, minlength=10))


def test_a_run_goes_on_from_its_checkpoint_and_not_beyond_its_end(tmp_path):
    import tensorflow as tf

    from dcgan_tf.cli import train
    from dcgan_tf.training.checkpoints import Checkpoints

    gans = [recipes.build("lean", (28, 28, 1)) for _ in range(2)]
    before = Checkpoints(tmp_path / "checkpoints")
    before.set_model(gans[0])
    gans[0]._step.assign(8)
    gans[0].generator.layers[0].kernel.assign_add(tf.ones_like(gans[0].generator.layers[0].kernel))
    before.save()
    one = tf.distribute.get_strategy()
    settings = Settings(epochs=2, batch_size=10, data_sha256="ab" * 32)
    checkpoints, step = train.restore(tmp_path, gans[1], settings, one, 49)  # four steps an epoch: at its end
    assert (step, gans[1].step, checkpoints.directory) == (8, 8, tmp_path / "checkpoints")
    np.testing.assert_array_equal(*(gan.generator.layers[0].kernel for gan in gans))
    with pytest.raises(ValueError, match="has more than --epochs 1 behind it: step 8"):
        train.restore(tmp_path, gans[1], replace(settings, epochs=1), one, 49)


def test_what_is_not_as_it_was_is_told(tmp_path, capsys):
    from dcgan_tf.cli import train

    args = arguments.parser().parse_args(["train", "--out", str(tmp_path), "--resume"])
    begun, now = Settings(recipe="lean", epochs=2, batch_size=10, jit_compile=False), folder.versions()

    def said(settings, begun, versions, step=0):
        train.announce(args, settings, begun, versions, (49, 28, 28, 1), step)
        return capsys.readouterr().out.splitlines()

    told = "49 images of 28×28×1, recipe lean, steps an epoch: 4, epochs: 2, devices: 1"
    assert said(begun, None, None) == [f"nothing to resume in {tmp_path}: a new run begins", told]
    assert said(begun, begun, now, step=3) == [f"{told}; from step 3"]
    for settings, versions in ((replace(begun, jit_compile=True), now), (replace(begun, devices=2), now),
                               (begun, now | {"keras": "3.0"})):  # fmt: skip
        first, _ = said(settings, begun, versions)
        assert first.endswith("the bits may differ")


def test_half_precision_and_determinism_are_set_where_they_are_asked_for(monkeypatch):
    import tensorflow as tf

    from dcgan_tf.cli import train

    asked = []
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: asked.append(True))
    dataset = DIGITS._replace(images=DIGITS.images[:40])
    try:
        for on in (False, True):
            settings = Settings(recipe="lean", jit_compile=False, mixed_precision=on, deterministic=on)
            gan, _ = train.build(settings, dataset, tf.distribute.get_strategy())
            assert gan.generator.layers[0].compute_dtype == ("float16" if on else "float32")
            assert asked == [True] * on
    finally:
        keras.mixed_precision.set_global_policy("float32")


def test_the_checkpoint_is_written_last_of_all(tmp_path):
    """What a checkpoint has seen, the other files have too."""
    from dcgan_tf.cli import train
    from dcgan_tf.training.callbacks import Records, SampleGrids
    from dcgan_tf.training.checkpoints import Checkpoints

    checkpoints = Checkpoints(tmp_path / "checkpoints")
    callbacks = train.writers(tmp_path, checkpoints, (np.eye(2), [1, 3]))
    assert callbacks[-1] is checkpoints
    assert {type(callback) for callback in callbacks[:-1]} == {keras.callbacks.TensorBoard, SampleGrids, Records}
    np.testing.assert_array_equal(folder.read_conditions(tmp_path, 4), np.eye(2)[[0, 1, 1, 1]])


@pytest.mark.slow
def test_a_network_with_a_layer_of_ones_own_is_not_called_damaged(trained, tmp_path, capsys):
    class Doubled(keras.layers.Layer):  # not registered
        def call(self, x):
            return 2 * x

    out = shutil.copytree(trained[0], tmp_path / "run")
    network = keras.Sequential(
        [keras.Input((16,)), keras.layers.Dense(784), Doubled(), keras.layers.Reshape((28, 28, 1))]
    )
    network.save(out / "generator.keras")
    fails(capsys, "sample", out, "--out", tmp_path / "a.png", says=["generator.keras", "register_keras_serializable"])
    (out / "generator.keras").write_bytes((out / "generator.keras").read_bytes()[:1000])
    fails(capsys, "sample", out, "--out", tmp_path / "a.png", says=["generator.keras is damaged"])
