"""Drawings of lesson 5: activation functions, a signal on its way through them, how networks fare with them."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, LIGHT, REAL, THIRD, figure_pixels

# The dashes tell the functions apart in greyscale too.
STYLES = {
    "step": ("grey", (0, (1, 1))),
    "linear": ("black", (0, (5, 2))),
    "sigmoid": (THIRD, "-"),
    "tanh": (LIGHT, (0, (3, 1, 1, 1))),
    "ReLU": (REAL, "-"),
    "leaky ReLU": (GENERATED, "--"),
    "PReLU": (DISCRIMINATOR, "-."),
}


def _style(name):
    colour, dashes = STYLES.get(name, ("black", "-"))
    return {"color": colour, "linestyle": dashes, "label": name}


def functions_and_derivatives(functions, points=None, columns=4):
    """Draws each function and its derivative, in a panel for each.

    Args:
        functions: name → (function, derivative), both of an array (N,).
        points: inputs (N,), in rising order; None takes 400 from −3 to 3, without 0.
        columns: panels a row.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    points = np.linspace(-3, 3, 400) if points is None else np.asarray(points)
    rows = -(-len(functions) // columns)
    figure = Figure(figsize=(2.2 * columns, 2.1 * rows + 0.3), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axis, (name, (function, derivative)) in zip(axes, functions.items(), strict=False):
        for values, colour, dashes, label in (
            (function(points), REAL, "-", "f(x)"),
            (derivative(points), GENERATED, "--", "f′(x)"),
        ):
            # A line across a jump would hide it, so the line is cut there.
            values = np.array(np.broadcast_to(values, points.shape), float)
            jumps = np.flatnonzero(np.abs(np.diff(values)) > 10 * np.diff(points))
            axis.plot(np.insert(points, jumps + 1, np.nan), np.insert(values, jumps + 1, np.nan),
                      color=colour, linestyle=dashes, label=label)  # fmt: skip
        axis.axhline(0, color="grey", linewidth=0.6)
        axis.axvline(0, color="grey", linewidth=0.6)
        axis.set_title(name)
        axis.set_ylim(-1.2, 2.2)
    for axis in axes[len(functions) :]:
        axis.set_axis_off()
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False)
    figure.supxlabel("input x", fontsize="medium")
    return figure


def fits(points, target, curves):
    """Draws what networks with each activation learned of a target: the target in grey, the fit over it.

    Args:
        points, target: (N,) and (N,).
        curves: name → (N,).
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.4), layout="constrained")
    axes = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
    for axis, (name, curve) in zip(axes, curves.items(), strict=True):
        axis.plot(points, target, color="grey", linewidth=3, alpha=0.5)
        axis.plot(points, curve, color=_style(name)["color"])
        axis.set(title=name, xlabel="input x")
    axes[0].set_ylabel("output")
    return figure


def jacobian(probabilities, matrix, names=None):
    """Draws probabilities as bars, and beside them how each moves with each logit.

    Args:
        probabilities: (K,).
        matrix: (K, K); row i holds the derivatives of probability i, column j those after logit j.
        names: of the classes; None counts them from 0.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    names = range(len(probabilities)) if names is None else names
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    bars = left.bar(range(len(probabilities)), probabilities, color=REAL)
    left.bar_label(bars, fmt="%.2f", fontsize="small")
    left.set(title="softmax: positive, sums to 1", xlabel="class i", ylabel="probability", ylim=(0, 1.1))
    limit = np.abs(matrix).max()
    picture = right.imshow(matrix, cmap="PuOr_r", vmin=-limit, vmax=limit)
    right.set(title="Its Jacobian: up on the diagonal, down off it", xlabel="logit j", ylabel="probability i")
    for axis in (left, right):
        axis.set_xticks(range(len(probabilities)), names)
    right.set_yticks(range(len(probabilities)), names)
    for (i, j), value in np.ndenumerate(np.asarray(matrix)):
        dark = abs(value) > 0.6 * limit
        right.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize="small", color="white" if dark else "black")
    figure.colorbar(picture, ax=right)
    return figure


def signal_frames(signals, labels):
    """Draws a signal on its way through deep networks as frames, one a layer: each example is a point.

    A point's coordinates are the layer's outputs along their first two principal components. The scale stays the same
    from layer to layer: where a cloud shrinks to a point, the network gives all examples the same outputs. The label
    under a panel is the `spread` of the outputs.

    Args:
        signals: name → a list with the outputs of each layer, arrays (examples, units), the same number of layers
            for all.
        labels: (examples,), of at most two kinds; they are drawn as dots and crosses.
    Returns:
        A list of uint8 frames (H, W, 3), one for each layer.
    Raises:
        ValueError: the networks have different depths, or there are more than two labels.
    """
    from matplotlib.figure import Figure

    depths, kinds = {len(layers) for layers in signals.values()}, np.unique(labels)
    if len(depths) != 1:
        raise ValueError(f"all signals must have the same number of layers, not {sorted(depths)}")
    if len(kinds) > 2:
        raise ValueError(f"there are two kinds of points for the labels, not {len(kinds)}")
    clouds = {name: _principal_components(layers) for name, layers in signals.items()}
    frames = []
    for layer in range(depths.pop()):
        figure = Figure(figsize=(8, 2.6), layout="constrained")
        axes = figure.subplots(1, len(signals), squeeze=False)[0]
        for axis, (name, points) in zip(axes, clouds.items(), strict=True):
            limit = 1.05 * max(np.abs(cloud).max() for cloud in points) or 1.0
            for kind, marker, colour in zip(kinds, ".x", (REAL, GENERATED), strict=False):
                chosen = points[layer][labels == kind]
                axis.plot(*chosen.T, marker, color=colour, markersize=4, alpha=0.6, label=f"digit {kind}")
            axis.set(xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[], box_aspect=1)
            axis.set_title(name, fontsize="medium")
            axis.set_xlabel(f"spread {spread(signals[name][layer]):.0e}")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False)
        figure.suptitle(f"after layer {layer + 1}", fontsize="medium")
        frames.append(figure_pixels(figure, dpi=72))
    return frames


def _principal_components(layers):
    """For each layer its outputs along their first two principal components, (examples, 2)."""
    clouds = []
    for outputs in layers:
        centred = outputs - outputs.mean(axis=0)
        u, s, _ = np.linalg.svd(centred, full_matrices=False)
        cloud = u[:, :2] * s[:2]
        if clouds:  # a principal component has no sign of its own: take the one that fits the layer before
            cloud = cloud * np.where(np.sum(u[:, :2] * clouds[-1], axis=0) < 0, -1, 1)
        clouds.append(cloud)
    return clouds


def spread(outputs):
    """Measures how much a layer's outputs depend on the example: the rms over all units of their standard deviation.

    Args:
        outputs: (examples, units).
    """
    return float(np.sqrt(np.asarray(outputs).var(axis=0).mean()))


def depth_curves(forward, backward):
    """Draws over the layers, on logarithmic axes, what is left of the signal, and of the gradient on its way back.

    Args:
        forward, backward: name → (layers,), from the first layer to the last. Zeros have no logarithm and are not
            drawn; the legend names a curve of zeros.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    panels = zip(
        figure.subplots(1, 2),
        (forward, backward),
        ("Forward: how much two digits differ", "Backward: the gradient that arrives"),
        ("spread of the outputs", "root mean square"),
        strict=True,
    )
    for axis, curves, title, label in panels:
        for name, curve in curves.items():
            curve, style = np.asarray(curve, float), _style(name)
            if not curve.any():
                style["label"] += ": 0"
            axis.plot(np.arange(1, len(curve) + 1), np.where(curve > 0, curve, np.nan), **style)
        axis.set(title=title, xlabel="layer", ylabel=label, yscale="log")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.legend(frameon=False, fontsize="small")
    return figure


def over_steps(steps, *panels):
    """Draws curves over the steps of a training, in a panel for each measure.

    Args:
        steps: (N,).
        *panels: each (title, name → (N,)).
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * len(panels), 3.2), layout="constrained")
    for axis, (title, curves) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        for name, curve in curves.items():
            axis.plot(steps, curve, **_style(name))
        axis.set(title=title, xlabel="training step", ylabel="share")
        axis.legend(frameon=False, fontsize="small")
    return figure
