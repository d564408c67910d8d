"""Slips that the checks of 00_the_adversarial_game must catch."""

SLIPS = {
    "q1-best": {
        "share of the fakes": ("total > 0, p /", "total > 0, q /"),
        "ratio of the densities": ("p / np.where(total > 0, total, 1.0)", "p / np.where(q > 0, q, 1.0)"),
        "nowhere handled": ("np.where(total > 0, p / np.where(total > 0, total, 1.0), 0.5)", "p / total"),
        "0 where nothing falls": ("1.0), 0.5)", "1.0), 0.0)"),
        "0.5 wherever one is missing": ("np.where(total > 0, p", "np.where((p > 0) & (q > 0), p"),
        "small number added": ("np.where(total > 0, total, 1.0)", "(total + 1e-8)"),
        "0 or 1": ("p / np.where(total > 0, total, 1.0)", "(p > q).astype(float)"),
    },
    "q2-value": {
        "overflows": (
            "log_d = -np.logaddexp(0.0, -real_logits)",
            "log_d = np.log(1 / (1 + np.exp(-real_logits)))",
        ),
        "log of 0": (
            "log_not_d = -np.logaddexp(0.0, fake_logits)",
            "log_not_d = np.log(1 - 1 / (1 + np.exp(-fake_logits)))",
        ),
        "clipped": (
            "log_d = -np.logaddexp(0.0, -real_logits)",
            "log_d = np.log(np.clip(1 / (1 + np.exp(-real_logits)), 1e-12, 1))",
        ),
        "real and fake swapped": (
            "log_d = -np.logaddexp(0.0, -real_logits)",
            "real_logits, fake_logits = fake_logits, real_logits; log_d = -np.logaddexp(0.0, -real_logits)",
        ),
        "cross-entropy, to be minimised": ("return np.mean", "return -np.mean"),
        "sum for mean": ("np.mean(log_d) + np.mean(log_not_d)", "np.sum(log_d) + np.sum(log_not_d)"),
        "mean over all": (
            "np.mean(log_d) + np.mean(log_not_d)",
            "2 * np.mean(np.concatenate([log_d, log_not_d]))",
        ),
        "log D for both": ("np.logaddexp(0.0, fake_logits)", "np.logaddexp(0.0, -fake_logits)"),
    },
    "q3-jsd": {
        "the halves forgotten": ("(kl_to_m(p) + kl_to_m(q)) / 2", "kl_to_m(p) + kl_to_m(q)"),
        "mixture not halved": ("m = (p + q) / 2", "m = p + q"),
        "zeros give NaN": ("held = r > 0", "held = r >= 0"),
        "only where both are": ("held = r > 0", "held = (p > 0) & (q > 0)"),
        "in bits": ("np.log(", "np.log2("),
        "one side only": ("(kl_to_m(p) + kl_to_m(q)) / 2", "kl_to_m(p)"),
        "upside down": ("r[held] / m[held]", "m[held] / r[held]"),
        "small number added": ("m = (p + q) / 2", "p, q = p + 1e-6, q + 1e-6; m = (p + q) / 2"),
        "the root": ("return (kl_to_m(p) + kl_to_m(q)) / 2", "return np.sqrt((kl_to_m(p) + kl_to_m(q)) / 2)"),
    },
    "q4-pull": {
        "signs forgotten": (
            "-score / len(logits), -opposite / len(logits)",
            "score / len(logits), opposite / len(logits)",
        ),
        "swapped": (
            "-score / len(logits), -opposite / len(logits)",
            "-opposite / len(logits), -score / len(logits)",
        ),
        "the mean forgotten": ("-score / len(logits), -opposite / len(logits)", "-score, -opposite"),
        "after the score, not the logit": (
            "-score / len(logits), -opposite / len(logits)",
            "-1 / (1 - score) / len(logits), -1 / score / len(logits)",
        ),
        "overflows": ("np.exp(-np.logaddexp(0.0, -logits))", "np.exp(logits) / (1 + np.exp(logits))"),
        "log D descended": ("-opposite / len", "opposite / len"),
        "last digits lost": ("np.exp(-np.logaddexp(0.0, logits))", "1 - score"),
    },
    "q5-density": {
        "slope forgotten": (" / np.abs(s * inside)", ""),
        "s forgotten": ("np.abs(s * inside)", "np.abs(inside)"),
        "x forgotten": ("np.abs(s * inside)", "np.abs(s)"),
        "negative for negative s": ("np.abs(s * inside)", "(s * inside)"),
        "multiplied by the slope": ("/ np.abs(s * inside)", "* np.abs(s * inside)"),
        "slope at x for z": ("np.abs(s * inside)", "np.abs(s * np.exp(mu + s * inside))"),
        "mass below 0": ("np.where(positive, density, 0.0)", "density"),
        "not inverted": ("(np.log(inside) - mu) / s", "np.exp(mu + s * inside)"),
        "mu added": ("- mu", "+ mu"),
    },
    "q6-round": {
        "as it was": (
            "    fake = theta + z\n",
            "    return buggy_round(theta, w, b, real, z, fresh_z, rate)\n    fake = theta + z\n",
        ),
        "fakes labelled real, in w": ("np.mean(fake_score * fake)", "np.mean((1 - fake_score) * fake)"),
        "fakes labelled real, in b": ("- np.mean(fake_score))", "- np.mean(1 - fake_score))"),
        "learns from the old discriminator": (
            "(-(new_w * (theta + fresh_z) + new_b))",
            "(-(w * (theta + fresh_z) + b))",
        ),
        "the old slope": ("(1 - fresh_score) * new_w", "(1 - fresh_score) * w"),
        "generator the wrong way": ("theta + rate *", "theta - rate *"),
        "saturating": ("(1 - fresh_score) * new_w", "fresh_score * new_w"),
        "the same z again": ("theta + fresh_z) + new_b", "theta + z) + new_b"),
        "generator first": ("    fake = theta + z\n", "    fake = theta + rate * w / 2 + z\n"),
        "discriminator descends": ("new_w = w + rate", "new_w = w - rate"),
    },
}
