"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.convolution` now."""


def __getattr__(name):
    from dcgan_tf.lessons import convolution

    return getattr(convolution, name)
