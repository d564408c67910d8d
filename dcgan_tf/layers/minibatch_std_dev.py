"""The minibatch standard deviation of Karras et al. (2018)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("dcgan_tf")
class MinibatchStdDev(keras.layers.Layer):
    """Appends to each sample how much the samples of its batch differ (Karras et al., 2018, section 3).

    The standard deviation of each feature over the batch, averaged over all features, is one number. It is appended
    to every sample as a feature map of its own, so that the discriminator sees a generator that repeats itself.
    Each replica counts its own part of the batch.

    (batch, …, channels) → (batch, …, channels + 1), images (batch, H, W, C) as well as features (batch, C).

    Args:
        groups: into how many groups of successive samples a batch is split, each with a number of its own. It must
            divide the batch. None: the whole batch is one group.
    Raises:
        ValueError: `groups` is no number, or does not divide the batch.
    """

    def __init__(self, groups: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if groups is not None and (not isinstance(groups, int) or groups < 1):
            raise ValueError(f"groups must be None or an integer of at least 1, not {groups!r}")
        self.groups = groups

    def call(self, inputs):
        groups = self.groups or 1
        if inputs.shape[0] is not None and inputs.shape[0] % groups:
            raise ValueError(f"a batch of {inputs.shape[0]} cannot be split into {groups} groups")
        x = ops.cast(inputs, "float32")  # float16 cannot hold the squares of what it can hold
        x = ops.reshape(x, (groups, ops.shape(x)[0] // groups, *x.shape[1:]))
        deviations = ops.sqrt(ops.var(x, axis=1) + 1e-8)  # the paper's code's; √ has no slope at 0
        means = ops.mean(ops.reshape(deviations, (groups, -1)), axis=1)  # (groups,)
        of_each = ops.repeat(means, ops.shape(inputs)[0] // groups)
        ones = ops.ones_like(inputs[..., :1])
        appended = ops.reshape(of_each, (-1,) + (1,) * (len(inputs.shape) - 1))
        return ops.concatenate([inputs, ones * ops.cast(appended, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "groups": self.groups}
