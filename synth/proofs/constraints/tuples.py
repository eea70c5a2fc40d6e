"""Enumeration for any constraints: programs, or tuples of them for several functions, in order of total size.

A function's programs are evaluated once on the arguments of all of its calls; a tuple's outputs are then columns of the
constraints. So calls at several points, and functions that need each other, cost no more than one call.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, Spent
from synth.language.program import Program
from synth.language.types import Type, plain
from synth.proofs.constraints.expression import Columns
from synth.proofs.constraints.goal import Goal, arguments

CELLS = 1 << 21  # values of one output that are held against the constraints together
PROGRAMS = 200_000  # of one function, beyond which enumeration stops: the joint search is a product


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumerated:
    """Programs that satisfy the constraints on the sampled rows; `complete`: no tuple of less total cost does.

    Without programs, no tuple of at most `cost` eighths does.
    """

    programs: tuple[Program, ...] | None
    cost: float  # infinite where the languages end
    complete: bool


def banks_of(goal: Goal, columns: Columns, rows: int, budget: Budget) -> tuple[Bank, ...]:
    """A bank for each function over the arguments of all of its calls, one call's rows after another's."""
    meter = Meter(budget)
    return tuple(
        Bank(unknown.language, call_columns(goal, place, columns, rows), meter, backend="numpy")
        for place, unknown in enumerate(goal.unknowns)
    )


def call_columns(goal: Goal, unknown: int, columns: Columns, rows: int) -> Columns:
    """The arguments of a function's calls as columns of shape (calls * rows,); never without a column."""
    calls = [call for call in goal.calls if call.unknown == unknown]
    given = [arguments(goal, call, columns, rows) | {"": np.zeros(rows)} for call in calls]
    return {name: np.concatenate([each[name] for each in given]) for name in given[0]}


def first_tuple(goal: Goal, banks: Sequence[Bank], columns: Columns, rows: int, start: int, most: int) -> Enumerated:
    """The first tuple in order of total cost, from `start` to `most`, whose outputs satisfy the constraints."""
    step = banks[0].step
    done = start
    try:
        for cost in range(start + step, most + 1, step):
            for bank in banks:
                bank.build(cost)
            for split in splits(cost, len(banks), step):
                for picked in matching(goal, banks, split, columns, rows):
                    programs = tuple(
                        bank.program(kind_of(goal, place), row)
                        for place, (bank, row) in enumerate(zip(banks, picked, strict=True))
                    )
                    return Enumerated(programs=programs, cost=cost, complete=True)
            done = cost
            if cost >= sum(bank.reach() for bank in banks):
                return Enumerated(programs=None, cost=math.inf, complete=True)
            if any(bank.count(kind_of(goal, place)) > PROGRAMS for place, bank in enumerate(banks)):
                break
    except Spent:
        pass
    return Enumerated(programs=None, cost=done, complete=True)


def kind_of(goal: Goal, unknown: int) -> Type:
    return plain(goal.unknowns[unknown].result)


def splits(total: int, count: int, step: int) -> Iterator[tuple[int, ...]]:
    """Costs of `count` programs that add up to a total."""
    if count == 1:
        yield (total,)
        return
    for first in range(step, total - (count - 1) * step + 1, step):
        for rest in splits(total - first, count - 1, step):
            yield (first, *rest)


def matching(
    goal: Goal, banks: Sequence[Bank], split: Sequence[int], columns: Columns, rows: int
) -> Iterator[tuple[int, ...]]:
    """Rows of programs of the given costs whose outputs satisfy the constraints on all rows."""
    spans = [
        span(bank.costs(kind_of(goal, place)), cost)
        for place, (bank, cost) in enumerate(zip(banks, split, strict=True))
    ]
    counts = [high - low for low, high in spans]
    total = int(np.prod(counts))
    meter = banks[0].meter
    block = meter.memory.block(8 * rows * len(goal.body.nodes), max(1, CELLS // rows), 1)
    for begin in range(0, total, block):
        meter.check()
        places = np.unravel_index(np.arange(begin, min(begin + block, total)), counts)
        picked = [low + place for (low, _), place in zip(spans, places, strict=True)]
        for hit in np.flatnonzero(satisfied(goal, banks, picked, columns, rows)):
            yield tuple(int(place[hit]) for place in picked)


def span(costs: Int[np.ndarray, " programs"], cost: int) -> tuple[int, int]:
    """The rows of one cost, which stand together."""
    found = np.flatnonzero(costs == cost)
    return (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)


def satisfied(
    goal: Goal, banks: Sequence[Bank], picked: Sequence[np.ndarray], columns: Columns, rows: int
) -> Bool[np.ndarray, " tuples"]:
    known = {name: values[:, None] for name, values in columns.items()}
    seen = [0] * len(banks)
    for call in goal.calls:
        place = call.unknown
        values = banks[place].values(kind_of(goal, place))
        known[call.output.name] = values[seen[place] : seen[place] + rows, picked[place]]
        seen[place] += rows
    body = goal.body
    held = body.run({node.name: known[node.name] for node in body.terminals})
    return np.logical_and.reduce(np.broadcast_to(held, (rows, len(picked[0]))))
