"""Results of the experiments: kept in a CSV file, so that no run is repeated, and printed as a Markdown table."""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np


def parser(description, arms, epochs, path):
    """The command line of an experiment with several arms; `epochs` and `path`, a CSV file, are defaults."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--arms", nargs="+", default=list(arms), choices=arms, metavar="ARM", help="; ".join(arms))
    options.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options.add_argument("--epochs", type=int, default=epochs)
    options.add_argument("--results", type=Path, default=Path(path), metavar="FILE.csv")
    return options


def read(path):
    """The rows of FILE.csv, each column → string; none if there is no such file yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def select(rows, **values):
    """The rows with these values, in the order of their seeds: `select(rows, arm="no tanh", epoch=3)`."""
    chosen = [row for row in rows if all(row[column] == str(value) for column, value in values.items())]
    return sorted(chosen, key=lambda row: int(row["seed"]))


def keep(path, row):
    """Appends a row, column → value, to FILE.csv, and shows it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(",".join(row) + "\n", encoding="utf-8")
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(row.values())
    print(*row.values(), sep=", ", file=sys.stderr, flush=True)


def unfinished(path, arms, seeds, epochs):
    """Yields, for each run whose last epoch isn't in FILE.csv, (arm, seed, set of the epochs that are)."""
    for seed in seeds:
        for arm in arms:
            # Read each time: another process may have trained this arm meanwhile.
            done = {int(row["epoch"]) for row in select(read(path), arm=arm, seed=seed)}
            if epochs not in done:
                yield arm, seed, done


def markdown(heads, rows):
    """A table of strings."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows))


def by_arm(rows, first_head, arms, columns):
    """A Markdown table with an arm in each row, the numbers of all its seeds in each cell.

    Args:
        rows: as `read` gives them.
        arms: in this order; one without numbers for the last column is left out.
        columns: head → (column of the rows, epoch, format of a number).
    """
    lines = []
    for arm in arms:
        cells = [
            ", ".join(f"{float(row[column]):{form}}" for row in select(rows, arm=arm, epoch=epoch))
            for column, epoch, form in columns.values()
        ]
        if cells[-1]:
            lines.append([arm, *cells])
    return markdown([first_head, *columns], lines)


def after_epochs(epochs):
    """The columns of `by_arm` for the Fréchet distance after each of these numbers of epochs."""
    return {f"distance after {n} epoch{'s' * (n > 1)}": ("distance", n, ".1f") for n in epochs}


def spread(values, form):
    """Median, smallest and largest: "0.87 (0.85 to 0.89)"."""
    return f"{np.median(values):{form}} ({np.min(values):{form}} to {np.max(values):{form}})"
