"""How long each 28×28 recipe trains until its digits are good, on one and the same measure.

    python benchmarks/time_to_quality.py [--mnist PATH.npz] [--tutorial-seconds 1200] [--lean-seconds 240]

Both recipes train on the full MNIST in one run, in turns of a few seconds, so that what else the machine does falls on
both. The clock of each is the number of its steps times the median step: a moment's load does not count, nor does the
compiling, which is told apart, nor the measuring. 10,000 samples are compared with the 10,000 digits of the test split
(`dcgan_tf.judges.measure`). Neither step is compiled with XLA, which is no faster on CPUs (`train_step.py`).
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from machine import describe

from dcgan_tf import data, judges, recipes

MARKS = [5, 10, 15, 20, 30, 40, 60, 90, 120, 180, 240, 300, 600, 900, 1200]
MEASURES = {"distance": "Fréchet distance", "sure": "sure", "precision": "precision", "recall": "recall"}


class Contestant:
    """One recipe in training, with a clock of its own."""

    def __init__(self, name, images, seed, limit):
        self.name = name
        self.gan = recipes.build(name, images.shape[1:], seed)
        self.batches = iter(data.batches(images, recipes.RECIPES[name].batch_size, seed))
        self.step = tf.function(self.gan.train_step)
        self.marks = [mark for mark in MARKS if mark <= limit]
        self.times, self.rows = [], []
        start = time.perf_counter()
        self.step(next(self.batches))
        self.compiling = time.perf_counter() - start

    @property
    def clock(self):
        return len(self.times) * float(np.median(self.times)) if self.times else 0.0

    def train(self, seconds):
        """Steps for about `seconds`, not beyond the next mark; true if that mark is reached."""
        end = time.perf_counter() + seconds
        while (reached := self.clock >= self.marks[0]) is False and time.perf_counter() < end:
            start = time.perf_counter()
            self.step(next(self.batches))
            self.times.append(time.perf_counter() - start)
        return reached


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST; Keras downloads it if not given")
    parser.add_argument("--tutorial-seconds", type=float, default=1200)
    parser.add_argument("--lean-seconds", type=float, default=240)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train, test = (data.npz(args.mnist, s) if args.mnist else data.mnist("full", s) for s in ("train", "test"))
    n = len(test.images)

    def measured(images):
        table = judges.measure(images, real=test.images)
        return table["distance"], " | ".join(f"{table[name]:.3f}" for name in MEASURES)

    print(f"{describe()}\n")
    limits = {"tutorial": args.tutorial_seconds, "lean": args.lean_seconds}
    contestants = [Contestant(name, train.images, args.seed, limit) for name, limit in limits.items()]
    print(f"| recipe | training (s) | steps | {' | '.join(MEASURES.values())} |\n" + "| --- " * 7 + "|")
    print(f"| training digits, the floor | – | – | {measured(train.images[:n])[1]} |", flush=True)
    while waiting := [c for c in contestants if c.marks]:
        for c in waiting:
            if c.train(seconds=5):
                distance, cells = measured(c.gan.sample(n, seed=1))
                c.rows.append((c.clock, distance))
                c.marks.pop(0)
                print(f"| {c.name} | {c.clock:.0f} | {c.gan.step} | {cells} |", flush=True)

    tutorial, lean = contestants
    seconds, target = tutorial.rows[-1]
    medians = ", ".join(f"{c.name} {1000 * np.median(c.times):.0f} ms" for c in contestants)
    print(f"\nmedian step: {medians}; compiling: " + ", ".join(f"{c.name} {c.compiling:.0f} s" for c in contestants))
    reached = next((clock for clock, distance in lean.rows if distance <= target), None)
    if reached is None:
        print(f"lean did not reach {target:.3f} within {lean.clock:.0f} s")
    else:
        print(
            f"tutorial reaches {target:.3f} after {seconds:.0f} s; lean is there, at one of the times above, "
            f"after {reached:.0f} s: {seconds / reached:.0f} times as fast"
        )


if __name__ == "__main__":
    main()
