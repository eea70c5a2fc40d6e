"""The search for programs with vectors: forward by cost, and back from the goal to the bodies of lambdas.

A program that is met so fits, and is small, but is not proven to have the fewest bits.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Int

from synth.budget import Meter
from synth.deduction import machines
from synth.deduction.bodies import Bodies, bodies, body_for, wanted_type
from synth.deduction.rules import Goal, Problem, pointwise, posed, problems
from synth.deduction.shelf import Function, Operator, Shelf, equal_rows
from synth.grammar import Language
from synth.library.functions import STEP
from synth.program import Program
from synth.rows import Rows
from synth.types import INT, STREAM, Fn, Type, carrier, is_vector, plain
from synth.xp import NUMPY

EXAMPLES = 8  # on which programs are told apart
SLICES = (0.0, 0.3, 2.0)  # seconds for a search for a body, by round; the first round only looks at known bodies
ROUND = (150, 6, 3)  # problems that are tried at a time, by round
BODIES = 20000  # of each function type that are known
FORWARD = ((1, 24), (2, 120))  # cost of a lambda in the forward search, and how many have it
STEPS = 6000  # bodies that are run as the steps of scans
MOST = 10  # cost at which the search ends
HIDDEN = 4  # cost of a scan whose states are not the goal's


@dataclass(slots=True)
class Deduction:
    """One search over some of the rows."""

    known: Language
    rows: Rows
    kind: Type
    places: Int[np.ndarray, " examples"]
    meter: Meter
    waiting: list[tuple[int, int, int, Problem]] = field(default_factory=list)  # heap: by round, rank, number
    number: int = 0
    known_bodies: dict[Fn, Bodies] = field(default_factory=dict)

    def run(self) -> tuple[Program | None, np.ndarray]:
        """A program that fits all rows; otherwise the rows on which one that fits the examples is wrong."""
        wrong = np.zeros(0, np.int64)
        for program in self.programs():
            wrong = self.rows.wrong(program)
            if not len(wrong):
                return program, wrong
            if len(self.places) < 3 * EXAMPLES:
                break
        return None, wrong

    def programs(self) -> Iterator[Program]:
        """Programs that fit the examples."""
        shelf, goal = self._shelf(), self._goal()
        for cost in range(MOST + 1):
            probe = 1 if is_vector(self.kind) else min(3, len(self.places))
            for operator, functions, places in shelf.find(self.kind, cost, goal.values, probe):
                yield shelf.applied(operator, functions, places)
            shelf.build(cost)
            for row in self._stored(shelf, goal, cost):
                yield shelf.program(self.kind, row)
            if not self.known.bodies:
                continue
            self._pose(problems(shelf, goal, cost))
            yield from self._solved(shelf, goal, 0)
            if cost == 2:
                yield from self._lambdas(shelf, goal)
            yield from self._solved(shelf, goal, max(0, min(cost - 2, len(SLICES) - 1)))

    def _shelf(self) -> Shelf:
        columns = {name: values[self.places] for name, values in self.rows.table.items()}
        return Shelf(self.known, columns, len(self.places), self.meter)

    def _goal(self) -> Goal:
        return Goal(self.kind, self.rows.answers[self.places])

    def _stored(self, shelf: Shelf, goal: Goal, cost: int) -> Iterator[int]:
        """Leaves are the goal only where they are stored."""
        if cost == 0:
            for low, high in shelf.rows[self.kind].layers.get(0, []):
                values = shelf.rows[self.kind].values[low:high]
                yield from (low + int(row) for row in np.flatnonzero(equal_rows(values, goal.values)))

    def _pose(self, found: Iterator[Problem]) -> None:
        for problem in found:
            self.number += 1
            rank = problem.cost * 8 + problem.unlike
            heapq.heappush(self.waiting, (0, rank, self.number, problem))

    def _solved(self, shelf: Shelf, goal: Goal, rounds: int) -> Iterator[Program]:
        """Try the most promising problems: on the known bodies, then each with a search of its own."""
        again: list[tuple[int, int, int, Problem]] = []
        tried = [0] * len(SLICES)
        while self.waiting and self.waiting[0][0] <= rounds:
            done, rank, number, problem = heapq.heappop(self.waiting)
            if tried[done] >= ROUND[done]:
                again.append((done, rank, number, problem))
                break
            tried[done] += 1
            self.meter.check(shelf.nbytes)
            function = self._body(shelf, goal, problem, SLICES[done])
            if function is not None:
                yield shelf.applied(problem.operator, (*problem.given, function), problem.places)
            elif done + 1 < len(SLICES):
                again.append((done + 1, rank, number, problem))
        for item in again:
            heapq.heappush(self.waiting, item)

    def _body(self, shelf: Shelf, goal: Goal, problem: Problem, seconds: float) -> Function | None:
        if not seconds:
            return self._bodies(shelf, goal, wanted_type(problem)).answer(problem, shelf)
        left = self.meter.budget.seconds - self.meter.seconds
        return body_for(problem, shelf, max(min(seconds, left), 1e-3))

    def _bodies(self, shelf: Shelf, goal: Goal, asked: Fn) -> Bodies:
        if asked not in self.known_bodies:
            self.known_bodies[asked] = bodies(shelf, asked, goal.values, BODIES, 1.0, 0)
        return self.known_bodies[asked]

    def _lambdas(self, shelf: Shelf, goal: Goal) -> Iterator[Program]:
        """The cheapest bodies join the forward search; steps run over the cheapest streams and lists."""
        for asked in self.known.bodies:
            few = self._bodies(shelf, goal, asked)
            for i, function in enumerate(few.functions(shelf, FORWARD[-1][1], 2)):
                price = next(cost for cost, count in FORWARD if i < count)
                shelf.functions[asked].append(replace(function, cost=price))
            if asked == STEP:
                yield from self._machines(shelf, goal, few)

    def _machines(self, shelf: Shelf, goal: Goal, steps: Bodies) -> Iterator[Program]:
        grouped = machines.groups(steps, STEPS)
        for operator in shelf.operators:
            if operator.primitive.name == "scan_stream":
                self._scans(shelf, operator, steps, grouped)
            if operator.primitive.name == "fold" and self.kind == INT:
                yield from self._folds(shelf, operator, steps, grouped, goal)
            if operator.primitive.name == "mealy" and self.kind == STREAM:
                self._mealy(shelf, operator, steps, grouped, goal)

    def _scans(self, shelf: Shelf, operator: Operator, steps: Bodies, grouped: list[machines.Group]) -> None:
        """States of every step over the cheapest streams, stored as programs."""
        stored = shelf.rows[STREAM]
        for row in range(min(stored.count, 3)):
            xs = stored.values[row]
            start = np.zeros(len(xs), np.int64)
            states = machines.states(steps, grouped, shelf, start, xs[:, 1:])
            values = np.asarray(NUMPY.like(np.broadcast_to(xs, (len(states), *xs.shape)), states))
            zero = row_of_zero(shelf)
            places = (np.full(len(values), zero), np.full(len(values), row))
            origin = (operator, lambda i: (machines.step_function(steps, i, shelf, 0),), places)
            shelf.store(STREAM, HIDDEN, origin, values)

    def _folds(
        self, shelf: Shelf, operator: Operator, steps: Bodies, grouped: list[machines.Group], goal: Goal
    ) -> Iterator[Program]:
        lists = next(kind for kind in operator.values if is_vector(kind))
        for number in range(min(shelf.rows[INT].count, 3)):
            for row in range(min(shelf.rows[lists].count, 8)):
                xs, start = shelf.rows[lists].values[row], shelf.rows[INT].values[number]
                states = machines.states(steps, grouped, shelf, start, xs[:, 1:])
                ends = np.take_along_axis(states, np.maximum(xs[None, :, :1] - 1, 0), axis=2)[:, :, 0]
                ends = np.where(xs[:, 0] == 0, start, ends)
                for place in np.flatnonzero((ends == goal.values).all(axis=1)):
                    function = machines.step_function(steps, int(place), shelf, 0)
                    yield shelf.applied(operator, (function,), (number, row))

    def _mealy(
        self, shelf: Shelf, operator: Operator, steps: Bodies, grouped: list[machines.Group], goal: Goal
    ) -> None:
        """Where the goal depends on the state before and on the item, and on nothing else."""
        stored = shelf.rows[STREAM]
        for row in range(min(stored.count, 24)):
            xs = stored.values[row]
            states = machines.states(steps, grouped, shelf, np.zeros(len(xs), np.int64), xs[:, 1:])
            before = np.concatenate([np.zeros_like(states[:, :, :1]), states[:, :, :-1]], axis=2)
            _, first = np.unique(before.reshape(len(before), -1), axis=0, return_index=True)
            first = np.sort(first)
            # the pointwise rule on the states before and the items, as if both were stored
            pair = replace(operator, kinds=(operator.kinds[1], *operator.kinds[2:]))
            self._pose(self._outputs(shelf, pair, operator, steps, before[first], first, row, goal))

    def _outputs(
        self,
        shelf: Shelf,
        pair: Operator,
        operator: Operator,
        steps: Bodies,
        before: np.ndarray,
        first: np.ndarray,
        row: int,
        goal: Goal,
    ) -> Iterator[Problem]:
        xs = shelf.rows[STREAM].values[row]

        def rule(values: tuple[np.ndarray, ...], goal: Goal):
            full = np.broadcast_to(xs, (len(before), *xs.shape))
            lengths = np.broadcast_to(xs[:, :1], (*before.shape[:2], 1))
            return pointwise((np.concatenate([lengths, before], axis=2), full), goal)

        for problem in posed(shelf, pair, rule, (np.arange(len(before)),), goal, HIDDEN, gather=False):
            total = len(problem.answers)
            if problem.unlike > total // 2:
                continue
            step = machines.step_function(steps, int(first[problem.places[0]]), shelf, 0)
            yield replace(problem, operator=operator, places=(row,), given=(step,), cost=2)


def row_of_zero(shelf: Shelf) -> int:
    """The row of the number 0."""
    values = shelf.rows[INT].values[: shelf.rows[INT].count]
    return int(np.flatnonzero((values == 0).all(axis=1))[0])


def deduce(known: Language, rows: Rows, goal: Type, meter: Meter) -> tuple[Program | None, int]:
    """A program that fits all rows, found forward and back from the goal, and on how many examples; Spent is raised."""
    kind = plain(carrier(goal))
    places = informative(rows, kind)
    while True:
        program, wrong = Deduction(known, rows, kind, places, meter).run()
        fresh = np.setdiff1d(wrong, places)
        if program is not None or not len(fresh) or len(places) > 3 * EXAMPLES:
            return program, len(places)
        places = np.concatenate([places, fresh[:2]])


def informative(rows: Rows, kind: Type) -> Int[np.ndarray, " examples"]:
    """Rows with long or large answers first."""
    size = rows.answers[:, 0] if is_vector(kind) else np.abs(rows.answers.astype(np.int64))
    return np.argsort(-size, kind="stable")[:EXAMPLES]


def handles(known: Language, goal: Type) -> bool:
    """Whether the language is one of vectors."""
    kinds = {kind for p in known.primitives for kind in (*p.type.args, p.type.result)}
    return is_vector(goal) or any(is_vector(kind) or isinstance(kind, Fn) for kind in kinds)
