"""The machine's devices, and other machines."""

import json
import os

from dcgan_tf.data.quiet import import_tensorflow

__all__ = ["cluster", "import_tensorflow", "same_everywhere", "strategy"]


def cluster() -> tuple[int, bool]:
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


def strategy(memory_growth: bool = False):
    """How the machine's devices are used: several workers where TF_CONFIG names them, else all local GPUs.

    Args:
        memory_growth: take the GPUs' memory bit by bit.
    Returns:
        A `tf.distribute.Strategy`.
    """
    import tensorflow as tf

    if memory_growth:
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    if cluster()[0] > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    devices = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy() if len(devices) > 1 else tf.distribute.get_strategy()


def same_everywhere(strategy, numbers: list[int]) -> bool:
    """Whether all workers have the same numbers, integers below 2⁶³; asked by all of them at one point."""
    import tensorflow as tf

    def gather():
        return tf.distribute.get_replica_context().all_gather(tf.constant([numbers], tf.int64), axis=0)

    rows = strategy.experimental_local_results(strategy.run(tf.function(gather)))[0].numpy()
    return bool((rows == rows[0]).all())
