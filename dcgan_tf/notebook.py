"""What the first cell of each lesson does."""

import importlib.util


def setup(minutes):
    """Says which TensorFlow and which processor there is, and what the lesson costs without a GPU.

    Args:
        minutes: measured on two CPU cores.
    Raises:
        RuntimeError: there is no TensorFlow, as on Colab's TPU runtimes.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise RuntimeError(
            "there is no TensorFlow here. In Colab choose Runtime > Change runtime type > CPU or T4 GPU "
            "(a TPU runtime brings none), then run this cell again; elsewhere: pip install -r requirements.txt"
        )
    import keras
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    unit = "minute" if minutes == 1 else "minutes"
    processor = f"{len(gpus)} GPU" if gpus else f"no GPU: about {minutes} {unit} on two CPU cores"
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {processor}")
