import keras
import numpy as np
import pytest

from dcgan_tf import data, pretrained


@pytest.mark.parametrize("name", pretrained.SHA256)
def test_each_network_is_the_one_that_was_released_and_is_frozen(name):
    network = pretrained.load(name)
    assert isinstance(network, keras.Sequential)
    assert all(np.isfinite(weight).all() for weight in network.get_weights())
    assert getattr(network, "optimizer", None) is None


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
