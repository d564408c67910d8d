"""What `fit` is given: refused before the first step, or trained on."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
import variants
from test_variants import adam

from dcgan_tf import data, toy
from dcgan_tf.conditional import ConditionalGAN
from dcgan_tf.gan import GAN
from dcgan_tf.training import samples
from dcgan_tf.training.inputs import Inputs

IMAGES = data.mnist().images[:16]
FLOATS = IMAGES.astype(np.float32) / 127.5 - 1


def make(**options):
    keras.utils.set_random_seed(0)
    gan = GAN(variants.generator(), variants.discriminator())
    gan.compile(**adam("generator", "discriminator"), **options)
    return gan


class Pieces(keras.utils.PyDataset):
    def __init__(self, array):
        super().__init__()
        self.array = array

    def __len__(self):
        return len(self.array) // 8

    def __getitem__(self, i):
        return (self.array[8 * i : 8 * i + 8],)


WAYS = {
    "array": lambda x: x,
    "tensor": tf.constant,
    "data set": lambda x: tf.data.Dataset.from_tensor_slices(x).batch(8),
    "with labels": lambda x: tf.data.Dataset.from_tensor_slices((x, np.arange(len(x)))).batch(8),
    "batches": lambda x: data.batches(x, 8, 0),
    "generator": lambda x: ((x[i : i + 8],) for i in range(0, len(x), 8)),
    "PyDataset": Pieces,
}
WRONG = {
    "bool": (IMAGES > 0, "images must be uint8, from 0 to 255, or floats in [−1, 1], not bool"),
    "int8": (IMAGES.astype(np.int8), "not int8"),
    "int32": (IMAGES.astype(np.int32), "not int32"),
    "int64": (IMAGES.astype(np.int64), "not int64"),
    "0 to 255": (IMAGES.astype(np.float32), "the samples go from 0 to 255, the generator from -1 to 1"),
    "0 to 255, half": (IMAGES.astype(np.float16), "the samples go from 0 to 255"),
    "standardized": (FLOATS / FLOATS.std(), "the samples go from -1."),
    "NaN": (FLOATS * np.nan, "the samples go from nan"),
    "too small": (IMAGES[:, :14], "the samples are (14, 28, 1) each, the generator draws (28, 28, 1)"),
    "too large": (np.zeros((16, 32, 32, 1), np.uint8), "(32, 32, 1) each, the generator draws (28, 28, 1)"),
    "colour": (IMAGES.repeat(3, axis=-1), "(28, 28, 3) each"),
    "no channels": (IMAGES[..., 0], "(28, 28) each"),
    "flat": (FLOATS.reshape(16, -1), "(784,) each"),
}


@pytest.fixture(scope="module")
def gan():
    return make(run_eagerly=True)  # what is refused does not depend on it


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_right_is_refused_before_the_first_step(gan, way, wrong):
    array, message = WRONG[wrong]
    before = gan.get_weights()
    with pytest.raises(ValueError, match=re.escape(message)) as refused:
        gan.fit(WAYS[way](array), batch_size=8 if way in ("array", "tensor") else None, steps_per_epoch=2, verbose=0)
    assert len(str(refused.value)) < 160
    assert all(np.array_equal(a, b) for a, b in zip(before, gan.get_weights(), strict=True))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("right", [IMAGES, FLOATS], ids=["uint8", "floats"])
def test_what_is_right_is_trained_on_also_after_a_refusal(gan, way, right):
    with pytest.raises(ValueError, match="each, the generator draws"):
        gan.fit(np.zeros((8, 9, 7), np.uint8), verbose=0)
    step = gan.step
    gan.fit(WAYS[way](right), batch_size=8 if way in ("array", "tensor") else None, steps_per_epoch=2, verbose=0)
    assert gan.step == step + 2


@pytest.mark.slow
def test_a_compiled_step_has_seen_nothing_of_what_was_refused():
    """TensorFlow generalizes over the shapes that it has met: from images of two ranks to a tensor without a rank."""
    gan = make()
    for wrong in (IMAGES[..., 0], np.zeros((16, 32, 32, 1), np.uint8), np.zeros((16, 61, 64, 1), np.uint8)):
        with pytest.raises(ValueError, match=r"each, the generator draws \(28, 28, 1\)"):
            gan.fit(wrong, batch_size=8, verbose=0)
    gan.fit(IMAGES, batch_size=8, verbose=0)
    assert gan.step == 2


@pytest.mark.parametrize(
    "given", [None, {"image": IMAGES}, [IMAGES, IMAGES], list(IMAGES), (IMAGES, IMAGES)], ids=lambda x: type(x).__name__
)
def test_what_is_no_array_is_refused(gan, given):
    with pytest.raises(
        ValueError, match=r"one array \(N, 28, 28, 1\), or a data set .* not a (NoneType|dict|list|tuple)"
    ):
        gan.fit(given, verbose=0)
    with pytest.raises(ValueError, match=r"one array \(N, 28, 28, 1\)"):
        gan.fit(tf.data.Dataset.from_tensors({"image": IMAGES}), verbose=0)


def test_a_step_by_hand_refuses_them_too(gan):
    for wrong, message in (("int32", "not int32"), ("no channels", r"\(28, 28\) each")):
        with pytest.raises(ValueError, match=message):
            gan.train_step(tf.constant(WRONG[wrong][0]))
        with pytest.raises(ValueError, match=message):
            tf.function(gan.train_step)(tf.constant(WRONG[wrong][0]))


def test_only_the_first_batch_of_a_data_set_is_looked_at_and_none_is_lost_or_doubled():
    seen = []
    dataset = tf.data.Dataset.from_tensor_slices(FLOATS).batch(4)
    inputs = Inputs(dataset, None, seen.append, None, replicas=1)
    assert [type(given) for given in seen] == [tf.TensorSpec]
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate(list(inputs.x.as_numpy_iterator())), FLOATS)
    assert len(seen) == 2
    np.testing.assert_array_equal(seen[1], FLOATS[:4])
    assert Inputs(data.batches(IMAGES, 4, 0), None, seen.append, None, 1).x is not inputs.x
    images = data.batches(IMAGES, 4, 0)
    assert Inputs(images, None, seen.append, None, 1).x is images  # nothing to see: uint8


def test_floats_from_0_to_1_are_asked_about(gan):
    with pytest.warns(UserWarning, match="no value below 0.*give 2x − 1"):
        gan.fit(IMAGES / np.float32(255), verbose=0)


def test_points_of_the_plane_may_lie_anywhere_and_a_sigmoid_draws_no_black():
    gan = GAN(*variants.plane_networks())
    gan.compile("adam", "adam")
    gan.fit(100 + toy.ring(16), verbose=0)
    assert gan.step == 1
    with pytest.raises(ValueError, match=r"\(3,\) each, the generator draws \(2,\)"):
        gan.fit(np.zeros((16, 3), np.float32), verbose=0)
    generator = variants.generator()
    generator.layers[-1].activation = keras.activations.sigmoid
    gan = GAN(generator, variants.discriminator())
    gan.compile("adam", "adam")
    with pytest.raises(ValueError, match=r"from -1 to 1, the generator from 0 to 1.*end the generator in tanh"):
        gan.fit(IMAGES, verbose=0)


def test_a_conditional_gan_looks_at_the_images_of_its_pairs():
    gan = ConditionalGAN(variants.generator(6), variants.discriminator(3), np.eye(2))
    gan.compile("adam", "adam", run_eagerly=True)
    labels = np.arange(16) % 2
    with pytest.raises(ValueError, match="not int32"):
        gan.fit(IMAGES.astype(np.int32), labels, verbose=0)
    with pytest.raises(ValueError, match="0 to 255"):
        gan.fit(data.batches(IMAGES.astype(np.float32), 8, 0, labels), steps_per_epoch=1, verbose=0)
    gan.fit(data.batches(FLOATS, 8, 0, labels), steps_per_epoch=1, verbose=0)
    assert gan.step == 1


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [1, 4])
def test_a_data_set_of_unknown_length_makes_the_steps_that_it_has_batches_for(at_once):
    """Where it ends, TensorFlow runs whatever of a step does not depend on the batch."""
    dataset = tf.data.Dataset.from_generator(
        lambda: (IMAGES[:8] for _ in range(5)), output_signature=tf.TensorSpec((8, 28, 28, 1), tf.uint8)
    )
    gan = make(steps_per_execution=at_once)
    gan.fit(dataset, epochs=3, verbose=0)
    assert gan.step == 15
    assert [int(optimizer.iterations) for optimizer in gan.optimizers.values()] == [15, 15]


@pytest.mark.parametrize(
    ("n", "size", "replicas", "left"),
    [(16, 8, 2, None), (17, 8, 2, 1), (17, 8, 1, None), (20, 8, 2, 4), (21, 8, 2, None), (18, 8, 4, 2),
     (23, 8, 4, None), (22, 8, 4, 6), (33, None, 2, 1), (64, None, 4, None)],
)  # fmt: skip
def test_each_replica_has_a_sample_of_the_last_batch(n, size, replicas, left):
    if left is None:
        Inputs(np.zeros((n, 2)), None, lambda batch: None, size, replicas)
    else:
        with pytest.raises(ValueError, match=f"last batch has {left} of {size or 32} samples.*or {n - left} samples"):
            Inputs(np.zeros((n, 2)), None, lambda batch: None, size, replicas)


def test_a_data_set_for_replicas_has_batches_of_one_size():
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES)
    for drop, replicas in ((False, 1), (True, 2)):
        Inputs(dataset.batch(8, drop_remainder=drop), None, lambda batch: None, None, replicas)
    with pytest.raises(ValueError, match="2 replicas need batches of one size"):
        Inputs(dataset.batch(8), None, lambda batch: None, None, 2)


def test_the_samples_are_what_stands_first_and_of_a_network_with_several_outputs_nothing_is_known():
    generator = variants.generator()
    samples.check_samples((IMAGES, "labels", None), generator)
    growing, _ = variants.growing_networks()
    samples.check_samples(IMAGES, growing)
    with pytest.raises(ValueError, match="not int64"):
        samples.check_samples(IMAGES.astype(np.int64), growing)
    samples.check_samples(tf.TensorSpec(None, tf.float32), generator)
