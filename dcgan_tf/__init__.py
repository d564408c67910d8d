"""Deep convolutional GANs in TensorFlow/Keras, small enough to read in an afternoon."""

__version__ = "0.2.0"
