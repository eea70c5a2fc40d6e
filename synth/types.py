"""The types of the language: Booleans, integers, reals, residues, and functions of these.

A residue type names its modulus by a terminal (`Z("p")`) instead of a number, so that one program serves a whole
family of moduli; the number enters with the `Spec`.
"""

from dataclasses import dataclass


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


def Z(modulus: str) -> Type:  # noqa: N802 - the field's own name for the residues
    """Integers modulo the named terminal, represented by 0 .. modulus - 1."""
    return Type("Z", modulus)
