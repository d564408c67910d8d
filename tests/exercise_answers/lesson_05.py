"""Answers to exercise 05."""

RIGHT = {
    "q1-leaky": {
        "lists": """
def leaky_relu(x, slope):
    def both(v):
        if isinstance(v, list):
            return [list(part) for part in zip(*map(both, v))]
        return [v, 1] if v > 0 else [slope * v, slope]

    return both(x.tolist())
"""
    },
    "q2-log-sigmoid": {
        "Python's math": """
def log_sigmoid(x):
    import math

    def one(v):
        return -math.log1p(math.exp(-v)) if v >= 0 else v - math.log1p(math.exp(v))

    return np.reshape([one(float(v)) for v in x.ravel()], x.shape)
""",
        "TensorFlow in float32": """
import tensorflow as tf


def log_sigmoid(x):
    return tf.math.log_sigmoid(tf.constant(x, tf.float32))
""",
    },
    "q3-prelu": {
        "in float32, helpers named zero and place": """
def zero(x):
    return np.float32(np.minimum(x, 0))


def place(x, slope):
    return np.float32((x > 0) + (x <= 0) * slope)


def prelu_gradients(x, slope, upstream):
    return [place(x, slope) * np.float32(upstream), np.einsum("nhwc,nhwc->c", zero(x), np.float32(upstream))]
"""
    },
    "q4-softmax": {
        "TensorFlow's gradient": """
import tensorflow as tf


def softmax_gradient(logits, upstream):
    logits = tf.constant(logits, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        s = tf.nn.softmax(logits)
    return tape.gradient(s, logits, tf.constant(upstream, tf.float32))
""",
        "row by row": """
def softmax_gradient(logits, upstream):
    rows = []
    for x, v in zip(logits, upstream):
        s = np.exp(x - max(x))
        s /= sum(s)
        rows.append([a * (b - s @ v) for a, b in zip(s, v)])
    return rows
""",
    },
    "q5-dead": {
        "counted": """
def dead_share(sums):
    channels = sums.shape[-1]
    return sum(max(sums[..., c].ravel()) <= 0 for c in range(channels)) / channels
"""
    },
}

WRONG = {
    "q2-log-sigmoid": {
        "beyond 30 it is cut off": """
def log_sigmoid(x):
    return np.where(x > 30, 0.0, np.minimum(x, 0) - np.log1p(np.exp(-abs(x))))
""",
    },
    "q4-softmax": {
        "a matrix for each row": """
def softmax_gradient(logits, upstream):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    rows = []
    for s, v in zip(e / e.sum(axis=1, keepdims=True), upstream):
        rows.append((np.diag(s) - np.outer(s, s)).T @ v)
    return np.array(rows)
""",
        "all matrices at once": """
def softmax_gradient(logits, upstream):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    j = s[:, :, None] * np.eye(s.shape[1]) - s[:, :, None] * s[:, None]
    return np.einsum("bij,bj->bi", j, upstream)
""",
    },
    "q5-dead": {
        "dead is what is mostly off": """
def dead_share(sums):
    return float(np.mean(np.mean(sums > 0, axis=(0, 1, 2)) < 0.02))
""",
        "the largest is far below": """
def dead_share(sums):
    return float(np.mean(sums.max(axis=(0, 1, 2)) < -1e-9))
""",
    },
}
