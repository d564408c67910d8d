import numpy as np
import pytest
from drawn import band, colour, photograph, styles
from keras import layers
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from dcgan_tf import plots
from dcgan_tf.lessons import normalization

random = np.random.default_rng(0)


# shared_maps, normalization_methods


@pytest.mark.parametrize(("samples", "channels", "groups"), [(3, 4, 2), (2, 6, 3), (4, 2, 1), (1, 1, 1)])
def test_maps_share_their_mean_just_where_keras_lets_one_change_the_other(samples, channels, groups):
    keras_layers = {
        "batch": layers.BatchNormalization(),
        "layer": layers.LayerNormalization(axis=(1, 2, 3)),
        "instance": layers.GroupNormalization(groups=channels),
        "group": layers.GroupNormalization(groups=groups),
    }
    x = random.normal(size=(samples, 5, 5, channels)).astype("float32")
    shared = normalization.shared_maps(samples, channels, groups)
    assert shared.keys() == keras_layers.keys()
    for name, layer in keras_layers.items():
        before = layer(x, training=True).numpy()[0, :, :, 0]
        for sample, channel in np.ndindex(samples, channels):
            other = x.copy()
            other[sample, 2, 2, channel] += 3
            changed = not np.allclose(layer(other, training=True).numpy()[0, :, :, 0], before, atol=1e-6)
            assert shared[name][sample, channel] == changed, (name, sample, channel)


@pytest.mark.parametrize("groups", [0, 4, -2])
def test_groups_must_divide_the_channels(groups):
    with pytest.raises(ValueError, match=rf"divide the 6 channels, not be {groups}"):
        normalization.normalization_methods(channels=6, groups=groups)


def test_normalization_methods_have_a_panel_for_each_normalization():
    figure = normalization.normalization_methods(samples=3, channels=4, groups=2)
    assert [axis.get_title() for axis in figure.axes] == ["batch", "layer", "instance", "group"]
    for axis, shared in zip(figure.axes, normalization.shared_maps(3, 4, 2).values(), strict=True):
        (squares,) = axis.collections
        np.testing.assert_array_equal(squares.get_array().reshape(3, 4), shared)
        assert [to_hex(shade).upper() for shade in squares.cmap([0.0, 1.0])] == [plots.LIGHT, plots.REAL]
        assert axis.yaxis_inverted()  # the first sample on top
        assert axis.get_xlabel() == "channel"
    assert figure.axes[0].get_ylabel() == "sample"


# drift, drift_frames

STEPS = [0, 10, 30]


def _records():
    return {name: random.normal(size=(len(STEPS), 50, 6)) * scale for name, scale in [("wild", 3), ("calm", 1)]}


def test_drift_draws_median_and_percentiles_of_the_unit():
    records = _records()
    figure = normalization.drift(records, STEPS, unit=4)
    assert [axis.get_title() for axis in figure.axes] == ["wild", "calm"]
    for axis, values in zip(figure.axes, records.values(), strict=True):
        steps, median = axis.lines[0].get_data()
        np.testing.assert_array_equal(steps, STEPS)
        np.testing.assert_allclose(median, np.median(values[:, :, 4], axis=1))
        filled = band(axis.collections[0])
        for step, sample in zip(STEPS, values[:, :, 4], strict=True):
            np.testing.assert_allclose(filled[step], np.quantile(sample, [0.15, 0.85]))
        assert colour(axis.lines[0]) == plots.REAL
    assert figure.axes[0].get_ylabel() == "input of unit 4"


def test_drift_frames_are_one_a_step_and_of_one_shape():
    frames = normalization.drift_frames(_records(), STEPS, units=3, dpi=40)
    assert [(frame.shape, frame.dtype) for frame in frames] == [((112, 320, 3), np.uint8)] * 3
    assert plots.gif(frames)[:6] == b"GIF89a"


def test_drift_frames_draw_bars_dots_and_rings_where_the_percentiles_are(monkeypatch):
    def look(figure):
        return [
            (axis.get_title(), [(b.get_x() + b.get_width() / 2, b.get_y(), b.get_height()) for b in axis.patches],
             *(line.get_xydata().copy() for line in axis.lines[:2]))
            for axis in figure.axes
        ]  # fmt: skip

    seen, records = photograph(monkeypatch, normalization, look), _records()
    normalization.drift_frames(records, STEPS, units=5, dpi=40)
    for i, (step, panels) in enumerate(zip(STEPS, seen, strict=True)):
        for (title, boxes, dots, rings), (name, values) in zip(panels, records.items(), strict=True):
            assert title == f"{name}, step {step}"
            low, median, high = np.quantile(values[i, :, :5], [0.15, 0.5, 0.85], axis=0)
            np.testing.assert_allclose(boxes, np.stack([np.arange(5), low, high - low], axis=1), atol=1e-12)
            np.testing.assert_allclose(dots, np.stack([np.arange(5), median], axis=1))
            np.testing.assert_allclose(rings, np.stack([np.arange(5), np.median(values[0, :, :5], axis=0)], axis=1))


def test_drift_frames_move_only_where_the_record_does():
    records = _records()
    records["calm"][:] = records["calm"][0]
    first, second, _ = normalization.drift_frames(records, [0, 0, 0], dpi=40)
    moved = (first != second).any(axis=2).any(axis=0)
    assert moved[:160].any()
    assert not moved[180:].any()


def test_drift_frames_draw_no_more_units_than_asked():
    records = _records()
    few = normalization.drift_frames(records, STEPS, units=2, dpi=40)
    records = {name: np.where(np.arange(6) < 2, values, 100) for name, values in records.items()}
    np.testing.assert_array_equal(few, normalization.drift_frames(records, STEPS, units=2, dpi=40))


# lines


def test_lines_draw_each_series_in_a_style_of_its_own():
    series = {"a": [1, 10, 100], "b": [np.nan, 3, 4]}
    figure = normalization.lines(series, [1, 10, 100], "title", "rate", "accuracy", logx=True, logy=True)
    (axis,) = figure.axes
    for line, (label, values) in zip(axis.lines, series.items(), strict=True):
        assert line.get_label() == label
        np.testing.assert_array_equal(line.get_xydata(), np.stack([[1, 10, 100], values], axis=1))
    assert styles(axis) == {"a": (plots.GENERATED, "--"), "b": (plots.REAL, "-")}
    first, second = axis.lines
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()
    assert (axis.get_title(), axis.get_xlabel(), axis.get_ylabel()) == ("title", "rate", "accuracy")
    assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")
    plots.figure_png(figure)  # NaN does not stop the drawing


def test_lines_draw_into_an_axis_that_is_given():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert normalization.lines({"a": [1, 2]}, ["x", "y"], "", "", "", ax=right) is figure
    assert (len(left.lines), len(right.lines)) == (0, 1)


# side_by_side


@pytest.mark.parametrize("channels", [1, 3])
def test_side_by_side_puts_each_training_on_its_side(channels):
    left, right = random.uniform(-1, 1, (2, 4, 6, 5, 5, channels))
    frames = normalization.side_by_side(left, right, columns=3, gap=7, greys=256)
    assert len(frames) == 4
    for frame, *pair in zip(frames, left, right, strict=True):
        sheets = [plots.grid(((images + 1) * 127.5).round().astype(np.uint8), columns=3) for images in pair]
        width = sheets[0].shape[1]
        np.testing.assert_array_equal(frame[:, :width], sheets[0])
        np.testing.assert_array_equal(frame[:, width + 7 :], sheets[1])
        assert (frame[:, width : width + 7] == 255).all()


@pytest.mark.parametrize("greys", [2, 16, 255])
def test_side_by_side_keeps_so_many_greys(greys):
    ramp = np.linspace(-1, 1, 900).reshape(1, 1, 30, 30, 1)
    (frame,) = normalization.side_by_side(ramp, ramp, columns=1, gap=0, greys=greys)
    image = frame[2:-2, 2:32]
    assert sorted(set(image.ravel())) == np.linspace(0, 255, greys).round().astype(int).tolist()
    assert abs(image - (ramp[0, 0, :, :, 0] + 1) * 127.5).max() <= 127.5 / (greys - 1) + 0.5


@pytest.mark.parametrize("greys", [1, 257])
def test_side_by_side_refuses_other_numbers_of_greys(greys):
    with pytest.raises(ValueError, match=f"from 2 to 256, not {greys}"):
        normalization.side_by_side(np.zeros((1, 1, 4, 4, 1)), np.zeros((1, 1, 4, 4, 1)), greys=greys)


def test_side_by_side_wants_trainings_of_one_length():
    with pytest.raises(ValueError, match="zip"):
        normalization.side_by_side(np.zeros((2, 1, 4, 4, 1)), np.zeros((3, 1, 4, 4, 1)))
