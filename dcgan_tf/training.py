"""The command `train`: a training in a folder RUN, begun or gone on with."""

import os
import shlex
import sys
from pathlib import Path

from dcgan_tf import run

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
    "deterministic": False,
}
# What may be given anew on the way. Whether other data hold the same images, their fingerprint tells.
MAY_CHANGE = {"epochs", "jit_compile", "data", "root"}


def settings_of(args):
    """The settings of a run: those given, else those it was begun with, else the defaults; and its config, or None."""
    given = {name: getattr(args, name) for name in DEFAULTS if getattr(args, name) is not None}
    paths = {"root"} if given.get("data", "") in run.SOURCES else {"root", "data"}
    for name in paths & given.keys():
        given[name] = str(Path(given[name]).resolve())  # found again from any folder
    if not (args.resume and (args.out / "config.json").exists()):
        return DEFAULTS | given, None
    config = DEFAULTS | run.read_config(args.out)
    for name, value in given.items():
        if name not in MAY_CHANGE and value != config[name]:
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
    """Runs the command; returns its exit code."""
    workers, chief = run.cluster()
    try:
        together(args, chief) if workers > 1 else alone(args)
    except KeyboardInterrupt:
        if chief and (args.out / "config.json").exists():
            say(f"\nstopped; to go on: python -m dcgan_tf train --out {shlex.quote(str(args.out))} --resume")
        return 130
    if chief:
        print(f"{args.out} now holds " + ", ".join(sorted(made(args.out))))
    return 0


def say(line):
    """Prints to whoever still listens: Ctrl-C has ended a program that this one is piped into."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end


def alone(args):
    settings, config = settings_of(args)
    dataset = checked_data(args, settings, config, chief=True)
    run.import_tensorflow()  # what is wrong above is told before this takes its seconds
    train_in(args, settings, config, dataset, run.strategy(args.memory_growth), chief=True)


def together(args, chief):
    """Joins the other workers first of all, so that whoever cannot go on ends them too."""
    run.import_tensorflow()
    import tensorflow as tf

    try:
        strategy = run.strategy(args.memory_growth)
        settings, config = settings_of(args)
        train_in(args, settings, config, checked_data(args, settings, config, chief), strategy, chief)
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError) as error:
        raise ConnectionError(f"a worker is gone; start all of them again with --resume ({error.message})") from error


def checked_data(args, settings, config, chief):
    """The data set of a run, whose folder is free or its own, and whose recipe fits where that can be known."""
    if chief and config is None:
        run.check_free(args.out)
    size = settings["size"] or (64 if settings["data"] in ("faces", "celeba") else None)
    if settings["recipe"] and size in run.SIZES:  # before the data set takes minutes
        run.import_tensorflow()
        from dcgan_tf import recipes

        recipes.get(settings["recipe"], size)
    dataset = run.load(settings["data"], settings["size"], root=settings["root"])
    if settings["conditional"] and dataset.labels is None:
        raise ValueError(f"--conditional needs labels, and {settings['data']} has none")
    return dataset


def train_in(args, settings, config, dataset, strategy, chief):
    """Trains from where the folder RUN is to the end."""
    import keras
    import tensorflow as tf

    from dcgan_tf import callbacks, conditional, recipes

    if settings["deterministic"]:
        tf.config.experimental.enable_op_determinism()
    replicas = strategy.num_replicas_in_sync
    images = dataset.images
    settings = complete(settings, images, replicas)
    settings["data_sha256"] = run.fingerprint(dataset)
    settings["devices"] = replicas
    if config and config["data_sha256"] != settings["data_sha256"]:
        raise ValueError(f"{args.out} was begun with other images than {settings['data']} holds now")

    keras.mixed_precision.set_global_policy("mixed_float16" if settings["mixed_precision"] else "float32")
    conditions = None
    if settings["conditional"]:
        conditions = conditional.of_labels(dataset.labels, len(dataset.names))
        settings["names"] = dataset.names
    with strategy.scope():
        gan = recipes.build(settings["recipe"], images.shape[1:], settings["seed"], settings["jit_compile"], conditions)
    if chief:
        args.out.mkdir(parents=True, exist_ok=True)
        lock = run.lock(args.out)
        if config is None:
            run.check_free(args.out)  # another process may have come between
            run.write_config(args.out, settings | {"versions": run.versions()})
    checkpoints = callbacks.Checkpoints(args.out / "checkpoints")
    step, steps_per_epoch = checkpoints.restore(gan), len(images) // settings["batch_size"]
    if not run.same_everywhere(strategy, [step, int(settings["data_sha256"][:15], 16)]):
        raise ValueError(f"the workers do not all see the same images and the same {args.out}, which they must share")
    if step > settings["epochs"] * steps_per_epoch:
        raise ValueError(f"{args.out} has more than --epochs {settings['epochs']} behind it: step {step:,}")
    writers = []
    if chief:
        if config:
            run.write_config(args.out, config | settings)
        if conditions:
            run.write_conditions(args.out, *conditions)
        writers = [
            keras.callbacks.TensorBoard(args.out / "tensorboard", write_graph=False),
            callbacks.SampleGrids(args.out),
            callbacks.Records(args.out),
            checkpoints,  # last: what it has seen, the others have written
        ]
        announce(args, settings, config, images.shape, step)
    try:
        run.fit(
            gan,
            images,
            settings["batch_size"],
            settings["epochs"],
            settings["seed"],
            callbacks=writers,
            labels=dataset.labels if conditions else None,
            verbose="auto" if chief else 0,
        )
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError("there is not enough memory for a step: take a smaller --batch-size") from error
    finally:
        if chief:
            lock.release()


def announce(args, settings, config, shape, step):
    """Says what is going to be trained, and what is not as it was."""
    if args.resume and config is None:
        print(f"nothing to resume in {args.out}: a new run begins")
    if config:
        now = {"jit_compile": settings["jit_compile"], "devices": settings["devices"], "versions": run.versions()}
        before = {name: config.get(name, now[name]) for name in now}
        if before != now:
            print(f"begun with {before}, resumed with {now}: the bits may differ")
    n, height, width, channels = shape
    print(
        f"{n:,} images of {height}×{width}×{channels}, recipe {settings['recipe']}, "
        f"steps an epoch: {n // settings['batch_size']}, epochs: {settings['epochs']}, devices: {settings['devices']}"
        + (f"; from step {step}" if step else "")
    )


def made(folder):
    for path in folder.iterdir():
        if not path.name.startswith("."):
            yield f"{path.name}/ ({len(list(path.iterdir()))} files)" if path.is_dir() else path.name
