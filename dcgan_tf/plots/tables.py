"""The tables of the experiments: read from Markdown, and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.plots.figures import GENERATED, REAL, plain_log

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def arms(table: str, column: str, xlabel: str) -> Figure:
    """Draws a point for each run in the table of an experiment, in a row for each arm.

    A bar marks the median of each arm, a dotted line that of the first arm.

    Args:
        table: Markdown; the names of the arms stand in its first column, in `column` numbers with commas between.
        column: its head.
        xlabel: what the numbers are.
    Returns:
        A `matplotlib.figure.Figure`.
    Raises:
        ValueError: the table has no such column.
    """
    from matplotlib.figure import Figure

    results = read_table(table, column)
    figure = Figure(figsize=(8, 0.32 * len(results) + 0.8), layout="constrained")
    axis = figure.subplots()
    for row, values in enumerate(results.values()):
        first = row == 0
        axis.plot(values, [row] * len(values), "o" if first else "s", color=REAL if first else GENERATED, alpha=0.8)
        axis.plot(np.median(values), row, "|", color="black", markersize=14)
    axis.axvline(np.median(next(iter(results.values()))), color=REAL, linewidth=0.8, linestyle=":")
    axis.set_yticks(range(len(results)), results)
    axis.invert_yaxis()
    axis.set(xscale="log", xlabel=xlabel)
    plain_log(axis.xaxis)
    return figure


def read_table(table: str, column: str) -> dict[str, list[float]]:
    """Reads one column of a Markdown table: name in the first column → the numbers in that column.

    Args:
        table: Markdown, nothing but the table.
        column: the head of the column; its cells hold numbers with commas between.
    Raises:
        ValueError: the table has no such column.
    """
    lines = table.strip().splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines)
    if column not in head:
        raise ValueError(f"the table has the columns {', '.join(map(repr, head))}, not {column!r}")
    place = head.index(column)
    return {row[0]: [float(number) for number in row[place].split(",")] for row in rows}
