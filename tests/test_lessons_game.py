import io

import numpy as np
import pytest
from drawn import band, colour, legend, lines, photograph, styles
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from dcgan_tf import plots
from dcgan_tf.lessons import game

random = np.random.default_rng(0)
x = np.linspace(-4, 4, 401)
density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
ring = random.normal(size=(50, 2))


# diagram


def test_the_diagram_leads_from_both_sources_to_the_score():
    axis = game.diagram().axes[0]
    boxes = {text.get_text().split()[0]: text.get_position() for text in axis.texts if text.get_text()}
    arrows = [(text.xyann, text.xy) for text in axis.texts if not text.get_text()]

    def box_near(point):
        return min(boxes, key=lambda name: np.hypot(*np.subtract(boxes[name], point)))

    links = {(box_near(start), box_near(end)) for start, end in arrows}
    assert links == {
        ("latent", "generator"), ("generator", "fake"), ("fake", "discriminator"), ("real", "discriminator"),
        ("discriminator", "score"), ("the", "real"),
    }  # fmt: skip


# one_dimension


def test_one_dimension_draws_what_it_is_given():
    fakes, scores = random.normal(1, 0.5, 1000), 1 / (1 + np.exp(-x))
    axis = game.one_dimension(x, density, fakes, scores, title="now").axes[0]
    np.testing.assert_array_equal(lines(axis)["density of the data, p"], np.stack([x, density], axis=1))
    np.testing.assert_array_equal(lines(axis)["discriminator, D(x)"], np.stack([x, scores], axis=1))
    assert styles(axis)["density of the data, p"] == (plots.REAL, "-")
    assert styles(axis)["discriminator, D(x)"] == (plots.DISCRIMINATOR, "--")
    (outline,) = axis.patches
    assert to_hex(outline.get_edgecolor()).upper() == plots.GENERATED
    filled = band(axis.collections[0])
    assert (filled[0.0], filled[x[-1]]) == ((0, density[200]), (0, density[-1]))
    assert axis.get_title() == "now"
    outline = next(patch for patch in axis.patches if patch.get_label() == "histogram of the fakes").get_xy()
    heights, edges = np.histogram(fakes, np.linspace(-4, 4, 61), density=True)
    for height, left, right in zip(heights, edges[:-1], edges[1:], strict=True):
        assert any(np.allclose(point, (left, height)) for point in outline)
        assert any(np.allclose(point, (right, height)) for point in outline)


def test_fakes_beyond_the_grid_are_drawn_at_its_ends():
    axis = game.one_dimension(x, density, np.array([-100.0, 100.0]), density).axes[0]
    outline = next(patch for patch in axis.patches if patch.get_label() == "histogram of the fakes").get_xy()
    filled = outline[outline[:, 1] > 0]
    assert filled[:, 0].min() == -4
    assert filled[:, 0].max() == pytest.approx(4)


def test_one_dimension_frames_are_of_one_size_and_follow_the_snapshots():
    snapshots = [(step, random.normal(step, 0.2, 200), density) for step in (0, 1, 2)]
    frames = game.one_dimension_frames(x, density, snapshots)
    assert [frame.shape for frame in frames] == [(288, 630, 3)] * 3
    assert all(frame.dtype == np.uint8 for frame in frames)
    # the fakes' outline moves to the right
    orange = np.array(to_rgb(plots.GENERATED)) * 255
    places = [np.argwhere((np.abs(frame[:235] - orange) < 20).all(axis=2))[:, 1].mean() for frame in frames]
    assert places[0] < places[1] - 20 < places[2] - 40


def test_frames_say_after_how_many_rounds(monkeypatch):
    seen = photograph(monkeypatch, game, lambda figure: figure.axes[0].get_title())
    game.one_dimension_frames(x, density, [(0, x, density), (30, x, density)])
    game.arrow_frames(ring, [(7, ring[:2], ring[:2])])
    assert seen == ["after 0 rounds", "after 30 rounds", "after 7 rounds"]


def test_frames_in_another_size():
    (frame,) = game.one_dimension_frames(x, density, [(0, x, density)], dpi=36)
    assert frame.shape == (115, 252, 3)


def test_frames_have_so_few_colours_that_a_gif_keeps_them():
    frames = game.one_dimension_frames(x, density, [(0, x, density), (1, x / 2, density)])
    animation = Image.open(io.BytesIO(plots.gif(frames)))
    assert animation.n_frames == 2
    np.testing.assert_array_equal(np.array(animation.convert("RGB")), frames[0])


# pushforward


def test_pushforward_draws_the_density_of_a_scaled_normal():
    beside, curve, _, below = game.pushforward(lambda z: 1 + 2 * z, lambda z: np.full_like(z, 2.0), rays=3).axes
    points = beside.collections[0].get_paths()[0].vertices
    drawn = points[points[:, 0] > 1e-4]  # x of the density N(1, 2²) lie to the side, its argument upwards
    np.testing.assert_allclose(
        drawn[:, 0], np.exp(-((drawn[:, 1] - 1) ** 2) / 8) / np.sqrt(8 * np.pi), rtol=1e-6, atol=1e-9
    )
    assert curve.get_ylim() == (-5, 7)
    assert below.get_xlim() == (-3, 3)
    z, heights = curve.lines[0].get_data()
    np.testing.assert_allclose(heights, 1 + 2 * z)
    assert (z[0], z[-1]) == (-3, 3)
    rays = [np.column_stack(ray.get_data()) for ray in curve.lines[1:]]
    for start, ray in zip((-2.25, 0, 2.25), rays, strict=True):  # up from z to the curve, then to the left
        np.testing.assert_allclose(ray, [[start, -5], [start, 1 + 2 * start], [-3, 1 + 2 * start]])
    normal = band(below.collections[0])
    assert normal[0.0] == pytest.approx((0, 1 / np.sqrt(2 * np.pi)))
    assert normal[3.0] == pytest.approx((0, np.exp(-4.5) / np.sqrt(2 * np.pi)))
    assert (colour_of(below), colour_of(beside)) == (plots.LIGHT, plots.GENERATED)
    assert beside.xaxis_inverted()  # the density grows away from the curve


def colour_of(axis):
    return to_hex(axis.collections[0].get_facecolor()[0]).upper()


# arrows


def test_arrows_start_at_the_fakes_and_have_the_gradients_length():
    fakes, gradients = random.normal(size=(7, 2)), random.normal(size=(7, 2))
    axis = game.arrows(ring, fakes, gradients, scale=0.5).axes[0]
    (quiver,) = axis.collections
    np.testing.assert_allclose(quiver.get_offsets(), fakes)
    np.testing.assert_allclose(np.stack([quiver.U, quiver.V], axis=1), 0.5 * gradients)
    assert quiver.scale == 1
    assert quiver.angles == quiver.scale_units == "xy"
    np.testing.assert_array_equal(lines(axis)["data"], ring)
    np.testing.assert_array_equal(lines(axis)["fakes"], fakes)
    assert [colour(line) for line in axis.lines] == [plots.REAL, plots.GENERATED]
    assert colour_of(axis) == plots.DISCRIMINATOR
    (words,) = axis.figure.legends
    assert [text.get_text() for text in words.get_texts()] == ["data", "where D rises", "fakes"]


def test_without_gradients_there_are_no_arrows():
    axis = game.arrows(ring, ring[:3]).axes[0]
    assert not axis.collections
    np.testing.assert_array_equal(lines(axis)["fakes"], ring[:3])


def test_arrows_that_vanish_are_drawn_without_a_warning(recwarn):
    plots.figure_pixels(game.arrows(ring, ring[:3], np.zeros((3, 2))))
    assert not recwarn.list


def test_arrow_frames_follow_the_snapshots():
    snapshots = [(step, np.full((5, 2), float(step)), np.ones((5, 2))) for step in (-1, 1)]
    left, right = game.arrow_frames(ring, snapshots)
    assert left.shape == right.shape == (403, 614, 3)
    orange = np.array(to_rgb(plots.GENERATED)) * 255
    columns = [
        np.argwhere((np.abs(frame[30:370, :440] - orange) < 20).all(axis=2))[:, 1].mean() for frame in (left, right)
    ]
    assert columns[0] < columns[1]


# stakes


@pytest.mark.parametrize(("p", "q"), [(0.6, 0.2), (0.1, 0.4)])
def test_stakes_are_the_part_of_v_at_a_place_and_its_top_is_marked(p, q):
    curve, top = game.stakes([(p, q)]).axes[0].lines
    answers, earned = curve.get_data()
    np.testing.assert_allclose(earned, p * np.log(answers) + q * np.log(1 - answers))
    best = p / (p + q)
    np.testing.assert_allclose(top.get_xydata(), [[best, p * np.log(best) + q * np.log(1 - best)]])
    assert curve.get_label() == f"p = {p}, q = {q}: best D = {best:.2f}"


# ratio


def test_ratio_draws_the_densities_the_trained_and_the_best_discriminator():
    q, learned = np.full_like(x, 0.1), 1 / (1 + np.exp(-x))
    axis = game.ratio(x, density, q, learned).axes[0]
    np.testing.assert_allclose(lines(axis)["trained"], np.stack([x, learned], axis=1))
    np.testing.assert_allclose(lines(axis)["p / (p + q)"], np.stack([x, density / (density + 0.1)], axis=1))
    assert styles(axis) == {"trained": (plots.DISCRIMINATOR, "-"), "p / (p + q)": ("#000000", "--")}
    data, fakes = axis.collections
    assert (band(data)[0.0], band(fakes)[0.0]) == ((0, density[200]), (0, 0.1))
    assert [to_hex(filled.get_facecolor()[0]).upper() for filled in (data, fakes)] == [plots.REAL, plots.GENERATED]


# divergences


def test_divergences_are_told_apart_and_log_2_is_marked():
    shifts = np.array([0.0, 1.0, 2.0])
    axis = game.divergences(shifts, shifts**2 / 2, shifts / 4).axes[0]
    np.testing.assert_array_equal(lines(axis)["KL"], [[0, 0], [1, 0.5], [2, 2]])
    np.testing.assert_array_equal(lines(axis)["JSD"], [[0, 0], [1, 0.25], [2, 0.5]])
    level = axis.lines[-1].get_ydata()
    np.testing.assert_allclose(level, np.log(2))
    assert legend(axis) == ["KL", "JSD"]


# two_losses


def test_two_losses_are_drawn_each_with_its_name():
    figure = game.two_losses(x, x / 2, x / 4, title="now", xlabel="step", ylabel="θ")
    (axis,) = figure.axes
    np.testing.assert_array_equal(lines(axis)["log(1 − D): saturating"], np.stack([x, x / 2], axis=1))
    np.testing.assert_array_equal(lines(axis)["−log D: non-saturating"], np.stack([x, x / 4], axis=1))
    assert (axis.get_title(), axis.get_xlabel(), axis.get_ylabel()) == ("now", "step", "θ")
    assert [line.get_linestyle() for line in axis.lines] == ["-", "--"]


# bells


def test_bells_lie_over_the_density():
    axis = game.bells(x, density, {"wide": density / 2, "narrow": 2 * density}, "two bells").axes[0]
    assert band(axis.collections[0])[0.0] == (0, density[200])
    np.testing.assert_array_equal(lines(axis)["wide"], np.stack([x, density / 2], axis=1))
    np.testing.assert_array_equal(lines(axis)["narrow"], np.stack([x, 2 * density], axis=1))
    assert legend(axis) == ["data", "wide", "narrow"]
    assert axis.get_title() == "two bells"
