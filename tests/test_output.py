"""Progress never costs a training: terminals that lack a letter, readers that end, outputs that are closed."""

import io
import os
import subprocess
import sys

import pytest
from conftest import environment

from dcgan_tf.cli import output

LINE = "8 images of 28×28×1: 素描"


def encoded(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", LINE), ("cp1251", "8 images of 28?28?1: ??"), ("ascii", "8 images of 28?28?1: ??")],
)
def test_letters_that_a_terminal_lacks_are_replaced(encoding, expected):
    stream = encoded(encoding)
    print(LINE, file=output.Unbreakable(stream), flush=True)
    assert stream.buffer.getvalue().decode(encoding).strip() == expected


class Broken(io.StringIO):
    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [Broken, closed, lambda: None], ids=["broken", "closed", "none"])
def test_what_nobody_reads_stops_nothing_and_is_told_once(stream):
    told = []
    out = output.Unbreakable(stream(), told.append)
    for _ in range(3):
        print(LINE, file=out, flush=True)
    assert len(told) == (stream is Broken or stream is closed)


def test_a_stream_is_otherwise_what_it_was():
    stream = encoded("utf-8")
    out = output.Unbreakable(stream)
    assert (out.encoding, out.isatty(), out.buffer) == ("utf-8", False, stream.buffer)


BUSY = """
import sys
from dcgan_tf import cli

def busy(args):
    for _ in range(args.seed):
        print("8 images of 28\\xd728, in a line that is long enough to fill what the system keeps of a pipe")
    with open("done", "w") as file:
        file.write("done")
    return 0

cli._command = lambda name: busy
sys.exit(cli.main(["evaluate", "run", "--seed", sys.argv[1]]))
"""


def busy(tmp_path, redirection, lines=3000, **extra):
    """A command that prints so many lines and then writes a file, run by a shell."""
    (tmp_path / "busy.py").write_text(BUSY)
    process = subprocess.run(
        f"'{sys.executable}' busy.py {lines} {redirection}; echo $? > code", shell=True, cwd=tmp_path,
        env=environment(PYTHONUNBUFFERED="", **extra), capture_output=True, text=True,
    )  # fmt: skip
    assert (tmp_path / "done").read_text() == "done", process.stderr
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="the shell's redirections are those of POSIX")
@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", "<&- >&- 2>&-", "2>&-", "> out", "> /dev/full"])
@pytest.mark.parametrize("lines", [1, 3000])
def test_a_command_ends_its_work_with_any_output(tmp_path, redirection, lines):
    if "/dev/full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    process = busy(tmp_path, redirection, lines, PYTHONIOENCODING="cp1251")
    assert (tmp_path / "code").read_text() == "0\n", process.stderr
    assert "Traceback" not in process.stderr
    assert "Exception ignored" not in process.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the shell's pipes are those of POSIX")
def test_a_reader_that_ends_early_does_not_end_the_work(tmp_path):
    process = busy(tmp_path, "| head -1")
    assert process.stdout.startswith("8 images of 28×28")
    assert process.stderr == "nothing more can be printed (Broken pipe), but the work goes on\n"
