"""The compiled loops that all primitives share: hashing a block of candidates, the table of hashes, storing.

Values are held example by example, so that the inner loops run over programs that lie side by side. A candidate is
hashed first; only one whose hash is new is stored.
"""

from typing import Any

import numba
import numpy as np
from numba import njit
from numba.extending import overload

BLOCK = 1024  # candidates that are hashed together
DONE, FULL, PAUSE, HIT = range(4)  # why a pass ended
COARSE = np.uint64(0xFFFFFFFFFFFFF000)
ROUND = np.uint64(1 << 11)
NAN = np.uint64(0x7FF8000000000000)
SHIFT = np.uint64(32)


def words_of(values: Any, used: Any, words: Any) -> Any:
    """Fills `words` with a row of values as unsigned integers, equal for equal values, and for nearly equal reals."""
    raise NotImplementedError


@overload(words_of)
def _words_of(values, used, words):
    if isinstance(values.dtype, numba.types.Float):

        def reals(values, used, words):
            raw = values.view(np.uint64)
            for t in range(used):
                v = values[t]
                bits = raw[t] if v != 0.0 else np.uint64(0)
                bits = bits if v == v else NAN
                words[t] = (bits + ROUND) & COARSE

        return reals

    def integers(values, used, words):
        for t in range(used):
            words[t] = np.uint64(values[t])

    return integers


@njit(cache=True, error_model="numpy")
def hash_block(block, used, first, multiplier, words, hashes):
    """Fingerprints of `used` columns of a block, shape (words, BLOCK); 0 marks an empty slot and becomes 1."""
    for t in range(used):
        hashes[t] = first
    for e in range(block.shape[0]):
        words_of(block[e], used, words)
        for t in range(used):
            h = (hashes[t] ^ words[t]) * multiplier
            hashes[t] = h ^ (h >> SHIFT)
    for t in range(used):
        if hashes[t] == 0:
            hashes[t] = 1


@njit(cache=True, error_model="numpy")
def hash_columns(values, first, multiplier, words, hashes):
    """Fingerprints of all columns."""
    hash_block(values, values.shape[1], first, multiplier, words, hashes)


@njit(cache=True, error_model="numpy")
def place_rows(hashes, keys, rows, start, fresh):
    """Puts new hashes into the table, the k-th with row `start + k`; how many were new, their places in `fresh`."""
    mask = np.uint64(len(keys) - 1)
    count = 0
    for t in range(len(hashes)):
        slot = np.int64(hashes[t] & mask)
        while keys[slot] != 0 and keys[slot] != hashes[t]:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if keys[slot] == 0:
            keys[slot] = hashes[t]
            rows[slot] = start + count
            fresh[count] = t
            count += 1
    return count


@njit(cache=True, error_model="numpy")
def insert_block(block, used, ok, places, head, hashes, chosen, values, heads, args, count, keys, rows):
    """Stores the block's candidates whose hash is new and where `ok`; returns the number of stored programs."""
    mask = np.uint64(len(keys) - 1)
    touched = np.uint64(0)
    for t in range(used):  # brings the slots into the cache, all at once
        touched |= keys[np.int64(hashes[t] & mask)]
    fresh = 0
    for t in range(used):
        if ok[t] == 0:
            continue
        h = hashes[t]
        slot = np.int64(h & mask)
        while keys[slot] != 0 and keys[slot] != h:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if keys[slot] == 0:
            keys[slot] = h
            rows[slot] = count + fresh
            chosen[fresh] = t
            fresh += 1
    for e in range(block.shape[0]):
        for s in range(fresh):
            values[e, count + s] = block[e, chosen[s]]
    for a in range(args.shape[0]):
        for s in range(fresh):
            args[a, count + s] = places[a, chosen[s]]
    for s in range(fresh):
        heads[count + s] = head
    chosen[BLOCK] = np.int64(touched >> np.uint64(1))  # else the look at the slots would be optimised away
    return count + fresh


@njit(cache=True, error_model="numpy")
def rehash(old_keys, old_rows, keys, rows):
    """Moves every entry of a table into a larger, empty one."""
    mask = np.uint64(len(keys) - 1)
    for place in range(len(old_keys)):
        h = old_keys[place]
        if h != 0:
            slot = np.int64(h & mask)
            while keys[slot] != 0:
                slot = np.int64(np.uint64(slot + 1) & mask)
            keys[slot] = h
            rows[slot] = old_rows[place]


@njit(cache=True, error_model="numpy")
def find_rows(hashes, keys, rows, found):
    """The stored row of each hash, -1 where there is none."""
    mask = np.uint64(len(keys) - 1)
    for t in range(len(hashes)):
        slot = np.int64(hashes[t] & mask)
        while keys[slot] != 0 and keys[slot] != hashes[t]:
            slot = np.int64(np.uint64(slot + 1) & mask)
        found[t] = rows[slot] if keys[slot] != 0 else -1
