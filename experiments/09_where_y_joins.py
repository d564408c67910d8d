"""How should a DCGAN be told the label? The conditional `lean` pair, with y concatenated in several places.

    python experiments/09_where_y_joins.py [--arms ARM …] [--seeds 0 1 2] [--epochs 6] [--results FILE.csv]

All arms of a seed see the same digits in the same order and make the same number of steps: 312 an epoch, on the 10,000
bundled digits. After half of the epochs and after all, 2,000 digits are drawn, 200 of each class, and shown to the
frozen classifier: the share that it takes for what was asked for (the label agreement), and the Fréchet distance to the
2,000 test digits. What is measured is kept in FILE.csv at once, and a run that is complete is not repeated; at the end
the table of all runs there is printed.

The arms say where y joins the discriminator, as it is (a constant feature map for each entry) or through a dense layer
(8 feature maps). The generator always gets z and y as one vector. "dense layer in G alone" is "as it is, after the
first convolution", but the generator's y goes through a dense layer of 32 units first, with weights from N(0, 1), so
that it is as strong as z. "shuffled labels" is "dense layer, after the first convolution", the library's own choice,
trained on labels that were dealt out at random: the control.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import results
from keras import layers

from dcgan_tf import data, metrics, models, recipes, run
from dcgan_tf.conditional import ConditionalGAN, conditional_discriminator

LATENT_DIM, CLASSES = 16, 10
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


def marks(epochs):
    """When an arm is measured: after half of the epochs and after all."""
    return sorted({max(1, epochs // 2), epochs})


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
    for epoch in marks(epochs):
        run.fit(gan, digits.images, recipe.batch_size, epoch, seed, labels=labels, verbose=0)
        yield epoch, gan


def main():
    args = results.parser(__doc__, ARMS, epochs=6, path="runs/09_where_y_joins.csv").parse_args()
    digits, test = (data.mnist("sample", split) for split in ("train", "test"))
    classify = metrics.mnist_classifier()
    real, _ = classify(test.images)
    asked = np.repeat(np.arange(CLASSES), 200)
    for arm, seed, done in results.unfinished(args.results, args.arms, args.seeds, args.epochs):
        for epoch, gan in train(arm, seed, digits, args.epochs):
            if epoch in done:
                continue
            fake, probabilities = classify(gan.sample(len(asked), seed=1, labels=asked))
            agreement = round(np.mean(probabilities.argmax(axis=1) == asked), 4)
            distance = round(metrics.frechet_distance(real, fake), 3)
            results.keep(args.results, dict(arm=arm, seed=seed, epoch=epoch, agreement=agreement, distance=distance))
    measured = [(what, n) for what in ("agreement", "distance") for n in marks(args.epochs)]
    columns = {f"{what}, {n} epochs": (what, n, ".2f") for what, n in measured}
    print("\n" + results.by_arm(results.read(args.results), "y in the discriminator", ARMS, columns))


if __name__ == "__main__":
    main()
