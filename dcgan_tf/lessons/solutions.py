"""What the student writes in the lessons, as the lessons themselves have it; `your_turn.check` compares with it."""

import numpy as np

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
