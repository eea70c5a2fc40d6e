"""Transform, influences, thresholds and short names of Boolean functions, against plain references."""

import itertools

import numpy as np
import pytest
import sympy

from compare.fit.connectives import express
from compare.fit.named import name
from compare.fit.threshold import cut, fit_threshold, roundings
from compare.fit.walsh import (
    cube_of,
    first_degree,
    influences,
    parity_of,
    relevant_bits,
    signs_of,
    symmetric_of,
    walsh,
)


def inputs(n):
    return np.indices((2,) * n).reshape(n, -1).T


def values_of(text, n):
    """A formula's values on all inputs, by sympy, one input after the other; bits are numbers inside a comparison."""
    names = sympy.symbols(f"x0:{n}")
    tree = sympy.sympify(text)
    counts = tree.atoms(sympy.Rel)

    def value(row):
        numbers = dict(zip(names, map(int, row), strict=True))
        bits = {symbol: sympy.true if number else sympy.false for symbol, number in numbers.items()}
        settled = tree.xreplace({count: count.xreplace(numbers) for count in counts})
        return int(bool(settled.xreplace(bits)))

    return np.array([value(row) for row in inputs(n)])


def test_transform_is_the_mean_of_the_signs_products():
    cube = np.random.default_rng(0).integers(0, 2, (2,) * 5)
    rows, coefficients = inputs(5), walsh(signs_of(cube))
    for subset in rows:
        character = (-1.0) ** (rows @ subset)
        assert coefficients[tuple(subset)] == pytest.approx((signs_of(cube).ravel() * character).mean())


def test_cube_does_not_depend_on_the_order_of_the_rows():
    rows = inputs(4)
    answers = np.random.default_rng(1).integers(0, 2, 16)
    order = np.random.default_rng(2).permutation(16)
    assert np.array_equal(cube_of(answers[order], rows[order]).ravel(), answers)


def test_influences_of_a_multiplexer():
    x = inputs(3)
    cube = np.where(x[:, 0] == 1, x[:, 1], x[:, 2]).reshape(2, 2, 2)
    assert influences(cube) == pytest.approx([0.5, 0.5, 0.5])
    assert first_degree(cube) == pytest.approx([0.0, 0.5, 0.5])


def test_relevant_bits_are_found_under_a_few_exceptions():
    x = inputs(10)
    answers = x[:, 1] ^ (x[:, 4] & x[:, 8])
    answers[np.random.default_rng(0).choice(1024, 4, replace=False)] ^= 1
    assert relevant_bits(answers.reshape((2,) * 10)) == (1, 4, 8)


def test_every_bit_of_a_majority_is_relevant():
    assert relevant_bits((inputs(9).sum(1) > 4).reshape((2,) * 9)) == tuple(range(9))


@pytest.mark.parametrize("negated", [False, True])
def test_parity_and_its_near_miss(negated):
    answers = inputs(8)[:, [1, 2, 6]].sum(1) % 2 ^ negated
    assert parity_of(answers.reshape((2,) * 8)) == ((1, 2, 6), negated)
    answers[inputs(8)[:, 0] & inputs(8)[:, 3] == 1] ^= 1
    assert parity_of(answers.reshape((2,) * 8)) is None


def test_symmetric_and_its_near_miss():
    cube = (inputs(6).sum(1) == 3).astype(int).reshape((2,) * 6)
    found = symmetric_of(cube)
    assert found is not None
    assert found.values == (0, 0, 0, 1, 0, 0, 0)
    cube[0, 0, 0, 1, 1, 1] = 0
    assert symmetric_of(cube) is None


@pytest.mark.parametrize("seed", range(6))
def test_planted_threshold_is_recovered_with_its_weights(seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 9, 11) * rng.choice([-1, 1], 11)
    weights[0] = 1  # no common factor
    x = inputs(11)
    answers = (x @ weights > weights.sum() // 2).astype(int)
    noisy = weights + rng.normal(size=11) * 0.25
    found = fit_threshold(x, answers, noisy)
    assert found is not None
    assert found.agreement == 1.0
    assert np.array_equal(x @ found.weights >= found.least, answers == 1)
    assert np.abs(found.weights).sum() <= np.abs(weights).sum()


def test_threshold_weights_that_no_smaller_ones_equal_are_exact():
    weights = np.array([5, 3, -2, 7, 1, -4, 2, 6, -3, 1, 4, -5])
    x = inputs(12)
    answers = (x @ weights > weights.sum() // 2).astype(int)
    found = fit_threshold(x, answers, first_degree(answers.reshape((2,) * 12)))
    assert found is not None
    assert found.weights.tolist() == weights.tolist()
    assert found.least == weights.sum() // 2 + 1


def test_threshold_of_a_constant_and_of_no_direction():
    x = inputs(4)
    assert fit_threshold(x, np.zeros(16, int), np.ones(4)) is None
    assert fit_threshold(x, x[:, 0], np.zeros(4)) is None


def test_a_parity_is_no_threshold():
    x = inputs(6)
    found = fit_threshold(x, x.sum(1) % 2, np.ones(6))
    assert found is not None
    assert found.agreement < 0.8


def test_cut_is_the_best_of_all_counts():
    x = inputs(7)
    rng = np.random.default_rng(3)
    answers, weights = rng.integers(0, 2, 128), rng.integers(-3, 4, 7)
    found = cut(x, answers, weights)
    count = x @ weights

    def balanced(least):
        said = count >= least
        return (said[answers == 1].mean() + (~said)[answers == 0].mean()) / 2

    best = max(balanced(least) for least in range(count.min(), count.max() + 2))
    assert found.agreement == pytest.approx(best)
    assert balanced(found.least) == pytest.approx(best)


def test_roundings_stay_within_the_largest_weight():
    tried = list(roundings(np.array([0.3, -1.0, 0.02]), 9))
    assert len({tuple(w) for w in tried}) == len(tried)
    assert max(np.abs(w).max() for w in tried) == 9
    assert [0, -1, 0] in [w.tolist() for w in tried]


def test_every_function_of_three_bits_is_expressed():
    for table in itertools.product([0, 1], repeat=8):
        found = express(np.array(table).reshape(2, 2, 2), ("x0", "x1", "x2"))
        assert found is not None
        assert values_of(found.text, 3).tolist() == list(table)
        assert found.literals <= 5


@pytest.mark.parametrize("seed", range(20))
def test_random_functions_of_five_bits_are_expressed(seed):
    table = np.random.default_rng(seed).integers(0, 2, (2,) * 5)
    found = express(table, tuple(f"x{i}" for i in range(5)))
    assert found is not None
    assert np.array_equal(values_of(found.text, 5), table.ravel())


def test_a_read_once_function_costs_a_literal_a_bit():
    x = inputs(6).astype(bool)
    table = (x[:, 0] & (x[:, 1] | ~x[:, 2])) ^ (x[:, 3] | (x[:, 4] & x[:, 5]))
    found = express(table.reshape((2,) * 6), tuple(f"x{i}" for i in range(6)))
    assert found is not None
    assert found.literals == 6
    assert np.array_equal(values_of(found.text, 6), table)


def test_a_random_function_of_ten_bits_has_no_expression():
    table = np.random.default_rng(0).integers(0, 2, (2,) * 10)
    assert express(table, tuple(f"x{i}" for i in range(10))) is None


NAMED = {
    "parity": (lambda x: x[:, [0, 3, 5]].sum(1) % 2, "parity", (0, 3, 5)),
    "odd-free": (lambda x: 1 - x[:, [1, 2]].sum(1) % 2, "parity", (1, 2)),
    "majority": (lambda x: x.sum(1) > 3, "count", tuple(range(7))),
    "exactly two": (lambda x: x[:, 1:6].sum(1) == 2, "count", (1, 2, 3, 4, 5)),
    "not": (lambda x: 1 - x[:, 4], "expression", (4,)),
    "junta": (lambda x: (x[:, 0] & x[:, 2]) ^ (x[:, 4] | x[:, 6]), "expression", (0, 2, 4, 6)),
    "multiplexer": (
        lambda x: x[np.arange(len(x)), np.array([1, 4, 6, 0])[2 * x[:, 5] + x[:, 2]]],
        "expression",
        (0, 1, 2, 4, 5, 6),
    ),
    "threshold": (lambda x: x @ [5, -3, 2, 7, 1, -4, 6] >= 8, "threshold", tuple(range(7))),
    "constant": (lambda x: np.ones(len(x), int), "constant", ()),
}


@pytest.mark.parametrize(("function", "kind", "bits"), NAMED.values(), ids=NAMED)
def test_names(function, kind, bits):
    x = inputs(7)
    answers = np.asarray(function(x)).astype(int)
    named = name(answers.reshape((2,) * 7))
    assert (named.kind, named.bits, named.agreement) == (kind, bits, 1.0)
    assert np.array_equal(values_of(named.formula, 7), answers)
    assert np.array_equal(np.asarray(named(x)), answers)


def test_a_random_function_gets_no_faithful_name():
    cube = np.random.default_rng(0).integers(0, 2, (2,) * 10)
    assert name(cube).agreement < 0.7


def test_exceptions_are_reported_in_the_agreement():
    x = inputs(8)
    answers = x[:, [0, 3, 5]].sum(1) % 2
    answers[7] ^= 1
    named = name(answers.reshape((2,) * 8))
    assert named.formula == "Xor(x0, x3, x5)"
    assert named.agreement == pytest.approx(255 / 256)
