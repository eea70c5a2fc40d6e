"""The measure of the 62 stream tasks: what counts as strict, and counterexamples cut at the first wrong answer."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import loops
from benchmarks.names import find
from benchmarks.program import find_program
from benchmarks.speed.synth import mips
from benchmarks.speed.synth.section import Options
from benchmarks.tasks import TASKS
from benchmarks.tasks.words import words
from synth.language.program import terminal
from synth.language.types import INT
from synth.search.streams import Loop

COPY = Loop(items=("x",), outputs=(terminal("x", INT),))


def test_a_row_a_task_with_its_program_and_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mips, "MIPS62", tuple(row for row in mips.MIPS62 if row.name in ("Bitwise_Not", "Sum_Last4")))
    monkeypatch.setattr(loops, "FRESH", 50)
    section = mips.run(Options(), lambda text: None)
    assert [row[0] for row in section.rows] == ["Bitwise_Not", "Sum_Last4"]
    assert {row[1:5] for row in section.rows} == {("yes",) * 4}
    assert "sum(ss)" in section.rows[1][-1] or "sum(ws)" in section.rows[1][-1]
    assert section.figures[0].value == 2
    assert section.figures[0].short  # of 60


def test_wrong_answers_are_given_up_to_the_first() -> None:
    task = find("task", "prev", TASKS)
    (short, long) = loops.wrong(COPY, task, 1, 30, seed=0)
    assert (short.lengths == 1).mean() > 0.9  # the first item is seldom 0
    assert long.items[0].shape[1] <= 3
    assert np.array_equal(short.answers[0][:, 0], np.zeros(loops.TOLD))
    assert list(loops.wrong(COPY, find("task", "current_number", TASKS), 1, 30, seed=0)) == []


def test_words_are_whole_numbers_and_sets_have_a_number() -> None:
    magnetic = words(find("task", "newton_magnetic", TASKS), 2, find("task", "newton_magnetic", TASKS).test[1], 5, 0)
    assert [each.dtype for each in (*magnetic.items, *magnetic.answers)] == [np.dtype("int64")] * 4
    legal = find("task", "next_tomita", TASKS)
    assert set(np.unique(words(legal, 4, legal.test[0], 50, 0).answers[0])) <= {0, 6, 7}


def test_the_program_of_a_task_of_streams_is_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "FRESH", 50)
    found, sentence = find_program("sum_last", Path(), (2, 3))
    assert found["3"]["synth_strict"]
    assert "[0] * 3" in found["3"]["program"]
    assert sentence.startswith("a loop of ")
    none = loops.fields(loops.Try(None, False, 60.0))
    assert none["program"] is None
    assert none["program_statement"].startswith("no loop was found in 60 s")
