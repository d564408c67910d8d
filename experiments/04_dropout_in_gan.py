"""Dropout in a GAN's discriminator: does it judge digits that it was not trained on as it judges those it was?

    python experiments/04_dropout_in_gan.py [--sizes 500 10000] [--rates 0 0.3] [--seeds 3] [--steps 800]

The networks and settings of the `lean` recipe, with a dropout layer after each of the discriminator's activations.
Printed for each arm, as median over the seeds (smallest to largest): how well the discriminator's logit tells training
digits from new (test) ones, as area under the ROC curve (0.5: not at all, 1: always); its mean logit on the former
minus that on the latter; and the Fréchet distance of 2,000 generated digits to the 2,000 test digits. The discriminator
is read without dropout. At the end the first of these once more, seed by seed.
"""

import argparse
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from results import spread
from sklearn.metrics import roc_auc_score

from dcgan_tf import data, metrics, models
from dcgan_tf.gan import GAN
from dcgan_tf.recipes import RECIPES


def with_dropout(discriminator, rate):
    """The same layers, with dropout after each activation."""
    model = keras.Sequential([keras.Input(discriminator.input_shape[1:])])
    for layer in discriminator.layers:
        model.add(layer)
        if layer.name.startswith("relu"):
            model.add(keras.layers.Dropout(rate))
    return model


def build(rate, seed):
    recipe = RECIPES["lean"]
    keras.utils.set_random_seed(seed)
    gan = GAN(models.mnist_generator(), with_dropout(models.mnist_discriminator(), rate), seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 10000])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.0, 0.3])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--no-distance", action="store_true", help="leave out the Fréchet distance")
    args = parser.parse_args()

    train, new = data.mnist().images, data.mnist(split="test").images
    classify = metrics.mnist_classifier()
    new_features, _ = classify(new)
    print("| digits | rate | training digits told from new ones | difference of logits | Fréchet distance |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    by_seed = {}
    for size in args.sizes:
        for rate in args.rates:
            rows = []
            for seed in range(args.seeds):
                images = train[np.random.default_rng(seed).permutation(len(train))[:size]]
                gan = build(rate, seed)
                gan.fit(data.batches(images, 32, seed), steps_per_epoch=args.steps, verbose=0)
                seen, unseen = (
                    gan.discriminator.predict(part / np.float32(127.5) - 1, 500, verbose=0) for part in (images, new)
                )
                distance = np.nan
                if not args.no_distance:
                    distance = metrics.frechet_distance(new_features, classify(gan.sample(2000))[0])
                told = roc_auc_score(np.r_[np.ones(len(seen)), np.zeros(len(unseen))], np.r_[seen, unseen][:, 0])
                rows.append([told, seen.mean() - unseen.mean(), distance])
                print(size, rate, seed, np.round(rows[-1], 2), file=sys.stderr, flush=True)
            cells = ["–" if np.isnan(column).any() else spread(column, ".2f") for column in np.transpose(rows)]
            print(f"| {size:,} | {rate:g} | " + " | ".join(cells) + " |", flush=True)
            by_seed[size, rate] = [told for told, *_ in rows]
    print("\n| digits | rate |", " | ".join(f"seed {seed}" for seed in range(args.seeds)), "|")
    print("| ---: " * (2 + args.seeds) + "|")
    for (size, rate), shares in by_seed.items():
        print(f"| {size:,} | {rate:g} | " + " | ".join(f"{told:.3f}" for told in shares) + " |")


if __name__ == "__main__":
    main()
