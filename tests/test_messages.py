"""An error in one line: its cause, and not the trace or the configuration behind it."""

import keras
import pytest
import tensorflow as tf

from dcgan_tf.training.messages import one_line

CONFIG = "{'module': 'keras', 'config': {" + "'name': 'x', " * 900 + "}}"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("two\n  lines", "two lines"),
        (f"Sequential could not be deserialized.\n\nconfig={CONFIG}.\n\nException encountered: No such class 'A'. "
         f"Full object config: {CONFIG}", "No such class 'A'."),
        ("in user code:\n\n    File \"a.py\", line 3\n\n    ValueError: two shapes\n", "ValueError: two shapes"),
        ("", "ValueError"),
    ],
)  # fmt: skip
def test_the_cause_is_what_is_left(said, line):
    assert one_line(ValueError(said)) == line


def test_a_long_reason_keeps_its_end():
    line = one_line(OSError("/a/long/path" * 100 + ": No space left on device"))
    assert line.startswith("/a/long/path")
    assert line.endswith("No space left on device")
    assert len(line) < 520


def test_no_trace_of_tensorflow_or_keras_is_left(tmp_path):
    @tf.function
    def divide(x):
        tf.debugging.assert_positive(x, message="must be positive")
        return x

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        divide(tf.constant([-1.0]))
    assert "must be positive" in one_line(caught.value)
    assert "test_messages.py" not in one_line(caught.value)

    class Doubled(keras.layers.Layer):  # not registered
        def call(self, x):
            return 2 * x

    keras.Sequential([keras.Input((3,)), *(keras.layers.Dense(3) for _ in range(20)), Doubled()]).save(
        tmp_path / "a.keras"
    )
    with pytest.raises(Exception, match="Doubled") as caught:
        keras.models.load_model(tmp_path / "a.keras")
    assert "Doubled" in one_line(caught.value)
    assert len(str(caught.value)) > 5000 > 500 > len(one_line(caught.value))
