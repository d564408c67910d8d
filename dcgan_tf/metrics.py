"""How good are the samples: measures on the features of a frozen classifier, as functions of NumPy arrays.

They are the measures known as Inception score, FID and improved precision and recall. They do not go by these
names here, since those stand for the features of an Inception network and can be compared with nothing else.
"""

import numpy as np

from dcgan_tf import pretrained


def mnist_classifier():
    """The frozen classifier of digits: uint8 images (N, 28, 28, 1) → (features (N, 64), probabilities (N, 10)).

    Made by `data/make_mnist_classifier.py`; its accuracy on the 10,000 test digits stands in `data/README.md`.
    """
    return _frozen("mnist_classifier", _softmax)


def face_classifier():
    """The frozen classifier of the drawn faces' attributes, in the order of `data.faces().names`.

    uint8 images (N, 64, 64, 3) → (features (N, 64), probabilities (N, 15), each attribute's own). Made by
    `data/make_face_classifier.py`; its accuracy on 2,000 other faces stands in `data/README.md`.
    """
    return _frozen("face_classifier", lambda logits: 0.5 + 0.5 * np.tanh(0.5 * logits))  # σ, without an overflow


def _frozen(name, activation):
    import keras

    model = pretrained.load(name)
    two_headed = keras.Model(model.inputs[0], [model.get_layer("features").output, model.outputs[0]])

    def classify(images, batch_size=500):
        if images.dtype != np.uint8:  # floats in [−1, 1] would be scaled once more
            raise ValueError(f"images must be uint8, as GAN.sample and generate make them, not {images.dtype}")
        heads = [two_headed(batch / np.float32(127.5) - 1) for batch in _split(images, batch_size)]
        features, logits = (np.concatenate(head).astype(np.float64) for head in zip(*heads, strict=True))
        return features, activation(logits)

    return classify


def _softmax(logits):
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def classifier_score(probabilities):
    """exp E KL(p(y|x) ‖ p(y)), between 1 and the number of classes (Salimans et al., 2016, section 4).

    High where each image is clearly of one class and all classes are equally frequent.

    Args:
        probabilities: (N, classes), the classifier's p(y|x) of each image; rows sum to 1.
    """
    p = np.clip(probabilities, 1e-12, 1.0)  # 0·log 0 is 0
    return float(np.exp(np.mean(np.sum(p * (np.log(p) - np.log(p.mean(axis=0))), axis=1))))


def frechet_distance(real_features, fake_features):
    """‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) of two Gaussians fitted to features (Heusel et al., 2017, equation 6).

    Zero for equal mean and covariance, and biased upwards for few samples: compare at the same number only.

    Args:
        real_features, fake_features: (N, D) and (M, D), of two images each at the least.
    """
    real, fake = _check_features(real_features, fake_features)
    difference = real.mean(axis=0) - fake.mean(axis=0)
    real_cov, fake_cov = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (real, fake))
    # Tr (Σ₁Σ₂)^½ is the sum of the roots of the eigenvalues of Σ₁Σ₂, real and ≥ 0 but for rounding.
    eigenvalues = np.linalg.eigvals(real_cov @ fake_cov).real
    trace = np.trace(real_cov) + np.trace(fake_cov) - 2 * np.sqrt(eigenvalues.clip(min=0)).sum()
    return float(difference @ difference + trace)


def precision_recall(real_features, fake_features, k=3):
    """Improved precision and recall (Kynkäänniemi et al., 2019, equations 1 to 3), both in [0, 1].

    Precision is the share of generated images that lie within reach of a real one, that is, no farther from it
    than its own k-th nearest real neighbour: are the samples realistic? Recall is the share of real images within
    reach of a generated one: is everything covered?

    Args:
        real_features, fake_features: (N, D) and (M, D), more than k images each.
        k: which neighbour sets the reach.
    Raises:
        ValueError: no more than k images.
    """
    from sklearn.metrics.pairwise import euclidean_distances
    from sklearn.neighbors import NearestNeighbors

    real, fake = _check_features(real_features, fake_features)
    if not 1 <= k < min(len(real), len(fake)):
        raise ValueError(f"k must be at least 1 and below the number of images, {min(len(real), len(fake))}, not {k}")

    def covered(points, by):
        # The first neighbour of a point in its own set is itself.
        reach = NearestNeighbors(n_neighbors=k + 1).fit(by).kneighbors(by)[0][:, -1]
        reach += 1e-6 * np.linalg.norm(by, axis=1).max()  # copies of one image lie 0 apart but for rounding
        return np.concatenate(
            [(euclidean_distances(chunk, by) <= reach).any(axis=1) for chunk in _split(points, 1000)]
        ).mean()

    return float(covered(fake, by=real)), float(covered(real, by=fake))


def classes_covered(probabilities, least=0.02):
    """How many classes make up at least `least` of the images, each counted for its most probable class."""
    classes = probabilities.shape[1]
    share = np.bincount(probabilities.argmax(axis=1), minlength=classes) / len(probabilities)
    return int((share >= least).sum())


def nearest_neighbours(features, training_features):
    """The nearest training image of each image: is the network drawing, or copying?

    Copies lie nearer to the training images than new real images (a test split) do.

    Args:
        features, training_features: (N, D) and (M, D).
    Returns:
        The distances (N,) and the indices (N,) of the neighbours.
    """
    from sklearn.neighbors import NearestNeighbors

    features, training = _check_features(features, training_features)
    indices = NearestNeighbors(n_neighbors=1).fit(training).kneighbors(features, return_distance=False)[:, 0]
    # Not the search's own distances: by its formula, ‖a‖² + ‖b‖² − 2ab, copies are a rounding error apart.
    return np.linalg.norm(features - training[indices], axis=1), indices


def _check_features(*arrays):
    arrays = [np.asarray(array, np.float64) for array in arrays]
    if any(array.ndim != 2 or len(array) < 2 for array in arrays) or len({array.shape[1] for array in arrays}) > 1:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(f"features must have the shapes (N, D) and (M, D), N and M at least 2, not {shapes}")
    return arrays


def _split(array, size):
    return [array[i : i + size] for i in range(0, len(array), size)]
