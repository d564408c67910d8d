"""What happens beside a training: sample grids and records."""

import csv
import io
import re
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import plots
from dcgan_tf.data import files
from dcgan_tf.training import networks

MAX_FRAMES = 100  # of the animation; of more epochs every second, third, … is shown
MAX_SIDE = 640  # of its frames, in pixels; larger grids are shown at a half, a third, … of their size


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
        self.directory = None if directory is None else files.user_path(directory)
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
        # By number: epoch 10,000 has a digit more. Other pictures may lie there too.
        names = {path: re.fullmatch(r"epoch_(\d+)\.png", path.name) for path in (self.directory / "samples").glob("*")}
        grids = sorted((path for path, name in names.items() if name), key=lambda path: int(names[path][1]))
        every = -(-len(grids) // MAX_FRAMES)
        shown = [path for path in grids[:: -(every or 1)][::-1] if _is_picture(path)]  # the last one always
        if shown:
            files.write(self.directory / "training.gif", plots.gif(_frames(shown)))


def _is_picture(path):
    """Whether a file is a picture; it is set aside if not."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.load()
    except Exception:  # what damage raises depends on where it is
        _set_aside(path)
        return False
    return True


def _frames(paths):
    """The pictures, one after the other, in the size of the last one, or a half, a third, … of it."""
    from PIL import Image

    with Image.open(paths[-1]) as last:
        mode, smaller = "L" if last.mode == "L" else "RGB", -(-max(last.size) // MAX_SIDE)
        size = [side // smaller for side in last.size]
    for path in paths:
        with Image.open(path) as picture:  # of a network that grows, the early ones are smaller
            yield np.asarray(picture.convert(mode).resize(size, Image.Resampling.BOX))


def _set_aside(path):
    aside = path.replace(path.with_name(f"{path.stem}.damaged{path.suffix}"))
    print(f"{path} cannot be read and is now {aside.name}; the training goes on without it", file=sys.stderr)


class Records(keras.callbacks.Callback):
    """Keeps `history.csv`, one line an epoch, the networks as `.keras` files, and at the end `curves.png`.

    `generator.keras` is the network that `sample` draws with; the others bear their names in the game.

    Args:
        directory: where they are kept.
    """

    def __init__(self, directory: str | Path):
        super().__init__()
        self.directory = files.user_path(directory)
        self.path = self.directory / "history.csv"
        self.rows = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        # Of a resumed training: the lines of epochs that are going to be run again do not count.
        self.rows = []
        if self.path.exists():
            try:
                self.rows = _read(self.path)
            except (ValueError, TypeError, KeyError, csv.Error):
                _set_aside(self.path)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        row = {"epoch": epoch + 1, "step": self.model.step, **(logs or {})}
        self.rows = [old for old in self.rows if int(old["epoch"]) <= epoch] + [row]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self._names(), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        files.write(self.path, text.getvalue().encode())
        self._save_networks()

    def on_train_end(self, logs: dict | None = None) -> None:
        if names := self._names()[2:]:
            history = {name: [_number(row.get(name, "")) for row in self.rows] for name in names}
            files.write(self.directory / "curves.png", plots.figure_png(plots.curves(history)))
        self._save_networks()

    def _names(self):
        """Of the columns, `epoch` and `step` first: a training that is gone on with may report others than before."""
        return list(dict.fromkeys(name for row in ({"epoch": 0, "step": 0}, *self.rows[::-1]) for name in row))

    def _save_networks(self):
        players = {player: getattr(self.model, player) for player in self.model.players}
        players |= {player: getattr(self.model, f"averaged_{player}") for player in self.model.averaged}
        players["generator"], _ = self.model.sampler(1, 0)
        for name, network in players.items():
            networks.save(network, self.directory / f"{name}.keras")


def _read(path):
    """The rows of history.csv; ValueError, TypeError, KeyError or csv.Error if one holds anything but numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        int(row["epoch"]), int(row["step"]), [_number(value) for value in row.values()]
    return rows


def _number(value):
    return float("nan" if value == "" else value)  # an empty place: there was no such number then
