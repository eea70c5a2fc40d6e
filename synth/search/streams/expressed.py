"""The shortest expression of some columns that gives the answers: the synthesizer asked about single positions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from synth.bank.budget import Budget
from synth.language.grammar import EIGHTHS, Language, program_cost, uniform_language
from synth.language.literals import literal
from synth.language.program import Program, Terminal
from synth.language.spec import Spec
from synth.language.types import INT, Fn
from synth.library.loops import LOOPS
from synth.search.solution import Found
from synth.search.solve import solve

LARGEST = 16  # of the constants that every expression may name
NEARBY = 1  # constants beside the largest answer and the largest item
EFFORT = 0.5  # of the search for a shorter one, once one is met
BYTES = 1 << 29


class Expression(NamedTuple):
    program: Program
    bits: float


def constants(*columns: Int[np.ndarray, "..."]) -> tuple[int, ...]:
    """0 to 16, and those near the largest number of each column."""
    near = {int(np.abs(each).max(initial=0)) + shift for each in columns for shift in range(-NEARBY, NEARBY + 1)}
    return tuple(sorted({*range(LARGEST + 1), *(value for value in near if 0 <= value < 1 << 20)}))


def language_of(names: Sequence[str], numbers: Sequence[int], prices: Mapping[str, float]) -> Language:
    """Of columns of numbers, some of which cost bits beyond their name."""
    known = uniform_language((*LOOPS, *map(literal, numbers)), [Terminal(name, INT) for name in names])
    extra = {name: round(price * EIGHTHS) for name, price in prices.items()}
    costs = {name: cost + extra.get(name, 0) for name, cost in known.costs[INT].items()}
    return Language(known.primitives, known.terminals, known.costs | {INT: costs}, known.bodies, known.further)


def expressed(
    columns: Mapping[str, Int[np.ndarray, " positions"]],
    answers: Int[np.ndarray, " positions"],
    seconds: float,
    *,
    prices: Mapping[str, float] | None = None,
    bits: float = np.inf,
    seed: int = 0,
) -> Expression | None:
    """The expression of fewest bits, or the best met in the time; None where none is met."""
    table = np.stack([*columns.values(), answers], axis=1)
    rows = np.sort(np.unique(table, axis=0, return_index=True)[1])
    given = tuple(values[rows] for values in columns.values())
    known = language_of(tuple(columns), constants(answers, *given), prices or {})
    spec = Spec(type=Fn((INT,) * len(given), INT), inputs=given, outputs=answers[rows], names=tuple(columns))
    budget = Budget(seconds=seconds, bytes=BYTES, effort=EFFORT, bits=max(bits, 1.0))
    found = solve(spec, known, budget, seed=seed)
    if not isinstance(found, Found):
        return None
    return Expression(found.program, program_cost(known, found.program, INT) / EIGHTHS)
