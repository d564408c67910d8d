"""How good are the samples: measures on the features of a frozen classifier, as functions of NumPy arrays.

They are the measures known as Inception score, FID, KID, CMMD, improved precision and recall, and so on. Some do not
go by these names here, since those stand for the features of one network, Inception or CLIP, and can be compared
with nothing else.
"""

import numpy as np

from dcgan_tf.data.checks import check_numbers, check_whole


def __getattr__(name):
    # The classifiers live in `judges`, which imports this module.
    if name in ("mnist_classifier", "face_classifier"):
        from dcgan_tf import judges

        return getattr(judges, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def classifier_score(probabilities: np.ndarray) -> float:
    """exp E KL(p(y|x) ‖ p(y)), between 1 and the number of classes (Salimans et al., 2016, section 4).

    High where each image is clearly of one class and all classes are equally frequent.

    Args:
        probabilities: (N, classes), the classifier's p(y|x) of each image; rows sum to 1.
    Raises:
        ValueError: the rows are no probabilities.
    """
    p = np.clip(_check_probabilities(probabilities), 1e-12, 1.0)  # 0·log 0 is 0
    return float(np.exp(np.mean(np.sum(p * (np.log(p) - np.log(p.mean(axis=0))), axis=1))))


def frechet_distance(real_features: np.ndarray, fake_features: np.ndarray) -> float:
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


def frechet_infinity(real_features: np.ndarray, fake_features: np.ndarray, seed: int = 0) -> float:
    """The Fréchet distance that infinitely many images would have (Chong and Forsyth, 2020, section 3).

    The bias of the distance of N images is nearly proportional to 1/N. So it is measured at 15 sizes, equally spaced
    from a fifth of the images to all of the smaller set; a straight line in 1/N is fitted, and its value at 0 is the
    result. Each size draws its images anew and without repetition, from both sets: the paper draws the generated
    ones only, which leaves the bias of the real ones in, since it has 50,000 of these. The result is unbiased or
    nearly so, may be negative, and is noisier than the distance itself.

    Args:
        real_features, fake_features: (N, D) and (M, D), of 20 images each at the least; a fifth should exceed D.
        seed: of the draws.
    Raises:
        ValueError: fewer than 20 images.
    """
    real, fake = _check_features(real_features, fake_features)
    most = min(len(real), len(fake))
    if most < 20:
        raise ValueError(f"at least 20 images of each kind are needed to extrapolate, not {most}")
    random = np.random.default_rng(seed)
    sizes = np.linspace(most / 5, most, 15).round().astype(int)

    def distance(n):
        return frechet_distance(*(x[random.choice(len(x), n, replace=False)] for x in (real, fake)))

    return float(np.polyfit(1 / sizes, [distance(n) for n in sizes], deg=1)[1])


def kernel_distance(real_features: np.ndarray, fake_features: np.ndarray) -> float:
    """The squared maximum mean discrepancy with the kernel (xᵀy/D + 1)³ (KID; Bińkowski et al., 2018, section 4).

    The unbiased estimate of whole sets, not an average over parts of them: no image is compared with itself, the
    expected value is the same for any number of images, 0 for equal distributions, and single values may be
    negative.

    Args:
        real_features, fake_features: (N, D) and (M, D), of two images each at the least.
    """
    real, fake = _check_features(real_features, fake_features)
    return _squared_discrepancy(real, fake, lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3, unbiased=True)


def mean_distance(real_features: np.ndarray, fake_features: np.ndarray) -> float:
    """1,000 times the squared maximum mean discrepancy with a Gaussian kernel (CMMD; Jayasumana et al., 2024).

    As in the authors' code each feature vector is first scaled to length 1 (one of zeros stays), the kernel is
    exp(−‖x − y‖²/2σ²) with σ = 10, and the estimate is the biased one: each image is compared with itself too, and the
    result is never negative. So wide a kernel sees hardly more than the means: the result is nearly
    1,000/σ² · ‖μ₁ − μ₂‖².

    Args:
        real_features, fake_features: (N, D) and (M, D), of two images each at the least.
    """
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import normalize

    real, fake = (normalize(x) for x in _check_features(real_features, fake_features))
    return 1000 * _squared_discrepancy(real, fake, lambda a, b: rbf_kernel(a, b, gamma=1 / (2 * 10**2)), unbiased=False)


def precision_recall(real_features: np.ndarray, fake_features: np.ndarray, k: int = 3) -> tuple[float, float]:
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
    real, fake = _check_features(real_features, fake_features)
    _check_k(k, real, fake)

    def covered(points, by):
        reach = _reach(by, k) + 1e-6 * np.linalg.norm(by, axis=1).max()  # copies lie 0 apart but for rounding
        return np.concatenate([(distances <= reach).any(axis=1) for distances in _distances(points, by)]).mean()

    return float(covered(fake, by=real)), float(covered(real, by=fake))


def density_coverage(real_features: np.ndarray, fake_features: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Density and coverage (Naeem et al., 2020, equations 5 and 6): precision and recall that outliers do not fool.

    The reach of a real image is the distance to its k-th nearest other real image; what lies nearer than that, not
    at that distance, is within it. Density is the number of real images within whose reach a generated one lies,
    averaged and divided by k: 1 is expected of real images, and more is possible where the generated ones crowd.
    Coverage is the share of real images that have a generated one within reach, in [0, 1].

    Args:
        real_features, fake_features: (N, D) and (M, D), more than k images each.
        k: which neighbour sets the reach.
    Raises:
        ValueError: no more than k images.
    """
    real, fake = _check_features(real_features, fake_features)
    _check_k(k, real, fake)
    reach = _reach(real, k)
    within = np.concatenate([distances < reach for distances in _distances(fake, real)])  # (M, N)
    return float(within.sum() / (k * len(fake))), float(within.any(axis=0).mean())


def prd(
    real_features: np.ndarray, fake_features: np.ndarray, clusters: int = 20, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The curve of precision and recall of distributions (Sajjadi et al., 2018, equations 4 and 5).

    k-means splits both sets together into clusters, so that each set is a histogram: P of the real images, Q of the
    generated ones. At the angle whose tangent is λ, precision is Σ min(λP, Q) and recall is Σ min(P, Q/λ). As in the
    authors' code there are 1,001 angles, equally spaced from 0 to π/2; unlike there, the clusters are found once,
    the best of ten starts, not ten times.

    Args:
        real_features, fake_features: (N, D) and (M, D); a set with more images moves the clusters more.
        clusters: how many.
        seed: of the ten starts.
    Returns:
        precision (1001,) and recall (1001,), both in [0, 1]: one rises from 0 while the other falls to 0.
    Raises:
        ValueError: more clusters than images.
    """
    from sklearn.cluster import KMeans

    real, fake = _check_features(real_features, fake_features)
    check_whole(clusters=clusters)
    if not 1 <= clusters <= len(real) + len(fake):
        raise ValueError(f"clusters must be from 1 to {len(real) + len(fake)}, the number of images, not {clusters}")
    labels = KMeans(clusters, n_init=10, random_state=seed).fit(np.concatenate([real, fake])).labels_
    p, q = (np.bincount(x, minlength=clusters) / len(x) for x in np.split(labels, [len(real)]))
    slopes = np.tan(np.linspace(1e-10, np.pi / 2 - 1e-10, 1001))[:, None]
    precision, recall = np.minimum(slopes * p, q).sum(axis=1), np.minimum(p, q / slopes).sum(axis=1)
    return precision.clip(0, 1), recall.clip(0, 1)


def f_beta(precision: np.ndarray, recall: np.ndarray, beta: float = 8) -> float:
    """The largest (1 + β²)·precision·recall / (β²·precision + recall) on a curve of `prd`, in [0, 1].

    Sajjadi et al. (2018, section 4.2) sum a curve up in two numbers: F₈ weighs recall more, F⅛ precision.
    """
    check_numbers(0, beta=beta)
    precision, recall = np.asarray(precision, np.float64), np.asarray(recall, np.float64)
    if precision.shape != recall.shape or not all(((x >= 0) & (x <= 1)).all() and x.size for x in (precision, recall)):
        raise ValueError("precision and recall must be as many numbers from 0 to 1 as the other, and not none")
    below = beta**2 * precision + recall
    return float(np.max((1 + beta**2) * precision * recall / np.where(below > 0, below, 1.0)))  # 0 where both are 0


def classes_covered(probabilities: np.ndarray, least: float = 0.02) -> int:
    """How many classes make up at least `least` of the images, each counted for its most probable class."""
    check_numbers(0, 1, least=least)
    p = _check_probabilities(probabilities)
    share = np.bincount(p.argmax(axis=1), minlength=p.shape[1]) / len(p)
    return int((share >= least).sum())


def nearest_neighbours(features: np.ndarray, training_features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def _squared_discrepancy(real, fake, kernel, unbiased):
    """Mean of the kernel within each set, less twice its mean between them; kernel(a, b) is of all pairs."""

    def total(a, b):
        return sum(kernel(part, b).sum() for part in _split(a, 1000))

    def within(x):
        if not unbiased:
            return total(x, x) / len(x) ** 2
        with_itself = sum(np.trace(kernel(part, part)) for part in _split(x, 1000))
        return (total(x, x) - with_itself) / (len(x) * (len(x) - 1))

    return float(within(real) + within(fake) - 2 * total(real, fake) / (len(real) * len(fake)))


def _reach(points, k):
    """The distance of each point to the k-th nearest other one."""
    from sklearn.neighbors import NearestNeighbors

    # The first neighbour of a point in its own set is itself.
    return NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points)[0][:, -1]


def _distances(points, others):
    """Blocks of rows of the matrix of all distances."""
    from sklearn.metrics.pairwise import euclidean_distances

    return (euclidean_distances(part, others) for part in _split(points, 1000))


def _check_k(k, *arrays):
    check_whole(k=k)
    least = min(map(len, arrays))
    if not 1 <= k < least:
        raise ValueError(f"k must be at least 1 and below the number of images, {least}, not {k}")


def _check_probabilities(probabilities):
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 2 or not len(p) or not ((p >= 0).all() and np.allclose(p.sum(axis=1), 1, rtol=0, atol=1e-3)):
        raise ValueError("probabilities must be (N, classes), none negative, and each row must sum to 1")
    return p


def _check_features(*arrays):
    arrays = [np.asarray(array, np.float64) for array in arrays]
    if any(array.ndim != 2 or len(array) < 2 for array in arrays) or len({array.shape[1] for array in arrays}) > 1:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(f"features must have the shapes (N, D) and (M, D), N and M at least 2, not {shapes}")
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("features must be finite numbers: some are NaN or infinite")
    return arrays


def _split(array, size):
    return [array[i : i + size] for i in range(0, len(array), size)]
