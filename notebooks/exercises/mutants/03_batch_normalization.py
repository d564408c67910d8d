"""Slips that the checks of 03_batch_normalization must catch."""

SLIPS = {
    "q1-forward": {
        "mean over the samples alone": ("axes = tuple(range(x.ndim - 1))", "axes = 0"),
        "mean over everything": ("axes = tuple(range(x.ndim - 1))", "axes = None"),
        "a mean for each sample": ("axes = tuple(range(x.ndim - 1))", "axes = -1\n    x = x.T\n    return x.T"),
        "unbiased variance": ("x.var(axis=axes)", "x.var(axis=axes, ddof=1)"),
        "epsilon outside the root": ("np.sqrt(variance + epsilon)", "(np.sqrt(variance) + epsilon)"),
        "no root": ("np.sqrt(variance + epsilon)", "(variance + epsilon)"),
        "gamma and beta swapped": "def forward(x, beta, gamma, epsilon, original=forward):\n"
        "    return original(x, gamma, beta, epsilon)\n",
        "beta scaled too": (
            "return gamma * (x - mean)",
            "x = x + beta * np.sqrt(variance)\n    return gamma * (x - mean)",
        ),
    },
    "q2-moving": {
        "momentum on the batch": "def update_moving(mean, variance, x, momentum, original=update_moving):\n"
        "    return original(mean, variance, x, 1 - momentum)\n",
        "unbiased variance": ("x.var(axis=axes)", "x.var(axis=axes, ddof=1)"),
        "standard deviation": ("x.var(axis=axes)", "x.std(axis=axes)"),
        "variance forgotten": ("momentum * moving_variance + (1 - momentum) * variance", "moving_variance"),
        "mean over the samples alone": ("axes = tuple(range(x.ndim - 1))", "axes = 0"),
        "in place": (
            "return (",
            "moving_mean *= momentum\n    moving_mean += (1 - momentum) * mean\n    momentum = float(momentum)\n"
            "    return moving_mean, momentum * moving_variance + (1 - momentum) * variance\n    return (",
        ),
        "order of the two": "def update_moving(mean, variance, x, momentum, original=update_moving):\n"
        "    return original(mean, variance, x, momentum)[::-1]\n",
    },
    "q3-inference": {
        "the batch's own mean": ("x - moving_mean", "x - x.mean(axis=tuple(range(x.ndim - 1)))"),
        "variance for deviation": ("np.sqrt(moving_variance + epsilon)", "(moving_variance + epsilon)"),
        "epsilon outside the root": ("np.sqrt(moving_variance + epsilon)", "(np.sqrt(moving_variance) + epsilon)"),
        "beta forgotten": (" + beta", ""),
        "gamma forgotten": ("gamma * (x", "(x"),
    },
    "q4-backward": {
        "mean held constant": ("g - g.mean(axis=0) - normalized", "g - normalized"),
        "variance held constant": (" - normalized * (g * normalized).mean(axis=0)", ""),
        "both held constant": ("(g - g.mean(axis=0) - normalized * (g * normalized).mean(axis=0))", "g"),
        "sums for means": (
            "g.mean(axis=0) - normalized * (g * normalized).mean(axis=0)",
            "g.sum(axis=0) - normalized * (g * normalized).sum(axis=0)",
        ),
        "gamma forgotten": ("gamma / s", "1 / s"),
        "mean for gamma": ("(g * normalized).sum(axis=0)", "(g * normalized).mean(axis=0)"),
        "mean for beta": ("g.sum(axis=0)", "g.mean(axis=0)"),
        "gamma by x": ("(g * normalized).sum(axis=0)", "(g * x).sum(axis=0)"),
        "epsilon outside the root": ("np.sqrt(x.var(axis=0) + epsilon)", "np.sqrt(x.var(axis=0)) + epsilon"),
        "sign": ("- normalized * (g", "+ normalized * (g"),
    },
    "q5-fold": {
        "scale on the inputs": (
            "kernel * scale,",
            "(kernel * scale[:, None] if kernel.shape[2] == scale.size else kernel * scale),",
        ),
        "bias not scaled": ("(bias - moving_mean) * scale", "bias - moving_mean * scale"),
        "old bias forgotten": ("(bias - moving_mean)", "(-moving_mean)"),
        "mean added": ("bias - moving_mean", "bias + moving_mean"),
        "beta forgotten": (" + beta", ""),
        "no root": ("np.sqrt(moving_variance + epsilon)", "(moving_variance + epsilon)"),
        "epsilon forgotten": ("moving_variance + epsilon", "moving_variance"),
        "in place": ("return kernel * scale,", "kernel *= scale\n    return kernel,"),
    },
    "q6-bugs": {
        "first bug: a mean for each sample": (
            "x.mean(axis=(0, 1, 2)), x.var",
            "x.mean(axis=(1, 2), keepdims=True), x.var",
        ),
        "second bug: momentum the wrong way": (
            "self.momentum * self.moving_mean + (1 - self.momentum) * mean",
            "self.momentum * mean + (1 - self.momentum) * self.moving_mean",
        ),
        "third bug: inference updates": ("if training:", "if True:"),
        "third bug, more subtle": (
            "if training:",
            "if not training:\n"
            "            batch_mean = x.mean(axis=(0, 1, 2))\n"
            "            self.moving_mean = self.momentum * mean + (1 - self.momentum) * batch_mean\n"
            "        if training:",
        ),
        "fourth bug: epsilon outside the root": (
            "np.sqrt(variance + self.epsilon)",
            "(np.sqrt(variance) + self.epsilon)",
        ),
        "unbiased variance": ("x.var(axis=(0, 1, 2))", "x.var(axis=(0, 1, 2), ddof=1)"),
        "normalizes with the averages": (
            "        return self.gamma",
            "        mean, variance = self.moving_mean, self.moving_variance\n        return self.gamma",
        ),
        "never updates": (
            "            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean\n",
            "",
        ),
    },
}
