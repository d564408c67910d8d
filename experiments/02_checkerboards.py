"""How uneven a flat grey becomes in an upsampling network

Four networks for 4× super-resolution, trained on drawn shapes, differ only in how they double the size. Ripple: the
standard deviation of the output far from the border over its root mean square, for a constant input, in the mean over
four greys. 0 is a uniform grey, 1 nothing but pattern. The PSNR is that on shapes that were not trained on, in dB.

Median (lowest to highest) over the seeds. TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

from itertools import pairwise

import keras
import numpy as np
import runner
from keras import layers

from dcgan_tf import data


def transpose(kernel_size):
    return lambda filters: [layers.Conv2DTranspose(filters, kernel_size, 2, padding="same")]


def resize(filters):
    return [layers.UpSampling2D(2), layers.Conv2D(filters, 3, padding="same")]


ARMS = {
    "transposed, k = 3, s = 2": transpose(3),
    "transposed, k = 4, s = 2": transpose(4),
    "transposed, k = 5, s = 2": transpose(5),
    "nearest neighbour, then convolution, k = 3": resize,
}


def network(double):
    first = [keras.Input((None, None, 1)), layers.Conv2D(16, 3, padding="same"), layers.ReLU()]
    return keras.Sequential([*first, *double(16), layers.ReLU(), *double(1)])


def ripple(model):
    levels = np.array([0.25, 0.5, 0.75, 1], np.float32)
    flat = np.ones((4, 16, 16, 1), np.float32) * levels[:, None, None, None]
    inside = model.predict(flat, verbose=0)[:, 24:40, 24:40, 0]
    return np.mean(inside.std((1, 2)) / np.sqrt(np.mean(inside**2, (1, 2))))


def shrink(images):
    return images.reshape(-1, 8, 4, 8, 4, 1).mean((2, 4))


def train(arm, seed, moments, limit):
    images, unseen = data.random_shapes(limit or 3000, seed=0), data.random_shapes(limit or 1000, seed=1)
    keras.utils.set_random_seed(seed)
    model = network(ARMS[arm])
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="mse")
    untrained = ripple(model)
    for before, epoch in pairwise((0, *moments)):
        model.fit(shrink(images), images, batch_size=64, initial_epoch=before, epochs=epoch, verbose=0)
        error = np.mean((model.predict(shrink(unseen), verbose=0) - unseen) ** 2)
        yield dict(untrained=untrained, ripple=ripple(model), psnr=-10 * np.log10(error))


def tables(results):
    columns = {
        "ripple untrained": ("untrained", ".3f"),
        "ripple after 3 epochs": ("ripple", ".3f"),
        "PSNR": ("psnr", ".2f"),
    }
    return [results.table({"arm": "doubling by"}, columns, "median (range)", epoch=3)]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, train, tables, seeds=10, unit="epoch", moments=(3,))

if __name__ == "__main__":
    EXPERIMENT.main()
