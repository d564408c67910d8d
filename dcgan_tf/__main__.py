"""The command line: python -m dcgan_tf train | sample | evaluate | data."""

import io
import os
import shlex
import sys
from pathlib import Path

from dcgan_tf import arguments

# What may be given at the start, and is then kept in RUN/config.json.
DEFAULTS = {
    "data": "mnist-sample",
    "root": None,
    "size": None,
    "recipe": None,
    "epochs": None,
    "batch_size": None,
    "seed": 0,
    "conditional": False,
    "jit_compile": None,
    "mixed_precision": False,
}


def settings_of(args):
    """The settings of a run: those given, else those it was begun with, else the defaults."""
    from dcgan_tf import run

    given = {name: getattr(args, name) for name in DEFAULTS if getattr(args, name) is not None}
    paths = {"root"} if given.get("data", "") in run.SOURCES else {"root", "data"}
    for name in paths & given.keys():
        given[name] = str(Path(given[name]).resolve())  # found again from any folder
    if not (args.resume and (args.out / "config.json").exists()):
        return DEFAULTS | given, None
    config = DEFAULTS | run.read_config(args.out)
    for name, value in given.items():
        if name != "epochs" and value != config[name]:
            raise ValueError(f"{args.out} was begun with {option(name)} {config[name]}, not {value}: leave that out")
    return {name: config[name] for name in DEFAULTS} | given, config


def option(name):
    return "--" + name.replace("_", "-")


def complete(settings, images, replicas):
    """The settings with what is left to the images, the recipe and the devices filled in."""
    import tensorflow as tf

    from dcgan_tf import recipes

    size = images.shape[1]
    name = settings["recipe"] or recipes.default(size)
    recipe = recipes.get(name, size)
    chosen = {"size": size, "recipe": name, "epochs": recipe.epochs, "batch_size": recipe.batch_size}
    # On a CPU, XLA takes longer to compile and does not make the step faster (benchmarks/README.md).
    chosen["jit_compile"] = replicas == 1 and bool(tf.config.list_physical_devices("GPU"))
    settings = settings | {key: value for key, value in chosen.items() if settings[key] is None}
    batch_size = settings["batch_size"]
    if batch_size > len(images):
        raise ValueError(f"--batch-size must be from 1 to the number of images, {len(images)}, not {batch_size}")
    if batch_size % replicas:
        raise ValueError(f"--batch-size must be a multiple of the {replicas} devices, not {batch_size}")
    return settings


def train(args):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras
    import tensorflow as tf

    from dcgan_tf import callbacks, conditional, recipes, run

    if args.memory_growth:
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    if args.deterministic:
        tf.config.experimental.enable_op_determinism()
    settings, config = settings_of(args)
    strategy = run.strategy()
    chief = run.is_chief(strategy)
    if chief and config is None:
        run.check_free(args.out)
    replicas = strategy.num_replicas_in_sync

    dataset = run.load(settings["data"], settings["size"], root=settings["root"])
    images = dataset.images
    settings = complete(settings, images, replicas)
    settings["data_sha256"] = run.fingerprint(dataset)
    if config and config["data_sha256"] != settings["data_sha256"]:
        raise ValueError(f"{args.out} was begun with other images than {settings['data']} holds now")

    keras.mixed_precision.set_global_policy("mixed_float16" if settings["mixed_precision"] else "float32")
    conditions = labels = None
    if settings["conditional"]:
        labels = dataset.labels
        if labels is None:
            raise ValueError(f"--conditional needs labels, and {settings['data']} has none")
        conditions = conditional.of_labels(labels, len(dataset.names))
        settings["names"] = dataset.names
    with strategy.scope():
        gan = recipes.build(settings["recipe"], images.shape[1:], settings["seed"], settings["jit_compile"], conditions)
    if chief:
        args.out.mkdir(parents=True, exist_ok=True)
        lock = run.lock(args.out)  # kept to the end of the process
        if config is None:
            run.check_free(args.out)  # another process may have come between
            run.write_config(args.out, settings | {"versions": run.versions()})
            if conditions:
                run.write_conditions(args.out, *conditions)
        else:
            if config["versions"] != run.versions():
                print(f"begun with {config['versions']}, resumed with {run.versions()}: the bits may differ")
            run.write_config(args.out, config | settings)
    checkpoints = callbacks.Checkpoints(args.out / "checkpoints")
    step = checkpoints.restore(gan)
    if chief:
        writers = [
            keras.callbacks.TensorBoard(args.out / "tensorboard", write_graph=False),
            callbacks.SampleGrids(args.out),
            callbacks.Records(args.out),
            checkpoints,  # last: what it has seen, the others have written
        ]
        height, width, channels = images.shape[1:]
        steps = len(images) // settings["batch_size"]
        print(
            f"{len(images):,} images of {height}×{width}×{channels}, recipe {settings['recipe']}, "
            f"steps an epoch: {steps}, epochs: {settings['epochs']}, devices: {replicas}"
            + (f"; from step {step}" if step else "")
        )
    try:
        run.fit(
            gan,
            images,
            settings["batch_size"],
            settings["epochs"],
            settings["seed"],
            callbacks=writers if chief else [],
            labels=labels,
            verbose="auto" if chief else 0,
        )
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError) as error:
        if replicas == 1:
            raise
        raise ConnectionError(f"a worker is gone; start all of them again with --resume ({error.message})") from error
    except KeyboardInterrupt:
        if chief:
            print(f"\nstopped; to go on: python -m dcgan_tf train --out {shlex.quote(str(args.out))} --resume")
        return 130
    if chief:
        lock.release()
        print(f"{args.out} now holds " + ", ".join(sorted(made(args.out))))
    return 0


def made(folder):
    for path in folder.iterdir():
        if not path.name.startswith("."):
            yield f"{path.name}/ ({len(list(path.iterdir()))} files)" if path.is_dir() else path.name


def draw(folder, n, seed, label=None):
    """n images drawn with the averaged generator of a RUN, and what they were asked to be, (n, C) or None."""
    import numpy as np

    from dcgan_tf import run

    path = folder / "generator.keras"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no generator: there is no {path}")
    names = run.read_config(folder).get("names", ()) if (folder / "config.json").exists() else ()
    y = run.read_conditions(folder, n, label, names)

    import keras  # a wrong label is told before this takes its seconds
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

    from dcgan_tf import metrics, run

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
    command = {"train": train, "sample": sample, "evaluate": evaluate, "data": prepare}[args.command]
    try:
        return command(args)
    except (ValueError, OSError, ImportError) as error:  # the user's, or the disk's
        print(f"dcgan_tf {args.command}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except FloatingPointError as error:
        print(f"dcgan_tf {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
