"""What is asked of a bank, and its programs' values on chosen examples.

Values of n programs on some examples have shape (examples, n), or (examples, n, 1 + capacity) for lists and their like.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Shaped

from synth.bank.bank import Bank
from synth.language.alike import agree
from synth.language.evaluate import evaluate
from synth.language.primitive import Primitive
from synth.language.program import Program, apply
from synth.language.types import Fn, Type, carrier

BLOCK = 1 << 18  # programs that are looked at together
ARRAYS = 6  # of their values, that a step and a comparison make on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Find a program of a type with the wanted answers on all examples; the bank knows those at `places`."""

    bank: Bank
    kind: Type  # a carrier
    columns: Mapping[str, Shaped[np.ndarray, "examples ..."]]
    answers: Shaped[np.ndarray, "examples ..."]
    places: Int[np.ndarray, " known"]

    def wrong(self, program: Program) -> Int[np.ndarray, " wrong"]:
        """The examples on which a program is not right."""
        return np.flatnonzero(~right(program.run(self.columns)[:, None], self.answers)[:, 0])

    def late(self, deadline: float) -> bool:
        """Whether a time (by time.thread_time) is past, or that of the whole search."""
        return time.thread_time() > deadline or self.bank.meter.over

    def blocks(self, kind: Type, examples: int) -> Iterator[slice]:
        """All stored programs of a type, so many rows at a time as there is room for with values on some examples."""
        count, meter = self.bank.count(kind), self.bank.meter
        size = meter.memory.block(ARRAYS * 8 * examples * self.bank.words(kind), BLOCK)
        for low in range(0, count, size):
            meter.check()
            yield slice(low, min(low + size, count))

    def at(self, examples: Int[np.ndarray, " some"]) -> dict[str, np.ndarray]:
        """The columns of some examples."""
        return {name: values[examples] for name, values in self.columns.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A program that is right on all examples."""

    program: Program
    cost: int  # eighths of a bit
    how: str  # the direction of search that met it
    proven: bool = False  # it is a tree, and none over the programs stored by then as terms and conditions costs less


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A primitive of which all arguments but one are stored programs."""

    primitive: Primitive
    place: int  # of the argument that is left open
    rows: tuple[int, ...]  # of the other arguments
    cost: int  # eighths of a bit, of the primitive and the other arguments

    @property
    def open(self) -> Type:
        """The type of the argument that is left open."""
        return carrier(self.primitive.type.args[self.place])

    @property
    def others(self) -> tuple[Type, ...]:
        """The types of the other arguments."""
        return tuple(carrier(kind) for i, kind in enumerate(self.primitive.type.args) if i != self.place)


def steps(bank: Bank, kind: Type, few: int) -> list[Step]:
    """Every way to make `kind` from one open argument, and at most one other that is among the `few` cheapest."""
    made: list[Step] = []
    cheap: dict[Type, list[tuple[int, int]]] = {}
    for operator in bank.operators[kind]:
        args = operator.args
        if operator.primitive.defined is not None or len(args) > 2:
            continue
        if any(isinstance(kind, Fn) or not bank.count(kind) for kind in args):
            continue
        places = range(1 if "commutative" in operator.laws else len(args))
        for place in places:
            if len(args) == 1:
                made.append(Step(primitive=operator.primitive, place=place, rows=(), cost=operator.cost))
                continue
            other = args[1 - place]
            if other not in cheap:
                cheap[other] = cheapest(bank, other, few)
            for row, cost in cheap[other]:
                made.append(Step(primitive=operator.primitive, place=place, rows=(row,), cost=operator.cost + cost))
    return sorted(made, key=lambda step: step.cost)


def cheapest(bank: Bank, kind: Type, few: int) -> list[tuple[int, int]]:
    """Rows and costs of the cheapest stored programs of a type."""
    costs, starts, stops = bank.layers[kind].arrays()
    found: list[tuple[int, int]] = []
    for layer in np.argsort(costs, kind="stable"):
        rows = range(int(starts[layer]), min(int(stops[layer]), int(starts[layer]) + few - len(found)))
        found += [(row, int(costs[layer])) for row in rows]
    return found


def take(step: Step, values: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """Values of a step from those of its open argument (examples, n, ...) and of its others, (examples, 1, ...)."""
    given = list(others)
    given.insert(step.place, values)
    return evaluate(step.primitive, given)


def stored(bank: Bank, kind: Type, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Values of stored programs on the bank's own examples."""
    return bank.shaped(kind, bank.values(kind)[:, rows])


def write(bank: Bank, step: Step, inner: Program) -> Program:
    """The program of a step on a program in its open argument."""
    args = [bank.program(kind, row) for kind, row in zip(step.others, step.rows, strict=True)]
    args.insert(step.place, inner)
    return apply(step.primitive, *args)


def right(values: np.ndarray, wanted: Shaped[np.ndarray, "examples ..."]) -> Bool[np.ndarray, "examples n"]:
    """Where values are the wanted ones."""
    hits = np.asarray(agree(values, wanted[:, None]))
    return hits if hits.ndim == 2 else np.asarray(hits.all(axis=tuple(range(2, hits.ndim))))
