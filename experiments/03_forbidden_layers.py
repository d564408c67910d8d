"""Batch normalization in the two layers that the DCGAN paper leaves without it

Small GANs on the 10,000 bundled digits, 1,200 steps, differ in nothing but their normalization. "By batch" is the
Fréchet distance of pictures drawn as in training, normalized by their own batch of 32. "Movement" is how much a
pixel, from −1 to 1, of the same latent vectors' pictures changes in ten steps, brightness their mean from 0 to 1
(real digits: 0.13), the swing of the loss its standard deviation; these are over the second half of the training.
*Everywhere* leaves out D's pixels alone.

Median (least to greatest) over the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import keras
import numpy as np
import runner
from keras import initializers, layers

from dcgan_tf import data, judges
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


def train(arm, seed, moments, limit):
    (steps,) = moments
    norms, images = ARMS[arm].split(), data.mnist().images[:limit]
    keras.utils.set_random_seed(seed)
    gan = GAN(generator(norms), discriminator(norms), seed)
    gan.compile(*(keras.optimizers.Adam(1e-3, 0.5) for _ in range(2)), average_decay=0.0)
    latents = np.random.default_rng(0).standard_normal((64, 32)).astype("float32")
    pictures, losses = [], []

    def look(epoch, logs):
        pictures.append(np.asarray(gan.generator(latents, training=False))[..., 0])
        losses.append(logs["discriminator_loss"])

    callback = keras.callbacks.LambdaCallback(on_epoch_end=look)
    batches = data.batches(images, 32, seed)
    gan.fit(batches, steps_per_epoch=EVERY, epochs=steps // EVERY, verbose=0, callbacks=[callback])
    late, late_losses = (seen[len(seen) // 2 :] for seen in (pictures, losses))
    table, by_batch = (judges.measure(some) for some in samples(gan.generator, seed, limit or 2000))
    yield {
        "distance": table["distance"],
        "by_batch": by_batch["distance"],
        "classes": table["classes"],
        "movement": np.abs(np.diff(late, axis=0)).mean(),
        "brightness": (np.mean(late) + 1) / 2,
        "loss": np.mean(late_losses),
        "swing": np.std(late_losses),
    }


def samples(network, seed, n):
    """n pictures, and nearly as many that are normalized as in training, each batch of 32 by itself."""
    latents = np.random.default_rng(seed + 1).standard_normal((n, 32)).astype("float32")
    batches = [network(batch, training=True) for batch in np.split(latents[: n // 32 * 32], n // 32)]
    return generate(network, latents), np.rint(np.concatenate(batches) * 127.5 + 127.5).astype(np.uint8)


def tables(results):
    columns = {
        "Fréchet distance": ("distance", ".3g"),
        "by batch": ("by_batch", ".3g"),
        "classes": ("classes", ".3g"),
        "movement": ("movement", ".3g"),
        "brightness": ("brightness", ".3g"),
        "loss of D": ("loss", ".3g"),
        "swing of the loss": ("swing", ".3g"),
    }
    return [results.table({"arm": "batch normalization"}, columns, "median (range)", step=1200)]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="step", moments=(1200,), smoke=(4 * EVERY,))

if __name__ == "__main__":
    EXPERIMENT.main()
