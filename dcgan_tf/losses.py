"""Adversarial losses and gradient penalties: pure functions, all to be minimised.

In the formulas D is the discriminator's output before any sigmoid, the logit; x are real images, G(z) generated
ones, and E is the mean over the batch.
"""

from functools import partial
from typing import Callable, NamedTuple

import tensorflow as tf
from tensorflow import reduce_mean as mean
from tensorflow.nn import relu, softplus


class Loss(NamedTuple):
    """The two sides of the game.

    Attributes:
        discriminator: (real_logits, fake_logits) → scalar.
        generator: (fake_logits) → scalar.
    """

    discriminator: Callable
    generator: Callable


# softplus(−D) = −log σ(D) and softplus(D) = −log(1 − σ(D)): the cross-entropies, without an overflow.


def _cross_entropy(real_logits, fake_logits, real_label=1.0):
    real = real_label * softplus(-real_logits) + (1.0 - real_label) * softplus(real_logits)
    return mean(real) + mean(softplus(fake_logits))


minimax = Loss(_cross_entropy, lambda fake_logits: -mean(softplus(fake_logits)))
"""Goodfellow et al. (2014), equation 1: the generator minimises E log(1 − σ(D(G(z)))), which saturates."""

non_saturating = Loss(_cross_entropy, lambda fake_logits: mean(softplus(-fake_logits)))
"""Goodfellow et al. (2014), section 3: the generator minimises −E log σ(D(G(z))) instead."""

least_squares = Loss(
    lambda real_logits, fake_logits: 0.5 * mean((real_logits - 1.0) ** 2) + 0.5 * mean(fake_logits**2),
    lambda fake_logits: 0.5 * mean((fake_logits - 1.0) ** 2),
)
"""Mao et al. (2017), equation 9: labels 1 for real, 0 for generated, 1 for the generator's aim."""

wasserstein = Loss(
    lambda real_logits, fake_logits: mean(fake_logits) - mean(real_logits),
    lambda fake_logits: -mean(fake_logits),
)
"""Arjovsky et al. (2017), equations 2 and 3. The critic must be Lipschitz: add a penalty or clip its weights."""

hinge = Loss(
    lambda real_logits, fake_logits: mean(relu(1.0 - real_logits)) + mean(relu(1.0 + fake_logits)),
    lambda fake_logits: -mean(fake_logits),
)
"""Lim and Ye (2017), equations 7 and 8."""

LOSSES = {
    "minimax": minimax,
    "non_saturating": non_saturating,
    "least_squares": least_squares,
    "wasserstein": wasserstein,
    "hinge": hinge,
}


def get(loss):
    """The `Loss` of a name in `LOSSES`; a `Loss`, or any such pair of functions, is given back as it is."""
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, not {loss!r}")
        return LOSSES[loss]
    if not (callable(getattr(loss, "discriminator", None)) and callable(getattr(loss, "generator", None))):
        raise ValueError(f"loss must be a name or have the functions discriminator and generator, not {loss!r}")
    return loss


def smooth(loss=non_saturating, real_label=0.9):
    """One-sided label smoothing (Salimans et al., 2016, section 3.4): real images are labelled 0.9, fakes stay 0.

    Args:
        loss: `minimax` or `non_saturating`, or its name; the generator's side is kept.
        real_label: above 0.5, at most 1.
    Raises:
        ValueError: a loss without labels, or a label out of range. Beyond 1 the loss would have no minimum.
    """
    loss = get(loss)
    if loss.discriminator is not _cross_entropy:
        raise ValueError("only minimax and non_saturating have labels to smooth")
    if not 0.5 < real_label <= 1.0:
        raise ValueError(f"real_label must be above 0.5 and at most 1, not {real_label}")
    return Loss(partial(_cross_entropy, real_label=real_label), loss.generator)


def gradient_penalty(discriminator, real, fake, weight=10.0, seed=None):
    """weight · E(‖∇D(αx + (1 − α)G(z))‖₂ − 1)², α uniform per sample (Gulrajani et al., 2017, equation 3).

    Not for a discriminator with batch normalization: there a sample's gradient depends on the others.

    Args:
        discriminator: images (batch, H, W, C) → logits (batch, 1).
        real, fake: images of the same shape.
        weight: the paper's λ.
        seed: two integers; the same seed, the same α. None draws anew.
    Returns:
        A scalar, to be added to the discriminator's loss.
    """
    alpha = _uniform(tf.shape(real)[0], seed)
    return weight * mean((_gradient_norm(discriminator, alpha * real + (1.0 - alpha) * fake) - 1.0) ** 2)


def dragan(discriminator, real, fake=None, weight=10.0, seed=None):
    """weight · E(‖∇D(x + δ)‖₂ − 1)²: the norm is held at 1 around the real images (Kodali et al., 2017, equation 4).

    δ is ½·std(x)·u with u uniform in [0, 1), one number a pixel, as in the authors' code; a scale per sample
    moves it between x and that neighbour. For `fake` any value does, it is not used; the rest as for
    `gradient_penalty`.
    """
    seeds = (None, None) if seed is None else tf.unstack(tf.random.split(seed, 2))
    noise = _uniform(tf.shape(real), seeds[0]) * 0.5 * tf.math.reduce_std(real)
    alpha = _uniform(tf.shape(real)[0], seeds[1])
    return weight * mean((_gradient_norm(discriminator, real + alpha * noise) - 1.0) ** 2)


def r1(discriminator, real, fake=None, weight=10.0):
    """weight/2 · E‖∇D(x)‖²: no slope at the real images (Mescheder et al., 2018, equation 9).

    For `fake` any value does, it is not used; `weight` is the paper's γ.
    """
    return 0.5 * weight * mean(_squared_gradient(discriminator, real))


def _uniform(shape, seed):
    """Uniform in [0, 1), of `shape`; a lone number n stands for one draw a sample, (n, 1, 1, 1)."""
    shape = tf.reshape(shape, [-1])
    shape = tf.concat([shape, [1, 1, 1]], 0) if shape.shape[0] == 1 else shape
    return tf.random.uniform(shape) if seed is None else tf.random.stateless_uniform(shape, seed)


def _squared_gradient(discriminator, images):
    """‖∇D‖² of each sample, over all its pixels and channels: (batch,)."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images)
    gradient = tape.gradient(logits, images, unconnected_gradients="zero")
    return tf.reduce_sum(gradient**2, axis=[1, 2, 3])


def _gradient_norm(discriminator, images):
    # The derivative of √ at 0 is infinite, and infinity · 0 is NaN.
    return tf.sqrt(tf.maximum(_squared_gradient(discriminator, images), 1e-12))
