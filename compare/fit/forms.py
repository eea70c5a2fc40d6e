"""Whole-number functions of several arguments that a unit may depend on alone: sums, products, orders, remainders."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import gcd, log2

import numpy as np
from jaxtyping import Float, Int

from compare.fit.threshold import roundings
from compare.fit.write import linear

FACTORS = {1: 1, 2: 5, 3: 3, 4: 2, 5: 1, 6: 1}  # of linear forms, by the number of arguments; beyond only a direction's
LARGEST_FACTOR = 9  # of a form along a direction
LARGEST_MODULUS = 16  # that is not given
SMALLEST = 6  # linear forms whose remainders by other moduli are tried
FILLED = 0.5  # levels a row, above which a form says nothing
SPAN = 1 << 22  # of a form's values, beyond which it is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotient:
    """A function of the arguments: its value on every row, as a class number and as an integer."""

    name: str  # sympy string in the arguments' names
    classes: Int[np.ndarray, " rows"]
    levels: Int[np.ndarray, " classes"]  # ascending
    bits: float  # to name it
    modulus: int | None = None  # where the levels lie on a circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One candidate: its name, its value on every row, bits, and the circle that its values lie on."""

    name: str
    column: Int[np.ndarray, " rows"]
    bits: float
    modulus: int | None = None

    def quotient(self) -> Quotient:
        levels, classes = np.unique(self.column, return_inverse=True)
        return Quotient(name=self.name, classes=classes, levels=levels, bits=self.bits, modulus=self.modulus)


def sufficient(
    values: Float[np.ndarray, " rows"],
    columns: Mapping[str, Int[np.ndarray, " rows"]],
    modulus: int | None,
    tolerance: float,
) -> list[Quotient]:
    """The forms that leave at most this share of the values' variance within their classes, the coarsest first."""
    centred = values - values.mean()
    goal = (1 - tolerance) * float(centred @ centred)
    kept = []
    for form in forms(columns, modulus, values):
        shifted = form.column - form.column.min()
        size = np.bincount(shifted)
        count = int((size > 0).sum())
        if is_filled(count, len(values), len(columns)):
            continue
        between = np.bincount(shifted, centred) ** 2 / np.maximum(size, 1)
        if between.sum() >= goal:
            kept.append((count, form.bits, len(kept), form))
    return [form.quotient() for *_, form in sorted(kept, key=lambda each: each[:3])]


def is_filled(levels: int, rows: int, arguments: int) -> bool:
    """Whether a form of several arguments has so many levels that a table over it says no more than the rows."""
    return arguments > 1 and levels > FILLED * rows


def forms(
    columns: Mapping[str, Int[np.ndarray, " rows"]],
    modulus: int | None = None,
    values: Float[np.ndarray, " rows"] | None = None,
) -> Iterator[Form]:
    """Each distinct form once, in families; bits by the size of the family, small factors first in each.

    `values` propose a direction for linear forms of many arguments.
    """
    seen: set[bytes] = set()
    for name, column, bits, circle in _all(columns, modulus, values):
        if np.ptp(column) >= SPAN:
            continue
        key = np.ascontiguousarray(column).tobytes()
        if key not in seen:
            seen.add(key)
            yield Form(name=name, column=column, bits=bits, modulus=circle)


Proposal = tuple[str, np.ndarray, float, int | None]


def _all(columns: Mapping[str, np.ndarray], modulus: int | None, values: np.ndarray | None) -> Iterator[Proposal]:
    names, stacked = tuple(columns), np.stack(list(columns.values()), axis=1)
    yield from ((name, columns[name], 3 + log2(len(names)), None) for name in names)
    yield from _orders(columns)
    for factors in _factors(len(names)):
        bits = 4 + sum(log2(1 + 2 * abs(f)) for f in factors)
        text, column = linear(factors, names), stacked @ np.array(factors)
        yield text, column, bits, None
        if modulus is not None:
            yield f"Mod({text}, {modulus})", column % modulus, bits, modulus
    if modulus is not None and len(names) == 2:
        for m in range(2, modulus):
            m = m if m <= modulus // 2 else m - modulus
            column = (stacked[:, 0] + m * stacked[:, 1]) % modulus
            yield f"Mod({linear((1, m), names)}, {modulus})", column, 4 + log2(modulus), modulus
    if modulus is None:
        yield from _remainders(columns)
    for text, column, bits in _products(columns):
        yield text, column, bits, None
        if modulus is not None:
            yield f"Mod({text}, {modulus})", column % modulus, bits, modulus
    if values is not None and len(names) > 1:
        yield from _along(names, stacked, values)


def _factors(count: int) -> Iterator[tuple[int, ...]]:
    """Factors without a common divisor, the first of them positive, the smallest first; all 1 for many arguments."""
    if count < 2:
        return
    largest = FACTORS.get(count, 0)
    if not largest:
        yield (1,) * count
        return
    every = itertools.product(range(-largest, largest + 1), repeat=count)
    for factors in sorted(every, key=lambda f: (sum(map(abs, f)), sum(x < 0 for x in f), f[::-1])):
        if next((f for f in factors if f), 0) > 0 and gcd(*factors) == 1 and sum(f != 0 for f in factors) > 1:
            yield factors


def _remainders(columns: Mapping[str, np.ndarray]) -> Iterator[Proposal]:
    """Remainders of small linear forms of integers, by moduli that the range holds twice."""
    integers = {name: column for name, column in columns.items() if np.ptp(column) > 1}
    stacked = np.stack(list(columns.values()), axis=1)
    smallest = [(1,)] if len(columns) == 1 else []
    smallest += list(itertools.islice(_factors(len(columns)), SMALLEST))
    for factors in smallest if integers else []:
        text, column = linear(factors, tuple(columns)), stacked @ np.array(factors)
        for m in range(2, min(LARGEST_MODULUS, int(np.ptp(column)) // 2) + 1):
            yield f"Mod({text}, {m})", column % m, 8.0 + log2(LARGEST_MODULUS), m


def _orders(columns: Mapping[str, np.ndarray]) -> Iterator[Proposal]:
    names = tuple(columns)
    bits = 5.0 + len(names)
    for (a, x), (b, y) in itertools.combinations(columns.items(), 2):
        yield f"Abs({a} - {b})", np.abs(x - y), bits, None
    if len(names) > 1:
        stacked = np.stack(list(columns.values()))
        yield f"Max({', '.join(names)})", stacked.max(axis=0), bits, None
        yield f"Min({', '.join(names)})", stacked.min(axis=0), bits, None


def _products(columns: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray, float]]:
    """Products of two or three arguments, a third added or taken off; sums of squares. None of bits alone."""
    if all(np.ptp(column) <= 1 for column in columns.values()):
        return
    for a, x in columns.items():
        yield f"{a}**2", x**2, 6.0
    for (a, x), (b, y) in itertools.combinations(columns.items(), 2):
        yield f"({a} - {b})**2", (x - y) ** 2, 8.0
        yield f"({a} + {b})**2", (x + y) ** 2, 8.0
        yield f"{a}*{b}", x * y, 6.0 + len(columns)
        for c, z in columns.items():
            if c not in (a, b):
                yield f"{a}*{b} + {c}", x * y + z, 7.0 + len(columns)
                yield f"{a}*{b} - {c}", x * y - z, 7.0 + len(columns)
                yield f"({a} + {b})*{c}", (x + y) * z, 7.0 + len(columns)
                yield f"({a} - {b})*{c}", (x - y) * z, 7.0 + len(columns)
        yield f"{a}**2 + {b}**2", x**2 + y**2, 8.0
        yield f"{a}**2 - {b}**2", x**2 - y**2, 8.0
        yield f"{a}**2 + {a}*{b} + {b}**2", x**2 + x * y + y**2, 9.0
        yield f"{a}**2 + {b}", x**2 + y, 8.0
        yield f"{a} + {b}**2", x + y**2, 8.0
    if len(columns) == 3:
        a, b, c = columns
        yield f"{a}*{b}*{c}", np.prod(list(columns.values()), axis=0), 8.0


def _along(names: tuple[str, ...], stacked: np.ndarray, values: np.ndarray) -> Iterator[Proposal]:
    """Linear forms along the least-squares direction of the values."""
    centred = stacked - stacked.mean(axis=0)
    direction = np.linalg.lstsq(centred, values - values.mean(), rcond=None)[0]
    if not np.abs(direction).max(initial=0.0) > 0:
        return
    for factors in roundings(direction, LARGEST_FACTOR):
        factors = factors // max(gcd(*factors.tolist()), 1)
        if np.count_nonzero(factors) > 1:
            bits = 5 + float(np.log2(1 + 2 * np.abs(factors)).sum())
            yield linear(factors.tolist(), names), stacked @ factors, bits, None
