"""Units that read heads, with quantised constants: each paying for its own, or all of a frequency on one curve."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.fit.characters import Characters
from compare.fit.heads import Heads
from compare.fit.levels import log_levels, phase, uniform
from compare.sites.layer import power_of

READING_OCTAVES = 4.0

Features = dict[int, Complex[np.ndarray, "rows heads"]]  # by frequency, what every head mixes of both arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """How finely a code states what its units share, and the precisions of what each has by itself."""

    precisions: tuple[int, ...]
    reading_bits: int  # a real constant of a shared series
    writing_bits: int
    writing_order: int  # of the free units' read-outs in their phase
    score_bits: int  # an amplitude, a phase or an offset of a head's score
    offset_bits: int  # a real constant of the outputs' offsets
    amplitude_bits: tuple[int, ...]
    harmonics: tuple[int, ...]  # waves of c that a unit writes
    sizes: int  # numbers of kept units that are tried
    rounds: int  # of amplitudes, each with more weight on the rows that came out wrong before


COARSE = Grain(
    precisions=(3, 4, 5),
    reading_bits=5,
    writing_bits=6,
    writing_order=1,
    score_bits=5,
    offset_bits=5,
    amplitude_bits=(2, 3),
    harmonics=(1, 5),
    sizes=16,
    rounds=1,
)
FINE = replace(COARSE, precisions=(6,), reading_bits=8, writing_bits=10, writing_order=2, score_bits=7)
FINEST = replace(
    FINE,
    precisions=(6, 7),
    reading_bits=10,
    writing_bits=12,
    writing_order=3,
    offset_bits=8,
    amplitude_bits=(4,),
    harmonics=(5, 9),
    sizes=24,
    rounds=4,
)
GRAINS = (COARSE, FINE, FINEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """pre = bias + sum_h Re(conj(gain_h) mixed_h), and what each writes to the outputs."""

    wave: Int[np.ndarray, " units"]  # rows of the characters
    importance: Float[np.ndarray, " units"]
    bias: Float[np.ndarray, " units"]
    gain: Complex[np.ndarray, "units heads"]
    readout: Float[np.ndarray, "units p"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rough:
    """The same with quantised constants, up to the units' amplitudes in the outputs; and the bits they cost."""

    wave: Int[np.ndarray, " units"]
    bias: Float[np.ndarray, " units"]
    gain: Complex[np.ndarray, "units heads"]
    write: Float[np.ndarray, "units p"]
    unit_bits: float  # without the amplitude and the choice of the frequency
    shared_bits: float
    precision: int

    def only(self, kept: Int[np.ndarray, " kept"]) -> "Rough":
        """The kept units."""
        return replace(self, wave=self.wave[kept], bias=self.bias[kept], gain=self.gain[kept], write=self.write[kept])


def features(
    heads: Heads,
    score: Float[np.ndarray, "heads positions p"],
    dictionary: Int[np.ndarray, " waves"],
    x: Int[np.ndarray, "rows columns"],
) -> Features:
    """For each frequency, every head's mixture of the arguments' characters under the given scores."""
    logits = np.stack([score[:, s, x[:, max(held, 0)]] for s, held in enumerate(heads.column)], axis=1)
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    weight = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)
    z = heads.chars.z.astype(np.complex64)
    mixed = {int(row): sum(weight[:, s] * z[row][x[:, heads.column[s]]] for s in heads.arguments) for row in dictionary}
    return {row: np.asarray(value).T for row, value in mixed.items()}


def hidden(rough: Rough, mixed: Features, power: int) -> Float[np.ndarray, "rows units"]:
    """Activations, centred over the rows."""
    rows = len(next(iter(mixed.values())))
    acts = np.zeros((rows, len(rough.wave)), dtype=np.float32)
    for row, own in mixed.items():
        mine = np.flatnonzero(rough.wave == row)
        columns = np.concatenate([np.real(own), np.imag(own)], axis=1)
        weights = np.concatenate([np.real(rough.gain[mine]), np.imag(rough.gain[mine])], axis=1).T.astype(np.float32)
        acts[:, mine] = power_of(columns @ weights + rough.bias[mine].astype(np.float32), power)
    return acts - acts.mean(axis=0)


def tied(chars: Characters, units: Units, q: int, series: int, harmonics: int, grain: Grain) -> Rough:
    """One closed curve a frequency: readings, bias and, with harmonics > 1, read-outs are Fourier series in phi.

    `series` is their highest order, `harmonics` how many multiples of its frequency a unit writes.
    """
    total = units.gain.sum(axis=1)
    turn = phase(total, q)
    aim = np.column_stack([units.gain * np.conj(turn)[:, None], units.bias]) / _positive(np.abs(total))[:, None]
    curve, shared_bits = _curve(units, turn, aim, series, grain.reading_bits)
    if harmonics == 1:
        written = turn[:, None] ** 2
    else:
        own = _written(chars, units, harmonics)
        back = turn[:, None] ** (-2 * np.arange(1, harmonics + 1))
        aim = own * back / _positive(np.abs(own[:, :1]))
        written, write_bits = _curve(units, turn, aim, series, grain.writing_bits)
        written, shared_bits = written / back, shared_bits + write_bits
    return Rough(
        wave=units.wave,
        bias=np.real(curve[:, -1]),
        gain=curve[:, :-1] * turn[:, None],
        write=_waves(chars, units.wave, written),
        unit_bits=float(q),
        shared_bits=shared_bits,
        precision=q,
    )


def free(chars: Characters, units: Units, q: int, harmonics: int, grain: Grain) -> Rough:
    """Every unit's own phases at q bits and log-amplitudes at q - 1; it is read out with a phase of q + 1 bits.

    Harmonics of the read-out are short series in that phase, shared by all units of a frequency.
    """
    size = np.abs(units.gain)
    top = _positive(size.max(axis=1, keepdims=True))
    own = _written(chars, units, harmonics)
    turn = phase(own[:, 0], q + 1)
    written, shared_bits = turn[:, None], 0.0
    if harmonics > 1:
        back = turn[:, None] ** -np.arange(1, harmonics + 1)
        aim = own * back / _positive(np.abs(own[:, :1]))
        written, shared_bits = _curve(units, turn, aim, grain.writing_order, grain.writing_bits)
        written = written / back
    return Rough(
        wave=units.wave,
        bias=uniform(np.clip(units.bias / top[:, 0], -1, 1), q + 1),
        gain=log_levels(size / top, 2 ** (q - 1), READING_OCTAVES, top=1.0) * phase(units.gain, q),
        write=_waves(chars, units.wave, written),
        unit_bits=float(units.gain.shape[1] * (2 * q - 1) + 2 * (q + 1)),
        shared_bits=shared_bits,
        precision=q,
    )


def _curve(
    units: Units, turn: Complex[np.ndarray, " units"], aim: Complex[np.ndarray, "units n"], series: int, bits: int
) -> tuple[Complex[np.ndarray, "units n"], float]:
    """Quantised Fourier series in the units' phases, one a frequency and column; and the bits of their constants."""
    curve, constants = np.zeros_like(aim, dtype=complex), 0
    for row in np.unique(units.wave):
        mine = np.flatnonzero(units.wave == row)
        basis = turn[mine, None] ** np.arange(-series, series + 1)
        weight = np.sqrt(units.importance[mine])[:, None]
        found = np.linalg.lstsq(basis * weight, aim[mine] * weight, rcond=1e-3)[0]
        curve[mine] = basis @ (uniform(np.real(found), bits) + 1j * uniform(np.imag(found), bits))
        constants += 2 * found.size
    return curve, float(constants * bits)


def _written(chars: Characters, units: Units, harmonics: int) -> Complex[np.ndarray, "units harmonics"]:
    """Amplitude and phase of a unit's read-out at each multiple of its frequency."""
    z = chars.z[units.wave][:, None] ** np.arange(1, harmonics + 1)[:, None]
    return np.einsum("uhp,up->uh", z, units.readout)


def _waves(
    chars: Characters, wave: np.ndarray, written: Complex[np.ndarray, "units harmonics"]
) -> Float[np.ndarray, "units p"]:
    z = chars.z[wave][:, None] ** np.arange(1, written.shape[1] + 1)[:, None]
    return np.real(np.einsum("uh,uhp->up", written, np.conj(z)))


def _positive(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 1e-30)
