"""Breaks of the library that some test must notice: a file, a text that occurs once in it, what to put in its place,
and the test that must fail.

    python tests/mutants.py [--only WORD] [--jobs 2]

Each job works on a copy of the repository and takes one mutant after the other: it puts the break in, runs the test in a
fork of a process that has imported TensorFlow already, and takes the break out again. The tests must first pass without
a break. Prints a line a mutant, and at the end what survives; the exit code is 0 if nothing does.
"""

import argparse
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import mutants_drawings

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 300  # for a test; what takes longer is stopped and counts as not judged


def _of(file, tests, *breaks):
    """The entries of one file, (old, new, test): `tests` is the test file where a test's name stands alone."""
    return [(file, old, new, test if "/" in test else f"{tests}::{test}") for old, new, test in breaks]


CORE = [
    # MUTANTS
]  # fmt: skip
DRAWINGS = mutants_drawings.MUTANTS
MUTANTS = CORE + DRAWINGS


def broken(file, old, new):
    """The text of a file with the break in it.

    Raises:
        ValueError: the old text does not occur exactly once, or the new one is no Python.
    """
    text = (ROOT / file).read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file}: {old!r} occurs {text.count(old)} times, not once")
    changed = text.replace(old, new)
    try:
        compile(changed, file, "exec")
    except SyntaxError as error:
        raise ValueError(f"{file}: with {new!r} it is no Python ({error})") from error
    return changed


def selects(test, node):
    """Whether the name of a test, or of a whole file of tests, means this node of pytest's."""
    return node == test or node.startswith((f"{test}[", f"{test}::"))


# A job: a process in its own copy, which is told what to do line by line.


def work():
    """Takes tasks from stdin, {"file", "text", "tests"}, and answers each on stdout with what pytest found."""
    import importlib

    # Nothing of `dcgan_tf`: each fork imports that anew, with the break in it.
    for name in ("tensorflow", "keras", "scipy.stats", "sklearn.neighbors", "sklearn.cluster", "matplotlib.pyplot",
                 "PIL.Image", "imageio", "hypothesis.strategies", "IPython", "filelock", "pytest"):  # fmt: skip
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        task = json.loads(line)
        path = ROOT / task["file"] if task["file"] else None
        before = path.read_bytes() if path else None
        try:
            if path:
                path.write_text(task["text"], encoding="utf-8")
            found = _in_a_fork(task["tests"], stop=bool(path))
        finally:
            if path:
                path.write_bytes(before)
        print(json.dumps(found), file=answers, flush=True)


def _in_a_fork(tests, stop):
    """Runs tests: pytest's exit code, None if it took too long, and node → whether it passed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pid = os.fork()
        if not pid:
            code = 99
            try:
                os.setsid()
                with open(os.devnull, "r+b") as nowhere:
                    for descriptor in (0, 1, 2):
                        os.dup2(nowhere.fileno(), descriptor)
                code = _pytest(tests, stop, report, Path(folder))
            finally:
                os._exit(code)
        end, status = time.monotonic() + (SECONDS if stop else 20 * SECONDS), None
        while status is None and time.monotonic() < end:
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                status = None
                time.sleep(0.02)
        if status is None:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return {"code": None, "passed": {}}
        passed = json.loads(report.read_text()) if report.exists() else {}
        return {"code": os.waitstatus_to_exitcode(status), "passed": passed}


def _pytest(tests, stop, report, folder):
    import pytest

    import dcgan_tf

    if not Path(dcgan_tf.__file__).is_relative_to(ROOT):
        return 98
    passed = {}

    class Note:
        @staticmethod
        def pytest_runtest_logreport(report):
            if report.when == "call" or report.failed:
                passed[report.nodeid] = passed.get(report.nodeid, True) and report.passed

    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={folder / 'tmp'}"]
    code = pytest.main([*options, *(["-x"] if stop else []), *tests], plugins=[Note])
    report.write_text(json.dumps(passed))
    return int(code)


class Job:
    """A process that works in a copy of the repository."""

    def __init__(self, folder):
        leave = shutil.ignore_patterns(".*", "__pycache__", "runs", "dist", "build", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=leave)
        path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, folder / "tests" / "mutants.py", "--work"], cwd=folder, text=True,
            env=os.environ | quiet | {"PYTHONPATH": path},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, tests, file=None, text=None):
        print(json.dumps({"file": file, "text": text, "tests": tests}), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a job has died while it ran {' '.join(tests)}")
        return json.loads(answer)


def shared_out(tasks, jobs, do):
    """Calls do(job, task) for each task, a thread a job."""
    todo, errors = queue.SimpleQueue(), []
    for task in tasks:
        todo.put(task)

    def take(job):
        try:
            while not errors:
                do(job, todo.get_nowait())
        except queue.Empty:
            pass
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=take, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", default="", metavar="WORD", help="those with this word in a file, a text or a test")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.work:
        return work()
    chosen = [mutant for mutant in MUTANTS if any(args.only in part for part in mutant)]
    texts = [broken(*mutant[:3]) for mutant in chosen]
    began, passed, survive, unjudged = time.monotonic(), {}, [], []

    def baseline(job, tests):
        passed.update(job.run(tests)["passed"])

    def judge(job, number):
        (file, old, new, test), start = chosen[number], time.monotonic()
        code = job.run([test], file, texts[number])["code"]
        verdict = {0: "SURVIVES", 1: "killed"}.get(code, f"NOT JUDGED, {code}")
        line = f"{verdict:9} {time.monotonic() - start:4.0f} s  {file}: {_line(old)} → {_line(new)}  [{test}]"
        print(line, flush=True)
        if code != 1:
            (survive if code == 0 else unjudged).append(line)

    with tempfile.TemporaryDirectory() as folder:
        jobs = [Job(Path(folder).resolve() / str(i)) for i in range(min(args.jobs, len(chosen)))]
        try:
            files = {}
            for test in sorted({test for *_, test in chosen}):
                files.setdefault(test.split("::")[0], []).append(test)
            shared_out(files.values(), jobs, baseline)
            tests = {test for *_, test in chosen}
            seen = {test: [ok for node, ok in passed.items() if selects(test, node)] for test in tests}
            if wrong := sorted(test for test, nodes in seen.items() if not nodes or not all(nodes)):
                print("these do not pass without a break, or are not there:", *wrong, sep="\n  ")
                return 1
            print(f"{len(tests)} tests pass without a break, after {time.monotonic() - began:.0f} s", flush=True)
            shared_out(range(len(chosen)), jobs, judge)
        finally:
            for job in jobs:
                job.process.stdin.close()
                job.process.wait()
    print(f"\n{len(chosen)} mutants in {time.monotonic() - began:.0f} s: ", end="")
    print(*(survive + unjudged) or ["no survivor"], sep="\n")
    return 1 if survive or unjudged else 0


def _line(text):
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


if __name__ == "__main__":
    sys.exit(main())
