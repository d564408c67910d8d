"""What the bottleneck of a convolutional autoencoder keeps

A code is 16 numbers. The autoencoder is trained three times through the 10,000 bundled digits and measured on the
2,000 test digits, beside a PCA with as many numbers and the pixels themselves. A test digit is recognised if its five
nearest training digits, by their codes, name it rightly. The Fréchet distance is that to the test digits, of their
copies and of 2,000 random codes that were decoded; *sure* is the share of these of which the frozen classifier is
sure. Random codes are drawn from a normal distribution with the mean and the covariance of the training digits'
codes.

Median (lowest to highest) over the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

from itertools import pairwise

import keras
import numpy as np
import runner
from keras import layers
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from dcgan_tf import data, judges

ARMS = ["autoencoder", dict(arm="PCA", seed=0), dict(arm="pixels", seed=0)]
NUMBERS = 16


def networks():
    encoder = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, 2, padding="same", activation="relu"),
            layers.Conv2D(32, 5, 2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(NUMBERS),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((NUMBERS,)),
            layers.Dense(7 * 7 * 32, activation="relu"),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(16, 5, 2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 5, 2, padding="same", activation="sigmoid"),
        ]
    )
    return encoder, decoder


def coders(arm, seed, images, moments):
    """Yields, at each moment, functions from images to codes and from codes to images; no second for the pixels."""
    keras.utils.set_random_seed(seed)
    if arm == "autoencoder":
        encoder, decoder = networks()
        model = keras.Sequential([encoder, decoder])
        model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="mse")
        for before, epoch in pairwise((0, *moments)):
            model.fit(images, images, batch_size=64, initial_epoch=before, epochs=epoch, verbose=0)
            yield lambda x: encoder.predict(x, verbose=0), lambda codes: decoder.predict(codes, verbose=0)
    elif arm["arm"] == "PCA":
        pca = PCA(NUMBERS, random_state=0).fit(flat(images))
        pair = lambda x: pca.transform(flat(x)), lambda codes: pca.inverse_transform(codes).reshape(-1, 28, 28, 1)
        yield from [pair] * len(moments)
    else:
        yield from [(flat, None)] * len(moments)


def flat(images):
    return images.reshape(len(images), -1)


def measure(arm, seed, moments, limit):
    digits, unseen = (data.mnist(split=split) for split in ("train", "test"))
    train, test = (some.images[:limit] / np.float32(255) for some in (digits, unseen))
    for encode, decode in coders(arm, seed, train, moments):
        codes, test_codes = encode(train), encode(test)
        nearest = KNeighborsClassifier(5).fit(codes, digits.labels[:limit])
        measured = {"recognised": nearest.score(test_codes, unseen.labels[:limit])}
        if decode:
            drawn = np.random.default_rng(seed).multivariate_normal(codes.mean(0), np.cov(codes.T), limit or 2000)
            copies, random = decode(test_codes), decode(drawn.astype(np.float32))
            measured["error"] = np.mean((copies - test) ** 2)
            for name, images in (("copies", copies), ("random", random)):
                table = judges.measure(np.round(255 * images.clip(0, 1)).astype(np.uint8))
                measured |= {name: table["distance"], f"{name}_sure": table["sure"]}
        yield measured


def tables(results):
    columns = {
        "mean squared error of the copies": ("error", ".4f"),
        "test digits recognised from their codes": ("recognised", ".3f"),
        "Fréchet distance of the copies": ("copies", ".2f"),
        "sure of the copies": ("copies_sure", ".3f"),
        "Fréchet distance of decoded random codes": ("random", ".2f"),
        "sure of those": ("random_sure", ".3f"),
    }
    return [results.table({"arm": "codes"}, columns, "median (range)", epoch=3)]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, measure, tables, seeds=10, unit="epoch", moments=(3,))

if __name__ == "__main__":
    EXPERIMENT.main()
