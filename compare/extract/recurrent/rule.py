"""Rules: integer variables that every letter moves by a function, and the answer as a function of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from compare.extract.recurrent.machine import Words
from synth.language.program import Program
from synth.language.sympy_view import sympy_expression

AFTER = "_next"  # what a variable's name is followed by, after the letter


class Ran(NamedTuple):
    """The answers of a rule, and its variables after each letter."""

    answers: Int[np.ndarray, "words time"]
    states: Int[np.ndarray, "words time variables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """`step` reads the variable itself, what the letter says, and the variables before it after the same letter."""

    name: str
    start: int
    step: Program
    bits: float  # of the step and the start

    @property
    def text(self) -> str:
        return str(sympy_expression(self.step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`out` reads the variables before the letter, what the letter says, and the variables after it."""

    variables: tuple[Variable, ...]
    says: tuple[str, ...]  # what a letter says, by name
    values: Int[np.ndarray, "letters names"]
    out: Program
    out_bits: float

    @property
    def bits(self) -> float:
        return self.out_bits + sum(variable.bits for variable in self.variables)

    @property
    def names(self) -> tuple[str, ...]:
        """Of what it carries along."""
        return tuple(variable.name for variable in self.variables)

    @property
    def start(self) -> tuple[int, ...]:
        return tuple(variable.start for variable in self.variables)

    def moved(self, before: Int[np.ndarray, "n variables"], letters: Int[np.ndarray, " n"]) -> Ran:
        """One letter read from each of these labels: the answers (n,), the labels after it (n, variables)."""
        known = said(self.says, self.values, letters)
        after = step_all(self.variables, before, known)
        given = {variable.name: before[:, i] for i, variable in enumerate(self.variables)}
        later = {variable.name + AFTER: after[:, i] for i, variable in enumerate(self.variables)}
        return Ran(valued(self.out, {**known, **given, **later}), after)

    def run(self, words: Words, start: Int[np.ndarray, "words variables"] | None = None) -> Ran:
        count = len(words)
        label = np.tile(np.array(self.start, dtype=np.int64), (count, 1)) if start is None else start
        answers = np.empty(words.shape, dtype=np.int64)
        labels = np.empty((*words.shape, len(self.variables)), dtype=np.int64)
        for time, letters in enumerate(words.T):
            answers[:, time], label = self.moved(label, letters)
            labels[:, time] = label
        return Ran(answers, labels)

    @property
    def text(self) -> str:
        """Each variable's start and step, then the answer; one line."""
        steps = [f"{v.name} = {v.start}, then {v.text}" for v in self.variables]
        return "; ".join([*steps, f"y = {sympy_expression(self.out)}"])


def step_all(
    variables: tuple[Variable, ...], before: Int[np.ndarray, "n variables"], known: Mapping[str, np.ndarray]
) -> Int[np.ndarray, "n variables"]:
    """The variables after a letter, one after the other."""
    after, given = np.empty_like(before), dict(known)
    for i, variable in enumerate(variables):
        after[:, i] = valued(variable.step, {**given, variable.name: before[:, i]})
        given[variable.name + AFTER] = after[:, i]
    return after


def said(
    names: tuple[str, ...], values: Int[np.ndarray, "letters names"], letters: Int[np.ndarray, " n"]
) -> dict[str, Int[np.ndarray, " n"]]:
    return {name: values[letters, i] for i, name in enumerate(names)}


def valued(program: Program, columns: Mapping[str, np.ndarray]) -> Int[np.ndarray, " n"]:
    """The program's integers; a Boolean counts as 0 or 1."""
    rows = len(next(iter(columns.values())))
    used = {word.name: columns[word.name] for word in program.terminals}
    return np.broadcast_to(program.run(used), rows).astype(np.int64)


def named(arguments: int) -> tuple[str, ...]:
    """x, or a, b, ... where a letter says several things."""
    return ("x",) if arguments == 1 else tuple("abcdefgh"[:arguments])


def start_bits(start: int) -> float:
    """A whole number by itself (Elias's gamma code) and its sign."""
    return 2 * float(np.floor(np.log2(abs(start) + 1))) + 1 + (start != 0)
