"""Typed random values for checks: small ones, any, and the edges where views usually part; sorted from small to large.

A type's draws, its smaller values and its forms in Python and sympy stand here and nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth.language.types import (
    BITS,
    BOOL,
    INT,
    MODULUS,
    REAL,
    SELECTOR,
    VECTORS,
    Fn,
    Type,
    carrier,
    dtype_of,
    is_vector,
    plain,
)

CAPACITY = 6  # items of a drawn vector
EDGES = (0, 1, -1, 62, 63, 64, 2**20, 2**31 - 1, 2**31, -(2**31), 2**32 + 1, 2**62, -(2**62), 2**63 - 1, -(2**63))
REAL_EDGES = (0.0, 1.0, -1.0, 0.5, -0.5, 1e-3, 100.0, -1000.0)
UNBOUNDED = 2**20  # Python and sympy do not wrap at 2**63, so they are asked about integers up to this size


@dataclass(frozen=True, slots=True)
class Function:
    """A drawn argument of function type: operators only, so that arrays, numbers and sympy expressions may enter."""

    text: str
    call: Callable[..., Any]

    def __call__(self, *values: Any) -> Any:
        return self.call(*values)

    def __str__(self) -> str:
        return self.text


FUNCTIONS = {
    (1, INT): (Function("x -> 2x + 1", lambda x: 2 * x + 1), Function("x -> x^2", lambda x: x * x)),
    (1, BOOL): (Function("x -> x > 1", lambda x: x > 1), Function("x -> x <= 0", lambda x: x <= 0)),
    (2, INT): (Function("x, y -> x - y", lambda x, y: x - y), Function("x, y -> xy + 1", lambda x, y: x * y + 1)),
    (2, BOOL): (Function("x, y -> x < y", lambda x, y: x < y), Function("x, y -> x + y > 2", lambda x, y: x + y > 2)),
}


def draw(kinds: Sequence[Any], count: int, random: np.random.Generator) -> list[Any]:
    """A column for each type, shape (count,) or (count, 1 + capacity), or a Function; rows from small to large."""
    columns = [column(carrier(kind), count, random) for kind in kinds]
    for kind, values in zip(kinds, columns, strict=True):
        if not isinstance(values, Function):
            values[0] = 1 if plain(kind) == MODULUS else 0  # the simplest row is always there
    return take(columns, np.argsort(sizes(columns, count), kind="stable"))


def column(kind: Any, count: int, random: np.random.Generator) -> Any:
    """Random values of one type, unsorted."""
    if isinstance(kind, Fn):
        known = FUNCTIONS[len(kind.args), kind.result]
        return known[random.integers(len(known))]
    if kind.width is not None:
        return words(kind.width, count, random)
    kind = plain(kind)
    if kind in VECTORS:
        return vectors(kind, count, random)
    if kind == BOOL:
        return random.integers(0, 2, count).astype(bool)
    if kind == REAL:
        parts = [random.integers(-4, 5, count), random.normal(0.0, 3.0, count), random.choice(REAL_EDGES, count)]
        return np.choose(random.choice(3, count, p=(0.3, 0.6, 0.1)), parts).astype(np.float64)
    values = integers(count, random)
    if kind == BITS:
        return np.where(values < 0, ~values, values) & (2**62 - 1)
    return np.abs(values) % 97 + 1 if kind == MODULUS else values


def integers(count: int, random: np.random.Generator) -> np.ndarray:
    parts = [random.integers(-4, 5, count), random.integers(-1000, 1001, count), random.choice(EDGES, count)]
    return np.choose(random.choice(3, count, p=(0.65, 0.2, 0.15)), parts).astype(np.int64)


def words(width: int, count: int, random: np.random.Generator) -> np.ndarray:
    """Bit-vectors: small ones, any, and edges: shift amounts about the width, both ends with their neighbours."""
    mask = 2**width - 1
    edges = [value & mask for value in (0, 1, mask, mask - 1, mask >> 1, (mask >> 1) + 1, width - 1, width, width + 1)]
    small = random.integers(0, 9, count).astype(np.uint64) & np.uint64(mask)
    any_ = random.integers(0, mask, count, dtype=np.uint64, endpoint=True)
    return np.choose(random.integers(0, 3, count), [small, any_, random.choice(np.array(edges, np.uint64), count)])


def vectors(kind: Type, count: int, random: np.random.Generator) -> np.ndarray:
    """Lengths from 0 to the capacity, items small; a selector's items are masks of its positions."""
    lengths = random.integers(0, CAPACITY + 1, count)
    inside = np.arange(CAPACITY) < lengths[:, None]
    items = random.integers(-9, 10, (count, CAPACITY))
    if kind == SELECTOR:
        items = random.integers(0, 2**CAPACITY, (count, CAPACITY)) % 2 ** lengths[:, None]
    return np.concatenate([lengths[:, None], np.where(inside, items, 0)], axis=1).astype(np.int64)


def take(columns: Sequence[Any], rows: Any) -> list[Any]:
    """The same rows of every column; functions have none."""
    return [values if isinstance(values, Function) else values[rows] for values in columns]


def sizes(columns: Sequence[Any], count: int) -> np.ndarray:
    """How far each row is from the simplest one: absolute values, broken numbers counted one more; shape (count,)."""
    total = np.zeros(count)
    for values in columns:
        if not isinstance(values, Function):
            numbers = np.asarray(values, dtype=np.float64).reshape(count, -1)
            total += (np.abs(numbers) + (numbers != np.round(numbers)) + 0.25 * (numbers < 0)).sum(axis=1)
    return total


def moderate(kinds: Sequence[Any], columns: Sequence[Any], count: int) -> np.ndarray:
    """Rows without integers so large that Python's and int64's would differ; shape (count,)."""
    kept = np.ones(count, dtype=bool)
    for kind, values in zip(kinds, columns, strict=True):
        if not isinstance(values, Function) and dtype_of(kind) == np.int64:
            kept &= (np.abs(values.astype(np.float64)).reshape(count, -1) <= UNBOUNDED).all(axis=1)
    return kept


def neighbours(kinds: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """Columns of rows like this one, one argument smaller in each, from small to large; none where it is the simplest.

    The columns of `row` have one row.
    """
    tries: list[list[Any]] = []
    for place, (kind, values) in enumerate(zip(kinds, row, strict=True)):
        if not isinstance(values, Function):
            for value in smaller(carrier(kind), values[0]):
                tries.append([*row[:place], np.asarray([value], dtype=values.dtype), *row[place + 1 :]])
    if not tries:
        return []
    columns = [
        values if isinstance(values, Function) else np.concatenate([each[place] for each in tries])
        for place, values in enumerate(row)
    ]
    size = sizes(columns, len(tries))
    order = np.argsort(size, kind="stable")
    order = order[size[order] < sizes(row, 1)[0]]
    return take(columns, order) if len(order) else []


def smaller(kind: Type, value: Any) -> list[Any]:
    """Simpler values of the type to try in a counterexample."""
    if is_vector(kind):
        return smaller_vectors(value)
    if kind == BOOL:
        return [False]
    if kind == REAL:
        return [0.0, 1.0, -1.0, float(np.round(value)), float(np.trunc(value)), float(np.trunc(value / 2))]
    number = int(value)
    half = number // 2 if number > 0 else -(-number // 2)
    tries = {0, 1, half, number - 1 if number > 0 else number + 1, number & (number - 1), abs(number)}
    low = {BITS: 0, MODULUS: 1}.get(plain(kind), 0 if kind.width is not None else -(2**63))
    high = 2 ** (kind.width or 63)
    return [value for value in sorted(tries) if low <= value < high]


def smaller_vectors(value: np.ndarray) -> list[np.ndarray]:
    """Each item nearer to 0; and without the last one."""
    tries = []
    for place in range(1, 1 + int(value[0])):
        for item in (0, int(value[place] / 2)):
            tries.append(np.where(np.arange(len(value)) == place, item, value))
    if value[0] > 0:
        shorter = value.copy()
        shorter[value[0]], shorter[0] = 0, value[0] - 1
        tries.append(shorter)
    return tries


def to_python(kind: Any, value: Any) -> Any:
    """What the Python view takes: a number, a list of numbers, or a function."""
    if isinstance(value, Function):
        return value
    return value[1 : 1 + int(value[0])].tolist() if is_vector(kind) else value.item()


def to_sympy(kind: Any, value: Any) -> Any:
    """What the sympy view takes: a number, a Tuple of numbers, or a Lambda."""
    import sympy

    if isinstance(value, Function):
        parameters = sympy.symbols("x y", integer=True)[: len(kind.args)]
        return sympy.Lambda(tuple(parameters), value(*parameters))
    numbers = to_python(kind, value)
    return sympy.Tuple(*numbers) if isinstance(numbers, list) else sympy.sympify(numbers)


def from_plain(kind: Type, value: Any) -> Any:
    """What a Python or sympy view returns, as it stands in arrays; TypeError where it is of another type."""
    kind = carrier(kind)
    if is_vector(kind):
        items = [whole(item) for item in value]
        return [len(items), *items] + [0] * (CAPACITY - len(items))
    if kind == BOOL:
        return bool(value)
    if kind == REAL:
        return float(value)
    return whole(value) if kind.width is not None else (whole(value) + 2**63) % 2**64 - 2**63


def whole(value: Any) -> int:
    if int(value) != value:
        raise TypeError(f"expected an integer, got {value}")
    return int(value)


def single(values: Any) -> Any:
    """The first row's value."""
    return values if isinstance(values, Function) else values[0]


def said(value: Any) -> str:
    """A value in a sentence."""
    return str(value.tolist()) if isinstance(value, np.ndarray) and value.ndim else str(value)
