"""The breaks of `mutants.py` can be made: `make mutants` shows that each is noticed."""

import ast
from functools import cache

import mutants
import pytest
from conftest import ROOT


@cache
def functions_of(file):
    return {node.name for node in ast.parse((ROOT / file).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_each_break_changes_one_place_and_its_test_exists():
    for file, old, new, test in mutants.MUTANTS:
        assert mutants.broken(file, old, new) != (ROOT / file).read_text("utf-8")
        path, _, name = test.partition("::")
        assert not name or name.split("[")[0] in functions_of(path), f"there is no {test}"
        assert (ROOT / path).is_file()


def test_there_are_as_many_as_the_library_has_promises_and_none_twice():
    assert len(mutants.CORE) >= 80
    assert len(mutants.DRAWINGS) >= 20
    assert len(set(mutants.MUTANTS)) == len(mutants.MUTANTS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("no such text", "", "occurs 0 times"),
        ("the", "a", r"occurs \d+ times"),
        ("import tensorflow", "(", "no Python"),
    ],
)
def test_a_break_that_cannot_be_made_is_told(old, new, message):
    with pytest.raises(ValueError, match=rf"dcgan_tf/gan\.py: .*{message}"):
        mutants.broken("dcgan_tf/gan.py", old, new)


def test_the_name_of_a_test_means_its_parameters_and_that_of_a_file_all_its_tests():
    assert mutants.selects("tests/a.py::test_b", "tests/a.py::test_b")
    assert mutants.selects("tests/a.py::test_b", "tests/a.py::test_b[1]")
    assert mutants.selects("tests/a.py", "tests/a.py::test_b[1]")
    assert not mutants.selects("tests/a.py::test_b", "tests/a.py::test_bc")
    assert not mutants.selects("tests/a.py::test_b[1]", "tests/a.py::test_b[10]")
