"""Quantised constants of units that read heads: each paying for its own, or all of a frequency for most of them.

A family gives the units of a frequency gains on the heads, a bias, and the phase of their read-out, all in terms of
what a unit pays for. What they write is a shared plane of functions of c, f cos t + g sin t with t that phase: two
directions of the stream that all of them write to. Plain, it is the wave of their frequency; else both functions are a
few waves of c.
"""

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.extract.attention.units import Grain, Rough, Units
from compare.fit.characters import Characters
from compare.fit.levels import phase, uniform

DIMENSIONS = 4  # in which the units of a frequency read
SIGNS = ((1, 1), (1, -1), (-1, 1), (-1, -1))


def tied(chars: Characters, units: Units, q: int, series: int, waves: int | None, grain: Grain) -> Rough:
    """One closed curve a frequency: readings and bias are Fourier series in phi, of order `series`; t is 2 phi."""
    total = units.gain.sum(axis=1)
    turn = phase(total, q)
    size, powers = _positive(np.abs(total))[:, None], np.arange(-series, series + 1)
    curve, curve_bits = _series(units, turn, units.gain * np.conj(turn)[:, None] / size, powers, grain.reading_bits)
    real, real_bits = _series(units, turn, _levels(units) / size, powers, grain.reading_bits)
    write, write_bits = _written(chars, units, turn**2, waves, grain)
    return Rough(
        wave=units.wave,
        bias=np.real(real[:, 0]),
        level=np.real(real[:, 1:]),
        gain=curve * turn[:, None],
        write=write,
        unit_bits=float(q),
        shared_bits=curve_bits + real_bits / 2 + write_bits,
        precision=q,
    )


def paired(chars: Characters, units: Units, q: int, waves: int | None, grain: Grain) -> Rough:
    """A phase for either of two heads, as where each looks at one argument; sizes and bias are shared by a frequency.

    t is the phases' sum or difference, and a constant a frequency.
    """
    turns = phase(units.gain, q)
    size = _positive(np.abs(units.gain).mean(axis=1))
    aim = np.column_stack([_levels(units), np.abs(units.gain)]) / size[:, None]
    shared, shared_bits = _series(units, turns[:, 0], aim, np.zeros(1, int), grain.reading_bits)
    own = _own_wave(chars, units)
    turn = max((_turned(turns, signs) for signs in SIGNS), key=lambda t: _aligned(units, own, t))
    shift, shift_bits = _series(
        units, turn, (own * np.conj(turn) / _positive(np.abs(own)))[:, None], np.zeros(1, int), q
    )
    write, write_bits = _written(chars, units, turn * phase(shift[:, 0], q), waves, grain)
    return Rough(
        wave=units.wave,
        bias=np.real(shared[:, 0]),
        level=np.real(shared[:, 1:-2]),
        gain=np.real(shared[:, -2:]) * turns,
        write=write,
        unit_bits=2.0 * q,
        shared_bits=shared_bits / 2 + shift_bits / 2 + write_bits + float(np.log2(len(SIGNS))),
        precision=q,
    )


def spanned(chars: Characters, units: Units, q: int, waves: int | None, grain: Grain) -> Rough:
    """Few directions of all that heads show: a unit has its own coordinates in these, q bits each, and its own t."""
    every = np.concatenate([units.level, np.real(units.gain), np.imag(units.gain)], axis=1)
    read, shared_bits = np.zeros(every.shape), 0.0
    bias = np.zeros(len(every))
    n, dimensions = units.gain.shape[1], min(DIMENSIONS, every.shape[1])
    for row in np.unique(units.wave):
        mine = np.flatnonzero(units.wave == row)
        size = _positive(np.linalg.norm(every[mine], axis=1, keepdims=True))
        basis = np.linalg.svd(every[mine] / size * np.sqrt(units.importance[mine])[:, None], full_matrices=False)[2]
        basis = uniform(basis[:dimensions], grain.reading_bits)
        place = every[mine] @ np.linalg.pinv(basis)
        read[mine] = _uniform_rows(place, q) @ basis
        bias[mine] = units.bias[mine] / _positive(np.abs(place).max(axis=1))
        shared_bits += basis.size * grain.reading_bits
    write, write_bits = _written(chars, units, phase(_own_wave(chars, units), q + 1), waves, grain)
    return Rough(
        wave=units.wave,
        bias=uniform(np.clip(bias, -1, 1), q),
        level=read[:, : -2 * n],
        gain=read[:, -2 * n : -n] + 1j * read[:, -n:],
        write=write,
        unit_bits=float(dimensions * q + q + q + 1),
        shared_bits=shared_bits + write_bits,
        precision=q,
    )


def _uniform_rows(values: Float[np.ndarray, "units n"], q: int) -> Float[np.ndarray, "units n"]:
    """Each row on 2^q - 1 even levels of its largest, which is 1."""
    levels = 2 ** (q - 1) - 1
    return np.round(values / _positive(np.abs(values).max(axis=1, keepdims=True)) * levels) / levels


def _levels(units: Units) -> Float[np.ndarray, "units levels"]:
    """The bias, and how much each unit adds for how far heads look at positions."""
    return np.column_stack([units.bias, units.level])


def _turned(turns: Complex[np.ndarray, "units 2"], signs: tuple[int, int]) -> Complex[np.ndarray, " units"]:
    first, second = (turn if sign > 0 else np.conj(turn) for turn, sign in zip(turns.T, signs, strict=True))
    return first * second


def _aligned(units: Units, own: Complex[np.ndarray, " units"], turn: Complex[np.ndarray, " units"]) -> float:
    """How far the units' own read-outs have the given phases, up to a constant a frequency."""
    weighted = units.importance * own / _positive(np.abs(own)) * np.conj(turn)
    return float(sum(abs(weighted[units.wave == row].sum()) for row in np.unique(units.wave)))


def _series(
    units: Units,
    turn: Complex[np.ndarray, " units"],
    aim: Complex[np.ndarray, "units n"],
    powers: Int[np.ndarray, " powers"],
    bits: int,
) -> tuple[Complex[np.ndarray, "units n"], float]:
    """Quantised Fourier series in the units' phases, one a frequency and column; and the bits of their constants."""
    curve, constants = np.zeros_like(aim, dtype=complex), 0
    for row in np.unique(units.wave):
        mine = np.flatnonzero(units.wave == row)
        basis = turn[mine, None] ** powers
        weight = np.sqrt(units.importance[mine])[:, None]
        found = np.linalg.lstsq(basis * weight, aim[mine] * weight, rcond=1e-3)[0]
        curve[mine] = basis @ (uniform(np.real(found), bits) + 1j * uniform(np.imag(found), bits))
        constants += 2 * found.size
    return curve, float(constants * bits)


def _own_wave(chars: Characters, units: Units) -> Complex[np.ndarray, " units"]:
    """Amplitude and phase of a unit's read-out at its frequency."""
    return np.einsum("up,up->u", chars.z[units.wave], units.readout)


def _written(
    chars: Characters, units: Units, turn: Complex[np.ndarray, " units"], waves: int | None, grain: Grain
) -> tuple[Float[np.ndarray, "units p"], float]:
    """What the units write at phases `turn`: their own wave, or the plane of their strongest `waves` of c; its bits."""
    if waves is None:
        return _tabled(units, turn, grain)
    if waves == 0:
        return np.real(turn[:, None] * np.conj(chars.z[units.wave])), 0.0
    write, bits = np.zeros(units.readout.shape), 0.0
    every = units.readout @ chars.z.T / chars.size
    every = every / _positive(np.abs(every[np.arange(len(every)), units.wave]))[:, None]
    for row in np.unique(units.wave):
        mine = np.flatnonzero(units.wave == row)
        weight = np.sqrt(units.importance[mine])[:, None]
        basis = np.stack([turn[mine], np.conj(turn[mine])], axis=1)
        strong = np.argsort(-(weight**2 * np.abs(every[mine]) ** 2).sum(axis=0))[:waves]
        found = np.linalg.lstsq(basis * weight, every[np.ix_(mine, strong)] * weight, rcond=None)[0]
        rough = uniform(np.real(found), grain.writing_bits) + 1j * uniform(np.imag(found), grain.writing_bits)
        write[mine] = np.real(np.conj(basis @ rough) @ chars.z[strong])
        bits += len(strong) * (4 * grain.writing_bits + float(np.log2(len(chars.k))))
    return write, bits


def _tabled(
    units: Units, turn: Complex[np.ndarray, " units"], grain: Grain
) -> tuple[Float[np.ndarray, "units p"], float]:
    """The same with both functions, and one that all units of a frequency write alike, as tables of c."""
    write, bits = np.zeros(units.readout.shape), 0.0
    size = _positive(np.linalg.norm(units.readout, axis=1, keepdims=True))
    for row in np.unique(units.wave):
        mine = np.flatnonzero(units.wave == row)
        weight = np.sqrt(units.importance[mine])[:, None]
        basis = np.stack([np.real(turn[mine]), np.imag(turn[mine]), np.ones(len(mine))], axis=1)
        found = np.linalg.lstsq(basis * weight, units.readout[mine] / size[mine] * weight, rcond=1e-3)[0]
        rough = uniform(found, grain.writing_bits)
        write[mine] = basis @ rough
        bits += rough.size * grain.writing_bits
    return write, float(bits)


def _positive(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 1e-30)
