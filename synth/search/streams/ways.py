"""The ways to a loop of one output: windows, states of a short step, counters that are compared, variables in relation.

Each is given what the best loop so far takes, and looks for fewer bits where it can.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from synth.language.primitive import Primitive
from synth.language.program import Program, apply, terminal
from synth.language.types import INT
from synth.library.arith import ADD, MAX, MIN, SUB
from synth.library.choice import EQ
from synth.library.loops import LOOPS, TRUTH
from synth.search.streams import kernels
from synth.search.streams.assembled import ANSWER, of_features
from synth.search.streams.examples import Examples
from synth.search.streams.expressed import expressed
from synth.search.streams.features import Feature, before, features, telling
from synth.search.streams.linear import exact, total
from synth.search.streams.loop import PRIME, Loop, Variable, run
from synth.search.streams.states import Driven, determined, evaluated, proposed, substituted

DRIVE = "u"  # what drives a state, in an output
PREVIOUS, DELAY = 3, 6.0  # items back that an answer may be an expression of, and the bits of one
EARLIER = ((1, 0), (1, 1), (2, 0), (2, 1), (1, 2))  # answers and items back that an answer may be an expression of
STATE_SECONDS, SHORTER_SECONDS = 2.0, 0.5  # for the answers by a state, before there is a loop and after
WINDOW_SECONDS, FEATURE_SECONDS, DEEP_SECONDS = 4.0, 3.0, 10.0
ENOUGH, SHORT, LONG = 36.0, 90.0, 160.0  # bits of a loop for which a way looks for no shorter one
ROWS, LONGEST = 48, 40  # of examples on which features are told apart, and how many items of each
SYMBOLS, COUNTER = 8, 30.0  # that are counted one by one, and the bits of a counter
PAIRED = 6000  # features of which every pair is tried
TERMINALS, FEW = 120, 40  # features that an expression may name: the cheapest, and those that tell most
REPEATED = 0.15  # of a variable's bits, what naming it costs where it may be named again and again


@dataclass(frozen=True, slots=True)
class Clock:
    """CPU seconds that are left."""

    until: float

    @classmethod
    def of(cls, seconds: float) -> "Clock":
        return cls(time.thread_time() + seconds)

    @property
    def left(self) -> float:
        return self.until - time.thread_time()

    def share(self, seconds: float) -> float:
        return max(0.05, min(seconds, self.left))


class Asked(NamedTuple):
    """Examples of one output, and what every way is told."""

    examples: Examples
    names: Sequence[str]
    clock: Clock
    seed: int

    @property
    def items(self) -> dict[str, np.ndarray]:
        return dict(zip(self.names, self.examples.items, strict=True))

    def determined(self, columns: dict[str, np.ndarray]) -> bool:
        """Whether equal values of all columns never have two answers."""
        counts = self.examples.counts
        return determined([values[counts] for values in columns.values()], self.examples.answers[0][counts])

    def expressed(
        self, columns: dict[str, np.ndarray], seconds: float, bits: float, prices: dict[str, float] | None = None
    ) -> Program | None:
        """The answers as an expression of columns (rows, time), where these determine them."""
        return self.sought(columns, seconds, bits, prices) if self.determined(columns) else None

    def sought(
        self, columns: dict[str, np.ndarray], seconds: float, bits: float, prices: dict[str, float] | None = None
    ) -> Program | None:
        """The same of columns that are known to determine them."""
        counts = self.examples.counts
        table = {name: values[counts] for name, values in columns.items()}
        answers = self.examples.answers[0][counts]
        limit = self.clock.share(seconds)
        found = expressed(table, answers, limit, prices=prices, bits=bits, seed=self.seed)
        return None if found is None else found.program


def windowed(asked: Asked, bits: float) -> Iterator[Loop]:
    """Expressions of the last items, of as few as determine the answers; of the place too, near the start."""
    tried = [(0, back, False) for back in range(PREVIOUS + 1)]
    yield from recalled(asked, bits, tried + [(0, back, True) for back in range(1, PREVIOUS + 1)])


def recurrent(asked: Asked, bits: float) -> Iterator[Loop]:
    """The same of the answers before."""
    yield from recalled(asked, bits, [(*each, placed) for placed in (False, True) for each in EARLIER])


def recalled(asked: Asked, bits: float, tried: Sequence[tuple[int, int, bool]]) -> Iterator[Loop]:
    """An expression of the first so many answers before, items before, and perhaps the place that determine it."""
    for answers, back, placed in tried:
        known = delays(asked.items, back) | earlier(asked.examples, answers)
        if placed:
            known |= place(asked.examples, max(answers, back))
        columns = asked.items | {name: feature.values for name, feature in known.items()}
        if asked.determined(columns):
            found = asked.sought(columns, WINDOW_SECONDS, bits, dict.fromkeys(known, DELAY))
            if found is not None:
                yield of_features(asked.names, found, known)
            return


def place(examples: Examples, most: int) -> dict[str, Feature]:
    """How many items have come before, up to so many."""
    items = examples.items[0]
    step = apply(MIN, total([Fraction(1), Fraction(1)], ["n"]), total([Fraction(most)], []))
    values = np.minimum(np.arange(items.shape[1]), most) + np.zeros_like(items)
    return {"n": Feature(name="n", variables=(Variable(name="n", step=step),), bits=DELAY, values=values)}


def earlier(examples: Examples, back: int) -> dict[str, Feature]:
    """The answers before, as features of the variable that the answer then is."""
    if not back:
        return {}
    last = Feature(name=ANSWER, variables=(), bits=DELAY, values=before(examples.answers[0], 0))
    return {ANSWER: last} | (delays({ANSWER: last.values}, back - 1) if back > 1 else {})


def delays(items: dict[str, np.ndarray], back: int) -> dict[str, Feature]:
    """The last items of each stream: x1 the one before, x2 the one before that, and so on."""
    known: dict[str, Feature] = {}
    for name, values in items.items():
        variables: tuple[Variable, ...] = ()
        for earlier, later in pairwise([name, *(f"{name}{steps}" for steps in range(1, back + 1))]):
            values = before(values, 0)
            variables = (Variable(name=later, step=terminal(earlier, INT)), *variables)
            known[later] = Feature(name=later, variables=variables, bits=DELAY * len(variables), values=values)
    return known


def stepped(asked: Asked, bits: float) -> Iterator[Loop]:
    """States of a short step function that determine the answers with the item."""
    seen, limit = set(), STATE_SECONDS if bits == inf else SHORTER_SECONDS
    for state in proposed(asked.examples, asked.names):
        if asked.clock.left <= 0 or state.bits >= bits:
            return
        label, after = carried(state, asked.items)
        key = label[asked.examples.counts].tobytes()
        if key in seen:
            continue
        seen.add(key)
        columns = {"s": label, "s" + PRIME: after} | asked.items
        driven = (
            {DRIVE: evaluated(state.drive, asked.names, asked.examples.items)} if len(state.drive.nodes) > 1 else {}
        )
        found = asked.expressed(columns | driven, limit, bits - state.bits, dict.fromkeys(driven, DELAY))
        if found is not None:
            found = substituted(found, DRIVE, state.drive)
            variable = Variable(name="s", start=state.start, step=state.step)
            loop = Loop(items=tuple(asked.names), variables=(variable,), outputs=(found,))
            bits, limit = min(bits, loop.bits), SHORTER_SECONDS
            yield loop


def carried(state: Driven, items: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The state before each item, and after it."""
    first = next(iter(items.values()))
    states = [np.full(len(first), state.start, dtype=np.int64)]
    for place in range(first.shape[1]):
        states.append(run(state.step, {"s": states[-1]} | {name: each[:, place] for name, each in items.items()}))
    table = np.stack(states, axis=1)
    return table[:, :-1], table[:, 1:]


def counted(asked: Asked, bits: float) -> Iterator[Loop]:
    """Of how often each symbol has come, the most that one has, whether it has: a weighted sum, or an expression."""
    counts = asked.examples.counts
    if len(asked.names) > 1 or len(symbols := np.unique(asked.examples.items[0][counts])) > SYMBOLS:
        return
    name, items = asked.names[0], asked.examples.items[0]
    known, come = counters(name, items, symbols.tolist()), flags(name, items, symbols.tolist())
    for some in (come, {name: each for name, each in known.items() if len(each.variables) == 1}):
        columns = [*(each.values[counts] for each in some.values()), np.ones(counts.sum(), dtype=np.int64)]
        weights = exact(np.stack(columns, axis=1), asked.examples.answers[0][counts])
        if weights is not None:
            yield of_features(asked.names, total(weights, [*some]), some)
    found = asked.expressed({name: feature.values for name, feature in known.items()}, DEEP_SECONDS, inf)
    if found is not None:
        yield of_features(asked.names, found, known)


def counters(name: str, values: np.ndarray, symbols: list[int]) -> dict[str, Feature]:
    """By their names after the item; the last is the largest of them."""
    known = each_symbol("c", ADD, np.add, name, values, symbols)
    most = reduce(lambda a, b: apply(MAX, a, b), (terminal(counter, INT) for counter in known))
    variables = (*(variable for feature in known.values() for variable in feature.variables),)
    most_of = (*variables, Variable(name="most", step=most))
    column = np.max([feature.values for feature in known.values()], axis=0)
    return known | {"most'": Feature(name="most'", variables=most_of, bits=COUNTER * len(most_of), values=column)}


def flags(name: str, values: np.ndarray, symbols: list[int]) -> dict[str, Feature]:
    """Whether each symbol has come, by their names after the item."""
    return each_symbol("f", MAX, np.maximum, name, values, symbols)


def each_symbol(
    letter: str, primitive: Primitive, scan: np.ufunc, name: str, values: np.ndarray, symbols: list[int]
) -> dict[str, Feature]:
    """A variable for each symbol, of itself and 1 where the item is the symbol; by their names after the item."""
    known: dict[str, Feature] = {}
    for symbol in symbols:
        here = apply(TRUTH, apply(EQ, terminal(name, INT), total([Fraction(symbol)], [])))
        own = f"{letter}{symbol}"
        variable = Variable(name=own, step=apply(primitive, terminal(own, INT), here))
        column = scan.accumulate((values == symbol).astype(np.int64), axis=1)
        known[variable.after] = Feature(name=variable.after, variables=(variable,), bits=COUNTER, values=column)
    return known


def featured(asked: Asked, bits: float) -> Iterator[Loop]:
    """An expression of the cheapest variables."""
    few = asked._replace(examples=probe(asked.examples))
    carry = [*earlier(few.examples, 1).values(), *features(few.examples, few.names, deep=False)]
    yield from paired(few, carry, bits)
    yield from told(few, carry[:TERMINALS], FEATURE_SECONDS, bits)


def deepened(asked: Asked, bits: float) -> Iterator[Loop]:
    """Two variables in a relation, or an expression of those that tell most, variables that scan others among them."""
    few = asked._replace(examples=probe(asked.examples))
    answer, carry = [*earlier(few.examples, 1).values()], features(few.examples, few.names, deep=True)
    yield from paired(few, [*answer, *carry], bits)
    yield from told(few, [*answer, *carry[:TERMINALS]], DEEP_SECONDS, bits)
    for known in ((), [each.values for each in answer]):
        yield from told(few, [*answer, *telling(carry, few.examples, FEW, known)], DEEP_SECONDS, inf, REPEATED)


def paired(asked: Asked, carry: Sequence[Feature], bits: float) -> Iterator[Loop]:
    """The cheapest variable that is the answer, or its negative; the cheapest two of which a relation is."""
    counts = asked.examples.counts
    items = [Feature(name=name, variables=(), bits=0.0, values=each) for name, each in asked.items.items()]
    every = [*items, *carry]
    costs = np.array([feature.bits for feature in every])
    table = np.stack([feature.values[counts] for feature in every])
    answers = asked.examples.answers[0][counts]
    known = {feature.name: feature for feature in carry}
    for place in np.flatnonzero((table == answers).all(axis=1))[:1]:
        bits = min(bits, float(costs[place]))
        yield of_features(asked.names, terminal(every[place].name, INT), known)
    for place in np.flatnonzero((table == -answers).all(axis=1))[:1]:
        negative = apply(SUB, total([Fraction(0)], []), terminal(every[place].name, INT))
        yield of_features(asked.names, negative, known)
    table, costs = table[:PAIRED], costs[:PAIRED]
    first, second, relation = kernels.related(table, costs, answers, min(bits, costs[-1] * 2 + 1))
    if first >= 0:
        yield of_features(asked.names, related(every[first].name, every[second].name, relation), known)


def told(asked: Asked, chosen: Sequence[Feature], seconds: float, bits: float, share: float = 1.0) -> Iterator[Loop]:
    """An expression of some variables, each named for a share of its bits."""
    columns = asked.items | {feature.name: feature.values for feature in chosen}
    prices = {feature.name: share * feature.bits for feature in chosen}
    found = asked.expressed(columns, seconds, bits, prices)
    if found is not None:
        yield of_features(asked.names, found, {feature.name: feature for feature in chosen})


def probe(examples: Examples) -> Examples:
    """A few of the first rows and of the last, which are counterexamples, cut to what is compared quickly."""
    rows = len(examples.lengths)
    chosen = np.unique([*range(min(ROWS, rows)), *range(max(rows - ROWS // 2, 0), rows)])
    return examples._replace(lengths=np.minimum(examples.lengths, LONGEST)).take(chosen)


def related(first: str, second: str, relation: int) -> Program:
    """The program of a pair."""
    name = kernels.RELATIONS[relation]
    made = apply(next(each for each in LOOPS if each.name == name), terminal(first, INT), terminal(second, INT))
    return apply(TRUTH, made) if name in ("eq", "lt", "le") else made


Way = Callable[[Asked, float], Iterator[Loop]]
WAYS: tuple[tuple[Way, float], ...] = (
    (windowed, ENOUGH),
    (stepped, ENOUGH),
    (recurrent, ENOUGH),
    (featured, ENOUGH),
    (counted, SHORT),
    (deepened, LONG),
)
