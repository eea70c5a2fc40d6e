"""Mechanisms that take all of the search: a distance, a window of n, counters that are compared, stored history."""

import pytest

from synth.search.streams import solve_stream
from tests.synth.search.streams.plain_loops import BIT, examples_of, held_out

SLOWER = {
    "distance": (lambda p, x: (abs(x - p), x), (0,), ((-20, 20),)),
    "window": (lambda a, b, c, d, x: ((a + b + c + d + x) % 3, b, c, d, x), (0,) * 4, ((0, 2),)),
    "counters": (lambda c, d, x: (int(c + (x == 0) > d + (x == 1)), c + (x == 0), d + (x == 1)), (0, 0), ((0, 2),)),
    "mirror": (lambda f, g, p, x: (int(2 * f + x == g + x * p), 2 * f + x, g + x * p, 2 * p), (0, 0, 1), BIT),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOWER)
def test_other_mechanisms_are_found_from_examples_alone(name: str) -> None:
    asked = SLOWER[name]
    assert held_out(solve_stream(examples_of(*asked), seconds=60), *asked)
