"""What a primitive declares beside its views, as claims: laws, inverses, and the choice."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from synth.checks.claims import Claim, attempt, defined_on, on_numpy, rows_of, unlike, verify
from synth.checks.draws import draw
from synth.language.laws import Law
from synth.language.primitive import Inverse, Primitive
from synth.language.types import carrier
from synth.language.xp import NUMPY

DRAWS = 256
SELDOM = 0.1  # a proposal that gives the result back in fewer draws is of no use


def check_law(primitive: Primitive, law: Law, random: np.random.Generator) -> None:
    """ValueError where an equation of the law does not hold on random arguments."""
    columns = draw([primitive.type.args[place] for place in law.variables], DRAWS, random)
    for claim in equations(primitive, law, columns):
        verify(claim, columns)


def equations(primitive: Primitive, law: Law, columns: Sequence[Any]) -> Iterator[Claim]:
    """A claim for each equation of the law; the columns only tell how many there are."""

    def both(values: Sequence[Any]) -> tuple[Any, Any, np.ndarray]:
        rows = rows_of(values, DRAWS)
        where = np.ones(rows, dtype=bool)

        def f(*given: Any) -> np.ndarray:
            nonlocal where
            where = where & defined_on(primitive, given, rows)
            return on_numpy(primitive, given, rows)

        left, right = attempt(
            primitive, f"law {law.name!r}", lambda: law.equation(f, *values), "on numpy; remove the law"
        )
        return left, right, where

    def sides(values: Sequence[Any], place: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        left, right, where = both(values)
        if place is not None:
            left, right = left[place], right[place]
        one, other = np.broadcast_arrays(left, right)
        rows = (len(where), *np.shape(one)[1:])
        return np.broadcast_to(one, rows), np.broadcast_to(other, rows), where

    def sentence(values: list[str], one: str, other: str) -> str:
        given = ", ".join(f"{name} = {value}" for name, value in zip("xyzuvw", values, strict=False))
        return (
            f"primitive {primitive.name!r}: the law {law.name!r} fails at {given}: {one} is not {other}; "
            "remove the law or mend run"
        )

    kinds = tuple(carrier(primitive.type.args[place]) for place in law.variables)
    left = both(columns)[0]
    for place in range(len(left)) if isinstance(left, tuple) else (None,):
        yield Claim(kinds, lambda values, place=place: sides(values, place), sentence)


def check_inverse(primitive: Primitive, inverse: Inverse, random: np.random.Generator) -> None:
    """ValueError where the inverse does not find the argument, or a proposal hardly ever gives the result back."""
    columns = draw(primitive.type.args, DRAWS, random)
    proposed(primitive, inverse, columns)
    if inverse.exact:
        verify(finds(primitive, inverse), columns)
    else:
        claim = gives_back(primitive, inverse)
        left, right, where = claim.sides(columns)
        right_rows = ~unlike(left, right) & where
        if right_rows.sum() < SELDOM * max(where.sum(), 1):
            verify(claim, columns)


def proposed(primitive: Primitive, inverse: Inverse, columns: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The result, and the argument that the inverse gives for it."""
    place, rows = inverse.place, rows_of(columns, DRAWS)
    others = [values for i, values in enumerate(columns) if i != place]
    result = on_numpy(primitive, columns, rows)
    what = f"the inverse of argument {place}"
    values = attempt(primitive, what, lambda: np.asarray(inverse.run(NUMPY, result, *others)), "on numpy; mend it")
    wanted = columns[place]
    if values.dtype != wanted.dtype or values.shape not in ((), wanted.shape):
        raise ValueError(
            f"primitive {primitive.name!r}: expected {what} to return {wanted.dtype} of shape {wanted.shape}, "
            f"got {values.dtype} of shape {values.shape}; compute it elementwise, in the argument's type"
        )
    return result, np.broadcast_to(values, wanted.shape)


def finds(primitive: Primitive, inverse: Inverse) -> Claim:
    """The argument itself comes back from the result: it gives the result, and no other one does."""

    def sides(columns: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        where = defined_on(primitive, columns, rows_of(columns, DRAWS))
        return proposed(primitive, inverse, columns)[1], columns[inverse.place], where

    def sentence(values: list[str], one: str, other: str) -> str:
        return (
            f"primitive {primitive.name!r}: the inverse of argument {inverse.place} fails at ({', '.join(values)}): "
            f"it finds {one}, not {other}; mend it, or say exact=False where several arguments give one result"
        )

    return Claim(primitive.type.args, sides, sentence)


def gives_back(primitive: Primitive, inverse: Inverse) -> Claim:
    """What the inverse proposes gives the result."""

    def sides(columns: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = rows_of(columns, DRAWS)
        result, values = proposed(primitive, inverse, columns)
        given = [values if i == inverse.place else column for i, column in enumerate(columns)]
        return on_numpy(primitive, given, rows), result, defined_on(primitive, columns, rows)

    def sentence(values: list[str], one: str, other: str) -> str:
        return (
            f"primitive {primitive.name!r}: the inverse of argument {inverse.place} hardly ever gives the result "
            f"back, e.g. at ({', '.join(values)}): its proposal gives {one}, not {other}; mend or remove it"
        )

    return Claim(primitive.type.args, sides, sentence)


def check_choice(primitive: Primitive, random: np.random.Generator) -> None:
    """ValueError where the primitive is not its second argument under `when`, and its third elsewhere."""

    def sides(columns: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = rows_of(columns, DRAWS)
        condition, yes, no = columns
        holds = chosen(primitive, condition, rows)
        holds = holds.reshape((rows, *[1] * (np.ndim(yes) - 1)))
        return on_numpy(primitive, columns, rows), np.where(holds, yes, no), defined_on(primitive, columns, rows)

    def sentence(values: list[str], one: str, other: str) -> str:
        return (
            f"primitive {primitive.name!r}: the choice fails at ({', '.join(values)}): run gives {one}, not the "
            f"chosen {other}; mend `when` or remove the choice"
        )

    verify(Claim(primitive.type.args, sides, sentence), draw(primitive.type.args, DRAWS, random))


def chosen(primitive: Primitive, condition: np.ndarray, rows: int) -> np.ndarray:
    assert primitive.choice is not None
    when = primitive.choice.when
    holds = attempt(primitive, "the choice's `when`", lambda: np.asarray(when(NUMPY, condition)), "on numpy; mend it")
    if holds.dtype != bool or holds.shape != (rows,):
        raise ValueError(
            f"primitive {primitive.name!r}: expected the choice's `when` to return bool of shape {(rows,)}, "
            f"got {holds.dtype} of shape {holds.shape}; compute a condition elementwise"
        )
    return holds
