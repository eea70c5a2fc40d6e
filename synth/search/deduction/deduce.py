"""The search for programs with vectors: forward by cost, and back from the goal to the bodies of lambdas.

A program that is met so fits, and is small; whether another has fewer bits is for `bounded` beside this file to find.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Int

from synth.bank.budget import Meter
from synth.language.grammar import EIGHTHS, Language, program_cost
from synth.language.program import Program
from synth.language.types import INT, STREAM, Fn, Type, carrier, is_vector, plain
from synth.library.functions import STEP
from synth.search.deduction import machines
from synth.search.deduction.bodies import Bodies, bodies, body_for, wanted_type
from synth.search.deduction.hidden import folds, hidden, rows_of_cost, with_own_past
from synth.search.deduction.rules import Goal, Problem, joined, problems
from synth.search.deduction.shelf import Function, Shelf, equal_rows
from synth.search.rows import Rows

EXAMPLES = 8  # on which programs are told apart
SLICES = (0.0, 0.3, 2.0)  # seconds for a search for a body, by round; the first round only looks at known bodies
ROUND = (150, 6, 3)  # problems that are tried at a time, by round
BODIES = 20000  # of each function type that are known
FORWARD = ((3, 24), (4, 120))  # cost of a lambda in the forward search, and how many have it
STEPS = 12000  # bodies that are run as the steps of scans
STATES = 4  # arrays of all their states that exist at a time
MACHINES = 4  # cost from which they are
COST = 8  # unlike arguments that count as much as one of cost
MISSES = 4  # programs that fit the examples only, after which the search begins again with more of them
LESSONS = 4  # examples that are added
CASES = 4  # rows for each case, on the average, that make a function worth a search of its own
PLAIN = 2  # cost of arguments for which it is worth that anyway
WAITING = 0.25  # of the memory that problems may take; beyond it the less promising half is left out
MOST = 12  # cost at which the search ends


@dataclass(slots=True, weakref_slot=True, eq=False)
class Deduction:
    """One search over some of the rows."""

    known: Language
    rows: Rows
    kind: Type
    places: Int[np.ndarray, " examples"]
    meter: Meter
    limit: float  # eighths of a bit
    waiting: tuple[list[tuple[int, int, Problem]], ...] = field(default_factory=lambda: tuple([] for _ in SLICES))
    number: int = 0
    known_bodies: dict[Fn, Bodies] = field(default_factory=dict)
    posed: int = 0  # bytes of the problems that wait

    @property
    def nbytes(self) -> int:
        return self.posed

    def run(self) -> tuple[Program | None, np.ndarray]:
        """A program that fits all rows; otherwise some rows on which those that fit the examples are wrong."""
        self.meter.memory.holders.add(self)
        lessons: list[int] = []
        misses = 0
        for program in self.programs():
            wrong = self.rows.wrong(program)
            fits = not len(wrong) and program_cost(self.known, program, self.kind) <= self.limit
            if fits and self.rows.exact(program):
                return program, wrong
            lessons += [int(row) for row in wrong[:2]]
            misses += bool(len(wrong))
            if misses == MISSES and len(self.places) < 3 * EXAMPLES:
                break
        return None, np.array(lessons, np.int64)

    def programs(self) -> Iterator[Program]:
        """Programs that fit the examples."""
        shelf, goal = self._shelf(), self._goal()
        probe = 1 if is_vector(self.kind) else min(3, len(self.places))
        for cost in range(MOST + 1):
            for operator, functions, places in shelf.find(self.kind, cost, goal.values, probe):
                yield shelf.applied(operator, functions, places)
            if cost == MACHINES and self.known.bodies:
                yield from self._hidden(shelf, goal)
            shelf.build(cost)
            for row in self._stored(shelf, goal, cost):
                yield shelf.program(self.kind, row)
            for operator, functions, places in joined(shelf, goal):
                yield shelf.applied(operator, functions, places)
            if self.known.bodies:
                self._pose(problems(shelf, goal, cost))
                if self.kind == STREAM and cost >= MACHINES:
                    self._pose(with_own_past(shelf, rows_of_cost(shelf, cost), goal, cost))
                yield from self._solved(shelf, goal, min(cost // 2, len(SLICES) - 1))

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
        waiting = self.waiting[0]
        for problem in found:
            self.number += 1
            heapq.heappush(waiting, (problem.cost * COST + problem.unlike, self.number, problem))
            self.posed += problem.nbytes
            if self.posed > WAITING * self.meter.memory.most:
                waiting[:] = heapq.nsmallest(len(waiting) // 2, waiting)
                self.posed = sum(each.nbytes for rounds in self.waiting for _, _, each in rounds)

    def _solved(self, shelf: Shelf, goal: Goal, rounds: int) -> Iterator[Program]:
        """Try the most promising problems: on the known bodies, then each with a search of its own."""
        for done in range(rounds + 1):
            for _ in range(min(ROUND[done], len(self.waiting[done]))):
                rank, number, problem = heapq.heappop(self.waiting[done])
                self.posed -= problem.nbytes
                self.meter.check()
                function = self._body(shelf, goal, problem, SLICES[done])
                if function is not None:
                    yield shelf.applied(problem.operator, (*problem.given, function), problem.places)
                elif done + 1 < len(SLICES) and promising(problem):
                    heapq.heappush(self.waiting[done + 1], (rank, number, problem))
                    self.posed += problem.nbytes

    def _body(self, shelf: Shelf, goal: Goal, problem: Problem, seconds: float) -> Function | None:
        if not seconds:
            return self._bodies(shelf, goal, wanted_type(problem)).answer(problem, shelf)
        return body_for(problem, shelf, max(min(seconds, self.meter.left), 1e-3))

    def _bodies(self, shelf: Shelf, goal: Goal, asked: Fn) -> Bodies:
        if asked not in self.known_bodies:
            self.known_bodies[asked] = bodies(shelf, asked, goal.values, BODIES, 1.0, 0)
        return self.known_bodies[asked]

    def _hidden(self, shelf: Shelf, goal: Goal) -> Iterator[Program]:
        """The cheapest bodies join the forward search; steps run over the cheapest streams and lists."""
        for asked in self.known.bodies:
            few = self._bodies(shelf, goal, asked)
            for i, function in enumerate(few.functions(shelf, FORWARD[-1][1], 0)):
                price = next(cost for cost, count in FORWARD if i < count)
                shelf.functions[asked].append(replace(function, cost=price))
            if asked == STEP:
                grouped = machines.groups(few, self._steps(shelf))
                for operator in shelf.operators:
                    if operator.primitive.name == "fold" and self.kind == INT:
                        yield from folds(shelf, operator, few, grouped, goal)
                if self.kind == STREAM:
                    self._pose(hidden(shelf, few, grouped, goal))
                yield from self._solved(shelf, goal, 1)

    def _steps(self, shelf: Shelf) -> int:
        """How many bodies are run as steps: their states are held for all examples and times."""
        memory = self.meter.memory
        return int(min(STEPS, max(1, (memory.most - memory.held) / (STATES * 8 * shelf.examples * shelf.width))))


def promising(problem: Problem) -> bool:
    """Whether a function of few cases is asked for, so that one that is found is more than a table of them."""
    return problem.cost <= PLAIN or CASES * problem.unlike <= len(problem.answers)


def deduce(known: Language, rows: Rows, goal: Type, meter: Meter) -> Program | None:
    """A program that fits all rows, found forward and back from the goal; Spent is raised."""
    limit = meter.budget.bits * EIGHTHS
    kind = plain(carrier(goal))
    places = informative(rows, kind)
    while True:
        program, wrong = Deduction(known, rows, kind, places, meter, limit).run()
        fresh = np.setdiff1d(wrong, places)
        if program is not None or not len(fresh) or len(places) > 3 * EXAMPLES:
            return program
        places = np.concatenate([places, fresh[:LESSONS]])


def informative(rows: Rows, kind: Type) -> Int[np.ndarray, " examples"]:
    """Rows with long or large answers first."""
    size = rows.answers[:, 0] if is_vector(kind) else np.abs(rows.answers.astype(np.int64))
    return np.argsort(-size, kind="stable")[:EXAMPLES]


def handles(known: Language) -> bool:
    """Whether operators of the language take functions."""
    return any(isinstance(kind, Fn) for primitive in known.primitives for kind in primitive.type.args)
