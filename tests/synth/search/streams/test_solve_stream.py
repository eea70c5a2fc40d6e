"""Loops found from examples: one of each mechanism, what no loop is, and counterexamples that join the examples."""

from collections.abc import Iterator

import numpy as np
import pytest

from synth.search.streams import Examples, Loop, StateTable, loops_of_table, loops_of_words, solve_stream, steps
from synth.search.streams.examples import joined, words_of
from synth.search.streams.linear import recurrence
from synth.search.streams.solve import fits
from tests.slowly import slowly
from tests.synth.search.streams.plain_loops import BIT, examples_of, held_out


@pytest.fixture(autouse=True, scope="module")
def fewer_steps() -> Iterator[None]:
    """A small table of step functions."""
    steps.step_functions.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STEP_BITS", "INNER_BITS", "DIRECT_BITS"):
            patch.setattr(steps, name, 22.0)
        yield
    steps.step_functions.cache_clear()


MECHANISMS = {
    "quotient": (lambda r, x: ((2 * r + x) // 5, (2 * r + x) % 5), (0,), BIT),
    "carry": (lambda c, a, b: ((a + b + c) % 4, (a + b + c) // 4), (0,), ((0, 3), (0, 3))),
    "extreme": (lambda s, x: (max(s, x), max(s, x)), (0,), ((0, 9),)),
}


@pytest.mark.parametrize("name", slowly(MECHANISMS, MECHANISMS.keys() - {"carry"}))
def test_a_state_of_a_short_step_is_found_and_holds_on_longer_streams(name: str) -> None:
    asked = MECHANISMS[name]
    found = loops_of_words(examples_of(*asked))
    assert any(held_out(loop, *asked) for loop in found)


def test_linear_machines_of_several_outputs_are_read_exactly() -> None:
    def step(v, w, x, y):
        return v + w, v - w, w + x, v - w + y

    found = recurrence(examples_of(step, (0, 0), ((-9, 9), (-9, 9)), outputs=2), ("a", "b"))
    assert held_out(found, step, (0, 0), ((-9, 9), (-9, 9)), outputs=2)
    halved = examples_of(lambda x: (x // 2,), (), ((-9, 9),))
    assert recurrence(halved, ("x",)) is None
    assert recurrence(halved.take(slice(0, 1)), ("x",)) is None  # too little to tell


def test_a_sum_of_the_last_items_is_a_window() -> None:
    found = recurrence(examples_of(lambda a, b, c, d, x: (a + b + c + d + x, b, c, d, x), (0,) * 4, ((0, 9),)), ("x",))
    assert found is not None
    assert [(v.window, v.reduction) for v in found.variables] == [(5, "sum")]


def test_a_machine_is_read_as_arithmetic_and_a_random_one_is_not() -> None:
    symbols = np.arange(5)
    after = (np.arange(5)[:, None] + symbols) % 5
    cyclic = loops_of_table(StateTable(after, after, (symbols,)))
    assert cyclic[0].python().count("(s + x) % 5") == 1
    states = cyclic[0].states(np.array([[1, 4, 3]]))["s"]
    assert states.tolist() == [[0, 1, 0, 3]]
    assert sorted(loop.bits for loop in cyclic) == [loop.bits for loop in cyclic]
    rng = np.random.default_rng(3)
    table = StateTable(rng.integers(0, 12, (12, 2)), rng.integers(0, 2, (12, 2)), (np.arange(2),))
    assert loops_of_table(table) == []
    assert words_of(table).counts.all(axis=1).any()


def test_a_counterexample_changes_the_answer() -> None:
    """A sum that stops at 12, which streams of five bits never reach."""

    def stopped(s, x):
        return min(s + x, 12), min(s + x, 12)

    short, asked = examples_of(stopped, (0,), BIT, length=5), []

    def check(loop: Loop) -> Examples | None:
        fresh = examples_of(stopped, (0,), BIT, rows=40, length=30, seed=5)
        asked.append(loop)
        return None if fits(loop, fresh) else fresh

    assert not held_out(solve_stream(short), stopped, (0,), BIT)
    assert held_out(solve_stream(short, check=check), stopped, (0,), BIT)
    assert len(asked) > 1


def test_answers_that_follow_no_rule_have_no_loop() -> None:
    rng = np.random.default_rng(0)
    noise = Examples((rng.integers(0, 2, (60, 8)),), (rng.integers(0, 2, (60, 8)),), np.full(60, 8))
    assert loops_of_words(noise) == []


def test_rows_of_two_lengths_are_joined_and_what_lies_beyond_counts_for_nothing() -> None:
    one = examples_of(lambda x: (x,), (), BIT, rows=3, length=2)
    both = joined(one, examples_of(lambda x: (x,), (), BIT, rows=2, length=4))
    assert both.items[0].shape == (5, 4)
    assert both.counts.sum() == 14
    assert both.take(np.array([0])).items[0].shape == (1, 2)
