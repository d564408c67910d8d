from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
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
        lambda real, fake: log_expit(-fake).mean(),
    ),
    "non_saturating": (
        lambda real, fake: -log_expit(real).mean() - log_expit(-fake).mean(),
        lambda real, fake: -log_expit(fake).mean(),
    ),
    "least_squares": (
        lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
        lambda real, fake: ((fake - 1) ** 2).mean() / 2,
    ),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda real, fake: -fake.mean()),
    "hinge": (lambda real, fake: relu(1 - real).mean() + relu(1 + fake).mean(), lambda real, fake: -fake.mean()),
    "relativistic": (
        lambda real, fake: -log_expit(real - fake).mean(),
        lambda real, fake: -log_expit(fake - real).mean(),
    ),
}


def for_generator(loss):
    """Its side with the real logits that the engine gives it: none, unless the loss is one of pairs."""
    return lambda real, fake: loss.generator(real if loss.pairs else None, fake)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_losses_equal_their_closed_forms(name):
    loss, (discriminator, generator) = losses.get(name), CLOSED_FORMS[name]
    np.testing.assert_allclose(loss.discriminator(tf.constant(REAL), tf.constant(FAKE)), discriminator(REAL, FAKE))
    np.testing.assert_allclose(for_generator(loss)(tf.constant(REAL), tf.constant(FAKE)), generator(REAL, FAKE))


@pytest.mark.parametrize("name", losses.LOSSES)
@pytest.mark.parametrize(("real", "fake"), [(1e3, -1e3), (-1e3, 1e3), (1e3, 1e3)])
def test_extreme_logits_do_not_overflow(name, real, fake):
    loss, (discriminator, generator) = losses.get(name), CLOSED_FORMS[name]
    real, fake = np.float32([[real]]), np.float32([[fake]])
    np.testing.assert_allclose(loss.discriminator(real, fake), discriminator(real, fake), rtol=1e-6)
    np.testing.assert_allclose(for_generator(loss)(real, fake), generator(real, fake), rtol=1e-6)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_an_undecided_discriminator_costs_log_4(name):
    zeros = tf.zeros((5, 1), tf.float64)
    np.testing.assert_allclose(losses.get(name).discriminator(zeros, zeros), np.log(4))


@pytest.mark.parametrize("name", losses.LOSSES)
def test_half_precision_logits_are_widened(name):
    # 300² is more than float16 can hold, and 300 + ½ more than it can tell from 300.
    loss, (discriminator, generator) = losses.get(name), CLOSED_FORMS[name]
    real, fake = np.float16([[300.0], [0.5]]), np.float16([[-300.0], [0.25]])
    for half in (tf.float16, tf.bfloat16):
        logits = tf.cast(real, half), tf.cast(fake, half)
        wide = [x.numpy().astype(float) for x in logits]
        values = loss.discriminator(*logits), for_generator(loss)(*logits)
        assert [x.dtype for x in values] == [tf.float32] * 2
        np.testing.assert_allclose(values, (discriminator(*wide), generator(*wide)), rtol=1e-6)


def test_the_relativistic_loss_is_one_of_pairs_and_the_older_ones_are_not():
    assert losses.relativistic.pairs
    older = ("minimax", "non_saturating", "least_squares", "wasserstein", "hinge")
    assert not any(losses.LOSSES[name].pairs for name in older)
    assert losses.get("relativistic") is losses.relativistic


# relativistic


def test_an_undecided_relativistic_discriminator_costs_log_2():
    anything = tf.fill((5, 1), tf.constant(3.7, tf.float64))
    np.testing.assert_allclose(losses.relativistic.discriminator(anything, anything), np.log(2))
    np.testing.assert_allclose(losses.relativistic.generator(anything, anything), np.log(2))


def test_relativistic_logits_count_in_pairs():
    real, fake = np.array([[3.0], [-1.0]]), np.array([[2.0], [5.0]])
    crossed = losses.relativistic.discriminator(real, fake[::-1].copy())
    np.testing.assert_allclose(losses.relativistic.discriminator(real, fake), -log_expit([1.0, -6.0]).mean())
    np.testing.assert_allclose(crossed, -log_expit([-2.0, -3.0]).mean())


def all_pairs(p, q):
    """Index pairs of a real and a generated value, each pair as often as p and q, lists of counts, say."""
    real, fake = (np.repeat(np.arange(len(n)), n) for n in (p, q))
    return [x.ravel() for x in np.meshgrid(real, fake, indexing="ij")]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=2, max_size=4))
def test_the_best_relativistic_discriminator_measures_the_divergence_of_pairs(counts):
    # The best D is log p/q, and log 2 less its loss is the Jensen-Shannon divergence of p⊗q and q⊗p.
    p, q = np.array(counts).T
    real, fake = all_pairs(p, q)
    best = np.log(p / q)

    def cost(logits):
        return losses.relativistic.discriminator(tf.gather(logits, real), tf.gather(logits, fake))

    (gradient,) = gradients(cost, best)
    np.testing.assert_allclose(tf.convert_to_tensor(gradient), 0, atol=1e-12)
    pairs = np.outer(p, q) / (p.sum() * q.sum())
    divergence = jensenshannon(pairs.ravel(), pairs.T.ravel()) ** 2
    np.testing.assert_allclose(np.log(2) - cost(tf.constant(best)), divergence, atol=1e-9)


def test_the_divergence_of_pairs_is_log_2_on_disjoint_supports():
    real, fake = all_pairs([3, 2, 0, 0], [0, 0, 1, 4])
    apart = np.array([1.0, 1.0, -1.0, -1.0])
    values = [
        np.log(2) - losses.relativistic.discriminator(tf.gather(c * apart, real), tf.gather(c * apart, fake)).numpy()
        for c in (1.0, 5.0, 25.0)
    ]
    assert values == sorted(values)
    np.testing.assert_allclose(values[-1], np.log(2), rtol=1e-15)


def gradients(function, *logits):
    logits = [tf.constant(x) for x in logits]
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = function(*logits)
    return tape.gradient(value, logits)


def test_the_minimax_generator_stalls_where_it_loses():
    (gradient,) = gradients(partial(losses.minimax.generator, None), FAKE)
    np.testing.assert_allclose(gradient, -expit(FAKE) / len(FAKE))


def test_the_non_saturating_generator_stalls_where_it_wins():
    (gradient,) = gradients(partial(losses.non_saturating.generator, None), FAKE)
    np.testing.assert_allclose(gradient, -expit(-FAKE) / len(FAKE))


def test_the_discriminators_gradient_is_its_error():
    of_real, of_fake = gradients(losses.minimax.discriminator, REAL, FAKE)
    np.testing.assert_allclose(of_real, -expit(-REAL) / len(REAL))
    np.testing.assert_allclose(of_fake, expit(FAKE) / len(FAKE))


def test_get_gives_a_loss_back_as_it_is():
    own = losses.Loss(lambda real, fake: 1, lambda real, fake: 2, pairs=True)
    assert losses.get(own) is own
    assert losses.get(losses.hinge) is losses.hinge


def test_get_makes_a_loss_of_any_pair_of_functions():
    pair = SimpleNamespace(discriminator=max, generator=min)
    assert losses.get(pair) == losses.Loss(max, min, pairs=False)
    pair.pairs = True
    assert losses.get(pair) == losses.Loss(max, min, pairs=True)


@pytest.mark.parametrize("name", ["", "Hinge", "bce"])
def test_get_lists_the_names(name):
    names = "minimax, non_saturating, least_squares, wasserstein, hinge, relativistic"
    with pytest.raises(ValueError, match=f"{names}, not '{name}'"):
        losses.get(name)


@pytest.mark.parametrize("loss", [None, len, SimpleNamespace(discriminator=max), ("hinge", "hinge")])
def test_get_refuses_what_is_no_pair(loss):
    with pytest.raises(ValueError, match="the functions discriminator and generator"):
        losses.get(loss)


def test_get_refuses_a_generator_of_the_old_form():
    # Of fake_logits alone, as until version 0.1.0.
    with pytest.raises(
        ValueError, match=r"loss\.generator must take two arguments, the real logits and the fake logits$"
    ):
        losses.get(losses.Loss(losses.hinge.discriminator, lambda fake_logits: 0.0))
    with pytest.raises(ValueError, match=r"loss\.discriminator must take two arguments"):
        losses.get(losses.Loss(lambda logits: 0.0, losses.hinge.generator))


@pytest.mark.parametrize("generator", [lambda real, fake, scale=2.0: 0.0, lambda *logits: 0.0, partial(max, 3)])
def test_get_takes_whatever_can_be_called_with_two(generator):
    assert losses.get(losses.Loss(losses.hinge.discriminator, generator)).generator is generator


def test_get_penalty_hands_on_none_and_penalties():
    for penalty in (None, *PENALTIES, partial(losses.r1, weight=0.1), lambda d, real, fake, seed: 0.0):
        assert losses.get_penalty(penalty) is penalty


@pytest.mark.parametrize("penalty", ["r1", 10.0, lambda d, real, fake: 0.0, lambda d, real, seed: 0.0])
def test_get_penalty_refuses_what_cannot_be_called_as_one(penalty):
    with pytest.raises(
        ValueError, match=r"penalty must be None or a function \(discriminator, real, fake, seed=None\)"
    ):
        losses.get_penalty(penalty)


# smooth


@pytest.mark.parametrize("label", [0.6, 0.9, 1.0])
def test_smoothing_is_one_sided(label):
    smoothed = losses.smooth(losses.minimax, label).discriminator(tf.constant(REAL), tf.constant(FAKE))
    real = -label * log_expit(REAL) - (1 - label) * log_expit(-REAL)
    np.testing.assert_allclose(smoothed, real.mean() - log_expit(-FAKE).mean())


def test_smoothing_defaults_to_the_papers_label():
    smoothed = losses.smooth().discriminator(tf.constant(REAL), tf.constant(FAKE))
    np.testing.assert_allclose(smoothed, losses.smooth(losses.minimax, 0.9).discriminator(REAL, FAKE))


def test_smoothing_widens_half_precision_logits():
    logits = tf.constant([[300.0], [0.5]], tf.float16)
    wide = tf.cast(logits, tf.float32)
    smoothed = losses.smooth().discriminator
    np.testing.assert_array_equal(smoothed(logits, logits), smoothed(wide, wide))


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


@pytest.mark.parametrize("loss", [losses.hinge, losses.wasserstein, "least_squares", "relativistic"])
def test_smoothing_needs_labels(loss):
    with pytest.raises(ValueError, match="only minimax and non_saturating"):
        losses.smooth(loss)


@pytest.mark.parametrize("label", [-0.1, 0.0, 0.5, 1.1])
def test_smoothing_needs_a_label_that_says_real(label):
    with pytest.raises(ValueError, match=f"above 0.5 and at most 1, not {label}"):
        losses.smooth(real_label=label)


# penalties

SHAPE = (6, 5, 4, 3)
SHAPES = [SHAPE, (6, 2), (6, 5, 3)]  # images, points in the plane, and something between
PENALTIES = [losses.gradient_penalty, losses.dragan, losses.r1, losses.r2, losses.r1_r2]


def samples(seed, shape=SHAPE):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def linear(w):
    """∇D(x) = w."""
    return lambda x: tf.tensordot(x, w, len(w.shape))[:, None]


def quadratic(x):
    """∇D(x) = x."""
    return 0.5 * tf.reduce_sum(tf.reshape(x, (tf.shape(x)[0], -1)) ** 2, axis=1, keepdims=True)


def squared_norms(x):
    return np.sum(np.asarray(x, float).reshape(len(x), -1) ** 2, axis=1)


@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan])
@pytest.mark.parametrize("length", [0.1, 1.0, 7.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_slope_of_a_linear_discriminator_is_held_at_1(penalty, length, shape):
    w = samples(0, shape[1:])
    d, real, fake = linear(length * w / tf.norm(w)), samples(1, shape), samples(2, shape)
    np.testing.assert_allclose(penalty(d, real, fake), 10 * (length - 1) ** 2, atol=1e-4)
    np.testing.assert_allclose(penalty(d, real, fake, weight=0.5), 0.5 * (length - 1) ** 2, atol=1e-5)


@pytest.mark.parametrize(("penalty", "share"), [(losses.r1, 0.5), (losses.r2, 0.5), (losses.r1_r2, 1.0)])
@pytest.mark.parametrize("shape", SHAPES)
def test_r1_and_r2_of_a_linear_discriminator(penalty, share, shape):
    w = samples(0, shape[1:])
    d, real, fake = linear(w), samples(1, shape), samples(2, shape)
    squared = np.sum(w.numpy().astype(float) ** 2)
    np.testing.assert_allclose(penalty(d, real, fake), 10 * share * squared, rtol=1e-5)
    np.testing.assert_allclose(penalty(d, real, fake, weight=0.2), 0.2 * share * squared, rtol=1e-5)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_images_and_points_of_equal_content_have_equal_penalties(penalty):
    real, fake = samples(1), samples(2)
    flat = [tf.reshape(x, (6, -1)) for x in (real, fake)]
    of_images = penalty(quadratic, real, fake, seed=(1, 2))
    np.testing.assert_allclose(penalty(quadratic, *flat, seed=(1, 2)), of_images, rtol=1e-5)


def test_gradient_penalty_takes_the_norm_of_each_sample():
    x = samples(1) * tf.reshape(tf.range(6.0), (6, 1, 1, 1))
    expected = 10 * np.mean((np.sqrt(squared_norms(x)) - 1) ** 2)
    np.testing.assert_allclose(losses.gradient_penalty(quadratic, x, x), expected, rtol=1e-5)


def test_dragan_takes_the_norm_of_each_sample():
    seen = Spy(quadratic)
    penalty = losses.dragan(seen, samples(1))
    np.testing.assert_allclose(penalty, 10 * np.mean((np.sqrt(squared_norms(seen.samples)) - 1) ** 2), rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_r1_is_of_the_real_samples_and_r2_of_the_generated_ones(shape):
    real, fake, nothing = samples(1, shape), 3 * samples(2, shape), tf.fill(shape, np.nan)
    of_real, of_fake = (5 * squared_norms(x).mean() for x in (real, fake))
    np.testing.assert_allclose(losses.r1(quadratic, real), of_real, rtol=1e-5)
    np.testing.assert_allclose(losses.r1(quadratic, real, nothing), of_real, rtol=1e-5)
    np.testing.assert_allclose(losses.r2(quadratic, nothing, fake), of_fake, rtol=1e-5)
    np.testing.assert_allclose(losses.r1_r2(quadratic, real, fake), of_real + of_fake, rtol=1e-5)


class Spy:
    """Remembers what it was shown."""

    def __init__(self, discriminator=quadratic):
        self.discriminator = discriminator

    def __call__(self, samples):
        self.samples = samples
        return self.discriminator(samples)


def interpolation_factors(shape, seed):
    spy = Spy()
    losses.gradient_penalty(spy, tf.ones(shape), tf.zeros(shape), seed=seed)
    return spy.samples.numpy().reshape(shape[0], -1)


@pytest.mark.parametrize("shape", [(50, 2, 2, 3), (50, 2)])
@pytest.mark.parametrize("seed", [None, (1, 2)])
def test_interpolation_factor_is_one_a_sample(shape, seed):
    factors = interpolation_factors(shape, seed)
    assert (factors == factors[:, :1]).all()
    assert len(np.unique(factors)) == 50


def test_interpolation_factor_is_uniform():
    factors = interpolation_factors((3000, 2), (1, 2))[:, 0]
    assert factors.min() >= 0
    assert factors.max() < 1
    assert kstest(factors, "uniform").pvalue > 0.01


@pytest.mark.parametrize("shape", [(None, 2, 2, 3), (None, 2)])
def test_interpolation_factor_is_one_a_sample_in_a_graph_of_unknown_batch_size(shape):
    @tf.function(input_signature=[tf.TensorSpec(shape)])
    def interpolated(real):
        spy = Spy()
        losses.gradient_penalty(spy, real, tf.zeros_like(real))
        return spy.samples

    factors = interpolated(tf.ones((50, *shape[1:]))).numpy().reshape(50, -1)
    assert (factors == factors[:, :1]).all()
    assert len(np.unique(factors)) == 50


def test_interpolation_lies_between_its_own_pair():
    spy, real, fake = Spy(), samples(1), samples(2)
    losses.gradient_penalty(spy, real, fake)
    factors = ((spy.samples - fake) / (real - fake)).numpy()
    of_samples = np.median(factors, (1, 2, 3), keepdims=True)
    assert ((of_samples > 0) & (of_samples < 1)).all()
    np.testing.assert_allclose(factors, np.broadcast_to(of_samples, SHAPE), atol=1e-2)


def dragan_steps(real, seed=(1, 2)):
    """How far each pixel was moved, (n, pixels), in units of half the standard deviation of the real samples."""
    spy = Spy()
    losses.dragan(spy, tf.constant(real, tf.float32), tf.fill(real.shape, np.nan), seed=seed)
    return (spy.samples.numpy() - real).reshape(len(real), -1) / (0.5 * real.std())


def test_dragan_moves_each_pixel_by_up_to_half_a_standard_deviation():
    steps = dragan_steps(np.random.default_rng(1).normal(3, 7, (300, 20, 20, 1)))
    assert steps.min() > -1e-4
    assert 0.98 < steps.max() < 1.0001


def test_dragan_scales_the_noise_of_each_sample_by_a_uniform_factor():
    # The largest of 400 steps of a sample is its factor, but for a quarter of a percent.
    steps = dragan_steps(np.random.default_rng(1).normal(3, 7, (300, 20, 20, 1)))
    factors = steps.max(axis=1)
    assert kstest(factors, "uniform").pvalue > 0.01
    assert kstest((steps / factors[:, None]).ravel()[::7], "uniform").pvalue > 0.01  # another for each pixel


def test_dragan_moves_points_too():
    steps = dragan_steps(np.random.default_rng(1).normal(3, 7, (5000, 2)))
    # A product αu of two uniform numbers has the mean ¼; the u differ within a point, its α does not.
    assert steps.mean() == pytest.approx(0.25, abs=0.01)
    assert np.corrcoef(steps.T)[0, 1] == pytest.approx((1 / 12 - 1 / 16) / (1 / 9 - 1 / 16), abs=0.03)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("discriminator", [lambda w: linear(w), lambda w: lambda x: tf.zeros((len(x), 1)) * w[0, 0, 0]])
def test_no_nan_where_the_gradient_is_zero(penalty, discriminator):
    w = tf.Variable(tf.zeros(SHAPE[1:]))
    with tf.GradientTape() as tape:
        value = penalty(discriminator(w), samples(1), samples(2))
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, w, unconnected_gradients="zero")).all()


@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalties_reach_the_weights(penalty):
    # (‖w‖ − 1)² has the derivative 2(‖w‖ − 1)w/‖w‖, ‖w‖²/2 the derivative w.
    w = tf.Variable(samples(0, SHAPE[1:]))
    with tf.GradientTape() as tape:
        value = penalty(linear(w), samples(1), samples(2), weight=1.0)
    length = np.linalg.norm(w.numpy())
    of_norm = 2 * (length - 1) * w.numpy() / length
    expected = {losses.r1: w.numpy(), losses.r2: w.numpy(), losses.r1_r2: 2 * w.numpy()}.get(penalty, of_norm)
    np.testing.assert_allclose(tape.gradient(value, w), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_penalty_of_a_network_in_half_precision_is_computed_in_float32(penalty):
    # 300² is more than float16 can hold. The network's own gradients are exact here, powers of 2.
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, dtype="mixed_float16")])
    w = np.float32([[256.0], [-128.0], [64.0], [0.25]])
    network.set_weights([w, np.zeros(1, np.float32)])
    real, fake = samples(1, (6, 4)), samples(2, (6, 4))
    expected = penalty(linear(tf.constant(w[:, 0])), real, fake)
    for cast in (lambda x: x, lambda x: tf.cast(x, tf.float16)):
        value = penalty(network, cast(real), cast(fake))
        assert value.dtype == tf.float32
        np.testing.assert_allclose(value, expected, rtol=1e-5)


@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan])
def test_a_seed_fixes_the_draw(penalty):
    once, again, other = (
        float(penalty(quadratic, samples(1), samples(2), seed=seed)) for seed in ((3, 4), (3, 4), (3, 5))
    )
    assert once == again != other


@pytest.mark.parametrize("penalty", [losses.gradient_penalty, losses.dragan])
def test_without_a_seed_each_draw_is_new(penalty):
    first, second = (float(penalty(quadratic, samples(1), samples(2))) for _ in range(2))
    assert first != second
