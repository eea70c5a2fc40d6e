"""Constants that only the examples know: slopes, offsets and thresholds, in the default language of examples."""

from collections.abc import Callable

import numpy as np
import pytest

from synth import LIBRARY, Budget, Exhausted, Found, Spec, solve
from synth.language.types import BOOL, INT, Fn
from synth.search.fits import simplest

ONE = (np.array([1, 2, 5, -3, 100, 40, 137, 138, 200, 350, 1000]),)
TWO = (np.array([1, 7, -4, 12, 30, 55, -20, 8]), np.array([3, -2, 9, 40, 11, -6, 5, 100]))
WORDS = tuple(
    p for p in LIBRARY if p.name in ("add", "sub", "mul", "neg", "lt", "le", "eq", "not", "and", "or", "if_int")
)
SMALL = (*WORDS, *(p for p in LIBRARY if p.name.isdigit()))

MAPS = {
    "affine": (ONE, lambda a: 1000 * a + 77, "(add (mul 1000 a) 77)"),
    "falling": (ONE, lambda a: 900 - 250 * a, None),
    "of two": (TWO, lambda a, b: 37 * a - 512 * b + 9, None),
    "pieces": (ONE, lambda a: np.where(a > 137, a, 1000 * a + 77), None),
    "an interval": (ONE, lambda a: (a > 99) & (a < 201), None),
    "a difference": (TWO, lambda a, b: a - b > 17, None),
}


def spec_of(inputs: tuple[np.ndarray, ...], function: Callable[..., np.ndarray]) -> Spec:
    outputs = np.asarray(function(*inputs))
    result = BOOL if outputs.dtype == bool else INT
    return Spec(type=Fn((INT,) * len(inputs), result), inputs=inputs, outputs=outputs)


@pytest.mark.parametrize("name", MAPS)
def test_constants_of_examples_are_found(name: str) -> None:
    inputs, function, shown = MAPS[name]
    found = solve(spec_of(inputs, function), SMALL, Budget(seconds=0.6, effort=0.1))
    assert isinstance(found, Found), found.statement
    columns = dict(zip("ab", inputs, strict=False))
    assert found.program.run(columns).tolist() == function(*inputs).tolist()
    assert shown is None or found.program.show() == shown


def test_the_claim_is_about_the_constants_that_were_tried() -> None:
    found = solve(spec_of(ONE, lambda a: 1000 * a + 77), SMALL, Budget(seconds=0.6, effort=0.1))
    assert "among the constants that were tried (0 to 30; with any constants, none of at most 13.875 bits)" in (
        found.statement
    )
    few = solve(spec_of(ONE, lambda a: a + 1), WORDS, Budget(seconds=0.2, bits=12.0))
    assert isinstance(few, Exhausted)
    assert "constants" not in few.statement


def test_bits_beside_integer_constants_have_no_comparisons_to_offer() -> None:
    bits = tuple(np.indices((2, 2, 2)).reshape(3, -1).astype(bool))
    odd = Spec(type=Fn((BOOL,) * 3, BOOL), inputs=bits, outputs=np.logical_xor.reduce(bits))
    assert isinstance(solve(odd, SMALL, Budget(seconds=0.2, bits=9.0)), Exhausted)


def test_the_simplest_number_between_two() -> None:
    assert [simplest(9, 12), simplest(-5, 3), simplest(138, 199), simplest(137, 137)] == [10, 0, 140, 137]
