import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython import display
from PIL import Image, ImageSequence

from dcgan_tf import data, plots

random = np.random.default_rng(0)

# grid


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 3), st.integers(1, 3), st.sampled_from([1, 3]))
def test_grid_puts_each_pixel_in_its_place(n, columns, padding, scale, channels):
    images = random.integers(0, 256, (n, 3, 2, channels), np.uint8)
    columns_used = min(n, columns)
    rows = -(-n // columns_used)
    sheet = np.full(
        (scale * (rows * (3 + padding) + padding), scale * (columns_used * (2 + padding) + padding), channels), 255
    )
    for i, image in enumerate(images):
        top, left = (
            scale * (padding + k * size) for k, size in zip(divmod(i, columns), (3 + padding, 2 + padding), strict=True)
        )
        for y in range(3 * scale):
            for x in range(2 * scale):
                sheet[top + y, left + x] = image[y // scale, x // scale]
    np.testing.assert_array_equal(
        plots.grid(images, columns, padding, scale), sheet[..., 0] if channels == 1 else sheet
    )


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (4, 2), (5, 3), (9, 3), (10, 4), (64, 8)])
def test_grid_is_as_square_as_can_be(n, columns):
    sheet = plots.grid(np.zeros((n, 1, 1, 1), np.uint8), padding=0)
    assert sheet.shape == (-(-n // columns), columns)


def test_grid_pads_by_two():
    assert plots.grid(np.zeros((4, 28, 28, 3), np.uint8)).shape == (62, 62, 3)


def test_grid_keeps_uint8():
    assert plots.grid(np.zeros((4, 2, 2, 1), np.uint8)).dtype == np.uint8


def test_grid_needs_an_image():
    with pytest.raises(ValueError, match="at least one image"):
        plots.grid(np.zeros((0, 28, 28, 1), np.uint8))


# rows


def test_rows_puts_each_name_beside_its_images():
    samples = {name: np.full((4, 8, 8, 1), grey, np.uint8) for name, grey in (("dark", 10), ("bright", 200))}
    figure = plots.rows(samples, scale=3)
    axis = figure.axes[0]
    sheet = axis.images[0].get_array()
    assert sheet.shape == (2 * 12, 4 * 10 + 2)
    names = [label.get_text() for label in axis.get_yticklabels()]
    labels = dict(zip(names, np.rint(axis.get_yticks()).astype(int), strict=True))
    assert [sheet[y, 5] for y in labels.values()] == [10, 200]
    assert list(labels) == ["dark", "bright"]
    pixels = plots.figure_pixels(figure, dpi=100)
    assert pixels.shape[0] == 3 * 24
    box = axis.get_window_extent()
    assert (box.width, box.height) == pytest.approx((3 * 42, 3 * 24))
    texts = [label.get_window_extent() for label in axis.get_yticklabels()]
    assert min(text.x0 for text in texts) >= 0  # no name is cut


@pytest.mark.parametrize("channels", [1, 3])
def test_rows_put_each_row_beside_its_name(channels):
    images = np.arange(2 * 3 * 4 * 4 * channels, dtype=np.uint8).reshape(2, 3, 4, 4, channels)
    figure = plots.rows({"straight": images[0], "spherical": images[1]})
    (axis,) = figure.axes
    shown = axis.get_images()[0].get_array()
    height = shown.shape[0] // 2
    for row, place in enumerate(axis.get_yticks()):
        assert row * height < place < (row + 1) * height
        np.testing.assert_array_equal(
            shown[row * height + 2 : row * height + 6, 2:6].squeeze(), images[row][0].squeeze()
        )
    assert [label.get_text() for label in axis.get_yticklabels()] == ["straight", "spherical"]


def test_rows_show_the_figure_as_a_small_picture():
    noise = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3), np.uint8)
    noise[0] = 0
    noise[1] = (250, 40, 40)
    shown = plots.show_rows({"noise": noise}, scale=2)
    pixels = np.asarray(Image.open(io.BytesIO(shown.data)))
    assert pixels.shape[0] == 2 * (16 + 4)  # two white pixels above and below
    assert pixels[10:30, -140:-116].max() < 40  # the first image stays black, the second red
    np.testing.assert_allclose(pixels[10:30, -100:-84], np.broadcast_to((250, 40, 40), (20, 16, 3)), atol=12)
    assert len(shown.data) < pixels.size / 2


# png


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1)])
def test_png_is_lossless(shape):
    image = random.integers(0, 256, shape, np.uint8)
    opened = Image.open(io.BytesIO(plots.png(image)))
    assert opened.format == "PNG"
    np.testing.assert_array_equal(opened, image)


# write


def test_write_is_the_writer_of_the_data():
    assert plots.write is plots.images.write is data.files.write


# gif


def play(content):
    """The frames as arrays, how long each is shown, and how often all are."""
    animation = Image.open(io.BytesIO(content))
    assert animation.format == "GIF"
    frames = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in ImageSequence.Iterator(animation)]
    return *map(list, zip(*frames, strict=True)), animation.info["loop"]


def blocks(n, channels=()):
    """n different images of four flat fields: few enough colours for a palette."""
    return list(random.integers(0, 256, (n, 2, 2, *channels), np.uint8).repeat(4, axis=1).repeat(4, axis=2))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_gif_shows_all_frames_and_holds_the_last(n):
    frames = blocks(n)
    shown, durations, loop = play(plots.gif(frames, seconds=0.1, hold=1.5))
    assert durations == [100] * (n - 1) + [1500]
    assert loop == 0  # for ever
    np.testing.assert_array_equal(shown, np.stack(frames)[..., None].repeat(3, axis=-1))


@pytest.mark.parametrize("n", [1, 3])
def test_gif_keeps_colours(n):
    frames = blocks(n, (3,))
    np.testing.assert_array_equal(play(plots.gif(frames))[0], frames)


def test_gif_of_a_still_picture_lasts_as_long():
    # Pillow joins frames that are alike.
    _, durations, _ = play(plots.gif(blocks(1) * 3, seconds=0.2, hold=1))
    assert sum(durations) == 1400


def test_animation_shows_the_gif_as_viewers_want_it():
    frames = blocks(3)
    shown = plots.animation(frames, seconds=0.1, hold=1.5)
    assert isinstance(shown, display.Image)
    assert shown.data == plots.gif(frames, seconds=0.1, hold=1.5)
    assert shown.format == "png"  # GitHub and nbconvert leave image/gif out
