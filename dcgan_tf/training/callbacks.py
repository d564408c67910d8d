"""What happens beside a training: sample grids and records."""

import csv
import io
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import plots
from dcgan_tf.data import files

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

    def __init__(self, directory: str | Path | None = None, n: int = 64, seed: int = 0, scale: int = 2):
        super().__init__()
        self.directory = None if directory is None else Path(directory)
        self.n, self.seed, self.scale = n, seed, scale
        self.display = self.writer = None

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        grid = plots.sheet(self.model.sample(self.n, self.seed), scale=self.scale)
        if self.directory is not None:
            files.write(self.directory / "samples" / f"epoch_{epoch + 1:04d}.png", plots.png(grid))
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

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.directory is None:
            return
        from PIL import Image

        # By number: epoch 10,000 has a digit more.
        if grids := sorted((self.directory / "samples").glob("epoch_*.png"), key=lambda path: (len(path.name), path)):
            every = -(-len(grids) // MAX_FRAMES)
            frames = [Image.open(path) for path in grids[::-every][::-1]]  # the last one always
            # Of a network that grows, the early grids are smaller.
            frames = [np.asarray(frame.resize(frames[-1].size, Image.Resampling.NEAREST)) for frame in frames]
            files.write(self.directory / "training.gif", plots.gif(frames))


class Records(keras.callbacks.Callback):
    """Keeps `history.csv`, one line an epoch, the networks as `.keras` files, and at the end `curves.png`.

    `generator.keras` is the network that `sample` draws with; the others bear their names in the game.

    Args:
        directory: where they are kept.
    """

    def __init__(self, directory: str | Path):
        super().__init__()
        self.directory = Path(directory)
        self.path = self.directory / "history.csv"
        self.rows = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        # Of a resumed training: the lines of epochs that are going to be run again do not count.
        self.rows = []
        if self.path.exists():
            with self.path.open(newline="") as file:
                self.rows = list(csv.DictReader(file))
            if not all((row.get("epoch") or "").isdecimal() and row.get("step") for row in self.rows):
                aside = self.path.replace(self.path.with_name("history.damaged.csv"))
                print(f"{self.path} cannot be read and is now {aside.name}; a new one begins", file=sys.stderr)
                self.rows = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        row = {"epoch": epoch + 1, "step": self.model.step, **(logs or {})}
        self.rows = [old for old in self.rows if int(old["epoch"]) <= epoch] + [row]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(row), restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        files.write(self.path, text.getvalue().encode())
        self._save_networks()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.rows:
            names = [name for name in self.rows[0] if name not in ("epoch", "step")]
            history = {name: [float("nan" if row[name] == "" else row[name]) for row in self.rows] for name in names}
            files.write(self.directory / "curves.png", plots.figure_png(plots.curves(history)))
        self._save_networks()

    def _save_networks(self):
        networks = {player: getattr(self.model, player) for player in self.model.players}
        networks |= {player: getattr(self.model, f"averaged_{player}") for player in self.model.averaged}
        networks["generator"], _ = self.model.sampler(1, 0)
        for name, network in networks.items():
            beside = self.directory / f".{name}.keras"  # Keras wants the suffix
            try:
                network.save(beside)
                files.put(beside, self.directory / f"{name}.keras")
            finally:
                beside.unlink(missing_ok=True)
