"""Lists what students changed in the graded cells, before nbgrader stumbles over it. Needs only Python.

    python check_submissions.py              reads every notebook in submitted/STUDENT/LESSON/
    python check_submissions.py --restore    mends them; the original stays beside the mended one as *.ipynb.orig

Exit code 1 if something is left that nbgrader would grade wrongly or not at all.
"""

import argparse
import ast
import codecs
import copy
import json
import re
import sys
from pathlib import Path

# Student code and check run in one process, so what could reach the check or other files is for a human to read.
MODULES = {"IPython", "ctypes", "dcgan_tf", "gc", "importlib", "inspect", "ipykernel", "nbgrader", "runpy", "sqlite3",
           "subprocess"}  # fmt: skip
NAMES = {"In", "Out", "__builtins__", "__import__", "compile", "eval", "exec", "exit", "get_ipython", "globals", "open",
         "quit", "vars"}  # fmt: skip
CHECK = {"Question", "_check", "question"}
ATTRIBUTES = {"__closure__", "__code__", "__globals__", "_exit", "_getframe", "displayhook", "environ", "f_back",
              "f_globals", "modules", "setprofile", "settrace", "system"}  # fmt: skip
STRINGS = re.compile(r"__main__|gradebook|DCGAN_TF_EXERCISE_SEED|dcgan_tf")
BROKEN = (ValueError, KeyError, TypeError, AttributeError)  # what reading something else than a notebook raises


def nbgrader_id(cell):
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")


def text(cell):
    return "".join(cell["source"])


def same(one, other):
    """Whether two cells say the same, but for the repository's address, which `make colab` changes."""
    address = re.compile(r"colab\.research\.google\.com/github/[^\s\"'()]+?(?=/notebooks/)|github\.com/[^\s\"'()]+")
    return address.sub("", text(one)).strip() == address.sub("", text(other)).strip()


def read(path):
    """A notebook as a dictionary, also one that begins with a byte-order mark."""
    return json.loads(path.read_text("utf-8-sig"))


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def unusual(source):
    """What an answer to these exercises has no need of: names, modules and commands, sorted."""
    lines = source.splitlines()
    found = {line.split()[0] for line in lines if re.match(r"\s*[!%]", line) and not line.lstrip().startswith("%pip")}
    python = "\n".join("" if re.match(r"\s*[!%]", line) else line for line in lines)
    try:
        tree = ast.parse(python)
    except SyntaxError:
        words = set(re.findall(r"\w+", python))
        return sorted(found | words & (MODULES | ATTRIBUTES | NAMES - {"In", "Out", "open"}))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.split(".")[0] in MODULES}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.add(node.module)
        elif isinstance(node, ast.Name) and (node.id in CHECK or (isinstance(node.ctx, ast.Load) and node.id in NAMES)):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            found.add(ast.unparse(node) if isinstance(node.value, ast.Name) else node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(STRINGS.findall(node.value))
    return sorted(found)


def find_notebook(folder, lesson):
    """The submitted notebook, or (None, what is wrong)."""
    path = folder / f"{lesson}.ipynb"
    if path.is_file():
        return path, None
    found = sorted(p.name for p in folder.glob("*.ipynb"))
    return None, f"no {path.name}" + (f", but {', '.join(found)}: is it a renamed copy?" if found else "")


def check(notebook, release):
    """Problems (marks would be wrong) and notes (worth knowing), each a list of sentences."""
    problems, notes = [], []
    given = {nbgrader_id(cell): cell for cell in release["cells"] if nbgrader_id(cell)}
    for name, original in given.items():
        flags = original["metadata"]["nbgrader"]
        kind = "answer" if flags["solution"] else "check" if flags["grade"] else "read-only"
        found = [cell for cell in notebook["cells"] if nbgrader_id(cell) == name]
        if not found:
            (problems if flags["grade"] else notes).append(f"{kind} cell {name} is missing (deleted or typed anew)")
            continue
        if len(found) > 1:
            problems.append(f"{kind} cell {name} is there {len(found)} times (copied or split)")
        cell = found[-1]
        if cell["cell_type"] != original["cell_type"]:
            problems.append(f"{kind} cell {name} is now a {cell['cell_type']} cell")
        changed = [key for key in ("schema_version", "grade", "locked", "solution", "task", "points")
                   if cell["metadata"]["nbgrader"].get(key) != flags.get(key)]  # fmt: skip
        if changed:
            problems.append(f"{kind} cell {name} has other settings: {', '.join(changed)}")
        if kind != "answer" and not same(cell, original):
            notes.append(f"{kind} cell {name} was edited; nbgrader grades with its own")
        if kind == "answer" and text(cell) == text(original):
            notes.append(f"answer cell {name} is as handed out")
    for cell in notebook["cells"]:
        name = nbgrader_id(cell)
        if cell["cell_type"] == "code" and name not in given and "nbgrader" in cell["metadata"]:
            problems.append("a cell has settings of nbgrader but no known name")
        fixed = name in given and not given[name]["metadata"]["nbgrader"]["solution"]  # graded as handed out
        if cell["cell_type"] == "code" and not fixed and not any(same(cell, other) for other in release["cells"]):
            notes += [f"cell {name or '(added)'} uses {word}: have a look" for word in unusual(text(cell))]
    return problems, notes


def restore(notebook, release):
    """The notebook with every check and read-only cell as handed out, once; all else stays as the student wrote it.

    A missing check goes to the end, where whatever the student wrote is defined.
    """
    cells, names = [], set()
    given = {nbgrader_id(cell): cell for cell in release["cells"] if nbgrader_id(cell)}
    for cell in reversed(notebook["cells"]):
        original = given.get(nbgrader_id(cell))
        if original is None or nbgrader_id(cell) in names:
            if original is not None and not original["metadata"]["nbgrader"]["solution"]:
                continue  # a second copy of a check
            cell = copy.deepcopy(cell)
            cell["metadata"].pop("nbgrader", None)
        elif original["metadata"]["nbgrader"]["solution"]:
            names.add(nbgrader_id(cell))
            cell = {**copy.deepcopy(original), "source": cell["source"]}
        else:
            names.add(nbgrader_id(cell))
            cell = copy.deepcopy(original)
        cells.insert(0, cell)
    before = None
    for name, original in given.items():
        flags = original["metadata"]["nbgrader"]
        if name not in names and (flags["grade"] or not flags["solution"]):
            places = [number for number, cell in enumerate(cells) if nbgrader_id(cell) == before and before]
            place = len(cells) if flags["grade"] and not flags["solution"] else places[0] + 1 if places else 0
            cells.insert(place, copy.deepcopy(original))
            names.add(name)
        before = name if name in names else before
    used = set()
    for number, cell in enumerate(cells):  # Colab writes no ids, and a copy has the id of its original
        if cell.get("id", "") in used | {""}:
            cell["id"] = f"mended-{number}"
        used.add(cell["id"])
    return {**notebook, "nbformat": 4, "nbformat_minor": 5, "cells": cells}


def submitted_notebook(path, release, mend):
    """(problems, notes) of a notebook; with `mend`, writes it anew if there are problems."""
    try:
        notebook = read(path)
        problems, notes = check(notebook, release)
    except BROKEN as error:
        return [f"{path.name} is not a notebook ({type(error).__name__}: {error})"], []
    if path.read_bytes().startswith(codecs.BOM_UTF8):
        problems.append("the file begins with a byte-order mark")
    if not problems or not mend:
        return problems, notes
    path.rename(path.with_suffix(".ipynb.orig"))
    write(path, restore(notebook, release))
    return [], notes + [f"mended: {problem}" for problem in problems]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--restore", action="store_true")
    parser.add_argument("--root", type=Path, default=Path("."), help="folder with release/ and submitted/")
    arguments = parser.parse_args()
    folders = sorted(path for path in arguments.root.glob("submitted/*/*") if path.is_dir())
    if not folders:
        print(f"nothing in {arguments.root / 'submitted'}/STUDENT/LESSON/")
        return 1
    left = 0
    for folder in folders:
        student, lesson = folder.parts[-2:]
        release_path = arguments.root / "release" / lesson / f"{lesson}.ipynb"
        path, problem = find_notebook(folder, lesson)
        problems, notes = [problem], []
        if not release_path.is_file():
            problems = [f"there is no lesson {lesson} in release/"]
        elif path:
            problems, notes = submitted_notebook(path, read(release_path), arguments.restore)
        left += bool(problems)
        print(f"{student}, {lesson}: {'PROBLEM' if problems else 'ready'}")
        print(*(f"  {line}\n" for line in [*problems, *(f"({note})" for note in notes)]), sep="", end="")
    print(f"{len(folders)} submissions, {left} with problems")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
