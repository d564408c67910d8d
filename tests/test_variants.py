"""The engine is open: each variant of `variants.py` trains with all callbacks and is resumed to the same bits."""

import ast
import inspect
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
import variants
from conftest import ROOT, environment
from PIL import Image
from test_callbacks import Interrupt, state

from dcgan_tf import data, losses, toy
from dcgan_tf.gan import GAN
from dcgan_tf.training.callbacks import Records, SampleGrids
from dcgan_tf.training.checkpoints import Checkpoints
from dcgan_tf.training.fit import fit
from dcgan_tf.variants.unrolled import UnrolledGAN

DIGITS = data.mnist()
IMAGES, OTHERS = DIGITS.images[:48], 255 - DIGITS.images[48:96]
LABELS = np.where(np.arange(48) % 3 == 0, DIGITS.labels[:48].astype(np.int32), -1)  # of a third of the images
POINTS = toy.ring(48, seed=0)


def adam(*names, **options):
    return {f"{name}_optimizer": keras.optimizers.Adam(1e-3, 0.5) for name in names} | options


def build(name, **options):
    """A compiled variant and what it trains on: samples, and labels or None."""
    keras.utils.set_random_seed(0)
    v, pair, third = variants, ("generator", "discriminator"), ("generator", "discriminator", "encoder")
    encoder = lambda units: v.discriminator(units=units, dropout=0)  # noqa: E731
    games = {
        "simultaneous": lambda: (v.SimultaneousGAN(v.generator(), v.discriminator()), adam(*pair)),
        "relativistic": lambda: (GAN(v.generator(), v.discriminator()), adam(*pair, loss="relativistic")),
        "feature matching": lambda: (v.FeatureMatchingGAN(v.generator(), v.discriminator()), adam(*pair)),
        "unrolled": lambda: (UnrolledGAN(v.generator(), v.discriminator(dropout=0), 2, 0.01), adam(*pair)),
        "latent optimization": lambda: (v.LatentOptimizationGAN(v.generator(), v.discriminator()), adam(*pair)),
        "growing": lambda: (v.GrowingGAN(*v.growing_networks(), stage_steps=4), adam(*pair)),
        "K + 1 classes": lambda: (v.SemiSupervisedGAN(v.generator(), v.discriminator(units=10)), adam(*pair)),
        "replay": lambda: (v.ReplayGAN(v.generator(), v.discriminator(), capacity=16), adam(*pair)),
        "historical averaging": lambda: (v.HistoricalAveragingGAN(v.generator(), v.discriminator(), 0.1), adam(*pair)),
        "InfoGAN": lambda: (v.InfoGAN(v.generator(7), v.discriminator(), encoder(3)), adam(*third)),
        "BiGAN": lambda: (v.BiGAN(v.generator(), v.discriminator(5), encoder(4)), adam(*third)),
        "four networks": lambda: (
            v.CycleGAN(v.translator(), v.translator(), v.discriminator(), v.discriminator(), IMAGES),
            adam("to_b", "to_a", "judge_a", "judge_b"),
        ),
        "super-resolution": lambda: (
            v.SuperResolutionGAN(
                keras.Sequential([keras.Input((7, 7, 1)), keras.layers.Conv2DTranspose(1, 8, 4, "same")]),
                v.discriminator(), IMAGES,
            ),
            adam(*pair),
        ),
        "points": lambda: (GAN(*v.plane_networks()), adam(*pair, penalty=losses.gradient_penalty)),
    }  # fmt: skip
    gan, settings = games[name]()
    gan.compile(**settings | options)
    labels = {"K + 1 classes": LABELS, "four networks": OTHERS}.get(name)
    return gan, POINTS if name == "points" else IMAGES, labels


NAMES = ["simultaneous", "relativistic", "feature matching", "unrolled", "latent optimization", "growing",
         "K + 1 classes", "replay", "historical averaging", "InfoGAN", "BiGAN", "four networks", "super-resolution",
         "points"]  # fmt: skip


def train(name, folder, epochs=2, callbacks=()):
    """Trains a variant from its newest checkpoint on, six steps an epoch."""
    gan, samples, labels = build(name)
    checkpoints = Checkpoints(folder / "checkpoints")
    checkpoints.restore(gan)
    writers = [SampleGrids(folder, n=4), Records(folder), *callbacks, checkpoints]
    fit(gan, samples, 8, epochs, callbacks=writers, labels=labels, verbose=0)
    return gan


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_a_variant_trains_with_all_callbacks_and_is_resumed_to_the_same_bits(name, tmp_path):
    undisturbed = train(name, tmp_path / "a")
    with pytest.raises(KeyboardInterrupt):
        train(name, tmp_path / "b", callbacks=[Interrupt(5)])
    resumed = train(name, tmp_path / "b")
    assert undisturbed.step == resumed.step == 12
    one, other = state(undisturbed), state(resumed)
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))

    fresh, _, _ = build(name)
    for player in fresh.players:  # each of them has learned
        before, after = (getattr(gan, player).trainable_variables for gan in (fresh, undisturbed))
        moved = [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
        assert any(moved), player
    assert np.array_equal(undisturbed.sample(4, 1), resumed.sample(4, 1))
    assert not np.array_equal(undisturbed.sample(4, 1), undisturbed.sample(4, 2))
    drawn = undisturbed.sample(4)
    assert drawn.dtype == (np.float32 if name == "points" else np.uint8)

    for file in ("generator.keras", "history.csv", "curves.png", "training.gif", "samples/epoch_0002.png"):
        assert (tmp_path / "b" / file).exists(), file
    rows = (tmp_path / "b" / "history.csv").read_text().splitlines()
    assert set(rows[0].split(",")) == {"epoch", "step", "images_per_second", *undisturbed.reports}
    assert len(rows) == 3
    network = keras.models.load_model(tmp_path / "b" / "generator.keras", compile=False)
    _, inputs = resumed.sampler(4, 0)
    np.testing.assert_array_equal(network(inputs), resumed.sampler(4, 0)[0](inputs))


@pytest.mark.slow
def test_a_variant_killed_as_a_process_is_resumed_to_the_same_bits(tmp_path):
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        "from pathlib import Path; import test_variants as t\n"
        "gan = t.train('replay', Path(sys.argv[1]), epochs=40)\n"
        "import numpy as np; np.savez(Path(sys.argv[1]) / 'state.npz', *t.state(gan))\n"
    )

    def start(folder):
        return subprocess.Popen([sys.executable, "-c", program, folder], env=environment(), stdout=-3, stderr=-3)

    assert start(tmp_path / "a").wait(300) == 0
    process, deadline = start(tmp_path / "b"), time.monotonic() + 120
    while not list((tmp_path / "b" / "checkpoints").glob("step-*.index")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() != 0
    assert start(tmp_path / "b").wait(300) == 0
    ends = [np.load(tmp_path / run / "state.npz") for run in "ab"]
    assert ends[0].files == ends[1].files
    assert all(np.array_equal(ends[0][key], ends[1][key]) for key in ends[0].files)


TWO_REPLICAS = """
import sys
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
sys.path.insert(0, sys.argv[1])
import test_variants as t
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
for name in sys.argv[2:]:
    with strategy.scope():
        gan, samples, labels = t.build(name)
    t.fit(gan, samples, 8, 1, labels=labels, verbose=0)
    assert gan.step == 6, gan.step
    for variable in gan.variables:
        for value in getattr(variable.value, "values", [variable.value]):
            assert np.isfinite(value.numpy()).all(), variable.path
            np.testing.assert_array_equal(value, variable.value, err_msg=variable.path)
    print("ok", name)
"""


@pytest.mark.slow
def test_variants_train_on_two_replicas():
    names = [name for name in NAMES if name != "K + 1 classes"]  # a replica may have no label, which is another mean
    process = subprocess.run(
        [sys.executable, "-c", TWO_REPLICAS, ROOT / "tests", *names], env=environment(), capture_output=True, text=True
    )
    assert process.stdout.count("ok ") == len(names), process.stderr[-3000:]


def test_no_variant_is_long_or_touches_the_training():
    tree = ast.parse((ROOT / "tests" / "variants.py").read_text("utf-8"))
    imported = {
        f"{node.module}.{name.name}" for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    assert {name for name in imported if "dcgan_tf" in name} == {
        "dcgan_tf.gan.GAN", "dcgan_tf.training.trainer.Trainer"
    }  # fmt: skip
    classes = [cls for _, cls in inspect.getmembers(variants, inspect.isclass) if cls.__module__ == "variants"]
    assert len(classes) >= 11
    for cls in classes:
        assert len(inspect.getsource(cls).splitlines()) <= 60, cls


# What single variants must do


def line_game(cls, *args, x=1.0, y=1.0, step_size=0.1):
    """V = x·y: G draws the number x, D gives y·x; real samples are 0."""
    one = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    one.set_weights([np.array([[x]])])
    other.set_weights([np.array([[y]])])

    class Line(cls):
        def latents(self, batch_size, seed):
            return tf.ones((batch_size, 1))

    gan = Line(one, other, *args)
    gan.compile(keras.optimizers.SGD(step_size), keras.optimizers.SGD(step_size), loss="wasserstein")
    return gan


def played(gan, rounds):
    """x and y after so many rounds."""
    step = tf.function(gan.train_step)
    for _ in range(rounds):
        step(tf.zeros((4, 1)))
    return np.array([float(gan.generator.weights[0][0, 0]), float(gan.discriminator.weights[0][0, 0])])


def test_the_simultaneous_update_moves_outwards_on_the_bilinear_game():
    end = played(line_game(variants.SimultaneousGAN), 20)
    assert np.hypot(*end) == pytest.approx(np.sqrt(2) * (1 + 0.1**2) ** 10, rel=1e-5)
    assert np.hypot(*played(line_game(GAN), 200)) < 1.6  # Algorithm 1 takes turns and stays bounded


@pytest.mark.parametrize("unroll_steps", [0, 1, 5])
def test_unrolling_follows_its_second_order_term(unroll_steps):
    """D has moved first: y ← y − ηx; then x ← x + η(y − K·η·x) − K·η²·x, of the full derivative of x·(y − Kηx)."""
    gan = line_game(UnrolledGAN, unroll_steps, 0.1)
    end = played(gan, 10)
    x = y = 1.0
    for _ in range(10):
        y -= 0.1 * x
        x += 0.1 * (y - 2 * unroll_steps * 0.1 * x)
    np.testing.assert_allclose(end, [x, y], rtol=1e-5)


def test_a_discriminator_followed_but_not_differentiated_through_loses_the_second_order_term():
    end = played(line_game(UnrolledGAN, 3, 0.1, False), 10)
    x = y = 1.0
    for _ in range(10):
        y -= 0.1 * x
        x += 0.1 * (y - 3 * 0.1 * x)
    np.testing.assert_allclose(end, [x, y], rtol=1e-5)


@pytest.mark.parametrize("settings", [dict(unroll_steps=-1), dict(step_size=-0.1)])
def test_an_unrolled_gan_looks_ahead(settings):
    with pytest.raises(ValueError, match="must be at least 0"):
        UnrolledGAN(variants.generator(), variants.discriminator(), **settings)


def test_a_generator_of_pairs_sees_fresh_real_images():
    seen = []

    class Noting(GAN):
        def judge(self, real, fake, seed):
            seen.append(real.numpy())
            return super().judge(real, fake, seed)

        def generator_loss(self, real, latents):
            seen.append(real.numpy())
            return super().generator_loss(real, latents)

    for loss, parts in (("relativistic", 3), ("non_saturating", 2)):
        seen.clear()
        keras.utils.set_random_seed(0)
        gan = Noting(variants.generator(), variants.discriminator())
        gan.compile(**adam("generator", "discriminator"), loss=loss, discriminator_steps=2, run_eagerly=True)
        gan.train_step(tf.constant(IMAGES[: 4 * parts]))
        distinct = np.unique(np.concatenate(seen).reshape(-1, 784), axis=0)
        assert len(distinct) == 4 * parts
        assert [len(part) for part in seen] == [4, 4, 4]


def test_no_pass_is_made_for_the_real_images_where_the_loss_does_not_use_them():
    calls = []

    class Noting(GAN):
        def logits(self, samples):
            calls.append(samples.shape)
            return super().logits(samples)

    for loss, expected in (("non_saturating", 3), ("relativistic", 4)):
        calls.clear()
        gan = Noting(variants.generator(), variants.discriminator())
        gan.compile(**adam("generator", "discriminator"), loss=loss)
        tf.function(gan.train_step).get_concrete_function(tf.TensorSpec((8, 28, 28, 1), tf.uint8))
        assert len(calls) == expected


@pytest.mark.parametrize("trained", ["generator", "discriminator"])
def test_latent_optimization_differentiates_through_the_step_in_both_updates(trained):
    """Against a step that is held constant: the gradients differ, so Δz is part of both."""
    keras.utils.set_random_seed(0)
    gan = variants.LatentOptimizationGAN(variants.generator(), variants.discriminator(dropout=0))
    gan.compile(**adam("generator", "discriminator"))
    gan.damping = 0.01
    latents, real = gan.latents(8, (0, 1)), gan.scale(tf.constant(IMAGES[:8]))
    loss = {
        "generator": lambda: gan.generator_loss(real, latents),
        "discriminator": lambda: gan.discriminator_loss(real, latents, (0, 2)),
    }[trained]
    (full,) = gan.gradients(trained, loss)
    draw = gan.draw
    with tf.GradientTape() as tape:
        tape.watch(latents)
        logits = gan.logits(GAN.draw(gan, latents))
    slope = tape.gradient(logits, latents)
    moved = tf.clip_by_value(latents + 0.9 * slope / (0.01 + tf.reduce_sum(slope**2, -1, keepdims=True)), -1, 1)
    np.testing.assert_allclose(draw(latents), GAN.draw(gan, moved), atol=1e-5)
    gan.draw = lambda latents: GAN.draw(gan, tf.stop_gradient(moved))
    (stopped,) = gan.gradients(trained, loss)
    apart = [np.abs(a - b).max() for a, b in zip(full, stopped, strict=True)]
    assert max(apart) > 1e-4


@pytest.mark.slow
def test_a_growing_network_draws_at_the_size_of_its_stage(tmp_path):
    sides = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            sides.append(self.model.sample(1).shape[1])

    train("growing", tmp_path, callbacks=[Look()])
    assert sides == [7] * 3 + [14] * 4 + [28] * 5  # the image after step 4 is that of the stage that begins
    with Image.open(tmp_path / "samples" / "epoch_0002.png") as grid:
        assert grid.width == 2 * (2 * 30 + 2)


def test_the_fade_begins_at_the_old_image_and_ends_at_the_new():
    gan, _, _ = build("growing")
    gan._step.assign(4)  # stage 1 begins
    z = gan.latents(3, (0, 0))
    old = gan.part(gan.generator, 0)([z, tf.ones((3, 1, 1, 1))])
    np.testing.assert_array_equal(gan.draw(z), np.repeat(np.repeat(old, 2, 1), 2, 2))
    gan._step.assign(6)
    assert gan.fade(1).numpy().item() == 1


def test_points_are_drawn_as_points(tmp_path):
    gan, points, _ = build("points")
    assert gan.sample(5).shape == (5, 2)
    gan.fit(data.batches(points, 8, 0), steps_per_epoch=2, callbacks=[SampleGrids(tmp_path)], verbose=0)
    pixels = np.asarray(Image.open(tmp_path / "samples" / "epoch_0001.png"))
    assert (pixels != 255).any()


def test_train_step_overridden_without_its_surroundings_is_told():
    class Bare(GAN):
        def train_step(self, images):
            return self._means()

    gan = Bare(variants.generator(), variants.discriminator())
    gan.compile(**adam("generator", "discriminator"))
    with pytest.raises(RuntimeError, match=r"Bare\.train_step makes no step: override update\(\)"):
        gan.fit(data.batches(IMAGES, 8, 0), steps_per_epoch=2, verbose=0)


def test_what_is_reported_must_be_announced():
    class Chatty(GAN):
        def judge(self, real, fake, seed):
            self.report(mood=1.0)
            return super().judge(real, fake, seed)

    gan = Chatty(variants.generator(), variants.discriminator())
    gan.compile(**adam("generator", "discriminator"))
    with pytest.raises(ValueError, match=r"Chatty\.reports must name 'mood'"):
        gan.fit(data.batches(IMAGES, 8, 0), steps_per_epoch=1, verbose=0)


@pytest.mark.parametrize(("units", "activation"), [(1, "sigmoid"), (2, None), (10, "softmax")])
def test_a_discriminator_that_gives_no_logit_is_refused(units, activation):
    wrong = variants.discriminator(units=units)
    wrong.add(keras.layers.Activation(activation))
    with pytest.raises(ValueError, match="must end in one logit"):
        GAN(variants.generator(), wrong)


def test_players_without_an_optimizer_are_named():
    gan = variants.InfoGAN(variants.generator(7), variants.discriminator(), variants.discriminator(units=3))
    with pytest.raises(ValueError, match="lacks encoder_optimizer"):
        gan.compile("adam", "adam")


def test_a_joint_loss_scales_for_each_optimizer(tmp_path):
    """With float16 each player has a scale of its own, and both must be taken back."""
    keras.utils.set_random_seed(0)
    gans = []
    for dtype in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(dtype)
        try:
            gan, images, labels = build("four networks")
        finally:
            keras.config.set_dtype_policy("float32")
        if gans:
            for player in gan.players:
                getattr(gan, player).set_weights(getattr(gans[0], player).get_weights())
        gans.append(gan)
    scales = {"to_b": 64.0, "to_a": 256.0}
    for player, scale in scales.items():
        getattr(gans[1], f"{player}_optimizer").dynamic_scale.assign(scale)
    batch = gans[0].prepare((tf.constant(images[:8]), tf.constant(labels[:8])))
    for player, scale in scales.items():
        full, scaled = (
            gan.gradients(("to_b", "to_a"), gan.translators_loss, *batch)[("to_b", "to_a").index(player)]
            for gan in gans
        )
        norm = lambda group: np.sqrt(sum((np.asarray(g, float) ** 2).sum() for g in group))  # noqa: E731
        assert norm(scaled) / scale == pytest.approx(norm(full), rel=0.05)
