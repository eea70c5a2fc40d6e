"""The kinds of answers, a net's or a task's: everything that compares, counts or codes answers goes through them.

An answer is a class (an integer), a set (which of the symbols are in it), a vector of reals, or a distribution over
classes; there is one a row, or one a position of a row. `counted` answers are a flat array of them: those of the rows
and positions that count.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from compare.bits import table_bits
from compare.statistics import balanced_agreement, centred, chance_agreement, disagreement
from nets.losses import largest

SUMMED = 1e-6  # from 1, by which the sum of probabilities may be off
MOST_BITS = 1000  # for which there are floating-point numbers of options
WORD = 64  # bits
PAIRINGS = 16  # shuffles of real answers by which chance is measured
Contexts = Sequence[Int[np.ndarray, " n"]]


class Described(NamedTuple):
    """How many bits a description of answers takes, and which it is."""

    bits: float
    what: str


class Answers(Protocol):
    """`axes` is how many axes one answer has; the others of an array of answers are rows, and perhaps positions."""

    @property
    def width(self) -> int:
        """Length of the outputs' last axis."""
        ...

    @property
    def axes(self) -> int: ...

    @property
    def options(self) -> float:
        """How many answers there are to tell apart, at least 2; of reals, those of 0 .. 1."""
        ...

    def decode(self, outputs: Float[Array, "... width"]) -> Array:
        """What a net answers, by its outputs."""
        ...

    def telling(self, outputs: np.ndarray) -> np.ndarray:
        """Outputs without what no answer depends on."""
        ...

    def checked(self, given: np.ndarray) -> tuple[np.ndarray, Bool[np.ndarray, "..."]]:
        """Right answers as this kind holds them, and which of them are none of this kind."""
        ...

    def alike(self, one: np.ndarray, other: np.ndarray) -> Bool[np.ndarray, "..."]:
        """Which answers are the same, within the tolerance."""
        ...

    def agreement(self, given: np.ndarray, right: np.ndarray) -> float:
        """Share of the counted answers alike; where there are only two classes, the mean of both classes' shares."""
        ...

    def disagreement(self, given: np.ndarray, right: np.ndarray) -> float:
        """Share of the counted answers that differ, or the mean share a class where that is more."""
        ...

    def chance(self, given: np.ndarray, right: np.ndarray) -> float:
        """The agreement of independent answers with the same frequencies."""
        ...

    def table_bits(self, counted: np.ndarray) -> float:
        """A lookup table of all inputs' answers."""
        ...

    def sampled_bits(self, counted: np.ndarray, contexts: Contexts, nearest: Callable[[], np.ndarray]) -> Described:
        """The cheapest description of a sample's answers that knows nothing of the mechanism.

        `contexts` number what the last 0, 1, ... symbols are; `nearest()` has the answers to the most alike inputs.
        """
        ...

    def says(self) -> str:
        """What is expected of a right answer, for a message."""
        ...


@dataclass(frozen=True, slots=True)
class Classes:
    """One of `classes` integers 0, 1, ...; `read` maps outputs (..., classes) to them."""

    classes: int
    read: Callable[[Float[Array, "... classes"]], Int[Array, "..."]] = largest

    @property
    def width(self) -> int:
        return self.classes

    @property
    def axes(self) -> int:
        return 0

    @property
    def options(self) -> float:
        return max(self.classes, 2)

    def decode(self, outputs: Array) -> Array:
        return self.read(outputs)

    def telling(self, outputs: np.ndarray) -> np.ndarray:
        return centred(outputs)

    def checked(self, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        number = (
            given.dtype == bool or np.issubdtype(given.dtype, np.integer) or np.issubdtype(given.dtype, np.floating)
        )
        if not number:
            return np.zeros(given.shape, dtype=np.int64), np.ones(given.shape, dtype=bool)
        bad = ~np.isin(given, np.arange(self.options))
        return np.where(bad, 0, given).astype(np.int64), bad

    def alike(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return one == other

    def agreement(self, given: np.ndarray, right: np.ndarray) -> float:
        return balanced_agreement(given, right)

    def disagreement(self, given: np.ndarray, right: np.ndarray) -> float:
        return disagreement(given, right)

    def chance(self, given: np.ndarray, right: np.ndarray) -> float:
        return chance_agreement(given, right)

    def table_bits(self, counted: np.ndarray) -> float:
        return table_bits(counted, self.classes)

    def sampled_bits(self, counted: np.ndarray, contexts: Contexts, nearest: Callable[[], np.ndarray]) -> Described:
        return counted_bits(counted, contexts)

    def says(self) -> str:
        return f"0 .. {int(self.options) - 1}, the view's classes"


@dataclass(frozen=True, slots=True)
class Sets:
    """Which of the `symbols` are legal: a symbol is in the set where its output is positive."""

    symbols: int

    @property
    def width(self) -> int:
        return self.symbols

    @property
    def axes(self) -> int:
        return 1

    @property
    def options(self) -> float:
        return 2.0**self.symbols

    def decode(self, outputs: Array) -> Array:
        return outputs > 0

    def telling(self, outputs: np.ndarray) -> np.ndarray:
        return outputs

    def checked(self, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bad = np.asarray(~np.isin(given, (0, 1)).all(axis=-1))
        return given.astype(bool), bad

    def alike(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.asarray((one == other).all(axis=-1))

    def agreement(self, given: np.ndarray, right: np.ndarray) -> float:
        return balanced_agreement(*labels(given, right))

    def disagreement(self, given: np.ndarray, right: np.ndarray) -> float:
        return disagreement(*labels(given, right))

    def chance(self, given: np.ndarray, right: np.ndarray) -> float:
        return chance_agreement(*labels(given, right))

    def table_bits(self, counted: np.ndarray) -> float:
        return len(counted) * entropy(labels(counted)[0]) + self.symbols * len(np.unique(counted, axis=0))

    def sampled_bits(self, counted: np.ndarray, contexts: Contexts, nearest: Callable[[], np.ndarray]) -> Described:
        bits, what = counted_bits(labels(counted)[0], contexts)
        return Described(bits + self.symbols * len(np.unique(counted, axis=0)), what)

    def says(self) -> str:
        return f"0 or 1 for each of the {self.symbols} symbols"


@dataclass(frozen=True, slots=True)
class Reals:
    """A vector of `width` reals; two are alike where no entry differs by more than `tolerance`."""

    width: int
    tolerance: float

    def __post_init__(self) -> None:
        if not self.tolerance > 0:
            raise ValueError(
                f"answers: expected a tolerance > 0 within which two reals are alike, got {self.tolerance}; "
                "give a small share of the answers' range"
            )

    @property
    def axes(self) -> int:
        return 1

    @property
    def options(self) -> float:
        least = max(2.0, 1 / self.tolerance)
        return least**self.width if self.width * math.log2(least) < MOST_BITS else 2.0**MOST_BITS

    def decode(self, outputs: Array) -> Array:
        return outputs

    def telling(self, outputs: np.ndarray) -> np.ndarray:
        return outputs

    def checked(self, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        number = np.issubdtype(given.dtype, np.integer) or np.issubdtype(given.dtype, np.floating)
        bad = np.asarray(~np.isfinite(given).all(axis=-1)) if number else np.ones(given.shape[:-1], dtype=bool)
        return given.astype(np.float64) if number else np.zeros(given.shape), bad

    def alike(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.asarray((np.abs(one - other) <= self.tolerance).all(axis=-1))

    def agreement(self, given: np.ndarray, right: np.ndarray) -> float:
        return float(self.alike(given, right).mean()) if len(right) else float("nan")

    def disagreement(self, given: np.ndarray, right: np.ndarray) -> float:
        return 1 - self.agreement(given, right)

    def chance(self, given: np.ndarray, right: np.ndarray) -> float:
        rng = np.random.default_rng(0)
        return float(np.mean([self.agreement(rng.permutation(given), right) for _ in range(PAIRINGS)]))

    def table_bits(self, counted: np.ndarray) -> float:
        return residual_bits(counted - counted.mean(axis=0), self.tolerance)

    def sampled_bits(self, counted: np.ndarray, contexts: Contexts, nearest: Callable[[], np.ndarray]) -> Described:
        return Described(residual_bits(counted - nearest(), self.tolerance), "nearest neighbours' answers")

    def says(self) -> str:
        return f"{self.width} finite numbers"


@dataclass(frozen=True, slots=True)
class Distributions(Reals):
    """Probabilities of `width` classes, the softmax of the outputs; alike where none differs by more than that."""

    @property
    def options(self) -> float:
        return max(2.0, 1 / self.tolerance) ** (self.width - 1)

    def decode(self, outputs: Array) -> Array:
        return jax.nn.softmax(outputs)

    def telling(self, outputs: np.ndarray) -> np.ndarray:
        return centred(outputs)

    def table_bits(self, counted: np.ndarray) -> float:
        return rounded_bits(counted, self.tolerance, [np.zeros(len(counted), np.int64)]).bits

    def sampled_bits(self, counted: np.ndarray, contexts: Contexts, nearest: Callable[[], np.ndarray]) -> Described:
        near = rounded_bits(counted - nearest(), self.tolerance, contexts[:1])
        return min(rounded_bits(counted, self.tolerance, contexts), near._replace(what="nearest neighbours' answers"))

    def checked(self, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        right, bad = Reals.checked(self, given)
        return right, bad | (right < 0).any(axis=-1) | (np.abs(right.sum(axis=-1) - 1) > SUMMED)

    def says(self) -> str:
        return f"{self.width} probabilities that sum to 1"


def labels(*sets: Bool[np.ndarray, "n symbols"]) -> tuple[Int[np.ndarray, " n"], ...]:
    """A number for each set, equal sets alike; from 2 on, so that no two of them are taken for two balanced classes."""
    whole = np.concatenate(sets)
    rows = np.zeros((len(whole), -(-whole.shape[1] // WORD) * 8), dtype=np.uint8)
    packed = np.packbits(whole, axis=1)
    rows[:, : packed.shape[1]] = packed
    words = rows.view(np.uint64)
    axis = 0 if words.shape[1] > 1 else None
    numbers = np.unique(words, axis=axis, return_inverse=True)[1].reshape(-1) + 2
    return tuple(np.split(numbers, np.cumsum([len(each) for each in sets])[:-1]))


def entropy(numbers: Int[np.ndarray, " n"]) -> float:
    """Bits an answer, at the frequencies in which they occur."""
    share = np.unique(numbers, return_counts=True)[1] / max(len(numbers), 1)
    return float(-(share * np.log2(share)).sum())


def counted_bits(numbers: Int[np.ndarray, " n"], contexts: Contexts) -> Described:
    """Answers at their entropy given the cheapest context, whose table is paid for.

    A free number of the table costs half a logarithm of what it was counted from (Rissanen's two-part code).
    """
    free = max(len(np.unique(numbers)) - 1, 1)
    found = []
    for length, context in enumerate(contexts):
        places = np.unique(context, return_inverse=True)[1].reshape(-1)
        counts = np.bincount(places)
        joint = len(numbers) * entropy(
            np.unique(np.stack([places, numbers]), axis=1, return_inverse=True)[1].reshape(-1)
        )
        table = free * 0.5 * float(np.log2(counts + 1).sum())
        found.append((joint - len(numbers) * entropy(places) + table, length))
    bits, length = min(found)
    return Described(bits, f"counted answers given the last {length} symbols" if length else "counted answers")


def rounded_bits(given: Float[np.ndarray, "n width"], tolerance: float, contexts: Contexts) -> Described:
    """Numbers in -1 .. 1 to the nearest of steps of twice the tolerance, the rows counted, a list of them paid for."""
    rows, numbers = np.unique(np.round(given / (2 * tolerance)), axis=0, return_inverse=True)
    bits, what = counted_bits(numbers.reshape(-1), contexts)
    return Described(bits + rows.size * float(np.log2(1 + 1 / tolerance)), what)


def residual_bits(residual: Float[np.ndarray, "n width"], tolerance: float) -> float:
    """Residuals in steps of twice the tolerance: their sizes, as self-delimiting numbers, and signs."""
    steps = np.abs(residual) / (2 * tolerance)
    size = np.log2(1 + steps)
    return float((size + 2 * np.log2(1 + size) + (steps > 0.5)).sum())
