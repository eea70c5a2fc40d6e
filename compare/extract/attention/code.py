"""The explanation of a net with heads as a program with quantised constants, its weakest units left out.

A code pays for its dictionary and for what waves are read of; for each head's score (its frequencies, an amplitude and
a phase each, two offsets), heads that look alike being one; for the outputs' offsets; for what its units share; and for
every unit that is kept. A unit has one frequency and, up to scale, a bias and one complex reading g_h of every head,
the same at both arguments: pre = bias + sum_h Re(conj(g_h) (P_h0 z(a) + P_h1 z(b))), with P the heads' patterns; it may
add multiples of the patterns themselves. It writes its wave of c, or in a plane of functions of c that all units of its
frequency share. Its scale is part of its amplitude in the outputs, which is refitted on fitted rows after everything
else is quantised. Where an argument is outside the group (0, for products), the code gives one constant answer and pays
for it. Three families (`compare.extract.attention.families`):

- *tied*: the units of one frequency lie on one closed curve. With phi the phase of sum_h g_h, readings and bias are
  short Fourier series in phi that all units of a frequency share; the read-out turns by 2 phi (cos(w a + phi) and
  cos(w b + phi) make cos(w (a + b) + 2 phi)). A unit pays for phi and its amplitude.
- *paired*: of two heads, each looking at one argument, a unit pays for its phase of either and its amplitude; the
  read-out turns by their sum or difference.
- *spanned*: every unit pays for its place in the few directions that its frequency's units read, for its bias, its
  amplitude and the phase with which it is read out.

All codes are tried on a sample of the fitted rows. Where none hardly errs, the best have their amplitudes fitted to the
net's answers in place of its outputs. The shortest there, and the shortest of those that hardly err, are run on the
whole domain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.bits import EXCEPTIONS, exception_bits, log2_choose
from compare.explanation import Code
from compare.extract.attention.families import paired, spanned, tied
from compare.extract.attention.scores import merged, quantised_scores
from compare.extract.attention.units import GRAINS, Grain, Rough, Seen, Units, exact_units, hidden, seen, telling_levels
from compare.extract.residues.frame import outside_answer
from compare.fit.amplitudes import likeliest_amplitudes
from compare.fit.characters import Characters
from compare.fit.heads import HeadFit, Heads
from compare.fit.levels import log_levels, uniform
from compare.fit.pruning import eliminated, quantised_weights
from compare.read import Reading
from compare.sites.heads import HeadLayer
from compare.sites.layer import homogeneous_power
from compare.statistics import disagreement

HEADER_BITS = 64.0  # sign, family, precisions, number of units, and six scales of 8 bits
OFFSET_SHARE, MOST_OFFSETS = 0.002, 8  # of the outputs' variance; waves
AMPLITUDE_OCTAVES = 3.0
SAMPLE = 2048  # fitted rows on which codes are tried
SUREST = 2  # of those that err least on the sample
FINALISTS = 6  # the shortest of all, and as many of those that err on few enough rows of the sample
REFINED, REFINED_BITS = 8, 5  # drafts whose amplitudes are fitted to the answers; of such an amplitude
NEAR, NEXT = 2.0, 3  # times the exceptions that are allowed; how many more are refined
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coded:
    """What codes are made of: the net, its heads, how far they look where, and the rows that waves speak of."""

    reading: Reading
    found: HeadLayer
    heads: Heads
    fit: HeadFit
    levels: Int[np.ndarray, "levels 2"]
    sign: int  # of the second argument in the outputs
    power: int  # of the nonlinearity
    inside: Int[np.ndarray, " inside"]  # rows of whose arguments both are in the group
    constant: int  # answer to the others

    @property
    def fitted(self) -> Int[np.ndarray, " fitted"]:
        """Places of the fitted rows among those inside."""
        return np.flatnonzero(np.isin(self.inside, self.reading.fitted))

    @property
    def header(self) -> float:
        """Bits of the dictionary, of what waves are read of, and of the answer to other rows."""
        frame = self.heads.frame
        bits = log2_choose(len(frame.answer.k), len(self.fit.dictionary)) + HEADER_BITS + frame.bits
        return bits + float(np.log2(frame.answer.p)) * (len(self.inside) < self.reading.rows)

    @property
    def level_bits(self) -> float:
        """Bits of which patterns units read: any but those of a head's first position, which say nothing new."""
        heads, positions = self.fit.score.shape[:2]
        return float(heads * (positions - 1))


def codes(reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, sign: int) -> Iterator[Code]:
    """The shortest programs over families, precisions and numbers of units, each run on the whole domain.

    Patterns are read beside waves, and functions of c given as tables, only where no plainer code stands for the net.
    """
    power = homogeneous_power(reading, found.layer)
    if power is None:
        return
    coded = _coded(reading, found, heads, merged(heads, fit), sign, power)
    for grain in GRAINS:
        score, head_bits = quantised_scores(heads, coded.fit, grain.score_bits)
        levels, level_bits = (coded.levels, coded.level_bits) if grain.levels else (coded.levels[:0], 0.0)
        given = seen(heads, score, coded.fit.dictionary, levels, reading.x[coded.inside])
        drafts = list(_drafts(coded, given, grain, head_bits + level_bits))
        if not any(draft.sure for draft in drafts):
            fine = [_refined(coded, given, draft) for draft in _promising(drafts)]
            drafts += [*fine, *(_refined(coded, given, draft) for draft in _longer(drafts, fine))]
        stands = False
        for draft in _finalists(drafts):
            code = _finished(coded, draft, given)
            stands |= disagreement(code.answers, reading.answers) <= EXCEPTIONS
            yield code
        if stands:
            break


def _coded(reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, sign: int, power: int) -> _Coded:
    outside, constant = outside_answer(reading, heads.frame)
    inside = np.setdiff1d(np.arange(reading.rows), outside)
    every = np.array([(h, s) for h in range(len(fit.score)) for s in range(1, len(heads.column))])
    coded = _Coded(
        reading=reading,
        found=found,
        heads=heads,
        fit=fit,
        levels=every,
        sign=sign,
        power=power,
        inside=inside,
        constant=constant,
    )
    given = seen(heads, fit.score, fit.dictionary, every, reading.x[inside]).rows(coded.fitted)
    return replace(coded, levels=telling_levels(_units(coded, given), given, every))


def _units(coded: _Coded, given: Seen) -> Units:
    """Constants of the units by what is seen on the fitted rows."""
    rows = coded.inside[coded.fitted]
    return exact_units(
        coded.reading.site(coded.found.layer.pre)[rows],
        coded.found.layer.readout,
        coded.heads.importance,
        coded.fit.wave,
        given,
    )


def _finalists(drafts: list[_Draft]) -> list[_Draft]:
    """The shortest, the shortest of those that hardly err, and those that err least."""
    chosen = nsmallest(FINALISTS, drafts, key=lambda d: d.estimate)
    chosen += nsmallest(FINALISTS, (d for d in drafts if d.sure), key=lambda d: d.estimate)
    chosen += nsmallest(SUREST, drafts, key=lambda d: (d.errors, d.estimate))
    return list({id(draft): draft for draft in chosen}.values())


def _drafts(coded: _Coded, given: Seen, grain: Grain, head_bits: float) -> Iterator[_Draft]:
    reading, chars = coded.reading, coded.heads.frame.answer
    sample = np.random.default_rng(reading.seed).permutation(coded.fitted)[:SAMPLE]
    rows = coded.inside[sample]
    outputs, answers, mixed = reading.outputs[rows], reading.answers[rows], given.rows(sample)
    offsets = quantised_offsets(reading.outputs[coded.inside[coded.fitted]], chars, grain)
    choice = float(np.log2(len(coded.fit.dictionary)))
    for rough in _roughs(chars, _units(coded, given.rows(coded.fitted)), coded.sign, grain):
        acts = hidden(rough, mixed, coded.power)
        for kept, amplitude, bits in _pruned(rough, acts, outputs, grain):
            written = _outputs(rough, kept, amplitude, acts[:, kept])
            units = len(kept) * (rough.unit_bits + bits + choice)
            for offset, offset_bits in offsets:
                alignment = head_bits + offset_bits + rough.shared_bits + units
                errors = float((reading.decode(written + offset) != answers).mean())
                wrong = exception_bits(reading.rows, round(errors * reading.rows), reading.view.classes)
                yield _Draft(alignment + wrong, errors, rough, kept, amplitude, offset, alignment)


def _promising(drafts: list[_Draft]) -> list[_Draft]:
    """Of each family and precision the draft that errs least, of those that err least."""
    best: dict[int, _Draft] = {}
    for draft in drafts:
        if id(draft.rough) not in best or draft.errors < best[id(draft.rough)].errors:
            best[id(draft.rough)] = draft
    return nsmallest(REFINED, best.values(), key=lambda draft: (draft.errors, draft.estimate))


def _longer(drafts: list[_Draft], fine: list[_Draft]) -> list[_Draft]:
    """Of those whose amplitudes by the answers err on little more than a code may, the next that keep more units."""
    near = [draft for draft in fine if draft.errors <= NEAR * EXCEPTIONS]
    return [
        longer
        for short in near
        for longer in nsmallest(
            NEXT,
            [d for d in drafts if d.rough is short.rough and len(d.kept) > len(short.kept)],
            key=lambda draft: (len(draft.kept), draft.alignment),
        )
    ]


def _refined(coded: _Coded, given: Seen, draft: _Draft) -> _Draft:
    """The draft with amplitudes by the answers, in place of those by least squares of the outputs."""
    reading, positive = coded.reading, draft.amplitude > 0
    kept, rough = draft.kept[positive], draft.rough
    sample = np.random.default_rng(reading.seed).permutation(coded.fitted)[:SAMPLE]
    answers = reading.answers[coded.inside[sample]]
    acts, write = hidden(rough.only(kept), given.rows(sample), coded.power), rough.write[kept]
    fine = likeliest_amplitudes(acts, write, draft.offset, answers, draft.amplitude[positive])
    fine = log_levels(fine, 2**REFINED_BITS)
    errors = float((reading.decode(acts @ (fine[:, None] * write).astype(np.float32) + draft.offset) != answers).mean())
    alignment = draft.alignment + REFINED_BITS * len(kept)  # beside those that the draft has paid
    wrong = exception_bits(reading.rows, round(errors * reading.rows), reading.view.classes)
    return _Draft(alignment + wrong, errors, rough, kept, fine, draft.offset, alignment)


def _finished(coded: _Coded, draft: _Draft, given: Seen) -> Code:
    acts = hidden(draft.rough.only(draft.kept), given, coded.power)
    answers = np.full(coded.reading.rows, coded.constant)
    written = _outputs(draft.rough, draft.kept, draft.amplitude, acts) + draft.offset
    answers[coded.inside] = coded.reading.decode(written)
    return Code(
        bits_dictionary=coded.header,
        bits_alignment=draft.alignment,
        units_kept=len(draft.kept),
        precision=draft.rough.precision,
        answers=answers,
    )


def quantised_offsets(
    outputs: Float[np.ndarray, "rows p"], chars: Characters, grain: Grain
) -> list[tuple[Float[np.ndarray, " p"], float]]:
    """No offset, and the outputs' mean over the inputs as its strongest waves of c, or as a table, and its bits."""
    bits, mean = grain.offset_bits, outputs.mean(axis=0)
    if None in grain.waves:
        return [(uniform(mean - mean.mean(), bits).astype(np.float32), float(chars.p * bits))]
    total = float((outputs - outputs.mean(axis=1, keepdims=True)).var(axis=1).mean())
    wave = chars.z @ mean / chars.size
    strong = np.argsort(-np.abs(wave))[:MOST_OFFSETS]
    strong = strong[np.abs(wave[strong]) ** 2 / 2 >= OFFSET_SHARE * total]
    rough = uniform(np.real(wave[strong]), bits) + 1j * uniform(np.imag(wave[strong]), bits)
    count = float(np.log2(MOST_OFFSETS + 1))
    offset = np.real(np.conj(rough) @ chars.z[strong]).astype(np.float32)
    some = offset, count + len(strong) * (float(np.log2(len(chars.k))) + 2 * bits)
    return [(np.zeros_like(offset), count), some][: 1 + (len(strong) > 0)]


def _roughs(chars: Characters, units: Units, sign: int, grain: Grain) -> Iterator[Rough]:
    for q in grain.precisions:
        for waves in grain.waves:
            if sign > 0:
                yield from (tied(chars, units, q, series, waves, grain) for series in (1, 2))
            if units.gain.shape[1] == 2:
                yield paired(chars, units, q, waves, grain)
            yield spanned(chars, units, q, waves, grain)


def _pruned(
    rough: Rough, acts: Float[np.ndarray, "rows units"], outputs: Float[np.ndarray, "rows p"], grain: Grain
) -> Iterator[tuple[Int[np.ndarray, " kept"], Float[np.ndarray, " kept"], int]]:
    """Units that stay, their amplitudes and the bits of one, for a range of numbers of units."""
    written, likeness = (outputs - outputs.mean(axis=0)) @ rough.write.T, rough.write @ rough.write.T
    gram = (acts.T @ acts).astype(np.float64) * likeness
    order, _ = eliminated(gram, (acts * written).sum(axis=0, dtype=np.float64))
    for size in np.unique(np.geomspace(min(4, len(order)), len(order), grain.sizes).astype(int)):
        kept = order[-size:]
        for bits in grain.amplitude_bits:
            levels = 2.0 ** (-AMPLITUDE_OCTAVES * np.arange(2**bits) / (2**bits - 1))
            own = acts[:, kept]
            own_gram = (own.T @ own).astype(np.float64) * likeness[np.ix_(kept, kept)]
            moment = (own * written[:, kept]).sum(axis=0, dtype=np.float64)
            yield kept, quantised_weights(own_gram, moment, levels), bits


def _outputs(
    rough: Rough, kept: np.ndarray, amplitude: np.ndarray, acts: Float[np.ndarray, "rows kept"]
) -> Float[np.ndarray, "rows p"]:
    return acts @ (amplitude[:, None] * rough.write[kept]).astype(np.float32)
