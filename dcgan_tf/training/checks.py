"""Whether networks can play: what they put out, and whether they fit together."""

import math

import keras
import numpy as np
from keras import layers


def check_network(player, network, trained=False) -> None:
    """Raises TypeError or ValueError unless a player is a network with weights, and with such to be trained."""
    if not isinstance(network, keras.Model):
        raise TypeError(f"the {player} must be a keras.Model, not {network!r}")
    if not network.built:
        raise ValueError(f"the {player} has no weights yet: let it begin with a keras.Input")
    if trained and not network.trainable_variables:
        raise ValueError(
            f"the {player} has nothing to train: leave it trainable, for an update moves one network alone"
        )


def limits(network: keras.Model) -> tuple[float, float]:
    """Between which numbers the end of a network holds what it puts out: (−1, 1) for tanh, (0, ∞) for ReLU.

    Numbers of ±10,000 are sent through the last activation, and through all that follows the last layer with weights.
    """
    tail, ends = [], [np.full((1, 1), end, np.float32) for end in (-1e4, 1e4)]
    # `operations` has those of keras.ops too; a subclassed network has its layers alone.
    for layer in reversed(getattr(network, "operations", None) or network.layers):
        if isinstance(layer, keras.Model):
            ends = np.clip(limits(layer), -1e4, 1e4)
            break
        one = hasattr(getattr(layer, "input", None), "shape") and not isinstance(layer, layers.InputLayer)
        if getattr(layer, "weights", ()) or not one:
            activation = getattr(getattr(layer, "layer", layer), "activation", None)  # of the layer in a wrapper
            ends = ends if activation is None else [np.asarray(activation(end)) for end in ends]
            break
        tail.insert(0, layer)
    try:
        for number, layer in enumerate(tail):
            shape = [side or 1 for side in layer.input.shape]
            ends = [np.broadcast_to(np.ravel(end)[:1], shape) if number == 0 else end for end in ends]
            ends = [np.asarray(layer(end)) for end in ends]
    except TypeError:  # an operation that takes something beside the tensor
        ends = -math.inf, math.inf
    low, high = (float(end) if abs(end) < 10 else math.copysign(math.inf, end) for end in (np.min(ends), np.max(ends)))
    return low, high


def check_pair(generator: keras.Model, discriminator: keras.Model, condition_dim: int = 0) -> None:
    """Raises ValueError unless a discriminator takes what a generator draws, with channels for y, and gives a logit."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        for shape in (getattr(network, f"{end}_shape", None) for end in ("input", "output")):
            if not (isinstance(shape, tuple) and all(side is None or isinstance(side, int) for side in shape)):
                raise ValueError(
                    f"the {name} must have one input and one output: make a subclass Functional by x = keras.Input(…); "
                    "keras.Model(x, network(x)), and for a game with more override check_networks()"
                )
    drawn, taken = generator.output_shape[1:], discriminator.input_shape[1:]
    if condition_dim:
        drawn = (*drawn[:-1], drawn[-1] + condition_dim)
    if len(drawn) != len(taken) or any(a != b and None not in (a, b) for a, b in zip(drawn, taken, strict=True)):
        with_y = f", with {condition_dim} channels for y" * bool(condition_dim)
        raise ValueError(f"the generator draws samples of {drawn}, the discriminator takes {taken}{with_y}")
    check_logit(discriminator)


def check_logit(discriminator: keras.Model) -> None:
    """Raises ValueError unless a discriminator ends in one logit: the losses know of the sigmoid and apply it."""
    shape, (low, high) = discriminator.output_shape, limits(discriminator)
    if shape != (None, 1) or not low < 0 < high:
        found = f"with numbers from {low:g} to {high:g}" if shape == (None, 1) else f"in {shape}"
        raise ValueError(f"the discriminator must end in one logit, (batch, 1) without a sigmoid, not {found}")
