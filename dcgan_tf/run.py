"""A training in a folder of its own, RUN: its settings, its lock, and how it goes on where it stopped."""

import hashlib
import io
import json
import os
import platform
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from dcgan_tf import data, plots
from dcgan_tf.data.base import check_split
from dcgan_tf.data.pictures import common_side

SIZES = (28, 32, 64, 128)
SOURCES = {
    "mnist-sample": lambda split: data.mnist("sample", split),
    "mnist": lambda split: data.mnist("full", split),
    "fashion-mnist": data.fashion_mnist,
    "faces": lambda split: data.faces() if split == "train" else data.faces(2_000, seed=1),
    "celeba": None,  # needs a root
}


def load(source, size=None, split="train", root=None):
    """The `Dataset` of a name in `SOURCES`, of a folder of images, or of an `.npz` file.

    Args:
        source: the name or the path.
        size: side of the images in pixels, one of `SIZES`; None leaves them as they are where it is one of these,
            and else makes it 64.
        split: `"train"` or `"test"`; a folder has the first only.
        root: of CelebA, the zip file or the folder it is in.
    Raises:
        FileNotFoundError, ValueError: there is no such data set, size or split.
    """
    check_split(split)
    if size not in (None, *SIZES):
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES))}, not {size}")
    if (source == "celeba") != (root is not None):
        raise ValueError("celeba needs --root, the zip file or the folder it is in; nothing else takes one")
    path = Path(source)
    if source == "celeba":
        return data.celeba(root, size or 64, split)
    if source in SOURCES:
        if source in ("mnist", "fashion-mnist"):
            import_tensorflow()  # Keras downloads these
        dataset = SOURCES[source](split)
    elif path.is_dir():
        if split != "train":
            raise ValueError(f"the folder {source} has no split {split!r}")
        return data.image_folder(path, size or kept(common_side(path)))
    elif path.suffix == ".npz":
        dataset = data.npz(path, split)
    elif path.exists():
        raise ValueError(f"{source} is neither a folder of images nor an .npz file")
    else:
        raise FileNotFoundError(
            f"there is no data set {source!r}: give {', '.join(SOURCES)}, a folder of images, or an .npz file"
        )
    height, width = dataset.images.shape[1:3]
    size = size or kept(height if height == width else None)
    return dataset._replace(images=data.resize(dataset.images, size))


def kept(side):
    """The size that images of a side are trained at when none is asked for; side: None if they are not square."""
    return side if side in SIZES else 64


def fit(gan, images, batch_size, epochs, seed=0, callbacks=(), labels=None, **kwargs):
    """`gan.fit` from the step that the GAN is at, so that after `Checkpoints.restore` it goes on as if never stopped.

    Args:
        gan: compiled.
        images: (N, H, W, C).
        batch_size: images a step.
        epochs: how many there are in all, those already run included.
        seed: of the order of the images.
        callbacks, **kwargs: as for `keras.Model.fit`.
        labels: (N, …), for a `ConditionalGAN`.
    Returns:
        The `keras.callbacks.History` of the last call of `gan.fit`; None if there was nothing left to train. An epoch
        that was cut in two takes a call of its own, with a beginning and an end for the callbacks.
    Raises:
        ValueError: images, labels or batch size as `data.batches` refuses them, or the GAN's `steps_per_execution`
            does not divide the steps of an epoch.
    """
    data.batches(images, batch_size, seed, labels)  # refuses what would leave an epoch without a step
    steps_per_epoch = len(images) // batch_size
    if steps_per_epoch % gan.steps_per_execution:
        raise ValueError(f"steps_per_execution must divide the {steps_per_epoch} steps of an epoch, "
                         f"not be {gan.steps_per_execution}")  # fmt: skip
    history = None
    while (step := gan.step) < epochs * steps_per_epoch:
        epoch, position = divmod(step, steps_per_epoch)
        history = gan.fit(
            data.batches(images, batch_size, seed, labels, step),
            initial_epoch=epoch,
            # What is left of an epoch that was cut in two comes alone: `fit` knows only whole ones.
            epochs=epoch + 1 if position else epochs,
            steps_per_epoch=steps_per_epoch - position,
            callbacks=list(callbacks),
            **kwargs,
        )
        if gan.stop_training:  # a callback's wish
            break
    if history is None:  # the process that made the last step may have died before the callbacks had their end
        import keras

        ending = keras.callbacks.CallbackList(list(callbacks), model=gan)
        ending.on_train_begin()
        ending.on_train_end()
    return history


def read_config(run):
    """The settings of a RUN.

    Raises:
        FileNotFoundError, ValueError: there is none, or it is damaged.
    """
    path = Path(run) / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{run} holds no run: there is no {path}")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error})") from error
    needed = {"data", "size", "jit_compile", "data_sha256", "versions"}
    if not isinstance(config, dict) or needed - config.keys():
        raise ValueError(f"{path} is damaged (it needs {', '.join(sorted(needed))})")
    return config


def write_config(run, config):
    plots.write(Path(run) / "config.json", (json.dumps(config, indent=2) + "\n").encode())


def write_conditions(run, conditions, frequencies):
    """Keeps what a conditional generator can be asked for."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, conditions=conditions, frequencies=frequencies)
    plots.write(Path(run) / "conditions.npz", buffer.getvalue())


def read_conditions(run, n, label=None, names=()):
    """y for n images of a conditional RUN, (n, C), in order; None if the RUN is not conditional.

    Args:
        run: the folder.
        n: how many images.
        label: the name or number of a class, or the names of all attributes that are wanted, with commas between;
            None goes through what the training data have, each as often as they have it.
        names: of the classes or attributes.
    Raises:
        ValueError: a label that there is not; conditions.npz is damaged.
    """
    path = Path(run) / "conditions.npz"
    if not path.exists():
        if label is not None:
            raise ValueError(f"{run} is not conditional: it takes no --label")
        return None
    try:
        with np.load(path) as archive:
            conditions, frequencies = archive["conditions"], archive["frequencies"]
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error}): train --resume writes it anew") from error
    if label is None:
        from dcgan_tf.conditional import in_order

        return conditions[in_order(frequencies, n)]
    size = conditions.shape[1]
    known = {**{str(i): i for i in range(size)}, **{name: i for i, name in enumerate(names)}}
    wanted = [part.strip() for part in label.split(",")] if label.strip() else []
    one_hot = np.array_equal(conditions, np.eye(size))
    if (one_hot and len(wanted) != 1) or not known.keys() >= set(wanted):
        what = "one class" if one_hot else "attributes with commas between"
        raise ValueError(f"--label takes {what} of {', '.join(names) or f'0 to {size - 1}'}, not {label!r}")
    y = np.zeros((n, size), np.float32)
    y[:, [known[part] for part in wanted]] = 1
    return y


def versions():
    """Of everything that may change a result."""
    import keras
    import tensorflow as tf

    from dcgan_tf import __version__

    return {
        "dcgan_tf": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def fingerprint(dataset):
    """SHA-256 of the images and labels, read in pieces."""
    digest = hashlib.sha256(f"{dataset.images.shape} {dataset.images.dtype}".encode())
    for start in range(0, len(dataset.images), 1000):
        digest.update(np.ascontiguousarray(dataset.images[start : start + 1000]))
    if dataset.labels is not None:
        digest.update(np.ascontiguousarray(dataset.labels))
    return digest.hexdigest()


def lock(run):
    """A lock on RUN, taken; released when the process ends, however it ends.

    Raises:
        BlockingIOError: another process holds it.
    """
    import filelock

    taken = filelock.FileLock(Path(run) / ".lock")
    try:
        taken.acquire(timeout=0)
    except filelock.Timeout as error:
        raise BlockingIOError(f"{run} is being trained by another process") from error
    return taken


def check_free(run):
    """Refuses a RUN that something else is in.

    Raises:
        FileExistsError, NotADirectoryError: it is not an empty or new folder.
    """
    run = Path(run)
    if (run / "config.json").exists():
        raise FileExistsError(f"{run} holds another run: add --resume to go on with it, or choose another --out")
    if run.exists() and not run.is_dir():
        raise NotADirectoryError(f"{run} is not a folder")
    if run.exists() and any(not path.name.startswith(".") for path in run.iterdir()):
        raise FileExistsError(f"{run} is not empty, and what is in it is no run: choose another --out")


def cluster():
    """How many processes train together, as TF_CONFIG says, and whether this one writes the files.

    Raises:
        ValueError: TF_CONFIG cannot be understood.
    """
    text = os.environ.get("TF_CONFIG") or "{}"
    try:
        config = json.loads(text)
        jobs = {job: places for job, places in config.get("cluster", {}).items() if job in ("chief", "worker")}
        workers = sum(map(len, jobs.values()))
        if workers < 2:
            return 1, True
        first = "chief" if "chief" in jobs else "worker"
        return workers, (config["task"]["type"], int(config["task"]["index"])) == (first, 0)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(
            'TF_CONFIG must be like {"cluster": {"worker": ["host:port", "host:port"]}, '
            f'"task": {{"type": "worker", "index": 0}}}}, not {text}'
        ) from error


def strategy(memory_growth=False):
    """How the machine's devices are used: several workers where TF_CONFIG names them, else all local GPUs.

    Args:
        memory_growth: take the GPUs' memory bit by bit.
    """
    import tensorflow as tf

    if memory_growth:
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    if cluster()[0] > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    devices = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy() if len(devices) > 1 else tf.distribute.get_strategy()


def same_everywhere(strategy, numbers):
    """Whether all workers have the same numbers, integers below 2⁶³; asked by all of them at one point."""
    import tensorflow as tf

    def gather():
        return tf.distribute.get_replica_context().all_gather(tf.constant([numbers], tf.int64), axis=0)

    rows = strategy.experimental_local_results(strategy.run(tf.function(gather)))[0].numpy()
    return bool((rows == rows[0]).all())


def import_tensorflow():
    """Imports TensorFlow and lets it look for GPUs, without the lines that its C++ writes to stderr meanwhile.

    No level of its log keeps all of these back, and among them a command's own line would drown. They are shown if the
    import fails, and to whoever sets TF_CPP_MIN_LOG_LEVEL, 0 for all.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said, os.fdopen(os.dup(2), "wb") as stderr:
        os.dup2(said.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.list_physical_devices("GPU")
        except BaseException:
            said.seek(0)
            stderr.write(said.read())
            raise
        finally:
            os.dup2(stderr.fileno(), 2)
