"""Literals as primitives without arguments: integers and decimals, priced by Elias's gamma code, and words of bits.

Peter Elias, "Universal codeword sets and representations of the integers", IEEE Transactions on Information Theory 21
(1975): the number n > 0 takes 2 floor(log2 n) + 1 bits. Three more bits say that a literal comes.
"""

import re
from decimal import Decimal
from functools import cache

import numpy as np
import sympy

from synth.language.primitive import Primitive
from synth.language.types import BOOL, BV, INT, REAL, Fn, Type

PREFIX = 3  # bits
DECIMAL = re.compile(r"[0-9]+\.[0-9]+")


@cache
def literal(value: int) -> Primitive:
    """The constant `value` >= 0 as a primitive without arguments."""
    if value < 0:
        raise ValueError(f"literal {value}: expected an integer >= 0; write negative numbers as (neg {-value})")
    return Primitive(
        name=str(value),
        type=Fn((), INT),
        doc=f"The integer {value}.",
        run=lambda xp: value,
        sym=lambda: sympy.Integer(value),
        python=str(value),
        smt=str(value),
        bits=PREFIX + 2 * ((value + 1).bit_length() - 1) + 1,
    )


@cache
def real_literal(text: str) -> Primitive:
    """The decimal that a text such as 0.5 writes, priced by its digits and by how many stand behind the point."""
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"literal {text!r}: expected a decimal such as 0.5 or 2.0; write negative ones by neg_real")
    value, places = float(text), len(text.partition(".")[2].rstrip("0"))
    digits = round(float(text) * 10**places)
    return Primitive(
        name=text,
        type=Fn((), REAL),
        doc=f"The real {text}.",
        run=lambda xp: value,
        sym=lambda: sympy.Float(value),
        python=text,
        smt=text,
        bits=PREFIX + 2 * (digits + 1).bit_length() - 1 + 2 * (places + 1).bit_length() - 1,
    )


def decimal(value: float) -> str:
    """The shortest decimal text of a real that is not negative, without an exponent."""
    text = format(Decimal(repr(float(value))), "f")
    return text if "." in text else f"{text}.0"


@cache
def bv_literal(value: int, width: int) -> Primitive:
    """A constant word, named as SMT-LIB writes it: #x.. where the width is a multiple of 4, otherwise #b.."""
    kind = BV(width)
    if not 0 <= value < 2**width:
        raise ValueError(
            f"bit-vector literal: expected 0 <= value < 2**{width}, got {value}; take it modulo 2**{width}"
        )
    name = f"#x{value:0{width // 4}x}" if width % 4 == 0 else f"#b{value:0{width}b}"
    return Primitive(
        name=name,
        type=Fn((), kind),
        doc=f"The word {value} of {width} bits.",
        run=lambda xp: xp.unsigned(value),
        sym=lambda: sympy.Integer(value),
        python=f"{value:#x}",
        smt=name,
    )


@cache
def constant(value: int, sort: Type) -> Primitive:
    """A literal of a sort; a negative integer is written (- n)."""
    if sort.width is not None:
        return bv_literal(value, sort.width)
    if sort == BOOL:
        held, word = np.bool_(value), "true" if value else "false"
        return Primitive(
            name=word,
            type=Fn((), BOOL),
            doc=f"The Boolean {word}.",
            run=lambda xp: held,
            sym=lambda: sympy.true if held else sympy.false,
            python=str(bool(value)),
            smt=word,
        )
    return Primitive(
        name=str(value),
        type=Fn((), INT),
        doc=f"The integer {value}.",
        run=lambda xp: value,
        sym=lambda: sympy.Integer(value),
        python=f"({value})" if value < 0 else str(value),
        smt=f"(- {-value})" if value < 0 else str(value),
    )


def read_word(text: str) -> Primitive:
    """The literal that #x.. or #b.. writes, of the width that its digits have."""
    digits = text[2:]
    return bv_literal(int(digits, 16), 4 * len(digits)) if text[1] == "x" else bv_literal(int(digits, 2), len(digits))


def value_of(primitive: Primitive) -> int | None:
    """The number or truth value that a literal stands for; None for other primitives."""
    name = primitive.name
    if primitive.type.args or primitive.body is not None:
        return None
    if name[:2] in ("#x", "#b"):
        return int(name[2:], 16 if name[1] == "x" else 2)
    if name in ("true", "false"):
        return int(name == "true")
    return int(name) if name.lstrip("-").isdecimal() else None
