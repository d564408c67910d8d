"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.conditional` now."""


def obedience(table, agreement, distance):
    """`lessons.conditional.obedience` of two columns of a Markdown table."""
    from dcgan_tf.lessons import conditional
    from dcgan_tf.plots.activations import read_table

    return conditional.obedience(read_table(table, agreement), read_table(table, distance))


def __getattr__(name):
    from dcgan_tf.lessons import conditional

    return getattr(conditional, name)
