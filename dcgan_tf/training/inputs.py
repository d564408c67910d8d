"""What `fit` is given, looked at before the first step."""

import types

import keras
import numpy as np
import tensorflow as tf


class Inputs:
    """What a game is to be trained on, checked as early as can be.

    That is at once, but for the values in a data set: they are seen when its first batch comes, still before the step.

    Args:
        x: as for `keras.Model.fit`.
        y: labels beside an array, or None.
        check: raises ValueError for a batch, or for the TensorSpecs of one.
        batch_size: of an array; None: Keras's 32.
        replicas: among how many a batch is split.
    Attributes:
        x: what is to be given to `keras.Model.fit` in its place.
        refusal: what was wrong with the first batch of a data set, which TensorFlow would wrap in its own words.
    Raises:
        ValueError: `check` refuses it, or a batch would leave a replica without a sample.
    """

    def __init__(self, x, y, check, batch_size, replicas):
        self.x, self.check, self.refusal, self.looked = x, check, None, False
        if isinstance(x, tf.data.Dataset):
            self.spec = x.element_spec
            check(self.spec)
            specs = tf.nest.flatten(self.spec)
            if replicas > 1 and any(spec.shape.rank and spec.shape[0] is None for spec in specs):
                raise ValueError(f"{replicas} replicas need batches of one size: batch(…, drop_remainder=True)")
            if not all(isinstance(spec, tf.TensorSpec) and spec.dtype == tf.uint8 for spec in specs[:1]):
                self.x = x.map(self._look)
        elif isinstance(x, types.GeneratorType):
            self.x = map_generator(self._once, x)
        elif isinstance(x, keras.utils.PyDataset):
            check(x[0])
        elif hasattr(x, "shape") or not hasattr(x, "__iter__") or isinstance(x, (list, dict, tuple)):
            size = batch_size or 32
            first = np.asarray(x[:size]) if hasattr(x, "shape") else x
            check((first, y))
            left = len(x) % size
            if left and left <= (replicas - 1) * -(-size // replicas):
                raise ValueError(f"the last batch has {left} of {size} samples, too few for {replicas} replicas: take "
                                 f"another batch_size, or {len(x) - left} samples")  # fmt: skip

    def _look(self, *batch):
        batch = batch if isinstance(self.spec, tuple) else batch[0]
        with tf.control_dependencies([tf.numpy_function(self._once_of, tf.nest.flatten(batch), tf.bool)]):
            return tf.nest.map_structure(tf.identity, batch)

    def _once_of(self, *arrays):
        self._once(tf.nest.pack_sequence_as(self.spec, arrays))
        return True

    def _once(self, batch):
        if not self.looked:
            self.looked = True
            try:
                self.check(batch)
            except ValueError as error:
                self.refusal = error
                raise
        return batch


def map_generator(function, generator):
    """As `map`, and a generator still, by which Keras knows one."""
    return (function(item) for item in generator)
