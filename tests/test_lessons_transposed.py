import io

import numpy as np
import pytest
from drawn import colour, photograph, texts
from matplotlib.figure import Figure
from PIL import Image

from dcgan_tf import arithmetic, plots
from dcgan_tf.lessons import transposed

random = np.random.default_rng(0)


def drawn(figure):
    """A figure's pixels; fails if it cannot be drawn."""
    assert isinstance(figure, Figure)
    return plots.figure_pixels(figure)


@pytest.fixture
def figures(monkeypatch):
    """What is on the figure each time a frame is taken of it."""

    def look(figure):
        tables = [[axis.get_title(), texts(axis)] for axis in figure.axes]
        windows = [[patch.get_xy() for patch in axis.patches if not patch.get_fill()] for axis in figure.axes]
        pixels = [[np.asarray(image.get_array()).copy() for image in axis.images] for axis in figure.axes]
        return tables, windows, pixels

    return photograph(monkeypatch, transposed, look)


# scatter_frames


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "a"), [(1, 1, 1, 0, 0), (2, 3, 1, 0, 0), (2, 3, 2, 1, 1), (3, 2, 3, 0, 2), (3, 4, 2, 1, 0)]
)
def test_scatter_ends_with_the_transposed_convolution(figures, i, k, s, p, a):
    image, kernel = random.integers(1, 9, (i, i)), random.integers(1, 9, (k, k))
    transposed.scatter_frames(image, kernel, s, p, a)
    (_, _, (title, numbers)), *_ = figures[-1]
    expected = arithmetic.conv2d_transpose(image, kernel, s, p, a)
    for (row, column), value in np.ndenumerate(expected):
        assert numbers[row + p, column + p] == f"{value:.3g}"
    assert title == ("output" if p == 0 else f"output, {p} cut off each side")


def test_scatter_sets_one_stamp_a_frame(figures):
    image, kernel = np.array([[1, 2], [3, 4]]), np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    frames = transposed.scatter_frames(image, kernel, strides=2)
    assert len(frames) == len(figures) == 5
    tables, windows, _ = figures[2]  # the third pixel: 3, in the second row
    assert tables[1] == ["3 × kernel", {place: str(3 * value) for place, value in np.ndenumerate(kernel)}]
    assert windows[0] == [(-0.5, 0.5)]
    assert windows[2] == [(-0.5, 1.5)]
    assert tables[2][1][2, 2] == "6"  # 1 · 1 + 2 · 1 + 3 · 1
    assert tables[2][1][4, 4] == "0"


def test_scatter_shades_what_will_be_cut_off(monkeypatch):
    seen = photograph(monkeypatch, transposed, lambda figure: list(figure.axes[2].patches))
    transposed.scatter_frames(np.ones((2, 2)), np.ones((3, 3)), strides=2, padding=1, output_padding=1)
    shaded = {patch.get_xy() for patch in seen[0] if patch.get_fill()}
    border = {(x - 0.5, y - 0.5) for x in range(6) for y in range(6) if {x, y} & {0, 5}}
    assert shaded == border


def test_scatter_darkens_the_larger_numbers(figures):
    transposed.scatter_frames(np.array([[1, -2]]), np.array([[1, 3]]))
    (_, _, pixels) = figures[1]
    np.testing.assert_array_equal(pixels[0][0], [[1, 2]])  # the size of a number, whatever its sign
    np.testing.assert_array_equal(pixels[1][0], [[2, 6]])
    np.testing.assert_array_equal(pixels[2][0], [[1, 1, 6]])  # 1, 3 − 2, −6
    assert figures[1][0][2][1] == {(0, 0): "1", (0, 1): "1", (0, 2): "-6"}


def test_scatter_frames_fit_a_gif():
    frames = transposed.scatter_frames(np.arange(9).reshape(3, 3), np.ones((3, 3), int), 2)
    assert len({frame.shape for frame in frames}) == 1
    assert frames[0].dtype == np.uint8
    assert not np.array_equal(frames[0], frames[1])
    assert len(np.unique(np.stack(frames).reshape(-1, 3), axis=0)) <= 48
    content = plots.gif(frames)
    assert len(content) < 100_000
    assert Image.open(io.BytesIO(content)).n_frames == 10


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(strides=2, output_padding=2), "below strides = 2, not 2"),
        (dict(output_padding=-1), "not -1"),
        (dict(padding=2), "padding 2 cuts off all of an output of 4×4"),
    ],
)
def test_scatter_refuses_what_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        transposed.scatter_frames(np.ones((2, 2)), np.ones((3, 3)), **settings)


# gather_frames


def test_the_guide_has_the_sizes_of_the_paper():
    # Dumoulin and Visin (2016), figures 4.1 to 4.7.
    sizes = [(i, arithmetic.conv_transpose_output_size(i, k, s, p, a)) for _, i, k, s, p, a in transposed.GUIDE]
    assert sizes == [(2, 4), (6, 5), (5, 5), (7, 5), (2, 5), (3, 5), (3, 6)]


@pytest.mark.slow
def test_gather_draws_the_seven_cases(figures):
    frames = transposed.gather_frames()
    assert len(frames) == 36
    assert len(plots.gif(frames)) < 250_000
    for panel, (title, i, k, s, p, a) in enumerate(transposed.GUIDE):
        o = arithmetic.conv_transpose_output_size(i, k, s, p, a)
        for step in (0, 7, 35):
            tables, windows, pixels = figures[step]
            assert tables[panel][0] == f"{title}\n{i}×{i} → {o}×{o}, k = {k}"
            place = step % o**2
            assert windows[panel] == [(place % o, place // o)]
            stuffed, output = pixels[panel]
            assert output.shape == (o, o, 3)
            assert stuffed.shape == (o + k - 1, o + k - 1, 3)
            # As many cells in the colour of the input as the input has pixels, at every s-th place.
            blue = np.all(np.isclose(stuffed, transposed._rgb([plots.LIGHT])[0]), axis=-1)
            border = k - 1 - p
            expected = np.zeros_like(blue)
            expected[border : border + (i - 1) * s + 1 : s, border : border + (i - 1) * s + 1 : s] = True
            np.testing.assert_array_equal(blue, expected)
            done = np.all(np.isclose(output, transposed._rgb([plots.GENERATED])[0]), axis=-1)
            assert np.flatnonzero(done).tolist() == list(range(place))  # row by row
            now = np.all(np.isclose(output, transposed._rgb([transposed._NOW])[0]), axis=-1)
            assert np.flatnonzero(now).tolist() == [place]
            extra = np.all(np.isclose(stuffed, transposed._rgb([transposed._EXTRA])[0]), axis=-1)
            side = np.arange(o + k - 1) >= o + k - 1 - a  # the output padding stands after the end
            np.testing.assert_array_equal(extra, np.logical_or.outer(side, side))


def test_gather_takes_other_sizes(figures):
    assert len(transposed.gather_frames([("mine", 2, 2, 2, 1, 1)])) == 9
    assert figures[0][0][0][0] == "mine\n2×2 → 3×3, k = 2"


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ([], "1 to 7 cases, not 0"),
        ([("", 2, 3, 1, 0, 0)] * 8, "not 8"),
        ([("", 3, 3, 1, 3, 0)], "padding must be 0 to kernel_size − 1 = 2, not 3"),
        ([("", 3, 3, 2, 1, 2)], "below strides = 2, not 2"),
    ],
)
def test_gather_refuses_what_cannot_be(cases, message):
    with pytest.raises(ValueError, match=message):
        transposed.gather_frames(cases)


# matrix_pair, lost_remainder


def test_matrix_pair_shows_the_matrix_and_its_transpose():
    matrix = arithmetic.conv2d_matrix((4, 4), np.arange(1, 10).reshape(3, 3))
    figure = transposed.matrix_pair(matrix)
    drawn(figure)
    left, right = (axis.images[0].get_array() for axis in figure.axes)
    np.testing.assert_array_equal(left.filled(0), matrix)
    np.testing.assert_array_equal(right.filled(0), matrix.T)
    np.testing.assert_array_equal(left.mask, matrix == 0)  # zeros stay white
    for axis in figure.axes:
        assert (axis.get_xlabel(), axis.get_ylabel()) == ("pixel of what goes in", "pixel of what comes out")
    assert [axis.get_title() for axis in figure.axes] == ["C: from 16 pixels to 4", "Cᵀ: from 4 pixels to 16"]


@pytest.mark.parametrize(
    ("size", "k", "s", "p"), [(5, 3, 2, 1), (6, 3, 2, 1), (7, 3, 3, 0), (8, 3, 3, 0), (9, 3, 3, 0), (4, 4, 2, 0)]
)
def test_lost_remainder_counts_as_the_arithmetic(size, k, s, p):
    figure = transposed.lost_remainder((size,), k, s, p)
    drawn(figure)
    (axis,) = figure.axes
    windows = arithmetic.conv_output_size(size, k, s, p)
    assert len(axis.lines) == windows
    for n, line in enumerate(axis.lines):  # each a little shorter than its k cells
        assert n * s < line.get_xdata()[0] < n * s + 0.2
        assert n * s + k - 0.2 < line.get_xdata()[1] < n * s + k
        assert line.get_ydata()[0] == line.get_ydata()[1] < 0
    for one, other in zip(axis.lines[1:], axis.lines, strict=False):
        assert one.get_ydata()[0] != other.get_ydata()[0]  # neighbours overlap: they stand at other heights
    padded, rest = size + 2 * p, (size + 2 * p - k) % s
    dashed = [patch.get_x() for patch in axis.patches if not patch.get_fill()]
    np.testing.assert_allclose(dashed, np.arange(padded - rest, padded) + 0.06)  # the last cells, which no window reads
    cells = {patch.get_x(): colour(patch) for patch in axis.patches if patch.get_fill()}
    assert [cells[n] == plots.LIGHT for n in range(padded)] == [p <= n < p + size for n in range(padded)]
    assert [text.get_text() for text in axis.texts] == ["0"] * p + [str(n + 1) for n in range(size)] + ["0"] * p
    assert [text.get_position() for text in axis.texts] == [(n + 0.5, 0.5) for n in range(padded)]
    assert axis.get_title(loc="left").endswith(f", {rest or 'none'} left over")
    assert f"input {size} → {windows} windows" in axis.get_title(loc="left")


def test_lost_remainder_refuses_a_kernel_that_does_not_fit():
    with pytest.raises(ValueError, match="padded input has 2 pixels, the kernel 3"):
        transposed.lost_remainder((2,), 3, 1, 0)
