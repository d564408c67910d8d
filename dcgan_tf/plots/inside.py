"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.inside` now."""

from dcgan_tf.plots.figures import bars as bars


def __getattr__(name):
    from dcgan_tf.lessons import inside

    return getattr(inside, name)
