"""What went wrong, in one line."""

import re

from dcgan_tf.data.base import shown

# Behind these words Keras prints a network's whole configuration, and TensorFlow the whole trace of a graph.
_TRACES = (
    r",? using config=|\n\s*config=|Full object config|Arguments received by|"
    r"Detected at node|defined at \(most recent|Stack trace|\[\[\{\{|\[Op:"
)


def one_line(error: BaseException, most: int = 500) -> str:
    """What an error says, in one line: its cause without traces, and where that is long the beginning and the end."""
    said = str(getattr(error, "message", error))
    said = said.rpartition("Exception encountered:")[2]
    if said.lstrip().startswith("in user code:"):  # a trace of which the last line is the error
        said = said.strip().splitlines()[-1]
    said = re.split(r'\n *File "[^\n]*\n', said)[-1]  # what TensorFlow says comes behind its trace
    said = " ".join(re.split(_TRACES, said)[0].split()) or type(error).__name__
    return shown(said if len(said) <= most else f"{said[: most // 2]} … {said[-most // 2 :]}")
