"""Checks of the exercises: they say right, wrong or not done yet, never crash, and give a grade.

A graded cell reads

    from dcgan_tf.lessons.exercises import Question

    with Question("1. The size formula", points=2) as q:
        q(conv_output_size, 5, 3).gives(3)
        q(conv_output_size, 5, 3, padding=1).gives(5, "padding is added on both sides")
        q(conv_output_size, 2, 3).raises(ValueError)
    q.score

and its last line is what nbgrader takes as the grade.
"""

import builtins
import contextlib
import numbers
import os
import signal
import sys
import threading
import zlib

import numpy as np


class Question:
    """Collects the checks of one question; all of them must pass.

    What is called gets copies of its arguments and at most `seconds` each time. What it writes to stderr goes to
    stdout, since nbgrader gives no points to a cell with stderr.

    Args:
        title: printed before the verdict; unique in a notebook.
        points: what the question is worth, as in the cell's nbgrader metadata.
        seconds: allowed for each call (not on Windows, where nothing can stop it).
    Attributes:
        score: `float(points)` if at least one check ran and all passed, else 0.0.
        rng: NumPy generator for the numbers of the hidden tests. It depends on the title and on the environment
            variable DCGAN_TF_EXERCISE_SEED, any text.
    """

    def __init__(self, title, points, seconds=10):
        self.title, self.points, self.seconds = title, points, seconds
        self.rng = np.random.default_rng(zlib.crc32(f"{os.environ.get('DCGAN_TF_EXERCISE_SEED', '')} {title}".encode()))
        self.score = 0.0
        self._passed, self._failures, self._unjudged = 0, [], None

    def __enter__(self):
        self._names = sys._getframe(1).f_globals
        self._redirect = contextlib.redirect_stderr(sys.stdout)
        self._redirect.__enter__()
        return self

    def __call__(self, function, *args, **kwargs):
        """Calls the student's function; `gives`, `raises` or `holds` of what comes back is the check."""
        self._judge_all()
        answer = self._unjudged = Answer(self, function, args, kwargs)
        answer._run()
        return answer

    def __exit__(self, kind, error, traceback):
        self._redirect.__exit__(None, None, None)
        if kind is KeyboardInterrupt:
            return False
        if isinstance(error, NameError):
            self._failures.append(f"there is no {error.name} here: run the cell in which you write it")
        elif error is None:
            self._judge_all()
        elif not isinstance(error, _End):
            self._failures.append(f"the check stopped with {kind.__name__}: {_short(error)}")
        self._report(not_done=isinstance(error, _NotDone))
        return True

    def _judge_all(self):
        if self._unjudged is not None:
            self._failures.append(f"{self._unjudged}: this check says nothing about what is expected")

    def _report(self, not_done):
        total = self._passed + len(self._failures)
        if self._failures:
            print(f"{self.title}: wrong. {self._passed} of the {total} checks made passed.")
            print(*(f"  {failure}" for failure in self._failures[:3]), sep="\n")
            python = {n: v for n, v in vars(builtins).items() if getattr(v, "__module__", None) == "builtins"}
            hidden = [n for n, value in python.items() if self._names.get(n, value) is not value]
            if hidden:
                print(f"  Mind: this notebook gives {', '.join(hidden)} another meaning than Python's own.")
        elif not_done or not total:
            print(f"{self.title}: not done yet.")
        else:
            self.score = float(self.points)
            print(f"{self.title}: right. {self.points:g} of {self.points:g} points.")


class Answer:
    """What the student's function did with one set of arguments."""

    def __init__(self, question, function, args, kwargs):
        self.value = self.error = None
        self._question, self._function, self._args, self._kwargs = question, function, args, kwargs

    def __str__(self):
        name = getattr(self._function, "__name__", type(self._function).__name__)
        arguments = [_short(a) for a in self._args] + [f"{k}={_short(v)}" for k, v in self._kwargs.items()]
        return "it" if name == "<lambda>" else f"{name}({', '.join(arguments)})"

    def gives(self, expected, note="", rtol=1e-5, atol=1e-7):
        """Passes if the function returned `expected`: same kind, length and shape, numbers within the tolerances.

        Args:
            expected: a number, bool, string or array, or a tuple or dictionary of such. An int wants an integer back, a
                tuple a tuple or list, an array an array or tensor (its dtype is free).
            note: printed when the check fails: what to think of.
        """
        self._verdict(lambda: _difference(self.value, expected, rtol, atol), note)

    def raises(self, error, note=""):
        """Passes if the function raised this kind of error."""
        raised, self.error = self.error, None
        got = f"got {type(raised).__name__}: {_short(raised)}" if raised else f"it returned {_short(self.value)}"
        self._verdict(lambda: "" if isinstance(raised, error) else f"expected a {error.__name__}, {got}", note)

    def holds(self, condition, expected):
        """Passes if `condition(returned value)` is true; `expected` says in words what must be so."""

        def difference():
            with contextlib.suppress(Exception):
                if condition(self.value):
                    return ""
            return f"expected that {expected}, got {_short(self.value)}"

        self._verdict(difference)

    def _run(self):
        arguments, keywords = _copy(self._args), _copy(self._kwargs)
        try:
            with _limit(self._question.seconds):
                self.value = self._function(*arguments, **keywords)
        except NotImplementedError:
            self._question._unjudged = None
            raise _NotDone from None
        except KeyboardInterrupt:
            raise
        except _TooLong:
            self._fail(f"no answer after {self._question.seconds} s: is there a loop that never ends?")
            raise _End from None
        except BaseException as error:  # SystemExit too: whatever a student's code does, the notebook goes on
            self.error = error
        self._changed = not (_equal(arguments, self._args) and _equal(keywords, self._kwargs))

    def _verdict(self, difference, note=""):
        self._question._unjudged = None
        if self.error is not None:
            problem = f"raised {type(self.error).__name__}: {_short(self.error)}"
        elif self._changed:
            problem = "changed its arguments; it must leave them as they are"
        else:
            try:
                problem = difference()
            except Exception as error:
                problem = (
                    f"got {_short(self.value)}, with which the check fails ({type(error).__name__}: {_short(error)})"
                )
        if problem:
            self._fail(f"{problem}{note and f' ({note})'}")
        else:
            self._question._passed += 1

    def _fail(self, problem):
        self._question._unjudged = None
        self._question._failures.append(f"{self}: {problem}")


class _End(Exception):
    """Nothing more is checked in this question."""


class _NotDone(_End):
    pass


class _TooLong(BaseException):  # not an Exception: the student's own `except Exception` must not catch it
    pass


@contextlib.contextmanager
def _limit(seconds):
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _copy(value):
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (tuple, list):
        return type(value)(map(_copy, value))
    return {key: _copy(v) for key, v in value.items()} if type(value) is dict else value


def _equal(a, b):
    if isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())
    if type(b) in (tuple, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if type(b) is dict:
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in b)
    return a is b or (isinstance(b, (numbers.Number, str)) and a == b)


def _difference(got, expected, rtol, atol):
    """What is wrong with `got`, in words; empty if nothing is."""
    mismatch = f"expected {_short(expected)}, got {_short(got)}"
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return mismatch
        pairs = {repr(key): (got[key], expected[key]) for key in expected}
    elif isinstance(expected, (tuple, list)):
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            return mismatch
        pairs = dict(enumerate(zip(got, expected, strict=True)))
    else:
        return _scalar_or_array_difference(got, expected, rtol, atol, mismatch)
    for key, pair in pairs.items():
        if difference := _difference(*pair, rtol, atol):
            return f"in [{key}] {difference}"
    return ""


def _scalar_or_array_difference(got, expected, rtol, atol, mismatch):
    if expected is None or isinstance(expected, (str, bytes)):
        return "" if type(got) is type(expected) and got == expected else mismatch
    if got is None or not (hasattr(got, "__array__") or isinstance(got, numbers.Number)):
        return mismatch
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return f"{mismatch}: the shapes differ" if got.ndim or expected.ndim else mismatch
    kinds = {
        "b": "b",
        "i": "iu" if expected.ndim == 0 else "iuf",
        "u": "iu" if expected.ndim == 0 else "iuf",
        "f": "iuf",
    }
    if got.dtype.kind not in kinds[expected.dtype.kind]:
        return f"{mismatch}: it must be an integer" if got.dtype.kind == "f" else f"{mismatch} of type {got.dtype}"
    with np.errstate(all="ignore"):
        wrong = ~np.isclose(got.astype(float), expected.astype(float), rtol=rtol, atol=atol)
    if not wrong.any():
        return ""
    if not wrong.ndim:
        return mismatch
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"{wrong.sum()} of {wrong.size} values differ, the first at {list(first)}"
    return f"{where}: expected {_short(expected[first])}, got {_short(got[first])}"


def _short(value):
    """A value in at most 120 characters, arrays by their shape unless they are tiny."""
    try:
        if isinstance(value, np.generic) or (hasattr(value, "__array__") and np.ndim(value) == 0):
            value = np.asarray(value).item()
        if hasattr(value, "__array__"):
            array = np.asarray(value)
            text = " ".join(np.array2string(array, precision=4, separator=", ").split())
            text = text if array.size <= 9 and len(text) <= 80 else f"array of shape {array.shape}"
        elif type(value) in (tuple, list):
            inner = ", ".join(map(_short, value[:9])) + (", …" if len(value) > 9 else "")
            text = f"[{inner}]" if type(value) is list else f"({inner}{',' * (len(value) == 1)})"
        else:
            text = str(value) if isinstance(value, BaseException) else repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 120 else f"{text[:117]}..."
