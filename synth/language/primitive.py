"""A primitive of the language: one literal that holds every view of it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from synth.language.laws import Law
from synth.language.machine import Machine
from synth.language.types import BITS, BOOL, INT, MODULUS, REAL, VECTORS, Fn, Type, carrier, is_vector, plain

ARITY = 3  # the search combines at most this many arguments
NAME = re.compile(r"[^\s()\[\]{}\"';,]+")


@dataclass(frozen=True, slots=True)
class Inverse:
    """The argument at `place`, from the result and the other arguments: `run(xp, result, *others)`, elementwise.

    `exact`: where any argument gives the result, this one does and no other. Otherwise it is only a proposal; the
    search checks it, and does not rely on it to exclude programs.
    """

    place: int
    run: Callable[..., Any]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """f(c, x, y) is x where `when(xp, c)` holds and y elsewhere: the search may choose the branches apart."""

    when: Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive:
    """A typed function with its run-time, symbolic, algebraic and Python faces.

    `run(xp, *arrays)` is elementwise and uses only operators and names of `synth.language.xp`; an argument of a type in
    `VECTORS` has one more axis, the last, and an argument of function type is a callable on arrays. `sym(*expressions)`
    is the same on sympy expressions; `python` is a template such as "{} + {}" for the Python source, `define` the
    definitions that the template needs; `smt` is a template for SMT-LIB. `bits` is the cost of naming the primitive;
    without it, a primitive takes an even share among the alternatives of its result's type. `inverses` and `choice`
    let the search work back from the goal. Where `defined(xp, *arrays)` is given and does not hold on an example, the
    search drops the candidate; without it, a primitive is total. `machine` reads vectors item by item.
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
    smt: str | None = None
    inverses: tuple[Inverse, ...] = ()
    choice: Choice | None = None
    defined: Callable[..., Any] | None = None
    machine: Machine | None = None
    body: Any = field(default=None, compare=False)  # of a macro: the Program over its arguments, called by their places

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise ValueError(
                f"primitive {self.name!r}: expected a name without blanks, brackets, quotes or commas; "
                "it is written as one word of an s-expression"
            )
        if not isinstance(self.type, Fn) or not isinstance(self.type.args, tuple):
            raise ValueError(
                f"primitive {self.name!r}: expected a function type such as Fn((INT, INT), INT), got {self.type!r}"
            )
        if self.bits is not None and not (math.isfinite(self.bits) and self.bits > 0):
            raise ValueError(
                f"primitive {self.name!r}: expected bits > 0, got {self.bits}; "
                "a free primitive makes enumeration endless, so give it at least 1"
            )
        self._check_fields()
        self._check_type()
        self._check_laws()

    def _check_fields(self) -> None:
        for name, kind in (("laws", Law), ("inverses", Inverse)):
            given = getattr(self, name)
            if not isinstance(given, tuple) or not all(isinstance(each, kind) for each in given):
                raise ValueError(
                    f"primitive {self.name!r}: expected {name} as a tuple of {kind.__name__}, got {given!r:.60}; "
                    "write a comma after a single one, and () after the name of a law"
                )
        for name in ("run", "sym"):
            if not callable(getattr(self, name)):
                raise ValueError(
                    f"primitive {self.name!r}: expected {name} as a function, got {getattr(self, name)!r:.60}"
                )
        for name in ("python", "smt"):
            self._check_template(name)

    @property
    def on_single_values(self) -> bool:
        """Whether there are arguments, and neither vectors nor functions among them or as the result."""
        kinds = (*self.type.args, self.type.result)
        return bool(self.type.args) and not any(isinstance(kind, Fn) or is_vector(kind) for kind in kinds)

    def _check_template(self, name: str) -> None:
        template = getattr(self, name)
        try:
            if template is not None:
                template.format(*self.type.args)
        except (AttributeError, IndexError, KeyError, ValueError) as error:
            raise ValueError(
                f"primitive {self.name!r}: expected {name} as a text with {{}} for each of {len(self.type.args)} "
                f"arguments, got {template!r:.60} ({error}); mend it"
            ) from None

    def _check_type(self) -> None:
        if len(self.type.args) > ARITY:
            raise ValueError(
                f"primitive {self.name!r}: expected at most {ARITY} arguments, got {len(self.type.args)}; "
                "split it into primitives of fewer arguments"
            )
        functions = [given for given in self.type.args if isinstance(given, Fn)]
        if not self.type.args and isinstance(self.type.result, Fn):  # a constant of function type
            functions.append(self.type.result)
        inner = [part for given in functions for part in (*given.args, given.result)]
        for given in (*self.type.args, self.type.result, *inner):
            if not (known(given) or (isinstance(given, Fn) and given in functions)):
                raise ValueError(
                    f"primitive {self.name!r}: expected types among bool, int, real, bits, modulus, Z(name), "
                    f"BV(width), list, sequence, selector, stream, and functions of these as arguments, got {given}"
                )
        if carrier(self.type.result) == MODULUS:
            raise ValueError(
                f"primitive {self.name!r}: expected a result other than modulus; only named terminals are moduli, "
                "so return int"
            )

        self._check_directions()

    def _check_directions(self) -> None:
        places = range(len(self.type.args))
        for inverse in self.inverses:
            if inverse.place not in places:
                raise ValueError(
                    f"primitive {self.name!r}: expected an inverse for an argument among {list(places)}, "
                    f"got place {inverse.place}; count from 0"
                )
        if self.choice is not None and not (len(places) == 3 and self.type.args[1:] == (self.type.result,) * 2):
            raise ValueError(
                f"primitive {self.name!r}: expected a choice to be of type (c, t, t) -> t, got {self.type}; "
                "remove `choice`"
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


def known(given: Any) -> bool:
    """Whether values of this type can be held in arrays."""
    return isinstance(given, Type) and (
        given.width is not None or plain(carrier(given)) in (BOOL, INT, REAL, BITS, MODULUS, *VECTORS)
    )
