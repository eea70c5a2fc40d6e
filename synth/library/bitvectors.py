"""Bit-vectors of 1 to 64 bits with SMT-LIB's names and semantics, every function total; values are uint64.

Clark Barrett, Pascal Fontaine and Cesare Tinelli, "The SMT-LIB Standard", theory FixedSizeBitVectors and logic QF_BV.
Equality is called bveq and the choice bvite, since a name belongs to one type.
"""

from collections.abc import Callable
from functools import cache

import sympy

from synth.language.laws import commutative, same_branches
from synth.language.primitive import Choice, Primitive
from synth.language.types import BOOL, BV, Fn
from synth.library.bitvector_arithmetic import arithmetic
from synth.library.bitvector_logic import bitwise, shifts
from synth.library.words import signed, source, symbolic_signed


@cache
def bitvectors(width: int) -> tuple[Primitive, ...]:
    """The language of words of one width; ValueError unless it is 1 to 64."""
    return (*bitwise(width), *arithmetic(width), *shifts(width), *relations(width), choice(width))


def relations(width: int) -> tuple[Primitive, ...]:
    return (equality(width), *unsigned_relations(width), *signed_relations(width))


def equality(width: int) -> Primitive:
    return Primitive(
        name="bveq",
        type=Fn((BV(width), BV(width)), BOOL),
        doc="Whether two words are equal.",
        run=lambda xp, a, b: a == b,
        sym=sympy.Eq,
        python="({} == {})",
        smt="(= {} {})",
        laws=(commutative(),),
    )


def unsigned_relations(width: int) -> tuple[Primitive, ...]:
    """bvult, bvule, bvugt, bvuge."""

    def relation(name: str, said: str, sign: str, run: Callable, sym: Callable) -> Primitive:
        return Primitive(
            name=name,
            type=Fn((BV(width), BV(width)), BOOL),
            doc=f"Whether the first word is {said}, unsigned.",
            run=run,
            sym=sym,
            python=f"({{}} {sign} {{}})",
            smt=f"({name} {{}} {{}})",
        )

    return (
        relation("bvult", "smaller", "<", lambda xp, a, b: a < b, sympy.Lt),
        relation("bvule", "smaller or equal", "<=", lambda xp, a, b: a <= b, sympy.Le),
        relation("bvugt", "larger", ">", lambda xp, a, b: a > b, sympy.Gt),
        relation("bvuge", "larger or equal", ">=", lambda xp, a, b: a >= b, sympy.Ge),
    )


def signed_relations(width: int) -> tuple[Primitive, ...]:
    """bvslt, bvsle, bvsgt, bvsge: with the sign bits turned, words compare as unsigned ones do."""
    top = 2 ** (width - 1)

    def relation(name: str, said: str, sign: str, run: Callable, sym: Callable) -> Primitive:
        return Primitive(
            name=name,
            type=Fn((BV(width), BV(width)), BOOL),
            doc=f"Whether the first word is {said}, signed.",
            run=run,
            sym=lambda a, b: sym(symbolic_signed(a, width), symbolic_signed(b, width)),
            python=f"(signed({{}}, {width}) {sign} signed({{}}, {width}))",
            define=source(signed),
            smt=f"({name} {{}} {{}})",
        )

    return (
        relation("bvslt", "smaller", "<", lambda xp, a, b: (a ^ xp.unsigned(top)) < (b ^ xp.unsigned(top)), sympy.Lt),
        relation(
            "bvsle",
            "smaller or equal",
            "<=",
            lambda xp, a, b: (a ^ xp.unsigned(top)) <= (b ^ xp.unsigned(top)),
            sympy.Le,
        ),
        relation("bvsgt", "larger", ">", lambda xp, a, b: (a ^ xp.unsigned(top)) > (b ^ xp.unsigned(top)), sympy.Gt),
        relation(
            "bvsge",
            "larger or equal",
            ">=",
            lambda xp, a, b: (a ^ xp.unsigned(top)) >= (b ^ xp.unsigned(top)),
            sympy.Ge,
        ),
    )


def choice(width: int) -> Primitive:
    return Primitive(
        name="bvite",
        type=Fn((BOOL, BV(width), BV(width)), BV(width)),
        doc="The first word where the condition holds, the second elsewhere.",
        run=lambda xp, c, a, b: xp.where(c, a, b),
        sym=lambda c, a, b: sympy.Piecewise((a, c), (b, True)),
        python="({1} if {0} else {2})",
        smt="(ite {} {} {})",
        laws=(same_branches(),),
        choice=Choice(lambda xp, c: c),
    )
