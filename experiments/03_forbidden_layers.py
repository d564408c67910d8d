"""Batch normalization in the layers of a DCGAN that have it, and in the two that must not.

    python experiments/03_forbidden_layers.py [--arms NAME …] [--seeds N] [--steps N]

Trains small GANs on the bundled digits that differ in nothing but their normalization, and prints a table: a row an
arm, the median over the seeds and in brackets the least and the greatest value. "By batch" is the Fréchet distance of
pictures drawn as in training, normalized by their own batch of 32. "Movement" is how much a pixel, from −1 to 1, of the
same latent vectors' pictures changes in ten steps, brightness their mean from 0 to 1 (real digits: 0.13), the swing of
the loss its standard deviation; these are over the second half of the training. About a minute and a half a training on
one core.
"""

import argparse
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import initializers, layers
from results import spread

from dcgan_tf import data, metrics
from dcgan_tf.gan import GAN, generate

# Which layers get batch normalization: G's hidden, G's output (dark: with β = −1 at first, which gives about the mean
# brightness of the digits), D's pixels, D's first and second convolution.
ARMS = {
    "as in the paper": "hidden second",
    "also on G's output": "hidden output second",
    "also on G's output, β = −1 at first": "hidden dark second",
    "also on D's first layer": "hidden first second",
    "also on D's pixels": "hidden pixels second",
    "everywhere": "hidden output first second",
    "everywhere, β = −1 at first": "hidden dark first second",
    "nowhere": "",
}
EVERY = 10  # steps between two looks at the pictures


def generator(norms):
    return _stack(
        [
            keras.Input((32,)),
            layers.Dense(7 * 7 * 64, kernel_initializer=_normal()),
            layers.Reshape((7, 7, 64)),
            _norm("hidden" in norms),
            layers.ReLU(),
            layers.Conv2DTranspose(32, 5, 2, padding="same", kernel_initializer=_normal()),
            _norm("hidden" in norms),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 5, 2, padding="same", kernel_initializer=_normal()),
            _norm("dark" in norms, beta=-1.0) or _norm("output" in norms),
            layers.Activation("tanh"),
        ]
    )


def discriminator(norms):
    return _stack(
        [
            keras.Input((28, 28, 1)),
            _norm("pixels" in norms),
            layers.Conv2D(32, 5, 2, padding="same", kernel_initializer=_normal()),
            _norm("first" in norms),
            layers.LeakyReLU(0.2),
            layers.Conv2D(64, 5, 2, padding="same", kernel_initializer=_normal()),
            _norm("second" in norms),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1, kernel_initializer=_normal()),
        ]
    )


def _normal():
    return initializers.RandomNormal(0, 0.02)


def _norm(wanted, beta=0.0):
    start = initializers.Constant(beta)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, beta_initializer=start) if wanted else None


def _stack(stack):
    return keras.Sequential([layer for layer in stack if layer is not None])


def train(norms, seed, steps, images):
    """Trains one GAN; returns what was seen every `EVERY` steps and the generator."""
    keras.utils.set_random_seed(seed)
    gan = GAN(generator(norms), discriminator(norms), seed)
    gan.compile(*(keras.optimizers.Adam(1e-3, 0.5) for _ in range(2)), average_decay=0.0)
    latents = np.random.default_rng(0).standard_normal((64, 32)).astype("float32")
    seen = {"pictures": [], "loss": []}

    def look(epoch, logs):
        seen["pictures"].append(np.asarray(gan.generator(latents, training=False))[..., 0])
        seen["loss"].append(logs["discriminator_loss"])

    gan.fit(
        data.batches(images, 32, seed),
        steps_per_epoch=EVERY,
        epochs=steps // EVERY,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=look)],
    )
    return {name: np.array(values) for name, values in seen.items()}, gan.generator


def measure(seen, network, seed, classify, real_features):
    latents = np.random.default_rng(seed + 1).standard_normal((2000, 32)).astype("float32")
    features, probabilities = classify(generate(network, latents))
    # As in training, each batch normalized by itself: tells whether the moving averages are to blame.
    batches = [network(batch, training=True) for batch in np.split(latents[:1984], 62)]
    by_batch, _ = classify(np.rint(np.concatenate(batches) * 127.5 + 127.5).astype(np.uint8))
    half = len(seen["loss"]) // 2
    late = seen["pictures"][half:]
    return {
        "Fréchet distance": metrics.frechet_distance(real_features, features),
        "by batch": metrics.frechet_distance(real_features, by_batch),
        "classes": metrics.classes_covered(probabilities),
        "movement": np.abs(np.diff(late, axis=0)).mean(),
        "brightness": (late.mean() + 1) / 2,
        "loss of D": seen["loss"][half:].mean(),
        "swing of the loss": seen["loss"][half:].std(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=1200)
    arguments = parser.parse_args()
    images = data.mnist("sample").images
    classify = metrics.mnist_classifier()
    real_features, _ = classify(data.mnist("sample", split="test").images)
    heads = None
    for arm in arguments.arms:
        rows = []
        for seed in range(arguments.seeds):
            since = time.perf_counter()
            seen, network = train(ARMS[arm].split(), seed, arguments.steps, images)
            rows.append(measure(seen, network, seed, classify, real_features))
            print(arm, seed, round(time.perf_counter() - since), "s", rows[-1], file=sys.stderr, flush=True)
        if heads is None:
            heads = list(rows[0])
            print("| batch normalization |", " | ".join(heads), "|\n| --- |", " | ".join("---:" for _ in heads), "|")
        cells = [spread([row[head] for row in rows], ".3g") for head in heads]
        print(f"| {arm} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
