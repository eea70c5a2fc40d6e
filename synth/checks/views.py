"""A primitive's views on columns of values: JAX, sympy and Python, each claimed to say what `run` says on numpy."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth.checks.claims import Claim, attempt, defined_on, on_numpy, rows_of, spread
from synth.checks.draws import Function, from_plain, take, to_python, to_sympy
from synth.language.definitions import gather
from synth.language.primitive import Primitive
from synth.language.program import Terminal
from synth.language.sympy_view import symbol
from synth.language.template import Piece, fill
from synth.language.types import Fn, carrier, dtype_of, is_vector
from synth.language.xp import jax_xp

REMEDY = "use only operators and names of synth.language.xp, elementwise"
NAMES = "abc"
View = Callable[[Sequence[Any], int], np.ndarray]  # columns and how many rows they have, to a value a row


def same(primitive: Primitive, view: View, name: str) -> Claim:
    """The claim that a view agrees with numpy."""

    def sides(columns: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = rows_of(columns, 1)
        where = defined_on(primitive, columns, rows)
        values = on_numpy(primitive, columns, rows)
        if where.all():
            return values, view(columns, rows), where
        other = values.copy()
        other[where] = view(take(columns, where), int(where.sum())) if where.any() else values[where]
        return values, other, where

    def sentence(values: list[str], one: str, other: str) -> str:
        return (
            f"primitive {primitive.name!r}: numpy and {name} disagree at ({', '.join(values)}): "
            f"{one} and {other}; make both say the same, total functions included"
        )

    return Claim(primitive.type.args, sides, sentence)


def on_jax(primitive: Primitive) -> View:
    """`run` on JAX; the first call traces it, since JAX hands symbols to what is compiled."""

    def view(columns: Sequence[Any], rows: int) -> np.ndarray:
        import jax

        functions = {i: values for i, values in enumerate(columns) if isinstance(values, Function)}
        arrays = [values for values in columns if not isinstance(values, Function)]

        def run(*given: Any) -> Any:
            rest = iter(given)
            return primitive.run(
                jax_xp(), *(functions[i] if i in functions else next(rest) for i in range(len(columns)))
            )

        with jax.enable_x64(True):
            attempt(primitive, "run", lambda: jax.eval_shape(run, *arrays), "under jax.jit; " + REMEDY)
            given = [jax.numpy.asarray(values) for values in arrays]
            return spread(
                primitive, np.asarray(attempt(primitive, "run", lambda: run(*given), "on JAX; " + REMEDY)), rows
            )

    return view


def on_sympy(primitive: Primitive) -> View:
    symbolic(primitive)
    return by_row(primitive, "sym", "on numbers; use sympy functions", primitive.sym, to_sympy)


def symbolic(primitive: Primitive) -> None:
    """`sym` on symbols, where the arguments are single values."""
    if any(isinstance(kind, Fn) or is_vector(kind) for kind in primitive.type.args):
        return
    words = [symbol(Terminal(NAMES[i], carrier(kind))) for i, kind in enumerate(primitive.type.args)]
    attempt(primitive, "sym", lambda: primitive.sym(*words), "on symbols; use sympy functions")


def on_python(primitive: Primitive) -> View:
    """The Python template as a function."""
    names = ", ".join(NAMES[: len(primitive.type.args)])
    scope: dict[str, Any] = {}

    def define() -> None:
        gathered = gather([primitive])
        result = fill(gathered.templates[primitive], [Piece(name) for name in NAMES])
        exec(f"{gathered.source()}\ndef view({names}):\n    return {result.text}\n", scope)

    attempt(primitive, "python", define, "as source; check the template and `define`")
    return by_row(primitive, "python", "as source; check the template", scope["view"], to_python)


def by_row(
    primitive: Primitive, view: str, where: str, function: Callable[..., Any], convert: Callable[[Any, Any], Any]
) -> View:
    """A function of single values, on every row, in the result's type."""
    kinds, result = primitive.type.args, primitive.type.result

    def one(columns: Sequence[Any], row: int) -> Any:
        values = [values if isinstance(values, Function) else values[row] for values in columns]
        given = [convert(kind, value) for kind, value in zip(kinds, values, strict=True)]
        return from_plain(result, function(*given))

    def table(columns: Sequence[Any], rows: int) -> np.ndarray:
        return np.array([one(columns, row) for row in range(rows)], dtype=dtype_of(result))

    return lambda columns, rows: attempt(primitive, view, lambda: table(columns, rows), where)
