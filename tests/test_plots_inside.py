"""Pictures of what is inside a trained GAN."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from dcgan_tf.plots import GENERATED, REAL, dcgan, inside


def test_signed_shows_zero_as_grey_and_stretches_each_picture_by_itself():
    gradients = np.zeros((3, 2, 2, 1))
    gradients[0, 0, 0] = 5.0
    gradients[0, 1, 1] = -2.5
    gradients[1, 0, 1] = -1e-6  # as visible as the first: each has its own scale
    pictures = inside.signed(gradients)
    assert pictures.dtype == np.uint8
    assert pictures[0, ..., 0].tolist() == [[255, 128], [128, 64]]
    assert pictures[1, ..., 0].tolist() == [[128, 1], [128, 128]]
    assert (pictures[2] == 128).all()  # no gradient, no division by 0


@pytest.mark.parametrize("draw", [
    lambda four: inside.lengths(np.zeros(2), dict.fromkeys(four, np.ones((2, 3))), 4),
    lambda four: inside.bars(["a"], dict.fromkeys(four, np.ones(1)), "share"),
    lambda four: inside.histograms(dict.fromkeys(four, np.ones(2)), "distance"),
    lambda four: dcgan.blocks(*four),
])  # fmt: skip
def test_a_fourth_series_is_not_left_out_silently(draw):
    with pytest.raises(ValueError, match="at most three can be told apart in this figure, not 4"):
        draw("abcd")


def test_lengths_are_relative_to_the_root_of_the_dimension():
    t = np.linspace(0, 1, 5)
    values = np.stack([np.full(7, 4.0), *[np.full(7, 2.0)] * 3, np.full(7, 4.0)])
    axis = inside.lengths(t, {"straight": values}, latent_dim=16).axes[0]
    np.testing.assert_allclose(axis.lines[0].get_ydata(), [1, 0.5, 0.5, 0.5, 1])
    assert axis.lines[1].get_ydata()[0] == pytest.approx(0.5**0.5)


def test_bars_stand_beside_each_other_first_name_on_top():
    shares = {"one": np.array([0.1, 0.2]), "three": np.array([0.3, 0.4])}
    axis = inside.bars(["glasses", "hat"], shares, "share").axes[0]
    assert [bar.get_width() for bar in axis.patches] == [0.1, 0.2, 0.3, 0.4]
    one, three = axis.patches[0], axis.patches[2]
    assert one.get_y() + one.get_height() == pytest.approx(three.get_y()) == pytest.approx(0)
    assert axis.yaxis_inverted()
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["one", "three"]


def test_removals_mark_the_chosen_maps_among_the_random_ones():
    axis = inside.removals(np.array([[1.0, 0.1], [0.5, 0.2]]), (0.05, 0.3), kept=0.98).axes[0]
    random, chosen, none = axis.lines
    assert random.get_xdata().tolist() == [1.0, 0.5]
    assert random.get_ydata().tolist() == [0.1, 0.2]
    assert (chosen.get_xdata()[0], chosen.get_ydata()[0]) == (0.05, 0.3)
    assert (none.get_xdata()[0], none.get_ydata()[0]) == (0.98, 0)
    assert "2 draws" in random.get_label()
    low, high = axis.get_ylim()
    assert low < 0 < 0.3 < high


def test_spread_has_a_point_for_each_number_and_a_bar_at_the_mean():
    axis = inside.points({"trained": [0.8, 0.9], "pixels": [0.6, 0.7]}, "accuracy").axes[0]
    first, mean, second, _ = axis.lines
    assert list(first.get_xdata()) == [0.8, 0.9]
    assert mean.get_xdata()[0] == pytest.approx(0.85)
    assert (to_hex(first.get_color()).upper(), to_hex(second.get_color()).upper()) == (REAL, GENERATED)


def test_histograms_share_their_bins():
    axis = inside.histograms({"generated": np.arange(10.0), "new": np.arange(5.0, 25.0)}, "distance").axes[0]
    edges = [patch.get_xy()[:, 0] for patch in axis.patches]
    assert edges[0].min() == edges[1].min() == 0
    assert edges[0].max() == edges[1].max() == 24
