"""Lambdas: text, types, scopes, Python source and price."""

import numpy as np
import pytest

from synth import INT, LIST, Fn, Lambda, Terminal, parse, program_bits, rows_of_lists, uniform_language
from synth.language.grammar import program_cost
from synth.language.python_view import python_source
from tests.synth.language.vector_views import LIBRARY

KINDS = {"a": LIST, "n": INT}
WORDS = tuple(Terminal(name, kind) for name, kind in KINDS.items())


def test_a_lambda_is_a_node_of_its_own():
    program = parse("(map (lambda (x) (mul x n)) a)", LIBRARY, KINDS)
    assert (len(program.nodes), program.size) == (3, 6)
    function = program.nodes[0]
    assert isinstance(function, Lambda)
    assert function.type == Fn((INT,), INT)
    assert [word.name for word in program.terminals] == ["n", "a"]
    assert function.body.show() == "(mul x n)"


def test_parameters_may_have_other_names_and_lambdas_may_be_nested():
    text = "(map (lambda (u) (fold (lambda (s t) (add s (mul t u))) 0 a)) a)"
    program = parse(text, LIBRARY, KINDS)
    assert program.show() == text
    a = [[1, 2, 3], []]
    expected = [[sum(a[0]) * u for u in a[0]], []]
    values = program.run({"a": rows_of_lists(a, 4), "n": np.zeros(2)})
    assert values.tolist() == rows_of_lists(expected, 4).tolist()
    scope: dict = {}
    exec(python_source(program, ["a"]), scope)
    assert [scope["program"](row) for row in a] == expected


def test_a_body_with_shared_parts_becomes_a_definition():
    program = parse("(map (lambda (x) (mul (add x n) (add x n))) a)", LIBRARY, KINDS)
    source = python_source(program, ["a", "n"])
    assert "    def f0(x):\n        t0 = x + n\n        return t0 * t0\n" in source
    scope: dict = {}
    exec(source, scope)
    assert scope["program"]([1, 2], 3) == [16, 25]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(lambda (x) x)", "only as an argument of function type"),
        ("(sum (lambda (x) x))", "only as an argument of function type"),
        ("(map (lambda (x y) x) a)", r"with 1 parameters of different names for the type \(int\) -> int"),
        ("(map (lambda x x) a)", "with 1 parameters"),
        ("(map (lambda (n) n) a)", "parameters with names of their own, got 'n'"),
        ("(map (lambda (add) 1) a)", "parameters with names of their own, got 'add'"),
        ("(map (lambda (x) x n) a)", "expected one expression, got 'n' after it"),
        ("(map (lambda (x)) a)", "expected an expression, got"),
        ("(map (lambda (x) (lt x 1)) a)", "expected argument 1 of type .*, got .lambda ..."),
        ("(map (lambda (x) (mul x n", r"expected '\)\)\)' before the end"),
        ("(map double (lambda (x) x))", "only as an argument of function type"),
        ("(map (lambda (x) y) a)", "unknown terminal 'y'"),
        ("".join(f"(map (lambda (x{i}) " for i in range(30)), "at most 20 within each other"),
    ],
)
def test_bad_text(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text, LIBRARY, KINDS)


def test_a_lambda_costs_its_word_and_its_body():
    known = uniform_language(LIBRARY, WORDS)
    asked = Fn((INT,), INT)
    plain, named = (parse(text, LIBRARY, KINDS) for text in ("(map (lambda (x) (mul x n)) a)", "(map double a)"))
    inner = known.bodies[asked]
    body = plain.nodes[0].body
    difference = program_cost(known, plain, LIST) - program_cost(known, named, LIST)
    assert known.costs[asked]["lambda"] == known.costs[asked]["double"]
    assert difference == program_cost(inner, body, INT)
    assert program_bits(plain, LIBRARY, WORDS) == program_cost(known, plain, LIST) / 8


def test_parameters_do_not_clash_with_terminals():
    known = uniform_language(LIBRARY, (Terminal("x", LIST), Terminal("y", INT)))
    assert [word.name for word in known.bodies[Fn((INT, INT), INT)].terminals] == ["y", "z", "x1"]


def test_a_language_without_functions_of_numbers_has_no_lambdas():
    lists = [p for p in LIBRARY if p.name in ("map", "double", "sort")]
    assert not uniform_language(lists, WORDS).bodies
