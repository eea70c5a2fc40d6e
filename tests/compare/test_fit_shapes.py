"""Shapes of single units are found exactly, in formulas not much longer than by hand; random tables are refused."""

import numpy as np
import pytest
import sympy
from planted_shapes import Shape, columns, of_bits, of_integers, of_reals, of_residues

from compare.explanation import Refusal
from compare.fit.fit import Fit
from compare.fit.neuron import neuron
from compare.names import expression_of
from tests.slowly import slowly

SHAPES = [*of_residues(), *of_bits(), *of_integers(), *of_reals()]
LONGER = 1.2  # times the reference: what counts as found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_shapes_are_found_in_short_formulas_that_compute_the_values(shape: Shape) -> None:
    fit = neuron(shape.values, shape.arguments, shape.modulus)
    assert isinstance(fit, Fit), fit
    np.testing.assert_allclose(fit.values, shape.values, atol=1e-6 * shape.values.std())
    assert size_of(fit.formula, shape) <= LONGER * size_of(shape.reference, shape), fit.formula
    expression = expression_of(fit.formula, list(shape.arguments))
    assert expression is not None
    for row in np.random.default_rng(0).choice(len(shape.values), 8, replace=False):
        at = {name: column[row].item() for name, column in shape.arguments.items()}
        assert float(expression.subs(at).evalf()) == pytest.approx(shape.values[row], abs=1e-6 * shape.values.std())


def size_of(formula: str, shape: Shape) -> int:
    """Nodes of the simplified expression."""
    parsed = sympy.sympify(formula, locals={name: sympy.Symbol(name) for name in shape.arguments})
    return sum(1 for _ in sympy.preorder_traversal(parsed))


RANDOM = {
    "residues": (columns("a b", 11, 11), 11),
    "integers": (columns("a b", 14, 14), None),
    "three integers": (columns("a b c", 6, 6, 6), None),
    "bits": (columns("x0 x1 x2 x3 x4 x5 x6", *(2,) * 7), None),
    "one argument": (columns("a", 23), 23),
    "few bits": (columns("x0 x1 x2 x3", *(2,) * 4), None),
}


@pytest.mark.parametrize("name", slowly(RANDOM, ("bits", "few bits")))
def test_random_tables_are_refused(name: str) -> None:
    arguments, modulus = RANDOM[name]
    rows = len(next(iter(arguments.values())))
    rng = np.random.default_rng(0)
    for values in (rng.normal(size=rows), rng.integers(0, 2, rows), rng.integers(0, 5, rows)):
        found = neuron(values, arguments, modulus)
        assert isinstance(found, Refusal), found.formula


def test_a_random_table_of_one_argument_among_two_is_a_table_that_pays() -> None:
    arguments = columns("a b", 16, 16)
    values = np.random.default_rng(0).normal(size=16)[arguments["a"]]
    fit = neuron(values, arguments)
    assert isinstance(fit, Fit)
    assert fit.formula.count("Eq(a, ") == 15
    np.testing.assert_allclose(fit.values, values)


NOISY = ("two frequencies", "cos sin", "floor of a form", "xor of and", "a list of numbers", "silu")


@pytest.mark.parametrize("shape", [s for s in SHAPES if s.name in NOISY], ids=lambda shape: shape.name)
def test_known_noise_leaves_the_form(shape: Shape) -> None:
    sigma = 0.015 * shape.values.std()
    noisy = shape.values + np.random.default_rng(0).normal(scale=sigma, size=len(shape.values))
    fit = neuron(noisy, shape.arguments, shape.modulus, sigma)
    assert isinstance(fit, Fit), fit
    assert size_of(fit.formula, shape) <= LONGER * size_of(shape.reference, shape), fit.formula
    assert np.sqrt(np.mean((fit.values - shape.values) ** 2)) < 0.5 * sigma


@pytest.mark.parametrize("name", slowly(NOISY, ("cos sin", "silu")))
def test_a_shape_with_a_random_twelfth_is_not_called_exact(name: str) -> None:
    shape = next(each for each in SHAPES if each.name == name)
    rng = np.random.default_rng(0)
    changed = rng.random(len(shape.values)) < 1 / 12
    values = np.where(changed, rng.normal(size=len(changed)) * shape.values.std(), shape.values)
    fit = neuron(values, shape.arguments, shape.modulus)
    assert isinstance(fit, Refusal) or fit.error > 0.01


def test_arguments_that_do_not_matter_are_dropped() -> None:
    arguments = columns("a b c", 5, 6, 7)
    fit = neuron(np.maximum(arguments["a"], arguments["c"]).astype(float), arguments)
    assert isinstance(fit, Fit)
    assert fit.formula == "Max(a, c)"


def test_a_constant_is_a_constant() -> None:
    fit = neuron(np.full(12, 2.0), columns("a b", 3, 4))
    assert isinstance(fit, Fit)
    assert fit.formula == "2"
