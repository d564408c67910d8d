from itertools import pairwise

import numpy as np
import pytest
from drawn import colour, legend, lines, styles

from dcgan_tf import models, plots
from dcgan_tf.lessons import dcgan

# stages, blocks


def test_stages_are_where_the_shape_changes():
    found = dcgan.stages(models.mnist_generator())
    assert [shape for _, shape in found] == [
        (16,),
        (2048,),
        (4, 4, 128),
        (8, 8, 64),
        (7, 7, 64),
        (14, 14, 32),
        (28, 28, 1),
    ]
    assert [layer.name for layer, _ in found[1:]] == ["project", "reshape", "up_1", "crop", "up_2", "image"]
    assert found[0][0] is None


def areas(axis):
    """Of the front faces, in the order in which they are drawn."""
    fronts = [patch.get_xy() for patch in axis.patches if patch.get_alpha() == 0.9]
    return [np.ptp(corners[:, 0]) * np.ptp(corners[:, 1]) for corners in fronts]


def test_blocks_are_to_scale_and_say_their_shape():
    generator, discriminator = dcgan.blocks(models.mnist_generator(), models.mnist_discriminator()).axes
    words = [text.get_text() for text in generator.texts]
    assert words == [
        "16", "", "project", "2048", "", "reshape", "4×4×128", "", "up_1\n5×5, stride 2", "8×8×64",
        "", "crop", "7×7×64", "", "up_2\n5×5, stride 2", "14×14×32", "", "image\n5×5, stride 2", "28×28×1",
    ]  # fmt: skip
    *_, smallest, doubled, small, middle, large = areas(generator)
    assert doubled == pytest.approx(4 * smallest)
    assert large == pytest.approx(4 * middle) == pytest.approx(16 * small) == pytest.approx(49 * smallest)
    assert next(colour(patch) for patch in generator.patches if patch.get_alpha() == 0.9) == plots.GENERATED
    assert areas(discriminator)[:4] == pytest.approx([large, middle, small, smallest])
    assert [axis.get_title(loc="left") for axis in (generator, discriminator)] == [
        "mnist_generator",
        "mnist_discriminator",
    ]


def test_blocks_of_many_channels_are_no_deeper_than_those_of_few():
    few, many = dcgan.blocks(models.mnist_generator(), models.dcgan_generator(32, filters=256)).axes
    depths = [max(patch.get_xy()[:, 0].max() for patch in axis.patches) - axis.get_xlim()[1] for axis in (few, many)]
    assert depths[1] < 0
    assert np.diff(few.get_xlim())[0] > 0.5 * np.diff(many.get_xlim())[0]


def test_blocks_do_not_overlap():
    for axis in dcgan.blocks(models.mnist_generator(), models.dcgan_generator(filters=64)).axes:
        fronts = [patch.get_xy()[:, 0] for patch in axis.patches if patch.get_alpha() == 0.9]
        assert all(a.max() < b.min() for a, b in pairwise(fronts))
        low, high = axis.get_xlim()
        assert low < fronts[0].min()
        assert fronts[-1].max() < high


# scores, over_time


def test_scores_shows_both_means_and_the_distance():
    history = {"D(x)": [0.9, 0.6], "D(G(z))": [0.1, 0.4], "distance": [10.0, 1.0]}
    left, right = dcgan.scores([312, 624], history, floor=0.1).axes
    real, generated = "D(x), real images", "D(G(z)), generated images"
    assert lines(left)[real].tolist() == [[312, 0.9], [624, 0.6]]
    assert lines(left)[generated].tolist() == [[312, 0.1], [624, 0.4]]
    assert styles(left)[real] == (plots.REAL, "--")
    assert styles(left)[generated] == (plots.GENERATED, "-")
    assert legend(left) == [real, generated]
    assert set(left.get_lines()[2].get_ydata()) == {0.5}
    assert legend(right) == ["real against real"]
    assert right.get_lines()[0].get_ydata().tolist() == [10, 1]
    assert right.get_lines()[0].get_xdata().tolist() == [312, 624]
    assert set(right.get_lines()[1].get_ydata()) == {0.1}
    assert right.get_yscale() == "log"


RUNS = {"nothing": [[4, 2, 3], [2, 1, 3]], "something": [[8, 8, 9], [4, 4, 5]]}


def test_over_time_draws_each_seed_and_the_median():
    axis = dcgan.over_time([1, 3], RUNS).axes[0]
    drawn = [line.get_ydata().tolist() for line in axis.get_lines()]
    assert drawn == [[4, 2], [2, 1], [3, 3], [3, 2], [8, 4], [8, 4], [9, 5], [8, 4]]
    assert all(line.get_xdata().tolist() == [1, 3] for line in axis.get_lines())
    assert legend(axis) == ["nothing", "something"]
    assert [line.get_label() for line in axis.get_lines()[3::4]] == ["nothing", "something"]  # the medians
    widths = [line.get_linewidth() for line in axis.get_lines()]
    assert min(widths[3::4]) > 2 * max(widths[:3] + widths[4:7])
    assert [colour(line) for line in axis.get_lines()] == [plots.REAL] * 4 + [plots.GENERATED] * 4


def test_blocks_are_as_deep_as_they_have_channels():
    (axis,) = dcgan.blocks(models.mnist_generator()).axes
    fronts = [patch.get_xy() for patch in axis.patches if patch.get_alpha() == 0.9]
    sides = [patch.get_xy() for patch in axis.patches if patch.get_alpha() == 0.35]
    back = np.array([np.ptp(corners[:, 0]) for corners in sides])  # half of the depth to the right
    np.testing.assert_allclose(2 * back, 0.1 + 0.6 * np.array([128, 64, 64, 32, 1]) / 128)
    assert len(fronts) == len(sides) + 2  # the vectors are flat bars
    heights = [np.ptp(corners[:, 1]) for corners in fronts[:2]]
    np.testing.assert_allclose(heights, 0.16 + 0.75 * np.log10([16, 2048]))
