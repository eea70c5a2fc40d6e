"""Claims about a primitive, equations over typed draws: tested, and a counterexample is made as small as it gets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.checks.draws import Function, neighbours, said, single, take
from synth.language.alike import agree
from synth.language.primitive import Primitive
from synth.language.types import dtype_of, is_vector
from synth.language.xp import NUMPY

STEPS = 100  # of making a counterexample smaller
TRIES = 64  # rows of a step: one shape, so that JAX compiles once


@dataclass(frozen=True, slots=True)
class Claim:
    """Both sides of an equation on columns of these types, and the sentence for values where they differ.

    `sides(columns)` gives two arrays of shape (rows, ...) and, of shape (rows,), where the equation is claimed.
    """

    kinds: tuple[Any, ...]
    sides: Callable[[Sequence[Any]], tuple[np.ndarray, np.ndarray, np.ndarray]]
    sentence: Callable[[list[str], str, str], str]


def verify(claim: Claim, columns: Sequence[Any]) -> None:
    """ValueError, with a counterexample as small as it could be made, where a row of the columns contradicts."""
    rows = failing(claim, columns)
    if not len(rows):
        return
    row = shrink(claim, take(columns, rows[:1]))
    with np.errstate(all="ignore"):
        left, right, _ = claim.sides(row)
    raise ValueError(claim.sentence([said(single(values)) for values in row], said(left[0]), said(right[0])))


def failing(claim: Claim, columns: Sequence[Any]) -> np.ndarray:
    """Rows where the sides differ."""
    with np.errstate(all="ignore"):
        left, right, where = claim.sides(columns)
    return np.flatnonzero(unlike(left, right) & where)


def shrink(claim: Claim, row: list[Any]) -> list[Any]:
    for _ in range(STEPS):
        tries = neighbours(claim.kinds, row)
        if not tries:
            return row
        many = next(len(values) for values in tries if not isinstance(values, Function))
        tries = take(tries, np.minimum(np.arange(TRIES), many - 1))
        try:
            rows = failing(claim, tries)
        except ValueError:  # the smaller values break something else; what was found stands
            return row
        if not len(rows):
            return row
        row = take(tries, rows[:1])
    return row


def unlike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which rows differ, reals by more than the tolerance; shape (rows,)."""
    with np.errstate(all="ignore"):
        same = np.asarray(agree(one, other))
    return np.logical_not(same.reshape(len(one), -1).all(axis=1))


def rows_of(columns: Sequence[Any], otherwise: int) -> int:
    return next((len(values) for values in columns if not isinstance(values, Function)), otherwise)


def on_numpy(primitive: Primitive, columns: Sequence[Any], rows: int) -> np.ndarray:
    """`run` on numpy, one value a row."""
    return spread(primitive, np.asarray(primitive.run(NUMPY, *columns)), rows)


def spread(primitive: Primitive, values: np.ndarray, rows: int) -> np.ndarray:
    """A result as rows: a primitive without arguments has one value for all of them."""
    inner = values.shape[-1:] if is_vector(primitive.type.result) else ()
    return np.broadcast_to(values, (rows, *inner)).astype(dtype_of(primitive.type.result), copy=False)


def defined_on(primitive: Primitive, columns: Sequence[Any], rows: int) -> np.ndarray:
    """Where the primitive is defined; shape (rows,)."""
    if primitive.defined is None:
        return np.ones(rows, dtype=bool)
    return np.broadcast_to(np.asarray(primitive.defined(NUMPY, *columns)), (rows,))


def attempt(primitive: Primitive, view: str, call: Callable[[], Any], where: str) -> Any:
    """The call's value; a ValueError that names the primitive and the view where it raises."""
    try:
        with np.errstate(all="ignore"):
            return call()
    except Exception as error:
        why = (str(error).splitlines() or [""])[0]  # JAX goes on for a page
        raise ValueError(
            f"primitive {primitive.name!r}: {view} raised {type(error).__name__} ({why}) {where}"
        ) from error
