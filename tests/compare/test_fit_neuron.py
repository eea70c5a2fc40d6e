"""The ten planted units are found exactly; their formulas compute what the fit says; noise and near misses."""

import numpy as np
import pytest
import sympy
from planted_units import P, Planted, grid, planted
from sympy.parsing.sympy_parser import parse_expr

from compare.explanation import Refusal
from compare.fit.fit import Fit
from compare.fit.neuron import neuron

UNITS = planted()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_planted_units_are_found_exactly(unit: Planted) -> None:
    fit = neuron(unit.values, unit.arguments, unit.modulus)
    assert isinstance(fit, Fit)
    assert all(word in fit.formula for word in unit.words), fit.formula
    np.testing.assert_allclose(fit.values, unit.values, atol=1e-9)
    assert fit.error < 1e-9


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_formula_computes_the_fits_values(unit: Planted) -> None:
    fit = neuron(unit.values, unit.arguments, unit.modulus)
    assert isinstance(fit, Fit)
    names = list(unit.arguments)
    rows = np.random.default_rng(1).choice(len(unit.values), 20, replace=False)
    expression = parse_expr(fit.formula, local_dict={name: sympy.Symbol(name) for name in names})
    found = [float(expression.subs({name: unit.arguments[name][row].item() for name in names}).evalf()) for row in rows]
    np.testing.assert_allclose(found, fit.values[rows], atol=1e-8 * max(np.ptp(unit.values), 1))


def test_noise_that_is_known_leaves_the_form_and_the_constants() -> None:
    x, y = grid(P)
    clean = np.maximum(1.7 * np.cos(2 * np.pi * 7 * (x + y) / P) - 0.4, 0)
    noisy = clean + np.random.default_rng(0).normal(scale=0.02, size=clean.shape)
    fit = neuron(noisy, {"x": x, "y": y}, P, sigma=0.02)
    assert isinstance(fit, Fit)
    assert "Max(0" in fit.formula
    assert "2*pi*7*(x + y)/59" in fit.formula
    assert ((fit.values - clean) ** 2).mean() < 1e-3 * clean.var()


def test_noise_is_refused_with_every_fitters_reason() -> None:
    x, y = grid(13)
    values = np.random.default_rng(0).normal(size=len(x))
    fit = neuron(values, {"x": x, "y": y}, 13)
    assert isinstance(fit, Refusal)
    assert "sums" in fit.reason
    assert "waves" in fit.reason
