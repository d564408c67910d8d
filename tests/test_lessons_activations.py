from itertools import pairwise

import numpy as np
import pytest
from drawn import colour, legend, lines, photograph, styles, texts
from matplotlib.figure import Figure

from dcgan_tf import plots
from dcgan_tf.lessons import activations

random = np.random.default_rng(0)

STEP = (lambda x: np.where(x < 0, 0.0, 1.0), lambda x: 0.0)
SQUARE = (np.square, lambda x: 2 * x)

# functions_and_derivatives


def test_functions_and_derivatives_draws_functions_and_derivatives():
    figure = activations.functions_and_derivatives({"square": SQUARE}, points=np.array([-1.0, 1.0, 2.0]), columns=1)
    assert isinstance(figure, Figure)
    drawn = lines(figure.axes[0])
    np.testing.assert_array_equal(drawn["f(x)"], [[-1, 1], [1, 1], [2, 4]])
    np.testing.assert_array_equal(drawn["f′(x)"], [[-1, -2], [1, 2], [2, 4]])
    found = styles(figure.axes[0])
    assert (found["f(x)"], found["f′(x)"]) == ((plots.REAL, "-"), (plots.GENERATED, "--"))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["f(x)", "f′(x)"]
    assert figure.axes[0].get_title() == "square"


def test_functions_and_derivatives_does_not_join_a_jump():
    line = activations.functions_and_derivatives({"step": STEP}, columns=1).axes[0].get_lines()[0]
    y = line.get_ydata()
    assert set(y[~np.isnan(y)]) == {0, 1}
    assert np.isnan(y[np.searchsorted(line.get_xdata()[:200], 0)])  # nothing between the two halves
    steps = np.abs(np.diff(y))
    assert np.nanmax(steps) == 0


@pytest.mark.parametrize(("n", "panels"), [(1, 4), (4, 4), (6, 8), (7, 8)])
def test_functions_and_derivatives_hides_panels_that_are_left_over(n, panels):
    axes = activations.functions_and_derivatives({str(i): SQUARE for i in range(n)}).axes
    assert [axis.axison for axis in axes] == [True] * n + [False] * (panels - n)


# fits, jacobian


def test_fits_shows_target_and_fit():
    x = np.arange(4.0)
    figure = activations.fits(x, x**2, {"ReLU": x, "tanh": -x})
    assert [axis.get_title() for axis in figure.axes] == ["ReLU", "tanh"]
    for axis, curve in zip(figure.axes, (x, -x), strict=True):
        target, fit = axis.get_lines()
        np.testing.assert_array_equal(target.get_xydata(), np.stack([x, x**2], axis=1))
        np.testing.assert_array_equal(fit.get_xydata(), np.stack([x, curve], axis=1))
        assert (colour(target), colour(fit)) == ("#808080", activations.STYLES[axis.get_title()][0])


def test_jacobian_shows_both():
    s, matrix = np.array([0.7, 0.2, 0.1]), np.arange(-4.0, 5).reshape(3, 3) / 10  # no symmetric one
    bars, picture = activations.jacobian(s, matrix, names=["cat", "dog", "fox"]).axes[:2]
    np.testing.assert_allclose([bar.get_height() for bar in bars.patches], s)
    np.testing.assert_allclose([bar.get_x() + bar.get_width() / 2 for bar in bars.patches], [0, 1, 2])
    assert [text.get_text() for text in bars.texts] == ["0.70", "0.20", "0.10"]
    (image,) = picture.images
    np.testing.assert_allclose(image.get_array(), matrix)
    assert image.origin == "upper"
    assert image.get_clim() == (-0.4, 0.4)  # so that 0 is white
    assert texts(picture) == {place: f"{value:.2f}" for place, value in np.ndenumerate(matrix)}
    red, _, blue, _ = image.cmap(0.9)
    assert red > blue  # a positive derivative is orange
    assert (picture.get_xlabel(), picture.get_ylabel()) == ("logit j", "probability i")
    for labels in (bars.get_xticklabels(), picture.get_xticklabels(), picture.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["cat", "dog", "fox"]


def test_jacobian_can_be_read_on_dark_and_light_squares():
    picture = activations.jacobian(np.ones(2), np.array([[1.0, 0.5], [-0.2, -0.9]])).axes[1]
    assert [text.get_color() for text in picture.texts] == ["white", "black", "black", "white"]


# signal_frames, spread, depth_curves


def test_spread_is_the_root_mean_square_deviation():
    assert activations.spread(np.array([[0.0, 1.0], [2.0, 1.0]])) == pytest.approx(np.sqrt(0.5))
    outputs = random.normal(5, 3, (20_000, 8))
    assert activations.spread(outputs) == pytest.approx(3, rel=0.01)


def test_signal_frames_are_the_frames_of_a_gif():
    signals = {"tanh": [random.normal(0, 1 / n, (20, 5)) for n in (1, 5, 25)], "ReLU": [np.ones((20, 5))] * 3}
    frames = activations.signal_frames(signals, labels=np.arange(20) % 2)
    assert len(frames) == 3
    assert len({frame.shape for frame in frames}) == 1
    assert all(frame.dtype == np.uint8 and frame.shape[-1] == 3 for frame in frames)
    assert all((a != b).any() for a, b in pairwise(frames))
    assert plots.gif(frames)[:3] == b"GIF"


def test_signal_frames_draw_the_principal_components_of_each_layer(monkeypatch):
    seen = photograph(monkeypatch, activations, lambda figure: figure)
    first = random.normal(size=(30, 4)) * [5, 3, 1, 0.5]
    layers = [first, first @ np.linalg.qr(random.normal(size=(4, 4)))[0] / 2]  # turned, and half as large
    labels = np.arange(30) % 3 % 2
    activations.signal_frames({"tanh": layers, "ReLU": layers[::-1]}, labels)
    assert len(seen) == 2
    for n, figure in enumerate(seen):
        assert figure.get_suptitle() == f"after layer {n + 1}"
        for axis, name, outputs in zip(figure.axes, ("tanh", "ReLU"), (layers[n], layers[1 - n]), strict=True):
            assert axis.get_title() == name
            assert axis.get_xlabel() == f"spread {activations.spread(outputs):.0e}"
            dots, crosses = axis.get_lines()
            assert [(line.get_marker(), colour(line), line.get_label()) for line in (dots, crosses)] == [
                (".", plots.REAL, "digit 0"), ("x", plots.GENERATED, "digit 1")
            ]  # fmt: skip
            variances, directions = np.linalg.eigh(np.cov(outputs.T))
            components = (outputs - outputs.mean(axis=0)) @ directions[:, np.argsort(variances)[:-3:-1]]
            for kind, line in enumerate((dots, crosses)):
                np.testing.assert_allclose(abs(line.get_xydata()), abs(components[labels == kind]))
    # The same examples keep their side from layer to layer, and the scale stays the same.
    before, after = (figure.axes[0].get_lines()[0].get_xydata() for figure in seen)
    np.testing.assert_allclose(after, before / 2)
    assert seen[0].axes[0].get_xlim() == seen[1].axes[0].get_xlim()


def test_signal_frames_show_a_shrinking_cloud_smaller():
    points = random.normal(size=(40, 5))
    first, last = activations.signal_frames({"tanh": [points, points / 50]}, labels=np.zeros(40, int))
    blue = [(frame[..., 2].astype(int) - frame[..., 0] > 40).sum() for frame in (first, last)]
    assert blue[0] > 5 * blue[1] > 0


def test_signal_frames_wants_networks_of_one_depth_and_two_labels():
    with pytest.raises(ValueError, match=r"not \[1, 2\]"):
        activations.signal_frames({"tanh": [np.ones((2, 2))], "ReLU": [np.ones((2, 2))] * 2}, np.zeros(2))
    with pytest.raises(ValueError, match="not 3"):
        activations.signal_frames({"tanh": [np.ones((3, 2))]}, np.arange(3))


def test_depth_curves_leaves_zeros_out_and_says_so():
    figure = activations.depth_curves({"ReLU": [1.0, 0.5]}, {"step": [0.0, 0.0], "ReLU": [0.1, 0.2]})
    forward, backward = figure.axes
    np.testing.assert_array_equal(forward.get_lines()[0].get_ydata(), [1, 0.5])
    np.testing.assert_array_equal(forward.get_lines()[0].get_xdata(), [1, 2])
    np.testing.assert_array_equal(lines(backward)["ReLU"], [[1, 0.1], [2, 0.2]])
    assert forward.get_title().startswith("Forward")
    assert backward.get_title().startswith("Backward")
    assert np.isnan(backward.get_lines()[0].get_ydata()).all()
    assert legend(backward) == ["step: 0", "ReLU"]
    assert forward.get_yscale() == backward.get_yscale() == "log"


# over_steps


def test_over_steps_has_a_panel_for_each_measure():
    figure = activations.over_steps([10, 20], ("accuracy", {"ReLU": [0.5, 0.9]}), ("dead units", {"ReLU": [0.0, 0.1]}))
    assert [axis.get_title() for axis in figure.axes] == ["accuracy", "dead units"]
    np.testing.assert_array_equal([axis.get_lines()[0].get_ydata() for axis in figure.axes], [[0.5, 0.9], [0, 0.1]])
    np.testing.assert_array_equal(figure.axes[0].get_lines()[0].get_xdata(), [10, 20])


def test_each_activation_can_be_told_apart_without_colour():
    dashes = [str(dashes) for _, dashes in activations.STYLES.values()]
    solid = dashes.count("-")
    assert solid <= 2
    assert len(set(dashes)) == len(dashes) - solid + 1
