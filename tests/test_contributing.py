"""What CONTRIBUTING.md shows is added to a copy of the project, and must pass its tests there."""

import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, environment

BLOCKS = re.findall(r"^```python\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


def block(word):
    """The one code block in which a word stands."""
    (found,) = [text for text in BLOCKS if word in text]
    return found


def put(file, before, text):
    """Writes text before the first place of another."""
    whole = file.read_text("utf-8")
    assert before in whole
    file.write_text(whole.replace(before, text + before, 1), "utf-8")


@pytest.mark.slow
def test_what_is_shown_can_be_added(tmp_path):
    copy = tmp_path / "copy"
    for name in ("dcgan_tf", "tests", "data", "experiments"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    package, tests = copy / "dcgan_tf", copy / "tests"

    put(package / "losses.py", "LOSSES = {\n", block("pearson = _loss(") + "\n")
    put(package / "losses.py", '    "minimax": minimax,\n', '    "pearson": pearson,\n')
    put(tests / "test_losses.py", '    "minimax": (', block('"pearson": ('))

    (package / "variants" / "infogan.py").write_text(block("class InfoGAN(GAN):"), "utf-8")
    put(tests / "test_variants.py", "from dcgan_tf.gan import GAN\n", "from dcgan_tf.variants import infogan\n")
    put(tests / "test_variants.py", '        "InfoGAN": lambda', block('"codes": lambda'))
    put(tests / "test_variants.py", '"simultaneous", "relativistic"', '"codes", ')
    with (tests / "test_variants.py").open("a", encoding="utf-8") as file:
        file.write("\n\n" + block("def test_the_code_loss_is"))

    (package / "data" / "small.py").write_text(block("def small_digits("), "utf-8")
    put(package / "data" / "sources.py", "SIZES = ", "from dcgan_tf.data.small import small_digits\n\n")
    put(package / "data" / "sources.py", '    "faces": Source(', block('"small-digits": Source('))
    with (tests / "test_data.py").open("a", encoding="utf-8") as file:
        file.write("\n\n" + block("def test_small_digits_are"))

    (copy / "experiments" / "77_rates.py").write_text(block("EXPERIMENT = runner.Experiment("), "utf-8")

    def run(*arguments):
        process = subprocess.run(
            [sys.executable, *arguments], cwd=copy, env=environment() | {"PYTHONPATH": str(copy)},
            capture_output=True, text=True,
        )  # fmt: skip
        assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
        return process.stdout

    chosen = "pearson or codes or code_loss or small_digits or have_a_judge"
    files = ["tests/test_losses.py", "tests/test_gan.py", "tests/test_variants.py", "tests/test_data.py"]
    passed = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *files)
    assert int(re.search(r"(\d+) passed", passed)[1]) >= 12
    assert "| rate |" in run("experiments/77_rates.py", "--smoke")
