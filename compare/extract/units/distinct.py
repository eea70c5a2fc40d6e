"""Units whose constants are on few levels: those that are the same then are one unit, and each has its price.

A unit costs, for the arguments together, which columns it reads and q bits each, a bias (q + 3 bits) and, where the
nonlinearity has a scale of its own, a log-scale (q + 3 bits). Where all arguments keep the same terms, a unit may read
the others as it reads the first, up to sign (a bit each). Where the nonlinearity is homogeneous, units that are
multiples of one another are one.
"""

from dataclasses import dataclass
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.bits import log2_choose
from compare.extract.units.choice import Choice, Kept
from compare.fit.levels import log_levels
from compare.read import Reading
from compare.sites.layer import Layer, activate

BIAS_BITS = 3  # of a bias and of a scale, more than of a constant
MOST_UNITS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Distinct units with constants on few levels, the strongest first: what each costs, and its activations."""

    bits: Float[np.ndarray, " units"]
    hidden: Float[np.ndarray, "rows units"]

    @classmethod
    def of(cls, reading: Reading, choice: Choice, layer: Layer, q: int, power: int | None) -> "Units":
        parts = [_orthogonal(each, seen) for each, seen in zip(choice.kept, choice.operands.seen, strict=True)]
        weights = np.concatenate([solution for _, solution in parts])  # (columns, units)
        ends = np.cumsum([0, *choice.dimensions])
        levels = 2 ** (q - 1)
        top = np.maximum(np.abs(weights).max(axis=0), 1e-30)
        scale = top if power is not None else log_levels(top, 2 ** (q + BIAS_BITS))
        steps = np.rint(weights / top * levels).astype(int)
        bias = np.clip(np.rint(choice.bias / scale * levels), -8 * levels, 8 * levels - 1).astype(int)
        strength = reading.site(layer.hidden)[reading.fitted].std(axis=0) * np.sqrt(layer.effect)
        alone = np.zeros(len(scale)) if power is not None else np.log2(scale)
        keys, inverse = np.unique(np.vstack([steps, bias, np.round(alone * 64)]), axis=1, return_inverse=True)
        total = np.bincount(inverse.ravel(), strength**2, minlength=keys.shape[1])
        order = np.argsort(-total)[:MOST_UNITS]
        order = order[total[order] > 0]
        first = np.array([_strongest(inverse.ravel() == unit, strength) for unit in order])
        size = scale if power is None else np.ones_like(scale)
        rough = steps[:, first] / levels * size[first]
        pre = np.zeros((reading.rows, len(scale)), dtype=np.float32)
        read = [
            (columns @ rough[low:high])[column]
            for (columns, _), column, low, high in zip(parts, reading.x.T, ends[:-1], ends[1:], strict=True)
        ]
        pre[:, first] = bias[first] / levels * size[first] + sum(read)
        hidden = activate(reading, layer.pre, layer.hidden, pre)[:, first]
        bits = _constants(choice, np.split(steps[:, first], ends[1:-1]), q) + q + BIAS_BITS
        return cls(bits=bits + (0 if power is not None else q + BIAS_BITS), hidden=hidden)


def _orthogonal(kept: Kept, seen: Int[np.ndarray, " seen"]) -> tuple[np.ndarray, np.ndarray]:
    """The terms' columns, each without what those before it say, of deviation 1; and every unit's constants of them."""
    triangle = np.linalg.qr(kept.columns[seen])[1] / np.sqrt(len(seen))
    return kept.columns @ np.linalg.pinv(triangle), triangle @ kept.solution


def _constants(choice: Choice, steps: list[Int[np.ndarray, "columns units"]], q: int) -> Float[np.ndarray, " units"]:
    """What the units' constants cost; where arguments keep the same terms, theirs may be the first's or its negative.

    One bit a unit says which of the two it is.
    """
    apart = sparse_bits(np.concatenate(steps), q)
    if len({each.texts for each in choice.kept}) > 1 or len(steps) == 1:
        return apart
    alike = np.all([(part == steps[0]).all(axis=0) | (part == -steps[0]).all(axis=0) for part in steps], axis=0)
    return np.where(alike, np.minimum(sparse_bits(steps[0], q) + len(steps) - 1, apart), apart) + 1


def sparse_bits(steps: Int[np.ndarray, "columns units"], q: int) -> Float[np.ndarray, " units"]:
    """Which columns a unit reads, and q bits for each."""
    size = len(steps)
    read = (steps != 0).sum(axis=0)
    price = np.array([log2_choose(size, n) + log2(size + 1) + n * q for n in range(size + 1)])
    return price[read]


def _strongest(alike: Bool[np.ndarray, " units"], strength: Float[np.ndarray, " units"]) -> int:
    return int(np.argmax(np.where(alike, strength, -1.0)))
