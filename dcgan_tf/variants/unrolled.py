"""A generator that looks ahead: the unrolled GAN."""

import keras
import tensorflow as tf

from dcgan_tf.gan import GAN


class UnrolledGAN(GAN):
    """The generator meets the discriminator as it will be after some steps of its own (Metz et al., 2017, equation 4).

    The steps ahead are those of plain gradient descent, on the batch at hand; the discriminator itself makes only the
    one step that Algorithm 1 gives it.

    Args:
        generator, discriminator, seed: as for `GAN`. The discriminator must have no layer that draws, as dropout does.
        unroll_steps: K, how many steps the discriminator is followed; 0 is Algorithm 1.
        step_size: η of these steps.
        through_steps: differentiate through the steps too, as the paper does; False takes the discriminator after them
            as given.
    Raises:
        ValueError: `unroll_steps` or `step_size` is negative.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        unroll_steps: int = 5,
        step_size: float = 0.03,
        through_steps: bool = True,
        seed: int = 0,
    ):
        super().__init__(generator, discriminator, seed)
        if unroll_steps < 0 or step_size < 0:
            raise ValueError(f"unroll_steps and step_size must be at least 0, not {unroll_steps} and {step_size}")
        self.unroll_steps, self.step_size, self.through_steps = unroll_steps, step_size, through_steps

    def generator_loss(self, real, latents):
        fake, loss = self.draw(latents), self.adversarial_loss
        weights = [tf.identity(variable.value) for variable in self.discriminator.trainable_variables]
        for _ in range(self.unroll_steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                value = loss.discriminator(self.logits_of(weights, real), self.logits_of(weights, fake))
            gradients = tape.gradient(value, weights)
            weights = [weight - self.step_size * one for weight, one in zip(weights, gradients, strict=True)]
        if not self.through_steps:
            weights = [tf.stop_gradient(weight) for weight in weights]
        value = loss.generator(self.logits_of(weights, real) if loss.pairs else None, self.logits_of(weights, fake))
        self.report(generator_loss=value)
        return value

    def logits_of(self, weights, samples):
        """The logits of a discriminator with these weights; its own stay as they are."""
        state = self.discriminator.non_trainable_variables
        return tf.cast(self.discriminator.stateless_call(weights, state, samples, training=True)[0], tf.float32)
