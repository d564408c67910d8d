import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import Conv2D, Conv2DTranspose, Dense, Embedding

from dcgan_tf import losses
from dcgan_tf.layers import MinibatchStdDev, SpectralNormalization

ROOT = Path(__file__).resolve().parent.parent
OLDEST_KERAS = ROOT / ".venv" / "keras-oldest"


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# SpectralNormalization. Every kernel has another number of inputs than of outputs.

KINDS = {
    "dense": (lambda: Dense(7, bias_initializer="random_normal"), normal(5, 4)),
    "convolution": (lambda: Conv2D(6, 3, bias_initializer="random_normal"), normal(2, 5, 5, 4)),
    "grouped": (lambda: Conv2D(6, (2, 3), groups=2), normal(2, 5, 5, 4)),
    "transposed": (lambda: Conv2DTranspose(5, (2, 3), 2), normal(2, 3, 3, 9)),
    "embedding": (lambda: Embedding(11, 4), np.array([[1, 2, 10]])),
}


@pytest.fixture(params=KINDS)
def kind(request):
    make, inputs = KINDS[request.param]
    return make(), inputs


def by_output(layer, kernel):
    """The kernel as a matrix, one column for each output channel, made up one by one."""
    channel_axis = 2 if isinstance(layer, Conv2DTranspose) else -1
    return np.stack([np.take(kernel, i, channel_axis).ravel() for i in range(kernel.shape[channel_axis])], axis=1)


def largest_singular_value(layer, kernel):
    return np.linalg.svd(by_output(layer, kernel))[1][0]


def kernel_of(layer):
    return (layer.embeddings if isinstance(layer, Embedding) else layer.kernel).numpy()


def separate(layer, gap=1.1):
    """Sets the kernel's largest singular value this far above the second, so that 50 power iterations suffice."""
    kernel = kernel_of(layer)
    u, s, v = np.linalg.svd(by_output(layer, kernel), full_matrices=False)
    matrix = u @ np.diag([gap * s[1], *s[1:]]) @ v
    if isinstance(layer, Conv2DTranspose):
        height, width, outputs, channels = kernel.shape
        kernel = matrix.reshape(height, width, channels, outputs).swapaxes(2, 3)
    else:
        kernel = matrix.reshape(kernel.shape)
    layer.set_weights([kernel, *layer.get_weights()[1:]])


def plain(layer, kernel, inputs):
    """What the layer makes of the inputs with another kernel."""
    kept = layer.get_weights()
    layer.set_weights([kernel, *kept[1:]])
    outputs = layer(inputs).numpy()
    layer.set_weights(kept)
    return outputs


def test_sigma_is_the_largest_singular_value_by_output_channels(kind):
    layer, inputs = kind
    wrapped = SpectralNormalization(layer, power_iterations=50)
    wrapped(inputs)
    separate(layer)
    outputs = wrapped(inputs, training=True).numpy()
    kernel = kernel_of(layer)
    expected = plain(layer, kernel / largest_singular_value(layer, kernel), inputs)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_single_iterations_add_up_over_calls(kind):
    layer, inputs = kind
    wrapped = SpectralNormalization(layer)
    wrapped(inputs)
    separate(layer)
    errors = []
    for _ in range(50):
        outputs = wrapped(inputs, training=True).numpy()
        kernel = kernel_of(layer)
        errors.append(abs(outputs - plain(layer, kernel / largest_singular_value(layer, kernel), inputs)).max())
    assert errors[-1] < 1e-4 * abs(outputs).max()
    assert errors[0] > 10 * errors[-1]


def test_the_kernel_keeps_its_bits(kind):
    layer, inputs = kind
    wrapped = SpectralNormalization(layer)
    wrapped(inputs)
    before = [w.numpy() for w in layer.weights]
    step = tf.function(lambda x: wrapped(x, training=True))
    for _ in range(5):
        wrapped(inputs, training=True)
        step(tf.constant(inputs))
    for weight, old in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)


def test_training_calls_move_u_and_inference_calls_do_not(kind):
    layer, inputs = kind
    wrapped = SpectralNormalization(layer)
    wrapped(inputs)
    start = wrapped.u.numpy()
    wrapped(inputs)
    wrapped(inputs, training=False)
    np.testing.assert_array_equal(wrapped.u.numpy(), start)
    outputs = wrapped(inputs, training=True).numpy()
    assert (wrapped.u.numpy() != start).all()
    # And inference finds the σ of the training call before it.
    np.testing.assert_array_equal(wrapped(inputs).numpy(), outputs)


def test_one_iteration_is_that_of_the_algorithm(kind):
    layer, inputs = kind
    wrapped = SpectralNormalization(layer)
    wrapped(inputs)
    matrix, u = by_output(layer, kernel_of(layer)), wrapped.u.numpy()
    wrapped(inputs, training=True)
    v = matrix @ u / np.linalg.norm(matrix @ u)
    np.testing.assert_allclose(wrapped.u.numpy(), v @ matrix / np.linalg.norm(v @ matrix), rtol=1e-4, atol=1e-6)


def test_u_starts_as_a_seeded_direction():
    first, second = (SpectralNormalization(Dense(64)) for _ in range(2))
    for wrapped in (first, second):
        wrapped.build((None, 3))
    u = first.u.numpy()
    np.testing.assert_array_equal(u, second.u.numpy())
    assert np.linalg.norm(u) == pytest.approx(1)
    assert abs(u.mean() * 8) < 0.5  # no sign is preferred
    assert not first.u.trainable
    assert [w.path.split("/")[-1] for w in first.trainable_variables] == ["kernel", "bias"]


def test_the_loss_does_not_depend_on_the_length_of_the_kernel(kind):
    # ⟨∂L/∂W, W⟩ = 0, which stopping the gradient at σ would break.
    layer, inputs = kind
    wrapped = SpectralNormalization(layer)
    wrapped(inputs)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(wrapped(inputs, training=True) ** 2)
    gradient = tape.gradient(loss, layer.trainable_variables[0])
    gradient, kernel = tf.convert_to_tensor(gradient).numpy(), kernel_of(layer)
    length = np.linalg.norm(gradient) * np.linalg.norm(kernel)
    assert length > 0.1
    assert abs(np.sum(gradient * kernel)) < 1e-5 * length


def test_the_gradient_is_that_of_w_over_sigma():
    # With u and v held, ∂/∂W of ⟨G, W/σ⟩ is (G − ⟨G, W/σ⟩·vuᵀ)/σ (Miyato et al., 2018, equation 12).
    layer = Dense(3, use_bias=False)
    wrapped = SpectralNormalization(layer)
    x, weights = normal(6, 5), normal(6, 3, seed=1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(wrapped(x, training=True) * weights)  # the first call: u is far from its limit
    kernel, u = layer.kernel.numpy(), wrapped.u.numpy()
    v = kernel @ u / np.linalg.norm(kernel @ u)
    sigma, of_normalized = v @ kernel @ u, x.T @ weights
    expected = (of_normalized - np.sum(of_normalized * kernel / sigma) * np.outer(v, u)) / sigma
    np.testing.assert_allclose(tape.gradient(loss, layer.kernel), expected, rtol=1e-4, atol=1e-5)


def test_a_kernel_of_zeros_stays_one_and_can_leave():
    wrapped = SpectralNormalization(Dense(3, kernel_initializer="zeros", bias_initializer="ones"))
    x = normal(4, 5)
    with tf.GradientTape() as tape:
        outputs = wrapped(x, training=True)
    np.testing.assert_array_equal(outputs, np.ones((4, 3)))
    np.testing.assert_allclose(
        tape.gradient(outputs, wrapped.layer.kernel), np.repeat(x.sum(0)[:, None], 3, 1), rtol=1e-5
    )
    assert np.linalg.norm(wrapped.u.numpy()) == pytest.approx(1)


@pytest.mark.parametrize(
    "layer", [keras.layers.ReLU(), keras.layers.DepthwiseConv2D(3), keras.layers.Conv1D(2, 3), "dense", None]
)
def test_other_layers_are_refused(layer):
    with pytest.raises(ValueError, match="layer must be one of Dense, Conv2D, Conv2DTranspose, Embedding, not a"):
        SpectralNormalization(layer)


@pytest.mark.parametrize("power_iterations", [0, -1, 1.5, None])
def test_power_iterations_are_a_number_of_times(power_iterations):
    with pytest.raises(ValueError, match=f"power_iterations must be an integer of at least 1, not {power_iterations}"):
        SpectralNormalization(Dense(1), power_iterations)


def discriminator(policy="float32"):
    """A small one with everything in it; the last layer as in `models`."""
    keras.utils.set_random_seed(1)
    with_policy = {"dtype": policy}
    return keras.Sequential([
        keras.Input((8, 8, 3)),
        SpectralNormalization(Conv2D(6, 3, 2, padding="same", **with_policy), 2),
        keras.layers.LeakyReLU(0.2, **with_policy),
        SpectralNormalization(Conv2DTranspose(5, 3, 2, **with_policy)),
        MinibatchStdDev(2, **with_policy),
        keras.layers.Flatten(**with_policy),
        SpectralNormalization(Dense(1)),
    ])  # fmt: skip


def test_it_works_in_a_functional_network_with_an_embedding():
    labels = keras.Input((1,), dtype="int32")
    vectors = keras.layers.Flatten()(SpectralNormalization(Embedding(10, 4))(labels))
    network = keras.Model(labels, SpectralNormalization(Dense(2))(vectors))
    x = np.arange(10)[:, None]
    eager = network(x, training=False).numpy()
    np.testing.assert_allclose(network.predict(x, verbose=0), eager, rtol=1e-5, atol=1e-6)
    assert eager.shape == (10, 2)


def test_graphs_compute_what_eager_calls_do():
    eager, graph = discriminator(), discriminator()
    x = normal(4, 8, 8, 3)
    step = tf.function(lambda x: graph(x, training=True))
    for _ in range(3):
        np.testing.assert_allclose(step(tf.constant(x)), eager(x, training=True), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(graph.layers[0].u.numpy(), eager.layers[0].u.numpy(), rtol=1e-4, atol=1e-6)


def test_r1_reaches_the_kernels_through_second_derivatives():
    # Of a linear discriminator R1 is γ/2·‖w/σ‖² = γ/2, for w of one output: its gradient in w is 0.
    linear = keras.Sequential([keras.Input((5,)), SpectralNormalization(Dense(1))])
    with tf.GradientTape() as tape:
        penalty = losses.r1(lambda x: linear(x, training=True), normal(4, 5), weight=3.0)
    np.testing.assert_allclose(penalty, 1.5, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(penalty, linear.layers[0].layer.kernel), np.zeros((5, 1)), atol=1e-6)


def test_second_derivatives_agree_with_differences():
    # A smooth network, in double precision; u and v have converged, so that σ's slope in them is 0.
    network = keras.Sequential([
        keras.Input((6, 6, 2), dtype="float64"),
        SpectralNormalization(Conv2D(3, 3, 2, activation="tanh", dtype="float64"), 50),
        keras.layers.Flatten(dtype="float64"),
        SpectralNormalization(Dense(1, dtype="float64")),
    ])  # fmt: skip
    separate(network.layers[0].layer)
    x = tf.constant(np.random.default_rng(0).normal(size=(4, 6, 6, 2)))
    for _ in range(10):
        network(x, training=True)
    kernel = network.layers[0].layer.kernel
    with tf.GradientTape() as tape:
        value = losses.r1(network, x)
    direction = np.random.default_rng(2).normal(size=kernel.shape)
    slope = float(tf.reduce_sum(tape.gradient(value, kernel) * direction))
    start, values = kernel.numpy(), []
    for step in (1e-5, -1e-5):
        kernel.assign(start + step * direction)
        values.append(float(losses.r1(network, x)))
    assert abs(slope) > 0.01 * float(value)
    assert (values[0] - values[1]) / 2e-5 == pytest.approx(slope, rel=1e-4)


@pytest.mark.slow
def test_training_makes_the_loss_smaller_and_the_normalized_kernel_stays_normal():
    network, x = discriminator(), normal(16, 8, 8, 3)
    network.compile(keras.optimizers.Adam(0.01), "mse")
    history = network.fit(x, np.sign(x[:, 0, 0, :1]), batch_size=16, epochs=30, verbose=0, shuffle=False)
    assert history.history["loss"][-1] < 0.7 * history.history["loss"][0]
    wrapped = network.layers[0]
    sigma = largest_singular_value(wrapped.layer, kernel_of(wrapped.layer))
    u, matrix = wrapped.u.numpy(), by_output(wrapped.layer, kernel_of(wrapped.layer))
    assert np.linalg.norm(matrix @ u) == pytest.approx(sigma, rel=0.02)  # power iteration kept up
    assert sigma != pytest.approx(1, abs=1e-3)  # the kernel itself is free


def test_a_stateless_call_takes_substitutes_of_all_variables():
    # As an unrolled discriminator needs: other kernels and biases, and u handed back, nothing assigned.
    network, x = discriminator(), normal(4, 8, 8, 3)
    other = discriminator()
    other.set_weights([w + 0.1 * normal(*w.shape, seed=i) for i, w in enumerate(network.get_weights())])
    before = network.get_weights()
    trainable, rest = ([w.value for w in ws] for ws in (other.trainable_variables, other.non_trainable_variables))
    with tf.GradientTape() as tape:
        tape.watch(trainable)
        outputs, updated = network.stateless_call(trainable, rest, x, training=True)
    assert all(g is not None for g in tape.gradient(outputs, trainable))
    np.testing.assert_allclose(outputs, other(x, training=True), rtol=1e-5, atol=1e-6)
    for value, variable in zip(updated, other.non_trainable_variables, strict=True):
        np.testing.assert_allclose(value, variable.numpy(), rtol=1e-5, atol=1e-6)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_mixed_precision_normalizes_before_it_rounds():
    layer = Dense(7, dtype="mixed_float16")
    network = keras.Sequential([keras.Input((5,)), SpectralNormalization(layer, 50)])
    x = normal(4, 5)
    network(x)
    separate(layer)
    layer.kernel.assign(1e3 * layer.kernel)  # the power iteration's squares are beyond float16
    outputs = network(x, training=True)
    assert outputs.dtype == tf.float16
    assert network.outputs[0].dtype == "float16"
    assert layer.kernel.dtype == network.layers[0].u.dtype == "float32"
    normalized = layer.kernel.numpy() / largest_singular_value(layer, layer.kernel.numpy())
    expected = (x.astype(np.float16) @ normalized.astype(np.float16)).astype(np.float32)
    np.testing.assert_allclose(tf.cast(outputs, tf.float32), expected, rtol=5e-3, atol=2e-3)


def test_the_policy_of_the_wrapped_layer_counts():
    # Under a global policy of mixed precision too σ is computed in float32, and the inputs are handed on as they are.
    seen = []

    class Seen(SpectralNormalization):
        def call(self, inputs, training=False):
            seen.append((inputs.dtype, self.matrix().dtype))
            return super().call(inputs, training=training)

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        wrapped = Seen(Dense(3))
        outputs = wrapped(tf.constant(normal(4, 5), tf.float16))
        assert Seen.from_config(wrapped.get_config()).layer.dtype_policy.name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy(before)
    assert seen == [(tf.float16, tf.float32)]
    assert outputs.dtype == tf.float16


def test_a_network_in_mixed_precision_has_finite_gradients():
    network, x = discriminator("mixed_float16"), normal(4, 8, 8, 3)
    with tf.GradientTape() as tape:
        logits = network(x, training=True)
        loss = tf.reduce_mean(logits) + losses.r1(lambda x: network(x, training=True), x)
    assert logits.dtype == tf.float32
    for gradient in tape.gradient(loss, network.trainable_variables):
        assert np.isfinite(gradient).all()
    np.testing.assert_allclose(logits, discriminator()(x, training=True), atol=0.02)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_saving_and_loading_keeps_every_bit(tmp_path, policy):
    network, x = discriminator(policy), normal(4, 8, 8, 3)
    network(x, training=True)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for training in (False, True, False):
        np.testing.assert_array_equal(loaded(x, training=training), network(x, training=training))
    assert loaded.layers[0].layer.dtype_policy.name == policy
    assert loaded.layers[0].power_iterations == 2
    assert loaded.layers[3].groups == 2


# MinibatchStdDev


def appended(x, layer=None):
    outputs = np.asarray((layer or MinibatchStdDev())(x))
    np.testing.assert_array_equal(outputs[..., :-1], x)
    return outputs[..., -1:]


@pytest.mark.parametrize("shape", [(6, 5, 4, 3), (6, 3), (6, 5, 3)])
def test_one_feature_map_holds_the_mean_deviation_over_the_batch(shape):
    x = 3 * normal(*shape) + 5
    new = appended(x)
    assert new.shape == (*shape[:-1], 1)
    np.testing.assert_allclose(new, np.full(new.shape, x.astype(float).std(axis=0).mean()), rtol=1e-5)


@pytest.mark.parametrize("shape", [(6, 5, 4, 3), (6, 3)])
def test_groups_are_how_many_parts_the_batch_is_split_into(shape):
    x = normal(*shape) * np.arange(1, 7, dtype=np.float32).reshape(6, *[1] * (len(shape) - 1))
    new = appended(x, MinibatchStdDev(groups=2))
    for part in (slice(0, 3), slice(3, 6)):
        expected = x[part].astype(float).std(axis=0).mean()
        np.testing.assert_allclose(new[part], np.full(new[part].shape, expected), rtol=1e-5)
    np.testing.assert_allclose(appended(x, MinibatchStdDev(1)), appended(x))


def test_a_batch_that_groups_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="a batch of 6 cannot be split into 4 groups"):
        MinibatchStdDev(4)(normal(6, 3))


@pytest.mark.parametrize("groups", [0, -1, 2.0])
def test_groups_are_a_number(groups):
    with pytest.raises(ValueError, match=f"groups must be None or an integer of at least 1, not {groups}"):
        MinibatchStdDev(groups)


def test_a_batch_of_copies_has_no_deviation_and_no_nan():
    x = tf.constant(np.repeat(normal(1, 4, 4, 2), 5, axis=0))
    with tf.GradientTape() as tape:
        tape.watch(x)
        new = MinibatchStdDev()(x)[..., -1:]
    assert np.max(new) <= 1.001e-4  # the root of the paper's 1e-8
    np.testing.assert_array_equal(tape.gradient(new, x), np.zeros(x.shape))


def test_the_deviation_of_large_numbers_fits_into_float16():
    x = np.float16([[300.0, 1.0], [-300.0, 1.0], [300.0, -1.0], [-300.0, -1.0]])  # 300² does not
    new = MinibatchStdDev(dtype="float16")(x)
    assert new.dtype == tf.float16
    np.testing.assert_allclose(new[:, -1], np.full(4, 150.5), rtol=1e-3)


def test_a_graph_of_unknown_batch_size_computes_the_same():
    x = normal(6, 4, 4, 3)
    for layer in (MinibatchStdDev(), MinibatchStdDev(3)):
        graph = tf.function(layer, input_signature=[tf.TensorSpec((None, 4, 4, 3))])
        np.testing.assert_allclose(graph(x), layer(x), rtol=1e-6)
    network = keras.Sequential([keras.Input((4, 4, 3)), MinibatchStdDev()])
    assert network.output_shape == (None, 4, 4, 4)


# Other machines: several replicas, the oldest Keras.

ELSEWHERE = """
import sys
import keras, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from dcgan_tf.layers import MinibatchStdDev, SpectralNormalization

with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    network = keras.Sequential([
        keras.Input((8, 8, 3)), SpectralNormalization(keras.layers.Conv2D(6, 3, 2, dtype="mixed_float16")),
        MinibatchStdDev(2, dtype="mixed_float16"), keras.layers.Flatten(),
        SpectralNormalization(keras.layers.Dense(1)),
    ])
    network.compile("sgd", "mse")
x = np.random.default_rng(0).normal(size=(64, 8, 8, 3)).astype(np.float32)
before = network.layers[0].u.numpy()
network.fit(x, x[:, 0, 0, :1], batch_size=16, verbose=0)
u = network.layers[0].u.numpy()
assert abs(np.linalg.norm(u) - 1) < 1e-5, u
assert (u != before).any()
of_each = [copy.numpy() for copy in network.layers[0].u.value.values]
assert len(of_each) == 2 and (of_each[0] == of_each[1]).all()
network.save(sys.argv[1])
loaded = keras.models.load_model(sys.argv[1], compile=False)
for training in (False, True, False):
    assert (loaded(x, training=training).numpy() == network(x, training=training).numpy()).all(), training
print(keras.__version__)
"""


@pytest.mark.parametrize("oldest", [False, True])
@pytest.mark.slow
def test_layers_on_two_replicas_and_with_the_oldest_keras(tmp_path, oldest):
    if oldest and not OLDEST_KERAS.exists():
        pytest.skip("the oldest Keras is not there: `make test` fetches it")
    path = f"{OLDEST_KERAS}:{ROOT}" if oldest else str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "network.keras")],
        env={"PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "2", "PATH": ""}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (done.stdout.strip() == keras.__version__) != oldest
