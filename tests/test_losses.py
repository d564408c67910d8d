from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, log_expit
from scipy.stats import kstest

from dcgan_tf import losses

random = np.random.default_rng(0)
REAL, FAKE = random.normal(0, 5, (7, 1)), random.normal(0, 5, (7, 1))


def relu(x):
    return np.maximum(x, 0)


# −log D(x) − log(1 − D(G(z))) with D = σ(logit), and so on: the papers' own formulas.
CLOSED_FORMS = {
    "minimax": (
        lambda real, fake: -log_expit(real).mean() - log_expit(-fake).mean(),
        lambda fake: log_expit(-fake).mean(),
    ),
    "non_saturating": (
        lambda real, fake: -log_expit(real).mean() - log_expit(-fake).mean(),
        lambda fake: -log_expit(fake).mean(),
    ),
    "least_squares": (
        lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
        lambda fake: ((fake - 1) ** 2).mean() / 2,
    ),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
    "hinge": (lambda real, fake: relu(1 - real).mean() + relu(1 + fake).mean(), lambda fake: -fake.mean()),
}


@pytest.mark.parametrize("name", losses.LOSSES)
def test_losses_equal_their_closed_forms(name):
    loss, (discriminator, generator) = losses.get(name), CLOSED_FORMS[name]
    np.testing.assert_allclose(loss.discriminator(tf.constant(REAL), tf.constant(FAKE)), discriminator(REAL, FAKE))
    np.testing.assert_allclose(loss.generator(tf.constant(FAKE)), generator(FAKE))


@pytest.mark.parametrize("name", losses.LOSSES)
@pytest.mark.parametrize(("real", "fake"), [(1e3, -1e3), (-1e3, 1e3), (1e3, 1e3)])
def test_extreme_logits_do_not_overflow(name, real, fake):
    loss, (discriminator, generator) = losses.get(name), CLOSED_FORMS[name]
    real, fake = np.float32([[real]]), np.float32([[fake]])
    np.testing.assert_allclose(loss.discriminator(real, fake), discriminator(real, fake), rtol=1e-6)
    np.testing.assert_allclose(loss.generator(fake), generator(fake), rtol=1e-6)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_an_undecided_discriminator_costs_log_4(name):
    zeros = tf.zeros((5, 1), tf.float64)
    np.testing.assert_allclose(losses.get(name).discriminator(zeros, zeros), np.log(4))


def gradients(function, *logits):
    logits = [tf.constant(x) for x in logits]
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = function(*logits)
    return tape.gradient(value, logits)


def test_the_minimax_generator_stalls_where_it_loses():
    (gradient,) = gradients(losses.minimax.generator, FAKE)
    np.testing.assert_allclose(gradient, -expit(FAKE) / len(FAKE))


def test_the_non_saturating_generator_stalls_where_it_wins():
    (gradient,) = gradients(losses.non_saturating.generator, FAKE)
    np.testing.assert_allclose(gradient, -expit(-FAKE) / len(FAKE))


def test_the_discriminators_gradient_is_its_error():
    of_real, of_fake = gradients(losses.minimax.discriminator, REAL, FAKE)
    np.testing.assert_allclose(of_real, -expit(-REAL) / len(REAL))
    np.testing.assert_allclose(of_fake, expit(FAKE) / len(FAKE))


def test_get_passes_on_any_pair_of_functions():
    pair = SimpleNamespace(discriminator=max, generator=min)
    assert losses.get(pair) is pair
    assert losses.get(losses.hinge) is losses.hinge


@pytest.mark.parametrize("name", ["", "Hinge", "bce"])
def test_get_lists_the_names(name):
    with pytest.raises(ValueError, match=f"minimax, non_saturating, least_squares, wasserstein, hinge, not '{name}'"):
        losses.get(name)


@pytest.mark.parametrize("loss", [None, len, SimpleNamespace(discriminator=max), ("hinge", "hinge")])
def test_get_refuses_what_is_no_pair(loss):
    with pytest.raises(ValueError, match="the functions discriminator and generator"):
        losses.get(loss)


# smooth


@pytest.mark.parametrize("label", [0.6, 0.9, 1.0])
def test_smoothing_is_one_sided(label):
    smoothed = losses.smooth(losses.minimax, label).discriminator(tf.constant(REAL), tf.constant(FAKE))
    real = -label * log_expit(REAL) - (1 - label) * log_expit(-REAL)
    np.testing.assert_allclose(smoothed, real.mean() - log_expit(-FAKE).mean())


def test_smoothing_defaults_to_the_papers_label():
    smoothed = losses.smooth().discriminator(tf.constant(REAL), tf.constant(FAKE))
    np.testing.assert_allclose(smoothed, losses.smooth(losses.minimax, 0.9).discriminator(REAL, FAKE))


@pytest.mark.parametrize("loss", [losses.minimax, losses.non_saturating])
def test_smoothing_keeps_the_generators_side(loss):
    assert losses.smooth(loss).generator is loss.generator


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5), st.floats(0.51, 1.0))
def test_the_best_smoothed_discriminator_is_alpha_p_over_p_plus_q(counts, label):
    # p and q as how often each value occurs among the real and the generated; means would weigh the two by
    # their numbers, sums are what the theorem speaks of.
    p, q = np.array(counts, float).T
    optimum = np.log(label * p / (p + q - label * p))
    real, fake = (np.repeat(np.arange(len(n)), n.astype(int)) for n in (p, q))

    def cost(logits):
        loss = losses.smooth(losses.minimax, label).discriminator
        # The mean of either side alone, times its number.
        of_real = loss(tf.gather(logits, real), tf.constant([-1e9], tf.float64))
        of_fake = loss(tf.constant([0.0], tf.float64), tf.gather(logits, fake)) - np.log(2)
        return p.sum() * of_real + q.sum() * of_fake

    (gradient,) = gradients(cost, optimum)
    np.testing.assert_allclose(tf.convert_to_tensor(gradient), 0, atol=1e-9)


@pytest.mark.parametrize("loss", [losses.hinge, losses.wasserstein, losses.least_squares])
def test_smoothing_needs_labels(loss):
    with pytest.raises(ValueError, match="only minimax and non_saturating"):
        losses.smooth(loss)


@pytest.mark.parametrize("label", [-0.1, 0.0, 0.5, 1.1])
def test_smoothing_needs_a_label_that_says_real(label):
    with pytest.raises(ValueError, match=f"above 0.5 and at most 1, not {label}"):
        losses.smooth(real_label=label)


# penalties

SHAPE = (6, 5, 4, 3)


def images(seed, shape=SHAPE):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def linear(w):
    return lambda x: tf.reduce_sum(x * w, [1, 2, 3])[:, None]


def quadratic(x):
    """∇D(x) = x."""
    return 0.5 * tf.reduce_sum(x**2, [1, 2, 3])[:, None]


@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan])
@pytest.mark.parametrize("length", [0.1, 1.0, 7.0])
def test_slope_of_a_linear_discriminator_is_held_at_1(penalty, length):
    w = images(0, SHAPE[1:])
    w = length * w / tf.norm(w)
    np.testing.assert_allclose(penalty(linear(w), images(1), images(2)), 10 * (length - 1) ** 2, atol=1e-4)
    np.testing.assert_allclose(penalty(linear(w), images(1), images(2), weight=0.5), 0.5 * (length - 1) ** 2, atol=1e-5)


def test_r1_of_a_linear_discriminator():
    w = images(0, SHAPE[1:])
    squared = np.sum(w.numpy().astype(float) ** 2)
    np.testing.assert_allclose(losses.r1(linear(w), images(1)), 10 / 2 * squared, rtol=1e-5)
    np.testing.assert_allclose(losses.r1(linear(w), images(1), weight=0.2), 0.1 * squared, rtol=1e-5)


def squared_norms(x):
    return np.sum(x.numpy().astype(float).reshape(len(x), -1) ** 2, axis=1)


def test_gradient_penalty_takes_the_norm_of_each_sample():
    x = images(1) * tf.reshape(tf.range(6.0), (6, 1, 1, 1))
    expected = 10 * np.mean((np.sqrt(squared_norms(x)) - 1) ** 2)
    np.testing.assert_allclose(losses.gradient_penalty(quadratic, x, x), expected, rtol=1e-5)


def test_dragan_takes_the_norm_of_each_sample():
    seen = Spy(quadratic)
    penalty = losses.dragan(seen, images(1))
    np.testing.assert_allclose(penalty, 10 * np.mean((np.sqrt(squared_norms(seen.images)) - 1) ** 2), rtol=1e-5)


def test_r1_takes_the_norm_of_each_real_sample():
    np.testing.assert_allclose(losses.r1(quadratic, images(1)), 5 * squared_norms(images(1)).mean(), rtol=1e-5)


class Spy:
    """Remembers what it was shown."""

    def __init__(self, discriminator=quadratic):
        self.discriminator = discriminator

    def __call__(self, images):
        self.images = images
        return self.discriminator(images)


def interpolation_factors(n, seed):
    spy = Spy()
    losses.gradient_penalty(spy, tf.ones((n, 2, 2, 3)), tf.zeros((n, 2, 2, 3)), seed=seed)
    return spy.images.numpy()


@pytest.mark.parametrize("seed", [None, (1, 2)])
def test_interpolation_factor_is_one_a_sample(seed):
    factors = interpolation_factors(50, seed)
    assert (factors == factors[:, :1, :1, :1]).all()
    assert len(np.unique(factors)) == 50


def test_interpolation_factor_is_uniform():
    factors = interpolation_factors(3000, (1, 2))[:, 0, 0, 0]
    assert factors.min() >= 0
    assert factors.max() < 1
    assert kstest(factors, "uniform").pvalue > 0.01


def test_interpolation_factor_is_one_a_sample_in_a_graph_of_unknown_batch_size():
    @tf.function(input_signature=[tf.TensorSpec((None, 2, 2, 3))])
    def interpolated(real):
        spy = Spy()
        losses.gradient_penalty(spy, real, tf.zeros_like(real))
        return spy.images

    factors = interpolated(tf.ones((50, 2, 2, 3))).numpy()
    assert (factors == factors[:, :1, :1, :1]).all()
    assert len(np.unique(factors)) == 50


def test_interpolation_lies_between_its_own_pair():
    spy, real, fake = Spy(), images(1), images(2)
    losses.gradient_penalty(spy, real, fake)
    factors = ((spy.images - fake) / (real - fake)).numpy()
    np.testing.assert_allclose(factors, np.broadcast_to(np.median(factors, (1, 2, 3), keepdims=True), SHAPE), atol=1e-2)


def test_dragan_stays_near_the_real_images():
    spy, real = Spy(), images(1)
    losses.dragan(spy, real, tf.fill(SHAPE, np.nan))
    steps = (spy.images - real).numpy()
    assert steps.min() >= -1e-6
    assert steps.max() <= 0.5 * real.numpy().std()
    assert (steps.std(axis=(1, 2, 3)) > 0).all()  # another for each pixel


def test_r1_looks_at_the_real_images_alone():
    spy = Spy()
    losses.r1(spy, images(1), tf.fill(SHAPE, np.nan))
    np.testing.assert_array_equal(spy.images, images(1))


PENALTIES = [losses.gradient_penalty, losses.dragan, losses.r1]


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("discriminator", [lambda w: linear(w), lambda w: lambda x: tf.zeros((len(x), 1)) * w[0, 0, 0]])
def test_no_nan_where_the_gradient_is_zero(penalty, discriminator):
    w = tf.Variable(tf.zeros(SHAPE[1:]))
    with tf.GradientTape() as tape:
        value = penalty(discriminator(w), images(1), images(2))
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, w, unconnected_gradients="zero")).all()


@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalties_reach_the_weights(penalty):
    # (‖w‖ − 1)² has the derivative 2(‖w‖ − 1)w/‖w‖, ‖w‖²/2 the derivative w.
    w = tf.Variable(images(0, SHAPE[1:]))
    with tf.GradientTape() as tape:
        value = penalty(linear(w), images(1), images(2), weight=1.0)
    length = np.linalg.norm(w.numpy())
    expected = w.numpy() if penalty is losses.r1 else 2 * (length - 1) * w.numpy() / length
    np.testing.assert_allclose(tape.gradient(value, w), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan])
def test_a_seed_fixes_the_draw(penalty):
    once, again, other = (
        float(penalty(quadratic, images(1), images(2), seed=seed)) for seed in ((3, 4), (3, 4), (3, 5))
    )
    assert once == again != other


@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan])
def test_without_a_seed_each_draw_is_new(penalty):
    first, second = (float(penalty(quadratic, images(1), images(2))) for _ in range(2))
    assert first != second
