"""The published tasks on sequences: how many there are, what their languages begin with, what is drawn for them."""

import itertools

import numpy as np
import pytest

from benchmarks.names import find
from benchmarks.suite import read_suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.sampling import Wanted
from benchmarks.tasks.sequences.algorithms import ALGORITHMS
from benchmarks.tasks.sequences.grammars import GRAMMARS
from benchmarks.tasks.sequences.programs import PROGRAMS

SINGLE = (("rasp_tomita", 1), ("rasp_tomita", 2))  # languages of one word of each length


def drawn(name: str, size: int, part: int = 0, rows: int = 400) -> np.ndarray:
    task = find("task", name, TASKS)
    return task.test[part].draw(Wanted(size, 1, task.ranges(size), rows), np.random.default_rng(0))[0]


def test_the_published_lists_are_whole_and_in_their_suite() -> None:
    assert (len(ALGORITHMS), sum(len(task.sizes) for task in GRAMMARS)) == (11, 17)
    assert sum(len(task.sizes) for task in PROGRAMS) == 7
    cells = {(cell.task, cell.size) for cell in read_suite("rasp28").cells}
    assert cells >= {(task.name, size) for task in (*ALGORITHMS, *GRAMMARS, *PROGRAMS) for size in task.sizes}


@pytest.mark.parametrize(
    ("name", "size", "first"),
    [("tomita", 1, [1, 2]), ("tomita", 2, [1, 2]), ("dyck", 3, [0, 2]), ("abab", 2, [0, 2]), ("ascending", 5, [0]),
     ("repeats", 2, [0, 2]), ("ab_d_bc", 4, [0, 1, 3]), ("zero_then_twos", 3, [0, 1, 2])],
)  # fmt: skip
def test_what_a_word_may_begin_with(name: str, size: int, first: list[int]) -> None:
    task = find("task", f"rasp_{name}", TASKS)
    x = drawn(task.name, size, rows=3)
    assert [np.flatnonzero(may).tolist() for may in task.oracle(size, x)[:, 0]] == [first] * 3
    assert x.shape == (3, 51)


def test_words_stay_in_their_language() -> None:
    for task in GRAMMARS:
        for size in task.sizes:
            x = drawn(task.name, size, rows=20)
            may = np.take_along_axis(task.oracle(size, x)[:, :-1], x[:, 1:, None] - 1, axis=2)
            alone = task.name in ("rasp_repeats", "rasp_abab") or (task.name, size) in SINGLE
            assert may.all() != alone, task.name


def test_what_is_drawn_for_the_algorithms_is_as_published() -> None:
    for part, (low, high) in enumerate(((1, 50), (51, 100), (101, 150))):
        x = drawn("rasp_unique_copy", 150, part)
        lengths = (x == 151).argmax(axis=1) - 1
        assert low <= lengths.min() < low + 5
        assert high - 5 < lengths.max() <= high
    bits = drawn("rasp_parity", 2)
    ones = np.array([(row[: row.tolist().index(3)] == 2).sum() / (row.tolist().index(3) - 1) for row in bits])
    assert ones.std() > 0.25
    for row in drawn("rasp_unique_bigram_copy", 16, 2, rows=40):
        text = row[1 : row.tolist().index(17)].tolist()
        pairs = list(itertools.pairwise(text))
        assert len(set(pairs)) == len(pairs)
    for row in drawn("rasp_addition", 3).tolist():
        one, other = "".join(map(str, row[1 : row.index(4)])).split("3")
        assert all(len(each) == 1 or each[0] == "2" for each in (one, other))


def test_half_of_the_bracket_words_begin_with_a_balanced_one() -> None:
    task = find("task", "programs_dyck", TASKS)
    for kinds in task.sizes:
        x = drawn(task.name, kinds)
        answers = task.oracle(kinds, x)
        assert set(np.unique(answers)) == {0, 1, 2}
        assert 0.35 < (answers[:, 1:] == 0).any(axis=1).mean() < 0.95
