"""Pictures: grids of images, curves, animations. What returns frames gives uint8 (H, W, 3), for `gif`."""

from dcgan_tf.plots.figures import (
    DISCRIMINATOR,
    GENERATED,
    LIGHT,
    REAL,
    THIRD,
    curves,
    figure_pixels,
    figure_png,
)
from dcgan_tf.plots.images import animation, gif, grid, png, rows, show_rows, write

__all__ = [
    "DISCRIMINATOR",
    "GENERATED",
    "LIGHT",
    "REAL",
    "THIRD",
    "animation",
    "curves",
    "figure_pixels",
    "figure_png",
    "gif",
    "grid",
    "png",
    "rows",
    "show_rows",
    "write",
]
