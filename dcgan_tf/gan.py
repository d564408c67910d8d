"""The train step: two networks, two optimizers, one game."""

import contextlib
import inspect

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import losses, watch


class GAN(keras.Model):
    """A generative adversarial network (Goodfellow et al., 2014) that trains with `fit`.

    Called on images it gives the discriminator's logits. A variant overrides one of the small methods
    `latents`, `draw`, `logits`, `discriminator_loss`, `gradient_penalty` and `generator_loss`.

    Args:
        generator: latent vectors (batch, latent_dim) → images (batch, H, W, C) in [−1, 1].
        discriminator: such images → logits (batch, 1).
        seed: of the latent vectors, 0 to 2³¹ − 1.
    """

    def __init__(self, generator, discriminator, seed=0, name="gan"):
        super().__init__(name=name)
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be from 0 to {2**31 - 1}, not {seed}")
        self.generator = generator
        self.discriminator = discriminator
        self._check_shapes()
        self.seed = seed
        # What `sample` uses: the moving average of the generator's weights, which jump from step to step.
        self.averaged_generator = keras.models.clone_model(generator)
        self.averaged_generator.set_weights(generator.get_weights())
        self.averaged_generator.trainable = False
        alike = "only_first_replica"  # how replicas join what all of them compute alike
        self._step = self.add_weight((), "zeros", "int64", trainable=False, aggregation=alike, name="step")
        self.built = True

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        loss="non_saturating",
        penalty=None,
        discriminator_steps=1,
        average_decay=0.99,
        jit_compile=False,
        auto_scale_loss=True,
        **kwargs,
    ):
        """Sets how the networks are trained.

        Args:
            generator_optimizer, discriminator_optimizer: Keras optimizers or their names, one for each network.
            loss: a name in `losses.LOSSES`, or a `losses.Loss`.
            penalty: None, or a function (discriminator, real, fake) → scalar to be added to the discriminator's
                loss, such as `losses.r1`. One with a `seed` argument is given the step's own.
            discriminator_steps: k of Algorithm 1. A batch of the data set is split into k equal parts, so that
                each of the discriminator's updates sees fresh images.
            average_decay: of the moving average of the generator's weights, in [0, 1); 0 keeps the last weights.
            jit_compile: compile the step with XLA. Not with several replicas.
            auto_scale_loss: scale the losses where the networks compute in float16.
            **kwargs: `steps_per_execution`, `run_eagerly` as in `keras.Model.compile`.
        Raises:
            ValueError: an argument out of its range.
        """
        generator_optimizer = keras.optimizers.get(generator_optimizer)
        discriminator_optimizer = keras.optimizers.get(discriminator_optimizer)
        if generator_optimizer is discriminator_optimizer:
            raise ValueError("each network needs an optimizer of its own, not both the same one")
        if discriminator_steps < 1 or discriminator_steps != int(discriminator_steps):
            raise ValueError(f"discriminator_steps must be an integer of at least 1, not {discriminator_steps}")
        if not 0 <= average_decay < 1:
            raise ValueError(f"average_decay must be in [0, 1), not {average_decay}")
        if penalty is not None and not callable(penalty):
            raise ValueError(f"penalty must be None or a function (discriminator, real, fake), not {penalty!r}")
        if jit_compile is True and self._replicas() > 1:
            raise ValueError("XLA (jit_compile=True) does not work with several replicas: leave one of them out")
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        layers = [*self.generator.layers, *self.discriminator.layers]
        if auto_scale_loss and any(layer.compute_dtype == "float16" for layer in layers):
            generator_optimizer = keras.optimizers.LossScaleOptimizer(generator_optimizer)
            discriminator_optimizer = keras.optimizers.LossScaleOptimizer(discriminator_optimizer)
        # A variable created inside the compiled step would be an error.
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.adversarial_loss = losses.get(loss)
        self.penalty = penalty
        self.penalty_is_random = penalty is not None and "seed" in inspect.signature(penalty).parameters
        self.discriminator_steps = int(discriminator_steps)
        self.average_decay = float(average_decay)
        names = ["generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy"]
        self.trackers = {name: keras.metrics.Mean(name) for name in names}

    @property
    def step(self):
        """How many train steps have been made."""
        return int(self._step.numpy())

    def fit(self, x=None, *args, callbacks=None, shuffle=None, **kwargs):
        """As `keras.Model.fit`, with images/s in the progress bar.

        Args:
            x: images, or a data set that yields batches of them; for a `ConditionalGAN` with labels.
            shuffle: None shuffles all but a `tf.data.Dataset`, which has its order; Keras would warn.
            *args, callbacks, **kwargs: as there.

        Raises:
            FloatingPointError: a loss or a weight has become NaN or infinite; says at which step.
            KeyboardInterrupt: after an interruption, at the end of a step and once the callbacks' `on_train_end` has
                run, so that it leaves the same behind as an end.
            NotImplementedError: validation data were given.
        """
        if kwargs.get("validation_data") is not None or kwargs.get("validation_split"):
            self.evaluate()
        if shuffle is None:
            shuffle = not isinstance(x, tf.data.Dataset)
        callbacks = keras.tree.flatten(callbacks or [])
        try:
            with watch.interrupts_held_back() as check:
                history = super().fit(x, *args, callbacks=[watch.Watch(check), *callbacks], shuffle=shuffle, **kwargs)
        except KeyboardInterrupt:
            # Last first, for that may be the checkpoint, and each of them, whatever another raises.
            with contextlib.ExitStack() as ends:
                for callback in callbacks:
                    if callback.model is not None:  # else it came before the first step
                        ends.callback(callback.on_train_end)
            raise
        check()
        return history

    def evaluate(self, *args, **kwargs):
        """Not for a GAN, whose losses do not say how good the samples are."""
        raise NotImplementedError("a GAN has no loss to validate: judge gan.sample(n) with dcgan_tf.metrics")

    def train_step(self, images):
        """One round of Algorithm 1: k updates of the discriminator, then one of the generator.

        The generator learns from the discriminator just updated, on fresh latent vectors. To take both gradients at
        one point and on one batch of latent vectors, as TensorFlow's tutorial does, saves about a sixth of the
        time, but learned more slowly at first with `lean`, on both seeds tried (`benchmarks/README.md`), so it is the
        paper's here.

        Args:
            images: (k·batch, H, W, C), uint8, or floats in [−1, 1]; labels beside them are not used.
        Returns:
            The running means of both losses, and of the shares of real and of generated images that the
            discriminator judges right.
        """
        images = images[0] if isinstance(images, tuple) else images
        n, k = images.shape[0] or 0, self.discriminator_steps
        if n % k:
            raise ValueError(f"a batch of {n} images cannot be split for the {k} discriminator_steps")
        self.images_per_step = n * self._replicas()
        seeds = tf.unstack(tf.random.split(self._step_seed(), 2 * k + 1))
        for real in tf.split(self.scale(images), k):
            batch_size = tf.shape(real)[0]
            fake = self.draw(self.latents(batch_size, seeds.pop()))
            self._minimize(
                self.discriminator, self.discriminator_optimizer, self.discriminator_loss, real, fake, seeds.pop()
            )
        latents = self.latents(batch_size, seeds.pop())
        self._minimize(self.generator, self.generator_optimizer, self.generator_loss, latents)
        self._join_statistics()
        self._update_average()
        self._step.assign_add(1)
        return self._means()

    def latents(self, batch_size, seed):
        """z from N(0, 1), (batch_size, latent_dim). `seed`: two integers; the same seed, the same z."""
        return tf.random.stateless_normal((batch_size, self.generator.input_shape[-1]), seed)

    def draw(self, latents):
        """What the generator shows the discriminator."""
        return self.generator(latents, training=True)

    def discriminator_loss(self, real, fake, seed):
        """What the discriminator minimises on a batch of real and one of generated images."""
        real_logits, fake_logits = self.logits(real), self.logits(fake)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        if self.penalty is not None:
            loss += self.gradient_penalty(real, fake, **({"seed": seed} if self.penalty_is_random else {}))
        self.trackers["discriminator_loss"].update_state(loss)
        self.trackers["real_accuracy"].update_state(tf.cast(real_logits > 0, tf.float32))
        self.trackers["fake_accuracy"].update_state(tf.cast(fake_logits < 0, tf.float32))
        return loss

    def gradient_penalty(self, real, fake, **seed):
        """What `penalty` adds to the discriminator's loss on a batch of real and one of generated images."""
        return self.penalty(self.logits, real, fake, **seed)

    def generator_loss(self, latents):
        """What the generator minimises on a batch of latent vectors."""
        loss = self.adversarial_loss.generator(self.logits(self.draw(latents)))
        self.trackers["generator_loss"].update_state(loss)
        return loss

    def logits(self, images):
        """The discriminator's logits in training, float32 (batch, 1), of images in [−1, 1]."""
        return tf.cast(self.discriminator(images, training=True), tf.float32)

    def call(self, images, training=False):
        return self.discriminator(self.scale(images), training=training)

    @staticmethod
    def scale(images):
        """uint8 images to floats in [−1, 1]; floats are taken to be there already."""
        floats = tf.cast(images, tf.float32)
        return floats / 127.5 - 1.0 if images.dtype == tf.uint8 else floats

    def check_finite(self):
        """Raises FloatingPointError if a weight is not finite."""
        for weight in self.weights:
            if not np.isfinite(weight.numpy()).all():
                where = f"weights of {weight.path} are not finite after step {self.step}"
                raise FloatingPointError(f"{where}; {watch.ADVICE}")

    def _check_shapes(self):
        made, taken = self.generator.output_shape[1:], self.discriminator.input_shape[1:]
        if made != taken:
            raise ValueError(f"the generator makes images of {made}, the discriminator takes {taken}")

    def _minimize(self, network, optimizer, loss, *batch):
        """One update of `network` alone: the other's weights are constants in it."""
        variables = network.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            # Keras sums the gradients of the replicas; the loss is the mean over all of them.
            scaled = optimizer.scale_loss(loss(*batch) / self._replicas())
        optimizer.apply(tape.gradient(scaled, variables), variables)

    def _maybe_symbolic_build(self, *args, **kwargs):
        # All is built in `__init__` and `compile`. Keras would, under a strategy, first join a batch of all workers'
        # images, and there is no collective for uint8.
        pass

    def _join_statistics(self):
        # Keras leaves to each replica the moving averages of its own batch normalization.
        weights = self.generator.non_trainable_weights + self.discriminator.non_trainable_weights
        if weights and self._replicas() > 1:
            context = tf.distribute.get_replica_context()
            with tf.device(weights[0].value.device):  # without a device there is no collective
                means = context.all_reduce("MEAN", [tf.identity(weight) for weight in weights])
            for weight, mean in zip(weights, means, strict=True):
                weight.assign(mean)

    def _update_average(self):
        # Early weights are soon forgotten: the decay grows to its value, as in `tf.train.ExponentialMovingAverage`.
        step = tf.cast(self._step, tf.float32)
        decay = tf.minimum(self.average_decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.averaged_generator.weights, self.generator.weights, strict=True):
            average.assign(decay * average + (1.0 - decay) * weight)

    def _means(self):
        means = {name: tracker.result() for name, tracker in self.trackers.items()}
        strategy = tf.distribute.get_strategy()
        # Between workers Keras joins what the replicas return along axis 0, which scalars do not have.
        if getattr(strategy.extended, "_in_multi_worker_mode", bool)():
            means = {name: mean[None] for name, mean in means.items()}
        return means

    def _step_seed(self):
        """Another for each (seed, step, replica): a resumed training draws what it would have drawn."""
        context = tf.distribute.get_replica_context()
        seed = tf.random.fold_in([self.seed, 0], tf.convert_to_tensor(self._step))
        return tf.random.fold_in(seed, context.replica_id_in_sync_group if context else 0)

    def _replicas(self):
        return tf.distribute.get_strategy().num_replicas_in_sync

    def sample(self, n, seed=0):
        """n images drawn with the averaged weights, uint8 (n, H, W, C); the same seed, the same images."""
        return generate(self.averaged_generator, self.latents(n, (seed, 0)))


def generate(generator, latents, batch_size=500):
    """The uint8 images (N, H, W, C) that a generator draws from latent vectors (N, latent_dim)."""
    images = []
    for start in range(0, len(latents), batch_size):
        batch = np.asarray(generator(latents[start : start + batch_size], training=False))
        images.append(np.rint(batch * 127.5 + 127.5).clip(0, 255).astype(np.uint8))
    return np.concatenate(images)
