"""Sets of integers as numbers 0 and 1: thresholds, points, intervals, and the same of a remainder."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from compare.fit.fit import integer_bits
from compare.fit.write import bracketed, digits, total

PERIODS = 24  # at most
RUNS = 3  # at most


class Step(NamedTuple):
    """A formula whose values are 0 and 1, whether it is 1 where the set is (else where it is not), and its bits."""

    text: str
    rises: bool
    bits: float


def predicate(inside: Bool[np.ndarray, " levels"], levels: Int[np.ndarray, " levels"], name: str) -> Step | None:
    """The shortest form of a set of some ascending integers, written in `name`; None where there is none."""
    plain = _run(inside, levels, name)
    if plain:
        return plain
    period = next(_periods(inside, levels), None)
    if period is None:
        return _runs(inside, levels, name)
    first = np.unique(levels % period, return_index=True)
    found = _run(inside[first[1]], first[0], f"Mod({name}, {period})")
    return found and found._replace(bits=found.bits + integer_bits(period))


def _run(inside: np.ndarray, levels: np.ndarray, name: str) -> Step | None:
    """A set, or its complement, that is one run of the levels."""
    found = (_one_run(chosen, levels, name, rises) for rises, chosen in ((True, inside), (False, ~inside)))
    return min((step for step in found if step), key=lambda step: (step.bits, not step.rises), default=None)


def _runs(inside: np.ndarray, levels: np.ndarray, name: str) -> Step | None:
    """A set of a few runs as the sum of them."""
    starts = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int)])) == 1)
    if not 1 < len(starts) <= min(RUNS, len(levels) // 4):
        return None
    labels = np.cumsum(np.isin(np.arange(len(levels)), starts)) * inside
    each = [_one_run(labels == k + 1, levels, name, True) for k in range(len(starts))]
    texts = [(1.0, step.text) for step in each if step]
    return Step(total(texts), True, sum(step.bits for step in each if step)) if len(texts) == len(starts) else None


def _one_run(chosen: np.ndarray, levels: np.ndarray, name: str, rises: bool) -> Step | None:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    if len(edges) != 2:
        return None
    first, last = int(edges[0]), int(edges[1]) - 1
    low, high = int(levels[first]), int(levels[last])
    if levels.tolist() == [0, 1]:
        return Step(name, rises == (low == 1), 1.0)
    if first == last:
        return Step(_point(name, low), rises, 1 + integer_bits(low))
    if last == len(levels) - 1:
        return Step(f"Heaviside({_less(name, low - 0.5)})", rises, 2 + integer_bits(low))
    if first == 0:
        return Step(f"Heaviside({digits(high + 0.5)} - {bracketed(name)})", rises, 2 + integer_bits(high + 1))
    middle, half = (low + high) / 2, (high - low) / 2 + 0.5
    text = f"Heaviside({digits(half)} - Abs({_less(name, middle)}))"
    return Step(text, rises, 2 + integer_bits(low) + integer_bits(high))


def _point(name: str, value: int) -> str:
    """`KroneckerDelta(a, b)` for a difference that is 0."""
    inner = name.removeprefix("Abs(").removesuffix(")") if name.startswith("Abs(") else name
    sides = inner.split(" - ")
    if value == 0 and len(sides) == 2 and all(side.isidentifier() for side in sides):
        return f"KroneckerDelta({sides[0]}, {sides[1]})"
    return f"KroneckerDelta({name}, {value})"


def _less(name: str, value: float) -> str:
    if value == 0:
        return name
    return f"{name} {'-' if value > 0 else '+'} {digits(abs(value))}"


def _periods(inside: np.ndarray, levels: np.ndarray) -> Iterator[int]:
    """Periods of the set that its range shows twice."""
    for period in range(2, min(PERIODS, len(levels) // 2) + 1):
        rest = levels % period
        ones = np.bincount(rest, inside, minlength=period)
        count = np.bincount(rest, minlength=period)
        if ((ones == 0) | (ones == count)).all():
            yield period
