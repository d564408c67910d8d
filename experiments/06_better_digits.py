"""What makes the digits of `lean` better

Each arm is trained on the 10,000 bundled digits; all arms of a seed see the same digits in the same order. 2,000
samples are compared with the 2,000 bundled test digits by two classifiers: the course's own, and a second one of
another architecture (`second_judge.py`), by which the arms were chosen. "Sure" is the share of samples of which a
classifier is above 0.9.

The arms change one thing after the other. γ is the weight of R1; "a quarter of the steps" puts R1, four times as
heavy, into a random quarter of the steps.

A search, and not at its end: until there are five seeds, a row is one run. TensorFlow 2.21.0, Keras 3.15.1; the
milliseconds are those of one CPU core a step, beside other work: compare them within the table alone.
"""

import time
from functools import partial

import keras
import runner
import second_judge
import tensorflow as tf
from keras import layers

from dcgan_tf import data, judges, losses, metrics, models
from dcgan_tf.gan import GAN
from dcgan_tf.layers import MinibatchStdDev, SpectralNormalization

LEAN = dict(latent_dim=16, g_filters=128, d_filters=32, slope=0.2, kernel_size=5, bilinear=False, stddev=False,
            spectral=False, rate=2e-3, d_rate=None, beta_1=0.5, beta_2=0.99, batch_size=32, average_decay=0.998,
            loss="non_saturating", gamma=0.0, share=1.0, penalty=losses.r1, shift=0, matching=0.0)  # fmt: skip
RELU = dict(slope=0.0)
R1 = RELU | dict(gamma=0.05)
ARMS = {
    "lean until now": {},
    "ReLU in D": RELU,
    "γ = 0.05": dict(gamma=0.05),
    "γ = 0.2": dict(gamma=0.2),
    "γ = 0.5": dict(gamma=0.5),
    "slope 0.1, γ = 0.05": dict(slope=0.1, gamma=0.05),
    "slope 0.1, γ = 0.2": dict(slope=0.1, gamma=0.2),
    "ReLU in D, γ = 0.02": RELU | dict(gamma=0.02),
    "ReLU in D, γ = 0.05": R1,
    "ReLU in D, γ = 0.1": RELU | dict(gamma=0.1),
    "ReLU in D, γ = 0.2": RELU | dict(gamma=0.2),
    "… in a quarter of the steps": R1 | dict(share=0.25),
    "… γ = 0.1 in a quarter of the steps": R1 | dict(gamma=0.1, share=0.25),
    "… kernels 4×4": R1 | dict(kernel_size=4),
    "… kernels 3×3 in D": R1 | dict(kernel_size=(5, 3)),
    "… minibatch deviation": R1 | dict(stddev=True),
    "… bilinear upsampling in G": R1 | dict(bilinear=True),
    "… β₁ = 0": R1 | dict(beta_1=0.0),
    "… rates 3e-3": R1 | dict(rate=3e-3),
    "… rates 1e-3": R1 | dict(rate=1e-3),
    "… D's rate 1e-3": R1 | dict(d_rate=1e-3),
    "… D's rate 4e-3": R1 | dict(d_rate=4e-3),
    "… average 0.999": R1 | dict(average_decay=0.999),
    "… z of 10": R1 | dict(latent_dim=10),
    "… z of 32": R1 | dict(latent_dim=32),
    "… hinge": R1 | dict(loss="hinge"),
    "… relativistic": R1 | dict(loss="relativistic"),
    "… relativistic, R1 and R2": R1 | dict(loss="relativistic", penalty=losses.r1_r2),
    "… G twice as wide": R1 | dict(g_filters=256),
    "… D twice as wide": R1 | dict(d_filters=64),
    "… batch 64": R1 | dict(batch_size=64),
    "… shifted by up to 2 pixels": R1 | dict(shift=2),
    "… feature matching of 0.1": R1 | dict(matching=0.1),
    "… spectral normalization in D": R1 | dict(spectral=True),
}


class Variant(GAN):
    """A GAN whose discriminator may see shifted images, and whose generator may have D's mean features to match."""

    shift, matching = 0, 0.0

    def logits(self, samples):
        return super().logits(shifted(samples, self.shift) if self.shift else samples)

    def generator_loss(self, real, latents):
        loss = super().generator_loss(real, latents)
        if self.matching:
            features = keras.Model(self.discriminator.inputs, self.discriminator.get_layer("flatten").output)
            means = [tf.reduce_mean(features(x, training=True), axis=0) for x in (real, self.draw(latents))]
            loss += self.matching * tf.reduce_sum((means[0] - means[1]) ** 2)
        return loss


def shifted(images, most):
    """Each image moved by up to `most` pixels in both directions, at random; the ground comes in at the border."""
    size = images.shape[1]
    images = tf.pad(images, [[0, 0], [most, most], [most, most], [0, 0]], constant_values=-1.0)
    for axis in (1, 2):
        first = tf.random.uniform((tf.shape(images)[0], 1), 0, 2 * most + 1, tf.int32)
        images = tf.gather(images, first + tf.range(size), axis=axis, batch_dims=1)
    return images


def sometimes(penalty, share, discriminator, real, fake, seed):
    """The penalty in a random share of the steps, so much the heavier: its mean is the same."""
    drawn = tf.random.stateless_uniform((), seed) < share
    return tf.cond(drawn, lambda: penalty(discriminator, real, fake, seed=seed) / share, lambda: 0.0)


def networks(c):
    g_kernel, d_kernel = c["kernel_size"] if isinstance(c["kernel_size"], tuple) else [c["kernel_size"]] * 2

    def in_generator(layer, x):
        if not isinstance(layer, layers.Conv2DTranspose):
            return x if c["bilinear"] and layer.name == "crop" else layer(x)
        settings = layer.get_config() | dict(kernel_size=(g_kernel, g_kernel))
        if not c["bilinear"]:
            return layers.Conv2DTranspose.from_config(settings)(x)
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        x = layers.Cropping2D(((0, 1), (0, 1)))(x) if layer.name == "up_1" else x  # 8×8 to 7×7
        shared = ("filters", "kernel_size", "padding", "use_bias", "kernel_initializer", "name")
        return layers.Conv2D(**{name: settings[name] for name in shared})(x)

    def in_discriminator(layer, x):
        if isinstance(layer, layers.LeakyReLU):
            return (layers.LeakyReLU(c["slope"]) if c["slope"] else layers.ReLU())(x)
        if isinstance(layer, layers.Flatten) and c["stddev"]:
            return layer(MinibatchStdDev()(x))
        if isinstance(layer, (layers.Conv2D, layers.Dense)):
            settings = layer.get_config()
            if isinstance(layer, layers.Conv2D):
                settings |= dict(kernel_size=(d_kernel, d_kernel))
            layer = type(layer).from_config(settings)
            return (SpectralNormalization(layer) if c["spectral"] else layer)(x)
        return layer(x)

    generator = models.dcgan_generator(28, 1, c["latent_dim"], c["g_filters"])
    discriminator = models.dcgan_discriminator(28, 1, c["d_filters"])
    return models.rebuild(generator, in_generator), models.rebuild(discriminator, in_discriminator)


def train(arm, seed, moments, limit):
    c = LEAN | ARMS[arm]
    images, unseen = data.mnist().images[:limit], data.mnist(split="test").images
    keras.utils.set_random_seed(seed)
    gan = Variant(*networks(c), seed)
    gan.shift, gan.matching = c["shift"], c["matching"]
    if c["matching"]:  # it is matched with real images that D has not just seen
        c["loss"] = losses.get(c["loss"])._replace(pairs=True)
    penalty = partial(c["penalty"], weight=c["gamma"]) if c["gamma"] else None
    if c["share"] < 1:
        penalty = partial(sometimes, penalty, c["share"])
    optimizers = [
        keras.optimizers.Adam(rate, c["beta_1"], c["beta_2"]) for rate in (c["rate"], c["d_rate"] or c["rate"])
    ]
    gan.compile(*optimizers, loss=c["loss"], penalty=penalty, average_decay=c["average_decay"])
    batch_size = c["batch_size"] * (1 + gan.adversarial_loss.pairs)
    second = second_judge.load() if limit is None else judges.mnist_classifier()  # a smoke run has to do without it
    reference = second(unseen)[0]

    def go_on(step):
        batches = data.batches(images, batch_size, seed, start_step=gan.step)
        gan.fit(batches, steps_per_epoch=step - gan.step, verbose=0)

    go_on(1)  # compiles
    seconds = 0.0
    for step in moments:
        start = time.process_time()
        go_on(step)
        seconds += time.process_time() - start
        samples = gan.sample(limit or 2000, seed=1)
        table, (features, probabilities) = judges.measure(samples), second(samples)
        yield dict(
            ms=1000 * seconds / (step - 1),
            **{name: table[name] for name in ("distance", "precision", "recall", "sure")},
            second_distance=metrics.frechet_distance(reference, features),
            second_sure=float((probabilities.max(axis=1) > 0.9).mean()),
        )


def tables(results):
    forms = {
        "ms": ("ms", ".0f"),
        "distance": ("distance", ".2f"),
        "sure": ("sure", ".3f"),
        "precision": ("precision", ".2f"),
        "recall": ("recall", ".2f"),
        "distance, second judge": ("second_distance", ".1f"),
        "sure, second judge": ("second_sure", ".3f"),
    }
    parts = []
    for step in MOMENTS:
        columns = {head: (*form, dict(step=step)) for head, form in forms.items()}
        parts += [f"After {step:,} steps:", results.table({"arm": "arm"}, columns)]
    return parts


MOMENTS = (750, 1500, 3000)
EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="step", moments=MOMENTS, smoke=(2, 3))

if __name__ == "__main__":
    EXPERIMENT.main()
