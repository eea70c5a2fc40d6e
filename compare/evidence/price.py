"""What units cost as tables: the cheapest list of numbers from which a unit's values follow to .99 of their variance.

A table lists every input, or the values of those arguments alone that the unit depends on, or, where the unit reads a
sum over the arguments, one table for each of them. Numbers are coded on even levels at their entropy, and the levels
are paid for (half a logarithm each: Rissanen's two-part code). It is a price to hold a formula against: no code is run.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.fit.inputs import classes_of

EXACT = 0.99  # of a unit's variance
COUNTED = 2048  # rows by which the entropy of all is counted
VALUES, FEWEST, MOST = 2**21, 8, 256  # numbers looked at; units that are priced, the others at these units' mean
NAMES = 4  # arguments that are listed by name
SCALE_BITS = 32.0  # a table's scale


class Price(NamedTuple):
    """Bits of the cheapest tables of some units, and what most of them list."""

    bits: float
    of: str
    each: tuple[float, ...] = ()  # of the first units


class _Tables(NamedTuple):
    """One table for each of these units, what it lists, and the variance that .99 is taken of."""

    units: Int[np.ndarray, " n"]
    numbers: Float[np.ndarray, "cells n"]
    variance: Float[np.ndarray, " n"]
    of: str


def price(
    values: Float[np.ndarray, "rows units"],
    columns: Sequence[Int[np.ndarray, " rows"]],
    names: Sequence[str],
    sums: Sequence[Float[np.ndarray, "size units"]] = (),
) -> Price:
    """The cheapest table of each unit, added up; `sums` are tables, one an argument, whose sum is what a unit reads."""
    units = values.shape[1]
    some = min(units, priced(len(values)))
    values, sums = values[:, :some].astype(np.float64), [table[:, :some] for table in sums]
    bits, of = np.full(some, np.inf), np.full(some, "", dtype=object)
    for tables in _tables(values, columns, names, sums):
        cost = _bits(tables.numbers, tables.variance)
        better = tables.units[cost < bits[tables.units]]
        bits[better], of[better] = cost[cost < bits[tables.units]], tables.of
    most = Counter(of.tolist()).most_common(1)
    return Price(float(bits.mean()) * units, most[0][0], tuple(bits.tolist())) if most else Price(0.0, "nothing")


def priced(rows: int) -> int:
    """How many units are priced on so many rows."""
    return int(np.clip(VALUES // rows, FEWEST, MOST))


def _tables(
    values: np.ndarray, columns: Sequence[np.ndarray], names: Sequence[str], sums: Sequence[np.ndarray]
) -> Iterator[_Tables]:
    everything, variance = np.arange(values.shape[1]), values.var(axis=0)
    yield _Tables(everything, values, variance, "every input")
    if len(sums) > 1:
        varied = sum((table.var(axis=0) for table in sums), start=np.zeros(len(everything))) / len(sums)
        yield _Tables(everything, np.concatenate(sums), varied, f"{_listed(names)}, added up")
    needed = _needed(values, columns) if len(columns) > 1 and len(everything) else np.ones((0, len(columns)), bool)
    for some in np.unique(needed, axis=0):
        units = np.flatnonzero((needed == some).all(axis=1))
        if some.any() and not some.all():
            cells = classes_of([column for column, kept in zip(columns, some, strict=True) if kept], len(values))
            of = _listed([name for name, kept in zip(names, some, strict=True) if kept])
            yield _Tables(units, _means(values[:, units], cells), variance[units], of)


def _needed(values: Float[np.ndarray, "rows units"], columns: Sequence[np.ndarray]) -> Bool[np.ndarray, "units n"]:
    """The arguments that each unit depends on: without one, the others miss more than its part of 1 - EXACT."""
    allowed = (1 - EXACT) / len(columns) * values.var(axis=0)
    missed = []
    for i in range(len(columns)):
        cells = classes_of([column for j, column in enumerate(columns) if j != i], len(values))
        missed.append(((values - _means(values, cells)[cells]) ** 2).mean(axis=0))
    return np.stack(missed, axis=1) > allowed[:, None]


def _means(
    values: Float[np.ndarray, "rows units"], cells: Int[np.ndarray, " rows"]
) -> Float[np.ndarray, "cells units"]:
    order = np.argsort(cells, kind="stable")
    counts = np.bincount(cells)
    return np.add.reduceat(values[order], np.cumsum(counts) - counts, axis=0) / counts[:, None]


def _bits(numbers: Float[np.ndarray, "n units"], variance: Float[np.ndarray, " units"]) -> Float[np.ndarray, " units"]:
    """On levels so far apart that rounding misses 1 - EXACT of the variance: a step's square / 12."""
    step = np.sqrt(12 * (1 - EXACT) * np.maximum(variance, 1e-300))
    levels = np.round(numbers[:: max(len(numbers) // COUNTED, 1)] / step)
    return np.array([_coded(column, len(numbers)) for column in levels.T])


def _coded(levels: np.ndarray, n: int) -> float:
    counts = np.unique(levels, return_counts=True)[1]
    share = counts / len(levels)
    return SCALE_BITS + n * float(-(share * np.log2(share)).sum()) + (len(counts) - 1) * 0.5 * float(np.log2(n + 1))


def _listed(names: Sequence[str]) -> str:
    if len(names) > NAMES:
        return f"{len(names)} arguments"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
