import re

import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf.lessons import your_turn


def solution(x, rate):
    return x * rate, float(x.sum())


def case(rng):
    return rng.normal(size=(2, 3)), 0.25


def not_done(x, rate):
    raise NotImplementedError


def fails(x, rate):
    return x @ x


def changes_its_argument(x, rate):
    x *= rate
    return x, float(x.sum())


@pytest.mark.parametrize(
    "right",
    [
        solution,
        lambda x, rate: [x.astype(np.float32) * np.float32(rate), np.sum(x)],
        lambda x, rate: (tf.constant(x) * rate, tf.reduce_sum(x)),
        lambda x, rate: ((x * rate).tolist(), x.sum()),
    ],
)
def test_what_is_right_is_kept_in_whatever_style(right, capsys):
    assert your_turn.check(right, solution, case) is right
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (not_done, "not done yet: the lesson goes on with its own not_done"),
        (fails, "wrong: ValueError: .*in the line “return x @ x”"),
        (lambda x, rate: None, "2 results are expected, not NoneType"),
        (lambda x, rate: (x * rate, None), "nothing came back: is there a return"),
        (lambda x, rate: (x * rate, "a"), "a number or an array is expected of result 2"),
        (lambda x, rate: (x.T * rate, x.sum()), r"the shape of result 1 is \(3, 2\), not \(2, 3\)"),
        (lambda x, rate: (x * (1 - rate), x.sum()), r"the value of result 1 at \(0, 0\) is 0.094\d*, not 0.0314"),
        (lambda x, rate: (x * rate, np.nan), "the value of result 2 is nan"),
        (changes_its_argument, "the value of result 2 is"),
    ],
)
def test_what_is_wrong_is_said_and_the_lesson_goes_on(wrong, words, capsys):
    assert your_turn.check(wrong, solution, case) is solution
    out, err = capsys.readouterr()
    assert err == ""
    assert re.search(words, out), out


def test_a_slip_that_some_numbers_hide_is_found():
    def identity(x):
        return x

    assert your_turn.check(abs, identity, lambda rng: (rng.normal(),)) is identity  # the first number is positive
    seen = []
    your_turn.check(lambda x: seen.append(x) or x, identity, lambda rng: (rng.normal(),))
    assert len(set(seen)) == 5


def test_of_what_is_no_number_something_is_compared():
    def of(layer):
        return type(layer).__name__, layer.rate

    case, solution = lambda rng: (rng.random(),), tf.keras.layers.Dropout

    def right(rate):
        return solution(rate, name="mine")

    assert your_turn.check(right, solution, case, of) is right
    for wrong in (tf.keras.layers.SpatialDropout2D, lambda rate: solution(1 - rate)):
        assert your_turn.check(wrong, solution, case, of) is solution
