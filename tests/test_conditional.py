"""A GAN that is told what to draw."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import data, models, recipes
from dcgan_tf.conditional import ConditionalGAN, conditional_discriminator, conditions_of, proportional_rows
from dcgan_tf.training import folder
from dcgan_tf.training.fit import fit


def gan(conditions=None, frequencies=None, **kwargs):
    keras.utils.set_random_seed(0)
    conditions = np.eye(3) if conditions is None else conditions
    c = conditions.shape[1]
    made = ConditionalGAN(
        models.mnist_generator(4 + c), models.mnist_discriminator(1 + c), conditions, frequencies, **kwargs
    )
    made.compile(*(keras.optimizers.Adam(1e-3) for _ in range(2)))
    return made


def test_latents_end_with_a_condition_as_frequent_as_said():
    conditions = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
    latents = gan(conditions, [2, 0, 6]).latents(20_000, (1, 2)).numpy()
    assert latents.shape == (20_000, 6)
    share = [(latents[:, 4:] == row).all(1).mean() for row in conditions]
    np.testing.assert_allclose(share, [0.25, 0, 0.75], atol=0.015)
    assert abs(latents[:, :4].mean()) < 0.02
    assert abs(latents[:, :4].std() - 1) < 0.02


def test_z_and_condition_are_independent():
    latents = gan().latents(20_000, (1, 2)).numpy()
    correlation = np.corrcoef(latents.T)[:4, 4:]
    assert abs(correlation).max() < 0.03


def test_the_discriminator_sees_each_image_with_its_own_condition():
    model = gan()
    seen = []
    call = model.discriminator.call
    model.discriminator.call = lambda x, **kwargs: seen.append(np.array(x)) or call(x, **kwargs)
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1), np.uint8)
    model((images, np.array([2, 0, 1, 1])))
    np.testing.assert_allclose(seen[0][..., :1], images / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(seen[0][..., 1:], np.eye(3)[[2, 0, 1, 1]][:, None, None] * np.ones((4, 28, 28, 3)))


def test_a_penalty_is_on_the_gradient_in_the_image_alone():
    model, seen = gan(), {}

    def penalty(discriminator, real, fake, seed):
        seen.update(logits=discriminator(real), real=real, fake=fake)
        return tf.reduce_sum(real)

    model.compile(*(keras.optimizers.Adam(1e-3) for _ in range(2)), penalty=penalty)
    images = tf.random.stateless_normal((4, 28, 28, 1), (5, 6))
    joined = model.join(images, tf.one_hot([2, 0, 1, 1], 3))
    fake = model.draw(model.latents(4, (3, 4)))
    assert model.gradient_penalty(joined, fake, (0, 0)) == tf.reduce_sum(images)
    np.testing.assert_array_equal(seen["real"], images)
    np.testing.assert_array_equal(seen["fake"], fake[..., :1])
    np.testing.assert_allclose(seen["logits"], model.logits(joined), atol=1e-6)


def test_generated_images_carry_the_condition_they_were_drawn_for():
    model = gan()
    latents = model.latents(8, (3, 4))
    joined = model.draw(latents).numpy()
    assert joined.shape == (8, 28, 28, 4)
    np.testing.assert_array_equal(joined[:, 5, 7, 1:], latents[:, 4:])


@pytest.mark.slow
def test_it_learns_what_the_label_means():
    """Label 0: white images, label 1: black ones."""
    images = np.zeros((64, 28, 28, 1), np.uint8)
    images[::2] = 255
    labels = np.arange(64) % 2
    model = gan(np.eye(2))
    model.compile(*(keras.optimizers.Adam(2e-3, 0.5) for _ in range(2)), average_decay=0.9)
    fit(model, images, 16, 30, labels=labels, verbose=0)
    assert model.sample(8, labels=0).mean() > 170
    assert model.sample(8, labels=1).mean() < 85


def test_integers_rows_and_vectors_ask_for_the_same():
    model = gan()
    asked = [model.sample(4, 1, labels) for labels in (1, [1, 1, 1, 1], [[0, 1, 0]], np.array([[0.0, 1, 0]] * 4))]
    assert all(np.array_equal(asked[0], images) for images in asked[1:])
    assert not np.array_equal(asked[0], model.sample(4, 1, 2))
    everything = model.sample(6, 1)
    np.testing.assert_array_equal(everything[4:], model.sample(6, 1, [0, 0, 1, 1, 2, 2])[4:])


def test_without_labels_each_row_comes_as_often_as_the_data_have_it():
    assert proportional_rows([2, 0, 6], 8).tolist() == [0, 0, 2, 2, 2, 2, 2, 2]
    assert proportional_rows(np.full(10, 0.1), 20).tolist() == np.repeat(np.arange(10), 2).tolist()
    assert np.bincount(proportional_rows([1, 3], 1000)).tolist() == [250, 750]
    model = gan(np.array([[1, 0], [0, 1]]), [3, 1])
    np.testing.assert_array_equal(model.sample(8, 1), model.sample(8, 1, [0, 0, 0, 0, 0, 0, 1, 1]))


def test_a_run_without_a_label_draws_as_often_as_its_data(tmp_path):
    conditions = np.array([[0, 0], [1, 0], [1, 1]], np.float32)
    folder.write_conditions(tmp_path, conditions, [1, 0, 3])
    np.testing.assert_array_equal(folder.read_conditions(tmp_path, 4), conditions[[0, 2, 2, 2]])
    np.testing.assert_array_equal(
        folder.read_conditions(tmp_path, 2, "glasses", ("glasses", "smile")), [[1, 0], [1, 0]]
    )


@pytest.mark.parametrize("labels", [3, -1, [0, 1], [0, 1, 2, 3], [[1, 0]], np.eye(4), np.eye(3), [0.0, 1.0]], ids=str)
def test_labels_that_do_not_fit_are_refused(labels):
    with pytest.raises(ValueError, match="labels must be one for all or 4 of them, integers from 0 to 2"):
        gan().sample(4, labels=labels)


def test_attributes_are_taken_as_they_are():
    model = gan(np.array([[1, 0, 1], [0, 0, 1]]))
    labels = np.array([[1, 0, 1]] * 16, np.uint8)
    images = np.zeros((16, 28, 28, 1), np.uint8)
    history = model.fit(data.batches(images, 8, 0, labels), steps_per_epoch=2, verbose=0).history
    assert np.isfinite(history["generator_loss"]).all()


def test_conditions_of_labels():
    conditions, counts = conditions_of([2, 0, 2, 2], classes=4)
    np.testing.assert_array_equal(conditions, np.eye(4))
    np.testing.assert_array_equal(counts, [1, 0, 3, 0])
    with pytest.raises(ValueError, match="with 2 classes the labels must be below 2, not 2"):
        conditions_of([0, 2], classes=2)
    for wrong in ([-1, 0], [20250000, 20250001]):
        with pytest.raises(ValueError, match=f"number the classes from 0, not be {wrong[0]} to {wrong[1]}"):
            conditions_of(wrong)
    conditions, counts = conditions_of([[1, 0], [0, 0], [1, 0]])
    np.testing.assert_array_equal(conditions, [[0, 0], [1, 0]])
    np.testing.assert_array_equal(counts, [1, 2])


def joined_batch(conditions, seed=0):
    rng = np.random.default_rng(seed)
    images, y = rng.uniform(-1, 1, (6, 28, 28, 1)), rng.normal(size=(6, conditions))
    return np.concatenate([images, y[:, None, None] * np.ones((6, 28, 28, 1))], -1).astype(np.float32)


def test_y_can_join_the_image():
    """Then the first convolution sees C constant channels more."""
    told = conditional_discriminator(models.mnist_discriminator(), 3, before="down_1", maps=0)
    plain = models.mnist_discriminator(1 + 3)
    assert [w.shape for w in told.weights] == [w.shape for w in plain.weights]
    plain.set_weights(told.get_weights())
    np.testing.assert_allclose(told(joined_batch(3)), plain(joined_batch(3)), atol=1e-6)


@pytest.mark.parametrize("maps", [0, 5])
def test_y_joins_before_the_layer_that_is_named(maps):
    told = conditional_discriminator(models.mnist_discriminator(), 3, "down_2", maps)
    joined = joined_batch(3)
    y = joined[:, 0, 0, 1:]
    if maps:
        tell = told.get_layer("label_maps")
        tell.bias.assign(np.random.default_rng(1).normal(size=tell.bias.shape))
        feature_maps = (y @ tell.kernel.numpy() + tell.bias.numpy()).reshape(6, 14, 14, 5)
    else:
        feature_maps = y[:, None, None] * np.ones((6, 14, 14, 1))
    x = joined[..., :1]
    for layer in models.mnist_discriminator().layers:  # for their order alone
        if layer.name == "down_2":
            x = np.concatenate([x, feature_maps], -1)
        x = told.get_layer(layer.name)(x)
    np.testing.assert_allclose(told(joined), x, atol=1e-6)


@pytest.mark.parametrize("maps", [0, 5])
def test_before_the_last_layer_y_cannot_ask_for_anything(maps):
    """Then the logit is f(x) + g(y), and x cannot fit one y better than another."""
    keras.utils.set_random_seed(0)
    told = conditional_discriminator(models.mnist_discriminator(), 3, "logit", maps)
    one, other = joined_batch(3), joined_batch(3)
    other[..., 1:] = [1, -2, 3]
    difference = (told(one) - told(other)).numpy().ravel()
    one[..., :1], other[..., :1] = -one[..., :1], -other[..., :1]
    assert np.ptp(difference) > 1e-4
    np.testing.assert_allclose((told(one) - told(other)).numpy().ravel(), difference, atol=5e-6)  # rounding


def test_y_joins_no_layer_that_there_is_not():
    with pytest.raises(ValueError, match=r"down_1, relu_1, down_2, .*, not 'down_4'"):
        conditional_discriminator(models.mnist_discriminator(), 3, "down_4")


@pytest.mark.slow
def test_a_conditional_discriminator_loads_without_the_project(tmp_path):
    told = conditional_discriminator(models.mnist_discriminator(), 3)
    told.save(tmp_path / "d.keras")
    np.save(tmp_path / "x.npy", joined_batch(3))
    program = (
        "import sys, keras, numpy as np; d = keras.models.load_model('d.keras'); "
        "np.save('logits.npy', d(np.load('x.npy'))); assert 'dcgan_tf' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True)
    np.testing.assert_array_equal(np.load(tmp_path / "logits.npy"), told(joined_batch(3)))


def test_one_hot_concatenation_is_a_bias_for_each_class():
    """Dense([z; y]) = Dense(z) + row y of the weights: an embedding."""
    layer = models.mnist_generator(7).get_layer("project")
    z, y = tf.random.normal((5, 4)), np.array([0, 2, 1, 1, 0])
    kernel = layer.kernel.numpy()
    together = layer(tf.concat([z, np.eye(3, dtype=np.float32)[y]], 1))
    np.testing.assert_allclose(together, z @ kernel[:4] + kernel[4:][y], atol=1e-6)


@pytest.mark.parametrize(
    ("conditions", "frequencies", "message"),
    [
        (np.eye(2)[0], None, "shape"),
        (np.zeros((0, 2)), None, "shape"),
        (np.eye(2), [1, 2, 3], "2 numbers"),
        (np.eye(2), [-1, 2], "at least 0"),
        (np.eye(2), [0, 0], "some of them above"),
    ],
)
def test_bad_conditions(conditions, frequencies, message):
    with pytest.raises(ValueError, match=message):
        ConditionalGAN(models.mnist_generator(6), models.mnist_discriminator(3), conditions, frequencies)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"\(28, 28, 3\), the discriminator takes \(28, 28, 1\)"):
        ConditionalGAN(models.mnist_generator(6), models.mnist_discriminator(1), np.eye(2))
    with pytest.raises(ValueError, match="pairs of images and labels"):
        gan().fit(data.batches(np.zeros((8, 28, 28, 1), np.uint8), 4, 0), steps_per_epoch=1, verbose=0)


@pytest.mark.parametrize("name", ["lean", "tutorial", "narrow"])
def test_recipes(name):
    size = recipes.RECIPES[name].sizes[0]
    model = recipes.build(name, (size, size, 3), conditions=conditions_of([0, 1, 1]))
    assert model.discriminator.get_layer("label_maps").input.shape == (None, 2)
    assert model.sample(2, labels=1).shape == (2, size, size, 3)


@pytest.mark.slow
def test_command_line(command, digits, tmp_path):
    options = ["--data", digits, "--epochs", 1, "--batch-size", 32, "--conditional", "--out", "run"]
    assert command("train", *options).returncode == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["conditional"] is True
    for label in ("7", "3"):
        assert command("sample", "run", "--count", 5, "--label", label, "--out", f"{label}.npz").returncode == 0
    seven, three = (np.load(tmp_path / f"{label}.npz")["images"] for label in "73")
    assert seven.shape == (5, 28, 28, 1)
    assert not np.array_equal(seven, three)
    assert command("sample", "run", "--out", "all.png").returncode == 0
    for label in ("10", "7,3", "seven", ""):
        result = command("sample", "run", "--label", label, "--out", "x.png")
        assert result.returncode == 2
        assert "a label is one class" in result.stderr
        assert result.stderr.count("\n") == 1
    (tmp_path / "run" / "conditions.npz").unlink()  # as after a kill before it was written
    result = command("sample", "run", "--out", "x.png")
    assert result.returncode == 2
    assert "lacks its conditions.npz" in result.stderr
    resumed = command("train", "--resume", "--out", "run", "--epochs", 2)
    assert resumed.returncode == 0, resumed.stderr
    assert (tmp_path / "run" / "conditions.npz").exists()


def test_without_labels_it_says_so(command, tmp_path):
    np.savez(tmp_path / "plain.npz", images=np.zeros((40, 28, 28), np.uint8))
    result = command("train", "--data", "plain.npz", "--conditional", "--out", "run")
    assert result.returncode == 2
    assert "--conditional needs labels" in result.stderr
    assert not (tmp_path / "run").exists()


# What else must not change unnoticed: see mutants.py


def test_the_label_maps_begin_as_small_as_all_other_weights():
    keras.utils.set_random_seed(0)
    tell = conditional_discriminator(models.mnist_discriminator(), 40).get_layer("label_maps")
    kernel = tell.kernel.numpy()
    assert kernel.shape == (40, 14 * 14 * 8)  # eight maps, before the second convolution, when nothing else is said
    assert kernel.std() == pytest.approx(0.02, rel=5 / np.sqrt(2 * kernel.size))
    assert kernel.mean() == pytest.approx(0, abs=5 * 0.02 / np.sqrt(kernel.size))
    assert not tell.bias.numpy().any()


def test_a_step_shows_each_real_image_with_its_own_label():
    seen = []

    class Noting(ConditionalGAN):
        def discriminator_loss(self, real, latents, seed):
            seen.append(real.numpy())
            return super().discriminator_loss(real, latents, seed)

    model = Noting(models.mnist_generator(4 + 3), models.mnist_discriminator(1 + 3), np.eye(3))
    model.compile("adam", "adam", run_eagerly=True)
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1), np.uint8)
    for labels in (np.array([2, 0, 1, 1]), np.eye(3, dtype=np.uint8)[[2, 0, 1, 1]]):
        model.train_step((tf.constant(images), tf.constant(labels)))
    for joined in seen:
        np.testing.assert_allclose(joined[..., :1], images / 127.5 - 1, atol=1e-6)
        np.testing.assert_array_equal(joined[:, 3, 20, 1:], np.eye(3)[[2, 0, 1, 1]])
    assert len(seen) == 2


def test_one_seed_draws_the_same_z_whatever_is_asked_for():
    model = gan()
    drawn = [model.sampler(5, seed, labels) for seed, labels in ((3, 0), (3, 2), (4, 2))]
    assert all(network is model.averaged_generator for network, _ in drawn)
    first, second, third = (latents.numpy() for _, latents in drawn)
    np.testing.assert_array_equal(first[:, :4], second[:, :4])
    assert not np.array_equal(second[:, :4], third[:, :4])
    np.testing.assert_array_equal(second[:, 4:], [[0, 0, 1]] * 5)


def test_a_discriminator_that_is_told_y_must_give_a_logit_too():
    wrong = models.mnist_discriminator(3)
    wrong.add(keras.layers.Activation("sigmoid"))
    with pytest.raises(ValueError, match="must end in one logit"):
        ConditionalGAN(models.mnist_generator(6), wrong, np.eye(2))


def test_z_and_y_are_drawn_with_seeds_of_their_own(monkeypatch):
    model, seeds = gan(), []
    for name in ("stateless_normal", "stateless_categorical"):
        draw = getattr(tf.random, name)
        monkeypatch.setattr(
            tf.random, name, lambda *args, draw=draw: seeds.append(tuple(np.array(args[-1]))) or draw(*args)
        )
    for seed in ((1, 2), (1, 3)):
        model.latents(4, seed)
    assert len(seeds) == len(set(seeds)) == 4


def test_labels_in_a_column_are_rows_too_and_others_are_refused():
    gan = ConditionalGAN(models.mnist_generator(7), models.mnist_discriminator(4), np.eye(3))
    images = np.zeros((2, 28, 28, 1), np.float32)
    for labels in ([2, 0], [[2], [0]], np.eye(3)[[2, 0]]):
        joined = gan.prepare((images, tf.constant(labels)))
        np.testing.assert_array_equal(joined[:, 5, 5, 1:], np.eye(3)[[2, 0]])
    for labels in ([2.0, 0.0], [[2.0], [0.0]], np.eye(4)[[2, 0]], [[[1]], [[0]]]):
        with pytest.raises(ValueError, match=r"labels must be integers \(batch,\) or y \(batch, 3\), not .*float|int"):
            gan.prepare((images, tf.constant(labels)))
