"""Convolution and transposed convolution in plain NumPy, written to be read, not to be fast: sizes, values, matrices.

Every function takes one image of shape (H, W), without batch and channels. The letters are those of Dumoulin and Visin
(2016): input size i, kernel size k, stride s, padding p, output padding a, dilation d.
"""

import numbers
from typing import Iterable

import numpy as np

Padding = int | tuple[int, int]  # on each side, or (before, after)


def conv_output_size(size: int, kernel_size: int, strides: int = 1, padding: Padding = 0, dilation: int = 1) -> int:
    """⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1: at how many places the kernel can stand (Dumoulin and Visin, relationship 15).

    Args:
        size: of the input along one axis, in pixels, at least 1.
        kernel_size: number of weights along that axis, at least 1.
        strides: pixels from one place to the next, at least 1.
        padding: zeros on each side; or a pair (before, after).
        dilation: pixels from one weight to the next; 1 leaves no gaps.
    Returns:
        The size of the output.
    Raises:
        ValueError: an argument out of its range, or a kernel larger than the padded input. Keras refuses the same;
            its layers also refuse strides and dilation both above 1, which TensorFlow and this formula allow.
    """
    before, after = _check(size, kernel_size, strides, padding, dilation)
    padded, extent = before + size + after, _extent(kernel_size, dilation)
    if extent > padded:
        raise ValueError(
            f"the kernel spans {extent} (kernel_size {kernel_size}, dilation {dilation}), the padded image only "
            f"{padded} (size {size}, padding {padding}): a kernel must fit into the padded image"
        )
    return (padded - extent) // strides + 1


def conv_transpose_output_size(
    size: int, kernel_size: int, strides: int = 1, padding: Padding = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """(i − 1)s + d(k − 1) + 1 − 2p + a: the size that a convolution reduces to i.

    Dumoulin and Visin, relationship 14. Several sizes lead a convolution to the same i, because it rounds down:
    `output_padding` chooses among them.

    Args:
        size, kernel_size, strides, dilation: as for `conv_output_size`.
        padding: of the convolution that this one reverses: pixels cut off on each side, or a pair (before, after).
        output_padding: pixels added after the end, 0 to strides − 1.
    Returns:
        The size of the output.
    Raises:
        ValueError: an argument out of its range, an output padding not below the stride (the rule of Keras), or a
            padding that cuts off all pixels.
    """
    before, after = _check(size, kernel_size, strides, padding, dilation)
    if not _is_whole(output_padding, 0) or output_padding >= strides:
        raise ValueError(f"output_padding must be 0 or more and below strides = {strides}, not {output_padding!r}")
    full = (size - 1) * strides + _extent(kernel_size, dilation) + output_padding
    if before + after >= full:
        raise ValueError(f"padding {padding} cuts off all {full} pixels: before + after must be less")
    return full - before - after


def same_padding(size: int, kernel_size: int, strides: int = 1, dilation: int = 1) -> tuple[int, int]:
    """The zeros that TensorFlow adds for `padding="same"`, so that the output has ⌈i / s⌉ pixels.

    Where their number is odd, the extra zero comes after.

    Args:
        size, kernel_size, strides, dilation: as for `conv_output_size`.
    Returns:
        (before, after).
    """
    _check(size, kernel_size, strides, 0, dilation)
    output_size = -(-size // strides)  # rounds up
    total = max((output_size - 1) * strides + _extent(kernel_size, dilation) - size, 0)
    return total // 2, total - total // 2


def receptive_field(layers: Iterable[tuple[int, ...]]) -> int:
    """1 + Σ d(k − 1) · (product of all strides before): how many input pixels one output pixel can see.

    Args:
        layers: for each, first to last, (kernel_size, strides) or (kernel_size, strides, dilation).
    Returns:
        The size in pixels along one axis. Near the border, part of it is padding.
    Raises:
        ValueError: a size below 1.
    """
    field = step = 1  # step: input pixels from one pixel of the present layer to the next
    for layer in layers:
        kernel_size, strides, dilation = (*layer, 1)[:3]
        _check(1, kernel_size, strides, 0, dilation)
        field += dilation * (kernel_size - 1) * step
        step *= strides
    return field


def conv2d(
    image: np.ndarray, kernel: np.ndarray, strides: int = 1, padding: Padding = 0, dilation: int = 1
) -> np.ndarray:
    """Slides the kernel over the image and sums the products: what deep learning calls a convolution.

    The kernel is not flipped, so mathematics calls it a cross-correlation (Goodfellow et al., 2016, equation 9.6).

    Args:
        image: (H, W).
        kernel: (k_h, k_w).
        strides, padding, dilation: as for `conv_output_size`; the same along both axes.
    Returns:
        (H', W'), of integers where image and kernel are.
    Raises:
        ValueError: as `conv_output_size`, or arrays that are not two-dimensional.
    """
    image, kernel = _matrices(image, kernel)
    output = np.zeros(_sizes(conv_output_size, image.shape, kernel.shape, strides, padding, dilation), image.dtype)
    padded = np.pad(image, padding)
    for place in np.ndindex(output.shape):
        output[place] = np.sum(padded[_window(place, kernel.shape, strides, dilation)] * kernel)
    return output


def conv2d_matrix(
    image_shape: tuple[int, int], kernel: np.ndarray, strides: int = 1, padding: Padding = 0, dilation: int = 1
) -> np.ndarray:
    """The matrix C of a convolution: C @ image.ravel() is conv2d(image, kernel, …).ravel().

    Args:
        image_shape: (H, W).
        kernel, strides, padding, dilation: as for `conv2d`.
    Returns:
        (H'·W', H·W): a row for each output pixel, a column for each input pixel. Most entries are zero.
    Raises:
        ValueError: as `conv2d`.
    """
    kernel = _matrix("kernel", kernel)
    output_shape = _sizes(conv_output_size, image_shape, kernel.shape, strides, padding, dilation)
    rows = []
    for place in np.ndindex(output_shape):
        padded = np.pad(np.zeros(image_shape, kernel.dtype), padding)
        padded[_window(place, kernel.shape, strides, dilation)] = kernel
        rows.append(_cut(padded, padding).ravel())
    return np.stack(rows)


def conv2d_transpose(
    image: np.ndarray, kernel: np.ndarray, strides: int = 1, padding: Padding = 0, output_padding: int = 0
) -> np.ndarray:
    """Adds each pixel, times the kernel, to the output: as a matrix, the transpose of that of `conv2d`.

    Args:
        image: (H, W).
        kernel: (k_h, k_w).
        strides, padding, output_padding: as for `conv_transpose_output_size`; the same along both axes.
    Returns:
        (H', W'), of integers where image and kernel are.
    Raises:
        ValueError: as `conv_transpose_output_size`, or arrays that are not two-dimensional.
    """
    image, kernel = _matrices(image, kernel)
    settings = (conv_transpose_output_size, image.shape, kernel.shape, strides)
    _sizes(*settings, padding, output_padding)  # raises where the padding cuts off all pixels
    output = np.zeros(_sizes(*settings, 0, output_padding), image.dtype)
    for place in np.ndindex(image.shape):
        output[_window(place, kernel.shape, strides)] += image[place] * kernel
    return _cut(output, padding)


def _window(place, kernel_shape, strides, dilation=1):
    """The pixels that the kernel covers at a place: `conv2d` reads them, its transpose adds to them."""
    return tuple(
        slice(strides * n, strides * n + _extent(kernel_size, dilation), dilation)
        for n, kernel_size in zip(place, kernel_shape, strict=True)
    )


def _extent(kernel_size, dilation=1):
    """Pixels from the first weight of a kernel to its last, both counted."""
    return dilation * (kernel_size - 1) + 1


def _sizes(function, image_shape, kernel_shape, *settings):
    if len(image_shape) != 2:
        raise ValueError(f"image_shape must be (H, W), not {image_shape}")
    return tuple(function(*sizes, *settings) for sizes in zip(image_shape, kernel_shape, strict=True))


def _cut(padded, padding):
    """The inverse of np.pad."""
    before, after = _pair(padding)
    height, width = padded.shape
    return padded[before : height - after, before : width - after]


def _matrix(name, array):
    array = np.asarray(array)
    if array.ndim != 2:
        raise ValueError(f"{name} must be a two-dimensional array, not of shape {array.shape}")
    return array


def _matrices(image, kernel):
    image, kernel = _matrix("image", image), _matrix("kernel", kernel)
    # The type that NumPy sums in: products of small integers would overflow in their own.
    dtype = np.zeros(0, np.result_type(image, kernel)).sum().dtype
    return image.astype(dtype), kernel.astype(dtype)


def _is_whole(value, least):
    return isinstance(value, numbers.Integral) and value >= least


def _pair(padding):
    return tuple(padding) if np.iterable(padding) else (padding, padding)


def _check(size, kernel_size, strides, padding, dilation):
    """Raises ValueError for settings that no convolution has; returns the padding as (before, after)."""
    for name, value in dict(size=size, kernel_size=kernel_size, strides=strides, dilation=dilation).items():
        if not _is_whole(value, 1):
            raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    pair = _pair(padding)
    if len(pair) != 2 or not all(_is_whole(p, 0) for p in pair):
        raise ValueError(
            f"padding must be a whole number of at least 0, or two of them (before, after), not {padding!r}"
        )
    return pair
