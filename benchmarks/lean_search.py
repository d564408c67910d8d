"""What was tried for the `lean` recipe: variants of a first trial, and their Fréchet distance over computing time.

    python benchmarks/lean_search.py [--mnist PATH.npz] [--seconds 120 | --steps 6000] [--seed 0 …] [--variant …]

Each is trained on the full MNIST. 10,000 samples are compared with the test split after a quarter, a half and all of
the time, and 5,000 of them by precision and recall at the end. The time is the number of steps times the median step,
so that a moment's load does not count; with `--steps` the load does not count at all. Without `--variant`, all of them
are tried.
"""

import os
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import search
import tensorflow as tf
from keras import layers

from dcgan_tf import data, judges, losses
from dcgan_tf.gan import GAN
from dcgan_tf.layers import MinibatchStdDev

FIRST_TRIAL = dict(
    latent_dim=100, project=128, up=(64,), down=(64, 128), kernel_size=5, d_norm="batch", batch_size=64,
    g_lr=4e-4, d_lr=4e-4, beta_1=0.5, beta_2=0.999, lr_decay=0.0, average_decay=0.99, loss="non_saturating",
    simultaneous=False, minibatch_stddev=False, slope=0.2, stddev=0.02, r1=0.0, hidden=(0, 0), pool=False,
    d_steps=1, warm_up=True, start=7,
)  # fmt: skip
SMALL = dict(latent_dim=32, project=64, up=(32,), down=(32, 64), g_lr=1e-3, d_lr=1e-3)
SMALLER = SMALL | dict(project=32, up=(16,))
SMALLEST = SMALLER | dict(down=(16, 32), g_lr=2e-3, d_lr=2e-3)
SLOW = SMALL | dict(average_decay=0.998)
GROUP = SLOW | dict(d_norm=8)
TWO_BLOCKS = GROUP | dict(batch_size=32)
FAST = TWO_BLOCKS | dict(g_lr=2e-3, d_lr=2e-3, beta_2=0.99)
DEEP = FAST | dict(down=(32, 64, 64))
DEEPER = DEEP | dict(latent_dim=16, up=(64, 32))
PYRAMID = DEEPER | dict(down=(32, 64, 128), start=4, project=128)
LEAN = PYRAMID | dict(d_norm="batch")
VARIANTS = {
    "first trial": {},
    "first trial, simultaneous": dict(simultaneous=True),
    "first trial, z of 32, D's rate 1e-3": dict(latent_dim=32, d_lr=1e-3),
    "first trial, z of 32, β₂ 0.99": dict(latent_dim=32, beta_2=0.99),
    "half of G, z of 32, rates 1e-3": SMALL | dict(down=(64, 128)),
    "small: half of both": SMALL,
    "small, simultaneous": SMALL | dict(simultaneous=True),
    "small, D 64-64": SMALL | dict(down=(64, 64)),
    "small, D 16-64": SMALL | dict(down=(16, 64)),
    "small, hinge": SMALL | dict(loss="hinge"),
    "small, rates 2e-3": SMALL | dict(g_lr=2e-3, d_lr=2e-3),
    "small, batch 32": SMALL | dict(batch_size=32),
    "small, β₂ 0.99": SMALL | dict(beta_2=0.99),
    "small, average 0.995": SMALL | dict(average_decay=0.995),
    "small, average 0.998": SLOW,
    "small, average 0.998, batch 32": SLOW | dict(batch_size=32),
    "small, average 0.998, rates fall to zero": SLOW | dict(lr_decay=1.0),
    "small, average 0.998, minibatch standard deviation": SLOW | dict(minibatch_stddev=True),
    "smaller G 32-16": SMALLER,
    "smaller G 32-16, rates 2e-3": SMALLER | dict(g_lr=2e-3, d_lr=2e-3),
    "smallest: quarter of both, rates 2e-3": SMALLEST,
    "smallest, average 0.998": SMALLEST | dict(average_decay=0.998),
    "small, average 0.998, group norm in D": GROUP,
    "two blocks": TWO_BLOCKS,
    "two blocks, simultaneous": TWO_BLOCKS | dict(simultaneous=True),
    "two blocks, rates 2e-3": TWO_BLOCKS | dict(g_lr=2e-3, d_lr=2e-3),
    "two blocks, rates 4e-3": TWO_BLOCKS | dict(g_lr=4e-3, d_lr=4e-3),
    "two blocks, D's rate 2e-3": TWO_BLOCKS | dict(d_lr=2e-3),
    "two blocks, rates 5e-4": TWO_BLOCKS | dict(g_lr=5e-4, d_lr=5e-4),
    "two blocks, G's rate 5e-4": TWO_BLOCKS | dict(g_lr=5e-4),
    "two blocks, D's rate 5e-4": TWO_BLOCKS | dict(d_lr=5e-4),
    "two blocks, β₁ 0": TWO_BLOCKS | dict(beta_1=0.0),
    "two blocks, β₂ 0.99": TWO_BLOCKS | dict(beta_2=0.99),
    "two blocks, hinge": TWO_BLOCKS | dict(loss="hinge"),
    "two blocks, kernels 4×4": TWO_BLOCKS | dict(kernel_size=4),
    "two blocks, z of 64": TWO_BLOCKS | dict(latent_dim=64),
    "two blocks, G twice as wide": TWO_BLOCKS | dict(project=128, up=(64,)),
    "two blocks, D twice as wide": TWO_BLOCKS | dict(down=(64, 128)),
    "two blocks, one group": TWO_BLOCKS | dict(d_norm=1),
    "two blocks, rates fall to zero": TWO_BLOCKS | dict(lr_decay=1.0),
    "two blocks, average 0.999": TWO_BLOCKS | dict(average_decay=0.999),
    "fast: two blocks, rates 2e-3, β₂ 0.99": FAST,
    "fast, ReLU in D": FAST | dict(slope=0.0),
    "fast, slope 0.1 in D": FAST | dict(slope=0.1),
    "fast, simultaneous": FAST | dict(simultaneous=True),
    "fast, simultaneous, ReLU in D": FAST | dict(simultaneous=True, slope=0.0),
    "fast, hinge": FAST | dict(loss="hinge"),
    "fast, z of 64": FAST | dict(latent_dim=64),
    "fast, z of 16": FAST | dict(latent_dim=16),
    "fast, G twice as wide": FAST | dict(project=128, up=(64,)),
    "fast, D twice as wide": FAST | dict(down=(64, 128)),
    "fast, one group": FAST | dict(d_norm=1),
    "fast, β₁ 0": FAST | dict(beta_1=0.0),
    "fast, β₂ 0.9": FAST | dict(beta_2=0.9),
    "fast, rates 3e-3": FAST | dict(g_lr=3e-3, d_lr=3e-3),
    "fast, D's rate 1e-3": FAST | dict(d_lr=1e-3),
    "fast, D's rate 4e-3": FAST | dict(d_lr=4e-3),
    "fast, N(0, 0.05)": FAST | dict(stddev=0.05),
    "fast, average 0.999": FAST | dict(average_decay=0.999),
    "fast, rates fall to zero": FAST | dict(lr_decay=1.0),
    "fast, ReLU in D, rates fall to zero": FAST | dict(slope=0.0, lr_decay=1.0),
    "fast, R1 of 0.1": FAST | dict(r1=0.1),
    "fast, R1 of 1": FAST | dict(r1=1.0),
    "fast, R1 of 10": FAST | dict(r1=10.0),
    "fast, R1 of 0.1, G twice as wide": FAST | dict(r1=0.1, project=128, up=(64,)),
    "fast, hidden dense layer in G": FAST | dict(hidden=(128, 0)),
    "fast, hidden dense layer in D": FAST | dict(hidden=(0, 128)),
    "fast, hidden dense layers": FAST | dict(hidden=(128, 128)),
    "fast, max pooling in D": FAST | dict(pool=True),
    "fast, two steps of D": FAST | dict(d_steps=2),
    "fast, no warm-up of the average": FAST | dict(warm_up=False),
    "deep: fast, D 32-64-64": DEEP,
    "deep, rates 1e-3": DEEP | dict(g_lr=1e-3, d_lr=1e-3),
    "deep, D's rate 1e-3": DEEP | dict(d_lr=1e-3),
    "deep, z of 16": DEEP | dict(latent_dim=16),
    "deep, z of 16, G and D twice as wide": DEEP | dict(latent_dim=16, down=(64, 128, 128), project=128, up=(64,)),
    "deeper: deep, z of 16, G 64-64-32": DEEPER,
    "deeper, 7×7×128 first": DEEPER | dict(project=128),
    "deeper, D 32-64-128": DEEPER | dict(down=(32, 64, 128)),
    "deeper, z of 32": DEEPER | dict(latent_dim=32),
    "pyramid: deeper, D 32-64-128, 4×4×128 first": PYRAMID,
    "pyramid, z of 32": PYRAMID | dict(latent_dim=32),
    "pyramid, minibatch standard deviation": PYRAMID | dict(minibatch_stddev=True),
    "lean: pyramid, batch norm in D": LEAN,
    "lean, simultaneous": LEAN | dict(simultaneous=True),
    "lean, slope 0.1 in D": LEAN | dict(slope=0.1),
    "lean, ReLU in D": LEAN | dict(slope=0.0),
}


class SimultaneousGAN(GAN):
    """Both gradients are taken at one point, on one batch of latents, as in the TensorFlow tutorial.

    The fakes and all logits are computed once, for both losses, which makes this step the cheaper one. There is no
    penalty.
    """

    reports = ("generator_loss", "discriminator_loss")

    def update(self, real, seeds):
        latents, loss = self.latents_for(real, next(seeds)), self.adversarial_loss
        with tf.GradientTape(persistent=True) as tape:
            logits = self.logits(real), self.logits(self.draw(latents))
            g_loss, d_loss = loss.generator(*logits), loss.discriminator(*logits)
            g_scaled = self.generator_optimizer.scale_loss(g_loss / self.replicas)
            d_scaled = self.discriminator_optimizer.scale_loss(d_loss / self.replicas)
        g_gradients = tape.gradient(g_scaled, self.generator.trainable_variables)
        d_gradients = tape.gradient(d_scaled, self.discriminator.trainable_variables)
        self.apply(("generator", "discriminator"), [g_gradients, d_gradients])
        self.report(generator_loss=g_loss, discriminator_loss=d_loss)


class ColdAverageGAN(GAN):
    """The moving average has its full decay from the first step on, and so keeps the initial weights for long."""

    def _update_averages(self):
        for average, weight in zip(self.averaged_generator.weights, self.generator.weights, strict=True):
            average.assign(self.average_decay * average + (1.0 - self.average_decay) * weight)


def build(c):
    """The generator and discriminator of a variant."""
    normal = dict(kernel_initializer=keras.initializers.RandomNormal(0, c["stddev"]), padding="same")
    norm = dict(momentum=0.9, epsilon=1e-5, gamma_initializer=keras.initializers.RandomNormal(1, 0.02))
    kernel = c["kernel_size"]
    g = keras.Sequential([keras.Input((c["latent_dim"],))])
    if c["hidden"][0]:
        g.add(layers.Dense(c["hidden"][0], use_bias=False, kernel_initializer=normal["kernel_initializer"]))
        g.add(layers.BatchNormalization(**norm))
        g.add(layers.ReLU())
    start = c["start"]
    g.add(layers.Dense(start**2 * c["project"], use_bias=False, kernel_initializer=normal["kernel_initializer"]))
    g.add(layers.Reshape((start, start, c["project"])))
    g.add(layers.BatchNormalization(**norm))
    g.add(layers.ReLU())
    for i, filters in enumerate(c["up"], start=1):  # to 14×14, by way of 7×7
        to_7 = start == 4 and i == 1
        strides = 2 if i == len(c["up"]) or to_7 else 1
        g.add(layers.Conv2DTranspose(filters, kernel, strides, use_bias=False, **normal))
        if to_7:
            g.add(layers.Cropping2D(((1, 0), (1, 0))))  # from 8×8
        g.add(layers.BatchNormalization(**norm))
        g.add(layers.ReLU())
    g.add(layers.Conv2DTranspose(1, kernel, 2, activation="tanh", **normal))

    d = keras.Sequential([keras.Input((28, 28, 1))])
    for i, filters in enumerate(c["down"]):
        strides = 1 if c["pool"] else 2
        d.add(layers.Conv2D(filters, kernel, strides, use_bias=i == 0 or c["d_norm"] != "batch", **normal))
        if i and c["d_norm"] == "batch":
            d.add(layers.BatchNormalization(**norm))
        elif i and c["d_norm"]:
            d.add(layers.GroupNormalization(c["d_norm"]))
        d.add(layers.LeakyReLU(c["slope"]))
        if i < 2 and c["pool"]:
            d.add(layers.MaxPooling2D(2))
    if c["minibatch_stddev"]:
        d.add(MinibatchStdDev())
    d.add(layers.Flatten())
    if c["hidden"][1]:
        d.add(layers.Dense(c["hidden"][1], kernel_initializer=normal["kernel_initializer"]))
        d.add(layers.GroupNormalization(c["d_norm"]))
        d.add(layers.LeakyReLU(c["slope"]))
    d.add(layers.Dense(1, kernel_initializer=normal["kernel_initializer"]))
    return g, d


def train(images, variant, seed, marks, count_steps):
    """Trains a variant; yields the GAN, the number of steps and the median step in seconds at each of the marks."""
    c = FIRST_TRIAL | VARIANTS[variant]
    keras.utils.set_random_seed(seed)
    kind = SimultaneousGAN if c["simultaneous"] else GAN if c["warm_up"] else ColdAverageGAN
    gan = kind(*build(c), seed=seed)
    rates = {keras.optimizers.Adam(c[key], c["beta_1"], c["beta_2"]): c[key] for key in ("g_lr", "d_lr")}
    penalty = partial(losses.r1, weight=c["r1"]) if c["r1"] else None
    gan.compile(*rates, c["loss"], penalty, c["d_steps"], average_decay=c["average_decay"])

    def lower_the_rates(done):
        left = 1 - c["lr_decay"] * min(1.0, done / marks[-1])
        for optimizer, rate in rates.items():
            optimizer.learning_rate.assign(rate * left)

    batches = data.batches(images, c["d_steps"] * c["batch_size"], seed)
    every_20 = lower_the_rates if c["lr_decay"] else lambda done: None
    for steps, median in search.train(gan, batches, marks, count_steps, every_20):
        yield gan, steps, median


def main():
    parser = search.parser(__doc__, VARIANTS, seconds=120)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST; Keras downloads it if not given")
    args = parser.parse_args()
    images, test = (
        (data.npz(args.mnist, s) if args.mnist else data.mnist("full", s)).images for s in ("train", "test")
    )  # fmt: skip

    for _ in search.table(args, partial(train, images), judges.mnist_classifier(), test):
        pass


if __name__ == "__main__":
    main()
