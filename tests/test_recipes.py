import numpy as np
import pytest

from dcgan_tf import recipes


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_recipe_builds_networks_for_each_of_its_sizes(name):
    recipe = recipes.RECIPES[name]
    for size in recipe.sizes if name != "paper" else (32,):  # the paper's width is large
        for channels in (1, 3):
            generator, discriminator = recipe.networks(size, channels)
            assert generator.output_shape == (None, size, size, channels)
            assert discriminator.input_shape == (None, size, size, channels)


def test_the_tutorial_s_settings():
    gan = recipes.build("tutorial", (28, 28, 1))
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(1e-4)
        assert optimizer.beta_1 == 0.9
    assert gan.average_decay == 0
    assert recipes.RECIPES["tutorial"].batch_size == 256


def test_the_paper_s_settings():
    recipe = recipes.RECIPES["paper"]
    assert (recipe.batch_size, recipe.learning_rate, recipe.beta_1) == (128, 2e-4, 0.5)
    assert recipe.networks.keywords == {"filters": 1024}
    assert recipe.penalty is None


def test_a_recipe_s_settings_reach_the_gan():
    gan = recipes.build("narrow", (64, 64, 3))
    recipe = recipes.RECIPES["narrow"]
    assert gan.penalty is recipe.penalty is not None
    assert gan.average_decay == recipe.average_decay
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(recipe.learning_rate)
        assert (optimizer.beta_1, optimizer.beta_2) == (recipe.beta_1, recipe.beta_2)


@pytest.mark.parametrize("shape", [(28, 28), (28, 32, 1), (28, 28, 1, 1)])
def test_a_shape_that_is_no_square_image_is_refused(shape):
    with pytest.raises(ValueError, match=r"image_shape must be \(H, W, C\) with H = W, not \(28, "):
        recipes.build("lean", shape)


def test_a_seed_fixes_the_networks():
    weights = [recipes.build("lean", (28, 28, 1), seed).get_weights() for seed in (1, 1, 2)]
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))
