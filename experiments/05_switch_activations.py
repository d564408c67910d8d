"""Which activation does each network of a DCGAN need? The `lean` pair with one activation switched at a time.

    python experiments/05_switch_activations.py [--arms ARM …] [--seeds 0 1 2] [--epochs 2] [--results FILE.csv]

All arms of a seed start from the same weights, see the same digits in the same order and make the same number of steps:
312 an epoch, on the 10,000 bundled digits. After each epoch 2,000 samples are compared with the 2,000 test digits:
Fréchet distance on the features of the frozen classifier, and how many digits are drawn. Each epoch is kept in
FILE.csv as soon as it is done, and a run that is complete is not repeated; at the end the table of all runs there is
printed.

The arm "guidelines" is the pair as it is: ReLU in G, tanh at its output, leaky ReLU of slope 0.2 in D, none at its
output. "both" has leaky ReLU in G and ReLU in D. A sigmoid's output lies in (0, 1), the real images in [−1, 1].
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import results
from keras.activations import leaky_relu, linear, relu, sigmoid

from dcgan_tf import data, metrics, models, recipes, run
from dcgan_tf.gan import GAN

IN_G, IN_D = ("project_relu", "relu_1", "relu_2"), ("relu_1", "relu_2", "relu_3")
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


def main():
    args = results.parser(__doc__, ARMS, epochs=2, path="runs/05_switch_activations.csv").parse_args()
    images, test = (data.mnist("sample", split).images for split in ("train", "test"))
    classify = metrics.mnist_classifier()
    real, _ = classify(test)
    for arm, seed, done in results.unfinished(args.results, args.arms, args.seeds, args.epochs):
        for epoch, gan in enumerate(train(arm, seed, images, args.epochs), start=1):
            if epoch in done:
                continue
            fake, probabilities = classify(gan.sample(2000, seed=1))
            distance, digits = metrics.frechet_distance(real, fake), metrics.classes_covered(probabilities)
            row = dict(arm=arm, seed=seed, epoch=epoch, distance=round(distance, 2), digits=digits)
            results.keep(args.results, row)
    columns = results.after_epochs(range(1, args.epochs + 1)) | {"digits drawn": ("digits", args.epochs, ".0f")}
    print("\n" + results.by_arm(results.read(args.results), "switched", ARMS, columns))


if __name__ == "__main__":
    main()
