"""The command `evaluate`: how good the digits or drawn faces of a RUN are, beside real ones."""

from dcgan_tf import data
from dcgan_tf.cli.sample import draw
from dcgan_tf.data.quiet import import_tensorflow
from dcgan_tf.data.sources import SOURCES
from dcgan_tf.training import folder

# name in `judges.measure` → how its row is headed, and how its numbers are printed
ROWS = {
    "distance": ("Fréchet distance", ".2f"),
    "score": ("classifier score, 1 to 10", ".2f"),
    "precision": ("precision (k = 3)", ".3f"),
    "recall": ("recall (k = 3)", ".3f"),
    "classes": ("classes covered, of 10", "d"),
    "sure": ("share that the classifier is sure of", ".3f"),
    "shares": ("attributes' shares, largest difference", ".3f"),
}


def evaluate(args) -> int:
    import numpy as np

    config = folder.read_config(args.run)
    source, size = config["data"], config["size"]
    row = SOURCES.get(source)
    if row is None or row.judge is None or row.size != size:
        judged = ", ".join(f"{name} at {row.size}" for name, row in SOURCES.items() if row.judge)
        raise ValueError(f"no classifier can judge {source} at {size} pixels, only {judged}: look at what sample draws")
    train, test = data.load(source), data.load(source, split="test")
    n = len(test.images)
    import_tensorflow()
    from dcgan_tf import judges, metrics

    classify = judges.JUDGES[row.judge].classifier()
    images, y = draw(args.run, n, args.seed)
    some = np.random.default_rng(args.seed).choice(len(train.images), n, replace=False)
    beside = (images, train.images[some])
    measured = [judges.measure(these, real=test.images) for these in beside]

    def line(name, form, values):
        print(f"{name:41}" + "".join(f"{value:>14{form}}" for value in values))

    what = row.judge
    print(f"{n:,} {what} each, compared with the {n:,} of the test split of {source}")
    line("", "", ["generated", "real (floor)"])
    for name, (head, form) in ROWS.items():
        if name in measured[0]:
            line(head, form, [its[name] for its in measured])
    (features, probabilities), (_, of_real) = (classify(these) for these in beside)
    if y is not None:
        digits = what == "digits"
        answers = [p.argmax(1) if digits else p > 0.5 for p in (probabilities, of_real)]
        wanted = [y.argmax(1) if digits else y, train.labels[some]]
        line("recognised as what was asked for", ".3f", [np.mean(a == w) for a, w in zip(answers, wanted, strict=True)])
    # The floor's images are training images themselves: what new real ones are like, the test split tells.
    training = classify(train.images)[0]
    near = [metrics.nearest_neighbours(f, training)[0] for f in (features, classify(test.images)[0])]
    line(f"median distance to a training {what[:-1]}", ".2f", [np.median(distances) for distances in near])
    return 0
