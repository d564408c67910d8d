"""Answers to exercise 03."""

RIGHT = {
    "q1-forward": {
        "sums over rows, helpers named mean and column": """
def mean(rows):
    return sum(rows) / len(rows)


def column(x):
    return np.reshape(x, (-1, np.shape(x)[-1]))


def forward(x, gamma, beta, epsilon):
    rows = column(x)
    mu = mean(rows)
    return np.reshape(gamma * (rows - mu) * (mean((rows - mu) ** 2) + epsilon) ** -0.5 + beta, np.shape(x))
""",
        "TensorFlow in float32": """
import tensorflow as tf


def forward(x, gamma, beta, epsilon):
    x, gamma, beta = (tf.constant(a, tf.float32) for a in (x, gamma, beta))
    mean, variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
    return tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
""",
    },
    "q2-moving": {
        "a list, in float32": """
def update_moving(moving_mean, moving_variance, x, momentum):
    rows = np.float32(x).reshape(-1, x.shape[-1])
    new = [rows.mean(0), rows.var(0)]
    return [(old + np.float32(1 - momentum) * (now - old)).tolist()
            for old, now in zip(np.float32([moving_mean, moving_variance]), new)]
"""
    },
    "q4-backward": {
        "the Jacobian, sample by sample": """
def backward(x, g, gamma, epsilon):
    m = len(x)
    s = (x.var(0) + epsilon) ** 0.5
    hat = (x - x.mean(0)) / s
    dx = np.zeros(x.shape)
    for i in range(m):
        for j in range(m):
            dx[i] += gamma / s * ((i == j) - 1 / m - hat[i] * hat[j] / m) * g[j]
    return [dx, np.einsum("ij,ij->j", g, hat), g.sum(0)]
"""
    },
    "q6-bugs": {
        "float32, averages changed in place": """
class BatchNorm:
    def __init__(self, channels, momentum=0.9, epsilon=0.001):
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)
        self.momentum, self.epsilon = momentum, epsilon

    def __call__(self, x, training):
        x = np.float32(x)
        if not training:
            hat = (x - self.moving_mean) / np.sqrt(self.moving_variance + self.epsilon)
        else:
            rows = x.reshape(-1, x.shape[-1])
            self.moving_mean += (1 - self.momentum) * (rows.mean(0) - self.moving_mean)
            self.moving_variance += (1 - self.momentum) * (rows.var(0) - self.moving_variance)
            hat = (x - rows.mean(0)) / np.sqrt(rows.var(0) + self.epsilon)
        return np.float32(self.gamma * hat + self.beta)
"""
    },
}

WRONG = {
    "q1-forward": {
        "epsilon that one is used to": """
def forward(x, gamma, beta, epsilon):
    axes = tuple(range(x.ndim - 1))
    return gamma * (x - x.mean(axes)) / np.sqrt(x.var(axes) + max(epsilon, 0.1)) + beta
""",
    },
    "q4-backward": {
        "the sign of gamma is lost": """
def backward(x, g, gamma, epsilon):
    s = np.sqrt(x.var(axis=0) + epsilon)
    hat = (x - x.mean(axis=0)) / s
    return abs(gamma) / s * (g - g.mean(0) - hat * (g * hat).mean(0)), (g * hat).sum(0), g.sum(0)
""",
        "two samples only": """
def backward(x, g, gamma, epsilon):
    s = np.sqrt(x.var(axis=0) + epsilon)
    hat = (x - x.mean(axis=0)) / s
    return gamma / s * (g - g.sum(0) / 2 - hat * (g * hat).sum(0) / 2), (g * hat).sum(0), g.sum(0)
""",
    },
    "q6-bugs": {
        name: f"""
class BatchNorm:
    def __init__(self, channels, momentum=0.9, epsilon=0.001):
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)
        self.momentum, self.epsilon = momentum, epsilon

    def __call__(self, x, training):
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        return {formula}
"""
        for name, formula in {
            "gamma and beta forgotten": "(x - mean) / np.sqrt(variance + self.epsilon)",
            "beta scaled, too": "self.gamma * ((x - mean) / np.sqrt(variance + self.epsilon) + self.beta)",
        }.items()
    },
}
