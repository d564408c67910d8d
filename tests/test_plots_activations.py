import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from dcgan_tf import plots
from dcgan_tf.plots import activations

random = np.random.default_rng(0)

STEP = (lambda x: np.where(x < 0, 0.0, 1.0), lambda x: 0.0)
SQUARE = (np.square, lambda x: 2 * x)

# shapes


def test_shapes_draws_functions_and_derivatives():
    figure = activations.shapes({"square": SQUARE}, points=np.array([-1.0, 1.0, 2.0]), columns=1)
    assert isinstance(figure, Figure)
    function, derivative = figure.axes[0].get_lines()[:2]
    np.testing.assert_array_equal(function.get_ydata(), [1, 1, 4])
    np.testing.assert_array_equal(derivative.get_ydata(), [-2, 2, 4])
    assert figure.axes[0].get_title() == "square"


def test_shapes_does_not_join_a_jump():
    line = activations.shapes({"step": STEP}, columns=1).axes[0].get_lines()[0]
    y = line.get_ydata()
    assert set(y[~np.isnan(y)]) == {0, 1}
    assert np.isnan(y[np.searchsorted(line.get_xdata()[:200], 0)])  # nothing between the two halves
    steps = np.abs(np.diff(y))
    assert np.nanmax(steps) == 0


@pytest.mark.parametrize(("n", "panels"), [(1, 4), (4, 4), (6, 8), (7, 8)])
def test_shapes_hides_panels_that_are_left_over(n, panels):
    axes = activations.shapes({str(i): SQUARE for i in range(n)}).axes
    assert [axis.axison for axis in axes] == [True] * n + [False] * (panels - n)


# fits, jacobian


def test_fits_shows_target_and_fit():
    x = np.arange(4.0)
    figure = activations.fits(x, x**2, {"ReLU": x, "tanh": -x})
    assert [axis.get_title() for axis in figure.axes] == ["ReLU", "tanh"]
    for axis, curve in zip(figure.axes, (x, -x), strict=True):
        target, fit = axis.get_lines()
        np.testing.assert_array_equal(target.get_ydata(), x**2)
        np.testing.assert_array_equal(fit.get_ydata(), curve)


def test_jacobian_shows_both():
    s = np.array([0.7, 0.2, 0.1])
    matrix = np.diag(s) - np.outer(s, s)
    bars, picture = activations.jacobian(s, matrix).axes[:2]
    np.testing.assert_allclose([bar.get_height() for bar in bars.patches], s)
    np.testing.assert_allclose(picture.images[0].get_array(), matrix)
    low, high = picture.images[0].get_clim()
    assert low == -high  # so that 0 is white
    assert [text.get_text() for text in picture.texts] == [f"{value:.2f}" for value in matrix.ravel()]


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
    assert np.isnan(backward.get_lines()[0].get_ydata()).all()
    assert [text.get_text() for text in backward.get_legend().get_texts()] == ["step: 0", "ReLU"]
    assert forward.get_yscale() == backward.get_yscale() == "log"


# over_steps


def test_over_steps_has_a_panel_for_each_measure():
    figure = activations.over_steps([10, 20], ("accuracy", {"ReLU": [0.5, 0.9]}), ("dead units", {"ReLU": [0.0, 0.1]}))
    assert [axis.get_title() for axis in figure.axes] == ["accuracy", "dead units"]
    np.testing.assert_array_equal([axis.get_lines()[0].get_ydata() for axis in figure.axes], [[0.5, 0.9], [0, 0.1]])
    np.testing.assert_array_equal(figure.axes[0].get_lines()[0].get_xdata(), [10, 20])


# arms, read_table

TABLE = """
| switched | distance | digits drawn |
| --- | --- | --- |
| nothing | 4.0, 2.0, 3.0 | 10, 10, 10 |
| something | 8.5 | 9 |
"""


def test_read_table():
    assert activations.read_table(TABLE, "distance") == {"nothing": [4, 2, 3], "something": [8.5]}
    assert activations.read_table(TABLE, "digits drawn") == {"nothing": [10, 10, 10], "something": [9]}
    with pytest.raises(ValueError, match="'digits drawn', not 'colour'"):
        activations.read_table(TABLE, "colour")


def test_arms_shows_each_run_and_the_medians():
    axis = activations.arms(TABLE, "distance", "Fréchet distance").axes[0]
    drawn = [np.atleast_1d(line.get_xdata()).tolist() for line in axis.get_lines()]
    assert drawn == [[4, 2, 3], [3], [8.5], [8.5], [3, 3]]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["nothing", "something"]
    assert axis.yaxis_inverted()  # the first arm on top
    assert axis.get_xlabel() == "Fréchet distance"


def test_each_activation_can_be_told_apart_without_colour():
    dashes = [str(dashes) for _, dashes in activations.STYLES.values()]
    solid = dashes.count("-")
    assert solid <= 2
    assert len(set(dashes)) == len(dashes) - solid + 1


@pytest.mark.parametrize("name", ["05_compare_activations", "05_switch_activations"])
def test_the_lesson_shows_the_table_of_the_experiment(name):
    root = Path(__file__).resolve().parent.parent
    cells = json.loads((root / "notebooks" / "05_activations.ipynb").read_text(encoding="utf-8"))["cells"]
    lesson = "\n".join("".join(cell["source"]) for cell in cells)
    text = (root / "experiments" / f"{name}.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) > 5
    assert [row for row in rows if row not in lesson] == []
