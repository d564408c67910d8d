"""The names of version 0.1, handed on: notebooks in students' own folders import them from here."""

from dcgan_tf.data.sources import SIZES, SOURCES, load
from dcgan_tf.training.devices import cluster, import_tensorflow, same_everywhere, strategy
from dcgan_tf.training.folder import (
    check_free,
    fingerprint,
    lock,
    read_conditions,
    read_config,
    versions,
    write_conditions,
)


def fit(*args, **kwargs):
    """`training.fit.fit`, whose module imports Keras."""
    from dcgan_tf.training import fit as module

    return module.fit(*args, **kwargs)


__all__ = ["SIZES", "SOURCES", "check_free", "cluster", "fingerprint", "fit", "import_tensorflow", "load", "lock",
           "read_conditions", "read_config", "same_everywhere", "strategy", "versions", "write_conditions"]  # fmt: skip
