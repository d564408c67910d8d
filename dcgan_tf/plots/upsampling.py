"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.upsampling` now."""

from dcgan_tf.data import random_shapes as shapes  # noqa: F401


def __getattr__(name):
    from dcgan_tf.lessons import upsampling

    return getattr(upsampling, name)
