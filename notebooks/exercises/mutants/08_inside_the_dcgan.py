"""Slips that the checks of 08_inside_the_dcgan must catch."""

SLIPS = {
    "q1-walks": {
        "the end left out": ("np.linspace(0, 1, steps)", "np.linspace(0, 1, steps, endpoint=False)"),
        "backwards": ("(1 - t) * start + t * end\n    if", "t * start + (1 - t) * end\n    if"),
        "batch first": (
            "return straight\n    lengths",
            "return straight.transpose(1, 0, 2)\n    lengths",
        ),
        "parallel gives NaN": (
            "np.where(flat, straight, curved / np.where(flat, 1, np.sin(angle)))",
            "curved / np.sin(angle)",
        ),
        "opposite forgotten": ("flat = np.sin(angle) < 1e-6", "flat = angle < 1e-6"),
        "one parallel pair straightens all": (
            "flat = np.sin(angle) < 1e-6",
            "flat = np.full(angle.shape, (np.sin(angle) < 1e-6).any())",
        ),
        "cosine not clipped": (
            "np.clip(np.sum(start * end, axis=1) / lengths, -1, 1)",
            "np.sum(start * end, axis=1) / lengths",
        ),
        "one angle for the batch": ("[:, None]\n    flat", ".mean() + np.zeros((len(start), 1))\n    flat"),
        "lengths forgotten": (" / lengths", ""),
        "ends brought to length 1": (
            "curved = ",
            "start = start / np.linalg.norm(start, axis=1, keepdims=True)\n"
            "    end = end / np.linalg.norm(end, axis=1, keepdims=True)\n    curved = ",
        ),
        "not divided by the sine": ("curved / np.where(flat, 1, np.sin(angle))", "curved"),
        "angle outside the sine": ("np.sin(t * angle) * end", "t * np.sin(angle) * end"),
        "always straight": ("if not spherical:", "if True:"),
        "always spherical": ("if not spherical:", "if False:"),
        "mean length, not square": (
            "return latent_dim * ((1 - t) ** 2 + t**2)",
            "return (latent_dim * ((1 - t) ** 2 + t**2)) ** 0.5",
        ),
        "dimensions forgotten": ("latent_dim * ((1 - t)", "((1 - t)"),
        "weights not squared": ("((1 - t) ** 2 + t**2)", "((1 - t) + t)"),
        "the same vector twice": ("((1 - t) ** 2 + t**2)", "((1 - t) + t) ** 2"),
    },
    "q2-direction": {
        "without minus with": (
            "latents[chosen].mean(axis=0) - latents[~chosen].mean(axis=0)",
            "latents[~chosen].mean(axis=0) - latents[chosen].mean(axis=0)",
        ),
        "0 and 1 as row numbers": ("latents[chosen].mean", "latents[has].mean"),
        "sums": (
            "latents[chosen].mean(axis=0) - latents[~chosen].mean",
            "latents[chosen].sum(axis=0) - latents[~chosen].sum",
        ),
        "minus the mean of all": ("latents[~chosen].mean", "latents.mean"),
        "one mean over everything": ("latents[~chosen].mean(axis=0)", "latents[~chosen].mean()"),
        "all not refused": ("chosen.all() or not chosen.any()", "not chosen.any()"),
        "none not refused": ("chosen.all() or not chosen.any()", "chosen.all()"),
        "w's length counts": (" / (w @ w)", ""),
        "divided by the length": ("(w @ w)", "np.sqrt(w @ w)"),
        "divided by v": ("(w @ w)", "(v @ v)"),
        "part added": ("v - (v @ w)", "v + (v @ w)"),
        "w left in": ("z + strength * across", "z + strength * v"),
        "w taken out of z": ("z + strength * across", "z + strength * v - ((z @ w) / (w @ w))[:, None] * w"),
        "strength before": ("z + strength * across", "z + strength * v - (v @ w) / (w @ w) * w"),
        "direction brought to length 1": (
            "z + strength * across",
            "z + strength * across / max(np.linalg.norm(across), 1e-9)",
        ),
        "in place": ("return z + strength * across", "z += strength * across; return z"),
    },
    "q3-guided": {
        "gradient is guided": ('if rule != "gradient":', "if True:"),
        "deconvnet masks by the sums": ('if rule != "deconvnet":', "if True:"),
        "guided forgets the sums": ('if rule != "deconvnet":', 'if rule == "gradient":'),
        "guided forgets R": ('if rule != "gradient":', 'if rule == "deconvnet":'),
        "rules swapped": "relevance = lambda x, weights, unit, rule, r=relevance: r(\n"
        '    x, weights, unit, {"gradient": "deconvnet", "deconvnet": "gradient"}.get(rule, rule))\n',
        "a sum of 0 passes": ("(s > 0)", "(s >= 0)"),
        "multiplied by the sums": ("r * (s > 0)", "r * np.maximum(s, 0)"),
        "absolute": ("r = np.maximum(r, 0)", "r = np.abs(r)"),
        "ReLU at the input too": ("return r\n", 'return np.maximum(r, 0) if rule != "gradient" else r\n'),
        "R judged once, at the start": (
            "r = np.tile(weights[-1][:, unit], (len(x), 1))",
            "r = np.tile(weights[-1][:, unit], (len(x), 1))\n"
            '    r = np.maximum(r, 0) if rule != "gradient" and len(weights) > 1 else r\n'
            '    rule = {"guided": "gradient", "deconvnet": ""}.get(rule, rule)\n'
            "    if not rule:\n        sums = [s * 0 + 1 for s in sums]; rule = 'gradient'",
        ),
        "all outputs": ("weights[-1][:, unit]", "weights[-1].sum(axis=1)"),
        "the first output": ("weights[-1][:, unit]", "weights[-1][:, 0]"),
        "masks of the first input": ("(s > 0)", "(s[:1] > 0)"),
        "no ReLU on the way up": ("h = np.maximum(sums[-1], 0)", "h = sums[-1]"),
        "one input": ("(len(x), 1)", "(1, 1)"),
        "order of the masks": ("sums[::-1]", "[s if s.shape == o.shape else o for s, o in zip(sums, sums[::-1])]"),
    },
    "q4-maps": {
        "rows and columns exchanged": ("top, left, bottom, right = ", "left, top, right, bottom = "),
        "width and height": (
            "top, left, bottom, right = boxes.T[:, :, None, None]",
            "top, left, bottom, right = boxes.T[:, :, None, None]; bottom, right = top + bottom, left + right",
        ),
        "corners of places": ("(np.arange(width) + 0.5) * scale", "np.arange(width) * scale"),
        "scale forgotten": ("(np.arange(height)[:, None] + 0.5) * scale", "np.arange(height)[:, None] + 0.5"),
        "half not scaled": (
            "(np.arange(height)[:, None] + 0.5) * scale",
            "np.arange(height)[:, None] * scale + 0.5",
        ),
        "bottom included": ("row < bottom", "row <= bottom"),
        "top excluded": ("top <= row", "top < row"),
        "the first box for all": (
            "boxes.T[:, :, None, None]",
            "boxes.T[:, :1, None, None] + 0 * boxes.T[:, :, None, None]",
        ),
        "column by column": ("inside.reshape(-1)", "inside.transpose(0, 2, 1).reshape(-1)"),
        "channels torn apart": (
            "maps.reshape(-1, channels)",
            "np.moveaxis(maps, -1, 1).reshape(-1, channels)",
        ),
        "outside": ("inside.reshape(-1).astype(int)", "1 - inside.reshape(-1).astype(int)"),
        "activations, as the notes say": ("maps * (weights <= 0)", "maps * (maps <= 0)"),
        "activations in the chosen maps": ("maps * (weights <= 0)", "maps * ((weights <= 0) | (maps <= 0))"),
        "the others": ("weights <= 0", "weights > 0"),
        "0 dropped too": ("weights <= 0", "weights < 0"),
        "weighted": ("maps * (weights <= 0)", "maps * np.minimum(weights, 0)"),
        "taken away instead of 0": ("maps * (weights <= 0)", "maps[..., weights <= 0]"),
        "in place": (
            "return maps * (weights <= 0)",
            "maps[..., weights > 0] = 0\n    return maps",
        ),
    },
    "q5-features": {
        "windows rounded down": ("-(-(i + 1) * height // 4)", "max((i + 1) * height // 4, i * height // 4 + 1)"),
        "rest left out": (
            "slice(i * height // 4, -(-(i + 1) * height // 4))",
            "slice(i * max(height // 4, 1) % height, i * max(height // 4, 1) % height + max(height // 4, 1))",
        ),
        "no overlap": ("slice(i * height // 4,", "slice(min(-(-i * height // 4), height - 1),"),
        "mean": (".max(axis=(1, 2))", ".mean(axis=(1, 2))"),
        "padded with zeros": (".max(axis=(1, 2))", ".max(axis=(1, 2)).clip(0)"),
        "smallest": (".max(axis=(1, 2))", ".min(axis=(1, 2))"),
        "columns first": ("grid[:, i, j]", "grid[:, j, i]"),
        "width taken for height": ("slice(j * width // 4, -(-(j + 1) * width // 4))", "down"),
        "channel by channel": ("grid.reshape(batch, -1)", "np.moveaxis(grid, -1, 1).reshape(batch, -1)"),
        "layers mixed": (
            "np.concatenate(rows, axis=1)",
            "np.stack(rows, axis=2).reshape(batch, -1) if len({r.shape for r in rows}) == 1 and len(rows) > 1"
            " else np.concatenate(rows[::-1], axis=1)",
        ),
        "the last layer": ("np.concatenate(rows, axis=1)", "rows[-1]"),
        "batch unrolled": ("np.concatenate(rows, axis=1)", "np.concatenate(rows, axis=1).reshape(1, -1)"),
    },
    "q6-bugs": {
        "bytes wrap around": ("samples, train = samples.astype(float), train.astype(float)\n", "pass\n"),
        "wrap around among the training images": (
            "among = np.sqrt(((train[:, None] - train) ** 2)",
            "small = train.astype(np.uint8); among = np.sqrt(((small[:, None] - small) ** 2)",
        ),
        "the wrong axis": (
            "nearest = to_train.argmin(axis=1)",
            "nearest = np.resize(to_train.argmin(axis=0), len(samples)) % len(train)",
        ),
        "nearest to itself": ("    np.fill_diagonal(among, np.inf)\n", ""),
        "copies of training images left out": (
            "np.fill_diagonal(among, np.inf)",
            "among[among == 0] = np.inf",
        ),
        "room of other images": ("room[nearest]", "np.resize(room, len(nearest))"),
        "room of the farthest": ("room = among.min(axis=1)", "among[np.isinf(among)] = 0; room = among.max(axis=1)"),
        "mean room": ("room[nearest] / 2", "room.mean() / 2"),
        "not halved": ("room[nearest] / 2", "room[nearest]"),
        "squares halved": ("<= room[nearest] / 2", "<= room[nearest] / 2**0.5"),
        "strictly smaller": ("<= room", "< room"),
        "the wrong way round": ("<= room", "> room"),
        "the sum of absolute differences": (
            "np.sqrt(((samples[:, None] - train) ** 2).sum(axis=(2, 3)))",
            "np.abs(samples[:, None] - train).sum(axis=(2, 3))",
        ),
        "the last of equals": (
            "nearest = to_train.argmin(axis=1)",
            "nearest = len(train) - 1 - to_train[:, ::-1].argmin(axis=1)",
        ),
        "swapped": (
            "return nearest, to_train.min(axis=1) <= room[nearest] / 2",
            "return to_train.min(axis=1) <= room[nearest] / 2, nearest",
        ),
    },
}
