"""Drawings of lesson 3: what is normalized together, how inputs drift, curves, two trainings side by side."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, LIGHT, REAL, THIRD, figure_pixels
from dcgan_tf.plots.images import grid

QUANTILES = (15, 50, 85)  # as in figure 1 of Ioffe and Szegedy (2015)
_STYLES = [(GENERATED, "--", "o"), (REAL, "-", "s"), (DISCRIMINATOR, "-.", "^"), (THIRD, ":", "D")]


def normalization_methods(samples=4, channels=6, groups=2):
    """Draws which activations share one mean, as figure 2 of Wu and He (2018) does.

    A square is the map of one channel of one sample. The dark ones share the mean with the first.

    Args:
        samples: N, rows of squares.
        channels: C, columns of squares.
        groups: of the channels, for group normalization; divides `channels`.
    Returns:
        A `matplotlib.figure.Figure` with a panel each for batch, layer, instance and group normalization.
    Raises:
        ValueError: `groups` does not divide `channels`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.4), layout="constrained")
    maps = shared_maps(samples, channels, groups)
    for axis, (name, shared) in zip(figure.subplots(1, 4), maps.items(), strict=True):
        axis.pcolormesh(shared, cmap=_two_colours(), edgecolors="white", linewidth=2, vmin=0, vmax=1)
        axis.invert_yaxis()
        axis.set(title=name, xlabel="channel", xticks=[], yticks=[], aspect="equal")
    figure.axes[0].set_ylabel("sample")
    return figure


def shared_maps(samples, channels, groups):
    """Gives name of a normalization → bool (samples, channels): the maps that share the mean of the map at [0, 0].

    Raises:
        ValueError: `groups` does not divide `channels`.
    """
    if groups < 1 or channels % groups:
        raise ValueError(f"groups must divide the {channels} channels, not be {groups}")
    sample, channel = np.indices((samples, channels))
    return {
        "batch": channel == 0,
        "layer": sample == 0,
        "instance": (sample == 0) & (channel == 0),
        "group": (sample == 0) & (channel < channels // groups),
    }


def _two_colours():
    from matplotlib.colors import ListedColormap

    return ListedColormap([LIGHT, REAL])


def drift(records, steps, unit=0):
    """Draws the 15th, 50th and 85th percentiles of one unit's input over a training, in a panel for each network.

    Args:
        records: title → (steps, samples, units), the inputs of a layer's units on the same samples at each step.
        steps: the numbers of these steps.
        unit: its index.
    Returns:
        A `matplotlib.figure.Figure`, like figure 1 (b) and (c) of Ioffe and Szegedy (2015).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots(1, len(records), sharey=True, squeeze=False)[0]
    for axis, (title, values) in zip(axes, records.items(), strict=True):
        low, middle, high = np.percentile(values[:, :, unit], QUANTILES, axis=1)
        axis.fill_between(steps, low, high, color=LIGHT, alpha=0.5, label="15th to 85th percentile")
        axis.plot(steps, middle, color=REAL, label="median")
        axis.axhline(0, color="grey", linewidth=0.8)
        axis.set(title=title, xlabel="training step")
    axes[0].set_ylabel(f"input of unit {unit}")
    axes[0].legend(frameon=False, fontsize="small")
    return figure


def drift_frames(records, steps, units=40, dpi=70):
    """Draws the inputs of many units over a training as frames: a bar from the 15th to the 85th percentile for each.

    The dots are the medians. The grey rings are the medians at the first step and stay there.

    Args:
        records: title → (steps, samples, units), the inputs of a layer's units on the same samples at each step.
        steps: the numbers of these steps; one frame each.
        units: how many of the units to draw.
        dpi: pixels an inch of the 8 × 2.8 inches.
    Returns:
        A list of uint8 (H, W, 3).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots(1, len(records), sharey=True, squeeze=False)[0]
    percentiles = {name: np.percentile(values[:, :, :units], QUANTILES, axis=1) for name, values in records.items()}
    reach = max(abs(values).max() for values in percentiles.values()) * 1.05
    bars = []
    for axis, (_, middle, _) in zip(axes, percentiles.values(), strict=True):
        unit = np.arange(middle.shape[1])
        bars.append((axis.bar(unit, 0, color=LIGHT), axis.plot(unit, middle[0], ".", color=REAL)[0]))
        axis.plot(unit, middle[0], "o", color="0.45", markerfacecolor="none", markersize=4, markeredgewidth=0.8)
        axis.axhline(0, color="grey", linewidth=0.8)
        axis.set(xlabel="unit", ylim=(-reach, reach))
    axes[0].set_ylabel("input of the unit")
    frames = []
    for i, step in enumerate(steps):
        for axis, (name, (low, middle, high)), (boxes, dots) in zip(axes, percentiles.items(), bars, strict=True):
            axis.set_title(f"{name}, step {step}")
            dots.set_ydata(middle[i])
            for box, bottom, top in zip(boxes, low[i], high[i], strict=True):
                box.set(y=bottom, height=top - bottom)
        frames.append(figure_pixels(figure, dpi))
    return frames


def lines(series, x, title, xlabel, ylabel, logx=False, logy=False, ax=None):
    """Draws curves told apart by colour, dash and marker; numbers that are not finite are left out.

    Args:
        series: label → values, as many as `x`.
        x: numbers, or names for places along the axis.
        title, xlabel, ylabel: of the panel.
        logx, logy: logarithmic axes.
        ax: a Matplotlib axis to draw into; None makes a figure of its own.
    Returns:
        The `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    if ax is None:
        ax = Figure(figsize=(8, 2.8), layout="constrained").subplots()
    for (label, values), (colour, dash, marker) in zip(series.items(), _STYLES, strict=False):
        ax.plot(x, values, color=colour, linestyle=dash, marker=marker, markersize=4, label=label)
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    ax.legend(frameon=False, fontsize="small")
    return ax.figure


def side_by_side(left, right, columns=4, gap=12, greys=16):
    """Puts what two generators draw from the same latent vectors side by side, a frame for each moment of the training.

    Args:
        left, right: (frames, N, H, W, C) in [−1, 1], of one shape.
        columns: images a row on each side.
        gap: white pixels between the two sides.
        greys: number of shades of each channel, 2 to 256; few keep the animation small.
    Returns:
        A list of uint8, (H', W') for one channel, (H', W', 3) for three.
    Raises:
        ValueError: `greys` out of its range.
    """
    if not 2 <= greys <= 256:
        raise ValueError(f"greys must be from 2 to 256, not {greys}")
    frames = []
    for pair in zip(left, right, strict=True):
        shades = [np.rint(np.rint((images + 1) / 2 * (greys - 1)) * (255 / (greys - 1))) for images in pair]
        sheets = [grid(images.astype(np.uint8), columns) for images in shades]
        white = np.full((len(sheets[0]), gap, *sheets[0].shape[2:]), 255, np.uint8)
        frames.append(np.hstack([sheets[0], white, sheets[1]]))
    return frames
