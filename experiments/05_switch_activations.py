"""Which activation does each network of a DCGAN need? The `lean` pair with one activation switched at a time.

    python experiments/05_switch_activations.py [--arms ARM …] [--seeds 0 1 2] [--epochs 2] [--results FILE.csv]

All arms of a seed start from the same weights, see the same digits in the same order and make the same number of steps:
312 an epoch, on the 10,000 bundled digits. After each epoch 2,000 samples are compared with the 2,000 test digits:
Fréchet distance on the features of the frozen classifier, and how many digits are drawn. Each run is kept in FILE.csv
as soon as it is done, and is not repeated; at the end the table of all runs there is printed.

The arm "guidelines" is the pair as it is: ReLU in G, tanh at its output, leaky ReLU of slope 0.2 in D, none at its
output. "both" has leaky ReLU in G and ReLU in D. A sigmoid's output lies in (0, 1), the real images in [−1, 1].
"""

import argparse
import csv
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
from keras.activations import leaky_relu, linear, relu, sigmoid

from dcgan_tf import data, metrics, models, recipes, run
from dcgan_tf.gan import GAN

IN_G, IN_D = ("project_relu", "relu_1"), ("relu_1", "relu_2")
# arm → activations to switch in the generator, in the discriminator: layer's name → function
ARMS = {
    "guidelines": ({}, {}),
    "leaky ReLU in G": (dict.fromkeys(IN_G, leaky_relu), {}),
    "ReLU in D": ({}, dict.fromkeys(IN_D, relu)),
    "both": (dict.fromkeys(IN_G, leaky_relu), dict.fromkeys(IN_D, relu)),
    "sigmoid in G": (dict.fromkeys(IN_G, sigmoid), {}),
    "sigmoid in D": ({}, dict.fromkeys(IN_D, sigmoid)),
    "none in D": ({}, dict.fromkeys(IN_D, linear)),
    "leaky ReLU on D's output too": ({}, {"logit": leaky_relu}),
    "none at G's output": ({"tanh": linear}, {}),
    "sigmoid at G's output": ({"tanh": sigmoid}, {}),
}


def switched(network, activations):
    """A copy of a network, its weights included, with other functions at the layers named."""

    def clone(layer):
        config = layer.get_config()
        if layer.name in activations and "activation" not in config:  # ReLU and LeakyReLU layers
            return keras.layers.Activation(activations[layer.name], name=layer.name)
        if layer.name in activations:
            config["activation"] = activations[layer.name]
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=clone)
    copy.set_weights(network.get_weights())
    return copy


def train(arm, seed, images, epochs):
    """Trains an arm; yields the GAN after each epoch."""
    recipe = recipes.get("lean", 28)
    keras.utils.set_random_seed(seed)
    pair = models.mnist_generator(), models.mnist_discriminator()
    gan = GAN(*(switched(network, changes) for network, changes in zip(pair, ARMS[arm], strict=True)), seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    for epoch in range(1, epochs + 1):
        run.fit(gan, images, recipe.batch_size, epoch, seed, verbose=0)
        yield gan


def table(rows, epochs):
    """Markdown: each arm's distances, seed by seed, and the least number of digits drawn."""
    heads = [f"distance after {n} epoch{'s' * (n > 1)}" for n in range(1, epochs + 1)]
    lines = ["| " + " | ".join(["switched", *heads, "digits drawn"]) + " |", "| --- |" + " --- |" * (epochs + 1)]
    for arm in ARMS:
        mine = sorted((r for r in rows if r["arm"] == arm), key=lambda r: int(r["seed"]))
        distances = {n: [float(r["distance"]) for r in mine if int(r["epoch"]) == n] for n in range(1, epochs + 1)}
        if not distances[epochs]:
            continue
        cells = [", ".join(f"{d:.1f}" for d in distances[n]) for n in distances]
        drawn = ", ".join(r["digits"] for r in mine if int(r["epoch"]) == epochs)
        lines.append("| " + " | ".join([arm, *cells, drawn]) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=ARMS, metavar="ARM", help="; ".join(ARMS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--results", type=Path, default=Path("runs/05_switch_activations.csv"))
    args = parser.parse_args()
    names = ["arm", "seed", "epoch", "distance", "digits"]
    args.results.parent.mkdir(parents=True, exist_ok=True)
    if not args.results.exists():
        args.results.write_text(",".join(names) + "\n")
    rows = list(csv.DictReader(args.results.open()))
    images, test = (data.mnist("sample", split).images for split in ("train", "test"))
    classify = metrics.mnist_classifier()
    real, _ = classify(test)
    for seed in args.seeds:
        for arm in args.arms:
            if any((r["arm"], r["seed"], r["epoch"]) == (arm, str(seed), str(args.epochs)) for r in rows):
                continue
            new = []
            for epoch, gan in enumerate(train(arm, seed, images, args.epochs), start=1):
                fake, probabilities = classify(gan.sample(2000, seed=1))
                distance = metrics.frechet_distance(real, fake)
                new.append([arm, seed, epoch, round(distance, 2), metrics.classes_covered(probabilities)])
                print(*new[-1], sep=", ", file=sys.stderr, flush=True)
            rows += [dict(zip(names, map(str, row), strict=True)) for row in new]
            with args.results.open("a", newline="") as file:
                csv.writer(file).writerows(new)
    print("\n" + table(rows, args.epochs))


if __name__ == "__main__":
    main()
