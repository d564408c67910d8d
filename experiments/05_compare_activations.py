"""Seven activation functions in a classifier of digits

Two strided convolutions (16 and 32 filters of 5×5) and a dense layer, Adam with learning rate 0.002, batches of 32 of
the 10,000 bundled digits: 312 steps, measured on the 2,000 test digits every 52 steps. All activations of a seed see
the same digits in the same order.

Median (smallest to largest) over the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

from itertools import pairwise

import keras
import runner
from keras import layers

from dcgan_tf import data


def step(x):
    return keras.ops.cast(x >= 0, x.dtype) + 0 * x  # + 0·x: a gradient of zero instead of none


ARMS = {
    "step": lambda: layers.Activation(step),
    "linear": lambda: layers.Activation("linear"),
    "sigmoid": lambda: layers.Activation("sigmoid"),
    "tanh": lambda: layers.Activation("tanh"),
    "ReLU": lambda: layers.ReLU(),
    "leaky ReLU": lambda: layers.LeakyReLU(0.2),
    "PReLU": lambda: layers.PReLU(shared_axes=[1, 2]),
}


def classifier(activation):
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 127.5, -1)])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, 5, 2, padding="same"))
        model.add(activation())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def train(arm, seed, moments, limit):
    digits, test = (data.mnist(split=split) for split in ("train", "test"))
    keras.utils.set_random_seed(seed)
    model = classifier(ARMS[arm])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
    for before, after in pairwise((0, *moments)):
        batches = data.batches(digits.images, 32, seed, digits.labels, before)
        model.fit(batches, steps_per_epoch=after - before, shuffle=False, verbose=0)
        yield {"accuracy": model.evaluate(test.images[:limit], test.labels[:limit], 1000, verbose=0)[1]}


def tables(results):
    def table(minus=None, steps=(52, 312), form=".3f"):
        columns = {f"after {n} steps": ("accuracy", form, dict(step=n)) for n in steps}
        return results.table({"arm": "activation"}, columns, "median (range)", minus=minus)

    return [
        "Accuracy on the test digits:",
        table(),
        "By how much it is ahead of the sigmoid, seed by seed:",
        table(dict(arm="sigmoid"), (52,), "+.3f"),
        "By how much it is ahead of linear at the end:",
        table(dict(arm="linear"), (312,), "+.3f"),
    ]


EXPERIMENT = runner.Experiment(
    __file__, __doc__, ARMS, train, tables, seeds=10, unit="step", moments=tuple(range(52, 313, 52)), smoke=(2, 4)
)

if __name__ == "__main__":
    EXPERIMENT.main()
