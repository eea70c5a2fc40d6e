"""Piecewise-linear forms of one integer, ramps of two knots, and short expressions."""

import itertools

import numpy as np
import pytest

from compare.explanation import Refusal
from compare.fit.enumerate import enumerated
from compare.fit.fit import Fit
from compare.fit.pieces import pieces
from compare.fit.ramps import Ramps, fit_ramps, ramp_table
from synth import MODULUS, Budget
from synth.library import TRIGONOMETRIC

T = np.arange(-12, 25)
FORMS = {
    "line": (2.0 * T - 3, "2*t - 3"),
    "ramp": (np.maximum(T - 3.3, 0), "Max(0, t - 3.3)"),
    "abs": (np.abs(T - 4) * 0.5, "0.5*Abs(t - 4)"),
    "clip": (np.clip(T, 0, 6), "Min(6, Max(0, t))"),
    "staircase": (0.7 * ((T - 1) // 5), "floor((t - 1)/5)"),
    "saw-tooth": ((T - 2) % 7, "Mod(t - 2, 7)"),
    "slope with jumps": (0.3 * T + 2.0 * (T // 6), "0.3*t + 2*floor(t/6)"),
}


@pytest.mark.parametrize("name", list(FORMS))
def test_forms_are_recovered(name: str) -> None:
    values, word = FORMS[name]
    fit = pieces(np.asarray(values, float), T)
    assert isinstance(fit, Fit)
    assert word in fit.formula
    np.testing.assert_allclose(fit.values, values, atol=1e-9)


def test_more_bends_than_knots_are_refused() -> None:
    found = pieces(np.random.default_rng(0).normal(size=len(T)), T)
    assert isinstance(found, Refusal)
    assert "deviation" in found.reason


def test_too_few_levels_are_refused() -> None:
    assert isinstance(pieces(np.array([0.0, 1.0]), np.array([0, 1])), Refusal)


def test_two_knots_equal_an_exhaustive_search() -> None:
    table = np.random.default_rng(0).normal(size=(9, 3)).cumsum(axis=0)
    fit = fit_ramps(table)
    found = ((table - ramp_table(fit, 9)) ** 2).sum(axis=0)
    t = np.arange(9)
    best = np.full(3, np.inf)
    for pair in itertools.combinations(range(1, 8), 2):
        design = np.column_stack([np.ones(9), t, *(np.maximum(t - knot, 0) for knot in pair)])
        rest = table - design @ np.linalg.lstsq(design, table, rcond=None)[0]
        best = np.minimum(best, (rest**2).sum(axis=0))
    np.testing.assert_allclose(found, best, rtol=1e-9)


def test_planted_ramps_come_back() -> None:
    planted = Ramps(np.array([[3], [7]]), np.array([[0.0], [2.0], [-1.0], [5.0]]))
    fit = fit_ramps(ramp_table(planted, 12))
    np.testing.assert_array_equal(fit.knots, planted.knots)
    np.testing.assert_allclose(fit.corners, planted.corners, atol=1e-9)


def test_expressions_are_found_for_all_units_in_one_search() -> None:
    a, b = (column.ravel() for column in np.meshgrid(np.arange(9), np.arange(9), indexing="ij"))
    units = {"a**2": 0.5 * a * a - 1, "Max(a, b)": 3.0 * np.maximum(a, b), "a*b": a * b + 2.0}
    fits = enumerated(np.stack(list(units.values()), axis=1), {"a": a, "b": b}, budget=Budget(bits=14, seconds=30))
    for word, values, fit in zip(units, units.values(), fits, strict=True):
        assert isinstance(fit, Fit)
        assert word in fit.formula
        np.testing.assert_allclose(fit.values, values, atol=1e-9)


def test_a_wave_under_a_nonlinearity_is_found_with_its_constants():
    a, b = (grid.ravel() for grid in np.indices((11, 11)))
    wave = np.cos(2 * np.pi * 3 * (a - b) / 11)
    units = np.stack([0.25 - 1.5 * wave, 2 * np.abs(wave), np.maximum(wave, 0) + 0.1], axis=1)
    columns = {"a": a, "b": b, "p": np.full(len(a), 11)}
    budget = Budget(bits=27.0, seconds=60.0)
    fits = enumerated(units, columns, library=TRIGONOMETRIC, types={"p": MODULUS}, budget=budget)
    for fit in fits:
        assert isinstance(fit, Fit), fit
        assert fit.error < 1e-9
        assert "cos(" in fit.formula


def test_what_no_short_expression_describes_is_refused_with_the_bits_searched() -> None:
    (found,) = enumerated(
        np.random.default_rng(0).normal(size=(50, 1)), {"a": np.arange(50)}, budget=Budget(bits=8, seconds=30)
    )
    assert isinstance(found, Refusal)
    assert "bits" in found.reason
