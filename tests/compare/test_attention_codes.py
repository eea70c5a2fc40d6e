"""What a code states of heads and units: heads that look alike are one, and constants say what they cost."""

from dataclasses import replace

import numpy as np
import pytest

from compare.extract.attention.families import paired, spanned, tied
from compare.extract.attention.scores import merged, quantised_scores
from compare.extract.attention.units import COARSE, TABLES, Rough, Units
from compare.extract.residues.frame import groups_of, likeliest_frame
from compare.fit.amplitudes import likeliest_amplitudes
from compare.fit.characters import characters
from compare.fit.heads import fit_heads
from compare.sites.layer import Layer, find_layer
from tests.compare.planted_heads import combining, multiplying, reading
from tests.compare.test_attention_fits import heads

P = 19
CHARS = characters(P)


def circle(heads: int, turns: np.ndarray, wave: int = 3) -> Units:
    """Units of one frequency that read every head at the given phases (units, heads) and write their product."""
    write = np.real(turns.prod(axis=1)[:, None] * np.conj(CHARS.z[wave]))
    return Units(
        wave=np.full(len(turns), wave),
        importance=np.full(len(turns), 1 / len(turns)),
        bias=np.full(len(turns), 0.2 * heads),
        level=np.zeros((len(turns), 0)),
        gain=turns,
        readout=write,
    )


def phases(n: int, units: int = 12) -> np.ndarray:
    return np.exp(2j * np.pi * np.random.default_rng(0).integers(0, 16, (units, n)) / 16)


def distance(units: Units, rough: Rough) -> float:
    """How far the quantised readings are from the units', where a unit has no scale."""
    size, wanted = (np.linalg.norm(each.gain, axis=1, keepdims=True) for each in (rough, units))
    return float(np.abs(rough.gain / size - units.gain / wanted).max())


def test_two_phases_are_all_that_a_pair_pays():
    units = circle(2, phases(2))
    rough = paired(CHARS, units, 4, 0, COARSE)
    assert rough.unit_bits == 8
    assert distance(units, rough) < 0.02
    assert np.abs(rough.write - units.readout).max() < 0.05


def test_one_phase_is_all_that_units_on_a_curve_pay():
    units = circle(2, np.repeat(phases(1), 2, axis=1))
    rough = tied(CHARS, units, 4, 1, 0, COARSE)
    assert rough.unit_bits == 4
    assert distance(units, rough) < 0.1
    assert np.abs(rough.write - units.readout).max() < 0.05


@pytest.mark.parametrize("waves", [0, 5, None])
def test_what_is_written_is_found_as_waves_and_as_tables(waves):
    units = circle(2, phases(2))
    rough = spanned(CHARS, units, 6, waves, TABLES if waves is None else COARSE)
    assert distance(units, rough) < 0.1
    size = (rough.write * units.readout).sum(axis=1) / np.linalg.norm(rough.write, axis=1)
    assert size == pytest.approx(np.linalg.norm(units.readout, axis=1), rel=0.02)
    assert rough.shared_bits >= (0 if waves == 0 else 2 * P)


def test_heads_that_look_alike_are_one():
    planted, _ = heads()
    fit = fit_heads(planted)
    twice = [0, 1, 0]
    three = replace(planted, score=planted.score[twice], value=tuple(planted.value[i] for i in twice))
    assert len(merged(planted, fit).score) == 2
    found = merged(three, fit_heads(three))
    assert len(found.score) == 2
    alone = replace(fit, score=fit.score[:1], score_waves=fit.score_waves[:1])
    assert quantised_scores(planted, fit, 6)[1] > quantised_scores(planted, alone, 6)[1]


def test_quantised_scores_are_near_the_fitted_ones():
    planted, _ = heads()
    fit = fit_heads(planted)
    rough, bits = quantised_scores(planted, fit, 9)
    wanted = fit.score - fit.score[:, planted.arguments].mean(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(rough, wanted, atol=0.02)
    assert bits < quantised_scores(planted, fit, 12)[1]


def test_amplitudes_by_the_answers_give_more_of_them():
    rng = np.random.default_rng(0)
    acts, write = rng.uniform(size=(400, 6)), rng.normal(size=(6, 7))
    true = rng.uniform(0.5, 2, size=6)
    answers = (acts @ (true[:, None] * write)).argmax(axis=1)
    start = np.ones(6)
    found = likeliest_amplitudes(acts, write, np.zeros(7), answers, start)
    assert found.min() > 0

    def right(amplitude: np.ndarray) -> float:
        return float(((acts @ (amplitude[:, None] * write)).argmax(axis=1) == answers).mean())

    assert right(found) > 0.98 > right(start)


@pytest.mark.parametrize(
    ("make", "group", "texts"),
    [
        (reading, "additive", ("a", "b")),
        (multiplying, "multiplicative", ("a", "b")),
        (lambda: combining((3, -2)), "additive", ("3*a", "2*b")),
    ],
)
def test_the_group_is_told_by_the_units(make, group, texts):
    given = make()
    layer = find_layer(given)
    assert isinstance(layer, Layer)
    frame = likeliest_frame(given, layer)
    assert frame.answer.group == group
    assert (frame.first.inner.of("a"), frame.second.inner.of("b")) == texts


def test_products_are_tried_for_primes_alone():
    assert groups_of(23) == ("additive", "multiplicative")
    assert groups_of(24) == ("additive",)
