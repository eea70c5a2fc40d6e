"""Grammars as languages: what each production becomes, what it costs, and how it is written again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synth.checks.check import check_primitive
from synth.files.sygus import parse_problem, read_problem, specification, write_answers
from synth.files.sygus.operators import DIV, GE, GT, IFF, IMPLIES, REM
from synth.language.grammar import EIGHTHS, Language
from synth.language.primitive import Primitive
from synth.language.program import apply, terminal
from synth.language.types import BOOL, BV, INT, Fn, plain
from synth.language.xp import NUMPY

PROBLEMS = Path(__file__).parent / "problems"
BYTE = "(_ BitVec 8)"


def grammar(rules: str, head: str = "(f ((x Int) (y Int)) Int") -> Language:
    text = f"(synth-fun {head[1:]} {rules})\n(constraint (= (f 1 2) 7))"
    return parse_problem(text).functions[0].language


def named(language: Language, name: str) -> Primitive:
    return next(primitive for primitive in language.primitives if primitive.name == name)


def language_of(name: str) -> Language:
    return read_problem(PROBLEMS / f"{name}.sl").functions[0].language


def test_every_production_costs_its_nodes() -> None:
    language = language_of("lowest_bit")
    names = ["#x00", "#x01", "x", "bvnot", "double", "bvand", "bvadd", "choose"]
    assert language.costs == {BV(8): dict.fromkeys(names, EIGHTHS)}
    assert named(language, "double").smt == "(double {})"
    assert named(language, "double").body.show() == "(bvshl |hole 0| #x01)"


def test_a_defined_choice_chooses_and_undoes() -> None:
    language = language_of("lowest_bit")
    choose, double = named(language, "choose"), named(language, "double")
    assert choose.choice is not None
    assert choose.choice.when(NUMPY, np.array([0, 1, 2], np.uint64)).tolist() == [False, True, False]
    assert [(inverse.place, inverse.exact) for inverse in double.inverses] == [(0, False)]
    assert double.inverses[0].run(NUMPY, np.array([6], np.uint64)).tolist() == [3]


def test_nonterminals_of_one_sort_are_types_of_their_own() -> None:
    language = language_of("turn_off")
    small = replace(BV(16), symbol="Small")
    assert set(language.costs) == {BV(16), small}
    assert set(language.costs[small]) == {"x", "#x0000", "#x0001", "#xffff", "#x8000", "#x000f"}
    assert set(language.costs[BV(16)]) == {*language.costs[small], "bvand", "bvsub", "bvshl_#x0001"}
    assert language.costs[BV(16)]["bvshl_#x0001"] == 2 * EIGHTHS
    assert named(language, "bvsub").type == Fn((BV(16), small), BV(16))
    assert [law.name for law in named(language, "bvsub").laws] == []


def test_old_grammars_are_read_and_nested_conditions_become_rules() -> None:
    language = language_of("old_form")
    choice = named(language, "if_int")
    condition = choice.type.args[0]
    assert plain(condition) == BOOL
    assert language.costs[condition] == {"le": EIGHTHS}
    assert language.costs[INT]["-2"] == EIGHTHS
    assert choice.choice is not None


def test_parameters_and_constants_inside_a_production_are_arguments() -> None:
    language = grammar("((S Int)) ((S Int (x (+ y S) (- S (Constant Int)) (* 2 (+ S 1)))))")
    add, sub = named(language, "add"), named(language, "sub")
    assert add.type.args[0].symbol == "y"
    assert language.costs[add.type.args[0]] == {"y": EIGHTHS}
    assert set(language.costs[sub.type.args[1]]) == {"0", "1", "-1", "7"}
    assert language.costs[INT]["*_2_+_1"] == 4 * EIGHTHS
    assert named(language, "*_2_+_1").smt == "(* 2 (+ {} 1))"


def test_operations_on_two_widths_have_names_of_their_own() -> None:
    text = f"(synth-fun f ((x {BYTE}) (y (_ BitVec 4))) {BYTE}) (constraint (= (f #x01 #x2) #x03))"
    language = parse_problem(text).functions[0].language
    names = [primitive.name for primitive in language.primitives]
    assert len(set(names)) == len(names)
    assert {named(language, name).type.result for name in ("bvadd", "bvadd.bv8")} == {BV(4), BV(8)}


def test_without_a_grammar_every_operation_and_the_usual_constants_are_there() -> None:
    language = (
        parse_problem("(set-logic LIA)(synth-fun f ((x Int)) Int)(constraint (= (f 1) 40))").functions[0].language
    )
    assert set(language.costs[INT]) == {"add", "sub", "neg", "if_int", "mul", "0", "1", "-1", "40", "x"}
    assert set(language.costs[BOOL]) == {"lt", "le", "eq", "and", "or", "not", "true", "false"}
    assert named(language, "mul").type.args[0].symbol is not None


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ("((S Int)) ((S Int (T)))", "unknown name 'T'; known are f"),
        ("((S Int)) ((S Int (S)) (S Int (x)))", "expected a new name for a nonterminal, got 'S' again; rename it"),
        ("((S Int)) ((S Int ()))", "expected productions for 'S', got none; give it at least one"),
        ("((S Int)) ((S Int ((+ S S))))", "expected a grammar that makes terms of sort Int, got productions of S that"),
        (
            "((S Int) (T Int)) ((S Int ((+ T 1))) (T Int ((+ S x))))",
            "got productions of S that never end; add a parameter or a constant",
        ),
        ("((S Int)) ((S Int))", "expected a rule (name sort (production ...)), got '(S Int)'; mend it"),
        ("((S Int)) ()", "expected at least one rule in the grammar, got none; leave the grammar out"),
        ("((S Int) (T Int)) ((S Int (x)))", "expected rules for the declared nonterminals (S Int) (T Int) in their"),
        ("((S Int Int)) ((S Int (x)))", "expected (name sort), got '(S Int Int)'; give a name and its sort"),
        ("((S Bool)) ((S Bool (true)))", "expected a first nonterminal of the function's sort Int, got S of sort Bool"),
        ("((S Int)) ((S Int (true)))", "expected a production of sort Int for S, got 'true' of sort Bool; mend it"),
        ("((S Int)) ((S Int ((< S S))))", "expected a production of sort Int for S, got '(< S S)' of sort Bool"),
        ("((S Int)) ((S Int ((Constant Bool))))", "expected a production of sort Int for S, got '(Constant Bool)'"),
        ("((S Int) (B Bool)) ((S Int (x B)) (B Bool (true)))", "expected a production of sort Int for S, got B of"),
        ("((S Int)) ((S Int ((let ((z S)) z))))", "expected productions without let, got '(let ((z S)) z)'"),
        ("((S Int)) ((S Int ((f S S))))", "expected a grammar without asked-for functions, got f; remove it"),
        ("((S Int)) ((S Int ((+ S S S S))))", "expected productions of at most 3 arguments, got '(+ S S S S)'"),
        ("((S Int)) ((S Int ((and S S))))", "expected and on sorts that it is defined for, got 'and Int Int'"),
        ("((S Int)) S", "expected the grammar's rules in brackets, got 'S'; put it in brackets"),
    ],
)
def test_a_wrong_grammar_is_one_sentence(rules: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"line 1: ") as caught:
        grammar(rules)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["lowest_bit", "turn_off", "old_form"])
def test_the_views_of_every_production_agree(name: str) -> None:
    for primitive in language_of(name).primitives:
        kinds = Fn(tuple(map(plain, primitive.type.args)), plain(primitive.type.result))
        check_primitive(replace(primitive, type=kinds))


@pytest.mark.parametrize("primitive", [GE, GT, DIV, REM, IMPLIES, IFF], ids=lambda primitive: primitive.name)
def test_the_views_of_the_operations_agree(primitive: Primitive) -> None:
    check_primitive(primitive)


def test_answers_are_written_over_the_file_s_own_functions() -> None:
    problem = read_problem(PROBLEMS / "lowest_bit.sl")
    language = problem.functions[0].language
    x = terminal("x", BV(8))
    one, double = apply(named(language, "#x01")), named(language, "double")
    program = apply(named(language, "choose"), x, one, apply(double, apply(double, x)))
    assert write_answers(problem, {"f": program}) == (
        f"(define-fun f ((x {BYTE})) {BYTE} (choose x #x01 (double (double x))))"
    )


def test_a_long_answer_names_its_shared_parts() -> None:
    problem = parse_problem("(synth-fun f ((x Int)) Int) (constraint (= (f 1) 1))")
    program = terminal("x", INT)
    for _ in range(40):
        program = apply(named(problem.functions[0].language, "add"), program, program)
    text = write_answers(problem, {"f": program})
    assert text.startswith("(define-fun f ((x Int)) Int (let ((t0 (+ x x))) (let ((t1 (+ t0 t0))) ")
    assert len(text) < 2000


def test_a_term_is_an_oracle_with_inputs() -> None:
    spec = specification(read_problem(PROBLEMS / "turn_off.sl"))
    assert spec is not None
    assert spec.names == ("x",)
    assert spec.domain is not None
    assert len(spec.outputs) == 2**16
    x = np.array([0, 6, 0xFF00], np.uint64)
    assert spec.oracle is not None
    assert spec.oracle(x).tolist() == [0, 4, 0xFE00]


def test_wide_inputs_are_drawn_with_their_ends() -> None:
    text = "(synth-fun f ((x (_ BitVec 64)) (n Int) (b Bool)) Int) (declare-var n Int) (declare-var x (_ BitVec 64))"
    problem = parse_problem(text + "(declare-var b Bool) (constraint (= (ite b n 0) (f x n b)))")
    spec = specification(problem)
    assert spec is not None
    assert spec.domain is None
    assert {0, 2**64 - 1} <= set(spec.inputs[0].tolist())
    assert [values.dtype for values in spec.inputs] == [np.uint64, np.int64, np.bool_]
    assert np.array_equal(spec.outputs, np.where(spec.inputs[2], spec.inputs[1], 0))


def test_examples_are_a_specification() -> None:
    spec = specification(read_problem(PROBLEMS / "lowest_bit.sl"))
    assert spec is not None
    assert spec.inputs[0].dtype == np.uint64
    assert spec.outputs.tolist() == [0, 2, 1, 0x10, 0x80, 4]
    assert specification(read_problem(PROBLEMS / "larger.sl")) is None
