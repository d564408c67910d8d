"""Drawings of lesson 2, upsampling: where stamps overlap, the same images treated in several ways."""

import numpy as np


def overlap(size, kernel_size, strides):
    """Counts the stamps that cover each output pixel of a transposed convolution without padding, along one axis.

    Args:
        size: of the input.
        kernel_size, strides: of the transposed convolution.
    Returns:
        Integers, ((size − 1) · strides + kernel_size,). In two dimensions the counts multiply: `np.outer(n, n)`.
    """
    counts = np.zeros((size - 1) * strides + kernel_size, int)
    for start in range(0, size * strides, strides):
        counts[start : start + kernel_size] += 1
    return counts


def overlap_maps(pairs, shown=8):
    """Draws how many stamps cover each output pixel far from the border: a uniform count, or a checkerboard.

    Args:
        pairs: (kernel_size, strides) for each panel.
        shown: pixels of a panel's side.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.1 * len(pairs), 2.5), layout="constrained")
    for axis, (kernel_size, strides) in zip(figure.subplots(1, len(pairs), squeeze=False).ravel(), pairs, strict=True):
        # From the kernel's size on, as many stamps lie to the left as ever will.
        start = -(-kernel_size // strides) * strides
        counts = overlap(kernel_size + shown, kernel_size, strides)[start : start + shown]
        both = np.outer(counts, counts)
        axis.imshow(both, cmap="cividis_r", vmin=0, vmax=1.25 * max(both.max(), 1))
        for (row, column), n in np.ndenumerate(both):
            axis.text(
                column, row, n, ha="center", va="center", fontsize=7, color="white" if n > 0.7 * both.max() else "black"
            )
        axis.set_title(f"kernel {kernel_size}, stride {strides}", fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
    return figure


def pictures(rows, names, titles=(), side=1.0):
    """Draws grey pictures in rows with a name before each row: the same images, treated differently.

    Args:
        rows: for each row a list of images (H, W) or (H, W, 1), 0 black to 1 white; other numbers are clipped.
        names: of the rows, one for each.
        titles: over the columns of the first row; may be empty.
        side: of a picture in inches.
    Returns:
        A `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    columns = max(map(len, rows))
    figure = Figure(figsize=(side * columns + 1.2, side * len(rows) + (0.3 if titles else 0)))
    figure.subplots_adjust(1.2 / (side * columns + 1.2), 0.01, 0.99, 0.9 if titles else 0.99, 0.04, 0.04)
    axes = figure.subplots(len(rows), columns, squeeze=False)
    for line, row, name in zip(axes, rows, names, strict=True):
        for axis in line:
            axis.axis("off")
        for axis, image in zip(line, row, strict=False):
            axis.imshow(np.squeeze(image), cmap="grey", vmin=0, vmax=1, interpolation="nearest")
        line[0].text(-0.08, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=9)
    for axis, title in zip(axes[0], titles, strict=False):
        axis.set_title(title, fontsize=9)
    return figure
