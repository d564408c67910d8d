"""The networks and the training step in PyTorch, for comparison."""

import keras
import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits


def twin_of(model):
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
            case "GroupNormalization":
                twin = nn.GroupNorm(layer.groups, inputs[-1], layer.epsilon)
            case "LeakyReLU":
                twin = nn.LeakyReLU(layer.negative_slope)
            case "ReLU":
                twin = nn.ReLU()
            case "Activation":
                assert layer.activation is keras.activations.tanh
                twin = nn.Tanh()
            case "Dropout":
                twin = nn.Dropout(layer.rate)
            case "Cropping2D":
                (top, bottom), (left, right) = layer.cropping
                twin = nn.ZeroPad2d((-left, -right, -top, -bottom))
            case "Reshape":
                height, width, channels = outputs[1:]
                twin = nn.Unflatten(1, (channels, height, width))
            case "Flatten":
                twin = nn.Flatten()
            case kind:
                raise NotImplementedError(f"twin_of does not know the layer {kind} of {model.name}")
        twins.append(twin)
    network = nn.Sequential(*twins)
    ours = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    theirs = sum(weight.numel() for weight in network.parameters())
    assert ours == theirs, f"{model.name} has {ours} parameters, its twin {theirs}"
    return network


def torch_step(gan, sequential, layout):
    """The step of `train_step.py` in PyTorch: takes a batch (batch, H, W, C), as TensorFlow has it.

    Gradients are taken for the weights that are updated only, so that the work is the same.

    Args:
        gan: a compiled `GAN`, of which only the architecture and the optimizers' settings are used.
        layout: of the images in memory, "NCHW" or "channels_last".
    """
    memory_format = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}[layout]
    generator = twin_of(gan.generator).to(memory_format=memory_format)
    discriminator = twin_of(gan.discriminator).to(memory_format=memory_format)
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
