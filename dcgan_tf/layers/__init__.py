"""Layers that Keras lacks. Each is registered, so that a network that has one is loaded like any other."""

from dcgan_tf.layers.minibatch_std_dev import MinibatchStdDev
from dcgan_tf.layers.spectral_normalization import SpectralNormalization

__all__ = ["MinibatchStdDev", "SpectralNormalization"]
