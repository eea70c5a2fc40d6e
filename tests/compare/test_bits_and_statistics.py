"""Code lengths against small counts by hand, and agreement between answers."""

from itertools import combinations
from math import log2

import numpy as np
import pytest

from compare.bits import exception_bits, log2_choose, table_bits
from compare.statistics import balanced_agreement, chance_agreement, wilson


@pytest.mark.parametrize(("n", "k"), [(5, 2), (7, 0), (6, 6), (10, 3)])
def test_log2_choose_counts_subsets(n: int, k: int) -> None:
    assert log2_choose(n, k) == pytest.approx(log2(len(list(combinations(range(n), k)))), abs=1e-9)


def test_more_than_all_cannot_be_chosen() -> None:
    assert log2_choose(3, 4) == float("inf")


def test_a_table_of_residues_costs_a_residue_a_row() -> None:
    assert table_bits(np.arange(100) % 59, 59) == pytest.approx(100 * log2(59))


def test_a_table_of_bits_costs_the_set_of_ones() -> None:
    assert table_bits(np.array([0, 1, 1, 0, 1]), 2) == pytest.approx(log2(10) + log2(5))


def test_exceptions_cost_their_places_and_their_answers() -> None:
    assert exception_bits(100, 0, 59) == pytest.approx(log2(100))
    assert exception_bits(100, 100, 2) == pytest.approx(100 + log2(100))  # the other class is not what it says
    assert exception_bits(100, 2, 59) == pytest.approx(log2(4950) + 2 * log2(58) + log2(100))


def test_two_classes_are_balanced_and_more_are_not() -> None:
    truth = np.array([0] * 98 + [1] * 2)
    assert balanced_agreement(np.zeros(100, int), truth) == pytest.approx(0.5)
    assert balanced_agreement(np.zeros(100, int), np.array([0] * 98 + [5, 7])) == pytest.approx(0.98)


def test_chance_is_what_independent_guesses_score() -> None:
    truth = np.arange(1000) % 10
    assert chance_agreement(np.roll(truth, 3), truth) == pytest.approx(0.1)
    assert chance_agreement(np.zeros(4, int), np.array([0, 1, 1, 1])) == pytest.approx(0.5)


def test_wilson_interval_holds_the_fraction_and_shrinks() -> None:
    low, high = wilson(0.9, 50)
    assert low < 0.9 < high
    assert wilson(0.9, 5000)[1] - wilson(0.9, 5000)[0] < (high - low) / 5
