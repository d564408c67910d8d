"""Trains the frozen classifier on whose features the samples are judged, `mnist_classifier.keras`.

    python data/make_mnist_classifier.py [--mnist PATH.npz]

It is trained on the 60,000 training digits of the full MNIST, slightly shifted and turned, and prints its
accuracy on the 10,000 test digits. The layer `features`, 64 numbers an image, feeds `dcgan_tf.metrics`. Run it with the
oldest Keras that pyproject.toml allows: an older Keras refuses the file of a newer one.
"""

import argparse
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

from dcgan_tf import data

SEED, BATCH_SIZE, EPOCHS = 2015, 128, 12


def classifier():
    """Grey images (batch, 28, 28, 1) in [−1, 1] → logits of the ten digits."""
    model = keras.Sequential([keras.Input((28, 28, 1))], name="mnist_classifier")
    for block, (filters, strides) in enumerate([(32, 1), (32, 2), (64, 1), (64, 2), (64, 1)], start=1):
        model.add(layers.Conv2D(filters, 3, strides, padding="same", use_bias=False, name=f"conv_{block}"))
        model.add(layers.BatchNormalization(momentum=0.9, name=f"norm_{block}"))
        model.add(layers.ReLU(name=f"relu_{block}"))
    model.add(layers.GlobalAveragePooling2D(name="features"))
    model.add(layers.Dense(10, name="logits"))
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST: x_train, y_train, x_test, y_test")
    mnist = parser.parse_args().mnist
    train, test = (data.npz(mnist, split) if mnist else data.mnist("full", split) for split in ("train", "test"))
    keras.utils.set_random_seed(SEED)

    steps = len(train.images) // BATCH_SIZE
    distort = keras.Sequential(
        [
            layers.RandomTranslation(0.07, 0.07, fill_mode="constant", fill_value=-1.0),
            layers.RandomRotation(0.03, fill_mode="constant", fill_value=-1.0),
        ]
    )

    def scale(images, labels):
        return tf.cast(images, tf.float32) / 127.5 - 1, labels

    batches = data.batches(train.images, BATCH_SIZE, SEED, labels=train.labels).map(scale)
    batches = batches.map(lambda x, y: (distort(x, training=True), y), num_parallel_calls=1).prefetch(4)
    model = classifier()
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps * EPOCHS)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(batches, steps_per_epoch=steps, epochs=EPOCHS, shuffle=False, verbose=2)
    images, labels = scale(test.images, test.labels)
    _, accuracy = model.evaluate(images, labels, batch_size=500, verbose=0)

    path = Path(__file__).with_name("mnist_classifier.keras")
    frozen = classifier()  # without the optimizer's state
    frozen.set_weights(model.get_weights())
    frozen.save(path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, test accuracy {accuracy:.2%}")


if __name__ == "__main__":
    main()
