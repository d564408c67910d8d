"""TensorFlow and Keras: whether they are set as needed, and imported without the lines that they write."""

import json
import os
import sys
import tempfile
from pathlib import Path


def check_keras() -> None:
    """Raises ImportError unless Keras is set to compute with TensorFlow, on images whose channels come last.

    Keras is asked if it has been imported already, else what it is going to read: environment and keras.json.
    """
    path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    if "keras" in sys.modules:
        keras = sys.modules["keras"]
        backend, layout = keras.config.backend(), keras.config.image_data_format()
    else:
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # Keras does without it too
            told = {}
        backend = os.environ.get("KERAS_BACKEND") or told.get("backend") or "tensorflow"
        layout = told.get("image_data_format") or "channels_last"
    if backend != "tensorflow":
        raise ImportError(f"Keras is set to {backend}, and this needs TensorFlow: set KERAS_BACKEND=tensorflow, or "
                          f"\"backend\" in {path}, and start anew")  # fmt: skip
    if layout != "channels_last":
        raise ImportError(f"Keras is set to {layout}, and images here have their channels last: set "
                          f"\"image_data_format\" to \"channels_last\" in {path}, and start anew")  # fmt: skip


def import_tensorflow() -> None:
    """Imports TensorFlow and lets it look for GPUs, without the lines that its C++ writes to stderr meanwhile.

    No level of its log keeps all of these back, and among them a command's own line would drown. They are shown if the
    import fails, and to whoever sets TF_CPP_MIN_LOG_LEVEL, 0 for all.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said, os.fdopen(os.dup(2), "wb") as stderr:
        os.dup2(said.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.list_physical_devices("GPU")
        except BaseException:
            said.seek(0)
            stderr.write(said.read())
            raise
        finally:
            os.dup2(stderr.fileno(), 2)
