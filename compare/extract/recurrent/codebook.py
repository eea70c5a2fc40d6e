"""Where the values of a state sit: a set of codewords for each, the fewest that the net's own update respects."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.cluster.vq import kmeans2

from compare.evidence.states import closure, nearest
from compare.extract.recurrent.carried import Affine
from compare.read import Reading
from compare.step import Codewords, Steps

COPIES = (1, 2, 4, 8, 12, 16)  # of a value, at most
CLOSED = 0.995  # of the codewords and inputs
PURE = 0.99  # of the states
PRECISIONS = (2, 3, 4, 5, 6, 8)
MOST_VALUES, SEEN = 512, 8  # of codewords each; times that each is seen
AFFINE_BITS = 24  # a number of an affine code
POINTS = 8192  # states that are clustered
NEAR = 0.005  # by which a rounded codebook that does not close may close less
LEAST = 1e-5  # states nearer than that are one, in the site's deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Codewords at a precision, or an affine code, and how well they do."""

    held: Codewords | Affine
    precision: int  # bits a number
    closed: float  # share of codewords and inputs that the net's update leads as the steps say
    pure: float  # share of the states nearest to a codeword of their own value

    @property
    def closes(self) -> bool:
        """Whether the net's update respects the values, and its states tell them apart."""
        return self.closed >= CLOSED and self.pure >= PURE

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


def affine(
    reading: Reading, steps: Callable[[Affine], Steps], outputs: tuple[str, ...], states: np.ndarray, values: np.ndarray
) -> Codebook:
    """The state as an affine function of its numbers, fitted by least squares."""
    columns = np.concatenate([values, np.ones((len(values), 1))], axis=1).astype(np.float64)
    fitted = np.linalg.lstsq(columns, states.astype(np.float64), rcond=None)[0]
    held = Affine(by=fitted[:-1], offset=fitted[-1])
    found = closure(reading, steps(held), outputs)
    assert found is not None
    missed = ((states - columns @ fitted) ** 2).sum() / max(((states - states.mean(axis=0)) ** 2).sum(), 1e-30)
    return Codebook(held=held, precision=AFFINE_BITS, closed=min(found.after, found.answers), pure=float(1 - missed))


def codebook(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], states: np.ndarray, values: np.ndarray, seed: int
) -> Codebook:
    """The smallest that closes, else the one that closes best. `states` (n, width) hold `values` (n, numbers)."""
    some = np.random.default_rng([seed, 31]).permutation(len(states))[:POINTS]
    states, values = states[some].astype(np.float64), values[some]
    tried: list[tuple[Codewords, Codebook]] = []
    for copies in COPIES:
        held = clustered(states, values, copies, seed)
        tried.append((held, _measured(reading, steps, outputs, held, states, values, 32)))
        if tried[-1][1].closes:
            break
    held, best = max(tried, key=lambda each: (each[1].closes, min(each[1].closed, each[1].pure)))
    return _rounded(reading, steps, outputs, held, best, states, values)


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


def shuffled(held: Codewords, values: Int[np.ndarray, "n numbers"], states: Int[np.ndarray, " n"]) -> Codewords:
    """The same codewords, each value's taken for another's that means another state of the machine."""
    distinct, of = np.unique(held.values, axis=0, return_inverse=True)
    known = {tuple(value): int(state) for value, state in zip(values.tolist(), states.tolist(), strict=True)}
    kinds = np.array([known.get(tuple(value), -1) for value in distinct.tolist()])
    order = np.argsort(kinds, kind="stable")
    to = np.empty(len(distinct), dtype=int)
    to[order] = np.roll(order, int(np.unique(kinds, return_counts=True)[1].max()))
    return replace(held, values=distinct[to[of.reshape(-1)]])


def _measured(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], held: Codewords, states: np.ndarray, values: np.ndarray,
    precision: int,
) -> Codebook:  # fmt: skip
    found = closure(reading, steps, outputs, held)
    assert found is not None
    pure = float((held.values[nearest(states, held)] == values).all(axis=1).mean())
    return Codebook(held=held, precision=precision, closed=min(found.after, found.answers), pure=pure)


def _rounded(
    reading: Reading, steps: Steps, outputs: tuple[str, ...], whole: Codewords, book: Codebook, states: np.ndarray,
    values: np.ndarray,
) -> Codebook:  # fmt: skip
    """On the fewest even levels that close as well, or nearly."""
    top = max(float(np.abs(whole.words).max()), 1e-30)
    for precision in PRECISIONS:
        levels = 2 ** (precision - 1) - 0.5
        words = (np.floor(whole.words / top * levels) + 0.5).clip(-levels, levels) / levels * top
        found = _measured(reading, steps, outputs, replace(whole, words=words), states, values, precision)
        nearly = min(found.closed, found.pure) >= min(book.closed, book.pure) - NEAR
        if found.closes or (nearly and not book.closes):
            return found
    return book
