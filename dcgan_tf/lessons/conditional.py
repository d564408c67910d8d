"""Drawings of lesson 9: small tables as heat maps, and the labels asked for against the labels seen."""

import numpy as np

from dcgan_tf.plots.figures import plain_log


def tables(named, xlabel, ylabel):
    """Draws tables of numbers from 0 to 1 side by side: the larger a number, the darker its square.

    Args:
        named: title → (rows, columns).
        xlabel, ylabel: what the columns and the rows are.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.7 * len(named), 2.8), layout="constrained")
    for axis, (title, table) in zip(figure.subplots(1, len(named), squeeze=False)[0], named.items(), strict=True):
        axis.imshow(table, cmap="Blues", vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(table):
            axis.text(column, row, f"{value:.2f}", ha="center", va="center", color="white" if value > 0.6 else "black")
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(xlabel)
        axis.set_xticks(range(table.shape[1]))
        axis.set_yticks(range(table.shape[0]))
    figure.axes[0].set_ylabel(ylabel)
    return figure


def confusion(asked, seen, names):
    """Draws the confusion matrix: how often each label was asked for, and how often each was seen then.

    Args:
        asked, seen: integers (N,).
        names: of the labels.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (asked, seen), 1)
    figure = Figure(figsize=(4.4, 4.2), layout="constrained")
    axis = figure.subplots()
    axis.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if count > 0.6 * counts.max() else "black"
            axis.text(column, row, count, ha="center", va="center", color=colour, fontsize=8)
    axis.set_xticks(range(len(names)), names)
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="seen by the classifier", ylabel="asked for")
    return figure


def obedience(agreements, distances):
    """Draws each run of an experiment as a point: the agreement of its labels over its distance from real digits.

    Args:
        agreements, distances: arm → a number for each of its runs, in the same order.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axis = figure.subplots()
    for number, name in enumerate(agreements):
        marker, fill = "os^vDPX"[number % 7], ("full", "none")[number % 2]
        axis.plot(distances[name], agreements[name], marker, color="black", fillstyle=fill, label=name, alpha=0.7)
    axis.set(
        xscale="log",
        xlabel="Fréchet distance (logarithmic, smaller is better)",
        ylabel="label agreement",
        ylim=(0, 1.05),
    )
    plain_log(axis.xaxis)
    axis.legend(frameon=False, fontsize=9)
    return figure
