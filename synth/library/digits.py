"""The binary digits of an integer: counting, indexing and cutting them, as the bits of Boolean arguments."""

import sympy

from synth.language.primitive import Primitive
from synth.language.types import BITS, INT, Fn

MASK = 2**62 - 1

DIGITS = Primitive(
    name="digits",
    type=Fn((INT,), BITS),
    doc="The lowest 62 binary digits of an integer, in two's complement where it is negative.",
    run=lambda xp, n: n & MASK,
    sym=lambda n: sympy.Mod(n, 2**62),
    python="(({}) & (1 << 62) - 1)",
)
