"""A primitive of the language: one literal that holds every view of it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synth.laws import Law
from synth.types import BITS, BOOL, INT, MODULUS, REAL, Fn, carrier

ARITY = 3  # the search combines at most this many arguments
NAME = re.compile(r"[^\s()\[\]{}\"';,]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive:
    """A typed function with its run-time, symbolic, algebraic and Python faces.

    `run(xp, *arrays)` is elementwise and uses only operators and names of `synth.xp`; `sym(*expressions)` is the same
    on sympy expressions; `python` is a template such as "{} + {}" for the Python source, `define` the definitions
    that the template needs. `bits` is the cost of naming the primitive; without it, a primitive takes an even share
    among the alternatives of its result's type.
    """

    name: str
    type: Fn
    doc: str
    run: Callable[..., Any]
    sym: Callable[..., Any]
    laws: tuple[Law, ...] = ()
    bits: float | None = None
    python: str | None = None
    define: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise ValueError(
                f"primitive {self.name!r}: expected a name without blanks, brackets, quotes or commas; "
                "it is written as one word of an s-expression"
            )
        if not isinstance(self.type, Fn):
            raise ValueError(
                f"primitive {self.name!r}: expected a function type such as Fn((INT, INT), INT), got {self.type!r}"
            )
        if self.bits is not None and not (math.isfinite(self.bits) and self.bits > 0):
            raise ValueError(
                f"primitive {self.name!r}: expected bits > 0, got {self.bits}; "
                "a free primitive makes enumeration endless, so give it at least 1"
            )
        self._check_type()
        self._check_laws()

    def _check_type(self) -> None:
        if len(self.type.args) > ARITY:
            raise ValueError(
                f"primitive {self.name!r}: expected at most {ARITY} arguments, got {len(self.type.args)}; "
                "split it into primitives of fewer arguments"
            )
        for given in (*self.type.args, self.type.result):
            if carrier(given) not in (BOOL, INT, REAL, BITS, MODULUS):
                raise ValueError(
                    f"primitive {self.name!r}: expected types among bool, int, real, bits, modulus and Z(name), "
                    f"got {given}"
                )
        if carrier(self.type.result) == MODULUS:
            raise ValueError(
                f"primitive {self.name!r}: expected a result other than modulus; only named terminals are moduli, "
                "so return int"
            )

    def _check_laws(self) -> None:
        for law in self.laws:
            if law.arity != len(self.type.args):
                raise ValueError(
                    f"primitive {self.name!r}: expected laws of {len(self.type.args)} arguments, "
                    f"got the law {law.name!r} of {law.arity}; remove it"
                )
            kinds = {carrier((*self.type.args, self.type.result)[place]) for place in law.same}
            if len(kinds) > 1:
                raise ValueError(
                    f"primitive {self.name!r}: expected the arguments that the law {law.name!r} speaks of to have one "
                    f"type, got {self.type}; remove the law"
                )
