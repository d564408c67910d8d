import itertools

import numpy as np
import pytest
from drawn import band, colour, lines, photograph, styles
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from dcgan_tf import plots
from dcgan_tf.lessons import dropout

random = np.random.default_rng(0)

# small_network, forward, all_thinned


def one_thinned(weights, x, masks, rate):
    """Unit by unit."""
    h = list(x)
    for w, mask in zip(weights[:-1], masks, strict=True):
        sums = [sum(h[i] * w[i, j] for i in range(len(h))) for j in range(w.shape[1])]
        h = [max(s, 0) / (1 - rate) if kept else 0 for s, kept in zip(sums, mask, strict=True)]
    return sum(h[i] * weights[-1][i, 0] for i in range(len(h)))


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("sizes", [(3, 2, 1), (2, 3, 4, 1), (1, 2, 2, 2, 1)])
def test_all_thinned_are_all_masks(sizes, rate):
    weights, x = dropout.small_network(sizes, seed=4)
    outputs, probabilities = dropout.all_thinned(weights, x, rate)
    expected, chances = [], []
    for mask in itertools.product([0, 1], repeat=sum(sizes[1:-1])):
        masks = np.split(np.array(mask), np.cumsum(sizes[1:-1])[:-1])
        expected.append(one_thinned(weights, x, masks, rate))
        chances.append(np.prod([1 - rate if kept else rate for kept in mask]))
    np.testing.assert_allclose(outputs, expected)
    np.testing.assert_allclose(probabilities, chances)
    assert probabilities.sum() == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.floats(0, 0.9), st.integers(0, 100))
def test_behind_one_hidden_layer_the_mean_is_the_whole_network(units, rate, seed):
    # There the output is linear in the mask.
    weights, x = dropout.small_network((3, units, 1), seed)
    outputs, probabilities = dropout.all_thinned(weights, x, rate)
    whole = dropout.forward(weights, x, [np.ones(units)], 0)
    hidden = np.maximum(x @ weights[0], 0) * weights[1][:, 0]
    np.testing.assert_allclose(outputs @ probabilities, whole, atol=1e-9)
    variance = (outputs - whole) ** 2 @ probabilities
    np.testing.assert_allclose(variance, rate / (1 - rate) * (hidden**2).sum(), atol=1e-9)


def test_behind_two_hidden_layers_it_is_not():
    weights, x = dropout.small_network((3, 5, 5, 1))
    outputs, probabilities = dropout.all_thinned(weights, x, 0.5)
    assert abs(outputs @ probabilities - dropout.forward(weights, x, [np.ones(5)] * 2, 0)) > 0.1


def test_too_many_thinned_networks():
    with pytest.raises(ValueError, match="at most 16, not 17"):
        dropout.all_thinned(*dropout.small_network((2, 10, 7, 1)), 0.5)


def test_small_network_has_the_sizes_asked_for():
    weights, x = dropout.small_network((3, 4, 2, 1))
    assert [w.shape for w in weights] == [(3, 4), (4, 2), (2, 1)]
    assert x.shape == (3,)


# thinned_networks


@pytest.mark.parametrize(("sizes", "steps"), [((3, 5, 5, 1), 3), ((1, 4, 1), 2), ((2, 2, 2, 2, 1), 1)])
def test_frames(sizes, steps):
    frames = dropout.thinned_networks(sizes, steps=steps)
    assert len(frames) == steps
    for frame in frames:
        assert frame.shape == frames[0].shape == (240, 640, 3)
        assert frame.dtype == np.uint8
    assert len({frame.tobytes() for frame in frames}) == steps


def test_the_mean_so_far_is_that_of_the_networks_drawn_so_far(monkeypatch):
    seen = photograph(monkeypatch, dropout, lambda figure: figure)
    sizes, rate, steps, per_step, seed = (3, 4, 2, 1), 0.4, 3, 5, 6
    dropout.thinned_networks(sizes, rate, steps, per_step, seed)
    weights, x = dropout.small_network(sizes, seed)
    rng = np.random.default_rng(seed + 1)
    masks = [[rng.random(n) >= rate for n in sizes[1:-1]] for _ in range(steps * per_step)]
    outputs = np.array([one_thinned(weights, x, mask, rate) for mask in masks])
    everything, probabilities = dropout.all_thinned(weights, x, rate)
    for n, figure in enumerate(seen, start=1):
        drawn = lines(figure.axes[1])
        numbers = np.arange(1, n * per_step + 1)
        np.testing.assert_allclose(drawn["one thinned network"], np.stack([numbers, outputs[: n * per_step]], axis=1))
        means = [outputs[:m].mean() for m in numbers]
        np.testing.assert_allclose(drawn["their mean so far"], np.stack([numbers, means], axis=1))
        np.testing.assert_allclose(drawn["mean of all"][:, 1], (everything * probabilities).sum())
        whole = one_thinned(weights, x, [np.ones(4), np.ones(2)], 0)
        np.testing.assert_allclose(drawn["whole network, no dropout"][:, 1], whole)
        assert figure.axes[0].get_title() == "One of 64 thinned networks"
        check_network(figure.axes[0], masks[n * per_step - 1], sizes)


def check_network(axis, masks, sizes):
    """A unit that is left is a blue circle with lines to all that are left, a dropped one a cross."""
    shown = [np.ones(sizes[0], bool), *masks, np.ones(1, bool)]
    places = [[(layer, (i - (n - 1) / 2) / max(sizes)) for i in range(n)] for layer, n in enumerate(sizes)]
    left = [[place for place, one in zip(*both, strict=True) if one] for both in zip(places, shown, strict=True)]
    dots = {plots.REAL: [], "#808080": [], "#FFFFFF": []}
    for circles in axis.collections:
        if len(circles.get_offsets()):
            dots[to_hex(circles.get_facecolor()[0]).upper()] += circles.get_offsets().tolist()
    np.testing.assert_allclose(sorted(dots[plots.REAL]), sorted(itertools.chain(*left)))
    dropped = set(itertools.chain(*places)) - set(itertools.chain(*left))
    if dropped:
        np.testing.assert_allclose(sorted(dots["#808080"]), sorted(dropped))
    joined = sorted(line.get_xydata().tolist() for line in axis.get_lines())
    np.testing.assert_allclose(
        joined, sorted(pair for a, b in itertools.pairwise(left) for pair in itertools.product(a, b))
    )


@pytest.mark.slow
def test_the_animation_is_small():
    assert len(plots.gif(dropout.thinned_networks(), seconds=0.4)) < 250_000


def blue(frame):
    """Pixels of the drawn network's units, in the left two fifths."""
    colour = np.array([int(plots.REAL[i : i + 2], 16) for i in (1, 3, 5)])
    return (np.abs(frame[:, :250].astype(int) - colour).sum(axis=2) < 30).sum()


def test_a_dropped_unit_is_not_blue():
    whole = blue(dropout.thinned_networks((2, 6, 1), rate=0, steps=1)[0])
    thin = blue(dropout.thinned_networks((2, 6, 1), rate=0.99, steps=1, per_step=1)[0])
    assert thin == pytest.approx(whole * 3 / 9, rel=0.05)  # of nine units the two inputs and the output


@pytest.mark.parametrize("sizes", [(3, 1), (3, 5, 2)])
def test_sizes_end_in_one_output(sizes):
    with pytest.raises(ValueError, match="output of 1 unit"):
        dropout.thinned_networks(sizes)


@pytest.mark.parametrize("rate", [-0.1, 1])
def test_rates(rate):
    with pytest.raises(ValueError, match=r"rate must be in \[0, 1\)"):
        dropout.thinned_networks(rate=rate)


# figures


def test_masks_show_what_is_zero():
    arrays = [random.integers(0, 2, (4, 10)) * 2.0 for _ in range(3)]
    figure = dropout.masks(arrays, ["a", "b", "c"])
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c"]
    for axis, array in zip(figure.axes, arrays, strict=True):
        (squares,) = axis.collections
        np.testing.assert_array_equal(squares.get_array().reshape(4, 10), array != 0)
        assert [to_hex(shade).upper() for shade in squares.cmap([0.0, 1.0])] == ["#FFFFFF", plots.REAL]
        assert axis.yaxis_inverted()  # the first sample on top
        assert (axis.get_xlabel(), axis.get_ylabel()) == ("unit", "sample")


def test_scaling_rules_cross_at_one_half():
    drawn = lines(dropout.scaling_rules(0.3).axes[0])
    right, slide = drawn["test, times 1 − p"], drawn["test, times p"]
    np.testing.assert_allclose(right[:, 1], 1 - right[:, 0])
    np.testing.assert_allclose(slide[:, 1], slide[:, 0])
    assert right[np.isclose(right[:, 1], slide[:, 1]), 0] == pytest.approx([0.5])
    np.testing.assert_allclose(drawn["mean in training, masks alone"], right)
    marked = next(points for points in drawn.values() if len(points) == 2)
    np.testing.assert_allclose(marked, [[0.3, 0.3], [0.3, 0.7]])
    found = styles(dropout.scaling_rules(0.3).axes[0])
    assert found["test, times 1 − p"] == (plots.REAL, "-")
    assert found["test, times p"] == (plots.GENERATED, "--")


def test_feature_maps_are_shown_on_one_scale():
    rows = [random.random((5, 4, 3)), random.random((5, 4, 3)) * 2]
    figure = dropout.feature_maps(rows, ["first", "second"])
    assert len(figure.axes) == 6
    for i, axis in enumerate(figure.axes):
        image = axis.images[0]
        np.testing.assert_array_equal(image.get_array(), rows[i // 3][..., i % 3])
        assert image.get_clim() == (0, rows[0].max())
    assert [figure.axes[i].get_ylabel() for i in (0, 3)] == ["first", "second"]


def test_overfitting_shows_the_three_losses():
    histories = {name: {key: random.random(4) for key in ("loss", "val_loss", "train_loss")} for name in "ab"}
    figure = dropout.overfitting(histories)
    for axis, (name, history) in zip(figure.axes, histories.items(), strict=True):
        drawn = lines(axis)
        assert axis.get_title() == name
        for label, key in {
            "test digits": "val_loss",
            "training digits": "train_loss",
            "what fit reports": "loss",
        }.items():
            np.testing.assert_array_equal(drawn[label], np.stack([range(1, 5), history[key]], axis=1))
        assert styles(axis)["training digits"] == (plots.REAL, "--")
        assert styles(axis)["test digits"] == (plots.GENERATED, "-")


def test_deletion_shows_means_and_ranges_in_percent():
    accuracies = {"plain": random.random((3, 5)), "dropout": random.random((3, 5))}
    axis = dropout.deletion([0, 0.2, 0.5], accuracies).axes[0]
    drawn = lines(axis)
    for (name, values), filled in zip(accuracies.items(), axis.collections, strict=True):
        np.testing.assert_allclose(drawn[name], np.stack([[0, 20, 50], 100 * values.mean(axis=1)], axis=1))
        found = band(filled)
        assert list(found) == [0, 20, 50]
        limits = np.stack([values.min(axis=1), values.max(axis=1)], axis=1)
        np.testing.assert_allclose(list(found.values()), 100 * limits)
    assert styles(axis)["plain"] == (plots.REAL, "-")
    assert styles(axis)["dropout"] == (plots.GENERATED, "--")
    guessing = next(points for label, points in drawn.items() if label[0] == "_")
    assert set(guessing[:, 1]) == {10}  # guessing one of ten digits


@pytest.mark.parametrize("features", [1, 4])
def test_shrinkage_shows_paths_and_trainings(features):
    path, found = random.random((6, features)), random.random((2, features))
    axis = dropout.shrinkage(np.arange(6) / 6, path, [0.1, 0.3], found).axes[0]
    drawn = [line.get_xydata() for line in axis.get_lines()][:-1]
    for i in range(features):
        np.testing.assert_allclose(drawn[2 * i], np.stack([np.arange(6) / 6, path[:, i]], axis=1))
        np.testing.assert_allclose(drawn[2 * i + 1], np.stack([[0.1, 0.3], found[:, i]], axis=1))
        line, marks = axis.get_lines()[2 * i : 2 * i + 2]
        assert line.get_label() == f"$w_{i + 1}$"
        assert colour(line) == colour(marks)


def test_monte_carlo_shows_the_mean_and_the_range_over_repeats():
    losses = random.random((3, 7))
    axis = dropout.monte_carlo([1, 10, 100], losses, 0.25).axes[0]
    drawn = lines(axis)
    means = np.stack([[1, 10, 100], losses.mean(axis=1)], axis=1)
    np.testing.assert_allclose(drawn["mean of so many thinned networks"], means)
    limits = np.stack([losses.min(axis=1), losses.max(axis=1)], axis=1)
    np.testing.assert_allclose(list(band(axis.collections[0]).values()), limits)
    assert axis.get_xscale() == "log"
    assert set(drawn["one pass through the whole network"][:, 1]) == {0.25}


@pytest.mark.parametrize("titles", [["a"], ["a", "b"]])
def test_logits_are_two_densities_on_the_same_bins(titles):
    pairs = {title: (random.normal(1, 1, 500), random.normal(0, 1, 2000)) for title in titles}
    figure = dropout.logits(pairs)
    assert [axis.get_title() for axis in figure.axes] == titles
    for axis, pair in zip(figure.axes, pairs.values(), strict=True):
        edges = np.unique(axis.patches[0].get_xy()[:, 0])
        for patch, values in zip(axis.patches, pair, strict=True):
            expected, _ = np.histogram(values, edges, density=True)
            np.testing.assert_allclose(np.unique(patch.get_xy()[:, 0]), edges)
            np.testing.assert_allclose(patch.get_xy()[1 : 2 * len(expected) : 2, 1], expected)
        assert [patch.get_label() for patch in axis.patches] == ["training digits", "new digits"]
        assert [to_hex(patch.get_edgecolor()).upper() for patch in axis.patches] == [plots.REAL, "#808080"]


def test_every_figure_says_what_its_axes_are():
    figures = [
        dropout.scaling_rules(0.3),
        dropout.deletion([0, 0.5], {"a": np.ones((2, 2))}),
        dropout.shrinkage([0.1, 0.2], np.ones((2, 2)), [0.1], np.ones((1, 2))),
        dropout.monte_carlo([1, 2], np.ones((2, 2)), 1),
        dropout.logits({"a": (np.arange(9), np.arange(9))}),
    ]
    for axis in (figure.axes[0] for figure in figures):
        assert axis.get_title()
        assert axis.get_xlabel()
        assert axis.get_ylabel()
        assert (axis.get_legend() or axis.figure.legends[0]).get_texts()
