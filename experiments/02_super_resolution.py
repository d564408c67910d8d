"""4× super-resolution, on digits and on shapes that were not trained on

A transposed convolution that starts as bilinear interpolation, and a small network with the same layer at its end,
both trained on the 10,000 bundled digits. The PSNR in dB, median (lowest to highest) over the seeds.

TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

from itertools import pairwise

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data


def shrink(images):
    """Means of 4×4 pixels."""
    n, height, width, channels = images.shape
    return images.reshape(n, height // 4, 4, width // 4, 4, channels).mean((2, 4))


def psnr(model, images):
    return -10 * np.log10(np.mean((model.predict(shrink(images), verbose=0, batch_size=500) - images) ** 2))


def single_layer():
    layer = layers.Conv2DTranspose(1, 20, 4, padding="same", use_bias=False)
    model = keras.Sequential([keras.Input((None, None, 1)), layer])
    triangle = np.maximum(1 - abs(np.arange(20) - 9.5) / 4, 0)
    layer.set_weights([np.outer(triangle, triangle)[:, :, None, None]])
    return model


def network():
    return keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 8, 4, padding="same"),
        ]
    )


ARMS = {"one transposed convolution": single_layer, "network": network}


def train(arm, seed, moments, limit):
    digits, test = (data.mnist(split=split).images[:limit] / np.float32(255) for split in ("train", "test"))
    shapes = data.random_shapes(limit or 1000, seed=1)
    keras.utils.set_random_seed(seed)
    model = ARMS[arm]()
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="mse")
    for before, epoch in pairwise((0, *moments)):
        model.fit(shrink(digits), digits, batch_size=64, initial_epoch=before, epochs=epoch, verbose=0)
        yield dict(training=psnr(model, digits), test=psnr(model, test), shapes=psnr(model, shapes))


def tables(results):
    columns = {
        "training digits": ("training", ".2f"),
        "test digits": ("test", ".2f"),
        "drawn shapes": ("shapes", ".2f"),
    }
    return [results.table({"arm": "enlarged by", "epoch": "epochs"}, columns, "median (range)")]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, seeds=10, unit="epoch", moments=(2, 3))

if __name__ == "__main__":
    EXPERIMENT.main()
