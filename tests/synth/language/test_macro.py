"""Macros: the program that they stand for, their choice, their inverses, and their source."""

import math

import numpy as np
import pytest

from synth.bank.kernels import kernels
from synth.checks.check import check_primitive
from synth.files.sygus.read import parse_problem
from synth.language.literals import literal
from synth.language.macro import macro
from synth.language.parse import parse
from synth.language.program import Program, Terminal, apply, terminal
from synth.language.python_view import python_source
from synth.language.types import INT
from synth.language.xp import NUMPY
from synth.library.arith import ADD, MUL, NEG, SUB
from synth.library.choice import EQ, IF_INT, LT
from synth.proofs.smt import Proved, Refuted, prove

A, B, C = (Terminal(name, INT) for name in "abc")
LIBRARY = (ADD, SUB, MUL, NEG, LT, IF_INT, *map(literal, range(4)))


def over(text: str) -> Program:
    return parse(text, LIBRARY, {"a": INT, "b": INT, "c": INT})


@pytest.mark.parametrize("text", ["(add a 1)", "(mul (sub a 3) (sub a 3))", "a", "2", "(neg (sub (add a 1) 2))"])
def test_every_view_of_a_macro_agrees(text: str) -> None:
    check_primitive(macro("m", (A,), over(text)))


def test_a_macro_has_the_shape_of_all_its_arguments() -> None:
    both = macro("m", (A, B), over("(add a 1)"))
    assert both.run(NUMPY, np.zeros((3, 1), np.int64), np.zeros((1, 4), np.int64)).shape == (3, 4)
    check_primitive(both)


def test_a_macro_of_macros_is_a_primitive() -> None:
    next_one = macro("next", (A,), over("(add a 1)"))
    twice = macro("twice", (A,), apply(next_one, apply(next_one, terminal("a", INT))), smt="(twice {})")
    check_primitive(twice)
    assert apply(twice, terminal("a", INT)).run({"a": np.arange(2)}).tolist() == [2, 3]
    assert "def next_(x0):" in python_source(apply(twice, terminal("a", INT)))


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("(if_int (lt a 2) b c)", [True, False]), ("(if_int (lt a 2) c b)", [False, True])],
)
def test_a_choice_by_one_parameter_is_seen(text: str, chosen: list[bool]) -> None:
    choose = macro("m", (A, B, C), over(text))
    assert choose.choice is not None
    assert choose.choice.when(NUMPY, np.array([1, 2])).tolist() == chosen
    check_primitive(choose)


@pytest.mark.parametrize(
    "text", ["(if_int (lt b 2) b c)", "(if_int (lt a 2) b b)", "(if_int (lt a c) b c)", "(add a b)"]
)
def test_what_is_no_choice_is_not_taken_for_one(text: str) -> None:
    assert macro("m", (A, B, C), over(text)).choice is None


def test_inverses_go_through_every_primitive_on_the_way() -> None:
    made = macro("m", (A, B), over("(sub (add a 3) (neg b))"))
    assert [(inverse.place, inverse.exact) for inverse in made.inverses] == [(0, True), (1, True)]
    a, b = np.array([5, -2]), np.array([1, 8])
    answer = made.run(NUMPY, a, b)
    assert made.inverses[0].run(NUMPY, answer, b).tolist() == a.tolist()
    assert made.inverses[1].run(NUMPY, answer, a).tolist() == b.tolist()


def test_a_parameter_that_occurs_twice_is_not_undone() -> None:
    assert macro("m", (A,), over("(add a (neg a))")).inverses == ()


@pytest.mark.parametrize(("parameters", "said"), [((A,), "got b"), ((A, A, B), "got a name twice")])
def test_parameters_are_all_that_a_body_names(parameters: tuple[Terminal, ...], said: str) -> None:
    with pytest.raises(ValueError, match=f"macro 'm': expected a body over .* {said}; make it a parameter"):
        macro("m", parameters, over("(add a b)"))


def test_names_that_python_takes_otherwise_are_changed() -> None:
    source = python_source(apply(macro("sum", (A,), over("(add a 1)")), terminal("a", INT)))
    assert source.startswith("def sum_(x0):\n    return x0 + 1\n")
    assert "def f_if(x0)" in python_source(apply(macro("if", (A,), over("(add a 1)")), terminal("a", INT)))


@pytest.mark.parametrize("text", ["(sub (mul 2 b) a)", "(add b 1)", "(if_int (lt a b) (add a 1) (sub a b))"])
def test_a_macro_is_compiled_over_its_parameters_in_their_order(text: str) -> None:
    made = macro("m", (A, B), over(text))
    assert kernels(made, math.inf) is not None
    nested = macro("n", (B, A), apply(made, Program((B,)), Program((A,))))
    assert kernels(nested, math.inf) is not None
    check_primitive(nested)


def test_a_defined_function_in_a_grammar_is_compiled_and_proved_as_what_it_stands_for() -> None:
    problem = parse_problem(
        "(define-fun less ((a Int) (b Int)) Int (- (* 2 b) a))"
        "(synth-fun f ((x Int) (y Int)) Int ((S Int)) ((S Int (x y (less S S) (+ S (- 7 S))))))"
        "(declare-var x Int) (constraint (= (f x 3) (- 6 x)))"
    )
    primitives = {primitive.name: primitive for primitive in problem.functions[0].language.primitives}
    assert all(kernels(made, math.inf) is not None for made in primitives.values())
    x, y = Terminal("x", INT), Terminal("y", INT)
    made = apply(primitives["less"], Program((x,)), Program((y,)))
    assert primitives["less"].smt == "(less {} {})"
    right, wrong = (parse(text, LIBRARY, {"x": INT, "y": INT}) for text in ("(sub (add y y) x)", "(sub (add x x) y)"))
    assert isinstance(prove(apply(EQ, made, right)), Proved)
    assert isinstance(prove(apply(EQ, made, wrong)), Refuted)
