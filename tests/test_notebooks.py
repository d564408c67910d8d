"""The notebooks as students find them: on GitHub, in Colab, in the README. What they compute is nbval's to check."""

import ast
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from tools import gallery

COLAB = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["colab"]
FOLDER = ROOT / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
DEEPER = sorted(FOLDER.glob("deeper/*.ipynb"))
PAGES = LESSONS + DEEPER
SOURCES = sorted(FOLDER.glob("exercises/source/*/*.ipynb"))
RELEASES = sorted(FOLDER.glob("exercises/release/*/*.ipynb"))
README = (ROOT / "README.md").read_text("utf-8")
CLAIMS = (FOLDER / "CLAIMS.md").read_text("utf-8")
LIMIT = 1_500_000  # bytes; GitHub shows larger notebooks slowly or not at all

KERNEL = {"name": "python3", "display_name": "Python 3"}
LESSON_METADATA = {
    "accelerator": "GPU",
    "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
    "kernelspec": KERNEL,
}
# An exercise asks Colab for no GPU: it needs none.
EXERCISE_METADATA = {"accelerator": None, "colab": {"provenance": [], "toc_visible": True}, "kernelspec": KERNEL}
BADGE = (
    '<a href="https://colab.research.google.com/github/{repo}/blob/{branch}/notebooks/{path}">'
    '<img src="https://colab.research.google.com/assets/colab-badge.svg" alt="Open in Colab"></a>'
)
INSTALL = (
    'import sys\n\nif "google.colab" in sys.modules:\n'
    '    %pip install --quiet --no-deps "dcgan-tf @ git+https://github.com/{repo}@{branch}"\n'
)
SETUP = INSTALL + "\nfrom dcgan_tf.lessons import notebook\n\nnotebook.setup(minutes={minutes})"
# A folder of somebody's machine; a picture's base64 may look like one by chance and is left out.
MACHINE = re.compile(r"(?<![\w.])/(?:root|home|tmp|usr|opt|work|var|content|Users|private)/\w|\b[A-Z]:\\\\?\w")
VERDICTS = {"right", "wrong", "imprecise", "incomplete", "contradictory", "notation", "empirical"}
LECTURES = {"DCGAN lecture", "GAN lecture", "paper notes", "adaptive convolution lecture", "architectures lecture"}


def name_of(path):
    return path.relative_to(FOLDER).as_posix()


def read(path):
    return json.loads(path.read_text("utf-8"))


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return cell["metadata"].get("tags", [])


def code_cells(page):
    return [cell for cell in page["cells"] if cell["cell_type"] == "code"]


def texts(output):
    """All text of an output but pictures."""
    rest = {key: value for key, value in output.items() if key != "data"}
    shown = {kind: value for kind, value in output.get("data", {}).items() if not kind.startswith("image/")}
    return json.dumps([rest, shown], ensure_ascii=False)


def faults(page, path, kind):
    """What is wrong with a notebook, in words; `path` below notebooks/, `kind` lesson, source or release."""
    found = []
    cells, code = page["cells"], code_cells(page)
    badge = BADGE.format(**COLAB, path=path.replace("/source/", "/release/"))
    if cells[0].get("id") != "view-in-github" or source(cells[0]) != badge:
        found.append("the first cell must be the badge, with the id view-in-github and this notebook's address")
    if cells[1]["cell_type"] != "markdown" or not source(cells[1]).startswith("# "):
        found.append("the second cell must be the title")
    wanted = LESSON_METADATA if kind == "lesson" else EXERCISE_METADATA
    if {key: page["metadata"].get(key) for key in wanted} != wanted:
        found.append("the notebook's metadata must be as Colab wants it")
    if "widgets" in page["metadata"] or "jupyter.widget" in json.dumps([cell.get("outputs") for cell in code]):
        found.append("no widgets: their saved state breaks GitHub and Colab")

    if kind == "lesson":
        minutes = setup_minutes(page)
        if minutes is None:
            found.append("the third cell must be the set-up cell")
        elif "nbval-ignore-output" not in tags(cells[2]):
            found.append("the set-up cell must carry the tag nbval-ignore-output")
        if not any(re.search("^## ", source(cell), re.MULTILINE) for cell in cells[2:6]):
            found.append("at most five cells before the first idea")
    elif not any(source(cell).startswith(INSTALL.format(**COLAB)) for cell in code[:1]):
        found.append("the first code cell must begin with the install line")

    outputs = [output for cell in code for output in cell["outputs"]]
    counts = [cell["execution_count"] for cell in code]
    if kind == "release":
        if outputs or any(counts):
            found.append("a release has no outputs")
    elif counts != list(range(1, len(code) + 1)):
        found.append("executed from top to bottom: run make lessons")
    kinds = [[output.get("name") for output in cell["outputs"]] for cell in code]  # None: no stream
    if any(one == two is not None for names in kinds for one, two in pairwise(names)):
        found.append("what a cell prints must be in one piece: run make lessons")
    if any(output["output_type"] == "error" for output in outputs):
        found.append("a cell failed")
    if any(output.get("name") == "stderr" for output in outputs):
        found.append("no warnings: a cell wrote to stderr")
    if here := [match[0] for output in outputs if (match := MACHINE.search(texts(output)))]:
        found.append(f"no machine's paths: {here}")
    if any(re.search(r" at 0x[0-9a-f]", texts(output)) for output in outputs):
        found.append("no object's address, which is another at each run: give the object a name")
    if any(source(cell).rstrip().endswith(";") for cell in code):
        found.append("no cell may end with ';': nbval fails there")
    return found


def setup_minutes(page):
    """What the set-up cell promises, or None if it isn't the third cell."""
    pattern = re.escape(SETUP.format(**COLAB, minutes="MINUTES")).replace("MINUTES", r"(\d+(?:\.5)?)")
    match = re.fullmatch(pattern, source(page["cells"][2]))
    return match and match[1]


@pytest.mark.parametrize("path", PAGES + SOURCES + RELEASES, ids=name_of)
def test_a_notebook_is_as_students_need_it(path):
    kind = "source" if path in SOURCES else "release" if path in RELEASES else "lesson"
    assert faults(read(path), name_of(path), kind) == []
    assert path.stat().st_size <= LIMIT


def test_what_is_wrong_with_a_notebook_is_found():
    def broken(change, kind="lesson"):
        page = copy.deepcopy(read(FOLDER / "quickstart.ipynb"))
        change(page, page["cells"], code_cells(page))
        return faults(page, "quickstart.ipynb", kind)

    def output(text, name="stdout"):
        return {"output_type": "stream", "name": name, "text": [text]}

    def rewrite(cell, old, new):
        assert old in source(cell)
        cell["source"] = source(cell).replace(old, new).splitlines(keepends=True)

    breaks = {
        "this notebook's address": lambda page, cells, code: rewrite(cells[0], "quickstart", "slowstart"),
        "view-in-github": lambda page, cells, code: cells[0].update(id="badge"),
        "title": lambda page, cells, code: rewrite(cells[1], "# ", ""),
        "metadata": lambda page, cells, code: page["metadata"].pop("accelerator"),
        "widgets": lambda page, cells, code: page["metadata"].update(widgets={}),
        "third cell": lambda page, cells, code: rewrite(cells[2], "--no-deps ", ""),
        "tag nbval": lambda page, cells, code: cells[2]["metadata"].clear(),
        "five cells": lambda page, cells, code: cells.__setitem__(slice(2, 4), 4 * [cells[3]]),
        "top to bottom": lambda page, cells, code: code[3].update(execution_count=7),
        "in one piece": lambda page, cells, code: code[3]["outputs"].extend([output("a"), output("b")]),
        "failed": lambda page, cells, code: code[3]["outputs"].append({"output_type": "error"}),
        "warnings": lambda page, cells, code: code[3]["outputs"].append(output("oh", "stderr")),
        "machine's paths": lambda page, cells, code: code[3]["outputs"].append(output("in /home/me/x.py")),
        "address": lambda page, cells, code: code[3]["outputs"].append(output("<History at 0x7f>")),
        "';'": lambda page, cells, code: rewrite(code[-1], source(code[-1]), "draw();"),
    }
    assert broken(lambda *page: None) == []
    for words, change in breaks.items():
        assert words in " ".join(broken(change)), words
    assert any("no outputs" in fault for fault in broken(lambda *page: None, "release"))


def test_a_lesson_promises_the_minutes_that_the_readme_does():
    rows = dict(re.findall(r"^\| \[[^]]+\]\(notebooks/(\S+?\.ipynb)\) \|.*\| ([\d.]+) \|$", README, re.MULTILINE))
    assert rows == {name_of(path): setup_minutes(read(path)) for path in LESSONS}
    for path in LESSONS:
        link = "https://colab.research.google.com/github/{repo}/blob/{branch}/notebooks/".format(**COLAB)
        assert f"({link}{name_of(path)})" in README


def test_the_gallery_shows_what_the_lessons_show():
    for name, place in gallery.PICTURES.items():
        assert (ROOT / "docs" / name).read_bytes() == gallery.picture(*place)
        assert f"docs/{name}" in README


def test_the_picture_of_broken_rules_is_made_from_the_experiment_s_samples():
    with Image.open(ROOT / "docs" / "broken_rules.png") as shown:
        np.testing.assert_array_equal(np.asarray(shown), np.asarray(gallery.broken_rules()))


def test_relative_links_lead_somewhere():
    written = [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *FOLDER.glob("*/*.md")]
    assert {ROOT / "CONTRIBUTING.md", ROOT / "docs" / "command_line.md", FOLDER / "CLAIMS.md"} < set(written)
    pages = {path: path.read_text("utf-8") for path in written if ".venv" not in path.parts}
    for path in [*PAGES, *SOURCES]:
        pages[path] = "\n".join(source(cell) for cell in read(path)["cells"] if cell["cell_type"] == "markdown")
    links = [(path, link) for path, text in pages.items() for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text)]
    assert len(links) > 20
    lost = [(path.name, link) for path, link in links if "://" not in link and not (path.parent / link).exists()]
    assert lost == []


def test_sanitizing_hides_times_and_addresses_and_nothing_else():
    text = (ROOT / "tests" / "nbval.cfg").read_text("utf-8")
    rules = re.findall(r"^regex: (.*)\nreplace: (.*)$", text, re.MULTILINE)
    assert len(rules) == text.count("regex:")

    def sanitized(line):
        for pattern, replacement in rules:
            line = re.sub(pattern, replacement, line)
        return line

    for time in ("16ms/step", "3s", "0.25 s", "12 s/epoch", "<Model object at 0x7f3a5c0d1e20>"):
        assert not re.search(r"\d", sanitized(time)), time
    for exact in ("3 steps", "2 same, 3 valid", "28 samples", "kernel 3, stride 2", "k=3 s=2", "0.2500"):
        assert sanitized(exact) == exact


# The form of a lesson

# (cells, words) at most; the other lessons still have to be brought into this form.
FORM = {"00_the_adversarial_game": (70, 3000), "04_dropout": (60, 2500)}
WORDS_A_MINUTE, SECONDS_A_FIGURE = 150, 20
FOLD = re.compile(r"<details>\n<summary>([^\n]+)</summary>\n\n(.*?)\n\n</details>", re.DOTALL)


def words(page):
    """How many words are to be read: those of all text, folded answers included, formulas and addresses not."""
    text = "\n".join(source(cell) for cell in page["cells"] if cell["cell_type"] == "markdown")
    for unread in (r"```.*?```", r"\$\$.*?\$\$", r"\$[^$]*\$", r"\]\([^)]*\)", r"<[^>]*>", r"https?://\S+"):
        text = re.sub(unread, " ", text, flags=re.DOTALL)
    return len(re.findall(r"\w[\w'’.-]*", text))


def figures(page):
    """How many pictures are to be looked at."""
    outputs = [output for cell in code_cells(page) for output in cell["outputs"]]
    return sum(any(kind.startswith("image/") for kind in output.get("data", {})) for output in outputs)


def turns(page):
    """(stub, check, solution) for each place where the student writes; None where there is no solution."""
    cells = page["cells"]
    for i, cell in enumerate(cells):
        if cell["cell_type"] == "code" and "raise NotImplementedError" in source(cell):
            code, text = (source(cells[i + 1]), source(cells[i + 2]))
            fold = next((body for summary, body in FOLD.findall(text) if summary == "Solution"), "")
            solution = re.search(r"```python\n(.*?)```", fold, re.DOTALL)
            yield source(cell), code, solution and solution[1]


@pytest.mark.parametrize("name", FORM)
def test_a_lesson_can_be_finished(name):
    page = read(FOLDER / f"{name}.ipynb")
    cells, most_words = FORM[name]
    assert len(page["cells"]) <= cells
    assert words(page) <= most_words
    text = "\n".join(source(cell) for cell in page["cells"] if cell["cell_type"] == "markdown")
    assert 3 <= len(re.findall(r"^## \d\. ", text, re.MULTILINE)) <= 5
    assert 1 <= text.count("**A common mistake.**") <= 3
    assert "slide says" not in text
    assert text.count("](deeper/") == (FOLDER / "deeper" / f"{name}.ipynb").exists()
    assert text.count("<details>") == len(FOLD.findall(text)), "a fold needs blank lines around its text"
    promised = int(re.search(r"\*\*Time:\*\* about (\d+) minutes of reading", text)[1])
    minutes = words(page) / WORDS_A_MINUTE + figures(page) * SECONDS_A_FIGURE / 60
    assert promised == pytest.approx(minutes, abs=2), minutes
    sliders = [source(cell) for cell in code_cells(page) if "# @param" in source(cell)]
    assert all("change this number" in cell.lower() for cell in sliders)
    for cell in code_cells(page):
        if asserts(source(cell)):
            assert source(cell).startswith("# @title Check\n"), source(cell)
            assert cell["metadata"].get("cellView") == "form"
            assert "hide-input" in tags(cell)


@pytest.mark.parametrize("name", FORM)
def test_what_the_student_writes_is_checked_and_the_folded_solution_is_right(name, capsys):
    page = read(FOLDER / f"{name}.ipynb")
    (imports,) = [source(cell) for cell in code_cells(page) if source(cell).startswith("# @title Imports\n")]
    names = {}
    exec(imports, names)
    places = list(turns(page))
    assert len(places) >= 3
    for stub, check, solution in places:
        assert solution, stub
        own = dict(names)
        exec(stub, own)
        exec(check, own)
        assert "not done yet" in capsys.readouterr().out, stub
        exec(solution, names)
        exec(check, names)
        assert capsys.readouterr().out == "right\n", solution


@pytest.mark.parametrize("path", DEEPER, ids=name_of)
def test_a_deeper_notebook_asks_for_nothing_and_is_short(path):
    page = read(path)
    assert (FOLDER / path.name).exists(), "it has the number and the name of its lesson"
    assert float(setup_minutes(page)) <= 1
    assert not list(turns(page))
    assert "slide says" not in json.dumps(page["cells"])


# The table of claims


def claim_rows(text):
    """The table's rows as (id, lectures, claim, verdict, notebook)."""
    rows = [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in text.splitlines() if line[:1] == "|"]
    return [tuple(row) for row in rows[2:]]


def asserts(text):
    """Whether a cell has an `assert`, or NumPy's `assert_array_equal` and the like."""
    nodes = list(ast.walk(ast.parse(re.sub(r"^( *)[%!].*", r"\1pass", text, flags=re.MULTILINE))))
    called = [getattr(node.func, "attr", getattr(node.func, "id", "")) for node in nodes if isinstance(node, ast.Call)]
    return any(isinstance(node, ast.Assert) for node in nodes) or any(name[:7] == "assert_" for name in called)


def shown_claims():
    """{(id, notebook): whether a cell with the tag asserts}, for every tag in a lesson."""
    shown = {}
    for path in PAGES:
        for cell in code_cells(read(path)):
            for tag in tags(cell):
                if tag.startswith("claim-"):
                    key = tag.removeprefix("claim-"), name_of(path)
                    shown[key] = shown.get(key, False) or asserts(source(cell))
    return shown


def test_an_assertion_is_code_not_a_word():
    assert asserts("%matplotlib inline\nif True:\n    %pip list\nassert 1 == 1")
    assert asserts("np.testing.assert_array_equal(a, b)")
    assert not asserts("# assert 1 == 1\nprint('assert')")


def test_every_claim_has_a_cell_that_asserts_and_every_such_cell_a_claim():
    notebooks = {}
    for number, _, _, _, notebook in claim_rows(CLAIMS):
        for name in re.findall(r"\[[^]]+\]\((\S+?\.ipynb)\)", notebook):
            notebooks[number, name] = True
    assert notebooks == shown_claims()


def test_the_table_of_claims_is_in_order():
    rows = claim_rows(CLAIMS)
    assert all(len(row) == 5 for row in rows), [row for row in rows if len(row) != 5]
    numbers = [row[0] for row in rows]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r"\d\d", number) for number in numbers)
    assert {lecture for row in rows for lecture in row[1].split(", ")} <= LECTURES
    assert {re.match(r"\w*", row[3])[0] for row in rows} <= VERDICTS


def test_tags_are_spelled_as_the_table_wants():
    for path in PAGES:
        page = read(path)
        for cell in page["cells"]:
            claims = [tag for tag in tags(cell) if "claim" in tag]
            assert all(re.fullmatch(r"claim-\d\d", tag) for tag in claims), (path.name, claims)
            assert cell["cell_type"] == "code" or not claims, (path.name, claims)


# The tables of the experiments


def test_no_table_and_no_picture_is_pasted_into_a_code_cell():
    for path in PAGES:
        for cell in code_cells(read(path)):
            assert "| --- |" not in source(cell), (path.name, cell["id"])
            assert max(map(len, source(cell).splitlines()), default=0) < 200, (path.name, cell["id"])


def test_every_experiment_that_is_read_is_there():
    asked = {}
    for path in PAGES:
        for cell in code_cells(read(path)):
            asked |= dict.fromkeys(re.findall(r'results\("([^"]+)"\)', source(cell)), path.name)
    assert len(asked) >= 7
    assert [name for name in asked if not (ROOT / "experiments" / f"{name}.csv").exists()] == []


# Another repository


@pytest.fixture
def fork(tmp_path):
    """A copy of what make colab rewrites, in a folder with a space in its name."""
    fork = tmp_path / "my fork"
    for path in [*PAGES, *SOURCES, *RELEASES, *(ROOT / name for name in ("README.md", "pyproject.toml", "Makefile"))]:
        copied = fork / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)
    shutil.copytree(ROOT / "tools", fork / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return fork


def rewrite(fork, *words):
    return subprocess.run([sys.executable, "tools/colab.py", *words], cwd=fork, capture_output=True, text=True)


def test_another_repository_changes_badges_and_install_lines_alone(fork):
    before = {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()}
    done = rewrite(fork, "some-one/a.course_2", "term/2026-1")
    assert done.returncode == 0, done.stderr
    after = {path: path.read_bytes() for path in fork.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert after.keys() == before.keys()
    here, there = COLAB["repo"].encode(), b"some-one/a.course_2"
    branch = COLAB["branch"].encode()
    for path, text in before.items():
        if path.suffix in (".ipynb", ".md"):
            expected = text.replace(b"/github/%s/blob/%s/" % (here, branch), b"/github/%s/blob/term/2026-1/" % there)
            expected = expected.replace(b"github.com/%s@%s" % (here, branch), b"github.com/%s@term/2026-1" % there)
            assert after[path] == expected, path
            assert (after[path] != text) == (path.suffix == ".ipynb" or path.name == "README.md")
        elif path.name != "pyproject.toml":
            assert after[path] == text, path
    place = tomllib.loads((fork / "pyproject.toml").read_text("utf-8"))
    assert place["tool"].pop("colab") == {"repo": "some-one/a.course_2", "branch": "term/2026-1"}
    rest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rest["tool"].pop("colab")
    addresses, urls = rest["project"].pop("urls"), place["project"].pop("urls")
    assert place == rest
    for name, address in addresses.items():
        other = address.replace(COLAB["repo"], "some-one/a.course_2").replace(
            f"/tree/{COLAB['branch']}/", "/tree/term/2026-1/"
        )
        assert urls[name] == other != address
    # Without a branch it stays; and the way back gives the same bytes.
    assert rewrite(fork, "other/name").stdout.startswith("other/name, branch term/2026-1: ")
    assert rewrite(fork, COLAB["repo"], COLAB["branch"]).returncode == 0
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("repo", [
    "", "name", "https://github.com/owner/name", "owner/name/more", "owner/", "/name", "own er/name", "owner/na me",
    "-owner/name", "owner/..", "owner/name.git", 'owner/"name"', "owner/name\\", "owner/name@main", "öwner/name",
])  # fmt: skip
def test_a_bad_repository_is_one_clear_line_and_changes_nothing(fork, repo):
    before = {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()}
    done = rewrite(fork, repo)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert "owner/name" in done.stderr
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("branch", ["a b", "-x", "a//b", "/a", "a/", "a..b", "a.lock", 'a"', "a~1", "a:b", "ä"])
def test_a_bad_branch_too(fork, branch):
    done = rewrite(fork, "owner/name", branch)
    assert done.returncode != 0
    assert done.stderr.startswith("BRANCH must be")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
def test_make_colab_takes_what_it_is_given_as_it_stands(fork):
    def make(*words):
        env = {key: value for key, value in os.environ.items() if key not in ("REPO", "BRANCH", "MAKEFLAGS")}
        command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", *words]
        return subprocess.run(command, cwd=fork, env=env, capture_output=True, text=True)

    assert make("colab", "REPO=owner/name", "BRANCH=term").stdout.startswith("owner/name, branch term: ")
    assert "usage: make colab REPO=owner/name" in make("colab").stderr
    for bad in ("REPO=a b/c", "REPO=a/b;touch x", 'REPO=a/b"', "REPO=a/`touch x`"):
        assert "REPO must be owner/name" in make("colab", bad).stderr, bad
    assert not Path(fork / "x").exists()
