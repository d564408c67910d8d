"""Drawings of lesson 0: the two networks, densities that are fitted, the discriminator's gradient as arrows."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, LIGHT, REAL, THIRD, figure_pixels


def diagram():
    """Draws who gives what to whom: latent vector, generator, real data, discriminator, score."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.5), layout="constrained")
    axis = figure.subplots()
    axis.set(xlim=(0, 10), ylim=(0.1, 3.3))
    axis.axis("off")
    boxes = [
        (0.9, 0.8, "latent vector z\n(random numbers)", "white", "black"),
        (3.3, 0.8, "generator G", GENERATED, "black"),
        (5.5, 0.8, "fake\nG(z)", "white", "black"),
        (5.5, 2.5, "real\nx", "white", "black"),
        (7.4, 1.65, "discriminator\nD", DISCRIMINATOR, "white"),
        (9.3, 1.65, "score\n0: fake\n1: real", "white", "black"),
    ]
    for x, y, text, face, ink in boxes:
        style = dict(boxstyle="round,pad=0.5", facecolor=face, edgecolor="black")
        axis.text(x, y, text, ha="center", va="center", color=ink, bbox=style)
    for start, end in [((1.85, 0.8), (2.5, 0.8)), ((4.1, 0.8), (4.95, 0.8)), ((6.0, 1.0), (6.6, 1.4)),
                       ((6.0, 2.3), (6.6, 1.9)), ((8.25, 1.65), (8.75, 1.65))]:  # fmt: skip
        axis.annotate("", end, start, arrowprops=dict(arrowstyle="->", linewidth=1.5))
    axis.text(3.3, 2.5, "the data set", ha="center", va="center", color=REAL)
    axis.annotate("", (4.95, 2.5), (4.05, 2.5), arrowprops=dict(arrowstyle="->", linewidth=1.5, color=REAL))
    return figure


def one_dimension(x, density, fakes, scores, title=""):
    """Draws a GAN on numbers: the data's density, a histogram of the fakes, the discriminator's score.

    Args:
        x: (N,), a rising, uniformly spaced grid; fakes outside it are drawn at its ends.
        density: (N,), the data's density on the grid.
        fakes: (M,), numbers that the generator made.
        scores: (N,), D on the grid, in [0, 1].
        title: of the picture.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axis = figure.subplots()
    axis.fill_between(x, density, color=LIGHT, alpha=0.4, linewidth=0)
    axis.plot(x, density, color=REAL, label="density of the data, p")
    inside = np.clip(fakes, x[0], x[-1])
    axis.hist(inside, bins=np.linspace(x[0], x[-1], 61), density=True, histtype="step", color=GENERATED,
              linewidth=1.8, label="histogram of the fakes")  # fmt: skip
    axis.plot(x, scores, color=DISCRIMINATOR, linestyle="--", label="discriminator, D(x)")
    axis.axhline(0.5, color="grey", linewidth=0.6)
    axis.set(xlim=(x[0], x[-1]), ylim=(0, 1.05), xlabel="x", ylabel="density, score", title=title)
    figure.legend(loc="outside lower center", ncols=3, fontsize="small", frameon=False)
    return figure


def one_dimension_frames(x, density, snapshots, dpi=90):
    """Draws `one_dimension` at each moment of a training, as frames.

    Args:
        snapshots: (step, fakes, scores) of each moment.
        dpi: dots per inch; 90 gives frames 630 pixels wide.
    Returns:
        A list of uint8 frames (H, W, 3), one for each snapshot.
    """
    return [
        _frame(one_dimension(x, density, fakes, scores, title=f"after {step} rounds"), dpi)
        for step, fakes, scores in snapshots
    ]


def pushforward(generator, derivative, limit=3.0, rays=9):
    """Draws how a generator turns the density of z into that of x = G(z).

    Args:
        generator: G, a rising function of arrays; z is from N(0, 1).
        derivative: G′, a function of arrays.
        limit: the axis of z goes from −limit to limit.
        rays: how many z are followed to their x.
    Returns:
        A `matplotlib.figure.Figure`: right the curve x = G(z), below it the density of z, beside it that of x.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    (beside, curve), (corner, below) = figure.subplots(
        2, 2, sharex="col", sharey="row", width_ratios=(1, 2.5), height_ratios=(2.2, 1)
    )
    corner.axis("off")
    z = np.linspace(-limit, limit, 801)
    density_z = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    density_x = density_z / derivative(z)
    below.fill_between(z, density_z, color=LIGHT, alpha=0.5)
    below.set(xlabel="z", ylabel="$p_z(z)$", ylim=(0, 0.45))
    curve.plot(z, generator(z), color="black")
    curve.set(title="x = G(z): flat crowds the rays, steep spreads them")
    beside.fill_betweenx(generator(z), density_x, color=GENERATED, alpha=0.5)
    beside.set(xlabel="$p_g(x)$", ylabel="x")
    beside.invert_xaxis()
    for z_i in np.linspace(-0.75 * limit, 0.75 * limit, rays):
        curve.plot([z_i, z_i, -limit], [generator(-limit), generator(z_i), generator(z_i)], color="grey", linewidth=0.7)
    curve.set(xlim=(-limit, limit), ylim=(generator(-limit), generator(limit)))
    return figure


def arrows(real, fakes, gradients=None, limit=2.5, title="", scale=1.0):
    """Draws points in the plane, and at each fake an arrow in the direction in which the discriminator's score rises.

    Args:
        real: (N, 2), points of the data.
        fakes: (M, 2), points that the generator made.
        gradients: (M, 2), the gradient of the discriminator's logit, or of log D, at the fakes; None draws no arrows.
        limit: both axes go from −limit to limit.
        title: of the picture.
        scale: how long an arrow is drawn for a gradient of length 1, in the data's units.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axis = figure.subplots()
    axis.plot(*real.T, ".", color=REAL, markersize=3, alpha=0.5, label="data")
    if gradients is not None:
        axis.quiver(
            *fakes.T, *(scale * gradients).T, color=DISCRIMINATOR, angles="xy", scale_units="xy", scale=1, width=0.005,
            label="where D rises",
        )  # fmt: skip
    axis.plot(*fakes.T, "o", color=GENERATED, markersize=4, markeredgecolor="black", markeredgewidth=0.4, label="fakes")
    axis.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="$x_1$", ylabel="$x_2$", title=title, aspect="equal")
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def arrow_frames(real, snapshots, limit=2.5, scale=1.0, dpi=96):
    """Draws `arrows` at each moment of a training, as frames.

    Args:
        snapshots: (step, fakes, gradients) of each moment; the gradients may be None.
        dpi: dots per inch; 96 gives frames 614 pixels wide.
    Returns:
        A list of uint8 frames (H, W, 3), one for each snapshot.
    """
    return [
        _frame(arrows(real, fakes, gradients, limit, f"after {step} rounds", scale), dpi)
        for step, fakes, gradients in snapshots
    ]


def stakes(pairs):
    """Draws what each answer D earns at one place, p log D + q log(1 − D), and marks the best answer.

    Args:
        pairs: (p, q) at up to three places: the densities of the data and of the fakes there.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    answers = np.linspace(0.001, 0.999, 999)
    axis = _axis(3, title="What each answer earns at one place", xlabel="answer D", ylabel="p log D + q log(1 − D)")
    for (p, q), dash in zip(pairs, ("-", "--", ":"), strict=False):
        earned = p * np.log(answers) + q * np.log(1 - answers)
        best = answers[np.argmax(earned)]
        axis.plot(answers, earned, dash, color=DISCRIMINATOR, label=f"p = {p:g}, q = {q:g}: best D = {best:.2f}")
        axis.plot(best, earned.max(), "o", color="black", markersize=4)
    axis.set(ylim=(-2, 0))
    axis.legend(frameon=False, loc="lower center")
    return axis.figure


def ratio(x, p, q, learned):
    """Draws a trained discriminator beside the best one, p/(p + q), over the two densities.

    Args:
        x: (N,), the places.
        p, q: (N,), the densities of the data and of the fakes there.
        learned: (N,), what the trained discriminator says there.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    axis = _axis(3, title="A trained discriminator, and the best one", xlabel="x", ylabel="density, score")
    axis.fill_between(x, p, color=REAL, alpha=0.25, label="data, p")
    axis.fill_between(x, q, color=GENERATED, alpha=0.35, label="fakes, q")
    axis.plot(x, learned, color=DISCRIMINATOR, label="trained")
    axis.plot(x, p / (p + q), "--", color="black", label="p / (p + q)")
    axis.set(ylim=(-0.02, 1.02))
    axis.figure.legend(frameon=False, ncols=4, loc="outside lower center")
    return axis.figure


def divergences(shifts, kl, jsd):
    """Draws both divergences of two bell curves over the distance of their means.

    Args:
        shifts, kl, jsd: (N,) each.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    axis = _axis(3, title="Far away, the JSD is flat", xlabel="distance θ of the two means", ylabel="divergence")
    axis.plot(shifts, kl, "-.", color=THIRD, label="KL")
    axis.plot(shifts, jsd, color="black", label="JSD")
    axis.axhline(np.log(2), color="grey", linewidth=0.8, linestyle=":")
    axis.text(shifts[-1], np.log(2) + 0.03, "log 2", ha="right", color="grey")
    axis.set(ylim=(0, 1.5))
    axis.legend(frameon=False, loc="lower right")
    return axis.figure


def two_losses(x, saturating, other, **words):
    """Draws one curve for each of the generator's two losses.

    Args:
        x: (N,), what they are drawn over.
        saturating, other: (N,), of log(1 − D) and of −log D.
        **words: `title`, `xlabel`, `ylabel`.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    axis = _axis(3, **words)
    axis.plot(x, saturating, color=GENERATED, label="log(1 − D): saturating")
    axis.plot(x, other, "--", color="black", label="−log D: non-saturating")
    axis.figure.legend(frameon=False, ncols=2, loc="outside lower center")
    return axis.figure


def bells(x, density, fits, title):
    """Draws a density, filled, and bell curves that were fitted to it.

    Args:
        x: (N,), the places.
        density: (N,), the data's.
        fits: label → (N,), up to two.
        title: of the picture.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    axis = _axis(3, title=title, xlabel="x", ylabel="density")
    axis.fill_between(x, density, color=LIGHT, alpha=0.5, label="data")
    for (label, fit), (colour, dash) in zip(fits.items(), ((THIRD, "-."), (GENERATED, "-")), strict=False):
        axis.plot(x, fit, dash, color=colour, label=label)
    axis.legend(frameon=False)
    return axis.figure


def _axis(height, **words):
    from matplotlib.figure import Figure

    axis = Figure(figsize=(6.5, height), layout="constrained").subplots()
    axis.set(**words)
    return axis


def _frame(figure, dpi):
    # 16 levels a channel: with more colours than 256 a GIF is dithered, and twice as large.
    return (np.round(figure_pixels(figure, dpi) / 17) * 17).astype(np.uint8)
