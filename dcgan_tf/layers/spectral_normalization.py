"""Spectral normalization as Miyato et al. (2018) define it, which Keras's wrapper of that name does not do."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("dcgan_tf")
class SpectralNormalization(keras.layers.Wrapper):
    """Computes with W/σ(W) instead of the layer's kernel W (Miyato et al., 2018, section 2.1 and algorithm 1).

    σ(W), the largest singular value, is found by power iteration. The kernel itself is never overwritten, unlike by
    `keras.layers.SpectralNormalization`: W is what is trained, and the gradient reaches it through W/σ(W).

    As a matrix, a kernel has one column for each output channel, also that of a `Conv2DTranspose`. So normalized, a
    dense layer stretches nothing more than 1 time; a convolution still can, since its patches overlap.

    Args:
        layer: a `Dense`, `Conv2D`, `Conv2DTranspose` or `Embedding`. Its dtype policy counts; σ is computed in the
            dtype of its variables.
        power_iterations: how many a training call makes. A call in inference makes none, and changes nothing.
    Raises:
        ValueError: another layer, or fewer than 1 power iteration.
    """

    def __init__(self, layer: keras.Layer, power_iterations: int = 1, **kwargs):
        allowed = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose, keras.layers.Embedding)
        if not isinstance(layer, allowed):
            names = ", ".join(kind.__name__ for kind in allowed)
            raise ValueError(f"layer must be one of {names}, not a {type(layer).__name__}")
        if not isinstance(power_iterations, int) or power_iterations < 1:
            raise ValueError(f"power_iterations must be an integer of at least 1, not {power_iterations!r}")
        # Under mixed precision this layer must see the whole kernel, and hand the inputs on as they are.
        super().__init__(layer, **{**kwargs, "dtype": layer.variable_dtype, "autocast": False})
        self.power_iterations = power_iterations

    def build(self, input_shape):
        super().build(input_shape)
        # Every replica computes the same u, so there is nothing to exchange.
        self.u = self.add_weight((self.matrix().shape[-1],), _direction, name="u", trainable=False)

    def call(self, inputs, training=False):
        matrix, u = self.matrix(), ops.convert_to_tensor(self.u)
        frozen = ops.stop_gradient(matrix)
        for _ in range(self.power_iterations if training else 0):
            u = _normalized(ops.matmul(_normalized(ops.matmul(frozen, u)), frozen))
        if training:
            self.u.assign(ops.where(ops.any(u != 0), u, self.u))  # from 0 it would never come back
        # v belongs to the u of now, so that a call in inference finds the σ of the training call before it.
        v = _normalized(ops.matmul(frozen, u))
        sigma = ops.sum(v * ops.matmul(matrix, u))
        normalized = self.kernel / ops.where(sigma > 0, sigma, 1.0)  # a kernel of zeros stays one
        # The values of the other variables may be substitutes too, in a stateless call of the whole network.
        substitutes = [(w, normalized if w is self.kernel else ops.convert_to_tensor(w)) for w in self.layer.variables]
        with keras.StatelessScope(substitutes):
            return self.layer(inputs)

    @property
    def kernel(self):
        """The variable W of the wrapped layer."""
        return self.layer.embeddings if isinstance(self.layer, keras.layers.Embedding) else self.layer.kernel

    def matrix(self):
        """The kernel as (inputs of one output, output channels)."""
        kernel = ops.convert_to_tensor(self.kernel)
        if isinstance(self.layer, keras.layers.Conv2DTranspose):  # (kh, kw, out, in)
            kernel = ops.swapaxes(kernel, -1, -2)
        return ops.reshape(kernel, (-1, kernel.shape[-1]))

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs, training=False):
        return self.layer.compute_output_spec(inputs)  # of the wrapped layer's dtype

    def get_config(self):
        config = super().get_config()
        del config["dtype"]
        return {**config, "power_iterations": self.power_iterations}


def _direction(shape, dtype=None):
    """A random vector of length 1, always the same one."""
    return _normalized(keras.random.normal(shape, dtype=dtype, seed=0))


def _normalized(vector):
    return vector / ops.maximum(ops.norm(vector), keras.config.epsilon() ** 2)
