"""Answers to exercise 09."""

RIGHT = {
    "q1-join": {
        "written into zeros": """
def one_hot(labels, classes):
    rows = np.zeros((len(labels), classes), "float32")
    for row, label in zip(rows, labels):
        if not 0 <= label < classes:
            raise ValueError(label)
        row[label] = 1
    return rows


def join_latents(z, y):
    return np.hstack([np.float32(z), np.float32(y)])


def join_images(images, y):
    n, height, width, channels = images.shape
    joined = np.zeros((n, height, width, channels + y.shape[1]), np.float32)
    joined[..., :channels] = images
    joined[..., channels:] = np.asarray(y)[:, None, None]
    return joined
"""
    },
    "q2-table": {
        "in float32, lists": """
def split_dense(kernel, bias, latent_dim):
    kernel = np.float32(kernel)
    return [kernel[:latent_dim].tolist(), [(row + np.float32(bias)).tolist() for row in kernel[latent_dim:]]]


def split_conv(kernel, bias, channels):
    image, label = np.split(np.float32(kernel), [channels], axis=2)
    return [image, np.einsum("hwcf->cf", label) + np.float32(bias)]
"""
    },
    "q3-draw": {
        "number by number, a list": """
def draw_labels(uniform, frequencies):
    total = int(sum(frequencies))

    def label(u):
        card = int(u * total)
        return next(k for k in range(len(frequencies)) if card < sum(frequencies[: k + 1]))

    return np.vectorize(label, otypes=[int])(uniform).tolist()
"""
    },
    "q4-pairs": {
        "helpers named even, score and alone": """
def score(a, b):
    return a / (a + b) if a + b else 0.5


def alone(table, labels):
    return [sum(p * q for p, q in zip(row, labels)) for row in table]


even = 0.5


def best_scores(p, q, p_labels, q_labels):
    assert even == 0.5
    pairs = [[score(p[i, j] * p_labels[j], q[i, j] * q_labels[j]) for j in range(p.shape[1])] for i in range(len(p))]
    return [pairs, [score(a, b) for a, b in zip(alone(p, p_labels), alone(q, q_labels))]]
"""
    },
    "q5-sheet": {
        "the mean over pairs": """
def sheet(z, classes):
    return [row for _ in range(classes) for row in z], [label for label in range(classes) for _ in z]


def agreement(asked, seen):
    return [np.float32(np.mean(asked == seen)), np.mean(asked[:, None] == seen)]
"""
    },
    "q6-bugs": {
        "helpers named first, last and losses_of, in float32": """
def first(logits):
    return np.float32(np.logaddexp(0, -logits)).mean()


def last(logits):
    return np.float32(np.logaddexp(0, logits)).mean()


def step_losses(generator, discriminator, images, labels, rows, z, fake_labels, fresh_z, fresh_labels):
    real = discriminator(images[rows], labels[rows])
    fake = discriminator(generator(z, fake_labels), fake_labels)
    return first(real) + last(fake), first(discriminator(generator(fresh_z, fresh_labels), fresh_labels))
"""
    },
}

WRONG = {
    "q3-draw": {
        "shares in floats": """
def draw_labels(uniform, frequencies):
    ends = np.cumsum(frequencies / np.sum(frequencies)) - 1e-9
    return np.minimum(np.searchsorted(ends, uniform, side="right"), len(frequencies) - 1)
""",
    },
    "q4-pairs": {
        "half where one of both never falls": """
def best_scores(p, q, p_labels, q_labels):
    data, fake = p * p_labels, q * q_labels
    both = [(a, b) for a, b in ((data, fake), (data.sum(1), fake.sum(1)))]
    return [np.where((a > 0) & (b > 0), a / np.maximum(a + b, 1e-300), np.where(a > 0, 1.0, 0.5)) for a, b in both]
""",
    },
    "q5-sheet": {
        "all orders": """
def sheet(z, classes):
    return np.tile(z, (classes, 1)), np.repeat(np.arange(classes), len(z))


def agreement(asked, seen):
    import itertools

    shares = [np.mean(np.array(order) == seen) for order in itertools.permutations(asked.tolist())]
    return np.mean(asked == seen), sum(shares) / len(shares)
""",
        "a thousand orders": """
def sheet(z, classes):
    return np.tile(z, (classes, 1)), np.repeat(np.arange(classes), len(z))


def agreement(asked, seen):
    rng = np.random.default_rng(0)
    return np.mean(asked == seen), np.mean([rng.permutation(asked) == seen for _ in range(1000)])
""",
    },
    "q6-bugs": {
        "the labels of the first turn again": """
def step_losses(generator, discriminator, images, labels, rows, z, fake_labels, fresh_z, fresh_labels):
    def again(labels, n):
        return np.resize(labels, n)

    real = discriminator(images[rows], labels[rows])
    fake = discriminator(generator(z, fake_labels), fake_labels)
    fresh = discriminator(generator(fresh_z, again(fake_labels, len(fresh_z))), fresh_labels)
    return np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean(), np.logaddexp(0, -fresh).mean()
""",
    },
}
