"""Drawings of lesson 1, convolution: the input is blue and to the left or below, the output orange and to the right."""

import numpy as np

from dcgan_tf.plots.figures import GENERATED, REAL

PALE_BLUE, MIDDLE_BLUE, PALE_ORANGE, BROWN = "#D6E9F5", "#7FB6D8", "#FBE6BF", "#8A5F00"
GAP = 4  # cells between input and output


def sliding(image, kernel, strides=1, padding=0, dilation=1):
    """Draws a kernel that slides over an image, as frames, one for each output pixel.

    Args:
        image: (H, W), its numbers are written into the cells; or an integer, for an empty square of that size.
        kernel: (k_h, k_w), its weights are written below the numbers; or an integer, if `image` is one.
        strides: pixels from one place to the next.
        padding: zeros on each side, or a pair (before, after); the same along both axes.
        dilation: pixels from one weight to the next.
    Returns:
        List of uint8 (H', W', 3), for `gif`.
    Raises:
        ValueError: only one of image and kernel is an array, or the kernel does not fit.
    """
    if np.ndim(image) != np.ndim(kernel):
        raise ValueError("image and kernel must both be arrays, or both be sizes")
    blank = np.ndim(image) == 0
    image, kernel = (np.ones((x, x), int) if blank else np.asarray(x) for x in (image, kernel))
    padded = np.pad(image, padding)
    rows, columns = (starts(n, k, strides, padding, dilation) for n, k in zip(image.shape, kernel.shape, strict=True))
    sizes = image.shape, padded.shape, kernel.shape, (len(rows), len(columns))
    first = _pair(padding)[0]  # row and column of the padded image where the image begins
    title = f"stride {strides}, padding {_pair_name(padding)}" + f", dilation {dilation}" * (dilation > 1)
    figure, axis = _canvas(*sizes, title)
    _draw_input(axis, padded, first, image.shape, blank)
    left, top = padded.shape[1] + GAP, max(padded.shape[0] - len(rows), 0) / 2  # of the output
    for v, u in np.ndindex(sizes[-1]):
        _draw_cell(axis, (top + v, left + u), None)
    draw = _painter(figure)
    frames, spans = [], [dilation * (k - 1) + 1 for k in kernel.shape]
    for v, u in np.ndindex(sizes[-1]):
        taps = {(rows[v] + dilation * m, columns[u] + dilation * n): w for (m, n), w in np.ndenumerate(kernel)}
        total = sum(padded[tap] * weight for tap, weight in taps.items())
        corner, output_corner = (rows[v], columns[u]), (top + v, left + u)
        artists = []
        for tap, weight in taps.items():
            value = _cell_text(padded[tap], blank, _is_inside(tap, first, image.shape))
            artists += _draw_cell(axis, tap, MIDDLE_BLUE, value)
            small = dict(ha="right", va="bottom", fontsize=7)
            artists.append(axis.text(tap[1] + 0.95, tap[0] + 0.93, "" if blank else f"·{weight}", **small))
        artists += _draw_cell(axis, output_corner, GENERATED, "" if blank else f"{total}")
        artists += [_outline(axis, corner, spans), _outline(axis, output_corner, (1, 1))]
        for edge in (0, 1):  # sight lines, from the window to its pixel
            x, y = (columns[u] + spans[1], left + u), (rows[v] + edge * spans[0], top + v + edge)
            artists += axis.plot(x, y, color="black", linewidth=0.8, linestyle=":", antialiased=False)
        if not blank:
            products = [f"{padded[tap]}·{weight}" for tap, weight in taps.items()]
            terms = " + ".join(products) if len(products) < 10 else f"sum of {len(products)} products"
            under = max(padded.shape[0], len(rows)) + 0.4
            artists.append(axis.text(0, under, f"{terms} = {total}", va="top", fontsize=8))
        frames.append(draw(artists))
        draw(_draw_cell(axis, output_corner, PALE_ORANGE, "" if blank else f"{total}"), keep=True)
    return frames


def starts(size, kernel_size, strides=1, padding=0, dilation=1):
    """Gives the first pixel of each place of the kernel in the padded row, a range: one for each output pixel.

    Args:
        size, kernel_size, strides, padding, dilation: as for `sliding`, along one axis.
    Raises:
        ValueError: the kernel does not fit.
    """
    padded, span = size + sum(_pair(padding)), dilation * (kernel_size - 1) + 1
    if span > padded:
        raise ValueError(f"a kernel that spans {span} does not fit into {padded} pixels")
    return range(0, padded - span + 1, strides)


def places(size, kernel_size, strides=1, padding=0, dilation=1):
    """Draws one row of an image, and below it every place of the kernel, a line for each.

    Pixels that no place reads are crossed out: the size formula rounds them away.

    Args:
        size, kernel_size, strides, padding, dilation: as for `sliding`, along one axis.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    found = starts(size, kernel_size, strides, padding, dilation)
    before, padded = _pair(padding)[0], size + sum(_pair(padding))
    taps = [start + dilation * np.arange(kernel_size) for start in found]
    last = max(pixels[-1] for pixels in taps)
    figure = Figure(figsize=(0.36 * (padded + 8), 0.36 * (len(found) + 2.4)), layout="constrained")
    axis = figure.subplots()
    for pixel in range(padded):
        _draw_cell(axis, (0, pixel), PALE_BLUE if 0 <= pixel - before < size else None)
        if pixel > last:
            axis.plot([pixel, pixel + 1, np.nan, pixel, pixel + 1], [0, 1, np.nan, 1, 0], color="black", linewidth=1)
    for line, pixels in enumerate(taps):
        axis.plot(pixels + 0.5, np.full(kernel_size, line + 1.9), "s-", color="black", markersize=8)
        axis.text(padded + 0.3, line + 1.9, "→", va="center", fontsize=12)
        _draw_cell(axis, (line + 1.4, padded + 1.6), PALE_ORANGE, f"{line}")
    label = dict(va="center", fontsize=9, fontweight="bold")
    axis.text(padded + 0.3, 0.5, "INPUT, one row", color=REAL, **label)
    axis.text(padded + 3, len(found) / 2 + 1.4, "OUTPUT", color=BROWN, **label)
    axis.set(xlim=(-0.1, padded + 7.5), ylim=(len(found) + 1.6, -0.1), aspect="equal")
    title = f"i = {size}, k = {kernel_size}, s = {strides}, p = {_pair_name(padding)}" + f", d = {dilation}" * (
        dilation > 1
    )
    axis.set_title(f"{title}: the kernel has {len(found)} place{'s' * (len(found) > 1)}", fontsize=10, loc="left")
    axis.axis("off")
    return figure


def matrix(values):
    """Draws a matrix as a table, each number in its cell; zeros stay white, equal numbers have equal shades.

    Args:
        values: (rows, columns); beyond 20 columns the numbers are left out.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    rows, columns = values.shape
    figure = Figure(figsize=(7, max(1.2, 7 * rows / columns + 0.6)), layout="constrained")
    axis = figure.subplots()
    rank = np.unique(values[values != 0], return_inverse=True)[1]
    shades = np.full(values.shape, np.nan)
    shades[values != 0] = rank
    axis.imshow(shades, cmap="Blues", vmin=-rank.max() - 1, vmax=1.6 * rank.max() + 1)
    if columns <= 20:
        for (row, column), value in np.ndenumerate(values):
            if value:
                axis.text(column, row, f"{value}", ha="center", va="center", fontsize=9)
        axis.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
        axis.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        axis.grid(which="minor", color="lightgrey", linewidth=0.6)
        axis.set(xticks=range(columns), yticks=range(rows))
        axis.tick_params(which="both", length=0)
    axis.set_xlabel("input pixel, row by row", color=REAL)
    axis.set_ylabel("output pixel", color=BROWN)
    return figure


def cone(layers):
    """Draws the receptive field of one output pixel along one axis: lines through all layers down to the input.

    Args:
        layers: (kernel_size, strides) or (kernel_size, strides, dilation) of each convolution, the first one first.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    layers = [(*layer, 1)[:3] for layer in layers]
    counts = [1]  # pixels needed in each layer, from the output down to the input
    for kernel_size, strides, dilation in reversed(layers):
        counts.append((counts[-1] - 1) * strides + dilation * (kernel_size - 1) + 1)
    counts.reverse()
    figure = Figure(figsize=(8, 0.8 * len(layers) + 0.9), layout="constrained")
    axis = figure.subplots()
    positions = np.arange(counts[0])
    _draw_nodes(axis, positions, 0, REAL, f"input: {counts[0]} pixels")
    for height, (kernel_size, strides, dilation) in enumerate(layers, start=1):
        reads = strides * np.arange(counts[height])[:, None] + dilation * np.arange(kernel_size)
        above = positions[reads].mean(axis=1)
        for x, below in zip(above, positions[reads], strict=True):
            for y in below:
                axis.plot([x, y], [height, height - 1], color="grey", linewidth=0.6, zorder=1)
        name = f"layer {height}: k = {kernel_size}, s = {strides}" + f", d = {dilation}" * (dilation > 1)
        _draw_nodes(axis, above, height, GENERATED if height == len(layers) else "dimgrey", name)
        positions = above
    axis.set(xlim=(-1, 1.42 * counts[0] + 2), ylim=(-0.4, len(layers) + 0.4))
    axis.axis("off")
    return figure


def panels(pictures, titles, limit=None):
    """Draws pictures in a row, each with a title.

    Args:
        pictures: arrays (H, W).
        titles: one for each picture.
        limit: one scale for all pictures, from −limit, orange, over 0, white, to limit, blue. None gives each picture
            a scale of its own, from its least number, black, to its largest, white.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    signed = LinearSegmentedColormap.from_list("signed", [BROWN, GENERATED, "white", REAL, "#003A5C"])
    scale = {"cmap": "gray"} if limit is None else {"cmap": signed, "vmin": -limit, "vmax": limit}
    figure = Figure(figsize=(8, 8 / len(pictures) + 0.5), layout="constrained")
    for axis, picture, title in zip(figure.subplots(1, len(pictures), squeeze=False)[0], pictures, titles, strict=True):
        shown = axis.imshow(picture, **scale)
        axis.set_title(title, fontsize=9)
        axis.set(xticks=[], yticks=[])
    if limit is not None:
        figure.colorbar(shown, ax=figure.axes, shrink=0.8)
    return figure


def _pair(padding):
    return tuple(padding) if np.iterable(padding) else (padding, padding)


def _pair_name(padding):
    before, after = _pair(padding)
    return f"{before}" if before == after else f"{before} before, {after} after"


def _canvas(image_shape, padded_shape, kernel_shape, output_shape, title):
    """An empty frame whose unit is one cell: (0, 0) is the corner of the padded input, y points down."""
    from matplotlib.figure import Figure

    width, height = padded_shape[1] + GAP + max(output_shape[1], 3), max(padded_shape[0], output_shape[0])
    cell = min(0.36, 6.4 / width)  # in inches
    margins = 1.9, 1.0  # of the titles above and the sum below
    figure = Figure(figsize=(cell * (width + 0.6), cell * (height + sum(margins))))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(-0.3, width + 0.3), ylim=(height + margins[1], -margins[0]), aspect="equal")
    axis.axis("off")
    name = "INPUT {}×{}".format(*image_shape)
    if padded_shape != image_shape:
        name += ", padded {}×{}".format(*padded_shape)
    bold = dict(fontsize=9, fontweight="bold")
    axis.text(0, -0.25, name, color=REAL, **bold)
    axis.text(padded_shape[1] + GAP - 1, -0.25, "→", fontsize=12, ha="center")
    axis.text(padded_shape[1] + GAP, -0.25, "OUTPUT {}×{}".format(*output_shape), color=BROWN, **bold)
    axis.text(0, -1.2, "kernel {}×{}, ".format(*kernel_shape) + title, fontsize=9)
    return figure, axis


def _draw_input(axis, padded, before, shape, blank):
    for cell, value in np.ndenumerate(padded):
        inside = _is_inside(cell, before, shape)
        _draw_cell(axis, cell, PALE_BLUE if inside else None, _cell_text(value, blank, inside))


def _is_inside(cell, before, shape):
    return all(0 <= c - before < n for c, n in zip(cell, shape, strict=True))


def _cell_text(value, blank, inside):
    return "" if blank and inside else f"{value}"


def _draw_cell(axis, corner, colour, text=""):
    """A pixel; one without a colour is dotted: padding, or not computed yet."""
    from matplotlib.patches import Rectangle

    # Without antialiasing an animation is half as large.
    line = dict(edgecolor="grey", linewidth=0.8, linestyle="-" if colour else ":", antialiased=False)
    square = axis.add_patch(Rectangle(corner[::-1], 1, 1, facecolor=colour or "white", **line))
    return [square, axis.text(corner[1] + 0.5, corner[0] + 0.5, text, ha="center", va="center", fontsize=8)]


def _outline(axis, corner, spans):
    from matplotlib.patches import Rectangle

    line = dict(edgecolor="black", linewidth=2.2, antialiased=False)
    return axis.add_patch(Rectangle(corner[::-1], spans[1], spans[0], fill=False, **line))


def _painter(figure):
    """Draws what changes over what stays: ten times as fast as the whole figure for every frame.

    Returns:
        A function of artists that gives the pixels, uint8 (H, W, 3); with `keep` they stay for the frames to come.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(80)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)

    def draw(artists, keep=False):
        nonlocal background
        canvas.restore_region(background)
        for artist in artists:
            figure.draw_artist(artist)
        if keep:
            background = canvas.copy_from_bbox(figure.bbox)
        # Sixteen shades a channel: a GIF has 256 colours.
        return np.asarray(canvas.buffer_rgba())[..., :3] // 16 * 17

    return draw


def _draw_nodes(axis, positions, height, colour, name):
    axis.plot(positions, np.full(len(positions), height), "s", color=colour, markersize=7, zorder=2)
    axis.text(positions[-1] + 1, height, name, va="center", fontsize=9)
