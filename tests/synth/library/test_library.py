"""Every primitive: its views agree, its laws hold, and it can be written down and read back."""

import numpy as np
import pytest

from synth import LIBRARIES, LIBRARY, PRIMITIVES, Fn, Terminal, apply, check_primitive, named, parse, terminal
from synth.language.literals import literal
from synth.language.python_view import python_source
from synth.language.sympy_view import latex
from synth.language.types import BOOL, MODULUS, REAL, dtype_of, is_vector


@pytest.fixture(params=PRIMITIVES, ids=lambda primitive: primitive.name)
def primitive(request):
    return request.param


def test_views_agree_and_laws_hold(primitive):
    check_primitive(primitive)


def test_is_documented_and_has_every_view(primitive):
    assert primitive.doc.endswith(".")
    program = apply(primitive, *(terminal("xyz"[i], kind) for i, kind in enumerate(primitive.type.args)))
    assert latex(program)
    assert "def program(" in python_source(program)


def test_text_round_trip(primitive):
    words = tuple(Terminal("xyz"[i], kind) for i, kind in enumerate(primitive.type.args))
    program = apply(primitive, *(terminal(word.name, word.type) for word in words))
    assert parse(program.show(), PRIMITIVES, words) == program


FIRST_ORDER = [p for p in PRIMITIVES if not any(isinstance(k, Fn) for k in (*p.type.args, p.type.result))]


@pytest.mark.parametrize("primitive", FIRST_ORDER, ids=lambda primitive: primitive.name)
def test_result_has_the_declared_type(primitive):
    columns = {
        "xyz"[i]: np.resize([1, 1, 0, 0], (3, 4)) if is_vector(kind) else np.ones(3, dtype_of(kind))
        for i, kind in enumerate(primitive.type.args)
    }
    program = apply(primitive, *(terminal("xyz"[i], kind) for i, kind in enumerate(primitive.type.args)))
    values = program.run(columns or {"row": np.ones(3)})
    assert values.dtype == dtype_of(primitive.type.result)
    assert values.shape == ((3, 4) if is_vector(primitive.type.result) else (3,))


def test_names_are_unique():
    names = [primitive.name for primitive in PRIMITIVES]
    assert len(set(names)) == len(names)
    assert set(LIBRARY) <= set(PRIMITIVES)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("mod", (-7, 3), 2),
        ("mod", (7, -3), -2),
        ("mod", (7, 0), 0),
        ("floordiv", (-7, 3), -3),
        ("floordiv", (7, 0), 0),
        ("count", (0b1011,), 3),
        ("at", (0b100, 2), True),
        ("at", (0b100, -1), False),
        ("at", (0b100, 70), False),
        ("take", (2, 0b1110), 0b10),
        ("take", (-1, 0b1110), 0),
        ("take", (99, 0b1110), 0b1110),
        ("drop", (1, 0b1110), 0b111),
        ("if_int", (True, 3, 4), 3),
        ("if_bool", (False, True, False), False),
        ("subz", (1, 3, 5), 3),
        ("gcd", (-12, 18), 6),
        ("gcd", (0, 0), 0),
        ("gcd", (-(2**63), 2**62), 2**62),
        ("sign", (-7,), -1),
    ],
)
def test_known_values(name, arguments, expected):
    (primitive,) = named([name])
    words = [terminal("xyz"[i], kind) for i, kind in enumerate(primitive.type.args)]
    columns = {"xyz"[i]: np.array([value]) for i, value in enumerate(arguments)}
    program = apply(primitive, *words)
    assert program.run(columns)[0] == expected
    assert program.run(columns, "jax")[0] == expected


def test_integers_are_64_bit_on_jax():
    program = apply(named(["square"])[0], terminal("x", named(["square"])[0].type.args[0]))
    assert program.run({"x": np.array([2**20 + 1])}, "jax")[0] == (2**20 + 1) ** 2


def test_named_takes_names_topics_and_primitives():
    add, boolean = named(["add"])[0], LIBRARIES["boolean"]
    assert named(["add", "boolean", add]) == (add, *boolean)
    with pytest.raises(ValueError, match="unknown primitive 'squar'; did you mean 'square'"):
        named(["squar"])


def test_literals_cost_more_the_larger_they_are():
    assert [literal(n).bits for n in (0, 1, 2, 3, 6, 7)] == [4, 6, 6, 8, 8, 10]
    assert sum(2.0 ** -literal(n).bits for n in range(1000)) <= 1 / 8
    with pytest.raises(ValueError, match="expected an integer >= 0"):
        literal(-1)


EXACT = np.array([0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -4.0])  # reals on which float arithmetic rounds nothing
SMALL = np.array([0, 1, -1, 2, -2, 3, -3, 5, -7, 12])


def test_smt_view_says_the_same(primitive):
    """z3 evaluates the template; integers are unbounded there, so the draws are small."""
    z3 = pytest.importorskip("z3")
    if primitive.smt is None:
        pytest.skip("no SMT view")
    random = np.random.default_rng(0)
    columns = [smt_column(kind, random) for kind in primitive.type.args]
    program = apply(primitive, *(terminal("xyz"[i], kind) for i, kind in enumerate(primitive.type.args)))
    values = program.run({"xyz"[i]: column for i, column in enumerate(columns)} or {"row": np.ones(1)})
    rows = zip(values, *columns, strict=True)
    claims = [f"(= {smt_value(value)} {primitive.smt.format(*map(smt_value, row))})" for value, *row in rows]
    solver = z3.Solver()
    solver.from_string("".join(f"(assert {claim})" for claim in claims))
    assert solver.check() == z3.sat


def smt_column(kind, random):
    if kind.width is not None:
        return random.integers(0, 2**64, 40, dtype=np.uint64, endpoint=False) >> random.choice(
            np.arange(64, dtype=np.uint64), 40
        )
    columns = {BOOL: np.array([True, False]), REAL: EXACT, MODULUS: np.array([1, 2, 5, 7])}
    return random.choice(columns.get(kind, SMALL), 40)


def smt_value(value):
    if isinstance(value, np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, np.uint64):
        return f"#x{int(value):016x}"
    number = f"{abs(value):f}" if isinstance(value, np.floating) else str(abs(value))
    return f"(- {number})" if value < 0 else number
