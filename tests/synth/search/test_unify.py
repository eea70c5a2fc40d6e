"""Decision trees over masks: against a plain reference, compiled and in numpy, and on planted programs."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.search.unify import plain
from synth.search.unify.loops import cover, distinct, leaf, scan, undominated
from synth.search.unify.loops import pack as pack_by
from synth.search.unify.masks import FAR, everything, sizes, unpack
from synth.search.unify.pick import pick_terms, pick_tests
from synth.search.unify.plain import pack
from synth.search.unify.tree import Leaf, Split, Tree, grow


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where terms are right, their costs, where tests hold, their costs; examples by rows."""
    examples = draw(st.sampled_from((5, 9, 64, 70)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    terms, tests = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    rights = rng.random((examples, terms)) < draw(st.sampled_from((0.3, 0.6, 0.9)))
    holds = rng.random((examples, tests)) < 0.5
    return rights, rng.integers(1, 30, terms), holds, rng.integers(1, 30, tests)


def cheapest(here: frozenset[int], rights: np.ndarray, costs: np.ndarray, holds: np.ndarray, prices: np.ndarray) -> int:
    """The least cost of a tree by plain recursion over sets of examples."""
    rows = sorted(here)
    best = min((int(cost) for cost, right in zip(costs, rights.T, strict=True) if right[rows].all()), default=FAR)
    for price, hold in zip(prices, holds.T, strict=True):
        yes = frozenset(e for e in here if hold[e])
        if yes and yes != here:
            sides = (cheapest(side, rights, costs, holds, prices) for side in (yes, here - yes))
            best = min(best, int(price) + sum(sides))
    return best


def is_right(tree: Tree, example: int, rights: np.ndarray, holds: np.ndarray) -> bool:
    while isinstance(tree, Split):
        tree = tree.yes if holds[example, tree.test] else tree.no
    return bool(rights[example, tree.term])


def cost_of(tree: Tree, costs: np.ndarray, prices: np.ndarray) -> int:
    if isinstance(tree, Leaf):
        return int(costs[tree.term])
    return int(prices[tree.test]) + cost_of(tree.yes, costs, prices) + cost_of(tree.no, costs, prices)


def in_places(tree: Tree, terms: np.ndarray, tests: np.ndarray) -> Tree:
    """The tree with terms and tests numbered as they were given."""
    if isinstance(tree, Leaf):
        return Leaf(int(terms[tree.term]))
    return Split(int(tests[tree.test]), in_places(tree.yes, terms, tests), in_places(tree.no, terms, tests))


@given(problems())
@settings(max_examples=25, deadline=None)
def test_trees_are_right_and_of_least_cost(problem: tuple[np.ndarray, ...]) -> None:
    rights, costs, holds, prices = problem
    rights, holds = rights[:9], holds[:9]
    examples = len(rights)
    terms = pick_terms(pack(rights), costs, examples)
    tests = pick_tests(pack(holds), prices, examples)
    wanted = cheapest(frozenset(range(examples)), rights, costs, holds, prices)
    grown = grow(everything(examples), terms, tests)
    assert grown.proven
    assert min(grown.cost, FAR) == min(wanted, FAR)
    assert (grown.tree is None) == (wanted >= FAR)
    if grown.tree is not None:
        tree = in_places(grown.tree, terms.places, tests.places)
        assert all(is_right(tree, e, rights, holds) for e in range(examples))
        assert cost_of(tree, costs, prices) == grown.cost


@given(problems())
@settings(max_examples=15, deadline=None)
def test_compiled_and_numpy_agree(problem: tuple[np.ndarray, ...]) -> None:
    rights, costs, holds, prices = problem
    examples = len(rights)
    both = [pick_terms(pack(rights), costs, examples, compiled=compiled) for compiled in (True, False)]
    np.testing.assert_array_equal(both[0].places, both[1].places)
    tests = [pick_tests(pack(holds), prices, examples, compiled=compiled) for compiled in (True, False)]
    np.testing.assert_array_equal(tests[0].places, tests[1].places)
    if not len(both[0].costs) or not len(tests[0].costs):
        return
    here = everything(examples)
    for part in (here, tests[0].masks[0], here & ~tests[0].masks[-1]):
        assert leaf(part, both[0], True) == leaf(part, both[0], False)
        parts = cover(part, both[0], 3, True)
        np.testing.assert_array_equal(parts, cover(part, both[0], 3, False))
        one, two = (scan(part, both[0], tests[0], parts, 50, compiled) for compiled in (True, False))
        assert one.best == two.best
        for name in ("yes", "no", "yes_leaves", "no_leaves"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_allclose(one.disorder, two.disorder, atol=1e-9)
    trees = [grow(here, both[0], tests[0], compiled=compiled) for compiled in (True, False)]
    assert trees[0] == trees[1]


@given(st.integers(1, 200), st.integers(0, 2**32))
@settings(deadline=None, max_examples=30)
def test_masks_round_trip(examples: int, seed: int) -> None:
    hits = np.random.default_rng(seed).random((examples, 5)) < 0.5
    masks = pack(hits)
    np.testing.assert_array_equal(masks, pack_by(hits, True))
    np.testing.assert_array_equal(unpack(masks, examples), hits)
    np.testing.assert_array_equal(sizes(masks), hits.sum(axis=0))
    assert sizes(everything(examples)[None])[0] == examples


@pytest.mark.parametrize("compiled", [True, False])
def test_a_mask_equals_its_complement_where_asked(compiled: bool) -> None:
    hits = np.random.default_rng(1).random((70, 3)) < 0.5
    masks = pack(np.concatenate([hits, ~hits, hits], axis=1))
    assert list(distinct(masks, None, compiled)) == [0, 1, 2, 3, 4, 5]
    assert list(distinct(masks, everything(70), compiled)) == [0, 1, 2]


@pytest.mark.parametrize("compiled", [True, False])
def test_parts_of_earlier_masks_go(compiled: bool) -> None:
    hits = np.array([[1, 0, 1, 0], [1, 1, 0, 1], [0, 1, 0, 1]], bool)
    assert list(undominated(pack(hits), compiled)) == [0, 1]


def test_bounds_on_leaves_hold() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        rights = rng.random((6, 4)) < 0.5
        rights[:, 0] |= ~rights.any(axis=1)
        terms = pick_terms(pack(rights), np.ones(4, np.int64), 6)
        needed = plain.leaves_needed(everything(6)[None], terms.mates)[0]
        fewest = min(
            len(chosen)
            for count in range(1, 5)
            for chosen in itertools.combinations(range(4), count)
            if rights[:, chosen].any(axis=1).all()
        )
        assert needed <= fewest


def test_no_tree_is_known_at_once_where_tests_do_not_part_what_terms_do() -> None:
    """Forty examples, of which no test tells two apart that no term is right on together."""
    rng = np.random.default_rng(0)
    rights = rng.random((40, 30)) < 0.5
    holds = rng.random((40, 300)) < 0.5
    rights[1] = ~rights[0]
    holds[1] = holds[0]
    terms = pick_terms(pack(rights), rng.integers(1, 9, 30), 40)
    grown = grow(everything(40), terms, pick_tests(pack(holds), rng.integers(1, 9, 300), 40))
    assert grown.tree is None
    assert grown.proven


def test_a_search_that_is_out_of_time_still_has_a_tree_and_says_that_it_is_not_proven() -> None:
    rng = np.random.default_rng(0)
    rights, holds = rng.random((100, 40)) < 0.3, rng.random((100, 200)) < 0.5
    terms = pick_terms(pack(rights), rng.integers(20, 90, 40), 100)
    tests = pick_tests(pack(holds), rng.integers(20, 90, 200), 100)
    grown = grow(everything(100), terms, tests, seconds=0.0)
    assert grown.tree is not None
    assert not grown.proven
    tree = in_places(grown.tree, terms.places, tests.places)
    assert all(is_right(tree, e, rights, holds) for e in range(100))
