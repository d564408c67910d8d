"""A second classifier of digits, by which networks are chosen that the shipped one then judges.

    python experiments/second_judge.py [--mnist PATH.npz]

What is chosen by a judge may please this judge alone. This one has nothing of `data/make_mnist_classifier.py` but the
60,000 training digits: large kernels, max pooling, dense layers and dropout instead of batch normalization and an
average over the image, and other distortions. It is written to `runs/second_judge.keras`, and not shipped.
"""

import argparse
from functools import cache

import keras
import numpy as np
from keras import layers
from runner import ROOT

from dcgan_tf import data
from dcgan_tf.gan import GAN

FILE = ROOT / "runs" / "second_judge.keras"
SEED, BATCH_SIZE, EPOCHS = 1998, 100, 8


def classifier():
    """Grey images (batch, 28, 28, 1) in [−1, 1] → logits of the ten digits."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(24, 5, padding="same", activation="elu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(48, 5, padding="same", activation="elu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(96, activation="elu", name="features"),
            layers.Dropout(0.4),
            layers.Dense(10, name="logits"),
        ],
        name="second_judge",
    )


def train(images, labels, epochs):
    """A classifier that has seen the images slightly enlarged, made smaller and shifted."""
    keras.utils.set_random_seed(SEED)
    steps = len(images) // BATCH_SIZE
    distort = keras.Sequential(
        [
            layers.RandomZoom(0.1, 0.1, fill_mode="constant", fill_value=-1.0),
            layers.RandomTranslation(0.05, 0.05, fill_mode="constant", fill_value=-1.0),
        ]
    )
    batches = data.batches(images, BATCH_SIZE, SEED, labels=labels)
    batches = batches.map(lambda x, y: (distort(GAN.scale(x), training=True), y), num_parallel_calls=1).prefetch(4)
    model = classifier()
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps * epochs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=2)
    return model


@cache
def load():
    """uint8 images (N, 28, 28, 1) → (features (N, 96), probabilities (N, 10)), as the classifiers of `judges`.

    Raises:
        FileNotFoundError: it has not been made yet.
    """
    if not FILE.exists():
        raise FileNotFoundError(f"{FILE} is not there: run python experiments/second_judge.py first")
    model = keras.saving.load_model(FILE, compile=False)
    heads = keras.Model(model.inputs[0], [model.get_layer("features").output, model.outputs[0]])

    def classify(images):
        parts = [heads(GAN.scale(part)) for part in np.array_split(images, max(1, len(images) // 500))]
        features, logits = (np.concatenate(part).astype(np.float64) for part in zip(*parts, strict=True))
        exp = np.exp(logits - logits.max(axis=1, keepdims=True))
        return features, exp / exp.sum(axis=1, keepdims=True)

    return classify


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST; Keras downloads it if not given")
    mnist = parser.parse_args().mnist
    digits, test = (data.npz(mnist, split) if mnist else data.mnist("full", split) for split in ("train", "test"))
    model = train(digits.images, digits.labels, EPOCHS)
    FILE.parent.mkdir(exist_ok=True)
    model.save(FILE)
    classify = load()
    probabilities = classify(test.images)[1]
    accuracy, sure = (probabilities.argmax(axis=1) == test.labels).mean(), (probabilities.max(axis=1) > 0.9).mean()
    print(f"test accuracy {accuracy:.2%}; above 0.9 on {sure:.1%} of the test digits")


if __name__ == "__main__":
    main()
