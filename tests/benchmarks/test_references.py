"""The definitions of the 62 stream tasks as loops: right on the tasks, and known for these alone."""

import numpy as np
import pytest

from benchmarks.loop_lines import loop_of
from benchmarks.names import find
from benchmarks.references import PAIRS, REFERENCES, reference, reference_bits
from benchmarks.tasks import TASKS
from benchmarks.tasks.mips import MIPS62
from benchmarks.tasks.words import words


@pytest.mark.parametrize("row", MIPS62, ids=lambda row: row.name)
def test_a_definition_answers_as_the_task(row) -> None:
    task, line = find("task", row.task, TASKS), reference(row.task, row.size)
    assert line is not None
    loop = loop_of(line, ("a", "b") if row.task in PAIRS else ("x",))
    for sampler in task.test[:2]:
        given = words(task, row.size, sampler, 60, 5)
        assert all(map(np.array_equal, loop.run(*given.items), given.answers))
    assert reference_bits(row.task, row.size) == loop.bits


def test_other_tasks_and_sizes_have_none() -> None:
    assert set(REFERENCES) == {row.task for row in MIPS62}
    assert reference("add_mod", 9) is None
    assert reference_bits("next_tomita", 1) is None
