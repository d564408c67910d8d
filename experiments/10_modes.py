"""Modes lost, and what brings them back

A GAN of points: z from N(0, 1) in 16 dimensions, two hidden layers of 64 ReLUs in either network, Adam with β₁ = 0.5
and a rate of 0.001 for the generator, batches of 128, the non-saturating loss. The ring has eight modes on a circle of
radius 2, the grid 5×5 modes at a distance of 2, each with a standard deviation of 0.1. A mode is covered if at least
2 % of 2,000 samples lie within three standard deviations of its centre; "near" is the share of the samples that lie so
close to any. Samples are drawn with the last weights, not with averages.

The first arms vary the discriminator's rate and the numbers that it starts from. All the others have the rate 0.0001
for D. "Minibatch deviation" adds to D's input how much the points of a batch differ, "packing" shows D two points at
once (Lin et al., 2018), "K steps ahead" is the unrolled GAN with inner steps of 0.03, "as given" the same without
differentiating through them.

Not at its end: until there are ten seeds, a row is what has been run. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import keras
import runner
import tensorflow as tf
from keras import initializers, layers

from dcgan_tf import data, toy
from dcgan_tf.gan import GAN
from dcgan_tf.layers import MinibatchStdDev
from dcgan_tf.variants.unrolled import UnrolledGAN

STD, MOMENTS = 0.1, (1000, 2000, 3000, 5000, 8000)
DATA = {
    "ring": (lambda: toy.ring(20_000, std=STD), toy.ring_centres()),
    "grid": (lambda: toy.grid(20_000, std=STD), toy.grid_centres()),
}
STARTS = {
    "Glorot": lambda: initializers.GlorotUniform(),
    "orthogonal of 0.8": lambda: initializers.Orthogonal(0.8),
    "N(0, 0.02)": lambda: initializers.RandomNormal(0, 0.02),
}
RATES = (1e-4, 3e-4, 1e-3)
PLAIN = {f"D from {start}, rate {rate:g}": dict(start=start, rate=rate) for start in STARTS for rate in RATES}
CURES = {
    "minibatch deviation": dict(deviation=True),
    "packing of two": dict(packed=2),
    "1 step ahead": dict(ahead=1),
    "5 steps ahead": dict(ahead=5),
    "10 steps ahead": dict(ahead=10),
    "5 steps ahead, as given": dict(ahead=5, through_steps=False),
}
SETTINGS = PLAIN | CURES
ARMS = [dict(data=name, arm=arm) for name in DATA for arm in SETTINGS]


class PackedGAN(GAN):
    """The discriminator judges several points at once (Lin et al., 2018)."""

    def logits(self, samples):
        together = self.discriminator.input_shape[-1]
        return super().logits(tf.reshape(samples, (-1, together)))

    def check_networks(self):
        pass  # the generator draws one point, the discriminator takes several


def networks(start="Glorot", deviation=False, packed=1):
    g = [layers.Dense(64, "relu") for _ in range(2)]
    d = [layers.Dense(64, "relu", kernel_initializer=STARTS[start]()) for _ in range(2)]
    generator = keras.Sequential([keras.Input((16,)), *g, layers.Dense(2)])
    discriminator = keras.Sequential([keras.Input((2 * packed,)), *[MinibatchStdDev()] * deviation, *d])
    discriminator.add(layers.Dense(1, kernel_initializer=STARTS[start]()))
    return generator, discriminator


def game(arm, seed):
    settings = dict(SETTINGS[arm])
    rate, ahead = settings.pop("rate", 1e-4), settings.pop("ahead", None)
    through_steps = settings.pop("through_steps", True)
    keras.utils.set_random_seed(seed)
    pair = networks(**settings)
    if ahead is not None:
        gan = UnrolledGAN(*pair, ahead, 0.03, through_steps, seed)
    else:
        gan = (PackedGAN if "packed" in settings else GAN)(*pair, seed)
    gan.compile(*(keras.optimizers.Adam(r, 0.5) for r in (1e-3, rate)), average_decay=0.0)
    return gan


def train(arm, seed, moments, limit):
    make, centres = DATA[arm["data"]]
    points, gan = make(), game(arm["arm"], seed)

    def go_on(step):
        batches = data.batches(points, 128, seed, start_step=gan.step)
        gan.fit(batches, steps_per_epoch=step - gan.step, verbose=0)

    for step in moments:
        go_on(step)
        covered, near = toy.modes(gan.sample(limit or 2000, seed=1), centres, STD)
        yield dict(modes=covered, near=near)


def tables(results):
    parts = []
    for name in DATA:
        columns = {f"modes at {step:,}": ("modes", ".0f", dict(step=step)) for step in MOMENTS}
        for step in (MOMENTS[2], MOMENTS[-1]):
            columns[f"near at {step:,}"] = ("near", ".2f", dict(step=step))
        parts += [f"The {name}, median (smallest to largest):",
                  results.table({"arm": "arm"}, columns, "median (range)", data=name)]  # fmt: skip
    return parts


EXPERIMENT = runner.Experiment(
    __file__, __doc__, ARMS, train, tables, seeds=10, unit="step", moments=MOMENTS, smoke=(2, 3)
)

if __name__ == "__main__":
    EXPERIMENT.main()
