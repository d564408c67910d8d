"""Drawn discs and rectangles: pictures without a file, for networks that learn to enlarge."""

import numpy as np

from dcgan_tf.data.base import is_integer


def random_shapes(count: int, seed: int = 0, size: int = 32) -> np.ndarray:
    """Draws one to three discs and rectangles a picture, each of one grey, on black.

    Args:
        count: number of pictures.
        seed: of the places, sizes and greys; the first pictures do not depend on `count`.
        size: side of a picture in pixels.
    Returns:
        float32 (count, size, size, 1), from 0, black, to 1, white.
    Raises:
        ValueError: an argument out of its range.
    """
    if not is_integer(count, 1) or not is_integer(seed, 0) or not is_integer(size, 1):
        raise ValueError(
            f"count and size must be integers of at least 1 and seed one of at least 0, not {count!r}, {size!r} "
            f"and {seed!r}"
        )
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    images = np.zeros((count, size, size, 1), np.float32)
    for image in images:
        for _ in range(random.integers(1, 4)):
            (top, left), (height, width) = random.uniform(0.1, 0.9, 2) * size, random.uniform(0.1, 0.3, 2) * size
            if random.random() < 0.5:
                inside = (y - top) ** 2 + (x - left) ** 2 <= height**2
            else:
                inside = (abs(y - top) <= height) & (abs(x - left) <= width)
            image[inside, 0] = random.uniform(0.3, 1)
    return images
