import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcgan_tf import arithmetic, plots
from dcgan_tf.plots import upsampling

random = np.random.default_rng(0)


def texts(axis):
    """The numbers written into a table, by their place."""
    return {(round(t.get_position()[1]), round(t.get_position()[0])): t.get_text() for t in axis.texts}


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
    assert texts(figure.axes[0])[0, 0] == "4"
    assert figure.axes[0].get_title() == "kernel 3, stride 2"


# shapes, pictures


def test_shapes_are_few_greys_on_black():
    images = upsampling.shapes(50, seed=3, size=24)
    assert images.shape == (50, 24, 24, 1)
    assert images.dtype == np.float32
    for image in images:
        greys = set(np.unique(image)) - {0}
        assert len(greys) <= 3
        assert all(0.3 <= grey <= 1 for grey in greys)
    assert (images == 0).any(axis=(1, 2, 3)).all()
    assert sum(image.any() for image in images) > 45


def test_shapes_depend_on_the_seed_alone():
    np.testing.assert_array_equal(upsampling.shapes(3, seed=1), upsampling.shapes(5, seed=1)[:3])
    assert not np.array_equal(upsampling.shapes(3, seed=1), upsampling.shapes(3, seed=2))


def test_pictures_stand_in_rows():
    images = random.uniform(0, 1, (2, 3, 8, 8, 1))
    figure = upsampling.pictures([list(images[0]), list(images[1][:2])], ["above", "below"], ["a", "b", "c"])
    plots.figure_pixels(figure)  # can be drawn
    axes = np.array(figure.axes).reshape(2, 3)
    for row, column in [(0, 0), (0, 2), (1, 1)]:
        np.testing.assert_array_equal(axes[row, column].images[0].get_array(), images[row, column, ..., 0])
    assert not axes[1, 2].images
    assert [axis.texts[0].get_text() for axis in axes[:, 0]] == ["above", "below"]
    assert [axis.get_title() for axis in axes[0]] == ["a", "b", "c"]


def test_pictures_need_a_name_for_each_row():
    with pytest.raises(ValueError, match="zip"):
        upsampling.pictures([[np.ones((2, 2))]], [])
