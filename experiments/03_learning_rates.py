"""Speed, learning rate and overfitting, with and without batch normalization

A shallow and a deep classifier are trained on 500 of the bundled digits, another 500 for each seed, by plain gradient
descent in batches of 50, 20 epochs, at seven learning rates, and tested on 2,000 others. Both begin with weights of
He et al. (2015), the usual ones for ReLU, so that the one without batch normalization has its fair chance. A dash
stands where the loss overflowed.

Medians over the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data

RATES = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
BLOCKS = {  # (filters, strides) of each convolution
    2: [(16, 2), (32, 2)],
    8: [(16, 2), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (32, 1), (32, 2)],
}
ARMS = [
    dict(convolutions=depth, batch_norm=norm, rate=rate)
    for depth in BLOCKS
    for norm in ("without", "with")
    for rate in RATES
]
MEASURES = {
    "early_loss": "Loss in epochs 2 and 3",
    "training_loss": "Training loss",
    "training_accuracy": "Training accuracy",
    "test_loss": "Test loss",
    "test_accuracy": "Test accuracy",
}


def classifier(depth, norm):
    """Keras model, digits (batch, 28, 28, 1) in [−1, 1] → logits (batch, 10)."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters, strides in BLOCKS[depth]:
        convolution = layers.Conv2D(
            filters, 3, strides, padding="same", use_bias=not norm, kernel_initializer="he_normal"
        )
        model.add(convolution)
        if norm:
            model.add(layers.BatchNormalization(momentum=0.9))  # 200 steps are few for the default, 0.99
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def train(arm, seed, moments, limit):
    (epochs,) = moments
    digits, test = (data.mnist(split=split) for split in ("train", "test"))
    chosen = np.random.default_rng(seed).choice(len(digits.images), limit or 500, replace=False)
    images, labels = scale(digits.images[chosen]), digits.labels[chosen]
    keras.utils.set_random_seed(seed)
    model = classifier(arm["convolutions"], arm["batch_norm"] == "with")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(arm["rate"]), loss, metrics=["accuracy"])
    early = np.mean(model.fit(images, labels, batch_size=50, epochs=epochs, verbose=0).history["loss"][1:3])
    evaluated = model.evaluate(images, labels, batch_size=500, verbose=0)
    evaluated += model.evaluate(scale(test.images[:limit]), test.labels[:limit], batch_size=500, verbose=0)
    yield dict(zip(MEASURES, [early, *evaluated], strict=True))


def scale(images):
    return images / np.float32(127.5) - 1


def tables(results):
    def table(measure, numbers):
        columns = {f"rate {rate:g}": (measure, ".3f", dict(rate=rate)) for rate in RATES}
        rows = {"convolutions": "convolutions", "batch_norm": "batch norm"}
        return results.table(rows, columns, numbers, epoch=20)

    blocks = [block for measure, head in MEASURES.items() for block in (f"{head}:", table(measure, "median"))]
    return [*blocks, "Test accuracy of the worst seed:", table("test_accuracy", "least")]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, seeds=5, unit="epoch", moments=(20,))

if __name__ == "__main__":
    EXPERIMENT.main()
