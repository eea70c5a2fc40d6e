"""What units cost as tables, against counts by hand."""

from math import log2

import numpy as np
import pytest

from compare.evidence.price import price

N = 16
A, B = (values.ravel() for values in np.indices((N, N)))
RNG = np.random.default_rng(0)


def test_a_table_of_two_values_costs_a_bit_a_row() -> None:
    unit = ((A * 7 + B * B) % 2).astype(float)[:, None]
    assert unit.mean() == 0.5
    found = price(unit, (A, B), ("a", "b"))
    assert found.of == "every input"
    assert found.bits == pytest.approx(32 + N * N + 0.5 * log2(N * N + 1))


def test_a_unit_of_one_argument_costs_a_number_for_each_of_its_values() -> None:
    units = RNG.normal(size=(N, 3))[B]
    found = price(units, (A, B), ("a", "b"))
    assert found.of == "b"
    assert found.bits < 3 * (32 + N * log2(N) + N / 2 * log2(N + 1))


def test_a_sum_costs_a_table_of_each_argument() -> None:
    tables = RNG.normal(size=(2, N, 3))
    units = np.maximum(tables[0][A] + tables[1][B], 0)
    assert price(units, (A, B), ("a", "b"), tuple(tables)).of == "a and b, added up"
    assert price(units, (A, B), ("a", "b")).bits > 3 * price(units, (A, B), ("a", "b"), tuple(tables)).bits


def test_bits_that_do_not_matter_are_not_listed() -> None:
    bits = np.indices((2,) * 10).reshape(10, -1)
    unit = np.tanh(bits[2] + 2.0 * bits[5] * bits[7])[:, None]
    names = [f"x{i}" for i in range(10)]
    found = price(unit, tuple(bits), names)
    assert found.of == "x2, x5 and x7"
    assert found.bits < 32 + 8 * 3 + 8 * log2(9)


def test_no_units_cost_nothing_and_those_not_looked_at_what_others_cost() -> None:
    assert price(np.zeros((N * N, 0)), (A, B), ("a", "b")).bits == 0
    units = RNG.normal(size=(N * N, 600))
    assert price(units, (A, B), ("a", "b")).bits == pytest.approx(
        600 / 256 * price(units[:, :256], (A, B), ("a", "b")).bits
    )
