"""The vector of all Boolean arguments as one value, for functions of many bits.

A specification with Boolean arguments has, beside x0, x1, ..., the terminal `bits`: all of them packed in one integer,
the first argument lowest. Counting, indexing and cutting it gives short programs to majority, address and range.
"""

from typing import Any

import sympy

from synth.language.laws import law
from synth.language.primitive import Inverse, Primitive
from synth.language.types import BITS, BOOL, INT, Fn


class BitCount(sympy.Function):
    """Number of ones of a non-negative integer."""

    nargs = 1
    is_integer = True
    is_nonnegative = True

    @classmethod
    def eval(cls, *args: Any) -> Any:
        (bits,) = args
        return sympy.Integer(int(bits).bit_count()) if bits.is_Integer else None


def sym_bit(bits: Any, place: Any) -> Any:
    inside = sympy.And(place >= 0, place < 62)
    one: Any = sympy.Eq(sympy.Mod(sympy.floor(bits / 2 ** sympy.Max(place, 0)), 2), 1)
    return sympy.And(inside, one)


def sym_clip(count: Any) -> Any:
    return sympy.Min(sympy.Max(count, 0), 62)


CLIP = "def clip(count):\n    return min(max(count, 0), 62)\n"

COUNT = Primitive(
    name="count",
    type=Fn((BITS,), INT),
    doc="How many bits are set.",
    run=lambda xp, x: xp.bit_count(x),
    sym=BitCount,
    python="({}).bit_count()",
)
AT = Primitive(
    name="at",
    type=Fn((BITS, INT), BOOL),
    doc="The bit at a place; false outside the vector.",
    run=lambda xp, x, i: xp.bit(x, i),
    sym=sym_bit,
    python="at({}, {})",
    define="def at(bits, place):\n    return 0 <= place < 62 and bits >> place & 1 == 1\n",
)
TAKE = Primitive(
    name="take",
    type=Fn((INT, BITS), BITS),
    doc="The first bits, as many as the integer says.",
    run=lambda xp, n, x: xp.low_bits(x, n),
    sym=lambda n, x: sympy.Mod(x, 2 ** sym_clip(n)),
    python="({1} & (1 << clip({0})) - 1)",
    define=CLIP,
    laws=(law("take twice", 2, (0, 1), lambda f, n, x: (f(n, f(n, x)), f(n, x))),),
)
DROP = Primitive(
    name="drop",
    type=Fn((INT, BITS), BITS),
    doc="The vector without its first bits, as many as the integer says.",
    run=lambda xp, n, x: xp.high_bits(x, n),
    sym=lambda n, x: sympy.floor(x / 2 ** sym_clip(n)),
    python="({1} >> clip({0}))",
    define=CLIP,
)
NUMBER = Primitive(
    name="number",
    type=Fn((BITS,), INT),
    doc="The integer that the bits spell, the first bit lowest.",
    run=lambda xp, x: x,
    sym=lambda x: x,
    python="{}",
    inverses=(Inverse(0, lambda xp, r: r),),
)

BITVECTOR = (COUNT, AT, TAKE, DROP, NUMBER)
