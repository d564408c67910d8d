import io

import numpy as np
import pytest
from drawn import colour
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from dcgan_tf import plots
from dcgan_tf.arithmetic import conv2d_matrix, conv_output_size, receptive_field, same_padding
from dcgan_tf.lessons import convolution

# The cases of Dumoulin and Visin: size, kernel_size, strides, padding, dilation.
CASES = {
    "no padding, no strides": (4, 3, 1, 0, 1),
    "arbitrary padding": (5, 4, 1, 2, 1),
    "half padding": (5, 3, 1, 1, 1),
    "full padding": (5, 3, 1, 2, 1),
    "strides": (5, 3, 2, 0, 1),
    "padding and strides": (5, 3, 2, 1, 1),
    "padding and strides, odd": (6, 3, 2, 1, 1),
    "dilation": (7, 3, 1, 0, 2),
}


def colour_of(frame, cell, padded, output):
    """The commonest colour in a cell, whatever is written on it or runs across."""
    unit = frame.shape[1] / (padded + convolution.GAP + max(output, 3) + 0.6)
    y, x = (unit * np.add(cell, [1.9, 0.3])).round().astype(int)
    return np.median(frame[y + 3 : y + int(unit) - 3, x + 3 : x + int(unit) - 3], axis=(0, 1))


def near(pixel, colour):
    return np.abs(pixel - 255 * np.array(to_rgb(colour))).max() < 17


@pytest.mark.parametrize("name", CASES)
def test_each_frame_shows_what_is_read_and_what_is_computed(name):
    size, kernel_size, strides, padding, dilation = CASES[name]
    frames = convolution.sliding(*CASES[name])
    padded, output = size + 2 * padding, conv_output_size(*CASES[name])
    read = conv2d_matrix((size, size), np.ones((kernel_size, kernel_size)), strides, padding, dilation)
    assert len(frames) == len(read) == output**2
    for n, (frame, row) in enumerate(zip(frames, read, strict=True)):
        assert frame.dtype == np.uint8
        assert frame.shape == (*frames[0].shape[:2], 3)
        for pixel, weight in enumerate(row):
            cell = padding + pixel // size, padding + pixel % size
            expected = convolution.MIDDLE_BLUE if weight else convolution.PALE_BLUE
            assert near(colour_of(frame, cell, padded, output), expected)
        if padding and n:
            assert near(colour_of(frame, (0, 0), padded, output), "white")
        for m in range(output**2):
            cell = (padded - output) / 2 + m // output, padded + convolution.GAP + m % output
            expected = convolution.PALE_ORANGE if m < n else plots.GENERATED if m == n else "white"
            assert near(colour_of(frame, cell, padded, output), expected)


@pytest.mark.parametrize("name", CASES)
def test_the_animations_are_small(name):
    assert len(plots.gif(convolution.sliding(*CASES[name]))) < 150_000


def test_numbers_are_written():
    numbers, weights = np.arange(9).reshape(3, 3), np.ones((2, 2), int)
    frames = convolution.sliding(numbers, weights)
    blank = convolution.sliding(3, 2)
    assert len(frames) == len(blank) == 4
    changed = [(one != other).any(axis=-1) for one, other in zip(frames, blank, strict=True)]
    other_weights = convolution.sliding(numbers, 2 * weights)
    for n in range(4):
        bottom = slice(round(0.9 * len(changed[n])), None)
        assert changed[n][bottom].any()  # the sum, below the picture
        assert (frames[n] != other_weights[n]).any()


def test_the_sum_of_the_products_is_written_out(monkeypatch):
    written, painter = [], convolution._painter

    def look(figure):
        draw = painter(figure)

        def record(artists, keep=False):
            found = [(artist.get_text(), artist.get_position()) for artist in artists if hasattr(artist, "get_text")]
            if not keep:
                written.append([text for text, _ in found if text])
            return draw(artists, keep)

        return record

    monkeypatch.setattr(convolution, "_painter", look)
    convolution.sliding(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, -1], [0, 2]]))
    assert written == [
        ["1", "·1", "2", "·-1", "4", "·0", "5", "·2", "9", "1·1 + 2·-1 + 4·0 + 5·2 = 9"],
        ["2", "·1", "3", "·-1", "5", "·0", "6", "·2", "11", "2·1 + 3·-1 + 5·0 + 6·2 = 11"],
    ]


def test_sizes_need_not_be_square():
    frames = convolution.sliding(np.ones((3, 6), int), np.ones((2, 1), int), strides=2, padding=(1, 2))
    assert len(frames) == 3 * 5


def test_sliding_wants_two_of_a_kind():
    with pytest.raises(ValueError, match="both be arrays, or both be sizes"):
        convolution.sliding(5, np.ones((3, 3)))


def test_sliding_refuses_a_kernel_that_does_not_fit():
    with pytest.raises(ValueError, match="spans 5 does not fit into 4 pixels"):
        convolution.sliding(4, 3, dilation=2)


sides = st.tuples(st.integers(0, 4), st.integers(0, 4))


@given(st.tuples(st.integers(1, 30), st.integers(1, 7), st.integers(1, 5), sides, st.integers(1, 3)))
def test_starts_are_as_many_as_output_pixels(case):
    try:
        expected = conv_output_size(*case)
    except ValueError:
        with pytest.raises(ValueError, match="does not fit"):
            convolution.starts(*case)
    else:
        assert len(convolution.starts(*case)) == expected


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 9), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2))
def test_places_has_a_line_for_each_and_crosses_out_the_rest(size, kernel_size, strides, padding):
    figure = convolution.places(size, kernel_size, strides, padding)
    assert isinstance(figure, Figure)
    output = conv_output_size(size, kernel_size, strides, padding)
    lines = figure.axes[0].get_lines()
    stands = [line for line in lines if line.get_marker() == "s"]
    assert len(stands) == output
    for n, line in enumerate(stands):
        np.testing.assert_allclose(line.get_xdata(), n * strides + np.arange(kernel_size) + 0.5)
        np.testing.assert_allclose(line.get_ydata(), n + 1.9)  # the first place on top
    unread = (size + 2 * padding - kernel_size) % strides
    padded = size + 2 * padding
    crossed = [line.get_xdata()[0] for line in lines if line not in stands]
    assert crossed == list(range(padded - unread, padded))  # the last pixels
    assert all(np.nanmin(line.get_ydata()) == 0 and np.nanmax(line.get_ydata()) == 1 for line in lines[:unread])
    cells = {patch.get_xy(): colour(patch) for patch in figure.axes[0].patches}
    for pixel in range(padded):
        inside = padding <= pixel < padding + size
        assert cells[pixel, 0] == (convolution.PALE_BLUE if inside else "#FFFFFF")
    numbers = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    for n in range(output):
        assert numbers[str(n)] == pytest.approx((padded + 2.1, n + 1.9))  # beside its place
    assert f"the kernel has {output} place" in figure.axes[0].get_title(loc="left")
    assert {"INPUT, one row", "OUTPUT"} <= set(texts(figure))


def test_places_says_which_padding():
    title = convolution.places(6, 3, 2, same_padding(6, 3, 2)).axes[0].get_title(loc="left")
    assert "p = 0 before, 1 after" in title


def test_matrix_writes_its_numbers():
    values = np.array([[1, 0, -2], [0, 30, 4]])
    figure = convolution.matrix(values)
    assert {(t.get_text(), t.get_position()) for t in figure.axes[0].texts} == {
        ("1", (0, 0)), ("-2", (2, 0)), ("30", (1, 1)), ("4", (2, 1)),
    }  # fmt: skip
    shades = figure.axes[0].images[0].get_array()
    assert np.ma.getmaskarray(np.ma.masked_invalid(shades)).tolist() == (values == 0).tolist()
    assert shades[0, 2] < shades[0, 0] < shades[1, 2] < shades[1, 1]  # −2 < 1 < 4 < 30
    repeated = convolution.matrix(np.array([[5, 7], [7, 5]])).axes[0].images[0].get_array()
    assert repeated[0, 0] == repeated[1, 1] != repeated[0, 1] == repeated[1, 0]
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("input pixel, row by row", "output pixel")


def test_matrix_of_many_columns_has_no_numbers():
    assert texts(convolution.matrix(np.eye(30))) == []


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_cone_ends_in_the_receptive_field(layers):
    figure = convolution.cone(layers)
    rows = [line for line in figure.axes[0].get_lines() if line.get_marker() == "s"]
    assert len(rows) == len(layers) + 1
    assert len(rows[0].get_xdata()) == receptive_field(layers)
    assert len(rows[-1].get_xdata()) == 1
    # An odd or even number of pixels: the top stands over the middle.
    np.testing.assert_allclose(rows[-1].get_xdata()[0], (receptive_field(layers) - 1) / 2)
    assert f"input: {receptive_field(layers)} pixels" in texts(figure)


def test_cone_joins_each_pixel_to_those_that_it_reads():
    figure = convolution.cone([(3, 2), (2, 1, 2)])  # reads 0 and 2 of three, each of them 0 to 2, 2 to 4, 4 to 6
    axis = figure.axes[0]
    rows = [line for line in axis.get_lines() if line.get_marker() == "s"]
    assert [line.get_xdata().tolist() for line in rows] == [[0, 1, 2, 3, 4, 5, 6], [1, 3, 5], [3]]
    assert [set(line.get_ydata()) for line in rows] == [{0}, {1}, {2}]
    assert [colour(line) for line in (rows[0], rows[-1])] == [plots.REAL, plots.GENERATED]
    joined = sorted(tuple(map(tuple, line.get_xydata())) for line in axis.get_lines() if line not in rows)
    reads = [((x, 1), (below, 0)) for x in (1, 3, 5) for below in (x - 1, x, x + 1)]
    assert joined == sorted([*reads, ((3, 2), (1, 1)), ((3, 2), (5, 1))])
    assert texts(figure) == ["input: 7 pixels", "layer 1: k = 3, s = 2", "layer 2: k = 2, s = 1, d = 2"]
    assert [text.get_position()[1] for text in axis.texts] == [0, 1, 2]


def test_panels_share_a_scale_if_there_is_one():
    pictures = [np.ones((3, 3)), -np.ones((4, 4))]
    figure = convolution.panels(pictures, ["one", "two"], limit=2)
    shown = [axis for axis in figure.axes if axis.get_title()]
    assert [axis.get_title() for axis in shown] == ["one", "two"]
    assert all(axis.images[0].get_clim() == (-2, 2) for axis in shown)
    for axis, picture in zip(shown, pictures, strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), picture)
    low, high = shown[0].images[0].cmap([0.25, 0.75])
    assert near(255 * low[:3], plots.GENERATED)
    assert near(255 * high[:3], plots.REAL)
    png = np.asarray(Image.open(io.BytesIO(plots.figure_png(figure))).convert("RGB")).astype(int)
    for shade in (plots.REAL, plots.GENERATED):  # half of the way from 0 to the limit
        assert (np.abs(png - 255 * np.array(to_rgb(shade))).max(axis=-1) < 4).any()
    assert [i.get_clim() for a in convolution.panels([np.eye(2)], ["x"]).axes for i in a.images] == [(0, 1)]
