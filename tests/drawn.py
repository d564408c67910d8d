"""What is on a figure, for the tests of the drawings: they ask what is drawn and where, not that something is."""

import numpy as np
from matplotlib.colors import to_hex


def colour(artist):
    """The colour of a line, a patch or a text, as `plots` names it."""
    get = getattr(artist, "get_color", None) or artist.get_facecolor
    return to_hex(get()).upper()


def lines(axis):
    """Label → the points (N, 2) of each line of an axis."""
    return {line.get_label(): line.get_xydata() for line in axis.get_lines()}


def styles(axis):
    """Label → (colour, dash) of each line of an axis."""
    return {line.get_label(): (colour(line), line.get_linestyle()) for line in axis.get_lines()}


def legend(axis):
    """The texts of an axis' legend."""
    return [text.get_text() for text in axis.get_legend().get_texts()]


def texts(axis):
    """(row, column) → what is written into a square of a picture."""
    return {(round(t.get_position()[1]), round(t.get_position()[0])): t.get_text() for t in axis.texts}


def band(filled):
    """x → (lowest, highest) of what `fill_between` filled."""
    x, y = np.concatenate([path.vertices for path in filled.get_paths()]).T
    return {float(place): (y[x == place].min(), y[x == place].max()) for place in np.unique(x)}


def photograph(monkeypatch, module, look):
    """A list to which what `look(figure)` sees is added each time that the module takes a frame of a figure."""
    seen, take = [], module.figure_pixels

    def figure_pixels(figure, dpi=80):
        seen.append(look(figure))
        return take(figure, dpi)

    monkeypatch.setattr(module, "figure_pixels", figure_pixels)
    return seen
