"""How long each 28×28 recipe trains until its digits are good, on one and the same measure.

    python benchmarks/time_to_quality.py [--mnist PATH.npz] [--tutorial-seconds 1200] [--lean-seconds 300]

Both recipes train on the full MNIST in one run, in turns of a few seconds, so that what else the machine does falls on
both. The clock of each counts its train steps alone: not the compiling, which is told apart, and not the measuring.
The Fréchet distance is that of 10,000 samples against the test split. Both steps are compiled with XLA.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf
from machine import describe

from dcgan_tf import data, metrics, recipes

MARKS = [5, 10, 15, 20, 25, 30, 40, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200]


class Contestant:
    """One recipe in training, with a clock of its own."""

    def __init__(self, name, images, seed, limit):
        self.name, self.limit = name, limit
        self.gan = recipes.build(name, images.shape[1:], seed)
        self.batches = iter(data.batches(images, recipes.RECIPES[name].batch_size, seed))
        self.step = tf.function(self.gan.train_step, jit_compile=True)
        self.marks = [mark for mark in MARKS if mark <= limit]
        self.clock, self.rows = 0.0, []
        start = time.perf_counter()
        self.step(next(self.batches))
        self.compiling = time.perf_counter() - start

    def train(self, seconds):
        """Up to `seconds` of steps, not beyond the next mark; true if that mark is reached."""
        end = min(self.clock + seconds, self.marks[0])
        while self.clock < end:
            start = time.perf_counter()
            self.step(next(self.batches))
            self.clock += time.perf_counter() - start
        return self.clock >= self.marks[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST; Keras downloads it if not given")
    parser.add_argument("--tutorial-seconds", type=float, default=1200)
    parser.add_argument("--lean-seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train, test = (data.npz(args.mnist, s) if args.mnist else data.mnist("full", s) for s in ("train", "test"))
    classify = metrics.mnist_classifier()
    reference = classify(test.images)[0]
    floor = metrics.frechet_distance(reference, classify(train.images[:10_000])[0])
    print(describe(), f"\nFréchet distance of 10,000 training digits to the test split (the floor): {floor:.3f}\n")

    limits = {"tutorial": args.tutorial_seconds, "lean": args.lean_seconds}
    contestants = [Contestant(name, train.images, args.seed, limit) for name, limit in limits.items()]
    print(
        "| recipe | training (s) | steps | Fréchet distance | precision | recall |\n| --- | --- | --- | --- | --- | --- |"
    )
    while waiting := [c for c in contestants if c.marks]:
        for c in waiting:
            if c.train(seconds=5):
                features, _ = classify(c.gan.sample(10_000, seed=1))
                distance = metrics.frechet_distance(reference, features)
                c.rows.append((c.clock, distance))
                precision, recall = metrics.precision_recall(reference, features)
                row = f"{c.clock:.0f} | {c.gan.step} | {distance:.3f} | {precision:.3f} | {recall:.3f}"
                print(f"| {c.name} | {row} |", flush=True)
                c.marks.pop(0)

    tutorial, lean = contestants
    seconds, target = tutorial.rows[-1]
    print("\ncompiling: " + ", ".join(f"{c.name} {c.compiling:.0f} s" for c in contestants))
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
