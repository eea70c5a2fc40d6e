"""Random well-typed programs of every language: text is read back, and numpy, JAX, Python and sympy say the same."""

from dataclasses import dataclass

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import BITS, BOOL, INT, LIBRARIES, MODULUS, REAL, Fn, Primitive, Terminal, apply, named, parse, terminal
from synth.checks.draws import column, from_plain, to_python, to_sympy
from synth.language.literals import bv_literal
from synth.language.program import Lambda, Program
from synth.language.python_view import python_source
from synth.language.sympy_view import symbol, sympy_expression
from synth.language.types import carrier, dtype_of, is_vector
from synth.library import FUNCTIONS, bitvectors

ROWS = 12
SLOW_ROWS = 4  # for Python and sympy
NUMBERS = named(["0", "1", "2", "7"])
BODIES = named(["add", "sub", "max", "min", "lt", "eq", "if_int", "0", "1", "2"])  # of lambdas: nothing grows fast
LANGUAGES = {name: (*(p for p in library if not p.name.isdigit()), *NUMBERS) for name, library in LIBRARIES.items()} | {
    "bitvectors": (*LIBRARIES["bitvectors"], bv_literal(1, 64), bv_literal(2**64 - 1, 64)),
    "bitvectors of 5 bits": (*bitvectors(5), bv_literal(3, 5)),
    "lists": (*LIBRARIES["lists"], *FUNCTIONS, *NUMBERS),
    "streams": (*LIBRARIES["streams"], *FUNCTIONS, *NUMBERS),
    "sequences": (*LIBRARIES["sequences"], *FUNCTIONS, *NUMBERS),
}


@dataclass(frozen=True)
class Case:
    """A program, what it may name, and columns of the terminals."""

    program: Program
    words: tuple[Terminal, ...]
    library: tuple[Primitive, ...]
    columns: dict[str, np.ndarray]


def words_of(library) -> tuple[Terminal, ...]:
    """Two terminals of every type that the library speaks of."""
    kinds = [kind for p in library for kind in (*p.type.args, p.type.result) if not isinstance(kind, Fn)]
    names = {kind: f"{str(kind)[:3]}_{kind.width or ''}" for kind in dict.fromkeys(map(carrier, kinds))}
    return tuple(Terminal(f"{name}{i}", kind) for kind, name in names.items() for i in "ab")


def grow(draw, library, words, kind, depth) -> Program:
    if isinstance(kind, Fn):
        return function(draw, kind, words)
    leaves = [terminal(word.name, word.type) for word in words if carrier(word.type) == kind]
    leaves += [apply(p) for p in library if not p.type.args and p.type.result == kind]
    calls = [p for p in library if p.type.args and p.type.result == kind]
    if leaves and (depth <= 0 or not calls or draw(st.integers(0, 3)) == 0):
        return draw(st.sampled_from(leaves))
    primitive = draw(st.sampled_from(calls))
    return apply(primitive, *(grow(draw, library, words, carrier(asked), depth - 1) for asked in primitive.type.args))


def function(draw, kind: Fn, words) -> Program:
    """A function by name, or a lambda that may also name an integer from around it."""
    known = [apply(p) for p in FUNCTIONS if p.type.result == kind]
    if draw(st.booleans()):
        return draw(st.sampled_from(known))
    parameters = tuple(Terminal(f"x{i}", asked) for i, asked in enumerate(kind.args))
    outer = tuple(word for word in words if word.type == INT)[:1]
    return Program((Lambda(parameters, grow(draw, BODIES, (*parameters, *outer), kind.result, 2)),))


def column_of(kind, random) -> np.ndarray:
    values = column(kind, ROWS, random)
    if kind == INT:
        return values % 9 - 4
    return values % 1024 if kind == BITS else values


@st.composite
def cases(draw, name: str) -> Case:
    library = LANGUAGES[name]
    words = words_of(library)
    kinds = sorted({carrier(p.type.result) for p in library if p.type.args}, key=str)
    kinds = kinds or [INT]
    program = grow(draw, library, words, draw(st.sampled_from(kinds)), 3)
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return Case(program, words, library, {word.name: column_of(word.type, random) for word in words})


def check(case: Case) -> None:
    program, columns = case.program, case.columns
    assert parse(program.show(), (*case.library, *FUNCTIONS, *BODIES), case.words) == program
    values = program.run(columns)
    tame = np.flatnonzero(exact(case))
    assert close(values[tame], program.run(columns, "jax")[tame])
    scope: dict = {}
    exec(python_source(program, list(columns)), scope)
    for row in tame[:SLOW_ROWS]:
        given = {word.name: columns[word.name][row] for word in case.words}
        plain = [to_python(word.type, given[word.name]) for word in case.words]
        said = from_plain(program.type, scope["program"](*plain))
        assert close(values[row], said), (program.show(), plain)
        symbolic = {word: to_sympy(word.type, given[word.name]) for word in case.words}
        assert close(values[row], from_plain(program.type, in_sympy(program, symbolic))), (program.show(), plain)


def exact(case: Case) -> np.ndarray:
    """Rows without numbers that int64 or floats cannot be trusted with, at any place of the program; shape (rows,)."""
    kept = np.ones(ROWS, dtype=bool)
    for end in range(1, len(case.program.nodes) + 1):
        part = Program(case.program.nodes[:end])
        if isinstance(part.type, Fn) or dtype_of(part.type) in (np.uint64, bool):
            continue
        sizes = np.abs(part.run(case.columns).astype(np.float64)).reshape(ROWS, -1)
        if part.type == REAL:
            kept &= ((sizes < 1e4) & ((sizes == 0) | (sizes > 1e-6))).all(axis=1)
        else:
            kept &= (sizes <= (2**10 if is_vector(part.type) else 2**31)).all(axis=1)
    return kept


def in_sympy(program: Program, given: dict):
    """The program's value by the sympy views of its primitives, on numbers."""
    values: list = []
    for node in program.nodes:
        if isinstance(node, Terminal):
            values.append(given[node])
        elif isinstance(node, Lambda):
            body = sympy_expression(node.body).subs({symbol(word): given[word] for word in node.free})
            values.append(sympy.Lambda(tuple(symbol(word) for word in node.parameters), body))
        else:
            values.append(node.primitive.sym(*(values[i] for i in node.args)))
    return values[-1]


def close(one, other) -> bool:
    if np.asarray(one).dtype.kind == "f":
        return bool(np.allclose(one, other, rtol=1e-6, atol=1e-6, equal_nan=True))
    return np.array_equal(one, np.asarray(other, dtype=np.asarray(one).dtype))


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_view_says_the_same(name: str) -> None:
    @settings(derandomize=True, max_examples=15, deadline=None, database=None)
    @given(cases(name))
    def holds(case: Case) -> None:
        check(case)

    holds()


@pytest.mark.slow
@pytest.mark.parametrize("name", LANGUAGES)
def test_every_view_says_the_same_many_times(name: str) -> None:
    @settings(derandomize=True, max_examples=300, deadline=None, database=None)
    @given(cases(name))
    def holds(case: Case) -> None:
        check(case)

    holds()


def test_every_primitive_is_in_a_language() -> None:
    spoken = {p.name for library in LANGUAGES.values() for p in library}
    assert {p.name for library in LIBRARIES.values() for p in library if not p.name.isdigit()} <= spoken
    assert BOOL in {word.type for word in words_of(LANGUAGES["integers"])}
    assert MODULUS in {word.type for word in words_of(LANGUAGES["residues"])}
