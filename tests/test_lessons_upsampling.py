import numpy as np
import pytest
from drawn import texts
from hypothesis import given, settings
from hypothesis import strategies as st

from dcgan_tf import arithmetic, plots
from dcgan_tf.lessons import upsampling

random = np.random.default_rng(0)


# overlap, overlap_maps


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.integers(1, 7), st.integers(1, 5))
def test_overlap_is_a_transposed_convolution_of_ones(size, k, s):
    ones = arithmetic.conv2d_transpose(np.ones((size, size), int), np.ones((k, k), int), s)
    counts = upsampling.overlap(size, k, s)
    np.testing.assert_array_equal(np.outer(counts, counts), ones)


def test_overlap_maps_write_the_counts():
    figure = upsampling.overlap_maps([(3, 2), (4, 2), (2, 3)])
    plots.figure_pixels(figure)  # can be drawn
    written = [{int(n) for n in texts(axis).values()} for axis in figure.axes]
    assert written == [{1, 2, 4}, {4}, {0, 1}]
    for axis, (k, s) in zip(figure.axes, [(3, 2), (4, 2), (2, 3)], strict=True):
        # The output of a large input of ones, from a multiple of the stride on that is far from the border.
        ones = arithmetic.conv2d_transpose(np.ones((12, 12), int), np.ones((k, k), int), s)[4 * s :, 4 * s :][:8, :8]
        assert texts(axis) == {place: str(n) for place, n in np.ndenumerate(ones)}
        np.testing.assert_array_equal(axis.images[0].get_array(), ones)
        dark = [text.get_color() == "white" for text in axis.texts]
        assert dark == (ones.ravel() > 0.7 * ones.max()).tolist()
    assert figure.axes[0].get_title() == "kernel 3, stride 2"


# pictures


def test_pictures_stand_in_rows():
    images = random.uniform(0, 1, (2, 3, 8, 8, 1))
    figure = upsampling.pictures([list(images[0]), list(images[1][:2])], ["above", "below"], ["a", "b", "c"])
    plots.figure_pixels(figure)  # can be drawn
    axes = np.array(figure.axes).reshape(2, 3)
    for row, column in [(0, 0), (0, 2), (1, 1)]:
        np.testing.assert_array_equal(axes[row, column].images[0].get_array(), images[row, column, ..., 0])
    assert not axes[1, 2].images
    assert all(axis.images[0].get_clim() == (0, 1) for axis in axes[0])  # one scale for all
    assert axes[0, 0].images[0].cmap(1.0)[:3] == (1, 1, 1)
    assert [axis.texts[0].get_text() for axis in axes[:, 0]] == ["above", "below"]
    assert [axis.get_title() for axis in axes[0]] == ["a", "b", "c"]


def test_pictures_need_a_name_for_each_row():
    with pytest.raises(ValueError, match="zip"):
        upsampling.pictures([[np.ones((2, 2))]], [])
