"""Exact symmetry tests: what a function of several arguments depends on, decided over a finite domain.

AI Feynman (Udrescu and Tegmark, arXiv 1905.11481) tests such symmetries on a net's interpolation; on a whole finite
domain they are decided: a unit depends on q alone when its variance within the classes of equal q is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import comb, log2

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Refusal
from compare.fit.fit import class_sums, table_of

TOLERANCE = 1e-9  # of a unit's variance that may lie within classes
NAME = "quotient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotient:
    """A function of the arguments: its value on every row, as a class number and as an integer."""

    name: str  # sympy string in the arguments' names
    classes: Int[np.ndarray, " rows"]
    levels: Int[np.ndarray, " classes"]  # ascending
    bits: float  # to name it
    modulus: int | None = None  # where the levels lie on a circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A unit as a table over a quotient."""

    quotient: Quotient
    means: Float[np.ndarray, " classes"]
    within: float  # share of the variance within classes
    bits: float  # to name the quotient, and half a log2 of the rows a class


def quotient(
    values: Float[np.ndarray, "rows units"],
    arguments: Mapping[str, np.ndarray],
    modulus: int | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[Reduced | Refusal, ...]:
    """The coarsest quotient of the arguments that each unit depends on alone, or why there is none.

    `arguments` are columns (rows,) of integers or Booleans. A unit of bits is first cut down to the bits it depends on.
    """
    values = table_of(NAME, values, arguments)
    columns = {name: np.asarray(column) for name, column in arguments.items()}
    if any(column.dtype.kind == "f" for column in columns.values()):
        return tuple(Refusal(extractor=NAME, reason="the arguments are real") for _ in range(values.shape[1]))
    columns = {name: column.astype(np.int64) for name, column in columns.items()}
    offered = sorted(candidates(columns, values, modulus, tolerance), key=lambda q: (len(q.levels), q.bits))
    found: list[Reduced | None] = [None] * values.shape[1]
    nearest = np.full(values.shape[1], np.inf)
    for q in offered:
        open_units = np.flatnonzero([each is None for each in found])
        if not len(open_units):
            break
        means, within = within_classes(values[:, open_units], q)
        nearest[open_units] = np.minimum(nearest[open_units], within)
        for unit, mean, share in zip(open_units, means.T, within, strict=True):
            if share <= tolerance:
                bits = q.bits + len(q.levels) * 0.5 * log2(len(values))
                found[unit] = Reduced(quotient=q, means=mean, within=float(share), bits=bits)
    return tuple(each or _refusal(share, tolerance) for each, share in zip(found, nearest, strict=True))


def within_classes(
    values: Float[np.ndarray, "rows units"], q: Quotient
) -> tuple[Float[np.ndarray, "classes units"], Float[np.ndarray, " units"]]:
    """Class means of every unit, and the share of its variance within classes."""
    centre = values.mean(axis=0)
    centred = values - centre
    size = np.bincount(q.classes, minlength=len(q.levels))[:, None]
    means = class_sums(centred, q.classes, len(q.levels)) / size
    total = (centred**2).sum(axis=0)
    rest = ((centred - means[q.classes]) ** 2).sum(axis=0)
    flat = total <= 1e-24 * len(values) * np.maximum(centre**2, 1e-30)
    return means + centre, np.where(flat, 0.0, rest / np.maximum(total, 1e-300))


def candidates(
    arguments: Mapping[str, Int[np.ndarray, " rows"]],
    values: Float[np.ndarray, "rows units"],
    modulus: int | None,
    tolerance: float,
) -> Iterator[Quotient]:
    """Quotients worth a test: of two integers, of bits, or one argument alone."""
    rows = len(values)
    singles: list[tuple[str, np.ndarray, int | None]] = [(name, column, None) for name, column in arguments.items()]
    is_bits = len(arguments) > 2 and all(column.max(initial=0) <= 1 for column in arguments.values())
    nothing: list[tuple[str, np.ndarray, int | None]] = [("0", np.zeros(rows, dtype=np.int64), None)]
    named = nothing + ([] if is_bits else singles)
    if len(arguments) == 2:
        first, second = arguments.items()
        named += pairs(first, second, modulus)
    for name, column, circle in named:
        yield _quotient(name, column, log2(len(named)), circle)
    if is_bits:
        yield from _subsets(arguments, values, tolerance)


def pairs(
    first: tuple[str, np.ndarray], second: tuple[str, np.ndarray], modulus: int | None
) -> list[tuple[str, np.ndarray, int | None]]:
    """Name, values and circle of the functions of two integers that are tried."""
    (a, x), (b, y) = first, second
    found: list[tuple[str, np.ndarray, int | None]] = [
        (f"{a} + {b}", x + y, None),
        (f"{a} - {b}", x - y, None),
        (f"Abs({a} - {b})", np.abs(x - y), None),
        (f"Max({a}, {b})", np.maximum(x, y), None),
        (f"Min({a}, {b})", np.minimum(x, y), None),
        (f"{a}*{b}", x * y, None),
    ]
    if modulus is not None:
        found += [
            (f"Mod({a} + {b}, {modulus})", (x + y) % modulus, modulus),
            (f"Mod({a} - {b}, {modulus})", (x - y) % modulus, modulus),
            (f"Mod({a}*{b}, {modulus})", x * y % modulus, modulus),
        ]
    return found


def _subsets(
    arguments: Mapping[str, np.ndarray], values: Float[np.ndarray, "rows units"], tolerance: float
) -> Iterator[Quotient]:
    """For every set of bits that some unit depends on: their parity, the number of ones, and their values."""
    names, bits = list(arguments), np.stack(list(arguments.values()), axis=1)
    number = bits @ (1 << np.arange(len(names)))
    needed = np.stack([_needs(values, number, 1 << i, tolerance) for i in range(len(names))])
    for mask in np.unique(needed, axis=1).T:
        chosen = np.flatnonzero(mask)
        if not len(chosen):
            continue
        cost = log2(comb(len(names), len(chosen))) + log2(len(names)) + log2(3)
        ones = bits[:, chosen].sum(axis=1)
        text = " + ".join(names[i] for i in chosen)
        if len(chosen) > 1:
            yield _quotient(f"Mod({text}, 2)", ones % 2, cost, None)
            yield _quotient(text, ones, cost, None)
        packed = " + ".join(f"{1 << place}*{names[i]}" for place, i in enumerate(chosen))
        yield _quotient(
            packed if len(chosen) > 1 else text, bits[:, chosen] @ (1 << np.arange(len(chosen))), cost, None
        )


def _needs(
    values: Float[np.ndarray, "rows units"], number: Int[np.ndarray, " rows"], bit: int, tolerance: float
) -> np.ndarray:
    """Whether each unit changes with a bit while all other bits stay."""
    _, classes = np.unique(number & ~bit, return_inverse=True)
    within = within_classes(values, _quotient("", classes, 0.0, None))[1]
    return within > tolerance


def _quotient(name: str, column: Int[np.ndarray, " rows"], bits: float, modulus: int | None) -> Quotient:
    levels, classes = np.unique(column, return_inverse=True)
    return Quotient(name=name, classes=classes, levels=levels, bits=bits, modulus=modulus)


def _refusal(share: float, tolerance: float) -> Refusal:
    reason = f"the best quotient leaves {share:.3g} of the variance within its classes (at most {tolerance:.3g})"
    return Refusal(extractor=NAME, reason=reason)
