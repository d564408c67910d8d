"""What the features come from that `metrics` compares: frozen classifiers, and the usual table of measures."""

from functools import cache
from typing import Callable, NamedTuple

import numpy as np

from dcgan_tf import data, metrics, pretrained


@cache
def mnist_classifier() -> Callable:
    """The frozen classifier of digits: uint8 images (N, 28, 28, 1) → (features (N, 64), probabilities (N, 10)).

    Made by `data/make_mnist_classifier.py`; its accuracy on the 10,000 test digits stands in `data/README.md`. It is
    loaded once: a second call gives the same one.
    """
    return _frozen("mnist_classifier", _softmax)


@cache
def face_classifier() -> Callable:
    """The frozen classifier of the drawn faces' attributes, in the order of `data.faces().names`.

    uint8 images (N, 64, 64, 3) → (features (N, 64), probabilities (N, 15), each attribute's own). Made by
    `data/make_face_classifier.py`; its accuracy on 2,000 other faces stands in `data/README.md`. It is loaded once: a
    second call gives the same one.
    """
    return _frozen("face_classifier", lambda logits: 0.5 + 0.5 * np.tanh(0.5 * logits))  # σ, without an overflow


@cache
def haircut_classifier() -> Callable:
    """The frozen classifier of the drawn faces' haircuts, in the order of `data.HAIRCUTS`.

    uint8 images (N, 64, 64, 3) → (features (N, 64), probabilities (N, 20)). Made by
    `data/make_haircut_classifier.py`; its accuracy on 2,000 other faces stands in `data/README.md`.
    """
    return _frozen("haircut_classifier", _softmax)


def haircut_shares(images: np.ndarray, real: np.ndarray) -> np.ndarray:
    """How much of its share each haircut keeps: (20,), in the order of `data.HAIRCUTS`.

    Args:
        images, real: uint8 faces (N, 64, 64, 3); both are judged by `haircut_classifier`.
    Returns:
        The share of a haircut among the images divided by that among the real ones: 1 is right, 0 is lost. Not a number
        or infinite where it is not among the real ones.
    """
    shares = []
    for faces in (images, real):
        probabilities = haircut_classifier()(faces)[1]
        shares.append(np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]) / len(faces))
    with np.errstate(divide="ignore", invalid="ignore"):
        return shares[0] / shares[1]


class Judge(NamedTuple):
    """Who judges images of one shape.

    Attributes:
        shape: (H, W, C) of the images.
        classifier: () → a classifier as above.
        real: () → the real images to compare with, uint8 (2000, H, W, C), none of which a network was trained on.
    """

    shape: tuple
    classifier: Callable
    real: Callable


JUDGES = {
    "digits": Judge((28, 28, 1), mnist_classifier, lambda: data.mnist("sample", "test").images),
    "faces": Judge((64, 64, 3), face_classifier, lambda: data.faces(2_000, seed=1, verbose=False).images),
}
"""The judge of each kind of image, by the name that a data set gives it."""


def measure(images: np.ndarray, real: np.ndarray | None = None) -> dict:
    """The usual table of a set of images, beside real ones; report it beside the floor, that of other real images.

    Args:
        images: uint8, digits (N, 28, 28, 1) or drawn faces (N, 64, 64, 3), more than three.
        real: others of the same kind to compare with, more than three; None: 2,000 that no network of the course was
            trained on, the bundled test digits or `data.faces(2_000, seed=1)`.
    Returns:
        Python numbers by name: `distance`, Fréchet's; `precision` and `recall`, k = 3; of digits also `score`, from
        1 to 10, `classes` covered, of 10, and `sure`, the share of images whose most probable class has a probability
        above 0.9; of faces also `shares`, the largest difference between the share of an attribute and that among
        the real images, both as the classifier reads them.
    Raises:
        ValueError: other images.
    """
    images, real = np.asarray(images), None if real is None else np.asarray(real)
    name, judge = _judge_of(images)
    if real is not None and not _fits(judge, real):
        raise ValueError(f"the real images must be uint8 of {_shape(judge)}, not {real.dtype} of {real.shape}")
    if len(images) < 4 or (real is not None and len(real) < 4):
        raise ValueError("more than three images are needed, real ones too: the measures look at three neighbours")
    features, probabilities = judge.classifier()(images)
    real_features, real_probabilities = _reference(name) if real is None else judge.classifier()(real)
    precision, recall = metrics.precision_recall(real_features, features, k=3)
    table = {
        "distance": metrics.frechet_distance(real_features, features),
        "precision": precision,
        "recall": recall,
    }
    if name == "faces":
        shares, real_shares = ((p > 0.5).mean(axis=0) for p in (probabilities, real_probabilities))
        return table | {"shares": float(abs(shares - real_shares).max())}
    return table | {
        "score": metrics.classifier_score(probabilities),
        "classes": metrics.classes_covered(probabilities),
        "sure": float((probabilities.max(axis=1) > 0.9).mean()),
    }


def _judge_of(images):
    for name, judge in JUDGES.items():
        if _fits(judge, images):
            return name, judge
    allowed = " or ".join(map(_shape, JUDGES.values()))
    raise ValueError(f"images must be uint8 of {allowed}, not {images.dtype} of {images.shape}")


def _fits(judge, images):
    return images.dtype == np.uint8 and images.shape[1:] == judge.shape


def _shape(judge):
    return f"(N, {', '.join(map(str, judge.shape))})"


@cache
def _reference(name):
    """Features and probabilities of the judge's own real images."""
    judge = JUDGES[name]
    return judge.classifier()(judge.real())


def _frozen(name, activation):
    import keras

    model = pretrained.load(name)
    two_headed = keras.Model(model.inputs[0], [model.get_layer("features").output, model.outputs[0]])

    def classify(images, batch_size=500):
        if images.dtype != np.uint8:  # floats in [−1, 1] would be scaled once more
            raise ValueError(f"images must be uint8, as GAN.sample and generate make them, not {images.dtype}")
        batches = (images[i : i + batch_size] for i in range(0, len(images), batch_size))
        heads = [two_headed(batch / np.float32(127.5) - 1) for batch in batches]
        features, logits = (np.concatenate(head).astype(np.float64) for head in zip(*heads, strict=True))
        return features, activation(logits)

    return classify


def _softmax(logits):
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)
