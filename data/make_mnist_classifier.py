"""Trains the frozen classifier on whose features the samples are judged, `mnist_classifier.keras`.

    python data/make_mnist_classifier.py [--mnist PATH.npz] [--epochs N] [--out FOLDER]

It is trained on the 60,000 training digits of the full MNIST, slightly shifted and turned. The script prints its
accuracy on the 10,000 test digits, and the hash that `dcgan_tf/pretrained.py` wants. The layer `features`, 64 numbers
an image, feeds `dcgan_tf.metrics`. Run it with the oldest Keras that pyproject.toml allows: an older Keras refuses the
file of a newer one.
"""

import keras
from keras import layers
from make_pretrained import arguments, save

from dcgan_tf import data
from dcgan_tf.gan import GAN

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
    parser = arguments(__doc__)
    parser.add_argument("--mnist", metavar="PATH.npz", help="the full MNIST: x_train, y_train, x_test, y_test")
    args = parser.parse_args()
    mnist, epochs = args.mnist, args.epochs or EPOCHS
    train, test = (data.npz(mnist, split) if mnist else data.mnist("full", split) for split in ("train", "test"))
    keras.utils.set_random_seed(SEED)

    steps = len(train.images) // BATCH_SIZE
    distort = keras.Sequential(
        [
            layers.RandomTranslation(0.07, 0.07, fill_mode="constant", fill_value=-1.0),
            layers.RandomRotation(0.03, fill_mode="constant", fill_value=-1.0),
        ]
    )

    def distorted(images, labels):
        return distort(GAN.scale(images), training=True), labels

    batches = data.batches(train.images, BATCH_SIZE, SEED, labels=train.labels)
    batches = batches.map(distorted, num_parallel_calls=1).prefetch(4)
    model = classifier()
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps * epochs)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=2)
    _, accuracy = model.evaluate(GAN.scale(test.images), test.labels, batch_size=500, verbose=0)
    print(f"test accuracy {accuracy:.2%}")
    frozen = classifier()  # without the optimizer's state, which a copy by Keras would keep
    frozen.set_weights(model.get_weights())
    save(frozen, args.out / "mnist_classifier.keras")


if __name__ == "__main__":
    main()
