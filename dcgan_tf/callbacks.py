"""What happens beside a training: sample grids, records, and checkpoints from which it resumes exactly."""

import csv
import io
import re
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import plots

MAX_FRAMES = 200  # of the animation; of more epochs every second, third, … is shown


class SampleGrids(keras.callbacks.Callback):
    """Draws the same latent vectors after every epoch, and at the end an animation of all epochs.

    In a notebook the grid is shown too, each in the place of the one before.

    Args:
        directory: gets `samples/epoch_0001.png`, …, and `training.gif`, and the grids for TensorBoard.
            None writes nothing.
        n: how many images.
        seed: of the latent vectors.
        scale: each pixel becomes scale × scale.
    """

    def __init__(self, directory=None, n=64, seed=0, scale=2):
        super().__init__()
        self.directory = None if directory is None else Path(directory)
        self.n, self.seed, self.scale = n, seed, scale
        self.display = self.writer = None

    def on_epoch_end(self, epoch, logs=None):
        grid = plots.grid(self.model.sample(self.n, self.seed), scale=self.scale)
        if self.directory is not None:
            plots.write(self.directory / "samples" / f"epoch_{epoch + 1:04d}.png", plots.png(grid))
            if self.writer is None:
                self.writer = tf.summary.create_file_writer(str(self.directory / "tensorboard"))
            with self.writer.as_default():
                tf.summary.image("samples", np.atleast_3d(grid)[None], step=epoch)
                self.writer.flush()
        if "ipykernel" in sys.modules:
            self._show(plots.png(grid))

    def _show(self, content):
        from IPython.display import Image, display

        if self.display is None:
            self.display = display(Image(content), display_id=True)
        elif self.display:
            self.display.update(Image(content))

    def on_train_end(self, logs=None):
        if self.directory is None:
            return
        from PIL import Image

        # By number: epoch 10,000 has a digit more.
        if grids := sorted((self.directory / "samples").glob("epoch_*.png"), key=lambda path: (len(path.name), path)):
            every = -(-len(grids) // MAX_FRAMES)
            frames = [np.asarray(Image.open(path)) for path in grids[::-every][::-1]]  # the last one always
            plots.write(self.directory / "training.gif", plots.gif(frames))


class Records(keras.callbacks.Callback):
    """Keeps `history.csv`, one line an epoch, the two networks as `.keras` files, and at the end `curves.png`.

    `generator.keras` has the averaged weights, those that `GAN.sample` uses.
    """

    def __init__(self, directory):
        super().__init__()
        self.directory = Path(directory)
        self.path = self.directory / "history.csv"
        self.rows = []

    def on_train_begin(self, logs=None):
        # Of a resumed training: the lines of epochs that are going to be run again do not count.
        self.rows = []
        if self.path.exists():
            with self.path.open(newline="") as file:
                self.rows = list(csv.DictReader(file))
            if not all((row.get("epoch") or "").isdecimal() and row.get("step") for row in self.rows):
                aside = self.path.replace(self.path.with_name("history.damaged.csv"))
                print(f"{self.path} cannot be read and is now {aside.name}; a new one begins", file=sys.stderr)
                self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch + 1, "step": self.model.step, **(logs or {})}
        self.rows = [old for old in self.rows if int(old["epoch"]) <= epoch] + [row]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(row), restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        plots.write(self.path, text.getvalue().encode())
        self._save_networks()

    def on_train_end(self, logs=None):
        if self.rows:
            names = [name for name in self.rows[0] if name not in ("epoch", "step")]
            history = {name: [float(row[name] or "nan") for row in self.rows] for name in names}
            plots.write(self.directory / "curves.png", plots.figure_png(plots.curves(history)))
        self._save_networks()

    def _save_networks(self):
        networks = {"generator": self.model.averaged_generator, "discriminator": self.model.discriminator}
        for name, network in networks.items():
            beside = self.directory / f".{name}.keras"  # Keras wants the suffix
            try:
                network.save(beside)
                beside.replace(self.directory / f"{name}.keras")
            finally:
                beside.unlink(missing_ok=True)


class Checkpoints(keras.callbacks.Callback):
    """Saves all that a training depends on, and restores it so that it goes on to the same bits.

    That is: the networks, the averaged generator, both optimizers, the state of every random layer, and the step.
    Saved after every epoch and at the end of `fit`, an interruption included. Only the means that `fit` reports
    for an epoch that was cut in two are those of its second part.

    Args:
        directory: of the checkpoints, made if need be.
        keep: how many are kept.
    """

    def __init__(self, directory, keep=3):
        super().__init__()
        self.directory = Path(directory)
        self.keep = keep
        self.manager = self.saved_step = None

    def restore(self, gan):
        """Sets a compiled GAN to its newest checkpoint that is whole, and returns its step, 0 without any.

        Raises:
            ValueError: there are checkpoints, but none that is whole and fits these networks.
        """
        self._manage(gan)
        numbers = [re.fullmatch(r"step-(\d+)\.index", path.name) for path in self.directory.glob("*.index")]
        prefixes = [str(self.directory / f"step-{n}") for n in sorted((int(m[1]) for m in numbers if m), reverse=True)]
        for prefix in prefixes:
            try:
                self.manager.checkpoint.restore(prefix).assert_consumed()
            except Exception as error:  # what damage raises depends on where it is
                print(f"the checkpoint {prefix} is damaged and passed over ({_line(error)})", file=sys.stderr)
            else:
                self.saved_step = gan.step
                return self.saved_step
        if prefixes:
            raise ValueError(f"none of the {len(prefixes)} checkpoints in {self.directory} can be read")
        return 0

    def save(self):
        """Writes a checkpoint now.

        Raises:
            FloatingPointError: a weight is not finite; nothing is written.
            OSError: it cannot be written; the earlier ones stay.
        """
        step = self.model.step
        self.model.check_finite()
        try:
            self.manager.save(checkpoint_number=step)
        except (tf.errors.OpError, OSError) as error:
            raise OSError(
                f"no checkpoint could be written at step {step}, the earlier ones in {self.directory} are kept: "
                f"{_line(error)}"
            ) from error
        self.saved_step = step

    def on_train_begin(self, logs=None):
        if self.manager is None:
            self._manage(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self.save()

    def on_train_end(self, logs=None):
        if self.manager is not None and self.saved_step != self.model.step:
            self.save()

    def _manage(self, gan):
        optimizers = gan.generator_optimizer.variables + gan.discriminator_optimizer.variables
        # In a list of its own: `tf.train.Checkpoint` finds no state of a random layer by itself.
        means = {id(variable) for variable in gan.metrics_variables}
        variables = {id(variable): variable.value for variable in [*gan.variables, *optimizers]}
        checkpoint = tf.train.Checkpoint(variables=[v for key, v in variables.items() if key not in means])
        self.manager = tf.train.CheckpointManager(checkpoint, str(self.directory), self.keep, checkpoint_name="step")


def _line(error):
    return " ".join(str(getattr(error, "message", error)).split())[:200]
