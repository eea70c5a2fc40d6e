"""Proofs by z3 agree with the programs' own values; what cannot be proved is said."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.files.sygus.operators import BOOLEANS, DIV, GE, GT, IFF, IMPLIES, INTEGERS, REM
from synth.language.literals import bv_literal
from synth.language.parse import parse
from synth.language.primitive import Primitive
from synth.language.program import Apply, Program, Terminal, apply, terminal
from synth.language.types import BOOL, BV, INT, REAL, Fn, Type, dtype_of
from synth.library import PRIMITIVES
from synth.library.bitvectors import bitvectors
from synth.proofs import smt
from synth.proofs.smt import Proved, Refuted, Smt, Unproved, prove
from tests.synth.proofs.without_z3 import hide_z3

X, Y, P = Terminal("x", INT), Terminal("y", INT), Terminal("p", BOOL)
LIBRARY = (*INTEGERS.values(), *BOOLEANS.values())


def claim(text: str, *more: Terminal) -> Program:
    return parse(text, LIBRARY, (X, Y, P, *more))


def test_a_law_of_integers_is_proved() -> None:
    assert prove(claim("(ge (if_int (ge x y) x y) x)")) == Proved(how="by SMT")


def test_a_false_claim_comes_with_an_input_that_refutes_it() -> None:
    wrong = claim("(ge (add x y) x)")
    verdict = prove(wrong)
    assert isinstance(verdict, Refuted)
    assert not wrong.run({name: np.array([value]) for name, value in verdict.inputs.items()})[0]


def test_few_bits_are_tried_exhaustively_without_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_z3(monkeypatch)
    words = bitvectors(8)
    a, b = Terminal("a", BV(8)), Terminal("b", BV(8))
    total = parse("(bveq (bvadd a b) (bvadd (bvxor a b) (bvadd (bvand a b) (bvand a b))))", words, (a, b))
    assert prove(total) == Proved(how="exhaustively")
    wrong = prove(parse("(bvult (bvand a b) (bvor a b))", words, (a, b)))
    assert isinstance(wrong, Refuted)
    assert wrong.inputs["a"] == wrong.inputs["b"] == 0


def test_a_claim_without_variables_is_tried() -> None:
    words = {p.name: p for p in bitvectors(4)}
    truth = apply(words["bveq"], *(Program((Apply(bv_literal(3, 4), ()),)) for _ in range(2)))
    assert prove(truth) == Proved(how="exhaustively")
    assert prove(claim("(or p (not p))")) == Proved(how="exhaustively")


def test_words_of_32_bits_are_proved_or_refuted() -> None:
    words = bitvectors(32)
    a = Terminal("a", BV(32))
    verdict = prove(parse("(bvsle (bvand a (bvneg a)) a)", words, (a,)))
    assert isinstance(verdict, Refuted)
    assert verdict.inputs["a"] >= 2**31
    lowest = "(bveq (bvand a (bvsub a (bvand a (bvneg a)))) (bvxor a (bvand a (bvneg a))))"
    assert prove(parse(lowest, words, (a,))) == Proved(how="by SMT")


def test_types_that_z3_does_not_read_are_no_proof() -> None:
    x = terminal("x", REAL)
    same = Primitive(name="same", type=Fn((REAL, REAL), BOOL), doc="", run=lambda xp, a, b: a == b, sym=sympy.Eq)
    verdict = prove(apply(same, x, x))
    assert isinstance(verdict, Unproved)
    assert "SMT reads int, bool and bit-vectors, not real" in verdict.why


def odd(smt: str | None) -> Primitive:
    return Primitive(
        name="odd",
        type=Fn((INT,), BOOL),
        doc="",
        run=lambda xp, a: a % 2 == 1,
        sym=lambda a: sympy.Eq(a % 2, 1),
        smt=smt,
    )


def test_primitives_without_a_template_are_no_proof() -> None:
    verdict = prove(apply(odd(None), terminal("x", INT)))
    assert isinstance(verdict, Unproved)
    assert "primitive 'odd': expected an SMT-LIB template, got none" in verdict.why


def test_a_template_that_z3_does_not_read_is_told() -> None:
    verdict = prove(apply(odd("(strange {})"), terminal("x", INT)))
    assert isinstance(verdict, Unproved)
    assert "which z3 does not read" in verdict.why


def test_a_claim_that_is_not_boolean_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a claim of type bool"):
        prove(terminal("x", INT))


def test_the_absence_of_z3_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert smt.installed()
    hide_z3(monkeypatch)
    assert not smt.installed()
    with pytest.raises(ValueError, match=r"expected the package z3-solver.*pip install 'synthnet\[smt\]'"):
        smt.load()
    verdict = prove(claim("(ge x x)"))
    assert isinstance(verdict, Unproved)
    assert "z3-solver" in verdict.why


def test_hard_claims_stop_in_time() -> None:
    one = Terminal("n", INT)
    fermat = "(not (and (and (lt n x) (lt n y)) (eq (mul (mul x x) x) (add (mul (mul y y) y) (mul n n)))))"
    assert not isinstance(prove(claim(fermat, one), 0.2), Proved)


def test_a_core_names_what_contradicts() -> None:
    solver = Smt((X, Y))
    claims = [solver.expression(claim(text)) for text in ("(lt x y)", "(ge x x)", "(lt y x)")]
    assert solver.core([], claims, 1.0) == (0, 2)
    assert solver.core([], claims[:2], 1.0) is None


TOTAL = [p for p in PRIMITIVES if p.smt and all(kind in (INT, BOOL) for kind in (*p.type.args, p.type.result))]
SYGUS = [GE, GT, IMPLIES, IFF, DIV, REM]
WORDS = [p for width in (5, 64) for p in bitvectors(width)]


@pytest.mark.parametrize("primitive", [*TOTAL, *SYGUS, *WORDS], ids=lambda p: f"{p.name}-{p.type}")
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_templates_mean_what_run_computes(primitive: Primitive, data: st.DataObject) -> None:
    names = [Terminal(f"x{i}", kind) for i, kind in enumerate(primitive.type.args)]
    drawn = [data.draw(values(kind)) for kind in primitive.type.args]
    if primitive in (DIV, REM) and drawn[1] == 0:
        return  # left open by SMT-LIB
    program = apply(primitive, *(Program((name,)) for name in names))
    columns = {
        name.name: np.array([value], dtype=dtype_of(name.type)) for name, value in zip(names, drawn, strict=True)
    }
    value = program.run(columns or {"": np.zeros(1)})[0].item()
    solver = Smt(names)
    asked = solver.expression(program)
    equal = [solver.variables[name.name] == each for name, each in zip(names, drawn, strict=True)]
    assert isinstance(solver.refute([*equal, asked != value], 5.0), Proved)


def values(kind: Type) -> st.SearchStrategy:
    if kind == BOOL:
        return st.booleans()
    if kind == INT:
        return st.integers(-20, 20)
    return st.integers(0, 2 ** (kind.width or 1) - 1) | st.integers(0, 3)


def test_questions_of_a_search_share_its_patience() -> None:
    law = claim("(ge (if_int (ge x y) x y) x)")
    late = prove(law, patience=smt.Patience(until=0.0))
    assert isinstance(late, Unproved)
    assert late.why == "the time was spent before z3 was asked"
    with pytest.raises(KeyboardInterrupt):
        prove(law, patience=smt.Patience(stopped=lambda: True))
    ready = smt.Patience(until=float("inf"), bytes=1 << 30, stopped=lambda: False)
    assert prove(law, patience=ready) == Proved(how="by SMT")
