"""The command `train`: settings → data → networks → folder → training."""

import contextlib
import re
import shlex
import sys

from dcgan_tf import data
from dcgan_tf.data.base import shown
from dcgan_tf.data.quiet import import_tensorflow
from dcgan_tf.data.sources import SIZES, SOURCES
from dcgan_tf.training import devices, folder
from dcgan_tf.training.messages import one_line
from dcgan_tf.training.settings import decide, resolve


def train(args) -> int:
    """Runs the command; returns its exit code."""
    workers, chief = devices.cluster()
    try:
        with _clear_errors(workers):
            _train(args, workers, chief)
    except KeyboardInterrupt:
        if chief and (args.out / "config.json").exists():
            print(f"\nstopped; to go on: python -m dcgan_tf train --out {shlex.quote(str(args.out))} --resume")
        return 130
    if chief:
        print(f"{args.out} now holds " + shown(", ".join(folder.contents(args.out))))
    return 0


def _train(args, workers, chief):
    strategy = None
    if workers > 1:  # joins the others first of all, so that whoever cannot go on ends them too
        import_tensorflow()
        strategy = devices.strategy(args.memory_growth)
    begun, versions = (folder.begun(args.out) if args.resume else None) or (None, None)
    if chief and begun is None:
        folder.check_free(args.out)
    settings = resolve(vars(args), begun, args.out)
    dataset = load(settings)
    import_tensorflow()  # what is wrong above is told before this takes its seconds
    strategy = strategy or devices.strategy(args.memory_growth)
    settings = complete(settings, begun, dataset, strategy, args.out)
    gan, conditions = build(settings, dataset, strategy)
    with folder.opened(args.out, new=begun is None) if chief else contextlib.nullcontext():
        if chief and begun is None:
            folder.write_config(args.out, settings)
        checkpoints, step = restore(args.out, gan, settings, strategy, len(dataset.images))
        if chief:
            folder.write_config(args.out, settings)
            announce(args, settings, begun, versions, dataset.images.shape, step)
        callbacks = writers(args.out, checkpoints, conditions) if chief else []
        fit(gan, dataset, settings, callbacks, verbose="auto" if chief else 0)


def load(settings):
    """The images, once it is sure that the recipe is for their size, where that can be known before."""
    source = SOURCES.get(settings.data)
    size = settings.size or (source.size if source else None)
    if settings.recipe:
        import_tensorflow()
        from dcgan_tf import recipes

        if size in SIZES or settings.recipe not in recipes.RECIPES:
            recipes.get(settings.recipe, size)
    dataset = data.load(
        settings.data,
        settings.size,
        root=settings.root,
        channels=settings.channels,
        labels=settings.conditional,
    )
    if settings.conditional and dataset.labels is None:
        raise ValueError(f"--conditional needs labels, and {settings.data} has none")
    return dataset


def complete(settings, begun, dataset, strategy, out):
    """The settings with all that the data, the recipe and the devices decide; the data must be those of the start."""
    import tensorflow as tf

    has_gpu = bool(tf.config.list_physical_devices("GPU"))
    settings = decide(settings, dataset, folder.fingerprint(dataset), strategy.num_replicas_in_sync, has_gpu)
    if begun and begun.data_sha256 != settings.data_sha256:
        raise ValueError(f"{out} was begun with other images than {settings.data} holds now")
    return settings


def build(settings, dataset, strategy):
    """The compiled GAN, and what a conditional one can be asked for, else None."""
    import keras
    import tensorflow as tf

    from dcgan_tf import labels, recipes

    if settings.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.mixed_precision.set_global_policy("mixed_float16" if settings.mixed_precision else "float32")
    conditions = labels.conditions_of(dataset.labels, len(settings.names)) if settings.conditional else None
    with strategy.scope():
        shape = dataset.images.shape[1:]
        gan = recipes.build(settings.recipe, shape, settings.seed, settings.jit_compile, conditions)
    return gan, conditions


def restore(out, gan, settings, strategy, images):
    """Sets the GAN to the newest checkpoint; returns the callback that writes the next ones, and the step."""
    from dcgan_tf.training.checkpoints import Checkpoints

    checkpoints = Checkpoints(out / "checkpoints")
    step = checkpoints.restore(gan)
    if not devices.same_everywhere(strategy, [step, int(settings.data_sha256[:15], 16)]):
        raise ValueError(f"the workers do not all see the same images and the same {out}, which they must share")
    if step > settings.epochs * (images // settings.batch_size):
        raise ValueError(f"{out} has more than --epochs {settings.epochs} behind it: step {step:,}")
    return checkpoints, step


def writers(out, checkpoints, conditions):
    """The callbacks that write into the folder."""
    import keras

    from dcgan_tf.training.callbacks import Records, SampleGrids

    if conditions:
        folder.write_conditions(out, *conditions)
    tensorboard = keras.callbacks.TensorBoard(out / "tensorboard", write_graph=False)
    return [tensorboard, SampleGrids(out), Records(out), checkpoints]  # last: what it has seen, the others have written


def fit(gan, dataset, settings, callbacks, verbose):
    """Trains to the end."""
    from dcgan_tf.training.fit import fit as fit_array

    labels = dataset.labels if settings.conditional else None
    fit_array(
        gan, dataset.images, settings.batch_size, settings.epochs, settings.seed, callbacks, labels, verbose=verbose
    )


def announce(args, settings, begun, versions, shape, step):
    """Says what is going to be trained, and what is not as it was."""
    if args.resume and begun is None:
        print(f"nothing to resume in {args.out}: a new run begins")
    if begun:
        before, now = (
            {"jit_compile": its.jit_compile, "devices": its.devices, "versions": versions}
            for its, versions in ((begun, versions), (settings, folder.versions()))
        )
        if before != now:
            print(f"begun with {before}, resumed with {now}: the bits may differ")
    n, height, width, channels = shape
    print(
        f"{n:,} images of {height}×{width}×{channels}, recipe {settings.recipe}, "
        f"steps an epoch: {n // settings.batch_size}, epochs: {settings.epochs}, devices: {settings.devices}"
        + (f"; from step {step}" if step else "")
    )


@contextlib.contextmanager
def _clear_errors(workers):
    """Says what has happened where TensorFlow's own words would not."""
    try:
        yield
    except Exception as error:
        errors = sys.modules["tensorflow"].errors if "tensorflow" in sys.modules else None
        if not errors or not isinstance(error, errors.OpError):
            raise
        if isinstance(error, errors.ResourceExhaustedError) and not re.search("space left|quota", error.message):
            raise MemoryError("there is not enough memory for a step: take a smaller --batch-size") from error
        if workers > 1 and isinstance(error, (errors.UnavailableError, errors.AbortedError, errors.InternalError)):
            raise ConnectionError(
                f"a worker is gone; start all of them again with --resume ({one_line(error)})"
            ) from error
        if isinstance(error, errors.InvalidArgumentError):  # the program's own fault: its trace tells where
            raise
        raise OSError(one_line(error)) from error
