"""Goals that are functions of states which they do not show: folds, and what is pointwise in a scan's states."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from synth.language.program import Apply, Program
from synth.language.types import INT, STREAM, Fn, is_vector
from synth.language.xp import NUMPY
from synth.search.deduction.bodies import Bodies
from synth.search.deduction.machines import Group, states, step_function
from synth.search.deduction.rules import Goal, Problem, pointwise, posed
from synth.search.deduction.shelf import OPERATOR, Function, Operator, Shelf

STARTS = 3  # cheapest numbers from which folds start
LISTS = 8  # cheapest lists that are folded
INPUTS = 5  # cheapest streams that steps run over
NEAR = 400  # stored streams among which these are looked for
CHEAP = 12  # streams that are paired with the states
COST = 4  # of a scan whose states are not the goal's
MANY = 1 << 14  # streams of a cost that are paired with what is made of them
BEST = 150  # problems that are posed of each kind, those of the fewest unlike arguments


def folds(shelf: Shelf, operator: Operator, steps: Bodies, grouped: list[Group], goal: Goal) -> Iterator[Program]:
    """Folds with any of the steps whose values are the goal."""
    kind = next(kind for kind in operator.values if is_vector(kind))
    for number in range(min(shelf.rows[INT].count, STARTS)):
        for row in range(min(shelf.rows[kind].count, LISTS)):
            xs, start = shelf.rows[kind].values[row], shelf.rows[INT].values[number]
            found = states(steps, grouped, shelf, start, xs[:, 1:])
            ends = np.take_along_axis(found, np.maximum(xs[None, :, :1] - 1, 0), axis=2)[:, :, 0]
            ends = np.where(xs[:, 0] == 0, start, ends)
            for place in np.flatnonzero((ends == goal.values).all(axis=1)):
                function = step_function(steps, int(place), shelf, 0)
                yield shelf.applied(operator, (function,), (number, row))


def hidden(shelf: Shelf, steps: Bodies, grouped: list[Group], goal: Goal) -> Iterator[Problem]:
    """Problems whose arguments are the states of scans from 0 with any of the steps."""
    operators = {operator.primitive.name: operator for operator in shelf.operators}
    zero = np.flatnonzero((shelf.rows[INT].values[: shelf.rows[INT].count] == 0).all(axis=1))
    for row in inputs(shelf):
        xs = shelf.rows[STREAM].values[row]
        found = states(steps, grouped, shelf, np.zeros(len(xs), np.int64), xs[:, 1:])
        if "mealy" in operators:
            yield from best(outputs(shelf, operators["mealy"], steps, found, row, goal))
        if "scan_stream" in operators and len(zero):
            places = (np.full(len(found), zero[0]), np.full(len(found), row))
            kept = store_states(shelf, operators["scan_stream"], steps, found, xs, places)
            yield from functions_of_states(shelf, operators, kept, goal)
    yield from with_own_past(shelf, rows_of_cost(shelf, COST + OPERATOR), goal, COST + OPERATOR)


def inputs(shelf: Shelf) -> list[int]:
    """The cheapest streams that name every stream that there is; what zip and map make comes before delays."""
    wanted = {word.name for word in shelf.known.terminals if is_vector(word.type)}
    programs = [(row, shelf.program(STREAM, row)) for row in range(min(shelf.rows[STREAM].count, NEAR))]
    chosen = [(row, program) for row, program in programs if wanted <= {word.name for word in program.terminals}]
    chosen.sort(key=lambda pair: len(pair[1].nodes) > 1 and not takes_functions(pair[1]))
    return [row for row, _ in chosen[:INPUTS]]


def takes_functions(program: Program) -> bool:
    root = program.nodes[-1]
    return isinstance(root, Apply) and any(isinstance(kind, Fn) for kind in root.primitive.type.args)


def store_states(
    shelf: Shelf, operator: Operator, steps: Bodies, found: np.ndarray, xs: np.ndarray, places: tuple[np.ndarray, ...]
) -> np.ndarray:
    """Streams of states as stored programs; the rows of those that were new."""
    values = np.asarray(NUMPY.like(np.broadcast_to(xs, (len(found), *xs.shape)), found))
    begin = shelf.rows[STREAM].count
    origin = (operator, lambda place: (step_function(steps, place, shelf, 0),), places)
    return begin + np.arange(len(shelf.store(STREAM, COST, origin, values)))


def rows_of_cost(shelf: Shelf, cost: int) -> np.ndarray:
    """The first streams of a cost."""
    spans = shelf.rows[STREAM].layers.get(cost, [])
    return np.concatenate([np.arange(low, high) for low, high in spans] or [np.zeros(0, np.int64)])[:MANY]


def functions_of_states(
    shelf: Shelf, operators: dict[str, Operator], rows: np.ndarray, goal: Goal
) -> Iterator[Problem]:
    """The goal as a function of states, of states and a cheap stream, or of states and what they were."""
    if "map_stream" in operators:
        yield from best(posed(shelf, operators["map_stream"], pointwise, (rows,), goal, COST))
    if "zip_stream" not in operators or not len(rows):
        return
    cheap = np.arange(min(CHEAP, int(rows[0])))
    grid = np.meshgrid(rows, cheap, indexing="ij")
    places = (grid[0].reshape(-1), grid[1].reshape(-1))
    yield from best(posed(shelf, operators["zip_stream"], pointwise, places, goal, COST + OPERATOR))
    yield from with_own_past(shelf, rows, goal, COST)


def with_own_past(shelf: Shelf, rows: np.ndarray, goal: Goal, cost: int) -> Iterator[Problem]:
    """The goal as a function of a stream and of what another operator makes of the same stream."""
    zips = [operator for operator in shelf.operators if operator.primitive.name == "zip_stream"]
    for operator in shelf.operators:
        if zips and operator.kinds == (STREAM,) and operator.result == STREAM:
            values = shelf.evaluate(operator, (), (rows,), slice(None))
            begin = shelf.rows[STREAM].count
            kept = shelf.store(STREAM, cost + OPERATOR, (operator, (), (rows,)), values)
            pair = (begin + np.arange(len(kept)), rows[kept])
            yield from best(posed(shelf, zips[0], pointwise, pair, goal, cost + OPERATOR))


def outputs(
    shelf: Shelf, operator: Operator, steps: Bodies, found: np.ndarray, row: int, goal: Goal
) -> Iterator[Problem]:
    """The goal as a function of the state before and of the item."""
    xs = shelf.rows[STREAM].values[row]
    before = np.concatenate([np.zeros_like(found[:, :, :1]), found[:, :, :-1]], axis=2)
    _, first = np.unique(before.reshape(len(before), -1), axis=0, return_index=True)
    first = np.sort(first)
    lengths = np.broadcast_to(xs[:, :1], (len(first), len(xs), 1))
    both = (np.concatenate([lengths, before[first]], axis=2), np.broadcast_to(xs, (len(first), *xs.shape)))

    def rule(_: Any, goal: Goal) -> Any:
        return pointwise(both, goal)

    for problem in posed(shelf, operator, rule, (np.arange(len(first)),), goal, COST, gather=False):
        step = Later(steps, int(first[problem.places[0]]), shelf)
        yield replace(problem, places=(row,), given=(step,))


class Later:
    """A step function that is written down only where it is needed."""

    def __init__(self, steps: Bodies, place: int, shelf: Shelf) -> None:
        self._steps, self._place, self._shelf = steps, place, shelf

    @property
    def function(self) -> Function:
        return step_function(self._steps, self._place, self._shelf, 0)

    @property
    def program(self) -> Program:
        return self.function.program


def best(found: Iterator[Problem]) -> list[Problem]:
    """Those of the fewest unlike arguments, where equal ones occur at all."""
    some = [problem for problem in found if 2 * problem.unlike <= len(problem.answers)]
    return sorted(some, key=lambda problem: problem.unlike)[:BEST]
