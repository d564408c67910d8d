"""The levels of the library: who may import whom, and how long a file may be."""

import ast

import pytest
from conftest import ROOT

PACKAGE = ROOT / "dcgan_tf"
LEVELS = ["variants", "plots", "training", "cli", "lessons"]  # above data, layers and the core, in this order
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def level(parts):
    """0 for data, layers and the core; parts: of a module's name below dcgan_tf."""
    return LEVELS.index(parts[0]) + 1 if parts and parts[0] in LEVELS else 0


def imports(path):
    """The modules below dcgan_tf that a file names in its imports, as tuples of parts."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dcgan_tf":
            module = tuple(node.module.split(".")[1:])
            for name in node.names:
                whole = (*module, name.name)
                is_module = (PACKAGE.joinpath(*whole).with_suffix(".py")).exists() or PACKAGE.joinpath(*whole).is_dir()
                yield whole if is_module else module
        elif isinstance(node, ast.Import):
            yield from (tuple(name.name.split(".")[1:]) for name in node.names if name.name.startswith("dcgan_tf."))


def hands_on(path):
    """Whether a module only hands on names that notebooks of version 0.1 import from there."""
    tree = ast.parse(path.read_text("utf-8"))
    return "version 0.1" in (ast.get_docstring(tree) or "")


def name_of(path):
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_arrows_point_down(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if hands_on(path) or parts == ("__main__",):
        return
    up = {target for target in imports(path) if level(target) > level(parts)}
    if parts == ("gan",):
        up -= {("training", "trainer"), ("training", "samples")}  # the game is played on them
    assert up == set()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_the_core_can_be_read_in_an_afternoon():
    core = [path for path in PACKAGE.glob("*.py") if not hands_on(path)]
    lines = {path.stem: len(path.read_text("utf-8").splitlines()) for path in core}
    assert sum(lines.values()) <= 2000, lines
    assert lines["gan"] <= 130
    assert {"arithmetic", "models", "losses", "gan", "conditional", "metrics", "judges", "toy", "recipes"} < set(lines)


def test_a_module_that_hands_on_names_does_nothing_else():
    handing = [path for path in FILES if hands_on(path)]
    assert len(handing) >= 15
    assert all(len(path.read_text("utf-8").splitlines()) <= 35 for path in handing)


def test_an_arrow_that_points_up_is_found(tmp_path):
    file = tmp_path / "x.py"
    file.write_text("def f():\n    from dcgan_tf.lessons.game import duel\n    import dcgan_tf.cli\n")
    assert {level(target) for target in imports(file)} == {4, 5}
