"""One net of every kind of sample and answer, from its declaration to its record."""

from pathlib import Path

import pytest

from benchmarks.engine import run_cell
from benchmarks.program import find_program
from benchmarks.run import run_suite
from benchmarks.suite import read_suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.drawn import KINDS


def test_the_suite_has_tasks_on_samples_of_every_kind_of_answer() -> None:
    sampled = {task.name: task.kind for task in TASKS if not task.listed}
    assert {sampled[cell.task] for cell in read_suite("kinds").cells} == set(KINDS)


@pytest.mark.slow
def test_every_kind_is_learnt_and_read_as_far_as_there_is_an_extractor(tmp_path: Path) -> None:
    outcome = run_suite(read_suite("kinds"), tmp_path, command="test", jobs=2)
    assert outcome.failed == 0
    assert outcome.unfound == ()
    records = {record.task: record for record in outcome.records}
    for record in records.values():
        assert str(record.verdict) in str(record.expected)
        assert record.match_test is not None
        assert record.match_test >= 0.99
    assert str(records["markov"].formula).endswith("p(y) = (h10n[y] + 1)/(h10n + 2)")
    for name in ("product_and_sine", "shape"):  # which no extractor reads
        assert records[name].verdict == "undetermined"
        assert records[name].formula is None
    for name, length in (("running_sum", 100), ("tomita4", 100)):
        assert records[name].match_longer == [1.0], length
    programs = {name: record.program for name, record in records.items()}
    assert programs["running_sum"] == "(map_stream (lambda (x) (mod x m)) (running_sum a))"
    assert programs["product_and_sine"] == "(add_real (sin c) (mul_real a b))"
    assert programs["reverse"]
    assert programs["tomita4"]
    assert programs["shape"] is None
    assert str(records["shape"].program_statement).startswith("no program was searched for: ")


RESTARTED = """
name = "mine"
doc = "x"
[[cells]]
task = "mine.py:TASK"
sizes = [1]
recipe = "mine.toml"
"""
MINE = """
from benchmarks.tasks import Box, Task
from synth import REAL, Fn

TASK = Task(name="twice", doc="x.", type=Fn((REAL,), REAL), oracle=lambda n, x: x + x, sizes=(1,), smallest=1,
            classes=lambda n: 1, kind="reals", library=("add_real",), train=Box(low=-1, high=1),
            test=(Box(low=-1, high=1),))
"""


def test_a_task_of_one_s_own_on_samples_is_trained_with_restarts_and_the_record_says_which_was_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "suite.toml").write_text(RESTARTED)
    recipe = 'train = { steps = 20, batch = 16, restarts = 3 }\noptions = { inputs = "reals", width = 4 }'
    (tmp_path / "mine.toml").write_text(f'doc = "x"\n{recipe}')
    (cell,) = read_suite(str(tmp_path / "suite.toml")).cells
    record, arrays = run_cell(cell, find_program(cell.task, tmp_path, (1,))[0]["1"], "test")
    assert record.status == "done", record.error
    assert record.program == "(add_real a a)"
    assert record.recipe_detail["restarts"] == 3
    assert record.recipe_detail["restart"] in (0, 1, 2)
    assert record.verdict == "undetermined"
    assert len(arrays["curve.held_out_accuracy"]) == 2
