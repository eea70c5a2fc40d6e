"""Whether what is known at each time determines the answer there."""

import numpy as np
from jaxtyping import Int
from numba import njit

from synth.bank.table import FIRST, MULTIPLIER, SHIFT


@njit(cache=True)
def determined(keys: Int[np.ndarray, "n time parts"], goal: Int[np.ndarray, " time"]) -> Int[np.ndarray, " n"]:
    """For each row, into how many unlike keys its times fall; 0 where equal keys have unlike goals."""
    slots = 4
    while slots < 2 * len(goal):
        slots *= 2
    mask = np.uint64(slots - 1)
    owner = np.empty(slots, np.int64)
    found = np.zeros(keys.shape[0], np.int64)
    for i in range(keys.shape[0]):
        owner[:] = -1
        count = 0
        for t in range(len(goal)):
            h = FIRST
            for k in range(keys.shape[2]):
                h = (h ^ np.uint64(keys[i, t, k])) * MULTIPLIER
                h ^= h >> SHIFT
            slot = np.int64(h & mask)
            while owner[slot] >= 0:
                same = True
                for k in range(keys.shape[2]):
                    same &= keys[i, owner[slot], k] == keys[i, t, k]
                if same:
                    break
                slot = np.int64(np.uint64(slot + 1) & mask)
            if owner[slot] < 0:
                owner[slot] = t
                count += 1
            elif goal[owner[slot]] != goal[t]:
                count = 0
                break
        found[i] = count
    return found
