"""The types of the language: Booleans, integers, reals, residues, bit vectors, and functions of these.

A residue type names its modulus by a terminal (`Z("p")`) instead of a number, so that one program serves a whole
family of moduli; the number enters with the `Spec`. Inside a program a residue is the integer that represents it, so
`Z(p)` and a modulus may stand wherever an integer is asked for.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Type:
    """A value type: a name, and for residues the named terminal that holds the modulus."""

    name: str
    modulus: str | None = None

    def __str__(self) -> str:
        return self.name if self.modulus is None else f"{self.name}({self.modulus})"


@dataclass(frozen=True, slots=True)
class Fn:
    """A function type: argument types and the result's type."""

    args: tuple[Type, ...]
    result: Type

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.args))}) -> {self.result}"


BOOL = Type("bool")
INT = Type("int")
REAL = Type("real")
BITS = Type("bits")  # a vector of at most 62 Booleans packed in one integer, the first argument lowest
MODULUS = Type("modulus")  # only named terminals that are the modulus of a residue type

DTYPES = {BOOL: np.dtype(bool), INT: np.dtype("int64"), REAL: np.dtype("float64"), BITS: np.dtype("int64")}
DTYPES[MODULUS] = DTYPES[INT]


def Z(modulus: str) -> Type:  # noqa: N802 - the field's own name for the residues
    """Integers modulo the named terminal, represented by 0 .. modulus - 1."""
    return Type("Z", modulus)


def carrier(type: Type) -> Type:
    """The type that a value is computed in: INT for a residue, otherwise the type itself."""
    return INT if type.modulus is not None else type


def fits(given: Type, asked: Type) -> bool:
    """Whether a value of type `given` may stand where `asked` is wanted."""
    given, asked = carrier(given), carrier(asked)
    return given == asked or (given == MODULUS and asked == INT)
