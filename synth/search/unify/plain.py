"""The loops over masks in numpy: the reference for `synth.search.unify.kernels`."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt64

from synth.search.unify.masks import FAR, NONE, SKIPPED, Scan, Terms, Tests, sizes, unpack, words_of

TOGETHER = 1 << 10  # tests between two looks at the clock
BLOCK = 1 << 20  # comparisons of a mask with a term that are made together


def pack(hits: Bool[np.ndarray, "examples n"]) -> UInt64[np.ndarray, "n words"]:
    """Masks from a column of Booleans each."""
    examples, n = hits.shape
    octets = np.zeros((n, 8 * words_of(examples)), np.uint8)
    octets[:, : -(-examples // 8)] = np.packbits(hits, axis=0, bitorder="little").T
    return octets.view("<u8").astype(np.uint64, copy=False)


def distinct(
    masks: UInt64[np.ndarray, "n words"], full: UInt64[np.ndarray, " words"] | None
) -> Int64[np.ndarray, " kept"]:
    if full is not None:
        masks = turned(masks, full)
    return np.sort(np.unique(masks, axis=0, return_index=True)[1]).astype(np.int64)


def turned(masks: UInt64[np.ndarray, "n words"], here: UInt64[np.ndarray, " words"]) -> UInt64[np.ndarray, "n words"]:
    """The parts of the masks in a set, or their complements in it: whichever lacks the set's first example."""
    word = int(np.flatnonzero(here)[0])
    low = here[word] & (~here[word] + np.uint64(1))
    with_first = (masks[:, word] & low) != 0
    return np.where(with_first[:, None], ~masks, masks) & here


def undominated(masks: UInt64[np.ndarray, "n words"]) -> Int64[np.ndarray, " kept"]:
    kept = np.empty(len(masks), np.int64)
    best, count = np.empty_like(masks), 0
    for i, mask in enumerate(masks):
        if not ((mask & ~best[:count]) == 0).all(axis=1).any():
            kept[count], best[count] = i, mask
            count += 1
    return kept[:count]


def together(masks: UInt64[np.ndarray, "n words"], examples: int) -> UInt64[np.ndarray, "examples words"]:
    rows = [np.bitwise_or.reduce(masks[inside], axis=0, initial=np.uint64(0)) for inside in unpack(masks, examples)]
    return np.array(rows, np.uint64).reshape(examples, masks.shape[1])


def leaves(heres: UInt64[np.ndarray, "n words"], terms: Terms) -> Int64[np.ndarray, " n"]:
    """The cheapest term for each set, or NONE."""
    step = max(1, BLOCK // max(1, terms.masks.size))
    blocks = [cheapest(heres[start : start + step], terms) for start in range(0, len(heres), step)]
    return np.concatenate([np.empty(0, np.int64), *blocks])


def cheapest(heres: UInt64[np.ndarray, "n words"], terms: Terms) -> Int64[np.ndarray, " n"]:
    right = ((heres[:, None] & ~terms.masks) == 0).all(axis=2)
    costs = np.where(right, terms.costs, FAR)
    first = costs.argmin(axis=1)
    return np.where(right[np.arange(len(heres)), first], first, NONE)


def leaves_needed(heres: UInt64[np.ndarray, "n words"], mates: np.ndarray) -> Int64[np.ndarray, " n"]:
    rest = unpack(heres, len(mates)).T.copy()
    others = ~unpack(mates, len(mates)).T
    count = np.zeros(len(heres), np.int64)
    while rest.any():
        busy = np.flatnonzero(rest.any(axis=1))
        first = rest[busy].argmax(axis=1)
        rest[busy] &= others[first]
        rest[busy, first] = False
        count[busy] += 1
    return count


def disorder_of(
    heres: UInt64[np.ndarray, "n words"], parts: UInt64[np.ndarray, "k words"]
) -> Float64[np.ndarray, " n"]:
    total, size = np.zeros(len(heres)), sizes(heres)
    rest = size.copy()
    for part in parts:
        count = sizes(heres & part)
        total -= np.where(count > 0, count * np.log2(np.maximum(count, 1) / size), 0.0)
        rest -= count
    return total + rest * np.log2(size)


def scan(
    here: UInt64[np.ndarray, " words"],
    terms: Terms,
    tests: Tests,
    parts: UInt64[np.ndarray, "k words"],
    limit: int,
    over: Callable[[], bool] = lambda: False,
) -> Scan:
    n, least, best, cut = len(tests.costs), int(terms.costs.min()), NONE, False
    first = distinct(tests.masks, here)
    held = sizes(tests.masks[first] & here)
    chosen = first[(held > 0) & (held < sizes(here[None])[0]) & (tests.costs[first] + 2 * least < limit)]
    yes, no = np.full(n, SKIPPED, np.int64), np.full(n, SKIPPED, np.int64)
    yes_leaves, no_leaves, disorder = np.ones(n, np.int64), np.ones(n, np.int64), np.zeros(n)
    for begin in range(0, len(chosen), TOGETHER):
        if begin and over():
            cut = True
            break
        some = chosen[begin : begin + TOGETHER]
        a, b = here & tests.masks[some], here & ~tests.masks[some]
        left, right = leaves(a, terms), leaves(b, terms)
        both = (left >= 0) & (right >= 0)
        totals = np.where(both, tests.costs[some] + terms.costs[left] + terms.costs[right], limit)
        limits = np.minimum.accumulate(np.concatenate([[limit], totals]))[:-1]
        inside = np.logical_and.accumulate(tests.costs[some] + 2 * least < limits)
        some, a, b, left, right, totals = (values[inside] for values in (some, a, b, left, right, totals))
        yes[some], no[some] = left, right
        for sides, ends, needed in ((a, left, yes_leaves), (b, right, no_leaves)):
            split = np.flatnonzero(ends < 0)
            needed[some[split]] = np.maximum(2, leaves_needed(sides[split], terms.mates))
            disorder[some[split]] += disorder_of(sides[split], parts)
        if len(some) and totals.min() < limit:
            limit, best = int(totals.min()), int(some[totals.argmin()])
        if not inside.all():
            break
    return Scan(yes=yes, no=no, yes_leaves=yes_leaves, no_leaves=no_leaves, disorder=disorder, cut=cut, best=best)


def cover(
    here: UInt64[np.ndarray, " words"], masks: UInt64[np.ndarray, "terms words"], most: int
) -> UInt64[np.ndarray, "k words"]:
    rest, parts = here.copy(), []
    while len(parts) < most and len(masks):
        hits = sizes(masks & rest)
        best = int(hits.argmax())
        if not hits[best]:
            break
        parts.append(rest & masks[best])
        rest = rest & ~masks[best]
    return np.array(parts, np.uint64).reshape(len(parts), len(here))
