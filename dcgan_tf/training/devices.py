"""The machine's devices, and other machines."""

import contextlib
import json
import os
import re
import signal
import socket
import sys
import time

from dcgan_tf.data.quiet import import_tensorflow

__all__ = ["cluster", "gatherer", "import_tensorflow", "same_everywhere", "strategy"]

PATIENCE = 15 * 60  # seconds that workers wait for one another


def cluster() -> tuple[int, bool]:
    """How many processes train together, as TF_CONFIG says, and whether this one writes the files.

    Raises:
        ValueError: TF_CONFIG cannot be understood.
    """
    jobs, task = _config()
    workers = sum(map(len, jobs.values()))
    if workers < 2:
        return 1, True
    return workers, task == ("chief" if "chief" in jobs else "worker", 0)


def _config():
    """What TF_CONFIG says: job → the places of its processes, and the job and index of this one."""
    text = os.environ.get("TF_CONFIG") or "{}"
    try:
        config = json.loads(text)
        jobs = dict(config.get("cluster", {}))
        places = [place for job in jobs.values() for place in job]
        if len({*places}) < len(places) or jobs.keys() - {"chief", "worker"} or len(jobs.get("chief", [])) > 1:
            raise ValueError
        if not all(isinstance(job, list) for job in jobs.values()) or not all(map(_port, places)):
            raise ValueError
        if len(places) < 2:
            return jobs, None
        task = config["task"]["type"], int(config["task"]["index"])
        if task[1] not in range(len(jobs[task[0]])):
            raise ValueError
        return jobs, task
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(
            'TF_CONFIG must be like {"cluster": {"worker": ["host:port", "host:port"]}, '
            '"task": {"type": "worker", "index": 0}}, with one "chief" beside the workers if need be, '
            f"each place once, and an index that there is, not {text}"
        ) from error


def _port(place):
    """The port of a place, host:port; 0 if it has none that can be."""
    found = re.fullmatch(r"[^\s/]+:([0-9]{1,5})", place)
    return int(found[1]) if found and int(found[1]) < 2**16 else 0


def wait_for_others(patience: float = PATIENCE) -> None:
    """Waits until all other workers of TF_CONFIG have been started, and says on stderr for whom.

    TensorFlow would wait too, but without a word, without an end, and deaf to Ctrl-C. So each worker listens at its
    place until it has reached all others at theirs; whether TensorFlow listens there already makes no difference.

    Args:
        patience: for how many seconds at most.
    Raises:
        TimeoutError, OSError: some are not there after that time, or this worker's port is taken.
    """
    jobs, (job, index) = _config()
    own = jobs[job][index]
    missing = [place for places in jobs.values() for place in places if place != own]
    deadline, told = time.monotonic() + patience, None
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    with socket.create_server(("", _port(own)), family=family, dualstack_ipv6=both):
        while missing := [place for place in missing if not _answers(place)]:
            if time.monotonic() >= deadline:
                names = ", ".join(missing)
                raise TimeoutError(f"waited {patience:g} seconds for {names}: start all workers that TF_CONFIG names")
            if missing != told:
                print(f"waiting for {', '.join(missing)}", file=sys.stderr)
                told = missing
            time.sleep(0.2)


def _answers(place):
    host, _, port = place.rpartition(":")
    with contextlib.suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), timeout=2):
        return True
    return False


@contextlib.contextmanager
def _deaf():
    """While TensorFlow does not return to Python, which hears signals: they end the process."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():  # TensorFlow has put one of its own there, which would ignore SIGTERM
            signal.signal(number, handler or signal.SIG_DFL)


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
        wait_for_others()
        with _deaf():
            return tf.distribute.MultiWorkerMirroredStrategy()
    devices = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy() if len(devices) > 1 else tf.distribute.get_strategy()


def same_everywhere(strategy, numbers: list[int]) -> bool:
    """Whether all workers have the same numbers, integers below 2⁶³; asked by all of them at one point."""
    rows = gatherer(strategy)(numbers)
    return bool((rows == rows[0]).all())


def gatherer(strategy):
    """A function of some integers that gives those of all replicas, a row each; called by all of them at one point."""
    import tensorflow as tf

    @tf.function
    def gather(numbers):
        return tf.distribute.get_replica_context().all_gather(tf.identity(numbers), axis=0)

    def gathered(numbers):
        rows = strategy.run(gather, (tf.constant([numbers], tf.int64),))
        return strategy.experimental_local_results(rows)[0].numpy()

    return gathered
