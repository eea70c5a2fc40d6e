"""The decision tree of least cost over given terms and tests that is right on all examples.

Branch and bound: at a set of examples every test is tried, the cheapest pair of leaves is kept, and the tests that
leave a side which no term gets right are followed, the promising ones first: little disorder, low cost. A bound on the
leaves of such a side (examples no two of which one term gets right) cuts off what cannot become cheaper. The search
runs again and again with more tests followed at each set, until none is left out or the time is over; so it is exact
when it says so, and in between the best known tree.

Unification of separately enumerated terms by decision trees: Rajeev Alur, Arjun Radhakrishna and Abhishek Udupa,
"Scaling enumerative program synthesis via divide and conquer", TACAS 2017.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt64

from synth.search.unify.loops import cover, leaf, scan
from synth.search.unify.masks import FAR, SKIPPED, Scan, Terms, Tests, unpack

KNOWN = 1024  # bytes of a set of examples and of its tree
MOST_KNOWN = 1 << 18
PARTS = 8  # of a set, by which disorder is measured
HASTE = 0.2  # seconds that the first, greedy tree may take at least
WIDTHS = (1, 8, 64, 512, 1 << 30)  # tests that are followed at the first set, in round after round
NARROWER = 4  # times fewer are followed at the next set
BIT = 16.0  # cost that a bit of disorder an example is taken for: the least that a further test and leaf cost


@dataclass(frozen=True, slots=True)
class Leaf:
    term: int


@dataclass(frozen=True, slots=True)
class Split:
    test: int
    yes: "Tree"
    no: "Tree"


Tree = Leaf | Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a search may not go beyond, whatever its deadline."""

    over: Callable[[], bool] = lambda: False
    known: int = MOST_KNOWN  # sets of examples whose trees are kept in mind


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """The cheapest tree met, if any, and whether there can be a cheaper one over the same terms and tests."""

    tree: Tree | None
    cost: int  # eighths of a bit; the limit where there is no tree
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What one search is about, and what it finds out about sets of examples."""

    terms: Terms
    tests: Tests
    compiled: bool
    deadline: float  # by time.thread_time
    known: dict[bytes, tuple[int, int, Grown]]  # the limit, the width, the answer
    limits: "Limits"


def grow(
    here: UInt64[np.ndarray, " words"],
    terms: Terms,
    tests: Tests,
    limit: int = FAR,
    seconds: float = float("inf"),
    *,
    compiled: bool = True,
    limits: Limits = Limits(),
) -> Grown:
    """The cheapest tree that costs less than `limit` and is right on the examples of the mask `here`."""
    best = Grown(tree=None, cost=limit, proven=not len(terms.costs))
    deadline, known = time.thread_time() + seconds, {}
    for width in WIDTHS:
        if best.proven or (width > 1 and (time.thread_time() > deadline or limits.over())):
            break
        patience = max(deadline, time.thread_time() + HASTE) if width == 1 else deadline
        search = Search(terms=terms, tests=tests, compiled=compiled, deadline=patience, known=known, limits=limits)
        found = grow_at(search, here, best.cost, width)
        best = found if found.tree is not None else Grown(tree=best.tree, cost=best.cost, proven=found.proven)
        if best.tree is None and not best.proven and not separable(here, terms, tests):
            best = Grown(tree=None, cost=limit, proven=True)
    return best


def separable(here: UInt64[np.ndarray, " words"], terms: Terms, tests: Tests) -> bool:
    """Whether there is any tree: one term must be right on all examples that no test tells apart."""
    examples = np.flatnonzero(unpack(here[None], 64 * len(here))[:, 0])
    held = unpack(tests.masks, 64 * len(here))[examples]
    alike = np.unique(np.packbits(held, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    order = np.argsort(alike, kind="stable")
    starts = np.flatnonzero(np.diff(alike[order], prepend=-1))
    return bool(np.bitwise_and.reduceat(terms.holders[examples[order]], starts, axis=0).any(axis=1).all())


def grow_at(search: Search, here: UInt64[np.ndarray, " words"], limit: int, width: int) -> Grown:
    """The same at one set of examples, with at most `width` tests followed."""
    before = search.known.get(here.tobytes())
    if before is not None and (before[2].proven or before[1] >= width) and before[0] >= limit:
        return before[2] if before[2].cost < limit else Grown(tree=None, cost=limit, proven=before[2].proven)
    best = Grown(tree=None, cost=limit, proven=True)
    term = leaf(here, search.terms, search.compiled)
    if term >= 0 and search.terms.costs[term] < limit:
        best = Grown(tree=Leaf(term), cost=int(search.terms.costs[term]), proven=True)
    best = split(search, here, best, width)
    if len(search.known) >= search.limits.known:
        search.known.clear()
    search.known[here.tobytes()] = (limit, width, best)
    return best


def split(search: Search, here: UInt64[np.ndarray, " words"], best: Grown, width: int) -> Grown:
    """The better of a tree and those that begin with a test."""
    tests, terms = search.tests, search.terms
    if not len(tests.costs) or tests.costs[0] + 2 * terms.costs.min() >= best.cost:
        return best
    parts = cover(here, terms, PARTS, search.compiled)
    seen = scan(here, terms, tests, parts, best.cost, search.compiled, search.limits.over)
    if seen.best >= 0:
        yes, no = int(seen.yes[seen.best]), int(seen.no[seen.best])
        cost = int(tests.costs[seen.best] + terms.costs[yes] + terms.costs[no])
        best = Grown(tree=Split(seen.best, Leaf(yes), Leaf(no)), cost=cost, proven=True)
    return follow(search, here, best, width, seen)


def follow(search: Search, here: UInt64[np.ndarray, " words"], best: Grown, width: int, seen: Scan) -> Grown:
    """The better of a tree and those after a test that leaves a side without a term."""
    tests, proven = search.tests, not seen.cut
    open_tests = np.flatnonzero((seen.yes != SKIPPED) & ((seen.yes < 0) | (seen.no < 0)))
    yes = bounds(search, seen.yes[open_tests], seen.yes_leaves[open_tests])
    no = bounds(search, seen.no[open_tests], seen.no_leaves[open_tests])
    least = tests.costs[open_tests] + yes + no
    examples = int(np.bitwise_count(here).sum())
    order = np.argsort(least + BIT * seen.disorder[open_tests] / examples, kind="stable")
    order = order[least[order] < best.cost]
    for place in order[:width]:
        if least[place] >= best.cost:
            continue
        if time.thread_time() > search.deadline or search.limits.over():
            return Grown(tree=best.tree, cost=best.cost, proven=False)
        found = both_sides(search, here, int(open_tests[place]), (int(yes[place]), int(no[place])), best.cost, width)
        proven &= found.proven
        best = found if found.tree is not None else best
    proven &= not (least[order[width:]] < best.cost).any()
    return Grown(tree=best.tree, cost=best.cost, proven=proven)


def bounds(search: Search, ends: np.ndarray, leaves: np.ndarray) -> np.ndarray:
    """The least that each side can cost: exactly where one term does, otherwise by the number of leaves."""
    least, test = int(search.terms.costs.min()), int(search.tests.costs[0])
    return np.where(ends >= 0, search.terms.costs[ends], leaves * least + (leaves - 1) * test)


def both_sides(
    search: Search, here: UInt64[np.ndarray, " words"], test: int, least: tuple[int, int], limit: int, width: int
) -> Grown:
    """The cheapest tree that begins with a test and costs less than the limit."""
    narrower = max(1, width // NARROWER)
    held, cost = search.tests.masks[test], int(search.tests.costs[test])
    yes = grow_at(search, here & held, limit - cost - least[1], narrower)
    if yes.tree is None:
        return Grown(tree=None, cost=limit, proven=yes.proven)
    no = grow_at(search, here & ~held, limit - cost - yes.cost, narrower)
    if no.tree is None:
        return Grown(tree=None, cost=limit, proven=yes.proven and no.proven)
    return Grown(tree=Split(test, yes.tree, no.tree), cost=cost + yes.cost + no.cost, proven=yes.proven and no.proven)
