"""Runs a notebook with some of its constants set otherwise, and says what came out.

    python tools/run_notebook.py NOTEBOOK [--set SEED=3 …] [--tag TAG] [--value EXPRESSION …]

Each value is an expression in the notebook's names, computed behind its last cell.
"""

import argparse
import ast
import json
import re
from pathlib import Path

MARK = "the values:"


def run_notebook(path: Path, constants: dict | None = None, tag: str | None = None, values: dict | None = None) -> dict:
    """Runs a notebook in a kernel of its own; the file stays as it is.

    Args:
        path: the notebook.
        constants: NAME → value. A cell that assigns NAME on a line of its own assigns this value instead.
        tag: run the cells that bear it, and before them all imports of the notebook; None runs all cells.
        values: name → expression, computed behind the last cell; numbers, text, arrays, and lists of these.
    Returns:
        Name → value; arrays have become lists.
    Raises:
        ValueError: there is no such cell, or a NAME is not assigned exactly once in those that run.
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in cells if tag is None or tag in cell.metadata.get("tags", [])]
    if not sources:
        raise ValueError(f"{path} has no cell with the tag {tag!r}")
    first = [] if tag is None else ["\n".join(imports([cell.source for cell in cells]))]
    wanted = ", ".join(f"{name!r}: {expression}" for name, expression in (values or {}).items())
    last = f"import json\nprint({MARK!r}, json.dumps({{{wanted}}}, default=lambda value: value.tolist()))"
    sources = [*first, *with_constants(sources, constants), last]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbclient.NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(path.parent)}}).execute()
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    return json.loads(printed.rpartition(MARK)[2])


def imports(sources: list[str]) -> list[str]:
    """The lines of code with which a notebook imports something, one statement each."""
    lines = []
    for source in sources:
        plain = re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", source)  # IPython's own commands
        lines += [ast.unparse(node) for node in ast.parse(plain).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return lines


def with_constants(sources: list[str], constants: dict | None) -> list[str]:
    """The cells' sources with other values of some constants."""
    for name, value in (constants or {}).items():
        line = re.compile(rf"(?m)^{re.escape(name)} = .*$")
        found = sum(len(line.findall(source)) for source in sources)
        if not name.isupper() or found != 1:
            raise ValueError(f"{name} must be in capitals and assigned once, not {found} times, for another value")
        sources = [line.sub(lambda _, new=f"{name} = {value!r}": new, source) for source in sources]
    return sources


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE")
    parser.add_argument("--tag")
    parser.add_argument("--value", nargs="+", default=[], metavar="EXPRESSION")
    options = parser.parse_args()
    constants = {name: ast.literal_eval(value) for name, _, value in (one.partition("=") for one in options.set)}
    values = run_notebook(options.notebook, constants, options.tag, {one: one for one in options.value})
    for expression, value in values.items():
        print(f"{expression}: {value}")


if __name__ == "__main__":
    main()
