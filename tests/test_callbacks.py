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
from drawn import lines
from PIL import Image, ImageSequence
from test_gan import IMAGES, make, same

from dcgan_tf.data import files
from dcgan_tf.gan import GAN
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
@pytest.mark.slow
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


@pytest.mark.parametrize("content", [b"nonsense", b"", bytes(range(256))])
def test_a_damaged_list_of_checkpoints_does_not_matter(checkpoints, content):
    (checkpoints / "checkpoint").write_bytes(content)
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_training_that_was_killed_at_its_end_gets_what_the_end_writes(tmp_path):
    writers = [SampleGrids(tmp_path, n=4, scale=1), Records(tmp_path)]
    train(tmp_path / "checkpoints", epochs=1, callbacks=writers)
    ends = [tmp_path / name for name in ("training.gif", "curves.png")]
    for path in ends:
        path.unlink()
    assert train(tmp_path / "checkpoints", epochs=1, callbacks=writers).step == 8
    assert all(path.exists() for path in ends)


@pytest.mark.slow
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


def end_of_grids(directory):
    """Ends a training; the greys of the animation that this leaves."""
    SampleGrids(directory).on_train_end()
    with Image.open(directory / "training.gif") as animation:
        return [frame.convert("L").getpixel((0, 0)) for frame in ImageSequence.Iterator(animation)]


def test_a_long_training_has_a_short_animation(tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_FRAMES", 3)
    (tmp_path / "samples").mkdir()
    for epoch in range(1, 8):
        Image.new("L", (8, 8), 30 * epoch).save(tmp_path / "samples" / f"epoch_{epoch:04d}.png")
    assert end_of_grids(tmp_path) == pytest.approx([30, 120, 210], abs=2)  # epochs 1, 4 and 7


# What else must not change unnoticed: see mutants.py


def saving(directory, keep=3):
    """The callback of a small GAN that was compiled, and not trained."""
    callback = Checkpoints(directory, keep)
    callback.set_model(make())
    return callback


def advance(gan, step):
    gan._step.assign(step)


def test_a_checkpoint_that_lacks_something_is_not_whole(tmp_path, capsys):
    """Its generator has the same weights; the optimizers' own numbers are missing."""
    callback = saving(tmp_path)
    tf.train.Checkpoint(variables=[variable.value for variable in callback.model.variables]).write(tmp_path / "step-5")
    with pytest.raises(ValueError, match="none of the 1 checkpoints"):
        Checkpoints(tmp_path).restore(make())
    assert "step-5 is damaged and passed over" in capsys.readouterr().err


def test_what_was_restored_is_not_written_once_more(checkpoints):
    gan, callback = make(), Checkpoints(checkpoints)
    callback.set_model(gan)
    assert callback.restore(gan) == 16
    shutil.rmtree(checkpoints)
    callback.on_train_end()
    assert not checkpoints.exists()
    advance(gan, 17)
    callback.on_train_end()
    assert newest(checkpoints) == 17


def test_as_many_checkpoints_are_kept_as_asked_for_the_newest_by_number(tmp_path):
    callback = saving(tmp_path, keep=2)
    for step in (8, 9, 10, 100):  # by their letters 8 and 9 would be the last
        advance(callback.model, step)
        callback.save()
        assert callback.saved_step == step
    assert {path.name for path in tmp_path.iterdir()} == {
        f"step-{step}.{ending}" for step in (10, 100) for ending in ("index", "data-00000-of-00001")
    }


def test_an_old_checkpoint_loses_its_index_first_and_only_once_the_new_one_is_on_the_disk(tmp_path, monkeypatch):
    callback, asked = saving(tmp_path, keep=1), []
    callback.save()
    sync, unlink = files.sync, Path.unlink
    monkeypatch.setattr(files, "sync", lambda path: asked.append(("sync", path.name)) or sync(path))
    monkeypatch.setattr(
        Path, "unlink", lambda path, **options: asked.append(("delete", path.name)) or unlink(path, **options)
    )
    advance(callback.model, 4)
    callback.save()
    index, content = "step-{}.index", "step-{}.data-00000-of-00001"
    assert set(asked[:2]) == {("sync", index.format(4)), ("sync", content.format(4))}
    assert asked[2:] == [("sync", tmp_path.name), ("delete", index.format(0)), ("delete", content.format(0))]


def test_the_newest_checkpoint_is_the_one_of_the_largest_step(tmp_path):
    callback = saving(tmp_path)
    for step in (9, 100):
        advance(callback.model, step)
        callback.save()
    assert Checkpoints(tmp_path).restore(make()) == 100
    assert Checkpoints(tmp_path / "nowhere").restore(make()) == 0


class Drawer:
    """As much of a game as the grids ask for: n images of the grey that the seed says."""

    def __init__(self, side=8):
        self.asked, self.side = [], side

    def sample(self, n, seed):
        self.asked.append((n, seed))
        return np.full((n, self.side, self.side, 1), seed, np.uint8)


def grids(directory, epochs=(0, 1), **options):
    callback = SampleGrids(directory, **options)
    callback.set_model(Drawer())
    for epoch in epochs:
        callback.on_epoch_end(epoch)
    return callback


def test_the_same_latent_vectors_are_drawn_after_each_epoch(tmp_path):
    assert grids(tmp_path, n=9, seed=200).model.asked == [(9, 200)] * 2
    assert grids(None).model.asked == [(64, 0)] * 2
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == ["epoch_0001.png", "epoch_0002.png"]
    for scale in (1, 3):
        grids(tmp_path, n=9, seed=200, scale=scale)
        with Image.open(tmp_path / "samples" / "epoch_0001.png") as picture:
            assert picture.size == (scale * (3 * 10 + 2),) * 2
            assert picture.getpixel((5 * scale, 5 * scale)) == 200


def test_tensorboard_has_each_grid_at_its_epoch(tmp_path):
    callback = SampleGrids(tmp_path, n=4, scale=1)
    callback.set_model(Drawer())
    for epoch, grey in ((0, 200), (1, 90), (7, 40)):
        callback.seed = grey
        callback.on_epoch_end(epoch)
    (path,) = (tmp_path / "tensorboard").glob("events*")
    seen = {}
    for record in tf.data.TFRecordDataset(str(path)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            width, height, png = value.tensor.string_val
            pixels = tf.io.decode_png(png).numpy()
            assert (value.tag, int(width), int(height)) == ("samples", pixels.shape[1], pixels.shape[0])
            with Image.open(tmp_path / "samples" / f"epoch_{event.step + 1:04d}.png") as picture:
                np.testing.assert_array_equal(pixels[..., 0], picture)
            seen[event.step] = pixels[5, 5, 0]
    assert seen == {0: 200, 1: 90, 7: 40}


@pytest.fixture
def drawn_curves(monkeypatch):
    """What `curves.png` shows: the points of each line, as (label, y), on figures that were made so far."""
    figures = []

    def noting(figure, *args, **kwargs):
        figures.append({label: points for axis in figure.axes for label, points in lines(axis).items()})
        return figure_png(figure, *args, **kwargs)

    figure_png = callbacks.plots.figure_png
    monkeypatch.setattr(callbacks.plots, "figure_png", noting)
    return figures


def test_the_curves_are_those_of_the_history_exact_zeros_included(tmp_path, drawn_curves):
    (tmp_path / "history.csv").write_text(
        "epoch,step,generator_loss,real_accuracy,fake_accuracy,images_per_second\n"
        "1,8,0.75,1.0,0.0,90\n"
        "2,16,1.5,0.0,,91\n"  # an empty place: there was no such number then
        "3,24,0.0,0.25,0.5,92\n"
    )
    records = Records(tmp_path)
    records.set_model(make())
    records.on_train_begin()
    told = {"generator_loss": 0.0, "real_accuracy": 0.0, "fake_accuracy": 1.0, "images_per_second": 90}
    records.on_epoch_end(3, told)
    records.on_train_end()
    (shown,) = drawn_curves
    for label, values in (("generator", [0.75, 1.5, 0, 0]), ("real images", [1, 0, 0.25, 0]),
                          ("generated images", [0, np.nan, 0.5, 1])):  # fmt: skip
        np.testing.assert_array_equal(shown[label], np.transpose([[1, 2, 3, 4], values]))
    with Image.open(tmp_path / "curves.png") as picture:
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 20  # no empty sheet


def test_a_training_s_curves_are_what_fit_showed(tmp_path, drawn_curves):
    gan, told = make(), []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            told.append({name: float(value) for name, value in logs.items()})

    fit(gan, IMAGES, 8, 2, callbacks=[Records(tmp_path), Look()], verbose=0)
    (shown,) = drawn_curves
    for label, name in (("generator", "generator_loss"), ("discriminator", "discriminator_loss"),
                        ("real images", "real_accuracy"), ("generated images", "fake_accuracy")):  # fmt: skip
        np.testing.assert_allclose(shown[label][:, 1], [of_epoch[name] for of_epoch in told], rtol=1e-6)
    with (tmp_path / "history.csv").open() as file:
        for row, of_epoch in zip(csv.DictReader(file), told, strict=True):
            assert {name: float(row[name]) for name in of_epoch} == pytest.approx(of_epoch, nan_ok=True)


def test_the_files_hold_averages_and_what_is_drawn_with(tmp_path):
    class Apart(GAN):
        """Draws with a network of its own, and averages the discriminator too."""

        averaged = ("generator", "discriminator")

        def sampler(self, n, seed):
            return self.artist, self.latents(n, (seed, 0))

    gan = make(cls=Apart)
    gan.artist = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2)])
    gan.averaged_discriminator.layers[-1].bias.assign([7.0])
    records = Records(tmp_path)
    records.set_model(gan)
    records.on_epoch_end(0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["discriminator.keras", "generator.keras", "history.csv"]
    for name, network in (("generator", gan.artist), ("discriminator", gan.averaged_discriminator)):
        assert same(keras.models.load_model(tmp_path / f"{name}.keras").get_weights(), network.get_weights())


def test_a_network_that_cannot_be_put_into_place_leaves_nothing_beside_it(tmp_path):
    (tmp_path / "discriminator.keras").mkdir()
    records = Records(tmp_path)
    records.set_model(make())
    with pytest.raises(OSError, match=r"discriminator\.keras"):
        records.on_epoch_end(0)
    assert {path.name for path in tmp_path.iterdir()} <= {"discriminator.keras", "generator.keras", "history.csv"}


@pytest.mark.parametrize("text", ["epoch,step,loss\n1,8,0.5\n2", "step,loss\n8,0.5\n", "epoch,step\nlast,8\n"])
def test_a_history_that_was_cut_is_put_aside(tmp_path, capsys, text):
    (tmp_path / "history.csv").write_text(text)
    records = Records(tmp_path)
    records.on_train_begin()
    assert records.rows == []
    assert (tmp_path / "history.damaged.csv").read_text() == text
    assert "history.csv cannot be read" in capsys.readouterr().err


def test_the_last_epoch_is_always_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_FRAMES", 3)
    (tmp_path / "samples").mkdir()
    for epoch in range(1, 9):  # of eight every third: 8, 5 and 2
        Image.new("L", (8, 8), 30 * epoch).save(tmp_path / "samples" / f"epoch_{epoch:04d}.png")
    SampleGrids(tmp_path).on_train_end()
    with Image.open(tmp_path / "training.gif") as animation:
        greys = [frame.convert("L").getpixel((0, 0)) for frame in ImageSequence.Iterator(animation)]
    assert greys == pytest.approx([60, 150, 240], abs=2)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["before the grid", "before the record", "before the checkpoint"])
@pytest.mark.slow
def test_no_checkpoint_is_written_of_an_epoch_whose_records_are_not(tmp_path, place):
    """A second Ctrl-C comes while an epoch ends: that epoch is run again."""

    class SecondCtrlC(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    def callbacks(*more):
        writers = [SampleGrids(tmp_path, n=4, scale=1), Records(tmp_path)]
        return [*writers[:place], *more, *writers[place:]]

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "checkpoints", epochs=2, callbacks=callbacks(SecondCtrlC()))
    assert newest(tmp_path / "checkpoints") == 8
    train(tmp_path / "checkpoints", epochs=2, callbacks=callbacks())
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert [(row["epoch"], row["step"]) for row in rows] == [("1", "8"), ("2", "16")]
    assert len(list((tmp_path / "samples").iterdir())) == 2
    assert newest(tmp_path / "checkpoints") == 16


@pytest.mark.parametrize("name", ["run[1]", "run*", "a?b", "back\\slash"])
def test_no_name_of_a_folder_is_a_pattern(tmp_path, name):
    """Neither where checkpoints are read, which TensorFlow does by pattern, nor where old ones are deleted."""
    neighbour, callback = saving(tmp_path / "run1", keep=1), saving(tmp_path / name, keep=1)
    for each in (neighbour, callback):
        each.save()
    advance(callback.model, 5)
    callback.model.generator.layers[0].kernel.assign_add(tf.ones_like(callback.model.generator.layers[0].kernel))
    callback.save()
    gan = make()
    assert Checkpoints(tmp_path / name).restore(gan) == 5
    assert same(gan.get_weights(), callback.model.get_weights())
    assert newest(tmp_path / name) == 5
    assert {path.name for path in (tmp_path / "run1").iterdir()} == {"step-0.index", "step-0.data-00000-of-00001"}


def test_what_a_kill_has_left_half_written_goes_and_nothing_else(tmp_path):
    callback = saving(tmp_path, keep=2)
    advance(callback.model, 20)
    callback.save()
    for name in ("step-7_temp", "step-20_temp", "step-99_temp", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part-00000-of-00001.index").write_text("half")
    for name in ("step-6.data-00000-of-00001", "step-6.txt", "step-99.index", "checkpoint"):
        (tmp_path / name).write_text("")
    advance(callback.model, 30)
    callback.save()
    assert {path.name for path in tmp_path.iterdir()} == {
        "step-20.index", "step-20.data-00000-of-00001", "step-30.index", "step-30.data-00000-of-00001",
        "step-99_temp", "step-99.index", "mine", "step-6.txt", "checkpoint",
    }  # fmt: skip


def test_a_grid_that_is_damaged_is_set_aside_and_named_and_other_pictures_do_not_count(tmp_path, capsys):
    samples = tmp_path / "samples"
    samples.mkdir()
    for epoch in (1, 2, 3, 4):
        Image.new("L", (8, 8), 60 * epoch).save(samples / f"epoch_{epoch:04d}.png")
    Image.new("RGBA", (30, 20)).save(samples / "epoch_best.png")
    cut_short = (samples / "epoch_0002.png").read_bytes()[:40]
    (samples / "epoch_0002.png").write_bytes(cut_short)
    (samples / "epoch_0004.png").write_bytes(b"")
    for said in (2, 0):  # and not once more
        assert end_of_grids(tmp_path) == pytest.approx([60, 180], abs=2)
        assert capsys.readouterr().err.count("cannot be read and is now") == said
    assert (samples / "epoch_0002.damaged.png").read_bytes() == cut_short
    assert (samples / "epoch_best.png").exists()
    for path in samples.iterdir():
        path.write_bytes(b"")
    (tmp_path / "training.gif").unlink()
    SampleGrids(tmp_path).on_train_end()
    assert not (tmp_path / "training.gif").exists()


def test_grids_of_several_kinds_make_one_animation_of_bounded_size(tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_SIDE", 12)
    (tmp_path / "samples").mkdir()
    for epoch, (mode, side, colour) in enumerate(
        [("L", 5, 40), ("RGBA", 20, (80, 80, 80, 255)), ("RGB", 32, (120,) * 3)]
    ):
        Image.new(mode, (side, side), colour).save(tmp_path / "samples" / f"epoch_{epoch:04d}.png")
    assert end_of_grids(tmp_path) == pytest.approx([40, 80, 120], abs=2)
    with Image.open(tmp_path / "training.gif") as animation:
        assert animation.size == (10, 10)  # a third of 32


@pytest.mark.parametrize("content", [
    b"epoch,step,loss\n1,8,0.5\n2,16,0.\xff\n", b"epoch,step,loss\n1,8,O.5\n", b"epoch,step,loss\n1,8,0.5,7\n",
    b"\x00\xff", b"epoch,step\n1,eight\n",
])  # fmt: skip
def test_one_wrong_byte_in_the_history_ends_no_training(tmp_path, capsys, content):
    (tmp_path / "history.csv").write_bytes(content)
    records = Records(tmp_path)
    records.set_model(make())
    records.on_train_begin()
    assert (tmp_path / "history.damaged.csv").read_bytes() == content
    assert "history.csv cannot be read" in capsys.readouterr().err
    records.on_epoch_end(2, {"generator_loss": 1.0})
    records.on_train_end()
    assert (tmp_path / "history.csv").read_text() == "epoch,step,generator_loss\n3,0,1.0\n"


def test_a_training_that_reports_other_names_than_before_keeps_all_columns(tmp_path, drawn_curves):
    (tmp_path / "history.csv").write_text("epoch,step,generator_loss,gone_loss\n1,8,0.75,3.0\n")
    records = Records(tmp_path)
    records.set_model(make())
    records.on_train_begin()
    records.on_epoch_end(1, {"generator_loss": 0.5, "new_accuracy": 0.0})
    records.on_train_end()
    text = "epoch,step,generator_loss,new_accuracy,gone_loss\n1,8,0.75,,3.0\n2,0,0.5,0.0,\n"
    assert (tmp_path / "history.csv").read_text() == text
    (shown,) = drawn_curves
    for label, values in (("generator", [0.75, 0.5]), ("gone", [3, np.nan]), ("new", [np.nan, 0])):
        np.testing.assert_array_equal(shown[label][:, 1], values)
