"""How uneven a flat grey becomes when it goes through an upsampling network, before and after training, over ten seeds.

Four networks for 4× super-resolution, trained on drawn shapes, differ only in how they double the size. Ripple: the
standard deviation of the output far from the border over its root mean square, for a constant input. 0 is a perfectly
even grey, 1 nothing but pattern. Prints a markdown table: python experiments/02_checkerboards.py
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers
from results import markdown, spread

from dcgan_tf.plots import upsampling


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


def build(double):
    return keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(16, 3, padding="same"),
            layers.ReLU(),
            *double(16),
            layers.ReLU(),
            *double(1),
        ]
    )


def ripple(model):
    """Mean over four greys."""
    levels = np.array([0.25, 0.5, 0.75, 1], np.float32)
    flat = np.ones((4, 16, 16, 1), np.float32) * levels[:, None, None, None]
    inside = model.predict(flat, verbose=0)[:, 24:40, 24:40, 0]
    return np.mean(inside.std((1, 2)) / np.sqrt(np.mean(inside**2, (1, 2))))


def shrink(images):
    return images.reshape(-1, 8, 4, 8, 4, 1).mean((2, 4))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=3)
    args = parser.parse_args()
    images, unseen = upsampling.shapes(3000, seed=0), upsampling.shapes(1000, seed=1)
    rows = []
    for name, double in ARMS.items():
        before, after, psnr = [], [], []
        for seed in range(args.seeds):
            keras.utils.set_random_seed(seed)
            model = build(double)
            model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="mse")
            before.append(ripple(model))
            model.fit(shrink(images), images, batch_size=64, epochs=args.epochs, verbose=0)
            after.append(ripple(model))
            psnr.append(-10 * np.log10(np.mean((model.predict(shrink(unseen), verbose=0) - unseen) ** 2)))
            print(name, seed, f"{before[-1]:.4f} {after[-1]:.4f} {psnr[-1]:.2f}", flush=True)
        rows.append([name, spread(before, ".3f"), spread(after, ".3f"), spread(psnr, ".2f")])
    print(
        f"\nRipple on a flat grey and PSNR in dB on unseen shapes, median (lowest to highest) of {args.seeds} seeds.\n"
    )
    print(markdown(["doubling by", "ripple untrained", f"ripple after {args.epochs} epochs", "PSNR"], rows))


if __name__ == "__main__":
    main()
