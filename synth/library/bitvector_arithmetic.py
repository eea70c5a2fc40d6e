"""Arithmetic on bit-vectors, modulo 2**width. Division is total: x / 0 is all ones, and the remainder is x.

Signed division rounds toward 0, and the remainder has the dividend's sign.
"""

from typing import Any

import sympy

from synth.language.laws import Law, annihilator, associative, commutative, identity, involution, right_identity
from synth.language.primitive import Inverse, Primitive
from synth.language.types import BV, Fn
from synth.library.words import bvsdiv, bvsrem, bvudiv, bvurem, signed, source, symbolic


def arithmetic(width: int) -> tuple[Primitive, ...]:
    """bvneg, bvadd, bvsub, bvmul, bvudiv, bvurem, bvsdiv, bvsrem."""
    return (*ring(width), *unsigned_division(width), *signed_division(width))


def ring(width: int) -> tuple[Primitive, ...]:
    mask, binary = 2**width - 1, Fn((BV(width), BV(width)), BV(width))
    minus = Inverse(0, lambda xp, r, other: (r - other) & xp.unsigned(mask))
    negation = Primitive(
        name="bvneg",
        type=Fn((BV(width),), BV(width)),
        doc="Two's complement.",
        run=lambda xp, a: (xp.unsigned(0) - a) & xp.unsigned(mask),
        sym=lambda a: sympy.Mod(-a, 2**width),
        python=f"(-{{}} & {mask:#x})",
        smt="(bvneg {})",
        laws=(involution(),),
        inverses=(Inverse(0, lambda xp, r: (xp.unsigned(0) - r) & xp.unsigned(mask)),),
    )
    total = Primitive(
        name="bvadd",
        type=binary,
        doc="Sum of two words.",
        run=lambda xp, a, b: (a + b) & xp.unsigned(mask),
        sym=lambda a, b: sympy.Mod(a + b, 2**width),
        python=f"(({{}} + {{}}) & {mask:#x})",
        smt="(bvadd {} {})",
        laws=(commutative(), associative(), identity(0)),
        inverses=(minus, Inverse(1, minus.run)),
    )
    difference = Primitive(
        name="bvsub",
        type=binary,
        doc="Difference of two words.",
        run=lambda xp, a, b: (a - b) & xp.unsigned(mask),
        sym=lambda a, b: sympy.Mod(a - b, 2**width),
        python=f"(({{}} - {{}}) & {mask:#x})",
        smt="(bvsub {} {})",
        laws=(right_identity(0),),
        inverses=(
            Inverse(0, lambda xp, r, b: (r + b) & xp.unsigned(mask)),
            Inverse(1, lambda xp, r, a: (a - r) & xp.unsigned(mask)),
        ),
    )
    factor = other_factor(mask)
    product = Primitive(
        name="bvmul",
        type=binary,
        doc="Product of two words.",
        run=lambda xp, a, b: (a * b) & xp.unsigned(mask),
        sym=lambda a, b: sympy.Mod(a * b, 2**width),
        python=f"(({{}} * {{}}) & {mask:#x})",
        smt="(bvmul {} {})",
        laws=(commutative(), associative(), identity(1), annihilator(0)),
        inverses=(Inverse(0, factor, exact=False), Inverse(1, factor, exact=False)),
    )
    return negation, total, difference, product


def other_factor(mask: int) -> Any:
    """A factor that gives the product, where there is one: the even part of the known one divides, its odd part has an
    inverse, by Newton's iteration: 3 b ^ 2 inverts an odd b to 5 bits, and each step doubles them.

    The start is Peter L. Montgomery's, as told in Granlund and Möller, "Division of integers, large and small".
    """

    def run(xp: Any, r: Any, b: Any) -> Any:
        two = xp.unsigned(2)
        lowest = b & (xp.unsigned(0) - b)
        even = xp.where(lowest == 0, xp.unsigned(1), lowest)
        odd = b // even
        x = (xp.unsigned(3) * odd) ^ two
        x = x * (two - odd * x)
        x = x * (two - odd * x)
        x = x * (two - odd * x)
        x = x * (two - odd * x)
        return ((r // even) * x) & xp.unsigned(mask)

    return run


def unsigned_division(width: int) -> tuple[Primitive, ...]:
    mask, binary = 2**width - 1, Fn((BV(width), BV(width)), BV(width))
    one: tuple[Law, ...] = (right_identity(1),)
    quotient = Primitive(
        name="bvudiv",
        type=binary,
        doc="Unsigned quotient; all ones for divisor 0.",
        run=lambda xp, a, b: xp.where(b == 0, xp.unsigned(mask), a // xp.where(b == 0, xp.unsigned(1), b)),
        sym=symbolic("bvudiv", lambda a, b: bvudiv(a, b, width)),
        python=f"bvudiv({{}}, {{}}, {width})",
        define=source(bvudiv),
        smt="(bvudiv {} {})",
        laws=one,
        inverses=(Inverse(0, lambda xp, r, b: (r * b) & xp.unsigned(mask), exact=False),),
    )
    rest = Primitive(
        name="bvurem",
        type=binary,
        doc="Unsigned remainder; the dividend for divisor 0.",
        run=lambda xp, a, b: xp.where(b == 0, a, a % xp.where(b == 0, xp.unsigned(1), b)),
        sym=symbolic("bvurem", lambda a, b: bvurem(a, b, width)),
        python=f"bvurem({{}}, {{}}, {width})",
        define=source(bvurem),
        smt="(bvurem {} {})",
        laws=(right_identity(0),),
    )
    return quotient, rest


def signed_division(width: int) -> tuple[Primitive, ...]:
    mask, sign, binary = 2**width - 1, 2 ** (width - 1), Fn((BV(width), BV(width)), BV(width))

    def run_sdiv(xp: Any, a: Any, b: Any) -> Any:
        zero = xp.unsigned(0)
        x = xp.where(a >= xp.unsigned(sign), (zero - a) & xp.unsigned(mask), a)
        y = xp.where(b >= xp.unsigned(sign), (zero - b) & xp.unsigned(mask), b)
        q = xp.where(y == 0, xp.unsigned(mask), x // xp.where(y == 0, xp.unsigned(1), y))
        return xp.where(((a ^ b) & xp.unsigned(sign)) == 0, q, (zero - q) & xp.unsigned(mask))

    def run_srem(xp: Any, a: Any, b: Any) -> Any:
        zero = xp.unsigned(0)
        x = xp.where(a >= xp.unsigned(sign), (zero - a) & xp.unsigned(mask), a)
        y = xp.where(b >= xp.unsigned(sign), (zero - b) & xp.unsigned(mask), b)
        r = xp.where(y == 0, x, x % xp.where(y == 0, xp.unsigned(1), y))
        return xp.where(a >= xp.unsigned(sign), (zero - r) & xp.unsigned(mask), r)

    quotient = Primitive(
        name="bvsdiv",
        type=binary,
        doc="Signed quotient rounded toward 0; for divisor 0, minus one or, of a negative word, one.",
        run=run_sdiv,
        sym=symbolic("bvsdiv", lambda a, b: bvsdiv(a, b, width)),
        python=f"bvsdiv({{}}, {{}}, {width})",
        define=source(signed, bvudiv, bvsdiv),
        smt="(bvsdiv {} {})",
        laws=(right_identity(1),) if width > 1 else (),
    )
    rest = Primitive(
        name="bvsrem",
        type=binary,
        doc="Signed remainder with the dividend's sign; the dividend for divisor 0.",
        run=run_srem,
        sym=symbolic("bvsrem", lambda a, b: bvsrem(a, b, width)),
        python=f"bvsrem({{}}, {{}}, {width})",
        define=source(signed, bvurem, bvsrem),
        smt="(bvsrem {} {})",
        laws=(right_identity(0),),
    )
    return quotient, rest
