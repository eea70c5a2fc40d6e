"""Fingerprints of rows of integers, and the table that tells new ones from known ones."""

import numpy as np
from jaxtyping import Bool, Int, UInt64
from numba import njit

FIRST = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(32)


@njit(cache=True)
def row_hashes(values: Int[np.ndarray, "n words"]) -> UInt64[np.ndarray, " n"]:
    """A 64-bit hash a row, never 0; every value is mixed in, not added up."""
    hashes = np.empty(values.shape[0], np.uint64)
    for i in range(values.shape[0]):
        h = FIRST
        for j in range(values.shape[1]):
            h = (h ^ np.uint64(values[i, j])) * MULTIPLIER
            h ^= h >> SHIFT
        hashes[i] = h if h != 0 else FIRST
    return hashes


@njit(cache=True)
def place(hashes: UInt64[np.ndarray, " n"], keys: UInt64[np.ndarray, " slots"]) -> Bool[np.ndarray, " n"]:
    """Add hashes to the slots; true for each that was new, the first of several equal ones only."""
    mask = np.uint64(len(keys) - 1)
    fresh = np.zeros(len(hashes), np.bool_)
    for i in range(len(hashes)):
        h = hashes[i]
        slot = np.int64(h & mask)
        while keys[slot] != 0 and keys[slot] != h:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if keys[slot] == 0:
            keys[slot] = h
            fresh[i] = True
    return fresh


class Table:
    """A set of hashes that doubles when half full."""

    def __init__(self) -> None:
        self.count = 0
        self._keys = np.zeros(1 << 12, np.uint64)

    @property
    def nbytes(self) -> int:
        return self._keys.nbytes

    def growth(self, more: int) -> int:
        """Bytes that it takes to make room for this many more hashes, beside those that are held."""
        size = len(self._keys)
        while size < 2 * (self.count + more):
            size *= 2
        return 8 * (size + self.count) if size > len(self._keys) else 0

    def insert(self, hashes: UInt64[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
        """Add hashes; true for each that was new, the first of several equal ones only."""
        size = len(self._keys)
        while size < 2 * (self.count + len(hashes)):
            size *= 2
        if size > len(self._keys):
            known, self._keys = self._keys[self._keys != 0], np.zeros(size, np.uint64)
            place(known, self._keys)
        fresh = place(hashes, self._keys)
        self.count += int(fresh.sum())
        return fresh
