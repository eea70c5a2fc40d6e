"""Which phases a state carries: directions of it that every input turns by one function of that input.

A direction w (complex) turns with the increment e at the gain g where s_t w = exp(i g e(x_t)) s_{t-1} w on all rows and
times. For an increment and a gain the best direction is the one of least |s_t w - exp(i g e(x_t)) s_{t-1} w|^2 a unit
of |s w|^2: a generalised eigenvector. (A linear group of rotations that the input drives: Gao et al., arXiv
2006.10259.) The enumerator proposes the increments, functions of one step's inputs, in order of bits, and what the
first inputs say of the start.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float
from scipy.linalg import eigh

from synth import Budget, Program, levels
from synth.language.sympy_view import sympy_expression
from synth.language.types import REAL
from synth.library import REALS

SHORT, LONG = 9.0, 17.0  # bits of an increment that is tried first, and where none of those turns anything
SECONDS = 10.0  # for the proposals
STATES = 2048  # pairs of states, one a step after the other, that a direction is sought on
KEPT = 0.9999  # of the states' variance: directions beyond it are rounding
SCREENED, FEW = 512, 24  # pairs and gains by which most increments are left out
GAINS, FARTHEST = 48, 1.5  # gains that are tried, up to so many radians for an increment of the deviation
NARROWED = 24  # times that the gain's interval is cut by the golden section
TURNS = 0.1  # of what a direction misses without the turn, the most that it may miss with it
TOLD = 0.99  # mean resultant length of the angle between a phase and what is said of it
STARTS = 24  # functions of the first inputs, at most, that are paired
NEAR = 0.005  # of the best pair's resultant length, within which the one of fewest bits is taken
MOST = 2  # phases
SAME = 1e-9  # of an increment's mean square, beside a multiple of another one
SPANNED = 0.01  # of an increment's mean square, beyond the sums of others
IMPROVED = 3  # times that a gain is fitted about the phase
LAST = 3  # inputs that a state may not have taken in yet, which alone would lower the gain
DIGITS = 5  # of a gain, at most
NEGLIGIBLE = 0.5  # of the spread about the phase, by which a rounded gain may be off in the mean
DIGIT_BITS, NUMBER_BITS = 3.33, 3.0  # of a decimal digit; of where a number's digits begin and end


class Proposal(NamedTuple):
    """A function of one step's inputs, with its values on some rows."""

    program: Program
    bits: float
    values: Float[np.ndarray, " rows"]

    @property
    def text(self) -> str:
        return str(sympy_expression(self.program))

    def of(self, x: Float[np.ndarray, "... features"]) -> Float[np.ndarray, "..."]:
        flat = x.reshape(-1, x.shape[-1])
        return np.asarray(self.program.run(named(flat)), dtype=np.float64).reshape(x.shape[:-1])


class Start(NamedTuple):
    """Where a phase begins: the angle of two functions of the first inputs, `cosine` and `sine`."""

    cosine: Proposal
    sine: Proposal

    @property
    def text(self) -> str:
        return f"atan2({self.sine.text}, {self.cosine.text})"

    @property
    def bits(self) -> float:
        return self.cosine.bits + self.sine.bits

    def of(self, x: Float[np.ndarray, "rows features"]) -> Float[np.ndarray, " rows"]:
        return np.arctan2(self.sine.of(x), self.cosine.of(x))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """An angle in radians: every step adds `gain` times the increment to where the first inputs put it."""

    increment: Proposal
    gain: float
    start: Start | None  # None: it begins at 0
    told: float  # mean resultant length of the angle between it and a direction of the state

    @property
    def added(self) -> str:
        return self.increment.text if self.gain == 1 else f"{self.gain:g}*({self.increment.text})"

    @property
    def bits(self) -> float:
        begun = 0.0 if self.start is None else self.start.bits
        return self.increment.bits + begun + (0.0 if self.gain == 1 else bits_of_number(self.gain))

    def moves(self, x: Float[np.ndarray, "rows time features"]) -> Float[np.ndarray, "rows time"]:
        """What every input adds."""
        return self.gain * self.increment.of(x)

    def begins(self, x: Float[np.ndarray, "rows time features"]) -> Float[np.ndarray, " rows"]:
        """Before the first input has added anything."""
        return np.zeros(len(x)) if self.start is None else self.start.of(x[:, 0])


def phases_of(
    states: Float[np.ndarray, "rows time width"], x: Float[np.ndarray, "rows time features"]
) -> list[Phase] | str:
    """The phases of fewest bits with which directions of the state turn, at most MOST of them; or why there is none."""
    frame = _Frame.of(states)
    if frame is None:
        return "expected a state that varies, got one that stays"
    nearest, given = np.inf, x[:, 1:].reshape(-1, x.shape[-1])[frame.rows]
    for bits in (SHORT, LONG):
        found: list[_Turning] = []
        for proposal in functions(given, bits):
            if _spanned([each.proposal.values for each in found], proposal.values):
                continue
            turning = _turning(frame, proposal)
            nearest = min(nearest, turning.missed)
            found += [turning] if turning.missed <= TURNS else []
            if len(found) == MOST:
                break
        if found:
            phases = [_phase(frame, states, x, each) for each in found]
            told = [phase for phase in phases if isinstance(phase, Phase)]
            return told or str(phases[0])
    return (
        f"no direction of the state turns with the inputs: the best one misses {nearest:.2g} of what it misses without "
        f"a turn (at most {TURNS})"
    )


def functions(x: Float[np.ndarray, "rows features"], bits: float) -> list[Proposal]:
    """Of one step's inputs x1, x2, ..., in order of bits; of those that are multiples of each other the first."""
    found: list[Proposal] = []
    known = np.zeros((0, len(x)))
    variables = named(x)
    for level in levels(REALS, variables, Budget(seconds=SECONDS, bits=bits), dict.fromkeys(variables, REAL)):
        for i, values in enumerate(np.asarray(level.values.get(REAL, np.zeros((len(x), 0))), np.float64).T):
            size = float(np.sqrt((values**2).mean()))
            if not np.isfinite(size) or size == 0:
                continue
            unit = values / size
            if len(known) and np.abs(known @ unit).max() / len(x) > 1 - SAME:
                continue
            known = np.concatenate([known, unit[None]])
            found.append(Proposal(level.program(REAL, i), level.bits, values))
    return found


def named(x: Float[np.ndarray, "rows features"]) -> dict[str, np.ndarray]:
    """Columns by the names that texts use."""
    return {f"x{i + 1}": column.astype(np.float64) for i, column in enumerate(x.T)}


def bits_of_number(value: float) -> float:
    """A decimal number by its digits."""
    digits = len(f"{abs(value):.12g}".replace(".", "").strip("0"))
    return NUMBER_BITS + DIGIT_BITS * max(digits, 1)


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Pairs of states, one a step after the other, in directions of variance 1."""

    rows: np.ndarray  # of the flat pairs
    before: Float[np.ndarray, "pairs width"]
    after: Float[np.ndarray, "pairs width"]
    mean: Float[np.ndarray, " states"]
    into: Float[np.ndarray, "states width"]

    @classmethod
    def of(cls, states: Float[np.ndarray, "rows time width"]) -> "_Frame | None":
        flat = states.reshape(-1, states.shape[-1]).astype(np.float64)
        mean = flat.mean(axis=0)
        _, spread, directions = np.linalg.svd(np.atleast_2d(np.cov((flat - mean).T)))
        total = spread.cumsum()
        if not total[-1] > 0:
            return None
        kept = slice(0, int(np.searchsorted(total, KEPT * total[-1])) + 1)
        into = directions[kept].T / np.sqrt(spread[kept])
        before, after = (each.reshape(-1, states.shape[-1]) for each in (states[:, :-1], states[:, 1:]))
        rows = np.random.default_rng(0).permutation(len(before))[:STATES]
        before, after = ((each[rows] - mean) @ into for each in (before, after))
        return cls(rows=rows, before=before, after=after, mean=mean, into=into)

    @cached_property
    def still(self) -> float:
        """What the best direction misses without a turn."""
        return self.best(np.zeros(len(self.rows)))[0]

    @cached_property
    def brief(self) -> "_Frame":
        """Fewer pairs; in all directions, of which a tanh net needs those of little variance too."""
        before, after, rows = self.before[:SCREENED], self.after[:SCREENED], self.rows[:SCREENED]
        return replace(self, rows=rows, before=before, after=after)

    def seen(
        self, states: Float[np.ndarray, "... states"], along: Complex[np.ndarray, " width"]
    ) -> Complex[np.ndarray, "..."]:
        return (states - self.mean) @ (self.into @ along)

    def best(self, turn: Float[np.ndarray, " pairs"]) -> tuple[float, Complex[np.ndarray, " width"]]:
        """What the direction misses that is turned by these angles best, and that direction."""
        missed = self.after * np.exp(-1j * turn)[:, None] - self.before
        values, vectors = eigh(missed.T.conj() @ missed / len(turn), subset_by_index=[0, 0])
        return max(float(values[0]), 0.0), vectors[:, 0]


class _Turning(NamedTuple):
    """An increment, the gain at which a direction of the state turns with it, and what that direction misses."""

    proposal: Proposal
    gain: float
    missed: float  # of what it misses without a turn


def _turning(frame: _Frame, proposal: Proposal) -> _Turning:
    """The smallest gain at which a direction turns much better than without a turn; else the one of least misses."""
    gains, missed = _missed(frame.brief, proposal.values[:SCREENED], FEW)
    if missed.min() > 2 * TURNS * frame.brief.still:
        return _Turning(proposal, float(gains[missed.argmin()]), float(missed.min()) / max(frame.brief.still, 1e-12))
    column, still = proposal.values, frame.still
    gains, missed = _missed(frame, column, GAINS)
    dips = [i for i in range(GAINS) if missed[i] == missed[max(i - 1, 0) : i + 2].min() and missed[i] <= TURNS * still]
    at = dips[0] if dips else int(missed.argmin())
    low, high = gains[max(at - 1, 0)], gains[min(at + 1, GAINS - 1)]
    ratio = (5**0.5 - 1) / 2
    for _ in range(NARROWED if dips else 0):
        one, two = high - ratio * (high - low), low + ratio * (high - low)
        below = frame.best(one * column)[0] < frame.best(two * column)[0]
        low, high = (low, two) if below else (one, high)
    gain = float((low + high) / 2) if dips else float(gains[at])
    return _Turning(proposal, gain, frame.best(gain * column)[0] / max(still, 1e-12))


def _missed(frame: _Frame, column: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gains, and what the best direction misses at each."""
    gains = np.linspace(0, FARTHEST / max(float(column.std()), 1e-12), count + 1)[1:]
    return gains, np.array([frame.best(gain * column)[0] for gain in gains])


def _spanned(known: list[np.ndarray], values: np.ndarray) -> bool:
    """Whether an increment is a sum of multiples of those that are there."""
    if not known:
        return False
    given = np.stack(known, axis=1)
    rest = values - given @ np.linalg.lstsq(given, values, rcond=None)[0]
    return float((rest**2).mean()) <= SPANNED * float((values**2).mean())


def _phase(frame: _Frame, states: np.ndarray, x: np.ndarray, turning: _Turning) -> Phase | str:
    """The start from the first inputs, then the gain by all states, with as few digits as serve."""
    along = frame.best(turning.gain * turning.proposal.values)[1]
    seen, added = frame.seen(states, along), turning.proposal.of(x).cumsum(axis=1)
    near, begun = turning.gain, np.zeros(len(x))
    for _ in range(IMPROVED):
        begun = np.angle((seen * np.exp(-1j * near * added)).sum(axis=1))
        near += _missing(near, added, begun, seen)[0]
    found = _start(functions(x[:, 0], SHORT), begun)
    if found is None:
        return f"a direction of the state turns with {turning.proposal.text}, but the first inputs do not say its start"
    start, sign = found
    begins = np.zeros(len(x)) if start is None else start.of(x[:, 0])
    gain, told = _gain(sign * near, added, begins, seen if sign > 0 else seen.conj())
    return Phase(increment=turning.proposal, gain=gain, start=start, told=told)


def _start(proposals: list[Proposal], begun: Float[np.ndarray, " rows"]) -> tuple[Start | None, int] | None:
    """The pair of fewest bits whose angle, or that against it, goes along with where rows begin; None: no pair does."""
    if np.abs(np.exp(1j * begun).mean()) >= TOLD:
        return None, 1
    found: list[tuple[float, float, Start, int]] = []
    some = proposals[:STARTS]
    for cosine in some:
        for sine in some:
            angle = np.arctan2(sine.values, cosine.values)
            for sign in (1, -1):
                told = float(np.abs(np.exp(1j * (begun - sign * angle)).mean()))
                found.append((told, cosine.bits + sine.bits, Start(cosine, sine), sign))
    best = max((each[0] for each in found), default=0.0)
    if best < TOLD:
        return None
    _, _, start, sign = min(
        (each for each in found if each[0] >= best - NEAR), key=lambda each: (each[1], -each[3], -each[0])
    )
    return start, sign


def _gain(
    gain: float,
    added: Float[np.ndarray, "rows time"],
    begins: Float[np.ndarray, " rows"],
    seen: Complex[np.ndarray, "rows time"],
) -> tuple[float, float]:
    """By least squares about the phase, rounded to as few digits as move it little; and how well it is told then."""
    left = np.zeros(added.size)
    for _ in range(IMPROVED):
        more, left = _missing(gain, added, begins, seen)
        gain += more
    allowed = NEGLIGIBLE * float(left.std()) / max(float(np.sqrt((added**2).mean())), 1e-30)
    rounded = (float(f"{gain:.{digits}g}") for digits in range(1, DIGITS + 1))
    gain = next((each for each in rounded if abs(each - gain) <= allowed), gain)
    resultant = np.exp(1j * (np.angle(seen) - begins[:, None] - gain * added))
    return gain, float(np.abs(resultant.mean()))


def _missing(
    gain: float,
    added: Float[np.ndarray, "rows time"],
    begins: Float[np.ndarray, " rows"],
    seen: Complex[np.ndarray, "rows time"],
) -> tuple[float, Float[np.ndarray, " states"]]:
    """What the gain lacks about the phase, where the last LAST inputs may be taken in by a part; and what is left."""
    off = seen * np.exp(-1j * (begins[:, None] + gain * added))
    off = np.angle(off / np.exp(1j * np.angle(off.mean()))).reshape(-1)
    each = np.diff(added, axis=1, prepend=0)
    lags = [np.pad(each, ((0, 0), (lag, 0)))[:, : each.shape[1]] for lag in range(LAST)]
    columns = np.stack([added, *lags], axis=-1).reshape(added.size, -1)
    found = np.linalg.lstsq(columns, off, rcond=None)[0]
    return float(found[0]), off - columns @ found
