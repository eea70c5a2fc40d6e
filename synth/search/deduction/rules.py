"""From a goal to first-order problems: which function, given to an operator on stored programs, would reach the goal.

For map, zip and their kin the goal says what the function has to give for every item; so it does for scans, where the
goal's own items are the states, and for filter, where it says which items are kept (Feser, Chaudhuri, Dillig 2015,
"Synthesizing data structure transformations from input-output examples", PLDI). A problem is posed only where equal
arguments are never asked to give unlike results.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from synth.bank.table import row_hashes
from synth.language.types import BOOL, INT, Type, is_vector
from synth.language.xp import NUMPY
from synth.search.deduction.determined import determined
from synth.search.deduction.shelf import ARRAYS, Function, Operator, Shelf, head_type, parts

STARTS = 12  # cheapest integers that are tried as the start of a scan
ZIPS = ("zip", "zip_stream", "zip_seq")
SIGNS = {"plus": 1, "minus": -1}  # of the second argument
BLOCK = 1 << 10  # that are hashed together
PROBLEM = 1000  # bytes of a problem besides its arrays
FEW = 1 << 14  # stored programs that are looked at for each operator


@dataclass(frozen=True, slots=True)
class Problem:
    """A function is wanted with these answers; given to the operator with the programs in `places`, it gives the goal.

    `parameters` holds one column a parameter and `example` the example of each row, where outer values come from.
    """

    operator: Operator
    places: tuple[int, ...]
    parameters: tuple[Int[np.ndarray, " rows"], ...]
    example: Int[np.ndarray, " rows"]
    answers: np.ndarray  # (rows,)
    unlike: int  # arguments
    cost: int
    given: tuple = ()  # functions before the wanted one

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in (*self.parameters, self.example, self.answers)) + PROBLEM


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked for on the shelf's examples: (examples, width), or (examples,) for numbers."""

    kind: Type
    values: np.ndarray

    @property
    def within(self) -> Bool[np.ndarray, "examples time"]:
        return np.asarray(NUMPY.within(self.values))

    @property
    def items(self) -> Int[np.ndarray, "examples time"]:
        return self.values[:, 1:]


Columns = tuple[np.ndarray, ...]  # of the parameters, each (n, examples, time)
Posed = tuple[
    Columns, np.ndarray, np.ndarray, np.ndarray
]  # with answers and where, (examples, time) or with n, and fits
Rule = Callable[[tuple[np.ndarray, ...], Goal], Posed]


def problems(shelf: Shelf, goal: Goal, cost: int) -> Iterator[Problem]:
    """Problems whose arguments cost this much together."""
    for operator in shelf.operators:
        rule = RULES.get(operator.primitive.name)
        if rule is None or operator.result != goal.kind or operator.functions[0] not in shelf.known.bodies:
            continue
        for places in arguments(shelf, operator, cost):
            yield from posed(shelf, operator, rule, places, goal, cost)


def arguments(shelf: Shelf, operator: Operator, cost: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Rows of stored programs for the operator's arguments, of this cost together."""
    for layers in shelf.layers(operator.values, cost):
        few = tuple(
            (low, min(high, low + (STARTS if k == INT else FEW)))
            for (low, high), k in zip(layers, operator.values, strict=True)
        )
        each = shelf.examples * shelf.width * (8 * ARRAYS + shelf.width)  # a rule may compare items with all items
        for part in parts(few, shelf.meter.memory.block(each, FEW)):
            shelf.meter.check()
            grid = np.meshgrid(*(np.arange(low, high) for low, high in part), indexing="ij")
            yield tuple(axis.reshape(-1) for axis in grid)


def posed(
    shelf: Shelf,
    operator: Operator,
    rule: Rule,
    places: tuple[np.ndarray, ...],
    goal: Goal,
    cost: int,
    gather: bool = True,
) -> Iterator[Problem]:
    values = ()
    if gather:
        values = tuple(shelf.rows[kind].values[rows] for kind, rows in zip(operator.values, places, strict=True))
    columns, answers, where, fits = rule(values, goal)
    chosen = np.flatnonzero(fits)
    outer = outer_columns(shelf)
    shape = columns[0].shape[1:]
    example = np.broadcast_to(np.arange(shape[0])[:, None], shape)
    shared = where.ndim == 2  # the same rows for all
    for group in [chosen] if shared else [chosen[i : i + 1] for i in range(len(chosen))]:
        if not len(group):
            continue
        mask = where if shared else where[group[0]]
        wanted = (answers if answers.ndim == 2 else answers[group[0]])[mask]
        keys = [column[group][:, mask] for column in columns]
        around = [np.broadcast_to(column[example[mask]], keys[0].shape) for column in outer]
        if not len(wanted):
            continue
        counts = determined(np.stack([*keys, *around], axis=2), wanted.astype(np.int64))
        for row in np.flatnonzero(counts):
            yield Problem(
                operator,
                tuple(int(place[group[row]]) for place in places),
                tuple(key[row].copy() for key in keys),
                example[mask],
                wanted,
                int(counts[row]),
                cost,
            )


def outer_columns(shelf: Shelf) -> list[Int[np.ndarray, " examples"]]:
    """The single values that the bodies of lambdas may name."""
    return [
        np.asarray(shelf.columns[word.name]).astype(np.int64)
        for word in shelf.known.terminals
        if head_type(word) in (INT, BOOL)
    ]


def pointwise(values: tuple[np.ndarray, ...], goal: Goal) -> Posed:
    """The function of the items is the goal's item; the shortest argument ends the result."""
    lengths = np.minimum.reduce([xs[..., 0] for xs in values])
    fits = (lengths == goal.values[:, 0]).all(axis=1)
    return tuple(xs[..., 1:] for xs in values), goal.items, goal.within, fits


def scanned(values: tuple[np.ndarray, ...], goal: Goal) -> Posed:
    """The function of the goal's item before and of the item is the goal's item, from the second one on."""
    (xs,) = values
    fits = (xs[..., 0] == goal.values[:, 0]).all(axis=1) & (xs[:, :, 1] == goal.items[:, 0]).all(axis=1)
    states = np.broadcast_to(np.roll(goal.items, 1, axis=1), xs[..., 1:].shape)
    where = goal.within & (np.arange(goal.items.shape[1]) > 0)
    return (states, xs[..., 1:]), goal.items, where, fits


def scanned_from(values: tuple[np.ndarray, ...], goal: Goal) -> Posed:
    """The same from the first item on, with the start as the state before."""
    start, xs = values
    fits = (xs[..., 0] == goal.values[:, 0]).all(axis=1)
    states = np.broadcast_to(np.roll(goal.items, 1, axis=1), xs[..., 1:].shape).copy()
    states[:, :, 0] = start
    return (states, xs[..., 1:]), goal.items, goal.within, fits


def filtered(values: tuple[np.ndarray, ...], goal: Goal) -> Posed:
    """The test holds for the items that the goal has, where keeping these gives the goal."""
    (xs,) = values
    has = (xs[:, :, 1:, None] == goal.items[:, None, :]) & goal.within[:, None, :]
    keep = has.any(axis=-1) & NUMPY.within(xs)
    fits = (NUMPY.kept(keep, xs) == goal.values).all(axis=(1, 2))
    return (xs[..., 1:],), keep, NUMPY.within(xs), fits


def counted(values: tuple[np.ndarray, ...], goal: Goal) -> Posed:
    """The test holds where the goal grows by one."""
    (xs,) = values
    steps = np.diff(goal.items, axis=1, prepend=0)
    fits = (xs[..., 0] == goal.values[:, 0]).all(axis=1)
    fits &= bool((~goal.within | (steps == 0) | (steps == 1)).all())
    return (xs[..., 1:],), steps == 1, goal.within, fits


RULES: dict[str, Rule] = {
    **dict.fromkeys(("map", "map_stream", "map_seq", "zip", "zip_stream", "zip_seq"), pointwise),
    "scan": scanned,
    "scan_stream": scanned_from,
    "filter": filtered,
    "running_count": counted,
}


def joined(shelf: Shelf, goal: Goal) -> Iterator[tuple[Operator, tuple[Function, ...], tuple[int, int]]]:
    """Two stored programs whose items add up to the goal's, or differ by them: one look-up for each program."""
    if not is_vector(goal.kind):
        return
    stored = shelf.rows[goal.kind]
    spans = [slice(low, min(low + BLOCK, stored.count)) for low in range(0, stored.count, BLOCK)]
    known = hashes_of(stored.values[span] for span in spans)
    for operator in shelf.operators:
        if operator.values != (goal.kind, goal.kind) or operator.primitive.name not in ZIPS:
            continue
        for function in shelf.functions[operator.functions[0]]:
            sign = SIGNS.get(function.program.show())
            if sign is not None:
                hashes = hashes_of(left_over(stored.values[span], goal, sign) for span in spans)
                for left in np.flatnonzero(np.isin(hashes, known))[:8]:
                    right = int(np.flatnonzero(known == hashes[left])[0])
                    pair = (np.array([left]), np.array([right]))
                    if (shelf.evaluate(operator, (function,), pair, slice(None))[0] == goal.values).all():
                        yield operator, (function,), (int(left), right)


def left_over(values: np.ndarray, goal: Goal, sign: int) -> np.ndarray:
    """What the other program must be."""
    rest = values.copy()
    rest[..., 1:] = np.where(goal.within, sign * (goal.items - values[..., 1:]), 0)
    return rest


def hashes_of(parts: Iterable[np.ndarray]) -> np.ndarray:
    none = np.empty(0, np.uint64)
    return np.concatenate([none, *(row_hashes(np.ascontiguousarray(part.reshape(len(part), -1))) for part in parts)])
