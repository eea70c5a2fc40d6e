"""From a machine to arithmetic: step functions s' = f(s, x) of one integer label, from the enumerator's bank.

Kept is a function, with a label to start from, under which the label determines the machine's state wherever it gets.
The output is the smallest function of label and letter, or of the next label, that answers as the machine does. Of all
such pairs the one of fewest bits wins. Labels stay within a grid, so that what is kept is proved on all words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from compare.explanation import Refusal
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.rule import AFTER, Rule, Variable, named, start_bits
from synth import Budget, Level, Primitive, Program, Terminal, Type, levels
from synth.language.literals import literal
from synth.library.arith import ADD, FLOORDIV, MAX, MIN, MOD, MUL, SUB
from synth.library.choice import EQ, IF_INT, LT

WORDS = (ADD, SUB, MUL, MOD, FLOORDIV, MAX, MIN, LT, EQ, IF_INT)
BUDGET = Budget(seconds=6.0, bytes=1 << 29)
LARGEST = 30_000  # of a value that is looked at
KEPT = 60  # steps for which outputs are sought
ROWS = 4096  # of the grid, at most
PROGRAMS = 400_000  # of the bank, at most
ROUNDS = 3  # of words by which steps are sifted
SIFTED = 24  # letters of a word
LABEL = "s"


def constants(machine: Machine, values: Int[np.ndarray, "letters arguments"]) -> tuple[Primitive, ...]:
    """0, 1, 2, the number of states, how many values an argument has, and the largest."""
    sizes = {int(size) for column in values.T for size in (len(np.unique(column)), column.max())}
    found = sorted({0, 1, 2, machine.size, *(size for size in sizes if 0 < size <= LARGEST)})
    return tuple(literal(value) for value in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every label with every letter, the letter moving fastest."""

    low: int
    high: int
    values: Int[np.ndarray, "letters arguments"]

    @classmethod
    def of(cls, machine: Machine, values: Int[np.ndarray, "letters arguments"]) -> "Grid":
        top = max(machine.size, int(values.max(initial=0)) + 1)
        return cls(low=-min(top, 16), high=top + 4, values=values)

    @property
    def labels(self) -> int:
        return self.high - self.low + 1

    @property
    def rows(self) -> int:
        return self.labels * len(self.values)

    @property
    def columns(self) -> dict[str, np.ndarray]:
        label = np.repeat(np.arange(self.low, self.high + 1), len(self.values))
        names = named(self.values.shape[1])
        return {LABEL: label} | {name: np.tile(self.values[:, i], self.labels) for i, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Kind:
    """The programs of one type in one level, as a table over the grid; a row a program."""

    level: Level
    type: Type
    table: Int[np.ndarray, "programs rows"]

    @property
    def bits(self) -> float:
        return self.level.bits

    def program(self, i: int) -> Program:
        return self.level.program(self.type, i)


def banked(library: Sequence[Primitive], grid: Grid, budget: Budget) -> Iterator[list[Kind]]:
    """The bank level by level."""
    for level in levels(library, grid.columns, budget):
        yield [
            Kind(level, kind, np.clip(np.asarray(given).T, -LARGEST, LARGEST).astype(np.int16))
            for kind, given in level.values.items()
        ]


class Step:
    """A step function and a start under which the label determines the state, and what its output has to be."""

    def __init__(self, kind: Kind, place: int, start: int, reached: "Reached") -> None:
        self.kind, self.place, self.start, self.reached = kind, place, start, reached
        self.bits = kind.bits + start_bits(start)

    @cached_property
    def variable(self) -> Variable:
        return Variable(name=LABEL, start=self.start, step=self.kind.program(self.place), bits=self.bits)


@dataclass(frozen=True, slots=True)
class Reached:
    """Every label that is reached with every letter: the rows of the grid, the next label's row, and the answer."""

    rows: Int[np.ndarray, " n"]
    following: Int[np.ndarray, " n"]  # the row of the next label with the first letter
    answers: Int[np.ndarray, " n"]

    @property
    def key(self) -> bytes:
        return self.rows.tobytes() + self.following.tobytes()


def find_rule(
    machine: Machine, values: Int[np.ndarray, "letters arguments"], most: float, budget: Budget = BUDGET
) -> Rule | Refusal:
    """The rule of fewest bits, below `most`; or a refusal that says up to which bits there is none."""
    grid = Grid.of(machine, values)
    if grid.rows > ROWS:
        return Refusal(extractor="arithmetic", reason=f"{grid.rows} labels and letters are more than {ROWS}")
    search = _Search(machine, grid, most)
    searched, programs = 0.0, 0
    for kinds in banked((*WORDS, *constants(machine, values)), grid, budget):
        if kinds[0].bits >= search.limit or programs > PROGRAMS:
            break
        search.look(kinds)
        searched, programs = kinds[0].bits, programs + sum(len(kind.table) for kind in kinds)
    if search.best is None:
        kept = f"{len(search.steps)} steps hold the state" if search.steps else "no step holds the state"
        return Refusal(extractor="arithmetic", reason=f"{kept}, of functions of at most {searched:.3g} bits")
    return search.best


class _Search:
    def __init__(self, machine: Machine, grid: Grid, most: float) -> None:
        self.machine, self.grid, self.most = machine, grid, most
        self.best: Rule | None = None
        self.steps: list[Step] = []
        self.seen: set[bytes] = set()
        self.kinds: list[Kind] = []
        self.starts = tuple(dict.fromkeys((0, 1, machine.size - 1, int(grid.values.max()), -1)))
        self.words = _sifting(machine, ROUNDS)

    @property
    def limit(self) -> float:
        """Bits from which neither a step nor an output makes the rule any shorter."""
        least = min((step.bits for step in self.steps), default=0.0)
        return min(self.most, np.inf if self.best is None else self.best.bits) - min(least, 3.0)

    def look(self, kinds: list[Kind]) -> None:
        """Outputs in the new programs for the steps that are kept, and steps in them."""
        self.kinds += kinds
        for step in self.steps:
            self.read_out(step, kinds)
        for kind in kinds:
            if len(self.steps) >= KEPT:
                break
            for place, start in self.holding(kind):
                reached = reached_by(self.machine, self.grid, kind.table[place], start)
                if reached is not None and reached.key not in self.seen and len(self.steps) < KEPT:
                    self.seen.add(reached.key)
                    self.steps.append(Step(kind, place, start, reached))
                    self.read_out(self.steps[-1], self.kinds)

    def read_out(self, step: Step, kinds: list[Kind]) -> None:
        """The first of the programs that says what the machine answers, of the label or of the next one."""
        for kind in kinds:
            least = step.bits + kind.bits
            if least >= min(self.most, np.inf if self.best is None else self.best.bits):
                return
            for rows, after in ((step.reached.rows, False), (step.reached.following, True)):
                place = matching(kind.table, rows, step.reached.answers, self.grid if after else None)
                if place is not None:
                    self.best = self.rule(step, kind.program(place), kind.bits, after)
                    break

    def rule(self, step: Step, out: Program, bits: float, after: bool) -> Rule:
        out = renamed(out, {LABEL: LABEL + AFTER}) if after else out
        names = named(self.grid.values.shape[1])
        return Rule(variables=(step.variable,), says=names, values=self.grid.values, out=out, out_bits=bits + 1)

    def holding(self, kind: Kind) -> Iterator[tuple[int, int]]:
        """The programs, each with a start, whose label determines the state on some words."""
        for start in self.starts:
            alive = np.arange(len(kind.table))
            for word, states in zip(*self.words, strict=True):
                alive = alive[self.determines(kind.table[alive], start, word, states)]
                if not len(alive):
                    break
            yield from ((int(place), start) for place in alive)

    def determines(
        self, table: Int[np.ndarray, "programs rows"], start: int, word: np.ndarray, states: np.ndarray
    ) -> np.ndarray:
        """Which programs give no label two states along the word, nor leave the grid."""
        grid, letters, programs = self.grid, len(self.grid.values), np.arange(len(table))
        label = np.full(len(table), start - grid.low)
        known = np.full((len(table), grid.labels), -1, dtype=np.int16)
        known[:, start - grid.low] = 0
        good = np.ones(len(table), dtype=bool)
        for letter, state in zip(word, states, strict=True):
            label = table[programs, label * letters + letter].astype(np.int64) - grid.low
            good &= (label >= 0) & (label < grid.labels)
            label = np.where(good, label, 0)
            held = known[programs, label]
            good &= (held < 0) | (held == state)
            known[programs, label] = state
        return good


def _sifting(machine: Machine, rounds: int) -> tuple[np.ndarray, np.ndarray]:
    words = np.random.default_rng(0).integers(0, machine.letters, (rounds, SIFTED))
    return words, machine.run(words).states


def reached_by(machine: Machine, grid: Grid, row: Int[np.ndarray, " rows"], start: int) -> Reached | None:
    """Follow every letter from every label; None where a label would mean two states, or leave the grid."""
    letters = machine.letters
    known, queue = {start: 0}, [start]
    rows, following, answers = [], [], []
    for label in queue:
        state = known[label]
        for letter in range(letters):
            place = (label - grid.low) * letters + letter
            following_label, after = int(row[place]), int(machine.after[state, letter])
            if not grid.low <= following_label <= grid.high or known.setdefault(following_label, after) != after:
                return None
            if following_label not in queue:
                queue.append(following_label)
            rows.append(place)
            following.append((following_label - grid.low) * letters)
            answers.append(int(machine.says[state, letter]))
    return Reached(np.array(rows), np.array(following), np.array(answers))


def matching(
    table: Int[np.ndarray, "programs rows"],
    rows: Int[np.ndarray, " n"],
    answers: Int[np.ndarray, " n"],
    alone: Grid | None,
) -> int | None:
    """The first program that gives these answers on these rows; with `alone` one that reads nothing but the label."""
    places = np.arange(len(table))
    for part in (slice(0, 4), slice(4, 32), slice(32, None)):
        if not len(places):
            return None
        places = places[(table[places][:, rows[part]] == answers[part]).all(axis=1)]
    if alone is not None and len(places):
        whole = table[places].reshape(len(places), alone.labels, -1)
        places = places[(whole == whole[:, :, :1]).all(axis=(1, 2))]
    return int(places[0]) if len(places) else None


def renamed(program: Program, names: dict[str, str]) -> Program:
    """The program with other names for its terminals."""
    nodes = tuple(
        Terminal(names.get(node.name, node.name), node.type) if isinstance(node, Terminal) else node
        for node in program.nodes
    )
    return Program(nodes)
