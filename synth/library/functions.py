"""Functions by name, for the arguments of map, filter, zip, scan and their kin.

The names are those of DeepCoder's tokens (Balog et al. 2017, arXiv 1611.01989), so that a program of several functions
stays few bits; any other function is written as a lambda.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import sympy

from synth.language.primitive import Primitive
from synth.language.types import BOOL, INT, Fn

MAP = Fn((INT,), INT)
TEST = Fn((INT,), BOOL)
STEP = Fn((INT, INT), INT)
RELATION = Fn((INT, INT), BOOL)


def function(
    name: str, type: Fn, doc: str, run: Callable[..., Any], python: str, sym: Callable[..., Any] | None = None
) -> Primitive:
    """A constant of function type: `run` of xp and what the function takes, `sym` of sympy expressions."""
    symbols = sympy.symbols("x y", integer=True)[: len(type.args)]
    expression = sym(*symbols) if sym else run(None, *symbols)
    return Primitive(
        name=name,
        type=Fn((), type),
        doc=doc,
        run=lambda xp: partial(run, xp),
        sym=lambda: sympy.Lambda(tuple(symbols), expression),
        python=f"(lambda {', '.join('xy'[: len(type.args)])}: {python})",
    )


def is_zero(x: Any) -> Any:
    return sympy.Eq(x, 0)


MAPS = (
    function("inc", MAP, "An integer and one.", lambda xp, x: x + 1, "x + 1"),
    function("dec", MAP, "An integer less one.", lambda xp, x: x - 1, "x - 1"),
    function("double", MAP, "Twice an integer.", lambda xp, x: x * 2, "x * 2"),
    function("triple", MAP, "Three times an integer.", lambda xp, x: x * 3, "x * 3"),
    function("quadruple", MAP, "Four times an integer.", lambda xp, x: x * 4, "x * 4"),
    function("negate", MAP, "An integer with its sign changed.", lambda xp, x: -x, "-x"),
    function("squared", MAP, "An integer times itself.", lambda xp, x: x * x, "x * x"),
    function("halve", MAP, "Half, rounded down.", lambda xp, x: x // 2, "x // 2"),
    function("third", MAP, "A third, rounded down.", lambda xp, x: x // 3, "x // 3"),
    function("quarter", MAP, "A quarter, rounded down.", lambda xp, x: x // 4, "x // 4"),
)
TESTS = (
    function("positive", TEST, "Whether an integer is above 0.", lambda xp, x: x > 0, "x > 0"),
    function("negative", TEST, "Whether an integer is below 0.", lambda xp, x: x < 0, "x < 0"),
    function("even", TEST, "Whether two divides it.", lambda xp, x: x % 2 == 0, "x % 2 == 0", lambda x: is_zero(x % 2)),
    function(
        "odd",
        TEST,
        "Whether two does not divide it.",
        lambda xp, x: x % 2 == 1,
        "x % 2 == 1",
        lambda x: ~is_zero(x % 2),
    ),
)
STEPS = (
    function("plus", STEP, "Sum.", lambda xp, x, y: x + y, "x + y"),
    function("minus", STEP, "Difference.", lambda xp, x, y: x - y, "x - y"),
    function("times", STEP, "Product.", lambda xp, x, y: x * y, "x * y"),
    function("lesser", STEP, "The smaller one.", lambda xp, x, y: xp.minimum(x, y), "min(x, y)", sympy.Min),
    function("greater", STEP, "The larger one.", lambda xp, x, y: xp.maximum(x, y), "max(x, y)", sympy.Max),
)
RELATIONS = (
    function("same", RELATION, "Whether they are equal.", lambda xp, x, y: x == y, "x == y", sympy.Eq),
    function("different", RELATION, "Whether they are not equal.", lambda xp, x, y: x != y, "x != y", sympy.Ne),
    function("below", RELATION, "Whether the first is smaller.", lambda xp, x, y: x < y, "x < y"),
    function("above", RELATION, "Whether the first is larger.", lambda xp, x, y: x > y, "x > y"),
    function("always", RELATION, "True.", lambda xp, x, y: (x == x) & (y == y), "True", lambda x, y: sympy.true),
)
FUNCTIONS = (*MAPS, *TESTS, *STEPS, *RELATIONS)
