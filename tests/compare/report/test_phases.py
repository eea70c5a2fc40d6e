"""Means, intervals and lags over seeds; paths along training."""

import numpy as np
import pytest
from scipy import stats

from compare.record import Record
from compare.report.phases import mean_path, spread, timings
from compare.report.show import DASH
from compare.report.tables import timing_table


def record(seed: int, steps: int | None = 9000, checkpoints: int | None = 24, **fields) -> Record:
    return Record(
        suite="s", task="add", size=59, net="mlp", recipe="grok", seed=seed, cell=str(seed), steps=steps,
        recipe_detail={"checkpoints": checkpoints}, **fields,
    )  # fmt: skip


def test_the_interval_is_scipys_t_interval():
    values = [1200.0, 1500.0, 1100.0, 1900.0, 1300.0]
    found = spread([*values, None])
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    assert (found.mean, found.low, found.high) == pytest.approx((np.mean(values), low, high))
    assert (len(found.values), found.of) == (5, 6)


def test_one_seed_has_a_mean_and_no_interval_and_none_has_neither():
    assert spread([7.0])[2:] == (7.0, None, None)
    assert spread([None])[2:] == (None, None, None)


def test_lags_are_taken_seed_by_seed():
    records = [
        record(0, step_formation=1000.0, step_generalisation=3000.0, step_cleanup=3500.0),
        record(1, step_formation=2000.0, step_generalisation=5000.0),
    ]
    (timing,) = timings(records)
    assert timing.lags["formation", "generalisation"].values == (2000.0, 3000.0)
    assert timing.lags["generalisation", "cleanup"].values == (500.0,)
    row = dict(zip(timing_table([timing]).headings, timing_table([timing]).rows[0], strict=True))
    assert row["clean-up"] == "3,500 (1/2)"
    assert row["formation"].startswith("1,500 ± ")


def test_recipes_that_do_not_grok_are_listed_and_nets_that_were_not_followed_are_not():
    (timing,) = timings([record(0), record(1)])
    assert timing_table([timing]).rows[0][5] == f"{DASH} (0/2)"
    assert timings([record(0, steps=None), record(1, checkpoints=None)]) == []


def test_a_path_is_the_mean_on_common_steps():
    at = np.array([0, 100, 200])
    path = mean_path([(at, np.array([0.0, 1.0, 2.0])), (at[:2], np.array([0.0, 3.0]))])
    assert path is not None
    assert path.step[-1] == 100
    assert path.mean[-1] == pytest.approx(2.0)
    assert path.low[-1] < 2.0 < path.high[-1]


def test_a_path_needs_two_seeds_with_values():
    at = np.array([0, 1])
    assert mean_path([(at, np.array([0.0, 1.0])), (at, np.array([np.nan, np.nan]))]) is None
