"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.activations` now."""

from dcgan_tf.plots.tables import arms as arms
from dcgan_tf.plots.tables import read_table as read_table


def __getattr__(name):
    from dcgan_tf.lessons import activations

    return getattr(activations, "functions_and_derivatives" if name == "shapes" else name)
