"""The tasks of known programs: what they ask, and the nets that are compiled for them."""

import numpy as np
import pytest

from benchmarks.controls import CONTROLS
from benchmarks.controls.asked_programs import TASKS
from benchmarks.controls.compiled import known
from benchmarks.controls.selects.known import KNOWN
from benchmarks.names import find
from benchmarks.suite import read_suite
from compare.programs import run_on
from compare.read import read

SUITE = read_suite("compiled").cells


def right(label: str, size: int, seed: int, control: str) -> float:
    task = TASKS[label.removeprefix("asked_")]
    net, params = find("control", control, CONTROLS).make(task, size, seed)
    samples = task.samples(size, seed)
    assert samples is not None
    x, mask = samples.report.arguments[0][:200], samples.report.mask
    assert mask is not None
    found = np.asarray(net.apply(params, x)[0]).argmax(axis=-1)
    return float((found == samples.report.targets[:200])[mask[:200]].mean())


def test_every_known_program_is_asked_and_has_its_cells():
    assert list(TASKS) == [one.name for one in KNOWN]
    names = {cell.label for cell in SUITE}
    assert names == {task.name for task in TASKS.values()}
    assert sum(cell.expected != "not program" for cell in SUITE) == 102
    assert sum(cell.expected == "not program" for cell in SUITE) == 51


def test_answers_count_where_they_are_asked_for():
    one = find("known program", "sort_unique", KNOWN)
    x = np.array([[0, 3, 1, 2, 11, 1, 2, 3, 12, 12]])
    assert one.mask(10, x)[0].tolist() == [False] * 4 + [True] * 4 + [False] * 2
    assert one.answers(10, x)[0, 4:8].tolist() == [1, 2, 3, 0]
    hops = find("known program", "two_hops", KNOWN)
    x = np.array([[0, 1 + 3 * 0 + 2, 1 + 3 * 2 + 1, 1 + 3 * 1 + 0, 10, 11, 12]])  # 0 -> 2 -> 1 -> 0
    assert hops.mask(3, x)[0].tolist() == [False] * 4 + [True] * 3
    assert hops.answers(3, x)[0, 4:].tolist() == [1, 2, 0]


@pytest.mark.parametrize("control", ["compiled", "compiled_cut", "compiled_shuffled", "compiled_offset"])
def test_the_compiled_net_computes_what_is_asked_and_a_near_miss_does_not(control):
    share = right("asked_reverse", 8, 1, control)
    assert share == 1.0 if control == "compiled" else share < 0.95


@pytest.mark.slow
@pytest.mark.parametrize("cell", [cell for cell in SUITE if cell.seed >= 3 or cell.expected == "not program"], ids=str)
def test_all_nets_of_the_suite_compute_their_program_and_all_near_misses_do_not(cell):
    share = right(cell.label, cell.size, cell.seed, cell.recipe.control)
    assert share < 0.95 if cell.expected == "not program" else share >= 0.999


@pytest.mark.parametrize("name", ["histogram", "reverse"])
def test_its_program_when_it_is_run_gives_the_nets_answers(name):
    task, size = TASKS[name], find("known program", name, KNOWN).letters
    net, params, program, _ = known(name)
    found = read(net, params, task.spec(size), task.view(size), samples=task.samples(size))
    rows = found.reported
    assert found.agreement(run_on(program, found, rows), rows) == 1.0
    other = find("known program", "previous", KNOWN).program(size)
    assert found.agreement(run_on(other, found, rows), rows) < 0.5
