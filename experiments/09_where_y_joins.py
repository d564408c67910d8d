"""How should a DCGAN be told the label? The conditional `lean` pair, with y concatenated in several places.

    python experiments/09_where_y_joins.py [--arms ARM …] [--seeds 0 1 2] [--epochs 6] [--results FILE.csv]

All arms of a seed see the same digits in the same order and make the same number of steps: 312 an epoch, on the 10,000
bundled digits. After half of the epochs and after all, 2,000 digits are drawn, 200 of each class, and shown to the
frozen classifier: the share that it takes for what was asked for (the label agreement), and the Fréchet distance to the
2,000 test digits. Each run is kept in FILE.csv as soon as it is done, and is not repeated; at the end the table of all
runs there is printed.

The arms say where y joins the discriminator, as it is (a constant feature map for each entry) or through a dense layer
(8 feature maps). The generator always gets z and y as one vector. "dense layer in G alone" is "as it is, after the
first convolution", but the generator's y goes through a dense layer of 32 units first, with weights from N(0, 1), so
that it is as strong as z. "shuffled labels" is "dense layer, after the first convolution", the library's own choice,
trained on labels that were dealt out at random: the control.
"""

import argparse
import csv
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers

from dcgan_tf import data, metrics, models, recipes, run
from dcgan_tf.conditional import ConditionalGAN, conditional_discriminator

LATENT_DIM, CLASSES = 32, 10
# arm → where y joins the discriminator, and how many feature maps a dense layer makes of it
ARMS = {
    "as it is, at the image": ("down_1", 0),
    "as it is, after the first convolution": ("down_2", 0),
    "as it is, before the last layer": ("logit", 0),
    "dense layer, at the image": ("down_1", 8),
    "dense layer, after the first convolution": ("down_2", 8),
    "dense layer in G alone": ("down_2", 0),
    "shuffled labels": ("down_2", 8),
}


def dense_in_generator(units=32):
    """The generator of `lean` with a dense layer for y alone before z and y meet."""
    both = keras.Input((LATENT_DIM + CLASSES,))
    strong = keras.initializers.RandomNormal(0, 1)
    y = layers.Dense(units, kernel_initializer=strong, name="embed")(both[:, LATENT_DIM:])
    return keras.Model(
        both, models.mnist_generator(LATENT_DIM + units)(layers.Concatenate()([both[:, :LATENT_DIM], y]))
    )


def train(arm, seed, digits, epochs):
    """Trains an arm; yields the epoch and the GAN after half of the epochs and after all."""
    recipe = recipes.get("lean", 28)
    keras.utils.set_random_seed(seed)
    generator = (
        dense_in_generator() if arm == "dense layer in G alone" else models.mnist_generator(LATENT_DIM + CLASSES)
    )
    discriminator = conditional_discriminator(models.mnist_discriminator(), CLASSES, *ARMS[arm])
    gan = ConditionalGAN(generator, discriminator, np.eye(CLASSES), seed=seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    labels = digits.labels
    if arm == "shuffled labels":
        labels = np.random.default_rng(seed).permutation(labels)
    for epoch in sorted({max(1, epochs // 2), epochs}):
        run.fit(gan, digits.images, recipe.batch_size, epoch, seed, labels=labels, verbose=0)
        yield epoch, gan


def table(rows, epochs):
    """Markdown: each arm's agreements and distances, seed by seed."""
    marks = sorted({max(1, epochs // 2), epochs})
    heads = [f"{what}, {n} epochs" for what in ("agreement", "distance") for n in marks]
    lines = ["| " + " | ".join(["y in the discriminator", *heads]) + " |", "| --- |" + " --- |" * len(heads)]
    for arm in ARMS:
        mine = sorted((r for r in rows if r["arm"] == arm), key=lambda r: int(r["seed"]))
        if not mine:
            continue
        cells = [
            ", ".join(f"{float(r[what]):{form}}" for r in mine if int(r["epoch"]) == n)
            for what, form in (("agreement", ".2f"), ("distance", ".2f"))
            for n in marks
        ]
        lines.append("| " + " | ".join([arm, *cells]) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=ARMS, metavar="ARM", help="; ".join(ARMS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--results", type=Path, default=Path("runs/09_where_y_joins.csv"))
    args = parser.parse_args()
    names = ["arm", "seed", "epoch", "agreement", "distance"]
    args.results.parent.mkdir(parents=True, exist_ok=True)
    if not args.results.exists():
        args.results.write_text(",".join(names) + "\n")
    rows = list(csv.DictReader(args.results.open()))
    digits, test = (data.mnist("sample", split) for split in ("train", "test"))
    classify = metrics.mnist_classifier()
    real, _ = classify(test.images)
    asked = np.repeat(np.arange(CLASSES), 200)
    for seed in args.seeds:
        for arm in args.arms:
            if any((r["arm"], r["seed"], r["epoch"]) == (arm, str(seed), str(args.epochs)) for r in rows):
                continue
            new = []
            for epoch, gan in train(arm, seed, digits, args.epochs):
                fake, probabilities = classify(gan.sample(len(asked), seed=1, labels=asked))
                agreement = np.mean(probabilities.argmax(axis=1) == asked)
                distance = metrics.frechet_distance(real, fake)
                new.append([arm, seed, epoch, round(agreement, 4), round(distance, 3)])
                print(*new[-1], sep="; ", file=sys.stderr, flush=True)
            rows += [dict(zip(names, map(str, row), strict=True)) for row in new]
            with args.results.open("a", newline="") as file:
                csv.writer(file).writerows(new)
    print("\n" + table(rows, args.epochs))


if __name__ == "__main__":
    main()
