import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist
from scipy.stats import entropy
from sklearn.metrics import fbeta_score
from sklearn.metrics.pairwise import polynomial_kernel

from dcgan_tf import judges, metrics

random = np.random.default_rng(0)


def test_the_classifiers_can_still_be_had_from_here():
    assert metrics.mnist_classifier is judges.mnist_classifier
    assert metrics.face_classifier is judges.face_classifier
    with pytest.raises(AttributeError, match=r"module 'dcgan_tf\.metrics' has no attribute 'cat_classifier'"):
        metrics.cat_classifier  # noqa: B018


# classifier_score, classes_covered


@pytest.mark.parametrize("classes", [1, 3, 10])
def test_score_of_sure_and_even_guesses_is_the_number_of_classes(classes):
    assert metrics.classifier_score(np.eye(10)[np.arange(60) % classes]) == pytest.approx(classes)


def test_score_of_unsure_guesses_is_1():
    assert metrics.classifier_score(np.full((20, 10), 0.1)) == pytest.approx(1)


@pytest.mark.parametrize("concentration", [0.05, 1.0])
def test_score_agrees_with_scipy(concentration):
    p = random.dirichlet(np.full(10, concentration), 50)
    assert metrics.classifier_score(p) == pytest.approx(np.exp(entropy(p, p.mean(axis=0)[None], axis=1).mean()))


@pytest.mark.parametrize(
    "rows",
    [
        [[0.9, 0.8], [0.2, 0.1]],  # attributes, each with a probability of its own
        [[2.0, -1.0], [0.5, 0.5]],  # logits that happen to sum to 1
        [[0.1, 0.1], [0.5, 0.5]],
        [[np.nan, 1.0], [0.5, 0.5]],
        [0.5, 0.5],
        np.zeros((0, 10)),
    ],
)
def test_rows_that_are_no_probabilities_have_no_score(rows):
    with pytest.raises(ValueError, match=r"probabilities must be \(N, classes\), none negative, and each row must sum"):
        metrics.classifier_score(np.array(rows))


def test_probabilities_of_half_precision_have_a_score():
    p = random.dirichlet(np.full(10, 0.3), 50).astype(np.float16)
    assert metrics.classifier_score(p) == pytest.approx(metrics.classifier_score(p.astype(float)))


def test_classes_count_from_two_percent_on():
    counts = [50, 28, 20, 2, 1]  # of 101: the fourth falls short
    probabilities = np.eye(6)[np.repeat(np.arange(5), counts)]
    assert metrics.classes_covered(probabilities) == 3
    assert metrics.classes_covered(probabilities[:-1]) == 4
    assert metrics.classes_covered(probabilities, least=0.25) == 2


def test_an_image_counts_for_its_most_probable_class():
    assert metrics.classes_covered(np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])) == 2
    assert metrics.classes_covered(np.array([[0.5, 0.3, 0.2], [0.6, 0.1, 0.3]])) == 1  # the least probable are two


# frechet_distance


def correlated(n, d, seed):
    random = np.random.default_rng(seed)
    return random.normal(size=(n, d)) @ random.normal(size=(d, d)) + random.normal(size=d)


def standard(n, d, seed):
    """A sample whose mean is 0 and whose covariance is the identity, exactly."""
    x = correlated(n, d, seed)
    x = x - x.mean(axis=0)
    return np.linalg.solve(np.linalg.cholesky(np.cov(x, rowvar=False).reshape(d, d)), x.T).T


@pytest.mark.parametrize("d", [1, 2, 20])
def test_frechet_distance_of_independent_gaussians(d):
    means, deviations = random.normal(size=(2, d)), random.uniform(0.5, 3, (2, d))
    real, fake = (standard(200, d, seed) * deviations[seed] + means[seed] for seed in (0, 1))
    expected = np.sum(np.diff(means, axis=0) ** 2) + np.sum(np.diff(deviations, axis=0) ** 2)
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "m", "d"), [(50, 80, 3), (300, 200, 30)])
def test_frechet_distance_agrees_with_scipy(n, m, d):
    real, fake = correlated(n, d, 0), correlated(m, d, 1)
    a, b = (np.cov(x, rowvar=False) for x in (real, fake))
    shift = real.mean(axis=0) - fake.mean(axis=0)
    expected = shift @ shift + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "d"), [(100, 5), (10, 40)])  # the second has a singular covariance
def test_frechet_distance_of_a_set_to_itself_is_zero(n, d):
    x = correlated(n, d, 0)
    assert metrics.frechet_distance(x, x) == pytest.approx(0, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 30), st.integers(1, 8), st.floats(-5, 5))
def test_frechet_distance_of_a_shifted_set_is_the_shift_squared(n, d, shift):
    x = correlated(n, d, 3)
    assert metrics.frechet_distance(x, x + shift) == pytest.approx(d * shift**2, abs=1e-4)


# frechet_infinity


def gaussians(n, d, distance, seed):
    """Two samples of Gaussians of unequal deviations whose Fréchet distance is known."""
    random = np.random.default_rng(seed)
    scale = np.linspace(0.2, 2, d)
    return random.normal(size=(n, d)) * scale, random.normal(size=(n, d)) * scale + np.sqrt(distance / d)


@pytest.mark.parametrize(("n", "d"), [(1000, 20), (2000, 40)])
@pytest.mark.slow
def test_extrapolation_finds_the_distance_that_few_samples_overstate(n, d):
    plain, extrapolated = [], []
    for seed in range(8):
        real, fake = gaussians(n, d, 0.32, seed)
        plain.append(metrics.frechet_distance(real, fake))
        extrapolated.append(metrics.frechet_infinity(real, fake))
    error = np.std(extrapolated) / np.sqrt(8)
    bias = np.mean(plain) - 0.32
    assert bias > 5 * error  # there is something to take away
    assert abs(np.mean(extrapolated) - 0.32) < 3 * error
    assert abs(np.mean(extrapolated) - 0.32) < bias / 3  # drawing from one set only would leave half of it


def test_the_bias_of_the_frechet_distance_falls_with_the_number_of_images():
    values = [
        np.mean([metrics.frechet_distance(*gaussians(n, 20, 0.32, s)) for s in range(8)]) for n in (200, 400, 800)
    ]
    excess = np.array(values) - 0.32
    np.testing.assert_allclose(excess[:-1] / excess[1:], 2, rtol=0.25)  # as 1/N


def test_extrapolation_is_linear_in_1_over_n(monkeypatch):
    drawn = []

    def distance(real, fake):
        assert len(real) == len(fake)
        drawn.append(len(real))
        return 3.0 + 50.0 / len(real)

    monkeypatch.setattr(metrics, "frechet_distance", distance)
    assert metrics.frechet_infinity(np.zeros((700, 2)), np.zeros((500, 2))) == pytest.approx(3.0)
    assert drawn == np.linspace(100, 500, 15).round().tolist()


def test_extrapolation_draws_without_repetition_and_by_its_seed(monkeypatch):
    drawn = []
    monkeypatch.setattr(metrics, "frechet_distance", lambda *sets: drawn.append(sets) or 0.0)
    x = np.arange(200.0)[:, None]
    for seed in (1, 1, 2):
        metrics.frechet_infinity(x, x + 1000, seed)
    assert all(len(np.unique(part)) == len(part) for sets in drawn for part in sets)
    once, again, other = ([np.concatenate(sets).tolist() for sets in drawn[15 * i : 15 * i + 15]] for i in range(3))
    assert once == again
    assert once != other
    assert np.ptp(np.concatenate(drawn[0])) > 900  # from both sets


def test_extrapolation_needs_images():
    with pytest.raises(ValueError, match="at least 20 images of each kind are needed to extrapolate, not 19"):
        metrics.frechet_infinity(np.zeros((30, 2)), np.zeros((19, 2)))


# kernel_distance, mean_distance


def kernel_means(real, fake, kernel, unbiased):
    """Double loops over all pairs."""

    def mean(a, b):
        skip = unbiased and a is b
        return np.mean([kernel(x, y) for i, x in enumerate(a) for j, y in enumerate(b) if not (skip and i == j)])

    return mean(real, real) + mean(fake, fake) - 2 * mean(real, fake)


@pytest.mark.parametrize("d", [1, 5])
def test_kernel_distance_agrees_with_scikit_learn(d):
    real, fake = correlated(60, d, 0), correlated(45, d, 1)

    def kernel(a, b):
        return polynomial_kernel(a, b, degree=3, gamma=1 / d, coef0=1)

    within = [(kernel(x, x).sum() - np.trace(kernel(x, x))) / (len(x) * (len(x) - 1)) for x in (real, fake)]
    expected = sum(within) - 2 * kernel(real, fake).mean()
    assert metrics.kernel_distance(real, fake) == pytest.approx(expected)


def test_kernel_distance_compares_no_image_with_itself():
    real, fake = correlated(9, 3, 0), correlated(7, 3, 1)
    kernels = [kernel_means(real, fake, lambda x, y: (x @ y / 3 + 1) ** 3, unbiased) for unbiased in (True, False)]
    assert metrics.kernel_distance(real, fake) == pytest.approx(kernels[0])
    assert metrics.kernel_distance(real, fake) != pytest.approx(kernels[1], rel=0.01)


def test_kernel_distance_is_unbiased_at_any_number_of_images():
    # Of equal distributions the mean is 0 already for ten images, and half of the values are negative.
    values = [metrics.kernel_distance(*np.random.default_rng(s).normal(size=(2, 10, 4))) for s in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert 0.3 < np.mean(np.array(values) < 0) < 0.7


def test_kernel_distance_takes_the_whole_set_at_once():
    real, fake = correlated(2300, 3, 0), correlated(1100, 3, 1)  # more than a block
    kernels = [polynomial_kernel(a, b, 3, 1 / 3, 1) for a, b in ((real, real), (fake, fake), (real, fake))]
    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in kernels[:2]]
    assert metrics.kernel_distance(real, fake) == pytest.approx(sum(within) - 2 * kernels[2].mean())


def test_mean_distance_is_the_biased_gaussian_discrepancy_of_unit_vectors_times_1000():
    real, fake = correlated(12, 4, 0), correlated(9, 4, 1)
    unit = [x / np.linalg.norm(x, axis=1)[:, None] for x in (real, fake)]

    def kernel(x, y):
        return np.exp(-np.sum((x - y) ** 2) / (2 * 10**2))

    expected = 1000 * kernel_means(*unit, kernel, unbiased=False)
    assert metrics.mean_distance(real, fake) == pytest.approx(expected, rel=1e-6)
    assert metrics.mean_distance(real, fake) != pytest.approx(1000 * kernel_means(*unit, kernel, True), rel=0.01)


def test_mean_distance_goes_through_many_images_in_pieces():
    real, fake = (correlated(n, 6, seed) for n, seed in ((1200, 0), (300, 1)))
    unit = [x / np.linalg.norm(x, axis=1)[:, None] for x in (real, fake)]
    pairs = [(unit[0], unit[0]), (unit[1], unit[1]), unit]
    kernels = [np.exp(-cdist(a, b, "sqeuclidean") / 200).mean() for a, b in pairs]
    expected = 1000 * (kernels[0] + kernels[1] - 2 * kernels[2])
    assert metrics.mean_distance(real, fake) == pytest.approx(expected, rel=1e-6)


def test_mean_distance_does_not_see_the_length_of_features():
    real, fake = correlated(50, 4, 0), correlated(40, 4, 1)
    assert metrics.mean_distance(7 * real, 0.1 * fake) == pytest.approx(metrics.mean_distance(real, fake), rel=1e-6)


def test_mean_distance_sees_hardly_more_than_the_means():
    real, fake = correlated(400, 16, 0), correlated(400, 16, 1)
    means = [(x / np.linalg.norm(x, axis=1)[:, None]).mean(axis=0) for x in (real, fake)]
    assert metrics.mean_distance(real, fake) == pytest.approx(10 * np.sum(np.subtract(*means) ** 2), rel=0.02)


def test_features_of_zeros_stay_zeros():
    real = np.array([[1.0, 0.0], [0.0, 0.0]])
    other = np.array([[0.0, 1.0], [1.0, 0.0]])
    k = {d: np.exp(-d / 200) for d in (0, 1, 2)}  # by squared distance
    expected = 1000 * ((2 + 2 * k[1]) / 4 + (2 + 2 * k[2]) / 4 - 2 * (k[2] + 1 + k[1] + k[1]) / 4)
    assert metrics.mean_distance(real, other) == pytest.approx(expected, rel=1e-6)


# precision_recall


def brute_force(real, fake, k):
    def covered(points, by):
        reach = np.sort(cdist(by, by), axis=1)[:, k]
        return (cdist(points, by) <= reach).any(axis=1).mean()

    return covered(fake, real), covered(real, fake)


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("d", [2, 40])  # scikit-learn searches a tree in few dimensions and all pairs in many
def test_precision_and_recall_agree_with_brute_force(k, d):
    real, fake = random.normal(size=(60, d)), 0.8 * random.normal(size=(45, d)) + 0.3
    precision, recall = metrics.precision_recall(real, fake, k)
    assert (precision, recall) == pytest.approx(brute_force(real, fake, k))
    assert 0 < precision != recall < 1


def test_precision_and_recall_go_through_many_images_in_pieces():
    real, fake = random.normal(size=(1100, 2)), 1.5 * random.normal(size=(1050, 2))
    assert metrics.precision_recall(real, fake) == pytest.approx(brute_force(real, fake, 3))


def test_a_set_covers_itself():
    x = random.normal(size=(50, 64))
    assert metrics.precision_recall(x, x) == (1, 1)


def test_copies_cover_each_other():
    # Five of each: the reach is 0, and rounding must not take it away.
    x = np.repeat(100 + 50 * random.normal(size=(60, 64)), 5, axis=0)
    assert metrics.precision_recall(x, x[::-1]) == (1, 1)


def test_sets_far_apart_cover_nothing():
    x = random.normal(size=(50, 8))
    assert metrics.precision_recall(x, x + 1000) == (0, 0)


def test_missing_classes_cost_recall_not_precision():
    classes = [random.normal(size=(20, 8)) + 1000 * i for i in range(10)]
    assert metrics.precision_recall(np.concatenate(classes), np.concatenate(classes[:5])) == (1, 0.5)


def test_wild_samples_cost_precision_not_recall():
    real = random.normal(size=(40, 8))
    fake = np.concatenate([real, 1000 * np.arange(10, 50)[:, None] * np.ones(8)])
    # Wild ones lie 1,000·√8 apart, and no nearer than 10,000·√8 to the real ones.
    assert metrics.precision_recall(real, fake) == (0.5, 1)


def test_an_image_at_exactly_the_reach_of_precision_is_within():
    # Of the real points 0, 1, 3 the reach of 3 is 2, with k = 1: ≤ counts the generated point at 5.
    real, fake = np.array([[0.0], [1.0], [3.0]]), np.array([[5.0], [5.1]])
    assert metrics.precision_recall(real, fake, k=1)[0] == 0.5


def test_the_default_reach_of_precision_and_recall_is_the_third_neighbours():
    real, fake = random.normal(size=(60, 5)), random.normal(size=(60, 5)) + 0.5
    assert metrics.precision_recall(real, fake) == pytest.approx(brute_force(real, fake, 3))


@pytest.mark.parametrize("measure", [metrics.precision_recall, metrics.density_coverage])
@pytest.mark.parametrize("k", [0, -1, 10, 11])
def test_k_must_be_below_the_number_of_images(measure, k):
    x = random.normal(size=(12, 2))
    with pytest.raises(ValueError, match=f"at least 1(| and below the number of images, 10), not {k}"):
        measure(x, x[:10], k)


# density_coverage


def density_coverage_by_loops(real, fake, k):
    reach = []
    for i, x in enumerate(real):
        others = sorted(np.linalg.norm(x - y) for j, y in enumerate(real) if j != i)
        reach.append(others[k - 1])
    hits = sum(np.linalg.norm(x - y) < r for y in fake for x, r in zip(real, reach, strict=True))
    covered = sum(any(np.linalg.norm(x - y) < r for y in fake) for x, r in zip(real, reach, strict=True))
    return hits / (k * len(fake)), covered / len(real)


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("d", [2, 40])
def test_density_and_coverage_agree_with_loops(k, d):
    real, fake = random.normal(size=(40, d)), 0.8 * random.normal(size=(30, d)) + 0.3
    density, coverage = metrics.density_coverage(real, fake, k)
    assert (density, coverage) == pytest.approx(density_coverage_by_loops(real, fake, k))
    assert 0 < coverage < 1 or k > 1


def test_density_and_coverage_go_through_many_images_in_pieces():
    real, fake = random.normal(size=(150, 2)), random.normal(size=(1050, 2))
    assert metrics.density_coverage(real, fake) == pytest.approx(density_coverage_by_loops(real, fake, 5))


def test_the_default_reach_of_density_is_the_fifth_neighbours():
    real, fake = random.normal(size=(60, 3)), random.normal(size=(60, 3)) + 1
    values = [metrics.density_coverage(real, fake, k) for k in (3, 4, 5, 6)]
    assert metrics.density_coverage(real, fake) == values[2]
    assert len(set(values)) == 4


def test_a_point_is_no_neighbour_of_itself_for_density():
    # The reaches of 0, 1, 3 are 1, 1, 2 with k = 1; if each were its own first neighbour, they would be 0.
    real, fake = np.array([[0.0], [1.0], [3.0]]), np.array([[0.5], [0.5]])
    assert metrics.density_coverage(real, fake, k=1) == (2.0, pytest.approx(2 / 3))


def test_an_image_at_exactly_the_reach_of_density_is_not_within():
    real, fake = np.array([[0.0], [1.0], [3.0]]), np.array([[5.0], [5.0]])
    assert metrics.density_coverage(real, fake, k=1) == (0.0, 0.0)
    assert metrics.density_coverage(real, fake - 0.01, k=1) == (1.0, pytest.approx(1 / 3))


def test_density_exceeds_1_where_images_crowd():
    real = random.normal(size=(200, 4))
    density, coverage = metrics.density_coverage(real, 0.1 * random.normal(size=(200, 4)))
    assert density > 1.1
    assert coverage < 0.7


def test_density_of_real_images_is_1_and_coverage_follows_k():
    # Of n more real images none lies within k-th reach with the chance 2⁻ᵏ, nearly (Naeem et al., 2020, section 3.4).
    real, more = random.normal(size=(2, 4000, 3))
    density, coverage = metrics.density_coverage(real, more, k=2)
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(1 - 2**-2, abs=0.02)


def test_one_outlier_fools_precision_and_not_density():
    real, fake = random.normal(size=(100, 2)), 6 + random.normal(size=(100, 2))
    real[0] = 40.0  # its reach covers all of the generated images
    assert metrics.precision_recall(real, fake, k=5)[0] > 0.9
    assert metrics.density_coverage(real, fake, k=5)[0] < 0.3


# prd, f_beta


def blobs(*counts, seed=0):
    """So many points about each of as many centres, far apart."""
    random = np.random.default_rng(seed)
    return np.concatenate([1000 * i + random.normal(size=(n, 2)) for i, n in enumerate(counts)])


def authors_curve(p, q):
    """Algorithm 1 and equation 6 of Sajjadi et al. (2018), angle by angle."""
    angles = np.linspace(1e-10, np.pi / 2 - 1e-10, 1001)
    precision = [sum(min(np.tan(angle) * a, b) for a, b in zip(p, q, strict=True)) for angle in angles]
    return np.array(precision), np.array(precision) / np.tan(angles)


CURVES = {
    "identical": ((30, 30), (30, 30)),
    "disjoint": ((30, 30, 0, 0), (0, 0, 30, 30)),
    "half overlapping": ((30, 30, 0), (0, 30, 30)),
    "half of the modes": ((30, 30), (60, 0)),
    "unequal": ((10, 20, 30), (40, 10, 10)),
}


@pytest.mark.parametrize("name", CURVES)
def test_prd_of_known_histograms(name):
    p, q = CURVES[name]
    precision, recall = metrics.prd(blobs(*p), blobs(*q, seed=1), clusters=len(p))
    assert precision.shape == recall.shape == (1001,)
    expected = authors_curve(np.array(p) / sum(p), np.array(q) / sum(q))
    np.testing.assert_allclose(precision, expected[0].clip(0, 1), atol=1e-9)
    np.testing.assert_allclose(recall, expected[1].clip(0, 1), atol=1e-9)


def test_prd_of_identical_sets_reaches_both_ends():
    precision, recall = metrics.prd(blobs(30, 20), blobs(30, 20))
    assert np.max(np.minimum(precision, recall)) == pytest.approx(1)
    assert (metrics.f_beta(precision, recall), metrics.f_beta(precision, recall, 1 / 8)) == pytest.approx((1, 1))


def test_prd_of_disjoint_sets_is_0():
    precision, recall = metrics.prd(blobs(30), 5000 + blobs(30), clusters=4)
    assert not precision.any()
    assert not recall.any()
    assert metrics.f_beta(precision, recall) == 0


def test_prd_of_half_overlapping_sets_ends_at_a_half():
    precision, recall = metrics.prd(blobs(30, 30, 0), blobs(0, 30, 30), clusters=3)
    assert (precision.max(), recall.max()) == pytest.approx((0.5, 0.5))


def test_prd_of_half_of_the_modes_costs_recall():
    precision, recall = metrics.prd(blobs(30, 30), blobs(60, 0), clusters=2)
    assert (precision.max(), recall.max()) == pytest.approx((1, 0.5))
    assert metrics.f_beta(precision, recall, 8) == pytest.approx(65 * 0.5 / (64 + 0.5), rel=1e-3)
    assert metrics.f_beta(precision, recall, 1 / 8) == pytest.approx((65 / 64) * 0.5 / (1 / 64 + 0.5), rel=1e-3)
    # Exchanged, they cost precision.
    assert [x.max() for x in metrics.prd(blobs(60, 0), blobs(30, 30), clusters=2)] == pytest.approx([0.5, 1])


def test_prd_splits_the_union_into_clusters():
    # With one cluster everything is the same; with twenty by default it is not.
    real, fake = blobs(100), 3 + blobs(100, seed=1)
    same = metrics.prd(real, fake, clusters=1)
    assert metrics.f_beta(*same) == pytest.approx(1)
    assert metrics.f_beta(*metrics.prd(real, fake)) < 0.5
    np.testing.assert_array_equal(metrics.prd(real, fake), metrics.prd(real, fake, clusters=20, seed=0))


@pytest.mark.slow
def test_the_seed_of_prd_is_that_of_the_clusters():
    real, fake = random.normal(size=(2, 300, 5))
    once, again, other = (np.array(metrics.prd(real, fake, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()


@pytest.mark.parametrize("clusters", [0, 61])
def test_clusters_are_at_most_the_images(clusters):
    with pytest.raises(
        ValueError,
        match=f"clusters must be (an integer of at least 1|from 1 to 60, the number of images), not {clusters}",
    ):
        metrics.prd(blobs(30), blobs(30), clusters)


@pytest.mark.parametrize("beta", [8, 1 / 8, 1])
def test_f_beta_agrees_with_the_counts_of_scikit_learn(beta):
    # Eight right of ten that were called positive, and of sixteen that are.
    truth, answers = np.r_[np.ones(16), np.zeros(4)], np.r_[np.ones(8), np.zeros(8), np.ones(2), np.zeros(2)]
    assert metrics.f_beta([0.8], [0.5], beta) == pytest.approx(fbeta_score(truth, answers, beta=beta))


def test_f_beta_is_the_largest_on_the_curve_and_8_by_default():
    precision, recall = np.array([0.9, 0.6, 0.0]), np.array([0.1, 0.6, 0.0])
    assert metrics.f_beta(precision, recall, 1) == pytest.approx(0.6)
    assert metrics.f_beta([0.8], [0.5]) == metrics.f_beta([0.8], [0.5], 8) != metrics.f_beta([0.8], [0.5], 1)


# nearest_neighbours


@pytest.mark.parametrize("d", [2, 64])
def test_nearest_neighbours_agree_with_brute_force(d):
    features, training = random.normal(size=(20, d)), random.normal(size=(50, d))
    distances, indices = metrics.nearest_neighbours(features, training)
    pairs = cdist(features, training)
    np.testing.assert_array_equal(indices, pairs.argmin(axis=1))
    np.testing.assert_allclose(distances, pairs.min(axis=1))


@pytest.mark.parametrize("d", [2, 64])
def test_copies_lie_at_distance_zero(d):
    training = 100 + 50 * random.normal(size=(300, d))
    distances, indices = metrics.nearest_neighbours(training[::-1], training)
    assert not distances.any()
    assert indices.tolist() == list(range(300))[::-1]


MEASURES = [
    metrics.frechet_distance, metrics.frechet_infinity, metrics.kernel_distance, metrics.mean_distance,
    metrics.precision_recall, metrics.density_coverage, metrics.prd, metrics.nearest_neighbours,
]  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("shape", "other"), [((9, 3), (9, 4)), ((9,), (9, 3)), ((9, 3), (1, 3)), ((9, 2, 2), (9, 2, 2)), ((0, 3), (9, 3))]
)
def test_features_must_fit(measure, shape, other):
    with pytest.raises(ValueError, match=r"shapes \(N, D\) and \(M, D\)") as caught:
        measure(np.zeros(shape), np.zeros(other))
    assert str(shape) in str(caught.value)
    assert str(other) in str(caught.value)


NUMBERS = [m for m in MEASURES if m not in (metrics.prd, metrics.nearest_neighbours)]


@pytest.mark.parametrize("measure", NUMBERS)
def test_measures_are_python_numbers_and_do_not_change_their_arguments(measure):
    real, fake = correlated(60, 4, 0).astype(np.float32), correlated(50, 4, 1).astype(np.float32)
    copies = real.copy(), fake.copy()
    value = measure(real, fake)
    assert {type(x) for x in (value if isinstance(value, tuple) else (value,))} == {float}
    np.testing.assert_array_equal(real, copies[0])
    np.testing.assert_array_equal(fake, copies[1])
