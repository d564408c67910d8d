"""Training on an array, from wherever the game is."""

import keras
import numpy as np

from dcgan_tf import data
from dcgan_tf.data.checks import check_whole


def fit(gan, images, batch_size: int, epochs: int, seed: int = 0, callbacks=(), labels=None, **kwargs):
    """`gan.fit` from the step that the GAN is at, so that after `Checkpoints.restore` it goes on as if never stopped.

    Args:
        gan: compiled.
        images: (N, H, W, C), or other samples, (N, …).
        batch_size: samples a step.
        epochs: how many there are in all, those already run included.
        seed: of the order of the samples.
        callbacks, **kwargs: as for `keras.Model.fit`.
        labels: (N, …), for a game that wants them.
    Returns:
        The `keras.callbacks.History` of the last call of `gan.fit`; None if there was nothing left to train. An epoch
        that was cut in two takes a call of its own, with a beginning and an end for the callbacks.
    Raises:
        ValueError: images, labels or batch size as `data.batches` refuses them, or the GAN's `steps_per_execution`
            does not divide the steps of an epoch.
    """
    check_whole(batch_size=batch_size, epochs=epochs)
    check_whole(0, seed=seed)
    images = np.asarray(images)
    if not images.ndim:
        raise ValueError(f"images must be an array (N, …), not {images}")
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
        ending = keras.callbacks.CallbackList(list(callbacks), model=gan)
        ending.on_train_begin()
        ending.on_train_end()
    return history
