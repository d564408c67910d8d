"""One activation of the `lean` pair switched at a time

All arms of a seed start from the same weights, see the same digits in the same order and make the same number of
steps: 312 an epoch, on the 10,000 bundled digits. After each epoch 2,000 samples are compared with the 2,000 test
digits: Fréchet distance on the features of the frozen classifier, and how many digits are drawn. Smaller distances
are better.

The arm "guidelines" is the pair as it is: ReLU in G, tanh at its output, leaky ReLU of slope 0.2 in D, none at its
output. "both" has leaky ReLU in G and ReLU in D. A sigmoid's output lies in (0, 1), the real images in [−1, 1].

One number for each of the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import keras
import runner
from keras.activations import leaky_relu, linear, relu, sigmoid

from dcgan_tf import data, judges, models, recipes
from dcgan_tf.gan import GAN
from dcgan_tf.training.fit import fit

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
    """The same network, with other functions at the layers named."""

    def call(layer, x):
        if layer.name not in activations:
            return layer(x)
        x = layer(x) if layer.name == "logit" else x  # it stays, the function comes behind it
        return keras.layers.Activation(activations[layer.name])(x)

    return models.rebuild(network, call, keep_weights=True)


def train(arm, seed, moments, limit):
    images, recipe = data.mnist().images[:limit], recipes.get("lean", 28)
    keras.utils.set_random_seed(seed)
    pair = models.mnist_generator(), models.mnist_discriminator()
    gan = GAN(*map(switched, pair, ARMS[arm]), seed)
    gan.compile(*recipe.optimizers(), average_decay=recipe.average_decay)
    for epoch in moments:
        fit(gan, images, recipe.batch_size, epoch, seed, verbose=0)
        table = judges.measure(gan.sample(limit or 2000, seed=1))
        yield {name: table[name] for name in ("distance", "classes")}


def tables(results):
    columns = {f"distance after {n} epoch{'s' * (n > 1)}": ("distance", ".1f", dict(epoch=n)) for n in (1, 2)}
    return [results.table({"arm": "switched"}, columns | {"digits drawn": ("classes", ".0f", dict(epoch=2))})]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, unit="epoch", moments=(1, 2))

if __name__ == "__main__":
    EXPERIMENT.main()
