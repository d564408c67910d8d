"""Units that are off for all digits, seed by seed

The training by hand of lesson 5: its own cells are run, those with the tag `dead-units`, 200 steps of gradient
descent. Percent of the 128 hidden units that are off for all 10,000 digits; a dash where weights are not finite.

TensorFlow 2.21.0, Keras 3.15.1, on one CPU core.
"""

import runner

from tools.run_notebook import run_notebook

LESSON = runner.ROOT / "notebooks" / "05_activations.ipynb"
ARMS = [dict(rate=0.1), dict(rate=0.2)]
NAMES = {"relu": "ReLU", "leaky": "leaky ReLU"}


def measure(arm, seed, moments, limit):
    steps = 25 if limit else 200

    def shares(name):
        training = f"train_by_hand({name!r}, {arm['rate']}, {steps}, seed={seed})"
        return f"(lambda off, w: off.mean(axis=1) if np.isfinite(w[-1]).all() else np.array([np.nan]))(*{training})"

    found = run_notebook(LESSON, tag="dead-units", values={column: shares(name) for column, name in NAMES.items()})
    relu, leaky = found.values()
    yield dict(relu_end=relu[-1], leaky_most=max(leaky), leaky_end=leaky[-1])


def tables(results):
    columns = {
        "ReLU, at the end": ("relu_end", ".0%"),
        "leaky ReLU, at most": ("leaky_most", ".0%"),
        "leaky ReLU, at the end": ("leaky_end", ".0%"),
    }
    return [
        results.table(["rate", "seed"], columns),
        "From the smallest to the largest:",
        results.table("rate", columns, "range"),
    ]


EXPERIMENT = runner.Experiment(__file__, __doc__, ARMS, measure, tables, seeds=10)

if __name__ == "__main__":
    EXPERIMENT.main()
