"""Pictures that two lessons or more use: grids of images, curves, animations, tables.

What returns frames gives uint8 (H, W, 3), for `gif`. What one lesson alone draws is in `dcgan_tf.lessons`.
"""

from dcgan_tf.plots.figures import (
    DISCRIMINATOR,
    GENERATED,
    LIGHT,
    REAL,
    THIRD,
    bars,
    curves,
    figure_pixels,
    figure_png,
)
from dcgan_tf.plots.images import animation, gif, grid, png, rows, show_rows, write
from dcgan_tf.plots.samples import sheet
from dcgan_tf.plots.tables import arms

__all__ = [
    "DISCRIMINATOR",
    "GENERATED",
    "LIGHT",
    "REAL",
    "THIRD",
    "animation",
    "arms",
    "bars",
    "curves",
    "figure_pixels",
    "figure_png",
    "gif",
    "grid",
    "png",
    "rows",
    "sheet",
    "show_rows",
    "write",
]
