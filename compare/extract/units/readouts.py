"""How units are read out by terms of the answer's classes, with constants on few levels.

A unit's read-out costs which columns of the classes' terms it writes, q bits each and a log-amplitude (q + 2 bits);
each column of the classes' terms costs an offset (q + 6 bits). Read-outs are fitted again on the fitted rows, and
rounded one unit after the other: what a unit's rounding misses is made good by those after it (optimal brain surgery:
Hassibi and Stork 1993; for quantising Frantar et al., arXiv 2210.17323).
"""

from dataclasses import dataclass
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.answers import Classes
from compare.bits import EXCEPTIONS, exception_bits, log2_choose
from compare.extract.units.features import features, half_waves
from compare.fit.levels import log_levels, uniform
from compare.fit.threshold import best_cut
from compare.read import Reading
from compare.search import matched
from compare.sites.layer import Layer
from compare.statistics import centred

OFFSET_BITS = 6  # more than of a constant
AMPLITUDE_BITS = 2  # more than of a constant
OCTAVES = 8.0  # of an amplitude, below the largest
MOST_UNITS = 512
RIDGE = 1e-5
DEPENDENT = 1e-6  # of a unit's variance; one with less beside those before it says nothing more
LEAST = (0.0, 0.25)  # of a unit's largest read-out, below which others are left out
SHARES = (0.9, 0.97, 0.99, 0.999, 1.0)  # of the read-outs' variance by terms of the classes
READ_OUT = 0.99999  # at most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """Terms of the answer's classes, and where each number of them ends."""

    bits: Float[np.ndarray, " terms"]  # of the first 1, 2, ... terms
    columns: Float[np.ndarray, "classes columns"]  # orthonormal, one term after the other
    ends: Int[np.ndarray, " terms"]  # columns of the first 1, 2, ... terms
    shares: Float[np.ndarray, " terms"]

    @property
    def cuts(self) -> Int[np.ndarray, " tried"]:
        """The last of the terms, for each share of the read-outs that is tried."""
        wanted = np.array(SHARES) * self.shares[-1]
        return np.unique(np.minimum(np.searchsorted(self.shares, wanted), len(self.ends) - 1))


def answers_of(reading: Reading, layer: Layer) -> list[Answer]:
    """What the read-outs are, as functions of the class: terms, or half waves; two classes are one difference."""
    classes = layer.readout.shape[1]
    if classes <= 2:
        column = np.ones((1, 1)) if classes == 1 else np.array([[-1.0], [1.0]]) / np.sqrt(2)
        return [Answer(bits=np.zeros(1), columns=column, ends=np.ones(1, int), shares=np.ones(1))]
    bank = features(classes)
    hidden = reading.site(layer.hidden)[reading.fitted]
    offset = centred(reading.outputs[reading.fitted].mean(axis=0)) - hidden.mean(axis=0) @ layer.readout
    read = np.column_stack([layer.readout.T, offset])
    weight = np.append(hidden.var(axis=0), 1.0)
    match = matched(bank, read, weight, enough=READ_OUT, most=classes, price=4.0 * 16)
    columns = bank.of(match.chosen)
    terms = Answer(
        bits=np.cumsum(bank.bits[match.chosen]),
        columns=np.linalg.qr(columns - columns.mean(axis=0))[0],
        ends=np.cumsum(bank.widths(match.chosen)),
        shares=match.explained,
    )
    waves = half_waves(classes) / np.sqrt(classes)
    shares = np.cumsum((waves.T @ centred(read.T).T) ** 2 @ weight)
    ends = np.arange(1, classes)
    return [terms, Answer(bits=np.zeros(classes - 1), columns=waves, ends=ends, shares=shares / shares[-1])]


class Moments(NamedTuple):
    """Of units and of the outputs, centred over the classes, on some rows: means and products."""

    mean: Float[np.ndarray, " units"]
    middle: Float[np.ndarray, " classes"]
    gram: Float[np.ndarray, "units units"]
    moment: Float[np.ndarray, "units classes"]

    def of(self, kept: Int[np.ndarray, " kept"]) -> "Moments":
        """Of some units."""
        return Moments(self.mean[kept], self.middle, self.gram[np.ix_(kept, kept)], self.moment[kept])


def moments(
    reading: Reading, hidden: Float[np.ndarray, "rows units"], rows: Int[np.ndarray, " n"] | None = None
) -> Moments:
    """What a read-out is fitted by, of all fitted rows or of these."""
    rows = reading.fitted if rows is None else rows
    goal = centred(reading.outputs[rows].astype(np.float64))
    seen = hidden[rows].astype(np.float64)
    mean, middle = seen.mean(axis=0), goal.mean(axis=0)
    seen -= mean
    return Moments(mean, middle, seen.T @ seen, seen.T @ (goal - middle))


def greedy(
    known: Moments, bits: Float[np.ndarray, " units"] | None = None, limit: float = np.inf
) -> Int[np.ndarray, " order"]:
    """Units in the order in which each explains most of the outputs beside those before it, all read-outs refitted.

    Where their bits are told, up to a limit for them together; the first whatever it costs.
    """
    left, gain = known.gram.copy(), known.moment.copy()
    least = DEPENDENT * np.maximum(np.diag(left), 1e-30)
    order: list[int] = []
    while limit >= 0:
        new = np.diag(left) > least
        new[order] = False
        if not new.any():
            break
        score = np.where(new, (gain**2).sum(axis=1) / np.where(new, np.diag(left), 1.0), -1.0)
        best = int(np.argmax(score))
        order.append(best)
        along = left[:, best] / left[best, best]
        gain = gain - np.outer(along, gain[best])
        left = left - np.outer(along, left[best])
        limit -= 0.0 if bits is None else bits[best]
    return np.array(order or [0], dtype=int)


def factors(gram: Float[np.ndarray, "units units"]) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of units' products, and its upper Cholesky factor."""
    inverse = np.linalg.inv(gram + RIDGE * max(float(np.trace(gram)) / len(gram), 1e-30) * np.eye(len(gram)))
    return inverse, np.linalg.cholesky((inverse + inverse.T) / 2).T


def read_outs(
    fitted: Float[np.ndarray, "units columns"], factor: Float[np.ndarray, "units units"], q: int, least: float
) -> tuple[np.ndarray, np.ndarray]:
    """On q bits of each unit's largest, itself on few levels, those below a share of it left out; and what it costs."""
    top = np.maximum(np.abs(fitted).max(axis=1), 1e-30)
    amplitude, levels = log_levels(top, 2 ** (q + AMPLITUDE_BITS), OCTAVES), 2 ** (q - 1)
    steps, left = np.zeros_like(fitted), fitted.copy()
    for i, row in enumerate(left):
        steps[i] = np.clip(np.rint(row / top[i] * levels), -levels, levels) * (np.abs(row) >= least * top[i])
        missed = (row - steps[i] / levels * amplitude[i]) / factor[i, i]
        left[i + 1 :] -= np.outer(factor[i, i + 1 :], missed)
    bits = sparse_bits(steps.T.astype(int), q) + q + AMPLITUDE_BITS
    if fitted.shape[1] == 1:
        bits = np.full(len(fitted), q + AMPLITUDE_BITS + 1.0)
    return steps / levels * amplitude[:, None], bits


def offset_of(
    reading: Reading,
    hidden: Float[np.ndarray, "rows units"],
    rough: Float[np.ndarray, "kept columns"],
    columns: Float[np.ndarray, "classes columns"],
    fitted: Float[np.ndarray, " columns"],
    q: int,
) -> Float[np.ndarray, " columns"]:
    """As it was fitted; between two classes that two outputs stand for, where most answers are right."""
    if len(columns) != 2 or not isinstance(reading.view.answers, Classes) or reading.answers.ndim > 1:
        return uniform(fitted, q + OFFSET_BITS)
    rows = reading.fitted
    read = hidden[rows, : len(rough)] @ rough.astype(np.float32)
    return -np.array([best_cut(read[:, 0], reading.answers[rows] == 1, 2 ** (q + OFFSET_BITS))])


def answers_by(
    reading: Reading,
    hidden: Float[np.ndarray, "rows kept"],
    rough: Float[np.ndarray, "kept columns"],
    columns: Float[np.ndarray, "classes columns"],
    offset: Float[np.ndarray, " columns"],
) -> np.ndarray:
    """What units answer by their read-outs."""
    read_out = (rough @ columns.T).astype(np.float32)
    return reading.decode(hidden @ read_out + (columns @ offset).astype(np.float32))


class Measured(NamedTuple):
    """On how much of a sample a program errs, and its length with the exceptions there."""

    errors: float
    bits: float

    @property
    def rank(self) -> tuple[bool, float]:
        """First those that err on no more than a code may, the shortest first."""
        return self.errors > EXCEPTIONS, self.bits


def measured(reading: Reading, answers: np.ndarray, bits: float, sample: Int[np.ndarray, " n"]) -> Measured:
    """A program of so many bits that gives these answers to the rows of a sample."""
    wrong = int((~reading.alike(answers, sample)).sum()) * reading.rows // len(sample)
    charged = exception_bits(reading.rows, wrong, reading.view.answers.options)
    return Measured(reading.disagreement(answers, sample), bits + charged)


def sparse_bits(steps: Int[np.ndarray, "columns units"], q: int) -> Float[np.ndarray, " units"]:
    """Which columns a unit reads, and q bits for each."""
    size = len(steps)
    read = (steps != 0).sum(axis=0)
    price = np.array([log2_choose(size, n) + log2(size + 1) + n * q for n in range(size + 1)])
    return price[read]
