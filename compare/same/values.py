"""Both programs on given inputs: on plain Python numbers wherever a value might leave 64 bits."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from compare.same.answer import Row, Value
from compare.same.question import Question, kind_of
from synth.language.alike import RELATIVE, agree
from synth.language.exact import compiled, wraps
from synth.language.program import Program, Terminal
from synth.language.spec import rows_of_lists
from synth.language.sympy_view import symbol, sympy_expression
from synth.language.types import REAL, dtype_of, is_vector

DIGITS = 50
NONE = object()  # the answer of a program that raises


def both(question: Question) -> Callable[[Row], tuple[Value, Value]]:
    """The two answers on one input."""
    runs = [on_row(question, program) for program in question.programs]
    return lambda row: (runs[0](row), runs[1](row))


def on_row(question: Question, program: Program) -> Callable[[Row], Value]:
    """The program as a function of one input; on arrays of one row where there is no Python view."""
    run = compiled(program)
    if run is None:
        return lambda row: one_row(question, program, row)
    places = {name: place for place, name in enumerate(question.names)}
    order = [places.get(node.name) for node in program.terminals]

    def call(row: Row) -> Value:
        try:
            return run(*(pack(row) if place is None else row[place] for place in order))
        except (ArithmeticError, ValueError, MemoryError):  # such as a shift by a number beyond all memory
            return NONE

    return call


def pack(row: Row) -> int:
    """Booleans as one integer, the first lowest."""
    return sum(bool(value) << place for place, value in enumerate(row))


def one_row(question: Question, program: Program, row: Row) -> Value:
    longest = max((len(value) for value in row if isinstance(value, list)), default=0)
    columns = [
        rows_of_lists([value], max(longest, 1)) if isinstance(value, list) else np.array([value], dtype_of(each.type))
        for value, each in zip(row, question.arguments, strict=True)
    ]
    value = on_columns(question, program, columns)[0]
    return value[1 : 1 + int(value[0])].tolist() if is_vector(kind_of(program)) else value.item()


def on_columns(question: Question, program: Program, columns: Sequence[np.ndarray]) -> np.ndarray:
    """The program on numpy arrays, a column an argument, in 64 bits."""
    table = named(question, columns)
    rows = len(columns[0]) if columns else 1
    answers = program.run(table or {"": np.zeros(rows)})
    return np.broadcast_to(answers, (rows, *answers.shape[1:]))


def named(question: Question, columns: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Columns by name, the packed Booleans among them."""
    table = dict(zip(question.names, columns, strict=True))
    if question.packed:
        table[question.packed] = 2 ** np.arange(len(columns)) @ np.stack(columns).astype(np.int64)
    return table


def fits_arrays(question: Question, columns: Sequence[np.ndarray]) -> bool:
    """Whether bounds show that neither program has a value beyond 64 bits on these inputs."""
    table = named(question, columns)
    return not any(wraps(program, table) for program in question.programs)


def unlike(question: Question, answers: tuple[Value, Value]) -> bool:
    """Whether two answers differ; reals beyond the tolerance."""
    one, other = answers
    if one is NONE or other is NONE:
        return False
    if kind_of(question.one) == REAL:
        return not bool(agree(np.array(float(one)), np.array(float(other))))
    return bool(one != other)


def rounded(question: Question, row: Row) -> bool:
    """Whether a difference of reals is one of rounding, as 50 digits tell; False where sympy has no value."""
    if kind_of(question.one) != REAL:
        return False
    exact = [at_length(question, program, row) for program in question.programs]
    if any(value is None for value in exact):
        return False
    return abs(exact[0] - exact[1]) <= RELATIVE * max(1, abs(exact[0]))


def at_length(question: Question, program: Program, row: Row) -> Any:
    """A program's value in 50 digits."""
    import sympy

    given = {
        symbol(Terminal(each.name, each.type)): sympy.sympify(value)
        if isinstance(value, bool)
        else sympy.Rational(value)
        for each, value in zip(question.arguments, row, strict=True)
        if not is_vector(each.type)
    }
    try:
        value = sympy.N(sympy_expression(program).subs(given), DIGITS)
    except (TypeError, ValueError, AttributeError):
        return None
    return value if value.is_Float or value.is_Integer else None
