"""A classifier of few digits with and without dropout: the gap from training to test, and what deleting units costs.

    python experiments/04_dropout_few_digits.py [--sizes 100 500 2000] [--seeds 10]

The network is 784-512-512-10 with ReLU. Each seed draws its own training digits, weights and masks, the same for all
arms of the seed. Printed: one row for each size and arm (median over the seeds, in percent), and one for each
difference to the arm without dropout, by seeds, with the smallest and largest of them.
"""

import argparse
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers

from dcgan_tf import data

EPOCHS = {100: 100, 500: 40, 2000: 20}  # until the network without dropout knows its digits by heart
ARMS = {"no dropout": (0.0, 0.0), "hidden 0.5": (0.0, 0.5), "input 0.2, hidden 0.5": (0.2, 0.5)}


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 500, 2000], choices=EPOCHS)
    parser.add_argument("--seeds", type=int, default=10)
    args = parser.parse_args()

    train, test = (data.mnist(split=split) for split in ("train", "test"))
    pixels = [d.images.reshape(len(d.images), 784).astype(np.float32) / 255 for d in (train, test)]
    columns = ["train %", "test %", "gap", "test loss", "half deleted, rescaled: test %", "half deleted: test %"]
    print("| digits | arm | " + " | ".join(columns) + " |")
    print("| ---: | --- |" + " ---: |" * len(columns))
    for size in args.sizes:
        results = {arm: [] for arm in ARMS}
        for seed in range(args.seeds):
            chosen = np.random.default_rng(seed).permutation(len(train.images))[:size]
            x, y = pixels[0][chosen], train.labels[chosen]
            for arm, rates in ARMS.items():
                keras.utils.set_random_seed(seed)
                model = mlp(*rates)
                model.fit(x, y, batch_size=50, epochs=EPOCHS[size], verbose=0)
                row = [100 * model.evaluate(x, y, 1000, verbose=0)[1]]
                test_loss, accuracy = model.evaluate(pixels[1], test.labels, 1000, verbose=0)
                row += [100 * accuracy, row[0] - 100 * accuracy, test_loss]
                for rescale in (True, False):
                    rng = np.random.default_rng(seed)
                    logits = [thinned(model.get_weights(), pixels[1], rng, rescale) for _ in range(10)]
                    row.append(100 * np.mean([one.argmax(axis=1) == test.labels for one in logits]))
                results[arm].append(row)
                print(size, seed, arm, np.round(row, 3), file=sys.stderr, flush=True)
        for arm, rows in results.items():
            numbers = np.median(rows, axis=0)
            print(f"| {size:,} | {arm} | " + " | ".join(f"{n:.2f}" for n in numbers) + " |")
        base = np.array(results["no dropout"])
        for arm in list(ARMS)[1:]:
            differences = np.array(results[arm]) - base
            cells = [f"{np.median(d):+.2f} ({d.min():+.2f} to {d.max():+.2f})" for d in differences.T]
            print(f"| {size:,} | {arm}, minus no dropout | " + " | ".join(cells) + " |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
