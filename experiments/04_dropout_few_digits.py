"""Dropout with few digits

A classifier 784-512-512-10 with ReLU, Adam 1e-3, batches of 50, for 100, 40 and 20 epochs on 100, 500 and 2,000
digits. Accuracies in percent on the 2,000 bundled test digits, without dropout; the gap is training minus test. Half
of the units of both hidden layers are deleted at random, ten times; "rescaled" means that the others are doubled.
Each seed draws its own training digits, the same for all arms of the seed; first weights and masks are drawn anew.

TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data

EPOCHS = {100: 100, 500: 40, 2000: 20}  # until the network without dropout knows its digits by heart
RATES = {"no dropout": (0.0, 0.0), "hidden 0.5": (0.0, 0.5), "input 0.2, hidden 0.5": (0.2, 0.5)}
ARMS = [dict(digits=digits, arm=arm) for digits in EPOCHS for arm in RATES]


def mlp(input_rate, hidden_rate):
    model = keras.Sequential([keras.Input((784,)), layers.Dropout(input_rate)])
    for _ in range(2):
        model.add(layers.Dense(512, "relu"))
        model.add(layers.Dropout(hidden_rate))
    model.add(layers.Dense(10))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    return model


def thinned(weights, x, rng, rescale, removed=0.5):
    """Logits when a random share of both hidden layers is gone; with `rescale` the others are amplified for it."""
    w1, b1, w2, b2, w3, b3 = weights
    factor = 1 / (1 - removed) if rescale else 1
    masks = [rng.permutation(512) >= round(512 * removed) for _ in range(2)]
    h = np.maximum(x @ w1 + b1, 0) * masks[0] * factor
    h = np.maximum(h @ w2 + b2, 0) * masks[1] * factor
    return h @ w3 + b3


def train(arm, seed, moments, limit):
    digits, unseen = (data.mnist(split=split) for split in ("train", "test"))
    chosen = np.random.default_rng(seed).permutation(len(digits.images))[: limit or arm["digits"]]
    x, y, test, test_labels = flat(digits.images[chosen]), digits.labels[chosen], flat(unseen.images), unseen.labels
    keras.utils.set_random_seed(seed)
    model = mlp(*RATES[arm["arm"]])
    model.fit(x, y, batch_size=50, epochs=2 if limit else EPOCHS[arm["digits"]], verbose=0)
    _, training = model.evaluate(x, y, 1000, verbose=0)
    test_loss, accuracy = model.evaluate(test, test_labels, 1000, verbose=0)
    measured = dict(training=100 * training, test=100 * accuracy, gap=100 * (training - accuracy), test_loss=test_loss)
    for name, rescale in (("half_rescaled", True), ("half", False)):
        rng = np.random.default_rng(seed)
        logits = [thinned(model.get_weights(), test, rng, rescale) for _ in range(10)]
        measured[name] = 100 * np.mean([one.argmax(axis=1) == test_labels for one in logits])
    yield measured


def flat(images):
    return images.reshape(len(images), 784).astype(np.float32) / 255


def tables(results):
    heads = {
        "train %": "training",
        "test %": "test",
        "gap": "gap",
        "test loss": "test_loss",
        "half deleted, rescaled: test %": "half_rescaled",
        "half deleted: test %": "half",
    }
    rows = ["digits", "arm"]
    return [
        "Medians over the seeds:",
        results.table(rows, {head: (column, ".2f") for head, column in heads.items()}, "median"),
        "Minus no dropout, seed by seed, median (smallest to largest):",
        results.table(rows, {head: (column, "+.2f") for head, column in heads.items()}, "median (range)",
                      minus=dict(arm="no dropout")),
    ]  # fmt: skip


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, seeds=10)

if __name__ == "__main__":
    EXPERIMENT.main()
