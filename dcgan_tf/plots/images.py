"""Images in grids and rows, and as files: PNG, GIF."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dcgan_tf.data.checks import check_numbers, check_whole
from dcgan_tf.data.files import write as write  # it was here: handed on
from dcgan_tf.plots.figures import figure_pixels

if TYPE_CHECKING:
    import IPython.display
    from matplotlib.figure import Figure


def grid(images: np.ndarray, columns: int | None = None, padding: int = 2, scale: int = 1) -> np.ndarray:
    """Tiles images into one, row by row.

    Args:
        images: uint8 (N, H, W, C) with 1 or 3 channels.
        columns: images a row; None makes the grid as square as can be.
        padding: white pixels between two images and around them.
        scale: each pixel becomes scale × scale.
    Returns:
        uint8, (H', W') for one channel, (H', W', 3) for three.
    Raises:
        ValueError: there is no image.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(f"images must be uint8 (N, H, W, 1 or 3), not {images.dtype} of {images.shape}")
    check_whole(scale=scale, columns=1 if columns is None else columns)
    check_whole(0, padding=padding)
    n, height, width, channels = images.shape
    if n == 0:
        raise ValueError("grid() needs at least one image")
    columns = min(n, columns or math.ceil(math.sqrt(n)))
    rows = math.ceil(n / columns)
    tiles = np.full((rows * columns, height + padding, width + padding, channels), 255, np.uint8)
    tiles[:n, padding:, padding:] = images
    tiles = tiles.reshape(rows, columns, height + padding, width + padding, channels)
    sheet = tiles.swapaxes(1, 2).reshape(rows * (height + padding), columns * (width + padding), channels)
    sheet = np.pad(sheet, ((0, padding), (0, padding), (0, 0)), constant_values=255)
    sheet = sheet.repeat(scale, axis=0).repeat(scale, axis=1)
    return sheet[..., 0] if channels == 1 else sheet


def rows(samples: Mapping[str, np.ndarray], scale: float = 2) -> Figure:
    """Draws images in rows, the name of each row on its left.

    Args:
        samples: name → uint8 (N, H, W, C), all of one shape; C is 1 or 3.
        scale: pixels of the figure, at 100 dots per inch, for a pixel of an image.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    check_numbers(0.01, scale=scale)
    if len({np.shape(images) for images in samples.values()}) != 1:
        raise ValueError("samples must be images of one shape in each row, at least one row")
    sheets = [grid(images, columns=len(images)) for images in samples.values()]
    height, width = sheets[0].shape[:2]
    wide, high = width * scale / 100, len(sheets) * height * scale / 100  # inches
    names = 0.1 + 0.075 * max(map(len, samples))
    figure = Figure(figsize=(names + wide, high), dpi=100)
    axis = figure.add_axes((names / (names + wide), 0, wide / (names + wide), 1))
    axis.imshow(np.concatenate(sheets), cmap="gray", vmin=0, vmax=255, aspect="auto")
    axis.set_xticks([])
    axis.set_yticks((np.arange(len(sheets)) + 0.5) * height - 0.5, list(samples), fontsize="small")
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure


def show_rows(samples: Mapping[str, np.ndarray], scale: float = 1.5, quality: int = 85) -> IPython.display.Image:
    """Shows what `rows` draws in a notebook, as a JPEG: the faint noise of generated faces makes a PNG far larger.

    Args:
        samples, scale: as for `rows`.
        quality: of the JPEG, up to 95.
    Returns:
        An `IPython.display.Image`.
    """
    from IPython.display import Image
    from PIL import Image as Picture

    check_numbers(1, 95, quality=quality)
    buffer = io.BytesIO()
    picture = Picture.fromarray(figure_pixels(rows(samples, scale), dpi=100))
    picture.save(buffer, "JPEG", quality=quality, subsampling=0)
    return Image(buffer.getvalue(), format="jpeg")


def png(image: np.ndarray) -> bytes:
    """Gives the bytes of a uint8 image, (H, W) or (H, W, 3), as a PNG file."""
    from PIL import Image

    image = np.asarray(image)
    if image.dtype != np.uint8:
        raise ValueError(f"the image must be uint8, (H, W) or (H, W, 3), not {image.dtype} of {image.shape}")
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def gif(frames: Iterable[np.ndarray], seconds: float = 0.2, hold: float = 2.0) -> bytes:
    """Gives the bytes of an endless animation.

    Args:
        frames: uint8 images of one shape, (H, W) or (H, W, 3), at least one; taken one after the other.
        seconds: how long each frame is shown.
        hold: how long the last frame stays.
    """
    from PIL import Image

    check_numbers(0.001, seconds=seconds, hold=hold)

    def shown(frame, seconds):
        image = Image.fromarray(frame)
        image.info["duration"] = round(1000 * seconds)
        return image

    def images():
        last = None
        for frame in frames:
            if last is not None:
                if frame.shape != last.shape:
                    raise ValueError(f"frames must have one shape, not {last.shape} and {frame.shape}")
                yield shown(last, seconds)
            last = frame
        if last is None:
            raise ValueError("frames must be at least one image, not none")
        yield shown(last, hold)

    rest, buffer = images(), io.BytesIO()
    next(rest).save(buffer, "GIF", save_all=True, append_images=rest, loop=0)
    return buffer.getvalue()


def animation(frames: Sequence[np.ndarray], seconds: float = 0.2, hold: float = 2.0) -> IPython.display.Image:
    """Shows frames as an endless animation in a notebook; the arguments are those of `gif`."""
    from IPython.display import Image

    # Browsers look at the bytes, not at the name of the format. Under its own name, image/gif, the viewers of GitHub
    # and nbconvert would leave the picture out.
    return Image(gif(frames, seconds, hold), format="png")
