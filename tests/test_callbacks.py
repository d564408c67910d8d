"""Exact resume, and what a training leaves behind."""

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import environment
from PIL import Image, ImageSequence
from test_gan import IMAGES, make, same

from dcgan_tf.training import callbacks
from dcgan_tf.training.callbacks import Records, SampleGrids
from dcgan_tf.training.checkpoints import Checkpoints
from dcgan_tf.training.fit import fit

resource = pytest.importorskip("resource", reason="Windows has no limits on files, and no SIGKILL")


def train(directory, epochs, gan=None, callbacks=()):
    """Trains a small GAN from the newest checkpoint on; 8 steps an epoch."""
    gan = gan or make()
    checkpoints = Checkpoints(directory)
    checkpoints.restore(gan)
    fit(gan, IMAGES, 8, epochs, callbacks=[*callbacks, checkpoints], verbose=0)
    return gan


def state(gan):
    """All that a training depends on: weights, random layers, optimizers."""
    optimizers = [variable for optimizer in gan.optimizers.values() for variable in optimizer.variables]
    means = {id(variable) for variable in gan.metrics_variables}
    return [variable.numpy() for variable in gan.variables + optimizers if id(variable) not in means]


class Interrupt(keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == self.step:
            raise KeyboardInterrupt


@pytest.mark.parametrize("step", [3, 8, 13])
def test_an_interrupted_training_goes_on_to_the_same_bits(tmp_path, step):
    """The random state of dropout included, at the end of an epoch and in the middle of one."""
    undisturbed = train(tmp_path / "a", epochs=3)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "b", epochs=3, callbacks=[Interrupt(step)])
    resumed = train(tmp_path / "b", epochs=3)
    assert resumed.step == 24
    assert same(state(undisturbed), state(resumed))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Checkpoints after the first and second epoch, and the weights of the first."""
    folder = tmp_path_factory.mktemp("trained")
    gan = train(folder, epochs=1)
    weights = gan.get_weights()
    train(folder, epochs=2, gan=gan)
    return folder, weights


@pytest.fixture
def checkpoints(trained, tmp_path):
    return Path(shutil.copytree(trained[0], tmp_path / "checkpoints"))


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def cut(path):
    os.truncate(path, 100)


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("how", [damage, cut, empty, os.unlink])
@pytest.mark.parametrize("part", ["step-16.index", "step-16.data-00000-of-00001"])
def test_a_damaged_newest_checkpoint_is_named_and_the_one_before_it_used(checkpoints, trained, capsys, how, part):
    how(checkpoints / part)
    gan = make()
    assert Checkpoints(checkpoints).restore(gan) == 8
    if (checkpoints / "step-16.index").exists():  # without an index it is no checkpoint at all
        assert "step-16 is damaged" in capsys.readouterr().err
    assert same(gan.get_weights(), trained[1])


def test_a_damaged_list_of_checkpoints_does_not_matter(checkpoints):
    (checkpoints / "checkpoint").write_text("nonsense")
    assert Checkpoints(checkpoints).restore(make()) == 16


def test_no_whole_checkpoint_is_an_error(checkpoints):
    for path in checkpoints.glob("*.data*"):
        damage(path)
    with pytest.raises(ValueError, match="none of the 2 checkpoints"):
        Checkpoints(checkpoints).restore(make())


def test_the_last_three_are_kept(tmp_path):
    train(tmp_path, epochs=5)
    assert sorted(path.name for path in tmp_path.glob("*.index")) == ["step-24.index", "step-32.index", "step-40.index"]


def test_weights_that_are_not_finite_are_not_saved(checkpoints):
    before = sorted(path.name for path in checkpoints.iterdir())
    gan = make()
    callback = Checkpoints(checkpoints)
    callback.restore(gan)
    callback.set_model(gan)
    weight = gan.generator.trainable_variables[0]
    weight.assign(tf.fill(weight.shape, float("inf")))
    with pytest.raises(FloatingPointError, match="not finite after step 16"):
        callback.save()
    assert sorted(path.name for path in checkpoints.iterdir()) == before


def test_a_full_disk_is_a_clear_error_and_the_earlier_checkpoints_stay(checkpoints):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
        with pytest.raises(OSError, match=r"no checkpoint could be written at step 24.*are kept"):
            train(checkpoints, epochs=3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert Checkpoints(checkpoints).restore(make()) == 16


def test_a_file_in_the_folder_s_place_is_a_clear_error(tmp_path):
    (tmp_path / "place").write_text("")
    with pytest.raises(OSError, match="place"):
        train(tmp_path / "place", epochs=1)


def test_records(tmp_path):
    records = Records(tmp_path)
    gan = train(tmp_path / "checkpoints", epochs=2, callbacks=[records])
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert [(row["epoch"], row["step"]) for row in rows] == [("1", "8"), ("2", "16")]
    assert {"generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy"} < set(rows[0])
    assert Image.open(tmp_path / "curves.png").width > 500
    z = tf.random.stateless_normal((4, 5), (0, 0))
    generator = keras.models.load_model(tmp_path / "generator.keras")
    assert np.array_equal(generator(z), gan.averaged_generator(z))
    discriminator = keras.models.load_model(tmp_path / "discriminator.keras")
    assert np.array_equal(discriminator(np.zeros((2, 28, 28, 1))), gan.discriminator(np.zeros((2, 28, 28, 1))))


def test_epochs_that_are_run_again_have_one_line(tmp_path):
    """As after a kill between the record and the checkpoint of an epoch."""
    gan = train(tmp_path / "checkpoints", epochs=2, callbacks=[Records(tmp_path)])
    text = (tmp_path / "history.csv").read_text()
    for path in (tmp_path / "checkpoints").glob("step-16*"):
        path.unlink()
    again = train(tmp_path / "checkpoints", epochs=3, callbacks=[Records(tmp_path)])
    assert again.step == gan.step + 8
    rows = (tmp_path / "history.csv").read_text().splitlines()
    assert len(rows) == 4
    columns = slice(0, 6)  # not the images a second
    assert [row.split(",")[columns] for row in rows[:3]] == [row.split(",")[columns] for row in text.splitlines()]


def test_sample_grids_and_the_animation(tmp_path):
    gan = train(tmp_path / "checkpoints", epochs=2, callbacks=[SampleGrids(tmp_path, n=4, scale=1)])
    grids = sorted((tmp_path / "samples").iterdir())
    assert [path.name for path in grids] == ["epoch_0001.png", "epoch_0002.png"]
    last = np.asarray(Image.open(grids[1]))
    assert np.array_equal(last[2:30, 2:30], gan.sample(4)[0, :, :, 0])
    assert Image.open(tmp_path / "training.gif").n_frames == 2
    assert list((tmp_path / "tensorboard").glob("events*"))


def test_a_training_killed_at_random_moments_ends_with_the_same_bits(digits, tmp_path):
    """Five kills by SIGKILL, the first of them while a checkpoint is being written."""
    command = [sys.executable, "-m", "dcgan_tf", "train", "--data", digits, "--batch-size", "8", "--epochs", "20"]

    def start(run, *more):
        return subprocess.Popen([*command, "--out", tmp_path / run, *more], env=environment(), stdout=-3, stderr=-3)

    assert start("undisturbed").wait(300) == 0
    checkpoints = tmp_path / "killed" / "checkpoints"
    rng = random.Random(0)
    kills, during_checkpoint = 0, False
    while kills < 5:
        process = start("killed", "--resume")
        before = newest(checkpoints)
        while process.poll() is None:
            if not during_checkpoint:  # TensorFlow first writes beside the place
                if list(checkpoints.glob("*temp*")):
                    during_checkpoint = True
                    break
            elif newest(checkpoints) > before:
                time.sleep(rng.uniform(0, 0.3))
                break
            time.sleep(0.0002)
        assert process.poll() is None, f"the training ended after {kills} kills"
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert start("killed", "--resume").wait(300) == 0
    assert during_checkpoint
    for name in ("generator", "discriminator"):
        first, second = (keras.models.load_model(tmp_path / run / f"{name}.keras") for run in ("undisturbed", "killed"))
        assert same(first.get_weights(), second.get_weights())


def newest(checkpoints):
    return max((int(path.stem.split("-")[1]) for path in checkpoints.glob("step-*.index")), default=0)


def test_a_training_that_was_killed_at_its_end_gets_what_the_end_writes(tmp_path):
    writers = [SampleGrids(tmp_path, n=4, scale=1), Records(tmp_path)]
    train(tmp_path / "checkpoints", epochs=1, callbacks=writers)
    ends = [tmp_path / name for name in ("training.gif", "curves.png")]
    for path in ends:
        path.unlink()
    assert train(tmp_path / "checkpoints", epochs=1, callbacks=writers).step == 8
    assert all(path.exists() for path in ends)


def test_an_epoch_with_one_step_left_keeps_all_columns(tmp_path):
    """The step after a resumption compiles, so there is no rate."""
    records = [Records(tmp_path)]
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "checkpoints", epochs=2, callbacks=[*records, Interrupt(15)])
    train(tmp_path / "checkpoints", epochs=2, callbacks=records)
    with (tmp_path / "history.csv").open() as file:
        first, second = csv.DictReader(file)
    assert float(first["images_per_second"]) > 0
    assert second["images_per_second"] == "nan"
    assert (tmp_path / "curves.png").exists()


def test_a_callback_may_stop_the_training(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert train(tmp_path, epochs=5, callbacks=[Stop()]).step == 16


def test_steps_per_execution_that_would_overshoot_an_epoch_are_refused(tmp_path):
    assert train(tmp_path / "a", epochs=1, gan=make(steps_per_execution=4)).step == 8
    with pytest.raises(ValueError, match="must divide the 8 steps of an epoch, not be 3"):
        train(tmp_path / "b", epochs=1, gan=make(steps_per_execution=3))


def test_a_history_that_cannot_be_read_is_put_aside(tmp_path, capsys):
    (tmp_path / "history.csv").write_text("epoch;step\n1;8\n")
    train(tmp_path / "checkpoints", epochs=1, callbacks=[Records(tmp_path)])
    assert "history.damaged.csv" in capsys.readouterr().err
    assert (tmp_path / "history.damaged.csv").read_text() == "epoch;step\n1;8\n"
    assert (tmp_path / "history.csv").read_text().startswith("epoch,step,")


def test_frames_are_in_the_order_of_their_numbers(tmp_path):
    (tmp_path / "samples").mkdir()
    for epoch, grey in ((9999, 10), (10000, 200)):
        Image.new("L", (8, 8), grey).save(tmp_path / "samples" / f"epoch_{epoch}.png")
    SampleGrids(tmp_path).on_train_end()
    animation = Image.open(tmp_path / "training.gif")
    assert animation.convert("L").getpixel((0, 0)) < 100


def test_a_long_training_has_a_short_animation(tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_FRAMES", 3)
    (tmp_path / "samples").mkdir()
    for epoch in range(1, 8):
        Image.new("L", (8, 8), 30 * epoch).save(tmp_path / "samples" / f"epoch_{epoch:04d}.png")
    SampleGrids(tmp_path).on_train_end()
    with Image.open(tmp_path / "training.gif") as animation:
        greys = [frame.convert("L").getpixel((0, 0)) for frame in ImageSequence.Iterator(animation)]
    assert greys == pytest.approx([30, 120, 210], abs=2)  # epochs 1, 4 and 7
