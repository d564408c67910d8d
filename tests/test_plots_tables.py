import numpy as np
from drawn import colour

from dcgan_tf import plots

NUMBERS = {"nothing": [4, 2, 3], "something": [8.5], "more": [1, 5, 9, 7]}


def test_arms_draws_each_run_in_the_row_of_its_arm_and_the_medians():
    axis = plots.arms(NUMBERS, "Fréchet distance").axes[0]
    *drawn, middle = axis.get_lines()
    points = [np.column_stack(line.get_data()).tolist() for line in drawn]
    assert points == [
        [[4, 0], [2, 0], [3, 0]], [[3, 0]],
        [[8.5, 1]], [[8.5, 1]],
        [[1, 2], [5, 2], [9, 2], [7, 2]], [[6, 2]],
    ]  # fmt: skip
    assert [(line.get_marker(), colour(line)) for line in drawn[::2]] == [
        ("o", plots.REAL), ("s", plots.GENERATED), ("s", plots.GENERATED)
    ]  # fmt: skip
    assert list(middle.get_xdata()) == [3, 3]  # the median of the first arm
    assert [label.get_text() for label in axis.get_yticklabels()] == ["nothing", "something", "more"]
    assert axis.get_yticks().tolist() == [0, 1, 2]
    assert axis.yaxis_inverted()  # the first arm on top
    assert axis.get_xscale() == "log"
    assert axis.get_xlabel() == "Fréchet distance"
