"""Propositional logic, with the choice between two Booleans."""

import sympy

from synth.language.laws import annihilator, associative, commutative, idempotent, identity, involution, same_branches
from synth.language.primitive import Choice, Inverse, Primitive
from synth.language.types import BOOL, Fn

BINARY = Fn((BOOL, BOOL), BOOL)

AND = Primitive(
    name="and",
    type=BINARY,
    doc="Whether both hold.",
    run=lambda xp, a, b: a & b,
    sym=sympy.And,
    python="({} and {})",
    smt="(and {} {})",
    laws=(commutative(), associative(), idempotent(), identity(True), annihilator(False)),
)
OR = Primitive(
    name="or",
    type=BINARY,
    doc="Whether at least one holds.",
    run=lambda xp, a, b: a | b,
    sym=sympy.Or,
    python="({} or {})",
    smt="(or {} {})",
    laws=(commutative(), associative(), idempotent(), identity(False), annihilator(True)),
)
XOR = Primitive(
    name="xor",
    type=BINARY,
    doc="Whether exactly one holds.",
    run=lambda xp, a, b: a ^ b,
    sym=sympy.Xor,
    python="({} != {})",
    smt="(xor {} {})",
    laws=(commutative(), associative(), identity(False)),
    inverses=(Inverse(0, lambda xp, r, b: r ^ b), Inverse(1, lambda xp, r, a: r ^ a)),
)
NOT = Primitive(
    name="not",
    type=Fn((BOOL,), BOOL),
    doc="Whether it does not hold.",
    run=lambda xp, a: ~a,
    sym=sympy.Not,
    python="(not {})",
    smt="(not {})",
    laws=(involution(),),
    inverses=(Inverse(0, lambda xp, r: ~r),),
)
IF_BOOL = Primitive(
    name="if_bool",
    type=Fn((BOOL, BOOL, BOOL), BOOL),
    doc="The second where the first holds, the third elsewhere.",
    run=lambda xp, c, a, b: (c & a) | (~c & b),
    sym=sympy.ITE,
    python="({1} if {0} else {2})",
    smt="(ite {} {} {})",
    laws=(same_branches(),),
    choice=Choice(lambda xp, c: c),
)

BOOLEAN = (AND, OR, XOR, NOT, IF_BOOL)
