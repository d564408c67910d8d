"""The names that notebooks of version 0.1 import from here: they are in `dcgan_tf.lessons.dcgan` now."""

import re


def over_time(table, ylabel="Fréchet distance"):
    """`lessons.dcgan.over_time` of a Markdown table with the columns "distance after N epochs"."""
    from dcgan_tf.lessons import dcgan
    from dcgan_tf.plots.activations import read_table

    heads = re.findall(r"\| (distance after (\d+) epochs?) (?=\|)", table)
    columns = [read_table(table, head) for head, _ in heads]
    runs = {arm: [column[arm] for column in columns] for arm in columns[0]}
    return dcgan.over_time([int(number) for _, number in heads], runs, ylabel)


def __getattr__(name):
    from dcgan_tf.lessons import dcgan

    return getattr(dcgan, name)
