"""Units that read heads, exact and with quantised constants, and what they read and give."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.fit.heads import Heads, patterns_of
from compare.sites.layer import power_of

MOST_UNITS = 192
FLAT = 1e-4  # deviation of a pattern that says nothing
LEVEL_SHARE = 0.0005  # of the units' weighted squares, that a level has to have
RIDGE = 1e-6  # of the mean squared column


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """How finely a code states what its units share, and the precisions of what each has by itself."""

    precisions: tuple[int, ...]
    reading_bits: int  # a real constant of a shared series
    writing_bits: int
    score_bits: int  # an amplitude, a phase or an offset of a head's score
    offset_bits: int  # a real constant of the outputs' offsets
    amplitude_bits: tuple[int, ...]
    waves: tuple[int | None, ...]  # of c that the units of a frequency write; 0: their own alone; None: a table of c
    sizes: int  # numbers of kept units that are tried
    levels: bool = False  # whether units may read patterns beside waves


COARSE = Grain(
    precisions=(3, 4, 5),
    reading_bits=5,
    writing_bits=6,
    score_bits=5,
    offset_bits=5,
    amplitude_bits=(2, 3),
    waves=(0, 5),
    sizes=16,
)
LEVELS = replace(COARSE, levels=True)
TABLES = replace(LEVELS, precisions=(4, 5), writing_bits=5, waves=(None,))
GRAINS = (COARSE, LEVELS, TABLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """pre = bias + level . levels + sum_h Re(conj(gain_h) waves_h), and what each writes to the outputs."""

    wave: Int[np.ndarray, " units"]  # rows of the characters
    importance: Float[np.ndarray, " units"]
    bias: Float[np.ndarray, " units"]
    level: Float[np.ndarray, "units levels"]
    gain: Complex[np.ndarray, "units heads"]
    readout: Float[np.ndarray, "units p"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rough:
    """The same with quantised constants, up to the units' amplitudes in the outputs; and the bits they cost."""

    wave: Int[np.ndarray, " units"]
    bias: Float[np.ndarray, " units"]
    level: Float[np.ndarray, "units levels"]
    gain: Complex[np.ndarray, "units heads"]
    write: Float[np.ndarray, "units p"]
    unit_bits: float  # without the amplitude and the choice of the frequency
    shared_bits: float
    precision: int

    def only(self, kept: Int[np.ndarray, " kept"]) -> "Rough":
        """The kept units."""
        parts = {name: getattr(self, name)[kept] for name in ("wave", "bias", "level", "gain", "write")}
        return replace(self, **parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What units read on some rows, under given scores; centred over all rows that waves speak of."""

    waves: dict[int, Complex[np.ndarray, "rows heads"]]  # by frequency, what every head mixes of both arguments
    levels: Float[np.ndarray, "rows levels"]  # how far a head looks at a position, its deviation being 1

    @property
    def columns(self) -> dict[int, Float[np.ndarray, "rows columns"]]:
        """By frequency, all that its units read, beside a constant."""
        return {
            row: np.concatenate([self.levels, np.real(own), np.imag(own)], axis=1) for row, own in self.waves.items()
        }

    def rows(self, rows: Int[np.ndarray, " n"]) -> "Seen":
        """Some of the rows."""
        return Seen(waves={row: own[rows] for row, own in self.waves.items()}, levels=self.levels[rows])


def seen(
    heads: Heads,
    score: Float[np.ndarray, "heads positions p"],
    dictionary: Int[np.ndarray, " waves"],
    levels: Int[np.ndarray, "levels 2"],
    x: Int[np.ndarray, "rows columns"],
) -> Seen:
    """For each frequency, every head's mixture of the arguments' characters; and the patterns of `levels`."""
    weight = patterns_of(score, heads.column, x).astype(np.float32)
    z = {s: heads.read(s).z.astype(np.complex64) for s in heads.arguments}
    mixed = {
        int(row): np.sum([weight[:, s] * z[s][row][x[:, heads.column[s]]] for s in z], axis=0) for row in dictionary
    }
    looked = weight[levels[:, 0], levels[:, 1]].T
    looked = looked - looked.mean(axis=0)
    return Seen(
        waves={row: (own - own.mean(axis=1, keepdims=True)).T for row, own in mixed.items()},
        levels=looked / np.maximum(looked.std(axis=0), FLAT),
    )


def exact_units(
    pre: Float[np.ndarray, "rows units"],
    readout: Float[np.ndarray, "units p"],
    importance: Float[np.ndarray, " units"],
    wave: Int[np.ndarray, " units"],
    given: Seen,
) -> Units:
    """Constants of the most important units by what is seen on the rows, not quantised themselves."""
    most = np.argsort(-importance)[:MOST_UNITS]
    most = most[importance[most] > 0]
    n = next(iter(given.waves.values())).shape[1]
    bias, level = np.zeros(len(most)), np.zeros((len(most), given.levels.shape[1]))
    gain = np.zeros((len(most), n), dtype=complex)
    for row, own in given.columns.items():
        mine = np.flatnonzero(wave[most] == row)
        columns = np.concatenate([np.ones((len(own), 1), dtype=np.float32), own], axis=1)
        gram = (columns.T @ columns).astype(np.float64)
        gram += RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
        solution = np.linalg.solve(gram, columns.T @ pre[:, most[mine]])
        bias[mine], level[mine] = solution[0], solution[1 : -2 * n].T
        gain[mine] = (solution[-2 * n : -n] + 1j * solution[-n:]).T
    return Units(wave=wave[most], importance=importance[most], bias=bias, level=level, gain=gain, readout=readout[most])


def telling_levels(units: Units, given: Seen, levels: Int[np.ndarray, "levels 2"]) -> Int[np.ndarray, "fewer 2"]:
    """Those of the levels that move the units clearly."""
    moved = {row: columns.var(axis=0) for row, columns in given.columns.items()}
    parts = np.concatenate([units.level, np.real(units.gain), np.imag(units.gain)], axis=1) ** 2
    parts = parts * np.stack([moved[row] for row in units.wave])
    share = parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-30)
    return levels[units.importance @ share[:, : len(levels)] >= LEVEL_SHARE]


def hidden(rough: Rough, given: Seen, power: int) -> Float[np.ndarray, "rows units"]:
    """Activations, centred over the rows."""
    acts = np.zeros((len(given.levels), len(rough.wave)), dtype=np.float32)
    for row, own in given.columns.items():
        mine = np.flatnonzero(rough.wave == row)
        gain = rough.gain[mine]
        weights = np.concatenate([rough.level[mine], np.real(gain), np.imag(gain)], axis=1).T.astype(np.float32)
        acts[:, mine] = power_of(own @ weights + rough.bias[mine].astype(np.float32), power)
    return acts - acts.mean(axis=0)
