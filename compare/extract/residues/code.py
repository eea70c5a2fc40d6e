"""The explanation of a residue MLP as a program with quantised constants, its weakest units left out.

A unit that is kept costs: which frequency (log2 K), two phases (q bits each), three log-amplitudes (3 bits each, eight
levels over 2^-6 .. 1 of the largest; 5 bits for a read-out amplitude that was fitted), a bias (5 bits). The phase of
its read-out is the sum of the two and is free. Where an argument is outside the group (0, for products), the code
gives one constant answer and pays for it; units say nothing there.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Complex, Int

from compare.bits import log2_choose, table_bits
from compare.explanation import Code
from compare.extract.residues.frame import outside_answer
from compare.fit.characters import OVERTONE_BITS, Frame, Waves, wave_parts
from compare.fit.levels import log_levels, phase, rough_waves
from compare.fit.logits import LogitWaves
from compare.fit.pursuit import wave_pursuit
from compare.read import Reading
from compare.sites.layer import Layer, activate_sums, merged, strength

AMPLITUDE_BITS, BIAS_BITS = 3, 5
LEVELS = 2**AMPLITUDE_BITS
SHIFT_BITS = 8  # of the phase by which a wave's answer is shifted, where it is
FINE_BITS = 5  # of a read-out amplitude that was fitted instead of read off
PRECISIONS = (3, 4, 5, 8)
TEMPLATE_BITS = 8.0  # group, sign, and the template's place among the declared ones
SIZES = 14  # numbers of kept units tried for each precision
WORTH = 0.5  # of the units' variance by their waves, before a pursuit is worth its time


def codes(reading: Reading, layer: Layer, waves: Waves, logits: LogitWaves) -> Iterator[Code]:
    """Programs over a grid of precisions and numbers of kept units, each run on the whole domain."""
    frame, chars = logits.frame, logits.frame.answer
    layer = merged(reading, layer)
    importance = strength(reading, layer)
    ties = np.random.default_rng(reading.seed + 4).random(len(importance))  # equal units in no order of ours
    order = np.argsort(-importance * (1 + 1e-3 * ties))
    per_unit = np.log2(len(logits.wave)) + 2 * AMPLITUDE_BITS + BIAS_BITS
    shift = np.ones(len(chars.k), dtype=complex)  # of the answer by a constant, a wave
    shift[logits.wave] = phase(logits.weight[:, 0], SHIFT_BITS)
    shifted = np.count_nonzero(np.imag(logits.weight[:, 0]))
    header = log2_choose(len(chars.k), len(logits.wave)) + TEMPLATE_BITS + SHIFT_BITS * shifted
    header += frame.bits + (OVERTONE_BITS + 1) * (waves.overtone != 0)
    outside, constant = outside_answer(reading, frame)
    header += float(np.log2(reading.view.classes)) * (len(outside) > 0)
    worth = float((importance**2) @ waves.explained) >= WORTH * float((importance**2).sum())
    rows = reading.fitted
    limit = table_bits(reading.answers, reading.view.classes)
    for q in PRECISIONS:
        most = int(min(len(order), limit // (per_unit + 2 * q + AMPLITUDE_BITS), (importance > 0).sum()))
        if most < 1:
            continue
        kept = order[:most]
        parts, turn = quantised(frame, waves, (logits.lead, logits.sign), kept, q)
        turn = turn * np.where(np.imag(shift) == 0, 1.0, shift)[waves.wave[kept]]
        hidden = activate_sums(reading, layer, parts, kept)
        z = chars.z[waves.wave[kept]]
        read_off = np.maximum((layer.readout[kept] * np.real(turn[:, None] * np.conj(z))).sum(axis=1), 0.0)
        grid = np.unique(np.geomspace(min(4, most), most, SIZES).astype(int))
        plans = [(np.arange(n), read_off[:n], AMPLITUDE_BITS) for n in grid]
        if worth:
            plans += [
                (*plan, FINE_BITS)
                for plan in wave_pursuit(z, waves.wave[kept], turn, hidden[rows], reading.outputs[rows])
            ]
        for units, amplitude, bits in plans:
            readout = log_levels(amplitude, 2**bits)[:, None] * np.real(turn[units, None] * np.conj(z[units]))
            answers = np.array(reading.decode(hidden[:, units] @ readout.astype(np.float32)))
            answers[outside] = constant
            yield Code(
                bits_dictionary=header,
                bits_alignment=float(len(units) * (per_unit + 2 * q + bits)),
                units_kept=len(units),
                precision=q,
                answers=answers,
            )


def quantised(
    frame: Frame, waves: Waves, signs: tuple[int, int], kept: Int[np.ndarray, " kept"], q: int
) -> tuple[tuple[np.ndarray, np.ndarray], Complex[np.ndarray, " kept"]]:
    """Tables of both arguments' parts (p, kept), and the phase of the read-out, from the quantised constants alone."""
    rough = rough_waves(waves, kept, q, LEVELS, BIAS_BITS)
    rough = replace(rough, extra=np.zeros_like(rough.extra))
    a, b = phase(waves.a[kept], q), phase(waves.b[kept], q)
    return wave_parts(frame, rough), a ** signs[0] * b ** signs[1]
