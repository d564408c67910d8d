"""Drawings of lesson 8, what is inside a trained GAN: gradients, lengths of latent vectors, removals, histograms."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, REAL, at_most_three

COLOURS = (REAL, GENERATED, DISCRIMINATOR)


def signed(gradients):
    """Turns gradients into pictures: grey is 0, and the largest entry of each picture is black or white.

    Args:
        gradients: floats (N, H, W, C).
    Returns:
        uint8 (N, H, W, C), 128 where the gradient is 0.
    """
    largest = np.abs(gradients).max(axis=(1, 2, 3), keepdims=True)
    return np.rint(128 + 127 * gradients / np.where(largest > 0, largest, 1)).astype(np.uint8)


def lengths(t, walks, latent_dim):
    """Draws the length of the latent vectors along a path, in units of √latent_dim.

    Args:
        t: (T,), places on the path, from 0 to 1.
        walks: name → (T, N), the length of each of N vectors at each t; at most three names.
        latent_dim: of the vectors.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    at_most_three(walks)
    figure = Figure(figsize=(6, 3), layout="constrained")
    axis = figure.subplots()
    for (name, values), colour, dash in zip(walks.items(), COLOURS, ("--", "-", ":"), strict=False):
        relative = values / np.sqrt(latent_dim)
        axis.plot(t, relative.mean(axis=1), dash, color=colour, label=name)
        low, high = np.quantile(relative, [0.05, 0.95], axis=1)
        axis.fill_between(t, low, high, color=colour, alpha=0.2, linewidth=0)
    axis.axhline(np.sqrt(0.5), color="grey", linewidth=0.8, linestyle=":")
    axis.set(xlabel="t", ylabel="length / √latent_dim", ylim=(0, 1.3), xlim=(0, 1))
    axis.legend(frameon=False, loc="lower left")
    return figure


def removals(random, chosen, intact=1.0):
    """Draws what dropping feature maps does: a circle for each random choice of maps, a star for the chosen ones.

    Args:
        random: (N, 2): the share of images that still show the object, and how much the whole image changed.
        chosen: (2,): the same two numbers for the chosen maps.
        intact: the share of images that show the object with no map dropped.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axis = figure.subplots()
    axis.plot(*np.transpose(random), "o", color=GENERATED, alpha=0.7, label=f"random maps, {len(random)} draws")
    axis.plot(*chosen, "*", color=REAL, markersize=16, label="maps with a positive weight")
    axis.plot(intact, 0, "s", color="black", label="nothing dropped")
    axis.set(xlabel="share that still wears glasses", ylabel="mean squared change of the image")
    axis.set(xlim=(-0.04, 1.04), ylim=(-0.01 * axis.get_ylim()[1], None))
    axis.legend(frameon=False, bbox_to_anchor=(1, 1), loc="upper left")
    return figure


def points(results, xlabel):
    """Draws a row of points for each name, with a bar at their mean.

    Args:
        results: name → numbers.
        xlabel: what the numbers are.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.35 * len(results) + 0.8), layout="constrained")
    axis = figure.subplots()
    for row, values in enumerate(results.values()):
        axis.plot(values, [row] * len(values), "o", color=REAL if row == 0 else GENERATED, alpha=0.7)
        axis.plot(np.mean(values), row, "|", color="black", markersize=16)
    axis.set_yticks(range(len(results)), results)
    axis.invert_yaxis()
    axis.margins(y=0.15)
    axis.set_xlabel(xlabel)
    return figure


def histograms(samples, xlabel):
    """Draws histograms over each other, with the same bins.

    Args:
        samples: name → (N,) numbers; at most three names.
        xlabel: what the numbers are.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    at_most_three(samples)
    figure = Figure(figsize=(6, 2.8), layout="constrained")
    axis = figure.subplots()
    bins = np.histogram_bin_edges(np.concatenate(list(samples.values())), 40)
    for (name, values), colour, dash in zip(samples.items(), COLOURS, ("--", "-", ":"), strict=False):
        axis.hist(values, bins, histtype="step", density=True, color=colour, linestyle=dash, linewidth=1.8, label=name)
    axis.set(xlabel=xlabel, ylabel="density", yticks=[])
    axis.legend(frameon=False)
    return figure
