import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.spatial.distance import cdist, pdist
from scipy.special import log_expit

from dcgan_tf import toy

# points in the plane


@pytest.mark.parametrize("count", [1, 5, 8])
def test_the_centres_of_a_ring_are_the_roots_of_unity(count):
    roots = 3 * np.exp(2j * np.pi * np.arange(count) / count)
    np.testing.assert_allclose(toy.ring_centres(count, radius=3.0), np.stack([roots.real, roots.imag], 1), atol=1e-12)


def test_a_ring_repeats_no_mode():
    # An endpoint that counts twice leaves seven modes of eight.
    assert pdist(toy.ring_centres()).min() == pytest.approx(2 * 2.0 * np.sin(np.pi / 8))


def test_a_grid_is_centred_and_spaced():
    centres = toy.grid_centres(5, spacing=2.0)
    assert sorted(map(tuple, centres)) == [(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)]
    np.testing.assert_allclose(toy.grid_centres(2, spacing=3.0).mean(axis=0), 0)
    assert pdist(toy.grid_centres(2, spacing=3.0)).min() == 3


MIXTURES = [(toy.ring, toy.ring_centres, 8, 0.02), (toy.grid, toy.grid_centres, 25, 0.05)]


@pytest.mark.parametrize(("draw", "centres", "count", "std"), MIXTURES)
def test_points_lie_about_the_centres_with_the_given_deviation(draw, centres, count, std):
    points = draw(10_000)
    assert points.shape == (10_000, 2)
    assert points.dtype == np.float32
    nearest = cdist(points, centres()).argmin(axis=1)
    offsets = points - centres()[nearest]
    np.testing.assert_allclose(offsets.std(axis=0), std, rtol=0.03)
    np.testing.assert_allclose(offsets.mean(axis=0), 0, atol=0.05 * std)
    assert abs(np.corrcoef(offsets.T)[0, 1]) < 0.04


@pytest.mark.parametrize(("draw", "centres", "count", "std"), MIXTURES)
def test_modes_are_equally_frequent_in_random_order(draw, centres, count, std):
    n = 40 * count + 3
    nearest = cdist(draw(n), centres()).argmin(axis=1)
    counts = np.bincount(nearest, minlength=count)
    assert sorted(counts) == [40] * (count - 3) + [41] * 3
    assert len(np.unique(nearest[:count])) < count  # in turn would show every mode once
    assert (np.diff(nearest) == 0).any()


@pytest.mark.parametrize(("draw", "centres", "count", "std"), MIXTURES)
def test_the_seed_of_points_fixes_them(draw, centres, count, std):
    np.testing.assert_array_equal(draw(50, seed=3), draw(50, seed=3))
    assert (draw(50, seed=3) != draw(50, seed=4)).all()


def test_the_arguments_of_a_ring_and_a_grid_are_those_of_their_centres():
    ring, grid = toy.ring(3000, modes=3, radius=5.0, std=1e-6), toy.grid(400, side=2, spacing=7.0, std=1e-6)
    assert cdist(ring, toy.ring_centres(3, 5.0)).min(axis=1).max() < 1e-4
    assert cdist(grid, toy.grid_centres(2, 7.0)).min(axis=1).max() < 1e-4


def test_real_points_cover_every_mode():
    # 1 − exp(−3²/2) of a Gaussian in the plane lies within three deviations.
    for draw, centres, count, std in MIXTURES:
        covered, share = toy.modes(draw(20_000), centres(), std)
        assert covered == count
        assert share == pytest.approx(1 - np.exp(-4.5), abs=0.003)


def test_a_mode_is_covered_from_two_percent_of_all_points_on():
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = np.repeat(np.concatenate([centres, [[50.0, 50.0]]]), [60, 20, 19, 901], axis=0)
    assert toy.modes(points, centres, 0.1) == (2, 0.099)


def test_a_point_belongs_to_a_mode_up_to_three_deviations_away():
    points = np.array([[0.75, 0.0], [0.0, -0.75], [0.76, 0.0], [0.6, 0.6]])
    assert toy.modes(points, np.zeros((1, 2)), 0.25) == (1, 0.5)


def test_points_that_are_not_finite_belong_nowhere():
    assert toy.modes(np.full((5, 2), np.nan), toy.ring_centres(), 0.02) == (0, 0.0)


def test_modes_gives_python_numbers():
    covered, share = toy.modes(toy.ring(100), toy.ring_centres(), 0.02)
    assert type(covered) is int
    assert type(share) is float


# games: the losses that their gradients belong to

LOSSES = {  # of the generator and of the discriminator; D(a) = y·a, the real point is 0, the generated one x
    "minimax": (lambda x, y: log_expit(-x * y), lambda x, y: -log_expit(0 * y) - log_expit(-x * y)),
    "non_saturating": (lambda x, y: -log_expit(x * y), lambda x, y: -log_expit(0 * y) - log_expit(-x * y)),
    "wasserstein": (lambda x, y: -x * y, lambda x, y: x * y - 0 * y),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalty", [0.0, 0.7])
@pytest.mark.parametrize(("x", "y"), [(0.5, -1.2), (2.0, 0.3), (-1.0, -3.0)])
def test_the_dirac_players_descend_their_losses(loss, penalty, x, y):
    game, (generator, discriminator) = toy.dirac(loss, penalty), LOSSES[loss]
    assert game.x_gradient(x, y) == pytest.approx(approx_fprime([x], lambda v: generator(v[0], y))[0], abs=1e-6)

    def penalized(v):
        return discriminator(x, v[0]) + penalty / 2 * v[0] ** 2

    assert game.y_gradient(x, y) == pytest.approx(approx_fprime([y], penalized)[0], abs=1e-6)


def test_the_bilinear_players_move_against_and_along_the_gradient_of_xy():
    assert (toy.bilinear.x_gradient(3.0, 5.0), toy.bilinear.y_gradient(3.0, 5.0)) == (5.0, -3.0)


def test_gradients_take_whole_planes_for_a_picture():
    x, y = np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-3, 3, 7))
    for loss in LOSSES:
        game = toy.dirac(loss)
        for side in game:
            single = [[side(float(a), float(b)) for a, b in zip(*row, strict=True)] for row in zip(x, y, strict=True)]
            np.testing.assert_allclose(np.broadcast_to(side(x, y), x.shape), single)


def test_dirac_names_its_losses():
    with pytest.raises(ValueError, match="minimax, non_saturating, wasserstein, not 'hinge'"):
        toy.dirac("hinge")


def test_a_sure_discriminator_does_not_overflow():
    with np.errstate(all="raise"):
        assert toy.dirac("minimax").x_gradient(1.0, 1e4) == -1e4
        assert toy.dirac("non_saturating").x_gradient(1.0, 1e4) == pytest.approx(0)


# how they are played


def norms(*args, **kwargs):
    return np.linalg.norm(toy.play(*args, **kwargs), axis=1)


def test_a_path_starts_at_the_start_and_has_one_point_a_round():
    path = toy.play(toy.bilinear, 7, 0.1, start=(0.3, -0.4))
    assert path.shape == (8, 2)
    np.testing.assert_array_equal(path[0], [0.3, -0.4])
    np.testing.assert_allclose(path[1], [0.3 + 0.1 * 0.4, -0.4 + 0.1 * 0.3])
    assert toy.play(toy.bilinear, 0, 0.1).tolist() == [[1.0, 0.0]]


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 0.5), st.integers(1, 200), st.floats(-2, 2), st.floats(0.1, 2))
def test_simultaneous_steps_on_xy_spiral_outwards(step_size, rounds, x, y):
    # Multiplying by [[1, −η], [η, 1]] turns, and stretches by √(1 + η²).
    expected = np.hypot(x, y) * (1 + step_size**2) ** (np.arange(rounds + 1) / 2)
    np.testing.assert_allclose(norms(toy.bilinear, rounds, step_size, (x, y)), expected, rtol=1e-9)


def test_simultaneous_steps_on_xy_explode_twelvefold_in_500():
    assert norms(toy.bilinear, 500, 0.1)[-1] == pytest.approx(1.01**250)


@pytest.mark.parametrize("step_size", [0.1, 0.5])
def test_alternating_steps_on_xy_stay_on_an_ellipse(step_size):
    # The discriminator first: the quantity x² + y² + ηxy is kept.
    x, y = toy.play(toy.bilinear, 5000, step_size, (0.6, 0.8), alternating=True).T
    np.testing.assert_allclose(x**2 + y**2 + step_size * x * y, 1 + 0.48 * step_size, rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 0.9), st.integers(1, 200))
def test_extragradient_steps_on_xy_converge(step_size, rounds):
    expected = (1 - step_size**2 + step_size**4) ** (rounds / 2)
    assert norms(toy.bilinear, rounds, step_size, extragradient=True)[-1] == pytest.approx(expected)


def test_momentum_adds_a_share_of_the_last_step():
    step_size, momentum = 0.1, 0.4
    expected = [np.array([0.6, 0.8])]
    velocity = np.zeros(2)
    for _ in range(30):
        x, y = expected[-1]
        velocity = momentum * velocity - step_size * np.array([y, -x])
        expected.append(expected[-1] + velocity)
    np.testing.assert_allclose(toy.play(toy.bilinear, 30, step_size, (0.6, 0.8), momentum=momentum), expected)


def test_negative_momentum_damps_alternating_steps():
    # Gidel et al. (2019): on xy negative momentum lets alternating steps converge, positive does not.
    path = {m: norms(toy.bilinear, 2000, 0.1, alternating=True, momentum=m)[-1] for m in (-0.3, 0.0, 0.3)}
    assert path[-0.3] < 0.1
    assert path[0.3] > 1e3
    assert 0.9 < path[0.0] < 1.1


def test_historical_averaging_pulls_both_players_in():
    # Measured apart from this code, to 2,000 steps of 0.1 with λ = 0.1.
    assert norms(toy.bilinear, 2000, 0.1, averaging=0.1)[-1] == pytest.approx(0.0016, abs=5e-5)


def test_historical_averaging_pulls_to_the_mean_of_the_path():
    path = toy.play(toy.bilinear, 40, 0.1, (0.6, 0.8), averaging=0.2)
    for i in range(40):
        x, y = path[i]
        pull = 2 * 0.2 * (path[i] - path[: i + 1].mean(axis=0))
        np.testing.assert_allclose(path[i + 1], path[i] - 0.1 * (np.array([y, -x]) + pull), atol=1e-12)


def test_alternating_and_extragradient_exclude_each_other():
    with pytest.raises(ValueError, match="either alternating or extragradient"):
        toy.play(toy.bilinear, 1, 0.1, alternating=True, extragradient=True)


# the Dirac GAN, from a start of norm 1 with steps of 0.1

STARTS = [(1.0, 0.0), (0.0, 1.0), (0.6, 0.8)]


@pytest.mark.parametrize("start", STARTS)
def test_minimax_drifts_away_with_simultaneous_steps(start):
    assert 1.715 < norms(toy.dirac("minimax"), 500, 0.1, start)[-1] < 1.765


@pytest.mark.parametrize("start", STARTS)
def test_minimax_neither_converges_nor_diverges_with_alternating_steps(start):
    path = norms(toy.dirac("minimax"), 5000, 0.1, start, alternating=True)
    assert 0.9 < path.min() < path.max() < 1.1
    assert norms(toy.dirac("minimax"), 500, 0.1, (0.0, 1.0), alternating=True)[-1] == pytest.approx(0.9879, abs=1e-4)


@pytest.mark.parametrize("start", STARTS)
def test_non_saturating_creeps_in_with_alternating_steps(start):
    path = norms(toy.dirac(), 50_000, 0.1, start, alternating=True)
    assert path[500] == pytest.approx(0.37, abs=0.006)
    for n in (5_000, 50_000):  # the ellipse that it turns on is off a circle by 2 %
        assert path[n] == pytest.approx(np.sqrt(8 / (0.1 * n)), rel=0.025)


@pytest.mark.parametrize(("step_size", "radius"), [(0.02, 0.200), (0.1, 0.447), (0.4, 0.894)])
@pytest.mark.parametrize("start", [0.5, 1.5])
def test_non_saturating_ends_on_a_circle_with_simultaneous_steps(step_size, radius, start):
    # Of radius √(2h), reached from inside as well as from outside.
    turns = norms(toy.dirac(), round(4000 / step_size), step_size, (start * radius, 0.0))[-2000:]
    assert turns.mean() == pytest.approx(radius, rel=0.01)
    assert turns.std() < 0.03 * radius


@pytest.mark.parametrize("start", STARTS)
def test_an_unclipped_critic_spirals_outwards(start):
    assert norms(toy.dirac("wasserstein"), 500, 0.1, start)[-1] == pytest.approx((1 + 0.1**2) ** 250)


def test_r1_lets_simultaneous_steps_converge():
    assert norms(toy.dirac("non_saturating", 1.0), 500, 0.1)[-1] < 2e-9
    assert norms(toy.dirac("minimax", 1.0), 500, 0.1)[-1] < 2e-9
    assert norms(toy.dirac("wasserstein", 1.0), 500, 0.1)[-1] < 2e-9


@pytest.mark.parametrize("penalty", [0.2, 0.5, 1.0, 2.0])
def test_near_the_solution_r1_has_the_eigenvalues_of_the_paper(penalty):
    # −γ/2 ± √(γ²/4 − ¼): the path is a power of I + hA for small numbers. At γ = 1 the root is 0: critical damping.
    roots = -penalty / 2 + np.array([1, -1]) * np.sqrt(complex(penalty**2 / 4 - 1 / 4))
    eigenvalues = np.linalg.eigvals([[0, 1 / 2], [-1 / 2, -penalty]])
    np.testing.assert_allclose(np.sort_complex(eigenvalues), np.sort_complex(roots), atol=1e-7)
    matrix = np.eye(2) + 0.1 * np.array([[0, 1 / 2], [-1 / 2, -penalty]])
    expected = [np.linalg.matrix_power(matrix, n) @ [1e-5, 2e-5] for n in range(101)]
    path = toy.play(toy.dirac("non_saturating", penalty), 100, 0.1, (1e-5, 2e-5))
    np.testing.assert_allclose(path, expected, atol=1e-12)


def test_a_penalty_of_1_damps_fastest():
    at_end = {g: norms(toy.dirac("non_saturating", g), 1000, 0.1)[-1] for g in (0.5, 0.8, 1.0, 1.25, 2.0)}
    assert min(at_end, key=at_end.get) == 1.0


def test_below_the_critical_penalty_the_path_turns_and_above_it_does_not():
    def crossings(penalty):
        x = toy.play(toy.dirac("non_saturating", penalty), 500, 0.1)[:, 0]
        return (np.diff(np.sign(x)) != 0).sum()

    assert crossings(0.5) > 4
    assert crossings(1.1) == 0
