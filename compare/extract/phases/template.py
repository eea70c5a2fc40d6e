"""What a site holds of phases that move: one template for all units, waves of the phases and what moved them last.

A unit that follows a phase on a ring is a wave of it; what an input adds stands beside the phase until the next step,
and shifts the wave by a part of it, whatever the net's nonlinearity: a product of a wave and the increment, to first
order. Which of these terms units read is chosen by the one search (`compare.search.matched`), most variance a bit.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from compare.extract.phases.motion import Phase
from compare.search import Bank, matched
from compare.step import Inputs, Value

HIGHEST = 6  # harmonic of one phase; of two, a third of it for each
LAGS = ("now", "before", "earlier")  # the increments of this step, of the one before it and of the one before that
MODULATED = 2  # highest harmonic that an increment multiplies
POINTS = 8192  # of states by which terms are chosen
FITTED = 32768  # by which constants are fitted
MOST = 8  # terms a phase
EXCHANGED = 3  # highest harmonic that is exchanged with a phase
COLUMN_BITS = 4.0  # of a constant, while terms are chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A wave of the phases (none: 1), before the step or after it, times an increment of one of them (none: 1)."""

    wave: tuple[int, ...] | None = None  # how often it goes round with each phase
    after: bool = False
    lag: int | None = None
    phase: int = 0  # whose increment

    def columns(self, value: Value, phases: int) -> list[np.ndarray]:
        """Of values (..., numbers), as `values_along` has them."""
        value = np.asarray(value, dtype=np.float64)
        factor = 1.0 if self.lag is None else value[..., phases * (self.lag + 1) + self.phase]
        if self.wave is None:
            return [factor * np.ones(value.shape[:-1])]
        angle = (after(value, phases) if self.after else value[..., :phases]) @ np.array(self.wave, dtype=float)
        return [factor * np.cos(angle), factor * np.sin(angle)]

    def text(self, names: tuple[str, ...]) -> str:
        moved = None if self.lag is None else f"d{names[self.phase]}_{LAGS[self.lag]}"
        if self.wave is None:
            return moved or "1"
        angles = [name if self.after else f"{name}_before" for name in names]
        return f"wave({spoken(self.wave, angles)})" + (f"*{moved}" if moved else "")


def spoken(wave: Iterable[int], names: Iterable[str]) -> str:
    """The angle of a wave: theta1 - 2*theta2."""
    told = [
        name if k == 1 else f"-{name}" if k == -1 else f"{k}*{name}" for k, name in zip(wave, names, strict=True) if k
    ]
    return " + ".join(told).replace("+ -", "- ")


ONE = Term()


def terms(phases: int) -> list[Term]:
    """All that may be read, without the constant."""
    highest = HIGHEST if phases == 1 else HIGHEST // 3
    vectors = itertools.product(range(-highest, highest + 1), repeat=phases)
    waves = [wave for wave in vectors if next((k for k in wave if k), 0) > 0]
    moved = [(lag, phase) for lag in range(len(LAGS)) for phase in range(phases)]
    return [
        *(Term(wave=wave, after=late) for late in (False, True) for wave in waves),
        *(Term(lag=lag, phase=phase) for lag, phase in moved),
        *(
            Term(wave=wave, lag=lag, phase=phase)
            for lag, phase in moved
            for wave in waves
            if sum(map(abs, wave)) <= MODULATED
        ),
    ]


def values_along(
    phases: Iterable[Phase], x: Inputs, held: Value | None = None, since: Int[np.ndarray, " rows"] | None = None
) -> Float[np.ndarray, "rows time numbers"]:
    """The phases before each step, what the step adds, what those before it added: (rows, time, numbers).

    With `held` as they are there up to the time `since` (rows,), and run on from what it has at it.
    """
    given = np.asarray(x, dtype=np.float64)
    moves = np.stack([phase.moves(given) for phase in phases], axis=-1)
    begins = np.stack([phase.begins(given) for phase in phases], axis=-1)
    count, time = moves.shape[-1], given.shape[1]
    lagged = [np.pad(moves, ((0, 0), (lag, 0), (0, 0)))[:, :time] for lag in range(len(LAGS))]
    if held is None or since is None:
        earlier = np.pad(moves, ((0, 0), (1, 0), (0, 0)))[:, :time]
        return np.concatenate([begins[:, None] + earlier.cumsum(axis=1), *lagged], axis=-1)
    held = np.asarray(held, dtype=np.float64)
    then = held[np.arange(len(given)), since].reshape(len(given), 1 + len(LAGS), count)
    ago = (np.arange(time) - since[:, None])[..., None]  # 1 at the first step that is run on
    moved = np.where(ago > 0, moves, 0.0)
    before = then[:, None, :2].sum(axis=2) + moved.cumsum(axis=1) - moved
    for lag, own in enumerate(lagged):
        for back in range(lag):
            own[...] = np.where(ago == lag - back, then[:, None, 1 + back], own)
    return np.where(ago > 0, np.concatenate([before, *lagged], axis=-1), held)


def after(values: Value, phases: int) -> Float[np.ndarray, "... phases"]:
    """The phases after each step."""
    given = np.asarray(values, dtype=np.float64)
    return given[..., :phases] + given[..., phases : 2 * phases]


def design(some: Iterable[Term], values: Value, phases: int) -> Float[np.ndarray, "... columns"]:
    """The constant, then the terms' columns."""
    return np.stack([column for term in (ONE, *some) for column in term.columns(values, phases)], axis=-1)


def late(some: Iterable[Term]) -> bool:
    """Whether waves of the phases after the step say more than those before it."""
    return next((term.after for term in some if term.wave is not None and term.lag is None), False)


def with_harmonics(some: Iterable[Term], phases: int) -> tuple[Term, ...]:
    """These terms, and all waves up to the harmonic that is exchanged."""
    given = tuple(some)
    waves = [term for term in terms(phases) if term.wave and term.lag is None and term.after == late(given)]
    return (*given, *(each for each in waves if sum(map(abs, each.wave or ())) <= EXCHANGED and each not in given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A site as terms of the values times constants, (columns, width)."""

    phases: int
    terms: tuple[Term, ...]
    constants: Float[np.ndarray, "columns width"]

    def code(self, values: Value) -> Float[np.ndarray, "... width"]:
        return (design(self.terms, values, self.phases) @ self.constants).astype(np.float32)

    @property
    def moving(self) -> Float[np.ndarray, "width dimensions"]:
        """An orthonormal basis of what the phases alone move."""
        rows = [term for term in (ONE, *self.terms) for _ in range(1 if term.wave is None else 2)]
        waves = self.constants[[term.wave is not None and term.lag is None for term in rows]]
        left, spread, _ = np.linalg.svd(waves.T, full_matrices=False)
        return left[:, spread > 1e-6 * max(float(spread.max(initial=0.0)), 1e-30)]


def fitted(
    some: Iterable[Term], values: Float[np.ndarray, "n numbers"], site: Float[np.ndarray, "n width"], phases: int
) -> Template:
    """By least squares."""
    chosen = tuple(some)
    rows = np.random.default_rng(2).permutation(len(values))[:FITTED]
    constants = np.linalg.lstsq(design(chosen, values[rows], phases), site[rows].astype(np.float64), rcond=None)[0]
    return Template(phases=phases, terms=chosen, constants=constants)


def chosen(
    values: Float[np.ndarray, "n numbers"],
    site: Float[np.ndarray, "n width"],
    weight: Float[np.ndarray, " width"],
    phases: int,
    barred: Iterable[Term] = (),
) -> tuple[Term, ...]:
    """Terms in the order in which they explain most of the site a bit; of a control, none of the waves of `barred`."""
    proposed = terms(phases)
    rows = np.random.default_rng(1).permutation(len(values))[:POINTS]
    columns = [term.columns(values[rows], phases) for term in proposed]
    bank = Bank(
        columns=np.stack([column for each in columns for column in each], axis=1),
        bits=np.full(len(proposed), term_bits(phases)),
        texts=tuple(str(i) for i in range(len(proposed))),
        term=np.repeat(np.arange(len(proposed)), [len(each) for each in columns]),
    )
    waves = {term.wave for term in barred if term.wave is not None}
    forbidden = [i for i, term in enumerate(proposed) if term.wave in waves]
    found = matched(
        bank, site[rows].astype(np.float64), weight, enough=1.0, most=MOST * phases, price=COLUMN_BITS, barred=forbidden
    )
    return tuple(proposed[i] for i in found.chosen)


def term_bits(phases: int) -> float:
    """Which term it is, of all that may be read."""
    return float(np.log2(len(terms(phases)) + 1))
