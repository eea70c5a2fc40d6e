"""The terminals that a specification gives to its programs, and their columns.

Arguments are called x0, x1, ... where all are Boolean or there are more than four, otherwise a, b, c, d. A named
number is an integer, and a modulus where it is the modulus of a residue type. Where all arguments are Boolean and there
are at least two, `bits` (with a _ behind where an argument has that name) holds all of them packed in one integer, the
first lowest.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped

from synth.language.naming import free
from synth.language.program import Terminal
from synth.language.spec import Spec
from synth.language.types import BITS, BOOL, INT, MODULUS, Fn, dtype_of

PACKED = 62  # Booleans in one non-negative int64


def argument_names(spec: Spec) -> tuple[str, ...]:
    """The names of the arguments: the specification's own, or those of its type."""
    return spec.names or names_of(spec.type)


def names_of(type: Fn) -> tuple[str, ...]:
    if len(type.args) > 4 or all(kind == BOOL for kind in type.args):
        return tuple(f"x{i}" for i in range(len(type.args)))
    return tuple("abcd"[: len(type.args)])


def terminals(spec: Spec) -> tuple[Terminal, ...]:
    """Everything that a program for this specification may name."""
    names = argument_names(spec)
    clash = sorted({*names, packed_name(spec)} & set(spec.terminals))
    if clash:
        raise ValueError(
            f"spec: expected terminals with names other than the arguments', got {clash[0]!r}; rename the terminal"
        )
    moduli = {kind.modulus for kind in (*spec.type.args, spec.type.result)} - {None}
    missing = sorted(str(name) for name in moduli if name not in spec.terminals)
    if missing:
        raise ValueError(
            f"spec of type {spec.type}: expected the number behind {missing[0]!r}, got terminals "
            f"{dict(spec.terminals)}; give terminals={{{missing[0]!r}: ...}}"
        )
    named = tuple(Terminal(name, MODULUS if name in moduli else INT) for name in spec.terminals)
    packed = (Terminal(packed_name(spec), BITS),) if packs(spec.type) else ()
    return (*(Terminal(name, kind) for name, kind in zip(names, spec.type.args, strict=True)), *named, *packed)


def packed_name(spec: Spec) -> str:
    """What the packed arguments are called."""
    return free("bits", argument_names(spec))


def packs(type: Fn) -> bool:
    return 2 <= len(type.args) <= PACKED and all(kind == BOOL for kind in type.args)


def columns(spec: Spec, inputs: Sequence[Shaped[np.ndarray, " rows"]]) -> dict[str, Shaped[np.ndarray, " rows"]]:
    """A column for each terminal, for inputs in the specification's layout."""
    if len(inputs) != len(spec.type.args):
        raise ValueError(
            f"expected {len(spec.type.args)} input arrays for type {spec.type}, got {len(inputs)}; "
            "give one array of shape (rows,) for each argument"
        )
    arrays = [
        typed(values, dtype_of(kind), f"input {place}")
        for place, (values, kind) in enumerate(zip(inputs, spec.type.args, strict=True))
    ]
    table = dict(zip(argument_names(spec), arrays, strict=True))
    rows = len(arrays[0]) if arrays else len(spec.outputs)
    table |= {name: np.full(rows, value, dtype=np.int64) for name, value in spec.terminals.items()}
    if packs(spec.type):
        table[packed_name(spec)] = 2 ** np.arange(len(arrays)) @ np.stack(arrays).astype(np.int64)
    return table


def typed(values: np.ndarray, dtype: np.dtype, what: str) -> np.ndarray:
    """The values in a carrier's dtype; ValueError where that would change them."""
    values = np.asarray(values)
    cast = values.astype(dtype)
    same = (cast == values) | (values != values)
    wrong = np.flatnonzero(~same.all(axis=tuple(range(1, same.ndim))))
    if len(wrong):
        raise ValueError(
            f"{what}: expected values of {dtype}, got {values[wrong[0]]} in row {wrong[0]}; "
            "change the value or the declared type"
        )
    return cast
