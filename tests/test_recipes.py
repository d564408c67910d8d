import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from dcgan_tf import recipes
from dcgan_tf.conditional import ConditionalGAN, conditions_of

NO_PENALTY = 0.0
# Once more, so that none changes unnoticed: batch size, learning rate, β₁, β₂, the average's decay, epochs,
# γ of R1, the length of z, the widest layers of the generator and the discriminator, and groups.
SETTINGS = {
    "lean": (32, 2e-3, 0.5, 0.99, 0.998, 10, NO_PENALTY, 16, 128, 128, None),
    "tutorial": (256, 1e-4, 0.9, 0.999, 0.0, 50, NO_PENALTY, 100, 256, 128, None),
    "narrow": (32, 1e-3, 0.5, 0.99, 0.998, 20, 10.0, 100, 128, 64, 8),
    "paper": (128, 2e-4, 0.5, 0.999, 0.0, 20, NO_PENALTY, 100, 1024, 512, None),
}
SIZES = {"lean": (28,), "tutorial": (28,), "narrow": (32, 64, 128), "paper": (32, 64, 128)}
DEFAULTS = {28: "lean", 32: "narrow", 64: "narrow", 128: "narrow"}


def built(name, size=None, channels=3, **kwargs):
    size = size or SIZES[name][0]
    return recipes.build(name, (size, size, channels), **kwargs)


def test_every_recipe_is_pinned():
    assert list(recipes.RECIPES) == list(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_settings_are_these_and_reach_the_gan(name):
    batch_size, rate, beta_1, beta_2, decay, epochs, gamma, latent_dim, wide, narrow, groups = SETTINGS[name]
    recipe, gan = recipes.RECIPES[name], built(name)
    assert (recipe.sizes, recipe.batch_size, recipe.epochs) == (SIZES[name], batch_size, epochs)

    assert list(gan.optimizers) == ["generator", "discriminator"]
    for optimizer in gan.optimizers.values():
        assert type(optimizer) is keras.optimizers.Adam
        assert (optimizer.beta_1, optimizer.beta_2) == (beta_1, beta_2)
        assert float(optimizer.learning_rate) == pytest.approx(rate)
    assert gan.average_decay == decay
    assert gan.adversarial_loss.pairs is False
    assert gan.discriminator_steps == 1
    assert gan.generator.input_shape == (None, latent_dim)

    # γ/2 · ‖w‖² at the real samples, of a discriminator that is linear there
    slope = np.random.default_rng(0).normal(size=(32, 32, 3)).astype(np.float32)
    real, fake = tf.zeros((2, 32, 32, 3)), tf.fill((2, 32, 32, 3), np.nan)
    linear = lambda x: tf.reduce_sum(x * slope, (1, 2, 3))[:, None]  # noqa: E731
    penalty = gan.penalty(linear, real, fake, seed=(0, 0)) if gan.penalty else NO_PENALTY
    assert float(penalty) == pytest.approx(gamma / 2 * float(np.sum(slope.astype(float) ** 2)), rel=1e-4)

    maps = {network: max(layer.output.shape[-1] for layer in network.layers if len(layer.output.shape) == 4)
            for network in (gan.generator, gan.discriminator)}  # fmt: skip
    assert list(maps.values()) == [wide, narrow]
    grouped = [layer.groups for layer in gan.discriminator.layers if isinstance(layer, layers.GroupNormalization)]
    assert set(grouped) == ({groups} if groups else set())


@pytest.mark.parametrize("name", SETTINGS)
def test_a_first_step_is_as_long_as_the_learning_rate(name):
    for optimizer in recipes.RECIPES[name].optimizers():
        weight = keras.Variable([1.0, 1.0])
        optimizer.apply([tf.constant([3.0, -0.5])], [weight])
        np.testing.assert_allclose(weight.numpy() - 1, [-SETTINGS[name][1], SETTINGS[name][1]], rtol=1e-3)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_recipe_builds_networks_for_each_of_its_sizes(name):
    recipe = recipes.RECIPES[name]
    for size in recipe.sizes if name != "paper" else (32,):  # the paper's width is large
        for channels in (1, 3):
            generator, discriminator = recipe.networks(size, channels)
            assert generator.output_shape == (None, size, size, channels)
            assert discriminator.input_shape == (None, size, size, channels)


@pytest.mark.parametrize("name", ["lean", "tutorial", "narrow"])
def test_a_condition_makes_the_generator_s_input_longer_and_joins_the_discriminator(name):
    conditions, counts = conditions_of([0, 1, 1, 2])
    gan = built(name, conditions=(conditions, counts), seed=5, names=("a", "b", "c"))
    assert type(gan) is ConditionalGAN
    assert gan.generator.input_shape == (None, SETTINGS[name][7] + 3)
    assert gan.discriminator.input_shape[-1] == 3 + 3
    np.testing.assert_array_equal(gan.conditions, conditions)
    np.testing.assert_array_equal(gan.frequencies, counts)
    assert (gan.seed, gan.names) == (5, ("a", "b", "c"))
    assert gan.average_decay == SETTINGS[name][4]


def test_the_default_recipe_is_one_for_the_size():
    assert {size: recipes.default(size) for size in DEFAULTS} == DEFAULTS
    for size, name in DEFAULTS.items():
        assert recipes.get(name, size) is recipes.RECIPES[name]


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("fat", 28, "there is no recipe 'fat', only lean, tutorial, narrow, paper"),
        ("lean", 32, "lean is for images of 28 pixels, not 32; at 32 there is narrow and paper"),
        ("paper", 28, "of 32 or 64 or 128 pixels, not 28; at 28 there is lean and tutorial"),
        ("paper", 29, "at 29 there is none"),
    ],
)
def test_another_recipe_or_size_is_refused(name, size, message):
    with pytest.raises(ValueError, match=message):
        recipes.get(name, size)


@pytest.mark.parametrize("shape", [(28, 28), (28, 32, 1), (28, 28, 1, 1)])
def test_a_shape_that_is_no_square_image_is_refused(shape):
    with pytest.raises(ValueError, match=r"image_shape must be \(H, W, C\) with H = W, not \(28, "):
        recipes.build("lean", shape)


@pytest.mark.parametrize("conditions", [None, conditions_of([0, 1, 1])])
def test_a_seed_fixes_the_networks_and_is_handed_on(conditions):
    gans = [built("lean", channels=1, seed=seed, conditions=conditions) for seed in (1, 1, 2)]
    weights = [gan.get_weights() for gan in gans]
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))
    assert [gan.seed for gan in gans] == [1, 1, 2]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_xla_is_handed_on(jit_compile):
    assert built("lean", jit_compile=jit_compile).jit_compile is jit_compile
