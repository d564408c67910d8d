"""Figures: the palette, the curves of a training, bars, a figure as a picture."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart by colour-blind readers too, and dark against light in greyscale.
REAL, GENERATED = "#0072B2", "#E69F00"
DISCRIMINATOR, THIRD, LIGHT = "#009E73", "#CC79A7", "#56B4E9"

# How `curves` draws what nearly every training records; other players take the styles below, one after the other.
_KNOWN = {
    "generator_loss": ("generator", GENERATED, "-"),
    "discriminator_loss": ("discriminator", REAL, "--"),
    "real_accuracy": ("real images", REAL, "--"),
    "fake_accuracy": ("generated images", GENERATED, "-"),
}
_OTHERS = ((DISCRIMINATOR, "-."), (THIRD, ":"), (LIGHT, (0, (3, 1, 1, 1))), ("black", (0, (5, 2))))


def curves(history: Mapping[str, Sequence[float]]) -> Figure:
    """Draws the losses of all players, and the shares that the discriminator judges right, over the epochs.

    Args:
        history: as in `fit(…).history`: name → one number an epoch. The names that end in `_loss` are drawn on the
            left, those that end in `_accuracy` on the right, the others not at all.
    Returns:
        A `matplotlib.figure.Figure`.
    Raises:
        ValueError: there is neither a loss nor an accuracy in `history`.
    """
    from matplotlib.figure import Figure

    if not isinstance(history, Mapping):
        raise TypeError(f"history must be names with a number an epoch, not a {type(history).__name__}")
    panels = [
        ("_loss", dict(title="Losses: each is measured against the rival", ylabel="loss")),
        ("_accuracy", dict(title="The discriminator's accuracy: 0.5 is guessing", ylabel="share right")),
    ]
    panels = [(ending, words) for ending, words in panels if any(name.endswith(ending) for name in history)]
    if not panels:
        raise ValueError(f"the history must have names that end in _loss or _accuracy, not only {list(history)}")
    figure = Figure(figsize=(4.5 * len(panels), 3.4), layout="constrained")
    for axis, (ending, words) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        names = [name for name in _KNOWN if name.endswith(ending) and name in history]
        others = [name for name in history if name.endswith(ending) and name not in _KNOWN]
        styles = {name: (name.removesuffix(ending).replace("_", " "), *_OTHERS[i % 4]) for i, name in enumerate(others)}
        for name in names + others:
            label, colour, dash = {**_KNOWN, **styles}[name]
            epochs = np.arange(1, len(history[name]) + 1)
            marker = "o" if len(epochs) == 1 else None
            axis.plot(epochs, history[name], color=colour, linestyle=dash, label=label, marker=marker)
        axis.set(xlabel="epoch", **words)
        if ending == "_accuracy":
            axis.axhline(0.5, color="grey", linewidth=0.8)
            axis.set_ylim(0, 1.02)
        axis.legend(frameon=False)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def bars(names: Sequence[str], shares: Mapping[str, Iterable[float]], xlabel: str, limit: float | None = 1.0) -> Figure:
    """Draws bars side by side, one of each colour for each name.

    Args:
        names: of the rows, N of them.
        shares: what a colour stands for → (N,) shares, 0 to 1; at most three colours.
        xlabel: what the numbers are.
        limit: where the axis ends; None ends it behind the longest bar.
    Returns:
        A `matplotlib.figure.Figure`.
    Raises:
        ValueError: there are more than three colours.
    """
    from matplotlib.figure import Figure

    at_most_three(shares)
    shares = {label: list(values) for label, values in shares.items()}
    if not shares or not len(names) or any(len(values) != len(names) for values in shares.values()):
        raise ValueError(
            f"shares must have a number for each of the {len(names)} names, in each colour, and not be empty"
        )
    figure = Figure(figsize=(8, 0.2 * len(names) * (len(shares) + 0.8) + 0.8), layout="constrained")
    axis = figure.subplots()
    places, thick = np.arange(len(names)), 0.8 / len(shares)
    styles = zip((REAL, GENERATED, DISCRIMINATOR), ("", "///", "..."), strict=True)
    for number, ((label, values), (colour, hatch)) in enumerate(zip(shares.items(), styles, strict=False)):
        where = places + (number - (len(shares) - 1) / 2) * thick
        axis.barh(where, values, thick, color=colour, hatch=hatch, edgecolor="white", label=label)
    axis.set_yticks(places, names)
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, xlim=(0, limit))
    axis.legend(frameon=False, bbox_to_anchor=(1, 1), loc="upper left")
    return figure


def at_most_three(series: Sized) -> None:
    """Refuses more than three series: a figure with three colours would leave the fourth out.

    Raises:
        ValueError: there are more than three.
    """
    if len(series) > 3:
        raise ValueError(f"at most three can be told apart in this figure, not {len(series)}")


def plain_log(axis: Axis) -> None:
    """Puts ticks at 1, 2, 5, 10, 20, … in plain numbers on a logarithmic `axis.xaxis` or `axis.yaxis`."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def figure_png(figure: Figure) -> bytes:
    """Gives the bytes of a figure as a PNG file, at 110 dots per inch."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def figure_pixels(figure: Figure, dpi: float = 80) -> np.ndarray:
    """Draws a figure into uint8 pixels (H, W, 3): a frame of an animation.

    Args:
        figure: a `matplotlib.figure.Figure`.
        dpi: dots per inch.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
