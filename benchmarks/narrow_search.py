"""What was tried for the `narrow` recipe: variants of the paper's networks that draw faces within minutes on a CPU.

    python benchmarks/narrow_search.py [--seconds 300 | --steps N] [--seed 0 …] [--variant …]

Each is trained on 10,000 drawn faces of 64×64. 2,000 samples are compared with 2,000 other faces after a quarter, a
half and all of the time, by the Fréchet distance on the features of the faces' classifier, and by precision and recall
at the end. The time is the number of steps times the median step, so that a moment's load does not count; with
`--steps` the load does not count at all.
"""

import os
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import search

from dcgan_tf import data, judges, losses, models, plots
from dcgan_tf.data.files import write
from dcgan_tf.gan import GAN

PAPER = dict(
    latent_dim=100, g_filters=256, d_filters=32, groups=None, batch_size=64, rate=2e-4, beta_1=0.5,
    beta_2=0.999, average_decay=0.99, r1=0.0, loss="non_saturating",
)  # fmt: skip
EIGHTH = PAPER | dict(g_filters=128, d_filters=16, batch_size=32, rate=1e-3, beta_2=0.99, average_decay=0.998)
VARIANTS = {
    "a quarter of the paper's width": {},
    "a quarter, rates 1e-3": dict(rate=1e-3),
    "an eighth, batch 32, rates 1e-3, β₂ 0.99": EIGHTH,
    "an eighth, group normalization in D": EIGHTH | dict(groups=8),
    "an eighth, group normalization in D, R1 of 1": EIGHTH | dict(groups=8, r1=1.0),
    "an eighth, group normalization in D, R1 of 10": EIGHTH | dict(groups=8, r1=10.0),
    "an eighth, group normalization in D, R1 of 1, rates 2e-3": EIGHTH | dict(groups=8, r1=1.0, rate=2e-3),
    "an eighth, no normalization in D, R1 of 1": EIGHTH | dict(groups=0, r1=1.0),
    "an eighth, group normalization in D, rates 2e-3": EIGHTH | dict(groups=8, rate=2e-3),
    "an eighth, rates 5e-4": EIGHTH | dict(rate=5e-4),
    "an eighth, rates 2e-4": EIGHTH | dict(rate=2e-4),
    "an eighth, rates 2e-4, β₂ 0.999": EIGHTH | dict(rate=2e-4, beta_2=0.999),
    "an eighth, batch 16": EIGHTH | dict(batch_size=16),
    "an eighth, batch 64": EIGHTH | dict(batch_size=64),
    "an eighth, z of 32": EIGHTH | dict(latent_dim=32),
    "an eighth, D twice as wide": EIGHTH | dict(d_filters=32),
    "an eighth, G twice as wide": EIGHTH | dict(g_filters=256),
    "an eighth, D half as wide": EIGHTH | dict(d_filters=8),
    "an eighth, β₁ 0": EIGHTH | dict(beta_1=0.0),
    "an eighth, hinge": EIGHTH | dict(loss="hinge"),
    "a quarter, batch 32, rates 1e-3, β₂ 0.99": EIGHTH | dict(g_filters=256, d_filters=32),
    "a sixteenth": EIGHTH | dict(g_filters=64, d_filters=8),
}


def build(c, seed):
    keras.utils.set_random_seed(seed)
    generator = models.dcgan_generator(64, 3, c["latent_dim"], c["g_filters"])
    discriminator = models.dcgan_discriminator(64, 3, c["d_filters"], c["groups"] or None)
    if c["groups"] == 0:  # no normalization at all
        discriminator = models.rebuild(discriminator, lambda layer, x: x if "norm" in layer.name else layer(x))
    gan = GAN(generator, discriminator, seed)
    optimizers = [keras.optimizers.Adam(c["rate"], c["beta_1"], c["beta_2"]) for _ in range(2)]
    penalty = partial(losses.r1, weight=c["r1"]) if c["r1"] else None
    gan.compile(*optimizers, c["loss"], penalty=penalty, average_decay=c["average_decay"])
    return gan


def train(images, variant, seed, marks, count_steps):
    """Trains a variant; yields the GAN, the number of steps and the median step in seconds at each of the marks."""
    c = PAPER | VARIANTS[variant]
    gan = build(c, seed)
    for steps, median in search.train(gan, data.batches(images, c["batch_size"], seed), marks, count_steps):
        yield gan, steps, median


def main():
    parser = search.parser(__doc__, VARIANTS, seconds=300)
    parser.add_argument("--out", help="a folder that gets a grid of each variant's samples")
    args = parser.parse_args()
    images, test = data.faces(10_000).images, data.faces(2_000, seed=1).images
    print(f"real against real: {judges.measure(images[:2000])['distance']:.2f}\n")

    for name, seed, gan in search.table(args, partial(train, images), judges.face_classifier(), test):
        if args.out:
            write(f"{args.out}/{name} {seed}.png", plots.png(plots.grid(gan.sample(64, seed=2), columns=16)))


if __name__ == "__main__":
    main()
