"""Checks of the exercises: they say right, wrong or not done yet, never crash, and give a grade.

A graded cell reads

    from dcgan_tf.lessons.exercises import question

    @question("1. The size formula", points=2)
    def _check(q):
        q(conv_output_size, 5, 3).gives(3)
        q(conv_output_size, 5, 3, padding=1).gives(5, "padding is added on both sides")
        q(conv_output_size, 2, 3).raises(ValueError)
        ### BEGIN HIDDEN TESTS
        q.grading()
        q(conv_output_size, 28, 5, strides=2, padding=2).gives(14)
        ### END HIDDEN TESTS

    _check.score

and its last line is what nbgrader takes as the grade. All names of the check are the function's own: a student may have
helpers of any name.
"""

import ast
import builtins
import contextlib
import linecache
import os
import re
import sys
import traceback
import zlib

import numpy as np

from dcgan_tf.lessons.answers import WrongKind, copy, difference, equal, short
from dcgan_tf.lessons.limits import TooLong, watched


def question(title, points, **settings):
    """Decorates a function of checks: runs it at once, and leaves its `Question` under the function's name.

    Args:
        title, points, **settings: those of `Question`.
    """

    def run(checks):
        with Question(title, points, **settings) as asked:
            asked._names, asked._file = checks.__globals__, checks.__code__.co_filename
            checks(asked)
        return asked

    return run


class Question:
    """Collects the checks of one question; all of them must pass. After three that failed no more are made.

    What is called gets copies of its arguments and at most `seconds` each time. What it writes to stderr goes to
    stdout, since nbgrader gives no points to a cell with stderr.

    Args:
        title: printed before the verdict; unique in a notebook.
        points: what the question is worth, as in the cell's nbgrader metadata.
        seconds: allowed for each call (not on Windows, where nothing can stop it). May be changed between checks.
        megabytes: memory that NumPy and Python may take in a call, or None. May be changed between checks.
        without: packages and modules of which an answer may call nothing, under whatever name it is imported.
    Attributes:
        score: `float(points)` if at least one check ran and all passed, else 0.0.
        rng: NumPy generator for the numbers of the hidden tests. It depends on the title and on the environment
            variable DCGAN_TF_EXERCISE_SEED, any text.
    """

    def __init__(self, title, points, seconds=10, megabytes=None, without=("dcgan_tf",)):
        self.title, self.points, self.seconds, self.megabytes, self.without = title, points, seconds, megabytes, without
        self.rng = np.random.default_rng(zlib.crc32(f"{os.environ.get('DCGAN_TF_EXERCISE_SEED', '')} {title}".encode()))
        self.score = 0.0
        self._passed, self._failures, self._unjudged, self._graded = 0, [], None, False

    def __enter__(self):
        caller = sys._getframe(1)
        self._names, self._file = caller.f_globals, caller.f_code.co_filename
        self._redirect = contextlib.redirect_stderr(sys.stdout)
        self._redirect.__enter__()
        return self

    def __call__(self, function, *args, **kwargs):
        """Calls the student's function; `gives`, `raises`, `holds` or `reaches` of what comes back is the check."""
        self._judge_all()
        if len(self._failures) >= _TOLD:
            raise _End
        answer = self._unjudged = Answer(self, function, args, kwargs)
        answer._run()
        return answer

    def grading(self):
        """Stands before the hidden tests: without it, what is right is right so far."""
        self._judge_all()
        self._graded = True

    def __exit__(self, kind, error, trace):
        self._redirect.__exit__(None, None, None)
        if kind is KeyboardInterrupt:
            return False
        if isinstance(error, NameError):
            slip = self._syntax_error(error.name)
            self._failures.append(slip or f"there is no {error.name} here: run the cell in which you write it")
        elif error is None:
            self._judge_all()
        elif not isinstance(error, _End):
            self._failures.append(f"the check stopped with {kind.__name__}: {short(error)}")
        self._report(error if isinstance(error, _NotDone) else None)
        return True

    def _judge_all(self):
        if self._unjudged is not None:
            self._failures.append(f"{self._unjudged}: this check says nothing about what is expected")
            self._unjudged = None

    def _report(self, not_done):
        total = self._passed + len(self._failures)
        if self._failures:
            print(f"{self.title}: wrong. {self._passed} of the {total} checks made passed.")
            print(*(f"  {failure}" for failure in self._failures[:_TOLD]), sep="\n")
            python = {n: v for n, v in vars(builtins).items() if getattr(v, "__module__", None) == "builtins"}
            hidden = [n for n, value in python.items() if self._names.get(n, value) is not value]
            if hidden:
                print(f"  Mind: this notebook gives {', '.join(hidden)} another meaning than Python's own.")
        elif not_done or not total:
            print(f"{self.title}: not done yet.{f' {not_done}' if str(not_done or '') else ''}")
        else:
            self.score = float(self.points)
            end = f"right. {self.points:g} of {self.points:g} points." if self._graded else _SO_FAR
            print(f"{self.title}: {end}")

    def _syntax_error(self, name):
        """What Python found wrong in the newest cell that would define `name`; empty if it found nothing."""
        for cell in reversed(self._names.get("In", [])):  # IPython keeps the cells that were run there
            if re.search(rf"^(def|class)\s+{re.escape(name or '')}\b", cell, re.MULTILINE):
                try:
                    ast.parse(cell)
                except SyntaxError as error:
                    return f"the cell with {name} has a syntax error in line {error.lineno}: {error.msg}"
                return ""
        return ""

    def _stub(self, error):
        """The code of the notebook's function that raised an error itself, or None if a library raised it."""
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        return frame.f_code if frame.f_globals is self._names else None

    def _line(self, error):
        """The line of the notebook in which an error came up; empty if it did not come up there."""
        lines = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(error.__traceback__)
                 if frame.f_globals is self._names and frame.f_code.co_filename != self._file]  # fmt: skip
        if not lines:
            return ""
        text = linecache.getline(*lines[-1]).strip()
        return f", in line {lines[-1][1]} of its cell{text and f': {text}'}"


_TOLD = 3  # failures; after them nothing more is tried
_SO_FAR = "right so far. More cases are tried when your work is graded."


class Answer:
    """What the student's function did with one set of arguments."""

    def __init__(self, question, function, args, kwargs):
        self.value = self.error = None
        self._question, self._function, self._args, self._kwargs = question, function, args, kwargs

    def __str__(self):
        name = getattr(self._function, "__name__", type(self._function).__name__)
        arguments = [short(a) for a in self._args] + [f"{k}={short(v)}" for k, v in self._kwargs.items()]
        return "it" if name == "<lambda>" else f"{name}({', '.join(arguments)})"

    def gives(self, expected, note="", rtol=1e-5, atol=1e-6):
        """Passes if the function returned `expected`: same length and shape, numbers within the tolerances.

        Args:
            expected: a number, bool, string or array, or a tuple or dictionary of such. An int wants an integer back.
                An array may come as a list or a tensor of any type, a tuple as a list or an array.
            note: what the case is about; printed if something of the right kind came back, and it was wrong.
            rtol, atol: they widen by themselves where float32 or less came back, but for an `atol` of 0.
        """
        self._verdict(lambda: difference(self.value, expected, rtol, atol), note)

    def raises(self, error, note=""):
        """Passes if the function raised this kind of error."""
        raised, self.error = self.error, None
        if raised is None:
            self._verdict(lambda: f"expected a {error.__name__}, it returned {short(self.value)}", note)
        else:
            problem = f"expected a {error.__name__}, got {type(raised).__name__}: {short(raised)}"
            self._verdict(lambda: "" if isinstance(raised, error) else problem + self._question._line(raised))

    def holds(self, condition, expected):
        """Passes if `condition(returned value)` is true; `expected` says in words what must be so."""

        def problem():
            with contextlib.suppress(Exception):
                if condition(self.value):
                    return ""
            return f"expected that {expected}, got {short(self.value)}"

        self._verdict(problem)

    def reaches(self, measure, what, at_least=-np.inf, at_most=np.inf):
        """Passes if `measure(returned value)`, a number, lies within the bounds; `what` says what it measures.

        For what was trained: the bounds are such that ten seeds pass and the usual mistake fails.
        """

        def problem():
            number = float(measure(self.value))
            bounds = [f"at least {at_least:g}"] * (at_least > -np.inf) + [f"at most {at_most:g}"] * (at_most < np.inf)
            return "" if at_least <= number <= at_most else f"{what} is {number:.4g}, expected {' and '.join(bounds)}"

        self._verdict(problem)

    def _run(self):
        asked, arguments, keywords = self._question, copy(self._args), copy(self._kwargs)
        self._problems = []
        try:
            with watched(asked.seconds, asked.megabytes, asked.without) as self._problems:
                self.value = self._function(*arguments, **keywords)
        except KeyboardInterrupt:
            raise
        except TooLong as error:
            self._fail(f"no answer after {asked.seconds} s{asked._line(error)}: is there a loop that never ends?")
            raise _End from None
        except BaseException as error:  # SystemExit too: whatever a student's code does, the notebook goes on
            self.error = error
            if isinstance(error, NotImplementedError) and (stub := asked._stub(error)):
                asked._unjudged = None
                raise _NotDone(_left_over(stub) or asked._syntax_error(stub.co_qualname.split(".")[0])) from None
        if not (equal(arguments, self._args) and equal(keywords, self._kwargs)):
            self._problems.append("changed its arguments; it must leave them as they are")

    def _verdict(self, problem_of, note=""):
        self._question._unjudged = None
        if self._problems:
            problem, note = self._problems[0], ""
        elif self.error is not None:
            problem, note = f"raised {type(self.error).__name__}: {short(self.error)}", ""
            problem += self._question._line(self.error)
        else:
            try:
                problem = problem_of()
            except WrongKind as error:
                problem, note = str(error), ""
            except Exception as error:
                problem = (
                    f"got {short(self.value)}, with which the check fails ({type(error).__name__}: {short(error)})"
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


def _left_over(code):
    """What to do about a stub's `raise` under code that the student wrote; empty if there is only the stub."""
    lines = {line for *_, line in code.co_lines() if line not in (None, code.co_firstlineno)}
    return "Its last line is still `raise NotImplementedError()`: take it away." if len(lines) > 1 else ""
