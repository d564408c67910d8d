import os
import signal
import sys
import time
from functools import partial
from itertools import combinations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from dcgan_tf import data, losses
from dcgan_tf.gan import GAN, generate
from dcgan_tf.training import watch
from dcgan_tf.training.callbacks import Records, SampleGrids
from dcgan_tf.training.checkpoints import Checkpoints

IMAGES = data.mnist().images[:64]


def networks(dtype=None):
    """Small ones with batch normalization in both and dropout in the discriminator."""
    generator = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(7 * 7 * 4, use_bias=False, dtype=dtype),
            layers.BatchNormalization(dtype=dtype),
            layers.Reshape((7, 7, 4), dtype=dtype),
            layers.ReLU(dtype=dtype),
            layers.Conv2DTranspose(1, 5, 4, padding="same", activation="tanh", dtype=dtype),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(4, 5, 4, padding="same", dtype=dtype),
            layers.BatchNormalization(dtype=dtype),
            layers.LeakyReLU(0.2, dtype=dtype),
            layers.Dropout(0.3, seed=1, dtype=dtype),
            layers.Flatten(dtype=dtype),
            layers.Dense(1, dtype=dtype),
        ]
    )
    return generator, discriminator


def make(optimizer=lambda: keras.optimizers.Adam(1e-3, 0.5), cls=GAN, dtype=None, seed=3, **kwargs):
    keras.utils.set_random_seed(0)
    gan = cls(*networks(dtype), seed=seed)
    gan.compile(optimizer(), optimizer(), **kwargs)
    return gan


def fit(gan, steps=4, epochs=1, batch_size=8, **kwargs):
    batches = data.batches(IMAGES, batch_size, seed=0)
    return gan.fit(batches, steps_per_epoch=steps, epochs=epochs, verbose=0, **kwargs)


def values(network):
    return [weight.numpy() for weight in network.trainable_variables]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("penalty", [None, partial(losses.r1, weight=10.0)])
def test_one_step_is_algorithm_1_written_out(penalty):
    """Compared with the two updates by hand, with plain gradient descent, on the step's own latent vectors."""
    drawn = []

    class Noting(GAN):
        def latents(self, batch_size, seed):
            drawn.append(super().latents(batch_size, seed))
            return drawn[-1]

    gan = make(lambda: keras.optimizers.SGD(0.1), Noting, penalty=penalty, run_eagerly=True)
    # Dropout would need its masks: leave it out of both.
    gan.discriminator.layers[3].rate = 0.0
    keras.utils.set_random_seed(0)
    generator, discriminator = networks()
    discriminator.layers[3].rate = 0.0
    real = IMAGES[:8].astype(np.float32) / 127.5 - 1
    told = {name: float(value) for name, value in gan.train_step(tf.constant(IMAGES[:8])).items()}
    assert len(drawn) == 2
    assert not np.array_equal(drawn[0], drawn[1]), "the generator's update takes fresh latent vectors"

    def cross_entropy(logits, label):
        return tf.reduce_mean(
            tf.keras.losses.binary_crossentropy(label * tf.ones_like(logits), logits, from_logits=True)
        )

    def descend(network, tape, loss):
        for weight, gradient in zip(network.trainable_variables, tape.gradient(loss, values_of(network)), strict=True):
            weight.assign(weight - 0.1 * gradient)

    def values_of(network):
        return [weight.value for weight in network.trainable_variables]

    fake = generator(drawn[0], training=True)
    with tf.GradientTape() as tape:
        real_logits, fake_logits = (discriminator(images, training=True) for images in (real, fake))
        loss = cross_entropy(real_logits, 1.0) + cross_entropy(fake_logits, 0.0)
        if penalty:
            loss += penalty(partial(discriminator, training=True), tf.constant(real), fake)
    descend(discriminator, tape, loss)
    assert told["discriminator_loss"] == pytest.approx(float(loss), abs=1e-5)
    assert told["real_accuracy"] == np.mean(real_logits > 0)
    assert told["fake_accuracy"] == np.mean(fake_logits < 0)
    with tf.GradientTape() as tape:
        loss = cross_entropy(discriminator(generator(drawn[1], training=True), training=True), 1.0)
    descend(generator, tape, loss)
    assert told["generator_loss"] == pytest.approx(float(loss), abs=1e-5)
    for ours, theirs in ((gan.generator, generator), (gan.discriminator, discriminator)):
        for a, b in zip(values(ours), values(theirs), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("trained", ["generator", "discriminator"])
@pytest.mark.slow
def test_an_update_moves_one_network_only(trained):
    frozen = "discriminator" if trained == "generator" else "generator"
    gan = make()
    getattr(gan, f"{frozen}_optimizer").learning_rate = 0.0
    before = {name: values(getattr(gan, name)) for name in (trained, frozen)}
    fit(gan, steps=2)
    assert same(before[frozen], values(getattr(gan, frozen)))
    assert not same(before[trained], values(getattr(gan, trained)))


def test_a_training_is_traced_once():
    traces = []

    class Counting(GAN):
        def train_step(self, images):
            traces.append(images.shape)
            return super().train_step(images)

    gan = make(cls=Counting)
    fit(gan, steps=5, epochs=3)  # 64 images in batches of 8, and more than one pass through them
    fit(gan, steps=8, epochs=1)
    assert traces == [(8, 28, 28, 1)]


@pytest.mark.parametrize("discriminator_steps", [1, 3])
def test_every_sample_of_an_update_has_the_batch_s_size(discriminator_steps):
    drawn, seen = [], []

    class Noting(GAN):
        def latents(self, batch_size, seed):
            drawn.append(int(batch_size))
            return super().latents(batch_size, seed)

        def discriminator_loss(self, real, latents, seed):
            seen.append((real.numpy(), latents.shape[0]))
            return super().discriminator_loss(real, latents, seed)

    gan = make(cls=Noting, discriminator_steps=discriminator_steps, run_eagerly=True)
    gan.train_step(tf.constant(IMAGES[: 6 * discriminator_steps]))
    assert drawn == [6] * (discriminator_steps + 1)
    assert [fakes for _, fakes in seen] == [6] * discriminator_steps
    reals = np.concatenate([real for real, _ in seen])
    np.testing.assert_allclose(reals, IMAGES[: 6 * discriminator_steps] / 127.5 - 1, atol=1e-6)  # each image once


def test_images_that_cannot_be_split_for_the_discriminator_s_steps_are_refused():
    gan = make(discriminator_steps=3)
    with pytest.raises(ValueError, match=r"8 samples.*3 equal parts"):
        gan.train_step(tf.constant(IMAGES[:8]))


def test_dropout_and_batch_normalization_are_live_in_training_and_off_in_sampling():
    gan = make()
    images = tf.constant(IMAGES[:8])
    logits = [gan.logits(gan.scale(images)).numpy() for _ in range(2)]
    assert not np.array_equal(*logits), "dropout"
    still = [gan(images).numpy() for _ in range(2)]
    assert np.array_equal(*still)
    moving = gan.generator.layers[1].moving_mean
    before = moving.numpy()
    fit(gan, steps=1)
    assert not np.array_equal(before, moving.numpy())
    # A sample does not depend on what else is in its batch.
    z = tf.random.stateless_normal((6, 5), (0, 0))
    assert np.array_equal(generate(gan.averaged_generator, z)[:2], generate(gan.averaged_generator, z[:2]))


@pytest.mark.slow
def test_two_runs_with_one_seed_give_the_same_bits():
    gans = [make() for _ in range(2)]
    histories = [fit(gan, steps=4, epochs=2).history for gan in gans]
    for history in histories:
        history.pop("images_per_second")
    assert histories[0] == histories[1]
    assert same(gans[0].get_weights(), gans[1].get_weights())
    assert not same(gans[0].get_weights(), make().get_weights())


@pytest.mark.slow
def test_an_explicit_loop_does_what_fit_does():
    gan, by_hand = make(), make()
    fit(gan, steps=4)
    step = tf.function(by_hand.train_step)
    for images in data.batches(IMAGES, 8, seed=0).take(4):
        means = step(images)
    assert same(gan.get_weights(), by_hand.get_weights())
    assert set(means) == {"generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy"}


@pytest.mark.parametrize("loss", losses.LOSSES)
@pytest.mark.parametrize("penalty", [None, losses.gradient_penalty, losses.dragan, losses.r1])
@pytest.mark.slow
def test_every_loss_and_penalty_trains(loss, penalty):
    history = fit(make(loss=loss, penalty=penalty), steps=2).history
    assert np.isfinite(history["discriminator_loss"]).all()


@pytest.mark.slow
def test_a_random_penalty_draws_from_the_step_s_seed():
    gans = [make(penalty=losses.gradient_penalty) for _ in range(2)]
    for seed, gan in enumerate(gans):
        tf.random.set_seed(seed)  # TensorFlow's own, which must not matter
        fit(gan, steps=3)
    assert same(gans[0].get_weights(), gans[1].get_weights())


def test_labels_beside_the_images_are_passed_over():
    gan, other = make(), make()
    fit(gan, steps=3)
    labels = np.arange(len(IMAGES))
    other.fit(data.batches(IMAGES, 8, 0, labels=labels), steps_per_epoch=3, verbose=0)
    assert same(gan.get_weights(), other.get_weights())


def test_floats_are_taken_to_be_scaled():
    gan, other = make(), make()
    gan.train_step(tf.constant(IMAGES[:8]))
    other.train_step(tf.constant(IMAGES[:8].astype(np.float32) / 127.5 - 1))
    for a, b in zip(gan.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("decay", [0.0, 0.15, 0.5])  # 0.15: reached at the second step
def test_the_average_follows_its_formula_statistics_included(decay):
    gan = make(average_decay=decay)
    average = gan.averaged_generator.get_weights()
    for step in range(3):
        fit(gan, steps=1)
        rate = min(decay, (1 + step) / (10 + step))
        average = [rate * a + (1 - rate) * w for a, w in zip(average, gan.generator.get_weights(), strict=True)]
    for ours, expected in zip(gan.averaged_generator.get_weights(), average, strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_latent_vectors_differ_by_step_and_seed():
    drawn = []

    class Noting(GAN):
        def latents(self, batch_size, seed):
            drawn.append(super().latents(batch_size, seed).numpy())
            return drawn[-1]

    for seed in (0, 1, 0):
        gan = make(cls=Noting, seed=seed, run_eagerly=True)
        for _ in range(2):
            gan.train_step(tf.constant(IMAGES[:8]))
    first, second, third = drawn[:4], drawn[4:8], drawn[8:]
    assert same(first, third)
    assert all(not np.array_equal(a, b) for a, b in combinations(first + second, 2))


def test_samples_are_uint8_and_fixed_by_their_seed():
    gan = make()
    images = gan.sample(10, seed=1)
    assert images.dtype == np.uint8
    assert images.shape == (10, 28, 28, 1)
    assert np.array_equal(images, gan.sample(10, seed=1))
    assert not np.array_equal(images, gan.sample(10, seed=2))


def test_generate_covers_the_whole_range():
    images = generate(lambda z, training: tf.reshape(z, (-1, 1, 1, 1)), tf.constant([[-1.0], [0.0], [1.0]]))
    assert images.ravel().tolist() == [0, 128, 255]


class Poisoned(GAN):
    """Its loss turns NaN at the sixth step."""

    def generator_loss(self, real, latents):
        loss = super().generator_loss(real, latents)
        return tf.where(self._step == 5, float("nan"), 1.0) * loss

    def discriminator_loss(self, real, latents, seed):
        loss = super().discriminator_loss(real, latents, seed)
        self.trackers["generator_loss"].update_state(tf.where(self._step == 5, float("nan"), 1.0))
        return loss


@pytest.mark.parametrize(("steps_per_execution", "where"), [(1, "at step 6;"), (4, "at one of the steps 5 to 8;")])
def test_a_loss_that_turns_nan_stops_the_training_and_names_the_step(steps_per_execution, where):
    gan = make(cls=Poisoned, steps_per_execution=steps_per_execution)
    with pytest.raises(FloatingPointError, match=f"generator_loss became nan {where}"):
        fit(gan, steps=8)


class Given(GAN):
    """Takes its latent vectors from a table: XLA draws others from the same seed."""

    def latents(self, batch_size, seed):
        return tf.constant(np.random.default_rng(0).normal(size=(8, 5)), tf.float32)


@pytest.mark.slow
def test_xla_gives_the_same_step():
    gans = [make(lambda: keras.optimizers.SGD(0.1), Given, jit_compile=jit) for jit in (False, True)]
    start = values(gans[0].generator)
    for gan in gans:
        gan.discriminator.layers[3].rate = 0.0  # the masks of dropout differ too
        fit(gan, steps=3)
    for a, b in zip(*(gan.get_weights() for gan in gans), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert max(abs(a - b).max() for a, b in zip(start, values(gans[0].generator), strict=True)) > 1e-3


def test_mixed_precision_scales_both_losses_and_keeps_float32_weights():
    gan = make(dtype="mixed_float16")
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    before = values(gan.generator), values(gan.discriminator)
    history = fit(gan, steps=4).history
    assert np.isfinite(history["generator_loss"]).all()
    assert {weight.dtype for weight in gan.trainable_variables} == {"float32"}
    assert not same(before[0], values(gan.generator))
    assert not same(before[1], values(gan.discriminator))
    assert gan.sample(2).dtype == np.uint8


def test_mixed_precision_stays_near_full_precision():
    """One step of gradient descent: float16 has 11 bits, the loss scale must not show.

    Apart by under 2 % of the step where the processor multiplies float16 itself, by 3 % where Eigen does it and adds up
    in float16. A scale not taken back, or a gradient lost below float16's smallest number, is off by 100 % and more.
    """
    sgd = lambda: keras.optimizers.SGD(0.1)  # noqa: E731
    full, mixed = make(sgd), make(sgd, dtype="mixed_float16")
    start = values(full.generator) + values(full.discriminator)
    for gan in (full, mixed):
        gan.discriminator.layers[3].rate = 0.0
        fit(gan, steps=1)
    ends = [values(gan.generator) + values(gan.discriminator) for gan in (full, mixed)]
    moved = np.concatenate([(b - a).ravel() for a, b in zip(start, ends[0], strict=True)])
    apart = np.concatenate([(b - a).ravel() for a, b in zip(*ends, strict=True)])
    assert np.linalg.norm(apart) < 0.1 * np.linalg.norm(moved)


def test_keras_habits(tmp_path, capsys):
    gan = make()
    gan.summary()
    assert "Trainable params" in capsys.readouterr().out
    fit(gan, steps=2)
    gan.save_weights(tmp_path / "gan.weights.h5")
    other = make()
    other.load_weights(tmp_path / "gan.weights.h5")
    assert same(gan.get_weights(), other.get_weights())
    assert other.step == 2
    assert gan.predict(IMAGES[:3], verbose=0).shape == (3, 1)


def test_optimizers_may_be_names_and_are_two():
    gan = GAN(*networks())
    gan.compile("adam", "adam")
    assert gan.generator_optimizer is not gan.discriminator_optimizer
    assert isinstance(gan.generator_optimizer, keras.optimizers.Adam)
    one = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="an optimizer of its own"):
        gan.compile(one, one)


@pytest.mark.parametrize("options", [dict(validation_data=(IMAGES, None)), dict(validation_split=0.5)])
def test_there_is_no_loss_to_validate(options):
    gan = make()
    with pytest.raises(NotImplementedError, match=r"judge gan\.sample"):
        fit(gan, **options)
    with pytest.raises(NotImplementedError, match=r"dcgan_tf\.metrics"):
        gan.evaluate(IMAGES)
    assert gan.step == 0


def test_images_per_second_are_reported():
    assert fit(make(), steps=4).history["images_per_second"][0] > 0
    assert np.isnan(fit(make(), steps=1).history["images_per_second"]).all()  # compiling, which is not counted


@pytest.mark.slow
def test_arrays_are_shuffled_as_in_keras():
    class Spy(GAN):
        def train_step(self, images):
            order.append(images)
            return super().train_step(images)

    for shuffle, same_order in ((None, False), (False, True)):
        order = []
        gan = make(cls=Spy, run_eagerly=True)
        gan.fit(IMAGES, batch_size=8, shuffle=shuffle, verbose=0)
        assert np.array_equal(np.concatenate(order), IMAGES) == same_order


def test_bfloat16_needs_no_loss_scale():
    gan = make(dtype="mixed_bfloat16")
    assert not isinstance(gan.generator_optimizer, keras.optimizers.LossScaleOptimizer)


@pytest.mark.slow
def test_an_interruption_ends_the_callbacks():
    ended = []

    class Interrupting(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                raise KeyboardInterrupt

        def on_train_end(self, logs=None):
            ended.append(self.model.step)

    with pytest.raises(KeyboardInterrupt):
        fit(make(), steps=8, callbacks=[Interrupting()])
    assert ended == [3]


@pytest.fixture
def ctrl_c():
    """Ctrl-C as in a terminal; what a shell runs in the background ignores it."""
    if sys.platform == "win32":
        pytest.skip("no SIGINT for oneself")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_cuts_no_step_and_no_callback(ctrl_c):
    seen = []

    class PressesCtrlC(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            os.kill(os.getpid(), signal.SIGINT)
            seen.append(self.model.step)

        def on_train_end(self, logs=None):
            seen.append("end")

    before = signal.getsignal(signal.SIGINT)
    for epochs in (3, 1):  # in the midst, and in the last epoch
        gan = make()
        with pytest.raises(KeyboardInterrupt):
            fit(gan, steps=4, epochs=epochs, callbacks=[PressesCtrlC()])
        assert gan.step == 4
    assert seen == [4, "end"] * 2
    assert signal.getsignal(signal.SIGINT) is before


def test_a_pipe_broken_by_the_same_ctrl_c_is_the_interruption(ctrl_c):
    def broken_pipe(interrupted):
        with watch.interrupts_held_back():
            if interrupted:
                os.kill(os.getpid(), signal.SIGINT)
            raise BrokenPipeError

    with pytest.raises(KeyboardInterrupt):
        broken_pipe(interrupted=True)
    with pytest.raises(BrokenPipeError):
        broken_pipe(interrupted=False)


def test_after_an_interruption_no_callback_keeps_the_checkpoint_from_being_written(tmp_path):
    class Interrupting(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                raise KeyboardInterrupt

        def on_train_end(self, logs=None):
            raise MemoryError

    checkpoints = Checkpoints(tmp_path)
    with pytest.raises(MemoryError):
        fit(make(), steps=8, callbacks=[Interrupting(), checkpoints])
    assert checkpoints.saved_step == 3


def test_a_second_ctrl_c_interrupts_at_once(ctrl_c):
    def press_twice():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    with watch.interrupts_held_back(), pytest.raises(KeyboardInterrupt):
        press_twice()


def test_an_interruption_before_the_training_begins_has_no_callbacks_to_end(monkeypatch, tmp_path):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(make(), callbacks=[Checkpoints(tmp_path / "checkpoints"), Records(tmp_path)])
    assert list(tmp_path.iterdir()) == []


def test_weights_that_turn_nan_stop_an_epoch_before_anything_is_written(tmp_path):
    class Poison(keras.callbacks.Callback):  # after the last loss of the epoch
        def on_train_batch_end(self, batch, logs=None):
            weight = self.model.averaged_generator.weights[0]
            weight.assign(tf.fill(weight.shape, float("nan")))

    with pytest.raises(FloatingPointError, match="not finite after step 1"):
        fit(make(), steps=1, callbacks=[Poison(), SampleGrids(tmp_path), Records(tmp_path)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (dict(discriminator_steps=0), "discriminator_steps.*0"),
        (dict(discriminator_steps=1.5), "discriminator_steps must be an integer.*1.5"),
        (dict(average_decay=1.0), r"average_decay.*\[0, 1\).*1.0"),
        (dict(loss="no_such"), "minimax.*no_such"),
        (dict(penalty=3), "penalty.*3"),
    ],
)
def test_compile_names_what_is_wrong(wrong, message):
    with pytest.raises(ValueError, match=message):
        make(**wrong)


def test_networks_that_do_not_fit_each_other_are_refused():
    generator, _ = networks()
    with pytest.raises(ValueError, match=r"28, 28, 1.*9, 9, 1"):
        GAN(generator, keras.Sequential([keras.Input((9, 9, 1)), layers.Flatten(), layers.Dense(1)]))


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match=str(seed)):
        GAN(*networks(), seed=seed)


# What else must not change unnoticed: see mutants.py


def test_latent_vectors_are_standard_normal():
    z = make().latents(4000, (1, 2)).numpy()
    assert z.shape == (4000, 5)
    assert z.mean() == pytest.approx(0, abs=0.03)
    assert z.std() == pytest.approx(1, abs=0.03)
    assert (z**4).mean() == pytest.approx(3, abs=0.3)
    assert abs(np.corrcoef(z.T) - np.eye(5)).max() < 0.06


def test_each_update_and_each_step_has_seeds_of_its_own():
    seen = []

    class Noting(GAN):
        def latents(self, batch_size, seed):
            seen.append(tuple(np.array(seed)))
            return super().latents(batch_size, seed)

    def penalty(discriminator, real, fake, seed):
        seen.append(tuple(np.array(seed)))
        return 0.0

    gan = make(cls=Noting, penalty=penalty, discriminator_steps=2, run_eagerly=True)
    for _ in range(2):
        gan.train_step(tf.constant(IMAGES[:8]))
    assert len(seen) == 2 * (2 * 2 + 1)
    assert len(set(seen)) == len(seen)


def test_a_penalty_is_given_the_discriminator_in_training_and_real_and_generated_samples():
    seen = {}

    def penalty(discriminator, real, fake, seed):
        seen.update(logits=discriminator(real).numpy(), real=real.numpy(), fake=fake.numpy())
        return 7.0

    gan = make(penalty=penalty, run_eagerly=True)
    gan.discriminator.layers[3].rate = 0.0
    real, latents = gan.scale(tf.constant(IMAGES[:8])), gan.latents(8, (1, 2))
    fake = gan.draw(latents).numpy()
    expected = gan.discriminator(real, training=True).numpy()
    with_penalty = float(gan.judge(real, gan.draw(latents), (3, 4)))
    np.testing.assert_allclose(seen["logits"], expected, atol=1e-5)
    np.testing.assert_array_equal(seen["real"], real)
    np.testing.assert_array_equal(seen["fake"], fake)
    gan.penalty = None
    assert with_penalty - float(gan.judge(real, gan.draw(latents), (3, 4))) == pytest.approx(7, abs=1e-4)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_the_loss_that_is_named_is_the_one_that_is_minimised(name):
    gan = make(loss=name, run_eagerly=True)
    gan.discriminator.layers[3].rate = 0.0
    real, latents = gan.scale(tf.constant(IMAGES[:8])), gan.latents(8, (1, 2))
    real_logits, fake_logits = gan.logits(real), gan.logits(gan.draw(latents))
    loss = losses.LOSSES[name]
    on_real = real_logits if loss.pairs else None
    assert float(gan.generator_loss(real, latents)) == pytest.approx(float(loss.generator(on_real, fake_logits)))
    told = float(gan.discriminator_loss(real, latents, (3, 4)))
    assert told == pytest.approx(float(loss.discriminator(real_logits, fake_logits)))


def test_called_it_judges_images_as_they_are_stored():
    gan = make()
    expected = gan.discriminator(IMAGES[:6].astype(np.float32) / 127.5 - 1)
    np.testing.assert_allclose(gan(tf.constant(IMAGES[:6])), expected, atol=1e-6)
    np.testing.assert_allclose(gan.predict(IMAGES[:6], verbose=0), expected, atol=1e-5)


def test_logits_are_float32_whatever_the_network_computes_in():
    gan = make(dtype="mixed_float16")
    assert gan.discriminator(tf.zeros((2, 28, 28, 1))).dtype == tf.float16
    assert gan.logits(tf.zeros((2, 28, 28, 1))).dtype == tf.float32


def test_the_average_begins_as_a_copy_that_no_optimizer_moves_and_is_what_is_drawn_with():
    gan = make(average_decay=0.9)
    assert same(gan.averaged_generator.get_weights(), gan.generator.get_weights())
    assert len(gan.trainable_variables) == len(values(gan.generator)) + len(values(gan.discriminator))
    z = gan.latents(3, (7, 0))
    gan.averaged_generator.layers[-1].kernel.assign_add(tf.ones((5, 5, 1, 4)))
    expected = np.rint(127.5 + 127.5 * np.asarray(gan.averaged_generator(z)))
    np.testing.assert_array_equal(gan.sample(3, seed=7), expected)
    assert not np.array_equal(expected, np.rint(127.5 + 127.5 * np.asarray(gan.generator(z))))


def test_xla_and_the_scaling_of_losses_are_as_compile_was_told():
    assert [make(jit_compile=jit).jit_compile for jit in (False, True)] == [False, True]
    unscaled = make(dtype="mixed_float16", auto_scale_loss=False)
    assert type(unscaled.generator_optimizer) is keras.optimizers.Adam


def test_each_of_two_replicas_has_half_of_the_gradient():
    """Keras adds them up."""

    class Two(GAN):
        replicas = 2

    def loss():
        return tf.reduce_sum(gan.generator.trainable_variables[0] ** 2)

    by_replicas = []
    for cls in (GAN, Two):
        gan = make(cls=cls)
        ((first, *_),) = gan.gradients("generator", loss)
        by_replicas.append(first.numpy())
        np.testing.assert_allclose(first, 2 / len(by_replicas) * gan.generator.get_weights()[0], rtol=1e-5)
    assert np.abs(by_replicas[0]).max() > 0.01


def test_two_players_may_minimise_one_loss_and_each_gets_its_own_gradient():
    gan = make(lambda: keras.optimizers.SGD(0.5))
    first, second = (getattr(gan, player).trainable_variables[0] for player in gan.players)
    before = first.numpy(), second.numpy()
    gan.minimize(("generator", "discriminator"), lambda: tf.reduce_sum(first**2) + 0.1 * tf.reduce_sum(second**2))
    np.testing.assert_allclose(first, 0 * before[0], atol=1e-6)  # w − ½ · 2w
    np.testing.assert_allclose(second, 0.9 * before[1], rtol=1e-5)


def test_weights_that_a_loss_does_not_depend_on_stay_and_a_loss_of_none_is_told():
    gan = make(lambda: keras.optimizers.SGD(0.5))
    before = values(gan.generator)
    gan.minimize("generator", lambda: tf.reduce_sum(gan.generator.trainable_variables[0] ** 2))
    after = values(gan.generator)
    assert same(before[1:], after[1:])
    assert not np.array_equal(before[0], after[0])
    with pytest.raises(ValueError, match="the loss of the generator depends on none of its weights"):
        gan.minimize("generator", lambda: tf.reduce_sum(gan.discriminator.trainable_variables[0] ** 2))


def test_what_fit_shows_is_the_mean_over_the_steps_of_an_epoch():
    class Counting(GAN):
        def update(self, real, seeds):
            self.report(generator_loss=tf.cast(self._step, tf.float32), discriminator_loss=[1.0, 4.0])

    history = fit(make(cls=Counting), steps=3, epochs=2).history
    assert history["generator_loss"] == [1, 4]  # of the steps 0, 1, 2 and of 3, 4, 5
    assert history["discriminator_loss"] == [2.5, 2.5]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_single_weight_that_is_not_finite_is_found(bad):
    gan = make()
    gan.check_finite()
    weight = gan.discriminator.trainable_variables[0]
    weight.assign(np.where(np.arange(weight.numpy().size).reshape(weight.shape) == 3, bad, weight))
    with pytest.raises(FloatingPointError, match="not finite after step 0; try a smaller learning rate"):
        gan.check_finite()


def test_a_step_is_compiled_anew_where_its_stage_changes_and_only_there():
    traces = []

    class Staged(GAN):
        def stage(self):
            return self.step // 4

        def update(self, real, seeds):
            traces.append(self.stage())
            super().update(real, seeds)

    fit(make(cls=Staged), steps=6, epochs=2)
    assert traces == [0, 1, 2]


def test_what_is_drawn_in_pieces_is_what_is_drawn_at_once():
    z = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    pieces = []

    def generator(z, training):
        assert not training
        pieces.append(len(z))
        return tf.reshape(z, (-1, 2, 2, 1))

    whole = generate(generator, z)
    np.testing.assert_array_equal(generate(generator, z, batch_size=3), whole)
    assert pieces == [7, 3, 3, 1]
    np.testing.assert_array_equal(
        whole.reshape(7, 4), np.clip(np.rint(127.5 * z + 127.5), 0, 255)
    )  # some leave [−1, 1]
    assert {0, 255} < set(whole.ravel().tolist())


def test_a_generator_may_take_several_inputs_and_draw_what_is_no_image():
    inputs = np.arange(5.0), np.arange(5.0) ** 2
    drawn = generate(lambda pair, training: np.stack(pair, 1), inputs, batch_size=2)
    np.testing.assert_array_equal(drawn, np.stack(inputs, 1))
    with pytest.raises(ValueError, match="nothing to draw"):
        generate(None, np.zeros((0, 5)))


@pytest.mark.parametrize("discriminator_steps", [1, 2])
def test_of_a_loss_of_pairs_the_generator_has_the_last_part_of_a_batch_to_itself(discriminator_steps):
    seen = []

    class Noting(GAN):
        def discriminator_loss(self, real, latents, seed):
            seen.append(("discriminator", real.numpy(), len(latents)))
            return super().discriminator_loss(real, latents, seed)

        def generator_loss(self, real, latents):
            seen.append(("generator", real.numpy(), len(latents)))
            return super().generator_loss(real, latents)

    parts = discriminator_steps + 1
    gan = make(cls=Noting, loss="relativistic", discriminator_steps=discriminator_steps, run_eagerly=True)
    gan.train_step(tf.constant(IMAGES[: 5 * parts]))
    assert [who for who, *_ in seen] == ["discriminator"] * discriminator_steps + ["generator"]
    for i, (_, real, latents) in enumerate(seen):
        np.testing.assert_allclose(real, IMAGES[5 * i : 5 * (i + 1)] / 127.5 - 1, atol=1e-6)
        assert latents == 5
