"""What a loop may carry along: short functions of items scanned, windows of n, and scans of scans, priced in bits.

Nothing is listed: what is scanned, and by which step, are the cheapest distinct functions of the bank.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import log2

import numpy as np
from jaxtyping import Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter
from synth.language.grammar import EIGHTHS, uniform_language
from synth.language.literals import literal
from synth.language.program import Apply, Program, Terminal, terminal
from synth.language.types import INT
from synth.library.arith import ADD, MAX, MIN, MUL, SUB
from synth.library.choice import CHOICE
from synth.library.loops import LOOPS, TRUTH
from synth.search.streams.examples import Examples
from synth.search.streams.loop import PRIME, REDUCTIONS, Variable, literal_bits
from synth.search.streams.states import substituted
from synth.search.streams.steps import filled

LARGEST = 9  # constant in what is scanned
SCANNED_BITS, SCANNED = 24.0, 48  # functions of items and of another variable, half of them with values -1, 0, 1
STEP_BITS, STEPS = 20.0, 64  # functions of a state and what is scanned; moduli are left to `steps`
WINDOWS = tuple(range(2, 9))
INNER, FURTHER, OUTER = 60, 12, 16  # variables that others scan, what of each, and by how many steps
SECONDS = 60.0  # by the wall, which no bank comes near
Priced = tuple[Program, float]  # with its bits
HUGE = 1 << 40  # a variable that grows beyond it on the examples is left out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feature:
    """A variable's value before an item or after it, with all variables that it needs, earlier ones first."""

    name: str  # with a prime: after the item
    variables: tuple[Variable, ...]
    bits: float  # of all these variables
    values: Int[np.ndarray, "rows time"]


def features(examples: Examples, names: Sequence[str], *, deep: bool) -> list[Feature]:
    """The cheapest first, each unlike all cheaper ones on the examples; `deep` ones scan other variables."""
    counts, items = examples.counts, dict(zip(names, examples.items, strict=True))
    previous = {f"p{name}": before(each, 0) for name, each in items.items()}
    delayed = {f"p{name}": Variable(name=f"p{name}", step=terminal(name, INT)) for name in names}
    cheap = functions(items, counts, SCANNED, {*items})
    scanned = [*cheap, *functions({**items, **previous}, counts, SCANNED, {*previous})]
    known: dict[bytes, Feature] = {}
    for name, variable in delayed.items():
        add(known, counts, Feature(name=name, variables=(variable,), bits=8.0, values=previous[name]))
    level = Level(examples, {**items, **previous}, delayed)
    for feature in (*level.scans(scanned, step_programs()[:STEPS], "s"), *level.windows(cheap, "w")):
        add(known, counts, feature)
    carried = sorted((f for f in known.values() if f.variables[-1].window == 0), key=lambda f: f.bits)
    inner = dict.fromkeys([*carried[: INNER // 2], *telling(carried, examples, INNER // 2)])
    for number, feature in enumerate(inner if deep else ()):
        own = {**items, feature.name: feature.values}
        above = functions(own, counts, FURTHER, {feature.name})
        outer = Level(examples, own, {feature.name: feature})
        both = [each for each in step_programs() if mentioned(each[0], {"u"})][:OUTER]
        for each in outer.scans(above, both, f"r{number}_"):
            add(known, counts, each)
    return sorted(known.values(), key=lambda feature: feature.bits)


def before(values: Int[np.ndarray, "rows time"], start: int) -> Int[np.ndarray, "rows time"]:
    return np.concatenate([np.full_like(values[:, :1], start), values[:, :-1]], axis=1)


def mentioned(program: Program, names: Mapping[str, object] | set[str]) -> bool:
    return any(word.name in names for word in program.terminals)


def add(known: dict[bytes, Feature], counts: np.ndarray, feature: Feature) -> None:
    """Unless it has but one value, or a cheaper one differs from it by its sign alone."""
    values = feature.values[counts]
    if (values == values[0]).all() or np.abs(values).max() > HUGE:
        return
    key = alike(values).tobytes()
    if key not in known or known[key].bits > feature.bits:
        known[key] = feature


def alike(values: Int[np.ndarray, " positions"]) -> Int[np.ndarray, " positions"]:
    return values if values[np.flatnonzero(values)[0]] > 0 else -values


def functions(columns: Mapping[str, np.ndarray], counts: np.ndarray, most: int, naming: set[str]) -> list[Priced]:
    """The cheapest functions of columns that are unlike each other and name one of these, with their bits.

    Half of them have values -1, 0 and 1 alone, as tests and weights have.
    """
    rows = np.unique(np.stack([each[counts] for each in columns.values()], axis=1), axis=0)[:4096]
    known = uniform_language((*LOOPS, *map(literal, range(LARGEST + 1))), [Terminal(name, INT) for name in columns])
    bank = Bank(known, dict(zip(columns, rows.T, strict=True)), Meter(Budget(seconds=SECONDS)), goal=INT)
    costs = filled(bank, SCANNED_BITS).costs(INT)
    values = bank.values(INT)
    varied = (values != values[:1]).any(axis=0) | (values[0] == 1)
    weights = np.abs(values).max(axis=0) <= 1
    found: list[tuple[int, Program]] = []
    for kind in (weights, ~weights):
        programs = ((int(row), bank.program(INT, int(row))) for row in np.flatnonzero(varied & kind))
        found += islice(((row, program) for row, program in programs if mentioned(program, naming)), most // 2)
    return [(program, float(costs[row]) / EIGHTHS) for row, program in sorted(found, key=lambda each: each[0])]


@lru_cache(1)
def step_programs() -> list[Priced]:
    """Short functions of a state s and a value u, the cheapest first, that need both or the state."""
    s, u = (axis.reshape(-1) for axis in np.meshgrid(np.arange(-6, 13), np.arange(-5, 12), indexing="ij"))
    words = (ADD, SUB, MUL, MAX, MIN, *CHOICE, TRUTH)
    known = uniform_language((*words, *map(literal, range(2))), (Terminal("s", INT), Terminal("u", INT)))
    bank = Bank(known, {"s": s, "u": u}, Meter(Budget(seconds=SECONDS)), goal=INT)
    costs = filled(bank, STEP_BITS).costs(INT)
    found = [(bank.program(INT, row), float(costs[row]) / EIGHTHS) for row in range(len(costs))]
    return [each for each in found if mentioned(each[0], {"s"}) and len(each[0].nodes) > 1]


@dataclass(frozen=True, slots=True)
class Level:
    """Scans over some columns; what stands behind those that are variables."""

    examples: Examples
    columns: Mapping[str, np.ndarray]
    behind: Mapping[str, Variable | Feature]

    def needs(self, program: Program) -> tuple[tuple[Variable, ...], float]:
        """The variables that a function of columns names, and their bits."""
        found = [self.behind[word.name] for word in program.terminals if word.name in self.behind]
        variables: dict[Variable, None] = {}
        bits = 0.0
        for each in found:
            variables.update(dict.fromkeys(each.variables if isinstance(each, Feature) else (each,)))
            bits += each.bits if isinstance(each, Feature) else 8.0
        return tuple(variables), bits

    def scans(self, scanned: Sequence[Priced], steps: Sequence[Priced], letter: str) -> Iterator[Feature]:
        """Each function of the columns by each step, from 0 and 1; extremes from the ends of its values as well."""
        values = np.stack([run(program, self.columns) for program, _ in scanned])
        ends = [sorted({0, 1, int(each.min()) - 1, int(each.min()), int(each.max())}) for each in values]
        for number, (step, cost) in enumerate(steps):
            extreme = any(isinstance(n, Apply) and n.primitive in (MAX, MIN) for n in step.nodes)
            alone = not mentioned(step, {"u"})
            begun = ends if extreme else [[0, 1]] * (1 if alone else len(values))
            pairs = [(place, start) for place, starts in enumerate(begun) for start in starts]
            drive = values[[place for place, _ in pairs]]
            begin = np.array([start for _, start in pairs])[:, None] + np.zeros(drive.shape[1], dtype=np.int64)
            states = [begin]
            for t in range(drive.shape[2]):
                states.append(run(step, {"s": states[-1], "u": drive[:, :, t]}))
            carried = np.stack(states, axis=-1)
            for place, (which, start) in enumerate(pairs):
                program, bits = scanned[which]
                needed, below = self.needs(program)
                name = f"{letter}{number}_{place}"
                own = substituted(substituted(step, "s", terminal(name, INT)), "u", program)
                variable = Variable(name=name, start=start, step=own)
                total = below + bits + cost + literal_bits(start) - 2.0
                if alone:
                    needed, total = (), cost + literal_bits(start)
                made = (*needed, variable)
                yield Feature(name=name + PRIME, variables=made, bits=total, values=carried[place, :, 1:])
                yield Feature(name=name, variables=made, bits=total, values=carried[place, :, :-1])

    def windows(self, scanned: Sequence[Priced], letter: str) -> Iterator[Feature]:
        """Sums and extremes of the last n values, and the value n - 1 items ago."""
        for which, (program, bits) in enumerate(scanned):
            values = run(program, self.columns)
            needed, below = self.needs(program)
            for n in WINDOWS:
                padded = np.pad(values, ((0, 0), (n - 1, 0)))
                held = [padded[:, shift : shift + values.shape[1]] for shift in range(n)]
                for reduction, (apply, _) in REDUCTIONS.items():
                    name = f"{letter}{which}_{n}_{reduction}"
                    variable = Variable(name=name, step=program, window=n, reduction=reduction)
                    total = below + bits + literal_bits(n) + log2(len(REDUCTIONS)) + 4.0
                    yield Feature(name=name + PRIME, variables=(*needed, variable), bits=total, values=apply(held))


def run(program: Program, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """On columns of any shape."""
    shape = np.shape(next(iter(columns.values())))
    flat = {name: np.asarray(each).reshape(-1) for name, each in columns.items()}
    return np.asarray(program.run(flat), dtype=np.int64).reshape(shape)


def telling(found: Sequence[Feature], examples: Examples, most: int, known: Sequence[np.ndarray] = ()) -> list[Feature]:
    """Those with which, the item and what is known (rows, time) the answers take fewest bits.

    These are of what they leave open, and of a table of pairs.
    """
    counts = examples.counts
    given = np.stack([each[counts] for each in (*examples.items, *known)], axis=1)
    items = np.unique(given, axis=0, return_inverse=True)[1]
    answers = np.unique(examples.answers[0][counts], return_inverse=True)[1]
    width, few = log2(answers.max() + 2), items.reshape(-1) * (answers.max() + 1) + answers.reshape(-1)
    scores = []
    for feature in found:
        places = np.unique(feature.values[counts], return_inverse=True)[1]
        joint = places.reshape(-1) * (few.max() + 1) + few
        pairs = np.unique(joint // (answers.max() + 1), return_counts=True)[1]
        both = np.unique(joint, return_counts=True)[1]
        open_bits = float((pairs * np.log2(pairs)).sum() - (both * np.log2(both)).sum())
        scores.append(open_bits + len(pairs) * width / 2 + feature.bits)
    return [found[place] for place in np.argsort(scores, kind="stable")[:most]]
