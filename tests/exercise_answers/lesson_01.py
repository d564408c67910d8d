"""Answers to exercise 01."""

RIGHT = {
    "q1-size": {
        "positions are counted": """
def conv_output_size(size, kernel_size, strides=1, padding=0, dilation=1):
    padded, count, start = size + 2 * padding, 0, 0
    while start + dilation * (kernel_size - 1) < padded:
        count, start = count + 1, start + strides
    if not count:
        raise ValueError
    return count
""",
        "an integer of NumPy": """
def conv_output_size(size, kernel_size, strides=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(room)
    return np.floor(room / strides).astype(np.int32) + 1
""",
    },
    "q2-same": {
        "an array of two": """
def same_padding(size, kernel_size, strides=1, dilation=1):
    outputs = int(np.ceil(size / strides))
    total = max(0, (outputs - 1) * strides + dilation * (kernel_size - 1) + 1 - size)
    return np.array([total // 2, (total + 1) // 2])
"""
    },
    "q3-conv2d": {
        "helpers named image, windows and cases, a list of lists": """
def windows(size, kernel, strides):
    return range(0, size - kernel + 1, strides)


def cases(padded, kernel, r, c):
    return sum(kernel[m][n] * padded[r + m][c + n] for m in range(len(kernel)) for n in range(len(kernel[0])))


def conv2d(x, kernel, strides=1, padding=0):
    width = len(x[0]) + 2 * padding
    rows = [[0.0] * padding + list(map(float, row)) + [0.0] * padding for row in x]
    padded = [[0.0] * width] * padding + rows + [[0.0] * width] * padding
    return [[cases(padded, kernel, r, c) for c in windows(width, len(kernel[0]), strides)]
            for r in windows(len(padded), len(kernel), strides)]
""",
        "TensorFlow in float32": """
import tensorflow as tf


def conv2d(image, kernel, strides=1, padding=0):
    padded = tf.constant(np.pad(image, padding)[None, :, :, None], tf.float32)
    return tf.nn.conv2d(padded, tf.constant(kernel[:, :, None, None], tf.float32), strides, "VALID")[0, :, :, 0]
""",
    },
    "q6-bugs": {
        "float32 with NaN as padding": """
def max_pool(image, pool_size, strides):
    def ends(size, place):
        outputs = -(-size // strides)
        before = max((outputs - 1) * strides + pool_size - size, 0) // 2
        return max(place * strides - before, 0), min(place * strides - before + pool_size, size)

    height, width = (-(-size // strides) for size in image.shape)
    pooled = np.full((height, width), np.nan, np.float32)
    for r in range(height):
        for c in range(width):
            pooled[r, c] = np.max(image[slice(*ends(image.shape[0], r)), slice(*ends(image.shape[1], c))])
    return pooled
"""
    },
}

WRONG = {
    "q1-size": {
        "the library's, under another name": """
from importlib import import_module

conv_output_size = getattr(import_module("dcgan" + "_tf.arithmetic"), "conv_output_size")
""",
        "the library's, called inside": """
def conv_output_size(size, kernel_size, strides=1, padding=0, dilation=1):
    import dcgan_tf as library
    from dcgan_tf import arithmetic

    return arithmetic.conv_output_size(size, kernel_size, strides, padding, dilation)
""",
        "a whole number, as a float": """
def conv_output_size(size, kernel_size, strides=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError
    return room / strides - room % strides / strides + 1
""",
    },
    "q3-conv2d": {
        "the library's": "from dcgan_tf.arithmetic import conv2d",
        "right for square images": """
def conv2d(image, kernel, strides=1, padding=0):
    padded = np.pad(image, padding)
    places = range(0, len(padded) - len(kernel) + 1, strides)
    return np.array([[(padded[r : r + len(kernel), c : c + kernel.shape[1]] * kernel).sum() for c in places]
                     for r in places])
""",
        "changes the image": """
def conv2d(image, kernel, strides=1, padding=0):
    image *= 1.0 + 1e-12
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)[::strides, ::strides]
    return np.tensordot(windows, kernel)
""",
    },
    "q4-matrix": {"the library's": "from dcgan_tf.arithmetic import conv2d_matrix"},
}
