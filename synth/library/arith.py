"""Integer arithmetic: int64 that wraps at 2**63. Division and remainder are total: x // 0 = x % 0 = 0.

The SMT templates speak of unbounded integers; SMT-LIB's div and mod round another way where the divisor is negative.
"""

from typing import Any

import sympy

from synth.language.laws import (
    annihilator,
    associative,
    commutative,
    idempotent,
    identity,
    involution,
    projection,
    right_identity,
)
from synth.language.primitive import Inverse, Primitive
from synth.language.types import INT, Fn

BINARY = Fn((INT, INT), INT)
UNARY = Fn((INT,), INT)
REMAINDER = "(ite (= ?b 0) 0 (ite (> ?b 0) (mod ?a ?b) (- (mod (- ?a) (- ?b)))))"


def remainder(a: Any, b: Any) -> Any:
    """sympy's, left as it is unless the divisor's sign is known: sympy takes a common factor out with a wrong sign."""
    return sympy.Mod(a, b, evaluate=bool(b.is_number or b.is_positive))


ADD = Primitive(
    name="add",
    type=BINARY,
    doc="Sum of two integers.",
    run=lambda xp, a, b: a + b,
    sym=lambda a, b: a + b,
    python="({} + {})",
    smt="(+ {} {})",
    laws=(commutative(), associative(), identity(0)),
    inverses=(Inverse(0, lambda xp, r, b: r - b), Inverse(1, lambda xp, r, a: r - a)),
)
SUB = Primitive(
    name="sub",
    type=BINARY,
    doc="Difference of two integers.",
    run=lambda xp, a, b: a - b,
    sym=lambda a, b: a - b,
    python="({} - {})",
    smt="(- {} {})",
    laws=(right_identity(0),),
    inverses=(Inverse(0, lambda xp, r, b: r + b), Inverse(1, lambda xp, r, a: a - r)),
)
MUL = Primitive(
    name="mul",
    type=BINARY,
    doc="Product of two integers.",
    run=lambda xp, a, b: a * b,
    sym=lambda a, b: a * b,
    python="({} * {})",
    smt="(* {} {})",
    laws=(commutative(), associative(), identity(1), annihilator(0)),
    inverses=(
        Inverse(0, lambda xp, r, b: xp.floordiv(r, b), exact=False),
        Inverse(1, lambda xp, r, a: xp.floordiv(r, a), exact=False),
    ),
)
SQUARE = Primitive(
    name="square",
    type=UNARY,
    doc="Product of an integer with itself.",
    run=lambda xp, a: a * a,
    sym=lambda a: a**2,
    python="({} ** 2)",
    smt="(let ((?a {})) (* ?a ?a))",
)
NEG = Primitive(
    name="neg",
    type=UNARY,
    doc="An integer with its sign changed.",
    run=lambda xp, a: -a,
    sym=lambda a: -a,
    python="(-{})",
    smt="(- {})",
    laws=(involution(),),
    inverses=(Inverse(0, lambda xp, r: -r),),
)
MOD = Primitive(
    name="mod",
    type=BINARY,
    doc="Remainder with the divisor's sign; 0 for divisor 0.",
    run=lambda xp, a, b: xp.mod(a, b),
    sym=lambda a, b: sympy.Integer(0) if b.is_zero else remainder(a, b),
    python="mod({}, {})",
    define="def mod(a, b):\n    return a % b if b else 0\n",
    smt=f"(let ((?a {{}}) (?b {{}})) {REMAINDER})",
)
FLOORDIV = Primitive(
    name="floordiv",
    type=BINARY,
    doc="Quotient rounded down; 0 for divisor 0.",
    run=lambda xp, a, b: xp.floordiv(a, b),
    sym=lambda a, b: sympy.Integer(0) if b.is_zero else sympy.floor(a / b),
    python="floordiv({}, {})",
    define="def floordiv(a, b):\n    return a // b if b else 0\n",
    smt="(let ((?a {}) (?b {})) (ite (= ?b 0) 0 (ite (> ?b 0) (div ?a ?b) (div (- ?a) (- ?b)))))",
    laws=(right_identity(1),),
)
MAX = Primitive(
    name="max",
    type=BINARY,
    doc="Larger of two integers.",
    run=lambda xp, a, b: xp.maximum(a, b),
    sym=sympy.Max,
    python="max({}, {})",
    smt="(let ((?a {}) (?b {})) (ite (>= ?a ?b) ?a ?b))",
    laws=(commutative(), associative(), idempotent()),
)
MIN = Primitive(
    name="min",
    type=BINARY,
    doc="Smaller of two integers.",
    run=lambda xp, a, b: xp.minimum(a, b),
    sym=sympy.Min,
    python="min({}, {})",
    smt="(let ((?a {}) (?b {})) (ite (<= ?a ?b) ?a ?b))",
    laws=(commutative(), associative(), idempotent()),
)
ABS = Primitive(
    name="abs",
    type=UNARY,
    doc="Absolute value.",
    run=lambda xp, a: xp.absolute(a),
    sym=sympy.Abs,
    python="abs({})",
    smt="(abs {})",
    laws=(projection(),),
)

ARITH = (ADD, SUB, MUL, SQUARE, NEG, MOD, FLOORDIV, MAX, MIN, ABS)
