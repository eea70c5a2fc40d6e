"""What the statements of a loop over a stream are written with: integers, comparisons, and their truth as 0 or 1."""

import sympy

from synth.language.primitive import Primitive
from synth.language.types import BOOL, INT, Fn
from synth.library.arith import ABS, ADD, FLOORDIV, MAX, MIN, MOD, MUL, SUB
from synth.library.boolean import AND, NOT, OR
from synth.library.choice import CHOICE

TRUTH = Primitive(
    name="truth",
    type=Fn((BOOL,), INT),
    doc="1 where it holds, 0 elsewhere.",
    run=lambda xp, c: xp.integer(c),
    sym=lambda c: sympy.Piecewise((1, c), (0, True)),
    python="int({})",
    smt="(ite {} 1 0)",
)

LOOPS = (ADD, SUB, MUL, MOD, FLOORDIV, MAX, MIN, ABS, *CHOICE, AND, OR, NOT, TRUTH)
