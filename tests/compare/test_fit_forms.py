"""Whole-number forms: the coarsest that a unit depends on is found for every kind; near misses are refused."""

import numpy as np
import pytest
from planted_units import grid

from compare.fit.forms import forms, sufficient

N = 11
X, Y = grid(N)
COLUMNS = {"x": X, "y": Y}
NAMED = {
    "x": X,
    "y": Y,
    "x + y": X + Y,
    "x - y": X - Y,
    "2*x + 3*y": 2 * X + 3 * Y,
    "Abs(x - y)": np.abs(X - Y),
    "Max(x, y)": np.maximum(X, Y),
    "Min(x, y)": np.minimum(X, Y),
    "x*y": X * Y,
    f"Mod(x + y, {N})": (X + Y) % N,
    f"Mod(x - y, {N})": (X - Y) % N,
    f"Mod(x + 2*y, {N})": (X + 2 * Y) % N,
    f"Mod(x*y, {N})": X * Y % N,
    f"Mod(x**2 + y**2, {N})": (X**2 + Y**2) % N,
}


@pytest.mark.parametrize("name", list(NAMED))
def test_a_random_table_over_each_form_is_reduced_to_it(name: str) -> None:
    values = np.random.default_rng(1).normal(size=300)[NAMED[name] + N]
    found = sufficient(values, COLUMNS, N, 1e-9)[0]
    assert found.name == name
    means = np.bincount(found.classes, values) / np.bincount(found.classes)
    np.testing.assert_allclose(means[found.classes], values)


@pytest.mark.parametrize("name", list(NAMED))
def test_one_row_that_differs_is_seen(name: str) -> None:
    values = np.random.default_rng(1).normal(size=300)[NAMED[name] + N]
    values[[61]] += 0.5
    assert name not in [form.name for form in sufficient(values, COLUMNS, N, 1e-9)]


def test_noise_within_the_tolerance_is_averaged() -> None:
    values = np.cos(X + Y) + np.random.default_rng(1).normal(scale=0.01, size=len(X))
    assert sufficient(values, COLUMNS, None, 1e-9) == []
    assert "x + y" in [form.name for form in sufficient(values, COLUMNS, None, 1e-3)]


def test_random_values_depend_on_no_form() -> None:
    assert sufficient(np.random.default_rng(0).normal(size=len(X)), COLUMNS, N, 1e-9) == []


def test_each_form_is_offered_once() -> None:
    columns = [form.column.tobytes() for form in forms(COLUMNS, N)]
    assert len(set(columns)) == len(columns)


def test_a_direction_of_many_bits_is_followed() -> None:
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    weights = np.array([7, -3, 5, 1, 2, -6, 4, 1])
    found = sufficient(np.floor(bits @ weights / 2), {f"x{i}": bits[:, i] for i in range(8)}, None, 1e-9)
    assert "7*x0 - 3*x1 + 5*x2 + x3 + 2*x4 - 6*x5 + 4*x6 + x7" in [form.name for form in found]
