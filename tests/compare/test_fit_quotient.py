"""Quotients: the coarsest is found for every kind, near misses are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_units import grid

from compare.explanation import Refusal
from compare.fit.quotient import Reduced, quotient

N = 11
X, Y = grid(N)
COLUMNS = {"x": X, "y": Y}
RNG = np.random.default_rng(0)
NAMED = {
    "0": np.zeros_like(X),
    "x": X,
    "y": Y,
    "x + y": X + Y,
    "x - y": X - Y,
    "Abs(x - y)": np.abs(X - Y),
    "Max(x, y)": np.maximum(X, Y),
    "Min(x, y)": np.minimum(X, Y),
    "x*y": X * Y,
    f"Mod(x + y, {N})": (X + Y) % N,
    f"Mod(x - y, {N})": (X - Y) % N,
    f"Mod(x*y, {N})": X * Y % N,
}


@pytest.mark.parametrize("name", list(NAMED))
def test_a_random_table_over_each_quotient_is_reduced_to_it(name: str) -> None:
    values = np.random.default_rng(1).normal(size=300)[NAMED[name] + N]
    (found,) = quotient(values[:, None], COLUMNS, modulus=N)
    assert isinstance(found, Reduced)
    assert found.quotient.name == name
    np.testing.assert_allclose(found.means[found.quotient.classes], values)


@pytest.mark.parametrize("name", list(NAMED))
def test_one_row_that_differs_is_enough_to_refuse(name: str) -> None:
    values = np.random.default_rng(1).normal(size=300)[NAMED[name] + N]
    values[[7]] += 0.5
    (found,) = quotient(values[:, None], COLUMNS, modulus=N)
    assert isinstance(found, Refusal)
    assert "variance within its classes" in found.reason


def test_all_units_at_once_equal_each_alone() -> None:
    values = np.stack(
        [table[column + N] for table, column in zip(RNG.normal(size=(12, 300)), NAMED.values(), strict=True)], 1
    )
    together = quotient(values, COLUMNS, modulus=N)
    for unit, found in enumerate(together):
        (alone,) = quotient(values[:, [unit]], COLUMNS, modulus=N)
        assert isinstance(found, Reduced)
        assert isinstance(alone, Reduced)
        assert found.quotient.name == alone.quotient.name


def test_real_arguments_are_refused() -> None:
    (found,) = quotient(np.ones((3, 1)), {"x": np.array([0.1, 0.2, 0.3])})
    assert isinstance(found, Refusal)
    assert "real" in found.reason


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 6), min_size=1, max_size=5), st.sampled_from(["parity", "ones", "values"]))
def test_bits_are_cut_down_to_those_that_matter(chosen: set[int], kind: str) -> None:
    bits = (np.arange(128)[:, None] >> np.arange(7)) & 1
    mine = bits[:, sorted(chosen)]
    key = {"parity": mine.sum(1) % 2, "ones": mine.sum(1), "values": mine @ (1 << np.arange(len(chosen)))}[kind]
    values = np.random.default_rng(2).normal(size=32)[key]
    (found,) = quotient(values[:, None], {f"x{i}": bits[:, i] for i in range(7)})
    assert isinstance(found, Reduced)
    assert len(found.means) == len(np.unique(key))
    assert all((f"x{i}" in found.quotient.name) == (i in chosen) for i in range(7))
    np.testing.assert_allclose(found.means[found.quotient.classes], values)
