"""What the tables of speed need: on which machine they were measured, and how much a layer has to compute."""

import datetime
import math
import os
import platform
from pathlib import Path


def describe():
    """Processor, cores, versions and date, as one line."""
    import keras
    import numpy as np
    import tensorflow as tf

    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return (
        f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, TensorFlow {tf.__version__}, "
        f"Keras {keras.__version__}, NumPy {np.__version__}; {datetime.date.today()}"
    )


def multiply_adds(layer):
    """Multiply-adds of a dense layer or convolution for one image; the zeros of a padding are counted."""
    import keras

    # A convolution gathers into each pixel of its output, a transposed one scatters each pixel of its input.
    places = layer.input if isinstance(layer, keras.layers.Conv2DTranspose) else layer.output
    return math.prod((*places.shape[1:-1], *layer.kernel.shape))
