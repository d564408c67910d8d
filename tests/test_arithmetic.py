from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import convolve2d, correlate2d

from dcgan_tf.arithmetic import (
    conv2d,
    conv2d_matrix,
    conv2d_transpose,
    conv_output_size,
    conv_transpose_output_size,
    receptive_field,
    same_padding,
)

SIZES, KERNELS, STRIDES, DILATIONS = range(1, 13), range(1, 8), range(1, 5), range(1, 4)
GRID = list(product(SIZES, KERNELS, STRIDES, DILATIONS))
random = np.random.default_rng(0)


def integers(*shape):
    """Small whole numbers: sums of their products are exact in float32, so that equal means equal."""
    return random.integers(-9, 10, shape)


def padding_of(name, size, kernel_size, strides, dilation):
    return same_padding(size, kernel_size, strides, dilation) if name == "same" else 0


# sizes


def keras_size(size, kernel_size, strides, dilation, padding):
    image, kernel = keras.KerasTensor((1, size, size, 1)), keras.KerasTensor((kernel_size, kernel_size, 1, 1))
    found = keras.ops.conv(image, kernel, strides, padding, dilation_rate=dilation).shape[1]
    if found == 0:
        raise ValueError("Keras 3.13 still gave an image of no pixels")
    return found


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_conv_output_size_is_that_of_keras_over_the_whole_grid(padding):
    refused = 0
    for size, kernel_size, strides, dilation in GRID:
        case = size, kernel_size, strides, dilation
        try:
            expected = keras_size(*case, padding)
        except ValueError:
            with pytest.raises(ValueError, match="must fit into the padded image"):
                conv_output_size(size, kernel_size, strides, dilation=dilation)
            refused += 1
            continue
        zeros = padding_of(padding, *case)
        assert conv_output_size(size, kernel_size, strides, zeros, dilation) == expected, case
    assert len(GRID) == 1008
    assert refused == (468 if padding == "valid" else 0)


def test_a_layer_of_keras_refuses_and_allows_the_same():
    for size, kernel_size, strides, dilation in product(SIZES, KERNELS, STRIDES, DILATIONS):
        if strides > 1 and dilation > 1:
            continue  # a rule of Keras's layers alone
        layer = keras.layers.Conv2D(1, kernel_size, strides, dilation_rate=dilation)
        try:
            expected = layer.compute_output_shape((1, size, size, 1))[1] or None  # Keras 3.13 still gave 0
        except ValueError:
            expected = None
        try:
            computed = conv_output_size(size, kernel_size, strides, dilation=dilation)
        except ValueError:
            computed = None
        assert computed == expected


sides = st.integers(0, 6)
settings_of_a_convolution = st.tuples(st.integers(1, 6), st.tuples(sides, sides), st.integers(1, 4))


@given(st.integers(1, 60), st.integers(1, 12), settings_of_a_convolution)
def test_conv_output_size_counts_the_places_of_the_kernel(size, kernel_size, rest):
    strides, (before, after), dilation = rest
    last = dilation * (kernel_size - 1)
    places = sum(first % strides == 0 and first + last < size + before + after for first in range(200))
    assume(places > 0)
    assert conv_output_size(size, kernel_size, strides, (before, after), dilation) == places


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 6))
def test_a_number_pads_both_sides(size, kernel_size, padding):
    assume(kernel_size <= size + 2 * padding)
    assert conv_output_size(size, kernel_size, 1, padding) == size + 2 * padding - kernel_size + 1


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 6), st.integers(1, 4))
def test_same_padding_is_the_least_that_gives_the_ceiling(size, kernel_size, strides, dilation):
    before, after = same_padding(size, kernel_size, strides, dilation)
    wanted = -(-size // strides)
    assert after - before in (0, 1)
    assert conv_output_size(size, kernel_size, strides, (before, after), dilation) == wanted
    if after:
        try:
            less = conv_output_size(size, kernel_size, strides, (before, after - 1), dilation)
        except ValueError:
            less = 0
        assert less < wanted


@pytest.mark.parametrize(
    ("case", "zeros"), [((5, 3), (1, 1)), ((5, 5), (2, 2)), ((5, 2), (0, 1)), ((6, 3, 2), (0, 1)), ((28, 5, 2), (1, 2))]
)
def test_same_padding_puts_the_odd_zero_after(case, zeros):
    assert same_padding(*case) == zeros


@given(st.integers(1, 60), st.integers(1, 12), settings_of_a_convolution)
def test_the_transposed_size_leads_back(size, kernel_size, rest):
    strides, padding, dilation = rest
    try:
        output = conv_output_size(size, kernel_size, strides, padding, dilation)
    except ValueError:
        assume(False)
    lost = (size + sum(padding) - dilation * (kernel_size - 1) - 1) % strides
    assert conv_transpose_output_size(output, kernel_size, strides, padding, lost, dilation) == size


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_conv_transpose_output_size_is_that_of_keras(padding):
    # With an output padding, Keras's "same" cuts k // 2 from both sides.
    for size, kernel_size, strides in product(range(1, 7), KERNELS, STRIDES):
        for output_padding in range(strides):
            layer = keras.layers.Conv2DTranspose(1, kernel_size, strides, padding, output_padding=output_padding)
            expected = layer.compute_output_shape((1, size, size, 1))[1]
            settings = size, kernel_size, strides, kernel_size // 2 if padding == "same" else 0, output_padding
            if expected > 0:
                assert conv_transpose_output_size(*settings) == expected
            else:  # an image of no pixels, which Keras allows here and the convolution refuses
                with pytest.raises(ValueError, match="cuts off all"):
                    conv_transpose_output_size(*settings)


def test_conv_transpose_output_size_with_dilation_is_that_of_keras():
    for size, kernel_size, dilation in product(range(1, 7), KERNELS, DILATIONS):
        layer = keras.layers.Conv2DTranspose(1, kernel_size, dilation_rate=dilation)
        expected = layer.compute_output_shape((1, size, size, 1))[1]
        assert conv_transpose_output_size(size, kernel_size, dilation=dilation) == expected


# conv2d


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.slow
def test_conv2d_is_that_of_tensorflow_over_the_whole_grid(padding):
    compared = 0
    for size, kernel_size, strides, dilation in GRID:
        if padding == "valid" and dilation * (kernel_size - 1) >= size:
            continue  # refused, see above; tf.nn.conv2d itself forgets to check
        image, kernel = integers(size, size), integers(kernel_size, kernel_size)
        batch, weights = np.float32(image)[None, ..., None], np.float32(kernel)[..., None, None]
        expected = tf.nn.conv2d(batch, weights, strides, padding.upper(), dilations=dilation)[0, ..., 0]
        zeros = padding_of(padding, size, kernel_size, strides, dilation)
        np.testing.assert_array_equal(conv2d(image, kernel, strides, zeros, dilation), expected)
        compared += 1
    assert compared == (540 if padding == "valid" else 1008)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("case", [(12, 3, 1, 1), (11, 4, 3, 1), (12, 3, 1, 2), (7, 7, 1, 1), (5, 2, 4, 1)])
def test_conv2d_is_a_layer_of_keras(padding, case):
    size, kernel_size, strides, dilation = case
    image, kernel = integers(size, size), integers(kernel_size, kernel_size)
    layer = keras.layers.Conv2D(1, kernel_size, strides, padding, dilation_rate=dilation, use_bias=False)
    layer.build((1, size, size, 1))
    layer.set_weights([kernel[..., None, None]])
    expected = keras.ops.convert_to_numpy(layer(np.float32(image)[None, ..., None]))[0, ..., 0]
    np.testing.assert_array_equal(conv2d(image, kernel, strides, padding_of(padding, *case), dilation), expected)


def whole(smallest=1, largest=9):
    shape = st.tuples(st.integers(smallest, largest), st.integers(smallest, largest))
    return shape.flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(-99, 99)))


@given(whole(), whole(largest=4))
def test_conv2d_of_any_shape_is_scipys(image, kernel):
    if all(k <= i for k, i in zip(kernel.shape, image.shape, strict=True)):
        np.testing.assert_array_equal(conv2d(image, kernel), correlate2d(image, kernel, "valid"))
    if kernel.shape[0] == kernel.shape[1]:  # one padding serves both axes
        np.testing.assert_array_equal(conv2d(image, kernel, padding=len(kernel) - 1), correlate2d(image, kernel))


@given(whole(4), whole(largest=4))
def test_a_convolution_is_a_correlation_with_the_flipped_kernel(image, kernel):
    np.testing.assert_array_equal(conv2d(image, kernel[::-1, ::-1]), convolve2d(image, kernel, "valid"))


@given(whole(), whole(largest=4), settings_of_a_convolution)
def test_the_matrix_is_the_convolution(image, kernel, rest):
    try:
        output = conv2d(image, kernel, *rest)
    except ValueError:
        assume(False)
    matrix = conv2d_matrix(image.shape, kernel, *rest)
    assert matrix.shape == (output.size, image.size)
    np.testing.assert_array_equal(matrix @ image.ravel(), output.ravel())


def test_the_matrix_of_the_paper():
    # Dumoulin and Visin, section 4.1: a 3×3 kernel on a 4×4 image.
    w = np.arange(1, 10)
    first = [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0]
    expected = [np.roll(first, shift) for shift in (0, 1, 4, 5)]
    np.testing.assert_array_equal(conv2d_matrix((4, 4), w.reshape(3, 3)), expected)


# conv2d_transpose


@given(whole(), whole(largest=4), st.integers(1, 4), st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_scattering_is_the_transposed_matrix(image, kernel, strides, padding):
    try:
        output = conv2d(image, kernel, strides, padding)
    except ValueError:
        assume(False)
    lost = {(i + sum(padding) - k) % strides for i, k in zip(image.shape, kernel.shape, strict=True)}
    assume(len(lost) == 1)  # one output padding serves both axes
    back = conv2d_transpose(output, kernel, strides, padding, lost.pop())
    assert back.shape == image.shape
    matrix = conv2d_matrix(image.shape, kernel, strides, padding)
    np.testing.assert_array_equal(back.ravel(), matrix.T @ output.ravel())


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.slow
def test_scattering_is_the_layer_of_keras(padding):
    for size, kernel_size, strides in product(range(1, 6), KERNELS, STRIDES):
        image, kernel = integers(size, size), integers(kernel_size, kernel_size)
        layer = keras.layers.Conv2DTranspose(1, kernel_size, strides, padding, use_bias=False)
        layer.build((1, size, size, 1))
        layer.set_weights([kernel[..., None, None]])
        expected = keras.ops.convert_to_numpy(layer(np.float32(image)[None, ..., None]))[0, ..., 0]
        cut = same_padding(size * strides, kernel_size, strides) if padding == "same" else 0
        computed = conv2d_transpose(image, kernel, strides, cut, max(strides - kernel_size, 0))
        np.testing.assert_array_equal(computed, expected)


@pytest.mark.parametrize("size", range(3, 9))
def test_scattering_is_the_gradient_of_the_convolution(size):
    for kernel_size, strides, padding in product(range(1, 6), STRIDES, range(3)):
        if kernel_size > size + 2 * padding:
            continue
        image, kernel = integers(size, size), integers(kernel_size, kernel_size)
        pixels = tf.constant(image[None, ..., None], tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            zeros = [[0, 0], [padding] * 2, [padding] * 2, [0, 0]]
            output = tf.nn.conv2d(pixels, np.float32(kernel)[..., None, None], strides, zeros)
        upstream = integers(*output.shape[1:3])
        gradient = tape.gradient(output, pixels, np.float32(upstream)[None, ..., None])[0, ..., 0]
        lost = (size + 2 * padding - kernel_size) % strides
        np.testing.assert_array_equal(conv2d_transpose(upstream, kernel, strides, padding, lost), gradient)


# types


@pytest.mark.parametrize(("dtype", "result"), [("float16",) * 2, ("float32",) * 2, ("float64",) * 2, ("int64",) * 2])
@pytest.mark.parametrize("function", [conv2d, conv2d_transpose])
def test_the_type_stays(function, dtype, result):
    assert function(np.ones((4, 4), dtype), np.ones((2, 2), dtype)).dtype == result


@pytest.mark.parametrize("function", [conv2d, conv2d_transpose])
@pytest.mark.parametrize("dtypes", [("uint8", "uint8"), ("uint8", "int8"), ("int16", "uint8")])
def test_small_integers_do_not_overflow(function, dtypes):
    image, kernel = (np.full((3, 3), np.iinfo(dtype).max, dtype) for dtype in dtypes)
    largest = 9 * int(image[0, 0]) * int(kernel[0, 0])
    assert function(image, kernel).max() == largest


def test_lists_are_arrays_too():
    np.testing.assert_array_equal(conv2d([[1, 2, 3]], [[1, 10]]), [[21, 32]])
    np.testing.assert_array_equal(conv2d_transpose([[1, 2]], [[1, 10]]), [[1, 12, 20]])


def test_nothing_is_written_into_the_arguments():
    image, kernel = integers(4, 4), integers(3, 3)
    before = image.copy(), kernel.copy()
    conv2d(image, kernel, padding=1)[:] = 0
    conv2d_transpose(image, kernel)[:] = 0
    conv2d(image, [[1]])[:] = 0
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(kernel, before[1])


# receptive field

layers = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 4), st.integers(1, 3)), max_size=5)


@given(layers)
def test_receptive_field_is_what_one_pixel_grows_to_on_the_way_back(layers):
    size = 1
    for kernel_size, strides, dilation in reversed(layers):
        size = conv_transpose_output_size(size, kernel_size, strides, dilation=dilation)
    assert receptive_field(layers) == size


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3))
def test_receptive_field_is_where_the_output_depends_on_the_input(layers):
    size = receptive_field(layers)
    pixels = np.zeros((1, size + 8))
    reached = []
    for column in range(size + 8):
        pixels[:] = np.arange(size + 8) == column
        output = pixels
        for kernel_size, strides in layers:
            output = conv2d(output, np.ones((1, kernel_size)), strides)
        reached.append(output[0, 0] > 0)
    # Where a stride exceeds its kernel there are gaps: the field is from the first to the last.
    assert np.flatnonzero(reached)[[0, -1]].tolist() == [0, size - 1]


def test_dilation_of_a_layer_may_be_left_out():
    assert receptive_field([(3, 2), (3, 1, 1)]) == receptive_field([(3, 2, 1), (3, 1)]) == 7


# errors

NONSENSE = [0, -1, 2.0, 1.5, "3", None]


@pytest.mark.parametrize("function", [conv_output_size, conv_transpose_output_size, same_padding])
@pytest.mark.parametrize("name", ["size", "kernel_size", "strides", "dilation"])
@pytest.mark.parametrize("value", NONSENSE)
def test_sizes_must_be_whole_and_positive(function, name, value):
    with pytest.raises(ValueError, match=f"^{name} must be a whole number of at least 1, not {value!r}$"):
        function(**{"size": 5, "kernel_size": 3, name: value})


@pytest.mark.parametrize("function", [conv_output_size, conv_transpose_output_size])
@pytest.mark.parametrize("padding", [-1, 0.5, "same", None, (1,), (1, 1, 1), (0, -1), ((1, 1), (1, 1))])
def test_padding_must_be_whole_and_not_negative(function, padding):
    with pytest.raises(ValueError, match="padding must be a whole number of at least 0, or two of them"):
        function(5, 3, 1, padding)


@pytest.mark.parametrize("output_padding", [-1, 2, 3, 0.5, None])
def test_output_padding_must_be_below_the_stride(output_padding):
    with pytest.raises(ValueError, match=f"0 or more and below strides = 2, not {output_padding!r}"):
        conv_transpose_output_size(5, 3, 2, output_padding=output_padding)
    with pytest.raises(ValueError, match=f"0 or more and below strides = 2, not {output_padding!r}"):
        conv2d_transpose(np.ones((5, 5)), np.ones((3, 3)), 2, output_padding=output_padding)


@pytest.mark.skipif(keras.__version__ < "3.15", reason="this Keras only finds out when it runs, or never")
@pytest.mark.parametrize("output_padding", [-1, 2, 3])
def test_keras_refuses_the_same_output_padding(output_padding):
    with pytest.raises(ValueError, match="output_padding"):
        keras.layers.Conv2DTranspose(1, 3, 2, output_padding=output_padding)
    with pytest.raises(ValueError, match="output_padding"):
        conv_transpose_output_size(5, 3, 2, output_padding=output_padding)


def test_a_kernel_must_fit():
    with pytest.raises(ValueError, match=r"spans 7 \(kernel_size 4, dilation 2\).*only 6 \(size 4, padding 1\)"):
        conv_output_size(4, 4, padding=1, dilation=2)
    for call in (conv2d, lambda image, kernel: conv2d_matrix(image.shape, kernel)):
        with pytest.raises(ValueError, match=r"spans 4 .*only 3"):
            call(np.ones((3, 9)), np.ones((4, 4)))


def test_something_must_be_left():
    with pytest.raises(ValueError, match="cuts off all 4 pixels"):
        conv_transpose_output_size(2, 3, padding=2)
    with pytest.raises(ValueError, match="cuts off all 4 pixels"):
        conv2d_transpose(np.ones((2, 2)), np.ones((3, 3)), padding=(1, 3))


@pytest.mark.parametrize("function", [conv2d, conv2d_transpose])
@pytest.mark.parametrize("shape", [(), (5,), (1, 5, 5), (1, 5, 5, 1)])
def test_images_and_kernels_have_two_axes(function, shape):
    with pytest.raises(ValueError, match="image must be a two-dimensional array"):
        function(np.ones(shape), np.ones((3, 3)))
    with pytest.raises(ValueError, match="kernel must be a two-dimensional array"):
        function(np.ones((5, 5)), np.ones(shape))


@pytest.mark.parametrize("shape", [(5,), (1, 5, 5), (1, 5, 5, 1)])
def test_the_matrix_is_for_an_image_of_two_axes(shape):
    with pytest.raises(ValueError, match=r"image_shape must be \(H, W\)"):
        conv2d_matrix(shape, np.ones((3, 3)))


@pytest.mark.parametrize("function", [conv2d, conv2d_transpose])
def test_nothing_cannot_be_convolved(function):
    with pytest.raises(ValueError, match=r"^size must be .* not 0"):
        function(np.ones((0, 5)), np.ones((3, 3)))
    with pytest.raises(ValueError, match=r"^kernel_size must be .* not 0"):
        function(np.ones((5, 5)), np.ones((3, 0)))


def test_receptive_field_refuses_what_no_layer_has():
    with pytest.raises(ValueError, match=r"strides must be .* not 0"):
        receptive_field([(3, 1), (3, 0)])
