"""Loops over streams held against a task: what counts as strict, counterexamples, two loops beside each other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import loops
from benchmarks.controls.automata import automaton
from benchmarks.loop_lines import loop_of, shown
from benchmarks.names import find
from benchmarks.program import find_program
from benchmarks.published import published
from benchmarks.tasks import TASKS
from benchmarks.tasks.drawn import sample
from benchmarks.tasks.words import words
from compare import Samples
from compare.explanation import Explanation
from compare.extract.recurrent.carried import OUTPUTS, steps_of
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.teacher import Teacher, teacher_of
from compare.read import read
from compare.same.answer import Undecided
from compare.step import Codewords
from synth.language.program import terminal
from synth.language.types import INT
from synth.search.streams import Loop, Variable
from tests.compare.planted_machines import remainders

X = terminal("x", INT)
COPY = Loop(items=("x",), outputs=(X,))
BEFORE = Loop(items=("x",), variables=(Variable(name="s", step=X),), outputs=(terminal("s", INT),))
PREV, CURRENT = find("task", "prev", TASKS), find("task", "current_number", TASKS)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "FRESH", 40)
    monkeypatch.setattr(loops, "CHECKED", 40)


def test_wrong_answers_are_given_up_to_the_first() -> None:
    (short, long) = loops.mistakes(COPY, PREV, 1, 30, seed=0)
    assert (short.lengths == 1).mean() > 0.9  # the first item is seldom 0
    assert long.items[0].shape[1] <= 3
    assert np.array_equal(short.answers[0][:, 0], np.zeros(loops.TOLD))
    assert list(loops.mistakes(COPY, CURRENT, 1, 30, seed=0)) == []


def test_a_loop_is_strict_where_it_is_right_on_every_fresh_stream() -> None:
    right, wrong = loops.held(PREV, 1, BEFORE), loops.held(PREV, 1, COPY)
    assert (right.strict, right.lenient) == (True, True)
    assert (wrong.strict, wrong.lenient) == (False, False)
    assert wrong.said.startswith("wrong after ")
    assert loops.program_fields(PREV, 1, BEFORE, 1.0)["synth_strict"]
    assert loops.program_fields(PREV, 1, BEFORE, 1.0)["program"] == "s from 0 by x; s"
    assert not loops.program_fields(PREV, 1, None, 1.0)["synth_strict"]


def test_a_loop_that_is_wrong_on_longer_streams_alone_is_lenient() -> None:
    class Late:
        def python(self) -> str:
            return "def program(xs):\n    return [x if t < 10 else 0 for t, x in enumerate(xs)]\n"

        def run(self, x: np.ndarray) -> tuple[np.ndarray]:
            return (np.where(np.arange(x.shape[1]) < 10, x, 0),)

    found = loops.held(CURRENT, 1, Late())  # pyright: ignore[reportArgumentType]
    assert (found.strict, found.lenient) == (False, True)


def test_two_loops_are_one_text_or_proved_equal_or_told_apart() -> None:
    line = shown(BEFORE)
    other = "p from 0 by x; q from 0 by (add p' x); (sub q p)"
    one_text, proved, different = (
        loops.net_fields(PREV, 1, loop, each)
        for loop, each in ((BEFORE, line.replace("s", "p")), (BEFORE, other), (COPY, line))
    )
    assert (one_text["same_function"], one_text["same_how"], one_text["same_program"]) == ("equal", "one text", True)
    assert (proved["same_function"], proved["same_program"]) == ("equal", False)
    assert "an identity of linear recurrences" in proved["same_how"]
    assert (different["same_function"], different["same_how"]) == ("different", "they differ on 1")
    assert loops.net_fields(PREV, 1, None, line) == {}
    assert "same_function" not in loops.net_fields(PREV, 1, BEFORE, None)


def test_words_that_a_task_never_draws_are_held_against_the_synthesizers_loop() -> None:
    """Words of a language with one letter changed never hold two changes."""
    task, line = find("task", "in_repeats", TASKS), "s from 1 by (sub x s); (truth (eq s' 1))"
    assert [each.length for each in loops.any_words(task, 2)] == [10, 100]  # pyright: ignore[reportAttributeAccessIssue]
    assert loops.any_words(PREV, 1) == []
    assert loops.any_words(find("task", "parity_all", TASKS), 2) == []
    found, whole = (list(loops.mistakes(loop_of(line, ("x",)), task, 2, 40, 3, everywhere=e)) for e in (False, True))
    assert (len(found), len(whole)) == (0, 2)
    assert any((items[:2] == 1).all() for items in whole[0].items[0])
    right = loop_of("s from 1 by (sub (mul s x) s); (max s' 0)", ("x",))
    assert loops.held(task, 2, right, everywhere=True).said.endswith("and on as many of any words")
    assert loops.held(task, 2, right).said.endswith("two lengths")
    assert not loops.held(task, 2, loop_of(line, ("x",)), everywhere=True).strict


def test_a_difference_outside_of_a_tasks_streams_is_said_to_be_one() -> None:
    task = find("task", "in_repeats", TASKS)
    one, other = (loop_of(f"s from 0 by (add s x); (truth (lt s' {n}))", ("x",)) for n in (40, 41))
    found = loops.beside(task, 2, one, other)
    assert found["same_function"] == "different"
    assert found["same_how"].endswith("which hold no such word")


def test_what_is_neither_proved_nor_told_apart_is_alike_on_fresh_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "same_loops", lambda *_: Undecided(why="no reason"))
    other = loop_of("s from 0 by (mul x 1); s", ("x",))
    assert loops.beside(PREV, 1, BEFORE, other)["same_how"].endswith("not proved: no reason")
    assert loops.beside(PREV, 1, BEFORE, other)["same_function"] == "alike"
    assert loops.beside(PREV, 1, BEFORE, COPY)["same_function"] == "different"


def test_a_machine_without_a_loop_is_held_to_fresh_streams_too() -> None:
    task, right = find("task", "add_mod", TASKS), remainders(3, 3)
    part = sample(task, task.test[0], 3, 60, [0])
    net, params = automaton(right.after, right.says, 0)
    teacher = teacher_of(read(net, params, None, task.view(3), samples=Samples(fit=part, report=part)))
    assert isinstance(teacher, Teacher)

    def made(machine: Machine) -> Explanation:
        held = Codewords(words=np.zeros((1, 2)), values=np.zeros((1, 1), dtype=int))
        steps = steps_of(teacher, machine, held)
        return Explanation(extractor="x", template="", steps=steps, outputs=(OUTPUTS,), hidden=teacher.site,
                           formula="y", bits_formula=0.0)  # fmt: skip

    assert loops.machine_fields(task, 3, made(right)) == {"net_strict": True, "net_lenient": True}
    assert loops.machine_fields(task, 3, made(right), follows=False)["net_strict"] is False
    wrong = Machine(after=right.after, says=np.zeros_like(right.says))
    assert loops.machine_fields(task, 3, made(wrong)) == {"net_strict": False, "net_lenient": False}
    stateless = made(right)
    assert loops.machine_fields(task, 3, replace(stateless, steps=stateless.steps[1:])) == {}


@pytest.mark.parametrize(
    "line",
    [
        "(if_int (eq (mod x 7) 2) (floordiv x 9) 0)",
        "s from -3 by (sub (sub 0 s) x); t from 12 by the max of the last 4 of (add s' x); t'; (mul s 2)",
    ],
)
def test_a_loop_is_read_as_it_was_written(line: str) -> None:
    assert shown(loop_of(line, ("x",))) == line


def test_who_solved_one_of_the_62_tasks_is_said() -> None:
    assert published(PREV.name, 1) == "MIPS yes, GPT-4 yes"
    assert published(PREV.name, 8) is None
    assert (published("next_tomita", 3), published("rasp_sort", 150)) == ("D-RASP no", "D-RASP yes")
    assert published("programs_hist", 6) == "Transformer Programs 195 lines"


def test_words_are_whole_numbers_and_sets_have_a_number() -> None:
    magnetic = words(find("task", "newton_magnetic", TASKS), 2, find("task", "newton_magnetic", TASKS).test[1], 5, 0)
    assert [each.dtype for each in (*magnetic.items, *magnetic.answers)] == [np.dtype("int64")] * 4
    legal = find("task", "next_tomita", TASKS)
    assert set(np.unique(words(legal, 4, legal.test[0], 50, 0).answers[0])) <= {0, 6, 7}


def test_the_program_of_a_task_of_streams_is_a_loop() -> None:
    found, sentence = find_program("sum_last", Path(), (2, 3))
    assert found["3"]["synth_strict"]
    assert "[0] * 3" in found["3"]["program_loop"]
    assert sentence.startswith("a loop of ")
