"""Slips that the checks of 04_dropout must catch."""

SLIPS = {
    "q1-forward": {
        "p for 1 − p in the mask": ("uniform >= rate", "uniform < rate"),
        "p for 1 − p in the mask, by another comparison": ("uniform >= rate", "uniform >= 1 - rate"),
        "p for 1 − p in the factor": ("h / (1 - rate)", "h / rate if rate else h"),
        "multiplied, not divided": ("h / (1 - rate)", "h * (1 - rate)"),
        "not scaled": ("h / (1 - rate)", "h"),
        "strict": ("uniform >= rate", "uniform > rate"),
        "active at inference": ("if not training:", "if False:"),
        "scaled at inference": ("return h\n", "return h * (1 - rate)\n"),
        "training and inference swapped": ("if not training:", "if training:"),
        "no error": ("if not 0 <= rate < 1:", "if False:"),
        "no error for a negative rate": ("if not 0 <= rate < 1:", "if not rate < 1:"),
        "a rate of 1 allowed": ("if not 0 <= rate < 1:", "if not 0 <= rate <= 1:"),
        "a rate of 0 refused": ("if not 0 <= rate < 1:", "if not 0 < rate < 1:"),
        "sign lost": ("h / (1 - rate)", "abs(h) / (1 - rate)"),
        "one coin for all": ("uniform >= rate", "uniform.ravel()[0] >= rate"),
        "activations changed": (
            "return np.where",
            "h *= 1 / (1 - rate); h *= 1 - rate; h[uniform < rate] = 0; return np.where",
        ),
    },
    "q2-backward": {
        "not scaled": ("gradient * mask / (1 - rate)", "gradient * mask"),
        "scaled by p": ("(1 - rate)", "rate if rate else gradient * mask"),
        "multiplied, not divided": ("mask / (1 - rate)", "mask * (1 - rate)"),
        "mask forgotten": ("gradient * mask / (1 - rate)", "gradient / (1 - rate)"),
        "mask inverted": ("gradient * mask", "gradient * ~mask"),
        "scaled twice": ("/ (1 - rate)", "/ (1 - rate) ** 2"),
        "a new mask": ("gradient * mask", "gradient * (np.random.default_rng().random(mask.shape) >= rate)"),
        "active at inference": ("if not training:", "if False:"),
        "zero at inference": ("return gradient\n", "return gradient * 0\n"),
    },
    "q3-test": {
        "p for 1 − p": "def classic_test(x, w1, b1, w2, b2, input_rate, hidden_rate):\n"
        "    return hidden_rate * np.maximum(input_rate * x @ w1 + b1, 0) @ w2 + b2\n",
        "divided, not multiplied": ("(1 - hidden_rate) * h", "h / (1 - hidden_rate)"),
        "nothing done, as in the inverted form": "def classic_test(x, w1, b1, w2, b2, input_rate, hidden_rate):\n"
        "    return np.maximum(x @ w1 + b1, 0) @ w2 + b2\n",
        "inputs forgotten": ("(1 - input_rate) * x", "x"),
        "hidden units forgotten": ("(1 - hidden_rate) * h", "h"),
        "rates swapped": "def classic_test(x, w1, b1, w2, b2, input_rate, hidden_rate):\n"
        "    return (1 - input_rate) * np.maximum((1 - hidden_rate) * x @ w1 + b1, 0) @ w2 + b2\n",
        "bias scaled": ("(1 - input_rate) * x @ w1 + b1", "(1 - input_rate) * (x @ w1 + b1)"),
        "last bias scaled": ("(1 - hidden_rate) * h @ w2 + b2", "(1 - hidden_rate) * (h @ w2 + b2)"),
        "both factors at the end": "def classic_test(x, w1, b1, w2, b2, input_rate, hidden_rate):\n"
        "    return (1 - input_rate) * (1 - hidden_rate) * np.maximum(x @ w1 + b1, 0) @ w2 + b2\n",
        "no ReLU": ("np.maximum((1 - input_rate) * x @ w1 + b1, 0)", "(1 - input_rate) * x @ w1 + b1"),
        "ReLU at the output": (
            "return (1 - hidden_rate) * h @ w2 + b2",
            "return np.maximum((1 - hidden_rate) * h @ w2 + b2, 0)",
        ),
    },
    "q4-expected": {
        "p for 1 − p": ("rate / (1 - rate)", "((1 - rate) / rate if rate else 0)"),
        "variance of the mask before the division": ("rate / (1 - rate)", "rate * (1 - rate)"),
        "penalty without its factor": ("rate / (1 - rate) * ", "(rate > 0) * "),
        "second moment for variance": ("rate / (1 - rate)", "1 / (1 - rate)"),
        "penalty forgotten": ("+ rate / (1 - rate) * np.sum((x * w) ** 2)", ""),
        "plain L2, whatever the size of the feature": ("np.sum((x * w) ** 2)", "np.sum(w**2)"),
        "not squared": ("np.sum((x * w) ** 2)", "np.sum(x * w)"),
        "square of the sum": ("np.sum((x * w) ** 2)", "np.sum((x @ w) ** 2)"),
        "mean over samples": ("np.sum((y - x @ w) ** 2)", "np.mean((y - x @ w) ** 2)"),
        "penalty's mean over samples": ("np.sum((x * w) ** 2)", "np.sum(np.mean((x * w) ** 2, axis=0))"),
        "penalty subtracted": ("+ rate", "- rate"),
    },
    "q5-ensemble": {
        "all masks alike": ("probability / (1 + np", "1 / 2 ** len(w2) / (1 + np"),
        "p for 1 − p": (
            "(1 - rate) ** kept * rate ** (len(w2) - kept)",
            "rate ** kept * (1 - rate) ** (len(w2) - kept)",
        ),
        "the whole network": ("(np.array(mask) * h / (1 - rate))", "h"),
        "mean of the logits": (
            "mean += probability / (1 + np.exp(-(np.array(mask) * h / (1 - rate)) @ w2))\n    return mean",
            "mean += probability * (np.array(mask) * h / (1 - rate)) @ w2\n    return 1 / (1 + np.exp(-mean))",
        ),
        "not scaled": ("h / (1 - rate)", "h"),
        "not normalised": ("(1 - rate) ** kept * rate ** (len(w2) - kept)", "(1 - rate) ** kept"),
        "no ReLU": ("np.maximum(x @ w1, 0)", "x @ w1"),
        "the whole network left out": ("repeat=len(w2)):", "repeat=len(w2)):\n        if all(mask): continue"),
        "the empty network left out": ("repeat=len(w2)):", "repeat=len(w2)):\n        if not any(mask): continue"),
        "sigmoid of the wrong sign": ("/ (1 + np.exp(-(", "/ (1 + np.exp(("),
        "no sigmoid": (
            "probability / (1 + np.exp(-(np.array(mask) * h / (1 - rate)) @ w2))",
            "probability * (np.array(mask) * h / (1 - rate)) @ w2",
        ),
    },
    "q6-bugs": {
        "p for 1 − p": (">= self.rate", "< self.rate"),
        "mask reused": (
            "self.mask = self.rng.random(h.shape) >= self.rate",
            "if self.mask is None: self.mask = self.rng.random(h.shape) >= self.rate",
        ),
        "active at inference": ("if not training:", "if False:"),
        "new mask in backward": (
            "return gradient * self.mask",
            "return gradient * (self.rng.random(gradient.shape) >= self.rate)",
        ),
        "backward not scaled": ("gradient * self.mask / (1 - self.rate)", "gradient * self.mask"),
        "forward not scaled": ("h * self.mask / (1 - self.rate)", "h * self.mask"),
        "backward after inference with the old mask": ("self.mask = None\n            return h", "return h"),
        "inference draws a mask too": (
            "if not training:",
            "self.rng.random(h.shape) if not training else None\n        if not training:",
        ),
        "one mask for all samples": ("self.rng.random(h.shape) >=", "self.rng.random(h.shape)[:1] >="),
        "all four bugs": "class Dropout:\n"
        "    def __init__(self, rate, seed):\n"
        "        self.rate, self.rng, self.mask = rate, np.random.default_rng(seed), None\n\n"
        "    def forward(self, h, training=True):\n"
        "        if self.mask is None:\n"
        "            self.mask = self.rng.random(h.shape) < self.rate\n"
        "        return h * self.mask / (1 - self.rate)\n\n"
        "    def backward(self, gradient):\n"
        "        mask = self.rng.random(gradient.shape) < self.rate\n"
        "        return gradient * mask / (1 - self.rate)\n",
    },
}
