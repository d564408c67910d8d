"""What a table was measured on."""

import datetime
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
