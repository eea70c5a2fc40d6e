"""Links: known affine forms are recovered from the values after each nonlinearity; what has no link is refused."""

import numpy as np
import pytest

from compare.explanation import Refusal
from compare.fit.fit import Fit
from compare.fit.links import ABS, IDENTITY, LINKS, RELU, SQUARE, TANH, Link, links, solve
from compare.fit.waves import wave_links

RNG = np.random.default_rng(0)
COLUMNS = {"u": RNG.normal(size=300), "v": RNG.normal(size=300)}
WEIGHTS = RNG.normal(size=(6, 3))
DESIGN = np.column_stack([np.ones(300), *COLUMNS.values()])


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.name)
def test_every_link_is_recovered_for_all_units_at_once(link: Link) -> None:
    values = link.value(DESIGN @ WEIGHTS.T)
    for unit, fit in enumerate(links(values, COLUMNS)):
        assert isinstance(fit, Fit)
        assert fit.error < 1e-7
        assert link.text.split("{")[0] in fit.formula
        np.testing.assert_allclose(fit.values, values[:, unit], atol=1e-6)


@pytest.mark.parametrize("link", [RELU, ABS, SQUARE, TANH], ids=lambda link: link.name)
def test_constants_are_right_up_to_the_links_own_symmetry(link: Link) -> None:
    solved = solve(link.value(DESIGN @ WEIGHTS.T), DESIGN, link, np.ones(300))
    product = solved.weights * (1 if link is RELU else np.sign((solved.weights * WEIGHTS).sum(axis=1))[:, None])
    np.testing.assert_allclose(product, WEIGHTS, atol=1e-5)


def test_sigmoid_is_tanh_with_another_scale_and_offset() -> None:
    z = DESIGN @ WEIGHTS[0]
    (fit,) = links((1 / (1 + np.exp(-z)))[:, None], COLUMNS)
    assert isinstance(fit, Fit)
    assert fit.formula.startswith("0.5*tanh(")
    assert fit.formula.endswith("+ 0.5")


def test_the_simplest_link_wins_where_several_fit() -> None:
    positive = DESIGN[:, 1] + 20
    (fit,) = links(positive[:, None], COLUMNS)
    assert isinstance(fit, Fit)
    assert "Max" not in fit.formula
    np.testing.assert_allclose(
        solve(positive[:, None], DESIGN, IDENTITY, np.ones(300)).weights, [[20, 1, 0]], atol=1e-8
    )


def test_no_link_is_refused_with_each_links_error() -> None:
    (found,) = links(RNG.normal(size=(300, 1)), COLUMNS)
    assert isinstance(found, Refusal)
    assert all(link.name in found.reason for link in LINKS)


@pytest.mark.parametrize(("k", "link"), [(1, RELU), (9, RELU), (6, ABS), (4, TANH), (3, SQUARE)])
def test_the_frequency_inside_a_link_is_found(k: int, link: Link) -> None:
    t = np.arange(31)
    values = link.value(1.3 * np.cos(2 * np.pi * k * t / 31 + 0.4) + 0.2)
    (fit,) = wave_links(values[:, None], {"t": t}, 31)
    assert isinstance(fit, Fit)
    assert f"1.3*cos(2*pi*{'' if k == 1 else f'{k}*'}t/31 + 0.4) + 0.2" in fit.formula
    assert fit.error < 1e-7


def test_a_wave_of_no_single_frequency_is_refused() -> None:
    (found,) = wave_links(RNG.normal(size=(31, 1)), {"t": np.arange(31)}, 31)
    assert isinstance(found, Refusal)
    assert "no link of one wave" in found.reason
