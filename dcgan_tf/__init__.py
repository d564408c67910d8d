"""Deep convolutional GANs in TensorFlow/Keras, small enough to read in an afternoon."""

__version__ = "0.1.0"
