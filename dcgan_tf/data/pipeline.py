"""From an array to the batches that `fit` takes."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.data.base import is_integer

if TYPE_CHECKING:
    import tensorflow as tf


def batches(
    images: np.ndarray, batch_size: int, seed: int, labels: np.ndarray | None = None, start_step: int = 0
) -> "tf.data.Dataset":
    """An endless `tf.data.Dataset` of shuffled batches whose order depends on (seed, step) alone.

    Each epoch is another permutation; the last, partial batch of each is dropped. A training that was stopped
    after `start_step` batches goes on with the very batch it would have seen next.

    Args:
        images: (N, H, W, C), in memory or memory-mapped; only the batch at hand is read.
        batch_size: images a batch, 1 to N.
        seed: an integer ≥ 0.
        labels: (N, …), given along with the images if not None.
        start_step: how many batches to pass over, ≥ 0.
    Returns:
        Batches (batch_size, H, W, C) of the images' type; with labels, pairs.
    Raises:
        ValueError: an argument out of its range.
    """
    import tensorflow as tf

    if not getattr(images, "shape", None):
        raise ValueError(f"images must be an array (N, H, W, C), not {type(images).__name__}")
    if not is_integer(batch_size, 1, len(images)):
        raise ValueError(f"batch_size must be from 1 to the number of images, {len(images)}, not {batch_size!r}")
    if not is_integer(seed, 0) or not is_integer(start_step, 0):
        raise ValueError(f"seed and start_step must be integers of at least 0, not {seed!r} and {start_step!r}")
    arrays = [images] if labels is None else [images, np.asarray(labels)]
    if labels is not None and arrays[1].dtype.kind not in "iufb":
        raise ValueError(f"labels must be numbers, not {arrays[1].dtype}")
    if len({array.shape[:1] for array in arrays}) > 1:
        raise ValueError(f"{arrays[1].shape[0] if arrays[1].ndim else 'no'} labels do not fit {len(images)} images")
    steps_per_epoch = len(images) // batch_size

    @lru_cache(maxsize=1)
    def order(epoch):
        return np.random.default_rng((seed, epoch)).permutation(len(images))

    def read(step):
        epoch, position = divmod(int(step), steps_per_epoch)
        chosen = order(epoch)[position * batch_size : (position + 1) * batch_size]
        return [np.asarray(array[chosen]) for array in arrays]

    def batch(step):
        tensors = tf.numpy_function(read, [step], [tf.as_dtype(array.dtype) for array in arrays], stateful=False)
        for tensor, array in zip(tensors, arrays, strict=True):
            tensor.set_shape((batch_size, *array.shape[1:]))
        return tensors[0] if labels is None else tuple(tensors)

    return tf.data.Dataset.range(start_step, np.iinfo(np.int64).max).map(batch).prefetch(2)
