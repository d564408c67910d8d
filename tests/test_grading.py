"""The exercises as an instructor grades them: nbgrader, `check_submissions.py`, `grade.py`, what students hand in."""

import copy
import csv
import filecmp
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import environment
from exercise_notebooks import (
    EXERCISES,
    LESSONS,
    SEED,
    SOLUTION,
    cell_of,
    flags,
    load,
    mutants,
    questions,
    solutions,
    text,
)

sys.path.insert(0, str(EXERCISES))
import check_submissions
import grade

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
    for name in ["check_submissions.py", "grade.py"]:
        shutil.copy(EXERCISES / name, folder)
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
    assert "the cell with conv2d has a syntax error in line 1" in page
    assert "a seed of ours" in (course / "autograded" / "noisy" / lesson / f"{lesson}.ipynb").read_text("utf-8")
    assert nbgrader(course, "export")[0] == 0
    grades = (course / "grades.csv").read_text("utf-8")
    assert re.search(rf"{lesson},.*,noisy,.*,14.0,14.0", grades)


# --- check_submissions.py alone ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import importlib.util as i\ni.find_spec('numpy')", ["importlib.util"]),
        ("from dcgan_tf.arithmetic import conv2d", ["dcgan_tf.arithmetic"]),
        ("exec('x = 1')\neval('x')", ["eval", "exec"]),
        ("import sys\nsys.modules['x'] = 3", ["sys.modules"]),
        ("import sqlite3\nsqlite3.connect('../gradebook.db')", ["gradebook", "sqlite3"]),
        (
            "import inspect, os\nos.environ['DCGAN_TF_EXERCISE_SEED']",
            ["DCGAN_TF_EXERCISE_SEED", "inspect", "os.environ"],
        ),
        ("get_ipython().user_ns", ["get_ipython"]),
        ("def f(x)\n    return exec(x)", ["exec"]),
        ("!ls ..\n%env\nx = 1", ["!ls", "%env"]),
        ("def question(title, points):\n    return 3\n\n\n_check = question", ["_check", "question"]),
        ("_check.score = 2.0", ["_check"]),
        ("f = g.__globals__['q']", ["g.__globals__"]),
        # and what students of these exercises do write
        ("import numpy as np\nimport itertools, math\nfrom scipy import special", []),
        ("# we inspect the modules and exec the compiled notes\nx = 'how to compile, inspect and open it'", []),
        ("vars = 3\nopen = [1]\nquit = 2", []),
        ("%pip install scipy\nlayer.modulus, layer.code, network.weights", []),
        ("def f(x)\n    return 3 +", []),
    ],
)
def test_what_is_unusual_in_an_answer_is_named(source, found):
    assert check_submissions.unusual(source) == found


@pytest.mark.parametrize("lesson", LESSONS)
def test_solutions_and_another_repository_give_no_alarm(lesson):
    release, notebook = load("release", lesson), with_answers(lesson, solutions(lesson))
    for cell in notebook["cells"]:  # as `make colab` writes it
        cell["source"] = re.sub(r"[\w-]+/dcgan_tf(@|/blob/)main", r"some.one/my-course_2\1autumn/25", text(cell))
    assert check_submissions.check(notebook, release) == ([], [])


def test_a_file_with_a_byte_order_mark_is_a_notebook(tmp_path):
    lesson = LESSONS[1]
    release = load("release", lesson)
    path = tmp_path / f"{lesson}.ipynb"
    path.write_text(json.dumps(with_answers(lesson, solutions(lesson))), "utf-8-sig")
    assert check_submissions.submitted_notebook(path, release, mend=False)[0] == [
        "the file begins with a byte-order mark"
    ]
    assert check_submissions.submitted_notebook(path, release, mend=True)[0] == []
    assert check_submissions.submitted_notebook(path, release, mend=False) == ([], [])
    assert json.loads(path.read_bytes())["cells"]


def test_an_answer_in_words_that_is_missing_is_put_back_as_handed_out(short_course):
    release = check_submissions.read(short_course / "release" / SHORT / f"{SHORT}.ipynb")
    assert "2 points" not in text(cell_of(release, "q3-words")), "students do not see the rubric"
    notebook = copy.deepcopy(release)
    notebook["cells"].remove(cell_of(notebook, "q3-words"))
    problems, _ = check_submissions.check(notebook, release)
    assert problems == ["answer cell q3-words is missing (deleted or typed anew)"]
    assert text(cell_of(check_submissions.restore(notebook, release), "q3-words")) == text(cell_of(release, "q3-words"))
    cell_of(release, "q3-words")["source"] = "Because it is the mean."
    assert text(cell_of(check_submissions.restore(release, release), "q3-words")) == "Because it is the mean."


# --- grade.py ------------------------------------------------------------------------------------------------------

SHORT = "00_short"
SOLVED = {"q1-double": "def double(x):\n    return 2 * x", "q2-half": "def half(x):\n    return x / 2",
          "q3-words": "Because it is the mean."}  # fmt: skip
FULL = {"q1-double-check": 2.0, "q2-half-check": 1.0, "q3-words": None}


def cell(kind, name, source, **settings):
    meta = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False, "grade_id": name}
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": {"nbgrader": meta | settings}, "source": source, **more}


def short_exercise():
    """Two questions with checks, and one that is answered in words."""
    cells = []
    for name, function, body, points in [("q1-double", "double", "2 * x", 2), ("q2-half", "half", "x / 2", 1)]:
        answer = f"def {function}(x):\n    ### BEGIN SOLUTION\n    return {body}\n    ### END SOLUTION"
        check = (
            f'from dcgan_tf.lessons.exercises import question\n\n\n@question("{function}", points={points})\n'
            f"def _check(q):\n    q({function}, 0.0).gives(0.0)\n    ### BEGIN HIDDEN TESTS\n    q.grading()\n"
            f"    x = 3.0\n    q({function}, x).gives({body})\n    ### END HIDDEN TESTS\n\n\n_check.score"
        )
        cells.append(cell("code", name, answer, solution=True))
        cells.append(cell("code", f"{name}-check", check, grade=True, locked=True, points=points))
    rubric = "### BEGIN SOLUTION\n2 points: the mean is named.\n### END SOLUTION"
    cells.append(cell("markdown", "q3-words", rubric, grade=True, solution=True, points=4))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


HOSTILE = {
    # writes into every gradebook that it finds
    "thief": """
import glob, sqlite3
for path in glob.glob("**/gradebook.db", recursive=True) + [up * "../" + "gradebook.db" for up in range(9)] + PLACES:
    try:
        with sqlite3.connect(f"file:{path}?mode=rw", uri=True) as book:
            book.execute("UPDATE grade SET auto_score = 2.0, manual_score = 2.0")
    except sqlite3.Error as error:
        print(error)
""",
    # gives itself more points than there are
    "patcher": """
from dcgan_tf.lessons import exercises
exercises.Question.score = property(lambda self: 1e6, lambda self, value: None)
""",
    # leaves
    "leaver": "exit()\nquit()",
    "killer": "import os\nos._exit(0)",
    # writes until nothing can be written any more
    "filler": """
import os
for number in range(10**6):
    with open(f"{number}.bin", "wb") as file:
        file.write(os.urandom(10**6))
""",
    # looks for solutions and for what others wrote
    "reader": """
import os
found = [path for up in [*(level * "../" for level in range(1, 6)), *PLACES] for path in os.listdir(up or ".")]
assert "BEGIN SOLUTION" not in "".join(str(found))
if {"source", "release", "autograded_by_others"} & set(found):
    raise SystemExit(found)
print("looked")
""",
}


@pytest.fixture(scope="module")
def short_course(tmp_path_factory):
    """A course with that exercise, generated, and nothing handed in."""
    folder = tmp_path_factory.mktemp("short")
    check_submissions.write(folder / "source" / SHORT / f"{SHORT}.ipynb", short_exercise())
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    code, log = nbgrader(folder, "generate_assignment", SHORT)
    assert code == 0, log
    return folder


def hand_in(course, student, answers):
    notebook = check_submissions.read(course / "release" / SHORT / f"{SHORT}.ipynb")
    for name, source in answers.items():
        cell_of(notebook, name)["source"] = source
    check_submissions.write(course / "submitted" / student / SHORT / f"{SHORT}.ipynb", notebook)


def graded(course, *arguments):
    """Runs grade.py; {student: row of the table}, what it said."""
    done = subprocess.run(
        [sys.executable, EXERCISES / "grade.py", "--root", course, *arguments],
        cwd=course, env=environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.stderr == ""
    with open(course / "grades.csv", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}, done.stdout


def in_gradebook(course):
    """{student: {cell: (points by the check, by hand)}} of the course's gradebook."""
    query = """SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.manual_score FROM grade
        JOIN base_cell ON grade.cell_id = base_cell.id
        JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
        JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id"""
    found = {}
    with sqlite3.connect(course / "gradebook.db") as book:
        for student, name, auto, manual in book.execute(query):
            found.setdefault(student, {})[name] = auto, manual
    return found


@pytest.mark.slow
def test_each_submission_is_graded_alone(short_course, tmp_path):
    course = shutil.copytree(short_course, tmp_path / "course")
    places = [str(course), "/course"] if grade.bubblewrap_works() else []
    for student, code in HOSTILE.items():
        paths = [f"{place}/gradebook.db" for place in places] if student == "thief" else places[:1]
        paths = [] if student == "reader" else paths
        hand_in(course, student, {**SOLVED, "q2-half": f"PLACES = {paths}\n{code}\n{SOLVED['q2-half']}"})
    hand_in(course, "ada", SOLVED)
    hand_in(course, "bob", {"q1-double": SOLVED["q1-double"], "q2-half": "def half(x):\n    return 3 * x"})
    (course / "submitted" / "cleo" / SHORT).mkdir(parents=True)
    (course / "submitted" / "cleo" / SHORT / f"{SHORT}.ipynb").write_text('{"cells": [')
    (course / "submitted" / "dora" / "another").mkdir(parents=True)
    table, said = graded(course, SHORT, "--megabytes", "60")
    everybody = {
        student: (row["state"], row["points"], row["of"], row["not graded yet"]) for student, row in table.items()
    }
    assert everybody["ada"] == ("by hand", "3", "7", "q3-words")
    assert everybody["bob"] == ("graded", "2", "7", ""), "words that were never written are worth nothing"
    assert everybody["cleo"] == ("crashed", "", "7", "")
    assert everybody["dora"] == ("not handed in", "", "7", "")
    assert everybody["thief"] == everybody["reader"] == everybody["ada"], said
    assert everybody["killer"][0] == everybody["filler"][0] == "crashed"
    assert everybody["leaver"][0] in ("by hand", "crashed")
    assert everybody["patcher"][0] == "crashed" or float(everybody["patcher"][1]) <= 3
    assert "filler, 00_short: crashed: it wrote more than 60 MB" in said
    assert "cleo, 00_short: crashed: 00_short.ipynb is not a notebook" in said
    marks = in_gradebook(course)
    assert {name: auto for name, (auto, _) in marks["ada"].items()} == FULL
    assert {name: auto for name, (auto, _) in marks["bob"].items()} == {
        "q1-double-check": 2.0, "q2-half-check": 0.0, "q3-words": 0.0}  # fmt: skip
    assert all(manual is None for student in marks.values() for _, manual in student.values())
    assert not {"killer", "filler", "cleo", "dora"} & marks.keys()
    assert not list(course.rglob("*.bin"))
    assert nbgrader(course, "generate_feedback", SHORT)[0] == 0
    assert (course / "feedback" / "ada" / SHORT / f"{SHORT}.html").is_file()


def test_marks_by_hand_stay_when_it_is_graded_again(short_course, tmp_path):
    from nbgrader.api import Gradebook

    course = shutil.copytree(short_course, tmp_path / "course")

    def take_back(words="Because it is the mean.", **marks):
        hand_in(course, "ada", {**SOLVED, "q3-words": words})
        notebook = check_submissions.read(course / "submitted" / "ada" / SHORT / f"{SHORT}.ipynb")
        grade.take_back(course, "ada", SHORT, FULL | marks, notebook)
        return row()

    def row():
        (found,) = grade.table(course)
        return found["state"], found["points"], found["not graded yet"]

    hand_in(course, "ada", SOLVED)
    assert row() == ("not graded yet", "", "")
    assert take_back() == ("by hand", "3", "q3-words")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        words = book.find_grade("q3-words", SHORT, SHORT, "ada")
        words.manual_score, words.needs_manual_grade = 3.5, False
        book.db.commit()
    assert row() == ("graded", "6.5", "")
    assert take_back(**{"q1-double-check": 0.0}) == ("graded", "4.5", ""), "the same words have the same marks"
    assert take_back("I do not know.") == ("by hand", "6.5", "q3-words"), "other words must be read again"
    trouble = course / "crashed" / "ada" / f"{SHORT}.txt"
    check_submissions.write(trouble, "")
    assert row() == ("crashed", "", "")


def test_marks_that_cannot_be_are_refused(short_course, tmp_path):
    course = shutil.copytree(short_course, tmp_path / "course")
    notebook = check_submissions.read(course / "release" / SHORT / f"{SHORT}.ipynb")
    for wrong in [
        {"q1-double-check": 2.5}, {"q1-double-check": -1.0}, {"q1-double-check": float("nan")},
        {"q1-double-check": None}, {"q1-double-check": "2"}, {"q9": 1.0},
    ]:  # fmt: skip
        with pytest.raises(grade.Crashed, match=r"possible|every question"):
            grade.take_back(course, "ada", SHORT, FULL | wrong, notebook)
    with pytest.raises(grade.Crashed, match="every question"):
        grade.take_back(course, "ada", SHORT, {"q1-double-check": 2.0}, notebook)
    assert in_gradebook(course) == {}
    grade.take_back(course, "ada", SHORT, FULL, notebook)
    assert {name: auto for name, (auto, _) in in_gradebook(course)["ada"].items()} == FULL


def test_the_copy_holds_the_tests_and_nobody(short_course, tmp_path):
    course = shutil.copytree(short_course, tmp_path / "course")
    notebook = check_submissions.read(course / "release" / SHORT / f"{SHORT}.ipynb")
    grade.take_back(course, "somebody else", SHORT, FULL, notebook)
    folder = tmp_path / "alone"
    folder.mkdir()
    grade.prepare(folder, course, SHORT, notebook)
    assert sorted(path.name for path in folder.iterdir()) == ["gradebook.db", "home", "nbgrader_config.py", "submitted"]
    assert in_gradebook(folder) == {}
    content = (folder / "gradebook.db").read_bytes()
    assert b"somebody else" not in content
    assert b"x = 3.0" in content, "the hidden tests"


@pytest.mark.parametrize(
    "code", ["import time\ntime.sleep(60)", "import subprocess, sys\nsubprocess.run(['sleep', '60'])"]
)
def test_what_takes_too_long_is_ended_with_all_that_it_started(code, tmp_path):
    with pytest.raises(grade.Crashed, match=r"not done after 0\.01 minutes"):
        grade.grade_alone(tmp_path, [sys.executable, "-c", code], dict(os.environ), 0.6, 100)
    with pytest.raises(grade.Crashed, match="gave it up"):
        grade.grade_alone(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ), 60, 100)
    grade.grade_alone(tmp_path, [sys.executable, "-c", "print('fine')"], dict(os.environ), 60, 100)
    assert (tmp_path / "log.txt").read_text() == "fine\n"


def test_a_link_in_place_of_the_graded_notebook_is_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text("{}")
    folder = tmp_path / "alone"
    place = folder / "autograded" / grade.STUDENT / SHORT
    place.mkdir(parents=True)
    (place / f"{SHORT}.ipynb").symlink_to(secret)
    with pytest.raises(grade.Crashed, match="left no graded notebook"):
        grade.graded(folder, SHORT)


@pytest.mark.skipif(not grade.bubblewrap_works(), reason="bubblewrap is not here, or this machine forbids its sandbox")
def test_the_sandbox_shows_neither_the_course_nor_the_network(tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    folder = tmp_path / "alone"
    (folder / "home").mkdir(parents=True)
    command, settings = grade.command_for(folder, SHORT)
    code = f"""
import os, socket
print(os.path.exists({str(secret)!r}), os.listdir("/course"), sorted(os.environ))
try:
    socket.create_connection(("1.1.1.1", 80), timeout=2)
except OSError as error:
    print("no network")
try:
    open("/usr/written", "w")
except OSError:
    print("read only")
open("written", "w").write("here")
import dcgan_tf
"""
    inside = command[: command.index(sys.executable) + 1]
    grade.grade_alone(folder, [*inside, "-c", code], settings | {"SECRET_TOKEN": ""}, 60, 100)
    said = (folder / "log.txt").read_text()
    assert said.startswith("False ['")
    assert "no network\nread only\n" in said
    assert (folder / "written").read_text() == "here"


def test_environment_without_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("SOME_TOKEN", "secret")
    monkeypatch.setenv(SEED, "ours")
    settings = grade.command_for(tmp_path, SHORT, sandbox=False)[1]
    assert "SOME_TOKEN" not in settings
    assert settings[SEED] == "ours"


def test_a_container_gets_the_folder_and_no_network(monkeypatch, tmp_path):
    monkeypatch.setattr(grade.shutil, "which", lambda name: f"/bin/{name}" if name == "podman" else None)
    monkeypatch.setenv(SEED, "ours")
    command, _ = grade.command_for(tmp_path, SHORT, image="grader")
    line = " ".join(command)
    assert line.startswith("/bin/podman run --rm --network none --memory 4g ")
    assert f" -v {tmp_path}:/course -w /course " in line
    assert f" -e {SEED}=ours " in line
    assert line.endswith(f" grader python -m nbgrader autograde {SHORT} --student student")
    assert line.count(" -v ") == 1
