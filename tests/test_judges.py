import numpy as np
import pytest
from scipy.special import expit, softmax

from dcgan_tf import data, judges, metrics, pretrained

# the classifiers


@pytest.mark.parametrize("classifier", [judges.mnist_classifier, judges.face_classifier])
def test_floats_are_no_images_for_a_classifier(classifier):
    with pytest.raises(ValueError, match="images must be uint8"):
        classifier()(np.zeros((2, 28, 28, 1), np.float32))


@pytest.mark.parametrize("classifier", [judges.mnist_classifier, judges.face_classifier, judges.haircut_classifier])
def test_a_second_call_costs_nothing(classifier, monkeypatch):
    first = classifier()
    monkeypatch.setattr(pretrained, "load", lambda name: pytest.fail(f"{name} is loaded again"))
    assert classifier() is first


@pytest.fixture(scope="module")
def digits():
    return data.mnist("sample", "test")


@pytest.fixture(scope="module")
def faces():
    return data.faces(200, seed=1, verbose=False)


@pytest.fixture(scope="module")
def judged(digits):
    return judges.mnist_classifier()(digits.images)


def test_the_classifier_knows_the_digits(judged, digits):
    assert (judged[1].argmax(axis=1) == digits.labels).mean() >= 0.992


def test_the_classifier_gives_features_and_probabilities(judged):
    features, probabilities = judged
    assert features.shape == (2000, 64)
    assert probabilities.shape == (2000, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def logits_and_features(name, images):
    """From the bundled network itself, layer by layer."""
    network = pretrained.load(name)
    x = images / np.float32(127.5) - 1
    for layer in network.layers:
        x = layer(x)
        if layer.name == "features":
            features = np.asarray(x)
    return np.asarray(x, np.float64), features


def test_the_probabilities_of_digits_are_the_softmax_of_the_logits(judged, digits):
    # Not of tempered ones: the score and the share of sure images hang on that.
    logits, features = logits_and_features("mnist_classifier", digits.images[:200])
    np.testing.assert_allclose(judged[1][:200], softmax(logits, axis=1), rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(judged[0][:200], features, rtol=1e-4, atol=1e-4)
    unsure = judged[1].max(axis=1) < 0.99
    assert unsure.sum() > 20  # or any temperature would do


def test_the_probabilities_of_attributes_are_the_sigmoids_of_the_logits(faces):
    logits, features = logits_and_features("face_classifier", faces.images[:100])
    judged = judges.face_classifier()(faces.images[:100])
    np.testing.assert_allclose(judged[1], expit(logits), rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(judged[0], features, rtol=1e-4, atol=1e-4)
    assert ((judged[1] > 0.01) & (judged[1] < 0.99)).sum() > 10


def test_the_digits_are_classified_as_surely_as_rightly(judged, digits):
    # On average the largest probability says how often it is right: a temperature of 2 would claim 97 %.
    right = (judged[1].argmax(axis=1) == digits.labels).mean()
    assert judged[1].max(axis=1).mean() == pytest.approx(right, abs=0.006)


def test_the_classifiers_features_tell_the_digits_apart(judged, digits):
    _, nearest = metrics.nearest_neighbours(judged[0][1000:], judged[0][:1000])
    assert (digits.labels[:1000][nearest] == digits.labels[1000:]).mean() > 0.97


def test_the_classifier_judges_each_image_by_itself(judged, digits):
    features, probabilities = judges.mnist_classifier()(digits.images[:7], batch_size=3)
    np.testing.assert_allclose(features, judged[0][:7], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(probabilities, judged[1][:7], rtol=1e-4, atol=1e-6)


def test_the_classifier_is_small():
    assert (data.BUNDLED / "mnist_classifier.keras").stat().st_size < 1_000_000


def test_the_face_classifier_knows_the_attributes(faces):
    features, probabilities = judges.face_classifier()(faces.images)
    assert features.shape == (200, 64)
    assert probabilities.shape == faces.labels.shape
    right = ((probabilities > 0.5) == faces.labels).mean(axis=0)
    assert right.mean() > 0.99
    assert right.min() > 0.9  # a mouth may be hidden by a beard


def test_the_haircut_classifier_knows_the_haircuts(faces):
    features, probabilities = judges.haircut_classifier()(faces.images)
    assert features.shape == (200, 64)
    assert probabilities.shape == (200, len(data.HAIRCUTS))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == data.haircuts(200, seed=1)).mean() > 0.98


def test_a_haircut_s_share_is_that_among_the_images_over_that_among_the_real_ones(faces):
    cuts = data.haircuts(200, seed=1)
    curly, bald = (data.HAIRCUTS.index(name) for name in ("curly", "bald"))
    without = np.flatnonzero(cuts != curly)
    kept = judges.haircut_shares(faces.images[without], faces.images)
    assert kept.shape == (20,)
    assert kept[curly] == 0
    assert kept[bald] == pytest.approx(200 / len(without))
    np.testing.assert_allclose(judges.haircut_shares(faces.images, faces.images), 1)


def test_every_judge_has_a_name():
    assert list(judges.JUDGES) == ["digits", "faces"]
    for judge in judges.JUDGES.values():
        images = np.zeros((2, *judge.shape), np.uint8)
        assert judge.classifier()(images)[0].shape == (2, 64)


# measure


@pytest.mark.slow
def test_digits_are_measured_against_the_test_digits(judged):
    images = data.mnist("sample").images[:400]
    table = judges.measure(images)
    features, probabilities = judges.mnist_classifier()(images)
    precision, recall = metrics.precision_recall(judged[0], features, 3)
    assert table == {
        "distance": pytest.approx(metrics.frechet_distance(judged[0], features)),
        "precision": precision,
        "recall": recall,
        "score": metrics.classifier_score(probabilities),
        "classes": 10,
        "sure": np.mean([max(row) > 0.9 for row in probabilities]),
    }
    assert table == judges.measure(images, real=data.mnist("sample", "test").images)
    assert precision != recall


def test_the_table_of_digits_has_plain_numbers_in_their_ranges():
    table = judges.measure(data.mnist("sample").images[:1000])
    assert {name: type(value) for name, value in table.items()} == {
        "distance": float, "precision": float, "recall": float, "score": float, "classes": int, "sure": float,
    }  # fmt: skip
    assert 0 < table["distance"] < 15
    assert table["precision"] > 0.8
    assert table["recall"] > 0.8
    assert table["score"] > 9
    assert table["sure"] > 0.95


def test_precision_and_recall_of_the_table_are_not_exchanged():
    # One digit alone is realistic, and covers little.
    table = judges.measure(data.mnist("sample").images[data.mnist("sample").labels == 3][:500])
    assert table["classes"] <= 2
    assert table["score"] < 1.3
    assert table["precision"] > 0.8
    assert table["recall"] < 0.2


def test_noise_is_no_digit():
    noise = np.random.default_rng(0).integers(0, 256, (300, 28, 28, 1), np.uint8)
    table = judges.measure(noise)
    assert table["distance"] > 10 * judges.measure(data.mnist("sample").images[:300])["distance"]
    assert table["precision"] == 0


def test_blends_of_two_digits_leave_the_classifier_unsure(digits):
    pairs = digits.images[:600].reshape(2, 300, 28, 28, 1)
    differ = digits.labels[:300] != digits.labels[300:600]
    blends = (pairs.astype(int).sum(axis=0) // 2).astype(np.uint8)[differ]
    assert judges.measure(blends)["sure"] < 0.8 < judges.measure(pairs[0])["sure"]


def test_faces_are_measured_by_their_attributes_too(faces):
    images = faces.images[:120]
    real = np.asarray(faces.images[120:])
    table = judges.measure(images, real)
    classify = judges.face_classifier()
    (features, probabilities), (real_features, real_probabilities) = classify(images), classify(real)
    shares, real_shares = ([np.mean(column > 0.5) for column in p.T] for p in (probabilities, real_probabilities))
    assert table == {
        "distance": pytest.approx(metrics.frechet_distance(real_features, features)),
        "precision": metrics.precision_recall(real_features, features)[0],
        "recall": metrics.precision_recall(real_features, features)[1],
        "shares": pytest.approx(max(abs(a - b) for a, b in zip(shares, real_shares, strict=True))),
    }
    assert {type(value) for value in table.values()} == {float}


def test_faces_without_an_attribute_differ_in_its_share(faces):
    glasses = faces.labels[:, faces.names.index("glasses")] == 1
    shares = judges.measure(np.asarray(faces.images)[~glasses], np.asarray(faces.images))["shares"]
    assert shares == pytest.approx(glasses.mean(), abs=0.02)


def test_faces_are_compared_with_2000_others_by_default(monkeypatch):
    asked = []
    drawn = data.faces(30, seed=5, verbose=False)

    def faces(count, seed, verbose):
        asked.append((count, seed))
        return drawn

    monkeypatch.setattr(data, "faces", faces)
    judges._reference.cache_clear()
    try:
        assert judges.measure(np.asarray(drawn.images))["distance"] == pytest.approx(0, abs=1e-3)
        judges.measure(np.asarray(drawn.images))
    finally:
        judges._reference.cache_clear()
    assert asked == [(2_000, 1)]  # once


def test_the_real_digits_are_judged_once(monkeypatch):
    judges.measure(np.zeros((4, 28, 28, 1), np.uint8))
    monkeypatch.setattr(data, "mnist", lambda *args: pytest.fail("loaded again"))
    judges.measure(np.zeros((4, 28, 28, 1), np.uint8))


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((9, 28, 28, 1), np.float32), ((9, 28, 28), np.uint8), ((9, 32, 32, 3), np.uint8), ((28, 28, 1), np.uint8)],
)
def test_other_images_are_refused(shape, dtype):
    with pytest.raises(
        ValueError, match=r"images must be uint8 of \(N, 28, 28, 1\) or \(N, 64, 64, 3\), not "
    ) as caught:
        judges.measure(np.zeros(shape, dtype))
    assert str(caught.value).endswith(f"not {np.dtype(dtype)} of {shape}")


def test_images_are_compared_with_their_own_kind():
    with pytest.raises(
        ValueError, match=r"the real images must be uint8 of \(N, 28, 28, 1\), not uint8 of \(9, 64, 64, 3\)"
    ):
        judges.measure(np.zeros((9, 28, 28, 1), np.uint8), np.zeros((9, 64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match=r"the real images must be uint8 of \(N, 28, 28, 1\), not float32"):
        judges.measure(np.zeros((9, 28, 28, 1), np.uint8), np.zeros((9, 28, 28, 1), np.float32))
