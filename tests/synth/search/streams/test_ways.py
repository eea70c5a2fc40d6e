"""Mechanisms that single ways find, and such that take all of the search: a window of n, stored history."""

import pytest

from synth.search.streams import solve_stream
from synth.search.streams.linear import modulus_of, recurrence
from synth.search.streams.solve import fits
from synth.search.streams.ways import Asked, Clock, Way, counted, recurrent, windowed
from tests.synth.search.streams.plain_loops import BIT, examples_of, held_out

SLOWER = {
    "distance": (lambda p, x: (abs(x - p), x), (0,), ((-20, 20),)),
    "window": (lambda a, b, c, d, x: ((a + b + c + d + x) % 3, b, c, d, x), (0,) * 4, ((0, 2),)),
    "counters": (lambda c, d, x: (int(c + (x == 0) > d + (x == 1)), c + (x == 0), d + (x == 1)), (0, 0), ((0, 2),)),
    "longest run": (lambda c, m, x: (max(m, x * (c + 1)), x * (c + 1), max(m, x * (c + 1))), (0, 0), BIT),
    "mirror": (lambda f, g, p, x: (int(2 * f + x == g + x * p), 2 * f + x, g + x * p, 2 * p), (0, 0, 1), BIT),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOWER)
def test_other_mechanisms_are_found_from_examples_alone(name: str) -> None:
    asked = SLOWER[name]
    assert held_out(solve_stream(examples_of(*asked), seconds=60), *asked)


BY_ONE_WAY: dict[str, tuple[Way, tuple]] = {
    "held": (recurrent, (lambda s, x, y: (x if y else s, x if y else s), (0,), ((0, 9), (0, 1)))),
    "the last other item": (
        recurrent,
        (lambda t, s, x: (t if x == s else s, t if x == s else s, x), (0, 0), ((0, 3),)),
    ),
    "kinds": (counted, (lambda a, b, x: (a + b, a, b) if x == 2 else _come(a, b, x), (0, 0), ((0, 2),))),
    "twice a step, not at first": (
        windowed,
        (lambda n, p, x: (int(n > 0 and x == p), 1, x), (0, 0), ((0, 3),)),
    ),
}


def _come(a: int, b: int, x: int) -> tuple[int, int, int]:
    a, b = a | (x == 0), b | (x == 1)
    return a + b, a, b


@pytest.mark.parametrize("name", BY_ONE_WAY)
def test_answers_before_flags_and_the_place_are_what_a_loop_may_carry(name: str) -> None:
    way, asked = BY_ONE_WAY[name]
    examples = examples_of(*asked)
    names = ("x",) if len(examples.items) == 1 else ("a", "b")
    found = list(way(Asked(examples, names, Clock.of(30.0), 0), float("inf")))
    assert found
    assert held_out(found[0], *asked)


def test_a_linear_recurrence_modulo_a_number_is_solved_and_one_of_another_modulus_is_not() -> None:
    def step(a, b, x):
        return (a + b + x) % 6, b, (a + b + x) % 6

    examples = examples_of(step, (0, 0), ((0, 5),))
    assert recurrence(examples, ("x",)) is None
    found = recurrence(examples, ("x",), modulus_of(examples))
    assert found is not None
    assert held_out(found, step, (0, 0), ((0, 5),))
    wrong = recurrence(examples, ("x",), 5)
    assert wrong is None or not fits(wrong, examples)
    assert modulus_of(examples_of(lambda x: (-x,), (), BIT)) == 0
