"""Loops as mechanisms: moved from any value, merged where nothing tells values apart, proved equal or told apart."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from benchmarks.loop_lines import loop_of
from compare.answers import Answers, Classes, Sets
from compare.extract.recurrent.carried import carried_along, run_along
from compare.extract.recurrent.extract import sets_said
from compare.extract.recurrent.loops import Looped, merging, reachable
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.sought import FIRST, Told, further, of_machine, of_words, restless
from compare.extract.recurrent.strict import Proved, Unlike, equal, first_difference, same_loops
from compare.extract.recurrent.teacher import Teacher, teacher_of
from compare.same import looped as inductions
from compare.same.answer import Equal, Undecided
from synth import Terminal, apply
from synth.language.literals import constant
from synth.language.program import Program, leaf_program, terminal
from synth.language.types import INT
from synth.library.arith import ADD, MOD, SUB
from synth.library.choice import IF_INT, LT
from synth.search.streams import Loop, Variable
from tests.compare.planted_machines import adding, reading, remainders

X, S, T = (terminal(name, INT) for name in ("x", "s", "t"))
BITS, THREE = np.arange(2)[:, None], np.arange(3)[:, None]


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


def test_what_is_worked_out_anew_is_not_carried() -> None:
    found = Looped(
        loop_of("s from 0 by (add s x); m from 5 by (max s' t); t from 0 by (sub 3 x); (sub m' s')", ("x",)), BITS
    )
    assert found.names == ("s", "t")
    assert found.start == (0, 0)
    x = words(9)
    assert np.array_equal(run_along(found, x)[0], found.loop.run(x)[0])
    assert run_along(found, x)[1].shape == (40, 9, 2)


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


def test_the_earliest_difference_of_answers_is_found() -> None:
    x = words(8)
    right = ((2 * x - 1).cumsum(axis=1) > 0).astype(int)
    assert first_difference(MORE.loop.run(x)[0], right) is None
    wrong = right.copy()
    wrong[3, 4] = 1 - wrong[3, 4]
    wrong[1, 6] = 1 - wrong[1, 6]
    assert first_difference(MORE.loop.run(x)[0], wrong) == (3, 4)


SUM, DELAY = "s from 0 by (add s x); s'", "s from 0 by x; s"
PAIRS = {
    "linear": (SUM, "u from 0 by x; s from 0 by (add s u); (add s' x)", "as linear recurrences"),
    "linear, a window": ("w from 0 by the sum of the last 2 of x; w'", "s from 0 by x; (add s x)",
                         "as linear recurrences"),
    "nothing kept": ("(mul x x)", "(if_int (lt x 1) 0 (mul x x))", "as linear recurrences"),
    "few values": ("s from 0 by (mod (add s x) 3); s'", "s from 3 by (add 3 (mod (add s x) 3)); (sub s' 3)",
                   "on the product machine"),
    "a rest of what grows": ("s from 0 by (add s x); (mod s' 3)", "s from 0 by (mod (add s x) 3); s'", "by induction"),
    "counters compared": ("s from 0 by (add s x); t from 0 by (add t (sub 2 x)); (truth (lt s' t'))",
                          "d from 0 by (add d (mul 2 (sub 1 x))); (truth (lt 0 d'))", "by induction"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_two_loops_are_proved_equal(name: str) -> None:
    one, other, how = PAIRS[name]
    found = same_loops(loop_of(one, ("x",)), loop_of(other, ("x",)), THREE)
    assert isinstance(found, Equal)
    assert found.how == how


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        (SUM, "s from 1 by (add s x); s'", (0,)),
        (SUM, DELAY, (1,)),
        (SUM, "s from 0 by x; t from 0 by s; (add (add t s) x)", (1, 0, 0, 0)),
        ("s from 0 by (add s (sub 1 x)); s'", "s from 0 by (add s 1); s'", (1,)),
        ("s from 0 by (add s x); (mod s' 3)", "s from 0 by (mod (add s x) 4); s'", (1, 2)),
        ("s from 0 by (add s x); (truth (lt s' 9))", "s from 0 by (add s x); (truth (lt s' 8))", (2, 2, 2, 2)),
    ],
)
def test_a_shortest_word_tells_two_loops_apart(one: str, other: str, word: tuple[int, ...]) -> None:
    found = same_loops(loop_of(one, ("x",)), loop_of(other, ("x",)), THREE)
    assert isinstance(found, Unlike)
    assert len(found.items[0]) == len(word)
    assert str(found).startswith(f"they differ on {found.items[0][0]}")
    x = np.array(found.items)
    ends = [loop_of(line, ("x",)).run(x)[0][0, -1] for line in (one, other)]
    assert ends[0] != ends[1]


def test_loops_of_two_streams_and_several_answers_are_compared() -> None:
    pairs = np.stack(np.divmod(np.arange(9), 3), axis=1)
    one = loop_of("s from 0 by (add s a); t from 0 by (add t b); s'; t'", ("a", "b"))
    other = loop_of("s from 0 by (add s b); t from 0 by (add t a); t'; s'", ("a", "b"))
    assert isinstance(same_loops(one, other, pairs), Equal)
    found = same_loops(one, replace(other, outputs=other.outputs[::-1]), pairs)
    assert isinstance(found, Unlike)
    assert [len(stream) for stream in found.items] == [1, 1]


def test_without_z3_what_grows_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inductions, "installed", lambda: False)
    one, other, _ = PAIRS["counters compared"]
    found = same_loops(loop_of(one, ("x",)), loop_of(other, ("x",)), THREE)
    assert isinstance(found, Undecided)
    assert "pip install" in found.why


def test_what_grows_and_is_squared_stays_undecided_without_an_induction() -> None:
    one, other = (loop_of(f"s from 0 by (add s x); (mul s' (add s' {n}))", ("x",)) for n in (1, 2))
    assert isinstance(same_loops(one, other, THREE), Unlike)
    several = [replace(each, outputs=each.outputs * 2) for each in (one, one)]
    renamed_apart = replace(several[1], outputs=(*several[1].outputs[:1], loop_of("(mul x x)", ("x",)).outputs[0]))
    assert isinstance(same_loops(several[0], renamed_apart, THREE), Unlike)
    assert isinstance(same_loops(*several, THREE), Undecided)


@pytest.mark.slow
def test_loops_are_found_by_answers_alone() -> None:
    x = words(8, 200)
    found = of_words(Told(x, x.cumsum(axis=1) % 2), BITS, 0)
    assert found
    assert np.array_equal(found.loop.run(words(50))[0], words(50).cumsum(axis=1) % 2)
    assert found.text.startswith(found.names[0])
    assert Terminal("x", INT) in found.loop.variables[0].step.terminals


def test_a_search_begins_with_the_first_letters_of_long_words() -> None:
    """The answers are all 0 as far as the search looks at first."""
    x = words(FIRST + 8, rows=300)
    late = np.arange(FIRST + 8) > FIRST
    first = Told(x, x * late).begun(slice(4), BITS)
    assert [each.shape for each in (*first.items, *first.answers)] == [(4, FIRST)] * 2
    assert not first.answers[0].any()


def test_the_nodes_of_a_loop_are_those_of_its_programs() -> None:
    assert loop_of("s from 0 by (mod (add s x) 3); (add s' s')", ("x",)).nodes == 5 + 2
    assert Machine(after=np.zeros((3, 2), int), says=np.zeros((3, 2), int)).nodes == 6


def test_answers_that_are_sets_are_written_out() -> None:
    met = np.array([[[False, True, True], [True, True, True]], [[False, False, False], [False, True, True]]])

    def said(kind: Answers) -> list[str]:
        asked = SimpleNamespace(reading=SimpleNamespace(view=SimpleNamespace(answers=kind), answers=met))
        return sets_said(cast(Teacher, asked))

    assert said(Sets(3)) == ["answers are sets of symbols: 0 = {}, 6 = {1, 2}, 7 = {0, 1, 2}"]
    assert said(Classes(3)) == []


@pytest.mark.slow
def test_a_net_that_errs_on_few_words_is_forgiven_as_much() -> None:
    x = words(10, rows=1000)
    told = WINDOW.loop.run(x)[0].copy()
    told[3, 5] = 1 - told[3, 5]
    assert not of_words(Told(x, told), BITS, seed=0, seconds=1.0)
    found = of_words(Told(x, told, forgiven=0.002), BITS, seed=0, seconds=1.0)
    assert found
    assert np.array_equal(found.loop.run(x)[0], WINDOW.loop.run(x)[0])


def test_where_there_are_few_words_no_others_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(
        "compare.extract.recurrent.sought.sought", lambda first, *rest: looked.append(len(first.answers[0]))
    )
    for rows in (16, 200):
        x = np.zeros((rows, 6), dtype=int)
        assert of_words(Told(x, x), BITS, seed=0) is None
    assert looked == [16, 192, 8]


def test_restless_words_hold_all_letters_and_lead_far() -> None:
    """Of words of ten bits as many as one in a thousand are of one letter."""
    bits, many = restless(2, 12, 0), restless(1000, 12, 0)
    assert (bits.min(axis=1) == bits.max(axis=1)).mean() > 0.05
    assert set(bits.ravel().tolist()) == {0, 1}
    assert len(np.unique(many)) == 1000
    assert bits.shape == many.shape
    assert not np.array_equal(bits, restless(2, 12, 1))


@pytest.mark.slow
def test_a_loop_that_longer_words_refute_gives_way_to_one_that_follows_the_net() -> None:
    """A sum of eight bits is never ten, one of ten bits seldom."""
    teacher = teacher_of(reading(adding(np.arange(2))))
    assert isinstance(teacher, Teacher)
    x = teacher.words_of(teacher.reading)
    told = Told(x, x.cumsum(axis=1))
    short, mine, lost = (
        Looped(loop_of(f"s from 0 by {step}; s'", ("x",)), teacher.values)
        for step in ("(mod (add s x) 10)", "(add s x)", "(mod (add s x) 6)")
    )
    assert not len(told.wrong(short.loop, teacher.values))
    found = further(teacher, short, told)
    assert found is not None
    assert np.array_equal(found.loop.run(words(50))[0], words(50).cumsum(axis=1))
    assert further(teacher, mine, told) is None
    assert further(teacher, lost, told) is None  # wrong so often that it is no matter of a few words
    assert further(teacher, short, told._replace(answers=x.cumsum(axis=1) % 2), seconds=1.0) is None
