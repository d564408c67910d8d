"""Writes a repository and a branch into every Colab badge and install line, and into the project's own addresses.

    python tools/colab.py OWNER/NAME [BRANCH]

The table [tool.colab] of pyproject.toml is the one place that holds both; a test holds the notebooks to it.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    "README.md",
    "notebooks/*.ipynb",
    "notebooks/deeper/*.ipynb",
    *(f"notebooks/exercises/{kind}/*/*.ipynb" for kind in ("source", "release")),
]
BADGE = re.compile(rb"(?<=colab\.research\.google\.com/github/)[^\s\"'()<>\\]+?(?=/notebooks/)")
ADDRESS = re.compile(rb"(?<=\"https://github\.com/)[^/\"]+/[^/\"]+((?:/(?:tree|blob)/).+?(?=/docs|/CHANGELOG))?")
INSTALL = re.compile(rb"(?<=dcgan-tf @ git\+https://github\.com/)[^\s\"'()<>\\]+")


def fault(repo, branch):
    """What is wrong with them, in one line, or None."""
    owner, _, name = repo.partition("/")
    if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", owner) or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        return f"REPO must be owner/name as in the address of the repository on GitHub, got {repo!r}"
    if name in (".", "..") or name.endswith(".git"):
        return f"REPO must be owner/name, and the name can't be '.', '..' or end with '.git', got {repo!r}"
    part = r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*"
    if not re.fullmatch(rf"{part}(/{part})*", branch) or branch.endswith(".lock"):
        return f"BRANCH must be the name of a branch, of letters, digits and . _ - /, got {branch!r}"
    return None


def rewritten(text, repo, branch):
    """The bytes of a notebook or page with the repository and branch replaced, all else kept."""
    text = BADGE.sub(f"{repo}/blob/{branch}".encode(), text)
    return INSTALL.sub(f"{repo}@{branch}".encode(), text)


def main(repo, branch=None):
    place = ROOT / "pyproject.toml"
    old = tomllib.loads(place.read_text("utf-8"))["tool"]["colab"]
    branch = branch or old["branch"]
    if problem := fault(repo, branch):
        sys.exit(problem)
    changed = []
    for path in sorted(path for pattern in FILES for path in ROOT.glob(pattern)):
        text = path.read_bytes()
        if (new := rewritten(text, repo, branch)) != text:
            path.write_bytes(new)
            changed.append(path)
    head, table, tail = place.read_bytes().partition(b"[tool.colab]")
    for key, value in ("repo", repo), ("branch", branch):
        tail = tail.replace(f'{key} = "{old[key]}"'.encode(), f'{key} = "{value}"'.encode(), 1)
    head = ADDRESS.sub(lambda found: f"{repo}{'/tree/' + branch if found[1] else ''}".encode(), head)
    if (new := head + table + tail) != place.read_bytes():
        place.write_bytes(new)
    print(f"{repo}, branch {branch}: {len(changed)} files rewritten")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3 or not sys.argv[1]:
        sys.exit("usage: make colab REPO=owner/name [BRANCH=branch]")
    main(*sys.argv[1:])
