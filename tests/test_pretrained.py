import keras
import numpy as np
import pytest

from dcgan_tf import data, metrics, pretrained
from dcgan_tf.gan import generate


@pytest.mark.parametrize("name", pretrained.SHA256)
def test_each_network_is_the_one_that_was_released_and_is_frozen(name):
    network = pretrained.load(name)
    assert isinstance(network, keras.Sequential)
    assert all(np.isfinite(weight).all() for weight in network.get_weights())
    assert not network.trainable_weights


def latents(n, length):
    return np.random.default_rng(0).normal(size=(n, length)).astype(np.float32)


def test_the_generator_of_digits_draws_all_ten():
    images = generate(pretrained.load("digits_generator"), latents(500, 16))
    assert metrics.classes_covered(metrics.mnist_classifier()(images)[1]) == 10


@pytest.mark.parametrize("glasses", [0, 1])
def test_the_generator_that_is_told_of_glasses_obeys(glasses):
    y = np.tile(np.float32([glasses, 1]), (200, 1))
    images = generate(pretrained.load("conditional_faces_generator"), np.concatenate([latents(200, 100), y], axis=1))
    seen = metrics.face_classifier()(images)[1][:, data.drawn.ATTRIBUTES.index("glasses")] > 0.5
    assert np.mean(seen == glasses) > 0.95


def test_all_together_are_small():
    assert sum((data.BUNDLED / f"{name}.keras").stat().st_size for name in pretrained.SHA256) < 10_000_000


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    content = bytearray((data.BUNDLED / "mnist_classifier.keras").read_bytes())
    content[-1] ^= 1
    (tmp_path / "mnist_classifier.keras").write_bytes(content)
    monkeypatch.setattr(pretrained, "BUNDLED", tmp_path)
    with pytest.raises(ValueError, match=r"mnist_classifier\.keras is damaged or was changed"):
        pretrained.load("mnist_classifier")


def test_an_unknown_name_is_told_what_there_is():
    with pytest.raises(ValueError, match="no pretrained network 'cats', only mnist_classifier, "):
        pretrained.load("cats")
