"""Answers that are distributions: the cheapest table of them, and the rules that are alike within the tolerance."""

import numpy as np
import pytest

from compare.answers import Distributions

KIND = Distributions(3, 0.1)
RNG = np.random.default_rng(0)
SYMBOLS = RNG.integers(1, 4, 3000)
BY_SYMBOL = np.array([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]])
CONTEXTS = [np.zeros(3000, np.int64), SYMBOLS]
NEAREST = "nearest neighbours' answers"


def test_the_table_is_given_the_symbols_that_say_most() -> None:
    noise = RNG.uniform(-0.02, 0.02, (3000, 3))
    given = BY_SYMBOL[SYMBOLS - 1]
    exact, noisy = (KIND.sampled_bits(each, CONTEXTS, lambda: BY_SYMBOL[:1]) for each in (given, given + noise))
    assert exact.what == noisy.what == "counted answers given the last 1 symbols"
    assert noisy.bits == pytest.approx(exact.bits, rel=0.2)
    assert exact.bits < 100 < KIND.table_bits(given)


def test_neighbours_may_say_more_than_symbols() -> None:
    given = RNG.dirichlet(np.ones(3), 3000)
    near = KIND.sampled_bits(given, CONTEXTS, lambda: given + RNG.uniform(-0.05, 0.05, given.shape))
    far = KIND.sampled_bits(given, CONTEXTS, lambda: RNG.permutation(given))
    assert near.what == NEAREST
    assert far.what != NEAREST
    assert near.bits < 0.5 * far.bits


def test_a_table_takes_more_bits_the_finer_the_tolerance() -> None:
    given = RNG.dirichlet(np.ones(3), 3000)
    assert Distributions(3, 0.02).table_bits(given) > KIND.table_bits(given) > 3000
