"""What the first cell of each lesson does, in a kernel without TensorFlow too."""

import importlib.util

import nbformat
import pytest
from conftest import environment
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

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
