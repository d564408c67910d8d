"""The runner of the experiments, their tables and pages, and a few steps of each; they themselves train for hours."""

import importlib
import importlib.util
import subprocess
import sys
import tomllib
from functools import cache

import numpy as np
import pytest
from conftest import ROOT, environment

from dcgan_tf.lessons import tables
from dcgan_tf.lessons.tables import Results

FOLDER = ROOT / "experiments"
sys.path.append(str(FOLDER))  # as when one of the scripts is run
runner = importlib.import_module("runner")
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))
# Of the others as many arms as show that the script runs.
SMOKE = {
    "02_checkerboards": ["transposed, k = 3, s = 2", "nearest neighbour, then convolution, k = 3"],
    "03_forbidden_layers": ["everywhere, β = −1 at first"],
    "03_learning_rates": ["2, with, 0.1", "8, without, 3.0"],
    "04_dropout_few_digits": ["100, no dropout", "2000, input 0.2, hidden 0.5"],
    "04_dropout_in_gan": ["500, 0.3"],
    "05_compare_activations": ["step", "PReLU"],
    "05_dead_units": ["0.2"],
    "05_switch_activations": ["leaky ReLU on D's output too"],
    "06_better_digits": ["… γ = 0.1 in a quarter of the steps", "… relativistic, R1 and R2"],
    "06_switch_guidelines": ["all at once, but tanh"],
    "07_better_faces": ["bilinear, minibatch deviation, γ = 1"],
    "09_where_y_joins": ["dense layer in G alone"],
    "10_modes": ["ring, packing of two", "grid, 5 steps ahead, as given"],
}


@cache
def script(name):
    spec = importlib.util.spec_from_file_location(f"experiment_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# FILE.csv

ROWS = [
    dict(arm=arm, seed=seed, epoch=epoch, distance=distance)
    for arm, seed, epoch, distance in [
        ("β₁ = 0.9", 1, 1, 8.25), ("β₁ = 0.9", 0, 1, 9.5), ("β₁ = 0.9", 0, 2, 4.0), ("base, all", 0, 1, 7.0),
    ]
]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "runs" / "new.csv"
    assert tables.read(path).rows == []
    for row in ROWS:
        runner.append(path, row)
    return path


def test_rows_are_appended_as_text_and_read_as_numbers(path):
    assert tables.read(path).rows == ROWS
    assert path.read_text("utf-8").startswith("arm,seed,epoch,distance\nβ₁ = 0.9,1,1,8.25\n")
    runner.append(path, dict(arm="overflow", seed=0, epoch=1, distance=np.float32("nan")))
    runner.append(path, dict(arm="none", seed=0, epoch=1))
    assert path.read_text("utf-8").endswith('"base, all",0,1,7\noverflow,0,1,nan\nnone,0,1,\n')
    assert tables.read(path).rows[-1] == dict(arm="none", seed=0, epoch=1, distance="")


def test_a_column_that_the_file_does_not_have_is_refused(path):
    before = path.read_bytes()
    with pytest.raises(ValueError, match="columns arm, seed, epoch, distance, not recall"):
        runner.append(path, ROWS[0] | {"recall": 0.5})
    assert path.read_bytes() == before


def test_a_row_that_cannot_be_written_leaves_the_others(path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *paths: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runner.append(path, ROWS[0])
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_two_processes_append_to_one_file(tmp_path):
    program = (
        "import sys, pathlib; sys.path.append(sys.argv[1]); import runner\n"
        "for i in range(100): runner.append(pathlib.Path(sys.argv[2]), dict(arm=sys.argv[3] * 50, seed=i))"
    )
    path = tmp_path / "both.csv"
    arguments = [sys.executable, "-c", program, FOLDER, path]
    processes = [subprocess.Popen([*arguments, arm], env=environment(), stderr=subprocess.DEVNULL) for arm in "ab"]
    assert [process.wait(120) for process in processes] == [0, 0]
    assert list(tmp_path.iterdir()) == [path]
    rows = tables.read(path).rows
    assert sorted((row["arm"][:1], row["seed"]) for row in rows) == [(arm, i) for arm in "ab" for i in range(100)]
    assert all(len(row["arm"]) == 50 for row in rows)


# What is left to run


def test_runs_that_are_complete_are_not_repeated(path):
    arms = ["base, all", "β₁ = 0.9"]
    left = [("base, all", 0, [1, 2]), ("base, all", 1, [1, 2]), ("β₁ = 0.9", 1, [1, 2])]
    assert list(runner.runs_left(path, arms, [0, 1], "epoch", [1, 2])) == left
    assert list(runner.runs_left(path, arms[1:], [0, 1], "epoch", [1])) == []
    # What comes behind the last one that is missing is not trained again.
    assert list(runner.runs_left(path, arms[1:], [0], "epoch", [1, 2, 3])) == [("β₁ = 0.9", 0, [1, 2, 3])]
    assert list(runner.runs_left(path, arms[:1], [0], "epoch", [0, 1])) == [("base, all", 0, [0])]


def test_a_run_that_is_finished_meanwhile_is_left_out(path):
    runs = runner.runs_left(path, ["base, all"], [0, 1], "epoch", [2])
    assert next(runs)[:2] == ("base, all", 0)
    runner.append(path, dict(arm="base, all", seed=1, epoch=2, distance=3.0))
    assert list(runs) == []


def test_an_arm_may_fix_its_seed_and_its_moment(path):
    arms = [dict(arm="shipped", seed=1, epoch=40), dict(arm="real", seed=0, epoch="")]
    left = [(arms[1], 0, [""]), (arms[0], 1, [40])]
    assert list(runner.runs_left(path, arms, [0, 1], "epoch", [1, 2])) == left
    runner.append(path, arms[1] | {"distance": 1.5})
    assert list(runner.runs_left(path, arms, [0, 1], "epoch", [1, 2])) == left[1:]


# The command line


class Toy:
    """An experiment that breaks after so many measurements; what it was asked for stands in `runs`."""

    def __init__(self, folder, breaks_after=1000):
        self.runs, self.left = [], breaks_after
        text = "Two arms\n\nWhat they are.\n"
        arms = ["a", dict(arm="b, c", seed=0)]
        self.experiment = runner.Experiment(
            str(folder / "07_toy.py"),
            text,
            arms,
            self.run,
            self.tables,
            seeds=2,
            unit="epoch",
            moments=(1, 3),
            smoke=(2,),
        )

    def run(self, arm, seed, moments, limit):
        self.runs.append((arm, seed, moments, limit))
        for moment in moments:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            yield {"distance": 10 * moment + seed + 1 / 3}

    def tables(self, results):
        return ["After 3 epochs:", results.table("arm", {"distance": ("distance", ".1f")}, epoch=3)]


PAGE = """# Two arms

What they are.

Made by `python experiments/07_toy.py --write`. The numbers of each run: `07_toy.csv`.

After 3 epochs:

| arm | distance |
| --- | --- |
| a | 30.3, 31.3 |
| b, c | 30.3 |
"""
WHOLE = "arm,seed,epoch,distance\n" + "".join(
    f"{arm},{seed},{epoch},{10 * epoch + seed}.3333\n"
    for arm, seed in (("a", 0), ('"b, c"', 0), ("a", 1))
    for epoch in (1, 3)
)


@pytest.mark.parametrize("broken_after", [0, 1, 2, 3, 5])
def test_what_was_interrupted_is_gone_on_with(tmp_path, broken_after, capsys):
    broken, whole = Toy(tmp_path, broken_after), Toy(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        broken.experiment.main([])
    assert len(tables.read(whole.experiment.csv).rows) == broken_after
    whole.experiment.main([])
    assert whole.experiment.csv.read_text() == WHOLE
    assert len(whole.runs) == 3 - broken_after // 2
    assert whole.runs[-1] == ("a", 1, [1, 3], None)
    assert capsys.readouterr().out == PAGE + "\n"
    runs = len(whole.runs)
    whole.experiment.main([])
    assert len(whole.runs) == runs


def test_what_another_process_has_measured_meanwhile_is_not_kept_twice(tmp_path):
    toy, other = Toy(tmp_path), Toy(tmp_path)
    run = toy.run
    object.__setattr__(toy.experiment, "run", lambda *args: (other.experiment.main([]), *run(*args))[1:])
    toy.experiment.main([])
    assert toy.experiment.csv.read_text() == WHOLE


def test_the_page_is_written_with_each_row_and_equals_what_the_file_gives(tmp_path, capsys):
    toy, page = Toy(tmp_path, breaks_after=2), tmp_path / "07_toy.md"
    with pytest.raises(KeyboardInterrupt):
        toy.experiment.main(["--write"])
    assert page.read_text("utf-8") == PAGE.replace("| b, c | 30.3 |\n", "").replace(", 31.3", "")
    Toy(tmp_path).experiment.main(["--write"])
    assert page.read_text("utf-8") == PAGE
    assert capsys.readouterr().out == ""


def test_table_and_smoke_leave_the_results_alone(tmp_path, capsys):
    toy = Toy(tmp_path)
    toy.experiment.main(["--smoke"])
    assert toy.runs == [("a", 0, [2], runner.FEW), (dict(arm="b, c", seed=0), 0, [2], runner.FEW)]
    toy.experiment.main(["--table"])
    assert len(toy.runs) == 2
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SystemExit):
        toy.experiment.main(["--smoke", "--write"])
    assert "keeps nothing" in capsys.readouterr().err


def test_arms_seeds_moments_and_the_file_can_be_chosen(tmp_path):
    toy, path = Toy(tmp_path), tmp_path / "other" / "mine.csv"
    toy.experiment.main(["--arms", "a", "--seeds", "4", "--epochs", "2", "--results", str(path)])
    assert toy.runs == [("a", 4, [2], None)]
    assert path.read_text() == "arm,seed,epoch,distance\na,4,2,24.3333\n"


# Tables

RESULTS = Results(
    ["arm", "seed", "epoch", "distance", "recall"],
    [
        dict(arm=arm, seed=seed, epoch=1000, distance=distance, recall=recall)
        for arm, seed, distance, recall in [
            ("base", 2, 3.0, 0.5), ("base", 0, 1.0, ""), ("base", 1, 10.0, ""),
            ("new", 1, 12.25, 0.25), ("new", 0, 0.5, ""), ("lost", 0, float("nan"), ""),
        ]
    ],
)  # fmt: skip


def table(*args, **kwargs):
    return str(RESULTS.table(*args, **kwargs)).splitlines()


def test_a_table_has_the_numbers_of_all_seeds_in_their_order():
    assert table("arm", {"distance": ("distance", ".1f"), "recall": ("recall", ".2f")}) == [
        "| arm | distance | recall |",
        "| --- | --- | --- |",
        "| base | 1.0, 10.0, 3.0 | 0.50 |",
        "| new | 0.5, 12.2 | 0.25 |",
        "| lost | – | – |",
    ]


@pytest.mark.parametrize(("numbers", "cells"), [
    ("median", "3.0"), ("least", "1.0"), ("greatest", "10.0"), ("range", "1.0 to 10.0"),
    ("median (range)", "3.0 (1.0 to 10.0)"),
])  # fmt: skip
def test_a_cell_can_say_less(numbers, cells):
    assert table("arm", {"d": ("distance", ".1f")}, numbers, arm="base")[2:] == [f"| base | {cells} |"]


def test_a_difference_is_taken_seed_by_seed():
    columns = {"more": ("distance", "+.2f")}
    assert table("arm", columns, minus=dict(arm="base"), arm=["base", "new"])[2:] == ["| new | -0.50, +2.25 |"]


def test_rows_can_have_several_columns_and_other_heads_or_none():
    columns = {"few": ("distance", ".0f", dict(seed=0)), "more": ("distance", ".0f", dict(seed=1))}
    assert table({"arm": "what", "epoch": "epochs"}, columns, arm="new") == [
        "| what | epochs | few | more |", "| --- | --- | --- | --- |", "| new | 1,000 | 0 | 12 |",
    ]  # fmt: skip
    assert table((), {"all": ("distance", ".0f")}, "range", arm="base") == ["| all |", "| --- |", "| 1 to 10 |"]


def test_a_notebook_shows_a_table():
    shown = RESULTS.table("arm", {"distance": ("distance", ".1f")})
    assert shown._repr_markdown_() == repr(shown) == str(shown)


def test_numbers_are_handed_out_as_arrays():
    np.testing.assert_array_equal(RESULTS.values("distance", arm="base"), [1, 10, 3])
    np.testing.assert_array_equal(RESULTS.values("recall", seed=[0, 2]), [0.5])
    assert {arm: list(values) for arm, values in RESULTS.by("arm", "recall").items()} == {"base": [0.5], "new": [0.25]}


@pytest.mark.parametrize(("ask", "answer"), [
    (lambda: RESULTS.values("precision"), "columns arm, seed, epoch, distance, recall, not precision"),
    (lambda: RESULTS.values("distance", arms="base"), "not arms"),
    (lambda: RESULTS.values("distance", arm="old"), r"no 'distance' where arm is 'old'; .*\['base', 'new', 'lost'\]"),
    (lambda: RESULTS.by("arm", "precision"), "not precision"),
    (lambda: table("arm", {"d": ("distances", ".1f")}), "not distances"),
    (lambda: table("arm", {"d": ("distance", ".1f")}, "mean"), "one of 'all', 'median', .*, not 'mean'"),
    (lambda: table("epoch", {"d": ("distance", ".1f")}), "several 'distance' of one seed where epoch is 1000"),
])  # fmt: skip
def test_what_there_is_not_is_said(ask, answer):
    with pytest.raises(ValueError, match=answer):
        ask()


# The committed results


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_made_from_the_results(name):
    experiment = script(name).EXPERIMENT
    assert experiment.csv == FOLDER / f"{name}.csv"
    assert experiment.csv.with_suffix(".md").read_text("utf-8") == experiment.page(tables.results(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_results_are_those_of_the_arms(name):
    experiment, results = script(name).EXPERIMENT, tables.results(name)
    arms = [runner.columns(arm) for arm in experiment.arms]
    for row in results.rows:
        assert any(arm.items() <= row.items() for arm in arms), row
    keys = [*arms[0], "seed", *runner.at(experiment.unit, 0)]
    runs = [tuple(row[column] for column in keys) for row in results.rows]
    assert len(set(runs)) == len(runs)


def test_a_lesson_reads_the_results():
    results = tables.results("06_switch_guidelines")
    np.testing.assert_array_equal(results.values("distance", arm="guidelines", epoch=9), [0.4, 0.5, 0.6])
    assert len(results.by("arm", "recall", epoch=3)) == 17
    assert tables.picture("06_switch_guidelines_samples").shape == (17 * 28, 280)
    for unknown in (lambda: tables.results("06_guidelines"), lambda: tables.picture("../data/README")):
        with pytest.raises(ValueError, match=r"only .*06_switch_guidelines"):
            unknown()


def test_the_wheel_carries_the_results():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = {source for source in wheel["force-include"] if source.startswith("experiments/")}
    names = [f"{name}.csv" for name in NAMES] + ["06_switch_guidelines_samples.png"]
    assert carried == {f"experiments/{name}" for name in names}
    assert all(wheel["force-include"][source] == f"dcgan_tf/bundled/results/{source[12:]}" for source in carried)


def test_results_are_read_where_the_package_is_installed_and_take_nothing_heavy_along(tmp_path):
    package = tmp_path / "dcgan_tf"
    for name in ("lessons/tables.py", "bundled/results/77_new.csv", "__init__.py", "lessons/__init__.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    (package / "lessons" / "__init__.py").write_bytes((ROOT / "dcgan_tf/lessons/__init__.py").read_bytes())
    (package / "lessons" / "tables.py").write_bytes((ROOT / "dcgan_tf/lessons/tables.py").read_bytes())
    (package / "bundled" / "results" / "77_new.csv").write_text("arm,seed,distance\nb,1,2.5\nb,0,1\n")
    program = (
        "import sys; from dcgan_tf.lessons import results\n"
        "heavy = [name for name in ('keras', 'tensorflow', 'matplotlib') if name in sys.modules]\n"
        "print(*results('77_new').values('distance', arm='b'), heavy)"
    )
    env = environment(first_path=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.split() == ["1.0", "2.5", "[]"], done.stderr


# The scripts


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_few_steps_of_each_experiment(name, capfd):
    experiment = script(name).EXPERIMENT
    experiment.main(["--smoke", *(["--arms", *SMOKE[name]] if name in SMOKE else [])])
    out, rows = capfd.readouterr()
    arms = SMOKE.get(name) or [runner.name(arm) for arm in experiment.arms]
    assert out.startswith(f"# {experiment.text.splitlines()[0]}")
    for arm in arms:
        assert arm == "all" or any(row.startswith(arm.removesuffix(".0")) for row in rows.splitlines()), arm


def configurations(network):
    configs = [layer.get_config() for layer in network.layers if type(layer).__name__ != "InputLayer"]
    return [{key: value for key, value in config.items() if key not in ("name", "dtype")} for config in configs]


def test_the_guidelines_arm_is_the_lean_pair():
    from dcgan_tf import models

    guidelines = script("06_switch_guidelines")
    assert configurations(guidelines.generator()) == configurations(models.mnist_generator())
    assert configurations(guidelines.discriminator()) == configurations(models.mnist_discriminator())


@pytest.mark.slow
def test_each_guideline_is_switched_off_where_it_is_said():
    guidelines = script("06_switch_guidelines")

    @cache
    def kinds(arm):
        in_g, in_d, _ = guidelines.ARMS[arm]
        pair = guidelines.generator(**in_g), guidelines.discriminator(**in_d)
        return [[type(layer).__name__ for layer in network.layers] for network in pair]

    base_g, base_d = kinds("guidelines")
    pooled = kinds("max pooling in D")
    assert pooled[0] == base_g
    assert [kind for kind in pooled[1] if kind != "MaxPooling2D"] == base_d
    assert pooled[1].count("MaxPooling2D") == 3
    upsampled, _ = kinds("upsampling and convolution in G")
    assert upsampled.count("UpSampling2D") == upsampled.count("Conv2D") == 3
    assert "Conv2DTranspose" not in upsampled
    for arm, norms in (("guidelines", (3, 2)), ("no batch normalization", (0, 0)), ("group normalization in D", (3, 0)),
                       ("batch normalization everywhere", (4, 3)), ("hidden dense layers", (4, 3))):  # fmt: skip
        assert tuple(kind.count("BatchNormalization") for kind in kinds(arm)) == norms, arm
    assert kinds("group normalization in D")[1].count("GroupNormalization") == 2
    assert [kind.count("Dense") for kind in kinds("hidden dense layers")] == [2, 2]
    assert "GlobalAveragePooling2D" in kinds("global average pooling in D")[1]
    assert "Activation" not in kinds("no tanh")[0]
    assert [kind.count("LeakyReLU") for kind in kinds("all at once, but tanh")] == [4, 0]


@pytest.mark.parametrize("arm", ["guidelines", "both", "sigmoid at G's output", "leaky ReLU on D's output too"])
def test_a_switched_activation_leaves_the_weights(arm):
    import keras

    from dcgan_tf import models

    switch, rng = script("05_switch_activations"), np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    pair = models.mnist_generator(), models.mnist_discriminator()
    for network, changes in zip(pair, switch.ARMS[arm], strict=True):
        x = rng.normal(size=(64, *network.input_shape[1:])).astype(np.float32)  # with logits of both signs
        copy = switch.switched(network, changes)
        for mine, its in zip(copy.get_weights(), network.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, its)
        assert np.array_equal(copy(x), network(x)) == (not changes)


def test_dropout_stands_behind_each_activation():
    from dcgan_tf import models

    network = script("04_dropout_in_gan").with_dropout(models.mnist_discriminator(), 0.3)
    kinds = [type(layer).__name__ for layer in network.layers]
    assert [kinds[i - 1] for i, kind in enumerate(kinds) if kind == "Dropout"] == ["LeakyReLU"] * 3


# tools/run_notebook.py


@pytest.fixture
def notebook(tmp_path):
    import nbformat

    cells = [
        nbformat.v4.new_code_cell(
            "%matplotlib inline\nimport sys\nif 'google.colab' in sys.modules:\n    %pip install x"
        ),
        nbformat.v4.new_code_cell("raise ValueError('not asked for')"),
        nbformat.v4.new_code_cell("from math import sqrt\nimport numpy as np"),
        nbformat.v4.new_markdown_cell("SEED = 1"),
        nbformat.v4.new_code_cell(
            "SEED = 0  # change this number\nROUNDS = SEED + 1\nn = 2", metadata={"tags": ["some"]}
        ),
        nbformat.v4.new_code_cell(
            "print('x = 3')\nn = 4\nplace = SEED * sqrt(4)", metadata={"tags": ["other", "some"]}
        ),
    ]
    path = tmp_path / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.slow
def test_tagged_cells_run_with_other_constants_and_say_what_came_out(notebook):
    from tools.run_notebook import run_notebook

    before = notebook.read_bytes()
    values = {"place": "place", "array": "np.arange(3) + n", "rounds": "[ROUNDS, np.float64('nan')]"}
    found = run_notebook(notebook, {"SEED": 3}, "some", values)
    assert found["place"] == 6.0
    assert found["array"] == [4, 5, 6]
    assert found["rounds"][0] == 4
    assert np.isnan(found["rounds"][1])
    assert notebook.read_bytes() == before
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError, match="not asked for"):
        run_notebook(notebook)


@pytest.mark.parametrize(("constants", "tag", "answer"), [
    ({"SEEDS": 1}, "some", "SEEDS must be in capitals and assigned once, not 0 times"),
    ({"SEED": 1}, "other", "SEED must be in capitals and assigned once, not 0 times"),
    ({"n": 1}, "other", "n must be in capitals"),
    ({}, "third", "no cell with the tag 'third'"),
])  # fmt: skip
def test_what_cannot_be_set_is_refused(notebook, constants, tag, answer):
    from tools.run_notebook import run_notebook

    with pytest.raises(ValueError, match=answer):
        run_notebook(notebook, constants, tag)


def test_a_constant_that_is_assigned_twice_is_refused():
    from tools.run_notebook import with_constants

    assert with_constants(["A = 1\nB = A", "C = 2"], {"A": 5}) == ["A = 5\nB = A", "C = 2"]
    assert with_constants(["x = 'A = 1'"], None) == ["x = 'A = 1'"]
    with pytest.raises(ValueError, match="not 2 times"):
        with_constants(["A = 1", "A = 2"], {"A": 5})
