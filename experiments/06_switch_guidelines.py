"""Each guideline of the DCGAN switched off in turn

The base, "guidelines", is the `lean` pair. All arms of a seed see the same digits in the same order and make the same
number of steps: 312 an epoch, on the 10,000 bundled digits, with the settings of the recipe. After each epoch 2,000
samples are compared with the 2,000 test digits on the features of the frozen classifier; smaller distances are
better. The last columns are those after three epochs; three of the arms also ran longer (`--epochs 6 9`). Ten samples
of seed 0 after three epochs: `06_switch_guidelines.png`, and without names `06_switch_guidelines_samples.png`.

One number for each of the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import re

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data, judges, models, plots, recipes
from dcgan_tf.data import files
from dcgan_tf.gan import GAN
from dcgan_tf.training.fit import fit

HIDDEN = 128  # units of a hidden dense layer
TABLE_EPOCHS, TIME_EPOCHS = (1, 2, 3), (1, 2, 3, 6, 9)
LONGER = ["guidelines", "group normalization in D", "global average pooling in D"]
SAMPLES = runner.ROOT / "runs" / "06_switch_guidelines"  # where they wait for those of the other arms


def switched(network, rectifier, norm="batch", everywhere=False, hidden=0, upsample=False, pool=False, average=False,
             tanh=True, normal=True):  # fmt: skip
    """A network of `lean` with new weights; `rectifier` makes its activations, the others switch guidelines off."""

    def draw(mean=0.0):
        return keras.initializers.RandomNormal(mean, 0.02) if normal else ("ones" if mean else "glorot_uniform")

    def normalize(x, kind=norm):
        if kind == "batch":
            return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=draw(1.0))(x)
        return layers.GroupNormalization(8)(x) if kind == "group" else x

    def with_weights(layer, x):
        at_the_border = layer.name in ("image", "down_1")  # the two layers without batch normalization
        if hidden and layer.name in ("project", "logit"):
            x = layers.Dense(hidden, use_bias=norm != "batch", kernel_initializer=draw())(x)
            x = rectifier()(normalize(x))
        settings = layer.get_config() | dict(kernel_initializer=draw())
        settings["use_bias"] = norm != "batch" or (settings["use_bias"] and not (everywhere and at_the_border))
        if pool and isinstance(layer, layers.Conv2D):
            settings["strides"] = 1
        if upsample and isinstance(layer, layers.Conv2DTranspose):
            x = layers.UpSampling2D(2)(x)
            x = layers.Cropping2D(((0, 1), (0, 1)))(x) if layer.name == "up_1" else x  # 8×8 to 7×7
            shared = ("filters", "kernel_size", "padding", "use_bias", "kernel_initializer", "name")
            x = layers.Conv2D(**{name: settings[name] for name in shared})(x)
        else:
            x = type(layer).from_config(settings)(x)
        return normalize(x, "batch") if everywhere and at_the_border else x

    def call(layer, x):
        match layer:
            case layers.Dense() | layers.Conv2D() | layers.Conv2DTranspose():
                return with_weights(layer, x)
            case layers.BatchNormalization():
                return normalize(x)
            case layers.ReLU() | layers.LeakyReLU():
                x = rectifier()(x)
                return layers.MaxPooling2D(2, padding="same")(x) if pool else x
            case layers.Flatten() if average:
                return layers.GlobalAveragePooling2D()(x)
            case layers.Cropping2D() if upsample:
                return x
            case layers.Activation() if not tanh:
                return x
        return layer(x)

    return models.rebuild(network, call)


def leaky():
    return layers.LeakyReLU(0.2)


def generator(rectifier=layers.ReLU, **switches):
    return switched(models.mnist_generator(), rectifier, **switches)


def discriminator(rectifier=leaky, **switches):
    return switched(models.mnist_discriminator(), rectifier, **switches)


# Two networks as one would build them without the guidelines, but for the tanh.
PLAIN = (
    dict(upsample=True, norm=None, hidden=HIDDEN, rectifier=leaky, normal=False),
    dict(pool=True, norm=None, hidden=HIDDEN, rectifier=layers.ReLU, normal=False),
)
# arm → what to change in the generator, in the discriminator, in the recipe
ARMS = {
    "guidelines": ({}, {}, {}),
    "max pooling in D": ({}, dict(pool=True), {}),
    "upsampling and convolution in G": (dict(upsample=True), {}, {}),
    "no batch normalization": (dict(norm=None), dict(norm=None), {}),
    "batch normalization everywhere": (dict(everywhere=True), dict(everywhere=True), {}),
    "group normalization in D": ({}, dict(norm="group"), {}),
    "hidden dense layers": (dict(hidden=HIDDEN), dict(hidden=HIDDEN), {}),
    "global average pooling in D": ({}, dict(average=True), {}),
    "no tanh": (dict(tanh=False), {}, {}),
    "leaky ReLU in G": (dict(rectifier=leaky), {}, {}),
    "ReLU in D": ({}, dict(rectifier=layers.ReLU), {}),
    "β₁ = 0.9": ({}, {}, dict(beta_1=0.9)),
    "learning rate 0.0002": ({}, {}, dict(learning_rate=2e-4)),
    "both: β₁ = 0.9, rate 0.0002": ({}, {}, dict(beta_1=0.9, learning_rate=2e-4)),
    "Keras's initialization": (dict(normal=False), dict(normal=False), {}),
    "all at once, but tanh": (*PLAIN, dict(beta_1=0.9)),
    "all at once, but tanh and β₁": (*PLAIN, {}),
}


def train(arm, seed, moments, limit):
    in_g, in_d, settings = ARMS[arm]
    images, recipe = data.mnist().images[:limit], recipes.get("lean", 28)._replace(**settings)
    keras.utils.set_random_seed(seed)
    gan = GAN(generator(**in_g), discriminator(**in_d), seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    for epoch in moments:
        fit(gan, images, recipe.batch_size, epoch, seed, verbose=0)
        table = judges.measure(gan.sample(limit or 2000, seed=1))
        if (seed, epoch, limit) == (0, TABLE_EPOCHS[-1], None):
            files.write(samples_of(arm), gan.sample(10, seed=0).tobytes())
        yield {name: table[name] for name in ("distance", "classes", "precision", "recall")}


def samples_of(arm):
    return SAMPLES / re.sub(r"\W+", "_", arm)


def tables(results):
    def distances(epochs):
        return {f"distance after {n} epoch{'s' * (n > 1)}": ("distance", ".1f", dict(epoch=n)) for n in epochs}

    forms = {"digits drawn": ("classes", ".0f"), "precision": ("precision", ".2f"), "recall": ("recall", ".2f")}
    ends = {head: (*form, dict(epoch=TABLE_EPOCHS[-1])) for head, form in forms.items()}
    rows = {"arm": "switched off"}
    return [
        results.table(rows, distances(TABLE_EPOCHS) | ends),
        results.table(rows, distances(TIME_EPOCHS), arm=LONGER),
    ]


def draw_samples():
    """Both pictures, once the samples of all arms are there."""
    if not all(samples_of(arm).exists() for arm in ARMS):
        return
    drawn = {arm: np.fromfile(samples_of(arm), np.uint8).reshape(10, 28, 28, 1) for arm in ARMS}
    greys = plots.figure_pixels(plots.rows(drawn), dpi=100)[..., 0]
    bare = plots.grid(np.concatenate(list(drawn.values())), columns=10, padding=0)
    for suffix, picture in (("", greys), ("_samples", bare)):
        files.write(EXPERIMENT.csv.with_name(f"{EXPERIMENT.csv.stem}{suffix}.png"), plots.png(picture))


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="epoch", moments=TABLE_EPOCHS)

if __name__ == "__main__":
    EXPERIMENT.main()
    draw_samples()
