"""Fingerprints of value columns, and the table that tells new ones from known ones: numpy's version of both.

`synth.bank.kernels` has the same compiled; both give the same fingerprints.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped, UInt64

SHIFT = np.uint64(32)
COARSE = np.uint64(0xFFFFFFFFFFFFF000)  # reals are equal when their leading 41 binary digits are


@dataclass(frozen=True, slots=True)
class Hash:
    """One of a family of hash functions: where it starts, and an odd multiplier."""

    first: np.uint64
    multiplier: np.uint64


def hash_of(seed: int) -> Hash:
    """The hash function of a seed; unlike seeds give unlike functions."""
    first, multiplier = np.random.default_rng([seed, 64]).integers(0, 2**64, 2, dtype=np.uint64)
    return Hash(first, multiplier | np.uint64(1))


def fingerprints(values: Shaped[np.ndarray, "words n"], hash: Hash) -> UInt64[np.ndarray, " n"]:
    """A 64-bit hash a column. Every value is mixed in: a linear sum would merge sign vectors by the thousand."""
    state = np.full(values.shape[1], hash.first, dtype=np.uint64)
    for row in values:
        state ^= integers(row)
        state *= hash.multiplier
        state ^= state >> SHIFT
    return np.where(state == 0, np.uint64(1), state)


def integers(values: Shaped[np.ndarray, "..."]) -> UInt64[np.ndarray, "..."]:
    """Equal values, and only these, become equal unsigned integers; nearly equal reals become equal."""
    if values.dtype == np.uint64:
        return values
    if values.dtype != np.float64:
        return values.astype(np.int64, copy=False).view(np.uint64)
    clean = np.ascontiguousarray(np.where(np.isnan(values), np.nan, values + 0.0))
    return (clean.view(np.uint64) + np.uint64(1 << 11)) & COARSE


def place(
    hashes: UInt64[np.ndarray, " n"], keys: UInt64[np.ndarray, " slots"], rows: Shaped[np.ndarray, " slots"], start: int
) -> Int[np.ndarray, " fresh"]:
    """Put the new ones among `hashes` into an open-addressing table; their places, the first of several equal ones.

    The k-th of them gets the row `start + k`. At least as many slots must be empty as there are hashes.
    """
    mask = len(keys) - 1
    slots = (hashes & np.uint64(mask)).astype(np.int64)
    taken = np.full(len(hashes), -1, dtype=np.int64)
    pending = np.arange(len(hashes))
    while len(pending):
        here = slots[pending]
        found = keys[here]
        empty = found == 0
        claims, wanted = pending[empty], here[empty]
        rows[wanted[::-1]] = claims[::-1]  # the first claim is written last, and stays
        won = rows[wanted] == claims.astype(rows.dtype)
        keys[wanted[won]] = hashes[claims[won]]
        taken[claims[won]] = wanted[won]
        onward = pending[~empty & (found != hashes[pending])]
        slots[onward] = (slots[onward] + 1) & mask
        pending = np.concatenate([claims[~won], onward])
    fresh = np.flatnonzero(taken >= 0)
    rows[taken[fresh]] = start + np.arange(len(fresh))
    return fresh


def find(
    hashes: UInt64[np.ndarray, " n"], keys: UInt64[np.ndarray, " slots"], rows: Shaped[np.ndarray, " slots"]
) -> Int[np.ndarray, " n"]:
    """The row of each hash, -1 where the table has none."""
    mask = len(keys) - 1
    slots = (hashes & np.uint64(mask)).astype(np.int64)
    found = np.full(len(hashes), -1, dtype=np.int64)
    pending = np.arange(len(hashes))
    while len(pending):
        here = slots[pending]
        known = keys[here]
        hit = known == hashes[pending]
        found[pending[hit]] = rows[here[hit]]
        pending = pending[~hit & (known != 0)]
        slots[pending] = (slots[pending] + 1) & mask
    return found
