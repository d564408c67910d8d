"""Where a training step's time goes: each convolution of a recipe by itself, times how often a step needs it.

    python benchmarks/convolutions.py [--recipe lean] [--repeats 200]

Algorithm 1 goes forward through the generator twice (images for either network) and back once. Through the
discriminator it goes forward three times (real, generated, and generated again for the generator), back to its weights
twice and back to its input three times; to the first layer's input once, for the generator alone.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from machine import describe

from dcgan_tf import data, recipes

CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)


def kernels(layer, batch_size):
    """Name → function: the layer's way forward, and back to its weights and to its input, given the gradient behind."""
    x = tf.random.normal((batch_size, *layer.input.shape[1:]))
    gradient = tf.random.normal((batch_size, *layer.output.shape[1:]))

    def back(source):
        def function(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            return tape.gradient(y, x if source == "input" else layer.kernel, output_gradients=gradient)

        return function

    ways = {"forward": layer, "to the weights": back("weights"), "to the input": back("input")}
    return {name: (tf.function(function), x) for name, function in ways.items()}


def median_ms(function, x, repeats):
    function(x)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(x)
        times.append(time.perf_counter() - start)
    return 1000 * np.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="lean", choices=["lean", "tutorial"])
    parser.add_argument("--repeats", type=int, default=200)
    args = parser.parse_args()
    gan, batch_size = recipes.build(args.recipe, (28, 28, 1)), recipes.get(args.recipe, 28).batch_size
    images = tf.constant(data.mnist().images[:batch_size])
    nothing = median_ms(tf.function(tf.identity), images, args.repeats)  # what a call costs by itself
    print(f"{describe()}\n\n| convolution | way | times a step | median, ms | GFLOP/s | in a step, ms |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    total = 0.0
    for network, counts in ((gan.generator, (2, 1, 1)), (gan.discriminator, (3, 2, 3))):
        layers = [layer for layer in network.layers if isinstance(layer, CONVOLUTIONS)]
        for layer in layers:
            first = network is gan.discriminator and layer is layers[0]
            spread = isinstance(layer, keras.layers.Conv2DTranspose)  # over the output, from each pixel of the input
            places = np.prod((layer.input if spread else layer.output).shape[1:-1])
            operations = 2 * batch_size * places * np.prod(layer.kernel.shape)
            for (way, (function, x)), count in zip(kernels(layer, batch_size).items(), counts, strict=True):
                count = 1 if first and way == "to the input" else count
                ms = median_ms(function, x, args.repeats) - nothing
                total += count * ms
                rate = f"{operations / ms / 1e6:.0f}"
                print(f"| {network.name}, {layer.name} | {way} | {count} | {ms:.2f} | {rate} | {count * ms:.2f} |")
    step = median_ms(tf.function(gan.train_step), images, args.repeats)
    print(f"\nall convolutions of a step {total:.1f} ms, the step {step:.1f} ms; a call of nothing {nothing:.2f} ms")


if __name__ == "__main__":
    main()
