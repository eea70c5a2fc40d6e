"""Programs on vectors, run on numpy, on JAX, as Python source and in sympy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from synth import LIBRARIES, Program, lists_of_rows, named, parse, rows_of_lists
from synth.language.python_view import python_source
from synth.language.sympy_view import sympy_expression
from synth.language.types import is_vector

CAPACITY = 6
LIBRARY = (
    *named(["arith", "choice", "constants", "functions"]),
    *(p for t in ("lists", "streams", "sequences") for p in LIBRARIES[t]),
)


def drawn(kinds: Mapping[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """Random rows of plain values; the first one has empty lists."""
    random = np.random.default_rng(seed)

    def value(kind: Any, row: int) -> Any:
        if not is_vector(kind):
            return int(random.integers(-2, CAPACITY + 2))
        return random.integers(-9, 10, random.integers(0, CAPACITY + 1) if row else 0).tolist()

    return [{name: value(kind, row) for name, kind in kinds.items()} for row in range(count)]


def columns_of(kinds: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    columns = {}
    for name, kind in kinds.items():
        values = [row[name] for row in rows]
        columns[name] = rows_of_lists(values, CAPACITY) if is_vector(kind) else np.array(values)
    return columns


def views(text: str, kinds: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The program's values on plain rows: by numpy, JAX, Python source and sympy; its text is read back on the way."""
    program = parse(text, LIBRARY, dict(kinds))
    assert parse(program.show(), LIBRARY, dict(kinds)) == program
    columns = columns_of(kinds, rows)
    arrays = [program.run(columns), program.run(columns, "jax")]
    plain = [lists_of_rows(values) if is_vector(program.type) else values.tolist() for values in arrays]
    return [*plain, by_python(program, kinds, rows), by_sympy(program, kinds, rows)]


def by_python(program: Program, kinds: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    scope: dict[str, Any] = {}
    exec(python_source(program, list(kinds)), scope)
    return [scope["program"](*row.values()) for row in rows]


def by_sympy(program: Program, kinds: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    expression = sympy_expression(program)
    assert sympy.latex(expression)
    symbols = {symbol.name: symbol for symbol in expression.free_symbols}
    found = []
    for row in rows:
        given = {
            symbols[name]: sympy.sympify(tuple(v) if isinstance(v, list) else v)
            for name, v in row.items()
            if name in symbols
        }
        value = expression.subs(given)
        found.append([int(item) for item in value] if is_vector(program.type) else int(value))
    return found
