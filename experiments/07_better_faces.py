"""What makes the faces of `narrow` better

Each arm is trained on 10,000 drawn faces of 32×32 pixels; all arms of a seed see the same faces in the same order.
2,000 samples, enlarged to 64×64, are compared with 2,000 other faces that were made as small and enlarged likewise. A
haircut is kept if at least half of its share is drawn; the smallest share, of the twenty, is given in parts of what it
should be. The grain is the mean step from pixel to pixel in the flatter half of the pictures, in grey values; real
faces are flat there.

A search, and not at its end: until there are five seeds, a row is one run. γ is the weight of R1. TensorFlow 2.21.0,
Keras 3.15.1; the milliseconds are those of one CPU core a step, beside other work: compare them within the table alone.
"""

import time
from functools import partial

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data, judges, losses, models
from dcgan_tf.gan import GAN
from dcgan_tf.layers import MinibatchStdDev

SIZE = 32
NARROW = dict(latent_dim=100, g_filters=128, d_filters=16, norm="group", slope=0.2, stddev=False, bilinear=False,
              rate=1e-3, beta_1=0.5, beta_2=0.99, batch_size=32, average_decay=0.998, loss="non_saturating",
              gamma=10.0, penalty=losses.r1)  # fmt: skip
BATCH = dict(norm="batch", gamma=0.05)
ARMS = {
    "narrow until now": {},
    "γ = 1": dict(gamma=1.0),
    "γ = 0.1": dict(gamma=0.1),
    "γ = 0.01": dict(gamma=0.01),
    "minibatch deviation, γ = 1": dict(gamma=1.0, stddev=True),
    "minibatch deviation, γ = 0.1": dict(gamma=0.1, stddev=True),
    "batch normalization, γ = 1": BATCH | dict(gamma=1.0),
    "batch normalization, γ = 0.1": BATCH | dict(gamma=0.1),
    "batch normalization, γ = 0.02": BATCH | dict(gamma=0.02),
    "bilinear, γ = 1": dict(gamma=1.0, bilinear=True),
    "bilinear, minibatch deviation, γ = 1": dict(gamma=1.0, stddev=True, bilinear=True),
    "bilinear, batch normalization, γ = 0.1": BATCH | dict(gamma=0.1, bilinear=True),
    "ReLU in D, minibatch deviation, γ = 1": dict(gamma=1.0, stddev=True, slope=0.0),
    "no normalization in D, minibatch deviation, γ = 1": dict(norm=None, gamma=1.0, stddev=True),
    "relativistic, R1 and R2, γ = 0.1": dict(loss="relativistic", penalty=losses.r1_r2, gamma=0.1),
    "rates 2e-3, minibatch deviation, γ = 1": dict(gamma=1.0, stddev=True, rate=2e-3),
    "z of 32, minibatch deviation, γ = 1": dict(gamma=1.0, stddev=True, latent_dim=32),
    "D twice as wide, minibatch deviation, γ = 1": dict(gamma=1.0, stddev=True, d_filters=32),
}


def networks(c, size=SIZE):
    def in_generator(layer, x):
        if not (c["bilinear"] and isinstance(layer, layers.Conv2DTranspose)):
            return layer(x)
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        settings = layer.get_config()
        shared = ("filters", "kernel_size", "padding", "use_bias", "kernel_initializer", "name")
        return layers.Conv2D(**{name: settings[name] for name in shared})(x)

    def in_discriminator(layer, x):
        if "norm" in layer.name and c["norm"] is None:
            return x
        if isinstance(layer, layers.LeakyReLU):
            return (layers.LeakyReLU(c["slope"]) if c["slope"] else layers.ReLU())(x)
        if isinstance(layer, layers.Flatten) and c["stddev"]:
            return layer(MinibatchStdDev()(x))
        return layer(x)

    groups = None if c["norm"] == "batch" else 8
    generator = models.dcgan_generator(size, 3, c["latent_dim"], c["g_filters"])
    discriminator = models.dcgan_discriminator(size, 3, c["d_filters"], groups)
    return models.rebuild(generator, in_generator), models.rebuild(discriminator, in_discriminator)


def train(arm, seed, moments, limit):
    c = NARROW | ARMS[arm]
    many, few = (limit, limit) if limit else (10_000, 2_000)
    images = data.resize(data.faces(many, verbose=False).images, SIZE)
    real = enlarged(data.resize(data.faces(few, seed=1, verbose=False).images, SIZE))
    keras.utils.set_random_seed(seed)
    gan = GAN(*networks(c), seed)
    penalty = partial(c["penalty"], weight=c["gamma"]) if c["gamma"] else None
    optimizers = [keras.optimizers.Adam(c["rate"], c["beta_1"], c["beta_2"]) for _ in range(2)]
    gan.compile(*optimizers, loss=c["loss"], penalty=penalty, average_decay=c["average_decay"])
    batch_size = c["batch_size"] * (1 + gan.adversarial_loss.pairs)
    steps_per_epoch = 10 if limit else len(images) // c["batch_size"]

    def go_on(step):
        batches = data.batches(images, batch_size, seed, start_step=gan.step)
        gan.fit(batches, steps_per_epoch=step - gan.step, verbose=0)

    go_on(1)  # compiles
    seconds = 0.0
    for epoch in moments:
        start = time.process_time()
        go_on(epoch * steps_per_epoch)
        seconds += time.process_time() - start
        samples = enlarged(gan.sample(few, seed=1))
        table, kept = judges.measure(samples, real=real), judges.haircut_shares(samples, real)
        yield dict(
            ms=1000 * seconds / (gan.step - 1),
            **{name: table[name] for name in ("distance", "precision", "recall", "shares")},
            haircuts=int((kept >= 0.5).sum()),
            least_haircut=float(kept.min()),
            grain=grain(samples),
        )


def enlarged(images):
    return data.resize(images, 64)


def grain(images):
    """The mean step from pixel to pixel among the smaller half of all steps, in grey values."""
    steps = abs(np.diff(np.asarray(images[:500], np.float32).mean(axis=3), axis=2)).ravel()
    return float(np.sort(steps)[: len(steps) // 2].mean())


def tables(results):
    forms = {
        "ms": ("ms", ".0f"),
        "distance": ("distance", ".0f"),
        "precision": ("precision", ".2f"),
        "recall": ("recall", ".2f"),
        "haircuts kept, of 20": ("haircuts", ".0f"),
        "smallest share": ("least_haircut", ".2f"),
        "grain": ("grain", ".2f"),
    }
    parts = []
    for epoch in MOMENTS:
        columns = {head: (*form, dict(epoch=epoch)) for head, form in forms.items()}
        parts += [f"After {epoch} epochs:", results.table({"arm": "arm"}, columns)]
    return parts


MOMENTS = (3, 6)
EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="epoch", moments=MOMENTS, smoke=(1,))

if __name__ == "__main__":
    EXPERIMENT.main()
