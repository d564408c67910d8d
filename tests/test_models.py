import subprocess
import sys
from itertools import pairwise

import keras
import numpy as np
import pytest
from conftest import OLDEST_KERAS, environment
from keras import layers

from dcgan_tf import models

CONVOLUTIONS = (layers.Conv2D, layers.Conv2DTranspose)

GENERATORS = {
    "tutorial": (models.tutorial_generator, 28, 1),
    "mnist": (models.mnist_generator, 28, 1),
    **{
        f"dcgan {s}": (lambda s=s: models.dcgan_generator(s, latent_dim=7, filters=16), s, 3) for s in (28, 32, 64, 128)
    },
}
DISCRIMINATORS = {
    "tutorial": (models.tutorial_discriminator, 28, 1),
    "mnist": (models.mnist_discriminator, 28, 1),
    **{f"dcgan {s}": (lambda s=s: models.dcgan_discriminator(s, filters=2), s, 3) for s in (28, 32, 64, 128)},
}
BUILDERS = [builder for builder, *_ in (GENERATORS | {f"{k} D": v for k, v in DISCRIMINATORS.items()}).values()]
NETWORKS = pytest.mark.parametrize("builder", BUILDERS, ids=[f"{name} {side}" for side in "GD" for name in GENERATORS])


def kinds(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


# All networks


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_draw_between_minus_one_and_one(name):
    builder, size, channels = GENERATORS[name]
    generator = builder()
    # Large enough to reach the ends: weights of 0.02 make the first images all but grey.
    images = generator(1e12 * np.random.default_rng(0).normal(size=(2, *generator.input_shape[1:]))).numpy()
    assert images.shape == (2, size, size, channels)
    assert images.dtype == np.float32
    assert np.abs(images).max() <= 1
    assert np.abs(images).max() > 0.5
    assert images.min() < 0 < images.max()


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_discriminators_give_logits(name):
    builder, size, channels = DISCRIMINATORS[name]
    keras.utils.set_random_seed(0)
    images = 1e9 * np.random.default_rng(0).normal(size=(8, size, size, channels))
    logits = builder()(images).numpy()
    assert logits.shape == (8, 1)
    assert np.abs(logits).max() > 1  # no sigmoid, no tanh


@NETWORKS
def test_layers_are_named(builder):
    # Keras counts on where it has to make up a name.
    first, second = builder(), builder()
    names = [layer.name for layer in first.layers]
    assert names == [layer.name for layer in second.layers]
    assert first.name == second.name
    assert len(set(names)) == len(names)


@NETWORKS
def test_networks_are_sequential(builder):
    assert type(builder()) is keras.Sequential


@NETWORKS
def test_bias_is_left_to_batch_normalization(builder):
    model = builder()
    weighted = [layer for layer in model.layers if layer.weights]
    for layer, following in pairwise(weighted):
        if isinstance(following, layers.BatchNormalization):
            assert not layer.use_bias


@pytest.fixture
def mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.usefixtures("mixed_precision")
@NETWORKS
def test_pictures_and_logits_stay_in_full_precision(builder):
    model = builder()
    assert model.layers[0].compute_dtype == "float16"
    assert model.outputs[0].dtype == "float32"
    assert model.layers[-1].compute_dtype == "float32"


@pytest.mark.parametrize("builder", [models.tutorial_generator, models.mnist_generator])
def test_28_pixel_generators_take_channels_and_latent_dim(builder):
    model = builder(latent_dim=5, channels=3)
    assert model.input_shape == (None, 5)
    assert model.output_shape == (None, 28, 28, 3)


@pytest.mark.parametrize("builder", [models.tutorial_discriminator, models.mnist_discriminator])
def test_28_pixel_discriminators_take_channels(builder):
    assert builder(channels=3).input_shape == (None, 28, 28, 3)


# tutorial_*


def test_tutorial_generator_has_the_tutorials_parameters():
    project = 100 * 12544 + 4 * 12544  # no bias; batch normalization has γ, β, mean and variance
    up = 25 * 256 * 128 + 4 * 128 + 25 * 128 * 64 + 4 * 64
    assert models.tutorial_generator().count_params() == project + up + 25 * 64 * 1 == 2_330_944


def test_tutorial_discriminator_has_the_tutorials_parameters():
    down = 25 * 1 * 64 + 64 + 25 * 64 * 128 + 128
    assert models.tutorial_discriminator().count_params() == down + 7 * 7 * 128 + 1 == 212_865


def test_tutorial_generator_doubles_twice():
    shapes = [layer.output.shape[1:] for layer in kinds(models.tutorial_generator(), layers.Conv2DTranspose)]
    assert shapes == [(7, 7, 128), (14, 14, 64), (28, 28, 1)]


def test_tutorial_discriminator_halves_twice():
    shapes = [layer.output.shape[1:] for layer in kinds(models.tutorial_discriminator(), layers.Conv2D)]
    assert shapes == [(14, 14, 64), (7, 7, 128)]


@pytest.mark.parametrize(
    ("builder", "n"), [(models.tutorial_generator, 3), (models.tutorial_discriminator, 2)], ids=["G", "D"]
)
def test_tutorial_networks_leak_0_3(builder, n):
    leaky = kinds(builder(), layers.LeakyReLU)
    assert [float(layer(np.float32([-1]))[0]) for layer in leaky] == pytest.approx([-0.3] * n)


def test_tutorial_discriminator_drops_0_3():
    dropouts = kinds(models.tutorial_discriminator(), layers.Dropout)
    shares = [float(np.mean(layer(np.ones((1, 20000), np.float32), training=True) == 0)) for layer in dropouts]
    assert shares == pytest.approx([0.3, 0.3], abs=0.02)


def test_tutorial_discriminator_has_no_batch_normalization():
    assert kinds(models.tutorial_discriminator(), layers.BatchNormalization) == []


@pytest.mark.parametrize("builder", [models.tutorial_generator, models.tutorial_discriminator], ids=["G", "D"])
def test_tutorial_kernels_are_glorots(builder):
    for layer in kinds(builder(), (layers.Dense, *CONVOLUTIONS)):
        receptive = np.prod(layer.kernel.shape[:-2])
        limit = np.sqrt(6 / (receptive * sum(layer.kernel.shape[-2:])))  # Glorot and Bengio, equation 16
        assert np.abs(layer.kernel.numpy()).max() == pytest.approx(limit, rel=0.05)


@pytest.mark.parametrize("keras_path", [None, OLDEST_KERAS], ids=["newest Keras", "oldest Keras"])
@pytest.mark.slow
def test_copies_draw_what_the_network_draws(keras_path):
    """The averaged generator is a copy by configuration, and so is a file."""
    if keras_path and not keras_path.exists():
        pytest.skip(f"no oldest Keras in {keras_path}: `make test` installs it there")
    program = (
        "import keras, numpy as np; from dcgan_tf import models\n"
        "pairs = (models.mnist_generator(), models.mnist_discriminator()), "
        "(models.dcgan_generator(32, filters=16), models.dcgan_discriminator(32, filters=2))\n"
        "for network in sum(pairs, ()):\n"
        "    copy = keras.models.clone_model(network); copy.set_weights(network.get_weights())\n"
        "    x = np.random.default_rng(0).normal(size=(2, *network.input_shape[1:])).astype(np.float32)\n"
        "    np.testing.assert_array_equal(copy(x), network(x))\n"
        "print(keras.__version__)"
    )
    env = environment(first_path=keras_path and str(keras_path))
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (done.stdout.strip() == "3.13.2") == bool(keras_path)


# mnist_*


@pytest.mark.parametrize("builder", [models.mnist_generator, models.mnist_discriminator], ids=["G", "D"])
def test_mnist_networks_come_back_from_a_file(tmp_path, builder):
    model = builder()
    x = np.random.default_rng(0).normal(size=(3, *model.input_shape[1:])).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]


# dcgan_*


def generator_parameters(size, channels, latent_dim, filters):
    maps = [filters]
    while 4 * 2 ** len(maps) < size:
        maps.append(maps[-1] // 2)
    convolutions = sum(25 * a * b for a, b in pairwise(maps))
    return latent_dim * 16 * filters + convolutions + 4 * sum(maps) + 25 * maps[-1] * channels + channels


def discriminator_parameters(size, channels, filters):
    maps = [filters]
    while 4 * 2 ** len(maps) < size:
        maps.append(maps[-1] * 2)
    convolutions = sum(25 * a * b for a, b in pairwise(maps))
    return 25 * channels * filters + filters + convolutions + 4 * sum(maps[1:]) + 16 * maps[-1] + 1


@pytest.mark.parametrize("size", [28, 32, 64, 128])
@pytest.mark.parametrize(("channels", "latent_dim", "filters"), [(3, 100, 64), (1, 5, 16)])
def test_dcgan_parameters(size, channels, latent_dim, filters):
    generator = models.dcgan_generator(size, channels, latent_dim, filters)
    discriminator = models.dcgan_discriminator(size, channels, filters // 8)
    assert generator.count_params() == generator_parameters(size, channels, latent_dim, filters)
    assert discriminator.count_params() == discriminator_parameters(size, channels, filters // 8)


def test_dcgan_generator_is_figure_1():
    model = models.dcgan_generator()
    maps = [model.get_layer("reshape"), *kinds(model, layers.Conv2DTranspose)]
    assert [layer.output.shape[1:] for layer in maps] == [
        (4, 4, 1024),
        (8, 8, 512),
        (16, 16, 256),
        (32, 32, 128),
        (64, 64, 3),
    ]
    assert model.count_params() == generator_parameters(64, 3, 100, 1024) == 18_858_883


def test_dcgan_discriminator_mirrors_figure_1():
    model = models.dcgan_discriminator()
    shapes = [layer.output.shape[1:] for layer in kinds(model, layers.Conv2D)]
    assert shapes == [(32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024)]
    assert model.count_params() == discriminator_parameters(64, 3, 128)


def dcgan_pair(size):
    return models.dcgan_generator(size, filters=16), models.dcgan_discriminator(size, filters=2)


@pytest.mark.parametrize("size", [28, 32, 64, 128])
def test_dcgan_uses_strides_for_all_resampling(size):
    for model in dcgan_pair(size):
        convolutions = kinds(model, CONVOLUTIONS)
        assert {(layer.kernel_size, layer.strides) for layer in convolutions} == {((5, 5), (2, 2))}
        assert len(convolutions) == np.ceil(np.log2(size / 4))


@pytest.mark.parametrize("size", [28, 32, 64, 128])
def test_dcgan_normalizes_all_but_the_image_and_the_input(size):
    for model, bare in zip(dcgan_pair(size), ("image", "down_1"), strict=True):
        followed = {
            layer.name: isinstance(following, layers.BatchNormalization)
            for layer, following in pairwise(layer for layer in model.layers if layer.name != "crop")
            if isinstance(layer, (*CONVOLUTIONS, layers.Reshape))
        }
        assert [name for name, normalized in followed.items() if not normalized] == [bare]


def test_dcgan_generator_rectifies():
    activations = kinds(models.dcgan_generator(64, filters=16), layers.ReLU)
    assert [layer(np.float32([-1, 2])).numpy().tolist() for layer in activations] == [[0, 2]] * 4


def test_dcgan_discriminator_leaks_0_2():
    leaky = kinds(models.dcgan_discriminator(64, filters=2), layers.LeakyReLU)
    assert [float(layer(np.float32([-1]))[0]) for layer in leaky] == pytest.approx([-0.2] * 4)


@pytest.mark.parametrize(
    "builder",
    [
        lambda: models.dcgan_generator(32, filters=256),
        lambda: models.dcgan_discriminator(32, filters=32),
    ],
    ids=["G", "D"],
)
def test_weights_are_drawn_as_in_the_paper(builder):
    keras.utils.set_random_seed(0)
    model = builder()
    for layer in kinds(model, (layers.Dense, *CONVOLUTIONS)):
        kernel = layer.kernel.numpy()
        assert kernel.std() == pytest.approx(0.02, rel=5 / np.sqrt(2 * kernel.size))
        assert kernel.mean() == pytest.approx(0, abs=5 * 0.02 / np.sqrt(kernel.size))
    gammas = np.concatenate([layer.gamma.numpy() for layer in kinds(model, layers.BatchNormalization)])
    assert gammas.std() == pytest.approx(0.02, rel=5 / np.sqrt(2 * gammas.size))
    assert gammas.mean() == pytest.approx(1, abs=5 * 0.02 / np.sqrt(gammas.size))


@pytest.mark.parametrize(
    ("builder", "momentum", "epsilon"),
    [
        (models.tutorial_generator, 0.99, 1e-3),  # Keras's own, as in the tutorial
        (models.mnist_generator, 0.9, 1e-5),
        (models.mnist_discriminator, 0.9, 1e-5),
        (lambda: models.dcgan_generator(32, filters=16), 0.9, 1e-5),
        (lambda: models.dcgan_discriminator(32, filters=2), 0.9, 1e-5),
    ],
    ids=["tutorial", "mnist G", "mnist D", "dcgan G", "dcgan D"],
)
def test_batch_normalization_has_its_momentum_and_epsilon(builder, momentum, epsilon):
    norms = kinds(builder(), layers.BatchNormalization)
    assert norms
    for norm in norms:
        # Narrow: then ε shows beside the variance, 0.05².
        x = np.random.default_rng(0).normal(3.0, 0.05, (8, *norm.input.shape[1:])).astype(np.float32)
        channels, axes = x.shape[-1], tuple(range(x.ndim - 1))
        norm.set_weights([np.ones(channels), *[np.zeros(channels)] * 3])
        mean, variance = x.mean(axis=axes, dtype=float), x.var(axis=axes, dtype=float)
        np.testing.assert_allclose(norm(x, training=True), (x - mean) / np.sqrt(variance + epsilon), atol=5e-3)
        np.testing.assert_allclose(norm.moving_mean, (1 - momentum) * mean, rtol=1e-4)


@pytest.mark.parametrize("groups", [2, 4])
def test_group_normalization_has_its_groups(groups):
    """Each group of successive channels of each image has mean 0 and variance 1."""
    model = models.dcgan_discriminator(32, filters=8, groups=groups)
    norms = kinds(model, layers.GroupNormalization)
    assert [norm.gamma.shape[0] for norm in norms] == [16, 32]  # none on the input layer
    assert not kinds(model, layers.BatchNormalization)
    for norm in norms:
        channels = norm.gamma.shape[0]
        x = np.random.default_rng(0).normal(size=(3, 5, 5, channels)) * np.linspace(1, 9, channels) + np.arange(
            channels
        )
        grouped = np.asarray(norm(x.astype(np.float32))).reshape(3, 25, groups, channels // groups)
        np.testing.assert_allclose(grouped.mean(axis=(1, 3)), 0, atol=1e-4)
        np.testing.assert_allclose(grouped.std(axis=(1, 3)), 1, atol=1e-3)


def test_28_pixels_are_cropped_as_a_transposed_convolution_to_7_by_7_would_crop_them():
    model = models.mnist_generator()
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 128)).astype(np.float32)
    cropped = model.get_layer("crop")(model.get_layer("up_1")(x))
    to_7 = layers.Conv2DTranspose(64, 5, 2, padding="same", output_padding=0, use_bias=False)
    to_7.build(x.shape)
    to_7.set_weights(model.get_layer("up_1").get_weights())
    assert cropped.shape == (2, 7, 7, 64)
    np.testing.assert_allclose(cropped, to_7(x), atol=1e-5)


@NETWORKS
def test_biases_start_at_zero(builder):
    biases = [layer.bias.numpy() for layer in kinds(builder(), (layers.Dense, *CONVOLUTIONS)) if layer.use_bias]
    assert all((bias == 0).all() for bias in biases)


def test_dcgan_discriminator_with_group_normalization_judges_each_image_by_itself():
    images = np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 3)).astype(np.float32)
    by_itself = []
    for groups in (None, 4):
        model = models.dcgan_discriminator(32, filters=8, groups=groups)
        alone, together = model(images[:2], training=True)[:2], model(images, training=True)[:2]
        by_itself.append(np.allclose(alone, together, atol=1e-6))
        assert [layer.use_bias for layer in kinds(model, layers.Conv2D)] == [True, *[groups is not None] * 2]
    assert by_itself == [False, True]


@pytest.mark.parametrize("builder", [models.dcgan_generator, models.dcgan_discriminator])
@pytest.mark.parametrize("size", [0, 4, 16, 27, 48, 256])
def test_dcgan_names_the_sizes_it_has(builder, size):
    with pytest.raises(ValueError, match=f"image_size must be 28, 32, 64 or 128, not {size}$"):
        builder(size)


@pytest.mark.parametrize(
    ("size", "filters", "multiple"), [(28, 2, 4), (32, 6, 4), (64, 12, 8), (128, 8, 16), (64, 0, 8), (32, -4, 4)]
)
def test_dcgan_generator_needs_filters_to_halve(size, filters, multiple):
    with pytest.raises(ValueError, match=f"a multiple of {multiple} for {size} pixels, not {filters}"):
        models.dcgan_generator(size, filters=filters)


def test_dcgan_discriminator_needs_filters():
    with pytest.raises(ValueError, match="filters must be an integer of at least 1, not 0"):
        models.dcgan_discriminator(filters=0)


def test_the_lean_pair_is_the_papers_in_small():
    generator, discriminator = models.mnist_generator(), models.mnist_discriminator()
    maps = [generator.get_layer("reshape"), *kinds(generator, layers.Conv2DTranspose)]
    assert [layer.output.shape[1:] for layer in maps] == [(4, 4, 128), (8, 8, 64), (14, 14, 32), (28, 28, 1)]
    shapes = [layer.output.shape[1:] for layer in kinds(discriminator, layers.Conv2D)]
    assert shapes == [(14, 14, 32), (7, 7, 64), (4, 4, 128)]
    # Weights of the kernels, biases, and four numbers a channel of a normalization.
    parameters = 16 * 4 * 4 * 128 + 4 * 128 + 25 * 128 * 64 + 4 * 64 + 25 * 64 * 32 + 4 * 32 + 25 * 32 + 1
    assert generator.count_params() == parameters == 290_465
    parameters = (25 * 32 + 32) + 25 * 32 * 64 + 4 * 64 + 25 * 64 * 128 + 4 * 128 + 4 * 4 * 128 + 1
    assert discriminator.count_params() == parameters == 259_649


# rebuild


def network():
    """With weights of its own in every layer, and a state that only training changes."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((4,)), layers.Dense(6, name="wide"), layers.BatchNormalization(name="norm"),
        layers.LeakyReLU(0.2, name="leak"), layers.Dense(1, name="logit"),
    ], name="small")  # fmt: skip
    model.set_weights([np.random.default_rng(i).uniform(0.5, 2, w.shape) for i, w in enumerate(model.get_weights())])
    return model


def weights_by_layer(model):
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def unchanged(layer, x):
    return layer(x)


@pytest.mark.parametrize("call", [None, unchanged])
def test_a_copy_with_the_weights_computes_the_same_and_shares_nothing(call):
    model, x = network(), np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    copy = models.rebuild(model, call, keep_weights=True)
    expected = model(x).numpy()
    np.testing.assert_array_equal(copy(x), expected)
    assert copy.name == "small"
    assert (type(copy) is keras.Sequential) == (call is None)
    assert not {id(layer) for layer in copy.layers} & {id(layer) for layer in model.layers}
    for weight in copy.weights:
        weight.assign(0 * weight)
    np.testing.assert_array_equal(model(x), expected)


@pytest.mark.parametrize("call", [None, unchanged])
def test_a_copy_without_the_weights_draws_them_anew(call):
    model = network()
    copy = models.rebuild(model, call)
    assert [w.shape for w in copy.weights] == [w.shape for w in model.weights]
    assert not any(np.allclose(a, b) for a, b in zip(copy.get_weights(), model.get_weights(), strict=True))
    np.testing.assert_array_equal(copy.get_layer("norm").moving_variance, np.ones(6))


def test_a_layer_is_replaced_and_another_added_and_a_third_left_out():
    model, x = network(), np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)

    def call(layer, x):
        if layer.name == "leak":
            return layers.ReLU(name="rectify")(x)
        if layer.name == "norm":
            return x
        return layers.Rescaling(2.0, name="double")(layer(x)) if layer.name == "wide" else layer(x)

    copy = models.rebuild(model, call, keep_weights=True)
    (w, b), (v, c) = (weights_by_layer(model)[name] for name in ("wide", "logit"))
    np.testing.assert_allclose(copy(x), np.maximum(2 * (x @ w + b), 0) @ v + c, rtol=1e-5)
    assert list(weights_by_layer(copy)) == ["wide", "logit"]
    assert model.get_layer("leak") in model.layers  # the first is as it was


def test_another_input_may_be_given():
    wider = keras.Input((7,))
    copy = models.rebuild(network(), lambda layer, x: layer(x[:, :4] if x is wider else x), True, inputs=wider)
    x = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    np.testing.assert_allclose(copy(x), network()(x[:, :4]), rtol=1e-5)


def test_a_copy_is_not_compiled_with_a_function_and_without():
    model = network()
    model.compile("adam", "mse")
    for copy in (models.rebuild(model), models.rebuild(model, lambda layer, x: layer(x))):
        assert not copy.compiled
        assert getattr(copy, "optimizer", None) is None
    assert model.compiled


class Doubled(keras.Model):
    """A subclass, whose copies get names of their own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(3)

    def call(self, x):
        return 2 * self.dense(x)


def test_the_weights_of_a_subclass_within_a_network_are_kept_too():
    x = keras.Input((4,))
    model = keras.Model(x, Doubled()(x))
    copy = models.rebuild(model, keep_weights=True)
    np.testing.assert_array_equal(copy.get_weights()[0], model.get_weights()[0])


def test_what_cannot_be_copied_is_told():
    x = keras.Input((4,))
    with pytest.raises(ValueError, match=r"doubled.* does not know its inputs: .*keras\.Model\(x, network\(x\)\)"):
        models.rebuild(Doubled())
    with pytest.raises(ValueError, match=r"cannot be copied: .* a Lambda must have a named function"):
        models.rebuild(keras.Model(x, layers.Lambda(lambda x: 2 * x)(x)))
