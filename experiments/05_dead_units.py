"""The training by hand of lesson 5 with ten seeds and two rates: runs the lesson's own cells tagged `dead-units`.

python experiments/05_dead_units.py > experiments/05_dead_units.md
"""

import json
from pathlib import Path

import numpy as np

from dcgan_tf import data

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "05_activations.ipynb"

HEAD = """# Units that are off for all digits, seed by seed

Made by `python experiments/05_dead_units.py`, which runs the lesson's own cells: 200 steps of gradient descent by hand.
Percent of the 128 hidden units that are off for all 10,000 digits; "overflow": weights are not finite.
"""


def main():
    names = dict(np=np, data=data)
    for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]:
        if "dead-units" in cell["metadata"].get("tags", []):
            exec("".join(cell["source"]), names)
    print(HEAD)
    print("| rate | seed | ReLU, at the end | leaky ReLU, at most | leaky ReLU, at the end |")
    print("| ---: | ---: | ---: | ---: | ---: |", flush=True)
    for rate in (0.1, 0.2):
        for seed in range(10):
            cells = []
            for name, columns in (("ReLU", ["end"]), ("leaky ReLU", ["most", "end"])):
                with np.errstate(all="ignore"):
                    off, kept = names["train_by_hand"](name, rate, seed=seed)
                shares = off.mean(axis=1)
                values = {"end": f"{shares[-1]:.0%}", "most": f"{shares.max():.0%}"}
                cells += [values[column] if np.isfinite(kept[-1]).all() else "overflow" for column in columns]
            print(f"| {rate} | {seed} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
