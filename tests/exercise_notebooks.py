"""The exercises' notebooks as questions and answers, for the tests that run and grade them."""

import ast
import contextlib
import importlib
import io
import json
import re
import runpy

from conftest import ROOT
from IPython.core.inputtransformer2 import TransformerManager

EXERCISES = ROOT / "notebooks" / "exercises"
LESSONS = sorted(path.name for path in (EXERCISES / "source").iterdir())
SEED = "DCGAN_TF_EXERCISE_SEED"
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n.*?^ *### END HIDDEN TESTS\n", re.DOTALL | re.MULTILINE)
STYLES = """

def _restyled(function, style):
    import numpy

    def single(value):
        if isinstance(value, numpy.ndarray) and value.dtype.kind == "f" or isinstance(value, float):
            return numpy.float32(value)
        return type(value)(map(single, value)) if isinstance(value, (tuple, list)) else value

    def plain(value):
        if isinstance(value, (tuple, list)):
            return [plain(v) for v in value]
        return value.tolist() if isinstance(value, numpy.ndarray) else value

    def zeros(value):
        if isinstance(value, dict):
            return {key: zeros(v) for key, v in value.items()}
        if isinstance(value, (tuple, list)):
            return type(value)(map(zeros, value))
        return value if value is None or isinstance(value, str) else value * 0

    def restyled(*args, **kwargs):
        if style == "float32":
            args, kwargs = single(args), {name: single(value) for name, value in kwargs.items()}
        return {"float32": single, "lists": plain, "zeros": zeros}[style](function(*args, **kwargs))

    return restyled

"""


def load(stage, lesson):
    path = EXERCISES / stage / lesson / f"{lesson}.ipynb"
    assert path.is_file(), f"{path} is missing; for a release: make exercises"
    return json.loads(path.read_text("utf-8"))


def text(cell):
    return "".join(cell["source"])


def flags(cell):
    return cell["metadata"].get("nbgrader", {})


def by_hand(cell):
    """Whether it is an answer in words, which nobody but a human grades."""
    return bool(flags(cell).get("grade") and flags(cell).get("solution"))


def trained(cell):
    """Whether it is the check of something that is trained: slow, so it is tried under one seed with one mutant."""
    return "trained" in cell["metadata"].get("tags", [])


def questions(notebook, hand=False):
    """{question: points}, in order: those with a check, or with `hand` those that are graded by hand."""
    return {flags(c)["grade_id"].removesuffix("-check"): flags(c)["points"]
            for c in notebook["cells"] if flags(c).get("grade") and by_hand(c) == hand}  # fmt: skip


def cell_of(notebook, name):
    return next(cell for cell in notebook["cells"] if flags(cell).get("grade_id") == name)


def solutions(lesson):
    source = load("source", lesson)
    return {question: text(cell_of(source, question)) for question in questions(source)}


def solved_functions(source):
    """Names of the functions of an answer cell with a solution in them."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [f.name for f in functions if "### BEGIN SOLUTION" in ast.get_source_segment(source, f)]


def restyled(source, style):
    """An answer that takes and returns numbers in another style, or None if it has no function to wrap."""
    names = solved_functions(source)
    return source + STYLES + "\n".join(f"{f} = _restyled({f}, {style!r})" for f in names) if names else None


def slips(lesson):
    """{question: {name: slip}} of the file beside the sources."""
    return runpy.run_path(EXERCISES / "mutants" / f"{lesson}.py")["SLIPS"]


def mutants(lesson, question):
    """{name: source of the answer cell with that slip}."""
    source = text(cell_of(load("source", lesson), question))
    made = {"stub": "raise NotImplementedError()", "zero": "return 0", "None": "return None"}
    made = {name: SOLUTION.sub(lambda m, line=line: m[1] + line, source) for name, line in made.items()}
    if zeros := restyled(source, "zeros"):
        made["zeros"] = zeros
    for name, slip in slips(lesson)[question].items():
        if isinstance(slip, str):
            made[name] = f"{source}\n\n{slip}"
        else:
            assert source.count(slip[0]) == 1, f"{question}, {name}: {slip[0]!r} stands {source.count(slip[0])} times"
            made[name] = source.replace(*slip)
    return made


def answers(lesson):
    """Whole answers in other styles, (RIGHT, WRONG): {question: {name: source}} each."""
    module = importlib.import_module(f"exercise_answers.lesson_{lesson[:2]}")
    return module.RIGHT, module.WRONG


def run(notebook, answers=None, graded=None, edit=lambda source: source, names=None):
    """Runs the code cells, those of `graded` questions only; {question: result}, {question: what it printed}."""
    names, results, printed = {} if names is None else names, {}, {}
    names["__name__"] = "__main__"
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


def without_hidden(source):
    """A check as students get it."""
    return HIDDEN.sub("", source)
