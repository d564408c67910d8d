"""Runs each notebook as Colab does, with its versions, with the package that the install line gets, alone in a folder.

    python tools/colab_check.py [NOTEBOOK …]

Without a NOTEBOOK it runs all lessons and all released exercises. The environment is kept in .venv-colab. COLAB_PYTHON
names a Python 3.12 or 3.13 where none is found.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-colab"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
VERSIONS = ROOT / "tools" / "colab.txt"
LIMIT = 900  # seconds for a notebook
# Nothing of the checkout may be found by accident.
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "JUPYTER", "IPYTHON"))}
CLEAN["TF_CPP_MIN_LOG_LEVEL"] = "3"  # what is left on stderr is Python's


def run(*command, env=CLEAN, **kwargs):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, env=env, **kwargs)


def must(*command, **kwargs):
    done = run(*command, **kwargs)
    if done.returncode:
        sys.exit(f"failed: {shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def colab_python():
    """A Python that Colab has: on the path, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names = [os.environ.get("COLAB_PYTHON"), "python3.13", "python3.12"]
    names += [path for minor in (13, 12) for path in sorted(pyenv.glob(f"3.{minor}.*/bin/python"))]
    for name in filter(None, names):
        # pyenv leaves commands on the path that only say they are not there: ask.
        if found := shutil.which(name):
            version = run(found, "-c", "import sys; print(*sys.version_info[:2], sep='.')").stdout.strip()
            if version in ("3.12", "3.13"):
                return found
    sys.exit("colab-check needs Python 3.12 or 3.13, as Colab has it, and found none: set COLAB_PYTHON to its path")


def install_environment():
    stamp = VENV / "colab.txt"
    if not stamp.exists() or stamp.read_bytes() != VERSIONS.read_bytes():
        print(f"installing {VERSIONS.relative_to(ROOT)} into {VENV.name} …", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        must(colab_python(), "-m", "venv", VENV)
        must(PYTHON, "-m", "pip", "install", "--quiet", "--requirement", VERSIONS)
        shutil.copy(VERSIONS, stamp)


def install(lines, folder):
    """Runs the notebooks' own install lines, against the working tree as if that were pushed already."""
    colab = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["colab"]
    must("git", "init", "--quiet", "--bare", folder)
    git = ["git", "-c", "user.name=colab-check", "-c", "user.email=colab-check", "-c", "commit.gpgsign=false"]
    git += ["-c", f"core.hooksPath={os.devnull}", "--git-dir", folder, "--work-tree", ROOT]
    must(*git, "symbolic-ref", "HEAD", f"refs/heads/{colab['branch']}", cwd=ROOT)
    must(*git, "add", "--all", cwd=ROOT)
    must(*git, "commit", "--quiet", "--message", "the working tree", cwd=ROOT)
    here = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://github.com/{colab['repo']}",
    }
    pip = [PYTHON, "-m", "pip"]
    run(*pip, "uninstall", "--quiet", "--yes", "dcgan-tf")
    before = set(must(*pip, "freeze").splitlines())
    for line in lines:
        must(*pip, *shlex.split(line), env=CLEAN | here)
    faults = [row for row in run(*pip, "check").stdout.splitlines() if row.startswith("dcgan-tf")]
    if changed := before.difference(must(*pip, "freeze").splitlines()):
        faults.append(f"they changed what Colab has installed: {', '.join(sorted(changed))}")
    return faults


def install_lines(notebook):
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return {line for cell in cells for line in re.findall(r"%pip (install .*)", "".join(cell["source"]))}


def execute(notebook):
    """Runs it in an empty folder; gives the faults, none if it is right, and what it wrote to stderr."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(notebook, folder)
        nbconvert = [PYTHON, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "executed", notebook.name]
        try:
            done = run(*nbconvert, cwd=folder, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return [f"not done after {LIMIT} s"], []
        if done.returncode:
            plain = re.sub("\x1b\\[[0-9;]*m", "", done.stderr)
            return [row[:200] for row in plain.splitlines() if row.strip()][-15:], []
        cells = json.loads((Path(folder) / "executed.ipynb").read_text("utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        return [], ["".join(output["text"]).strip() for output in outputs if output.get("name") == "stderr"]


def report(name, started, faults, notes=()):
    print(f"{'failed' if faults else 'ok':6} {time.time() - started:6.1f} s  {name}", flush=True)
    for text in [*faults, *(f"stderr: {note.splitlines()[-1]}" for note in notes)]:
        print(f"         {text}", flush=True)
    return not faults


def main(names):
    folders = ("notebooks", "notebooks/deeper", "notebooks/exercises/release/*")
    notebooks = [Path(name).resolve() for name in names]
    notebooks = notebooks or sorted(path for folder in folders for path in ROOT.glob(f"{folder}/*.ipynb"))
    if missing := [str(path) for path in notebooks if not path.is_file()]:
        sys.exit(f"no such notebook: {', '.join(missing)}")
    install_environment()
    show = "import sys, tensorflow as tf, keras, numpy, IPython; print('Python', sys.version.split()[0], 'TensorFlow'"
    show += ", tf.__version__, 'Keras', keras.__version__, 'NumPy', numpy.__version__, 'IPython', IPython.__version__)"
    print(must(PYTHON, "-c", show).strip(), flush=True)

    lines = sorted(set().union(*map(install_lines, notebooks)))
    if sum("dcgan-tf" in line for line in lines) != 1:
        sys.exit(f"the notebooks must install dcgan-tf by one and the same line, got {lines}")
    started = time.time()
    with tempfile.TemporaryDirectory() as folder:
        faults = install(lines, Path(folder).resolve() / "repository.git")
    good = [report("the install lines", started, faults)]
    for notebook in notebooks:
        started = time.time()
        good.append(report(os.path.relpath(notebook, ROOT), started, *execute(notebook)))
    print(f"{good.count(True)} of {len(good)} ok")
    sys.exit(not all(good))


if __name__ == "__main__":
    main(sys.argv[1:])
