"""Waves of one unit and of the outputs: planted constants are recovered, others refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.fit.characters import (
    Characters,
    Waves,
    alike,
    characters,
    gini,
    spectrum,
    wave_parts,
    wave_target,
    waves_of,
)
from compare.fit.logits import fit_logits, formula_outputs, formula_text, term_values
from compare.search import best_terms, forbidden, search

P = 23
A, B = np.divmod(np.arange(P * P), P)


def fitted(chars: Characters, values: np.ndarray, rows: np.ndarray) -> Waves:
    return waves_of(search(wave_target(alike(chars), A[rows], B[rows], values[rows], np.ones(values.shape[1]))))


@given(st.integers(1, 11), st.floats(0.2, 3), st.floats(0.2, 3), st.floats(-3, 3), st.floats(-2, 2))
def test_a_planted_wave_is_recovered(k: int, first: float, second: float, phase: float, bias: float) -> None:
    w = 2 * np.pi * k / P
    values = (bias + first * np.cos(w * A + phase) + second * np.cos(w * B - phase))[:, None]
    half = np.random.default_rng(k).permutation(P * P)[: P * P // 2]
    chars = characters(P)
    fit = fitted(chars, values, half)
    assert chars.k[fit.wave[0]] == k
    first, second = wave_parts(alike(chars), fit)
    np.testing.assert_allclose(first[A] + second[B], values, atol=1e-3)


@pytest.mark.parametrize("p", [5, 23, 59])
def test_multiplicative_waves_turn_products_into_sums(p: int) -> None:
    z = characters(p, "multiplicative").z
    a, b = np.divmod(np.arange(p * p), p)
    np.testing.assert_allclose(z[:, a] * z[:, b], z[:, a * b % p], atol=1e-9)


def test_a_composite_modulus_has_no_multiplicative_waves() -> None:
    with pytest.raises(ValueError, match="expected a prime modulus"):
        characters(15, "multiplicative")
    assert characters(15).p == 15


def test_a_forbidden_wave_is_not_chosen() -> None:
    chars = characters(P)
    target = wave_target(alike(chars), A, B, np.cos(2 * np.pi * 3 * A / P)[:, None], np.ones(1))
    true = search(target)
    assert chars.k[true.term[0]] == 3
    assert chars.k[best_terms(target, np.flatnonzero(chars.k != 3)).term[0]] != 3
    assert chars.k[best_terms(target, barred=np.array([2])).term[0]] != 3
    wrong = forbidden(target, true)
    assert chars.k[wrong.term[0]] != 3
    assert wrong.explained[0] < 0.01 < true.explained[0]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("pizza", [0.0, 0.8])
def test_clock_and_pizza_terms_of_the_outputs_are_told_apart(sign: int, pizza: float) -> None:
    chars, k = characters(P), 4
    u, v, w = A + sign * B, A - sign * B, 2 * np.pi * k / P
    outputs = (1.5 + pizza * np.cos(w * v))[:, None] * np.cos(w * (u[:, None] - np.arange(P)))
    fit = fit_logits(alike(chars), A, B, outputs, chars.index([k]), np.arange(0, P * P, 2))
    assert fit.sign == sign
    assert fit.variance == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(fit.weight[0], [1.5, pizza, 0, 0, 0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(term_values(fit, A, B, np.array([0])), outputs, atol=1e-4)
    np.testing.assert_allclose(formula_outputs(fit, np.stack([A, B], axis=1)), outputs, atol=1e-3)
    assert ("cos(2*pi*4*(a - b)/p)*" in formula_text(fit)) == (pizza > 0 and sign > 0)


def test_gini_is_0_for_an_even_spectrum_and_near_1_for_one_line() -> None:
    assert gini(np.ones(50)) == pytest.approx(0)
    assert gini(np.eye(50)[7]) > 0.97
    chars = characters(P)
    assert np.argmax(spectrum(chars, np.real(chars.z[6])[:, None])) == 6
