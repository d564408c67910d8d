"""Whether networks can play."""

import keras
import numpy as np
import pytest
from keras import layers

from dcgan_tf.layers import SpectralNormalization
from dcgan_tf.training import checks


def ending(*last, sides=4):
    return keras.Sequential([keras.Input((sides,)), *last])


def functional(function, network):
    """What a function makes of a network's output, as a Functional network."""
    x = keras.Input(network.input_shape[1:])
    return keras.Model(x, function(network(x)))


class Subclassed(keras.Model):
    def __init__(self, activation=None):
        super().__init__()
        self.head = layers.Dense(1, activation=activation)

    def call(self, x, training=False):
        return self.head(x)


@pytest.mark.parametrize(
    ("last", "limits"),
    [
        ([layers.Dense(1)], (-np.inf, np.inf)),
        ([layers.Dense(3, activation="sigmoid"), layers.Dense(1)], (-np.inf, np.inf)),
        ([layers.Dense(1), layers.LeakyReLU(0.01)], (-np.inf, np.inf)),
        ([layers.Dense(1), layers.BatchNormalization()], (-np.inf, np.inf)),
        ([layers.Dense(1), layers.Dropout(0.5), layers.Flatten()], (-np.inf, np.inf)),
        ([layers.Dense(4, activation="tanh"), layers.Reshape((2, 2))], (-1, 1)),
        ([layers.Dense(4), layers.Activation("tanh", dtype="mixed_float16"), layers.Reshape((2, 2))], (-1, 1)),
        ([layers.Dense(1), layers.Activation("tanh"), layers.Rescaling(-0.5, 2)], (1.5, 2.5)),
        ([layers.Dense(4), layers.ReLU(), layers.Reshape((2, 2))], (0, np.inf)),
        ([layers.Dense(1, activation="log_sigmoid")], (-np.inf, 0)),
        ([layers.Dense(4), layers.Softmax()], (0.25, 0.25)),
        ([SpectralNormalization(layers.Dense(1, activation="sigmoid"))], (0, 1)),
        ([layers.Reshape((2, 2))], (-np.inf, np.inf)),
    ],
)
def test_the_limits_are_those_of_the_last_activation(last, limits):
    network = ending(*last)
    assert checks.limits(network) == pytest.approx(limits)
    assert checks.limits(keras.Sequential([keras.Input((4,)), network])) == pytest.approx(limits)  # as a layer
    assert checks.limits(functional(lambda x: x, network)) == pytest.approx(limits)


def test_the_limits_of_networks_of_other_kinds():
    dense = lambda: ending(layers.Dense(1))  # noqa: E731
    assert checks.limits(functional(keras.ops.sigmoid, dense())) == (0, 1)
    assert checks.limits(functional(lambda x: keras.ops.reshape(keras.ops.tanh(x), (-1,)), dense())) == (-1, 1)
    assert checks.limits(functional(lambda x: layers.Lambda(keras.ops.softplus)(x), dense())) == (0, np.inf)
    assert checks.limits(functional(lambda x: x + x, dense())) == (-np.inf, np.inf)
    assert checks.limits(functional(lambda x: 2 * keras.ops.sigmoid(x) - 1, dense())) == (
        -np.inf,
        np.inf,
    )  # not known
    x = keras.Input((4,))
    assert checks.limits(keras.Model(x, Subclassed("sigmoid")(x))) == (0, 1)
    assert checks.limits(keras.Model(x, Subclassed()(x))) == (-np.inf, np.inf)


@pytest.mark.parametrize("last", [[layers.Dense(1)], [layers.Dense(1, activation="tanh")]])  # tanh: odd, and allowed
def test_one_logit_is_taken(last):
    checks.check_logit(ending(*last))


@pytest.mark.parametrize(
    ("last", "message"),
    [
        ([layers.Dense(2)], r"not in \(None, 2\)"),
        ([layers.Dense(1), layers.Reshape(())], r"not in \(None,\)"),
        ([layers.Dense(1, activation="sigmoid")], "not with numbers from 0 to 1"),
        ([layers.Dense(1, activation="hard_sigmoid")], "not with numbers from 0 to 1"),
        ([layers.Dense(1), layers.Activation("sigmoid"), layers.Reshape((1,))], "not with numbers from 0 to 1"),
        ([layers.Dense(1, activation="relu")], "not with numbers from 0 to inf"),
        ([layers.Dense(1, activation="log_sigmoid")], "not with numbers from -inf to -?0"),
        ([layers.Dense(1), layers.Activation("softmax", dtype="float32")], "not with numbers from 1 to 1"),
    ],
)
@pytest.mark.filterwarnings("ignore:You are using a softmax")
def test_anything_but_one_logit_is_refused(last, message):
    with pytest.raises(ValueError, match=f"must end in one logit.*{message}"):
        checks.check_logit(ending(*last))


def test_a_pair_fits_together_and_each_network_says_what_it_takes_and_gives():
    generator, discriminator = ending(layers.Dense(3)), ending(layers.Dense(1), sides=3)
    checks.check_pair(generator, discriminator)
    checks.check_pair(generator, ending(layers.Dense(1), sides=5), condition_dim=2)
    with pytest.raises(ValueError, match=r"samples of \(3,\), the discriminator takes \(5,\)"):
        checks.check_pair(generator, ending(layers.Dense(1), sides=5))
    with pytest.raises(ValueError, match=r"samples of \(4,\), the discriminator takes \(5,\), with 1 channels for y"):
        checks.check_pair(generator, ending(layers.Dense(1), sides=5), condition_dim=1)
    with pytest.raises(ValueError, match="must end in one logit"):
        checks.check_pair(generator, ending(layers.Dense(2), sides=3))
    two = keras.Input((4,)), keras.Input((4,))
    for name, pair in {
        "generator": (keras.Model(two, layers.Dense(3)(two[0] + two[1])), discriminator),
        "discriminator": (generator, Subclassed()),
    }.items():
        with pytest.raises(ValueError, match=f"the {name} must have one input and one output"):
            checks.check_pair(*pair)
