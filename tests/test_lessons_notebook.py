"""What the first cell of each lesson does, in a kernel without TensorFlow too."""

import importlib.util
import json
import re
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT, environment
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from dcgan_tf.data.quiet import check_keras
from dcgan_tf.lessons import notebook

HIDE = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *args: None if name == "tensorflow" else find(name, *args)
"""


def test_it_says_which_tensorflow_and_what_it_costs(capsys, monkeypatch):
    import keras
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    notebook.setup(minutes=3)
    versions = f"TensorFlow {tf.__version__}, Keras {keras.__version__}, "
    assert capsys.readouterr().out == versions + "no GPU: about 3 minutes on two CPU cores\n"
    notebook.setup(minutes=1)
    assert capsys.readouterr().out.endswith("about 1 minute on two CPU cores\n")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind, kind])
    notebook.setup(minutes=3)
    assert capsys.readouterr().out == versions + "2 GPU\n"


def test_without_tensorflow_it_raises(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(notebook.SetupError, match="CPU or T4 GPU"):
        notebook.setup(minutes=3)


def test_without_tensorflow_the_student_reads_the_message_alone_and_run_all_stops():
    cells = [HIDE, "from dcgan_tf.lessons import notebook\nnotebook.setup(minutes=2)", "print('and so on')"]
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(page, kernel_name="python3")
    with pytest.raises(CellExecutionError):
        client.execute(env=environment())
    (output,) = page.cells[1].outputs
    message = "\n".join(output.traceback)
    assert message.startswith("There is no TensorFlow here")
    assert "Change runtime type > CPU or T4 GPU" in message
    assert "Traceback" not in message
    assert "notebook.py" not in message
    assert page.cells[2].outputs == []
    assert page.cells[2].execution_count is None


SETUP = "from dcgan_tf.lessons.notebook import setup; setup(minutes=2)"
SETTINGS = [
    ({"KERAS_BACKEND": "jax"}, {}, "Keras is set to jax, and this needs TensorFlow: set KERAS_BACKEND=tensorflow"),
    ({"KERAS_BACKEND": "no such"}, {}, "Keras is set to no such, and this needs TensorFlow"),
    ({}, {"backend": "torch"}, 'Keras is set to torch, and this needs TensorFlow: .*, or "backend"'),
    ({}, {"image_data_format": "channels_first"}, 'Keras is set to channels_first, .* set "image_data_format"'),
]


@pytest.mark.parametrize(("variables", "file", "message"), SETTINGS)
@pytest.mark.parametrize(
    "command", [["-c", SETUP], ["-c", "import keras; " + SETUP], ["-m", "dcgan_tf", "evaluate", "nowhere"]],
    ids=["set-up", "after keras", "command line"],
)  # fmt: skip
def test_keras_set_to_something_else_is_told(variables, file, message, command, tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps(file))
    if "import keras;" in command[-1] and file.get("image_data_format") is None:
        pytest.skip("Keras itself fails, where that backend is not installed")
    env = environment(**variables, KERAS_HOME=str(tmp_path))
    if "KERAS_BACKEND" not in variables:
        env.pop("KERAS_BACKEND", None)
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, timeout=300, cwd=ROOT)
    last = done.stderr.strip().splitlines()[-1]
    assert re.search(message, last), done.stderr
    assert str(tmp_path / "keras.json") in last
    if command[0] == "-m":
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_keras_json_that_cannot_be_read_is_keras_s_own_affair(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    check_keras()
    (tmp_path / "keras.json").write_text("{")
    check_keras()
    (tmp_path / "keras.json").write_text('{"backend": "tensorflow", "image_data_format": "channels_last"}')
    check_keras()
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # is stronger
    check_keras()
