"""Functions that no constraint mentions get the smallest term of their grammar; what fails anyway is said."""

import pytest

from synth.bank.budget import Budget
from synth.files.sygus import parse_problem
from synth.proofs.constraints import Answer, Contradiction, Outcome, solve_problem

F = "(set-logic LIA)(synth-fun f ((r Int)) Int)(declare-var x Int)\n"
G = "(synth-fun g ((x Int)) Bool ((B Bool) (I Int)) ((B Bool ((and B B) (< I I))) (I Int (x (+ I I)))))\n"


def solved(text: str) -> Outcome:
    return solve_problem(parse_problem(text + "(check-synth)"), Budget(seconds=4))


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        (F, {"f": "0"}),
        (F + "(constraint (>= x x))", {"f": "0"}),
        (F + G + "(constraint (=> (> x 5) (> x 4)))", {"f": "0", "g": "(lt x x)"}),
        (F + G + "(constraint (= (f x) (+ x 1)))", {"f": "(add r 1)", "g": "(lt x x)"}),
        (F + "(define-fun h ((x Int)) Int (+ (f x) 1))(constraint (= (h x) x))", {"f": "(add r -1)"}),
        ("(set-logic BV)(synth-inv inv ((x Int)))(synth-fun c () (_ BitVec 8))", {"inv": "false", "c": "#x00"}),
    ],
)
def test_any_term_will_do(text: str, programs: dict[str, str]) -> None:
    answer = solved(text)
    assert isinstance(answer, Answer), answer.statement
    assert {name: program.show() for name, program in answer.programs.items()} == programs
    assert answer.proved
    assert answer.minimal


@pytest.mark.parametrize("claim", ["false", "(> x x)", "(not (= x 123456))", "(and (> (f x) x) (< (f x) x))"])
def test_what_no_function_can_help_is_a_contradiction(claim: str) -> None:
    outcome = solved(F + G + f"(constraint {claim})")
    assert isinstance(outcome, Contradiction)
    assert outcome.statement.startswith("line 3 contradicts itself: for x = ")
