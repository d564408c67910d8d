"""Answers to exercise 00."""

RIGHT = {
    "q1-best": {
        "a loop over all places, in float32, as lists": """
def best_discriminator(p, q):
    def score(a, b):
        return 0.5 if a + b == 0 else float(np.float32(a) / np.float32(a + b))

    def go(a, b):
        return [go(x, y) for x, y in zip(a, b)] if np.ndim(a) else score(a, b)

    return go(p, q)
""",
        "a division that is told where": """
def best_discriminator(p, q):
    best = np.full(np.shape(p), 0.5)
    np.divide(p, p + q, out=best, where=p + q > 0)
    return best
""",
    },
    "q2-value": {
        "helpers named log and mean": """
def log(a):
    return min(a, 0.0) - np.log1p(np.exp(-abs(a)))


def mean(numbers):
    return sum(numbers) / len(numbers)


def value(real_logits, fake_logits):
    return mean([log(a) for a in real_logits]) + mean([log(-a) for a in fake_logits])
""",
        "TensorFlow in float32": """
import tensorflow as tf


def value(real_logits, fake_logits):
    real, fake = tf.constant(real_logits, tf.float32), tf.constant(fake_logits, tf.float32)
    return tf.reduce_mean(tf.math.log_sigmoid(real)) + tf.reduce_mean(tf.math.log_sigmoid(-fake))
""",
    },
    "q3-jsd": {
        "helpers named log, pair and total": """
def pair(a, b):
    return 0.0 if a == 0 else a * np.log(2 * a / (a + b)) / 2


def total(numbers):
    return float(sum(numbers))


log = np.log


def jsd(p, q):
    assert log is np.log and callable(pair)
    return total([pair(a, b) + pair(b, a) for a, b in zip(p, q)])
""",
        "SciPy": """
def jsd(p, q):
    from scipy.special import rel_entr

    m = (p + q) / 2
    return 0.5 * rel_entr(p, m).sum() + 0.5 * rel_entr(q, m).sum()
""",
    },
    "q4-pull": {
        "two lists": """
def generator_gradients(logits):
    import math

    n = len(logits)
    weak = [-(1 / (1 + math.exp(-a)) if a > 0 else math.exp(a) / (1 + math.exp(a))) / n for a in logits]
    strong = [-(1 / (1 + math.exp(a)) if a < 0 else math.exp(-a) / (1 + math.exp(-a))) / n for a in logits]
    return [weak, strong]
"""
    },
}

WRONG = {
    "q1-best": {
        "what is small counts as nothing": """
def best_discriminator(p, q):
    return np.where(p + q > 1e-12, p / np.maximum(p + q, 1e-12), 0.5)
""",
        "half wherever both are there": """
def best_discriminator(p, q):
    return np.where((p > 0) & (q > 0), 0.5, (p > 0) * 1.0 + 0.5 * (p + q == 0))
""",
    },
    "q2-value": {
        "right for one of each": """
def value(real_logits, fake_logits):
    return -np.logaddexp(0.0, -real_logits[0]) - np.logaddexp(0.0, fake_logits[0])
""",
        "logits beyond 30 are cut off": """
def value(real_logits, fake_logits):
    real, fake = np.clip(real_logits, -30, 30), np.clip(fake_logits, -30, 30)
    return np.mean(np.log(1 / (1 + np.exp(-real)))) + np.mean(np.log(1 / (1 + np.exp(fake))))
""",
    },
    "q3-jsd": {
        "a small number keeps the logarithm alive": """
def jsd(p, q):
    p, q = p + 1e-7, q + 1e-7
    m = (p + q) / 2
    return 0.5 * np.sum(p * np.log(p / m)) + 0.5 * np.sum(q * np.log(q / m))
""",
    },
    "q6-round": {
        "the same latents for both": """
def play_round(theta, w, b, real, z, fresh_z, rate):
    real_score, fake_score = sigmoid(w * real + b), sigmoid(w * (theta + z) + b)
    w, b = (
        w + rate * (np.mean((1 - real_score) * real) - np.mean(fake_score * (theta + z))),
        b + rate * (np.mean(1 - real_score) - np.mean(fake_score)),
    )
    return theta + rate * np.mean(1 - sigmoid(w * (theta + z) + b)) * w, w, b
""",
    },
}
