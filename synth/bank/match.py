"""The goal among candidates: programs of one cost whose values are the goal, without storing them."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Shaped

from synth.bank.bank import Bank
from synth.bank.passes import match_compiled
from synth.bank.rectangles import flat, sizes
from synth.language.alike import agree
from synth.language.evaluate import flat_words
from synth.language.operators import Operator
from synth.language.program import Program, apply, leaf_program
from synth.language.types import Fn, Type, carrier

PROBE = 1 << 17  # candidates that numpy holds against the goal together, on few examples first
PROBE_BOOL = 8


def find(bank: Bank, kind: Type, cost: int, goal: Shaped[np.ndarray, "examples ..."]) -> Iterator[Program]:
    """Programs of exactly this cost whose values are `goal`, in order; the layers of their arguments are stored."""
    count = (kind, cost) not in bank.counted
    bank.counted.add((kind, cost))
    wanted = flat_words(np.asarray(goal)[:, None])[:, 0]
    for leaf in bank.leaves(kind, cost):
        bank.meter.candidates += count
        if agree(flat_words(bank.leaf_values(leaf, kind)[:, None])[:, 0], wanted).all():
            yield leaf_program(leaf)
    for operator in bank.operators[kind]:
        rects = bank.rectangles(operator, cost)
        if len(rects):
            for places in _matches(bank, operator, rects, wanted, count):
                yield combine(bank, operator, places)


def work(bank: Bank, kind: Type, cost: int) -> int:
    """How many candidates `find` goes through at a cost, leaves aside."""
    return sum(int(sizes(bank.rectangles(operator, cost)).sum()) for operator in bank.operators[kind])


def combine(bank: Bank, operator: Operator, places: tuple[int, ...]) -> Program:
    """The program of an operator on stored programs, given by their rows."""
    args = [bank.program(kind, int(row)) for kind, row in zip(operator.args, places, strict=True)]
    return apply(operator.primitive, *args)


def _matches(
    bank: Bank, operator: Operator, rects: np.ndarray, wanted: Shaped[np.ndarray, " words"], count: bool
) -> Iterator[tuple[int, ...]]:
    run, loops = bank.on_device(operator), bank.kernels(operator, rects)
    meter = bank.meter if count else None
    if run is not None:
        found = bank.device.match(run, [bank.stores[k] for k in operator.args], rects, wanted, meter, bank.check)
    elif loops is not None:
        values = [bank.stores[k].values for k in operator.args]
        found = match_compiled(loops, values, rects, wanted, meter, bank.check)
    else:
        found = _match(bank, operator, rects, wanted, count)
    for places in found:
        fine = bank.defined(operator, tuple(np.array([row]) for row in places))
        if fine is None or fine.all():
            yield places


def _match(
    bank: Bank, operator: Operator, rects: np.ndarray, wanted: Shaped[np.ndarray, " words"], count: bool
) -> Iterator[tuple[int, ...]]:
    vector = bank.words(carrier(operator.primitive.type.result)) > 1
    few = 1 if vector or wanted.dtype != bool else min(PROBE_BOOL, bank.examples)
    words = bank.width if vector else few
    heavy = vector or any(bank.words(kind) > 1 for kind in operator.args if not isinstance(kind, Fn))
    block = bank.block(operator)
    for places in flat(rects, block if heavy else PROBE):
        bank.meter.candidates += len(places[0]) * count
        bank.check()
        hits = agree(bank.candidates(operator, places, slice(0, few)), wanted[:words, None]).all(axis=0)
        every = np.flatnonzero(hits)
        for some in (every[begin : begin + block] for begin in range(0, len(every), block)):
            rows = tuple(place[some] for place in places)
            right = agree(bank.candidates(operator, rows, slice(None)), wanted[:, None]).all(axis=0)
            for hit in np.flatnonzero(right):
                yield tuple(int(row[hit]) for row in rows)
