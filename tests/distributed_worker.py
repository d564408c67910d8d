"""Trains under a strategy and prints, as JSON, what its replicas saw, drew and ended with; see test_distributed.py.

    python tests/distributed_worker.py mirrored | multi_worker

`multi_worker` takes its place in the cluster from TF_CONFIG.
"""

import hashlib
import json
import sys

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import data, models
from dcgan_tf.gan import GAN

BATCH_SIZE, STEPS = 8, 3


class Spy(GAN):
    """Notes what each replica is given, and draws from a table where there is one."""

    def __init__(self, *args, table=None):
        super().__init__(*args)
        self.table, self.seen, self.drawn = table, {}, {}

    def latents(self, batch_size, seed):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        if self.table is not None:  # each replica its part of what one device would draw
            return self.table[replica * batch_size : (replica + 1) * batch_size]
        z = super().latents(batch_size, seed)
        return tf.ensure_shape(tf.numpy_function(note(self.drawn), [replica, z], tf.float32), z.shape)

    def discriminator_loss(self, real, fake, seed):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        noted = tf.numpy_function(note(self.seen), [replica, real], tf.float32)
        return super().discriminator_loss(tf.ensure_shape(noted, real.shape), fake, seed)


def note(book):
    def write(replica, values):
        book.setdefault(int(replica), []).append(hashlib.sha256(values.tobytes()).hexdigest())
        return values

    return write


def plain_networks():
    """Without batch normalization and dropout, whose batches are each replica's own."""
    generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(49), keras.layers.Reshape((7, 7, 1))])
    discriminator = keras.Sequential([keras.Input((7, 7, 1)), keras.layers.Conv2D(3, 3, activation="relu")])
    discriminator.add(keras.layers.Flatten())
    discriminator.add(keras.layers.Dense(1))
    return generator, discriminator


def one_update(optimizer):
    """The weights before and after one update on given images and latent vectors."""
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (BATCH_SIZE, 7, 7, 1)).astype(np.float32)
    gan = Spy(*plain_networks(), table=tf.constant(rng.normal(size=(BATCH_SIZE, 4)), tf.float32))
    gan.compile(optimizer(), optimizer())
    before = np.concatenate([w.numpy().ravel() for w in gan.trainable_variables])
    gan.fit(tf.data.Dataset.from_tensors(images).repeat(), steps_per_epoch=1, verbose=0)
    return before, np.concatenate([w.numpy().ravel() for w in gan.trainable_variables])


def difference(strategy, optimizer):
    """Largest difference between the strategy's update and one device's, and the size of that update."""
    before, alone = one_update(optimizer)
    with strategy.scope():
        together = one_update(optimizer)[1]
    return [float(abs(together - alone).max()), float(abs(alone - before).max())]


def replicas_of(variable):
    return [np.asarray(v) for v in getattr(variable.value, "values", [variable.value])]


def main():
    if sys.argv[1] == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    else:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        keras.utils.set_random_seed(0)
        gan = Spy(models.mnist_generator(), models.mnist_discriminator())
        gan.compile(keras.optimizers.Adam(1e-3, 0.5), keras.optimizers.Adam(1e-3, 0.5))
    history = gan.fit(data.batches(data.mnist().images, BATCH_SIZE, 0), steps_per_epoch=STEPS, verbose=0).history
    digests = [hashlib.sha256() for _ in replicas_of(gan.weights[0])]
    for weight in gan.weights:
        for digest, value in zip(digests, replicas_of(weight), strict=True):
            digest.update(value.tobytes())
    result = {
        "keras": keras.__version__,
        "step": gan.step,
        "seen": gan.seen,
        "drawn": gan.drawn,
        "weights": [digest.hexdigest() for digest in digests],
        "loss": float(np.mean(history["generator_loss"])),
        "sgd": difference(strategy, lambda: keras.optimizers.SGD(0.1)),
        "adam": difference(strategy, lambda: keras.optimizers.Adam(1e-3, 0.5)),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
