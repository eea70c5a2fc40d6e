"""Residues with the modulus as the last argument: a named terminal, so that one program serves every modulus."""

import sympy

from synth.language.laws import law
from synth.language.primitive import Inverse, Primitive
from synth.language.types import INT, MODULUS, Fn
from synth.library.arith import REMAINDER

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
    smt=f"(let ((?a (+ {{}} {{}})) (?b {{}})) {REMAINDER})",
    laws=(SWAP,),
    inverses=(
        Inverse(0, lambda xp, r, b, m: xp.mod(r - b, m), exact=False),
        Inverse(1, lambda xp, r, a, m: xp.mod(r - a, m), exact=False),
    ),
)
SUBZ = Primitive(
    name="subz",
    type=BINARY,
    doc="Difference of two residues.",
    run=lambda xp, a, b, m: xp.mod(a - b, m),
    sym=lambda a, b, m: sym_mod(a - b, m),
    python="mod({} - {}, {})",
    define=MOD,
    smt=f"(let ((?a (- {{}} {{}})) (?b {{}})) {REMAINDER})",
    inverses=(
        Inverse(0, lambda xp, r, b, m: xp.mod(r + b, m), exact=False),
        Inverse(1, lambda xp, r, a, m: xp.mod(a - r, m), exact=False),
    ),
)
MULZ = Primitive(
    name="mulz",
    type=BINARY,
    doc="Product of two residues.",
    run=lambda xp, a, b, m: xp.mod(a * b, m),
    sym=lambda a, b, m: sym_mod(a * b, m),
    python="mod({} * {}, {})",
    define=MOD,
    smt=f"(let ((?a (* {{}} {{}})) (?b {{}})) {REMAINDER})",
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
    smt=f"(let ((?a (- {{}})) (?b {{}})) {REMAINDER})",
    inverses=(Inverse(0, lambda xp, r, m: xp.mod(-r, m), exact=False),),
)
SQUAREZ = Primitive(
    name="squarez",
    type=UNARY,
    doc="Square of a residue.",
    run=lambda xp, a, m: xp.mod(a * a, m),
    sym=lambda a, m: sym_mod(a**2, m),
    python="mod({} ** 2, {})",
    define=MOD,
    smt=f"(let ((?a (let ((?a {{0}})) (* ?a ?a))) (?b {{1}})) {REMAINDER})",
)

RESIDUES = (ADDZ, SUBZ, MULZ, NEGZ, SQUAREZ)
