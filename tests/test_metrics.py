import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist
from scipy.stats import entropy

from dcgan_tf import data, metrics

random = np.random.default_rng(0)


# mnist_classifier


def test_floats_are_no_images_for_a_classifier():
    with pytest.raises(ValueError, match="images must be uint8"):
        metrics.mnist_classifier()(np.zeros((2, 28, 28, 1), np.float32))


@pytest.fixture(scope="module")
def digits():
    return data.mnist("sample", "test")


@pytest.fixture(scope="module")
def judged(digits):
    return metrics.mnist_classifier()(digits.images)


def test_the_classifier_knows_the_digits(judged, digits):
    assert (judged[1].argmax(axis=1) == digits.labels).mean() >= 0.992


def test_the_classifier_gives_features_and_probabilities(judged):
    features, probabilities = judged
    assert features.shape == (2000, 64)
    assert probabilities.shape == (2000, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_the_classifiers_features_tell_the_digits_apart(judged, digits):
    _, nearest = metrics.nearest_neighbours(judged[0][1000:], judged[0][:1000])
    assert (digits.labels[:1000][nearest] == digits.labels[1000:]).mean() > 0.97


def test_the_classifier_judges_each_image_by_itself(judged, digits):
    features, probabilities = metrics.mnist_classifier()(digits.images[:7], batch_size=3)
    np.testing.assert_allclose(features, judged[0][:7], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(probabilities, judged[1][:7], rtol=1e-4, atol=1e-6)


def test_the_classifier_is_small():
    assert (data.BUNDLED / "mnist_classifier.keras").stat().st_size < 1_000_000


# face_classifier


def test_the_face_classifier_knows_the_attributes():
    faces = data.faces(200, seed=1, verbose=False)
    features, probabilities = metrics.face_classifier()(faces.images)
    assert features.shape == (200, 64)
    assert probabilities.shape == faces.labels.shape
    right = ((probabilities > 0.5) == faces.labels).mean(axis=0)
    assert right.mean() > 0.99
    assert right.min() > 0.9  # a mouth may be hidden by a beard


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


def test_classes_count_from_two_percent_on():
    counts = [50, 28, 20, 2, 1]  # of 101: the fourth falls short
    probabilities = np.eye(6)[np.repeat(np.arange(5), counts)]
    assert metrics.classes_covered(probabilities) == 3
    assert metrics.classes_covered(probabilities[:-1]) == 4
    assert metrics.classes_covered(probabilities, least=0.25) == 2


def test_an_image_counts_for_its_most_probable_class():
    assert metrics.classes_covered(np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])) == 2


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


@pytest.mark.parametrize("k", [0, -1, 10, 11])
def test_k_must_be_below_the_number_of_images(k):
    x = random.normal(size=(12, 2))
    with pytest.raises(ValueError, match=f"at least 1 and below the number of images, 10, not {k}"):
        metrics.precision_recall(x, x[:10], k)


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


@pytest.mark.parametrize("measure", [metrics.frechet_distance, metrics.precision_recall, metrics.nearest_neighbours])
@pytest.mark.parametrize(
    ("shape", "other"), [((9, 3), (9, 4)), ((9,), (9, 3)), ((9, 3), (1, 3)), ((9, 2, 2), (9, 2, 2)), ((0, 3), (9, 3))]
)
def test_features_must_fit(measure, shape, other):
    with pytest.raises(ValueError, match=r"shapes \(N, D\) and \(M, D\)") as caught:
        measure(np.zeros(shape), np.zeros(other))
    assert str(shape) in str(caught.value)
    assert str(other) in str(caught.value)
