"""What the first cell of each lesson does."""

import importlib.util
import sys

from dcgan_tf.data.quiet import check_keras


class SetupError(RuntimeError):
    """Ends the notebook; Jupyter and Colab show its message alone, without a traceback."""

    def _render_traceback_(self):  # IPython asks the exception for this
        return [str(self)]


def setup(minutes):
    """Says which TensorFlow and which processor there is, and what the lesson costs without a GPU.

    Args:
        minutes: measured on two CPU cores.
    Raises:
        SetupError: there is no TensorFlow, as on Colab's TPU runtimes; Keras is set to another backend or layout.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise SetupError(
            "There is no TensorFlow here, and the lesson needs it.\n"
            "In Colab: choose Runtime > Change runtime type > CPU or T4 GPU (a TPU runtime has none),\n"
            "then Runtime > Run all. Elsewhere: pip install -r requirements.txt, then restart the kernel."
        )
    try:
        check_keras()
    except ImportError as error:
        raise SetupError(str(error)) from error
    import keras
    import tensorflow as tf

    if kernel := sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None:
        # Else a figure that a function of the library returns is shown only once pyplot has drawn one itself.
        kernel.run_line_magic("matplotlib", "inline")
    gpus = tf.config.list_physical_devices("GPU")
    unit = "minute" if minutes == 1 else "minutes"
    processor = f"{len(gpus)} GPU" if gpus else f"no GPU: about {minutes} {unit} on two CPU cores"
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {processor}")
