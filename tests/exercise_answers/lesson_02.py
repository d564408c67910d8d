"""Answers to exercise 02."""

RIGHT = {
    "q2-back": {
        "a list": """
def way_back(size, kernel_size, strides=1, padding=0):
    places = [start for start in range(0, size + 2 * padding, strides) if start + kernel_size <= size + 2 * padding]
    if not places:
        raise ValueError("no place")
    return [len(places), size + 2 * padding - places[-1] - kernel_size]
"""
    },
    "q3-stamps": {
        "pixel by pixel, in float32": """
def conv2d_transpose(image, kernel, strides=1, padding=0):
    (height, width), (m, n) = image.shape, kernel.shape
    out = np.zeros(((height - 1) * strides + m, (width - 1) * strides + n), np.float32)
    for r, c, a, b in np.ndindex(height, width, m, n):
        out[r * strides + a, c * strides + b] += image[r, c] * kernel[a, b]
    return out[padding : len(out) - padding, padding : out.shape[1] - padding]
"""
    },
    "q4-transpose": {
        "random vectors": """
def is_transpose(forward, backward, n, m):
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=n), rng.normal(size=m)) for _ in range(50)]
    return all(np.isclose(np.dot(forward(x), y), np.dot(x, backward(y)), rtol=1e-6, atol=1e-9) for x, y in pairs)
""",
        "a bool of NumPy, helpers named matrix and wrong": """
def matrix(function, size):
    return np.stack([function(row) for row in np.identity(size)])


def wrong(a, b):
    return np.abs(a - b).max() > 1e-9 * max(1.0, np.abs(a).max())


def is_transpose(forward, backward, n, m):
    return np.bool_(not wrong(matrix(forward, n), matrix(backward, m).T))
""",
    },
    "q5-even": {
        "a transposed convolution of ones": """
def stays_even(kernel, strides):
    k = len(kernel)
    size = 2 * k + 3
    out = np.zeros(((size - 1) * strides + k,) * 2)
    for r in range(size):
        for c in range(size):
            out[r * strides : r * strides + k, c * strides : c * strides + k] += kernel
    inner = out[k : -k, k : -k]
    return np.allclose(inner, inner[0, 0])
"""
    },
}

WRONG = {
    "q1-size": {
        "the library's": "from dcgan_tf.arithmetic import conv_transpose_output_size as transposed_size",
    },
    "q3-stamps": {"the library's": "from dcgan_tf.arithmetic import conv2d_transpose"},
    "q4-transpose": {
        "one pair of vectors": """
def is_transpose(forward, backward, n, m):
    x, y = np.ones(n), np.ones(m)
    return bool(np.isclose(np.dot(forward(x), y), np.dot(x, backward(y))))
""",
        "differences below one are none": """
def is_transpose(forward, backward, n, m):
    a, b = np.array([forward(x) for x in np.eye(n)]).T, np.array([backward(y) for y in np.eye(m)]).T
    return bool(np.abs(a.T - b).max() < 0.6)
""",
    },
    "q5-even": {
        "differences below a tenth are none": """
def stays_even(kernel, strides):
    sums = [kernel[a::strides, b::strides].sum() for a in range(strides) for b in range(strides)]
    return bool(max(sums) - min(sums) < 0.1)
""",
    },
    "q6-bugs": {"the library's": "from dcgan_tf.arithmetic import conv2d_transpose as gather"},
}
