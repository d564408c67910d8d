"""How long a student's answer may run, how much memory it may take, and what it may not call."""

import contextlib
import signal
import sys
import threading
import tracemalloc


class TooLong(BaseException):  # not an Exception: the student's own `except Exception` must not catch it
    """The block ran longer than it may."""


@contextlib.contextmanager
def watched(seconds, megabytes=None, without=()):
    """Runs a block under these limits; gives a list, in which stands afterwards what was wrong.

    Args:
        seconds: after them the block ends with `TooLong` (not on Windows, nor beside the main thread).
        megabytes: memory that NumPy and Python may take, or None.
        without: packages and modules of which the block may call nothing.
    """
    problems = []
    with contextlib.ExitStack() as limits:
        limits.enter_context(_time(seconds))
        if megabytes is not None and not tracemalloc.is_tracing():
            limits.enter_context(_memory(megabytes, problems))
        limits.enter_context(_calls(without, problems))
        yield problems


@contextlib.contextmanager
def _time(seconds):
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _memory(megabytes, problems):
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        if peak > megabytes:
            problems.append(f"took {peak:.0f} MB of memory; at most {megabytes:g} are allowed here")
    finally:
        tracemalloc.stop()


@contextlib.contextmanager
def _calls(modules, problems):
    """Looks at what is called, not at what is imported: an answer may import the library under any name."""
    inside = tuple(f"{module}." for module in modules)

    def look(frame, event, _):
        module = frame.f_globals.get("__name__") or ""
        if event == "call" and not problems and module != __name__ and f"{module}.".startswith(inside):
            problems.append(f"calls {module}.{frame.f_code.co_name}: write it yourself")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(before)
