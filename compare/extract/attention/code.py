"""The explanation of a net with heads as a program with quantised constants, its weakest units left out.

A code pays for its dictionary; for each head's score (its frequencies, an amplitude and a phase each, two offsets); for
the outputs' offsets, a few waves of c; for what its units share; and for every unit that is kept. A unit has one
frequency and, up to scale, a bias and one complex reading g_h of every head, the same at both arguments:
pre = bias + sum_h Re(conj(g_h) (P_h0 z(a) + P_h1 z(b))), with P the heads' patterns. It writes one wave of c, or some
of its harmonics too. Its scale is part of its amplitude in the outputs, which is refitted to the net's outputs
on fitted rows after everything else is quantised. Two families:

- *free*: every unit pays for its readings, its bias, its amplitude and the phase with which it is read out.
- *tied*: the units of one frequency lie on one closed curve. With phi the phase of sum_h g_h, readings, bias and
  read-out are short Fourier series in phi that all units of a frequency share; the read-out turns by 2 phi (cos(w a +
  phi) and cos(w b + phi) make cos(w (a + b) + 2 phi)). A unit pays for phi and its amplitude.

All codes are tried on a sample of the fitted rows; the shortest there, and the shortest of those that hardly err, are
run on the whole domain.
"""

from collections.abc import Iterator
from heapq import nsmallest
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.bits import EXCEPTIONS, exception_bits, log2_choose
from compare.explanation import Code
from compare.extract.attention.units import (
    GRAINS,
    Features,
    Grain,
    Rough,
    Units,
    features,
    free,
    hidden,
    tied,
)
from compare.fit.heads import HeadFit, Heads
from compare.fit.levels import phase, uniform
from compare.fit.pruning import eliminated, quantised_weights
from compare.read import Reading
from compare.sites.heads import HeadLayer
from compare.sites.layer import homogeneous_power
from compare.statistics import disagreement

HEADER_BITS = 64.0  # sign, family, precisions, number of units, and six scales of 8 bits
SECOND_WAVE = 0.15  # of a head's strongest wave; a second one below it is left out
OFFSET_SHARE, MOST_OFFSETS = 0.002, 8  # of the outputs' variance; waves
AMPLITUDE_OCTAVES = 3.0
MOST_UNITS = 192
SAMPLE = 2048  # fitted rows on which codes are tried
SUREST = 2  # of those that err least on the sample
FINALISTS = 6  # the shortest of all, and as many of those that err on few enough rows of the sample
NEAR = 6.0  # times the exceptions that are allowed, up to which finer constants are worth their time
SURE = 0.8  # of the exceptions that are allowed: what a sample says of all rows


class _Draft(NamedTuple):
    """A code before it is run on the whole domain."""

    estimate: float  # bits, exceptions by their share of the sample
    errors: float  # that share
    rough: Rough
    kept: Int[np.ndarray, " kept"]
    amplitude: Float[np.ndarray, " kept"]
    offset: Float[np.ndarray, " p"]
    alignment: float  # bits

    @property
    def sure(self) -> bool:
        """Whether it will stand for the net on all rows."""
        return self.errors <= SURE * EXCEPTIONS


def codes(reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, sign: int) -> Iterator[Code]:
    """The shortest programs over families, precisions and numbers of units, each run on the whole domain.

    Finer constants are tried where no coarse code stands for the net but some nearly do.
    """
    power = homogeneous_power(reading, found.layer)
    if power is None:
        return
    header = log2_choose(len(heads.chars.k), len(fit.dictionary)) + HEADER_BITS
    for grain in GRAINS:
        score, head_bits = quantised_scores(heads, fit, grain.score_bits)
        drafts = list(_drafts(reading, found, heads, fit, sign, power, grain, score, head_bits))
        everywhere = features(heads, score, fit.dictionary, reading.x)
        stands = False
        for draft in _finalists(drafts):
            code = _finished(reading, draft, everywhere, power, header)
            stands |= disagreement(code.answers, reading.answers) <= EXCEPTIONS
            yield code
        if stands or min(draft.errors for draft in drafts) > NEAR * EXCEPTIONS:
            break


def _finalists(drafts: list[_Draft]) -> list[_Draft]:
    """The shortest, the shortest of those that hardly err, and those that err least."""
    chosen = nsmallest(FINALISTS, drafts, key=lambda d: d.estimate)
    chosen += nsmallest(FINALISTS, (d for d in drafts if d.sure), key=lambda d: d.estimate)
    chosen += nsmallest(SUREST, drafts, key=lambda d: (d.errors, d.estimate))
    return list({id(draft): draft for draft in chosen}.values())


def _drafts(
    reading: Reading,
    found: HeadLayer,
    heads: Heads,
    fit: HeadFit,
    sign: int,
    power: int,
    grain: Grain,
    score: Float[np.ndarray, "heads positions p"],
    head_bits: float,
) -> Iterator[_Draft]:
    offsets = quantised_offsets(reading, heads, grain.offset_bits)
    sample = np.random.default_rng(reading.seed).permutation(reading.fitted)[:SAMPLE]
    units = _units(found, heads, fit, score)
    mixed = features(heads, score, fit.dictionary, reading.x[sample])
    outputs, answers = reading.outputs[sample], reading.answers[sample]
    for rough in _roughs(heads, units, sign, grain):
        acts = hidden(rough, mixed, power)
        for kept, amplitude, bits in _pruned(rough, acts, outputs, grain):
            unit = rough.unit_bits + bits + float(np.log2(len(fit.dictionary)))
            given = _outputs(rough, kept, amplitude, acts[:, kept])
            for offset, offset_bits in offsets:
                alignment = head_bits + offset_bits + rough.shared_bits + len(kept) * unit
                errors = float((reading.decode(given + offset) != answers).mean())
                wrong = exception_bits(reading.rows, round(errors * reading.rows), reading.view.classes)
                yield _Draft(alignment + wrong, errors, rough, kept, amplitude, offset, alignment)


def _finished(reading: Reading, draft: _Draft, everywhere: Features, power: int, header: float) -> Code:
    acts = hidden(draft.rough.only(draft.kept), everywhere, power)
    return Code(
        bits_dictionary=header,
        bits_alignment=draft.alignment,
        units_kept=len(draft.kept),
        precision=draft.rough.precision,
        answers=reading.decode(_outputs(draft.rough, draft.kept, draft.amplitude, acts) + draft.offset),
    )


def quantised_scores(heads: Heads, fit: HeadFit, bits: int) -> tuple[Float[np.ndarray, "heads positions p"], float]:
    """Scores from quantised constants, the waves shared by all arguments; and what they cost."""
    chars, arguments = heads.chars, heads.arguments
    means = fit.score.mean(axis=2)
    offset = means - means[:, arguments].mean(axis=1, keepdims=True)
    rough = np.repeat(uniform(offset, bits)[:, :, None], chars.p, axis=2)
    z = chars.z[fit.score_waves]  # (heads, waves, p)
    wave = np.einsum("hwp,hsp->hw", z, fit.score[:, arguments]) / (chars.size[fit.score_waves] * len(arguments))
    size = np.abs(wave)
    kept = size >= SECOND_WAVE * size.max(axis=1, keepdims=True)
    wave = uniform(size, bits) * phase(wave, bits) * kept
    rough[:, arguments] += np.real(np.einsum("hw,hwp->hp", np.conj(wave), z))[:, None]
    a_wave = float(np.log2(len(chars.k))) + 2 * bits
    offsets = (fit.score.shape[1] - 1) * bits
    return rough, float(kept.sum() * a_wave + len(fit.score) * (offsets + 1))


def quantised_offsets(reading: Reading, heads: Heads, precision: int) -> list[tuple[Float[np.ndarray, " p"], float]]:
    """No offset, and the outputs' mean over the inputs as its strongest waves of c; each with what it costs."""
    chars = heads.chars
    outputs = reading.outputs[reading.fitted]
    total = float((outputs - outputs.mean(axis=1, keepdims=True)).var(axis=1).mean())
    wave = chars.z @ outputs.mean(axis=0) / chars.size
    strong = np.argsort(-np.abs(wave))[:MOST_OFFSETS]
    strong = strong[np.abs(wave[strong]) ** 2 / 2 >= OFFSET_SHARE * total]
    rough = uniform(np.real(wave[strong]), precision) + 1j * uniform(np.imag(wave[strong]), precision)
    count = float(np.log2(MOST_OFFSETS + 1))
    bits = count + len(strong) * (float(np.log2(len(chars.k))) + 2 * precision)
    offset = np.real(np.conj(rough) @ chars.z[strong]).astype(np.float32)
    return [(np.zeros_like(offset), count), (offset, bits)][: 1 + (len(strong) > 0)]


def _units(found: HeadLayer, heads: Heads, fit: HeadFit, score: np.ndarray) -> Units:
    """Constants of the most important units under the quantised heads, not quantised themselves."""
    most = np.argsort(-heads.importance)[:MOST_UNITS]
    most = most[heads.importance[most] > 0]
    wave = fit.wave[most]
    mixed = features(heads, score, fit.dictionary, heads.x)
    width = next(iter(mixed.values())).shape[1]
    bias, gain = np.zeros(len(most)), np.zeros((len(most), width), dtype=complex)
    for row, own in mixed.items():
        mine = np.flatnonzero(wave == row)
        columns = np.concatenate([np.ones((len(own), 1), dtype=np.float32), np.real(own), np.imag(own)], axis=1)
        gram = (columns.T @ columns).astype(np.float64)
        gram += 1e-6 * np.trace(gram) / len(gram) * np.eye(len(gram))
        solution = np.linalg.solve(gram, columns.T @ heads.pre[:, most[mine]])
        n = own.shape[1]
        bias[mine], gain[mine] = solution[0], (solution[1 : 1 + n] + 1j * solution[1 + n :]).T
    return Units(wave=wave, importance=heads.importance[most], bias=bias, gain=gain, readout=found.layer.readout[most])


def _roughs(heads: Heads, units: Units, sign: int, grain: Grain) -> Iterator[Rough]:
    for q in grain.precisions:
        for harmonics in grain.harmonics:
            if sign > 0:
                yield from (tied(heads.chars, units, q, series, harmonics, grain) for series in (1, 2))
            yield free(heads.chars, units, q, harmonics, grain)


def _pruned(
    rough: Rough, acts: Float[np.ndarray, "rows units"], outputs: Float[np.ndarray, "rows p"], grain: Grain
) -> Iterator[tuple[Int[np.ndarray, " kept"], Float[np.ndarray, " kept"], int]]:
    """Units that stay, their amplitudes and the bits of one, for a range of numbers of units."""
    right = outputs.argmax(axis=1)
    written, likeness = (outputs - outputs.mean(axis=0)) @ rough.write.T, rough.write @ rough.write.T
    gram = (acts.T @ acts).astype(np.float64) * likeness
    order, _ = eliminated(gram, (acts * written).sum(axis=0, dtype=np.float64))
    for size in np.unique(np.geomspace(min(4, len(order)), len(order), grain.sizes).astype(int)):
        kept = order[-size:]
        for bits in grain.amplitude_bits:
            levels = 2.0 ** (-AMPLITUDE_OCTAVES * np.arange(2**bits) / (2**bits - 1))
            weight, own = np.ones((len(acts), 1), dtype=np.float32), acts[:, kept]
            for _ in range(grain.rounds):
                own_gram = ((weight * own).T @ own).astype(np.float64) * likeness[np.ix_(kept, kept)]
                moment = (weight * own * written[:, kept]).sum(axis=0, dtype=np.float64)
                amplitude = quantised_weights(own_gram, moment, levels)
                yield kept, amplitude, bits
                if grain.rounds > 1:
                    wrong = _outputs(rough, kept, amplitude, own).argmax(axis=1) != right
                    weight = weight * np.where(wrong, 2.0, 1.0)[:, None].astype(np.float32)


def _outputs(
    rough: Rough, kept: np.ndarray, amplitude: np.ndarray, acts: Float[np.ndarray, "rows kept"]
) -> Float[np.ndarray, "rows p"]:
    return acts @ (amplitude[:, None] * rough.write[kept]).astype(np.float32)
