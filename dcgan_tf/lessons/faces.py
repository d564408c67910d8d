"""Drawing of lesson 7: which layers of a network hold its weights, and which do its work."""

import numpy as np

from dcgan_tf.plots.figures import GENERATED, REAL


def budget(networks):
    """Draws the weights and the multiplications of each layer side by side, in a row of panels for each network.

    Args:
        networks: name → [(layer, weights, multiplications an image), …], first layer first.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    rows = [len(layers) for layers in networks.values()]
    figure = Figure(figsize=(8, 0.3 * sum(rows) + 0.8 * len(rows)), layout="constrained")
    axes = figure.subplots(len(networks), 2, squeeze=False, sharex="col", height_ratios=rows)
    for (left, right), (name, layers) in zip(axes, networks.items(), strict=True):
        labels, *columns = zip(*layers, strict=True)
        for axis, values, colour in zip((left, right), columns, (REAL, GENERATED), strict=True):
            bars = axis.barh(range(len(labels)), np.array(values) / 1e6, color=colour)
            axis.bar_label(bars, [f"{value / 1e6:.3g}" for value in values], padding=2, fontsize=8)
            axis.invert_yaxis()  # the first layer on top
            axis.margins(x=0.15)
        left.set_yticks(range(len(labels)), labels)
        right.set_yticks([])
        left.set_title(f"{name}: weights", loc="left", fontsize=10)
        right.set_title(f"{name}: multiplications an image", loc="left", fontsize=10)
    for axis in axes[-1]:
        axis.set_xlabel("millions")
    return figure
