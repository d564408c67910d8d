"""Networks in files: read by the oldest Keras that is allowed, and what is said where they cannot be read."""

import json
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from conftest import OLDEST_KERAS, environment

from dcgan_tf import recipes
from dcgan_tf.training import networks

LOAD = """
import sys
import keras, numpy as np
from dcgan_tf.training import networks

print(keras.__version__)
for path in sys.argv[1:]:
    network = networks.load(path)
    print(float(np.abs(network(np.ones((2, *network.input_shape[1:]), np.float32))).sum()))
"""


@pytest.mark.slow
def test_the_oldest_keras_reads_what_the_newest_has_written(tmp_path):
    if not OLDEST_KERAS.exists():
        pytest.skip(f"no oldest Keras in {OLDEST_KERAS}: `make test` installs it there")
    paths, sums = [], []
    for name, recipe in recipes.RECIPES.items():
        if name == "paper":  # as narrow, at eight times the width
            continue
        gan = recipes.build(name, (recipe.sizes[0], recipe.sizes[0], 3))
        for network in (gan.averaged_generator, gan.discriminator):
            paths.append(tmp_path / f"{name}_{network.name}.keras")
            networks.save(network, paths[-1])
            sums.append(float(np.abs(network(np.ones((2, *network.input_shape[1:]), np.float32))).sum()))
    process = subprocess.run(
        [sys.executable, "-c", LOAD, *paths], env=environment(first_path=str(OLDEST_KERAS)), capture_output=True,
        text=True,
    )  # fmt: skip
    version, *loaded = process.stdout.split()
    assert version == "3.13.2", process.stderr
    np.testing.assert_allclose([float(each) for each in loaded], sums, rtol=1e-5)


def test_a_file_says_what_is_used_of_what_is_new_and_no_more(tmp_path):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])
    networks.save(network, tmp_path / "a.keras")
    text = zipfile.ZipFile(tmp_path / "a.keras").read("config.json").decode()
    assert "renorm" not in text
    assert "input_axes" not in text
    if "renorm" not in str(keras.layers.BatchNormalization().get_config()):
        pytest.skip("this Keras does not know what is new")
    used = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(renorm=True)])
    networks.save(used, tmp_path / "b.keras")
    assert networks.load(tmp_path / "b.keras").layers[0].renorm is True


def rewritten(path, part, change):
    """The same archive with one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = json.dumps(change(json.loads(parts[part]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_network_of_another_keras_is_not_called_damaged(tmp_path):
    path = tmp_path / "a.keras"
    networks.save(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), path)

    def of_the_future(config):
        config["config"]["layers"][1]["config"]["hover"] = 3
        return config

    rewritten(path, "config.json", of_the_future)
    with pytest.raises(ValueError, match=r"a\.keras is damaged"):  # by this very version
        networks.load(path)
    rewritten(path, "metadata.json", lambda metadata: metadata | {"keras_version": "9.9.9"})
    here = keras.__version__
    with pytest.raises(
        ValueError, match=rf"was written by Keras 9\.9\.9 and cannot be read by Keras {here}: install"
    ) as e:
        networks.load(path)
    assert "hover" in str(e.value)
    assert len(str(e.value)) < 900
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"a\.keras is damaged"):
        networks.load(path)
