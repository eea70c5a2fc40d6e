import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from compare.fit.characters import alike, characters
from compare.fit.heads import Heads, fit_heads, head_patterns, pre_activations
from compare.fit.logits import fit_logits, formula_bits, formula_outputs, formula_text, term_values
from compare.fit.pruning import eliminated, quantised_weights

P = 19
A, B = np.divmod(np.arange(P * P), P)
EVERY = np.arange(P * P)


def planted_outputs(sign: int) -> np.ndarray:
    """An ellipse at k = 4 with a pizza term, a circle with a phase at k = 7."""
    c, w, v = np.arange(P), 2 * np.pi * 4 / P, 2 * np.pi * 7 / P
    u, d = (A + sign * B)[:, None], (A - sign * B)[:, None]
    first = (3 + 2 * np.cos(w * d)) * np.cos(w * (u - c)) + 1.5 * np.cos(w * (u + c))
    return first + np.cos(v * (u - c) + 0.6)


@pytest.mark.parametrize("sign", [1, -1])
def test_ellipses_are_recovered(sign):
    fit = fit_logits(alike(characters(P)), A, B, planted_outputs(sign), np.array([3, 6]), EVERY, mirrored=True)
    assert fit.sign == sign
    np.testing.assert_allclose(fit.weight, [[3, 2, 1.5, *[0] * 5], [np.exp(0.6j), *[0] * 7]], atol=1e-6)
    assert fit.variance == pytest.approx(1.0)
    assert formula_bits(fit) > 8 * 5


def test_a_missing_frequency_is_missed():
    fit = fit_logits(alike(characters(P)), A, B, planted_outputs(1), np.array([6]), EVERY, mirrored=True)
    assert fit.variance < 0.2


@pytest.mark.parametrize("sign", [1, -1])
def test_ellipses_print_and_run_alike(sign):
    outputs = planted_outputs(sign)
    fit = fit_logits(alike(characters(P)), A, B, outputs, np.array([3, 6]), EVERY, mirrored=True)
    np.testing.assert_allclose(term_values(fit, A, B, np.array([0, 1])), outputs, atol=1e-4)
    np.testing.assert_allclose(formula_outputs(fit, np.stack([A, B], axis=1)), outputs, atol=1e-3)
    names = sympy.symbols("a b c p")
    formula = sympy.lambdify(names, sympy.sympify(formula_text(fit, digits=8)), "numpy")
    np.testing.assert_allclose(formula(A[:, None], B[:, None], np.arange(P), P), outputs, atol=1e-4)


def heads(units: int = 6, noise: float = 0.0) -> tuple[Heads, np.ndarray]:
    """Two heads, two argument positions and a constant one; units of k = 2 and 5 in turn; with the true patterns."""
    rng = np.random.default_rng(0)
    chars, x = characters(P), np.stack([A, B], axis=1)
    score = np.zeros((2, 3, P))
    score[0, :2], score[1, :2], score[:, 2] = chars.z[1].real, chars.z[4].imag + 0.3, -1.0
    value = np.concatenate([np.ones((1, P)), chars.z[[1, 4]].real, chars.z[[1, 4]].imag]).T
    value = tuple(np.stack([value, value, np.ones_like(value)]) for _ in range(2))
    logits = np.stack([score[:, 0][:, A], score[:, 1][:, B], score[:, 2][:, A]])
    patterns = np.exp(logits) / np.exp(logits).sum(axis=0)
    wave = np.array([1, 4] * (units // 2))
    gain = rng.normal(size=(2, 2, units)) + 1j * rng.normal(size=(2, 2, units))
    pre = 0.2 * np.ones((P * P, units))
    for h in range(2):
        for s, token in enumerate((A, B)):
            pre += patterns[s, h][:, None] * np.real(np.conj(gain[h, s]) * chars.z[wave][:, token].T)
    pre = pre + noise * rng.normal(size=pre.shape)
    column = np.array([0, 1, -1])
    importance = np.full(units, 1 / units)
    frame = alike(chars)
    return Heads(frame=frame, column=column, score=score, value=value, x=x, pre=pre, importance=importance), patterns


def test_heads_are_recovered():
    planted, patterns = heads()
    fit = fit_heads(planted)
    assert set(fit.dictionary) == {1, 4}
    assert list(fit.wave) == [1, 4] * 3
    assert 1 in fit.score_waves[0]
    assert 4 in fit.score_waves[1]
    np.testing.assert_allclose(head_patterns(fit, planted.x), np.moveaxis(patterns, 0, 2), atol=1e-4)
    np.testing.assert_allclose(pre_activations(fit, planted.x), planted.pre, atol=2e-3)
    assert fit.explained.min() > 0.9999


def test_forbidden_frequencies_are_not_used():
    planted, _ = heads()
    allowed = np.setdiff1d(np.arange(9), [1, 4])
    fit = fit_heads(planted, allowed)
    assert not set(fit.dictionary) & {1, 4}
    assert not set(fit.score_waves.ravel()) & {1, 4}
    assert fit.explained.max() < 0.5


def test_tokens_under_other_names_are_fitted_under_their_own():
    planted, _ = heads()
    shuffle = np.random.default_rng(1).permutation(P)
    names = np.argsort(shuffle)
    renamed = Heads(
        frame=planted.frame,
        column=planted.column,
        score=planted.score[:, :, shuffle],
        value=tuple(table[:, shuffle] for table in planted.value),
        x=names[planted.x],
        pre=planted.pre,
        importance=planted.importance,
    )
    back = fit_heads(renamed.renamed(shuffle, planted.frame))
    np.testing.assert_allclose(pre_activations(back, shuffle[renamed.x]), planted.pre, atol=2e-3)
    assert fit_heads(renamed).explained.max() < 0.9


@given(seed=st.integers(0, 2**16), n=st.integers(2, 5))
def test_the_first_column_to_go_costs_least(seed, n):
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(40, n))
    goal = columns @ rng.uniform(0.5, 2, size=n) + 0.1 * rng.normal(size=40)
    gram, moment = columns.T @ columns, columns.T @ goal
    order, errors = eliminated(gram, moment)
    assert sorted(order) == list(range(n))
    assert (np.diff(errors) >= 0).all()

    def error(left: list[int]) -> float:
        weight = np.linalg.lstsq(columns[:, left], goal, rcond=None)[0]
        return float(((columns[:, left] @ weight - goal) ** 2).sum())

    every = list(range(n))
    losses = [error([j for j in every if j != i]) - error(every) for i in every]
    assert order[0] == int(np.argmin(losses))
    assert errors[0] == pytest.approx(min(losses), rel=1e-2, abs=1e-3)


def test_columns_with_negative_weights_go_first():
    order, _ = eliminated(np.eye(3), np.array([1.0, -5.0, 0.1]))
    assert order[0] == 1


def test_weights_lie_on_levels_and_the_rest_makes_up():
    levels = 2.0 ** -np.arange(4)
    errors = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        columns = rng.normal(size=(60, 6)) + rng.normal(size=(60, 1))
        goal = columns @ rng.uniform(0.2, 1, size=6)
        gram, moment = columns.T @ columns, columns.T @ goal
        weight, exact = quantised_weights(gram, moment, levels), np.linalg.solve(gram, moment)
        top = exact.max()
        assert np.abs(weight[:, None] / top - levels).min(axis=1).max() < 1e-3
        nearest = top * levels[np.abs(exact[:, None] - top * levels).argmin(axis=1)]
        errors.append([((columns @ w - goal) ** 2).sum() for w in (weight, nearest)])
    refitted, rounded = np.mean(errors, axis=0)
    assert refitted < 0.7 * rounded
