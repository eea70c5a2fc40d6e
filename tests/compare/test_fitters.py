"""What all fitters share: a sentence each, and values and columns that are checked where they enter."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.fit import FITTERS
from compare.fit.enumerate import enumerated
from compare.fit.fit import constant_bits, integer_bits
from compare.fit.links import links
from compare.fit.waves import wave_links

X = np.arange(12)
TABLES = {
    "links": links,
    "waves": lambda values, columns: wave_links(values, columns, 12),
    "enumerate": enumerated,
}


def test_fitters_have_names_and_sentences_of_their_own() -> None:
    names = [fitter.__name__ for fitter in FITTERS]
    assert len(set(names)) == len(names)
    for fitter in FITTERS:
        assert (fitter.__doc__ or "").strip().partition("\n")[0][:1].isupper(), fitter


@pytest.mark.parametrize("fit", TABLES.values(), ids=TABLES)
def test_good_values_are_taken(fit: Callable) -> None:
    assert len(fit(np.ones((12, 2)), {"x": X})) == 2


@pytest.mark.parametrize(
    ("values", "columns", "words"),
    [
        (np.ones(12), {"x": X}, r"expected values of shape \(rows, units\), got \(12,\)"),
        (np.ones((12, 1)), {"x": X[:5]}, r"expected 12 rows in column 'x', got shape \(5,\)"),
        (np.full((12, 1), np.nan), {"x": X}, "expected finite values, got nan"),
    ],
)
@pytest.mark.parametrize("fit", TABLES.values(), ids=TABLES)
def test_bad_values_are_refused_with_what_to_do(fit: Callable, values: np.ndarray, columns: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit(values, columns)


def test_a_constant_below_its_resolution_costs_nothing() -> None:
    assert constant_bits(np.array([3.0]), np.array([1.0])) == 0
    assert constant_bits(np.array([64.0]), np.array([1.0])) == pytest.approx(6 - 0.5 * np.log2(3))


def test_larger_integers_cost_more() -> None:
    costs = [integer_bits(value) for value in (0, 1, 5, 100, -100)]
    assert costs[0] < costs[1] < costs[2] < costs[3]
    assert costs[3] == costs[4]
