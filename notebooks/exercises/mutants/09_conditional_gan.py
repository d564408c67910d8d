"""Slips that the checks of 09_conditional_gan must catch."""

SLIPS = {
    "q1-join": {
        "as many classes as occur": ("np.eye(classes, dtype=np.float32)", "np.eye(labels.max() + 1, dtype=np.float32)"),
        "one class too many": ("np.eye(classes,", "np.eye(classes + 1,"),
        "-1 is the last class": ("labels.min() < 0 or ", ""),
        "too large not refused": (" or labels.max() >= classes", ""),
        "the last class refused": (">= classes", ">= classes - 1"),
        "float64": ("np.eye(classes, dtype=np.float32)", "np.eye(classes)"),
        "integers": ("np.eye(classes, dtype=np.float32)", "np.eye(classes, dtype=int)"),
        "classes in rows": ("[labels]", "[labels].T"),
        "y first, then z": ("np.concatenate([z, y], axis=1)", "np.concatenate([y, z], axis=1)"),
        "float64 latents": ("np.concatenate([z, y], axis=1).astype(np.float32)", "np.concatenate([z, y], axis=1)"),
        "added": ("np.concatenate([z, y], axis=1)", "z + y"),
        "y before the image": ("np.concatenate([images, maps], axis=-1)", "np.concatenate([maps, images], axis=-1)"),
        "float64 images": (
            "np.concatenate([images, maps], axis=-1).astype(np.float32)",
            "np.concatenate([images, maps], axis=-1)",
        ),
        "the first image's y": ("y[:, None, None, :]", "y[:1, None, None, :]"),
        "y once, not all over": (
            "np.concatenate([images, maps], axis=-1)",
            "np.concatenate([images, maps * (np.arange(height * width).reshape(height, width, 1) == 0)], axis=-1)",
        ),
        "channels as rows": ("np.concatenate([images, maps], axis=-1)", "np.concatenate([images, maps], axis=1)"),
        "one channel, whatever the y": (
            "np.concatenate([images, maps], axis=-1)",
            "np.concatenate([images, maps.argmax(axis=-1)[..., None]], axis=-1)",
        ),
    },
    "q2-table": {
        "bias in every place and in the table": ("kernel[:latent_dim],", "kernel[:latent_dim] + bias,"),
        "bias forgotten": ("kernel[latent_dim:] + bias", "kernel[latent_dim:]"),
        "bias in the first row": (
            "return kernel[:latent_dim], kernel[latent_dim:] + bias",
            "table = kernel[latent_dim:].copy(); table[0] += bias; return kernel[:latent_dim], table",
        ),
        "labels first": (
            "kernel[:latent_dim], kernel[latent_dim:] + bias",
            "kernel[-latent_dim:], kernel[:-latent_dim] + bias",
        ),
        "swapped": (
            "kernel[:latent_dim], kernel[latent_dim:] + bias",
            "kernel[latent_dim:] + bias, kernel[:latent_dim]",
        ),
        "table transposed": ("kernel[latent_dim:] + bias", "(kernel[latent_dim:] + bias).T"),
        "convolution's bias forgotten": (".sum(axis=(0, 1)) + bias", ".sum(axis=(0, 1))"),
        "bias at each place": (
            "kernel[:, :, channels:].sum(axis=(0, 1)) + bias",
            "(kernel[:, :, channels:] + bias).sum(axis=(0, 1))",
        ),
        "mean for sum": (".sum(axis=(0, 1)) + bias", ".mean(axis=(0, 1)) + bias"),
        "the middle weight alone": (
            "kernel[:, :, channels:].sum(axis=(0, 1)) + bias",
            "kernel[kernel.shape[0] // 2, kernel.shape[1] // 2, channels:] + bias",
        ),
        "summed over one axis": (".sum(axis=(0, 1)) + bias", ".sum(axis=0)[0] + bias"),
        "sum over the labels too": (
            ".sum(axis=(0, 1)) + bias",
            ".sum(axis=(0, 1, 2)) + bias + 0 * kernel[0, 0, channels:]",
        ),
        "split along the filters": ("kernel[:, :, :channels],", "kernel[..., :channels],"),
        "whole kernel": ("kernel[:, :, :channels],", "kernel,"),
        "in place": ("return kernel[:latent_dim],", "kernel[latent_dim:] += bias; return kernel[:latent_dim],"),
    },
    "q3-draw": {
        "border to the left": ('side="right"', 'side="left"'),
        "rounding at the end": (
            "np.searchsorted(ends, uniform * ends[-1],",
            "np.searchsorted(np.cumsum(frequencies / frequencies.sum()), uniform,",
        ),
        "rounding, clipped": (
            'return np.searchsorted(ends, uniform * ends[-1], side="right")',
            "shares = np.cumsum(frequencies / frequencies.sum())\n"
            '    return np.minimum(np.searchsorted(shares, uniform, side="right"), len(shares) - 1)',
        ),
        "all classes alike": ("np.cumsum(frequencies)", "np.arange(1, len(frequencies) + 1)"),
        "those that occur alike": ("np.cumsum(frequencies)", "np.cumsum(frequencies > 0)"),
        "not divided by the sum": ("uniform * ends[-1]", "uniform"),
        "not summed up": ("ends = np.cumsum(frequencies)", "ends = np.sort(frequencies)"),
        "one class too far": ('side="right")', 'side="right") + 1'),
        "from the other end": (
            'return np.searchsorted(ends, uniform * ends[-1], side="right")',
            'return np.searchsorted(ends, (1 - uniform) * ends[-1] * (1 - 1e-16), side="right")',
        ),
        "flattened": ("uniform * ends[-1]", "uniform.ravel() * ends[-1]"),
        "floats": ('side="right")', 'side="right").astype(float)'),
        "the most frequent": (
            'np.searchsorted(ends, uniform * ends[-1], side="right")',
            "np.full(uniform.shape, frequencies.argmax())",
        ),
        "rounded": (
            'np.searchsorted(ends, uniform * ends[-1], side="right")',
            "np.minimum(np.repeat(np.arange(len(frequencies)), frequencies)[\n"
            "        np.rint(uniform * (ends[-1] - 1)).astype(int)], len(frequencies) - 1)",
        ),
    },
    "q4-pairs": {
        "p of the label forgotten": ("p * p_labels, q * q_labels", "p, q"),
        "one p of the label for both": ("q * q_labels", "q * p_labels"),
        "labels' probabilities swapped": ("p * p_labels, q * q_labels", "p * q_labels, q * p_labels"),
        "labels along the images": (
            "p * p_labels, q * q_labels",
            "(p.T * np.resize(p_labels, len(p))).T, (q.T * np.resize(q_labels, len(q))).T",
        ),
        "share of the fakes": ("total > 0, data /", "total > 0, fake /"),
        "NaN where nothing falls": (
            "np.where(total > 0, data / np.where(total > 0, total, 1), 0.5)",
            "data / total",
        ),
        "0 where nothing falls": (", 1), 0.5)", ", 1), 0.0)"),
        "images alone: conditionals summed": (
            "best(data.sum(axis=1), fake.sum(axis=1))",
            "best(p.sum(axis=1), q.sum(axis=1))",
        ),
        "mean of the pairs' scores": ("best(data.sum(axis=1), fake.sum(axis=1))", "best(data, fake).mean(axis=1)"),
        "labels alone": ("best(data.sum(axis=1), fake.sum(axis=1))", "best(data.sum(axis=0), fake.sum(axis=0))"),
        "ratio": ("total = data + fake", "total = fake"),
        "swapped": (
            "return best(data, fake), best(data.sum(axis=1), fake.sum(axis=1))",
            "return best(data.sum(axis=1), fake.sum(axis=1)), best(data, fake)",
        ),
        "in place": ("data, fake = p * p_labels, q * q_labels", "p *= p_labels; q *= q_labels; data, fake = p, q"),
    },
    "q5-sheet": {
        "a column for each digit": (
            "np.tile(z, (classes, 1)), np.repeat(np.arange(classes), len(z))",
            "np.repeat(z, classes, axis=0), np.tile(np.arange(classes), len(z))",
        ),
        "labels go round": ("np.repeat(np.arange(classes), len(z))", "np.tile(np.arange(classes), len(z))"),
        "one latent vector a row": ("np.tile(z, (classes, 1))", "np.repeat(z, classes, axis=0)"),
        "from 1 on": ("np.repeat(np.arange(classes), len(z))", "np.repeat(np.arange(1, classes + 1), len(z))"),
        "float labels": ("np.repeat(np.arange(classes), len(z))", "np.repeat(np.arange(float(classes)), len(z))"),
        "tiled along the latents": (
            "np.tile(z, (classes, 1))",
            "np.tile(z, (1, classes)).reshape(-1, z.shape[1])[::-1]",
        ),
        "chance is one in the number of classes": (
            "shares @ np.bincount(seen, minlength=classes) / len(seen)",
            "1 / classes",
        ),
        "chance from the asked alone": (
            "shares @ np.bincount(seen, minlength=classes) / len(seen)",
            "shares @ shares",
        ),
        "chance from the seen alone": (
            "shares @ np.bincount(seen, minlength=classes) / len(seen)",
            "np.sum((np.bincount(seen, minlength=classes) / len(seen)) ** 2)",
        ),
        "the most frequent": ("shares @ np.bincount(seen, minlength=classes) / len(seen)", "shares.max()"),
        "count for share": ("np.mean(asked == seen)", "np.sum(asked == seen)"),
        "not divided": (" / len(seen)", ""),
        "errors": ("np.mean(asked == seen)", "np.mean(asked != seen)"),
        "sorted": ("np.mean(asked == seen)", "np.mean(np.sort(asked) == np.sort(seen))"),
        "one shuffle": (
            "shares @ np.bincount(seen, minlength=classes) / len(seen)",
            "np.mean(np.random.default_rng(0).permutation(asked) == seen)",
        ),
        "too few classes counted": (
            "classes = max(asked.max(), seen.max()) + 1",
            "classes = asked.max() + 1; seen = np.minimum(seen, classes - 1)",
        ),
        "swapped": (
            "return np.mean(asked == seen), shares @ np.bincount(seen, minlength=classes) / len(seen)",
            "return shares @ np.bincount(seen, minlength=classes) / len(seen), np.mean(asked == seen)",
        ),
    },
    "q6-bugs": {
        "first bug: images drawn, labels not": ("labels[rows]", "labels[: len(rows)]"),
        "second bug: fakes judged with the data's labels": (
            "discriminator(generator(z, fake_labels), fake_labels)",
            "discriminator(generator(z, fake_labels), np.resize(labels[rows], len(z)))",
        ),
        "third bug: drawn with the old labels": (
            "generator(fresh_z, fresh_labels)",
            "generator(fresh_z, np.resize(fake_labels, len(fresh_z)))",
        ),
        "third bug, the other way round": (
            "generator(fresh_z, fresh_labels), fresh_labels",
            "generator(fresh_z, fresh_labels), np.resize(fake_labels, len(fresh_z))",
        ),
        "fourth bug: saturates": ("logaddexp(0, -fresh_logits)", "logaddexp(0, fresh_logits)"),
        "fourth bug, half mended": (
            "np.mean(np.logaddexp(0, -fresh_logits))",
            "-np.mean(np.logaddexp(0, fresh_logits))",
        ),
        "the same fakes again": (
            "discriminator(generator(fresh_z, fresh_labels), fresh_labels)",
            "discriminator(generator(z, fake_labels), fake_labels)",
        ),
        "fakes drawn with the data's labels": (
            "discriminator(generator(z, fake_labels), fake_labels)",
            "discriminator(generator(z, np.resize(labels[rows], len(z))), fake_labels)",
        ),
        "all data": ("discriminator(images[rows], labels[rows])", "discriminator(images, labels)"),
        "mean over all": (
            "np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))",
            "2 * np.mean(np.logaddexp(0, np.concatenate([-real_logits, fake_logits])))",
        ),
        "real and fake swapped": (
            "np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))",
            "np.mean(np.logaddexp(0, real_logits)) + np.mean(np.logaddexp(0, -fake_logits))",
        ),
        "swapped": ("return d_loss, g_loss", "return g_loss, d_loss"),
    },
}
