"""Formulas as text: sums, waves, sets and Boolean expressions are written as sympy reads them."""

import numpy as np
import pytest
import sympy

from compare.fit.arithmetic import arithmetic
from compare.fit.predicates import predicate
from compare.fit.write import shared, total, wave


def test_sums_start_with_a_term_that_is_added() -> None:
    assert total([(-1.5, "x"), (1.0, "y")], -0.25) == "y - 1.5*x - 0.25"
    assert total([(-2.0, "a + b")]) == "-2*(a + b)"
    assert total([(0.0, "x")]) == "0"
    assert total([(1.0, "x"), (1e-15, "y")]) == "x"


@pytest.mark.parametrize("frequency", [(3, 3), (3, 6), (9, 20), (1, 0), (4, 27)])
@pytest.mark.parametrize("phase", [0.0, 0.7, np.pi, -np.pi / 2])
def test_waves_are_what_they_are_written_as(frequency: tuple[int, int], phase: float) -> None:
    size, text = wave(frequency, ("a", "b"), 31, 1.5 * np.cos(phase), 1.5 * np.sin(phase))
    a, b = np.random.default_rng(0).integers(0, 31, size=(2, 50))
    written = sympy.lambdify(sympy.symbols("a b"), sympy.sympify(text))(a, b)
    turns = 2 * np.pi * (frequency[0] * a + frequency[1] * b) / 31
    np.testing.assert_allclose(size * written, 1.5 * np.cos(turns + phase), atol=1e-7)


def test_a_frequency_is_a_multiple_of_the_smallest_factors() -> None:
    assert shared((4, 8), 31) == (4, (1, 2))
    assert shared((12, 27), 31) == (4, (3, -1))
    assert shared((2, 4), 12) == (2, (1, 2))


SETS = {
    "t - 2.5": lambda t: t > 2,
    "KroneckerDelta(t, 4)": lambda t: t == 4,
    "Abs(t - 4.5)": lambda t: (t > 2) & (t < 7),
    "Mod(t, 3)": lambda t: t % 3 == 1,
    "KroneckerDelta(t, 2)": lambda t: (t == 2) | (t == 9),
}


@pytest.mark.parametrize("words", list(SETS))
def test_sets_are_written_as_zero_and_one(words: str) -> None:
    t = np.arange(12)
    inside = SETS[words](t)
    step = predicate(inside, t, "t")
    assert step is not None
    assert words in step.text
    values = [float(sympy.sympify(step.text).subs("t", int(value))) for value in t]
    np.testing.assert_array_equal(values, inside if step.rises else ~inside)


def test_a_random_set_has_no_short_form() -> None:
    assert predicate(np.random.default_rng(0).integers(0, 2, 60).astype(bool), np.arange(60), "t") is None


@pytest.mark.parametrize(
    "text",
    ["Xor(And(a, b), Not(c))", "Or(And(a, Not(b)), c)", "ITE(a, b, Not(c))", "Not(Xor(a, b, c))", "And(a, Or(b, c))"],
)
def test_boolean_expressions_are_arithmetic_on_bits(text: str) -> None:
    names = ("a", "b", "c")
    number, boolean = sympy.sympify(arithmetic(text, names)), sympy.sympify(text)
    for bits in np.ndindex(2, 2, 2):
        truth = boolean.subs(dict(zip(names, map(sympy.sympify, map(bool, bits)), strict=True)))
        assert float(number.subs(dict(zip(names, map(int, bits), strict=True)))) == float(bool(truth))
