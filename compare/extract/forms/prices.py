"""What integer forms of bits cost: each on its own, by paired bits, or as one that is the same modulo a number.

On its own a form costs which bits it reads, a sign for each, and their magnitudes. Where a net ties the bits in pairs
(x0 and x6, x1 and x7, ...), it costs one of each pair and whether the others are its equals or its negatives. Where
forms say the same modulo m (for a parity, all sums of bits and negated bits; for a number's remainder, all that spell
it up to multiples of m), the residues are paid once, and a form says for each bit which of r and r - m it takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import lgamma, log

import numpy as np
from jaxtyping import Float, Int

ALIKE = 0.05  # of the larger of two magnitudes; weights that differ by less are tied
TIED = 0.6  # of the units' weight, by which bits are a pair
LARGEST = 9  # numbers modulo which forms may say the same
COMMON = 4  # the largest magnitude that most weights of a form may have
KIND_BITS = 2.0  # on its own, by pairs, modulo a number, as one before
SIZE_BITS = 3.0  # of the largest magnitude's kind


@dataclass(frozen=True, slots=True)
class Pairs:
    """The bits that are tied, two by two: `other[i]` is the partner of bit i, itself where it has none."""

    other: Int[np.ndarray, " n"]

    @property
    def first(self) -> Int[np.ndarray, " half"]:
        """One bit of each pair, and those without a partner."""
        return np.flatnonzero(self.other >= np.arange(len(self.other)))

    @property
    def bits(self) -> float:
        """Which bits are tied."""
        n = len(self.other)
        return 1.0 + sum(float(np.log2(max(n - 1 - 2 * i, 1))) for i in range(n - len(self.first)))

    def tied(self, weights: Float[np.ndarray, "n units"]) -> Float[np.ndarray, "n units"] | None:
        """Weights whose magnitudes are the mean of the pair's; None where no bits are tied."""
        if len(self.first) == len(self.other):
            return None
        return np.sign(weights) * (np.abs(weights) + np.abs(weights[self.other])) / 2


def pairs_of(weights: Float[np.ndarray, "n units"], importance: Float[np.ndarray, " units"]) -> Pairs:
    """The bits whose weights are of one magnitude in most units, those most alike first."""
    n, size = len(weights), np.abs(weights)
    near = np.abs(size[:, None] - size[None]) <= ALIKE * np.maximum(size.max(axis=0), 1e-30)
    apart = ~near.all(axis=(0, 1))  # units that tell bits apart
    share = near[:, :, apart] @ importance[apart] / max(float(importance[apart].sum()), 1e-30)
    other = np.arange(n)
    if apart.any():
        np.fill_diagonal(share, -1.0)
        while share.max() >= TIED:
            i, j = np.unravel_index(int(np.argmax(share)), share.shape)
            other[[i, j]] = j, i
            share[[i, j]] = share[:, [i, j]] = -1.0
    return Pairs(other)


def own_bits(weights: Int[np.ndarray, "n units"], pairs: Pairs) -> Float[np.ndarray, " units"]:
    """Of each form by itself, on its own or by pairs."""
    alone = _listed(weights)
    one, other = weights[pairs.first], weights[pairs.other[pairs.first]]
    if len(one) == len(weights):
        return alone + KIND_BITS
    alike, turned = (one == other).all(axis=0), ((one == -other) | (pairs.first == pairs.other[pairs.first])[:, None])
    signs = np.where(alike | turned.all(axis=0), 0, (one != 0).sum(axis=0)) + 1
    tied = (np.abs(one) == np.abs(other)).all(axis=0)
    return np.where(tied, np.minimum(_listed(one) + signs, alone), alone) + KIND_BITS


def _listed(weights: Int[np.ndarray, "n units"]) -> Float[np.ndarray, " units"]:
    """Which bits, a sign each, and their magnitudes: any up to the largest, or powers of 2."""
    n, size = len(weights), np.abs(weights)
    read, top = (size > 0).sum(axis=0), size.max(axis=0)
    powers = ((size & (size - 1)) == 0).all(axis=0)
    levels = np.where(powers, np.log2(np.maximum(top, 1)) + 1, top)
    magnitudes = np.minimum(read * np.log2(np.maximum(levels, 1)), _counted(size, read, powers))
    negative = (weights < 0).sum(axis=0)
    signs = np.minimum(read, _which(n)[read, negative] + np.log2(read + 1)) + 1
    return _which(n)[n, read] + np.log2(n + 1) + signs + magnitudes + SIZE_BITS


def _counted(size: np.ndarray, read: np.ndarray, powers: np.ndarray) -> Float[np.ndarray, " units"]:
    """Magnitudes of which most are one: which are the others, of those read, and what each is."""
    top = np.maximum(size.max(axis=0), 1)
    most = np.max([(size == value).sum(axis=0) for value in range(1, COMMON + 1)], axis=0)
    others = read - np.minimum(most, read)
    levels = np.where(powers, np.log2(top) + 1, top)
    return _which(len(size))[read, others] + np.log2(read + 1) + (others + 1) * np.log2(np.maximum(levels, 1)) + 1


@lru_cache(maxsize=64)
def _which(n: int) -> Float[np.ndarray, "many few"]:
    """log2 of the number of subsets, by the sizes of the whole and of the part."""
    table = np.zeros((n + 1, n + 1))
    for whole in range(n + 1):
        for part in range(whole + 1):
            table[whole, part] = (lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)) / log(2)
    return table


@dataclass(frozen=True, slots=True)
class Residues:
    """Residues modulo m, one a bit, of which forms take r or r - m."""

    m: int
    of: Int[np.ndarray, " n"]  # 0 .. m - 1

    @property
    def bits(self) -> float:
        return float(np.log2(LARGEST) + len(self.of) * np.log2(self.m))

    def form_bits(self, weights: Int[np.ndarray, "n units"]) -> Float[np.ndarray, " units"]:
        """Of each form as a multiple of the residues; infinite for one that is none."""
        best = np.full(weights.shape[1], np.inf)
        small = (np.abs(weights) < self.m).all(axis=0)
        for factor in range(1, self.m):
            mine = (factor * self.of) % self.m
            read = int((mine > 0).sum())
            same = small & ((weights - mine[:, None]) % self.m == 0).all(axis=0)
            far = (np.abs(weights) * 2 > self.m).sum(axis=0) if self.m > 2 else (weights < 0).sum(axis=0)
            cost = np.minimum(read, _which(len(self.of))[read, far] + np.log2(read + 1)) + 1 + np.log2(self.m - 1)
            best = np.where(same & (read > 0), np.minimum(best, cost), best)
        return best + KIND_BITS


def residues_of(weights: Int[np.ndarray, "n forms"], own: Float[np.ndarray, " forms"]) -> Residues | None:
    """The residues by which all forms together are cheapest; None where on their own they are."""
    tried = list(_tried(weights))
    saved = [float(np.maximum(own - each.form_bits(weights), 0).sum()) - each.bits for each in tried]
    return tried[int(np.argmax(saved))] if saved and max(saved) > 0 else None


def _tried(weights: Int[np.ndarray, "n forms"]) -> Iterator[Residues]:
    """What most forms are, modulo each number."""
    for m in range(2, LARGEST + 1):
        classes = [min((column % m).tolist(), (-column % m).tolist()) for column in weights.T]
        found, counts = np.unique(np.array(classes), axis=0, return_counts=True)
        yield Residues(m, found[int(np.argmax(counts))])
