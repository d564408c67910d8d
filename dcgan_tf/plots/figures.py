"""Figures: the palette, the curves of a training, a figure as a picture."""

import io

import numpy as np

# Okabe and Ito's palette: told apart by colour-blind readers too, and dark against light in greyscale.
REAL, GENERATED = "#0072B2", "#E69F00"
DISCRIMINATOR, THIRD, LIGHT = "#009E73", "#CC79A7", "#56B4E9"


def curves(history):
    """Both losses, and the shares that the discriminator judges right, over the epochs.

    Args:
        history: as in `fit(…).history`: name → one number an epoch.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    epochs = np.arange(1, len(history["generator_loss"]) + 1)
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    marker = "o" if len(epochs) == 1 else None
    left.plot(epochs, history["generator_loss"], color=GENERATED, label="generator", marker=marker)
    left.plot(epochs, history["discriminator_loss"], color=REAL, linestyle="--", label="discriminator", marker=marker)
    left.set(title="Losses: each is measured against the rival", xlabel="epoch", ylabel="loss")
    right.plot(epochs, history["real_accuracy"], color=REAL, linestyle="--", label="real images", marker=marker)
    right.plot(epochs, history["fake_accuracy"], color=GENERATED, label="generated images", marker=marker)
    right.axhline(0.5, color="grey", linewidth=0.8)
    right.set(title="The discriminator's accuracy: 0.5 is guessing", xlabel="epoch", ylabel="share right")
    right.set_ylim(0, 1.02)
    for axis in (left, right):
        axis.legend(frameon=False)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def at_most_three(series):
    """So many have a colour of their own in most figures.

    Raises:
        ValueError: there are more.
    """
    if len(series) > 3:
        raise ValueError(f"at most three can be told apart in this figure, not {len(series)}")


def plain_log(axis):
    """Ticks at 1, 2, 5, 10, 20, … in plain numbers, for a logarithmic `axis.xaxis` or `axis.yaxis`."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def figure_png(figure):
    """The bytes of a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def figure_pixels(figure, dpi=80):
    """A figure as uint8 pixels (H, W, 3): a frame of an animation."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
