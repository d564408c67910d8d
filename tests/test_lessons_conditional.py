"""Pictures about labels."""

import numpy as np
from drawn import legend, texts
from matplotlib.figure import Figure

from dcgan_tf.lessons import conditional

AGREEMENTS = {"weak": [0.20, 0.30], "strong": [0.90, 0.95]}
DISTANCES = {"weak": [5.0, 6.0], "strong": [0.5, 0.4]}


def test_tables_write_each_number_into_its_square():
    table = np.array([[0.05, 0.25, 0.9], [0.5, 0.75, 0.1]])
    figure = conditional.tables({"one": table, "other": 1 - table}, "label", "picture")
    assert isinstance(figure, Figure)
    one, other = figure.axes
    assert (one.get_title(), other.get_title()) == ("one", "other")
    assert texts(one) == {place: f"{value:.2f}" for place, value in np.ndenumerate(table)}
    assert texts(other)[0, 1] == "0.75"
    np.testing.assert_array_equal(one.images[0].get_array(), table)
    assert one.images[0].get_clim() == other.images[0].get_clim() == (0, 1)  # one scale for all
    light, dark = one.images[0].cmap([0.0, 1.0])[:, :3].sum(axis=1)
    assert light > dark  # the larger, the darker, and what is written there is white
    assert [text.get_color() for text in one.texts] == ["black", "black", "white", "black", "white", "black"]
    assert (one.get_xlabel(), one.get_ylabel()) == ("label", "picture")


def test_confusion_counts_what_was_seen_in_the_row_of_what_was_asked():
    axis = conditional.confusion(np.array([0, 0, 0, 2]), np.array([0, 0, 1, 0]), ["x", "y", "z"]).axes[0]
    np.testing.assert_array_equal(axis.images[0].get_array(), [[2, 1, 0], [0, 0, 0], [1, 0, 0]])
    assert texts(axis) == {(0, 0): "2", (0, 1): "1", (2, 0): "1"}
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("seen by the classifier", "asked for")
    assert [text.get_color() for text in axis.texts] == ["white", "black", "black"]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["x", "y", "z"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["x", "y", "z"]


def test_obedience_draws_each_run():
    axis = conditional.obedience(AGREEMENTS, DISTANCES).axes[0]
    weak, strong = axis.get_lines()
    assert legend(axis) == ["weak", "strong"]
    np.testing.assert_array_equal(weak.get_xydata(), [[5, 0.2], [6, 0.3]])
    np.testing.assert_array_equal(strong.get_xydata(), [[0.5, 0.9], [0.4, 0.95]])
    assert axis.get_xlabel().startswith("Fréchet distance")
    assert axis.get_ylabel() == "label agreement"
    assert axis.get_xscale() == "log"


def test_obedience_tells_fourteen_arms_apart_without_colours():
    points = conditional.obedience({n: [0.5] for n in range(14)}, {n: [2.0] for n in range(14)}).axes[0].get_lines()
    assert len({(line.get_marker(), line.get_fillstyle()) for line in points}) == 14
