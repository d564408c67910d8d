"""Where a training step's time goes: each convolution of a recipe by itself, times how often a step needs it.

    python benchmarks/convolutions.py [--recipe lean] [--repeats 200]

A step of Algorithm 1 makes two forward passes through the generator (images for either network) and one backward pass.
Through the discriminator it makes three forward passes (real, generated, and generated again for the generator). It
computes the gradient of the discriminator's weights twice and that of each layer's input three times; that of the first
layer's input once, for the generator alone.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from machine import describe, multiply_adds

from dcgan_tf import data, recipes

CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)


def kernels(layer, batch_size):
    """Name → (function, its argument): the layer's forward pass, and the gradients of its weights and of its input.

    Both gradients are computed from a random gradient of its output.
    """
    x = tf.random.normal((batch_size, *layer.input.shape[1:]))
    gradient = tf.random.normal((batch_size, *layer.output.shape[1:]))

    def backward(source):
        def function(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            return tape.gradient(y, x if source == "input" else layer.kernel, output_gradients=gradient)

        return function

    passes = {"forward": layer, "to the weights": backward("weights"), "to the input": backward("input")}
    return {name: (tf.function(function), x) for name, function in passes.items()}


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
    print(f"{describe()}\n\n| convolution | pass | times a step | median, ms | GFLOP/s | in a step, ms |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    total = 0.0
    for network, counts in ((gan.generator, (2, 1, 1)), (gan.discriminator, (3, 2, 3))):
        layers = [layer for layer in network.layers if isinstance(layer, CONVOLUTIONS)]
        for layer in layers:
            first = network is gan.discriminator and layer is layers[0]
            operations = 2 * batch_size * multiply_adds(layer)
            for (name, (function, x)), count in zip(kernels(layer, batch_size).items(), counts, strict=True):
                count = 1 if first and name == "to the input" else count
                ms = median_ms(function, x, args.repeats) - nothing
                total += count * ms
                rate = f"{operations / ms / 1e6:.0f}"
                print(f"| {network.name}, {layer.name} | {name} | {count} | {ms:.2f} | {rate} | {count * ms:.2f} |")
    step = median_ms(tf.function(gan.train_step), images, args.repeats)
    print(f"\nall convolutions of a step {total:.1f} ms, the step {step:.1f} ms; a call of nothing {nothing:.2f} ms")


if __name__ == "__main__":
    main()
