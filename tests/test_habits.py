"""What people are used to from Keras: it works, or is refused at the start with what to use instead."""

import csv
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import variants
from keras import layers
from test_variants import IMAGES, NAMES, adam, build

from dcgan_tf import losses
from dcgan_tf.conditional import ConditionalGAN
from dcgan_tf.gan import GAN
from dcgan_tf.training.fit import fit
from dcgan_tf.training.habits import Rates


def make(rates=(1e-3, 1e-3), run_eagerly=True, **options):
    """Run eagerly, since nothing here depends on a compiled step, which takes longer."""
    keras.utils.set_random_seed(0)
    options |= dict(run_eagerly=run_eagerly)
    gan = GAN(variants.generator(), variants.discriminator())
    gan.compile(*(keras.optimizers.Adam(rate, 0.5) for rate in rates), **options)
    return gan


def rates(gan):
    return [float(optimizer.learning_rate) for optimizer in gan.optimizers.values()]


def train(gan, *callbacks, epochs=3):
    """Two steps an epoch."""
    return gan.fit(IMAGES[:16], batch_size=8, epochs=epochs, verbose=0, callbacks=list(callbacks)).history


# callbacks


@pytest.mark.slow
def test_a_schedule_sets_the_rates_of_both_optimizers():
    gan = make()
    history = train(gan, keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1)))
    assert rates(gan) == pytest.approx([0.01 / 3] * 2)
    assert history["learning_rate"] == pytest.approx([0.01, 0.01 / 2, 0.01 / 3])
    gan = make(rates=(1e-3, 4e-3))
    train(gan, keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.5 * rate))
    assert rates(gan) == pytest.approx([1e-3 / 8, 4e-3 / 8])  # their ratio stays


def test_a_plateau_lowers_the_rates_of_both_optimizers():
    gan = make(rates=(1e-3, 4e-3))
    plateau = keras.callbacks.ReduceLROnPlateau("generator_loss", 0.1, patience=1, mode="min", min_delta=1e9)
    train(gan, plateau)
    assert rates(gan) == pytest.approx([1e-5, 4e-5])


def test_rates_of_zero_and_scaled_losses_have_one_too():
    first, second = keras.optimizers.SGD(0.0), keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.3))
    both = Rates([first, second])
    both.learning_rate = 0.2
    assert [float(first.learning_rate), float(second.learning_rate)] == pytest.approx([0.2, 0.2])
    both.learning_rate = 0.1
    assert [float(first.learning_rate), float(second.learning_rate)] == pytest.approx([0.1, 0.1])


@pytest.mark.slow
def test_the_best_and_the_last_game_are_saved(tmp_path):
    gan = make()
    whole = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    weights = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True)
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", "discriminator_loss", mode="max", save_best_only=True
    )
    losses = train(gan, whole, weights, best)["discriminator_loss"]
    assert keras.models.load_model(tmp_path / "2.keras").step == 4
    assert keras.models.load_model(tmp_path / "best.keras").step == 2 * (1 + int(np.argmax(losses)))
    other = make()
    other.load_weights(tmp_path / "3.weights.h5")
    optimizers = [[v for optimizer in game.optimizers.values() for v in optimizer.variables] for game in (gan, other)]
    for one, two in zip(gan.weights + optimizers[0], other.weights + optimizers[1], strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.slow
def test_these_work_as_they_are(tmp_path):
    gan, epochs = make(), []
    train(
        gan,
        keras.callbacks.EarlyStopping("generator_loss", min_delta=1e9, patience=1, mode="min"),
        keras.callbacks.TensorBoard(tmp_path / "board", write_steps_per_second=True, update_freq=1, histogram_freq=1),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch)),
        epochs=5,
    )
    assert epochs == [0, 1]
    assert list((tmp_path / "board").rglob("events*"))
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert set(gan.reports) < set(rows[0])


REFUSED = {
    "val_loss": (
        lambda: keras.callbacks.EarlyStopping(),
        "EarlyStopping must monitor one of generator_loss, .*val_loss",
    ),
    "no such": (lambda: keras.callbacks.ReduceLROnPlateau("loss", mode="min"), "must monitor one of .*, not loss"),
    "which is better": (lambda: keras.callbacks.EarlyStopping("fake_accuracy"), 'told what is better.*mode="min" or'),
    "the best": (lambda: keras.callbacks.ModelCheckpoint("a.keras", save_best_only=True), "must monitor .*val_loss"),
    "h5": (
        lambda: keras.callbacks.ModelCheckpoint("a.h5"),
        r"as \.keras, or its weights as \.weights\.h5, not as a\.h5",
    ),
    "backup": (lambda: keras.callbacks.BackupAndRestore("backup"), "BackupAndRestore .*: take .*Checkpoints"),
    "average": (lambda: keras.callbacks.SwapEMAWeights(), "SwapEMAWeights .*average_decay"),
    "function": (lambda: print, "callbacks must be objects of keras.callbacks.Callback, not"),
    "class": (lambda: keras.callbacks.TerminateOnNaN, "callbacks must be objects"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_callback_that_does_not_work_is_refused_at_the_start(name):
    callback, message = REFUSED[name]
    gan = make()
    for begin in (lambda c: train(gan, c), lambda c: fit(gan, IMAGES, 8, 1, callbacks=[c], verbose=0)):
        with pytest.raises((ValueError, TypeError), match=message) as refused:
            begin(callback())
        assert "\n" not in str(refused.value)
        assert gan.step == 0


def test_so_is_a_subclass_of_one():
    class Backup(keras.callbacks.BackupAndRestore):
        pass

    with pytest.raises(ValueError, match=r"^Backup restores after the batches were chosen"):
        train(make(), Backup("backup"))


@pytest.mark.parametrize("option", ["class_weight", "sample_weight"])
def test_samples_have_no_weights(option):
    with pytest.raises(ValueError, match="neither class_weight nor sample_weight"):
        make().fit(IMAGES, verbose=0, **{option: {0: 1.0}})


@pytest.mark.parametrize("option", ["metrics", "weighted_metrics", "loss_weights", "optimizer"])
def test_compile_takes_what_a_game_has_a_use_for(option):
    with pytest.raises(TypeError, match=rf"compile\(\) takes no {option} here: .* dcgan_tf\.metrics"):
        make(**{option: ["accuracy"]})


def test_an_optimizer_s_own_average_and_a_network_that_is_not_trainable_are_told():
    gan = make()
    with pytest.raises(ValueError, match=r"use_ema .* average_decay"):
        gan.compile(keras.optimizers.Adam(use_ema=True), keras.optimizers.Adam())
    gan.discriminator.trainable = False
    with pytest.raises(ValueError, match="the discriminator has nothing to train: leave it trainable"):
        gan.compile("adam", "adam")


# saving


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in NAMES[:-1]] + ["points"])
def test_a_game_is_saved_whole_and_trained_on(name, tmp_path):
    gan, _, _ = build(name)
    gan._step.assign(7)
    for variable in gan.variables:  # unlike those that are drawn anew
        if variable.dtype == "float32" and variable.trainable:
            variable.assign_add(tf.ones(variable.shape))
    gan.save(tmp_path / "game.keras")
    other = keras.models.load_model(tmp_path / "game.keras")
    assert type(other) is type(gan)
    assert other.step == 7
    assert other.players == gan.players
    assert other.seed == gan.seed
    for player in (*gan.players, *(f"averaged_{player}" for player in gan.averaged)):
        for one, two in zip(getattr(gan, player).weights, getattr(other, player).weights, strict=True):
            np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(gan.sample(3, 1), other.sample(3, 1))
    assert not other.compiled  # a loss or a penalty may be any function


@pytest.mark.slow
def test_a_conditional_gan_is_saved_with_what_it_can_be_asked_for(tmp_path):
    names = ("cat", "dog")
    gan = ConditionalGAN(variants.generator(6), variants.discriminator(3), np.eye(2), [3, 1], seed=5, names=names)
    gan.save(tmp_path / "game.keras")
    other = keras.models.load_model(tmp_path / "game.keras")
    np.testing.assert_array_equal(other.sample(4, 2, "dog"), gan.sample(4, 2, "dog"))
    np.testing.assert_array_equal(other.frequencies, [3, 1])
    assert (other.names, other.seed) == (names, 5)
    other.compile("adam", "adam")
    other.fit(IMAGES, np.arange(len(IMAGES)) % 2, verbose=0)


@pytest.mark.slow
def test_a_game_that_was_loaded_goes_on_and_other_formats_are_refused(tmp_path):
    gan = make(penalty=losses.r1)
    train(gan, epochs=1)
    gan.save(tmp_path / "game.keras")
    other = keras.models.load_model(tmp_path / "game.keras")
    other.compile(**adam("generator", "discriminator"))
    train(other, epochs=1)
    assert other.step == 4
    with pytest.raises(ValueError, match=r"saved as \.keras, its weights by save_weights\(\), not as .*game\.h5"):
        gan.save(tmp_path / "game.h5")


def test_what_is_exported_is_the_network_that_draws(tmp_path):
    gan = make()
    gan.averaged_generator.layers[-1].bias.assign([0.5])
    gan.export(tmp_path / "saved", verbose=False)
    z = gan.latents(3, (0, 0))
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(loaded.serve(z), gan.averaged_generator(z), atol=1e-5)


def test_summary_json_and_single_batches_work(capsys):
    gan = make()
    gan.summary()
    assert "Trainable params" in capsys.readouterr().out
    assert json.loads(gan.to_json())["class_name"] == "GAN"
    gan.train_on_batch(IMAGES[:8])
    assert gan.step == 1


# networks of one's own


class Drawing(keras.Model):
    """A subclassed generator that can be copied."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.reshape = layers.Dense(784, activation="tanh"), layers.Reshape((28, 28, 1))

    def call(self, z, training=False):
        return self.reshape(self.dense(z))


class NotCopied(Drawing):
    def __init__(self):
        super().__init__()


def functional(network, *shape):
    x = keras.Input(shape)
    return keras.Model(x, network(x))


class Own(keras.Model):
    """Functional, as a class."""

    def __init__(self):
        z = keras.Input((4,))
        super().__init__(z, layers.Reshape((28, 28, 1))(layers.Dense(784, activation="tanh")(z)))


@pytest.mark.slow
@pytest.mark.parametrize("network", [lambda: functional(Drawing(), 4), Own], ids=["subclassed", "Functional"])
def test_a_generator_of_one_s_own_is_trained_and_its_average_begins_as_a_copy(network):
    gan = GAN(network(), variants.discriminator())
    gan.compile(**adam("generator", "discriminator"))
    weights = gan.generator.get_weights()
    for one, two in zip(weights, gan.averaged_generator.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    train(gan, epochs=1)
    assert not any(np.array_equal(a, b) for a, b in zip(weights[:1], gan.generator.get_weights(), strict=False))


def two_inputs():
    z, y = keras.Input((4,)), keras.Input((3,))
    return keras.Model([z, y], layers.Reshape((28, 28, 1))(layers.Dense(784)(layers.Concatenate()([z, y]))))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (lambda: (Drawing(), variants.discriminator()), "the generator has no weights yet: .*keras.Input"),
        (lambda: (keras.Sequential([layers.Dense(3)]), variants.discriminator()), "the generator has no weights yet"),
        (lambda: (functional(NotCopied(), 4), variants.discriminator()), r"cannot be copied: .*\*\*kwargs"),
        (
            lambda: (functional(lambda z: layers.Lambda(lambda x: x)(layers.Dense(2)(z)), 4), variants.discriminator()),
            "cannot be copied: .* a Lambda must have a named function",
        ),
        (lambda: (two_inputs(), variants.discriminator()), "the generator must have one input and one output"),
        (lambda: (layers.Dense(3), variants.discriminator()), "the generator must be a keras.Model, not <Dense"),
        (lambda: (variants.generator, variants.discriminator()), "the generator must be a keras.Model, not <function"),
    ],
)
def test_a_network_that_cannot_be_used_is_told_in_a_sentence(pair, message):
    with pytest.raises((ValueError, TypeError), match=message) as refused:
        GAN(*pair())
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 240


def test_a_built_subclass_is_told_how_to_become_functional():
    drawing, judging = Drawing(), Drawing()
    drawing(np.zeros((1, 4), np.float32))
    with pytest.raises(ValueError, match=r"does not know its inputs: .*keras\.Model\(x, network\(x\)\)"):
        GAN(drawing, variants.discriminator())
    judging(np.zeros((1, 784), np.float32))
    with pytest.raises(ValueError, match=r"the discriminator must have one input .*keras\.Model\(x, network\(x\)\)"):
        GAN(variants.generator(), judging)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16", "float16"])
@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan, losses.r1_r2])
def test_networks_without_a_float32_end_are_penalized(dtype, penalty):
    keras.config.set_dtype_policy(dtype)
    try:
        generator = keras.Sequential(
            [keras.Input((6,)), layers.Dense(784, activation="tanh"), layers.Reshape((28, 28, 1))]
        )
        discriminator = keras.Sequential([keras.Input((28, 28, 3)), layers.Flatten(), layers.Dense(1)])
    finally:
        keras.config.set_dtype_policy("float32")
    gan = ConditionalGAN(generator, discriminator, np.eye(2))
    gan.compile("sgd", "sgd", penalty=penalty, run_eagerly=True)
    history = gan.fit(IMAGES[:16], np.arange(16) % 2, verbose=0).history
    assert np.isfinite(history["discriminator_loss"]).all()
    assert gan.draw(gan.latents(2, (0, 0))).dtype == tf.float32
