"""The loops over masks, by numba or by numpy; the results are the same."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64, UInt64

from synth.search.unify import plain
from synth.search.unify.masks import FAR, NONE, SKIPPED, Scan, Terms, Tests

TOGETHER = 1 << 12  # tests between two looks at the clock


@cache
def ready() -> bool:
    """Whether numba's loops lie compiled on disk; otherwise compiling them takes some seconds."""
    from synth.search.unify import kernels

    return any(Path(kernels.scan.stats.cache_path or "").glob("kernels.scan-*.nbi"))


def pack(hits: Bool[np.ndarray, "examples n"], compiled: bool) -> UInt64[np.ndarray, "n words"]:
    """Masks from a column of Booleans each."""
    if not compiled:
        return plain.pack(hits)
    from synth.search.unify import kernels

    return kernels.pack(np.ascontiguousarray(hits))


def distinct(
    masks: UInt64[np.ndarray, "n words"], full: UInt64[np.ndarray, " words"] | None, compiled: bool
) -> Int64[np.ndarray, " kept"]:
    """Places of the first of equal masks; with `full` given, a mask equals its complement in it."""
    if not compiled:
        return plain.distinct(masks, full)
    from synth.search.unify import kernels

    turn = np.zeros(masks.shape[1], np.uint64) if full is None else full
    return kernels.distinct(np.ascontiguousarray(masks), turn)


def undominated(masks: UInt64[np.ndarray, "n words"], compiled: bool) -> Int64[np.ndarray, " kept"]:
    """Places of the masks that are no part of an earlier one."""
    if not compiled:
        return plain.undominated(masks)
    from synth.search.unify import kernels

    return kernels.undominated(np.ascontiguousarray(masks))


def together(
    masks: UInt64[np.ndarray, "n words"], examples: int, compiled: bool
) -> UInt64[np.ndarray, "examples words"]:
    """For each example those that share a mask with it."""
    if not compiled:
        return plain.together(masks, examples)
    from synth.search.unify import kernels

    return kernels.together(np.ascontiguousarray(masks), examples)


def leaf(here: UInt64[np.ndarray, " words"], terms: Terms, compiled: bool) -> int:
    """The cheapest term that is right on all examples of a set, the first among equals; or NONE."""
    if not compiled:
        return int(plain.leaves(here[None], terms)[0])
    from synth.search.unify import kernels

    size = int(np.bitwise_count(here).sum())
    return int(kernels.leaf(here, size, terms.holders, terms.prefix, terms.costs))


def scan(
    here: UInt64[np.ndarray, " words"],
    terms: Terms,
    tests: Tests,
    parts: UInt64[np.ndarray, "k words"],
    limit: int,
    compiled: bool,
    over: Callable[[], bool] = lambda: False,
) -> Scan:
    """Try the tests on a set of examples, the cheap ones first, until no cheaper tree of two leaves is possible.

    `parts` are disjoint subsets; the disorder of a side is the entropy of the parts in it, times its examples.
    """
    limit = min(limit, FAR)
    if not compiled:
        return plain.scan(here, terms, tests, parts, limit, over)
    from synth.search.unify import kernels

    n, best, cut = len(tests.costs), NONE, False
    yes, no = np.full(n, SKIPPED, np.int64), np.full(n, SKIPPED, np.int64)
    yes_leaves, no_leaves, disorder = np.ones(n, np.int64), np.ones(n, np.int64), np.zeros(n)
    keys = kernels.table(n)
    for begin in range(0, n, TOGETHER):
        if begin and over():
            cut = True
            break
        limit, best, ended = kernels.scan(
            here, terms.holders, terms.prefix, terms.costs, terms.mates, tests.masks, tests.costs, parts, limit, best,
            begin, min(begin + TOGETHER, n), keys, yes, no, yes_leaves, no_leaves, disorder,
        )  # fmt: skip
        if ended:
            break
    return Scan(yes=yes, no=no, yes_leaves=yes_leaves, no_leaves=no_leaves, disorder=disorder, cut=cut, best=int(best))


def cover(here: UInt64[np.ndarray, " words"], terms: Terms, most: int, compiled: bool) -> UInt64[np.ndarray, "k words"]:
    """At most `most` disjoint parts of a set, again and again what the term gets right that is right most often."""
    if not compiled:
        return plain.cover(here, terms.masks, most)
    from synth.search.unify import kernels

    return kernels.cover(here, terms.masks, most)
