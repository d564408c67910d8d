"""Pictures of activation functions: their shapes, a signal on its way through them, how networks fare with them."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, LIGHT, REAL, THIRD, figure_pixels, plain_log

# Told apart by the dashes too, in greyscale.
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


def shapes(functions, points=None, columns=4):
    """Each function beside its derivative, a panel for each.

    Args:
        functions: name → (function, derivative), both of an array (N,).
        points: where, (N,), in rising order; None takes 400 from −3 to 3, without 0.
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
            # A line would hide a jump: it is cut there.
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
    """What each activation makes of a target: the target in grey, the fit over it, a panel for each.

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
    """Probabilities as bars, and beside them how each moves with each logit.

    Args:
        probabilities: (K,).
        matrix: (K, K), row i: the derivatives of probability i.
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
    """A signal on its way through deep networks, layer after layer, as frames: each example is a point.

    It lies where the two directions see it in which the layer's outputs vary most. The scale stays the same from layer
    to layer; so a cloud that shrinks to a point is a network that gives all examples the same outputs. The title of a
    panel says the `spread` of the outputs.

    Args:
        signals: name → a list with the outputs of each layer, arrays (examples, units), the same number of layers
            for all.
        labels: (examples,), of two kinds or fewer, drawn as dots and crosses.
    Returns:
        A list of uint8 (H, W, 3), one a layer.
    Raises:
        ValueError: networks of different depths, or more than two labels.
    """
    from matplotlib.figure import Figure

    depths, kinds = {len(layers) for layers in signals.values()}, np.unique(labels)
    if len(depths) != 1:
        raise ValueError(f"all signals must have the same number of layers, not {sorted(depths)}")
    if len(kinds) > 2:
        raise ValueError(f"there are two kinds of points for the labels, not {len(kinds)}")
    clouds = {name: _seen_from_the_front(layers) for name, layers in signals.items()}
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


def _seen_from_the_front(layers):
    """Each layer's outputs along their first two principal directions, (examples, 2)."""
    clouds = []
    for outputs in layers:
        centred = outputs - outputs.mean(axis=0)
        u, s, _ = np.linalg.svd(centred, full_matrices=False)
        cloud = u[:, :2] * s[:2]
        if clouds:  # a principal direction has no sign of its own: the one that fits the layer before
            cloud = cloud * np.where(np.sum(u[:, :2] * clouds[-1], axis=0) < 0, -1, 1)
        clouds.append(cloud)
    return clouds


def spread(outputs):
    """How much a layer's outputs still depend on the example: the root mean square, over all units, of the deviation.

    Args:
        outputs: (examples, units).
    """
    return float(np.sqrt(np.asarray(outputs).var(axis=0).mean()))


def depth_curves(forward, backward):
    """Over the layers, on logarithmic axes: what is left of the signal, and of the gradient on its way back.

    Args:
        forward, backward: name → (layers,), from the first layer to the last. Zeros are not drawn, there is no
            logarithm of them; the legend says so.
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
    """Curves over the steps of a training, a panel for each measure.

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


def arms(table, column, xlabel):
    """A point for each run in a table of an experiment, a row for each arm.

    Args:
        table: markdown; the arms' names in its first column, in `column` numbers with commas between.
        column: its head.
        xlabel: what the numbers are.
    Returns:
        A `matplotlib.figure.Figure`.
    Raises:
        ValueError: there is no such column.
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


def read_table(table, column):
    """The numbers of one column of a markdown table: name in the first column → list of floats."""
    lines = table.strip().splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines)
    if column not in head:
        raise ValueError(f"the table has the columns {', '.join(map(repr, head))}, not {column!r}")
    place = head.index(column)
    return {row[0]: [float(number) for number in row[place].split(",")] for row in rows}
