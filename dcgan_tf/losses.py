"""Adversarial losses and gradient penalties: pure functions, all to be minimised.

In the formulas D is the discriminator's output before any sigmoid, the logit; x are real samples, G(z) generated
ones, and E is the mean over the batch. Logits of half precision are widened to float32 first: squares and sums of
theirs would leave the range of float16.
"""

import inspect
from functools import partial, wraps
from typing import Callable, NamedTuple

import tensorflow as tf
from tensorflow import Tensor
from tensorflow import reduce_mean as mean
from tensorflow.nn import relu, softplus

from dcgan_tf.data.checks import check_numbers


class Loss(NamedTuple):
    """The two sides of the game.

    Attributes:
        discriminator: (real_logits, fake_logits) → scalar.
        generator: (real_logits, fake_logits) → scalar. Unless `pairs`, the real logits are not computed for it, and
            it gets None in their place.
        pairs: the generator's side uses the real logits too, those of a batch that the discriminator's side did not
            see.
    """

    discriminator: Callable
    generator: Callable
    pairs: bool = False


def _wide(x):
    """A tensor of at least 32 bits; None stays None."""
    x = None if x is None else tf.convert_to_tensor(x)
    if x is not None and not x.dtype.is_floating:
        raise ValueError(f"samples and logits must be floats, not {x.dtype.name}")
    return tf.cast(x, tf.float32) if x is not None and x.dtype in (tf.float16, tf.bfloat16) else x


def _of_wide_logits(side):
    return wraps(side)(lambda real_logits, fake_logits: side(_wide(real_logits), _wide(fake_logits)))


def _loss(discriminator, generator, pairs=False):
    return Loss(_of_wide_logits(discriminator), _of_wide_logits(generator), pairs)


# softplus(−D) = −log σ(D) and softplus(D) = −log(1 − σ(D)): the cross-entropies, without an overflow.


def _cross_entropy(real_logits, fake_logits, real_label=1.0):
    real = real_label * softplus(-real_logits) + (1.0 - real_label) * softplus(real_logits)
    return mean(real) + mean(softplus(fake_logits))


minimax = _loss(_cross_entropy, lambda _, fake_logits: -mean(softplus(fake_logits)))
"""Goodfellow et al. (2014), equation 1: the generator minimises E log(1 − σ(D(G(z)))), which saturates."""

non_saturating = _loss(_cross_entropy, lambda _, fake_logits: mean(softplus(-fake_logits)))
"""Goodfellow et al. (2014), section 3: the generator minimises −E log σ(D(G(z))) instead."""

least_squares = _loss(
    lambda real_logits, fake_logits: 0.5 * mean((real_logits - 1.0) ** 2) + 0.5 * mean(fake_logits**2),
    lambda _, fake_logits: 0.5 * mean((fake_logits - 1.0) ** 2),
)
"""Mao et al. (2017), equation 9: labels 1 for real, 0 for generated, 1 for the generator's aim."""

wasserstein = _loss(
    lambda real_logits, fake_logits: mean(fake_logits) - mean(real_logits),
    lambda _, fake_logits: -mean(fake_logits),
)
"""Arjovsky et al. (2017), equations 2 and 3. The critic must be Lipschitz: add a penalty or clip its weights."""

hinge = _loss(
    lambda real_logits, fake_logits: mean(relu(1.0 - real_logits)) + mean(relu(1.0 + fake_logits)),
    lambda _, fake_logits: -mean(fake_logits),
)
"""Lim and Ye (2017), equations 7 and 8."""

relativistic = _loss(
    lambda real_logits, fake_logits: mean(softplus(fake_logits - real_logits)),
    lambda real_logits, fake_logits: mean(softplus(real_logits - fake_logits)),
    pairs=True,
)
"""RpGAN (Jolicoeur-Martineau, 2019; Huang et al., 2024, section 2): which of a pair is real?

The discriminator minimises −E log σ(D(x) − D(G(z))), each real sample against one generated one, and the generator
the same with the two exchanged. Each loss is log 2 where D is constant.
"""

LOSSES = {
    "minimax": minimax,
    "non_saturating": non_saturating,
    "least_squares": least_squares,
    "wasserstein": wasserstein,
    "hinge": hinge,
    "relativistic": relativistic,
}


def get(loss: str | Loss) -> Loss:
    """The `Loss` of a name in `LOSSES`; a `Loss` of one's own is given back as it is.

    Anything else that has the functions `discriminator` and `generator` becomes a `Loss`, whose `pairs` is False
    unless it has that too.

    Raises:
        ValueError: there is no loss of that name; it lacks a side; a side does not take two arguments.
    """
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, not {loss!r}")
        return LOSSES[loss]
    if not (callable(getattr(loss, "discriminator", None)) and callable(getattr(loss, "generator", None))):
        raise ValueError(f"loss must be a name or have the functions discriminator and generator, not {loss!r}")
    for side in ("discriminator", "generator"):
        if not _takes(getattr(loss, side), None, None):
            raise ValueError(f"loss.{side} must take two arguments, the real logits and the fake logits")
    if isinstance(loss, Loss):
        return loss
    return Loss(loss.discriminator, loss.generator, bool(getattr(loss, "pairs", False)))


def get_penalty(penalty: Callable | None) -> Callable | None:
    """The penalty as it is, or None.

    Raises:
        ValueError: it is no function that can be called as `penalty(discriminator, real, fake, seed=seed)`.
    """
    if penalty is not None and not (callable(penalty) and _takes(penalty, None, None, None, seed=None)):
        raise ValueError(f"penalty must be None or a function (discriminator, real, fake, seed=None), not {penalty!r}")
    return penalty


def _takes(function, *args, **kwargs):
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # some built-in functions do not say what they take
        pass
    return True


def smooth(loss: str | Loss = non_saturating, real_label: float = 0.9) -> Loss:
    """One-sided label smoothing (Salimans et al., 2016, section 3.4): real samples are labelled 0.9, fakes stay 0.

    Args:
        loss: `minimax` or `non_saturating`, or its name; the generator's side is kept.
        real_label: above 0.5, at most 1.
    Raises:
        ValueError: a loss without labels, or a label out of range. Beyond 1 the loss would have no minimum.
    """
    loss = get(loss)
    if loss.discriminator not in (minimax.discriminator, non_saturating.discriminator):
        raise ValueError("only minimax and non_saturating have labels to smooth")
    check_numbers(real_label=real_label)
    if not 0.5 < real_label <= 1.0:
        raise ValueError(f"real_label must be above 0.5 and at most 1, not {real_label}")
    return loss._replace(discriminator=_of_wide_logits(partial(_cross_entropy, real_label=real_label)))


# Every penalty is called as penalty(discriminator, real, fake, seed=seed), whether it uses them all or not.


def gradient_penalty(discriminator: Callable, real: Tensor, fake: Tensor, weight: float = 10.0, seed=None) -> Tensor:
    """weight · E(‖∇D(αx + (1 − α)G(z))‖₂ − 1)², α uniform per sample (Gulrajani et al., 2017, equation 3).

    Not for a discriminator with batch normalization: there a sample's gradient depends on the others.

    Args:
        discriminator: samples (batch, …) → logits (batch, 1).
        real, fake: samples of the same shape: images (batch, H, W, C), points (batch, 2), or of any other rank.
        weight: the paper's λ.
        seed: two integers; the same seed, the same α. None draws anew.
    Returns:
        A scalar, to be added to the discriminator's loss.
    """
    real, fake = _wide(real), _wide(fake)
    _check_weight(weight)
    if not real.shape.is_compatible_with(fake.shape):
        raise ValueError(f"real and fake samples must have one shape, not {real.shape} and {fake.shape}")
    alpha = _uniform(_one_a_sample(real), seed)
    return weight * mean((_gradient_norm(discriminator, alpha * real + (1.0 - alpha) * fake) - 1.0) ** 2)


def dragan(discriminator: Callable, real: Tensor, fake=None, weight: float = 10.0, seed=None) -> Tensor:
    """weight · E(‖∇D(x + αδ)‖₂ − 1)²: the norm is held at 1 around the real samples (Kodali et al., 2017, equation 4).

    δ is ½·std(x)·u with u uniform in [0, 1), one number a pixel, as in the authors' code; α, uniform per sample,
    moves the sample between x and that neighbour. For `fake` any value does, it is not used; the rest as for
    `gradient_penalty`.
    """
    _check_weight(weight)
    real = _wide(real)
    seeds = (None, None) if seed is None else tf.unstack(tf.random.split(seed, 2))
    noise = _uniform(tf.shape(real), seeds[0]) * 0.5 * tf.math.reduce_std(real)
    alpha = _uniform(_one_a_sample(real), seeds[1])
    return weight * mean((_gradient_norm(discriminator, real + alpha * noise) - 1.0) ** 2)


def r1(discriminator: Callable, real: Tensor, fake=None, weight: float = 10.0, seed=None) -> Tensor:
    """weight/2 · E‖∇D(x)‖²: no slope at the real samples (Mescheder et al., 2018, equation 9).

    For `fake` and `seed` any value does, they are not used; `weight` is the paper's γ.
    """
    _check_weight(weight)
    return 0.5 * weight * mean(_squared_gradient(discriminator, real))


def r2(discriminator: Callable, real, fake: Tensor, weight: float = 10.0, seed=None) -> Tensor:
    """weight/2 · E‖∇D(G(z))‖²: R1 on the generated samples (Mescheder et al., 2018, equation 10).

    For `real` and `seed` any value does, they are not used; `weight` is the paper's γ.
    """
    return r1(discriminator, fake, weight=weight)


def r1_r2(discriminator: Callable, real: Tensor, fake: Tensor, weight: float = 10.0, seed=None) -> Tensor:
    """R1 + R2, both with the same weight γ (Huang et al., 2024, section 2). `seed` is not used."""
    return r1(discriminator, real, weight=weight) + r2(discriminator, real, fake, weight)


def _check_weight(weight):
    if not tf.is_tensor(weight):
        check_numbers(0, weight=weight)


def _one_a_sample(samples):
    """(batch, 1, …), of the same rank."""
    return tf.concat([tf.shape(samples)[:1], tf.ones(tf.rank(samples) - 1, tf.int32)], 0)


def _uniform(shape, seed):
    return tf.random.uniform(shape) if seed is None else tf.random.stateless_uniform(shape, seed)


def _squared_gradient(discriminator, samples):
    """‖∇D‖² of each sample, over all its pixels and channels: (batch,)."""
    samples = _wide(samples)
    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = _wide(discriminator(samples))
    gradient = tape.gradient(logits, samples, unconnected_gradients="zero")
    return tf.reduce_sum(gradient**2, axis=list(range(1, gradient.shape.rank)))


def _gradient_norm(discriminator, samples):
    # The derivative of √ at 0 is infinite, and infinity · 0 is NaN.
    return tf.sqrt(tf.maximum(_squared_gradient(discriminator, samples), 1e-12))
