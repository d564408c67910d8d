"""Answers to exercise 04."""

RIGHT = {
    "q1-forward": {
        "a list comprehension": """
def dropout(h, uniform, rate, training=True):
    if rate < 0 or rate >= 1:
        raise ValueError
    if not training:
        return h.tolist()
    flat = [a / (1 - rate) if u >= rate else 0 for a, u in zip(h.ravel().tolist(), uniform.ravel().tolist())]
    return np.reshape(flat, h.shape).tolist()
"""
    },
    "q2-backward": {
        "where, in float32": """
def dropout_backward(gradient, mask, rate, training=True):
    return np.float32(np.where(mask, gradient / (1 - rate), 0)) if training else np.float32(gradient)
"""
    },
    "q3-test": {
        "TensorFlow in float32, helpers named hidden and one": """
import tensorflow as tf


def one(v):
    return tf.constant(v, tf.float32)


def hidden(x, w, b, rate):
    return tf.matmul(one(x) * (1 - rate), one(w)) + one(b)


def classic_test(x, w1, b1, w2, b2, input_rate, hidden_rate):
    return hidden(tf.nn.relu(hidden(x, w1, b1, input_rate)), w2, b2, hidden_rate)
"""
    },
    "q4-expected": {
        "sample by sample": """
def expected_loss(x, y, w, rate):
    total = 0.0
    for row, target in zip(x, y):
        total += (target - sum(a * b for a, b in zip(row, w))) ** 2
        total += rate / (1 - rate) * sum((a * b) ** 2 for a, b in zip(row, w))
    return float(total)
"""
    },
    "q5-ensemble": {
        "recursion, helpers named outputs and chances": """
def outputs(logit, terms, chances):
    if not len(terms):
        return 1 / (1 + np.exp(-logit))
    return chances * outputs(logit, terms[1:], chances) + (1 - chances) * outputs(logit + terms[0], terms[1:], chances)


def mean_of_thinned(x, w1, w2, rate):
    return outputs(0.0, np.maximum(x @ w1, 0) * w2 / (1 - rate), rate)
"""
    },
    "q6-bugs": {
        "the factor is kept": """
class Dropout:
    def __init__(self, rate, seed):
        self.rate, self.rng = rate, np.random.default_rng(seed)

    def forward(self, h, training=True):
        self.factor = (self.rng.random(h.shape) >= self.rate) / (1 - self.rate) if training else 1.0
        return h * self.factor

    def backward(self, gradient):
        return gradient * self.factor
"""
    },
}

WRONG = {
    "q4-expected": {
        "all masks": """
def expected_loss(x, y, w, rate):
    import itertools

    total = 0.0
    for mask in itertools.product([0, 1], repeat=len(w)):
        chance = np.prod([1 - rate if kept else rate for kept in mask])
        total += chance * np.sum((y - x @ (np.array(mask) * w) / (1 - rate)) ** 2)
    return total
""",
        "drawn masks": """
def expected_loss(x, y, w, rate):
    rng = np.random.default_rng(0)
    masks = rng.random((4000, *x.shape)) >= rate
    return float(np.mean(np.sum((y - (masks * x / (1 - rate)) @ w) ** 2, axis=1)))
""",
    },
    "q5-ensemble": {
        "at most six units": """
def mean_of_thinned(x, w1, w2, rate):
    import itertools

    h, mean = np.maximum(x @ w1, 0), 0.0
    for mask in itertools.product([0, 1], repeat=min(len(w2), 6)):
        mask = np.pad(mask, (0, len(w2) - len(mask)), constant_values=1)
        kept = sum(mask)
        mean += (1 - rate) ** kept * rate ** (len(w2) - kept) / (1 + np.exp(-(mask * h / (1 - rate)) @ w2))
    return mean
""",
    },
    "q6-bugs": {
        name: f"""
class Dropout:
    def __init__(self, rate, seed):
        self.rate, self.rng, self.mask = rate, np.random.default_rng(seed), None

    def forward(self, h, training=True):
        self.mask = (self.rng.random(h.shape) >= self.rate) / (1 - self.rate) if training else np.ones(h.shape)
        self.h = h
        return {forward}

    def backward(self, gradient):
        return {backward}
"""
        for name, (forward, backward) in {
            "the sum is shared out": ("np.mean(h) * self.mask", "gradient * self.mask"),
            "backward takes the size of h": ("h * self.mask", "np.sign(gradient) * abs(self.h) * self.mask"),
        }.items()
    },
}
