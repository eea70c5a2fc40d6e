"""Programs from constraints: answers are proved, the smallest are said to be so, contradictions name their lines."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.bank.budget import Budget
from synth.files.sygus import parse_problem
from synth.files.sygus.operators import BOOLEANS, INTEGERS, operators
from synth.language.derive import cost_of, derive
from synth.language.literals import constant
from synth.language.parse import parse
from synth.language.program import Program, Terminal, apply
from synth.language.types import BOOL, BV, INT
from synth.proofs.constraints import Answer, Contradiction, Outcome, Unsolved, solve_problem
from synth.proofs.constraints.board import Board
from synth.proofs.constraints.cover import cover
from synth.proofs.constraints.expression import exchanged, forms, literal, negated, replace_part, run, size, substitute
from synth.proofs.constraints.goal import claim, failing
from synth.proofs.constraints.hints import conditions, suggested
from synth.proofs.constraints.joint import split
from synth.proofs.constraints.linear import linear, tidy, written
from synth.proofs.constraints.lists import decision_list
from synth.proofs.constraints.rows import draw
from synth.proofs.constraints.shrink import shrink
from synth.proofs.constraints.translate import goal_of
from synth.proofs.constraints.trees import decision_tree
from synth.proofs.smt import Proved, prove
from tests.slowly import slowly
from tests.synth.proofs.without_z3 import hide_z3

X, Y, Z = (Terminal(name, INT) for name in "xyz")
NUMBERS = tuple(constant(value, INT) for value in range(6))
WORDS = tuple(dict.fromkeys((*INTEGERS.values(), *BOOLEANS.values(), *NUMBERS)))


def term(text: str) -> Program:
    return parse(text, WORDS, (X, Y, Z))


def solved(text: str, seconds: float = 5.0) -> Outcome:
    return solve_problem(parse_problem(text + "\n(check-synth)"), Budget(seconds=seconds))


def asked(logic: str, names: str, *constraints: str, sort: str = "Int", result: str = "", grammar: str = "") -> str:
    """A problem with one function f of variables of one sort, a constraint a line from line 3 on."""
    given = " ".join(f"({name} {sort})" for name in names.split())
    declared = " ".join(f"(declare-var {name} {sort})" for name in names.split())
    lines = [f"(set-logic {logic}) {declared}", f"(synth-fun f ({given}) {result or sort} {grammar})"]
    return "\n".join([*lines, *(f"(constraint {constraint})" for constraint in constraints)])


def largest(names: str, grammar: str = "", sort: str = "Int", least: str = ">=") -> str:
    call = f"(f {names})"
    one = " ".join(f"(= {call} {name})" for name in names.split())
    above = [f"({least} {call} {name})" for name in names.split()]
    return asked("ALL" if sort != "Int" else "LIA", names, *above, f"(or {one})", sort=sort, grammar=grammar)


def search(items: int) -> str:
    """The place of k among x1 < x2 < ..., as in the public problem array_search."""
    names = [f"x{i}" for i in range(1, items + 1)]
    call = f"(f {' '.join(names)} k)"
    rising = " ".join(f"(< {a} {b})" for a, b in itertools.pairwise(names))
    between = [f"(and (< {a} k) (< k {b}))" for a, b in itertools.pairwise(names)]
    cases = [f"(< k {names[0]})", *between, f"(> k {names[-1]})"]
    rules = [f"(=> (and {rising} {case}) (= {call} {place}))" for place, case in enumerate(cases)]
    return asked("LIA", " ".join([*names, "k"]), *rules)


def sums(items: int) -> str:
    """The first two neighbours whose sum exceeds 5, as in the public problem array_sum."""
    names = [f"x{i}" for i in range(1, items + 1)]
    call = f"(f {' '.join(names)})"
    pairs = [f"(+ {a} {b})" for a, b in itertools.pairwise(names)]
    before = [" ".join(["true", *(f"(<= {pair} 5)" for pair in pairs[:i])]) for i in range(len(pairs) + 1)]
    rules = [f"(=> (and {before[i]} (> {pair} 5)) (= {call} {pair}))" for i, pair in enumerate(pairs)]
    return asked("LIA", " ".join(names), *rules, f"(=> (and {before[-1]}) (= {call} 0))")


INVARIANT = """(set-logic LIA)(synth-inv inv ((x Int)))
(define-fun before ((x Int)) Bool (= x 0))
(define-fun step ((x Int) (x! Int)) Bool (and (< x 10) (= x! (+ x 1))))
(define-fun after ((x Int)) Bool (=> (not (< x 10)) (= x 10)))
(inv-constraint inv before step after)"""
JOINED = """(set-logic LIA)(synth-fun f ((x Int) (y Int)) Int)(synth-fun g ((x Int) (y Int)) Int)
(declare-var x Int)(declare-var y Int)
(constraint (= (+ (f x y) (g y x)) (- x (+ x y))))"""
APART = """(set-logic LIA)(synth-fun f ((x Int)) Int)(synth-fun g ((x Int)) Int)(declare-var x Int)
(constraint (= (f x) (+ x 1)))(constraint (> (g x) (f 1)))(constraint (> (g x) x))"""
CHOICE = "((S Int) (B Bool)) ((S Int (x y z 0 1 (+ S S) (ite B S S))) (B Bool ((<= S S) (= S S))))"
BYTE = "(_ BitVec 8)"

MINIMAL = {
    "largest of two": (largest("x y"), 6),
    "largest of two bytes": (largest("x y", sort=BYTE, least="bvuge"), 6),
    "absolute value": (asked("LIA", "x", "(>= (f x) 0)", "(or (= (f x) x) (= (f x) (- x)))"), 7),
    "half": (asked("NIA", "x", "(<= (* 2 (f x)) x)", "(> (* 2 (f x)) (- x 2))"), 3),
    "a predicate": (
        asked("LIA", "x y z", "(=> (and (> x y) (> y z)) (f x y z))", "(=> (or (<= x y) (<= y z)) (not (f x y z)))",
              result="Bool"),
        7,
    ),
    "two calls": (asked("LIA", "x y", "(= (f x y) (f y x))", "(>= (f x y) x)", "(or (= (f x y) x) (= (f x y) y))"), 6),
    "another argument": (asked("LIA", "x y", "(= (f (+ x 1) y) (+ x 1 y))"), 3),
    "an invariant": (INVARIANT, 3),
    "two functions that need each other": (JOINED, 3),
    "no parameters": (asked("LIA", "x", "(>= f (ite (< x 0) x 1))", "(< f 3)").replace("f ((x Int))", "f ()"), 1),
    "an assumption": (asked("LIA", "x", "(> (f x) 0)").replace("(constraint", "(assume (> x 0))\n(constraint"), 1),
    "a stated term": (asked("BV", "x", "(= (bvand x (bvneg x)) (f x))", sort="(_ BitVec 32)"), 4),
}  # fmt: skip


@pytest.mark.parametrize("name", MINIMAL)
def test_small_answers_are_proved_minimal(name: str) -> None:
    text, nodes = MINIMAL[name]
    answer = solved(text)
    assert isinstance(answer, Answer), answer.statement
    assert answer.proved
    assert answer.excluded >= answer.size - 1
    assert answer.size == nodes
    assert "proven for all inputs" in answer.statement
    some = f"no answer of fewer than {nodes} node{'' if nodes == 1 else 's'} is right"
    assert some in answer.statement
    assert answer.minimal or f"{some} among the constants that were tried (" in answer.statement


JOINS = {
    "largest of five": (largest("a b c d e"), 45),
    "place among six": (search(6), 31),
    "sum of neighbours": (sums(6), 46),
    "coefficients": (asked("LIA", "x y", "(= (f x y) (ite (< x 5) (+ x x x 1) (+ x x x x x y y y 17)))"), 18),
    "a common addition": (
        asked("LIA", "x y z", "(ite (< (+ x y) 1) (= (f x y z) (+ z 1)) "
              "(ite (< (+ x z) 1) (= (f x y z) (+ y 1)) (= (f x y z) (+ x 1))))"),
        17,
    ),
    "a stated term with a choice": (asked("NIA", "x y", "(= (ite (> (* x y) 7) (* x x) (+ y x x)) (f x y))"), 16),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", slowly(JOINS, JOINS.keys() - {"coefficients", "a stated term with a choice", "a common addition"})
)  # 2 to 3 s on an idle machine
def test_terms_are_joined_by_conditions(name: str) -> None:
    text, nodes = JOINS[name]
    answer = solved(text, seconds=10.0)
    assert isinstance(answer, Answer), answer.statement
    assert answer.proved
    assert answer.size <= nodes
    assert answer.minimal or "not proven minimal (no answer of at most" in answer.statement


def test_the_answer_is_in_the_grammar() -> None:
    problem = parse_problem(largest("x y z", CHOICE) + "(check-synth)")
    answer = solve_problem(problem, Budget(seconds=10))
    assert isinstance(answer, Answer), answer.statement
    assert answer.proved
    assert answer.size <= 16
    assert cost_of(problem.functions[0].language, INT, answer.programs["f"]) == 8 * answer.size


def test_functions_without_a_common_constraint_are_found_apart() -> None:
    goal = goal_of(parse_problem(APART + "(check-synth)"))
    assert len(split(goal)) == 1
    rest = goal_of(parse_problem(APART.replace("(constraint (> (g x) (f 1)))", "") + "(check-synth)"))
    assert [part.unknowns[0].name for part in split(rest)] == ["f", "g"]
    answer = solved(APART.replace("(constraint (> (g x) (f 1)))", ""), seconds=60)
    assert isinstance(answer, Answer)
    assert answer.minimal
    assert answer.size == 6


CONTRADICTIONS = {
    "with an example": (asked("LIA", "x", "(>= (f x) x)", "(= (f 3) 2)", "(>= (f x) 0)"), (3, 4)),
    "everywhere": (asked("LIA", "x", "(> (f x) x)", "(= 1 1)", "(< (f x) (+ x 1))"), (3, 5)),
    "alone": (asked("LIA", "x", "(= (* 2 (f x)) x)"), (3,)),
    "at one input": (asked("LIA", "x", "(>= (f x) x)", "(=> (= x 123456) (< (f x) 7))"), (3, 4)),
    "with another call": (asked("LIA", "x", "(= (f 0) (f 1))", "(= (f x) x)"), (3, 4)),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictory_constraints_are_named_by_line(name: str) -> None:
    text, lines = CONTRADICTIONS[name]
    outcome = solved(text)
    assert isinstance(outcome, Contradiction), outcome.statement
    assert outcome.lines == lines
    assert ("contradict each other" if len(lines) > 1 else "contradicts itself") in outcome.statement


def test_what_is_not_found_is_said_with_what_was_excluded() -> None:
    outcome = solved(largest("x y", "((S Int)) ((S Int (x y 0 1 (+ S S) (- S S))))"), 1.0)
    assert isinstance(outcome, Unsolved)
    assert "the grammar of f has no choice" in outcome.statement
    assert outcome.excluded >= 5
    assert "no answer of at most" in outcome.statement


def test_calls_inside_calls_are_refused() -> None:
    outcome = solved(asked("LIA", "x", "(= (f (f x)) (+ x 4))"))
    assert isinstance(outcome, Unsolved)
    assert "which is not supported" in outcome.statement


def test_without_z3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_z3(monkeypatch)
    with pytest.raises(ValueError, match=r"pip install 'synthnet\[smt\]'"):
        solved(largest("x y"))


def test_lists_and_trees_are_right_for_all_inputs() -> None:
    goal = goal_of(parse_problem(largest("x y z") + "(check-synth)"))
    board = Board(goal, draw(goal, 16, 0), 16)
    board.add_terms(suggested(goal))
    chosen = cover(board, np.inf)
    assert chosen is not None
    assert sorted(board.terms[place].show() for place in chosen) == ["x", "y", "z"]
    own = []
    for place in chosen:
        tests = conditions(goal, [board.terms[place]])
        board.add_tests(tests)
        own.append([at for test in tests for at in (board.tests.index(test), board.tests.index(test) + 1)])
    for found in (decision_list(board, chosen, own, np.inf), decision_tree(board, chosen, 100, np.inf)):
        assert found is not None
        assert prove(claim(goal, [found])) == Proved(how="by SMT")
    assert decision_tree(board, chosen, 3, np.inf) is None


def test_shrinking_keeps_the_constraints() -> None:
    goal = goal_of(parse_problem(largest("x y") + "(check-synth)"))
    board = Board(goal, draw(goal, 16, 0), 16)
    long = term(
        "(ite (and (>= x y) (>= x x)) x (ite (<= x y) y x))".replace("ite", "if_int")
        .replace(">=", "ge")
        .replace("<=", "le")
    )
    short = shrink(board, long, [], np.inf)
    assert size(short) == 6
    assert not failing(goal, [short], draw(goal, 500, 1), 500).any()


INTS = st.recursive(
    st.sampled_from(["x", "y", "z", "0", "1", "3"]),
    lambda below: (
        st.builds("({} {} {})".format, st.sampled_from(["add", "sub", "mul"]), below, below)
        | st.builds("(neg {})".format, below)
    ),
    max_leaves=8,
)
CLAIMS = st.builds("({} {} {})".format, st.sampled_from(["lt", "le", "gt", "ge", "eq"]), INTS, INTS)
ROWS = {name: np.random.default_rng(i).integers(-9, 10, 64) for i, name in enumerate("xyz")}


@settings(max_examples=60, deadline=None)
@given(INTS)
def test_sums_are_the_terms_that_they_come_from(text: str) -> None:
    plain, short = term(text), written(linear(term(text)))
    assert (run(plain, ROWS, (64,)) == run(short, ROWS, (64,))).all()


@settings(max_examples=60, deadline=None)
@given(CLAIMS)
def test_tidy_negated_and_other_forms_say_the_same(text: str) -> None:
    plain = term(text)
    values = run(plain, ROWS, (64,))
    assert (run(tidy(plain), ROWS, (64,)) == values).all()
    assert (run(negated(plain), ROWS, (64,)) == ~values).all()
    for form in forms(plain):
        assert (run(form, ROWS, (64,)) == values).all()


def test_comparisons_of_words_have_opposites() -> None:
    known = operators(BV(8))
    one, other = (Program((Terminal(name, BV(8)),)) for name in "ab")
    for name, opposite in (("bvult", "bvuge"), ("bvsgt", "bvsle"), ("bvule", "bvugt")):
        assert negated(apply(known[name], one, other)) == apply(known[opposite], one, other)
    assert exchanged(term("(add x y)"), {"<": ">="}) is None
    assert negated(literal(1, BOOL)) == literal(0, BOOL)


def test_parts_are_replaced_and_terminals_substituted() -> None:
    both = term("(add x (add x y))")
    assert substitute(both, {"x": term("(neg x)")}).show() == "(add (neg x) (add (neg x) y))"
    assert replace_part(both, 2, term("z")).show() == "(add x z)"
    assert size(both) == 5


def test_a_term_is_written_by_a_grammar_or_not_at_all() -> None:
    text = "((S Int) (C Int)) ((S Int (x (+ S C) (ite (<= S 0) S (* 2 S)))) (C Int (0 1)))"
    language = parse_problem(asked("LIA", "x", "(> (f x) x)", grammar=text) + "(check-synth)").functions[0].language
    for said, cost in (("x", 1), ("(add x 1)", 3), ("(if_int (le (add x 1) 0) x (mul 2 x))", 10)):
        found = derive(language, INT, term(said))
        assert found is not None
        assert cost_of(language, INT, term(said)) == 8 * cost
        assert (run(found, ROWS, (64,)) == run(term(said), ROWS, (64,))).all()
    for said in ("1", "(add 1 x)", "(if_int (le x 1) x x)", "(mul 3 x)"):
        assert derive(language, INT, term(said)) is None


def test_samples_meet_the_constants_and_the_corners() -> None:
    goal = goal_of(parse_problem(asked("BV", "x y", "(bvult (f x y) #x11)", sort=BYTE) + "(check-synth)"))
    rows = draw(goal, 200, 0)
    assert {0, 1, 255, 127, 128, 0x10, 0x11, 0x12} <= set(rows["x"].tolist())
    assert (rows["x"][:10] == rows["y"][:10]).all()
    assert all((draw(goal, 200, 0)[name] == rows[name]).all() for name in rows)
