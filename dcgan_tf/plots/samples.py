"""Samples of a game as one picture, whatever they are."""

import numpy as np

from dcgan_tf.data.checks import check_whole
from dcgan_tf.plots.figures import GENERATED, figure_pixels
from dcgan_tf.plots.images import grid


def sheet(samples: np.ndarray, scale: int = 2) -> np.ndarray:
    """Samples as one picture: images in a grid, points of the plane as dots.

    Args:
        samples: uint8 (N, H, W, C) with 1 or 3 channels, or floats (N, 2).
        scale: each pixel of an image becomes scale × scale.
    Returns:
        uint8, (H', W') or (H', W', 3).
    Raises:
        ValueError: samples of which no picture can be made.
    """
    samples = np.asarray(samples)
    check_whole(scale=scale)
    if samples.ndim == 4:
        return grid(samples, scale=scale)
    if samples.ndim != 2 or samples.shape[1] != 2:
        raise ValueError(f"only images (N, H, W, C) and points (N, 2) can be drawn, not samples of {samples.shape}")
    if not len(samples) or not np.isfinite(samples).all():
        raise ValueError("points must be finite numbers, and at least one")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), layout="constrained")
    axis = figure.subplots()
    axis.plot(*samples.T, ".", color=GENERATED, markersize=4, alpha=0.6)
    reach = 1.1 * max(1.0, float(np.abs(samples).max()))
    axis.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    return figure_pixels(figure, dpi=50 * scale)
