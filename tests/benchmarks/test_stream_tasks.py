"""The stream tasks at every size, against plain Python; the published table; pairs of streams as one symbol."""

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.suite import read_suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.languages import LANGUAGES, REGULAR
from benchmarks.tasks.mips import DROPPED, MIPS, MIPS62
from benchmarks.tasks.sampling import Wanted
from tests.benchmarks.plain_streams import MOST, PLAIN

SIZES = [(task, size) for task in (*MIPS, *LANGUAGES) for size in task.sizes]


@pytest.mark.parametrize(("task", "size"), SIZES, ids=lambda given: getattr(given, "name", given))
def test_oracles_agree_with_plain_python_at_every_size(task, size) -> None:
    ranges = None if task.values is None else task.ranges(size)
    wanted = Wanted(size, task.arguments(size), ranges, 12)
    for sampler in task.test[:2]:
        streams = [np.asarray(each) for each in sampler.draw(wanted, np.random.default_rng(1))]
        streams = [each[:, : 2 * MOST // 3] for each in streams]
        given = np.asarray(task.oracle(size, *streams))
        assert given.shape[:2] == streams[0].shape
        for row, answers in enumerate(given):
            assert PLAIN[task.name](size, *(each[row].tolist() for each in streams)) == answers.tolist()


def test_the_published_table_names_sizes_that_there_are() -> None:
    known = {(task.name, size) for task, size in SIZES}
    rows = [(row.task, row.size) for row in MIPS62]
    assert len(set(rows)) == 62
    assert len(set(DROPPED)) == 13
    assert {*rows, *DROPPED} == {(task.name, size) for task in MIPS for size in task.sizes}
    assert {*rows, *DROPPED} < known
    assert sum(len(sizes) for *_, sizes, _ in REGULAR) == 17
    assert sum(row.mips for row in MIPS62) == 32
    assert sum(row.gpt4 for row in MIPS62) == 30
    assert sum(row.mips or row.gpt4 for row in MIPS62) == 43


def test_suites_hold_the_published_tasks_and_those_that_were_dropped() -> None:
    asked = {name: [(cell.task, cell.size) for cell in read_suite(name).cells] for name in ("mips62", "dropped")}
    assert sorted(asked["mips62"]) == sorted((row.task, row.size) for row in MIPS62)
    assert sorted(asked["dropped"]) == sorted(DROPPED)


def test_trained_lengths_are_the_published_ones() -> None:
    lengths = {row.name: find("task", row.task, TASKS).inputs(row.size).shape[1] for row in MIPS62}
    assert {name for name, length in lengths.items() if length == 20} == {
        "Sum_Last5",
        "Sum_Last6",
        "Sum_Last7",
        "Prev5",
    }
    assert set(lengths.values()) == {10, 20}


def test_pairs_of_streams_are_one_symbol_and_pairs_of_numbers_stay_two() -> None:
    digits = find("task", "base_addition", TASKS).view(3)
    a, b = np.array([[0, 1, 2]]), np.array([[2, 0, 1]])
    assert digits.alphabet == 9
    assert digits.encode(a, b).tolist() == [[2, 3, 7]]
    assert find("task", "newton_magnetic", TASKS).inputs(2).shape == (2, 10, 2)
    assert find("task", "newton_magnetic", TASKS).spec(2) is None
    summed = find("task", "sum_last", TASKS).spec(3)
    assert summed is not None
    assert summed.outputs.dtype == np.int64


def test_palindromes_are_begun_by_one_of_at_least_two_items() -> None:
    task = find("task", "bit_palindrome", TASKS)
    x = task.test[1].draw(Wanted(2, 1, (2,), 500), np.random.default_rng(0))[0]
    assert task.oracle(2, x)[:, 1:].any(axis=1).all()
    assert task.oracle(2, x)[:, 50:].any(axis=1).mean() > 0.4


def test_no_two_tasks_have_one_name() -> None:
    assert len({task.name for task in TASKS}) == len(TASKS)
