"""From states to a machine: Angluin's table (1987) with the net's own states as rows, and suffixes as columns.

A row is the state that an access word leaves, so that only suffixes are run. Rows that answer alike to every column are
one state. Where the machine errs on a word, Rivest and Schapire's cut (1993) finds the suffix that tells two states
apart which the table took for one; it becomes a column.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from compare.extract.recurrent.machine import Machine, Words, minimal
from compare.extract.recurrent.teacher import Taught

MOST_STATES = 150
HOLDS = 0.999  # of the words tried
COLUMNS = 400  # at most

Word = tuple[int, ...]


class Teaching(Protocol):
    """What answers words of letters, from its start or from states that it gave; NaN stands for the start."""

    @property
    def letters(self) -> np.ndarray: ...
    @property
    def width(self) -> int: ...
    def ask(self, words: Words, states: Float[np.ndarray, "words width"] | None = None) -> Taught: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A machine as the net runs it on words of one length."""

    machine: Machine  # minimal
    agreement: float  # share of the words
    length: int  # of the words


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerged:
    """States that cannot be merged: two words that leave the net alike on all columns but one, and that one."""

    states: int
    words: tuple[Word, Word]
    suffix: Word

    def __str__(self) -> str:
        one, other = (_spelled(word) for word in self.words)
        return (
            f"more than {self.states} states; the last two that could not be merged are those after {one} and after "
            f"{other}, which answer alike until {_spelled(self.suffix)} follows"
        )


def learn(teacher: Teaching, words: Words, most: int = MOST_STATES) -> Learnt | Unmerged:
    """The machine of the net on these words, or two states of too many."""
    table, told = _Table(teacher), teacher.ask(words).answers
    while True:
        if not table.close(most):
            return Unmerged(states=most, words=table.split, suffix=table.columns[-1])
        machine = table.machine()
        run = machine.run(words)
        wrong = run.answers != told
        right = ~wrong.any(axis=1)
        if right.mean() >= HOLDS:
            return Learnt(machine=minimal(machine), agreement=float(right.mean()), length=words.shape[1])
        if len(table.columns) >= COLUMNS:
            return Unmerged(states=len(table.access), words=table.split, suffix=table.columns[-1])
        first = np.where(right, words.shape[1], wrong.argmax(axis=1))
        worst = int(first.argmin())
        table.add(table.cut(words[worst, : first[worst] + 1], run.states[worst]))


class _Table:
    """Rows that differ from one another, and the successors of each by every letter; all of them asked every column."""

    def __init__(self, teacher: Teaching) -> None:
        self.teacher, self.letters = teacher, np.arange(len(teacher.letters))
        self.columns: list[Word] = [(int(letter),) for letter in self.letters]
        self.access: list[Word] = [()]
        self.states = np.full((1, teacher.width), np.nan, dtype=np.float32)
        self.rows = self.asked(self.states, self.columns)
        self.next = np.empty((0, len(self.letters), teacher.width), dtype=np.float32)
        self.said = np.empty((0, len(self.letters)), dtype=np.int64)
        self.next_rows = np.empty((0, len(self.letters), len(self.columns)), dtype=np.int64)
        self.split: tuple[Word, Word] = ((), ())

    def asked(self, states: Float[np.ndarray, "n width"], columns: list[Word]) -> Int[np.ndarray, "n columns"]:
        """The last answer to each column from each state."""
        longest = max(len(column) for column in columns)
        words = np.array([[*column, *[0] * (longest - len(column))] for column in columns])
        last = np.array([len(column) - 1 for column in columns])
        each = np.tile(words, (len(states), 1))
        answers = self.teacher.ask(each, np.repeat(states, len(columns), axis=0)).answers
        return answers[np.arange(len(each)), np.tile(last, len(states))].reshape(len(states), len(columns))

    def close(self, most: int) -> bool:
        """Run every state on every letter until no new row is met; False where there are too many."""
        while True:
            if len(self.next) < len(self.states):
                self.follow(self.states[len(self.next) :])
            known = {row.tobytes() for row in self.rows}
            new: dict[bytes, tuple[int, int]] = {}
            for place in np.ndindex(self.next_rows.shape[:2]):
                key = self.next_rows[place].tobytes()
                if key not in known and key not in new:
                    new[key] = place
            if not new:
                return True
            self.access += [(*self.access[state], letter) for state, letter in new.values()]
            places = tuple(np.array(list(new.values())).T)
            self.states = np.concatenate([self.states, self.next[places]])
            self.rows = np.concatenate([self.rows, self.next_rows[places]])
            if len(self.states) > most:
                return False

    def follow(self, states: Float[np.ndarray, "n width"]) -> None:
        """The successors of new states."""
        size = len(self.letters)
        taught = self.teacher.ask(np.tile(self.letters, len(states))[:, None], np.repeat(states, size, axis=0))
        left = taught.states[:, 0]
        self.next = np.concatenate([self.next, left.reshape(len(states), size, -1)])
        self.said = np.concatenate([self.said, taught.answers.reshape(len(states), size)])
        rows = self.asked(left, self.columns).reshape(len(states), size, -1)
        self.next_rows = np.concatenate([self.next_rows, rows])

    def machine(self) -> Machine:
        number = {row.tobytes(): i for i, row in enumerate(self.rows)}
        after = [[number[row.tobytes()] for row in rows] for rows in self.next_rows]
        return Machine(after=np.array(after), says=self.said)

    def cut(self, word: Int[np.ndarray, " time"], states: Int[np.ndarray, " time"]) -> Word:
        """The suffix of a word on which the machine errs by its last letter, from which two merged states differ."""
        reached = [0, *states[: len(word) - 1].tolist()]
        longest = len(word)
        words = np.zeros((longest, longest), dtype=np.int64)
        for place in range(longest):
            words[place, : longest - place] = word[place:]
        answers = self.teacher.ask(words, self.states[reached]).answers
        ends = answers[np.arange(longest), longest - 1 - np.arange(longest)]
        place = int(np.flatnonzero(ends[1:] != ends[:-1])[0]) + 1
        before, letter = reached[place - 1], int(word[place - 1])
        self.split = ((*self.access[before], letter), self.access[reached[place]])
        return tuple(word[place:].tolist())

    def add(self, column: Word) -> None:
        self.columns.append(column)
        self.rows = np.concatenate([self.rows, self.asked(self.states, [column])], axis=1)
        flat = self.asked(self.next.reshape(-1, self.next.shape[-1]), [column])
        self.next_rows = np.concatenate([self.next_rows, flat.reshape(*self.next_rows.shape[:2], 1)], axis=2)


def _spelled(word: Word) -> str:
    return f"the word {' '.join(map(str, word))}" if word else "no letter"
