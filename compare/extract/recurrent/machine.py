"""Machines: a state, and for every letter an answer and the next state (Mealy 1955)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

Words = Int[np.ndarray, "words time"]  # of letters 0, 1, ...


class Run(NamedTuple):
    """What a machine says at each letter, and the state that the letter leaves it in."""

    answers: Int[np.ndarray, "words time"]
    states: Int[np.ndarray, "words time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """State 0 is where it starts; `after` and `says` give the next state and the answer, an integer."""

    after: Int[np.ndarray, "states letters"]
    says: Int[np.ndarray, "states letters"]

    @property
    def size(self) -> int:
        return len(self.after)

    @property
    def letters(self) -> int:
        return self.after.shape[1]

    @property
    def start(self) -> tuple[int, ...]:
        return (0,)

    @property
    def names(self) -> tuple[str, ...]:
        """Of what it carries along."""
        return ("state",)

    @property
    def loop(self) -> None:
        """A machine is none."""

    @property
    def text(self) -> str:
        return f"a table of {self.size} states and {self.letters} letters"

    def moved(self, before: Int[np.ndarray, "n 1"], letters: Int[np.ndarray, " n"]) -> "Run":
        """One letter read from each of these states: the answers (n,), the states after it (n, 1)."""
        return Run(self.says[before[:, 0], letters], self.after[before[:, 0], letters][:, None])

    @property
    def nodes(self) -> int:
        """Entries of its table."""
        return self.after.size

    @property
    def bits(self) -> float:
        """Of its table: for every state and letter one of the states and one of the answers."""
        return self.after.size * float(np.log2(self.size) + np.log2(max(len(np.unique(self.says)), 2)))

    def run(self, words: Words) -> Run:
        state = np.zeros(len(words), dtype=np.int64)
        answers, states = np.empty(words.shape, dtype=np.int64), np.empty(words.shape, dtype=np.int64)
        for time, letter in enumerate(words.T):
            answers[:, time], state = self.says[state, letter], self.after[state, letter]
            states[:, time] = state
        return Run(answers, states)

    @property
    def memory(self) -> int | None:
        """After how many letters the state is known whatever it was before; None where the past never ends."""
        apart, here = self.size * self.size, np.ones((self.size, self.size), dtype=bool)
        for length in range(apart + 1):
            if not np.triu(here, 1).any():
                return length
            reached = np.zeros_like(here)
            one, other = np.nonzero(here)
            for letter in range(self.letters):
                reached[self.after[one, letter], self.after[other, letter]] = True
            if (reached == here).all():
                return None
            here = reached
        return None


def minimal(machine: Machine) -> Machine:
    """The smallest machine that answers alike, its states in the order in which words reach them (Moore 1956)."""
    kinds = told_apart(machine.says, machine.after, most=machine.size)
    first = np.unique(kinds, return_index=True)[1]
    after, says = kinds[machine.after[first]], machine.says[first]
    order = [int(kinds[0])]
    for state in order:
        order += [int(each) for each in dict.fromkeys(after[state].tolist()) if each not in order]
    rank = np.full(len(first), -1)
    rank[order] = np.arange(len(order))
    return Machine(after=rank[after[order]], says=says[order])


def told_apart(
    answers: Int[np.ndarray, "states letters"], after: Int[np.ndarray, "states letters"], most: int
) -> Int[np.ndarray, " states"]:
    """States of one kind answer alike to all words, or to words of so many more letters; after -1 nothing is known."""
    kinds = numbered(answers)
    for _ in range(most):
        finer = numbered(np.concatenate([kinds[:, None], np.where(after < 0, -1, kinds[after])], axis=1))
        if finer.max() == kinds.max():
            break
        kinds = finer
    return kinds


def numbered(rows: Int[np.ndarray, "n columns"]) -> Int[np.ndarray, " n"]:
    """Rows that are equal have one number."""
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
