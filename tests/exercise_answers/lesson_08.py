"""Answers to exercise 08."""

RIGHT = {
    "q1-walks": {
        "pair by pair, in float32": """
def walk(start, end, steps, spherical=False):
    def between(a, b, t):
        cosine = a @ b / np.sqrt((a @ a) * (b @ b))
        angle = np.arccos(min(1.0, max(-1.0, cosine)))
        if not spherical or np.sin(angle) < 1e-6:
            return (1 - t) * a + t * b
        return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)

    pairs = list(zip(np.float32(start), np.float32(end)))
    return [[between(a, b, np.float32(k / (steps - 1))) for a, b in pairs] for k in range(steps)]


def mean_square(t, latent_dim):
    return latent_dim * (1 - 2 * t + 2 * t * t)
"""
    },
    "q2-direction": {
        "a least-squares fit": """
def direction(latents, has):
    if len(set(has.tolist())) < 2:
        raise ValueError("all or none")
    return np.linalg.lstsq(np.stack([has, np.ones(len(has))], 1), latents, rcond=None)[0][0]


def edit(z, v, w, strength):
    w = w / np.linalg.norm(w)
    return [row + strength * (v - v @ w * w) for row in z]
""",
    },
    "q3-guided": {
        "recursion, helpers named output and back": """
def output(x, w):
    return x @ w


def back(x, weights, unit, rule):
    if len(weights) == 1:
        return np.repeat(weights[0][:, unit][None], len(x), 0)
    s = output(x, weights[0])
    r = back(np.where(s > 0, s, 0), weights[1:], unit, rule)
    keep = {"gradient": s > 0, "deconvnet": r > 0, "guided": (s > 0) & (r > 0)}[rule]
    return output(np.where(keep, r, 0), weights[0].T)


def relevance(x, weights, unit, rule):
    return back(x, weights, unit, rule)
"""
    },
    "q4-maps": {
        "place by place, y of floats": """
def examples(maps, boxes, scale):
    X, y = [], []
    for image, (top, left, bottom, right) in zip(maps, boxes):
        for r, c in np.ndindex(image.shape[:2]):
            X.append(image[r, c])
            y.append(float(top <= (r + 0.5) * scale < bottom and left <= (c + 0.5) * scale < right))
    return [X, y]


def drop(maps, weights):
    kept = maps.copy()
    kept[..., weights > 0] = 0
    return kept
"""
    },
    "q6-bugs": {
        "sample by sample, lists": """
def copies(samples, train):
    def distances(image):
        return [np.linalg.norm(image.astype(float) - other.astype(float)) for other in train]

    nearest, same = [], []
    for sample in samples:
        d = distances(sample)
        i = d.index(min(d))
        room = min(e for j, e in enumerate(distances(train[i])) if j != i)
        nearest.append(i)
        same.append(bool(d[i] <= room / 2))
    return nearest, same
"""
    },
}

WRONG = {
    "q1-walks": {
        "a small angle counts as none": """
def walk(start, end, steps, spherical=False):
    t = np.linspace(0, 1, steps)[:, None, None]
    straight = (1 - t) * start + t * end
    cosine = np.sum(start * end, 1) / np.linalg.norm(start, axis=1) / np.linalg.norm(end, axis=1)
    angle = np.arccos(np.clip(cosine, -1, 1))[:, None]
    flat = np.sin(angle) < 0.2
    curved = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.where(flat, 1, np.sin(angle))
    return np.where(flat | (not spherical), straight, curved)


def mean_square(t, latent_dim):
    return latent_dim * ((1 - t) ** 2 + t**2)
""",
        "one angle for all pairs": """
def walk(start, end, steps, spherical=False):
    t = np.linspace(0, 1, steps)[:, None, None]
    straight = (1 - t) * start + t * end
    cosine = np.sum(start * end, 1) / np.linalg.norm(start, axis=1) / np.linalg.norm(end, axis=1)
    angle = np.arccos(np.clip(cosine, -1, 1))[0]
    if not spherical or np.sin(angle) < 1e-6:
        return straight
    return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)


def mean_square(t, latent_dim):
    return latent_dim * ((1 - t) ** 2 + t**2)
""",
    },
    "q2-direction": {
        "w is taken to have length one": """
def direction(latents, has):
    if has.all() or not has.any():
        raise ValueError
    return latents[has == 1].mean(0) - latents[has == 0].mean(0)


def edit(z, v, w, strength):
    return z + strength * (v - (v @ w) * w / max(w @ w, 2))
""",
    },
    "q5-features": {
        "square maps alone": """
def features(layers):
    rows = []
    for maps in layers:
        n = maps.shape[1]
        at = [slice(i * n // 4, -(-(i + 1) * n // 4)) for i in range(4)]
        rows += [maps[:, r, c].max(axis=(1, 2)) for r in at for c in at]
    return np.concatenate(rows, axis=1)
""",
    },
    "q6-bugs": {
        "pixel by pixel of one row": """
def copies(samples, train):
    samples, train = samples.astype(float), train.astype(float)
    d = np.sqrt(((samples[:, None] - train) ** 2).sum(axis=(2, 3)))
    among = np.sqrt(((train[:, None, 0] - train[:, 0]) ** 2).sum(axis=2))
    np.fill_diagonal(among, np.inf)
    return d.argmin(1), d.min(1) <= among.min(1)[d.argmin(1)] / 2
""",
    },
}
