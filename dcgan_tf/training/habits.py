"""What people are used to from Keras: its callbacks, its optimizer, saving a model whole."""

import inspect
from functools import partial

import keras
import numpy as np

from dcgan_tf.data.checks import check_whole

CHECKPOINTS = "dcgan_tf.training.checkpoints.Checkpoints, whose restore(gan) comes before fit"
INSTEAD = {
    "BackupAndRestore": f"restores after the batches were chosen, and deletes its copy on Ctrl-C: take {CHECKPOINTS}",
    "OrbaxCheckpoint": f"knows of one optimizer only: take {CHECKPOINTS}",
    "SwapEMAWeights": "knows of one optimizer only: an average of the generator is kept anyway, by average_decay",
}
"""Keras's callbacks that do not work with a game, and what does."""


def check_compile(optimizers, steps_per_execution: int = 1, run_eagerly: bool = False, **unknown) -> None:
    """Refuses what `keras.Model.compile` takes and a game has no use for.

    Raises:
        ValueError, TypeError: an argument out of its range, or another one.
    """
    if unknown:
        raise TypeError(f"compile() takes no {', '.join(unknown)} here: `fit` shows what the game reports, and samples "
                        "are judged with dcgan_tf.metrics")  # fmt: skip
    if any(getattr(optimizer, "use_ema", False) for optimizer in optimizers):
        raise ValueError("use_ema of an optimizer has no effect here: take average_decay, which averages the generator")
    check_whole(steps_per_execution=steps_per_execution)
    if not isinstance(run_eagerly, bool):
        raise ValueError(f"run_eagerly must be True or False, not {run_eagerly!r}")


def check_fit(callbacks, names, class_weight=None, sample_weight=None, **others) -> None:
    """Refuses, before the first step, what would fail or do nothing after it.

    Args:
        callbacks: that `fit` was given.
        names: of the numbers that `fit` reports.
        class_weight, sample_weight: for which a game has no use.
    Raises:
        ValueError: a callback does not work with a game, or watches a number that there is not.
        TypeError: a callback is none.
    """
    if class_weight is not None or sample_weight is not None:
        raise ValueError("fit() takes neither class_weight nor sample_weight here: a game weighs all samples alike")
    for callback in callbacks:
        kind = type(callback).__name__
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(f"callbacks must be objects of keras.callbacks.Callback, not {callback!r}")
        for cls in type(callback).__mro__:
            if cls.__name__ in INSTEAD and cls.__module__.startswith("keras."):
                raise ValueError(f"{kind} {INSTEAD[cls.__name__]}")
        path, whole = getattr(callback, "filepath", ""), not getattr(callback, "save_weights_only", True)
        if whole and path.endswith(".h5"):
            raise ValueError(f"{kind} saves a whole game as .keras, or its weights as .weights.h5, not as {path}")
        if hasattr(callback, "monitor") and getattr(callback, "save_best_only", True):
            if callback.monitor not in names:
                raise ValueError(f"{kind} must monitor one of {', '.join(names)}, not {callback.monitor}")
            if getattr(callback, "mode", "") == "auto":
                raise ValueError(f'{kind} must be told what is better of {callback.monitor}: mode="min" or mode="max"')


class Rates:
    """The optimizers of all players as the one that Keras's callbacks look for: `model.optimizer`.

    Attributes:
        learning_rate: of the first player. Where it is set, the others' change by the same factor.
        iterations: how many steps the first player has made.
    """

    built = False  # `summary` would count its weights

    def __init__(self, optimizers):
        self._first, *self._others = optimizers

    @property
    def learning_rate(self):
        return self._first.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        before = float(np.asarray(self._first.learning_rate))
        for optimizer in self._others:
            ratio = float(np.asarray(optimizer.learning_rate)) / before if before else 1.0
            optimizer.learning_rate = value * ratio
        self._first.learning_rate = value

    @property
    def iterations(self):
        return self._first.iterations


class Savable(keras.Model):
    """A model of models that is saved by the arguments that it was made with: `save`, `keras.models.load_model`.

    What is loaded has all weights and the step, and must be compiled: a loss or a penalty may be any function.
    """

    def __new__(cls, *args, **kwargs):
        model = super().__new__(cls, *args, **kwargs)
        object.__setattr__(model, "_given", partial(_named, cls, args, kwargs))  # Keras would look for layers in a dict
        return model

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        keras.saving.register_keras_serializable("dcgan_tf")(cls)

    def save(self, filepath, *args, **kwargs):
        if not str(filepath).endswith(".keras"):
            raise ValueError(f"a whole game is saved as .keras, its weights by save_weights(), not as {filepath}")
        super().save(filepath, *args, **kwargs)

    def get_config(self):
        return {name: keras.saving.serialize_keras_object(value) for name, value in self._given().items()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()})

    def get_compile_config(self):
        return {}


def _named(cls, args, kwargs):
    """Name → value of the arguments that an object of a class was made with."""
    signature = inspect.signature(cls.__init__)
    given = dict(list(signature.bind(None, *args, **kwargs).arguments.items())[1:])  # without self
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            given |= given.pop(name, {})
    return given
