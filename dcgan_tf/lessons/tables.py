"""The results of the experiments: read from their CSV files, handed out as arrays, shown as tables."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

# In a checkout the results stand beside the package, with the experiments; in an installed package inside it.
_PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = next((p for p in (_PACKAGE / "bundled" / "results", _PACKAGE.parent / "experiments") if p.is_dir()), _PACKAGE)


def results(name: str) -> "Results":
    """The results of an experiment of the course.

    Args:
        name: of its CSV file, without the suffix, such as `"06_switch_guidelines"`.
    Raises:
        ValueError: there is no such experiment.
    """
    return read(_find(name, ".csv"))


def picture(name: str) -> np.ndarray:
    """A picture that an experiment left, uint8 (H, W) or (H, W, 3).

    Args:
        name: of its PNG file, without the suffix, such as `"06_switch_guidelines_samples"`.
    Raises:
        ValueError: there is no such picture.
    """
    from PIL import Image

    with Image.open(_find(name, ".png")) as image:
        return np.asarray(image)


def read(path: Path) -> "Results":
    """The results in a CSV file; none if there is no such file yet."""
    text = path.read_bytes().decode() if path.exists() else ""
    lines = csv.reader(io.StringIO(text, newline=""))
    columns = next(lines, [])
    return Results(columns, [dict(zip(columns, map(_number, line), strict=True)) for line in lines])


class Table:
    """A table of texts, which a notebook shows and whose `str` is Markdown.

    Args:
        heads: of the columns.
        lines: the cells of each row.
    """

    def __init__(self, heads: Iterable[str], lines: Iterable[Iterable[str]]):
        self.heads, self.lines = list(heads), [list(line) for line in lines]

    def __str__(self):
        lines = [self.heads, ["---"] * len(self.heads), *self.lines]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    __repr__ = _repr_markdown_ = __str__


class Results:
    """The runs of an experiment.

    Attributes:
        columns: the names of the columns.
        rows: a dictionary for each line, column → number or text; an empty cell is the text "".
    """

    def __init__(self, columns: Iterable[str], rows: Iterable[dict]):
        self.columns, self.rows = list(columns), list(rows)

    def select(self, **where) -> list[dict]:
        """The rows with these values, in the order of their seeds: `select(arm="no tanh", epoch=[1, 2, 3])`.

        Args:
            **where: column → the value that is wanted, or a list of several.
        Raises:
            ValueError: there is no such column.
        """
        self._check(where)
        wanted = {column: value if isinstance(value, (list, tuple)) else [value] for column, value in where.items()}
        chosen = [row for row in self.rows if all(row[column] in values for column, values in wanted.items())]
        return sorted(chosen, key=lambda row: row.get("seed", 0))

    def values(self, column: str, **where) -> np.ndarray:
        """The numbers of a column in the order of the seeds: `values("distance", arm="no tanh", epoch=3)`.

        Args:
            column: its name; empty cells are left out.
            **where: as for `select`.
        Raises:
            ValueError: there is no such column, or no number in it where it is wanted.
        """
        self._check([column])
        numbers = [row[column] for row in self.select(**where) if row[column] != ""]
        if not numbers:
            raise ValueError(f"there is no {column!r} where {_text_of(where)}; {self._choice(where)}")
        return np.array(numbers)

    def by(self, key: str, column: str, **where) -> dict[str, np.ndarray]:
        """Value of the column `key` → the numbers of `column`: `by("arm", "distance", epoch=3)["no tanh"]`.

        Args:
            key, column: names of columns.
            **where: as for `select`.
        Raises:
            ValueError: there is no such column.
        """
        self._check([key, column])
        found = dict.fromkeys(row[key] for row in self.select(**where) if row[column] != "")
        return {value: self.values(column, **{**where, key: value}) for value in found}

    def table(
        self,
        rows: str | Iterable[str] | Mapping[str, str],
        columns: Mapping[str, tuple],
        numbers: str = "all",
        minus: Mapping | None = None,
        **where,
    ) -> Table:
        """A table in whose cells stand the numbers of all seeds.

        The distance of each arm after one epoch and after three, and with ten seeds by how much it is above the base:

            results.table("arm", {f"{n} epochs": ("distance", ".1f", dict(epoch=n)) for n in (1, 3)})
            results.table("arm", {"distance": ("distance", "+.1f")}, "median (range)", minus=dict(arm="base"), epoch=3)

        Args:
            rows: the column, or the columns, whose values name the rows of the table; a mapping also gives their heads.
            columns: head → (column, format of a number), or (column, format, what `where` is for this one alone).
            numbers: what is said of the numbers in a cell, a key of `SUMMARIES`.
            minus: column → value: from each number is subtracted that of the same seed there, which has no row.
            **where: as for `select`.
        Returns:
            A `Table`; where there are no numbers yet, a dash.
        Raises:
            ValueError: there is no such column, or no such summary.
        """
        rows = [rows] if isinstance(rows, str) else rows
        heads = rows if isinstance(rows, Mapping) else {name: name for name in rows}
        if numbers not in SUMMARIES:
            raise ValueError(f"numbers is one of {', '.join(map(repr, SUMMARIES))}, not {numbers!r}")
        self._check([*heads, *(column for column, *_ in columns.values()), *(minus or ())])
        lines = []
        for key in dict.fromkeys(tuple(row[name] for name in heads) for row in self.select(**where)):
            own = {**where, **dict(zip(heads, key, strict=True))}
            if minus and minus.items() <= own.items():
                continue
            cells = [f"{value:,}" if isinstance(value, int) else str(value) for value in key]
            for column, form, *extra in columns.values():
                found = self._numbers(column, minus, {**own, **(extra[0] if extra else {})})
                cells.append(SUMMARIES[numbers](found, form) if found else "–")
            lines.append(cells)
        return Table([*heads.values(), *columns], lines)

    def _numbers(self, column, minus, where):
        by_seed = self._by_seed(column, where)
        base = self._by_seed(column, {**where, **minus}) if minus else dict.fromkeys(by_seed, 0)
        return [number - base[seed] for seed, number in by_seed.items() if seed in base]

    def _by_seed(self, column, where):
        rows = [row for row in self.select(**where) if row[column] != ""]
        numbers = {row.get("seed"): row[column] for row in rows}
        if len(numbers) < len(rows):
            raise ValueError(f"there are several {column!r} of one seed where {_text_of(where)}: say which is meant")
        return numbers

    def _check(self, columns):
        if unknown := [column for column in columns if self.columns and column not in self.columns]:
            raise ValueError(f"the results have the columns {', '.join(self.columns)}, not {', '.join(unknown)}")

    def _choice(self, where):
        known = {column: list(dict.fromkeys(row[column] for row in self.rows)) for column in where}
        return f"there is {'; '.join(f'{column}: {values}' for column, values in known.items())}"


def _number_text(value, form):
    return f"{value:{form}}" if np.isfinite(value) else "–"


def _of(function):
    return lambda values, form: _number_text(function(values), form)


def _range(values, form):
    return f"{_number_text(np.min(values), form)} to {_number_text(np.max(values), form)}"


SUMMARIES = {
    "all": lambda values, form: ", ".join(_number_text(value, form) for value in values),
    "median": _of(np.median),
    "least": _of(np.min),
    "greatest": _of(np.max),
    "range": _range,
    "median (range)": lambda values, form: f"{_number_text(np.median(values), form)} ({_range(values, form)})",
}
"""What can be said of numbers: name → (numbers, format) → text. A number that is not finite is a dash."""


def _find(name, suffix):
    path = FOLDER / f"{name}{suffix}"
    names = sorted(path.stem for path in FOLDER.glob(f"[0-9]*{suffix}"))
    if name not in names:
        raise ValueError(f"there is no {name!r} among the results of the experiments, only {', '.join(names)}")
    return path


def _number(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _text_of(where):
    return ", ".join(f"{column} is {value!r}" for column, value in where.items()) or "it is wanted"
