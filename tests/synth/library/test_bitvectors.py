"""Bit-vectors: SMT-LIB's semantics at every width, on every view."""

import numpy as np
import pytest

from synth import BOOL, BV, Terminal, apply, check_primitive, parse, terminal
from synth.language.literals import bv_literal
from synth.library import bitvectors

BITWISE = ("bvnot", "bvand", "bvor", "bvxor")
ARITHMETIC = ("bvneg", "bvadd", "bvsub", "bvmul", "bvudiv", "bvurem", "bvsdiv", "bvsrem")
SHIFTS = ("bvshl", "bvlshr", "bvashr")
RELATIONS = ("bveq", "bvult", "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge")
NAMES = [*BITWISE, *ARITHMETIC, *SHIFTS, *RELATIONS, "bvite"]
EIGHT = {primitive.name: primitive for primitive in bitvectors(8)}


@pytest.mark.parametrize("width", [1, 5, 8, 16, 32])
@pytest.mark.parametrize("name", NAMES)
def test_every_width_agrees_and_obeys_its_laws(width, name):
    (primitive,) = (primitive for primitive in bitvectors(width) if primitive.name == name)
    check_primitive(primitive)


def test_these_are_all():
    assert [primitive.name for primitive in bitvectors(64)] == NAMES


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("bvneg", (0x80,), 0x80),
        ("bvsub", (1, 2), 0xFF),
        ("bvmul", (0x10, 0x11), 0x10),
        ("bvudiv", (7, 0), 0xFF),
        ("bvurem", (7, 0), 7),
        ("bvsdiv", (0xF9, 2), 0xFD),
        ("bvsdiv", (0xF9, 0), 1),
        ("bvsdiv", (7, 0), 0xFF),
        ("bvsdiv", (0x80, 0xFF), 0x80),
        ("bvsrem", (0xF9, 2), 0xFF),
        ("bvsrem", (7, 0xFE), 1),
        ("bvsrem", (0xF9, 0), 0xF9),
        ("bvshl", (0x81, 1), 2),
        ("bvshl", (0x81, 8), 0),
        ("bvlshr", (0x81, 1), 0x40),
        ("bvlshr", (0x81, 200), 0),
        ("bvashr", (0x81, 1), 0xC0),
        ("bvashr", (0x81, 200), 0xFF),
        ("bvashr", (0x41, 200), 0),
        ("bvult", (0xFF, 0), False),
        ("bvslt", (0xFF, 0), True),
        ("bvsge", (0x7F, 0x80), True),
        ("bvite", (False, 3, 4), 4),
    ],
)
def test_known_values(name, arguments, expected):
    primitive = EIGHT[name]
    words = [terminal("xyz"[i], kind) for i, kind in enumerate(primitive.type.args)]
    columns = {"xyz"[i]: np.array([value]) for i, value in enumerate(arguments)}
    assert apply(primitive, *words).run(columns)[0] == expected


def test_against_z3():
    """The solver's own evaluation of the SMT template, where the solver is installed."""
    z3 = pytest.importorskip("z3")
    random = np.random.default_rng(0)
    edges = np.array([0, 1, 7, 8, 9, 0x7F, 0x80, 0xFE, 0xFF], np.uint64)
    for primitive in EIGHT.values():
        columns = [
            random.integers(0, 2, 40).astype(bool) if kind == BOOL else random.choice(edges, 40)
            for kind in primitive.type.args
        ]
        columns = [np.concatenate([column, random.integers(0, 2, 20).astype(column.dtype)]) for column in columns]
        names = "xyz"[: len(columns)]
        values = apply(primitive, *(terminal(n, k) for n, k in zip(names, primitive.type.args, strict=True))).run(
            dict(zip(names, columns, strict=True))
        )
        for row, value in enumerate(values):
            words = [smt_value(column[row]) for column in columns]
            claim = f"(assert (= {smt_value(value)} {primitive.smt.format(*words)}))"
            solver = z3.Solver()
            solver.from_string(claim)
            assert solver.check() == z3.sat, claim


def smt_value(value):
    return str(bool(value)).lower() if isinstance(value, np.bool_) else f"#x{int(value):02x}"


def test_literals_are_written_as_smt_lib_does():
    assert bv_literal(10, 8).name == "#x0a"
    assert bv_literal(2, 5).name == "#b00010"
    for value, width in ((0, 1), (5, 7), (2**64 - 1, 64), (2**31, 32)):
        check_primitive(bv_literal(value, width))
    with pytest.raises(ValueError, match=r"expected 0 <= value < 2\*\*8, got 256; take it modulo"):
        bv_literal(256, 8)
    with pytest.raises(ValueError, match="expected a width from 1 to 64, got 65"):
        bv_literal(0, 65)


def test_text_with_any_literal_round_trips():
    words = (Terminal("x", BV(8)),)
    program = parse("(bvadd x (bvshl #x0F x))", bitvectors(8), words)
    assert parse(program.show(), bitvectors(8), words) == program
    assert program.show() == "(bvadd x (bvshl #x0f x))"
    assert program.run({"x": np.array([1, 255])}).tolist() == [31, 255]
    assert program.run({"x": np.array([1, 255])}, "jax").tolist() == [31, 255]
    with pytest.raises(ValueError, match=r"argument 2 of type bv8, got .* of type bv16"):
        parse("(bvadd x #x0f0f)", bitvectors(8), words)
    with pytest.raises(ValueError, match="unknown terminal '#x01'"):
        parse("#x01", (), {"b": BOOL})
