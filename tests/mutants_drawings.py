"""Breaks of the drawings: a file, a text that occurs once in it, what to put in its place, the tests that must fail.

`make mutants` puts each into a copy of the repository; none may survive.
"""

FIGURES, IMAGES, TABLES = (f"dcgan_tf/plots/{name}.py" for name in ("figures", "images", "tables"))
FIGURES_TEST, IMAGES_TEST, TABLES_TEST = (f"tests/test_plots_{name}.py" for name in ("figures", "images", "tables"))


def _lesson(name, *breaks):
    file, test = f"dcgan_tf/lessons/{name}.py", f"tests/test_lessons_{name}.py"
    return [(file, old, new, test) for old, new in breaks]


MUTANTS = [
    # curves: all zeros, later epochs, colours, panels
    (FIGURES, "axis.plot(epochs, history[name],", "axis.plot(epochs, np.zeros(len(epochs)),", FIGURES_TEST),
    (FIGURES, "np.arange(1, len(history[name]) + 1)", "np.arange(len(history[name]))", FIGURES_TEST),
    (FIGURES, '"generator_loss": ("generator", GENERATED, "-")', '"generator_loss": ("generator", REAL, "-")',
     FIGURES_TEST),
    (FIGURES, '("real images", REAL, "--")', '("generated images", REAL, "--")', FIGURES_TEST),
    (FIGURES, "axis.axhline(0.5,", "axis.axhline(0.6,", FIGURES_TEST),
    (FIGURES, "for name in names + others:", "for name in names:", FIGURES_TEST),
    (FIGURES, "*_OTHERS[i % 4])", "*_OTHERS[0])", FIGURES_TEST),
    # bars: at the wrong height, upside down, too short
    (FIGURES, "places + (number - (len(shares) - 1) / 2) * thick", "places + number * thick", FIGURES_TEST),
    (FIGURES, "    axis.invert_yaxis()\n", "", FIGURES_TEST),
    (FIGURES, "axis.barh(where, values, thick,", "axis.barh(where, np.array(values) / 2, thick,", FIGURES_TEST),
    (FIGURES, "subs=(1, 2, 5)", "subs=(1, 3)", FIGURES_TEST),
    (FIGURES, "figure.set_dpi(dpi)", "figure.set_dpi(80)", FIGURES_TEST),
    (FIGURES, "if len(series) > 3:", "if len(series) > 4:", FIGURES_TEST),
    # images: order of rows, shown for too short
    (IMAGES, "sheet = tiles.swapaxes(1, 2)", "sheet = tiles.swapaxes(0, 2)", IMAGES_TEST),
    (IMAGES, "(np.arange(len(sheets)) + 0.5) * height - 0.5, list(samples)",
     "(np.arange(len(sheets)) + 0.5) * height - 0.5, list(samples)[::-1]", IMAGES_TEST),
    (IMAGES, "[round(1000 * hold)]", "[round(1000 * seconds)]", IMAGES_TEST),
    (IMAGES, "gif(frames, seconds, hold)", "gif(frames, hold, seconds)", IMAGES_TEST),
    (IMAGES, "duration=milliseconds, loop=0", "duration=milliseconds, loop=1", IMAGES_TEST),
    # tables: every run in one row, the wrong middle
    (TABLES, "axis.plot(values, [row] * len(values),", "axis.plot(values, [0] * len(values),", TABLES_TEST),
    (TABLES, "axis.plot(np.median(values), row,", "axis.plot(np.mean(values), row,", TABLES_TEST),
    (TABLES, "color=REAL if first else GENERATED", "color=GENERATED if first else REAL", TABLES_TEST),
    (TABLES, "place = head.index(column)", "place = head.index(column) - 1", TABLES_TEST),
    # discs and rectangles
    ("dcgan_tf/data/shapes.py", "(y - top) ** 2 + (x - left) ** 2 <=", "(y - top) ** 2 <=", "tests/test_shapes.py"),
    ("dcgan_tf/data/shapes.py", "if random.random() < 0.5:", "if random.random() < 1.5:", "tests/test_shapes.py"),
    ("dcgan_tf/data/shapes.py", "random.integers(1, 4)", "random.integers(1, 3)", "tests/test_shapes.py"),
    ("dcgan_tf/data/shapes.py", "random.uniform(0.1, 0.9, 2)", "random.uniform(0.1, 0.6, 2)", "tests/test_shapes.py"),
    *_lesson(
        "activations",
        ("picture = right.imshow(matrix,", "picture = right.imshow(np.transpose(matrix),"),  # a transposed Jacobian
        ("right.text(j, i,", "right.text(i, j,"),
        ('f"{value:.2f}", ha=', 'f"{-value:.2f}", ha='),  # wrong signs
        ('cmap="PuOr_r"', 'cmap="PuOr"'),
        ("left.bar(range(len(probabilities)), probabilities", "left.bar(range(len(probabilities)), -probabilities"),
        ("(derivative(points), GENERATED,", "(-derivative(points), GENERATED,"),
        ("axis.plot(points, curve, color", "axis.plot(points, target, color"),
        ("cloud = u[:, :2] * s[:2]", "cloud = u[:, 1:3] * s[1:3]"),
        ("cloud * np.where(np.sum(u[:, :2] * clouds[-1], axis=0) < 0, -1, 1)", "cloud * 1"),
        ("centred = outputs - outputs.mean(axis=0)", "centred = outputs"),
        ("points[layer][labels == kind]", "points[layer][labels != kind]"),
        ("max(np.abs(cloud).max() for cloud in points) or 1.0", "np.abs(points[layer]).max() or 1.0"),
        ("spread(signals[name][layer])", "spread(signals[name][0])"),
        ("np.sqrt(np.asarray(outputs).var(axis=0).mean())", "np.sqrt(np.asarray(outputs).var(axis=1).mean())"),
        ("        (forward, backward),\n", "        (backward, forward),\n"),
        ('style["label"] += ": 0"', "pass"),
        ("axis.plot(steps, curve, **_style(name))", "axis.plot(curve, **_style(name))"),
    ),
    *_lesson(
        "conditional",
        ("axis.text(column, row, f", "axis.text(row, column, f"),
        ('cmap="Blues", vmin=0, vmax=1', 'cmap="Blues"'),
        ("np.add.at(counts, (asked, seen), 1)", "np.add.at(counts, (seen, asked), 1)"),
        ("axis.plot(distances[name], agreements[name],", "axis.plot(agreements[name], distances[name],"),
        ('("full", "none")[number % 2]', '("none", "none")[number % 2]'),
    ),
    *_lesson(
        "convolution",
        ("sum(padded[tap] * weight for", "sum(-padded[tap] * weight for"),
        ('f"{padded[tap]}·{weight}" for tap, weight', 'f"{weight}·{padded[tap]}" for tap, weight'),
        ("return range(0, padded - span + 1, strides)", "return range(0, padded - span + 1, 1)"),
        ("if pixel > last:", "if pixel >= last:"),
        ("np.full(kernel_size, line + 1.9)", "np.full(kernel_size, len(found) - line + 0.9)"),
        ("PALE_BLUE if 0 <= pixel - before < size else None", "PALE_BLUE if 0 <= pixel < size else None"),
        ('axis.text(column, row, f"{value}"', 'axis.text(row, column, f"{value}"'),
        ("return_inverse=True)[1]", "return_inverse=True)[1][::-1]"),
        ("axis.plot([x, y], [height, height - 1],", "axis.plot([x, x], [height, height - 1],"),
        ("reads = strides * np.arange(counts[height])[:, None]", "reads = np.arange(counts[height])[:, None]"),
        ("shown = axis.imshow(picture, **scale)", "shown = axis.imshow(-picture, **scale)"),
        ('[BROWN, GENERATED, "white", REAL, "#003A5C"]', '["#003A5C", REAL, "white", GENERATED, BROWN]'),
    ),
    *_lesson(
        "dcgan",
        ('left.plot(steps, history["D(x)"]', 'left.plot(steps, history["D(G(z))"]'),
        ('right.plot(steps, history["distance"]', 'right.plot(history["distance"]'),
        ("right.axhline(floor,", "right.axhline(0.5,"),
        ("np.median(runs, axis=1)", "np.mean(runs, axis=1)"),
        ("0.1 + 0.6 * shape[2] / deepest", "0.1 + 0.6 * shape[0] / largest"),
        ("width = height = 3.0 * shape[0] / largest", "width = height = 3.0 * shape[2] / deepest"),
        ("if shape != found[-1][1]:", "if True:"),
    ),
    *_lesson(
        "dropout",
        ("np.cumsum(seen[:last]) / numbers", "np.cumsum(seen[:last]) / last"),  # a wrong running mean
        ("right.axhline(outputs @ probabilities,", "right.axhline(outputs.mean(),"),
        ("right.axhline(whole,", "right.axhline(whole / (1 - rate),"),
        ("_draw_network(left, sizes, drawn[last - 1])", "_draw_network(left, sizes, drawn[0])"),
        ("if kept[layer][i] and kept[layer + 1][j]:", "if kept[layer][i] or kept[layer + 1][j]:"),
        ("place[alive], 140, REAL,", "place[::-1][alive], 140, REAL,"),
        ("values.min(axis=1), values.max(axis=1)", "0 * values.min(axis=1), values.max(axis=1)"),  # a band too low
        ("axis.plot(x, values.mean(axis=1), style,", "axis.plot(x, values.max(axis=1), style,"),
        ("np.asarray(array) != 0", "np.asarray(array) == 0"),
        ('[rate, rate], [rate, 1 - rate], "o:"', '[rate, rate], [0, 1 - rate], "o:"'),
        ("axis.plot(found_rates, marks, marker,", "axis.plot(found_rates, -marks, marker,"),
        ('history["train_loss"], "--"', 'history["loss"], "--"'),
        ("axis.hist(both[1], color=", "axis.hist(both[0], color="),
        ("weight_scaling, color=GENERATED", "losses.min(), color=GENERATED"),
        ("(1 - rate) ** every * rate ** (1 - every)", "rate ** every * (1 - rate) ** (1 - every)"),
    ),
    *_lesson(
        "faces",
        ("np.array(values) / 1e6,", "np.array(values) / 1e3,"),
        ("axis.invert_yaxis()  # the first layer on top", "pass"),
        ('f"{value / 1e6:.3g}"', 'f"{value / 1e5:.3g}"'),
        ('sharex="col"', "sharex=False"),
    ),
    *_lesson(
        "game",
        ("*(scale * gradients).T, color", "*(-scale * gradients).T, color"),  # downhill
        ("scale=1, width=0.005", "scale=2, width=0.005"),
        ("density_x = density_z / derivative(z)", "density_x = density_z * derivative(z)"),
        ("[generator(-limit), generator(z_i), generator(z_i)], color", "[generator(-limit), z_i, z_i], color"),
        ("axis.fill_between(x, density,", "axis.fill_between(x, density / 2,"),
        ("inside = np.clip(fakes, x[0], x[-1])", "inside = fakes"),
        ("axis.plot(x, scores, color", "axis.plot(x, 1 - scores, color"),
        ("below.fill_between(z, density_z,", "below.fill_between(z, density_x,"),
        ("gradients, limit, f\"after {step} rounds\"", "gradients, limit, f\"after {step} steps\""),
        ('axis.plot(*real.T, ".", color=REAL', 'axis.plot(*real.T, ".", color=GENERATED'),
    ),
    *_lesson(
        "inside",
        ("128 + 127 * gradients", "128 - 127 * gradients"),
        ("relative = values / np.sqrt(latent_dim)", "relative = values / latent_dim"),
        ("[0.05, 0.95]", "[0.25, 0.75]"),  # a band at the wrong height
        ("axis.axhline(np.sqrt(0.5),", "axis.axhline(0.5,"),
        ("axis.plot(values, [row] * len(values),", "axis.plot(values, [0] * len(values),"),
        ("axis.plot(np.mean(values), row,", "axis.plot(np.median(values), row,"),
        ("axis.plot(intact, 0,", "axis.plot(1, 0,"),
        ("axis.hist(values, bins,", "axis.hist(values, 40,"),
        ("color=REAL if row == 0 else GENERATED", "color=GENERATED if row == 0 else REAL"),
    ),
    *_lesson(
        "normalization",
        ("QUANTILES = (15, 50, 85)", "QUANTILES = (25, 50, 75)"),
        ("axis.fill_between(steps, low, high,", "axis.fill_between(steps, middle, high,"),
        ("box.set(y=bottom, height=top - bottom)", "box.set(y=0, height=top - bottom)"),  # bars at the wrong height
        ("height=top - bottom", "height=top"),
        ("dots.set_ydata(middle[i])", "dots.set_ydata(middle[0])"),
        ('axis.plot(unit, middle[0], "o"', 'axis.plot(unit, middle[-1], "o"'),
        ('"batch": channel == 0', '"batch": sample == 0'),
        ("channel < channels // groups", "channel < groups"),
        ("np.hstack([sheets[0], white, sheets[1]])", "np.hstack([sheets[1], white, sheets[0]])"),
        ("ListedColormap([LIGHT, REAL])", "ListedColormap([REAL, LIGHT])"),
        ("[(GENERATED, \"--\", \"o\"), (REAL, \"-\", \"s\"),", "[(REAL, \"-\", \"s\"), (GENERATED, \"--\", \"o\"),"),
    ),
    *_lesson(
        "transposed",
        ("for cell in range(padded - rest, padded):", "for cell in range(padded - rest - 1, padded - 1):"),  # shifted
        ("start, level = window * strides,", "start, level = window * kernel_size,"),
        ("str(cell - padding + 1)", "str(cell + 1)"),
        ("(right, shown.T,", "(right, shown,"),
        ("np.ma.masked_equal(matrix, 0)", "np.ma.masked_equal(matrix, 1)"),
        ("place[1] * strides - 0.5, place[0] * strides - 0.5", "place[1] - 0.5, place[0] - 0.5"),
        ("stamp = image[row, column] * kernel", "stamp = image[row, column] * kernel[::-1, ::-1]"),
        ("np.where(order < place, done,", "np.where(order > place, done,"),
        ("window.set_xy(divmod(place, output)[::-1])", "window.set_xy(divmod(place, output))"),
        ("np.full(output_padding, 3)])", "np.full(output_padding, 2)])"),
        ("padding <= row < shape[0] - padding", "padding < row < shape[0] - padding"),
        ("self.image.set_data(abs(values))", "self.image.set_data(values)"),
        ('f"{values[place]:.3g}"', 'f"{abs(values[place]):.3g}"'),
    ),
    *_lesson(
        "upsampling",
        ("range(0, size * strides, strides)", "range(0, size * strides, strides + 1)"),
        ("counts[start : start + kernel_size] += 1", "counts[start : start + kernel_size] = 1"),
        ("start = -(-kernel_size // strides) * strides", "start = 0"),
        ("both = np.outer(counts, counts)", "both = np.add.outer(counts, counts)"),
        ('cmap="grey", vmin=0, vmax=1', 'cmap="grey"'),
        ("axis.imshow(np.squeeze(image), cmap", "axis.imshow(1 - np.squeeze(image), cmap"),
    ),
]  # fmt: skip
