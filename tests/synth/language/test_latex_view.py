"""LaTeX that says what a remainder is taken of: different expressions are written differently."""

import itertools

import pytest
import sympy

from synth.language.latex_view import latex_of

A, B = sympy.symbols("a b")
MOD = sympy.Mod
CASES = {
    MOD(-A, B): r"\left(- a\right) \bmod b",
    -MOD(A, B): r"- \left(a \bmod b\right)",
    MOD(A, B): r"a \bmod b",
    MOD(A + B, 3): r"\left(a + b\right) \bmod 3",
    MOD(MOD(A, B), 3): r"\left(a \bmod b\right) \bmod 3",
    MOD(A, MOD(B, 3)): r"a \bmod \left(b \bmod 3\right)",
    MOD(A, -B): r"a \bmod \left(- b\right)",
    2 * MOD(A, B): r"2 \left(a \bmod b\right)",
    MOD(2 * A, B): r"\left(2 a\right) \bmod b",
    MOD(A, B) ** 2: r"\left(a \bmod b\right)^{2}",
}


@pytest.mark.parametrize("expression", CASES, ids=str)
def test_remainders_have_their_brackets(expression: sympy.Basic) -> None:
    assert latex_of(expression) == CASES[expression]


def test_different_remainders_are_written_differently() -> None:
    parts = [A, -A, A + B, 2 * A, MOD(A, B)]
    made = {sign * MOD(first, second) for first, second, sign in itertools.product(parts, [B, -B, MOD(B, 3)], (1, -1))}
    assert len({latex_of(each) for each in made}) == len(made)
