"""What the experiments share: runs that are kept in a CSV file as soon as they are done, and the page made from it."""

import argparse
import csv
import hashlib
import io
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from dcgan_tf.data import files
from dcgan_tf.lessons.tables import Results, Table, read

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))  # for tools/, which is no part of the installed package
FEW = 64  # images in a smoke run


@dataclass(frozen=True)
class Experiment:
    """A script that runs its arms with several seeds; its results are a CSV file beside it, and a page made from that.

    Attributes:
        script: the script's `__file__`.
        text: its `__doc__`, which is the head of the page; the first line is the title.
        arms: what is compared. A name, which goes into the column "arm", or a dictionary column → value. It may fix its
            seed or its moment in these columns; then it is run with that one alone.
        run: (arm, seed, moments, limit) → what was measured, column → value, at each of the moments, one after another.
            `limit` is None, or in a smoke run how many images are to be used at most.
        tables: `Results` → tables, and paragraphs between them.
        seeds: how many, from 0.
        unit: the column of the moments, "epoch" or "step"; None: a run is measured once, at its end.
        moments: after how many epochs or steps a run is measured, in ascending order.
        smoke: the moments of a smoke run; none for the same ones, since with a few images an epoch is short.
    """

    script: str
    text: str
    arms: Iterable[str | dict]
    run: Callable
    tables: Callable[[Results], list[Table | str]]
    seeds: int = 3
    unit: str | None = None
    moments: tuple = (None,)
    smoke: tuple = ()

    @property
    def csv(self) -> Path:
        """Where the results stand."""
        return Path(self.script).with_suffix(".csv")

    def page(self, results: Results) -> str:
        """The Markdown page of these results."""
        title, _, head = self.text.strip().partition("\n\n")
        origin = f"Made by `python experiments/{self.csv.stem}.py --write`. The numbers of each run: `{self.csv.name}`."
        return "\n\n".join([f"# {title.rstrip('.')}", head, origin, *map(str, self.tables(results))]) + "\n"

    def main(self, arguments: list[str] | None = None) -> None:
        """The command line."""
        options = self._options(arguments)
        with tempfile.TemporaryDirectory() as folder:
            path, limit = options.results, None
            if options.smoke:
                path, limit = Path(folder) / self.csv.name, FEW
            arms = [arm for arm in self.arms if name(arm) in options.arms and not options.table]
            for arm, seed, moments in runs_left(path, arms, options.seeds, self.unit, options.moments):
                for moment, measured in zip(moments, self.run(arm, seed, moments, limit), strict=True):
                    place = columns(arm) | {"seed": seed} | at(self.unit, moment)
                    if read(path).select(**place):  # known before, or measured by another process meanwhile
                        continue
                    append(path, place | measured)
                    if options.write:  # so that the page never lags behind the results
                        self._write_page(path)
            if options.write:
                self._write_page(path)
            else:
                print(self.page(read(path)))

    def _write_page(self, path):
        with _alone(path):
            files.write(path.with_suffix(".md"), self.page(read(path)).encode())

    def _options(self, arguments):
        form = argparse.RawDescriptionHelpFormatter
        parser = argparse.ArgumentParser(description=self.text, formatter_class=form)
        names = [name(arm) for arm in self.arms]
        parser.add_argument("--arms", nargs="+", default=names, choices=names, metavar="ARM", help="; ".join(names))
        parser.add_argument("--seeds", type=int, nargs="+", default=list(range(self.seeds)))
        if self.unit:
            asked = dict(type=int, nargs="+", default=list(self.moments), help="when to measure, in ascending order")
            parser.add_argument(f"--{self.unit}s", dest="moments", **asked)
        else:
            parser.set_defaults(moments=[None])
        parser.add_argument("--results", type=Path, default=self.csv, metavar="FILE.csv", help="gone on with, if there")
        parser.add_argument("--table", action="store_true", help="run nothing, only print what FILE.csv gives")
        parser.add_argument("--write", action="store_true", help="write the page beside FILE.csv, do not print it")
        parser.add_argument("--smoke", action="store_true", help="a few steps on a few images, kept nowhere")
        options = parser.parse_args(arguments)
        if options.smoke:
            if options.write or options.table:
                parser.error("--smoke keeps nothing: leave out --table and --write")
            options.seeds = options.seeds[:1]
            options.moments = list(self.smoke or self.moments)
        return options


def name(arm: str | dict) -> str:
    """What an arm is called on the command line."""
    return arm if isinstance(arm, str) else ", ".join(map(str, arm.values())) or "all"


def columns(arm: str | dict) -> dict:
    """What an arm is called in the results, column → value."""
    return {"arm": arm} if isinstance(arm, str) else arm


def at(unit: str | None, moment) -> dict:
    """What a moment is called in the results."""
    return {unit: moment} if unit else {}


def runs_left(path: Path, arms, seeds, unit: str | None, moments: list) -> Iterator[tuple]:
    """Yields (arm, seed, moments) for each run that FILE.csv does not have as a whole.

    The last of the moments is missing there; the others are to be passed on the way, known or not.
    """
    for seed in seeds:
        for arm in arms:
            fixed = columns(arm)
            if fixed.get("seed", seed) != seed:
                continue
            wanted = [fixed[unit]] if unit in fixed else moments
            # Read each time: another process may have finished this run meanwhile.
            done = [row.get(unit) for row in read(path).select(**{**fixed, "seed": seed})]
            if missing := [moment for moment in wanted if moment not in done]:
                yield arm, seed, wanted[: wanted.index(missing[-1]) + 1]


def append(path: Path, row: dict) -> None:
    """Adds a row, column → value, to FILE.csv, the whole line or nothing of it, and shows it.

    Several processes of one machine may do so at once.

    Raises:
        ValueError: the file has no such column.
    """
    with _alone(path):
        content = path.read_bytes() if path.exists() else _line(row)
        known = read(path).columns or list(row)
        if unknown := [column for column in row if column not in known]:
            raise ValueError(f"{path} has the columns {', '.join(known)}, not {', '.join(unknown)}")
        files.write(path, content + _line(row.get(column, "") for column in known))
    print(*map(_text, row.values()), sep=", ", file=sys.stderr, flush=True)


def _alone(path):
    """Keeps other processes of this machine away from FILE.csv and its page."""
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"experiment-{place}.lock")


def _line(cells):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow([_text(cell) for cell in cells])
    return text.getvalue().encode()


def _text(value):
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)
