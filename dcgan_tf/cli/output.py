"""Output that never costs a training: what nobody reads, or no terminal can show, stops nothing."""

import contextlib
import os
import sys


class Unbreakable:
    """A text stream to which writing never fails.

    Args:
        stream: where it goes while that is possible; None, as where a process has no output: nowhere.
        lost: called once, with the reason, when it is no longer possible.
    """

    def __init__(self, stream, lost=None):
        self.stream = stream or _nowhere()
        self.lost = lost

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text):
        with self._unbroken():
            try:
                self.stream.write(text)
            except UnicodeEncodeError:
                encoding = self.stream.encoding
                self.stream.write(text.encode(encoding, "replace").decode(encoding))
        return len(text)

    def flush(self):
        with self._unbroken():
            self.stream.flush()

    @contextlib.contextmanager
    def _unbroken(self):
        try:
            yield
        except (OSError, ValueError) as error:  # a pipe whose reader has ended, a full disk; ValueError: it is closed
            nowhere = _nowhere()
            with contextlib.suppress(OSError, ValueError):
                os.dup2(nowhere.fileno(), self.stream.fileno())  # else Python fails at its end on what is left to write
            self.stream, lost, self.lost = nowhere, self.lost, None
            if lost:
                lost(error)


def _nowhere():
    return open(os.devnull, "w", encoding="utf-8")


@contextlib.contextmanager
def unbreakable():
    """Within it stdout and stderr are `Unbreakable`."""
    for descriptor in range(3):  # a file that is opened must not get the number of one that the process lacks
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)

    def lost(error):
        print(f"nothing more can be printed ({error.args[-1]}), but the work goes on", file=sys.stderr)

    out, err = Unbreakable(sys.stdout, lost), Unbreakable(sys.stderr)
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
        try:
            yield
        finally:
            out.flush()  # while a failure is still caught
