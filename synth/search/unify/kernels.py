"""The loops over masks, compiled by numba; `synth.search.unify.plain` says the same in numpy."""

import numpy as np
from numba import njit

from synth.search.unify.masks import FAR, NONE

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
ONE = np.uint64(1)
ZERO = np.uint64(0)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
SHIFT = np.uint64(32)
BLOCK = 1024  # columns
STARTS = np.uint64(7)


@njit(cache=True, inline="always")
def count_ones(x):
    x = x - ((x >> ONE) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, inline="always")
def lowest(x):
    """Place of the lowest one of a word that has one."""
    return count_ones((x & (~x + ONE)) - ONE)


@njit(cache=True)
def pack(hits):
    """Goes through the columns in blocks, so that the masks of a block stay near while its rows are read."""
    examples, n = hits.shape
    masks, block = np.zeros((n, (examples + 63) >> 6), np.uint64), np.empty(BLOCK, np.uint64)
    for start in range(0, n, BLOCK):
        many = min(BLOCK, n - start)
        for w in range(masks.shape[1]):
            block[:many] = ZERO
            for e in range(64 * w, min(64 * w + 64, examples)):
                for i in range(many):
                    block[i] |= np.uint64(hits[e, start + i]) << np.uint64(e & 63)
            for i in range(many):
                masks[start + i, w] = block[i]
    return masks


@njit(cache=True)
def insert(keys, h):
    """Whether the hash is new to the table; it is there afterwards."""
    mask = len(keys) - 1
    slot = np.int64(h & np.uint64(mask))
    while keys[slot] != 0:
        if keys[slot] == h:
            return False
        slot = (slot + 1) & mask
    keys[slot] = h
    return True


@njit(cache=True)
def table(n):
    size = 1024
    while size < 2 * n:
        size *= 2
    return np.zeros(size, np.uint64)


@njit(cache=True)
def hash_mask(mask, here, low):
    """Of the part of a mask in a set, turned round where it has the set's first example."""
    turned = False
    for w in range(len(here)):
        if mask[w] & low[w]:
            turned = True
    h = STARTS
    for w in range(len(here)):
        h = (h ^ (here[w] & (~mask[w] if turned else mask[w]))) * MULTIPLIER
        h ^= h >> SHIFT
    return max(h, ONE)


@njit(cache=True)
def first_example(here):
    low = np.zeros_like(here)
    for w in range(len(here)):
        if here[w]:
            low[w] = here[w] & (~here[w] + ONE)
            break
    return low


@njit(cache=True)
def distinct(masks, full):
    n, words = masks.shape
    keys, kept, count = table(n), np.empty(n, np.int64), 0
    low = first_example(full)
    everything = np.full(words, ALL) if count_ones(low[0]) == 0 else full
    for i in range(n):
        if insert(keys, hash_mask(masks[i], everything, low)):
            kept[count] = i
            count += 1
    return kept[:count]


@njit(cache=True)
def undominated(masks):
    n, words = masks.shape
    kept, count = np.empty(n, np.int64), 0
    for i in range(n):
        beaten = False
        for k in range(count):
            beaten = True
            for w in range(words):
                if masks[i, w] & ~masks[kept[k], w]:
                    beaten = False
                    break
            if beaten:
                break
        if not beaten:
            kept[count] = i
            count += 1
    return kept[:count]


@njit(cache=True)
def together(masks, examples):
    n, words = masks.shape
    mates = np.zeros((examples, words), np.uint64)
    for i in range(n):
        for w in range(words):
            rest = masks[i, w]
            while rest != 0:
                e = 64 * w + lowest(rest)
                rest &= rest - ONE
                for v in range(words):
                    mates[e, v] |= masks[i, v]
    return mates


@njit(cache=True)
def leaf(here, size, holders, prefix, costs):
    """Intersects the holders of the set's examples; terms that are right less often than `size` come after prefix."""
    best, least = NONE, FAR
    n = prefix[size]
    for t in range((n + 63) >> 6):
        left = ALL if n - 64 * t >= 64 else (ONE << np.uint64(n - 64 * t)) - ONE
        for w in range(len(here)):
            rest = here[w]
            while rest != 0 and left != 0:
                left &= holders[64 * w + lowest(rest), t]
                rest &= rest - ONE
            if left == 0:
                break
        while left != 0:
            i = 64 * t + lowest(left)
            left &= left - ONE
            if costs[i] < least:
                best, least = i, costs[i]
    return best


@njit(cache=True)
def leaves_needed(here, mates):
    """Examples of the set no two of which one term gets right, picked greedily; the set needs as many leaves."""
    rest, count = here.copy(), 0
    for w in range(len(here)):
        while rest[w] != 0:
            e = 64 * w + lowest(rest[w])
            rest[w] &= rest[w] - ONE
            for v in range(w, len(here)):
                rest[v] &= ~mates[e, v]
            count += 1
    return count


@njit(cache=True)
def disorder_of(here, size, parts):
    total, rest = 0.0, size
    for k in range(len(parts)):
        count = 0
        for w in range(len(here)):
            count += count_ones(here[w] & parts[k, w])
        if count:
            total -= count * np.log2(count / size)
            rest -= count
    return total + (rest * np.log2(size) if rest else 0.0)


@njit(cache=True)
def scan(
    here, holders, prefix, costs, mates, masks, test_costs, parts, limit, best, begin, end,
    keys, yes, no, yes_leaves, no_leaves, disorder,
):  # fmt: skip
    """The tests from `begin` to `end`, written into the last five arrays; the limit, the best, whether it ended."""
    words, low = masks.shape[1], first_example(here)
    a, b = np.empty(words, np.uint64), np.empty(words, np.uint64)
    size, least = 0, costs.min()
    for w in range(words):
        size += count_ones(here[w])
    for i in range(begin, end):
        if test_costs[i] + 2 * least >= limit:
            return limit, best, True
        held = 0
        for w in range(words):
            a[w] = here[w] & masks[i, w]
            b[w] = here[w] & ~masks[i, w]
            held += count_ones(a[w])
        if held == 0 or held == size or not insert(keys, hash_mask(masks[i], here, low)):
            continue
        yes[i] = leaf(a, held, holders, prefix, costs)
        no[i] = leaf(b, size - held, holders, prefix, costs)
        if yes[i] >= 0 and no[i] >= 0:
            total = test_costs[i] + costs[yes[i]] + costs[no[i]]
            if total < limit:
                limit, best = total, i
        if yes[i] < 0:
            yes_leaves[i] = max(2, leaves_needed(a, mates))
            disorder[i] += disorder_of(a, held, parts)
        if no[i] < 0:
            no_leaves[i] = max(2, leaves_needed(b, mates))
            disorder[i] += disorder_of(b, size - held, parts)
    return limit, best, False


@njit(cache=True)
def cover(here, masks, most):
    n, words = masks.shape
    rest, parts, count = here.copy(), np.zeros((most, words), np.uint64), 0
    while count < most:
        best, right = NONE, 0
        for i in range(n):
            hits = 0
            for w in range(words):
                hits += count_ones(rest[w] & masks[i, w])
            if hits > right:
                best, right = i, hits
        if best < 0:
            break
        for w in range(words):
            parts[count, w] = rest[w] & masks[best, w]
            rest[w] &= ~masks[best, w]
        count += 1
    return parts[:count]
