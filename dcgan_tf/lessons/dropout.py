"""Drawings of lesson 4: masks, thinned networks, and what dropout does to a training."""

import itertools

import numpy as np

from dcgan_tf.plots.figures import GENERATED, LIGHT, REAL, figure_pixels


def masks(arrays, titles):
    """Draws arrays side by side, a column for each unit and a row for each sample: white is dropped.

    Args:
        arrays: outputs of dropout, each (samples, units); zeros count as dropped.
        titles: one for each.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.2), layout="constrained")
    for axis, array, title in zip(figure.subplots(1, len(arrays), squeeze=False)[0], arrays, titles, strict=True):
        kept = np.asarray(array) != 0
        axis.pcolormesh(kept, cmap=ListedColormap(["white", REAL]), vmin=0, vmax=1, edgecolors="grey", linewidth=0.5)
        axis.set(title=title, xlabel="unit", ylabel="sample", aspect="equal", xticks=[], yticks=[])
        axis.invert_yaxis()
    return figure


def scaling_rules(rate):
    """Draws the mean of a unit of activation 1 in training, and at test time by two rules, over p, the rate of dropout.

    Args:
        rate: the p to be marked, in [0, 1].
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    p = np.linspace(0, 1, 101)
    axis = Figure(figsize=(6.5, 3), layout="constrained").subplots()
    axis.plot(p, 1 - p, color="black", linewidth=5, alpha=0.25, label="mean in training, masks alone")
    axis.plot(p, 1 - p, color=REAL, label="test, times 1 − p")
    axis.plot(p, p, "--", color=GENERATED, label="test, times p")
    axis.plot([rate, rate], [rate, 1 - rate], "o:", color="black", markersize=4)
    axis.annotate(f"p = {rate:g}", (rate, 0.5), xytext=(4, 0), textcoords="offset points", va="center")
    axis.set(
        xlabel="p, the probability to be dropped", ylabel="mean activation", title="Both rules agree at p = 1/2 alone"
    )
    axis.figure.legend(frameon=False, loc="outside right upper")
    return axis.figure


def feature_maps(rows, titles):
    """Draws feature maps of one image under several kinds of dropout, a row for each kind.

    Args:
        rows: arrays (H, W, C) of the same shape; black is 0, white the largest value of the first row.
        titles: one for each row.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    channels = rows[0].shape[-1]
    figure = Figure(figsize=(8, 0.85 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), channels, squeeze=False)
    for row, maps, title in zip(axes, rows, titles, strict=True):
        row[0].set_ylabel(title, rotation=0, ha="right", va="center")
        for axis, image in zip(row, np.moveaxis(np.asarray(maps), -1, 0), strict=True):
            axis.imshow(image, cmap="gray", vmin=0, vmax=np.max(rows[0]))
            axis.set(xticks=[], yticks=[])
    return figure


def small_network(sizes, seed=2):
    """Draws random weights for a ReLU network, and an input.

    Args:
        sizes: units of each layer, the input first; the last is 1.
        seed: of the weights.
    Returns:
        The weights, arrays (units, units of the next layer), and the input (sizes[0],).
    """
    rng = np.random.default_rng(seed)
    shapes = itertools.pairwise(sizes)
    return [rng.normal(0.2, 1, (n, m)) * np.sqrt(2 / n) for n, m in shapes], rng.uniform(0.5, 1.5, sizes[0])


def forward(weights, x, masks, rate):
    """Computes the output of a ReLU network whose hidden layers are multiplied by masks and divided by 1 − rate.

    Args:
        weights: as of `small_network`.
        x: (units,).
        masks: one for each hidden layer, (…, units); leading axes are networks.
        rate: the probability to be dropped, in [0, 1).
    Returns:
        (…,), one number for each network.
    """
    h = x
    for w, mask in zip(weights[:-1], masks, strict=True):
        h = np.maximum(h @ w, 0) * mask / (1 - rate)
    return (h @ weights[-1])[..., 0]


def all_thinned(weights, x, rate):
    """Computes the outputs of all 2ⁿ thinned networks of n hidden units, and their probabilities.

    Args:
        weights, x: as of `small_network`; n is at most 16.
        rate: the probability to be dropped, in [0, 1).
    Returns:
        Outputs (2ⁿ,) and probabilities (2ⁿ,).
    Raises:
        ValueError: more than 16 hidden units.
    """
    hidden = [w.shape[1] for w in weights[:-1]]
    if sum(hidden) > 16:
        raise ValueError(f"there are 2ⁿ thinned networks: n must be at most 16, not {sum(hidden)}")
    every = np.array(list(itertools.product([0, 1], repeat=sum(hidden))))
    probabilities = ((1 - rate) ** every * rate ** (1 - every)).prod(axis=1)
    return forward(weights, x, np.split(every, np.cumsum(hidden)[:-1], axis=1), rate), probabilities


def thinned_networks(sizes=(3, 5, 5, 1), rate=0.5, steps=24, per_step=4, seed=2):
    """Draws dropout as frames: thinned networks one after the other, and the mean of their outputs.

    Args:
        sizes: units of each layer, the input first; the last is 1, the hidden ones at most 16 together.
        rate: the probability that a hidden unit is dropped, in [0, 1).
        steps: number of frames.
        per_step: number of thinned networks that join from one frame to the next; the last of them is drawn.
        seed: of the weights and masks.
    Returns:
        A list of `steps` frames, uint8 (H, W, 3).
    Raises:
        ValueError: the sizes do not end in 1, or the rate is out of its range.
    """
    from matplotlib.figure import Figure

    if sizes[-1] != 1 or len(sizes) < 3:
        raise ValueError(f"sizes must be an input, hidden layers and an output of 1 unit, not {sizes}")
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be in [0, 1), not {rate}")
    weights, x = small_network(sizes, seed)
    outputs, probabilities = all_thinned(weights, x, rate)
    rng = np.random.default_rng(seed + 1)
    drawn = [[rng.random(n) >= rate for n in sizes[1:-1]] for _ in range(steps * per_step)]
    seen = np.array([forward(weights, x, kept, rate) for kept in drawn])
    whole = forward(weights, x, [np.ones(n) for n in sizes[1:-1]], 0)
    limits = min(outputs.min(), whole) - 0.3, max(outputs.max(), whole) + 0.3

    frames = []
    for last in range(per_step, steps * per_step + 1, per_step):
        figure = Figure(figsize=(8, 3), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.3])
        _draw_network(left, sizes, drawn[last - 1])
        left.set_title(f"One of {len(outputs):,} thinned networks")
        numbers = np.arange(1, last + 1)
        right.plot(numbers, seen[:last], "o", color=LIGHT, markersize=3, label="one thinned network")
        right.plot(numbers, np.cumsum(seen[:last]) / numbers, color=REAL, label="their mean so far")
        right.axhline(outputs @ probabilities, color="black", linestyle=":", label="mean of all")
        right.axhline(whole, color=GENERATED, linestyle="--", label="whole network, no dropout")
        right.set(xlabel="thinned networks", ylabel="output", xlim=(0, steps * per_step + 1), ylim=limits)
        right.legend(frameon=False, fontsize=7, ncols=2, loc="upper center")
        frames.append(figure_pixels(figure))
    return frames


def _draw_network(axis, sizes, kept):
    kept = [np.ones(sizes[0], bool), *kept, np.ones(1, bool)]
    places = [(np.arange(n) - (n - 1) / 2) / max(sizes) for n in sizes]
    for layer in range(len(sizes) - 1):
        for i, j in itertools.product(range(sizes[layer]), range(sizes[layer + 1])):
            if kept[layer][i] and kept[layer + 1][j]:
                axis.plot([layer, layer + 1], [places[layer][i], places[layer + 1][j]], color="grey", linewidth=0.8)
    for layer, (place, alive) in enumerate(zip(places, kept, strict=True)):
        axis.scatter(np.full(alive.sum(), layer), place[alive], 140, REAL, edgecolors="black", zorder=2)
        axis.scatter(np.full((~alive).sum(), layer), place[~alive], 140, "white", edgecolors="lightgrey", zorder=2)
        axis.scatter(np.full((~alive).sum(), layer), place[~alive], 50, "grey", marker="x", zorder=3)
    axis.set(xlim=(-0.3, len(sizes) - 0.7), ylim=(-0.6, 0.6))
    axis.axis("off")


def overfitting(histories):
    """Draws the losses over the epochs, in a panel for each training.

    Args:
        histories: title → `fit(…).history`, with `loss`, `val_loss` (of test digits) and `train_loss` (of the training
            digits, without dropout).
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    for axis, (title, history) in zip(figure.subplots(1, len(histories), sharey=True), histories.items(), strict=True):
        epochs = np.arange(1, len(history["loss"]) + 1)
        axis.plot(epochs, history["val_loss"], color=GENERATED, label="test digits")
        axis.plot(epochs, history["train_loss"], "--", color=REAL, label="training digits")
        axis.plot(epochs, history["loss"], ":", color="black", label="what fit reports")
        axis.set(title=title, xlabel="epoch", ylim=(0, 1.2))
    figure.axes[0].set_ylabel("cross-entropy (nats)")
    figure.axes[0].legend(frameon=False)
    return figure


def deletion(removed, accuracies):
    """Draws the accuracy of networks from which hidden units were deleted, over the share of deleted units.

    Args:
        removed: shares in [0, 1).
        accuracies: name → (len(removed), trials), in [0, 1].
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    axis = Figure(figsize=(6.5, 3), layout="constrained").subplots()
    for (name, values), style, colour in zip(accuracies.items(), ("-o", "--s"), (REAL, GENERATED), strict=False):
        _mean_and_range(axis, 100 * np.asarray(removed), 100 * np.asarray(values), style, colour, name)
    axis.axhline(10, color="grey", linewidth=0.8)
    axis.set(xlabel="hidden units deleted (%)", ylabel="accuracy on test digits (%)", ylim=(0, 100))
    axis.set_title("Which network relies on units that may not be there?")
    axis.legend(frameon=False, loc="center left")
    return axis.figure


def _mean_and_range(axis, x, values, style, colour, label):
    axis.plot(x, values.mean(axis=1), style, color=colour, label=label)
    axis.fill_between(x, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.2)


def shrinkage(rates, path, found_rates, found):
    """Draws the weights of a linear regression over the rate of dropout on its inputs.

    Args:
        rates: (R,), at which the closed form was computed.
        path: (R, features), the weights of the closed form; at most four features.
        found_rates, found: (T,) and (T, features), the rates and the weights of trainings with dropout.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    axis = Figure(figsize=(6.5, 3), layout="constrained").subplots()
    styles = zip(("-", "--", "-.", ":"), "os^D", (REAL, GENERATED, LIGHT, "black"), strict=True)
    for feature, (weights, marks, (line, marker, colour)) in enumerate(zip(path.T, found.T, styles, strict=False), 1):
        axis.plot(rates, weights, line, color=colour, label=f"$w_{feature}$")
        axis.plot(found_rates, marks, marker, color=colour, markersize=5)
    axis.axhline(0, color="grey", linewidth=0.8)
    axis.set(xlabel="p, the probability that an input is dropped", ylabel="weight")
    axis.set_title("Lines: the penalty's closed form. Marks: trained with dropout")
    axis.legend(frameon=False, ncols=path.shape[1])
    return axis.figure


def monte_carlo(networks, losses, weight_scaling):
    """Draws the loss of the mean of several thinned networks, over their number.

    Args:
        networks: (T,), how many thinned networks were averaged.
        losses: (T, repeats), cross-entropies.
        weight_scaling: the loss of the whole network without dropout.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    axis = Figure(figsize=(6.5, 3), layout="constrained").subplots()
    _mean_and_range(axis, networks, np.asarray(losses), "-o", REAL, "mean of so many thinned networks")
    axis.axhline(weight_scaling, color=GENERATED, linestyle="--", label="one pass through the whole network")
    axis.set(xlabel="thinned networks averaged", ylabel="cross-entropy (nats)", xscale="log",
             title="The more networks are averaged, the better")  # fmt: skip
    axis.legend(frameon=False)
    return axis.figure


def logits(pairs):
    """Draws the distributions of discriminators' logits of training images and of new real ones, in a panel for each.

    Args:
        pairs: title → (logits of training images (N,), of new images (M,)).
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots(1, len(pairs), squeeze=False, sharex=True, sharey=True)[0]
    for axis, (title, both) in zip(axes, pairs.items(), strict=True):
        bins = np.linspace(*np.quantile(np.concatenate(both), [0.002, 0.998]), 40)
        options = dict(bins=bins, density=True, histtype="step", linewidth=1.5)
        axis.hist(both[0], color=REAL, label="training digits", **options)
        axis.hist(both[1], color="grey", linestyle="--", label="new digits", **options)
        axis.set(title=title, xlabel="logit (large: “real”)", ylabel="density")
    axes[0].legend(frameon=False, loc="upper left", fontsize=8)
    return figure
