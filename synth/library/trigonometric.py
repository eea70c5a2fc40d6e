"""The language of neurons over residues: waves of whole frequency, under the nonlinearities that nets have.

A wave is of period 1 in its argument over the modulus, so its frequency is the integer that the argument is multiplied
with. Amplitude and offset are not in the language: `compare.fit.enumerate` fits both in closed form to every
expression. A wave over the modulus 0 is that of the argument 0; integers wrap at 2**63 before the remainder is taken.
"""

import sympy

from synth.language.primitive import Primitive
from synth.language.types import INT, MODULUS, REAL, Fn
from synth.library.arith import ADD, MUL, SUB
from synth.library.constants import CONSTANTS
from synth.library.reals import ABS_REAL, ADD_REAL, MUL_REAL, RELU, SQUARE_REAL, SUB_REAL, TANH

WAVE = Fn((INT, MODULUS), REAL)
ANGLE = "def angle(a, m):\n    return math.tau * (a % m) / m if m else 0.0\n"
TAU = 6.283185307179586


def sym_angle(a: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    return sympy.Integer(0) if m.is_zero else 2 * sympy.pi * a / m


COSINE = Primitive(
    name="cosine",
    type=WAVE,
    doc="Cosine of the full angle times a residue over the modulus.",
    run=lambda xp, a, m: xp.cos(xp.divide(TAU * xp.real(xp.mod(a, m)), xp.real(m))),
    sym=lambda a, m: sympy.cos(sym_angle(a, m)),
    python="math.cos(angle({}, {}))",
    define="import math\n\n\n" + ANGLE,
)
SINE = Primitive(
    name="sine",
    type=WAVE,
    doc="Sine of the full angle times a residue over the modulus.",
    run=lambda xp, a, m: xp.sin(xp.divide(TAU * xp.real(xp.mod(a, m)), xp.real(m))),
    sym=lambda a, m: sympy.sin(sym_angle(a, m)),
    python="math.sin(angle({}, {}))",
    define="import math\n\n\n" + ANGLE,
)

TRIGONOMETRIC = (
    COSINE,
    SINE,
    ADD_REAL,
    SUB_REAL,
    MUL_REAL,
    SQUARE_REAL,
    ABS_REAL,
    RELU,
    TANH,
    ADD,
    SUB,
    MUL,
    *CONSTANTS[1:],
)
