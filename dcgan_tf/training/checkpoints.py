"""Checkpoints from which a training goes on to the same bits."""

import contextlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from dcgan_tf.data import files
from dcgan_tf.training.messages import one_line
from dcgan_tf.training.trainer import Trainer


class Checkpoints(keras.callbacks.Callback):
    """Saves all that a training depends on, and restores it so that it goes on to the same bits.

    That is: the networks, their averages, the optimizers, the state of every random layer, what else the game keeps in
    variables, and the step. Saved after every epoch and at the end of `fit`, an interruption included; but not where
    an epoch is over and an interruption has kept others from recording it: that epoch is run again. So this callback
    comes last. Only the means that `fit` reports for an epoch that was cut in two are those of its second part.

    Args:
        directory: of the checkpoints, made if need be.
        keep: how many are kept.
    """

    def __init__(self, directory: str | Path, keep: int = 3):
        super().__init__()
        self.directory = files.user_path(directory)
        self.keep = keep
        self.saved_step = self.epoch_end = None

    def restore(self, gan: Trainer) -> int:
        """Sets a compiled game to its newest checkpoint that is whole, and returns its step, 0 without any.

        Raises:
            ValueError: there are checkpoints, but none that is whole and fits these networks.
        """
        steps = sorted(self._steps(), reverse=True)
        for step in steps:
            prefix = self._prefix(step)
            try:
                with _readable(prefix) as name:
                    _state(gan).read(name).assert_consumed()
            except Exception as error:  # what damage raises depends on where it is
                print(f"the checkpoint {prefix} is damaged and passed over ({one_line(error)})", file=sys.stderr)
            else:
                self.saved_step = gan.step
                return self.saved_step
        if steps:
            raise ValueError(f"none of the {len(steps)} checkpoints in {self.directory} can be read")
        return 0

    def save(self) -> None:
        """Writes a checkpoint now.

        Raises:
            FloatingPointError: a weight is not finite; nothing is written.
            OSError: it cannot be written; the earlier ones stay.
        """
        step = self.model.step
        self.model.check_finite()
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            _state(self.model).write(self._prefix(step))
            for path in [*self._files(step), self.directory]:
                files.sync(path)
        except (tf.errors.OpError, OSError) as error:
            raise OSError(
                f"no checkpoint could be written at step {step}, the earlier ones in {self.directory} are kept: "
                f"{one_line(error)}"
            ) from error
        self.saved_step = step
        self._clear(step)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        steps = self.params.get("steps")
        self.epoch_end = None if steps is None else self.model.step + steps

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.save()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.model.step not in (self.saved_step, self.epoch_end):
            self.save()

    def _prefix(self, step):
        return str(self.directory / f"step-{step}")

    def _files(self, step):
        prefix = self._prefix(step)
        return [Path(f"{prefix}.index"), Path(f"{prefix}.data-00000-of-00001")]

    def _steps(self):
        names = self.directory.glob("step-*.index")
        return [int(number[1]) for path in names if (number := re.fullmatch(r"step-(\d+)\.index", path.name))]

    def _clear(self, step):
        """Deletes all up to this step but the newest checkpoints: older ones, and what a kill has left half-written."""
        kept = sorted(known for known in self._steps() if known <= step)[-self.keep :]
        for path in sorted(self.directory.iterdir(), reverse=True):  # an index before its data: no half is left
            name = re.fullmatch(r"step-(\d+)(_temp|\.index|\.data-00000-of-00001)", path.name)
            if name and int(name[1]) <= step and (name[2] == "_temp" or int(name[1]) not in kept):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


@contextlib.contextmanager
def _readable(prefix):
    """The prefix of a checkpoint under a name without *, ? or [, which TensorFlow writes as they are, but reads as a
    pattern."""
    directory, name = os.path.split(prefix)
    if not set(directory) & (set("*?[\\") - {os.sep}):
        yield prefix
        return
    with tempfile.TemporaryDirectory() as place:
        link = Path(place) / "checkpoints"
        link.symlink_to(Path(directory).resolve(), target_is_directory=True)
        yield str(link / name)


def _state(gan):
    """All that the training depends on, in a list: by itself `tf.train.Checkpoint` finds no state of a random layer."""
    optimizers = [variable for optimizer in gan.optimizers.values() for variable in optimizer.variables]
    means = {id(variable) for variable in gan.metrics_variables}
    variables = {id(variable): variable.value for variable in [*gan.variables, *optimizers]}
    return tf.train.Checkpoint(variables=[value for key, value in variables.items() if key not in means])
