"""Grades what students handed in, each submission alone, and writes the table of grades.

    python grade.py 01_convolution_arithmetic            grades every submission of this exercise
    python grade.py 01_convolution_arithmetic ada bob    grades those of these students
    python grade.py                                      grades nothing, and writes grades.csv anew

nbgrader grades each submission by a process of its own, in a folder that holds the submission, the tests and nothing
else: with --container IMAGE in a container of that image, else in bubblewrap's sandbox where bubblewrap is installed,
both without a network; else as a plain process with your rights. What a student's code does there, it does to its own
marks. Only the marks of this student in this exercise are taken back, after they were held against the points that
exist. Marks that you gave by hand stay.
"""

import argparse
import contextlib
import csv
import importlib.util
import json
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import check_submissions
from nbgrader.api import Gradebook

STUDENT = "student"  # whoever it is: inside, nobody has a name
NOBODY_ELSE = ["grade", "comment", "submitted_notebook", "submitted_assignment", "student"]  # emptied in the copy
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/passwd", "/etc/alternatives"]
KEPT = ("DCGAN_TF_", "TF_", "OMP_", "LANG", "LC_", "PYTHONPATH", "PYTHONHASHSEED")  # of the environment


class Crashed(Exception):
    """A submission that nbgrader could not grade; the message says why."""


def prepare(folder, course, lesson, notebook):
    """Puts into an empty folder what grading one submission needs."""
    shutil.copy(course / "nbgrader_config.py", folder)
    (folder / "home").mkdir()
    handed_in = folder / "submitted" / STUDENT / lesson / f"{lesson}.ipynb"
    handed_in.parent.mkdir(parents=True)
    handed_in.write_text(json.dumps(notebook), "utf-8")
    whole, tests = sqlite3.connect(course / "gradebook.db"), sqlite3.connect(folder / "gradebook.db")
    with contextlib.closing(whole), contextlib.closing(tests):
        whole.backup(tests)
        for table in NOBODY_ELSE:
            tests.execute(f"DELETE FROM {table}")
        tests.commit()
        tests.execute("VACUUM")  # what is deleted is gone, not only unlinked


def bubblewrap_works():
    """Whether bubblewrap is installed, and this machine lets it make a sandbox."""
    command = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    return bool(shutil.which("bwrap")) and subprocess.run(command, capture_output=True).returncode == 0


def command_for(folder, lesson, image=None, sandbox=True):
    """(command, environment) that grade what lies in the folder."""
    grading = ["-m", "nbgrader", "autograde", lesson, "--student", STUDENT]
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    inside = "/course" if image or sandbox else str(folder)
    there = {"HOME": f"{inside}/home", "TMPDIR": f"{inside}/home", "MPLBACKEND": "Agg"}
    if image:
        engine = shutil.which("docker") or shutil.which("podman") or sys.exit("neither docker nor podman is here")
        limits = ["--network", "none", "--memory", "4g", "--pids-limit", "512", "--name", folder.name]
        user = ["--user", f"{os.getuid()}:{os.getgid()}"] if hasattr(os, "getuid") else []
        kept = {name: value for name, value in kept.items() if name.startswith("DCGAN_TF_")}
        settings = [part for name, value in {**kept, **there}.items() for part in ("-e", f"{name}={value}")]
        mount = ["-v", f"{folder}:{inside}", "-w", inside]
        return [engine, "run", "--rm", *limits, *user, *mount, *settings, image, "python", *grading], dict(os.environ)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**kept, **there, "PATH": path}
    if not sandbox:
        return [sys.executable, *grading], environment
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    command += ["--size", str(2**28), "--tmpfs", "/tmp"]
    library = Path(importlib.util.find_spec("dcgan_tf").origin).parent
    places = {sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), str(library), str(library.parent / "data")}
    for place in [*SYSTEM, *sorted(places)]:
        command += ["--ro-bind-try", place, place]
    command += ["--bind", str(folder), inside, "--chdir", inside]
    return [*command, sys.executable, *grading], environment


def size_of(folder):
    """Bytes that a folder takes, as far as it can be seen."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                status = os.lstat(os.path.join(place, name))
                total += getattr(status, "st_blocks", 0) * 512 or status.st_size
    return total


def grade_alone(folder, command, environment, seconds, megabytes):
    """Runs the command in the folder; raises `Crashed` if it fails, takes too long or fills the disk."""
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    end, problem = time.monotonic() + seconds, ""
    try:
        while process.poll() is None and not problem:
            time.sleep(0.2)
            if time.monotonic() > end:
                problem = f"it was not done after {seconds / 60:g} minutes"
            elif size_of(folder) > megabytes * 2**20:
                problem = f"it wrote more than {megabytes} MB"
    finally:
        if Path(command[0]).name in ("docker", "podman") and process.poll() is None:
            subprocess.run([command[0], "kill", folder.name], capture_output=True)
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
        process.wait()
    if problem or process.returncode:
        raise Crashed(problem or "nbgrader gave it up")


def graded(folder, lesson):
    """({name of a graded cell: its marks, None if a human must give them}, the graded notebook) of the folder."""
    path = folder / "autograded" / STUDENT / lesson / f"{lesson}.ipynb"
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise Crashed("nbgrader left no graded notebook")
    query = "SELECT base_cell.name, grade.auto_score FROM grade JOIN base_cell ON grade.cell_id = base_cell.id"
    try:
        notebook = json.loads(path.read_text("utf-8"))
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'gradebook.db'}?mode=ro", uri=True)) as database:
            return dict(database.execute(query).fetchall()), notebook
    except (OSError, ValueError, sqlite3.Error) as error:
        raise Crashed(f"what nbgrader wrote cannot be read ({error})") from None


def answers_of(notebook):
    return {check_submissions.nbgrader_id(cell): check_submissions.text(cell) for cell in notebook["cells"]}


def take_back(course, student, lesson, marks, notebook):
    """Writes the marks of one submission into the gradebook; raises `Crashed` if they are not such as can be."""
    kept = course / "autograded" / student / lesson / f"{lesson}.ipynb"
    before = answers_of(json.loads(kept.read_text("utf-8"))) if kept.is_file() else {}
    after = answers_of(notebook)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        assignment = gradebook.find_assignment(lesson)
        points = {cell.name: cell.max_score for nb in assignment.notebooks for cell in nb.grade_cells}
        by_hand = {cell.name for nb in assignment.notebooks for cell in nb.solution_cells} & points.keys()
        if marks.keys() != points.keys():
            raise Crashed("there are not marks for every question")
        for name, mark in marks.items():
            if mark is None and name in by_hand:
                continue
            if type(mark) not in (int, float) or not math.isfinite(mark) or not 0 <= mark <= points[name]:
                raise Crashed(f"{name} has the marks {mark}, where 0 to {points[name]:g} are possible")
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(lesson, student)
        for grade in (grade for nb in submission.notebooks for grade in nb.grades):
            grade.auto_score = marks[grade.name]
            changed = before.get(grade.name) != after.get(grade.name)
            grade.needs_manual_grade = marks[grade.name] is None and (grade.manual_score is None or changed)
        gradebook.db.commit()
    check_submissions.write(kept, notebook)


def grade(course, student, lesson, limits, image, sandbox):
    """Grades one submission; gives what happened, in words, and whether it has marks now."""
    trouble = course / "crashed" / student / f"{lesson}.txt"
    release = check_submissions.read(course / "release" / lesson / f"{lesson}.ipynb")
    path, problem = check_submissions.find_notebook(course / "submitted" / student / lesson, lesson)
    log = ""
    try:
        if problem:
            raise Crashed(problem)
        try:
            notebook = check_submissions.restore(check_submissions.read(path), release)
        except check_submissions.BROKEN as error:
            raise Crashed(f"{path.name} is not a notebook ({type(error).__name__}: {error})") from None
        with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            prepare(folder, course, lesson, notebook)
            try:
                grade_alone(folder, *command_for(folder, lesson, image, sandbox), *limits)
                marks, notebook = graded(folder, lesson)
            finally:
                with contextlib.suppress(OSError):
                    log = (folder / "log.txt").read_bytes()[-20_000:].decode("utf-8", "replace")
        take_back(course, student, lesson, marks, notebook)
    except Crashed as error:
        trouble.parent.mkdir(parents=True, exist_ok=True)
        trouble.write_text(f"{error}\n\n{log}", "utf-8")
        return f"crashed: {error}; see {trouble.relative_to(course)}", False
    trouble.unlink(missing_ok=True)
    return "graded", True


def table(course):
    """A row for each student and exercise: state, points so far, points there are, questions that wait for a human."""
    rows = []
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        folders = {path.name for path in course.glob("submitted/*") if path.is_dir()}
        for student in sorted(folders | {student.id for student in gradebook.students}):
            for assignment in gradebook.assignments:
                lesson = assignment.name
                found = [s for s in assignment.submissions if s.student.id == student]
                row = {"student": student, "exercise": lesson, "points": "", "of": f"{assignment.max_score:g}"}
                row |= {"not graded yet": ""}
                if (course / "crashed" / student / f"{lesson}.txt").is_file():
                    row["state"] = "crashed"
                elif found:
                    waiting = [
                        grade.name for nb in found[0].notebooks for grade in nb.grades if grade.needs_manual_grade
                    ]
                    row |= {"state": "by hand" if waiting else "graded", "points": f"{found[0].score:g}"}
                    row["not graded yet"] = " ".join(waiting)
                else:
                    there = (course / "submitted" / student / lesson).is_dir()
                    row["state"] = "not graded yet" if there else "not handed in"
                rows.append(row)
    return rows


def write_table(course, rows):
    with open(course / "grades.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["student", "exercise", "state", "points", "of", "not graded yet"])
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", nargs="?", help="the exercise, as its folder in release/ is called")
    parser.add_argument("students", nargs="*", help="whose submissions; without a name, everybody's")
    parser.add_argument("--container", metavar="IMAGE", help="grade in containers of this image (docker or podman)")
    parser.add_argument("--minutes", type=float, default=15, help="for one submission (default: %(default)s)")
    parser.add_argument("--megabytes", type=int, default=500, help="it may write (default: %(default)s)")
    parser.add_argument(
        "--root", type=Path, default=Path("."), help="folder with release/, submitted/ and gradebook.db"
    )
    arguments = parser.parse_args()
    course, lesson = arguments.root.resolve(), arguments.lesson
    warnings.filterwarnings("ignore", module=r"nbgrader\.")  # of its use of SQLAlchemy
    if not (course / "gradebook.db").is_file():
        parser.error(f"there is no gradebook.db in {course}: run nbgrader generate_assignment first")
    bad = 0
    if lesson:
        if not (course / "release" / lesson / f"{lesson}.ipynb").is_file():
            parser.error(f"there is no lesson {lesson} in release/")
        there = sorted(path.parent.name for path in course.glob(f"submitted/*/{lesson}") if path.is_dir())
        if missing := [student for student in arguments.students if student not in there]:
            parser.error(f"{', '.join(missing)} handed in no {lesson}")
        sandbox = not arguments.container and bubblewrap_works()
        if not arguments.container and not sandbox:
            print("no sandbox: bubblewrap is not here, so students' code runs with your rights; see --container")
        for student in arguments.students or there:
            limits = (arguments.minutes * 60, arguments.megabytes)
            said, good = grade(course, student, lesson, limits, arguments.container, sandbox)
            bad += not good
            print(f"{student}, {lesson}: {said}", flush=True)
    write_table(course, table(course))
    print(f"grades.csv is written; {bad} submissions crashed" if bad else "grades.csv is written")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
