"""Units whose constants are on few levels: those that are the same then are one unit, and each has its price.

A unit costs which columns it reads of the arguments and q bits each, a bias (q + 3 bits) and, where the nonlinearity
has a scale of its own, a log-scale (q + 3 bits). Of arguments that are tied it reads one function, of one of them whole
and of the others times a factor (q bits each that is not 0). Where the nonlinearity is homogeneous, units that are
multiples of one another are one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.bits import log2_choose
from compare.extract.units.choice import Choice, Group, Kept
from compare.extract.units.features import half_waves
from compare.extract.units.readouts import MOST_UNITS, sparse_bits
from compare.fit.levels import log_levels
from compare.read import Reading
from compare.sites.layer import Layer, activate

BIAS_BITS = 3  # of a bias and of a scale, more than of a constant
MOSTLY = 0.5  # of a group's dimensions


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Distinct units with constants on few levels, the strongest first: what each costs, and its activations."""

    bits: Float[np.ndarray, " units"]
    hidden: Float[np.ndarray, "rows units"]

    @classmethod
    def of(cls, reading: Reading, choice: Choice, layer: Layer, basis: "Basis", q: int, power: int | None) -> "Units":
        parts = basis.parts
        weights = np.concatenate([solution for _, solution in parts])  # (columns, units)
        factors = np.concatenate([group.factors for group in choice.groups])  # (arguments, units)
        ends = np.cumsum([0, *(len(solution) for _, solution in parts)])
        levels = 2 ** (q - 1)
        top = np.maximum(np.abs(weights).max(axis=0), 1e-30)
        scale = top if power is not None else log_levels(top, 2 ** (q + BIAS_BITS))
        steps = np.rint(weights / top * levels).astype(int)
        turns = np.rint(factors * levels).astype(int)
        bias = np.clip(np.rint(choice.bias / scale * levels), -8 * levels, 8 * levels - 1).astype(int)
        strength = reading.site(layer.hidden)[reading.fitted].std(axis=0) * np.sqrt(layer.effect)
        alone = np.zeros(len(scale)) if power is not None else np.log2(scale)
        keys, inverse = np.unique(np.vstack([steps, turns, bias, np.round(alone * 64)]), axis=1, return_inverse=True)
        total = np.bincount(inverse.ravel(), strength**2, minlength=keys.shape[1])
        order = np.argsort(-total)[:MOST_UNITS]
        order = order[total[order] > 0]
        first = np.array([_strongest(inverse.ravel() == unit, strength) for unit in order])
        size = scale if power is None else np.ones_like(scale)
        read = np.zeros((reading.rows, len(first)))
        bits = np.full(len(first), float(q + BIAS_BITS + (0 if power is not None else q + BIAS_BITS)))
        for group, (columns, _), low, high in zip(choice.groups, parts, ends[:-1], ends[1:], strict=True):
            table = columns @ (steps[low:high, first] / levels * size[first])
            for i, place in enumerate(group.places):
                read += (table * turns[place, first] / levels)[group.names[i]][reading.x[:, place]]
            bits += sparse_bits(steps[low:high, first], q) + _tie_bits(turns[list(group.places)][:, first], q)
        pre = np.zeros((reading.rows, len(scale)), dtype=np.float32)
        pre[:, first] = bias[first] / levels * size[first] + read
        return cls(bits=bits, hidden=activate(reading, layer.pre, layer.hidden, pre)[:, first])


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """For each group of arguments the columns that units read, and every unit's constants of them."""

    parts: list[tuple[np.ndarray, np.ndarray]]  # (names, columns), (columns, units)
    bits: float  # of the columns


def bases(choice: Choice) -> Iterator[Basis]:
    """The terms that are kept; and, where these are most of what there is of a group, half waves in their place."""
    groups = choice.groups
    yield Basis(parts=[_orthogonal(group) for group in groups], bits=_named([group.kept for group in groups]))
    most = [group.kept.columns.shape[1] > MOSTLY * len(group.seen) for group in groups]
    if any(most):
        yield Basis(
            parts=[_waves(g) if whole else _orthogonal(g) for g, whole in zip(groups, most, strict=True)],
            bits=len(groups) + _named([group.kept for group, whole in zip(groups, most, strict=True) if not whole]),
        )


def _named(kept: list[Kept]) -> float:
    """Every term once, and for each group of arguments which of them it reads."""
    priced = {text: bits for each in kept for text, bits in zip(each.texts, each.bits, strict=True)}
    return sum(priced.values()) + sum(log2_choose(len(priced), len(each.texts)) for each in kept)


def _orthogonal(group: Group) -> tuple[np.ndarray, np.ndarray]:
    """The terms' columns, each without what those before it say, of deviation 1; and every unit's constants of them."""
    triangle = np.linalg.qr(group.kept.columns[group.seen])[1] / np.sqrt(len(group.seen))
    return group.kept.columns @ np.linalg.pinv(triangle), triangle @ group.kept.solution


def _waves(group: Group) -> tuple[np.ndarray, np.ndarray]:
    columns = half_waves(len(group.kept.columns))
    return columns, np.linalg.lstsq(columns[group.seen], group.kept.columns[group.seen] @ group.kept.solution)[0]


def _tie_bits(turns: Int[np.ndarray, "places units"], q: int) -> Float[np.ndarray, " units"]:
    """Which of the arguments is read whole, and how much of the others."""
    return np.zeros(turns.shape[1]) if len(turns) == 1 else log2(len(turns)) + sparse_bits(turns, q) - q


def _strongest(alike: Bool[np.ndarray, " units"], strength: Float[np.ndarray, " units"]) -> int:
    return int(np.argmax(np.where(alike, strength, -1.0)))
