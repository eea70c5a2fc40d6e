"""Short step functions f(s, x) of one number, by the table of what they make of every label and value."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, Spent
from synth.language.grammar import EIGHTHS, uniform_language
from synth.language.literals import literal
from synth.language.program import Apply, Program, Terminal, apply
from synth.language.types import INT
from synth.library.arith import FLOORDIV, MOD
from synth.library.boolean import AND, NOT, OR
from synth.library.loops import LOOPS

LABELS = np.arange(-4, 33)  # that a state may have
VALUES = np.arange(-10, 21)  # of what drives the state
LARGEST = 16  # constant in a step function
STEP_BITS, INNER_BITS = 26.0, 24.5  # of step functions, and of those that are taken modulo or divided by a constant
DIRECT_BITS = 26.0  # of step functions of the items themselves, where there are few symbols
SECONDS = 60.0  # by the wall, which no bank comes near


class Steps(NamedTuple):
    """Step functions by cost: programs over s and what drives it, and what they make of each label and value."""

    programs: Sequence[Callable[[], Program]]  # functions that write down a program, one each
    bits: np.ndarray
    tables: Int[np.ndarray, "functions cells"]  # places of labels, -1 beyond; a label's values side by side


@lru_cache(1)
def step_functions() -> Steps:
    """All up to so many bits of a label s and a value u."""
    s, u = (axis.reshape(-1) for axis in np.meshgrid(LABELS, VALUES, indexing="ij"))
    return tabulated({"s": s, "u": u}, STEP_BITS)


def direct_steps(symbols: Mapping[str, Int[np.ndarray, " symbols"]]) -> Steps:
    """All up to so many bits of a label s and the items, of which there are these."""
    count = len(next(iter(symbols.values())))
    columns = {name: np.tile(values, len(LABELS)) for name, values in symbols.items()}
    return tabulated({"s": np.repeat(LABELS, count)} | columns, DIRECT_BITS)


def tabulated(columns: Mapping[str, Int[np.ndarray, " cells"]], reach: float) -> Steps:
    """On a grid of cells."""
    words = [word for word in LOOPS if word not in (AND, OR, NOT)]
    known = uniform_language((*words, *map(literal, range(LARGEST + 1))), [Terminal(name, INT) for name in columns])
    bank = filled(Bank(known, columns, Meter(Budget(seconds=SECONDS)), goal=INT), reach)
    values, costs = bank.values(INT), bank.costs(INT) / EIGHTHS
    tables, bits = [places(values)], [costs]
    writers: list = [(row, None, 0) for row in range(len(costs))]
    inner = np.flatnonzero(costs <= INNER_BITS)
    for primitive, run in ((MOD, np.mod), (FLOORDIV, np.floor_divide)):
        for by in range(2, LARGEST + 1):
            tables.append(places(run(values[:, inner], by)))
            bits.append(costs[inner] + (known.cost(INT, primitive) + known.cost(INT, literal(by))) / EIGHTHS)
            writers += [(int(row), primitive, by) for row in inner]
    table, cost = np.concatenate(tables), np.concatenate(bits)
    order = np.argsort(cost, kind="stable")
    first: dict[int, int] = {}
    for place in order.tolist():
        first.setdefault(hash(table[place].tobytes()), place)  # as unlikely to merge two as the bank's own fingerprints
    kept = np.array([*first.values()])

    def write(place: int) -> Program:
        row, primitive, by = writers[place]
        inside = bank.program(INT, row)
        return inside if primitive is None else apply(primitive, inside, Program((Apply(literal(by), ()),)))

    return Steps([lambda place=int(place): write(place) for place in kept], cost[kept], table[kept])


def filled(bank: Bank, bits: float) -> Bank:
    """With all programs up to so many bits, or as many as time and room allow."""
    try:
        with np.errstate(all="ignore"):
            for cost in range(bank.step, int(bits * EIGHTHS) + 1, bank.step):
                bank.build(cost)
    except Spent:
        pass
    return bank


def places(values: Int[np.ndarray, "cells functions"]) -> Int[np.ndarray, "functions cells"]:
    """Of labels among LABELS."""
    inside = (values >= LABELS[0]) & (values <= LABELS[-1])
    return np.ascontiguousarray(np.where(inside, values - LABELS[0], -1).astype(np.int16).T)
