"""The explanation of a residue MLP as a program with quantised constants, its weakest units left out.

A unit that is kept costs: which frequency (log2 K), two phases (q bits each), three log-amplitudes (3 bits each, eight
levels over 2^-6 .. 1 of the largest; 5 bits for a read-out amplitude that was fitted), a bias (5 bits). The phase of
its read-out is the sum of the two and is free.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.bits import log2_choose, table_bits
from compare.explanation import Code
from compare.fit.characters import Characters, Waves, wave_parts
from compare.fit.levels import log_levels, phase, uniform
from compare.fit.logits import LogitWaves
from compare.fit.multiples import multiple_bits
from compare.fit.pursuit import pursuit
from compare.read import Reading
from compare.sites.layer import Layer, activate_sums, strength

AMPLITUDE_BITS, BIAS_BITS = 3, 5
LEVELS = 2**AMPLITUDE_BITS
SHIFT_BITS = 8  # of the phase by which a wave's answer is shifted, where it is
FINE_BITS = 5  # of a read-out amplitude that was fitted instead of read off
PRECISIONS = (3, 4, 5, 8)
TEMPLATE_BITS = 8.0  # group, sign, and the template's place among the declared ones
SIZES = 14  # numbers of kept units tried for each precision
WORTH = 0.5  # of the units' variance by their waves, before a pursuit is worth its time
PURSUED = 40  # units a wave, at most


def codes(reading: Reading, layer: Layer, chars: Characters, waves: Waves, logits: LogitWaves) -> Iterator[Code]:
    """Programs over a grid of precisions and numbers of kept units, each run on the whole domain."""
    importance = strength(reading, layer)
    ties = np.random.default_rng(reading.seed + 4).random(len(importance))  # equal units in no order of ours
    order = np.argsort(-importance * (1 + 1e-3 * ties))
    per_unit = np.log2(len(logits.wave)) + 2 * AMPLITUDE_BITS + BIAS_BITS
    shift = np.ones(len(chars.k), dtype=complex)  # of the answer by a constant, a wave
    shift[logits.wave] = phase(logits.weight[:, 0], SHIFT_BITS)
    shifted = np.count_nonzero(np.imag(logits.weight[:, 0]))
    header = log2_choose(len(chars.k), len(logits.wave)) + TEMPLATE_BITS + SHIFT_BITS * shifted
    header += multiple_bits(chars, waves.multiples)
    worth = float((importance**2) @ waves.explained) >= WORTH * float((importance**2).sum())
    limit = table_bits(reading.answers, reading.view.classes)
    for q in PRECISIONS:
        most = int(min(len(order), limit // (per_unit + 2 * q + AMPLITUDE_BITS), (importance > 0).sum()))
        if most < 1:
            continue
        kept = order[:most]
        parts, turn = quantised(chars, waves, (logits.lead, logits.sign), kept, q)
        turn = turn * np.where(np.imag(shift) == 0, 1.0, shift)[waves.wave[kept]]
        hidden = activate_sums(reading, layer, parts, kept)
        z = chars.z[waves.wave[kept]]
        read_off = np.maximum((layer.readout[kept] * np.real(turn[:, None] * np.conj(z))).sum(axis=1), 0.0)
        grid = np.unique(np.geomspace(min(4, most), most, SIZES).astype(int))
        plans = [(np.arange(n), read_off[:n], AMPLITUDE_BITS) for n in grid]
        if worth:
            plans += [(*plan, FINE_BITS) for plan in pursued(reading, chars, waves.wave[kept], hidden, turn)]
        for units, amplitude, bits in plans:
            readout = log_levels(amplitude, 2**bits)[:, None] * np.real(turn[units, None] * np.conj(z[units]))
            yield Code(
                bits_dictionary=header,
                bits_alignment=float(len(units) * (per_unit + 2 * q + bits)),
                units_kept=len(units),
                precision=q,
                answers=reading.decode(hidden[:, units] @ readout.astype(np.float32)),
            )


def pursued(
    reading: Reading,
    chars: Characters,
    wave: Int[np.ndarray, " kept"],
    hidden: Float[np.ndarray, "rows kept"],
    turn: Complex[np.ndarray, " kept"],
) -> Iterator[tuple[Int[np.ndarray, " units"], Float[np.ndarray, " units"]]]:
    """Units and read-out amplitudes >= 0 that fit the net's outputs on the fitted rows, for a grid of units a wave.

    A pursuit over the units of each wave (after Pati et al. 1993, with non-negative least squares at each step) takes
    units whose phases balance each other.
    """
    outputs = reading.outputs[reading.fitted]
    outputs = outputs - outputs.mean(axis=1, keepdims=True)
    features = hidden[reading.fitted].astype(np.float64)
    plans = []
    for row in np.unique(wave):
        units = np.flatnonzero(wave == row)
        goal = outputs @ chars.z[row] * (2 / float((np.abs(chars.z[row]) ** 2).sum()))
        gram = (features[:, units].T @ features[:, units]) * np.real(np.conj(turn[units])[:, None] * turn[units])
        moment = np.real(np.conj(turn[units]) * (features[:, units].T @ goal))
        plans.append((units, pursuit(gram, moment, PURSUED)))
    for size in np.unique(np.geomspace(2, PURSUED, SIZES).astype(int)):
        steps = [(units, steps[min(size, len(steps)) - 1]) for units, steps in plans if steps]
        units = np.concatenate([units[chosen] for units, (chosen, _) in steps]) if steps else np.zeros(0, int)
        amplitude = np.concatenate([amplitude for _, (_, amplitude) in steps]) if steps else np.zeros(0)
        if (amplitude > 0).any():
            yield units[amplitude > 0], amplitude[amplitude > 0]


def quantised(
    chars: Characters, waves: Waves, signs: tuple[int, int], kept: Int[np.ndarray, " kept"], q: int
) -> tuple[tuple[np.ndarray, np.ndarray], Complex[np.ndarray, " kept"]]:
    """Tables of both arguments' parts (p, kept), and the phase of the read-out, from the quantised constants alone."""
    a, b = phase(waves.a[kept], q), phase(waves.b[kept], q)
    rough = Waves(
        wave=waves.wave[kept],
        bias=uniform(waves.bias[kept], BIAS_BITS),
        a=log_levels(np.abs(waves.a[kept]), LEVELS) * a,
        b=log_levels(np.abs(waves.b[kept]), LEVELS) * b,
        extra=waves.extra[:, kept],
        explained=waves.explained[kept],
        multiples=waves.multiples,
    )
    return wave_parts(chars, rough), a ** np.sign(signs[0]) * b ** np.sign(signs[1])
