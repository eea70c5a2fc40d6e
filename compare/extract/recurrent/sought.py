"""Loops as they are sought: of a machine, of a net's answers to words, and again of its answers to longer words."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from compare.extract.recurrent.learn import HOLDS
from compare.extract.recurrent.loops import Looped
from compare.extract.recurrent.machine import Machine, Words
from compare.extract.recurrent.teacher import Teacher
from synth.search.streams import Examples, Loop, StateTable, loops_of_table, solve_stream

SECONDS, BRIEF = 15.0, 3.0  # of a search, and of one beside another that has found something
WORDS, FEWER, TRIES = 192, 96, 2  # that loops are sought on, and where none is found there, how often on fewer others
FIRST = 16  # letters of these words that are looked at
COUNTER = 8  # words that refute a loop, which join the others
BEYOND, LONGER, ONE_MORE = 8192, 4, 2  # words beyond those learnt on: longer by a fourth of these, at least by so many
FACES, STAYS = 8, 0.8  # letters drawn for such a word; chance, at most, that it stays at the one before
LOST = 0.25  # of these words, that a loop errs on where the net has lost count
BETTER = 0.25  # of the errors of a loop, that another may make

Letters = Int[np.ndarray, "letters streams"]  # what each letter is in each stream


class Told(NamedTuple):
    """Words with a net's answers to them, of which a loop may get a share wrong."""

    words: Words
    answers: Int[np.ndarray, "words time ..."]
    forgiven: float = 0.0

    def examples(self, rows: slice | np.ndarray, values: Letters) -> Examples:
        words, answers = self.words[rows], self.answers[rows]
        outputs = (answers,) if answers.ndim == 2 else tuple(np.moveaxis(answers, -1, 0))
        items = tuple(column[words] for column in values.T)
        return Examples(items, outputs, np.full(len(words), words.shape[1]))

    def begun(self, rows: slice, values: Letters) -> Examples:
        """As far as the first letters, which a search is quick with; the rest checks what it finds."""
        return Told(self.words[:, :FIRST], self.answers[:, :FIRST]).examples(rows, values)

    def wrong(self, loop: Loop, values: Letters) -> Int[np.ndarray, " n"]:
        """The words that a loop answers otherwise."""
        found = np.stack(loop.run(*(column[self.words] for column in values.T)), axis=-1)
        return np.flatnonzero((found != self.answers.reshape(found.shape)).any(axis=(1, 2)))


def of_machine(machine: Machine, values: Letters, seed: int) -> list[Looped]:
    """The shortest loops whose labels determine the machine's state."""
    table = StateTable(machine.after, machine.says, tuple(values.T))
    return [Looped(loop, values) for loop in loops_of_table(table, SECONDS, seed=seed)]


def of_words(told: Told, values: Letters, seed: int, seconds: float = SECONDS) -> Looped | None:
    """The shortest loop that is met which answers these words; the first of them are looked at, all of them check it.

    A net that errs on few words is answered by no loop: where none is found, fewer others are looked at, and a share of
    all is forgiven.
    """
    found = sought(told.begun(slice(WORDS), values), [told._replace(forgiven=0.0)], values, seed, seconds)
    for begin in range(WORDS, min(WORDS + TRIES * FEWER, len(told.words)), FEWER):
        if found is None:
            found = sought(told.begun(slice(begin, begin + FEWER), values), [told], values, seed, seconds)
    return found


def sought(first: Examples, held: Sequence[Told], values: Letters, seed: int, seconds: float) -> Looped | None:
    """The shortest loop that is met which answers the first and errs on no more of the others than is forgiven."""

    def checked(loop: Loop) -> Examples | None:
        for told in held:
            wrong = told.wrong(loop, values)
            if len(wrong) > told.forgiven * len(told.words):
                return told.examples(wrong[:COUNTER], values)
        return None

    found = solve_stream(first, seconds, checked, seed)
    return None if found is None else Looped(found, values)


def further(teacher: Teacher, loop: Looped, told: Told, seconds: float = SECONDS) -> Looped | None:
    """In place of a loop that the net refutes on words a little longer than those told, one that follows the net there.

    It errs on a quarter as many of them, at most. None where there is none, where the net refutes nothing, and where
    it has lost count: nets drift, and what they answer then is no program's.
    """
    values, seed = teacher.values, teacher.reading.seed
    length = told.words.shape[1]
    words = restless(len(teacher.letters), length + max(length // LONGER, ONE_MORE), seed)
    beyond = Told(words, teacher.ask(words).answers)
    share = len(beyond.wrong(loop.loop, values)) / len(words)
    if not 1 - HOLDS < share <= LOST:
        return None
    held = [told, beyond._replace(forgiven=BETTER * share)]
    return sought(told.begun(slice(WORDS), values), held, values, seed, seconds)


def restless(letters: int, length: int, seed: int) -> Words:
    """Words of letters that are unlike in how often they occur and in how long they stay, so that counts go far."""
    rng = np.random.default_rng([seed, 38])
    faces = rng.integers(0, letters, (BEYOND, FACES))
    reached = rng.dirichlet(np.ones(FACES), BEYOND).cumsum(axis=1)
    face = (rng.random((BEYOND, length, 1)) > reached[:, None, :-1]).sum(axis=-1)
    words = np.take_along_axis(faces, face, axis=1)
    stays = rng.random((BEYOND, length)) < STAYS * rng.random((BEYOND, 1))
    for time in range(1, length):
        words[:, time] = np.where(stays[:, time], words[:, time - 1], words[:, time])
    return words
