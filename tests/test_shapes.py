import numpy as np
import pytest

from dcgan_tf.data import random_shapes


def test_random_shapes_are_few_greys_on_black():
    images = random_shapes(50, seed=3, size=24)
    assert images.shape == (50, 24, 24, 1)
    assert images.dtype == np.float32
    for image in images:
        greys = set(np.unique(image)) - {0}
        assert len(greys) <= 3
        assert all(0.3 <= grey <= 1 for grey in greys)
    assert (images == 0).any(axis=(1, 2, 3)).all()
    assert sum(image.any() for image in images) > 45


def test_random_shapes_depend_on_the_seed_alone():
    np.testing.assert_array_equal(random_shapes(3, seed=1), random_shapes(5, seed=1)[:3])
    assert not np.array_equal(random_shapes(3, seed=1), random_shapes(3, seed=2))


def test_random_shapes_are_discs_and_rectangles():
    alone = [image[..., 0] for image in random_shapes(600, seed=1, size=64) if len(np.unique(image)) == 2]
    inner = [image for image in alone if not (image[[0, -1]].any() or image[:, [0, -1]].any())]
    sides = np.array([np.ptp(np.argwhere(image), axis=0) + 1 for image in inner])
    shares = np.array([(image > 0).sum() for image in inner]) / sides.prod(axis=1)  # of the bounding box
    rectangles, discs = shares == 1, abs(shares - np.pi / 4) < 0.07
    assert (rectangles | discs).all()
    assert 0.2 < rectangles.mean() < 0.8
    assert 0.2 * 64 - 1 <= sides.min() < sides.max() <= 0.6 * 64 + 1
    assert abs(np.diff(sides, axis=1)[discs]).max() <= 1  # as wide as high, but for the raster


def test_random_shapes_lie_one_over_the_other_and_reach_every_side():
    images = random_shapes(300, seed=2)
    assert {len(np.unique(image)) - 1 for image in images} == {1, 2, 3}
    mean = images.mean(axis=0)[..., 0]
    np.testing.assert_allclose(mean.mean(axis=0), mean.mean(axis=0)[::-1], atol=0.06)  # no side is favoured
    np.testing.assert_allclose(mean.mean(axis=1), mean.mean(axis=1)[::-1], atol=0.06)
    assert mean[0].max() > 0


@pytest.mark.parametrize("arguments", [(0,), (1.5,), (True,), (2, -1), (2, None), (2, 0, 0), (2, 0, 2.5)])
def test_random_shapes_says_what_is_allowed(arguments):
    with pytest.raises(ValueError, match="count and size must be integers of at least 1 and seed one of at least 0"):
        random_shapes(*arguments)
