"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.normalization` now."""


def __getattr__(name):
    from dcgan_tf.lessons import normalization

    return getattr(normalization, "normalization_methods" if name == "together" else name)
