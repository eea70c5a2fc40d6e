"""Fingerprints of value columns, and the table that tells new ones from known ones."""

import numpy as np
from jaxtyping import Bool, Shaped, UInt64

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(32)
COARSE = np.uint64(0xFFFFFFFFFFFFF000)  # reals are equal when their leading 41 binary digits are


def fingerprints(values: Shaped[np.ndarray, "examples n"]) -> UInt64[np.ndarray, " n"]:
    """A 64-bit hash a column. Every value is mixed in: a linear sum would merge sign vectors by the thousand."""
    words = integers(values)
    state = np.full(words.shape[1], MULTIPLIER, dtype=np.uint64)
    for row in words:
        state ^= row
        state *= MULTIPLIER
        state ^= state >> SHIFT
    return state


def integers(values: Shaped[np.ndarray, "examples n"]) -> Shaped[np.ndarray, "words n"]:
    """Equal columns, and only these, become equal columns of unsigned integers; nearly equal reals become equal."""
    if values.dtype == bool:
        return np.packbits(values, axis=0)
    if values.dtype == np.int64:
        return values.view(np.uint64)
    clean = np.where(np.isnan(values), np.nan, values + 0.0)
    return (clean.view(np.uint64) + np.uint64(1 << 11)) & COARSE


def agree(values: Shaped[np.ndarray, "..."], wanted: Shaped[np.ndarray, "..."]) -> Bool[np.ndarray, "..."]:
    """Where values are what is wanted; reals within rounding."""
    if values.dtype != np.float64:
        return values == wanted
    return np.isclose(values, wanted, rtol=1e-9, atol=1e-12, equal_nan=True)


class Table:
    """An open-addressing set of fingerprints, doubled when half full."""

    def __init__(self, size: int = 1 << 14) -> None:
        self.count = 0
        self._slots = np.zeros(size, dtype=np.uint64)
        self._owner = np.zeros(size, dtype=np.int32)

    @property
    def nbytes(self) -> int:
        return self._slots.nbytes + self._owner.nbytes

    def insert(self, hashes: UInt64[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
        """Add hashes; true for each that was new, the first of several equal ones only."""
        hashes = np.where(hashes == 0, MULTIPLIER, hashes)
        while 2 * (self.count + len(hashes)) > len(self._slots):
            self._grow()
        fresh = self._place(hashes)
        self.count += int(fresh.sum())
        return fresh

    def _grow(self) -> None:
        known = self._slots[self._slots != 0]
        self._slots = np.zeros(2 * len(self._slots), dtype=np.uint64)
        self._owner = np.zeros(len(self._slots), dtype=np.int32)
        self._place(known)

    def _place(self, hashes: UInt64[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
        mask = np.uint64(len(self._slots) - 1)
        places = (hashes & mask).astype(np.int64)
        fresh = np.zeros(len(hashes), dtype=bool)
        pending = np.arange(len(hashes))
        while len(pending):
            here = places[pending]
            found = self._slots[here]
            empty = found == 0
            claims, slots = pending[empty], here[empty]
            self._owner[slots[::-1]] = claims[::-1]
            won = self._owner[slots] == claims
            self._slots[slots[won]] = hashes[claims[won]]
            fresh[claims[won]] = True
            onward = pending[~empty & (found != hashes[pending])]
            places[onward] = (places[onward] + 1) & int(mask)
            pending = np.concatenate([claims[~won], onward])
        return fresh
