"""Checks of a primitive: that its views agree with each other, and that what it declares holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synth.checks.claims import attempt, defined_on, spread, unlike, verify
from synth.checks.compiled import on_numba
from synth.checks.declared import DRAWS, check_choice, check_inverse, check_law
from synth.checks.draws import CAPACITY, Function, draw, moderate, said, single, take
from synth.checks.views import REMEDY, on_jax, on_python, on_sympy, same
from synth.language.primitive import Primitive
from synth.language.types import Fn, dtype_of, is_vector
from synth.language.xp import NUMPY

SLOW_DRAWS = 40  # for sympy and Python: most of them the smallest unlike draws, the others from everywhere
FAR_DRAWS = 8
GRID = 5
WORD = 64  # bits
ALONE = "make run a function of its arguments alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was tested of a primitive, each in a few words, and a sentence for everything that is wrong."""

    done: tuple[str, ...]
    faults: tuple[str, ...]


def check_primitive(primitive: Primitive, *, seed: int = 0, jax: bool = True) -> None:
    """ValueError, with a counterexample as small as could be made, where views disagree or a declaration fails.

    Tested on random typed arguments and edge values: the result's shape and type, that equal arguments give equal
    results, evaluation in blocks, `run` on numpy and JAX, `sym`, the Python view where there is one, and each declared
    law, inverse and choice. Without `jax`, all that a search and its answer rely on.
    """
    for name, test in trials(primitive, seed):
        if jax or name != "JAX":
            test()


def examine(primitive: Primitive, *, seed: int = 0) -> Checked:
    """All that is wrong, `run` as numba compiles it included; where `run` itself is, nothing else is tested."""
    done: list[str] = []
    faults: list[str] = []
    for name, test in trials(primitive, seed, compiled=True):
        try:
            test()
        except ValueError as error:
            faults.append(str(error))
            if not done:
                break
        else:
            done.append(name)
    return Checked(done=tuple(done), faults=tuple(faults))


def trials(primitive: Primitive, seed: int, *, compiled: bool = False) -> Iterator[tuple[str, Callable[[], None]]]:
    """What there is to test, by name; the first is what the search relies on."""
    primitive = applied(primitive)
    random = np.random.default_rng(seed + 1)
    yield "run", lambda: void(check_run(primitive, seed=seed))
    columns = draw(primitive.type.args, DRAWS, np.random.default_rng(seed))
    few = take(columns, few_rows(primitive, columns))
    yield "JAX", lambda: verify(same(primitive, on_jax(primitive), "JAX"), columns)
    if compiled and (view := on_numba(primitive)) is not None:
        yield "numba", lambda: verify(same(primitive, view, "numba"), columns)
    yield "sympy", lambda: verify(same(primitive, on_sympy(primitive), "sympy"), few)
    if primitive.python is not None:
        yield "Python", lambda: verify(same(primitive, on_python(primitive), "Python"), few)
    for law in primitive.laws:
        yield law.name, lambda law=law: check_law(primitive, law, random)
    for inverse in primitive.inverses:
        name = f"{'inverse' if inverse.exact else 'proposal'} of argument {inverse.place}"
        yield name, lambda inverse=inverse: check_inverse(primitive, inverse, random)
    if primitive.choice is not None:
        yield "choice", lambda: check_choice(primitive, random)


def void(_: Any) -> None:
    pass


def applied(primitive: Primitive) -> Primitive:
    """A primitive whose result is a function, as the one that also takes what the function takes."""
    result, arity = primitive.type.result, len(primitive.type.args)
    if not isinstance(result, Fn):
        return primitive
    template = None if primitive.python is None else f"{primitive.python}({', '.join(['{}'] * len(result.args))})"
    return replace(
        primitive,
        type=Fn((*primitive.type.args, *result.args), result.result),
        run=lambda xp, *given: primitive.run(xp, *given[:arity])(*given[arity:]),
        sym=lambda *given: primitive.sym(*given[:arity])(*given[arity:]),
        python=template,
    )


def few_rows(primitive: Primitive, columns: Sequence[Any]) -> np.ndarray:
    """Rows for the slow views: the smallest unlike draws, and some from everywhere, none with very large integers."""
    arrays = [values.reshape(DRAWS, -1) for values in columns if not isinstance(values, Function)]
    if not arrays:
        return np.zeros(1, dtype=int)
    table = np.concatenate([values.astype(np.float64) for values in arrays], axis=1)
    first = np.zeros(DRAWS, dtype=bool)
    first[np.unique(table, axis=0, return_index=True)[1]] = True
    rows = np.flatnonzero(first & moderate(primitive.type.args, columns, DRAWS))
    near, far = rows[: SLOW_DRAWS - FAR_DRAWS], rows[SLOW_DRAWS - FAR_DRAWS :]
    return np.concatenate([near, far[np.linspace(0, len(far) - 1, min(FAR_DRAWS, len(far))).astype(int)]])


def check_run(primitive: Primitive, *, seed: int = 0) -> tuple[list[Any], np.ndarray]:
    """Random arguments and `run`'s values on numpy; ValueError unless shape, type, repetition and blocks are right.

    The search relies on this and asks for it before it starts; it needs neither JAX nor sympy.
    """
    primitive = applied(primitive)
    random = np.random.default_rng(seed)
    columns = draw(primitive.type.args, DRAWS, random)
    kept = [values if isinstance(values, Function) else values.copy() for values in columns]
    values = run_plain(primitive, columns)
    check_repetition(primitive, kept, columns, values)
    check_blocks(primitive, columns)
    return columns, values


def run_plain(primitive: Primitive, columns: Sequence[Any]) -> np.ndarray:
    """`run` on numpy, its shape and type checked."""
    values = np.asarray(attempt(primitive, "run", lambda: primitive.run(NUMPY, *columns), "on numpy; " + REMEDY))
    arrays = any(not isinstance(values, Function) for values in columns)
    inner = (1 + CAPACITY,) if is_vector(primitive.type.result) and arrays else values.shape[-1:] if not arrays else ()
    shape = (*((DRAWS,) if arrays else ()), *(inner if is_vector(primitive.type.result) else ()))
    if values.shape != shape:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a result of the arguments' shape {shape}, "
            f"got {values.shape}; {REMEDY}"
        )
    dtype = dtype_of(primitive.type.result)
    if values.dtype != dtype:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a result of {dtype} for the type {primitive.type.result}, "
            f"got {values.dtype}; convert it with xp.integer or xp.real, or change the declared type"
        )
    check_defined(primitive, columns, arrays)
    rows = spread(primitive, values, DRAWS)
    check_values(primitive, columns, rows)
    return rows


def check_values(primitive: Primitive, columns: Sequence[Any], values: np.ndarray) -> None:
    """Words have no ones above their width; vectors are a length, the items, zeros beyond them."""
    kind = primitive.type.result
    if kind.width is not None and kind.width < WORD:
        wrong = values >> np.uint64(kind.width) != 0
        wanted, remedy = f"below 2**{kind.width}", f"end run with `& xp.unsigned({2**kind.width - 1})`"
    elif is_vector(kind):
        lengths, items = values[:, :1], values[:, 1:]
        beyond = np.arange(items.shape[1]) >= lengths
        wrong = ((lengths < 0) | (lengths > items.shape[1]) | (beyond & (items != 0))).any(axis=1)
        wanted, remedy = "as a length, so many items, and zeros", "make them with xp.vector or xp.like"
    else:
        return
    rows = np.flatnonzero(wrong & defined_on(primitive, columns, DRAWS))
    if len(rows):
        given = ", ".join(said(single(column)) for column in take(columns, rows))
        raise ValueError(
            f"primitive {primitive.name!r}: expected results of type {kind} {wanted}, got "
            f"{values[rows[0]].tolist()} at ({given}); {remedy}"
        )


def check_defined(primitive: Primitive, columns: Sequence[Any], arrays: bool) -> None:
    if primitive.defined is None:
        return
    where = np.asarray(
        attempt(primitive, "defined", lambda: primitive.defined(NUMPY, *columns), "on numpy; " + REMEDY)  # pyright: ignore[reportOptionalCall]
    )
    if where.dtype != bool or where.shape not in ((DRAWS,) if arrays else (), ()):
        raise ValueError(
            f"primitive {primitive.name!r}: expected `defined` to return bool of shape {(DRAWS,)}, "
            f"got {where.dtype} of shape {where.shape}; compare elementwise"
        )
    if not where.any():
        raise ValueError(
            f"primitive {primitive.name!r}: expected `defined` to hold somewhere, got False on all of {DRAWS} draws; "
            "mend it, or leave it out"
        )


def check_repetition(primitive: Primitive, kept: Sequence[Any], columns: Sequence[Any], values: np.ndarray) -> None:
    """The arguments are as they were, and `run` says the same of them after other calls and in another order."""
    for place, (before, after) in enumerate(zip(kept, columns, strict=True)):
        if not isinstance(before, Function) and not np.array_equal(before, after):
            raise ValueError(
                f"primitive {primitive.name!r}: expected run to leave its arguments as they are, "
                f"got argument {place + 1} changed; return a new array"
            )
    first = values.copy()
    for order in (slice(None, None, -1), slice(None)):
        given = take(kept, order)
        again = np.asarray(attempt(primitive, "run", lambda given=given: primitive.run(NUMPY, *given), ALONE))
        compare_again(primitive, kept, first, spread(primitive, again, DRAWS)[order])


def compare_again(primitive: Primitive, kept: Sequence[Any], first: np.ndarray, again: np.ndarray) -> None:
    equal = (first == again) | ((first != first) & (again != again))
    rows = np.flatnonzero(~equal.reshape(DRAWS, -1).all(axis=1))
    if len(rows):
        given = ", ".join(said(single(values)) for values in take(kept, rows))
        raise ValueError(
            f"primitive {primitive.name!r}: expected one result for the same arguments ({given}), "
            f"got {said(first[rows[0]])}, then {said(again[rows[0]])}; {ALONE}"
        )


def check_blocks(primitive: Primitive, columns: Sequence[Any]) -> None:
    """The search evaluates whole blocks at once, one axis an argument."""
    arity = sum(not isinstance(values, Function) for values in columns)
    if not arity:
        return
    places = np.indices((GRID,) * arity).reshape(arity, -1)
    axes, flat, axis = [], [], 0
    for values in columns:
        if isinstance(values, Function):
            axes.append(values)
            flat.append(values)
            continue
        axes.append(values[:GRID].reshape([*(GRID if axis == j else 1 for j in range(arity)), *values.shape[1:]]))
        flat.append(values[places[axis]])
        axis += 1
    block = np.asarray(attempt(primitive, "run", lambda: primitive.run(NUMPY, *axes), "on a block; " + REMEDY))
    lone = np.asarray(attempt(primitive, "run", lambda: primitive.run(NUMPY, *flat), "on numpy; " + REMEDY))
    if block.shape != (GRID,) * arity + lone.shape[1:]:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a block of shape {(GRID,) * arity + lone.shape[1:]}, "
            f"got {block.shape}; {REMEDY}"
        )
    compare_block(primitive, flat, lone, block.reshape(lone.shape))


def compare_block(primitive: Primitive, flat: Sequence[Any], lone: np.ndarray, block: np.ndarray) -> None:
    rows = np.flatnonzero(unlike(lone, block))
    if len(rows):
        given = ", ".join(said(single(values)) for values in take(flat, rows))
        raise ValueError(
            f"primitive {primitive.name!r}: single rows and blocks disagree at ({given}): {said(lone[rows[0]])} and "
            f"{said(block[rows[0]])}; make both say the same, total functions included"
        )
