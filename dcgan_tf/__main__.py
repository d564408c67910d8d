"""The command line: python -m dcgan_tf train | sample | evaluate | data."""

import io
import sys

from dcgan_tf import arguments


def draw(folder, n, seed, label=None):
    """n images drawn with the averaged generator of a RUN, and what they were asked to be, (n, C) or None."""
    import numpy as np

    from dcgan_tf import run

    path = folder / "generator.keras"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no generator: there is no {path}")
    config = run.read_config(folder) if (folder / "config.json").exists() else {}
    y = run.read_conditions(folder, n, label, config.get("names", ()))
    if y is None and config.get("conditional"):
        raise FileNotFoundError(f"{folder} lacks its conditions.npz: train --resume writes it anew")
    run.import_tensorflow()  # a wrong label is told before this takes its seconds
    import keras
    import tensorflow as tf

    from dcgan_tf import gan

    try:
        generator = keras.models.load_model(path, compile=False)
    except Exception as error:  # what a damaged archive raises depends on where it is damaged
        raise ValueError(f"{path} is damaged ({error})") from error
    latent_dim = generator.input_shape[-1] - (0 if y is None else y.shape[1])
    latents = tf.random.stateless_normal((n, latent_dim), (seed, 0))
    return gan.generate(generator, latents if y is None else np.concatenate([latents, y], axis=1)), y


def sample(args):
    import numpy as np

    from dcgan_tf import plots

    if args.out.suffix not in (".png", ".npz"):
        raise ValueError(f"--out must end in .png or .npz, not {args.out.name!r}")
    images, _ = draw(args.run, args.count, args.seed, args.label)
    if args.out.suffix == ".png":
        content = plots.png(plots.grid(images, scale=2))
    else:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, images=images)
        content = buffer.getvalue()
    plots.write(args.out, content)
    print(f"{args.out}: {args.count} images")
    return 0


def evaluate(args):
    import numpy as np

    from dcgan_tf import run

    config = run.read_config(args.run)
    source, size = config["data"], config["size"]
    digits = source in ("mnist-sample", "mnist") and size == 28
    if not digits and (source, size) != ("faces", 64):
        raise ValueError(
            f"only digits of 28 pixels and faces of 64 have a classifier to judge them, not {source} at {size}"
        )
    what = "digits" if digits else "faces"
    train, test = run.load(source), run.load(source, split="test")
    n = len(test.images)
    run.import_tensorflow()
    from dcgan_tf import metrics

    classify = metrics.mnist_classifier() if digits else metrics.face_classifier()
    training, reference = classify(train.images), classify(test.images)
    some = np.random.default_rng(args.seed).choice(len(train.images), n, replace=False)
    images, y = draw(args.run, n, args.seed)
    judged = [classify(images), [half[some] for half in training]]

    def row(name, form, values):
        print(f"{name:41}" + "".join(f"{value:>14{form}}" for value in values))

    print(f"{n:,} {what} each, compared with the {n:,} of the test split of {source}")
    row("", "", ["generated", "real (floor)"])
    row("Fréchet distance", ".2f", [metrics.frechet_distance(reference[0], f) for f, _ in judged])
    if digits:
        row("classifier score, 1 to 10", ".2f", [metrics.classifier_score(p) for _, p in judged])
    both = [metrics.precision_recall(reference[0], f) for f, _ in judged]
    row("precision (k = 3)", ".3f", [precision for precision, _ in both])
    row("recall (k = 3)", ".3f", [recall for _, recall in both])
    if digits:
        row("classes covered, of 10", "d", [metrics.classes_covered(p) for _, p in judged])
    else:
        shares = [np.mean(p > 0.5, axis=0) for _, p in (reference, *judged)]
        row("attributes' shares, largest difference", ".3f", [abs(share - shares[0]).max() for share in shares[1:]])
    if y is not None:
        answers = [p.argmax(1) if digits else p > 0.5 for _, p in judged]
        wanted = [y.argmax(1) if digits else y, train.labels[some]]
        row("recognised as what was asked for", ".3f", [np.mean(a == w) for a, w in zip(answers, wanted, strict=True)])
    # The floor's images are training images themselves: what new real ones are like, the test split tells.
    near = [metrics.nearest_neighbours(f, training[0])[0] for f in (judged[0][0], reference[0])]
    row(f"median distance to a training {what[:-1]}", ".2f", [np.median(distances) for distances in near])
    return 0


def prepare(args):
    from dcgan_tf import data

    if args.source == "faces":
        dataset = data.faces(args.count, args.seed)
    else:
        dataset = data.celeba(args.root, args.size, split="all")
    n, height, width, channels = dataset.images.shape
    print(f"{n:,} images of {height}×{width}×{channels}, {len(dataset.names)} attributes, in {dataset.images.filename}")
    return 0


def main(argv=None):
    args = arguments.parser().parse_args(argv)
    from dcgan_tf.training import train

    command = {"train": train, "sample": sample, "evaluate": evaluate, "data": prepare}[args.command]
    try:
        return command(args)
    except (ValueError, OSError, ImportError, MemoryError) as error:  # the user's, or the machine's
        print(f"dcgan_tf {args.command}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except FloatingPointError as error:
        print(f"dcgan_tf {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
