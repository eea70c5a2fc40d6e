"""Comparisons of integers, and the choice between two integers."""

import sympy

from synth.language.laws import commutative, same_branches
from synth.language.primitive import Choice, Primitive
from synth.language.types import BOOL, INT, Fn

RELATION = Fn((INT, INT), BOOL)

LT = Primitive(
    name="lt",
    type=RELATION,
    doc="Whether the first integer is smaller.",
    run=lambda xp, a, b: a < b,
    sym=sympy.Lt,
    python="({} < {})",
    smt="(< {} {})",
)
LE = Primitive(
    name="le",
    type=RELATION,
    doc="Whether the first integer is smaller or equal.",
    run=lambda xp, a, b: a <= b,
    sym=sympy.Le,
    python="({} <= {})",
    smt="(<= {} {})",
)
EQ = Primitive(
    name="eq",
    type=RELATION,
    doc="Whether two integers are equal.",
    run=lambda xp, a, b: a == b,
    sym=sympy.Eq,
    python="({} == {})",
    smt="(= {} {})",
    laws=(commutative(),),
)
IF_INT = Primitive(
    name="if_int",
    type=Fn((BOOL, INT, INT), INT),
    doc="The first integer where the condition holds, the second elsewhere.",
    run=lambda xp, c, a, b: xp.where(c, a, b),
    sym=lambda c, a, b: sympy.Piecewise((a, c), (b, True)),
    python="({1} if {0} else {2})",
    smt="(ite {} {} {})",
    laws=(same_branches(),),
    choice=Choice(lambda xp, c: c),
)

CHOICE = (LT, LE, EQ, IF_INT)
