"""Samples: drawn by a network in pieces, and cut into equal parts."""

import numpy as np
import tensorflow as tf


def generate(generator, inputs, batch_size: int = 500) -> np.ndarray:
    """What a generator draws, N samples: images as uint8 (N, H, W, C), anything else as it comes.

    Args:
        generator: gives images in [−1, 1], (N, H, W, C), or samples of another rank.
        inputs: (N, …), latent vectors in most games; or a structure of such.
        batch_size: how many are drawn at a time.
    Raises:
        ValueError: no inputs.
    """
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
