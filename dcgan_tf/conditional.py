"""A GAN that draws what it is asked for."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from dcgan_tf.data.checks import check_whole
from dcgan_tf.gan import GAN, generate
from dcgan_tf.labels import conditions_of, proportional_rows, requested
from dcgan_tf.models import rebuild

of_labels, in_order = conditions_of, proportional_rows  # their names in version 0.1


def conditional_discriminator(discriminator, condition_dim: int, before: str = "down_2", maps: int = 8) -> keras.Model:
    """A discriminator of the same layers that is told y too: y is concatenated to what one of them takes.

    A dense layer first makes feature maps of y, of the size of those that they join.

    Args:
        discriminator: `keras.Sequential`, images (batch, H, W, channels) → logits (batch, 1).
        condition_dim: C, the length of y.
        before: name of the layer.
        maps: how many the dense layer makes; 0 for none: then y itself joins, each entry a map of one value.
    Returns:
        `keras.Model`, (batch, H, W, channels + C) → logits (batch, 1), with new weights. The last C channels are y,
        the same at all places.
    Raises:
        ValueError: there is no such layer.
    """
    check_whole(condition_dim=condition_dim)
    check_whole(0, maps=maps)
    names = [layer.name for layer in discriminator.layers]
    if before not in names:
        raise ValueError(f"before must be one of the layers {', '.join(names)}, not {before!r}")
    *side, channels = discriminator.input_shape[1:]
    joined = keras.Input((*side, channels + condition_dim))
    y = joined[:, 0, 0, channels:]

    def call(layer, x):
        x = joined[..., :channels] if x is joined else x
        if layer.name == before:
            *places, _ = x.shape[1:]
            n, normal = math.prod(places), keras.initializers.RandomNormal(0, 0.02)
            to_maps = layers.RepeatVector(n)  # y at each place
            if maps:
                to_maps = layers.Dense(n * maps, kernel_initializer=normal, name="label_maps")
            x = layers.Concatenate()([x, layers.Reshape((*places, maps or condition_dim))(to_maps(y))])
        return layer(x)

    return rebuild(discriminator, call, inputs=joined)


class ConditionalGAN(GAN):
    """A conditional GAN (Mirza and Osindero, 2014): both networks are told y, by concatenation.

    The generator takes z and y as one vector, (batch, latent_dim + C). The discriminator takes the image with C
    further channels, each full of one entry of y: a `conditional_discriminator`, or any other. Train it on pairs of
    images and labels; the generated images' y are drawn from `conditions`, as often as the data have them.

    Args:
        generator: (batch, latent_dim + C) → images (batch, H, W, channels) in [−1, 1].
        discriminator: (batch, H, W, channels + C) → logits (batch, 1).
        conditions: (M, C), a y in each row: `np.eye(10)` for ten classes. `conditions_of` makes them from a data set.
        frequencies: (M,), how often each occurs, as counts or shares; None: all alike.
        seed: of the latent vectors and conditions, 0 to 2³¹ − 1.
        names: of the C classes or attributes, so that `sample` can be asked for them.
    """

    def __init__(
        self, generator, discriminator, conditions, frequencies=None, seed=0, name="conditional_gan", names=()
    ):
        conditions = np.asarray(conditions, np.float32)
        if conditions.ndim != 2 or 0 in conditions.shape or not np.isfinite(conditions).all():
            raise ValueError(f"conditions must be finite numbers of the shape (M, C), not {conditions.shape}")
        frequencies = np.ones(len(conditions)) if frequencies is None else np.asarray(frequencies, float)
        if (
            frequencies.shape != conditions.shape[:1]
            or not frequencies.min() >= 0
            or not 0 < frequencies.sum() < np.inf
        ):
            raise ValueError(
                f"frequencies must be {len(conditions)} numbers of at least 0, finite ones, some of them above"
            )
        if names and len(names) != conditions.shape[1]:
            raise ValueError(f"names must be {conditions.shape[1]}, one for each entry of y, not {len(names)}")
        self.conditions, self.frequencies, self.names = conditions, frequencies, tuple(names)
        super().__init__(generator, discriminator, seed, name)

    def prepare(self, batch):
        """Images with their labels as further channels: rows of `conditions`, (batch,) or (batch, 1), or y."""
        if not isinstance(batch, tuple) or len(batch) != 2:
            raise ValueError("a conditional GAN trains on pairs of images and labels: batches(…, labels=…)")
        images, labels = batch
        return self.join(self.scale(images), self._y(labels))

    def latents(self, batch_size, seed):
        """z from N(0, 1) with y from `conditions` behind it, (batch_size, latent_dim + C)."""
        z_seed, y_seed = tf.unstack(tf.random.split(seed, 2))
        with np.errstate(divide="ignore"):
            logits = np.log(self.frequencies).astype(np.float32)
        rows = tf.random.stateless_categorical(logits[None], batch_size, y_seed)[0]
        return self._latents(tf.gather(self.conditions, rows), z_seed)

    def draw(self, latents):
        return self.join(super().draw(latents), latents[:, -self.conditions.shape[1] :])

    def gradient_penalty(self, real, fake, seed):
        """The penalty on the gradient in the image alone, y held fixed."""
        channels = self.generator.output_shape[-1]
        real, y, fake = real[..., :channels], real[:, 0, 0, channels:], fake[..., :channels]
        return self.penalty(lambda images: self.logits(self.join(images, y)), real, fake, seed=seed)

    def call(self, batch, training=False):
        images, labels = batch
        return self.discriminator(self.join(self.scale(images), self._y(labels)), training=training)

    def sampler(self, n, seed, labels=None):
        y = requested(labels, n, self.conditions, self.frequencies, self.names)
        return self.averaged_generator, self._latents(y, (seed, 0))

    def sample(self, n, seed=0, labels=None):
        """n images drawn with the averaged weights, uint8 (n, H, W, channels).

        Args:
            n: how many.
            seed: the same seed, the same z.
            labels: what they are to be, as for `requested`.
        Raises:
            ValueError: a label that there is not.
        """
        check_whole(n=n)
        check_whole(-(2**31), seed=seed)
        return generate(*self.sampler(n, seed, labels))

    def _latents(self, y, seed):
        z = tf.random.stateless_normal((tf.shape(y)[0], self.generator.input_shape[-1] - y.shape[-1]), seed)
        return tf.concat([z, y], axis=-1)

    def _y(self, labels):
        integers = labels.dtype.is_integer if tf.is_tensor(labels) else labels.dtype.kind in "iu"
        shape, length = tuple(labels.shape), self.conditions.shape[1]
        if integers and (len(shape) == 1 or (shape[1:] == (1,) and length > 1)):
            return tf.gather(self.conditions, tf.cast(tf.reshape(labels, (-1,)), tf.int32))
        if shape[1:] != (length,):
            raise ValueError(f"labels must be integers (batch,) or y (batch, {length}), not {labels.dtype} {shape}")
        return tf.cast(labels, tf.float32)

    @staticmethod
    def join(images, y):
        """Images (batch, H, W, channels) with a channel behind them for each entry of y, (batch, C), full of it."""
        maps = tf.ones_like(images[..., :1]) * y[:, None, None, :]
        return tf.concat([images, maps], axis=-1)

    def check_networks(self):
        self.check_pair(self.generator, self.discriminator, self.conditions.shape[1])
