"""What the student writes in the lessons, as the lessons themselves have it; `your_turn.check` compares with it."""

import numpy as np
import tensorflow as tf

# Lesson 0: the adversarial game


def discriminator_loss(real_logits, fake_logits):
    """−V, what D minimises: a scalar, from the logits of real data and of fakes."""
    real_term = tf.reduce_mean(tf.math.log_sigmoid(real_logits))
    fake_term = tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))
    return -real_term - fake_term


def generator_loss(fake_logits):
    """The one term of V in which G occurs, which G minimises: a scalar."""
    return tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))


def non_saturating_loss(fake_logits):
    """−log D, averaged over the fakes: a scalar."""
    return -tf.reduce_mean(tf.math.log_sigmoid(fake_logits))


def arrows_at(judge, points):
    """The gradient of log D at each of the points: (n, 2)."""
    with tf.GradientTape() as tape:
        tape.watch(points)
        score = tf.math.log_sigmoid(judge(points))
    return tape.gradient(score, points)


def best_discriminator(p, q):
    """The answer D at a place where data have the density p and fakes the density q."""
    return p / (p + q)


# Lesson 4: dropout


def dropout(h, rate, rng):
    """The activations after dropout in training, and the mask: 1 where a unit is kept."""
    mask = rng.random(h.shape) >= rate
    return h * mask / (1 - rate), mask


def classic_dropout(h, rate, rng, training):
    """Dropout as it was first written: nothing is divided in training, all is made smaller at inference."""
    if training:
        return h * (rng.random(h.shape) >= rate)
    return h * (1 - rate)


def survivors(units, share, rng):
    """A mask that deletes exactly a share of the units, chosen at random, and amplifies the others: (units,)."""
    mask = np.ones(units)
    mask[rng.permutation(units)[: round(units * share)]] = 0
    return mask / (1 - share)


def with_dropout(network, rate):
    """A copy of a network, with dropout behind each activation and new weights."""
    import keras

    from dcgan_tf import models

    def call(layer, x):
        x = layer(x)
        return keras.layers.Dropout(rate)(x) if layer.name.startswith("relu") else x

    return models.rebuild(network, call)
