"""How long one training step takes, ours and others, on the CPU with all its cores.

    python benchmarks/train_step.py [--recipe tutorial lean] [--rounds 20] [--steps 5]

All contestants have the networks, batch size and optimizers of the recipe, and real digits. They take turns: in each
round every one of them, in another order, makes a step that is not counted (the threads of the one before may still
be spinning) and then `steps` that are. PyTorch takes part where it is installed (`pip install torch==2.13.0`).

Two algorithms are timed, which differ in work. *Sequential* is Algorithm 1: the discriminator is updated, then the
generator, on fresh latent vectors and against the new discriminator. *Simultaneous*, of TensorFlow's DCGAN tutorial,
takes both gradients at one point on one batch of latent vectors.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

try:
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits
except ImportError:
    torch = None

IMAGE_SHAPE = (28, 28, 1)
USUAL = "two tapes, simultaneous (the usual step)"


def multiply_adds(model):
    """Multiply-adds of one image's way through each convolution and dense layer; zeros of a padding are counted."""
    counts = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            positions = 1
        elif isinstance(layer, keras.layers.Conv2D):
            positions = np.prod(layer.output.shape[1:3])
        elif isinstance(layer, keras.layers.Conv2DTranspose):  # each pixel of the input is spread by the kernel
            positions = np.prod(layer.input.shape[1:3])
        else:
            continue
        counts.append(int(positions * np.prod(layer.kernel.shape)))
    return counts


def operations(gan, batch_size, sequential):
    """Floating-point operations of the convolutions and dense layers in one step, two for each multiply-add.

    Let G and D be the multiply-adds of one image's way through the networks, g and d those of their first layers.
    The gradient for the weights costs as much as the way forward, and so does that for the input, which no first
    layer needs except when the generator learns through the discriminator.

        sequential, discriminator's update:  G + 2·(3·D − d)      fakes; real and fake
        sequential, generator's update:      3·G − g + 2·D        fresh latents; through D, not for its weights
        in all:                              4·G − g + 8·D − 2·d
        simultaneous:                        3·G − g + 7·D − 2·d  fakes, and their logits, are made only once
    """
    (g, *_), (d, *_) = counts = multiply_adds(gan.generator), multiply_adds(gan.discriminator)
    G, D = map(sum, counts)
    per_image = 4 * G - g + 8 * D - 2 * d if sequential else 3 * G - g + 7 * D - 2 * d
    return 2 * batch_size * per_image


def our_step(gan):
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    return lambda real: step(real)["generator_loss"].numpy()


def two_tape_step(gan, sequential):
    """The step as it is usually written, with `gan`'s networks and optimizers but nothing else of it."""
    generator, discriminator = gan.generator, gan.discriminator
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def apply(optimizer, gradients, network):
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    def fakes(real):
        return generator(tf.random.normal((real.shape[0], generator.input_shape[-1])), training=True)

    def discriminator_loss(real_logits, fake_logits):
        real_loss = cross_entropy(tf.ones_like(real_logits), real_logits)
        return real_loss + cross_entropy(tf.zeros_like(fake_logits), fake_logits)

    def generator_loss(fake_logits):
        return cross_entropy(tf.ones_like(fake_logits), fake_logits)

    def simultaneous_step(real):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake_logits = discriminator(fake := fakes(real), training=True)
            g_loss = generator_loss(fake_logits)
            d_loss = discriminator_loss(discriminator(real, training=True), fake_logits)
        g_gradients = g_tape.gradient(g_loss, generator.trainable_variables)
        d_gradients = d_tape.gradient(d_loss, discriminator.trainable_variables)
        apply(gan.generator_optimizer, g_gradients, generator)
        apply(gan.discriminator_optimizer, d_gradients, discriminator)
        return g_loss

    def sequential_step(real):
        fake = fakes(real)
        with tf.GradientTape() as d_tape:
            d_loss = discriminator_loss(discriminator(real, training=True), discriminator(fake, training=True))
        d_gradients = d_tape.gradient(d_loss, discriminator.trainable_variables)
        apply(gan.discriminator_optimizer, d_gradients, discriminator)
        with tf.GradientTape() as g_tape:
            g_loss = generator_loss(discriminator(fakes(real), training=True))
        apply(gan.generator_optimizer, g_tape.gradient(g_loss, generator.trainable_variables), generator)
        return g_loss

    step = tf.function(sequential_step if sequential else simultaneous_step, jit_compile=gan.jit_compile)
    return lambda real: step(real).numpy()


def torch_twin(model):
    """The same network in PyTorch, for images (batch, C, H, W), with PyTorch's own initial weights."""
    twins = []
    for layer in model.layers:
        inputs, outputs = layer.input.shape, layer.output.shape
        match type(layer).__name__:
            case "Dense":
                twin = nn.Linear(inputs[-1], outputs[-1], bias=layer.use_bias)
            case "Conv2D" | "Conv2DTranspose" as kind:
                (k, _), (s, _) = layer.kernel_size, layer.strides
                assert layer.padding == "same"
                padding = (k - s + 1) // 2  # SAME pads k − s in all; where that is odd, this pads one more
                sizes = dict(kernel_size=k, stride=s, padding=padding, bias=layer.use_bias)
                if kind == "Conv2D":
                    twin = nn.Conv2d(inputs[-1], outputs[-1], **sizes)
                else:
                    twin = nn.ConvTranspose2d(inputs[-1], outputs[-1], output_padding=s + 2 * padding - k, **sizes)
            case "BatchNormalization":
                norm = nn.BatchNorm2d if len(inputs) == 4 else nn.BatchNorm1d
                twin = norm(inputs[-1], layer.epsilon, 1 - layer.momentum)
            case "LeakyReLU":
                twin = nn.LeakyReLU(layer.negative_slope)
            case "ReLU":
                twin = nn.ReLU()
            case "Activation":
                assert layer.activation is keras.activations.tanh
                twin = nn.Tanh()
            case "Dropout":
                twin = nn.Dropout(layer.rate)
            case "Reshape":
                height, width, channels = outputs[1:]
                twin = nn.Unflatten(1, (channels, height, width))
            case "Flatten":
                twin = nn.Flatten()
            case kind:
                raise NotImplementedError(f"torch_twin does not know the layer {kind} of {model.name}")
        twins.append(twin)
    network = nn.Sequential(*twins)
    ours = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    theirs = sum(weight.numel() for weight in network.parameters())
    assert ours == theirs, f"{model.name} has {ours} parameters, its twin {theirs}"
    return network


def torch_step(gan, sequential, memory_format):
    """The step in PyTorch; gradients are taken for the weights that are updated only."""
    generator = torch_twin(gan.generator).to(memory_format=memory_format)
    discriminator = torch_twin(gan.discriminator).to(memory_format=memory_format)
    latent_dim = gan.generator.input_shape[-1]

    def adam(network, ours):
        assert type(ours) is keras.optimizers.Adam
        betas = (ours.beta_1, ours.beta_2)
        return torch.optim.Adam(network.parameters(), float(ours.learning_rate), betas, ours.epsilon, fused=True)

    g_optimizer = adam(generator, gan.generator_optimizer)
    d_optimizer = adam(discriminator, gan.discriminator_optimizer)

    def loss(logits, label):
        return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))

    def gradients(value, network, **kwargs):
        return torch.autograd.grad(value, list(network.parameters()), **kwargs)

    def apply(optimizer, network, values):
        for weight, gradient in zip(network.parameters(), values, strict=True):
            weight.grad = gradient
        optimizer.step()

    def step(real):
        real = torch.from_numpy(real.numpy()).permute(0, 3, 1, 2).contiguous(memory_format=memory_format)
        if sequential:
            with torch.no_grad():
                fake = generator(torch.randn(len(real), latent_dim))
            d_loss = loss(discriminator(real), 1.0) + loss(discriminator(fake), 0.0)
            apply(d_optimizer, discriminator, gradients(d_loss, discriminator))
            g_loss = loss(discriminator(generator(torch.randn(len(real), latent_dim))), 1.0)
            apply(g_optimizer, generator, gradients(g_loss, generator))
        else:
            fake_logits = discriminator(generator(torch.randn(len(real), latent_dim)))
            d_loss = loss(discriminator(real), 1.0) + loss(fake_logits, 0.0)
            g_loss = loss(fake_logits, 1.0)
            d_gradients = gradients(d_loss, discriminator, retain_graph=True)
            apply(g_optimizer, generator, gradients(g_loss, generator))
            apply(d_optimizer, discriminator, d_gradients)
        return g_loss.item()

    return step
