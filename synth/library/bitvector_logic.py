"""Bitwise operations and shifts. A shift by the width or more gives zeros, or the sign for bvashr."""

from collections.abc import Callable
from typing import Any

import sympy

from synth.language.laws import annihilator, associative, commutative, idempotent, identity, involution, right_identity
from synth.language.primitive import Inverse, Primitive
from synth.language.types import BV, Fn
from synth.library.words import bvashr, bvlshr, bvshl, signed, source, symbolic


def bitwise(width: int) -> tuple[Primitive, ...]:
    """bvnot, bvand, bvor, bvxor."""
    mask, binary = 2**width - 1, Fn((BV(width), BV(width)), BV(width))
    return (
        Primitive(
            name="bvnot",
            type=Fn((BV(width),), BV(width)),
            doc="Every bit turned.",
            run=lambda xp, a: a ^ xp.unsigned(mask),
            sym=lambda a: sympy.Integer(mask) - a,
            python=f"({{}} ^ {mask:#x})",
            smt="(bvnot {})",
            laws=(involution(),),
            inverses=(Inverse(0, lambda xp, r: r ^ xp.unsigned(mask)),),
        ),
        Primitive(
            name="bvand",
            type=binary,
            doc="Bits that both words have.",
            run=lambda xp, a, b: a & b,
            sym=symbolic("bvand", lambda a, b: a & b),
            python="({} & {})",
            smt="(bvand {} {})",
            laws=(commutative(), associative(), idempotent(), identity(mask), annihilator(0)),
        ),
        Primitive(
            name="bvor",
            type=binary,
            doc="Bits that at least one word has.",
            run=lambda xp, a, b: a | b,
            sym=symbolic("bvor", lambda a, b: a | b),
            python="({} | {})",
            smt="(bvor {} {})",
            laws=(commutative(), associative(), idempotent(), identity(0), annihilator(mask)),
        ),
        Primitive(
            name="bvxor",
            type=binary,
            doc="Bits that exactly one word has.",
            run=lambda xp, a, b: a ^ b,
            sym=symbolic("bvxor", lambda a, b: a ^ b),
            python="({} ^ {})",
            smt="(bvxor {} {})",
            laws=(commutative(), associative(), identity(0)),
            inverses=tuple(Inverse(place, lambda xp, r, other: r ^ other) for place in (0, 1)),
        ),
    )


def shifts(width: int) -> tuple[Primitive, ...]:
    """bvshl, bvlshr, bvashr."""
    mask, rest = 2**width - 1, 64 - width

    def left(xp: Any, a: Any, b: Any) -> Any:
        return xp.where(b < xp.unsigned(width), a << (b & xp.unsigned(63)), xp.unsigned(0)) & xp.unsigned(mask)

    def right(xp: Any, a: Any, b: Any) -> Any:
        return xp.where(b < xp.unsigned(width), a >> (b & xp.unsigned(63)), xp.unsigned(0))

    def with_sign(xp: Any, a: Any, b: Any) -> Any:
        number = xp.signed(a << xp.unsigned(rest)) >> rest
        return xp.unsigned(number >> xp.signed(xp.minimum(b, xp.unsigned(63)))) & xp.unsigned(mask)

    def without_sign(xp: Any, r: Any, b: Any) -> Any:
        return xp.where(b < xp.unsigned(width), left(xp, r, b), r)

    return (
        shift("bvshl", "The word shifted left.", width, left, bvshl, right),
        shift("bvlshr", "The word shifted right, zeros moving in.", width, right, bvlshr, left),
        shift(
            "bvashr", "The word shifted right, copies of the sign moving in.", width, with_sign, bvashr, without_sign
        ),
    )


def shift(name: str, doc: str, width: int, run: Callable, plain: Callable, back: Callable) -> Primitive:
    return Primitive(
        name=name,
        type=Fn((BV(width), BV(width)), BV(width)),
        doc=doc,
        run=run,
        sym=symbolic(name, lambda a, b: plain(a, b, width)),
        python=f"{name}({{}}, {{}}, {width})",
        define=source(*((signed,) if plain is bvashr else ()), plain),
        smt=f"({name} {{}} {{}})",
        laws=(right_identity(0),),
        inverses=(Inverse(0, back, exact=False),),
    )
