"""Two networks, two optimizers, one game: Algorithm 1 of Goodfellow et al. (2014)."""

from typing import Callable

import keras
import tensorflow as tf

from dcgan_tf import losses
from dcgan_tf.data.checks import check_whole
from dcgan_tf.training.samples import check_samples, generate, scale, split
from dcgan_tf.training.trainer import Trainer

__all__ = ["GAN", "generate"]


class GAN(Trainer):
    """A generative adversarial network that trains with `fit`. A variant overrides one or two of its methods."""

    averaged = ("generator",)
    reports = ("generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy")

    def update(self, real, seeds) -> None:
        """Algorithm 1: k updates of the discriminator, then one of the generator, on fresh latent vectors.

        `real` has k·batch samples, so that the discriminator sees none twice; (k + 1)·batch for a loss of pairs.
        """
        k, pairs = self.discriminator_steps, self.adversarial_loss.pairs
        batches = split(real, k + pairs)
        for batch in batches[:k]:
            latents = self.latents_for(batch, next(seeds))
            self.minimize("discriminator", self.discriminator_loss, batch, latents, next(seeds))
        latents = self.latents_for(batches[-1], next(seeds))
        self.minimize("generator", self.generator_loss, batches[-1], latents)

    def discriminator_loss(self, real, latents, seed) -> tf.Tensor:
        """What the discriminator minimises."""
        return self.judge(real, self.draw(latents), seed)

    def judge(self, real, fake, seed) -> tf.Tensor:
        """The discriminator's loss on real and generated samples; the penalty draws with `seed`."""
        real_logits, fake_logits = self.logits(real), self.logits(fake)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        if self.penalty is not None:
            loss += self.gradient_penalty(real, fake, seed)
        self.report(discriminator_loss=loss, real_accuracy=tf.cast(real_logits > 0, tf.float32),
                    fake_accuracy=tf.cast(fake_logits < 0, tf.float32))  # fmt: skip
        return loss

    def generator_loss(self, real, latents) -> tf.Tensor:
        """What the generator minimises; the real samples judge with it only where the loss is one of pairs."""
        real_logits = self.logits(real) if self.adversarial_loss.pairs else None
        loss = self.adversarial_loss.generator(real_logits, self.logits(self.draw(latents)))
        self.report(generator_loss=loss)
        return loss

    def draw(self, latents) -> tf.Tensor:
        """What the generator shows the discriminator, float32."""
        return tf.cast(self.generator(latents, training=True), tf.float32)

    def logits(self, samples) -> tf.Tensor:
        """The discriminator's logits in training, float32 (batch, 1)."""
        return tf.cast(self.discriminator(samples, training=True), tf.float32)

    def gradient_penalty(self, real, fake, seed) -> tf.Tensor:
        """What `penalty` adds to the discriminator's loss."""
        return self.penalty(self.logits, real, fake, seed=seed)

    def latents_for(self, real, seed):
        """What the generator is given to stand against a batch of real samples: as many latent vectors."""
        return self.latents(tf.shape(tf.nest.flatten(real)[0])[0], seed)

    def latents(self, batch_size, seed) -> tf.Tensor:
        """z from N(0, 1), (batch_size, latent_dim). `seed`: two integers; the same seed, the same z."""
        return tf.random.stateless_normal((batch_size, self.generator.input_shape[-1]), seed)

    def sampler(self, n, seed):
        return self.averaged_generator, self.latents(n, (seed, 0))

    def prepare(self, batch):
        """The images alone, in [−1, 1]; labels beside them are not used."""
        return self.scale(batch[0] if isinstance(batch, tuple) else batch)

    def __init__(self, generator: keras.Model, discriminator: keras.Model, seed: int = 0, name: str = "gan", **players):
        """Checks that the networks fit together.

        Args:
            generator: latent vectors (batch, latent_dim) → images (batch, H, W, C) in [−1, 1], or other samples.
            discriminator: such samples → logits (batch, 1).
            seed, name, **players: as for `Trainer`.
        Raises:
            ValueError: the networks do not fit together.
        """
        super().__init__(seed, name, generator=generator, discriminator=discriminator, **players)
        self.check_networks()

    def compile(self, generator_optimizer, discriminator_optimizer, loss: str | losses.Loss = "non_saturating",
                penalty: Callable | None = None, discriminator_steps: int = 1, **kwargs):  # fmt: skip
        """Sets how the networks are trained.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers or their names, one for each network.
            loss: a name in `losses.LOSSES`, or a `losses.Loss`.
            penalty: None, or a function (discriminator, real, fake, seed=…) → scalar to be added to the discriminator's
                loss, such as `losses.r1`.
            discriminator_steps: k of Algorithm 1.
            **kwargs: as for `Trainer.compile`.
        Raises:
            ValueError: an argument out of its range.
        """
        check_whole(discriminator_steps=discriminator_steps)
        self.adversarial_loss, self.penalty = losses.get(loss), losses.get_penalty(penalty)
        self.discriminator_steps = discriminator_steps
        optimizers = dict(generator_optimizer=generator_optimizer, discriminator_optimizer=discriminator_optimizer)
        super().compile(**optimizers, **kwargs)

    def call(self, samples, training=False):
        return self.discriminator(self.scale(samples), training=training)

    def check_batch(self, batch) -> None:
        """Raises ValueError if the samples of a batch are none that the generator could draw."""
        check_samples(batch, self.generator)

    def check_networks(self) -> None:
        """Raises ValueError if the discriminator does not take what the generator makes, or give one logit."""
        self.check_pair(self.generator, self.discriminator)

    scale = staticmethod(scale)
