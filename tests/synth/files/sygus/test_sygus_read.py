"""The reader: what each command states, and one sentence with the line for each mistake."""

from pathlib import Path

import numpy as np
import pytest

from synth.files.sygus import Problem, parse_problem, read_problem
from synth.files.sygus.text import DEPTH, expressions
from synth.files.text import SIZE
from synth.language.types import BOOL, BV, INT, Fn

PROBLEMS = Path(__file__).parent / "problems"
ONE = "(synth-fun f ((x Int)) Int)\n"


def problem(name: str) -> Problem:
    return read_problem(PROBLEMS / f"{name}.sl")


def test_examples_are_read_in_every_form_and_once() -> None:
    read = problem("lowest_bit")
    assert read.kind == "examples"
    assert read.logic == "BV"
    assert not read.constraints
    stated = [(*example.inputs, example.output) for example in read.examples]
    assert stated == [(0, 0), (6, 2), (7, 1), (0xF0, 0x10), (0x80, 0x80), (0x4C, 4)]
    assert read.examples[3].line == 15
    assert [condition.term.smt() for condition in read.conditions][:2] == ["(= (f #x00) #x00)", "(= (f #x06) #x02)"]


def test_boolean_answers_may_be_stated_bare() -> None:
    read = parse_problem(
        "(synth-fun p ((x Int) (b Bool)) Bool)"
        "(constraint (p 3 true)) (constraint (not (p (- 4) false))) (constraint (= (p (+ 1 1) true) (not true)))"
    )
    assert [(*example.inputs, example.output) for example in read.examples] == [(3, 1, 1), (-4, 0, 0), (2, 1, 0)]


def test_general_constraints_are_terms() -> None:
    read = problem("larger")
    assert read.kind == "general"
    assert [node.name for node in read.variables] == ["x", "y"]
    assert read.functions[0].type == Fn((INT, INT), INT)
    assert [found.line for found in read.constraints] == [6, 7, 8]
    term = read.constraints[2].term
    assert [call.function for call in term.calls] == ["larger"]
    columns = {"x": np.array([1, 5, 2]), "y": np.array([3, 4, 2])}
    assert term.evaluate(columns, {"larger": np.maximum}).tolist() == [True, True, True]
    assert term.evaluate(columns, {"larger": lambda x, y: np.array([1, 1, 1])}).tolist() == [True, False, False]


def test_an_invariant_is_three_constraints() -> None:
    read = problem("counter")
    assert read.functions[0].result == BOOL
    assert {node.name for node in read.variables} == {"x", "x!"}
    assert [found.term.smt() for found in read.constraints] == [
        "(=> (= x 0) (inv x))",
        "(=> (and (inv x) (and (< x 10) (= x! (+ x 1)))) (inv x!))",
        "(=> (inv x) (<= x 10))",
    ]


def test_assumptions_are_told_apart() -> None:
    read = parse_problem(ONE + "(declare-var y Int) (assume (> y 0)) (constraint (> (f y) y))")
    assert [found.assumption for found in read.constraints] == [True, False]


@pytest.mark.parametrize(
    ("text", "smt"),
    [
        ("(> (f y) 1 0)", None),
        ("(= y (+ y y y (f y)))", "(= y (+ (+ (+ y y) y) (f y)))"),
        ("(=> (> y 0) (< y 9) (= (f y) y))", "(=> (> y 0) (=> (< y 9) (= (f y) y)))"),
        ("(distinct y 1 (f y))", None),
        ("(let ((z (f y)) (y 3)) (let ((y z)) (> y z)))", "(let ((t0 (f y))) (> t0 t0))"),
        ("(= (f y) (- 3))", "(= (f y) (- 3))"),
        ("(= (f y) (- y))", "(= (f y) (- y))"),
        ("(= (f y) (mod (div y 2) (abs y)))", "(= (f y) (mod (div y 2) (abs y)))"),
        ("(xor (= (f y) y) (ite (> y 1) true false))", "(xor (= (f y) y) (ite (> y 1) true false))"),
    ],
)
def test_operations_are_read_as_smt_lib_has_them(text: str, smt: str | None) -> None:
    read = parse_problem(ONE + f"(declare-var y Int) (constraint {text})")
    terms = [found.term for found in read.constraints]
    if smt is not None:
        assert [term.smt() for term in terms] == [smt]
    for term in terms:
        assert np.shape(term.evaluate({"y": np.arange(3)}, {"f": lambda y: y + 5})) == (3,) * bool(term.variables)


def test_words_have_their_operations() -> None:
    read = parse_problem(
        "(synth-fun g ((x (_ BitVec 8))) (_ BitVec 8)) (declare-var x (_ BitVec 8))"
        "(constraint (= (g x) (bvnand x (bvor x #b00000001 #x0F))))"
    )
    assert read.kind == "functional"
    assert read.constraints[0].term.smt() == "(= (g x) (bvnot (bvand x (bvor (bvor x #x01) #x0f))))"
    assert read.functions[0].type == Fn((BV(8),), BV(8))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(", "line 1: expected ')' before the end for the bracket opened here; add what is missing"),
        ("\n(((()", "line 2: expected 3 times ')' before the end for the bracket opened here; add what is missing"),
        ("(check-synth))", "line 1: expected an expression, got ')' that closes nothing; remove it"),
        ('(set-info :a "b', 'line 1: expected a second " for the one opened here, got the end; close it'),
        ("(set-logic é)", "line 1: expected words, numbers and brackets, got the character '\\xe9'; remove it"),
        ("(check-synt)", "line 1: unknown command 'check-synt'; did you mean 'check-synth'?"),
        ("check-synth", "line 1: expected a command in brackets, got 'check-synth'; put it in brackets"),
        ("(())", "line 1: expected a command's name after '(', got '()'; write one"),
        ("(define-fun-rec f () Int 1)", "which is not read"),
        ("(set-logic LIA LIA)", "line 1: expected 1 arguments for set-logic, got 2; mend the command"),
        ("(set-logic SLIA)", "line 1: expected a logic among BV, LIA"),
        ("(declare-var s String)", "line 1: expected a sort among Int, Bool and (_ BitVec n), got 'String'; use one"),
        ("(declare-var s (Array Int Int))", "got '(Array Int Int)'; use one of them"),
        ("(declare-var s (_ BitVec 65))", "line 1: expected bit-vectors of 1 to 64 bits, got '65'; split wider ones"),
        ("(declare-var s Int)\n(declare-var s Bool)", "line 2: expected one sort for the variable s, got Int before"),
        ("(declare-var 3 Int)", "line 1: expected a name for a variable, got '3'; begin it with a letter"),
        ("(define-sort Int2 (T) Int)", "expected a sort without parameters"),
        ("(define-fun bvadd () Int 1)", "line 1: expected a new name for a function, got 'bvadd' again; rename it"),
        ("(define-fun g ((x Int) (x Int)) Int x)", "line 1: expected parameters of different names, got 'x' twice"),
        ("(define-fun g ((x Int y)) Int x)", "line 1: expected a parameter (name sort), got '(x Int y)'"),
        ("(define-fun g ((x Int)) Bool x)", "line 1: expected a term of sort Bool, got 'x' of sort Int"),
        ("(define-fun g ((x Int)) Int (h x))", "line 1: unknown function 'h'; known are none"),
        ("(define-fun g ((value Int)) Int valeu)", "line 1: unknown name 'valeu'; did you mean 'value'?"),
        ("(define-fun g () Int 1.5)", "line 1: expected a literal such as 12, #x0f, #b01 or true, got '1.5'"),
        ("(define-fun g () Int 99999999999999999999)", "line 1: expected integers that 64 bits hold, got '9999"),
        ("(define-fun g () Int (+ 1 true))", "expected + on sorts that it is defined for, got '+ Int Bool'"),
        ("(define-fun g () Int (let ((x)) 1))", "line 1: expected (name term), got '(x)'; give the name one term"),
        ("(define-fun g () Int (let 1))", "line 1: expected (let ((name term) ...) term), got '(let 1)'"),
        ("(define-fun g () Int (+))", "line 1: expected arguments for '+', got none"),
        ("(define-fun g ((x (_ BitVec 8))) (_ BitVec 8) (bvadd x #x001))", "got 'bvadd (_ BitVec 8) (_ BitVec 12)'"),
        ("(define-fun g () Int ((_ extract 1 0) #x1))", "indexed functions are not read"),
        ("", "line 1: expected a function to find, got none; add (synth-fun name ((x Int)) Int)"),
        (ONE + "(constraint (= (f 1 2) 1))", "line 2: expected arguments (Int) for 'f', got (Int Int); mend the call"),
        (
            ONE + "(constraint 1)",
            "line 2: expected a term of sort Bool, got '1' of sort Int; mend the term or the sort",
        ),
        (ONE + ONE, "line 2: expected a new name for a function, got 'f' again; rename it"),
        (
            ONE + "(constraint (= (f 1) 2))\n\n(constraint (= 3 (f 1)))",
            "lines 2 and 4 contradict each other: (f 1) is 2 in one and 3 in the other; remove one of them",
        ),
        (
            ONE + "(constraint (and (= (f 1) 2) (= (f 1) 3)))",
            "line 2 contradicts itself: (f 1) is 2 in one and 3 in the other; remove one of them",
        ),
        (ONE + "(inv-constraint g g g g)", "line 2: unknown invariant 'g'; known are f"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="line") as caught:
        parse_problem(text)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_follows_check_synth_is_not_read() -> None:
    assert parse_problem(ONE + "(constraint (= (f 1) 2)) (check-synth) (nonsense)").kind == "examples"


def test_brackets_are_bounded_without_recursion() -> None:
    deep = "(" * DEPTH + ")" * DEPTH
    assert len(list(expressions(deep))) == 1
    with pytest.raises(ValueError, match=f"at most {DEPTH} brackets inside each other"):
        list(expressions("(" * 1_000_000))


def test_a_deep_term_is_read_and_evaluated() -> None:
    depth = DEPTH - 10
    read = parse_problem(ONE + f"(declare-var y Int) (constraint (> (f y) {'(+ 1 ' * depth} y {')' * depth}))")
    assert read.constraints[0].term.evaluate({"y": np.zeros(2)}, {"f": lambda y: y + depth + 1}).all()


@pytest.mark.slow
def test_functions_that_double_each_other_are_not_written_out_for_ever() -> None:
    lines = ["(define-fun f0 ((x Int)) Int (+ x 1))"]
    lines += [f"(define-fun f{i + 1} ((x Int)) Int (f{i} (f{i} x)))" for i in range(60)]
    with pytest.raises(ValueError, match="expected at most 1000000 operations once defined functions are written out"):
        parse_problem("\n".join(lines))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.sl"
    with large.open("wb") as file:
        file.truncate(SIZE + 1)
    with pytest.raises(ValueError, match="expected a file of at most 64 MiB, got a larger one"):
        read_problem(large)


def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bytes.sl"
    file.write_bytes(b"(set-logic LIA)\n\xff")
    with pytest.raises(ValueError, match=r"bytes.sl, line 2: expected UTF-8 text, got the byte 0xff"):
        read_problem(file)
    file.write_text("(set-logic LIA)\n(set-logik)")
    with pytest.raises(ValueError, match=r"bytes.sl, line 2: unknown command"):
        read_problem(file)
