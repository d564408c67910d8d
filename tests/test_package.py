"""What is installed, and that it works without this checkout."""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT, environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_carries_the_data_and_works_in_an_empty_folder(wheel, tmp_path):
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel]
    subprocess.run(pip, check=True)
    program = (
        "import dcgan_tf, sys; from dcgan_tf import data, metrics; import numpy as np\n"
        "assert dcgan_tf.__file__.startswith(sys.argv[1]), dcgan_tf.__file__\n"
        "test = data.mnist('sample', 'test'); _, p = metrics.mnist_classifier()(test.images)\n"
        "print(len(test.images), (p.argmax(1) == test.labels).mean() > 0.99)"
    )
    env = environment() | {"PYTHONPATH": str(site)}
    result = subprocess.run([sys.executable, "-c", program, site], cwd=empty, env=env, capture_output=True, text=True)
    assert result.stdout.split() == ["2000", "True"], result.stderr
    script = site / "bin" / ("dcgan-tf.exe" if os.name == "nt" else "dcgan-tf")
    result = subprocess.run([script, "--help"], cwd=empty, env=env, capture_output=True, text=True)
    assert "train" in result.stdout


@pytest.mark.slow
def test_the_wheel_holds_the_library_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.split("/")[0] for name in names}
    assert {name.split(".")[0].split("-")[0] for name in folders} == {"dcgan_tf"}
    assert len(folders) == 2  # the package and what pip knows of it
    bundled = {path.name for path in (ROOT / "data").iterdir() if path.suffix in (".npz", ".keras")}
    assert {"mnist_sample.npz", "mnist_classifier.keras", "digits_generator.keras"} < bundled
    assert {f"dcgan_tf/bundled/{name}" for name in bundled} < set(names)
    assert "dcgan_tf/py.typed" in names


def test_both_environments_come_from_one_list():
    assert "-r requirements.txt" in (ROOT / "environment.yml").read_text()
    assert "-e .[dev,faces]" in (ROOT / "requirements.txt").read_text().splitlines()


def test_every_dependency_has_an_upper_bound():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    requirements = project["dependencies"] + extras["dev"] + extras["faces"]
    assert len(requirements) > 10
    assert [r for r in requirements if "<" not in r] == []


def test_the_oldest_keras_reads_the_bundled_networks():
    # An older Keras refuses what a newer one writes, and Colab's is the oldest allowed.
    oldest = re.search(r'"keras>=([\d.]+)', (ROOT / "pyproject.toml").read_text())[1]
    networks = list((ROOT / "data").glob("*.keras"))
    assert networks
    for path in networks:
        assert json.loads(zipfile.ZipFile(path).read("metadata.json"))["keras_version"] == oldest, path.name


def test_import_takes_nothing_heavy_along():
    heavy = "{'tensorflow', 'keras', 'sklearn', 'matplotlib'}"
    program = f"import sys, dcgan_tf, dcgan_tf.__main__; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
