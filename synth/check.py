"""Checks of a primitive: that its views agree with each other, and that its declared laws hold."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from synth.laws import Law
from synth.primitive import Primitive
from synth.program import Program, apply, terminal
from synth.types import BITS, BOOL, INT, MODULUS, REAL, Type, carrier, dtype_of
from synth.xp import NUMPY, jax_xp

DRAWS = 256
SLOW_DRAWS = 40  # for sympy and Python, the smallest unlike draws
GRID = 5
TOLERANCE = 1e-9  # of reals, relative and absolute
REMEDY = "use only operators and names of synth.xp, elementwise"


def check_primitive(primitive: Primitive, *, seed: int = 0) -> None:
    """ValueError, with the smallest counterexample drawn, where views disagree or a law fails.

    Compared on random typed arguments: `run` on numpy and JAX, `sym`, the Python view where there is one, the
    result's shape and type, evaluation in blocks, and each declared law.
    """
    arguments, expected = check_run(primitive, seed=seed)
    random = np.random.default_rng(seed + 1)
    kinds = [carrier(kind) for kind in primitive.type.args]
    program = apply(primitive, *(terminal(name_of(i), kind) for i, kind in enumerate(kinds)))
    columns = {name_of(i): values for i, values in enumerate(arguments)} or {"row": np.zeros(DRAWS)}
    attempt(primitive, "run", lambda: trace(program, columns), "under jax.jit; " + REMEDY)
    on_jax = attempt(primitive, "run", lambda: program.run(columns, "jax"), "on JAX; " + REMEDY)
    compare(primitive, arguments, expected, on_jax, ("numpy", "JAX"))
    rows = smallest(arguments)
    few = [values[rows] for values in arguments]
    compare(primitive, few, expected[rows], run_sympy(primitive, program, few), ("numpy", "sympy"))
    if primitive.python is not None:
        compare(primitive, few, expected[rows], run_python(primitive, program, few), ("numpy", "Python"))
    for law in primitive.laws:
        check_law(primitive, law, random)


def trace(program: Program, columns: dict[str, np.ndarray]) -> None:
    """Raises where `run` needs values: numpy's own functions do, and JAX hands them symbols."""
    import jax

    with jax.enable_x64(True):
        jax.eval_shape(partial(program.evaluate, jax_xp()), columns)


def smallest(arguments: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of the smallest unlike draws, repeated where there are fewer than asked for; shape (SLOW_DRAWS,)."""
    first = np.unique(np.stack(arguments), axis=1, return_index=True)[1] if arguments else np.zeros(1, int)
    return np.resize(np.sort(first)[:SLOW_DRAWS], SLOW_DRAWS)


def check_run(primitive: Primitive, *, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Random arguments and `run`'s values on numpy; ValueError unless shape, type and blocks are right.

    The search relies on this and asks for it before it starts; it needs neither JAX nor sympy.
    """
    random = np.random.default_rng(seed)
    arguments = draw([carrier(kind) for kind in primitive.type.args], DRAWS, random)
    values = run_plain(primitive, arguments)
    check_blocks(primitive, arguments)
    return arguments, values


def run_plain(primitive: Primitive, arguments: Sequence[np.ndarray]) -> np.ndarray:
    """`run` on numpy, its shape and type checked."""
    values = np.asarray(attempt(primitive, "run", lambda: primitive.run(NUMPY, *arguments), "on numpy; " + REMEDY))
    shape = (DRAWS,) if arguments else ()
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
    return np.broadcast_to(values, (DRAWS,))


def check_blocks(primitive: Primitive, arguments: Sequence[np.ndarray]) -> None:
    """The search evaluates whole blocks at once, one axis an argument."""
    arity = len(arguments)
    if not arity:
        return
    axes = [values[:GRID].reshape([-1 if i == j else 1 for j in range(arity)]) for i, values in enumerate(arguments)]
    block = attempt(primitive, "run", lambda: primitive.run(NUMPY, *axes), "on a block; " + REMEDY)
    flat = [values.reshape(-1) for values in np.broadcast_arrays(*axes)]
    single = attempt(primitive, "run", lambda: primitive.run(NUMPY, *flat), "on numpy; " + REMEDY)
    if np.shape(block) != (GRID,) * arity:
        raise ValueError(
            f"primitive {primitive.name!r}: expected a block of shape {(GRID,) * arity}, "
            f"got {np.shape(block)}; {REMEDY}"
        )
    compare(primitive, flat, np.asarray(single), np.reshape(block, -1), ("single rows", "blocks"))


def run_sympy(primitive: Primitive, program: Program, arguments: Sequence[np.ndarray]) -> np.ndarray:
    attempt(primitive, "sym", program.sympy, "on symbols; use sympy functions")
    return by_row(primitive, "sym", "on numbers; use sympy functions", primitive.sym, arguments, to_sympy)


def run_python(primitive: Primitive, program: Program, arguments: Sequence[np.ndarray]) -> np.ndarray:
    scope: dict[str, Any] = {}
    source = program.python([name_of(i) for i in range(len(arguments))])
    attempt(primitive, "python", lambda: exec(source, scope), "as source; check the template and `define`")
    return by_row(primitive, "python", "as source; check the template", scope["program"], arguments, np.ndarray.item)


def by_row(
    primitive: Primitive,
    view: str,
    where: str,
    function: Callable[..., Any],
    arguments: Sequence[np.ndarray],
    convert: Callable[[Any], Any],
) -> np.ndarray:
    """A function of single values, on every row, in the result's type."""
    kind = carrier(primitive.type.result)
    plain = {BOOL: bool, REAL: float}.get(kind, whole)
    rows = [[convert(value[row : row + 1]) for value in arguments] for row in range(SLOW_DRAWS)]
    values = attempt(primitive, view, lambda: [plain(function(*row)) for row in rows], where)
    return np.array(values, dtype=dtype_of(kind))


def whole(value: Any) -> int:
    if int(value) != value:
        raise TypeError(f"expected an integer, got {value}")
    return int(value)


def to_sympy(value: np.ndarray) -> Any:
    import sympy

    return sympy.sympify(value.item())


def check_law(primitive: Primitive, law: Law, random: np.random.Generator) -> None:
    kinds = [carrier(primitive.type.args[place]) for place in law.variables]
    values = draw(kinds, DRAWS, random)

    def f(*arguments: np.ndarray) -> np.ndarray:
        return primitive.run(NUMPY, *arguments)

    left, right = attempt(primitive, f"law {law.name!r}", lambda: law.equation(f, *values), "on numpy; remove the law")
    sides = zip(left, right, strict=True) if isinstance(left, tuple) else ((left, right),)
    for one, other in sides:
        bad = unlike(np.broadcast_to(one, (DRAWS,)), np.broadcast_to(other, (DRAWS,)))
        if len(bad):
            row = bad[0]
            given = ", ".join(f"{x} = {v[row]}" for x, v in zip("xyzuvw", values, strict=False))
            raise ValueError(
                f"primitive {primitive.name!r}: the law {law.name!r} fails at {given}: "
                f"{np.broadcast_to(one, (DRAWS,))[row]} is not {np.broadcast_to(other, (DRAWS,))[row]}; "
                "remove the law or mend run"
            )


def draw(kinds: Sequence[Type], count: int, random: np.random.Generator) -> list[np.ndarray]:
    """Typed random columns, rows from small to large, so that the first row that differs is a small one."""
    columns = [column(kind, count, random) for kind in kinds]
    size = sum((np.abs(values.astype(np.float64)) for values in columns), np.zeros(count))
    order = np.argsort(size, kind="stable")
    return [values[order] for values in columns]


def column(kind: Type, count: int, random: np.random.Generator) -> np.ndarray:
    if kind.width is not None:
        return word_column(kind.width, count, random)
    small, large = random.integers(-4, 5, count), random.integers(-1000, 1001, count)
    mixed = np.where(random.random(count) < 0.7, small, large)
    if kind == BOOL:
        return random.integers(0, 2, count).astype(bool)
    if kind == REAL:
        return np.where(random.random(count) < 0.3, small, random.normal(0.0, 3.0, count)).astype(np.float64)
    return {INT: mixed, MODULUS: np.abs(mixed) % 97 + 1, BITS: np.abs(mixed)}[kind].astype(np.int64)


def word_column(width: int, count: int, random: np.random.Generator) -> np.ndarray:
    """Bit-vectors: small ones, shift amounts about the width, any, and both ends with their neighbours."""
    mask = 2**width - 1
    edges = [value & mask for value in (0, 1, mask, mask - 1, mask >> 1, (mask >> 1) + 1, width - 1, width, width + 1)]
    small = random.integers(0, 9, count).astype(np.uint64) & np.uint64(mask)
    large = random.integers(0, mask, count, dtype=np.uint64, endpoint=True)
    edge = random.choice(np.array(edges, np.uint64), count)
    return np.choose(random.integers(0, 3, count), [small, large, edge])


def compare(
    primitive: Primitive,
    arguments: Sequence[np.ndarray],
    one: np.ndarray,
    other: np.ndarray,
    views: tuple[str, str],
) -> None:
    bad = unlike(one, other)
    if len(bad):
        row = bad[0]
        given = ", ".join(str(values[row]) for values in arguments)
        raise ValueError(
            f"primitive {primitive.name!r}: {views[0]} and {views[1]} disagree at ({given}): "
            f"{one[row]} and {other[row]}; make both say the same, total functions included"
        )


def unlike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if one.dtype == np.float64:
        same = np.isclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    else:
        same = one == other
    return np.flatnonzero(~same)


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


def name_of(place: int) -> str:
    return "abc"[place]
