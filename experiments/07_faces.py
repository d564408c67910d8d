"""What comes out of lesson 7: the `narrow` recipe on 10,000 drawn faces, several seeds, and longer than in the lesson.

    python experiments/07_faces.py [--seeds 0 1 2] [--epochs N …] [--results FILE.csv]

After each of the numbers of epochs, 2,000 samples are compared with 2,000 faces that nobody was trained on: Fréchet
distance, precision and recall on the features of the frozen classifier of attributes; how far the share of an attribute
is from the data's, in the mean over all; how many faces contradict themselves, as the classifier reads them; and how
many combinations of attributes there are. Beside them stand 2,000 training faces. Each run is kept in FILE.csv as soon
as it is done, and is not repeated; at the end the table of all runs there is printed.
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import results

from dcgan_tf import data, metrics, recipes, run
from dcgan_tf.data import drawn

MEASURES = ["distance", "precision", "recall", "shares", "contradictory", "combinations"]


def contradictory(labels):
    """Which faces the style could not have drawn: two kinds of eyes; no top of the head, or two."""
    has = dict(zip(drawn.ATTRIBUTES, labels.astype(int).T, strict=True))
    eyes = has["glasses"] + has["sunglasses"] + has["eyes closed"]
    top = has["bald"] + has["hat"] + sum(has[f"{colour} hair"] for colour in drawn.HAIR_COLOURS)
    return (eyes > 1) | (top != 1)


def measure(judged, reference, labels):
    """The measures of 2,000 faces, of which the classifier gives (features, probabilities)."""
    features, probabilities = judged
    read = probabilities > 0.5
    precision, recall = metrics.precision_recall(reference, features)
    return {
        "distance": round(metrics.frechet_distance(reference, features), 1),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "shares": round(np.abs(read.mean(axis=0) - labels.mean(axis=0)).mean(), 4),
        "contradictory": round(contradictory(read).mean(), 4),
        "combinations": len(np.unique(read, axis=0)),
    }


def table(rows, floor):
    """Markdown: for each number of epochs the seeds' measures, in order of the seeds; last, real faces'."""
    heads = ["epochs", "seconds", *MEASURES]
    lines = []
    for epochs in sorted({int(row["epochs"]) for row in rows}):
        mine = results.select(rows, epochs=epochs)
        lines.append([str(epochs), *(", ".join(row[name] for row in mine) for name in heads[1:])])
    return results.markdown(heads, [*lines, ["real", "", *(str(floor[name]) for name in MEASURES)]])


def main():
    recipe = recipes.get("narrow", 64)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, nargs="+", default=[recipe.epochs])
    parser.add_argument("--results", type=Path, default=Path("runs/07_faces.csv"))
    args = parser.parse_args()
    train, test = data.faces(10_000), data.faces(2_000, seed=1)
    classify = metrics.face_classifier()
    reference, _ = classify(test.images)
    for seed in args.seeds:
        done = {int(row["epochs"]) for row in results.select(results.read(args.results), seed=seed)}
        if done >= set(args.epochs):
            continue
        gan, seconds = recipes.build("narrow", train.images.shape[1:], seed), 0.0
        for epochs in sorted({*args.epochs, *done}):
            start = time.perf_counter()
            run.fit(gan, train.images, recipe.batch_size, epochs, seed, verbose=0)
            seconds += time.perf_counter() - start
            if epochs in done:
                continue
            row = {"seed": seed, "epochs": epochs, "seconds": round(seconds)}
            row |= measure(classify(gan.sample(2000, seed=1)), reference, train.labels)
            results.keep(args.results, row)
    floor = measure(classify(train.images[:2000]), reference, train.labels)
    print(table(results.read(args.results), floor))


if __name__ == "__main__":
    main()
