"""The exercises' checks: what a question says and counts, and each lesson's answers, right and wrong.

`-k 04` picks one lesson. Each mutant of `notebooks/exercises/mutants/` is one slip in the solution of one question; the
answers of `tests/exercise_answers/` are whole ones, as students write them.
"""

import ast
import contextlib
import io
import linecache
import os
import re
import sys
import time
import warnings

import numpy as np
import pytest
from exercise_notebooks import (
    LESSONS,
    SEED,
    SOLUTION,
    answers,
    by_hand,
    cell_of,
    flags,
    load,
    mutants,
    questions,
    restyled,
    run,
    slips,
    solutions,
    text,
    trained,
    without_hidden,
)

from dcgan_tf.lessons import exercises
from dcgan_tf.lessons.exercises import Question

SEEDS = int(os.environ.get("DCGAN_TF_EXERCISE_SEEDS", "20"))  # the weekly job tries 100
# In float32 the largest number below 1 is 1, which the question excludes.
NOT_IN_FLOAT32 = {("09_conditional_gan", "q3-draw")}


# --- a question ---------------------------------------------------------------------------------------------------


def ask(function, judge, *args, **settings):
    with Question("1. A title", points=2, **settings) as q:
        q.grading()
        judge(q(function, *args))
    return q.score


class Agreeable:
    def __eq__(self, other):
        return True

    __hash__ = None


ARRAY = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (3, 3), (np.int64(3), 3), (np.array(3), 3), (3, 3.0), (np.float32(0.1), 0.1), (True, True), (np.bool_(1), True),
        (None, None), ("same", "same"), ([1, 2], (1, 2)), ((1, [2.0]), (1, (2.0,))), ({"a": ARRAY}, {"a": ARRAY}),
        (ARRAY.astype("float16"), ARRAY), (ARRAY, ARRAY.astype(int)), (ARRAY + 1e-9, ARRAY), (ARRAY > 2, ARRAY > 2),
        (float("inf"), float("inf")), (ARRAY.tolist(), ARRAY), (list(ARRAY), ARRAY), (ARRAY, (ARRAY[0], ARRAY[1])),
        ([ARRAY, 2], (ARRAY, 2)), (np.array([3, 4]), (3, 4)), ([[True]], np.array([[True]])), (ARRAY, ARRAY.tolist()),
        (np.float32(ARRAY + 4e-5), ARRAY), (float(np.float32(0.1 + 5e-6)), 0.1), (np.float16(0.1), 0.1),
    ],
)  # fmt: skip
def test_right_answers(got, expected, capsys):
    score = ask(lambda: got, lambda answer: answer.gives(expected))
    assert type(score) is float
    assert score == 2
    assert capsys.readouterr().out == "1. A title: right. 2 of 2 points.\n"


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (4, 3), (3.0, 3), (True, 1), (1, True), ("3", 3), (None, 3), (None, 0), (0, None), (0, False), (Agreeable(), 3),
        (float("nan"), 3.0), (float("nan"), float("nan")), (0.1001, 0.1), (3 + 0j, 3), ([1], (1, 2)), (1, (1,)),
        (None, ()), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 2}), (ARRAY.T, ARRAY), (ARRAY.ravel(), ARRAY),
        ([[1.0, 2.0], [3.0]], ARRAY), ([["1", 2.0], [3.0, 4.0]], ARRAY), ([1], 1), (ARRAY[:, :, None], ARRAY),
        (ARRAY.astype(str), ARRAY), (ARRAY.astype(object), ARRAY),
        (ARRAY * np.nan, ARRAY), (ARRAY[:1], ARRAY),
        (2.0, ARRAY), (ARRAY, 2.0), (Agreeable(), ARRAY), (ARRAY > 2, ARRAY), (Agreeable(), None),
        (Agreeable(), "same"), (np.array([True]), np.array([1])), (ARRAY.astype(np.uint8) - 5, ARRAY - 5),
    ],
)  # fmt: skip
def test_wrong_answers(got, expected, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ask(lambda: got, lambda answer: answer.gives(expected, "a note")) == 0
    out = capsys.readouterr().out
    assert out.startswith("1. A title: wrong. 0 of the 1 checks made passed.\n  it: ")
    assert "expected" in out or "wanted" in out


def test_what_a_wrong_answer_is_told(capsys):
    def double(x, by=2):
        return x * by

    with Question("2. Double", points=1) as q:
        q(double, 3).gives(6)
        q(double, 3, by=1).gives(7, "what is the rule?")
        q(double, np.eye(2)).gives(np.ones((2, 2)))
        q(double, np.zeros((5, 5))).gives(np.zeros((5, 4)))
    assert q.score == 0
    assert capsys.readouterr().out.splitlines() == [
        "2. Double: wrong. 1 of the 4 checks made passed.",
        "  double(3, by=1): expected 7, got 3 (what is the rule?)",
        "  double([[1., 0.], [0., 1.]]): 4 of 4 values differ, the first at [0, 0]: expected 1.0, got 2.0"
        " (an array of shape (2, 2), float64)",
        "  double(an array of shape (5, 5), float64): expected an array of shape (5, 4), float64 of shape (5, 4),"
        " got an array of shape (5, 5), float64 of shape (5, 5), float64: the shapes differ",
    ]


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (None, ARRAY, "got None: is a `return` missing?; an array is wanted"),
        ([1], 2, "got a list, [1]; a number is wanted"),
        ([[1.0], [2.0, 3.0]], ARRAY, "a list with rows of unequal length came, an array is wanted"),
        (3.0, 3, "expected 3, got 3.0 of type float64; an integer is wanted"),
        (1, True, "expected True, got 1 of type int64; True or False is wanted"),
        ((1, "2"), (1, 2), "in [1] expected 2, got a str, '2'; a number is wanted"),
        (ask, 3, "got a function, <function ask>; a number is wanted"),
    ],
)
def test_what_is_of_another_kind_is_told_without_the_note(got, expected, said, capsys):
    assert ask(lambda: got, lambda answer: answer.gives(expected, "a note")) == 0
    out = capsys.readouterr().out
    assert said in out
    assert "a note" not in out


def test_a_note_is_told_where_it_can_be_about_the_slip(capsys):
    assert ask(lambda: 4, lambda answer: answer.gives(3, "a note")) == 0
    assert ask(lambda: ARRAY, lambda answer: answer.gives(ARRAY[0], "a note")) == 0
    assert ask(lambda: 4, lambda answer: answer.raises(ValueError, "a note")) == 0
    assert capsys.readouterr().out.count("(a note)") == 3
    assert ask(fails(KeyError()), lambda answer: answer.raises(ValueError, "a note")) == 0
    assert ask(fails(KeyError()), lambda answer: answer.gives(3, "a note")) == 0
    assert ask(lambda x: x.sort(), lambda answer: answer.gives(None, "a note"), [2, 1]) == 0
    assert "a note" not in capsys.readouterr().out


def test_tolerances_follow_the_digits_that_came_back():
    def answers(value, expected, **tolerance):
        return ask(lambda: value, lambda answer: answer.gives(expected, **tolerance)) == 2

    near = ARRAY * (1 + 5e-5)
    assert answers(np.float32(near), ARRAY)
    assert answers(np.float32(near).tolist(), ARRAY)
    assert answers(np.float32(near), ARRAY, rtol=1e-9)
    assert not answers(near, ARRAY)
    assert not answers(np.float32(ARRAY * (1 + 5e-4)), ARRAY)
    assert answers(np.float32([1e4, 0.05]), np.array([1e4, 0.0])), "a sum of large numbers that leaves little"
    assert not answers(np.float32([1.0, 0.05]), np.array([1.0, 0.0]))
    assert not answers(np.float32([1.0, 1e-6]), np.array([1.0, 0.0]), atol=0), "0 means 0"
    assert answers(np.float16([1.003]), np.ones(1))
    assert not answers(np.float16([1.05]), np.ones(1))


def fails(error):
    def function(*_):
        raise error

    return function


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), SystemExit(0), RecursionError(), StopIteration()])
def test_errors_of_a_student_are_told_and_the_notebook_goes_on(error, capsys):
    assert ask(fails(error), lambda answer: answer.gives(3)) == 0
    assert f"it raised {type(error).__name__}" in capsys.readouterr().out.replace("function()", "it").replace(":", "")
    assert ask(fails(error), lambda answer: answer.raises(type(error))) == 2
    assert ask(fails(error), lambda answer: answer.raises(ZeroDivisionError)) == 0
    assert ask(fails(error), lambda answer: answer.holds(lambda value: True, "anything")) == 0
    assert ask(lambda: 3, lambda answer: answer.raises(type(error))) == 0


def test_not_done_yet(capsys):
    with Question("3. Later", points=2) as q:
        q(fails(NotImplementedError()), 3).gives(3)
        q(fails(NotImplementedError()), 3).raises(NotImplementedError)
        raise AssertionError("not reached")
    assert q.score == 0
    with Question("4. Without a check", points=2) as q:
        pass
    assert q.score == 0
    with Question("5. Name", points=2) as q:
        q(not_written_yet, 3).gives(3)  # noqa: F821
    assert q.score == 0
    with Question("6. No function", points=2) as q:
        q(None, 3).gives(3)
    assert q.score == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["3. Later: not done yet.", "4. Without a check: not done yet."]
    assert out[3] == "  there is no not_written_yet here: run the cell in which you write it"
    assert "NoneType(3) raised TypeError" in out[5].replace(":", "")


def test_a_check_that_expects_nothing_does_not_pass(capsys):
    assert ask(lambda: 3, lambda answer: None) == 0
    assert "says nothing about what is expected" in capsys.readouterr().out


def test_arguments_must_stay_as_they_are(capsys):
    def shift(x):
        x += 1
        return x

    given = np.zeros(3)
    assert ask(shift, lambda answer: answer.gives(np.ones(3)), given) == 0
    assert "changed its arguments" in capsys.readouterr().out
    np.testing.assert_array_equal(given, 0)
    assert ask(lambda x: x.sort(), lambda answer: answer.gives(None), [2, 1]) == 0
    assert ask(lambda x: x.pop("a"), lambda answer: answer.gives(1), {"a": 1}) == 0
    assert ask(lambda x: x + 1, lambda answer: answer.gives(np.array([np.nan, 1])[1:]), np.zeros(1)) == 2


def test_holds_takes_a_condition_that_fails_as_no(capsys):
    assert ask(lambda: 3, lambda answer: answer.holds(lambda v: v > 2, "it exceeds 2")) == 2
    assert ask(lambda: None, lambda answer: answer.holds(lambda v: v > 2, "it exceeds 2")) == 0
    assert ask(lambda: np.ones(2), lambda answer: answer.holds(lambda v: v == 1, "it is 1")) == 0
    assert "it exceeds 2" in capsys.readouterr().out


def notebook_of(*cells):
    """What these cells print, run one after the other as IPython runs them; one with an error does not stop it."""
    names, out = {"__name__": "__main__", "In": [""]}, io.StringIO()
    for number, source in enumerate(cells):
        names["In"].append(source)
        linecache.cache[f"<cell {number}>"] = (len(source), None, source.splitlines(keepends=True), f"<cell {number}>")
        with contextlib.suppress(SyntaxError), contextlib.redirect_stdout(out):
            exec(compile(source, f"<cell {number}>", "exec"), names)
    return out.getvalue()


CHECK = """
from dcgan_tf.lessons.exercises import question

@question("1. A title", points=2)
def _check(q):
    answer = 3
    q(f, 2).gives(answer)
    q.grading()
    q(lambda x: f(x), 3).gives(4)
"""


def test_the_decorator_leaves_the_question_and_no_other_name():
    out = notebook_of("def f(x):\n    return x + 1", CHECK, "print(_check.score, 'answer' in globals())")
    assert out == "1. A title: right. 2 of 2 points.\n2.0 False\n"
    seen = CHECK[: CHECK.index("    q.grading()")]
    out = notebook_of("def f(x):\n    return x + 1", seen, "print(_check.score)")
    assert out == "1. A title: right so far. More cases are tried when your work is graded.\n2.0\n"


def test_an_error_is_told_with_its_line():
    out = notebook_of("def g(x):\n    return x[0]", "def f(x):\n    y = 1\n    return g(x) + y", CHECK)
    assert "f(2): raised TypeError: 'int' object is not subscriptable, in line 2 of its cell: return x[0]" in out
    out = notebook_of("def f():\n    return 3", CHECK)
    assert "takes 0 positional arguments but 1 was given\n" in out
    out = notebook_of("def f(x):\n    while True:\n        pass", CHECK.replace("points=2", "points=2, seconds=0.1"))
    assert re.search(r"no answer after 0.1 s, in line [23] of its cell: (while True:|pass): is there a loop", out)


def test_what_keeps_a_question_from_being_done_is_told():
    stub = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert notebook_of(stub, CHECK) == "1. A title: not done yet.\n"
    left = stub.replace("# YOUR CODE HERE", "y = x + 1")
    assert notebook_of(left, CHECK).endswith(
        "not done yet. Its last line is still `raise NotImplementedError()`: take it away.\n"
    )
    broken = "def f(x)\n    return x + 1"
    assert "the cell with f has a syntax error in line 1: expected ':'" in notebook_of(broken, CHECK)
    assert "not done yet. the cell with f has a syntax error in line 1" in notebook_of(stub, broken, CHECK)
    assert "there is no f here: run the cell" in notebook_of("def g(x):\n    return 3", CHECK)


def test_a_library_that_has_not_implemented_something_is_an_error():
    code = "def f(x):\n    import asyncio\n    return asyncio.AbstractEventLoop().time()"
    assert "raised NotImplementedError: , in line 3 of its cell: return asyncio" in notebook_of(code, CHECK)


def test_after_three_failures_no_more_is_tried(capsys):
    called = []
    with Question("1. A title", points=2) as q:
        for number in range(9):
            q(called.append, number).gives(3)
    assert called == [0, 1, 2]
    assert "0 of the 3 checks made passed" in capsys.readouterr().out


def test_what_an_answer_may_not_call_counts_by_what_is_called():
    own = "def f(x):\n    return x + 1"
    library = "from importlib import import_module as i\nf = getattr(i('dcgan' + '_tf.arithmetic'), 'receptive_field')"
    assert "calls dcgan_tf.arithmetic.receptive_field: write it yourself" in notebook_of(library, CHECK)
    inside = "from dcgan_tf import arithmetic\ndef f(x):\n    arithmetic.receptive_field([])\n    return x + 1"
    assert "calls dcgan_tf.arithmetic.receptive_field: write it yourself" in notebook_of(inside, CHECK)
    assert "right. 2" in notebook_of(inside, CHECK.replace("points=2", "points=2, without=()"))
    assert "right. 2" in notebook_of("from dcgan_tf import arithmetic", own, CHECK), "an import is no call"
    assert sys.getprofile() is None


def test_memory_can_be_limited():
    assert ask(lambda: np.ones(10**6).sum(), lambda answer: answer.gives(1e6), megabytes=9) == 2
    assert ask(lambda: np.ones(10**6).sum(), lambda answer: answer.gives(1e6), megabytes=7) == 0
    assert ask(lambda: np.ones(10**6).sum(), lambda answer: answer.gives(1e6)) == 2


def test_what_was_trained_is_measured_against_a_bound(capsys):
    def judge(**bounds):
        return lambda answer: answer.reaches(np.mean, "the loss", **bounds)

    assert ask(lambda: [0.2, 0.4], judge(at_most=0.31)) == 2
    assert ask(lambda: [0.2, 0.4], judge(at_least=0.29)) == 2
    capsys.readouterr()
    assert ask(lambda: [0.2, 0.4], judge(at_most=0.2)) == 0
    assert "the loss is 0.3, expected at most 0.2" in capsys.readouterr().out
    assert ask(lambda: [np.nan], judge(at_most=0.2)) == 0
    assert ask(lambda: None, judge(at_least=0.2)) == 0


def test_notebooks_that_are_older_still_run(capsys):
    with exercises.Question("1. A title", points=2) as q:
        q(len, [1, 2]).gives(2)
    assert q.score == 2


def test_endless_loops_end(capsys):
    def endless():
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    start = time.monotonic()
    assert ask(endless, lambda answer: answer.gives(3), seconds=0.2) == 0
    assert time.monotonic() - start < 5
    assert "no answer after 0.2 s" in capsys.readouterr().out
    assert ask(lambda: 3, lambda answer: answer.gives(3), seconds=0.2) == 2


def test_stderr_is_moved_and_ctrl_c_is_not_swallowed(capsys):
    def noisy():
        print("careful", file=sys.stderr)
        return 3

    assert ask(noisy, lambda answer: answer.gives(3)) == 2
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("careful\n")
    with pytest.raises(KeyboardInterrupt):
        ask(fails(KeyboardInterrupt()), lambda answer: answer.gives(3))
    print("back", file=sys.stderr)
    assert capsys.readouterr().err == "back\n"


def test_names_that_hide_pythons_own_are_mentioned(capsys):
    exec(
        "with Question('1. A title', points=2) as q:\n    q(sum, [1]).gives(1)",
        {"Question": Question, "sum": 0, "__name__": "__main__"},
    )
    assert "Mind: this notebook gives sum another meaning than Python's own." in capsys.readouterr().out


def test_numbers_depend_on_the_seed_and_the_title_only(monkeypatch):
    def draw(title):
        return Question(title, points=1).rng.integers(1000, size=5).tolist()

    assert draw("a") == draw("a") != draw("b")
    before = draw("a")
    monkeypatch.setenv(SEED, "any text")
    assert draw("a") != before


# --- each lesson's checks, without nbgrader ------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS)
def test_form(lesson):
    notebook = load("source", lesson)
    points, cells = questions(notebook), notebook["cells"]
    assert 3 <= len(points) + len(questions(notebook, hand=True)) <= 6
    first = text(cells[0])
    assert f"notebooks/exercises/release/{lesson}/{lesson}.ipynb" in first
    assert "colab-badge.svg" in first
    assert len({cell["id"] for cell in cells}) == len(cells)
    names = [flags(cell)["grade_id"] for cell in cells if flags(cell)]
    assert len(set(names)) == len(names)
    assert list(slips(lesson)) == list(points), "the questions and their mutants, in the same order"
    assert all(len(made) >= 2 for made in slips(lesson).values())
    titles = []
    for place, cell in enumerate(cells):
        meta, source = flags(cell), text(cell)
        if meta:
            assert meta.keys() - {"points", "grade_id"} == {"schema_version", "grade", "locked", "solution", "task"}
            assert meta["schema_version"] == 3
        assert ("### BEGIN SOLUTION" in source) == bool(meta.get("solution"))
        if by_hand(cell):
            assert (cell["cell_type"], meta["locked"]) == ("markdown", False), "an answer in words"
            assert "points" in SOLUTION.search(source)[0], "the rubric stands between the solution marks"
            continue
        assert ("### BEGIN HIDDEN TESTS" in source) == bool(meta.get("grade"))
        if meta.get("solution"):
            stub = ast.parse(SOLUTION.sub(lambda m: m[1] + "raise NotImplementedError()", source))
            inside = [n for d in ast.walk(stub) if isinstance(d, ast.FunctionDef) for n in d.body]
            stubs = [n for n in ast.walk(stub) if isinstance(n, ast.Raise)]
            assert all(any(n is line for line in inside) for n in stubs), "a stub stands in a function's own body"
            assert flags(cells[place + 1]).get("grade_id") == f"{meta['grade_id']}-check", "answer, then check"
        if meta.get("grade"):
            assert meta["locked"]
            titles.append(check_of_a_check(source, meta["points"]))
            outputs = [output for output in cell["outputs"] if output["output_type"] == "execute_result"]
            assert outputs, "the source is saved as executed"
            assert "".join(outputs[0]["data"]["text/plain"]) == f"{meta['points']:.1f}", "and right"
    assert len(set(titles)) == len(points)


def check_of_a_check(source, points):
    """Looks at the source of a graded cell; gives its title."""
    body = ast.parse(source).body
    kinds = [type(node).__name__ for node in body]
    assert kinds == ["ImportFrom", "FunctionDef", "Expr"], "a check binds `question` and `_check`, and nothing else"
    assert body[1].name == "_check"
    assert not [node for node in ast.walk(body[1]) if isinstance(node, (ast.Global, ast.Nonlocal))]
    assert source.endswith("\n_check.score"), "the last line is the grade"
    assert "### BEGIN HIDDEN TESTS\n    q.grading()\n" in source, "before it all is right so far"
    ((title, worth),) = re.findall(r'^@question\(\s*"([^"]+)", points=(\d+)', source, re.MULTILINE)
    assert float(worth) == points, "points in the check and in the metadata"
    return title


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.slow
def test_solution_is_right_under_every_seed_and_in_float32(lesson, monkeypatch):
    notebook = load("source", lesson)
    again = {q for q in questions(notebook) if not trained(cell_of(notebook, f"{q}-check"))}
    single = {q: restyled(source, "float32") for q, source in solutions(lesson).items()
              if (lesson, q) not in NOT_IN_FLOAT32}  # fmt: skip
    single = {q: source for q, source in single.items() if source}
    assert len(single) >= 4
    for seed in range(SEEDS):
        monkeypatch.setenv(SEED, str(seed))
        for made in [{}, single]:
            results, printed = run(notebook, made, again if seed else None)
            expected = {q: points for q, points in questions(notebook).items() if q in results}
            assert results == expected, f"seed {seed}, {'float32' if made else 'as it is'}: {printed}"
            assert all(type(result) is float for result in results.values())
            assert all(": right. " in line for line in printed.values())


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_students_see_says_right_so_far(lesson):
    notebook = load("source", lesson)
    results, printed = run(notebook, edit=without_hidden)
    assert results == questions(notebook), printed
    assert all(": right so far. " in line for line in printed.values())


@pytest.mark.parametrize("lesson", LESSONS)
def test_release_runs_to_its_end_and_says_not_done_yet(lesson):
    results, printed = run(load("release", lesson))
    assert results == dict.fromkeys(questions(load("source", lesson)), 0.0)
    assert all(line.endswith("not done yet.\n") and line.count("\n") == 1 for line in printed.values())


@pytest.mark.parametrize("lesson", LESSONS)
def test_questions_do_not_depend_on_each_other(lesson):
    notebook, points = load("source", lesson), questions(load("source", lesson))
    stubs = {question: mutants(lesson, question)["stub"] for question in points}
    for name in points:
        results, printed = run(notebook, {**stubs, name: text(cell_of(notebook, name))}, [name])
        assert results == {name: points[name]}, printed


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_check_leaves_all_names_of_the_student_alone(lesson):
    notebook, names = load("source", lesson), {}
    run(notebook, graded=[], names=names)
    checks = [ast.parse(text(cell)) for cell in notebook["cells"] if flags(cell).get("grade_id", "").endswith("-check")]
    nodes = [node for check in checks for node in ast.walk(check)]
    inside = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    inside |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)} - {"_check"}
    helpers = {name: f"the student's {name}" for name in inside - names.keys()}  # names that no cell has
    assert len(helpers) > len(inside) / 2
    names = dict(helpers)
    results, _ = run(notebook, names=names)
    assert results == questions(notebook)
    assert {name: names[name] for name in helpers} == helpers


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.slow
def test_every_mutant_loses_the_marks(lesson, monkeypatch):
    notebook, survivors, fooled, tried = load("source", lesson), [], [], 0
    for name in questions(notebook):
        made = list(mutants(lesson, name).items())
        if trained(cell_of(notebook, f"{name}-check")):
            made = [*made[:3], made[-1]]
        for slip, source in made:
            for seed in ["0", "17", "autumn"][: 1 if trained(cell_of(notebook, f"{name}-check")) else 3]:
                monkeypatch.setenv(SEED, seed)
                results, printed = run(notebook, {name: source}, [name])
                if results != {name: 0.0}:
                    survivors.append(f"{name}, {slip}, seed {seed}: {printed[name]}")
            results, _ = run(notebook, {name: source}, [name], without_hidden)
            tried += 1
            fooled += [(name, slip)] * (results != {name: 0.0})
    assert not survivors, "\n".join(survivors)
    assert not [pair for pair in fooled if pair[1] in ("stub", "zero", "None")]
    assert len(fooled) <= 0.15 * tried, f"told that they are right so far: {fooled}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.slow
def test_answers_in_other_styles_are_graded_right(lesson, monkeypatch):
    notebook, points = load("source", lesson), questions(load("source", lesson))
    right, wrong = answers(lesson)
    assert sum(len(made) for part in (right, wrong) for made in part.values()) >= 10
    problems = []
    for part, expected in [(right, points), (wrong, dict.fromkeys(points, 0.0))]:
        for name, made in part.items():
            for title, source in made.items():
                for seed in ["0", "17", "autumn"]:
                    monkeypatch.setenv(SEED, seed)
                    results, printed = run(notebook, {name: source}, [name])
                    if results != {name: expected[name]}:
                        problems.append(f"{name}, {title}, seed {seed}: {printed[name]}")
    assert not problems, "\n".join(problems)
