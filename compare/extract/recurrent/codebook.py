"""Where the values of a state sit: a set of codewords for each, the fewest that the net's own update respects."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.cluster.vq import kmeans2

from compare.evidence.states import closure, led, nearest, steadiness
from compare.extract.recurrent.carried import Affine
from compare.read import Reading
from compare.step import Codewords, Steps

COPIES = (1, 2, 4, 8, 12, 16)  # of a value, at most
CLOSED = 0.995  # of the codewords and inputs
PURE = 0.99  # of the states, and of exchanges
NEARLY = 0.9  # closed, below which nothing is exchanged
PRECISIONS = (2, 3, 4, 5, 6, 8)
MOST_VALUES, SEEN = 512, 8  # of codewords each; times that each is seen
AFFINE_BITS = 24  # a number of an affine code
POINTS = 8192  # states that are clustered
LOST, ROUNDS, MENDING = 0.25, 4, 4  # of codewords and inputs, that are mended; how often; codewords each time
NEAR = 0.005  # by which a rounded codebook that does not close may close less
LEAST = 1e-5  # states nearer than that are one, in the site's deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Codewords at a precision, or an affine code, and how well they do."""

    held: Codewords | Affine
    precision: int  # bits a number
    closed: float  # share of codewords and inputs that the net's update leads as the steps say
    steady: float  # share of exchanges that come out as the steps say
    pure: float  # share of the states from which their own value is told, as that of the nearest codeword

    @property
    def closes(self) -> bool:
        """Whether the net's update respects the values, and its states tell them apart."""
        return self.closed >= CLOSED and min(self.steady, self.pure) >= PURE

    @property
    def worst(self) -> float:
        return min(self.closed, self.steady, self.pure)

    @property
    def rank(self) -> tuple[bool, float]:
        """Of two the larger is better: one that closes and takes fewer bits; else the one that does more."""
        return self.closes, -self.bits if self.closes else self.worst

    @property
    def bits(self) -> float:
        """The numbers on even levels, one scale, and how many codewords each value has."""
        if isinstance(self.held, Affine):
            return (self.held.by.size + self.held.offset.size) * self.precision + 32.0
        values = len(np.unique(self.held.values, axis=0))
        return self.held.words.size * self.precision + 32.0 + values * float(np.log2(COPIES[-1] + 1))


def many(values: Int[np.ndarray, "n numbers"]) -> bool:
    """Whether values are so many that each is seen too seldom for codewords of its own."""
    distinct = len(np.unique(values, axis=0))
    return distinct > MOST_VALUES or distinct * SEEN > len(values)


def codebook(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], states: np.ndarray, values: np.ndarray, seed: int
) -> Codebook:
    """The smallest that closes, else the one that closes best. `states` (n, width) hold `values` (n, numbers)."""
    some = np.random.default_rng([seed, 31]).permutation(len(states))[:POINTS]
    states, values = states[some].astype(np.float64), values[some]
    tried: list[tuple[Codewords, Codebook]] = []
    for copies in COPIES:
        found = clustered(states, values, copies, seed)
        more = mended(reading, steps, outputs, found, seed)
        for held in (found,) if more is found else (more, found):
            tried.append((held, _measured(reading, steps, outputs, held, states, values, 32)))
            if tried[-1][1].closes:
                break
        if tried[-1][1].closes:
            break
    held, best = max(tried, key=lambda each: (each[1].closes, each[1].worst))
    return _rounded(reading, steps, outputs, held, best, states, values)


def mended(reading: Reading, steps: Steps, outputs: tuple[str, ...], held: Codewords, seed: int) -> Codewords:
    """Where the update leads a codeword nearest to one of another value, that place is a codeword too."""
    for _ in range(ROUNDS):
        found = led(reading, steps, outputs, held)
        known = held.standing_for(found.after)
        lost = known.any(axis=1) & ~known[np.arange(len(known)), nearest(found.left, held)]
        if not 0 < lost.mean() <= LOST:
            break
        more = clustered(found.left[lost].astype(np.float64), found.after[lost], MENDING, seed)
        held = Codewords(
            words=np.concatenate([held.words, more.words]), values=np.concatenate([held.values, more.values])
        )
    return held


def clustered(
    states: Float[np.ndarray, "n width"], values: Int[np.ndarray, "n numbers"], copies: int, seed: int
) -> Codewords:
    """At most so many codewords for each value that occurs: k-means of its states."""
    distinct, of = np.unique(values, axis=0, return_inverse=True)
    scale = max(float(states.std()), 1e-30)
    words, numbers = [], []
    for value in range(len(distinct)):
        mine = states[of.reshape(-1) == value]
        unlike = len(np.unique(np.round(mine / (LEAST * scale)), axis=0))
        if min(copies, unlike) == 1:
            found = mine.mean(axis=0, keepdims=True)
        else:
            found = means(mine, min(copies, unlike), seed + value)
        words.append(found)
        numbers.append(np.repeat(distinct[value : value + 1], len(found), axis=0))
    return Codewords(words=np.concatenate(words), values=np.concatenate(numbers))


def means(states: Float[np.ndarray, "n width"], count: int, seed: int) -> Float[np.ndarray, "count width"]:
    """At most so many."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a mean that is nearest to none, which is left out
        found, taken = kmeans2(states, count, minit="++", iter=20, rng=np.random.default_rng(seed))
    return found[np.unique(taken)]


def _measured(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], held: Codewords, states: np.ndarray, values: np.ndarray,
    precision: int,
) -> Codebook:  # fmt: skip
    found = closure(reading, steps, outputs, held)
    assert found is not None
    pure = float((held.values[nearest(states, held)] == values).all(axis=1).mean())
    closed = min(found.after, found.answers)
    steady = steadiness(reading, (replace(steps[0], codewords=held), *steps[1:]), outputs) if closed >= NEARLY else 0.0
    return Codebook(held=held, precision=precision, closed=closed, steady=steady, pure=pure)


def _rounded(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], whole: Codewords, book: Codebook, states: np.ndarray,
    values: np.ndarray,
) -> Codebook:  # fmt: skip
    """On the fewest even levels that close as well; else that close, or nearly where none does."""
    top, nearly = max(float(np.abs(whole.words).max()), 1e-30), None
    for precision in PRECISIONS:
        levels = 2 ** (precision - 1) - 0.5
        words = (np.floor(whole.words / top * levels) + 0.5).clip(-levels, levels) / levels * top
        found = _measured(reading, steps, outputs, replace(whole, words=words), states, values, precision)
        if found.closes and found.closed >= book.closed:
            return found
        near = found.worst >= book.worst - NEAR
        if nearly is None and (found.closes if book.closes else near):
            nearly = found
    return nearly or book
