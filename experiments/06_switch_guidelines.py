"""Which of the DCGAN's guidelines matter for digits of 28×28? Each switched off in turn, all else equal.

    python experiments/06_switch_guidelines.py [--arms ARM …] [--seeds 0 1 2] [--epochs 3] [--results FILE.csv]
    python experiments/06_switch_guidelines.py --table [--strip FILE.png]

The base, "guidelines", is the `lean` pair. All arms of a seed see the same digits in the same order and make the same
number of steps: 312 an epoch, on the 10,000 bundled digits; the settings of Adam are the recipe's. After each epoch
2,000 samples are compared with the 2,000 test digits on the features of the frozen classifier. Each epoch is kept in
FILE.csv as soon as it is done, and a run that is complete is not repeated; of seed 0 ten samples are kept beside it.
`--table` prints the tables of all runs there, `--strip` also draws the samples, with names and, in FILE_samples.png,
without.
"""

import os
import re
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import results
from keras import layers

from dcgan_tf import data, metrics, models, plots, recipes, run
from dcgan_tf.gan import GAN

HIDDEN = 128  # units of a hidden dense layer
TABLE_EPOCHS, TIME_EPOCHS = (1, 2, 3), (1, 2, 3, 6, 9)


def initializer(normal):
    """The arguments of one layer with weights: N(0, 0.02), or Keras's own initialization."""
    return {"kernel_initializer": keras.initializers.RandomNormal(0, 0.02)} if normal else {}


def normalization(kind, normal, name):
    """A list with the normalization of a layer, or with none."""
    gamma = keras.initializers.RandomNormal(1, 0.02) if normal else "ones"
    if kind == "batch":
        return [layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=gamma, name=name)]
    return [layers.GroupNormalization(8, name=name)] if kind == "group" else []


def generator(upsample=False, norm="batch", everywhere=False, hidden=0, leaky=False, tanh=True, normal=True):
    """The generator of `lean`; the arguments switch guidelines off."""

    def dense(units, name):
        return layers.Dense(units, use_bias=norm is None, name=name, **initializer(normal))

    def enlarge(filters, side, use_bias, name):
        settings = dict(padding="same", use_bias=use_bias, name=name, **initializer(normal))
        crop = (0, 1) if upsample else (1, 0)
        crop = [layers.Cropping2D((crop, crop))] if side % 2 else []  # 8×8 to 7×7
        if upsample:
            return [layers.UpSampling2D(2, name=f"double_{name}"), *crop, layers.Conv2D(filters, 5, **settings)]
        return [layers.Conv2DTranspose(filters, 5, 2, **settings), *crop]

    def normalize_and_rectify(name):
        rectifier = layers.LeakyReLU(0.2, name=f"{name}_relu") if leaky else layers.ReLU(name=f"{name}_relu")
        return [*normalization(norm, normal, f"{name}_norm"), rectifier]

    network = [keras.Input((16,))]
    if hidden:
        network += [dense(hidden, "hidden"), *normalize_and_rectify("hidden")]
    network += [dense(4 * 4 * 128, "project"), layers.Reshape((4, 4, 128)), *normalize_and_rectify("project")]
    network += [*enlarge(64, 7, norm is None, "up_1"), *normalize_and_rectify("up_1")]
    network += [*enlarge(32, 14, norm is None, "up_2"), *normalize_and_rectify("up_2")]
    network += enlarge(1, 28, not everywhere, "image")
    network += normalization("batch", normal, "image_norm") if everywhere else []
    return keras.Sequential([*network, layers.Activation("tanh" if tanh else "linear", name="tanh")])


def discriminator(pool=False, norm="batch", everywhere=False, hidden=0, relu=False, average=False, normal=True):
    """The discriminator of `lean`; the arguments switch guidelines off."""

    def normalize_and_rectify(kind, name):
        rectifier = layers.ReLU(name=f"{name}_relu") if relu else layers.LeakyReLU(0.2, name=f"{name}_relu")
        return [*normalization(kind, normal, f"{name}_norm"), rectifier]

    network = [keras.Input((28, 28, 1))]
    for name, filters, kind in (
        ("down_1", 32, norm if everywhere else None),
        ("down_2", 64, norm),
        ("down_3", 128, norm),
    ):
        settings = dict(padding="same", use_bias=kind != "batch", name=name, **initializer(normal))
        network += [layers.Conv2D(filters, 5, 1 if pool else 2, **settings), *normalize_and_rectify(kind, name)]
        network += [layers.MaxPooling2D(2, padding="same")] if pool else []
    network += [layers.GlobalAveragePooling2D() if average else layers.Flatten()]
    if hidden:
        network += [layers.Dense(hidden, use_bias=norm != "batch", name="hidden", **initializer(normal))]
        network += normalize_and_rectify(norm, "hidden")
    return keras.Sequential([*network, layers.Dense(1, name="logit", **initializer(normal))])


# Two networks as one would build them without the guidelines, but for the tanh.
PLAIN = (
    dict(upsample=True, norm=None, hidden=HIDDEN, leaky=True, normal=False),
    dict(pool=True, norm=None, hidden=HIDDEN, relu=True, normal=False),
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
    "leaky ReLU in G": (dict(leaky=True), {}, {}),
    "ReLU in D": ({}, dict(relu=True), {}),
    "β₁ = 0.9": ({}, {}, dict(beta_1=0.9)),
    "learning rate 0.0002": ({}, {}, dict(learning_rate=2e-4)),
    "both: β₁ = 0.9, rate 0.0002": ({}, {}, dict(beta_1=0.9, learning_rate=2e-4)),
    "Keras's initialization": (dict(normal=False), dict(normal=False), {}),
    "all at once, but tanh": (*PLAIN, dict(beta_1=0.9)),
    "all at once, but tanh and β₁": (*PLAIN, {}),
}


def check_base():
    """The base must be `lean`."""
    theirs = models.mnist_generator(), models.mnist_discriminator()
    for mine, its in zip((generator(), discriminator()), theirs, strict=True):
        mine, its = ([layer.get_config() for layer in network.layers] for network in (mine, its))
        for config in (*mine, *its):
            del config["name"], config["dtype"]
        assert mine == its


def train(arm, seed, images, epochs):
    """Trains an arm; yields the GAN after each epoch."""
    in_g, in_d, settings = ARMS[arm]
    recipe = recipes.get("lean", 28)._replace(**settings)
    keras.utils.set_random_seed(seed)
    gan = GAN(generator(**in_g), discriminator(**in_d), seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    for epoch in range(1, epochs + 1):
        run.fit(gan, images, recipe.batch_size, epoch, seed, verbose=0)
        yield gan


def file_name(arm):
    return re.sub(r"\W+", "_", arm) + ".npy"


def main():
    parser = results.parser(__doc__, ARMS, epochs=3, path="runs/06_switch_guidelines.csv")
    parser.add_argument("--table", action="store_true", help="train nothing")
    parser.add_argument("--strip", type=Path, metavar="FILE.png", help="with the kept samples of each arm")
    args = parser.parse_args()
    kept = args.results.with_suffix("")  # a folder of samples
    kept.mkdir(parents=True, exist_ok=True)
    check_base()
    images, test = (data.mnist("sample", split).images for split in ("train", "test"))
    classify = metrics.mnist_classifier()
    real, _ = classify(test)
    arms = args.arms if not args.table else ()
    for arm, seed, done in results.unfinished(args.results, arms, args.seeds, args.epochs):
        for epoch, gan in enumerate(train(arm, seed, images, args.epochs), start=1):
            if epoch in done:
                continue
            fake, probabilities = classify(gan.sample(2000, seed=1))
            precision, recall = (f"{share:.2f}" for share in metrics.precision_recall(real, fake))
            row = {"arm": arm, "seed": seed, "epoch": epoch, "distance": f"{metrics.frechet_distance(real, fake):.2f}"}
            row |= {"digits drawn": metrics.classes_covered(probabilities), "precision": precision, "recall": recall}
            results.keep(args.results, row)
            if (seed, epoch) == (0, TABLE_EPOCHS[-1]):
                np.save(kept / file_name(arm), gan.sample(10, seed=0))
    rows = results.read(args.results)
    forms = {"digits drawn": ".0f", "precision": ".2f", "recall": ".2f"}
    ends = {name: (name, TABLE_EPOCHS[-1], form) for name, form in forms.items()}
    print("\n" + results.by_arm(rows, "switched off", ARMS, results.after_epochs(TABLE_EPOCHS) | ends))
    print("\n" + results.by_arm(rows, "switched off", ARMS, results.after_epochs(TIME_EPOCHS)))
    if args.strip:
        shown = {arm: np.load(path) for arm in ARMS if (path := kept / file_name(arm)).exists()}
        greys = plots.figure_pixels(plots.rows(shown), dpi=100)[..., 0]
        plots.write(args.strip, plots.png(greys))
        bare = plots.grid(np.concatenate(list(shown.values())), columns=10, padding=0)
        plots.write(args.strip.with_stem(args.strip.stem + "_samples"), plots.png(bare))


if __name__ == "__main__":
    main()
