"""Drawings of lesson 2, transposed convolution: input size i, kernel size k, stride s, padding p, output padding a."""

import numpy as np

from dcgan_tf.plots.figures import DISCRIMINATOR, GENERATED, LIGHT, THIRD, figure_pixels

# Chapter 4 of Dumoulin and Visin (2016): title, then i, k, s, p, a of the transposed convolution.
GUIDE = (
    ("no padding, stride 1", 2, 3, 1, 0, 0),
    ("padding 2, stride 1", 6, 4, 1, 2, 0),
    ("half padding, stride 1", 5, 3, 1, 1, 0),
    ("full padding, stride 1", 7, 3, 1, 2, 0),
    ("no padding, stride 2", 2, 3, 2, 0, 0),
    ("padding 1, stride 2", 3, 3, 2, 1, 0),
    ("the same, output padding 1", 3, 3, 2, 1, 1),
)
_STUFFED, _BORDER, _EXTRA, _NOW = "#C9C9C9", "#F0F0F0", "#EBC7DC", "#8A5A00"
_KINDS = [LIGHT, _STUFFED, _BORDER, _EXTRA]


def scatter_frames(image, kernel, strides=1, padding=0, output_padding=0):
    """Draws a transposed convolution as stamping: each input pixel adds its multiple of the kernel to the output.

    Args:
        image: numbers (H, W), a handful of pixels: they are written into the cells.
        kernel: numbers (k, k).
        strides: output pixels from one stamp to the next.
        padding: pixels cut off on each side in the end, drawn grey.
        output_padding: pixels more after the end, 0 to strides − 1.
    Returns:
        Frames for `gif`, one for each input pixel and a last one with the finished output.
    Raises:
        ValueError: the padding cuts off the whole output, or the output padding is not below the stride.
    """
    from matplotlib.figure import Figure

    image, kernel = np.asarray(image), np.asarray(kernel)
    states = list(_stamps(image, kernel, strides, padding, output_padding))
    full = states[-1][2]
    widths = [image.shape[1], kernel.shape[1], full.shape[1]]
    tallest = max(image.shape[0], kernel.shape[0], full.shape[0])
    figure = Figure(figsize=(0.42 * sum(widths) + 1.6, 0.42 * tallest + 0.9), layout="constrained")
    axes = figure.subplots(1, 3, width_ratios=widths)
    top = abs(full).max()
    tables = [
        _Table(axis, values, colour, top)
        for axis, values, colour, top in zip(
            axes, (image, kernel, full), (LIGHT, DISCRIMINATOR, GENERATED), (abs(image).max(), top, top), strict=True
        )
    ]
    axes[0].set_title("input")
    cut = f", {padding} cut off each side" if padding else ""
    _shade_cut(axes[2], full.shape, padding)
    now, there = _outline(axes[0], 1, 1), _outline(axes[2], *kernel.shape)
    frames = []
    for place, stamp, output in states:
        tables[1].show(stamp)
        tables[2].show(output)
        axes[1].set_title(f"{image[place]:g} × kernel")
        axes[2].set_title(f"sum so far{cut}")
        now.set_xy((place[1] - 0.5, place[0] - 0.5))
        there.set_xy((place[1] * strides - 0.5, place[0] * strides - 0.5))
        frames.append(_frame(figure))
    now.set_visible(False)
    there.set_visible(False)
    tables[1].show(kernel)
    axes[1].set_title("kernel")
    axes[2].set_title(f"output{cut}")
    return _few_colours([*frames, _frame(figure)])


def gather_frames(cases=GUIDE):
    """Draws a transposed convolution as a direct one: stride 1, over the input with zeros between and around pixels.

    Between two pixels stand s − 1 zeros, around them k − 1 − p, and a more after the end. The kernel is flipped.

    Args:
        cases: for each panel (title, i, k, s, p, a); at most seven fit beside the legend. By default those of
            Dumoulin and Visin (2016), chapter 4.
    Returns:
        Frames for `gif`, as many as the largest output has pixels; smaller outputs begin anew.
    Raises:
        ValueError: more than seven cases, a padding above k − 1, or an output padding not below the stride.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

    if not 1 <= len(cases) <= 7:
        raise ValueError(f"gather_frames() draws 1 to 7 cases, not {len(cases)}")
    inputs = [_stuffed(*case[1:]) for case in cases]
    columns = min(4, len(cases) + 1)
    rows = -(-(len(cases) + 1) // columns)
    figure = Figure(figsize=(2.35 * columns, 3.2 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    widest = max(map(len, inputs))
    panels = []
    for axis, kinds, (title, i, k, *_) in zip(axes, inputs, cases, strict=False):
        n = len(kinds)
        output = n - k + 1
        axis.set_title(f"{title}\n{i}×{i} → {output}×{output}, k = {k}", fontsize=9)
        _raster(axis, 0, 0, _rgb(_KINDS)[np.maximum.outer(kinds, kinds)])
        left, top = (n - output) / 2, -output - 0.7  # the output stands above the input
        pixels = _raster(axis, left, top, np.ones((output, output, 3)))
        window = Rectangle((0, 0), k, k, fill=False, edgecolor=DISCRIMINATOR, linewidth=2.5, zorder=5)
        axis.add_patch(window)
        axis.set_xlim(n / 2 - widest / 2 - 0.2, n / 2 + widest / 2 + 0.2)
        axis.set_ylim(n + 0.2, top - 0.2)
        panels.append((pixels, window, output))
    for axis in axes:
        axis.axis("off")
    names = ["input pixel", "zero between pixels", "zero around, k − 1 − p", "zero for output padding"]
    handles = [Patch(facecolor=c, edgecolor="grey", label=name) for c, name in zip(_KINDS, names, strict=True)]
    handles.append(Patch(fill=False, edgecolor=DISCRIMINATOR, linewidth=2, label="kernel, flipped"))
    handles.append(Patch(facecolor=_NOW, edgecolor="grey", label="its output pixel"))
    axes[len(cases)].legend(handles=handles, loc="center", frameon=False, fontsize=9)

    white, done, now = _rgb(["#FFFFFF", GENERATED, _NOW])
    frames = []
    for step in range(max(output for *_, output in panels) ** 2):
        for pixels, window, output in panels:
            place = step % output**2
            window.set_xy(divmod(place, output)[::-1])
            order = np.arange(output**2).reshape(output, output, 1)
            pixels.set_data(np.where(order < place, done, np.where(order == place, now, white)))
        frames.append(_frame(figure, dpi=72))
    return _few_colours(frames)


def matrix_pair(matrix):
    """Draws the matrix of a convolution and its transpose side by side; each weight of the kernel has its own shade.

    Args:
        matrix: (outputs, inputs), as from `arithmetic.conv2d_matrix`.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    outputs, inputs = matrix.shape
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[inputs + 4, outputs + 4])
    # The empty entries white, the weights from light to dark.
    shown = np.ma.masked_equal(matrix, 0)
    for axis, values, name in ((left, shown, "C"), (right, shown.T, "Cᵀ")):
        axis.imshow(values, cmap="cividis_r", interpolation="nearest")
        to, of = values.shape
        axis.set_title(f"{name}: from {of} pixels to {to}")
        axis.set(xlabel="pixel of what goes in", ylabel="pixel of what comes out")
        axis.set_xticks(np.arange(-0.5, of), minor=True)
        axis.set_yticks(np.arange(-0.5, to), minor=True)
        axis.grid(which="minor", color="lightgrey", linewidth=0.5)
        axis.tick_params(which="minor", length=0)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def lost_remainder(sizes=(5, 6), kernel_size=3, strides=2, padding=1):
    """Draws why a convolution's output does not tell the size of its input: several sizes get equally many windows.

    Args:
        sizes: of the inputs along one axis.
        kernel_size, strides, padding: of the convolution.
    Returns:
        A `matplotlib.figure.Figure`: a line of cells for each size, its windows below.
    Raises:
        ValueError: the kernel does not fit.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    longest = max(sizes) + 2 * padding
    figure = Figure(figsize=(8, 1.35 * len(sizes) + 0.3), layout="constrained")
    for axis, size in zip(figure.subplots(len(sizes), 1, squeeze=False).ravel(), sizes, strict=True):
        padded = size + 2 * padding
        if padded < kernel_size:
            raise ValueError(f"the padded input has {padded} pixels, the kernel {kernel_size}: it must fit")
        windows, rest = (padded - kernel_size) // strides + 1, (padded - kernel_size) % strides
        for cell in range(padded):
            is_padding = not padding <= cell < padding + size
            axis.add_patch(
                Rectangle((cell, 0), 1, 1, facecolor=_BORDER if is_padding else LIGHT, edgecolor="white", linewidth=2)
            )
            label = "0" if is_padding else str(cell - padding + 1)
            axis.text(cell + 0.5, 0.5, label, ha="center", va="center", color="grey" if is_padding else "black")
        for window in range(windows):
            start, level = window * strides, -0.25 - 0.25 * (window % 3)
            axis.plot([start + 0.08, start + kernel_size - 0.08], [level] * 2, color=DISCRIMINATOR, linewidth=4)
        for cell in range(padded - rest, padded):
            axis.add_patch(
                Rectangle((cell + 0.06, 0.06), 0.88, 0.88, fill=False, edgecolor=THIRD, linewidth=2, linestyle="--")
            )
        after = f", {rest} left over" if rest else ", none left over"
        axis.set_title(f"input {size} → {windows} windows{after}", fontsize=10, loc="left")
        axis.set_xlim(-0.1, longest + 0.1)
        axis.set_ylim(-0.95, 1.1)
        axis.axis("off")
    return figure


def _stuffed(size, kernel_size, strides, padding, output_padding):
    """Gives an index of `_KINDS` for each place along one axis of the input with zeros between and around."""
    _check_output_padding(strides, output_padding)
    border = kernel_size - 1 - padding
    if border < 0:
        raise ValueError(f"padding must be 0 to kernel_size − 1 = {kernel_size - 1}, not {padding}")
    inside = np.ones((size - 1) * strides + 1, int)
    inside[::strides] = 0
    return np.concatenate([np.full(border, 2), inside, np.full(border, 2), np.full(output_padding, 3)])


def _check_output_padding(strides, output_padding):
    if not 0 <= output_padding < strides:
        raise ValueError(f"output_padding must be 0 or more and below strides = {strides}, not {output_padding}")


def _stamps(image, kernel, strides, padding, output_padding):
    """Yields for each input pixel its place, its stamp, and the sum of all stamps so far, with nothing cut off yet."""
    _check_output_padding(strides, output_padding)
    shape = [(n - 1) * strides + k + output_padding for n, k in zip(image.shape, kernel.shape, strict=True)]
    if 2 * padding >= min(shape):
        raise ValueError(f"padding {padding} cuts off all of an output of {shape[0]}×{shape[1]} pixels")
    total = np.zeros(shape, np.result_type(image, kernel))
    for row, column in np.ndindex(*image.shape):
        stamp = image[row, column] * kernel
        top, left = row * strides, column * strides
        total[top : top + kernel.shape[0], left : left + kernel.shape[1]] += stamp
        yield (row, column), stamp, total.copy()


class _Table:
    """A table of numbers, the larger the darker, that can be shown with other numbers."""

    def __init__(self, axis, values, colour, top):
        from matplotlib.colors import LinearSegmentedColormap

        shades = LinearSegmentedColormap.from_list("shades", ["white", colour])
        self.image = axis.imshow(abs(values), cmap=shades, vmin=0, vmax=1.4 * max(top, 1e-9))
        self.texts = {
            place: axis.text(*place[::-1], f"{value:.3g}", ha="center", va="center", fontsize=10)
            for place, value in np.ndenumerate(values)
        }
        _lines(axis, *values.shape)
        axis.set(xticks=[], yticks=[])

    def show(self, values):
        self.image.set_data(abs(values))
        for place, text in self.texts.items():
            text.set_text(f"{values[place]:.3g}")


def _raster(axis, left, top, colours):
    """A grid of coloured cells, each of side 1."""
    height, width, _ = colours.shape
    _lines(axis, height, width, left, top)
    return axis.imshow(colours, extent=(left, left + width, top + height, top), interpolation="nearest")


def _lines(axis, height, width, left=-0.5, top=-0.5):
    from matplotlib.collections import LineCollection

    across = [[(left, top + n), (left + width, top + n)] for n in range(height + 1)]
    down = [[(left + n, top), (left + n, top + height)] for n in range(width + 1)]
    axis.add_collection(LineCollection(across + down, colors="grey", linewidths=0.7, zorder=3))


def _outline(axis, height, width):
    from matplotlib.patches import Rectangle

    return axis.add_patch(Rectangle((0, 0), width, height, fill=False, edgecolor="black", linewidth=2.5, zorder=5))


def _shade_cut(axis, shape, padding):
    from matplotlib.patches import Rectangle

    for row, column in np.ndindex(*shape):
        if not (padding <= row < shape[0] - padding and padding <= column < shape[1] - padding):
            axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="#BBBBBB", alpha=0.6, zorder=2))


def _frame(figure, dpi=80):
    pixels = figure_pixels(figure, dpi)
    figure.set_layout_engine("none")  # the first frame's layout holds for all
    return pixels


def _few_colours(frames, colours=48):
    """Gives the same frames in one small palette: a GIF of them is not dithered, and a fraction of the size."""
    from PIL import Image

    stack = Image.fromarray(np.concatenate(frames))
    palette = stack.quantize(colours, dither=Image.Dither.NONE)
    return list(np.asarray(palette.convert("RGB")).reshape(len(frames), *frames[0].shape))


def _rgb(colours):
    from matplotlib.colors import to_rgb

    return np.array([to_rgb(colour) for colour in colours])
