"""The tasks of machines that controls are made for."""

import numpy as np
import pytest

from benchmarks.controls.asked_machines import CLIPPED_WALK, RANDOM_MACHINE, drawn, run_drawn
from benchmarks.controls.machines import machine_of
from compare.extract.recurrent.machine import minimal


@pytest.mark.parametrize("states", [2, 9, 40])
def test_a_drawn_machine_is_minimal_and_the_same_every_time(states: int) -> None:
    found = drawn(states)
    drawn.cache_clear()
    assert found.size == minimal(found).size == states
    assert np.array_equal(found.after, drawn(states).after)
    x = np.random.default_rng(0).integers(0, 2, (5, 20))
    assert np.array_equal(run_drawn(states, x), found.run(x).answers)


def test_a_walk_stops_at_both_walls() -> None:
    x = np.array([[0, 4, 4, 4, 4, 0, 2, 1]])  # moves -2, 2, 2, 2, 2, -2, 0, -1
    assert CLIPPED_WALK.oracle(6, x).tolist() == [[0, 2, 4, 6, 6, 4, 4, 3]]


def test_their_machines_are_learnt_of_their_oracles() -> None:
    assert machine_of(CLIPPED_WALK, 6).size == 7
    assert machine_of(RANDOM_MACHINE, 9).size == 9
