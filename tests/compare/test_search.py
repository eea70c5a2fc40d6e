"""The one search: planted terms are found in order of what they explain a bit, and its controls find no others."""

import numpy as np
import pytest

from compare.fit.bank import proposals
from compare.search import Bank, Target, best_terms, forbidden, growing, matched, others_than, search
from synth import Budget

ROWS, UNITS, TERMS = 200, 6, 5
rng = np.random.default_rng(0)
COLUMNS = rng.normal(size=(TERMS, 2, ROWS))
TRUE = np.array([0, 0, 0, 3, 3, 1])


def target(weight: np.ndarray | None = None) -> Target:
    values = np.stack([2.0 + COLUMNS[term].T @ [1.0, -0.5 - unit] for unit, term in enumerate(TRUE)], axis=1)
    weight = np.full(UNITS, 1 / UNITS) if weight is None else weight
    return Target(values=values, weight=weight, columns=lambda i: COLUMNS[i], fixed=np.ones((1, ROWS)), count=TERMS)


def test_every_unit_takes_its_planted_term_with_its_constants() -> None:
    found = search(target())
    np.testing.assert_array_equal(found.term, TRUE)
    np.testing.assert_array_equal(found.dictionary, [0, 1, 3])
    np.testing.assert_allclose(found.explained, 1, atol=1e-6)
    np.testing.assert_allclose(found.solution[:, 4], [2.0, 1.0, -4.5], atol=1e-6)


def test_terms_of_little_weight_are_not_in_the_dictionary() -> None:
    weight = np.array([0.3, 0.3, 0.1, 0.2, 0.099, 0.001])
    found = search(target(weight), least=0.01)
    np.testing.assert_array_equal(found.dictionary, [0, 3])
    assert set(found.term) <= {0, 3}
    assert found.explained[5] < 0.2


def test_the_control_explains_next_to_nothing() -> None:
    true = search(target())
    wrong = forbidden(target(), true)
    assert not set(wrong.term) & set(true.dictionary)
    assert wrong.explained.max() < 0.1
    everything = best_terms(target(), barred=true.term)
    assert (everything.term != true.term).all()


def test_where_the_dictionary_has_all_terms_each_units_own_is_forbidden() -> None:
    true = search(target())
    full = type(true)(term=true.term, solution=true.solution, explained=true.explained, dictionary=np.arange(TERMS))
    assert (forbidden(target(), full).term != TRUE).all()
    np.testing.assert_array_equal(others_than(np.array([0, 1]), 4), [2, 3])
    np.testing.assert_array_equal(others_than(np.array([0, 1]), 2), [1, 0])


def test_a_growing_dictionary_takes_dear_terms_only_for_what_they_save() -> None:
    missed = np.array([[0.0, 0.5, 1.0], [0.5, 0.0, 1.0], [1.0, 1.0, 0.0]])
    weight, bits = np.array([0.5, 0.4, 0.1]), np.array([1.0, 1.0, 1.0])
    cheap = [list(each) for each in growing(missed, weight, bits, 0.01, 3)]
    assert cheap[0] == [0]
    assert sorted(cheap[-1]) == [0, 1, 2]
    dear = list(growing(missed, weight, np.array([1.0, 1.0, 50.0]), 0.05, 3))
    assert sorted(dear[-1]) == [0, 1]


@pytest.fixture(scope="module")
def bank():
    a, b = np.divmod(np.arange(144), 12)
    return proposals({"a": a, "b": b}, Budget(seconds=5, bits=15.0, bytes=1 << 26))


def test_proposals_come_in_order_of_bits_each_once(bank) -> None:
    assert (np.diff(bank.bits) >= 0).all()
    assert bank.texts[:2] == ("a", "b")
    assert {"Max(a, b)", "a - b", "Abs(a - b)"} <= set(bank.texts)
    assert np.isfinite(bank.columns).all()
    assert (np.ptp(bank.columns, axis=0) > 0).all()
    assert len(np.unique(bank.columns, axis=1).T) == len(bank.texts)


def test_planted_functions_are_matched_and_the_control_is_not(bank) -> None:
    a, b = np.divmod(np.arange(144), 12)
    mixing = np.random.default_rng(1).normal(size=(2, 8))
    values = np.stack([np.maximum(a, b), a % np.maximum(b, 1) * (b > 0)], axis=1) @ mixing
    weight = np.full(8, 1 / 8)
    found = matched(bank, values, weight, enough=0.999)
    assert "Max(a, b)" in {bank.texts[i] for i in found.chosen}
    assert found.explained[-1] >= 0.999
    design = np.column_stack([np.ones(144), bank.of(found.chosen)])
    rest = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    variance = ((values - values.mean(axis=0)) ** 2).sum()
    assert 1 - (rest**2).sum() / variance == pytest.approx(found.explained[-1], abs=1e-6)
    shuffled = values[np.random.default_rng(2).permutation(144)]
    assert matched(bank, shuffled, weight, most=len(found.chosen)).explained[-1] < 0.3
    barred = matched(bank, values, weight, enough=0.999, most=len(found.chosen), barred=found.chosen)
    assert not set(barred.chosen) & set(found.chosen)
    dearer = bank.bits[barred.chosen].sum() > bank.bits[found.chosen].sum()
    assert dearer or barred.explained[-1] < found.explained[-1]  # a + b - Min(a, b) is Max(a, b), and dearer


def test_columns_that_serve_together_are_one_term() -> None:
    angle = 2 * np.pi * np.arange(30) / 30
    waves = [wave(k * angle) for k in (1, 2, 3) for wave in (np.cos, np.sin)]
    pairs = Bank(columns=np.stack(waves, axis=1), bits=np.ones(3), texts=("1", "2", "3"), term=np.repeat([0, 1, 2], 2))
    values = np.cos(2 * angle[:, None] + np.arange(5)) + 0.3 * np.cos(3 * angle[:, None] + np.arange(5) ** 2)
    found = matched(pairs, values, np.ones(5), enough=0.9999)
    np.testing.assert_array_equal(found.chosen, [1, 2])
    np.testing.assert_allclose(found.explained, [1 / 1.09, 1.0], atol=1e-6)
    np.testing.assert_array_equal(pairs.of([2, 0]), pairs.columns[:, [4, 5, 0, 1]])


def test_a_term_that_is_known_is_nearly_free() -> None:
    columns = np.random.default_rng(3).normal(size=(40, 2))
    bank = Bank(columns=columns, bits=np.array([10.0, 10.0]), texts=("f", "g"), term=np.arange(2))
    values = columns @ np.array([[1.0], [0.9]])
    assert matched(bank, values, np.ones(1), most=1).chosen.tolist() == [0]
    assert matched(bank, values, np.ones(1), most=1, known=[1]).chosen.tolist() == [1]
