"""Pictures of a network's budget."""

import pytest
from drawn import colour
from matplotlib.figure import Figure

from dcgan_tf import plots
from dcgan_tf.lessons import faces

LAYERS = {
    "generator": [("project", 2_000_000, 1_000_000), ("up", 500_000, 4_000_000)],
    "discriminator": [("down", 300_000, 9_000_000), ("deeper", 40, 0), ("logit", 16_385, 16_384)],
}


def widths(axis):
    return [bar.get_width() for bar in axis.patches]


def test_budget_draws_each_layer_in_millions_first_on_top():
    figure = faces.budget(LAYERS)
    assert isinstance(figure, Figure)
    weights, work, deeper_weights, deeper_work = figure.axes
    assert widths(weights) == [2, 0.5]
    assert widths(work) == [1, 4]
    assert widths(deeper_weights) == pytest.approx([0.3, 4e-5, 0.016385])
    assert widths(deeper_work) == pytest.approx([9, 0, 0.016384])
    assert [label.get_text() for label in weights.get_yticklabels()] == ["project", "up"]
    assert [label.get_text() for label in deeper_weights.get_yticklabels()] == ["down", "deeper", "logit"]
    assert [text.get_text() for text in weights.texts] == ["2", "0.5"]
    assert [text.get_text() for text in deeper_work.texts] == ["9", "0", "0.0164"]
    assert {colour(bar) for bar in weights.patches} == {plots.REAL}
    assert {colour(bar) for bar in work.patches} == {plots.GENERATED}
    assert deeper_weights.get_xlabel() == deeper_work.get_xlabel() == "millions"
    tops = [figure.axes[2].transData.transform((0, bar.get_y()))[1] for bar in deeper_weights.patches]
    assert tops == sorted(tops, reverse=True)
    assert "generator: weights" in weights.get_title(loc="left")
    assert "discriminator: multiplications" in deeper_work.get_title(loc="left")


def test_budget_has_one_scale_for_all_networks():
    weights, work, deeper_weights, deeper_work = faces.budget(LAYERS).axes
    assert weights.get_xlim() == deeper_weights.get_xlim()
    assert work.get_xlim() == deeper_work.get_xlim()
    assert work.get_xlim()[1] >= 9
