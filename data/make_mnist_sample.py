"""Draws the bundled sample, `mnist_sample.npz`, from the full MNIST.

    python data/make_mnist_sample.py [--mnist PATH.npz] [--out FOLDER]

1,000 training and 200 test digits of each class are drawn without replacement, with the seed below, and then shuffled.
Without `--mnist`, Keras downloads the full MNIST.
"""

import argparse
from pathlib import Path

import numpy as np

from dcgan_tf import data

SEED = 2015  # the year of the DCGAN paper
PER_CLASS = {"train": 1000, "test": 200}


def draw(dataset, per_class, rng):
    """`per_class` images of each class, shuffled."""
    chosen = [rng.choice(np.flatnonzero(dataset.labels == c), per_class, replace=False) for c in range(10)]
    order = rng.permutation(np.concatenate(chosen))
    return dataset.images[order, :, :, 0], dataset.labels[order].astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST: x_train, y_train, x_test, y_test")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="FOLDER")
    args = parser.parse_args()
    rng = np.random.default_rng(SEED)
    arrays = {}
    for split, per_class in PER_CLASS.items():
        full = data.npz(args.mnist, split) if args.mnist else data.mnist("full", split)
        arrays[f"x_{split}"], arrays[f"y_{split}"] = draw(full, per_class, rng)
    path = args.out / "mnist_sample.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
