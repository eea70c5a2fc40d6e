"""One net of every kind of sample and answer, from its declaration to its record."""

from pathlib import Path

import pytest

from benchmarks.run import run_suite
from benchmarks.suite import read_suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.drawn import KINDS


def test_the_suite_has_every_task_on_samples_and_they_have_every_kind_of_answer() -> None:
    sampled = {task.name: task.kind for task in TASKS if not task.listed}
    assert {cell.task for cell in read_suite("kinds").cells} == set(sampled)
    assert set(sampled.values()) == set(KINDS)


@pytest.mark.slow
def test_every_kind_is_learnt_and_read_to_the_point_where_only_an_extractor_is_missing(tmp_path: Path) -> None:
    outcome = run_suite(read_suite("kinds"), tmp_path, command="test", jobs=2)
    assert outcome.failed == 0
    assert outcome.unfound == ()
    records = {record.task: record for record in outcome.records}
    for record in records.values():
        assert record.verdict == record.expected == "undetermined"
        assert record.match_test is not None
        assert record.match_test >= 0.99
        assert all("expected every input" in refusal for refusal in record.refusals)
    for name, length in (("running_sum", 100), ("tomita4", 100)):
        assert records[name].match_longer == [1.0], length
    programs = {name: record.program for name, record in records.items()}
    assert programs["running_sum"] == "(map_stream (lambda (x) (mod x m)) (running_sum a))"
    assert programs["product_and_sine"] == "(add_real (sin c) (mul_real a b))"
    assert programs["reverse"]
    assert programs["tomita4"]
    assert programs["shape"] is None
    assert str(records["shape"].program_statement).startswith("no program was searched for: ")
