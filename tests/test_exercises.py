"""The exercises: their checks alone, then as an instructor grades them, with nbgrader.

`-k 04` picks one lesson. Each mutant of `notebooks/exercises/mutants/` is one slip in the solution of one question.
"""

import ast
import contextlib
import copy
import filecmp
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, environment
from IPython.core.inputtransformer2 import TransformerManager

from dcgan_tf.lessons.exercises import Question

EXERCISES = ROOT / "notebooks" / "exercises"
LESSONS = sorted(path.name for path in (EXERCISES / "source").iterdir())
SEED = "DCGAN_TF_EXERCISE_SEED"
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n.*?^ *### END HIDDEN TESTS\n", re.DOTALL | re.MULTILINE)
ZEROS = """
def _zeros(value):
    if isinstance(value, (tuple, list)):
        return type(value)(_zeros(v) for v in value)
    if isinstance(value, dict):
        return {key: _zeros(v) for key, v in value.items()}
    return value if value is None or isinstance(value, str) else value * 0


def _with_zeros(function):
    return lambda *args, **kwargs: _zeros(function(*args, **kwargs))

"""


# --- a question ---------------------------------------------------------------------------------------------------


def ask(function, judge, *args, seconds=10):
    with Question("1. A title", points=2, seconds=seconds) as q:
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
        (float("inf"), float("inf")),
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
        (ARRAY.tolist(), ARRAY), (ARRAY[:, :, None], ARRAY), (ARRAY.astype(str), ARRAY), (ARRAY.astype(object), ARRAY),
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
    assert "expected" in out
    assert out.endswith("(a note)\n")


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
        "  double([[1., 0.], [0., 1.]]): 4 of 4 values differ, the first at [0, 0]: expected 1.0, got 2.0",
        "  double(array of shape (5, 5)): expected array of shape (5, 4), got array of shape (5, 5): the shapes differ",
    ]


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


# --- a notebook as questions --------------------------------------------------------------------------------------


def load(stage, lesson):
    path = EXERCISES / stage / lesson / f"{lesson}.ipynb"
    assert path.is_file(), f"{path} is missing; for a release: make exercises"
    return json.loads(path.read_text("utf-8"))


def text(cell):
    return "".join(cell["source"])


def flags(cell):
    return cell["metadata"].get("nbgrader", {})


def questions(notebook):
    """{question: points}, in order."""
    return {flags(c)["grade_id"].removesuffix("-check"): flags(c)["points"]
            for c in notebook["cells"] if flags(c).get("grade")}  # fmt: skip


def cell_of(notebook, name):
    return next(cell for cell in notebook["cells"] if flags(cell).get("grade_id") == name)


def solved_functions(source):
    """Names of the functions of an answer cell with a solution in them."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [f.name for f in functions if "### BEGIN SOLUTION" in ast.get_source_segment(source, f)]


def mutants(lesson, question):
    """{name: source of the answer cell with that slip}."""
    source = text(cell_of(load("source", lesson), question))
    made = {"stub": "raise NotImplementedError()", "zero": "return 0", "None": "return None"}
    made = {name: SOLUTION.sub(lambda m, line=line: m[1] + line, source) for name, line in made.items()}
    if names := solved_functions(source):
        made["zeros"] = source + ZEROS + "\n".join(f"{name} = _with_zeros({name})" for name in names)
    for name, slip in runpy.run_path(EXERCISES / "mutants" / f"{lesson}.py")["SLIPS"][question].items():
        if isinstance(slip, str):
            made[name] = f"{source}\n\n{slip}"
        else:
            assert source.count(slip[0]) == 1, f"{question}, {name}: {slip[0]!r} stands {source.count(slip[0])} times"
            made[name] = source.replace(*slip)
    return made


def run(notebook, answers=None, graded=None, edit=lambda source: source):
    """Runs the code cells, those of `graded` questions only; {question: result}, {question: what it printed}."""
    names, results, printed = {"__name__": "__main__"}, {}, {}
    for number, cell in enumerate(notebook["cells"]):
        name = flags(cell).get("grade_id", "")
        question = name.removesuffix("-check")
        if cell["cell_type"] != "code" or (flags(cell).get("grade") and graded is not None and question not in graded):
            continue
        source = (answers or {}).get(name, text(cell))
        tree = ast.parse(TransformerManager().transform_cell(edit(source)))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
            exec(compile(tree, f"<cell {number}>", "exec"), names)
            result = eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), names) if last else None
        if flags(cell).get("grade"):
            assert err.getvalue() == "", f"{name} writes to stderr"
            results[question], printed[question] = result, out.getvalue()
    return results, printed


# --- each lesson's checks, without nbgrader ------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS)
def test_form(lesson):
    notebook, points = load("source", lesson), questions(load("source", lesson))
    cells = notebook["cells"]
    assert 3 <= len(points) <= 6
    first = text(cells[0])
    assert f"notebooks/exercises/release/{lesson}/{lesson}.ipynb" in first
    assert "colab-badge.svg" in first
    assert len({cell["id"] for cell in cells}) == len(cells)
    names = [flags(cell)["grade_id"] for cell in cells if flags(cell)]
    assert len(set(names)) == len(names)
    slips = runpy.run_path(EXERCISES / "mutants" / f"{lesson}.py")["SLIPS"]
    assert list(slips) == list(points), "the questions and their mutants, in the same order"
    assert all(len(made) >= 2 for made in slips.values())
    titles = []
    for place, cell in enumerate(cells):
        meta, source = flags(cell), text(cell)
        if meta:
            assert meta.keys() - {"points", "grade_id"} == {"schema_version", "grade", "locked", "solution", "task"}
            assert meta["schema_version"] == 3
        assert not meta.get("solution") or (not meta["grade"] and not meta["locked"]), "an answer is not the check"
        assert ("### BEGIN SOLUTION" in source) == bool(meta.get("solution"))
        assert ("### BEGIN HIDDEN TESTS" in source) == bool(meta.get("grade"))
        if meta.get("solution"):
            stub = ast.parse(SOLUTION.sub(lambda m: m[1] + "raise NotImplementedError()", source))
            inside = [n for d in ast.walk(stub) if isinstance(d, ast.FunctionDef) for n in d.body]
            stubs = [n for n in ast.walk(stub) if isinstance(n, ast.Raise)]
            assert all(any(n is line for line in inside) for n in stubs), "a stub stands in a function's own body"
            assert flags(cells[place + 1]).get("grade_id") == f"{meta['grade_id']}-check", "answer, then check"
        if meta.get("grade"):
            assert meta["locked"]
            assert source.endswith("\nq.score"), "the last line is the grade"
            ((title, worth),) = re.findall(r'with Question\(\s*"([^"]+)", points=(\d+)', source)
            assert float(worth) == meta["points"], "points in the check and in the metadata"
            titles.append(title)
            outputs = [output for output in cell["outputs"] if output["output_type"] == "execute_result"]
            assert outputs, "the source is saved as executed"
            assert "".join(outputs[0]["data"]["text/plain"]) == f"{meta['points']:.1f}", "and right"
    assert len(set(titles)) == len(points)


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.slow
def test_solution_is_right_under_every_seed(lesson, monkeypatch):
    notebook = load("source", lesson)
    for seed in ["", "0", "autumn", "17", "another"]:
        monkeypatch.setenv(SEED, seed)
        results, printed = run(notebook)
        assert results == questions(notebook), printed
        assert all(type(result) is float for result in results.values())
    results, printed = run(notebook, edit=lambda source: HIDDEN.sub("", source))
    assert results == questions(notebook), printed


@pytest.mark.parametrize("lesson", LESSONS)
def test_release_runs_to_its_end_and_says_not_done_yet(lesson):
    results, printed = run(load("release", lesson))
    assert results == dict.fromkeys(questions(load("source", lesson)), 0.0)
    assert all(line.endswith("not done yet.\n") and line.count("\n") == 1 for line in printed.values())


@pytest.mark.parametrize("lesson", LESSONS)
def test_questions_do_not_depend_on_each_other(lesson):
    notebook, points = load("source", lesson), questions(load("source", lesson))
    stubs = {question: mutants(lesson, question)["stub"] for question in points}
    for question in points:
        results, printed = run(notebook, {**stubs, question: text(cell_of(notebook, question))}, [question])
        assert results == {question: points[question]}, printed


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.slow
def test_every_mutant_loses_the_marks(lesson, monkeypatch):
    notebook, survivors = load("source", lesson), []
    for question in questions(notebook):
        for name, source in mutants(lesson, question).items():
            for seed in ["0", "17"]:
                monkeypatch.setenv(SEED, seed)
                results, printed = run(notebook, {question: source}, [question])
                if results != {question: 0.0}:
                    survivors.append(f"{question}, {name}, seed {seed}: {printed[question]}")
            if name in ("stub", "zero", "None"):
                results, _ = run(notebook, {question: source}, [question], lambda cell: HIDDEN.sub("", cell))
                assert results == {question: 0.0}, f"{question}, {name}: the visible checks alone let it pass"
    assert not survivors, "\n".join(survivors)


# --- with nbgrader, as an instructor ------------------------------------------------------------------------------


def nbgrader(folder, *arguments):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader starts `alembic`
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder, env=environment(PATH=path, MPLBACKEND="Agg"), capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """A folder with the sources and settings, in which nbgrader has generated the release and its database."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(EXERCISES / "source", folder / "source")
    shutil.copy(EXERCISES / "check_submissions.py", folder)
    settings, changed = (EXERCISES / "nbgrader_config.py").read_text("utf-8"), f'"{SEED}", "a seed of ours"'
    assert settings.count(f'"{SEED}", "0"') == 1
    (folder / "nbgrader_config.py").write_text(settings.replace(f'"{SEED}", "0"', changed), "utf-8")
    code, log = nbgrader(folder, "generate_assignment", "*")
    assert code == 0, log
    return folder


@pytest.fixture
def course(generated, tmp_path):
    """A copy of it, without submissions."""
    return shutil.copytree(generated, tmp_path / "course")


def submit(course, lesson, student, notebook):
    path = course / "submitted" / student / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), "utf-8")


def with_answers(lesson, answers):
    notebook = load("release", lesson)
    for name, source in answers.items():
        cell_of(notebook, name)["source"] = source
    return notebook


def solutions(lesson):
    source = load("source", lesson)
    return {question: text(cell_of(source, question)) for question in questions(source)}


def marks(course, lesson):
    """{student: {question: points}} from nbgrader's database."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {submission.student.id: {grade.name.removesuffix("-check"): grade.score
                                        for notebook in submission.notebooks for grade in notebook.grades}
                for submission in gradebook.assignment_submissions(lesson)}  # fmt: skip


@pytest.mark.slow
def test_release_is_what_nbgrader_makes_of_the_source(generated):
    """`make exercises` writes it."""
    made, kept = generated / "release", EXERCISES / "release"
    names = sorted(str(path.relative_to(made)) for path in made.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())
    same, different, odd = filecmp.cmpfiles(made, kept, names, shallow=False)
    assert (different, odd) == ([], [])
    for name in same:
        content = (kept / name).read_text("utf-8")
        assert "SOLUTION" not in content
        assert "HIDDEN" not in content


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.slow
def test_grades(course, lesson):
    """Full marks for the solution, none for the release and for mutants, one of every question in each submission."""
    points = questions(load("source", lesson))
    expected = {"solution": points, "untouched": dict.fromkeys(points, 0.0)}
    submit(course, lesson, "solution", with_answers(lesson, solutions(lesson)))
    submit(course, lesson, "untouched", load("release", lesson))
    by_question = {question: list(mutants(lesson, question).values())[1:] for question in points}  # [0] is the stub
    for number in range(5):
        answers = {question: made[number % len(made)] for question, made in by_question.items()}
        submit(course, lesson, f"mutant{number}", with_answers(lesson, answers))
        expected[f"mutant{number}"] = dict.fromkeys(points, 0.0)
    code, log = nbgrader(course, "autograde", lesson)
    assert code == 0, log
    assert marks(course, lesson) == expected, log


def students_of(lesson):
    """Notebooks with the right answers (or not) and what students do to cells; what nbgrader must give them."""
    right, points = solutions(lesson), questions(load("source", lesson))
    noise = "import os, sys, warnings; print('1.0', file=sys.stderr); warnings.warn('2.0'); os.write(2, b'3'); print(4)"
    noisy = {name: SOLUTION.sub(lambda m: f"{m[1]}{noise}\n{m[0]}", source) for name, source in right.items()}
    noisy["q1-size"] += "\nq, Question, sum, vars = 5, None, 0, 0\nnp.set_printoptions(precision=1)\n%precision 1\nq"
    noisy["q1-size"] += "\nimport os\nprint(os.environ['DCGAN_TF_EXERCISE_SEED'])"
    wrong = {
        "q1-size": "def conv_output_size(*args, **kwargs):\n    import sys\n    sys.exit()",
        "q2-same": "def same_padding(*args, **kwargs):\n    return same_padding(*args, **kwargs)",
        "q3-conv2d": "def conv2d(image, kernel, strides=1, padding=0)\n    return image",
        "q4-matrix": "conv2d_matrix = np.float64(3)",
        "q5-receptive-field": "class receptive_field:\n    def __eq__(self, other):\n        return True",
        "q6-bugs": "def max_pool(*args):\n    while True:\n        pass",
    }
    zero = dict.fromkeys(points, 0.0)
    yield "noisy", with_answers(lesson, noisy), points
    yield "wrong", with_answers(lesson, wrong), zero
    yield "edited", edited(load("release", lesson)), zero
    yield "shuffled", shuffled(with_answers(lesson, right)), points
    yield "stripped", stripped(with_answers(lesson, right)), points


def edited(notebook):
    """Checks that would give themselves the points."""
    for name in questions(notebook):
        check = cell_of(notebook, f"{name}-check")
        check["source"] = f"{flags(check)['points']}"
    return notebook


def shuffled(notebook):
    """Cells deleted, retyped, copied, split, with other settings; saved as Colab saves."""
    cells = notebook["cells"]
    for name in ["setup", "q1-size-check", "q2-same", "q2-same-check"]:
        cells.remove(cell_of(notebook, name))
    cells.append({"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
                  "source": "import numpy as np\n" + solutions("01_convolution_arithmetic")["q2-same"]})  # fmt: skip
    cells.insert(0, cells.pop())
    for name in ["q3-conv2d", "q3-conv2d-check"]:
        cell = cell_of(notebook, name)
        cell.pop("outputs"), cell.pop("execution_count")
        cell["cell_type"] = "markdown"
    for name in ["q4-matrix", "q4-matrix-check"]:
        cells.insert(cells.index(cell_of(notebook, name)), copy.deepcopy(cell_of(notebook, name)))
    split = cell_of(notebook, "q5-receptive-field-check")
    cells.insert(cells.index(split), {**copy.deepcopy(split), "source": text(split)[:60]})
    split["source"] = text(split)[60:]
    flags(cell_of(notebook, "q6-bugs-check")).update(points=99, grade=False)
    flags(cell_of(notebook, "q6-bugs")).pop("schema_version")
    for cell in cells:
        cell.pop("id", None)
        cell["metadata"]["id"] = "aBcDeFgHiJkL"
    return {**notebook, "nbformat_minor": 0}


def stripped(notebook):
    """Typed anew: no cell has nbgrader's metadata."""
    for cell in notebook["cells"]:
        cell["metadata"].pop("nbgrader", None)
    return notebook


@pytest.mark.slow
def test_what_students_do_to_a_notebook_is_reported_and_mended(course):
    lesson = "01_convolution_arithmetic"
    expected = {}
    for student, notebook, points in students_of(lesson):
        submit(course, lesson, student, notebook)
        expected[student] = points
    submit(course, lesson, "renamed", load("release", lesson))
    folder = course / "submitted" / "renamed" / lesson
    (folder / f"{lesson}.ipynb").rename(folder / f"Copy_of_{lesson}.ipynb")
    submit(course, lesson, "torn", load("release", lesson))
    (course / "submitted" / "torn" / lesson / f"{lesson}.ipynb").write_text('{"cells": [', "utf-8")
    submit(course, "lesson9", "lost", load("release", lesson))

    def report(*arguments):
        done = subprocess.run([sys.executable, "check_submissions.py", *arguments],
                              cwd=course, capture_output=True, text=True, timeout=60)  # fmt: skip
        assert done.stderr == ""
        return done.returncode, dict(re.findall(r"^(\w+), .*?: (.*(?:\n  .*)*)", done.stdout, re.MULTILINE))

    code, said = report()
    assert code == 1
    assert {student for student, lines in said.items() if lines.startswith("PROBLEM")} == {
        "shuffled", "stripped", "renamed", "torn", "lost"}  # fmt: skip
    for line in [
        "check cell q1-size-check is missing", "answer cell q2-same is missing", "check cell q2-same-check is missing",
        "check cell q3-conv2d-check is now a markdown cell", "answer cell q3-conv2d is now a markdown cell",
        "answer cell q4-matrix is there 2 times", "check cell q4-matrix-check is there 2 times",
        "check cell q5-receptive-field-check is there 2 times",
        "check cell q6-bugs-check has other settings: grade, points", "q6-bugs has other settings: schema_version",
        "read-only cell setup is missing",
    ]:  # fmt: skip
        assert line in said["shuffled"]
    assert said["stripped"].count("check cell") == 6
    assert f"Copy_of_{lesson}.ipynb: is it a renamed copy?" in said["renamed"]
    assert "is not a notebook" in said["torn"]
    assert "there is no lesson lesson9" in said["lost"]
    assert said["edited"].count("was edited") == 6

    assert report("--restore")[0] == 1, "a human must look at three of them"
    for student in ["renamed", "torn", "lost"]:
        shutil.rmtree(course / "submitted" / student)
    assert report()[0] == 0
    code, log = nbgrader(course, "autograde", lesson)
    assert code == 0, log
    assert marks(course, lesson) == expected, log
    assert nbgrader(course, "generate_feedback", lesson)[0] == 0
    page = (course / "feedback" / "wrong" / lesson / f"{lesson}.html").read_text("utf-8")
    assert "no answer after 10 s" in page
    assert "a seed of ours" in (course / "autograded" / "noisy" / lesson / f"{lesson}.ipynb").read_text("utf-8")
    assert nbgrader(course, "export")[0] == 0
    grades = (course / "grades.csv").read_text("utf-8")
    assert re.search(rf"{lesson},.*,noisy,.*,14.0,14.0", grades)
