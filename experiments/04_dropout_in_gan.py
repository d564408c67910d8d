"""Dropout in the discriminator of a GAN

Does a discriminator with dropout judge digits that it was not trained on as it judges those it was? The networks and
settings of the `lean` recipe, with dropout behind the activations of the discriminator. "Told" is how often a
training digit has a higher logit than a new (test) digit, both real, over all pairs; the discriminator is read
without dropout. The difference is that of their mean logits, and the Fréchet distance that of 2,000 generated digits
to the 2,000 test digits.

TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

from itertools import pairwise

import keras
import numpy as np
import runner
from sklearn.metrics import roc_auc_score

from dcgan_tf import data, judges, models, recipes
from dcgan_tf.gan import GAN

ARMS = [dict(digits=digits, rate=rate) for digits in (500, 10_000) for rate in (0.0, 0.3)]


def with_dropout(discriminator, rate):
    """The same network, with dropout behind each activation."""

    def call(layer, x):
        return keras.layers.Dropout(rate)(layer(x)) if layer.name.startswith("relu") else layer(x)

    return models.rebuild(discriminator, call, keep_weights=True)


def train(arm, seed, moments, limit):
    digits, new = (data.mnist(split=split).images for split in ("train", "test"))
    images = digits[np.random.default_rng(seed).permutation(len(digits))[: limit or arm["digits"]]]
    recipe = recipes.get("lean", 28)
    keras.utils.set_random_seed(seed)
    gan = GAN(models.mnist_generator(), with_dropout(models.mnist_discriminator(), arm["rate"]), seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    for before, step in pairwise((0, *moments)):
        gan.fit(data.batches(images, 32, seed, start_step=before), steps_per_epoch=step - before, verbose=0)
        seen, unseen = (gan.discriminator.predict(gan.scale(some), 500, verbose=0)[:, 0] for some in (images, new))
        yield {
            "told": roc_auc_score(np.r_[np.ones(len(seen)), np.zeros(len(unseen))], np.r_[seen, unseen]),
            "difference": seen.mean() - unseen.mean(),
            "distance": judges.measure(gan.sample(limit or 2000))["distance"],
        }


def tables(results):
    rows = ["digits", "rate"]
    columns = {
        "training digits told from new ones": ("told", ".2f"),
        "difference of logits": ("difference", ".2f"),
        "Fréchet distance": ("distance", ".2f"),
    }
    told = {"told after 500 steps, seed by seed": ("told", ".3f")}
    return [
        "After 800 steps, median over the seeds, in brackets the smallest and the largest:",
        results.table(rows, columns, "median (range)", step=800),
        "After 500 steps, the share alone:",
        results.table(rows, told, step=500),
        results.table(rows, {"median (smallest to largest)": ("told", ".2f")}, "median (range)", step=500),
    ]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="step", moments=(500, 800), smoke=(2, 4))

if __name__ == "__main__":
    EXPERIMENT.main()
