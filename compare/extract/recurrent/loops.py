"""Loops of synth's streams as mechanisms: the numbers that they carry along, moved by one letter from any values."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from compare.extract.recurrent.machine import told_apart
from synth.language.sympy_view import sympy_text
from synth.search.streams import Loop, Variable

MOST_VALUES = 20_000  # that words lead to, where they are told apart by what follows


class Step(NamedTuple):
    """The answers to a letter, and the numbers after it."""

    answers: Int[np.ndarray, " n"]
    states: Int[np.ndarray, "n numbers"]


@dataclass(frozen=True, eq=False)
class Looped:
    """A loop over letters, with one number for each variable that it carries, and one for each value of a window."""

    loop: Loop
    values: Int[np.ndarray, "letters streams"]  # what each letter is in each stream

    @cached_property
    def carried(self) -> tuple[Variable, ...]:
        return self.loop.carried

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where each variable that is carried has its numbers."""
        ends = np.cumsum([0, *(variable.window or 1 for variable in self.carried)]).tolist()
        return tuple(slice(*pair) for pair in itertools.pairwise(ends))

    @property
    def start(self) -> tuple[int, ...]:
        return self.loop.starts

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.carried)

    @property
    def bits(self) -> float:
        return self.loop.bits

    @property
    def nodes(self) -> int:
        return self.loop.nodes

    @property
    def text(self) -> str:
        """Each variable's start and step, then the answer; one line."""
        said = [f"{v.name} = {v.start}, then {_window(v, sympy_text(v.step)[0])}" for v in self.loop.variables]
        return "; ".join([*said, *(f"y = {sympy_text(output)[0]}" for output in self.loop.outputs)])

    def moved(self, before: Int[np.ndarray, "n numbers"], letters: Int[np.ndarray, " n"]) -> Step:
        held = {v.name: [np.full(len(letters), v.start)] for v in self.loop.variables}
        held |= {v.name: list(before[:, place].T) for v, place in zip(self.carried, self.places, strict=True)}
        given = {name: self.values[letters, stream] for stream, name in enumerate(self.loop.items)}
        held, said = self.loop.step(held, given)
        after = np.zeros_like(before)
        for v, place in zip(self.carried, self.places, strict=True):
            after[:, place] = np.stack([whole(each, len(letters)) for each in held[v.name]], axis=1)
        answers = [whole(each, len(letters)) for each in said]
        return Step(answers[0] if len(answers) == 1 else np.stack(answers, axis=-1), after)


def whole(values: np.ndarray, rows: int) -> Int[np.ndarray, " n"]:
    """A constant as so many."""
    return np.broadcast_to(values, rows)


def _window(variable: Variable, text: str) -> str:
    return f"{variable.reduction} of the last {variable.window} of {text}" if variable.window else text


@dataclass(frozen=True)
class Merged:
    """A mechanism some of whose values mean the same: each is taken for the one that stands for all of them."""

    inner: Looped
    standing: Mapping[tuple[int, ...], tuple[int, ...]]

    @property
    def start(self) -> tuple[int, ...]:
        return self.standing.get(self.inner.start, self.inner.start)

    @property
    def names(self) -> tuple[str, ...]:
        return self.inner.names

    @property
    def bits(self) -> float:
        return self.inner.bits

    @property
    def nodes(self) -> int:
        return self.inner.nodes

    @property
    def text(self) -> str:
        return self.inner.text

    @property
    def loop(self) -> Loop:
        return self.inner.loop

    def moved(self, before: Int[np.ndarray, "n numbers"], letters: Int[np.ndarray, " n"]) -> Step:
        answers, after = self.inner.moved(before, letters)
        rows, back = np.unique(after, axis=0, return_inverse=True)
        standing = np.array([self.standing.get(tuple(row), tuple(row)) for row in rows.tolist()])
        return Step(answers, standing[back.reshape(-1)])


def merging(loop: Looped, letters: int, length: int) -> Merged | None:
    """Values that words of this length reach and that as many more letters do not tell apart; None where all are."""
    reached = reachable(loop, letters, 2 * length)
    if reached is None:
        return None
    kinds = told_apart(reached.answers, reached.after, most=length)
    near = np.flatnonzero(reached.depth <= length)
    first = {kind: place for place, kind in reversed(list(zip(near.tolist(), kinds[near].tolist(), strict=True)))}
    if len(first) == len(near):
        return None
    values = reached.values.tolist()
    return Merged(loop, {tuple(values[place]): tuple(values[first[int(kinds[place])]]) for place in near.tolist()})


class Reached(NamedTuple):
    """Values that words lead to, in the order of the words' length."""

    values: Int[np.ndarray, "n numbers"]
    depth: Int[np.ndarray, " n"]
    answers: Int[np.ndarray, "n letters"]
    after: Int[np.ndarray, "n letters"]  # the place of the next value; -1 beyond the longest words


def reachable(loop: Looped, letters: int, length: int) -> Reached | None:
    """By words of at most this length; None where there are too many."""
    place = {loop.start: 0}
    frontier = np.array([loop.start])
    values, depths, answers, after = [frontier], [np.zeros(1, dtype=int)], [], []
    for depth in range(length + 1):
        said, then = loop.moved(np.repeat(frontier, letters, axis=0), np.tile(np.arange(letters), len(frontier)))
        rows = [tuple(row) for row in then.tolist()]
        new = [row for row in dict.fromkeys(rows) if row not in place] if depth < length else []
        if len(place) + len(new) > MOST_VALUES:
            return None
        place |= {row: len(place) + i for i, row in enumerate(new)}
        answers.append(said.reshape(len(frontier), letters))
        after.append(np.array([place.get(row, -1) for row in rows]).reshape(len(frontier), letters))
        if not new:
            break
        frontier = np.array(new)
        values.append(frontier)
        depths.append(np.full(len(new), depth + 1))
    return Reached(*(np.concatenate(each) for each in (values, depths, answers, after)))
