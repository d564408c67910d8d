"""Samples: brought to one scale and checked, drawn by a network in pieces, cut into equal parts."""

import warnings

import numpy as np
import tensorflow as tf

from dcgan_tf.data.checks import check_whole
from dcgan_tf.training.checks import limits


def scale(images) -> tf.Tensor:
    """uint8 images to floats in [−1, 1]; floats are taken to be there already.

    Raises:
        ValueError: other integers, of which nobody knows what their range is.
    """
    check_type(images.dtype)
    floats = tf.cast(images, tf.float32)
    return floats / 127.5 - 1.0 if images.dtype == tf.uint8 else floats


def check_type(dtype) -> None:
    """Raises ValueError unless samples are uint8 or floats."""
    dtype = tf.as_dtype(dtype)
    if dtype != tf.uint8 and not dtype.is_floating:
        raise ValueError(f"images must be uint8, from 0 to 255, or floats in [−1, 1], not {dtype.name}")


def check_samples(batch, generator) -> None:
    """Refuses samples that a generator could not draw, as far as that can be seen.

    Args:
        batch: arrays, of which the values are looked at too; or tensors, or TensorSpecs. In a tuple, with labels or the
            like, the samples come first.
        generator: Sequential or Functional. What is not image-like, the output of a network without a tanh at its end,
            may have any values.
    Raises:
        ValueError: they are no array, or have another type, shape or range.
    """
    samples = batch[0] if isinstance(batch, tuple) else batch
    drawn = generator.output_shape
    if not (hasattr(samples, "dtype") and hasattr(samples, "shape")):
        raise ValueError(f"samples must be one array (N, {str(drawn[1:])[1:]}, or a data set of batches of it, "
                         f"not a {type(samples).__name__}")  # fmt: skip
    check_type(samples.dtype)
    if len(generator.outputs) > 1:
        return
    if not tf.TensorShape(samples.shape).is_compatible_with(drawn):
        raise ValueError(f"the samples are {tuple(samples.shape[1:])} each, the generator draws {drawn[1:]}")
    with tf.init_scope():  # a step may be being compiled
        low, high = limits(generator)
    if samples.dtype == np.uint8:
        least, most = -1.0, 1.0
    elif isinstance(samples, np.ndarray) and samples.size:
        least, most = float(samples.min()), float(samples.max())
    else:
        return
    if not (low - 0.01 <= least and most <= high + 0.01):
        raise ValueError(f"the samples go from {least:g} to {most:g}, the generator from {low:g} to {high:g}: give "
                         "images as uint8, or as floats in [−1, 1], and end the generator in tanh")  # fmt: skip
    if least >= 0 and low == -1:
        warnings.warn("the first images have no value below 0; floats are taken to be in [−1, 1], where black is −1: "
                      "if yours go from 0 to 1, give 2x − 1", stacklevel=2)  # fmt: skip


def generate(generator, inputs, batch_size: int = 500) -> np.ndarray:
    """What a generator draws, N samples: images as uint8 (N, H, W, C), anything else as it comes.

    Args:
        generator: gives images in [−1, 1], (N, H, W, C), or samples of another rank.
        inputs: (N, …), latent vectors in most games; or a structure of such.
        batch_size: how many are drawn at a time.
    Raises:
        ValueError: no inputs.
    """
    check_whole(batch_size=batch_size)
    n = len(tf.nest.flatten(inputs)[0])
    if n == 0:
        raise ValueError("there is nothing to draw: ask for at least one sample")
    samples = []
    for start in range(0, n, batch_size):
        some = slice(start, start + batch_size)
        piece = tf.nest.map_structure(lambda array, some=some: array[some], inputs)
        batch = np.asarray(generator(piece, training=False))
        if batch.ndim == 4:
            batch = np.rint(batch * 127.5 + 127.5).clip(0, 255).astype(np.uint8)
        samples.append(batch)
    return np.concatenate(samples)


def split(batch, parts: int) -> list:
    """A batch, a tensor or a structure of tensors, cut into equal parts along the first axis.

    Raises:
        ValueError: its size is no multiple of `parts`.
    """
    n = tf.nest.flatten(batch)[0].shape[0] or 0
    if n % parts:
        raise ValueError(f"a batch of {n} samples cannot be split into {parts} equal parts, which a step needs")
    pieces = [tf.split(tensor, parts) for tensor in tf.nest.flatten(batch)]
    return [tf.nest.pack_sequence_as(batch, part) for part in zip(*pieces, strict=True)]
