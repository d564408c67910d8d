"""One small variant of the game for each thing that the engine leaves open, none of which touches `training/`.

Each shows which one or two methods such a variant overrides. They are written to be read beside `dcgan_tf/gan.py`, and
`test_variants.py` trains, interrupts and resumes all of them.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from dcgan_tf.gan import GAN
from dcgan_tf.training.trainer import Trainer


class SimultaneousGAN(GAN):
    """Both gradients are taken at one point, on one batch of latent vectors; then both networks move."""

    def update(self, real, seeds):
        latents = self.latents_for(real, next(seeds))
        downhill = self.gradients("discriminator", self.discriminator_loss, real, latents, next(seeds))
        uphill = self.gradients("generator", self.generator_loss, real, latents)
        self.apply("discriminator", downhill)
        self.apply("generator", uphill)


class FeatureMatchingGAN(GAN):
    """The generator matches the mean of the discriminator's last features (Salimans et al., 2016, section 3.1)."""

    def __init__(self, generator, discriminator, seed=0):
        super().__init__(generator, discriminator, seed)
        self.features = keras.Model(discriminator.inputs[0], discriminator.layers[-1].input)

    def generator_loss(self, real, latents):
        means = [tf.reduce_mean(self.features(x, training=True), axis=0) for x in (real, self.draw(latents))]
        loss = tf.reduce_sum((means[0] - means[1]) ** 2)
        self.report(generator_loss=loss)
        return loss


class LatentOptimizationGAN(GAN):
    """z makes a natural gradient step first, and both updates differentiate through it (Wu et al., 2019)."""

    step_size, damping = 0.9, 5.0

    def latents(self, batch_size, seed):
        return 2 * tf.random.stateless_uniform((batch_size, self.generator.input_shape[-1]), seed) - 1

    def draw(self, latents):
        with tf.GradientTape() as tape:
            tape.watch(latents)
            logits = self.logits(super().draw(latents))
        slope = tape.gradient(logits, latents)
        step = self.step_size * slope / (self.damping + tf.reduce_sum(slope**2, axis=-1, keepdims=True))
        return super().draw(tf.clip_by_value(latents + step, -1, 1))


class GrowingGAN(GAN):
    """Both networks grow from 7 to 14 and 28 pixels; a new stage is faded in (Karras et al., 2018).

    Stage and fade are functions of the step, so that a resumed training is in the midst of the same fade.
    """

    def __init__(self, generator, discriminator, stage_steps, seed=0):
        super().__init__(generator, discriminator, seed)
        self.stage_steps = stage_steps

    def stage(self):
        return min(self.step // self.stage_steps, len(self.generator.outputs) - 1)

    def make_train_function(self, force=False):
        if self.step and self.step % self.stage_steps == 0:  # Adam would let layers that join late leap
            for optimizer in self.optimizers.values():
                for variable in optimizer.variables:
                    if variable.name != "learning_rate":
                        variable.assign(tf.zeros_like(variable))
        super().make_train_function(force)

    def fade(self, n):
        """The new stage's share, (n, 1, 1, 1)."""
        past = tf.cast(self._step, tf.float32) / self.stage_steps - self.stage()
        return tf.fill((n, 1, 1, 1), tf.clip_by_value(2 * past, 0.0, 1.0) if self.stage() else 1.0)

    def part(self, network, stage):
        """The part of a network that a stage uses: (samples, fade) → its output."""
        samples = network.inputs[0 if len(network.inputs) == 2 else stage]
        return keras.Model([samples, network.inputs[-1]], network.outputs[stage])

    def draw(self, latents):
        return self.part(self.generator, self.stage())([latents, self.fade(tf.shape(latents)[0])], training=True)

    def logits(self, samples):
        inputs = [samples, self.fade(tf.shape(samples)[0])]
        return self.part(self.discriminator, self.stage())(inputs, training=True)

    def latents(self, batch_size, seed):
        return tf.random.stateless_normal((batch_size, self.generator.inputs[0].shape[-1]), seed)

    def prepare(self, batch):
        images = super().prepare(batch)
        side = self.generator.outputs[self.stage()].shape[1]
        return tf.nn.avg_pool2d(images, images.shape[1] // side, images.shape[1] // side, "VALID")

    def sampler(self, n, seed):
        return self.part(self.averaged_generator, self.stage()), [self.latents(n, (seed, 0)), self.fade(n)]

    def check_networks(self):
        pass  # one output and one input for each stage


class SemiSupervisedGAN(GAN):
    """The discriminator names the class; the logit of "generated" is fixed at 0 (Salimans et al., 2016, section 5).

    It trains on images with labels, −1 where there is none.
    """

    reports = (*GAN.reports, "class_accuracy")

    def prepare(self, batch):
        images, labels = batch
        return self.scale(images), labels

    def logits(self, samples):
        return tf.reduce_logsumexp(super().logits(samples), axis=1, keepdims=True)

    def judge(self, real, fake, seed):
        images, labels = real
        known = tf.cast(labels >= 0, tf.float32)
        classes, labels = super().logits(images), tf.maximum(labels, 0)
        unlike = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, classes)
        right = tf.cast(tf.argmax(classes, axis=1) == tf.cast(labels, tf.int64), tf.float32)
        self.report(class_accuracy=tf.math.divide_no_nan(tf.reduce_sum(known * right), tf.reduce_sum(known)))
        supervised = tf.math.divide_no_nan(tf.reduce_sum(known * unlike), tf.reduce_sum(known))
        return supervised + super().judge(images, fake, seed)

    def check_networks(self):
        if len(self.discriminator.output_shape) != 2 or self.discriminator.output_shape[1] < 2:
            raise ValueError(f"the discriminator must give a logit a class, not {self.discriminator.output_shape}")


class ReplayGAN(GAN):
    """Half of the fakes that the discriminator sees are old ones (Shrivastava et al., 2017, section 2.3)."""

    def __init__(self, generator, discriminator, capacity, seed=0):
        super().__init__(generator, discriminator, seed)
        shape = (capacity, *generator.output_shape[1:])
        self.memory = self.add_weight(shape, "zeros", trainable=False, aggregation="only_first_replica", name="memory")

    def judge(self, real, fake, seed):
        half, capacity = fake.shape[0] // 2, self.memory.shape[0]
        places = tf.random.stateless_uniform((half,), seed, maxval=capacity, dtype=tf.int32)
        remembered = tf.gather(self.memory.value, places)
        kept = tf.tensor_scatter_nd_update(self.memory.value, places[:, None], fake[:half])
        # The first fakes fill the memory.
        full = tf.cast(self._step, tf.int32) * half >= capacity
        self.memory.assign(tf.where(full, kept, tf.concat([fake[:half], self.memory.value], 0)[:capacity]))
        return super().judge(real, tf.where(full, tf.concat([remembered, fake[half:]], 0), fake), seed)


class HistoricalAveragingGAN(GAN):
    """Each player pays for leaving the mean of its past weights (Salimans et al., 2016, section 3.3)."""

    def __init__(self, generator, discriminator, weight, seed=0):
        super().__init__(generator, discriminator, seed)
        self.weight = weight
        alike = dict(trainable=False, aggregation="only_first_replica")
        self.past = {
            player: [self.add_weight(v.shape, "zeros", **alike) for v in getattr(self, player).trainable_variables]
            for player in self.players
        }

    def distance(self, player):
        pairs = zip(getattr(self, player).trainable_variables, self.past[player], strict=True)
        return self.weight * tf.add_n([tf.reduce_sum((now.value - past.value) ** 2) for now, past in pairs])

    def judge(self, real, fake, seed):
        return super().judge(real, fake, seed) + self.distance("discriminator")

    def generator_loss(self, real, latents):
        return super().generator_loss(real, latents) + self.distance("generator")

    def update(self, real, seeds):
        super().update(real, seeds)
        count = tf.cast(self._step + 1, tf.float32)
        for player in self.players:
            for now, past in zip(getattr(self, player).trainable_variables, self.past[player], strict=True):
                past.assign(past + (now - past) / count)


class InfoGAN(GAN):
    """A second head reads the code back from the picture, and the generator helps it (Chen et al., 2016)."""

    reports = (*GAN.reports, "code_loss")

    def __init__(self, generator, discriminator, encoder, seed=0):
        super().__init__(generator, discriminator, seed, encoder=encoder)
        self.codes = encoder.output_shape[-1]

    def latents(self, batch_size, seed):
        seeds = tf.unstack(tf.random.split(seed, 2))
        z = tf.random.stateless_normal((batch_size, self.generator.input_shape[-1] - self.codes), seeds[0])
        code = tf.random.stateless_uniform((batch_size,), seeds[1], maxval=self.codes, dtype=tf.int32)
        return tf.concat([z, tf.one_hot(code, self.codes)], axis=-1)

    def code_loss(self, latents):
        read = self.encoder(self.draw(latents), training=True)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(latents[:, -self.codes :], read))
        self.report(code_loss=loss)
        return loss

    def update(self, real, seeds):
        super().update(real, seeds)
        self.minimize(("generator", "encoder"), self.code_loss, self.latents_for(real, next(seeds)))


class BiGAN(GAN):
    """The discriminator judges pairs, (x, E(x)) and (G(z), z); generator and encoder move together (Donahue, 2017)."""

    def __init__(self, generator, discriminator, encoder, seed=0):
        super().__init__(generator, discriminator, seed, encoder=encoder)

    @staticmethod
    def pair(images, latents):
        return tf.concat([images, tf.ones_like(images[..., :1]) * latents[:, None, None, :]], axis=-1)

    def judge(self, real, fake, seed):
        return super().judge(self.pair(real, self.encoder(real, training=True)), fake, seed)

    def draw(self, latents):
        return self.pair(super().draw(latents), latents)

    def both(self, real, latents):
        real_logits = self.logits(self.pair(real, self.encoder(real, training=True)))
        encoders = self.adversarial_loss.generator(None, -real_logits)
        return encoders + self.generator_loss(real, latents)

    def update(self, real, seeds):
        latents = self.latents_for(real, next(seeds))
        self.minimize("discriminator", self.discriminator_loss, real, latents, next(seeds))
        self.minimize(("generator", "encoder"), self.both, real, self.latents_for(real, next(seeds)))

    def check_networks(self):
        *side, channels = self.generator.output_shape[1:]
        if self.discriminator.input_shape[1:] != (*side, channels + self.generator.input_shape[-1]):
            raise ValueError("the discriminator must take an image and a channel for each entry of z")


class CycleGAN(Trainer):
    """Two translators and two judges; what is translated there and back should be what it was (Zhu et al., 2017)."""

    averaged = ("to_b",)
    reports = ("translation_loss", "cycle_loss", "judges_loss")

    def __init__(self, to_b, to_a, judge_a, judge_b, examples, seed=0):
        super().__init__(seed, to_b=to_b, to_a=to_a, judge_a=judge_a, judge_b=judge_b)
        self.examples = examples  # of A, uint8: `sample` shows what becomes of them

    def prepare(self, batch):
        return tuple(GAN.scale(images) for images in batch)

    def judges_loss(self, a, b):
        def squares(judge, real, fake):
            return tf.reduce_mean((judge(real, training=True) - 1) ** 2 + judge(fake, training=True) ** 2)

        fakes = self.to_a(b, training=True), self.to_b(a, training=True)
        loss = squares(self.judge_a, a, fakes[0]) + squares(self.judge_b, b, fakes[1])
        self.report(judges_loss=loss)
        return loss

    def translators_loss(self, a, b):
        fake_a, fake_b = self.to_a(b, training=True), self.to_b(a, training=True)
        judged = [self.judge_a(fake_a, training=True), self.judge_b(fake_b, training=True)]
        fool = tf.add_n([tf.reduce_mean((logits - 1) ** 2) for logits in judged])
        back = self.to_a(fake_b, training=True), self.to_b(fake_a, training=True)
        cycle = tf.reduce_mean(tf.abs(back[0] - a)) + tf.reduce_mean(tf.abs(back[1] - b))
        self.report(translation_loss=fool, cycle_loss=cycle)
        return fool + 5.0 * cycle

    def update(self, batch, seeds):
        self.minimize(("judge_a", "judge_b"), self.judges_loss, *batch)
        self.minimize(("to_b", "to_a"), self.translators_loss, *batch)

    def sampler(self, n, seed):
        chosen = np.random.default_rng(seed).choice(len(self.examples), n)
        return self.averaged_to_b, GAN.scale(tf.constant(self.examples[chosen]))


class SuperResolutionGAN(GAN):
    """The generator takes a small image in the place of z (Ledig et al., 2017)."""

    def __init__(self, generator, discriminator, examples, seed=0):
        super().__init__(generator, discriminator, seed)
        self.examples = examples  # uint8: `sample` draws them from their small copies

    @staticmethod
    def shrink(images):
        return tf.nn.avg_pool2d(images, 4, 4, "VALID")

    def latents_for(self, real, seed):
        return self.shrink(real)

    def sampler(self, n, seed):
        chosen = np.random.default_rng(seed).choice(len(self.examples), n)
        return self.averaged_generator, self.shrink(self.scale(tf.constant(self.examples[chosen])))


# Small networks for them


def generator(latent_dim=4):
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(7 * 7 * 4),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Reshape((7, 7, 4)),
            layers.Conv2DTranspose(1, 5, 4, padding="same", activation="tanh"),
        ]
    )


def discriminator(channels=1, units=1, dropout=0.2):
    return keras.Sequential(
        [
            keras.Input((28, 28, channels)),
            layers.Conv2D(4, 5, 4, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Dropout(dropout, seed=1),
            layers.Flatten(),
            layers.Dense(units, dtype="float32"),
        ]
    )


def translator():
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Conv2D(4, 3, padding="same", activation="relu"),
         layers.Conv2D(1, 3, padding="same", activation="tanh", dtype="float32")]
    )  # fmt: skip


def growing_networks():
    """A generator with an image for each stage, and a discriminator with an input for each."""
    z, fade = keras.Input((4,)), keras.Input((1, 1, 1))
    features, image, images = layers.Reshape((7, 7, 4))(layers.Dense(7 * 7 * 4)(z)), None, []
    for stage in range(3):
        features = features if stage == 0 else layers.UpSampling2D()(features)
        features = layers.Conv2D(4, 3, padding="same", activation="relu")(features)
        before, image = image, layers.Conv2D(1, 1, activation="tanh", name=f"to_image_{stage}")(features)
        shown = image
        if stage:
            shown = (1 - fade) * layers.UpSampling2D()(before) + fade * image
        images.append(shown)
    pictures = [keras.Input((side, side, 1)) for side in (7, 14, 28)]
    begin = [layers.Conv2D(4, 1, name=f"from_image_{stage}") for stage in range(3)]
    halve = [None] + [layers.Conv2D(4, 3, 2, padding="same", activation="relu") for _ in range(2)]
    end = keras.Sequential([layers.Flatten(), layers.Dense(1)])
    logits = []
    for stage, picture in enumerate(pictures):
        x = begin[stage](picture)
        if stage:
            x = fade * halve[stage](x) + (1 - fade) * begin[stage - 1](layers.AveragePooling2D(2)(picture))
        for earlier in range(stage - 1, 0, -1):
            x = halve[earlier](x)
        logits.append(end(x))
    return keras.Model([z, fade], images), keras.Model([*pictures, fade], logits)


def plane_networks():
    g = keras.Sequential([keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(2)])
    d = keras.Sequential([keras.Input((2,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    return g, d
