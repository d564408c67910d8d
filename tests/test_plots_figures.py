import io

import numpy as np
import pytest
from drawn import colour, legend, lines, styles
from matplotlib.figure import Figure
from PIL import Image

from dcgan_tf import plots
from dcgan_tf.plots.figures import at_most_three, plain_log

# curves

HISTORY = {
    "generator_loss": [0.7, 0.9, 1.2],
    "discriminator_loss": [1.4, 1.3, 1.1],
    "real_accuracy": [0.5, 0.6, 0.7],
    "fake_accuracy": [0.4, 0.55, 0.8],
}


def test_curves_have_titles_labels_and_a_legend():
    figure = plots.curves(HISTORY)
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 2
    for axis in figure.axes:
        assert axis.get_title()
        assert axis.get_xlabel() == "epoch"
        assert axis.get_ylabel()
        assert len(axis.get_legend().get_texts()) == 2


def test_curves_draw_each_name_in_its_panel_colour_and_dash():
    left, right = plots.curves(HISTORY | {"images_per_s": [9, 9, 9]}).axes
    assert "Losses" in left.get_title()
    assert "accuracy" in right.get_title()
    for axis, names in (
        (left, {"generator": "generator_loss", "discriminator": "discriminator_loss"}),
        (right, {"real images": "real_accuracy", "generated images": "fake_accuracy"}),
    ):
        drawn = lines(axis)
        assert legend(axis) == list(names)
        for label, name in names.items():
            np.testing.assert_array_equal(drawn[label], np.stack([[1, 2, 3], HISTORY[name]], axis=1))
    assert styles(left) == {"generator": (plots.GENERATED, "-"), "discriminator": (plots.REAL, "--")}
    assert styles(right).items() >= {
        "real images": (plots.REAL, "--"), "generated images": (plots.GENERATED, "-")
    }.items()  # fmt: skip
    assert left.get_ylabel() == "loss"
    (guessing,) = [line for label, line in zip(lines(right), right.get_lines(), strict=True) if label[0] == "_"]
    assert set(guessing.get_ydata()) == {0.5}
    assert right.get_ylim() == (0, 1.02)


def test_curves_draw_whatever_players_there_are():
    history = {"generator_loss": [1, 2], "encoder_loss": [3, 4], "second_critic_loss": [5, 6], "steps": [7, 8]}
    (axis,) = plots.curves(history).axes
    assert {label: points[:, 1].tolist() for label, points in lines(axis).items()} == {
        "generator": [1, 2], "encoder": [3, 4], "second critic": [5, 6]
    }  # fmt: skip
    assert len(set(styles(axis).values())) == 3
    (axis,) = plots.curves({"fake_accuracy": [0.5]}).axes
    assert "accuracy" in axis.get_title()
    with pytest.raises(ValueError, match=r"end in _loss or _accuracy, not only \['steps'\]"):
        plots.curves({"steps": [1]})


def test_curves_of_one_epoch_can_be_seen():
    for axis in plots.curves({name: values[:1] for name, values in HISTORY.items()}).axes:
        assert all(line.get_marker() == "o" for line in axis.get_lines()[:2])


def test_figure_png_is_the_figure():
    opened = Image.open(io.BytesIO(plots.figure_png(plots.curves(HISTORY))))
    assert opened.format == "PNG"
    assert opened.size == (990, 374)
    assert len(np.unique(np.asarray(opened.convert("RGB")).reshape(-1, 3), axis=0)) > 10  # something is drawn


def test_figure_pixels_are_the_figure_at_so_many_dots_per_inch():
    figure = Figure(figsize=(2, 1), facecolor=plots.REAL)
    pixels = plots.figure_pixels(figure, dpi=50)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, np.broadcast_to([0x00, 0x72, 0xB2], (50, 100, 3)))
    figure.set_facecolor("white")
    assert plots.figure_pixels(figure).shape == (80, 160, 3)
    assert pixels[0, 0].tolist() == [0x00, 0x72, 0xB2]  # a later frame leaves an earlier one as it is


# bars


def test_bars_stand_beside_each_other_first_name_on_top():
    shares = {"one": np.array([0.1, 0.2]), "three": np.array([0.3, 0.4])}
    axis = plots.bars(["glasses", "hat"], shares, "share").axes[0]
    assert [bar.get_width() for bar in axis.patches] == [0.1, 0.2, 0.3, 0.4]
    middles = [bar.get_y() + bar.get_height() / 2 for bar in axis.patches]
    np.testing.assert_allclose(middles, [-0.2, 0.8, 0.2, 1.2])  # each pair around its name's place
    assert [bar.get_height() for bar in axis.patches] == pytest.approx([0.4] * 4)
    assert axis.get_yticks().tolist() == [0, 1]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["glasses", "hat"]
    assert axis.yaxis_inverted()
    assert legend(axis) == ["one", "three"]
    assert [colour(bar) for bar in axis.patches] == [plots.REAL] * 2 + [plots.GENERATED] * 2
    assert axis.patches[0].get_hatch() != axis.patches[2].get_hatch()  # told apart without colours
    assert axis.get_xlim() == (0, 1)
    assert axis.get_xlabel() == "share"


def test_bars_without_a_limit_end_behind_the_longest():
    axis = plots.bars(["a", "b"], {"x": [0.1, 0.25]}, "share", limit=None).axes[0]
    assert axis.get_xlim()[0] == 0
    assert 0.25 < axis.get_xlim()[1] < 0.3


# at_most_three, plain_log


def test_a_fourth_series_is_refused():
    at_most_three("abc")
    for draw in (at_most_three, lambda four: plots.bars(["a"], dict.fromkeys(four, np.ones(1)), "share")):
        with pytest.raises(ValueError, match="at most three can be told apart in this figure, not 4"):
            draw("abcd")


def test_plain_log_writes_plain_numbers():
    axis = Figure().subplots()
    axis.set(xscale="log", xlim=(0.9, 60))
    plain_log(axis.xaxis)
    axis.figure.draw_without_rendering()
    written = [label.get_text() for label in axis.get_xticklabels()]
    assert set(written) >= {"1", "2", "5", "10", "20", "50"}
    assert [label.get_text() for label in axis.get_xticklabels(minor=True) if label.get_text()] == []
