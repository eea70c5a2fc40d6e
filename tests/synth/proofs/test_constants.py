"""Constants that a grammar allows without listing them: found by solving, and claims that say what was tried."""

import pytest

from synth.bank.budget import Budget
from synth.files.sygus import parse_problem
from synth.language.listed import in_words
from synth.proofs.constraints import Answer, Outcome, Unsolved, solve_problem
from synth.proofs.constraints.exemplified import smallest_with_constants

ANY = "((S Int) (B Bool)) ((S Int (x (Constant Int) (+ S S) (* (Constant Int) S) (ite B S S))) (B Bool ((< S S))))"


def number(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"


def problem(logic: str, type: str, examples: list[tuple[str, str]], grammar: str = "") -> str:
    lines = "".join(f"(constraint (= (f {given}) {wanted}))" for given, wanted in examples)
    return f"(set-logic {logic})(synth-fun f {type} {grammar}){lines}(check-synth)"


def mapped(function, values: list[int]) -> list[tuple[str, str]]:
    return [(number(value), number(function(value))) for value in values]


def truth(function, values: list[int]) -> list[tuple[str, str]]:
    return [(number(value), str(function(value)).lower()) for value in values]


WORDS = [0x9A3B5C7D, 0x00FF12E4, 0xF0E1D2C3, 0x13579BDF, 0x2468ACE0]
TO_INT, TO_BOOL, WORD = "((x Int)) Int", "((x Int)) Bool", "((x (_ BitVec 32))) (_ BitVec 32)"
EXAMPLES = {
    "an affine map": ("LIA", TO_INT, mapped(lambda x: 1000 * x + 77, [0, 3, -5, 20]), "", 5),
    "in a grammar": ("LIA", TO_INT, mapped(lambda x: 1234 * x - 5678, [0, 3, -5, 20]), ANY, 5),
    "a threshold": ("LIA", TO_BOOL, truth(lambda x: x > 137, [0, 137, -4, 138, 500]), "", 3),
    "an equation": ("LIA", TO_BOOL, truth(lambda x: x == 4711, [0, 137, 4710, 4711, 4712]), "", 3),
    "a remainder": ("NIA", TO_INT, mapped(lambda x: x % 97, [0, 3, 500, 1200, 98, 97, 55555]), "", 3),
    "a quotient": ("NIA", TO_INT, mapped(lambda x: x // 1013, [0, 3, 5000, 12000, 98, 55555, -50000]), "", 3),
    "a mask": ("BV", WORD, [(f"#x{x:08x}", f"#x{x & 0x0FF0A5C3:08x}") for x in WORDS], "", 3),
    "a product": ("BV", WORD, [(f"#x{x:08x}", f"#x{x * 0x9E3779B1 % 2**32:08x}") for x in WORDS], "", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_constants_of_examples_are_found_and_smaller_programs_excluded(name: str) -> None:
    logic, type, examples, grammar, nodes = EXAMPLES[name]
    found = smallest_with_constants(parse_problem(problem(logic, type, examples, grammar)), 8.0, 0)
    assert found is not None
    assert found.program is not None
    assert found.nodes == nodes
    assert found.excluded == nodes - 1
    assert f"no program of fewer than {nodes} nodes in this language does, whatever its constants" in found.statement


def test_a_language_that_lists_its_constants_is_left_alone() -> None:
    text = problem("LIA", TO_INT, [("1", "77")], "((S Int)) ((S Int (x 1 (+ S S))))")
    assert smallest_with_constants(parse_problem(text), 2.0, 0) is None


def solved(constraints: str, grammar: str = "", names: str = "((x Int))", sort: str = "Int") -> Outcome:
    text = f"(set-logic LIA)(declare-var x Int)(synth-fun f {names} {sort} {grammar}){constraints}(check-synth)"
    return solve_problem(parse_problem(text), Budget(seconds=120))


CONSTANT = "((C Int)) ((C Int ((Constant Int))))"
PAIR = "(constraint (= (- (f (+ x 1)) (f x)) 250))(constraint (= (f 2) 1))"
CONSTRAINTS = {
    "a constant": (("(constraint (= (* 2 f) 14))", CONSTANT, "()"), 1, ("7",)),
    "a bound": (("(constraint (< 3000 (* 3 f)))(constraint (< (* 3 f) 3004))", CONSTANT, "()"), 1, ("1001",)),
    "two calls": ((PAIR,), 5, ("(add -499 (mul 250 x))",)),
    "a test": (("(constraint (= (f x) (> (* 7 x) 1000)))", "", "((x Int))", "Bool"), 3, ("(lt 142 x)", "(le 143 x)")),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constants_of_constraints_are_solved_for(name: str) -> None:
    question, nodes, wanted = CONSTRAINTS[name]
    answer = solved(*question)
    assert isinstance(answer, Answer), answer.statement
    assert answer.proved
    assert answer.minimal
    assert answer.size == nodes
    assert answer.programs["f"].show() in wanted


def test_a_claim_of_all_constants_is_made_only_where_all_are_excluded() -> None:
    outcome = Unsolved(why="time", excluded=9.0, seconds=1.0, tried="0 and 1", sure=3.0)
    among = "no answer of at most 9 nodes is right among the constants that were tried (0 and 1)"
    assert outcome.statement == f"no answer found: time; {among}, and with any constants none of at most 3 nodes"
    whole = Unsolved(why="time", excluded=3.0, seconds=1.0, tried="0 and 1", sure=3.0)
    assert whole.statement == "no answer found: time; no answer of at most 3 nodes is right"


def test_constants_are_named_in_few_words() -> None:
    assert in_words(map(str, range(31))) == "0 to 30"
    assert in_words(["0", "1", "-1"]) == "0, 1 and -1"
    assert in_words(map(str, range(0, 100, 7))) == "0, 7, 14, 21, 28 and 10 more"
    assert in_words([]) == "none"
