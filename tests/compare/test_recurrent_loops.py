"""Loops as mechanisms: moved from any value, merged where nothing tells values apart, proved equal or told apart."""

import numpy as np
import pytest

from compare.extract.recurrent.carried import carried_along, run_along
from compare.extract.recurrent.loops import Looped, merging, of_machine, of_words, reachable
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.strict import Counterexample, Proved, disagreement, equal
from synth import Terminal, apply
from synth.language.literals import constant
from synth.language.program import Program, leaf_program, terminal
from synth.language.types import INT
from synth.library.arith import ADD, MOD, SUB
from synth.library.choice import IF_INT, LT
from synth.search.streams import Loop, Variable
from tests.compare.planted_machines import remainders

X, S, T = (terminal(name, INT) for name in ("x", "s", "t"))
BITS = np.arange(2)[:, None]


def number(value: int) -> Program:
    return leaf_program(constant(value, INT))


def sign(of: Program) -> Program:
    return apply(IF_INT, apply(LT, number(0), of), number(1), number(0))


ONES, ZEROS = apply(ADD, S, X), apply(ADD, T, apply(SUB, number(1), X))
MORE = Looped(
    Loop(
        items=("x",),
        variables=(Variable(name="s", step=ONES), Variable(name="t", step=ZEROS)),
        outputs=(sign(apply(SUB, terminal("s'", INT), terminal("t'", INT))),),
    ),
    BITS,
)
WINDOW = Looped(
    Loop(
        items=("x",),
        variables=(Variable(name="w", step=X, window=3, reduction="sum"),),
        outputs=(apply(MOD, terminal("w'", INT), number(2)),),
    ),
    BITS,
)


def words(length: int, rows: int = 40) -> np.ndarray:
    return np.random.default_rng(length).integers(0, 2, (rows, length))


@pytest.mark.parametrize("looped", [MORE, WINDOW])
def test_a_loop_moved_letter_by_letter_is_the_loop_run(looped: Looped) -> None:
    x = words(12)
    answers, after = run_along(looped, x)
    assert np.array_equal(answers, looped.loop.run(x)[0])
    for variable, place in zip(looped.loop.variables, looped.places, strict=True):
        held = after[..., place]
        expected = held.sum(axis=-1) if variable.window else held[..., 0]
        assert np.array_equal(looped.loop.states(x)[variable.name][:, 1:], expected)


def test_what_no_letters_tell_apart_is_one_value() -> None:
    """Of two counts only the difference matters; of a window of three all but the oldest."""
    merged = merging(MORE, 2, 6)
    assert merged is not None
    assert len(set(merged.standing.values())) == 13
    x = words(6)
    assert np.array_equal(run_along(merged, x)[0], MORE.loop.run(x)[0])
    counts = carried_along(merged, x)
    assert (counts.min(axis=-1) == 0).all()
    parity = merging(WINDOW, 2, 6)
    assert parity is not None
    assert len(set(parity.standing.values())) == 4
    assert reachable(MORE, 2, 400) is None


def test_mechanisms_are_proved_equal_or_told_apart_by_the_shortest_word() -> None:
    machine = remainders(3, 3)
    step = apply(MOD, ONES, number(3))
    loop = Looped(
        Loop(items=("x",), variables=(Variable(name="s", step=step),), outputs=(terminal("s'", INT),)),
        np.arange(3)[:, None],
    )
    assert equal(loop, machine, 3) == Proved(pairs=3)
    wrong = Machine(after=machine.after, says=np.where(np.eye(3) * np.arange(3) == 1, 0, machine.says))
    assert equal(loop, wrong, 3) == (1, 1)
    assert equal(MORE, MORE, 2, most=50) is None


@pytest.mark.slow
def test_a_machine_gives_loops_whose_labels_determine_its_states() -> None:
    machine = remainders(5, 5)
    for looped in of_machine(machine, np.arange(5)[:, None], 0):
        x = np.random.default_rng(0).integers(0, 5, (50, 30))
        answers, states = machine.run(x)
        assert np.array_equal(run_along(looped, x)[0], answers)
        labels = [(tuple(label), state) for label, state in zip(
            run_along(looped, x)[1].reshape(x.size, -1).tolist(), states.ravel().tolist(), strict=True
        )]  # fmt: skip
        assert len(dict(labels)) == len(set(labels))


def test_the_first_difference_from_answers_is_shown() -> None:
    x = words(8)
    right = (2 * x - 1).cumsum(axis=1) > 0
    assert disagreement(MORE.loop, (x,), right.astype(int)) is None
    wrong = right.astype(int)
    wrong[3, 4] = 1 - wrong[3, 4]
    found = disagreement(MORE.loop, (x,), wrong)
    assert isinstance(found, Counterexample)
    assert np.array_equal(found.items[0], x[3, :5])
    assert f"it answers {1 - wrong[3, 4]}, and {wrong[3, 4]} is right" in str(found)


def test_loops_are_found_by_answers_alone() -> None:
    x = words(8, 200)
    found = of_words(x, x.cumsum(axis=1) % 2, BITS, 0)
    assert found
    assert np.array_equal(found[0].loop.run(words(50))[0], words(50).cumsum(axis=1) % 2)
    assert found[0].text.startswith(found[0].names[0])
    assert Terminal("x", INT) in found[0].loop.variables[0].step.terminals


def test_a_net_that_errs_on_few_words_is_forgiven_as_much() -> None:
    x = words(10, rows=1000)
    told = WINDOW.loop.run(x)[0].copy()
    told[3, 5] = 1 - told[3, 5]
    assert not of_words(x, told, BITS, seed=0, forgiven=0.0, seconds=1.0)
    (found,) = of_words(x, told, BITS, seed=0, forgiven=0.002, seconds=1.0)
    assert np.array_equal(found.loop.run(x)[0], WINDOW.loop.run(x)[0])
