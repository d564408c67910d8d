"""TensorFlow without the lines that it writes while it is imported."""

import os
import sys
import tempfile


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
