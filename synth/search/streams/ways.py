"""The ways to a loop of one output: windows, states of a short step, counters that are compared, variables in relation.

Each is given what the best loop so far takes, and looks for fewer bits where it can.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from synth.language.program import Program, apply, terminal
from synth.language.types import INT
from synth.library.arith import ADD, MAX, SUB
from synth.library.choice import EQ
from synth.library.loops import LOOPS, TRUTH
from synth.search.streams import kernels
from synth.search.streams.assembled import of_features
from synth.search.streams.examples import Examples
from synth.search.streams.expressed import expressed
from synth.search.streams.features import Feature, before, features, telling
from synth.search.streams.linear import total
from synth.search.streams.loop import PRIME, Loop, Variable, run
from synth.search.streams.states import Driven, determined, proposed

PREVIOUS, DELAY = 3, 6.0  # items back that an answer may be an expression of, and the bits of one
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

    def expressed(
        self, columns: dict[str, np.ndarray], seconds: float, bits: float, prices: dict[str, float] | None = None
    ) -> Program | None:
        """The answers as an expression of columns (rows, time), where these determine them."""
        counts = self.examples.counts
        table = {name: values[counts] for name, values in columns.items()}
        answers = self.examples.answers[0][counts]
        if not determined(list(table.values()), answers):
            return None
        limit = self.clock.share(seconds)
        found = expressed(table, answers, limit, prices=prices, bits=bits, seed=self.seed)
        return None if found is None else found.program


def windowed(asked: Asked, bits: float) -> Iterator[Loop]:
    """Expressions of the last items, of as few as determine the answers."""
    for back in range(PREVIOUS + 1):
        known = delays(asked.items, back)
        columns = asked.items | {name: feature.values for name, feature in known.items()}
        found = asked.expressed(columns, WINDOW_SECONDS, bits, dict.fromkeys(known, DELAY))
        if found is not None:
            yield of_features(asked.names, found, known)
            return


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
        found = asked.expressed(columns, limit, bits - state.bits)
        if found is not None:
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
    """Expressions of how often each symbol has come and of the most that one has, by comparisons for the most part."""
    counts = asked.examples.counts
    if len(asked.names) > 1 or len(symbols := np.unique(asked.examples.items[0][counts])) > SYMBOLS:
        return
    known = counters(asked.names[0], asked.examples.items[0], symbols.tolist())
    found = asked.expressed({name: feature.values for name, feature in known.items()}, DEEP_SECONDS, inf)
    if found is not None:
        yield of_features(asked.names, found, known)


def counters(name: str, values: np.ndarray, symbols: list[int]) -> dict[str, Feature]:
    """By their names after the item; the last is the largest of them."""
    known: dict[str, Feature] = {}
    for symbol in symbols:
        here = apply(TRUTH, apply(EQ, terminal(name, INT), total([Fraction(symbol)], [])))
        variable = Variable(name=f"c{symbol}", step=apply(ADD, terminal(f"c{symbol}", INT), here))
        column = np.cumsum(values == symbol, axis=1)
        known[variable.after] = Feature(name=variable.after, variables=(variable,), bits=COUNTER, values=column)
    most = reduce(lambda a, b: apply(MAX, a, b), (terminal(counter, INT) for counter in known))
    variables = (*(variable for feature in known.values() for variable in feature.variables),)
    most_of = (*variables, Variable(name="most", step=most))
    column = np.max([feature.values for feature in known.values()], axis=0)
    return known | {"most'": Feature(name="most'", variables=most_of, bits=COUNTER * len(most_of), values=column)}


def featured(asked: Asked, bits: float) -> Iterator[Loop]:
    """An expression of the cheapest variables."""
    few = asked._replace(examples=probe(asked.examples))
    carry = features(few.examples, few.names, deep=False)
    yield from paired(few, carry, bits)
    yield from told(few, carry[:TERMINALS], FEATURE_SECONDS, bits)


def deepened(asked: Asked, bits: float) -> Iterator[Loop]:
    """Two variables in a relation, or an expression of those that tell most, variables that scan others among them."""
    few = asked._replace(examples=probe(asked.examples))
    carry = features(few.examples, few.names, deep=True)
    yield from paired(few, carry, bits)
    yield from told(few, carry[:TERMINALS], DEEP_SECONDS, bits)
    yield from told(few, telling(carry, few.examples, FEW), DEEP_SECONDS, inf, REPEATED)


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


WAYS = ((windowed, ENOUGH), (stepped, ENOUGH), (featured, ENOUGH), (counted, SHORT), (deepened, LONG))
