"""The explanation of a net with heads as a program with quantised constants, its weakest units left out.

Every code pays for its dictionary, and for each head's score: its frequencies, an amplitude and a phase each, and two
offsets. A unit is one frequency and, up to scale, a bias and one complex reading g_h of every head, the same at both
arguments: pre = bias + sum_h Re(conj(g_h) (P_h0 z(a) + P_h1 z(b))). Its scale is part of its amplitude in the outputs,
which is refitted, after everything else is quantised, to the net's outputs on the fitted rows. Two families:

- *free*: every unit pays for its readings, its bias, its amplitude and the phase with which it is read out.
- *tied*: the units of one frequency lie on one closed curve. With phi the phase of sum_h g_h, the readings and the bias
  are short Fourier series in phi that all units of the frequency share, and the read-out's phase is 2 phi (the angle
  that adds up: cos(w a + phi) and cos(w b + phi) make cos(w (a + b) + 2 phi)). A unit pays for phi and its amplitude.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.bits import log2_choose, table_bits
from compare.explanation import Code
from compare.extract.attention_layer import HeadLayer
from compare.extract.residues_code import phase, uniform
from compare.fit.heads import HeadFit, Heads
from compare.fit.pruning import eliminated, quantised_weights
from compare.read import Reading

SCORE_AMPLITUDE_BITS, SCORE_PHASE_BITS, OFFSET_BITS = 5, 5, 5
SECOND_WAVE = 0.15  # of a head's strongest wave; a second one below it is left out
TEMPLATE_BITS = 8.0  # sign, family, precisions
PRECISIONS = (3, 4, 5)
AMPLITUDE_BITS = (2, 3)
HARMONICS = (1, 2)
SERIES_BITS = 5
OUTPUT_OCTAVES, READING_OCTAVES = 3.0, 4.0
MOST_UNITS = 192
SIZES = 12
EQUAL = 1e-4  # of the largest activation


@dataclass(frozen=True, slots=True, kw_only=True)
class Rough:
    """Units with quantised constants, all but their amplitudes in the outputs."""

    wave: Int[np.ndarray, " units"]  # rows of the characters
    hidden: Float[np.ndarray, "rows units"]
    turn: Complex[np.ndarray, " units"]  # phase of the read-out
    unit_bits: float
    shared_bits: float
    precision: int


def codes(reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, sign: int) -> Iterator[Code]:
    """Programs of both families over a grid of precisions and numbers of units, each run on the whole domain."""
    power = homogeneous_power(reading, found)
    if power is None:
        return
    score, head_bits = quantised_scores(heads, fit)
    units = np.argsort(-heads.importance)[:MOST_UNITS]
    units = units[heads.importance[units] > 0]
    features = _features(reading, heads, score, fit.dictionary)
    full = _full(reading, found, heads, fit, features, units)
    header = log2_choose(len(heads.chars.k), len(fit.dictionary)) + TEMPLATE_BITS
    goal = _goal(reading, heads, fit.dictionary)
    for rough in _families(full, heads, fit, features, power, sign):
        for bits in AMPLITUDE_BITS:
            for kept, amplitude in _pruned(rough, fit.dictionary, goal, reading.fitted, bits):
                unit_bits = rough.unit_bits + bits + float(np.log2(max(len(fit.dictionary), 1)))
                yield Code(
                    bits_dictionary=header,
                    bits_alignment=head_bits + rough.shared_bits + len(kept) * unit_bits,
                    units_kept=len(kept),
                    precision=rough.precision,
                    answers=reading.decode(_outputs(rough, kept, amplitude, heads, fit.dictionary)),
                )


def homogeneous_power(reading: Reading, found: HeadLayer) -> int | None:
    """1 where the hidden layer is a ReLU, 2 where it squares, else None: other units have no scale to give away."""
    pre, hidden = reading.site(found.layer.pre), reading.site(found.layer.hidden)
    tolerance = EQUAL * max(float(np.abs(hidden).max()), 1e-30)
    for power in (1, 2):
        if float(np.abs(_activate(pre, power) - hidden).max()) <= tolerance:
            return power
    return None


def _activate(pre: np.ndarray, power: int) -> np.ndarray:
    return np.maximum(pre, 0) if power == 1 else pre**2


def quantised_scores(heads: Heads, fit: HeadFit) -> tuple[Float[np.ndarray, "heads positions p"], float]:
    """Scores from quantised constants, the waves shared by all arguments; and what they cost."""
    chars, arguments = heads.chars, heads.arguments
    means = fit.score.mean(axis=2)
    offset = means - means[:, arguments].mean(axis=1, keepdims=True)
    rough = np.repeat(uniform(offset, OFFSET_BITS)[:, :, None], chars.p, axis=2)
    z = chars.z[fit.score_waves]  # (heads, waves, p)
    wave = np.einsum("hwp,hsp->hw", z, fit.score[:, arguments]) * 2 / (chars.p * len(arguments))
    size = np.abs(wave)
    kept = size >= SECOND_WAVE * size.max(axis=1, keepdims=True)
    wave = uniform(size, SCORE_AMPLITUDE_BITS) * phase(wave, SCORE_PHASE_BITS) * kept
    rough[:, arguments] += np.einsum("hw,hwp->hp", np.conj(wave), z).real[:, None]
    a_wave = float(np.log2(len(chars.k))) + SCORE_AMPLITUDE_BITS + SCORE_PHASE_BITS
    offsets = (fit.score.shape[1] - 1) * OFFSET_BITS
    return rough, float(kept.sum() * a_wave + len(fit.score) * (offsets + 1))


def _features(
    reading: Reading, heads: Heads, score: np.ndarray, dictionary: np.ndarray
) -> dict[int, Complex[np.ndarray, "rows heads"]]:
    """For each frequency, every head's mixture of the arguments' characters on the whole domain."""
    logits = np.stack([score[:, s, reading.x[:, max(held, 0)]] for s, held in enumerate(heads.column)], axis=1)
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    weight = weight / weight.sum(axis=1, keepdims=True)
    return {
        int(row): sum(
            weight[:, s] * heads.chars.z[row][reading.x[:, heads.column[s]]] for s in heads.arguments
        ).T.astype(np.complex64)
        for row in dictionary
    }


def _goal(reading: Reading, heads: Heads, dictionary: np.ndarray) -> dict[int, Complex[np.ndarray, " rows"]]:
    """The outputs' amplitude at each frequency, centred over the inputs."""
    projected = reading.outputs @ heads.chars.z[dictionary].T * (2 / heads.chars.p)
    projected = projected - projected[reading.fitted].mean(axis=0)
    return {int(row): projected[:, i] for i, row in enumerate(dictionary)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Full:
    """Unquantised constants of the units under the quantised heads."""

    units: Int[np.ndarray, " n"]
    wave: Int[np.ndarray, " n"]
    bias: Float[np.ndarray, " n"]
    gain: Complex[np.ndarray, "n heads"]
    out: Complex[np.ndarray, " n"]  # the read-out at the unit's frequency


def _full(
    reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, features: dict[int, np.ndarray], units: np.ndarray
) -> _Full:
    wave = fit.wave[units]
    bias, gain = np.zeros(len(units)), np.zeros((len(units), len(fit.score)), dtype=complex)
    for row, mixed in features.items():
        mine = np.flatnonzero(wave == row)
        own = mixed[reading.fitted]
        columns = np.concatenate([np.ones((len(own), 1)), own.real, own.imag], axis=1)
        gram = columns.T @ columns
        gram += 1e-6 * np.trace(gram) / len(gram) * np.eye(len(gram))
        solution = np.linalg.solve(gram, columns.T @ heads.pre[:, units[mine]])
        n = own.shape[1]
        bias[mine], gain[mine] = solution[0], (solution[1 : 1 + n] + 1j * solution[1 + n :]).T
    out = (found.layer.readout[units] * heads.chars.z[wave]).sum(axis=1)
    return _Full(units=units, wave=wave, bias=bias, gain=gain, out=out)


def _families(
    full: _Full, heads: Heads, fit: HeadFit, features: dict[int, np.ndarray], power: int, sign: int
) -> Iterator[Rough]:
    importance = heads.importance[full.units]
    for q in PRECISIONS:
        for series in HARMONICS if sign > 0 else ():
            yield _tied(full, importance, features, power, q, series)
        yield _free(full, features, power, q)


def _tied(
    full: _Full, importance: np.ndarray, features: dict[int, np.ndarray], power: int, q: int, series: int
) -> Rough:
    total = full.gain.sum(axis=1)
    turn = phase(total, q)
    bias, gain = np.zeros(len(total)), np.zeros_like(full.gain)
    for row in features:
        mine = np.flatnonzero(full.wave == row)
        scale = np.maximum(np.abs(total[mine]), 1e-30)
        aim = np.column_stack([full.gain[mine] * np.conj(turn[mine])[:, None], full.bias[mine]]) / scale[:, None]
        harmonics = turn[mine, None] ** np.arange(-series, series + 1)
        weight = np.sqrt(importance[mine])[:, None]
        found, *_ = np.linalg.lstsq(harmonics * weight, aim * weight, rcond=1e-3)
        curve = harmonics @ (uniform(found.real, SERIES_BITS) + 1j * uniform(found.imag, SERIES_BITS))
        gain[mine], bias[mine] = curve[:, :-1] * turn[mine, None], curve[:, -1].real
    constants = (2 * series + 1) * (2 * full.gain.shape[1] + 1)
    return Rough(
        wave=full.wave,
        hidden=_hidden(full.wave, bias, gain, features, power),
        turn=turn**2,
        unit_bits=q,
        shared_bits=float(len(features) * constants * SERIES_BITS),
        precision=q,
    )


def _free(full: _Full, features: dict[int, np.ndarray], power: int, q: int) -> Rough:
    a = q - 1
    size = np.abs(full.gain)
    top = np.maximum(size.max(axis=1, keepdims=True), 1e-30)
    gain = _log_levels(size / top, a) * phase(full.gain, q)
    return Rough(
        wave=full.wave,
        hidden=_hidden(full.wave, uniform(np.clip(full.bias / top[:, 0], -1, 1), a + 2), gain, features, power),
        turn=phase(full.out, q),
        unit_bits=float(full.gain.shape[1] * (q + a) + a + 2 + q),
        shared_bits=0.0,
        precision=q,
    )


def _log_levels(values: np.ndarray, bits: int) -> np.ndarray:
    step = READING_OCTAVES / (2**bits - 1)
    return 2.0 ** (np.clip(np.round(np.log2(np.maximum(values, 1e-9)) / step), -(2**bits - 1), 0) * step)


def _hidden(
    wave: np.ndarray, bias: np.ndarray, gain: np.ndarray, features: dict[int, np.ndarray], power: int
) -> Float[np.ndarray, "rows units"]:
    rows = len(next(iter(features.values())))
    hidden = np.zeros((rows, len(wave)), dtype=np.float32)
    for row, mixed in features.items():
        mine = np.flatnonzero(wave == row)
        pre = (mixed @ np.conj(gain[mine]).T.astype(np.complex64)).real + bias[mine].astype(np.float32)
        hidden[:, mine] = _activate(pre, power)
    return hidden - hidden.mean(axis=0)


def _pruned(
    rough: Rough, dictionary: np.ndarray, goal: dict[int, np.ndarray], fitted: np.ndarray, bits: int
) -> Iterator[tuple[Int[np.ndarray, " kept"], Float[np.ndarray, " kept"]]]:
    """Units that stay and their quantised amplitudes, for a range of numbers of units.

    The units of different frequencies write to orthogonal outputs, so each frequency is pruned alone; the lists are
    merged at a common price, per unit, of error.
    """
    parts = [_ranked(rough, row, goal, fitted) for row in map(int, dictionary)]
    levels = 2.0 ** (-OUTPUT_OCTAVES * np.arange(2**bits) / (2**bits - 1))
    prices = np.sort(np.concatenate([part.price for part in parts]))[::-1]
    for size in np.unique(np.geomspace(4, len(prices), SIZES).astype(int)):
        kept, amplitude = [], []
        for part in parts:
            stay = part.order[part.price >= prices[size - 1]]
            if len(stay):
                kept.append(part.mine[stay])
                amplitude.append(quantised_weights(part.gram[np.ix_(stay, stay)], part.moment[stay], levels))
        yield np.concatenate(kept), np.concatenate(amplitude)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    mine: Int[np.ndarray, " n"]
    order: Int[np.ndarray, " n"]
    price: Float[np.ndarray, " n"]  # error that the unit's loss adds, in the order of elimination, never falling
    gram: Float[np.ndarray, "n n"]
    moment: Float[np.ndarray, " n"]


def _ranked(rough: Rough, row: int, goal: dict[int, np.ndarray], fitted: np.ndarray) -> _Ranked:
    mine = np.flatnonzero(rough.wave == row)
    hidden, turn = rough.hidden[np.ix_(fitted, mine)], rough.turn[mine]
    gram = (hidden.T @ hidden).astype(np.float64) * np.real(np.conj(turn)[:, None] * turn)
    moment = np.real(np.conj(turn) * (hidden.T @ goal[row][fitted]))
    order, errors = eliminated(gram, moment)
    price = np.maximum.accumulate(np.diff(errors, prepend=0.0))
    return _Ranked(mine=mine, order=order, price=price, gram=gram, moment=moment)


def _outputs(
    rough: Rough, kept: np.ndarray, amplitude: np.ndarray, heads: Heads, dictionary: np.ndarray
) -> Float[np.ndarray, "rows p"]:
    weight = np.zeros((len(kept), 2 * len(dictionary)), dtype=np.float32)
    for i, row in enumerate(dictionary):
        mine = rough.wave[kept] == row
        written = amplitude[mine] * rough.turn[kept][mine]
        weight[mine, 2 * i], weight[mine, 2 * i + 1] = written.real, written.imag
    z = heads.chars.z[dictionary]
    waves = np.stack([z.real, z.imag], axis=1).reshape(-1, heads.chars.p).astype(np.float32)
    return (rough.hidden[:, kept] @ weight) @ waves
