"""Answers are rerun on plain Python numbers: what wraps at 64 bits is refused."""

import numpy as np
import pytest

from synth import LIBRARY, Budget, Found, Spec, solve
from synth.language.exact import exact, may_wrap, wraps
from synth.language.grammar import uniform_language
from synth.language.parse import parse
from synth.language.program import Terminal
from synth.language.types import INT, Fn

A = Terminal("a", INT)
HUGE = 2**62


@pytest.mark.parametrize(
    ("text", "values", "right"),
    [
        ("(add a a)", [HUGE, 1], [False, True]),
        ("(mul a a)", [2**32, 3], [False, True]),
        ("(neg a)", [-(2**63), 5], [False, True]),
        ("(abs a)", [-(2**63), -5], [False, True]),
        ("(mod (square (square a)) 7)", [2**20 + 1, 3], [False, True]),
        ("(sub a 1)", [HUGE, 1], [True, True]),
    ],
)
def test_rows_that_wrap_are_told_apart(text: str, values: list[int], right: list[bool]) -> None:
    program, columns = parse(text, LIBRARY, (A,)), {"a": np.array(values)}
    assert exact(program, columns, program.run(columns)).tolist() == right
    assert wraps(program, columns) == (not all(right))


def test_an_answer_that_wraps_is_not_claimed() -> None:
    inputs = np.array([HUGE, 1, 5, -3])
    spec = Spec(type=Fn((INT,), INT), inputs=(inputs,), outputs=inputs + inputs)
    library = [p for p in LIBRARY if p.name in ("add", "mul", "sub")]
    outcome = solve(spec, library, Budget(seconds=1))
    assert not isinstance(outcome, Found)
    small = Spec(type=Fn((INT,), INT), inputs=(inputs[1:],), outputs=2 * inputs[1:])
    assert isinstance(solve(small, library, Budget(seconds=1)), Found)


def test_a_claim_says_where_numbers_may_wrap() -> None:
    columns = [np.array([1, 100])]
    linear = uniform_language([p for p in LIBRARY if p.name in ("add", "sub", "neg")], (A,))
    products = uniform_language([p for p in LIBRARY if p.name in ("add", "mul")], (A,))
    assert not may_wrap(linear, columns, 60.0)
    assert may_wrap(linear, [np.array([HUGE])], 60.0)
    assert not may_wrap(products, columns, 8.0)
    assert may_wrap(products, columns, 60.0)
