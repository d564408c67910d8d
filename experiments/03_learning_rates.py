"""Speed, tolerance of the learning rate and overfitting, with and without batch normalization.

    python experiments/03_learning_rates.py [--depths 2 8] [--seeds N] [--epochs N]

Trains a shallow and a deep classifier on 500 of the bundled digits, another 500 for each seed, by plain gradient
descent at seven learning rates, and tests on 2,000 others. Prints a table: a column a learning rate, the medians over
the seeds; a dash where the loss overflowed. Both networks begin with weights of He et al. (2015), the usual ones for
ReLU, so that the one without batch normalization has its fair chance. Eight minutes on one core.
"""

import argparse
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers

from dcgan_tf import data

RATES = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
BLOCKS = {  # (filters, strides) of each convolution
    2: [(16, 2), (32, 2)],
    8: [(16, 2), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (32, 1), (32, 2)],
}
MEASURES = ["loss in epochs 2 and 3", "training loss", "training accuracy", "test loss", "test accuracy"]


def classifier(depth, norm):
    """Keras model, digits (batch, 28, 28, 1) in [−1, 1] → logits (batch, 10)."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters, strides in BLOCKS[depth]:
        convolution = layers.Conv2D(
            filters, 3, strides, padding="same", use_bias=not norm, kernel_initializer="he_normal"
        )
        model.add(convolution)
        if norm:
            model.add(layers.BatchNormalization(momentum=0.9))  # 200 steps are few for the default, 0.99
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def train(depth, norm, rate, seed, epochs, train_set, test_set):
    """One training; returns its `MEASURES`."""
    keras.utils.set_random_seed(seed)
    chosen = np.random.default_rng(seed).choice(len(train_set.images), 500, replace=False)
    images, labels = scale(train_set.images[chosen]), train_set.labels[chosen]
    model = classifier(depth, norm)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"])
    early = np.mean(model.fit(images, labels, batch_size=50, epochs=epochs, verbose=0).history["loss"][1:3])
    train_loss, train_accuracy = model.evaluate(images, labels, batch_size=500, verbose=0)
    test_loss, test_accuracy = model.evaluate(scale(test_set.images), test_set.labels, batch_size=500, verbose=0)
    return [early, train_loss, train_accuracy, test_loss, test_accuracy]


def scale(images):
    return images / np.float32(127.5) - 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", nargs="+", type=int, choices=BLOCKS, default=list(BLOCKS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    sets = data.mnist("sample"), data.mnist("sample", split="test")
    heads = ["convolutions", "batch norm", "median of", *(f"rate {rate:g}" for rate in RATES)]
    print("|", " | ".join(heads), "|\n| --- | --- | --- |", " | ".join("---:" for _ in RATES), "|")
    for depth in arguments.depths:
        for norm in (False, True):
            runs = []  # (rates, seeds, measures)
            for rate in RATES:
                seeds = range(arguments.seeds)
                runs.append([train(depth, norm, rate, seed, arguments.epochs, *sets) for seed in seeds])
                print(depth, norm, rate, np.round(runs[-1], 3).tolist(), file=sys.stderr, flush=True)
            for name, values in zip(MEASURES, np.median(runs, axis=1).T, strict=True):
                _row(depth, norm, name, values)
            _row(depth, norm, "test accuracy, worst seed", np.array(runs)[..., -1].min(axis=1))


def _row(depth, norm, name, values):
    numbers = " | ".join(f"{value:.3f}" if np.isfinite(value) else "–" for value in values)
    print(f"| {depth} | {'with' if norm else 'without'} | {name} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
