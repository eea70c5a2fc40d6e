"""Residues with the modulus as the last argument: a named terminal, so that one program serves every modulus."""

import sympy

from synth.laws import law
from synth.primitive import Primitive
from synth.types import INT, MODULUS, Fn

BINARY = Fn((INT, INT, MODULUS), INT)
UNARY = Fn((INT, MODULUS), INT)
SWAP = law("first two commute", 3, (0, 1, 2), lambda f, x, y, m: (f(x, y, m), f(y, x, m)))
MOD = "def mod(a, b):\n    return a % b if b else 0\n"


def sym_mod(a: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    return sympy.Integer(0) if m.is_zero else sympy.Mod(a, m)


ADDZ = Primitive(
    name="addz",
    type=BINARY,
    doc="Sum of two residues.",
    run=lambda xp, a, b, m: xp.mod(a + b, m),
    sym=lambda a, b, m: sym_mod(a + b, m),
    python="mod({} + {}, {})",
    define=MOD,
    laws=(SWAP,),
)
SUBZ = Primitive(
    name="subz",
    type=BINARY,
    doc="Difference of two residues.",
    run=lambda xp, a, b, m: xp.mod(a - b, m),
    sym=lambda a, b, m: sym_mod(a - b, m),
    python="mod({} - {}, {})",
    define=MOD,
)
MULZ = Primitive(
    name="mulz",
    type=BINARY,
    doc="Product of two residues.",
    run=lambda xp, a, b, m: xp.mod(a * b, m),
    sym=lambda a, b, m: sym_mod(a * b, m),
    python="mod({} * {}, {})",
    define=MOD,
    laws=(SWAP,),
)
NEGZ = Primitive(
    name="negz",
    type=UNARY,
    doc="A residue with its sign changed.",
    run=lambda xp, a, m: xp.mod(-a, m),
    sym=lambda a, m: sym_mod(-a, m),
    python="mod(-{}, {})",
    define=MOD,
)
SQUAREZ = Primitive(
    name="squarez",
    type=UNARY,
    doc="Square of a residue.",
    run=lambda xp, a, m: xp.mod(a * a, m),
    sym=lambda a, m: sym_mod(a**2, m),
    python="mod({} ** 2, {})",
    define=MOD,
)

RESIDUES = (ADDZ, SUBZ, MULZ, NEGZ, SQUAREZ)
