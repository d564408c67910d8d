"""Answers to exercise 06."""

RIGHT = {
    "q1-guidelines": {
        "tuples of a tuple": """
def violations(role, layers):
    found, n = (), len(layers)
    for i, (kind, activation, normalized) in enumerate(layers):
        if kind == "pool":
            found += ((i, "pooling"),)
            continue
        first, last, g = i == 0, i == n - 1, role == "generator"
        wanted = ("tanh" if last else "relu") if g else (None if last else "leaky_relu")
        rules = {
            "dense": kind == "dense" and not (first if g else last),
            "normalization": normalized == (last if g else first or last),
            "activation": activation != wanted,
        }
        found += tuple((i, rule) for rule, broken in rules.items() if broken)
    return found
"""
    },
    "q2-parameters": {
        "an array, counted with NumPy": """
def generator_parameters(latent_dim, filters, channels, kernel_size, start, bias=False):
    f = np.array([*filters, channels])
    weights = latent_dim * start**2 * f[0] + np.sum(f[:-1] * f[1:]) * kernel_size**2 + channels
    biases = (start**2 * f[0] + f[1:-1].sum()) * bias
    return np.array([weights + biases + 2 * f[:-1].sum(), 2 * f[:-1].sum()])
"""
    },
    "q3-adam": {
        "in float32, a list": """
def adam_step(w, g, m, v, t, learning_rate, beta_1=0.5, beta_2=0.999, epsilon=1e-7):
    w, g, m, v = (np.float32(a) for a in (w, g, m, v))
    m, v = np.float32(beta_1) * m + np.float32(1 - beta_1) * g, np.float32(beta_2) * v + np.float32(1 - beta_2) * g * g
    step = m / np.float32(1 - beta_1**t) / (np.sqrt(v / np.float32(1 - beta_2**t)) + np.float32(epsilon))
    return [w - np.float32(learning_rate) * step, m, v]
"""
    },
    "q4-collapse": {
        "helpers named dist and mean": """
def dist(a, b):
    return np.linalg.norm(np.float32(a) - np.float32(b))


def mean(numbers):
    return sum(numbers) / len(numbers)


def variety(generated, real):
    import itertools

    return mean([dist(a, b) for a, b in itertools.combinations(generated, 2)]) / mean(
        [dist(a, b) for a, b in itertools.combinations(real, 2)]
    )
"""
    },
    "q5-resume": {
        "a list": """
def batch_at(step, count, batch_size, seed):
    if count < batch_size:
        raise ValueError("no batch")
    per_epoch = count // batch_size
    order = np.random.default_rng((seed, step // per_epoch)).permutation(count)
    return order.reshape(-1)[: per_epoch * batch_size].reshape(per_epoch, -1)[step % per_epoch].tolist()
"""
    },
}

WRONG = {
    "q3-adam": {
        "ε is small, whatever it is": """
def adam_step(w, g, m, v, t, learning_rate, beta_1=0.5, beta_2=0.999, epsilon=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    return w - learning_rate * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + epsilon**2), m, v
""",
        "the average in place": """
def adam_step(w, g, m, v, t, learning_rate, beta_1=0.5, beta_2=0.999, epsilon=1e-7):
    m *= beta_1
    m += (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    return w - learning_rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + epsilon), m, v
""",
    },
    "q4-collapse": {
        "the images' own bytes": """
def variety(generated, real):
    def mean(images):
        flat = images.reshape(len(images), -1)
        d = [np.linalg.norm(a - b) for i, a in enumerate(flat) for b in flat[:i]]
        return np.mean(d)

    return mean(generated) / mean(real)
""",
        "as many images in both sets": """
def variety(generated, real):
    def total(images):
        flat = images.reshape(len(images), -1).astype(float)
        return np.sqrt(((flat[:, None] - flat) ** 2).sum(-1)).sum()

    return total(generated) / total(real)
""",
    },
    "q5-resume": {
        "the first two epochs": """
def batch_at(step, count, batch_size, seed):
    per_epoch = count // batch_size
    if not per_epoch:
        raise ValueError
    order = np.random.default_rng((seed, min(step // per_epoch, 1))).permutation(count)
    return order[step % per_epoch * batch_size :][:batch_size]
""",
    },
}
