"""The results of an experiment, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.plots.figures import GENERATED, REAL, plain_log

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def arms(numbers: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """Draws a point for each run of an experiment, in a row for each arm.

    A bar marks the median of each arm, a dotted line that of the first arm.

    Args:
        numbers: arm → a number for each of its runs, as `lessons.tables.results(…).by(…)` gives them.
        xlabel: what the numbers are.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    if not numbers or not all(len(values) and np.min(values) > 0 for values in numbers.values()):
        raise ValueError("numbers must have at least one arm, with a number above 0 or more in each")
    figure = Figure(figsize=(8, 0.32 * len(numbers) + 0.8), layout="constrained")
    axis = figure.subplots()
    for row, values in enumerate(numbers.values()):
        first = row == 0
        axis.plot(values, [row] * len(values), "o" if first else "s", color=REAL if first else GENERATED, alpha=0.8)
        axis.plot(np.median(values), row, "|", color="black", markersize=14)
    axis.axvline(np.median(next(iter(numbers.values()))), color=REAL, linewidth=0.8, linestyle=":")
    axis.set_yticks(range(len(numbers)), numbers)
    axis.invert_yaxis()
    axis.set(xscale="log", xlabel=xlabel)
    plain_log(axis.xaxis)
    return figure
