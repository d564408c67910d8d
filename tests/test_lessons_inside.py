"""Pictures of what is inside a trained GAN."""

import numpy as np
import pytest
from drawn import band, colour, legend
from matplotlib.colors import to_hex

from dcgan_tf.lessons import dcgan, inside
from dcgan_tf.plots import GENERATED, REAL


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


def test_lengths_have_a_mean_and_a_band_from_the_5th_to_the_95th_percentile():
    t, values = np.array([0.0, 0.5, 1.0]), np.random.default_rng(0).normal(9, 1, (3, 200))
    axis = inside.lengths(t, {"straight": values, "spherical": values + 3}, latent_dim=9).axes[0]
    for more, line, filled, shade in zip((0, 3), axis.lines, axis.collections, (REAL, GENERATED), strict=False):
        relative = np.sort((values + more) / 3, axis=1)
        np.testing.assert_allclose(line.get_xydata(), np.stack([t, relative.mean(axis=1)], axis=1))
        found = band(filled)
        assert list(found) == t.tolist()
        for place, row in zip(t, relative, strict=True):
            low, high = found[place]
            assert row[9] <= low <= row[10]  # a twentieth of the 200 lies below
            assert row[189] <= high <= row[190]
        assert colour(line) == shade
    assert legend(axis) == ["straight", "spherical"]


def test_removals_mark_the_chosen_maps_among_the_random_ones():
    axis = inside.removals(np.array([[1.0, 0.1], [0.5, 0.2]]), (0.05, 0.3), intact=0.98).axes[0]
    random, chosen, none = axis.lines
    assert random.get_xdata().tolist() == [1.0, 0.5]
    assert random.get_ydata().tolist() == [0.1, 0.2]
    assert (chosen.get_xdata()[0], chosen.get_ydata()[0]) == (0.05, 0.3)
    assert (none.get_xdata()[0], none.get_ydata()[0]) == (0.98, 0)
    assert "2 draws" in random.get_label()
    assert (colour(chosen), colour(random), chosen.get_marker()) == (REAL, GENERATED, "*")
    low, high = axis.get_ylim()
    assert low < 0 < 0.3 < high


def test_points_stand_in_the_row_of_their_name_with_a_bar_at_the_mean():
    axis = inside.points({"trained": [0.8, 0.9, 0.2], "pixels": [0.6, 0.7]}, "accuracy").axes[0]
    points = [np.column_stack(line.get_data()).tolist() for line in axis.lines]
    assert points == [
        [[0.8, 0], [0.9, 0], [0.2, 0]], [[pytest.approx(1.9 / 3), 0]],
        [[0.6, 1], [0.7, 1]], [[pytest.approx(0.65), 1]],
    ]  # fmt: skip
    assert [line.get_marker() for line in axis.lines] == ["o", "|", "o", "|"]
    assert [colour(line) for line in axis.lines[::2]] == [REAL, GENERATED]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["trained", "pixels"]
    assert axis.yaxis_inverted()  # the first name on top


def test_histograms_share_their_bins():
    axis = inside.histograms({"generated": np.arange(10.0), "new": np.arange(5.0, 25.0)}, "distance").axes[0]
    edges = [patch.get_xy()[:, 0] for patch in axis.patches]
    assert edges[0].min() == edges[1].min() == 0
    assert edges[0].max() == edges[1].max() == 24
    for patch, values in zip(axis.patches, (np.arange(10.0), np.arange(5.0, 25.0)), strict=True):
        heights, _ = np.histogram(values, np.linspace(0, 24, 41), density=True)
        np.testing.assert_allclose(patch.get_xy()[1:81:2, 1], heights)
    assert [patch.get_label() for patch in axis.patches] == ["generated", "new"]
    assert [to_hex(patch.get_edgecolor()).upper() for patch in axis.patches] == [REAL, GENERATED]
