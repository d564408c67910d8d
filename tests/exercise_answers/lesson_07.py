"""Answers to exercise 07."""

RIGHT = {
    "q1-shapes": {
        "lists, from the end": """
def generator_shapes(image_size, filters, channels=3):
    doublings = int(round(np.log2(max(image_size, 1) / 4)))
    if doublings < 1 or 4 * 2**doublings != image_size or filters % 2 ** (doublings - 1):
        raise ValueError
    inner = [[4 * 2**i, 4 * 2**i, filters // 2**i] for i in range(doublings)]
    return inner + [[image_size, image_size, channels]]
"""
    },
    "q2-work": {
        "an array": """
def multiplications(shapes, kernel_size):
    pairs = list(zip(shapes, shapes[1:]))
    return np.array([kernel_size**2 * a[2] * b[2] * min(a[0] * a[1], b[0] * b[1]) for a, b in pairs], int)
"""
    },
    "q3-square": {
        "pixel by pixel, a list": """
def thumbnail(photo, size):
    height, width = photo.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    at = [int((i + 0.5) * side / size + 1e-9) for i in range(size)]
    return [[photo[top + r, left + c].tolist() for c in at] for r in at]
"""
    },
    "q4-pixels": {
        "rounded by adding a half": """
def to_floats(images):
    return np.float32(images * (2 / 255) - 1)


def to_images(floats):
    return np.uint8(np.minimum(np.maximum(np.float64(floats) * 127.5 + 127.5, 0), 255) + 0.5)
"""
    },
    "q5-attributes": {
        "a list of lists, helpers named files and lines": """
def lines(text):
    return [line.split() for line in text.strip().split("\\n")]


def files(rows):
    return [row[0] for row in rows]


def read_attributes(text):
    (count, *_), names, *rows = lines(text)
    if int(count) != len(rows) or any(len(row) != len(names) + 1 for row in rows):
        raise ValueError("cut short")
    table = [[{"1": 1, "-1": 0}.get(value) for value in row[1:]] for row in rows]
    if any(None in row for row in table):
        raise ValueError("damaged")
    return [files(rows), names, table]
"""
    },
    "q6-bugs": {
        "in float64": """
class ScaledDescent:
    def __init__(self, rate, scale, growth_steps):
        self.rate, self.scale, self.growth_steps, self.good_steps = rate, scale, growth_steps, 0

    def apply(self, weights, gradients):
        if not np.isfinite(np.concatenate([np.float64(g).ravel() for g in gradients])).all():
            self.scale, self.good_steps = self.scale / 2, 0
            return list(weights)
        new = [w - self.rate / self.scale * np.float64(g) for w, g in zip(weights, gradients)]
        self.good_steps = (self.good_steps + 1) % self.growth_steps
        self.scale *= 1 if self.good_steps else 2
        return new
"""
    },
}

WRONG = {
    "q1-shapes": {
        "a size that is too large by a pixel": """
def generator_shapes(image_size, filters, channels=3):
    shapes, size = [], 4
    while size < image_size - 1:
        shapes.append((size, size, filters))
        if size * 2 < image_size and filters % 2:
            raise ValueError
        size, filters = size * 2, filters // 2
    if abs(size - image_size) > 1:
        raise ValueError
    return [*shapes, (image_size, image_size, channels)]
""",
    },
    "q3-square": {
        "every second pixel, by slices": """
def thumbnail(photo, size):
    side = min(photo.shape[:2])
    top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
    step = max(side // size, 1)
    return photo[top + step // 2 : top + side : step, left + step // 2 : left + side : step][:size, :size]
""",
    },
    "q4-pixels": {
        "what lies between is cut off": """
def to_floats(images):
    return images.astype(np.float32) / 127.5 - 1


def to_images(floats):
    return np.clip(127.5 * floats + 127.5 + 0.001, 0, 255).astype(np.uint8)
""",
    },
    "q6-bugs": {
        name: f"""
class ScaledDescent:
    def __init__(self, rate, scale, growth_steps):
        self.rate, self.scale, self.growth_steps, self.good_steps = rate, scale, growth_steps, 0

    def apply(self, weights, gradients):
        if not all(np.isfinite(g).all() for g in gradients):
            self.scale, self.good_steps = self.scale / 2, 0
            return weights
        new = [{step} for w, g in zip(weights, gradients)]
        self.good_steps += 1
        if self.good_steps == self.growth_steps:
            self.scale, self.good_steps = {after}
        return new
"""
        for name, (step, after) in {
            "divided in 16 bits": ("w - self.rate * np.float32(g / self.scale)", "self.scale * 2, 0"),
            "half of the first weight's step": (
                "w - self.rate * g.astype(np.float32) / self.scale * (w.size > 1 or 0.5)",
                "self.scale * 2, 0",
            ),
            "the count is never begun again": (
                "w - self.rate * g.astype(np.float32) / self.scale",
                "self.scale * 2, self.good_steps",
            ),
        }.items()
    },
}
