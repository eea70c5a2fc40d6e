"""The explanation of an integer MLP as a program with quantised constants, its weakest units left out.

A wave unit costs: its frequency (log2 4n), three phases (q bits each: of a, b and the read-out), three log-amplitudes
(3 bits each, eight levels over 2^-6 .. 1 of the largest), a bias (5 bits); where units are tied, b's wave is a's or its
negative, one bit. A ramp unit costs, for each of a, b and the read-out, two knots (log2 C(n - 2, 2)), four corners
(q + 2 bits each) and a log-amplitude (3 bits). All classes share a quadratic offset (8 bits a coefficient); one bit
says whether activations count from their mean over the domain, which the program computes. At the finest precision a
ramp's log-amplitude and the offset are finer too.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from compare.bits import log2_choose, table_bits
from compare.explanation import Code
from compare.extract.integers.templates import Template
from compare.fit.characters import GRID, Waves, alike, line_waves, wave_parts
from compare.fit.levels import log_levels, phase, rough_waves, uniform
from compare.fit.ramps import Ramps, fit_ramps, ramp_table
from compare.fit.readout import wave_moments, wave_readout
from compare.read import Reading
from compare.sites.layer import Layer, activate_sums, merged, strength

AMPLITUDE_BITS, BIAS_BITS = 3, 5
LEVELS = 2**AMPLITUDE_BITS
PRECISIONS = (3, 4, 5, 8)
FINEST = PRECISIONS[-1]
OFFSET_BITS, FINE_OFFSET_BITS, FINE_SCALE_BITS = 8, 14, 12
SIZES = 14  # numbers of kept units tried for each precision
HEADER_BITS = 10.0  # which of the declared templates, tied or not, centred or not


def codes(reading: Reading, layer: Layer, template: Template, n: int) -> Iterator[Code]:
    """Programs over a grid of precisions and numbers of kept units, each run on the whole domain."""
    layer = merged(reading, layer)
    importance = strength(reading, layer)
    order = np.argsort(-importance)
    limit = table_bits(reading.answers, reading.view.classes)
    for tied in (False, True) if template.waves is not None else (False,):
        for q in PRECISIONS:
            cost = unit_bits(template, n, q, tied)
            most = int(min(len(order), limit // cost, (importance > 0).sum()))
            kept = order[: max(most, 1)]
            rough = quantised(template, n, kept, q, tied)
            hidden = activate_sums(reading, layer, rough, kept)
            for base in (0.0, hidden.mean(axis=0)):
                yield from _sizes(reading, layer, template, hidden - base, kept, q, cost)


def _sizes(
    reading: Reading,
    layer: Layer,
    template: Template,
    hidden: Float[np.ndarray, "rows kept"],
    kept: Int[np.ndarray, " kept"],
    q: int,
    cost: float,
) -> Iterator[Code]:
    """Programs of the first 2, 3, ... of the kept units with the given activations."""
    readouts = _Readouts(reading, layer, template, hidden, kept, reading.view.classes)
    for size in np.unique(np.geomspace(min(2, len(kept)), len(kept), SIZES).astype(int)):
        readout, offset = readouts.quantised(int(size), q)
        yield Code(
            bits_dictionary=HEADER_BITS + 3 * _offset_bits(q),
            bits_alignment=float(size * cost),
            units_kept=int(size),
            precision=q,
            answers=reading.decode((hidden[:, :size] @ readout + offset).astype(np.float32)),
        )


def unit_bits(template: Template, n: int, q: int, tied: bool) -> float:
    """What one kept unit costs."""
    if template.kind == "wave":
        waves = 2 * (q + AMPLITUDE_BITS) + (1 if tied else q + AMPLITUDE_BITS)
        return float(np.log2(GRID * n)) + waves + BIAS_BITS
    return 3 * (log2_choose(n - 2, 2) + 4 * (q + 2) + _scale_bits(q))


def _scale_bits(q: int) -> int:
    return FINE_SCALE_BITS if q == FINEST else AMPLITUDE_BITS


def _offset_bits(q: int) -> int:
    return FINE_OFFSET_BITS if q == FINEST else OFFSET_BITS


def quantised(
    template: Template, n: int, kept: Int[np.ndarray, " kept"], q: int, tied: bool
) -> tuple[Float[np.ndarray, "n kept"], Float[np.ndarray, "n kept"]]:
    """Tables of both arguments' parts from the quantised constants alone."""
    if template.waves is not None:
        waves = _tied(template.waves) if tied else template.waves
        return wave_parts(alike(line_waves(n)), rough_waves(waves, kept, q, LEVELS, BIAS_BITS))
    assert template.ramps is not None
    first, second = (_rough_ramps(Ramps(r.knots[:, kept], r.corners[:, kept]), n, q) for r in template.ramps)
    return first, second


def _tied(waves: Waves) -> Waves:
    """The nearest waves of which the second is the first or its negative."""
    sign = np.where(np.real(waves.a * np.conj(waves.b)) >= 0, 1.0, -1.0)
    mean = (waves.a + sign * waves.b) / 2
    return replace(waves, a=mean, b=sign * mean)


def _rough_ramps(ramps: Ramps, n: int, q: int) -> Float[np.ndarray, "n columns"]:
    """Ramps whose corners have q + 2 bits of a scale of their own, itself on a few levels."""
    top = np.abs(ramps.corners).max(axis=0)
    scale = log_levels(top, 2 ** _scale_bits(q))
    levels = 2 ** (q + 1) - 1
    steps = np.round(ramps.corners / np.maximum(top, 1e-30) * levels) / levels
    return ramp_table(Ramps(ramps.knots, steps * scale), n)


class _Readouts:
    """Read-outs of the first units over the classes, a wave or a ramp as a unit is, and the classes' quadratic offset.

    Waves are refitted to the net's outputs on the fitted rows: with outputs sum_u h_u Re(conj(z_u) r_u), the normal
    equations are the product, entry by entry, of the units' and the waves' second moments. Ramps follow the net's own.
    """

    def __init__(
        self,
        reading: Reading,
        layer: Layer,
        template: Template,
        hidden: Float[np.ndarray, "rows kept"],
        kept: Int[np.ndarray, " kept"],
        n: int,
    ) -> None:
        goal = reading.outputs[reading.fitted].astype(np.float64)
        goal -= goal.mean(axis=1, keepdims=True)
        seen = hidden[reading.fitted].astype(np.float64)
        self.n, self.goal, self.hidden = n, goal.mean(axis=0), seen.mean(axis=0)
        self.z = None if template.waves is None else line_waves(n).z[template.waves.wave[kept]]
        if self.z is None:
            self.ramps = fit_ramps(layer.readout[kept].T)
            return
        self.moments = wave_moments(seen, goal, self.z)

    def quantised(self, size: int, q: int) -> tuple[Float[np.ndarray, "size n"], Float[np.ndarray, " n"]]:
        """Read-out and offset with q bits a phase, or q + 2 a corner."""
        if self.z is None:
            few = Ramps(self.ramps.knots[:, :size], self.ramps.corners[:, :size])
            readout = _rough_ramps(few, self.n, q).T
        else:
            weights = wave_readout(self.moments, size)
            readout = np.real(phase(weights, q)[:, None] * np.conj(self.z[:size]))
            readout = log_levels(np.abs(weights), LEVELS)[:, None] * readout
        rest = self.goal - self.hidden[:size] @ (readout - readout.mean(axis=1, keepdims=True))
        t = np.linspace(-1, 1, self.n)
        curve = np.stack([np.ones(self.n), t, t**2], axis=1)
        return readout, curve @ uniform(np.linalg.lstsq(curve, rest, rcond=None)[0], _offset_bits(q))
