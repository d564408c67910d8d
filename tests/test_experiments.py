"""What the experiments share. They themselves train for hours, and are run by hand."""

import pytest

from experiments import results

ROWS = [
    dict(arm=arm, seed=seed, epoch=epoch, distance=distance)
    for arm, seed, epoch, distance in [
        ("β₁ = 0.9", 1, 1, 8.25), ("β₁ = 0.9", 0, 1, 9.5), ("β₁ = 0.9", 0, 2, 4.0), ("base, all", 0, 1, 7.0),
    ]
]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "runs" / "new.csv"
    assert results.read(path) == []
    for row in ROWS:
        results.keep(path, row)
    return path


def test_what_is_kept_is_read_again_as_text(path):
    assert results.read(path) == [{name: str(value) for name, value in row.items()} for row in ROWS]
    assert path.read_text("utf-8").startswith("arm,seed,epoch,distance\nβ₁ = 0.9,1,1,8.25\n")


def test_selected_rows_are_in_the_order_of_the_seeds(path):
    assert [row["seed"] for row in results.select(results.read(path), arm="β₁ = 0.9", epoch=1)] == ["0", "1"]


def test_complete_runs_are_not_repeated(path):
    arms = ["base, all", "β₁ = 0.9"]
    left = [("base, all", 0, {1}), ("base, all", 1, set()), ("β₁ = 0.9", 1, {1})]
    assert list(results.unfinished(path, arms, [0, 1], epochs=2)) == left
    assert list(results.unfinished(path, arms[1:], [0, 1], epochs=1)) == []


def test_a_run_that_is_finished_meanwhile_is_left_out(path):
    runs = results.unfinished(path, ["base, all"], [0, 1], epochs=2)
    assert next(runs)[:2] == ("base, all", 0)
    results.keep(path, dict(arm="base, all", seed=1, epoch=2, distance=3.0))
    assert list(runs) == []


def test_the_table_has_a_row_for_each_arm_that_reached_the_last_column(path):
    table = results.by_arm(results.read(path), "switched", ["base, all", "β₁ = 0.9"], results.after_epochs((1, 2)))
    assert table.splitlines() == [
        "| switched | distance after 1 epoch | distance after 2 epochs |",
        "| --- | --- | --- |",
        "| β₁ = 0.9 | 9.5, 8.2 | 4.0 |",
    ]


def test_spread_is_the_median_and_the_ends():
    assert results.spread([3, 1, 2, 10], ".1f") == "2.5 (1.0 to 10.0)"
