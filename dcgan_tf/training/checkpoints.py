"""Checkpoints from which a training goes on to the same bits."""

import re
import sys
from pathlib import Path

import keras
import tensorflow as tf

from dcgan_tf.data import files
from dcgan_tf.training.trainer import Trainer


class Checkpoints(keras.callbacks.Callback):
    """Saves all that a training depends on, and restores it so that it goes on to the same bits.

    That is: the networks, their averages, the optimizers, the state of every random layer, what else the game keeps in
    variables, and the step. Saved after every epoch and at the end of `fit`, an interruption included. Only the means
    that `fit` reports for an epoch that was cut in two are those of its second part.

    Args:
        directory: of the checkpoints, made if need be.
        keep: how many are kept.
    """

    def __init__(self, directory: str | Path, keep: int = 3):
        super().__init__()
        self.directory = Path(directory)
        self.keep = keep
        self.saved_step = None

    def restore(self, gan: Trainer) -> int:
        """Sets a compiled game to its newest checkpoint that is whole, and returns its step, 0 without any.

        Raises:
            ValueError: there are checkpoints, but none that is whole and fits these networks.
        """
        steps = sorted(self._steps(), reverse=True)
        for step in steps:
            prefix = self._prefix(step)
            try:
                _state(gan).read(prefix).assert_consumed()
            except Exception as error:  # what damage raises depends on where it is
                print(f"the checkpoint {prefix} is damaged and passed over ({_line(error)})", file=sys.stderr)
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
                f"{_line(error)}"
            ) from error
        self.saved_step = step
        for old in sorted(self._steps())[: -self.keep]:
            for path in self._files(old):
                path.unlink(missing_ok=True)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.save()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.saved_step != self.model.step:
            self.save()

    def _prefix(self, step):
        return str(self.directory / f"step-{step}")

    def _files(self, step):
        prefix = self._prefix(step)
        return [Path(f"{prefix}.index"), Path(f"{prefix}.data-00000-of-00001")]  # the index goes first: no half is left

    def _steps(self):
        names = self.directory.glob("step-*.index")
        return [int(number[1]) for path in names if (number := re.fullmatch(r"step-(\d+)\.index", path.name))]


def _state(gan):
    """All that the training depends on, in a list: by itself `tf.train.Checkpoint` finds no state of a random layer."""
    optimizers = [variable for optimizer in gan.optimizers.values() for variable in optimizer.variables]
    means = {id(variable) for variable in gan.metrics_variables}
    variables = {id(variable): variable.value for variable in [*gan.variables, *optimizers]}
    return tf.train.Checkpoint(variables=[value for key, value in variables.items() if key not in means])


def _line(error):
    return " ".join(str(getattr(error, "message", error)).split())[:200]
