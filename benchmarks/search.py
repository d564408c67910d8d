"""What the two searches for a recipe share: variants are trained one by one, and each becomes a row of a table.

The time of a training is its number of steps times the median step, so that a moment's load does not count; by steps,
the load does not count at all.
"""

import argparse
import itertools
import time

import numpy as np
import tensorflow as tf

from dcgan_tf import metrics


def parser(description, variants, seconds):
    """The command line of a search: how long, with which seeds, which variants."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, default=seconds)
    length.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, nargs="+", default=[0])
    parser.add_argument("--variant", nargs="+", default=list(variants), choices=variants, metavar="VARIANT")
    return parser


def train(gan, batches, marks, count_steps=False, every_20=lambda done: None):
    """Trains a compiled GAN; yields the number of steps and the median step in seconds at each of the marks.

    Args:
        gan: compiled.
        batches: a data set.
        marks: computing seconds, or steps with `count_steps`.
        every_20: called after every 20 steps with the seconds or steps so far.
    """
    step = tf.function(gan.train_step)
    batches = iter(batches)
    step(next(batches))  # compiles
    times = []

    def done():
        return len(times) * (1 if count_steps else np.median(times))

    for mark in marks:
        while done() < mark or not (count_steps or len(times) >= 10):
            start = time.perf_counter()
            step(next(batches))
            times.append(time.perf_counter() - start)
            if len(times) % 20 == 0:
                every_20(done())
        yield len(times), np.median(times)


def table(args, training, classify, real):
    """Prints a row for each variant and seed; yields their names and trained GANs.

    As many samples as there are real images are compared with these, by the Fréchet distance after a quarter, a half
    and all of the time. Precision and recall, of at most 5,000 samples, are taken at the end.

    Args:
        args: what the `parser` gives.
        training: (variant's name, seed, marks, count_steps) → an iterator over (GAN, steps, median step) at the marks.
        classify: a classifier of `judges`.
        real: real images, that nobody was trained on.
    """
    # Not by `judges.measure`: that would classify the real images again at every mark.
    reference = classify(real)[0]
    marks = np.array([0.25, 0.5, 1.0]) * (args.steps or args.seconds)
    heads = ["variant", "seed", "step (ms)", "steps", *(f"at {mark:.0f}" for mark in marks), "precision", "recall"]
    print("| " + " | ".join(heads) + " |\n" + "| --- " * len(heads) + "|", flush=True)
    for name, seed in itertools.product(args.variant, args.seed):
        distances = []
        for trained in training(name, seed, marks, bool(args.steps)):
            gan, steps, median = trained
            features = classify(gan.sample(len(real), seed=1))[0]
            distances.append(f"{metrics.frechet_distance(reference, features):.2f}")
        precision, recall = metrics.precision_recall(reference[:5000], features[:5000])
        cells = [name, seed, f"{1000 * median:.0f}", steps, *distances, f"{precision:.3f}", f"{recall:.3f}"]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)
        yield name, seed, gan
