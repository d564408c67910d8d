"""How long one training step takes, ours and others, on the CPU with all its cores.

    python benchmarks/train_step.py [--recipe tutorial lean] [--rounds 20] [--steps 5] [--threads ALL] [--at-once 0]

All contestants have the networks, batch size and optimizers of the recipe, and train on the same digits. They take
turns: in each round every one, in another order, makes a step that is not counted (the threads of the one before may
still be spinning) and then `steps` that are. PyTorch, not compiled, where it is there (`pip install torch==2.13.0`).

Two algorithms are timed, which differ in work. *Sequential* is Algorithm 1: the discriminator is updated, then the
generator, on fresh latent vectors and against the new discriminator. *Simultaneous*, of TensorFlow's DCGAN tutorial,
takes both gradients at one point on one batch of latent vectors. *One backward pass* is the same algorithm, where
the discriminator treats images one by one (no batch normalization), with less work. Between the two stands *shared
latents*: Algorithm 1, but the generator is updated on the images that the discriminator has just seen, as in PyTorch's
DCGAN example, so that they are drawn once.
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
from dcgan_tf.gan import GAN

try:
    import torch
    from torch_twin import torch_step
except ImportError:
    torch_step = None

IMAGE_SHAPE = (28, 28, 1)
USUAL = "TensorFlow, two tapes, simultaneous: the usual step"


def operations(gan, batch_size, kind):
    """Floating-point operations of the convolutions and dense layers in one step, two for each multiply-add.

    Let G and D be the multiply-adds of one image's forward pass through the networks, g and d those of their first
    layers. The gradient of the weights costs as much as the forward pass, and so does that of the input, which no
    first layer needs except when the generator learns through the discriminator.

        sequential, discriminator's update:  G + 2·(3·D − d)      fakes; real and fake
        sequential, generator's update:      3·G − g + 2·D        fresh latents; through D, not for its weights
        in all:                              4·G − g + 8·D − 2·d
        simultaneous:                        3·G − g + 7·D − 2·d  fakes, and their logits, are made only once
        one backward pass:                   3·G − g + 6·D − d    and the gradient at the fakes, too
        shared latents:                      3·G − g + 8·D − 2·d  fakes are made only once
    """
    weighted = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    (g, *_), (d, *_) = counts = [
        [multiply_adds(layer) for layer in network.layers if isinstance(layer, weighted)]
        for network in (gan.generator, gan.discriminator)
    ]
    G, D = map(sum, counts)
    per_image = {
        "sequential": 4 * G - g + 8 * D - 2 * d,
        "simultaneous": 3 * G - g + 7 * D - 2 * d,
        "one backward": 3 * G - g + 6 * D - d,
        "shared latents": 3 * G - g + 8 * D - 2 * d,
    }
    return 2 * batch_size * per_image[kind]


def our_step(gan):
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    return lambda real: step(real)["generator_loss"].numpy()


def two_tape_step(gan, sequential):
    """The step as it is usually written: of `gan`, its networks and optimizers only, no average of the weights."""
    generator, discriminator = gan.generator, gan.discriminator
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def fakes(real):
        return generator(tf.random.normal((real.shape[0], generator.input_shape[-1])), training=True)

    def loss(logits, label):
        return cross_entropy(tf.fill(logits.shape, label), logits)

    def simultaneous_step(real):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake_logits = discriminator(fakes(real), training=True)
            g_loss = loss(fake_logits, 1.0)
            d_loss = loss(discriminator(real, training=True), 1.0) + loss(fake_logits, 0.0)
        g_gradients = g_tape.gradient(g_loss, generator.trainable_variables)
        d_gradients = d_tape.gradient(d_loss, discriminator.trainable_variables)
        gan.generator_optimizer.apply(g_gradients, generator.trainable_variables)
        gan.discriminator_optimizer.apply(d_gradients, discriminator.trainable_variables)
        return g_loss

    def sequential_step(real):
        fake = fakes(real)
        with tf.GradientTape() as tape:
            d_loss = loss(discriminator(real, training=True), 1.0) + loss(discriminator(fake, training=True), 0.0)
        d_gradients = tape.gradient(d_loss, discriminator.trainable_variables)
        gan.discriminator_optimizer.apply(d_gradients, discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = loss(discriminator(fakes(real), training=True), 1.0)
        g_gradients = tape.gradient(g_loss, generator.trainable_variables)
        gan.generator_optimizer.apply(g_gradients, generator.trainable_variables)
        return g_loss

    step = tf.function(sequential_step if sequential else simultaneous_step, jit_compile=gan.jit_compile)
    return lambda real: step(real).numpy()


def one_backward_step(gan):
    """The simultaneous step with one pass through the discriminator and one back, where it judges images one by one.

    Real and generated images go through it together. The logit is one number an image, so the gradient of the
    generator's loss at a generated image is that of the discriminator's, times the ratio of the two losses'
    derivatives by the logit: −(1 − σ(a)) / σ(a) = −exp(−a) for the non-saturating loss.
    """
    generator, discriminator = gan.generator, gan.discriminator

    @tf.function(jit_compile=gan.jit_compile)
    def step(real):
        n = real.shape[0]
        g_weights, d_weights = generator.trainable_variables, discriminator.trainable_variables
        with tf.GradientTape() as g_tape:
            fake = generator(tf.random.normal((n, generator.input_shape[-1])), training=True)
        with tf.GradientTape() as d_tape:
            d_tape.watch(fake)
            logits = discriminator(tf.concat([real, fake], 0), training=True)
            d_loss = tf.reduce_mean(tf.nn.softplus(-logits[:n])) + tf.reduce_mean(tf.nn.softplus(logits[n:]))
        *d_gradients, back = d_tape.gradient(d_loss, [*(w.value for w in d_weights), fake])
        ratio = -tf.exp(-logits[n:])[:, :, None, None]
        g_gradients = g_tape.gradient(fake, [w.value for w in g_weights], output_gradients=ratio * back)
        gan.generator_optimizer.apply(g_gradients, g_weights)
        gan.discriminator_optimizer.apply(d_gradients, d_weights)
        return tf.reduce_mean(tf.nn.softplus(-logits[n:]))

    return lambda real: step(real).numpy()


def shared_latents_step(gan, narrow=False):
    """The sequential step with one batch of latent vectors, and so one forward pass through the generator less.

    With `narrow`, what `lean` computes from feature maps to a picture, in `image` and in the gradient of `down_1`, is
    computed by `by_phases`: TensorFlow is slow there for a picture of one channel.
    """
    generator, discriminator = gan.generator, gan.discriminator

    def through(network, x):
        for layer in network.layers if narrow else [network]:
            if layer.name in ("image", "down_1"):
                x = {"image": enlarge, "down_1": reduce}[layer.name](x, layer.kernel.value) + layer.bias
            elif isinstance(layer, (keras.Sequential, keras.layers.BatchNormalization)):
                x = layer(x, training=True)
            else:
                x = layer(x)
        return x

    @tf.function(jit_compile=gan.jit_compile)
    def step(real):
        g_weights, d_weights = generator.trainable_variables, discriminator.trainable_variables
        with tf.GradientTape() as g_tape:
            fake = through(generator, tf.random.normal((real.shape[0], generator.input_shape[-1])))
        with tf.GradientTape() as d_tape:
            real_logits, fake_logits = through(discriminator, real), through(discriminator, fake)
            d_loss = tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(tf.nn.softplus(fake_logits))
        gan.discriminator_optimizer.apply(d_tape.gradient(d_loss, [w.value for w in d_weights]), d_weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(fake)
            g_loss = tf.reduce_mean(tf.nn.softplus(-through(discriminator, fake)))
        back = tape.gradient(g_loss, fake)
        g_gradients = g_tape.gradient(fake, [w.value for w in g_weights], output_gradients=back)
        gan.generator_optimizer.apply(g_gradients, g_weights)
        return g_loss

    return lambda real: step(real).numpy()


def by_phases(maps, kernel):
    """A transposed 5×5 convolution of stride 2 as a 3×3 convolution to 4·C maps and depth-to-space: the same numbers.

    Each output pixel lies in one of 2×2 phases, and each phase sees 3×3 pixels of the input (Shi et al., 2016).
    """
    c, filters = kernel.shape[2:]
    phases = tf.reshape(tf.pad(kernel, [[1, 0], [1, 0], [0, 0], [0, 0]]), (3, 2, 3, 2, c, filters))
    phases = tf.transpose(tf.reverse(phases, [0, 2]), (0, 2, 5, 1, 3, 4))
    return tf.nn.depth_to_space(tf.nn.conv2d(maps, tf.reshape(phases, (3, 3, filters, 4 * c)), 1, "SAME"), 2)


def to_kernel(picture, kernel, maps):
    return tf.raw_ops.Conv2DBackpropFilter(
        input=picture, filter_sizes=kernel.shape, out_backprop=maps, strides=[1, 2, 2, 1], padding="SAME"
    )


@tf.custom_gradient
def enlarge(maps, kernel):
    return by_phases(maps, kernel), lambda g: (tf.nn.conv2d(g, kernel, 2, "SAME"), to_kernel(g, kernel, maps))


@tf.custom_gradient
def reduce(picture, kernel):
    return tf.nn.conv2d(picture, kernel, 2, "SAME"), lambda g: (by_phases(g, kernel), to_kernel(picture, kernel, g))


def matrix_product(size=2048):
    """A large float32 matrix product, and its operations: as fast as the machine gets through TensorFlow."""
    a, b = (tf.random.normal((size, size)) for _ in range(2))
    product = tf.function(lambda: tf.linalg.trace(a @ b))
    return lambda _: product().numpy(), 2 * size**3


def contestants(recipe, batch_size):
    """{name: (step, operations)}; a step takes a batch of real images and returns when all is computed."""

    def gan(jit_compile=False):
        return recipes.build(recipe, IMAGE_SHAPE, jit_compile=jit_compile)

    sequential, simultaneous, one_backward, shared = (
        operations(gan(), batch_size, kind) for kind in ("sequential", "simultaneous", "one backward", "shared latents")
    )
    found = {
        "`dcgan_tf`, sequential": (our_step(gan()), sequential),
        "`dcgan_tf`, sequential, XLA": (our_step(gan(True)), sequential),
        "TensorFlow, two tapes, sequential": (two_tape_step(gan(), True), sequential),
        "TensorFlow, two tapes, sequential, XLA": (two_tape_step(gan(True), True), sequential),
        USUAL: (two_tape_step(gan(), False), simultaneous),
        "TensorFlow, two tapes, simultaneous, XLA": (two_tape_step(gan(True), False), simultaneous),
        "TensorFlow, one backward pass, simultaneous": (one_backward_step(gan()), one_backward),
        "TensorFlow, one backward pass, simultaneous, XLA": (one_backward_step(gan(True)), one_backward),
    }
    found["TensorFlow, shared latents, sequential"] = (shared_latents_step(gan()), shared)
    if recipe == "lean":
        # By the operations of the convolutions that it stands for; the rewritten ones do more, on zeros.
        found["the same, maps to picture by depth-to-space"] = (shared_latents_step(gan(), narrow=True), shared)
    keras.config.set_dtype_policy("mixed_bfloat16")
    found["`dcgan_tf`, sequential, bfloat16"] = (our_step(gan()), sequential)
    keras.config.set_dtype_policy("float32")
    if torch_step:
        for layout in ("NCHW", "channels_last"):
            found[f"PyTorch, sequential, {layout}"] = (torch_step(gan(), True, layout), sequential)
            found[f"PyTorch, simultaneous, {layout}"] = (torch_step(gan(), False, layout), simultaneous)
    found["matrix product, 2048 × 2048"] = matrix_product()
    return found


def measure(steps, batches, rounds, steps_a_turn):
    """Seconds of each step of {name: step}, taken in turns: {name: array}, and of the first, which compiles."""
    first, seconds = {}, {name: [] for name in steps}
    for name, step in steps.items():
        start = time.perf_counter()
        step(batches[0])
        first[name] = time.perf_counter() - start
    order = np.random.default_rng(0)
    for round_ in range(rounds):
        for name in order.permutation(list(steps)):
            for turn in range(steps_a_turn + 1):
                real = batches[(round_ * steps_a_turn + turn) % len(batches)]
                start = time.perf_counter()
                steps[name](real)
                if turn > 0:
                    seconds[name].append(time.perf_counter() - start)
    return first, seconds


def table(recipe, rounds, steps_a_turn):
    batch_size = recipes.RECIPES[recipe].batch_size
    digits = data.batches(data.mnist("sample").images, batch_size, seed=0)
    batches = [GAN.scale(images) for images in digits.take(16)]
    found = contestants(recipe, batch_size)
    first, seconds = measure({name: step for name, (step, _) in found.items()}, batches, rounds, steps_a_turn)
    medians = {name: np.median(times) for name, times in seconds.items()}
    rates = {name: work / medians[name] / 1e9 for name, (_, work) in found.items()}
    *_, top_rate = rates.values()
    print(f"\n### `{recipe}`, batch {batch_size}, {rounds} rounds of {steps_a_turn} steps\n")
    print("| step | median, ms | 10 % to 90 %, ms | speed / usual | GFLOP | GFLOP/s | of the matmul rate | first, s |")
    print("| --- " + "| ---: " * 7 + "|")
    for name, (_, work) in found.items():
        low, high = 1e3 * np.quantile(seconds[name], (0.1, 0.9))
        speed = f"{medians[USUAL] / medians[name]:.2f}" if "matrix" not in name else "–"
        print(
            f"| {name} | {1e3 * medians[name]:.1f} | {low:.1f} to {high:.1f} | {speed} | {work / 1e9:.2f} "
            f"| {rates[name]:.1f} | {rates[name] / top_rate:.0%} | {first[name]:.1f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", nargs="+", choices=["tutorial", "lean"], default=["tutorial", "lean"])
    parser.add_argument("--rounds", type=int, default=20, help="turns of each contestant")
    parser.add_argument("--steps", type=int, default=5, help="steps a turn")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of an operation")
    parser.add_argument("--at-once", type=int, default=0, help="operations; 0 leaves it to TensorFlow")
    arguments = parser.parse_args()
    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.at_once)
    if torch_step:
        torch.set_num_threads(arguments.threads)
    pytorch = torch.__version__ if torch_step else "not installed"
    print(f"{describe()}; PyTorch {pytorch}; {arguments.threads} threads", flush=True)
    for recipe in arguments.recipe:
        table(recipe, arguments.rounds, arguments.steps)


if __name__ == "__main__":
    main()
