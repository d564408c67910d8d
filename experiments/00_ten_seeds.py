"""The trainings of lesson 0, seed by seed

The lesson's own cells are run, those with the tag `ten-seeds`, with another seed each time. Ring: the share of the
fakes that lie on it, and the emptiest of its twelve sectors.

TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import runner

from tools.run_notebook import run_notebook

LESSON = runner.ROOT / "notebooks" / "00_the_adversarial_game.ipynb"
# column → (its head, expression in the lesson's names)
MEASURES = {
    "before": ("overlap before", "before"),
    "after": ("overlap after", "after"),
    "left": ("fakes on the left", "left"),
    "v": ("V", "float(v_end)"),
    "undecided": ("mean distance of D from ½", "undecided"),
    "error": ("distance of the classifier from p/(p + q)", "error"),
    "aim": ("ring: mean cosine", "float(aim)"),
    "on_ring": ("ring: share on it", "on_ring"),
    "emptiest": ("ring: emptiest sector", "sectors.min()"),
    "near_best": ("fakes near the mean", "near_best"),
}


def measure(arm, seed, moments, limit):
    short = {"ROUNDS": 30, "ROUNDS_2D": 30} if limit else {}
    values = {column: expression for column, (_, expression) in MEASURES.items()}
    yield run_notebook(LESSON, {"SEED": seed, **short}, "ten-seeds", values)


def tables(results):
    columns = {head: (column, ".3f") for column, (head, _) in MEASURES.items()}
    return [results.table("seed", columns), "From the least to the greatest:", results.table((), columns, "range")]


EXPERIMENT = runner.Experiment(__file__, __doc__, [{}], measure, tables, seeds=10)

if __name__ == "__main__":
    EXPERIMENT.main()
