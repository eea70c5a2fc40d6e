"""Fingerprints and their table."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.hashing import MULTIPLIER, Table, agree, fingerprints


@pytest.mark.parametrize("values", [(0, 1), (-1, 1), (0, -(2**63)), (0, 2**32)])
def test_all_vectors_of_two_values_are_told_apart(values):
    """A linear hash merges sign-bit vectors by the thousand."""
    columns = np.array(list(itertools.product(values, repeat=12)), dtype=np.int64).T
    assert len(np.unique(fingerprints(np.ascontiguousarray(columns)))) == 2**12


def test_booleans_are_told_apart():
    columns = np.array(list(itertools.product((False, True), repeat=12))).T
    assert len(np.unique(fingerprints(columns))) == 2**12


def test_many_random_vectors_are_told_apart():
    columns = np.random.default_rng(0).integers(-3, 4, (24, 200_000))
    assert len(np.unique(fingerprints(columns))) == len(np.unique(columns, axis=1).T)


def test_reals_are_equal_within_rounding_only():
    values = np.array([[0.1 + 0.2, 0.3, 0.3 + 1e-9, 0.0, -0.0, np.nan, -np.nan]])
    first, second, third, zero, minus, nan, other = fingerprints(values)
    assert first == second
    assert second != third
    assert zero == minus
    assert nan == other
    assert agree(values[0, :3], np.full(3, 0.3)).tolist() == [True, True, False]
    assert agree(np.array([True, False]), np.array([True, True])).tolist() == [True, False]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), max_size=60), max_size=6), st.sampled_from([1, 2**60]))
def test_the_table_is_a_set_that_keeps_the_first(batches, step):
    table, seen = Table(16), set()
    for batch in batches:
        hashes = np.array(batch, dtype=np.uint64) * np.uint64(step)
        expected = []
        for value in hashes.tolist():
            expected.append(value not in seen)
            seen.add(value)
        assert table.insert(hashes).tolist() == expected
    assert table.count == len(seen)


def test_the_table_grows_and_remembers():
    table = Table(16)
    hashes = np.arange(1, 50_000, dtype=np.uint64) * MULTIPLIER
    assert table.insert(hashes).all()
    assert not table.insert(hashes).any()
