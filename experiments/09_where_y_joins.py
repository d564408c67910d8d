"""Where y joins a conditional DCGAN

The conditional `lean` pair, six times through the 10,000 bundled digits. All arms of a seed see the same digits in
the same order and make the same number of steps, 312 an epoch. Agreement: the share of 2,000 generated digits, 200 of
each class, that the frozen classifier takes for what was asked for; chance is 0.10. Distance: their Fréchet distance
to the 2,000 bundled test digits.

"As it is" joins a constant feature map for each entry of y, "dense layer" eight feature maps that a dense layer makes
of it. The generator always gets z and y as one vector. "Dense layer in G alone" is "as it is, after the first
convolution", but the generator's y goes through a dense layer of 32 units first, with weights from N(0, 1), so that
it is as strong as z. "Shuffled labels" is "dense layer, after the first convolution", the library's own choice,
trained on labels that were dealt out at random: the control.

One number for each of the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data, judges, models, recipes
from dcgan_tf.conditional import ConditionalGAN, conditional_discriminator
from dcgan_tf.training.fit import fit

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
    joined = layers.Concatenate()([both[:, :LATENT_DIM], y])
    return keras.Model(both, models.mnist_generator(LATENT_DIM + units)(joined))


def train(arm, seed, moments, limit):
    digits, recipe = data.mnist(), recipes.get("lean", 28)
    images, labels = digits.images[:limit], digits.labels[:limit]
    if arm == "shuffled labels":
        labels = np.random.default_rng(seed).permutation(labels)
    keras.utils.set_random_seed(seed)
    inside = arm == "dense layer in G alone"
    generator = dense_in_generator() if inside else models.mnist_generator(LATENT_DIM + CLASSES)
    discriminator = conditional_discriminator(models.mnist_discriminator(), CLASSES, *ARMS[arm])
    gan = ConditionalGAN(generator, discriminator, np.eye(CLASSES), seed=seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    asked = np.repeat(np.arange(CLASSES), (limit or 2000) // CLASSES)
    for epoch in moments:
        fit(gan, images, recipe.batch_size, epoch, seed, labels=labels, verbose=0)
        drawn = gan.sample(len(asked), seed=1, labels=asked)
        _, probabilities = judges.mnist_classifier()(drawn)
        agreement = np.mean(probabilities.argmax(axis=1) == asked)
        yield dict(agreement=agreement, distance=judges.measure(drawn)["distance"])


def tables(results):
    measured = [(what, n) for what in ("agreement", "distance") for n in (3, 6)]
    columns = {f"{what}, {n} epochs": (what, ".2f", dict(epoch=n)) for what, n in measured}
    return [results.table({"arm": "y in the discriminator"}, columns)]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="epoch", moments=(3, 6))

if __name__ == "__main__":
    EXPERIMENT.main()
