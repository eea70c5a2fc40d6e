"""The types of the language: Booleans, integers, reals, residues, bit-vectors, lists, and functions of these.

A residue type names its modulus by a terminal (`Z("p")`) instead of a number, so that one program serves a whole
family of moduli; the number enters with the `Spec`. Inside a program a residue is the integer that represents it, so
`Z(p)` and a modulus may stand wherever an integer is asked for.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Type:
    """A value type: a name; for residues the named terminal that holds the modulus, for bit-vectors the width.

    `symbol` tells apart the nonterminals of a grammar whose values have the same type.
    """

    name: str
    modulus: str | None = None
    width: int | None = None
    symbol: str | None = None

    def __str__(self) -> str:
        if self.width is not None:
            return f"{self.name}{self.width}"
        return self.name if self.modulus is None else f"{self.name}({self.modulus})"


@dataclass(frozen=True, slots=True)
class Fn:
    """A function type: argument types and the result's type."""

    args: tuple[Any, ...]  # a Type each; a Fn among them makes this a function of higher order
    result: Any  # a Type; a Fn for constants of function type

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.args))}) -> {self.result}"


BOOL = Type("bool")
INT = Type("int")
REAL = Type("real")
BITS = Type("bits")  # a vector of at most 62 Booleans packed in one integer, the first argument lowest
MODULUS = Type("modulus")  # only named terminals that are the modulus of a residue type

# One value is a row of 1 + capacity integers: the length, the items, zeros beyond them.
LIST = Type("list")  # integers
SEQUENCE = Type("sequence")  # integers, one a position of the example
SELECTOR = Type("selector")  # of a sequence's positions: row i says in bits which positions i looks at
STREAM = Type("stream")  # integers in the order of time; programs are causal
VECTORS = (LIST, SEQUENCE, SELECTOR, STREAM)

DTYPES = {BOOL: np.dtype(bool), INT: np.dtype("int64"), REAL: np.dtype("float64"), BITS: np.dtype("int64")}
DTYPES |= dict.fromkeys((MODULUS, *VECTORS), DTYPES[INT])


def Z(modulus: str) -> Type:  # noqa: N802 - the field's own name for the residues
    """Integers modulo the named terminal, represented by 0 .. modulus - 1."""
    return Type("Z", modulus)


def BV(width: int) -> Type:  # noqa: N802 - the name of SMT-LIB's sort
    """Bit-vectors of 1 to 64 bits, held in uint64 with zeros above the width."""
    if not 1 <= width <= 64:
        raise ValueError(f"bit-vectors: expected a width from 1 to 64, got {width}")
    return Type("bv", width=width)


def is_vector(type: Any) -> bool:
    """Whether values have an axis of their own: a length and items."""
    return isinstance(type, Type) and plain(type) in VECTORS


def dtype_of(type: Type) -> np.dtype:
    """The dtype that values of a type are held in."""
    return np.dtype("uint64") if type.width is not None else DTYPES[plain(carrier(type))]


def carrier(type: Any) -> Any:
    """The type that a value is computed in: INT for a residue, otherwise the type itself."""
    return INT if isinstance(type, Type) and type.modulus is not None else type


def plain(type: Any) -> Any:
    """The type without the nonterminal that it stands for."""
    return replace(type, symbol=None) if isinstance(type, Type) and type.symbol is not None else type


def fits(given: Any, asked: Any) -> bool:
    """Whether a value of type `given` may stand where `asked` is wanted."""
    given, asked = plain(carrier(given)), plain(carrier(asked))
    return given == asked or (given == MODULUS and asked == INT)
