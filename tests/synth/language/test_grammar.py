"""Bits under the typed grammar."""

import math

import pytest

from synth import BOOL, INT, LIBRARY, MODULUS, Fn, Primitive, Terminal, Z, named, parse, program_bits, uniform_language
from synth.language.grammar import EIGHTHS

WORDS = (Terminal("a", Z("p")), Terminal("b", Z("p")), Terminal("p", MODULUS))
RING = named(["add", "sub", "mul", "mod"])


def constant(name: str, bits: float) -> Primitive:
    return Primitive(name=name, type=Fn((), INT), doc="One.", run=lambda xp: 1, sym=lambda: 1, bits=bits)


def test_an_even_share_is_the_logarithm_of_the_number_of_alternatives():
    known = uniform_language(RING, WORDS)
    assert known.cost(INT, RING[0]) == math.ceil(EIGHTHS * math.log2(7))
    assert known.cost(MODULUS, WORDS[2]) == 1, "the only modulus still costs something"
    program = parse("(mod (add a b) p)", RING, WORDS)
    assert program_bits(program, RING, WORDS) == 5 * known.cost(INT, RING[0]) / EIGHTHS


def test_probabilities_of_every_type_add_up_to_at_most_one():
    known = uniform_language(LIBRARY, (*WORDS, Terminal("u", BOOL)))
    for costs in known.costs.values():
        assert sum(2.0 ** (-cost / EIGHTHS) for cost in costs.values()) <= 1 + 1e-12


def test_declared_bits_are_kept_and_the_others_share_the_rest():
    known = uniform_language((*RING, constant("half", 1.0)), WORDS)
    assert known.costs[INT]["half"] == EIGHTHS
    assert known.costs[INT]["add"] == math.ceil(EIGHTHS * math.log2(7 / 0.5))


def test_primitives_without_possible_arguments_take_no_share():
    known = uniform_language(named(["arith", "choice", "boolean", "bits"]), WORDS)
    assert "count" not in known.costs[INT]
    assert "and" in known.costs[BOOL]
    assert not uniform_language(named(["boolean"]), WORDS).produces(BOOL)


def test_shared_parts_are_paid_each_time():
    program = parse("(add (mul a b) (mul a b))", RING, WORDS)
    assert program_bits(program, RING, WORDS) == 7 * uniform_language(RING, WORDS).cost(INT, RING[0]) / EIGHTHS


def test_the_goal_decides_the_price_of_the_root():
    program = parse("p", RING, WORDS)
    assert program_bits(program, RING, WORDS, INT) == uniform_language(RING, WORDS).cost(INT, WORDS[2]) / EIGHTHS
    assert program_bits(program, RING, WORDS) == 1 / EIGHTHS


@pytest.mark.parametrize(
    ("library", "message"),
    [
        ((*RING, RING[0]), "expected each name once, got 'add' twice"),
        ((*RING, constant("a", 3.0)), "expected each name once, got 'a' twice"),
        ((*RING, constant("one", 1.0), constant("two", 1.0)), "a total probability of 1 for one, two"),
        ((constant("one", 0.25), constant("two", 0.25)), r"a total probability of 1\.68"),
    ],
)
def test_bad_languages(library, message):
    with pytest.raises(ValueError, match=message):
        uniform_language(library, WORDS)


def test_unknown_parts_have_no_bits():
    with pytest.raises(ValueError, match="unknown int alternative 'mul'; known are sub, mod, max, a, b, p"):
        program_bits(parse("(mul a b)", RING, WORDS), named(["sub", "mod", "max"]), WORDS)
