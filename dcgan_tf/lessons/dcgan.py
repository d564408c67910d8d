"""Drawings of lesson 6: the feature maps of a DCGAN as blocks, its training as curves."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, REAL, at_most_three, plain_log


def stages(network):
    """Lists (layer, shape of its output) for each layer that changes the shape; the first entry is (None, input shape).

    Args:
        network: `keras.Sequential`.
    """
    found = [(None, tuple(network.input_shape[1:]))]
    for layer in network.layers:
        shape = tuple(layer.output.shape[1:])
        if shape != found[-1][1]:
            found.append((layer, shape))
    return found


def blocks(*networks):
    """Draws feature maps as blocks, in a row for each network: the front is the map, the depth its channels.

    A vector is a bar, as long as the logarithm of its size. Between two blocks stands the layer that computes the
    second from the first.

    Args:
        *networks: `keras.Sequential`, at most three.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    at_most_three(networks)
    figure = Figure(figsize=(9.6, 2.4 * len(networks)), layout="constrained")
    axes = figure.subplots(len(networks), squeeze=False)[:, 0]
    for axis, network, colour in zip(axes, networks, (GENERATED, DISCRIMINATOR, REAL), strict=False):
        found = stages(network)
        largest = max(shape[0] for _, shape in found if len(shape) == 3)
        deepest = max(shape[2] for _, shape in found if len(shape) == 3)
        x = 0.0
        for layer, shape in found:
            if layer is not None:
                axis.annotate("", (x + 1.9, 0), (x + 0.3, 0), arrowprops=dict(arrowstyle="->"))
                axis.text(x + 1.1, 0.12, _words(layer), ha="center", va="bottom", fontsize="small")
                x += 2.2
            width, depth = _block(axis, x, shape, largest, deepest, colour)
            label = "×".join(map(str, shape))
            axis.text(x + width / 2, -1.75, label, ha="center", va="top", fontsize="small", weight="bold")
            x += width + depth
        axis.set(xlim=(-0.4, x + 0.4), ylim=(-2.2, 2.2), aspect="equal")
        axis.set_title(network.name, fontsize="medium", loc="left")
        axis.axis("off")
    return figure


def _block(axis, x, shape, largest, deepest, colour):
    """Draws a shape with its left edge at x; returns its width and how far its depth reaches to the right."""
    from matplotlib.patches import Polygon

    if len(shape) == 1:
        width, height, depth = 0.16, 0.16 + 0.75 * np.log10(shape[0]), 0.0
    else:
        width = height = 3.0 * shape[0] / largest
        depth = 0.1 + 0.6 * shape[2] / deepest
    left, right, low, high = x, x + width, -height / 2, height / 2
    back = 0.5 * depth  # to the right and up
    front = [(left, low), (right, low), (right, high), (left, high)]
    top = [(left, high), (right, high), (right + back, high + back), (left + back, high + back)]
    side = [(right, low), (right, high), (right + back, high + back), (right + back, low + back)]
    for corners, alpha in ((front, 0.9), (top, 0.5), (side, 0.35)) if depth else ((front, 0.9),):
        axis.add_patch(Polygon(corners, facecolor="white", edgecolor="none"))
        axis.add_patch(Polygon(corners, facecolor=colour, edgecolor="black", alpha=alpha, linewidth=0.8))
    return width, back


def _words(layer):
    if not hasattr(layer, "kernel_size"):
        return layer.name
    return f"{layer.name}\n{layer.kernel_size[0]}×{layer.kernel_size[1]}, stride {layer.strides[0]}"


def scores(steps, history, floor=None):
    """Draws a training: the discriminator's mean scores, and the Fréchet distance of the samples, over the steps.

    Args:
        steps: (N,), at which it was measured.
        history: with (N,) numbers each of "D(x)", "D(G(z))" and "distance".
        floor: the distance of real images to other real ones; None draws none.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(steps, history["D(x)"], color=REAL, linestyle="--", marker=".", label="D(x), real images")
    left.plot(steps, history["D(G(z))"], color=GENERATED, marker=".", label="D(G(z)), generated images")
    left.axhline(0.5, color="grey", linewidth=0.8)
    left.set(title="Mean score: 0.5 is undecided", ylabel="probability of real", ylim=(-0.02, 1.02))
    left.legend(frameon=False, fontsize="small")
    right.plot(steps, history["distance"], color=GENERATED, marker=".")
    if floor is not None:
        right.axhline(floor, color=REAL, linestyle=":", label="real against real")
        right.legend(frameon=False, fontsize="small")
    right.set(title="Are the samples good? Smaller is better", ylabel="Fréchet distance", yscale="log")
    plain_log(right.yaxis)
    for axis in (left, right):
        axis.set(xlabel="training step", xlim=(0, None))
    return figure


def over_time(epochs, runs, ylabel="Fréchet distance"):
    """Draws how several trainings went: a thin curve for each seed, a thick one for the median.

    Args:
        epochs: (T,), when they were measured.
        runs: arm → (T, seeds); at most three.
        ylabel: what the numbers are.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    at_most_three(runs)
    figure = Figure(figsize=(6, 3), layout="constrained")
    axis = figure.subplots()
    for (arm, found), colour, dash in zip(
        runs.items(), (REAL, GENERATED, DISCRIMINATOR), ("-", "--", ":"), strict=False
    ):
        axis.plot(epochs, found, dash, color=colour, linewidth=0.8, alpha=0.6)
        axis.plot(epochs, np.median(found, axis=1), dash, color=colour, linewidth=2.2, marker="o", label=arm)
    axis.set(xlabel="epochs", ylabel=ylabel, yscale="log", xticks=epochs)
    plain_log(axis.yaxis)
    axis.legend(frameon=False, fontsize="small")
    return figure
