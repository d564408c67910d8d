"""The trainings of lesson 0 with many seeds: runs the lesson's own cells tagged `ten-seeds`, prints a Markdown table.

python experiments/00_ten_seeds.py > experiments/00_ten_seeds.md
"""

import argparse
import contextlib
import json
import os
from pathlib import Path

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "00_the_adversarial_game.ipynb"
COLUMNS = {  # heading → (expression in the lesson's names, which end is the worst)
    "overlap before": ("before", max),
    "overlap after": ("after", min),
    "fakes on the left": ("left", None),
    "V": ("float(v_end)", None),
    "mean distance of D from ½": ("undecided", max),
    "distance of the classifier from p/(p + q)": ("error", max),
    "ring: mean cosine": ("aim", min),
    "ring: share on it": ("on_ring", min),
    "ring: emptiest sector": ("sectors.min()", min),
    "fakes near the mean": ("near_best", max),
}


def one_seed(cells, seed):
    import keras
    import matplotlib.pyplot as plt
    import numpy as np
    import tensorflow as tf

    from dcgan_tf import losses

    names = dict(keras=keras, plt=plt, np=np, tf=tf, losses=losses)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        for cell in cells:
            exec(cell.replace("SEED = 0", f"SEED = {seed}"), names)
    return [float(eval(expression, names)) for expression, _ in COLUMNS.values()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    cells = ["".join(c["source"]) for c in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
             if "ten-seeds" in c["metadata"].get("tags", [])]  # fmt: skip
    print("# The trainings of lesson 0, seed by seed\n")
    print("Made by `python experiments/00_ten_seeds.py`, which runs the lesson's own cells.\n")
    print("|", " | ".join(["seed", *COLUMNS]), "|")
    print("|", " | ".join(["---"] * (1 + len(COLUMNS))), "|", flush=True)
    rows = []
    for seed in range(seeds):
        rows.append(one_seed(cells, seed))
        print("|", " | ".join([str(seed), *(f"{value:.3f}" for value in rows[-1])]), "|", flush=True)
    worst = [f"{end(column):.3f}" if end else f"{min(column):.3f} to {max(column):.3f}"
             for (_, end), column in zip(COLUMNS.values(), zip(*rows, strict=True), strict=True)]  # fmt: skip
    print("|", " | ".join(["worst", *worst]), "|")


if __name__ == "__main__":
    main()
