"""Programs: text, Python source, sympy and arrays say the same; bad text is refused with a hint."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import BITS, BOOL, INT, MODULUS, REAL, Fn, Primitive, Terminal, Z, apply, named, parse, terminal
from synth.language.program import Program
from synth.language.python_view import python_source
from synth.language.sympy_view import latex, sympy_expression
from synth.language.types import carrier
from synth.language.xp import jax_xp

ARITH = named(["arith", "choice", "boolean", "bits", "0", "1", "2"])
WORDS = (
    Terminal("a", Z("p")),
    Terminal("b", INT),
    Terminal("p", MODULUS),
    Terminal("u", BOOL),
    Terminal("v", BOOL),
    Terminal("bits", BITS),
)
COLUMNS = {
    "a": np.array([0, 1, 2, 6, 3, 5]),
    "b": np.array([0, -3, 4, 9, 2, 3]),
    "p": np.full(6, 7),
    "u": np.array([True, False, True, False, True, True]),
    "v": np.array([False, False, True, True, True, False]),
    "bits": np.array([0, 1, 6, 5, 11, 9]),
}


def grow(draw, kind, depth) -> Program:
    leaves = [terminal(word.name, word.type) for word in WORDS if carrier(word.type) == kind]
    leaves += [apply(p) for p in ARITH if not p.type.args and p.type.result == kind]
    calls = [p for p in ARITH if p.type.args and p.type.result == kind]
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(leaves))
    primitive = draw(st.sampled_from(calls))
    return apply(primitive, *(grow(draw, asked, depth - 1) for asked in primitive.type.args))


@st.composite
def programs(draw) -> Program:
    return grow(draw, draw(st.sampled_from([INT, BOOL, BITS])), 3)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(programs())
def test_text_round_trip(program):
    assert parse(program.show(), ARITH, WORDS) == program
    assert parse(f"  {program.show()}\n", ARITH, WORDS).show() == program.show()


@settings(derandomize=True, max_examples=60, deadline=None)
@given(programs())
def test_python_source_says_the_same(program):
    scope: dict = {}
    exec(python_source(program, list(COLUMNS)), scope)
    rows = zip(*(values.tolist() for values in COLUMNS.values()), strict=True)
    assert [scope["program"](*row) for row in rows] == program.run(COLUMNS).tolist()


@settings(derandomize=True, max_examples=12, deadline=None)
@given(programs())
def test_jax_says_the_same(program):
    assert program.run(COLUMNS, "jax").tolist() == program.run(COLUMNS).tolist()


def test_sympy_and_latex():
    program = parse("(mod (add a b) p)", ARITH, WORDS)
    expression = sympy_expression(program)
    a, b, p = (next(s for s in expression.free_symbols if s.name == name) for name in "abp")
    assert expression == sympy.Mod(a + b, p)
    assert expression.subs({a: 5, b: 4, p: 7}) == 2
    assert latex(program) == r"\left(a + b\right) \bmod p"
    assert python_source(program) == (
        "def mod(a, b):\n    return a % b if b else 0\n\n\ndef program(a, b, p):\n    return mod(a + b, p)\n"
    )


def test_equal_parts_are_shared_and_shown_in_full():
    program = parse("(mul (add a b) (add a b))", ARITH, WORDS)
    assert len(program.nodes) == 4
    assert program.show() == "(mul (add a b) (add a b))"
    assert python_source(program) == "def program(a, b):\n    t0 = a + b\n    return t0 * t0\n"
    assert program.type == INT
    assert [word.name for word in program.terminals] == ["a", "b"]


def test_bits_are_packed_from_the_parameters_in_python():
    scope: dict = {}
    exec(python_source(parse("(count bits)", ARITH, WORDS), ["x0", "x1", "x2"]), scope)
    assert scope["program"](True, False, True) == 2


def test_deep_text_needs_no_recursion():
    depth = 20_000
    program = parse("(neg " * depth + "b" + ")" * depth, ARITH, WORDS)
    assert program.run(COLUMNS).tolist() == COLUMNS["b"].tolist()
    assert program.show().count("(neg") == depth
    assert python_source(program).count("\n") > depth / 30
    with pytest.raises(ValueError, match="before the end; add it"):
        parse("(neg " * depth, ARITH, WORDS)


def test_doubling_stays_small_as_a_graph():
    program = terminal("b", INT)
    (add,) = named(["add"])
    for _ in range(40):
        program = apply(add, program, program)
    assert len(program.nodes) == 41
    assert program.run({"b": np.array([1])})[0] == 2**40
    assert program.run({"b": np.array([1])}, "jax")[0] == 2**40


def test_literals_beyond_the_declared_ones_are_read():
    assert parse("(mod a 59)", ARITH, WORDS).show() == "(mod a 59)"
    with pytest.raises(ValueError, match="unknown terminal '59'"):
        parse("(mod a 59)", named(["mod"]), WORDS)


def test_evaluate_runs_under_jit():
    program = parse("(mod (add a b) p)", ARITH, WORDS)
    run = jax.jit(lambda a, b: program.evaluate(jax_xp(), {"a": a, "b": b, "p": 7}))
    with jax.enable_x64(True):
        assert run(jnp.array([3, 6]), jnp.array([5, 6])).tolist() == [1, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected an expression before the end"),
        ("(add a b", r"expected '\)' before the end"),
        ("(add a b))", r"expected one expression, got '\)' after it"),
        ("a b", "expected one expression, got 'b' after it"),
        (")", r"expected an expression, got '\)'"),
        ("()", r"expected a primitive's name after '\(', got '\)'"),
        ("(a b)", r"expected a primitive's name after '\(', got 'a'"),
        ("((add) a)", r"expected a primitive's name after '\(', got '\('"),
        ("(", "got 'nothing'"),
        ("(ad a b)", "unknown primitive 'ad'; did you mean"),
        ("(subb a b)", "unknown primitive 'subb'; did you mean 'sub'"),
        ("(add a bitz)", "unknown terminal 'bitz'; did you mean 'bits'"),
        ("(add a ???)", "unknown terminal '???'; known are".replace("?", r"\?")),
        ("(add a)", "'add': expected 2 arguments, got 1"),
        ("(add a u)", "'add': expected argument 2 of type int, got u of type bool"),
        ("add", r"expected arguments for the primitive 'add' of type \(int, int\) -> int"),
    ],
)
def test_bad_text(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text, ARITH, WORDS)


def test_residues_and_moduli_stand_for_integers_but_not_the_reverse():
    residues = named(["residues"])
    assert parse("(addz a b p)", residues, WORDS).run(COLUMNS).tolist() == [0, 5, 6, 1, 5, 1]
    with pytest.raises(ValueError, match="expected argument 3 of type modulus, got b"):
        parse("(addz a b b)", residues, WORDS)


def test_columns_and_backends_are_checked():
    program = parse("(add a b)", ARITH, WORDS)
    with pytest.raises(ValueError, match="expected columns for b, got a"):
        program.run({"a": np.array([1])})
    with pytest.raises(ValueError, match="expected 'numpy' or 'jax', got 'torch'"):
        program.run(COLUMNS, "torch")


def test_a_primitive_without_python_view_says_so():
    mine = Primitive(name="twice", type=Fn((REAL,), REAL), doc="Twice.", run=lambda xp, a: 2 * a, sym=lambda a: 2 * a)
    program = apply(mine, terminal("x", REAL))
    assert program.run({"x": np.array([1.5])})[0] == 3.0
    with pytest.raises(ValueError, match="'twice': expected a Python view, got none"):
        python_source(program)


def test_constants_inside_programs_are_arrays() -> None:
    same = parse("(not (eq 0 0))", named(["boolean", "choice", "constants"]), ())
    assert not same.run({"row": np.zeros(3)}).any()
    assert same.run({"row": np.zeros(3)}, "jax").tolist() == [False] * 3
