"""LaTeX: what means another thing is another text."""

import itertools

import numpy as np
import pytest
import sympy

from synth import BOOL, INT, Terminal, apply, latex, named, parse, sympy_expression, terminal
from synth.language.latex import symbol_texts

A, B, C = sympy.symbols("a b c", integer=True)
INTEGERS = named(["add", "sub", "mul", "neg", "mod", "floordiv", "square", "max", "if_int"])
TRUTHS = named(["lt", "eq", "and", "or", "not", "xor"])
COLUMNS = {"a": np.array([-7, -2, 1, 3, 5, 8, 11, 4]), "b": np.array([3, -5, 2, 7, -3, 1, 4, 9])}
COLUMNS |= {"u": np.array([True, False] * 4), "v": np.array([True, True, False, False] * 2)}


def on(outer, place, inner):
    """A primitive with one term at a place and letters at the others."""
    letters = {INT: itertools.cycle("ba"), BOOL: itertools.cycle("vu")}
    kinds = outer.type.args
    return apply(outer, *(inner if i == place else terminal(next(letters[kind]), kind) for i, kind in enumerate(kinds)))


def around(terms):
    """Each primitive on each of the terms, at each place."""
    made = [
        on(outer, place, inner)
        for outer in (*INTEGERS, *TRUTHS)
        for place, kind in enumerate(outer.type.args)
        for inner in terms
        if inner.type == kind
    ]
    return list({term.show(): term for term in made}.values())


def test_different_meanings_have_different_texts():
    leaves = [terminal("a", INT), terminal("u", BOOL), parse("2", named(["2"]), {})]
    first = around(leaves)
    second = around(first)
    known: dict[str, dict] = {}
    for program in (*first, *second, *around(second[::40])):
        formula = sympy_expression(program)
        known.setdefault(latex(formula), {}).setdefault(formula, program)
    assert len(known) > 500
    for text, (one, *others) in ((text, list(found.values())) for text, found in known.items()):
        unlike = [other.show() for other in others if other.run(COLUMNS).tolist() != one.run(COLUMNS).tolist()]
        assert not unlike, f"{text} is {one.show()} and {unlike[0]}"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (-sympy.Mod(A, B), r"- \left(a \bmod b\right)"),
        (sympy.Mod(-A, B), r"\left(- a\right) \bmod b"),
        (sympy.Mod(sympy.Mod(A, B), C), r"\left(a \bmod b\right) \bmod c"),
        (sympy.Mod(A, sympy.Mod(B, C)), r"a \bmod \left(b \bmod c\right)"),
        (sympy.Mod(A, B) ** 2, r"\left(a \bmod b\right)^{2}"),
        (C - sympy.Mod(A, B), r"c - \left(a \bmod b\right)"),
        (sympy.Eq(sympy.Symbol("u"), A < B), r"u = \left(a < b\right)"),
        (3, "3"),
    ],
)
def test_brackets_where_they_decide(expression, text):
    assert latex(expression) == text


def test_names_are_told_apart_and_spelled_as_given():
    names = ["a", "x0", "x_0", "count", "a b", "a_b", "xbar", "alpha", "ж", "100%", "{", "|", "x^2", "#"]
    texts = symbol_texts(set(names))
    assert all(texts[one] != texts[other] for one, other in itertools.combinations(names, 2))
    assert texts["x0"] == "x_{0}"
    assert texts["alpha"] == r"\alpha"
    assert texts["xbar"] == r"\mathit{xbar}"
    assert texts["100%"] == r"\mathit{100\%}"
    assert latex(parse("(add |a b| c)", INTEGERS, {"a b": INT, "c": INT})) == r"\mathit{a\ b} + c"
    assert Terminal("a b", INT).name == "a b"
