"""Faces, longer than in the lesson

The `narrow` recipe on 10,000 drawn faces, 312 steps an epoch. 2,000 samples are compared with 2,000 faces that nobody
was trained on, on the features of the frozen classifier of attributes; beside them stand the generator that comes
with the course (`faces_generator`, seed 0, 40 epochs) and 2,000 training faces. *shares*: how far the share of an
attribute is from the data's, in the mean over all 15. *contradictory*: faces that the classifier reads as having two
kinds of eyes, or not exactly one of bald, hat and the five colours of hair. *combinations*: how many different ones
of attributes there are.

One number for each of the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import numpy as np
import runner

from dcgan_tf import data, judges, pretrained, recipes
from dcgan_tf.data import drawn
from dcgan_tf.gan import generate
from dcgan_tf.training.fit import fit

ARMS = [
    "narrow",
    dict(arm="shipped with the course", seed=0, epoch=40),
    dict(arm="training faces", seed=0, epoch=""),
]


def contradictory(labels):
    """Which faces the style could not have drawn: two kinds of eyes; no top of the head, or two."""
    has = dict(zip(drawn.ATTRIBUTES, labels.astype(int).T, strict=True))
    eyes = has["glasses"] + has["sunglasses"] + has["eyes closed"]
    top = has["bald"] + has["hat"] + sum(has[f"{colour} hair"] for colour in drawn.HAIR_COLOURS)
    return (eyes > 1) | (top != 1)


def pictures(arm, seed, images, moments, n):
    """Yields n faces at each of the moments."""
    recipe = recipes.get("narrow", 64)
    gan = recipes.build("narrow", images.shape[1:], seed)
    if arm == "narrow":
        for epoch in moments:
            fit(gan, images, recipe.batch_size, epoch, seed, verbose=0)
            yield gan.sample(n, seed=1)
    elif arm["arm"] == "shipped with the course":
        yield generate(pretrained.load("faces_generator"), gan.latents(n, (1, 0)))
    else:
        yield images[:n]


def measure(arm, seed, moments, limit):
    train = data.faces(limit or 10_000, verbose=False)
    for images in pictures(arm, seed, train.images, moments, limit or 2000):
        _, probabilities = judges.face_classifier()(images)
        read, table = probabilities > 0.5, judges.measure(images, real(limit))
        yield {name: table[name] for name in ("distance", "precision", "recall")} | {
            "shares": np.abs(read.mean(axis=0) - train.labels.mean(axis=0)).mean(),
            "contradictory": contradictory(read).mean(),
            "combinations": len(np.unique(read, axis=0)),
        }


def real(limit):
    """None for the judge's own 2,000; drawing these takes longer than a smoke run may."""
    return data.faces(limit, seed=1, verbose=False).images if limit else None


def tables(results):
    columns = {
        "distance": ("distance", ".1f"),
        "precision": ("precision", ".3f"),
        "recall": ("recall", ".3f"),
        "shares": ("shares", ".4f"),
        "contradictory": ("contradictory", ".4f"),
        "combinations": ("combinations", ".0f"),
    }
    return [results.table({"arm": "faces", "epoch": "epochs"}, columns)]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, measure, tables, seeds=5, unit="epoch", moments=(6,))

if __name__ == "__main__":
    EXPERIMENT.main()
