"""Fingerprints and their table, in numpy and compiled."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.bank.hashing import fingerprints, hash_of
from synth.bank.store import Store
from synth.bank.store import fingerprints as either
from synth.language.alike import agree

HASH = hash_of(0)
BOTH = pytest.mark.parametrize("compiled", [False, True])


@pytest.mark.parametrize("values", [(0, 1), (-1, 1), (0, -(2**63)), (0, 2**32)])
def test_all_vectors_of_two_values_are_told_apart(values):
    """A linear hash merges sign-bit vectors by the thousand."""
    columns = np.array(list(itertools.product(values, repeat=12)), dtype=np.int64).T
    assert len(np.unique(fingerprints(columns, HASH))) == 2**12


def test_many_random_vectors_are_told_apart():
    columns = np.random.default_rng(0).integers(-3, 4, (24, 200_000))
    assert len(np.unique(fingerprints(columns, HASH))) == len(np.unique(columns, axis=1).T)


def test_reals_are_equal_within_rounding_only():
    values = np.array([[0.1 + 0.2, 0.3, 0.3 + 1e-9, 0.0, -0.0, np.nan, -np.nan]])
    first, second, third, zero, minus, nan, other = fingerprints(values, HASH)
    assert first == second
    assert second != third
    assert zero == minus
    assert nan == other
    assert agree(values[0, :3], np.full(3, 0.3)).tolist() == [True, True, False]
    assert agree(np.array([True, False]), np.array([True, True])).tolist() == [True, False]


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint64, np.float64])
def test_compiled_fingerprints_are_the_same(dtype):
    values = np.random.default_rng(1).integers(0, 5, (9, 3000)).astype(dtype)
    assert np.array_equal(either(values, HASH, True), either(values, HASH, False))
    assert not np.array_equal(either(values, HASH, True), either(values, hash_of(1), True))


@BOTH
@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), max_size=60), max_size=6))
def test_a_store_keeps_the_first_of_equal_programs(compiled, batches):
    store, seen = Store(1, np.dtype(np.int64), HASH, compiled), []
    for batch in batches:
        values = np.array([batch], dtype=np.int64)
        fresh = store.insert(values, 3, (np.arange(len(batch)),))
        new = [value for value in dict.fromkeys(batch) if value not in seen]
        assert fresh == len(new)
        seen += new
    assert store.values[0, : store.count].tolist() == seen
    assert store.lookup(np.array([[*seen, 99]], dtype=np.int64)).tolist() == [*range(len(seen)), -1]


@BOTH
def test_a_store_grows_and_takes_further_examples(compiled):
    store = Store(1, np.dtype(np.int64), HASH, compiled)
    values = np.arange(50_000)[None]
    assert store.insert(values, 0, ()) == 50_000
    assert store.insert(values, 0, ()) == 0
    store.append(values % 7)
    assert store.lookup(np.array([[49_999], [49_999 % 7]])).tolist() == [49_999]
    assert store.lookup(np.array([[5], [6]])).tolist() == [-1]
