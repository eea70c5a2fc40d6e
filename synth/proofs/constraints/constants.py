"""Constants that nobody lists: the smallest sketches whose holes the solver can fill, and the sizes excluded."""

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from synth.bank.budget import Budget, Meter, Spent
from synth.language.grammar import EIGHTHS
from synth.language.listed import in_words, listed
from synth.language.literals import constant
from synth.language.program import Program, Terminal
from synth.language.types import Type, plain
from synth.proofs.constraints.enumeration import check
from synth.proofs.constraints.expression import Columns, literal, run
from synth.proofs.constraints.goal import Goal, arguments, claim
from synth.proofs.constraints.rows import joined
from synth.proofs.constraints.sketches import (
    Hole,
    Known,
    Node,
    Part,
    Sketches,
    TooMany,
    empty_bank,
    holes,
    program_of,
    splits,
)
from synth.proofs.constraints.tuples import call_columns, matching
from synth.proofs.smt import Proved, Smt, Verdict

SECONDS = 0.3  # for one question about constants
TRIES = 24  # cases that are added for one sketch
FIRST = 2  # cases that a sketch is held against at first
FURTHER = 3  # cases that are added where the solver gave up, which more equations may help
GIVEN_UP = 3  # times
REFUTED = 2  # times that a sketch is refuted before the solver is asked about all inputs at once
LARGEST = 2**62  # constants are below: what is beyond, 64 bits may not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Programs that satisfy the constraints, with what is known of them; None where none was found.

    Whatever the constants are, no programs of together at most `excluded` nodes do.
    """

    programs: tuple[Program, ...] | None
    verdict: Verdict | None
    excluded: float  # nodes
    columns: Columns


def endless(goal: Goal) -> bool:
    """Whether some function may have constants that its language does not list."""
    return any(unknown.language.further for unknown in goal.unknowns)


def tried(goal: Goal) -> str:
    """The constants that the languages list where any may be written, in words; empty where none other may."""
    names = [name for unknown in goal.unknowns for name in listed(unknown.language)]
    return in_words(names) if endless(goal) else ""


def fill(
    goal: Goal, columns: Columns, rows: int, seconds: float, seed: int, *, least: float = 0.0, most: float = math.inf
) -> Filled:
    """The smallest sketches of more than `least` nodes together, at most `most`, that constants make right."""
    until = time.monotonic() + seconds
    done, refuted, left_out = int(least) * EIGHTHS, Counter[str](), set[str]()
    sure = True
    while True:
        search = Filling(goal, columns, rows, until, left_out)
        search.sure = sure
        found, done = search.run(done, most)
        if found is None:
            return Filled(programs=None, verdict=None, excluded=done / EIGHTHS, columns=columns)
        checked = check(goal, found.programs, columns, seed)
        if isinstance(checked, Proved):
            return Filled(programs=found.programs, verdict=checked, excluded=done / EIGHTHS, columns=columns)
        refuted[found.text] += 1
        if not isinstance(checked, dict) or refuted[found.text] > REFUTED:
            left_out.add(found.text)
            sure &= nowhere(goal, found)
            if time.monotonic() > until:
                return Filled(programs=None, verdict=None, excluded=done / EIGHTHS, columns=columns)
        if isinstance(checked, dict):
            columns = joined(columns, checked)
            rows += len(next(iter(checked.values())))


def nowhere(goal: Goal, found: "Served") -> bool:
    """Whether no constants at all make sketches right, as far as the solver says."""
    smt = Smt((), goal.patience)
    variables = {v.name: smt.constant(v) for v in goal.variables}
    names = {
        node.name: smt.constant(node) for program in found.sketches for node in program.terminals if "!" in node.name
    }
    body = smt.expression(claim(goal, found.sketches), variables | names)
    return smt.values([smt.always(body, list(variables.values()))], list(names.values()), LARGEST, SECONDS) is None


@dataclass(frozen=True, slots=True)
class Served:
    """Programs that hold on all samples, and the sketches that they come from, holes as terminals."""

    programs: tuple[Program, ...]
    sketches: tuple[Program, ...]

    @property
    def text(self) -> str:
        return " ".join(program.show() for program in self.sketches)


@dataclass(slots=True)
class Filling:
    """One search over fixed samples; a case is a constraint at one of them."""

    goal: Goal
    columns: Columns
    rows: int
    until: float
    left_out: set[str]  # sketches that were judged before
    smt: Smt = field(init=False)
    tables: tuple[Sketches, ...] = field(init=False)
    given: tuple[Columns, ...] = field(init=False)  # the arguments of all calls of each function
    places: dict[str, tuple[int, int]] = field(init=False)  # of an output's name: the function, its first row
    formulas: dict[tuple[int, int], tuple[Any, list[tuple[str, Any]]]] = field(default_factory=dict)
    cases: list[tuple[int, int]] = field(init=False)  # those that excluded most lately first
    sure: bool = True  # every question so far was answered

    def __post_init__(self) -> None:
        self.smt = Smt((), self.goal.patience)
        left = Budget(seconds=max(0.05, self.until - time.monotonic()), bytes=self.goal.patience.bytes)
        meter = Meter(left)
        self.given = tuple(call_columns(self.goal, place, self.columns, self.rows) for place in range(self._count()))
        self.tables = tuple(
            Sketches(unknown.language, empty_bank(unknown.language, given, meter))
            for unknown, given in zip(self.goal.unknowns, self.given, strict=True)
        )
        seen = [0] * self._count()
        self.places = {}
        for call in self.goal.calls:
            self.places[call.output.name] = call.unknown, seen[call.unknown]
            seen[call.unknown] += self.rows
        self.cases = [(row, number) for row in range(self.rows) for number in range(len(self.goal.constraints))]

    def _count(self) -> int:
        return len(self.goal.unknowns)

    def run(self, start: int, most: float) -> tuple[Served | None, int]:
        """The first programs beyond a cost of `start` eighths, and the cost up to which all are excluded."""
        step = EIGHTHS
        cost = start
        try:
            while (cost + step) / EIGHTHS <= most:
                for found in self._plain(cost + step):
                    if found.text not in self.left_out:
                        return found, start
                for parts in self._tuples(cost + step):
                    if time.monotonic() > self.until:
                        raise Spent("seconds")
                    found = self._serve(parts)
                    if found is not None and found.text not in self.left_out:
                        return found, start
                cost += step
                start = cost if self.sure else start
        except (Spent, TooMany):
            pass
        return None, start

    def _plain(self, cost: int) -> Iterator[Served]:
        """Programs without holes, of a total cost, that hold on all samples."""
        kinds = [plain(unknown.result) for unknown in self.goal.unknowns]
        banks = [table.bank for table in self.tables]
        for bank in banks:
            bank.build(cost)
        for costs in splits(cost, len(kinds), EIGHTHS):
            for picked in matching(self.goal, banks, costs, self.columns, self.rows):
                programs = tuple(b.program(k, row) for b, k, row in zip(banks, kinds, picked, strict=True))
                yield Served(programs, programs)

    def _tuples(self, cost: int) -> Iterator[tuple[Part, ...]]:
        """Parts for all functions of a total cost, at least one with a hole."""
        kinds = [plain(unknown.result) for unknown in self.goal.unknowns]
        for costs in splits(cost, len(kinds), EIGHTHS):
            options = [
                [*table.known(kind, each), *table.of(kind, each)]
                for table, kind, each in zip(self.tables, kinds, costs, strict=True)
            ]
            yield from products(options)

    def _serve(self, parts: Sequence[Part]) -> Served | None:
        """The programs that constants make of sketches; None where there are none, or none were found."""
        names: list[list[Any]] = []
        for place, part in enumerate(parts):
            names.append([self._fresh(place, i, hole) for i, hole in enumerate(holes(part))])
        chosen = self.cases[:FIRST]
        flat = [name for each in names for name in each]
        blocked: list[Any] = []
        given_up = 0
        for _ in range(TRIES):
            if given_up == GIVEN_UP or time.monotonic() > self.until:
                break
            asked = [self._formula(case, parts, names) for case in chosen]
            values = self.smt.values([*asked, *blocked], flat, LARGEST, SECONDS)
            if values is None:
                self._promote(chosen[-1])
                return None
            if values == ():
                given_up += 1
                chosen += [case for case in self.cases if case not in chosen][:FURTHER]
                continue
            filled = self._programs(parts, values)
            wrong = self._first_wrong(filled)
            if wrong is None:
                return Served(filled, self._open(parts))
            if wrong in chosen:  # what the solver leaves open, such as x div 0
                blocked.append(self.smt.unlike(flat, values))
            else:
                chosen.append(wrong)
        self.sure = False
        return None

    def _fresh(self, place: int, number: int, hole: Hole) -> Any:
        return self.smt.constant(Terminal(f"hole!{place}!{number}!{plain(hole.kind)}", plain(hole.kind)))

    def _promote(self, case: tuple[int, int]) -> None:
        """Let a case that excluded a sketch be among the first for the next one."""
        self.cases.remove(case)
        self.cases.insert(0, case)

    def _programs(self, parts: Sequence[Part], values: Sequence[int]) -> tuple[Program, ...]:
        kinds = [plain(hole.kind) for part in parts for hole in holes(part)]
        filled = iter([literal(value, kind) for value, kind in zip(values, kinds, strict=True)])
        return tuple(program_of(part, table.bank, filled) for part, table in zip(parts, self.tables, strict=True))

    def _open(self, parts: Sequence[Part]) -> tuple[Program, ...]:
        """Sketches with a terminal for each hole."""
        found: list[Program] = []
        for place, (part, table) in enumerate(zip(parts, self.tables, strict=True)):
            names = [Terminal(f"hole!{place}!{i}", plain(hole.kind)) for i, hole in enumerate(holes(part))]
            found.append(program_of(part, table.bank, iter([Program((name,)) for name in names])))
        return tuple(found)

    def _first_wrong(self, programs: Sequence[Program]) -> tuple[int, int] | None:
        """The first case, in the order of the cases, on which programs do not hold."""
        known = dict(self.columns)
        for call in self.goal.calls:
            given = arguments(self.goal, call, known, self.rows)
            known[call.output.name] = run(programs[call.unknown], given, (self.rows,))
        held = {n: run(c.body, known, (self.rows,)) for n, c in enumerate(self.goal.constraints)}
        return next((case for case in self.cases if not held[case[1]][case[0]]), None)

    def _formula(self, case: tuple[int, int], parts: Sequence[Part], names: Sequence[Sequence[Any]]) -> Any:
        """A constraint at one sample over the holes."""
        body, outputs = self._prepared(case)
        for name, symbol in outputs:
            place, first = self.places[name]
            value = self._value(parts[place], place, first + case[0], iter(names[place]))
            body = self.smt.replaced(body, symbol, value)
        return body

    def _prepared(self, case: tuple[int, int]) -> tuple[Any, list[tuple[str, Any]]]:
        if case not in self.formulas:
            row, number = case
            body = self.goal.constraints[number].body
            fixed = {v.name: self._number(self.columns[v.name][row], v.type) for v in self.goal.variables}
            outputs = [node for node in body.terminals if node.name in self.places]
            symbols = {node.name: self.smt.constant(node) for node in outputs}
            self.formulas[case] = self.smt.expression(body, fixed | symbols), list(symbols.items())
        return self.formulas[case]

    def _number(self, value: Any, kind: Type) -> Any:
        return self.smt.apply(constant(int(value), plain(kind)), ())

    def _value(self, part: Part, place: int, row: int, names: Iterator[Any]) -> Any:
        """The value of a part at one row of its function's arguments."""
        if isinstance(part, Hole):
            return next(names)
        if isinstance(part, Known):
            return self._number(self.tables[place].bank.values(part.kind)[row, part.row], part.kind)
        assert isinstance(part, Node)
        return self.smt.apply(part.primitive, [self._value(arg, place, row, names) for arg in part.args])


def products(options: Sequence[Sequence[Part]]) -> Iterator[tuple[Part, ...]]:
    """One of each, without those in which nothing has a hole."""
    if len(options) == 1:
        yield from ((part,) for part in options[0] if not isinstance(part, Known))
        return
    for first in options[0]:
        for rest in everything(options[1:]):
            if not (isinstance(first, Known) and all(isinstance(part, Known) for part in rest)):
                yield (first, *rest)


def everything(options: Sequence[Sequence[Part]]) -> Iterator[tuple[Part, ...]]:
    if not options:
        yield ()
        return
    for first in options[0]:
        for rest in everything(options[1:]):
            yield (first, *rest)
