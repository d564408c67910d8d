"""Arguments that mean nothing: each is refused in one sentence that names it."""

import inspect
import re

import numpy as np
import pytest
import tensorflow as tf
import variants

from dcgan_tf import data, judges, losses, metrics, models, plots, pretrained, recipes, toy
from dcgan_tf.conditional import ConditionalGAN, conditional_discriminator
from dcgan_tf.data.checks import check_numbers, check_whole
from dcgan_tf.gan import GAN, generate
from dcgan_tf.training.fit import fit

NAN, INF = float("nan"), float("inf")
COUNTS = (0, -1, 1.5, True, "3", NAN)  # where an integer of at least 1 is wanted
LENGTHS = (-1, NAN, INF, True, "3", None)  # where a finite number of at least 0 is wanted
IMAGES = data.mnist().images[:20]
FEATURES = np.random.default_rng(0).normal(size=(30, 4))
CURVE = np.linspace(0, 1, 5)
POINTS = np.eye(2)
HALVES = np.full((5, 2), 0.5)
SAMPLES = tf.zeros((2, 4, 4, 1))
PAIRS = {
    "frechet_distance": metrics.frechet_distance, "frechet_infinity": metrics.frechet_infinity,
    "kernel_distance": metrics.kernel_distance, "mean_distance": metrics.mean_distance,
    "precision_recall": metrics.precision_recall, "density_coverage": metrics.density_coverage,
    "prd": metrics.prd, "nearest_neighbours": metrics.nearest_neighbours,
}  # fmt: skip
PENALTIES = {
    penalty.__name__: penalty
    for penalty in (losses.gradient_penalty, losses.dragan, losses.r1, losses.r2, losses.r1_r2)
}


def gan():
    game = GAN(variants.generator(), variants.discriminator())
    game.compile("adam", "adam", run_eagerly=True)
    return game


def conditional(conditions=np.eye(2), frequencies=None, **options):  # noqa: B008
    return ConditionalGAN(variants.generator(6), variants.discriminator(3), conditions, frequencies, **options)


def mean(samples):
    return tf.reduce_sum(samples, axis=(1, 2, 3))[:, None]


# What is called, and the arguments that it is given, one at a time.
TABLE = [
    # models
    *((f, {"latent_dim": COUNTS, "channels": COUNTS}) for f in (models.tutorial_generator, models.mnist_generator)),
    *((f, {"channels": COUNTS}) for f in (models.tutorial_discriminator, models.mnist_discriminator)),
    (models.dcgan_generator,
     {"image_size": (28.0, True, "28", NAN, 33, 0), "latent_dim": COUNTS, "channels": COUNTS, "filters": (*COUNTS, 4)}),
    (models.dcgan_discriminator,
     {"image_size": (28.0, True, "28", NAN, 33, 0), "channels": COUNTS, "filters": COUNTS, "groups": COUNTS}),
    (models.rebuild, {"network": (3, "x", None)}),
    # losses
    *((lambda weight, f=f: f(mean, SAMPLES, SAMPLES, weight=weight), {"weight": LENGTHS}) for f in PENALTIES.values()),
    (lambda real: losses.gradient_penalty(mean, real, SAMPLES), {"real": (SAMPLES[:, 1:], tf.zeros((3, 4, 4, 1)))}),
    (lambda samples: losses.r1(mean, samples), {"samples": (tf.zeros((2, 4, 4, 1), tf.uint8),)}),
    (losses.smooth, {"real_label": (0, 0.5, 1.1, NAN, True, "1", None), "loss": ("hinge", 3, None)}),
    (losses.get, {"loss": (3, None, "x", [])}),
    (losses.get_penalty, {"penalty": (3, "r1", lambda x: x)}),
    # metrics
    *((f, {"probabilities": (HALVES - 1, 2 * HALVES, HALVES[0], HALVES[:0], NAN * HALVES, FEATURES, "x")})
      for f in (metrics.classifier_score, metrics.classes_covered)),
    (lambda least: metrics.classes_covered(HALVES, least), {"least": (-1, 2, NAN, "x", None)}),
    *((lambda features, f=f: f(FEATURES, features),
       {"features": (FEATURES[:1], FEATURES[0], FEATURES[:, :3], NAN * FEATURES, INF + FEATURES, "x", None)})
      for f in PAIRS.values()),
    *((lambda k, f=f: f(FEATURES, FEATURES, k=k), {"k": (*COUNTS, 30)})
      for f in (metrics.precision_recall, metrics.density_coverage)),
    (lambda clusters: metrics.prd(FEATURES, FEATURES, clusters), {"clusters": (*COUNTS, 61)}),
    (lambda beta: metrics.f_beta(CURVE, CURVE, beta), {"beta": LENGTHS}),
    (lambda recall: metrics.f_beta(CURVE, recall), {"recall": (CURVE[:3], -CURVE, 2 * CURVE, NAN * CURVE)}),
    (lambda precision: metrics.f_beta(precision, []), {"precision": ([],)}),
    # toy
    (lambda n=8, modes=8, radius=1.0, std=0.1, seed=0: toy.ring(n, modes, radius, std, seed),
     {"n": COUNTS, "modes": COUNTS, "radius": LENGTHS[1:], "std": LENGTHS, "seed": (-1, 1.5, "x")}),
    (lambda n=8, side=2, spacing=1.0, std=0.1: toy.grid(n, side, spacing, std),
     {"n": COUNTS, "side": COUNTS, "spacing": LENGTHS[1:], "std": LENGTHS}),
    (lambda points=POINTS, centres=POINTS, std=0.1: toy.modes(points, centres, std),
     {"std": LENGTHS, **{name: (np.zeros(2), np.zeros((4, 3)), np.zeros((0, 2)), "x")
                         for name in ("points", "centres")}}),
    (toy.dirac, {"loss": ("hinge", None), "penalty": LENGTHS}),
    (lambda game=toy.bilinear, rounds=3, step_size=0.1, **options: toy.play(game, rounds, step_size, **options),
     {"game": ("bilinear", None, 3), "rounds": COUNTS[1:], "step_size": LENGTHS[1:], "momentum": LENGTHS[1:],
      "averaging": LENGTHS, "start": ((1,), (1, 2, 3), "ab", None, (NAN, 0))}),
    # recipes, judges, pretrained
    (lambda name="lean", image_size=28: recipes.get(name, image_size),
     {"name": ("x", None, 3), "image_size": (28.5, None, "28", 0)}),
    (lambda shape: recipes.build("lean", shape),
     {"shape": ((28, 28), (28, 30, 1), (28, 28, 0), (28, 28, 1.5), 28, None, "abc")}),
    (lambda seed: recipes.build("lean", (28, 28, 1), seed), {"seed": (-1, 1.5, "x", True, 2**32)}),
    (lambda images=IMAGES, real=None: judges.measure(images, real),
     {name: (IMAGES / 255, IMAGES[..., 0], IMAGES[:0], IMAGES.tolist(), "x") for name in ("images", "real")}),
    (pretrained.load, {"name": ("x", 3, None)}),
    # GAN
    (lambda seed: GAN(variants.generator(), variants.discriminator(), seed=seed),
     {"seed": (-1, 1.5, True, "3", NAN, 2**31)}),
    (lambda **options: gan().compile(**dict(generator_optimizer="adam", discriminator_optimizer="adam") | options),
     {"generator_optimizer": (None, "x", 3), "discriminator_optimizer": (None,), "loss": (None, 3),
      "penalty": ("r1", 3), "discriminator_steps": COUNTS, "average_decay": (-0.1, 1, NAN, "x", None),
      "steps_per_execution": COUNTS, "run_eagerly": (3, "x"), "jit_compile": ("x", 3)}),
    (lambda n=3, seed=0: gan().sample(n, seed), {"n": COUNTS, "seed": (1.5, "3", None, True)}),
    (lambda n=3, seed=0: conditional().sample(n, seed), {"n": COUNTS, "seed": (1.5, "3", None, True)}),
    (lambda batch_size: generate(variants.generator(), np.zeros((3, 4), np.float32), batch_size),
     {"batch_size": COUNTS}),
    (conditional,
     {"conditions": (NAN * np.eye(2), [1, 2], np.zeros((0, 2)), "x", None),
      "frequencies": ([1, NAN], [1, -1], [0, 0], [1, INF], [1, 1, 1], ["a", "b"], 3), "names": (("a",), "abc")}),
    (lambda condition_dim=3, maps=8: conditional_discriminator(models.mnist_discriminator(), condition_dim, maps=maps),
     {"condition_dim": COUNTS, "maps": COUNTS[1:]}),
    # fit
    (lambda images=IMAGES, batch_size=10, epochs=1, seed=0, labels=None:
        fit(gan(), images, batch_size, epochs, seed, labels=labels, verbose=0),
     {"images": (None, IMAGES[:, :14], IMAGES * 1.0, "x"), "batch_size": (*COUNTS, 21), "epochs": COUNTS,
      "seed": (-1, 1.5, True, "3"), "labels": (np.arange(3),)}),
    # plots
    (lambda images=IMAGES, columns=None, padding=2, scale=1: plots.grid(images, columns, padding, scale),
     {"images": (IMAGES / 255, IMAGES.astype(int), IMAGES.tolist(), IMAGES[..., 0], IMAGES[:0], IMAGES.repeat(2, -1)),
      "columns": COUNTS, "padding": COUNTS[1:], "scale": COUNTS}),
    (lambda samples=IMAGES, scale=2: plots.sheet(samples, scale),
     {"samples": (IMAGES / 255, None, IMAGES[..., 0], np.zeros((0, 2)), np.full((3, 2), NAN)), "scale": COUNTS}),
    (lambda samples, scale=2: plots.rows(samples, scale),
     {"samples": ({}, {"a": IMAGES / 255}, {"a": IMAGES, "b": IMAGES[:, :14]}, {"a": IMAGES, "b": IMAGES[:3]})}),
    (lambda scale: plots.rows({"a": IMAGES}, scale), {"scale": (0, *LENGTHS)}),
    (lambda quality: plots.show_rows({"a": IMAGES}, quality=quality), {"quality": (0, 96, NAN, "x")}),
    (plots.png, {"image": (IMAGES[0, ..., 0] / 255, None, IMAGES[0].tolist())}),
    (lambda frames=IMAGES[:2, ..., 0], **options: plots.gif(frames, **options),
     {"frames": ([], [IMAGES[0, ..., 0], IMAGES[0, :14, :, 0]]), "seconds": (0, *LENGTHS), "hold": (0, *LENGTHS)}),
    (plots.curves, {"history": ({}, [1], {"epoch": [1]})}),
    (lambda names=("a",), shares={"x": [0.1]}: plots.bars(names, shares, "share"),
     {"names": ((), ("a", "b")), "shares": ({}, {"x": []}, {"x": [0.1, 0.2]}, {name: [0.1] for name in "abcd"})}),
    (lambda numbers: plots.arms(numbers, "x"), {"numbers": ({}, {"a": []}, {"a": [-1]}, {"a": [NAN]})}),
]  # fmt: skip


# Where a message says it in other words than the argument's name.
SAID = "recipe|pretrained|optimizer|string to float|samples|points|arrays?|channels|told apart|Seed|image|have labels"


@pytest.mark.parametrize("row", range(len(TABLE)))
def test_an_argument_that_means_nothing_is_refused_in_one_sentence(row):
    function, arguments = TABLE[row]
    if all(parameter.default is not parameter.empty for parameter in inspect.signature(function).parameters.values()):
        function()
    for name, bad in arguments.items():
        for value in bad:
            try:
                function(**{name: value})
            except (ValueError, TypeError) as error:
                message = str(error)
                assert "\n" not in message, (name, value)
                assert len(message) < 300, (name, value, message)
                assert name.replace("_", " ") in message.replace("_", " ") or re.search(SAID, message), (name, message)
            else:
                pytest.fail(f"{name}={value!r} was accepted")


@pytest.mark.parametrize("value", COUNTS)
def test_an_integer_is_named(value):
    with pytest.raises(ValueError, match=rf"^steps must be an integer of at least 1, not {value!r}$"):
        check_whole(filters=3, steps=value)
    check_whole(0, steps=np.int64(0))


def test_a_number_is_named():
    with pytest.raises(ValueError, match=r"^weight must be a finite number, not nan$"):
        check_numbers(weight=NAN)
    with pytest.raises(ValueError, match=r"^weight must be at least 0, not -1$"):
        check_numbers(0, weight=-1)
    with pytest.raises(ValueError, match=r"^weight must be from 0 to 1, not 2$"):
        check_numbers(0, 1, weight=2)
    check_numbers(0, 1, one=1, none=np.float32(0.0))


def test_what_means_something_is_taken():
    losses.r1(mean, SAMPLES, weight=tf.constant(2.0))  # a weight that changes on the way
    assert toy.play(toy.bilinear, 0, 0.1).shape == (1, 2)
    assert toy.play(toy.bilinear, 2, 0.1, momentum=-0.5).shape == (3, 2)
    assert plots.grid(list(IMAGES)).ndim == 2
    assert judges.measure(list(IMAGES), IMAGES[::-1])["distance"] == pytest.approx(0, abs=1e-3)
    assert conditional(frequencies=[0, 2]).sample(2).shape == (2, 28, 28, 1)
