"""Units with quantised constants and a read-out by terms of the answer's classes, as programs that are run.

A family says which units there are, in the order in which they are kept, and what the first so many of them cost. A
unit's read-out costs which columns of the classes' terms it writes, q bits each and a log-amplitude (q + 2 bits); each
column of the classes' terms costs an offset (q + 6 bits). The read-outs are fitted again on the fitted rows.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.answers import Classes
from compare.bits import EXCEPTIONS, exception_bits, log2_choose
from compare.explanation import Code
from compare.extract.units.features import features
from compare.fit.levels import log_levels, uniform
from compare.fit.threshold import best_cut
from compare.read import Reading
from compare.search import matched
from compare.sites.layer import Layer
from compare.statistics import centred

OFFSET_BITS = 6  # more than of a constant
AMPLITUDE_BITS = 2  # more than of a constant
SIZES = 14  # numbers of kept units tried for each precision
SAMPLED, FINALISTS = 512, 3  # rows on which programs are compared, and those that are run on every row
MOST_UNITS = 512
RIDGE = 1e-5
DEPENDENT = 1e-6  # of a unit's variance; one with less beside those before it says nothing more
LEAST = (0.0, 0.25)  # of a unit's largest read-out, below which others are left out
READ_OUT = (0.9, 0.97, 0.99, 0.999, 0.99999)  # of the read-outs' variance by terms of the classes
PRECISIONS = 10  # at most, that a family tries
HEADER_BITS = log2(PRECISIONS * len(LEAST)) + log2(MOST_UNITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Distinct units in the order in which they are kept."""

    hidden: Float[np.ndarray, "rows units"]
    bits: Callable[[int], tuple[float, float]]  # of the first so many: of the dictionary, and of their constants


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The first units with their read-outs by terms of the classes."""

    hidden: Float[np.ndarray, "rows units"]
    rough: Float[np.ndarray, "units columns"]
    offset: Float[np.ndarray, " columns"]
    columns: Float[np.ndarray, "classes columns"]
    dictionary: float
    alignment: float
    precision: int

    def answers(self, reading: Reading, rows: Int[np.ndarray, " n"]) -> np.ndarray:
        """What is answered on these rows."""
        read_out = (self.rough @ self.columns.T).astype(np.float32)
        outputs = self.hidden[rows, : len(self.rough)] @ read_out + (self.columns @ self.offset).astype(np.float32)
        return reading.decode(outputs)


def shortest_of(reading: Reading, tried: Sequence[Program]) -> Iterator[Code]:
    """All are run on a sample of the fitted rows; those that come out shortest there, on every row.

    Half of those are taken that err on less of the sample, as some err on more of the other rows.
    """
    scored = [(sampled(reading, program), program) for program in tried]
    for most in (EXCEPTIONS, EXCEPTIONS / 2):
        for _, program in sorted(scored, key=lambda each: (each[0].errors > most, each[0].bits))[:FINALISTS]:
            yield Code(
                bits_dictionary=program.dictionary,
                bits_alignment=program.alignment,
                units_kept=len(program.rough),
                precision=program.precision,
                answers=program.answers(reading, np.arange(reading.rows)),
            )


class Sampled(NamedTuple):
    """How a program does on a sample of the fitted rows."""

    errors: float
    bits: float  # with the exceptions there

    @property
    def rank(self) -> tuple[bool, float]:
        """First those that err on no more than a code may, the shortest first."""
        return self.errors > EXCEPTIONS, self.bits


def sampled(reading: Reading, program: Program) -> Sampled:
    """Run it there."""
    sample = np.random.default_rng([reading.seed, 14]).permutation(reading.fitted)[:SAMPLED]
    answers = program.answers(reading, sample)
    wrong = int((~reading.alike(answers, sample)).sum()) * reading.rows // len(sample)
    charged = exception_bits(reading.rows, wrong, reading.view.answers.options)
    return Sampled(reading.disagreement(answers, sample), program.dictionary + program.alignment + charged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Terms of the answer's classes, and where each number of them ends."""

    bits: Float[np.ndarray, " terms"]  # of the first 1, 2, ... terms
    columns: Float[np.ndarray, "classes columns"]  # orthonormal, one term after the other
    ends: Int[np.ndarray, " terms"]  # columns of the first 1, 2, ... terms
    shares: Float[np.ndarray, " terms"]

    @property
    def cuts(self) -> Int[np.ndarray, " tried"]:
        """The last of the terms, for each share of the read-outs that is tried."""
        wanted = np.array(READ_OUT) * self.shares[-1]
        return np.unique(np.minimum(np.searchsorted(self.shares, wanted), len(self.ends) - 1))


def answer_of(reading: Reading, layer: Layer) -> Answer:
    """What the read-outs are, as functions of the class; two classes are one difference."""
    classes = layer.readout.shape[1]
    if classes <= 2:
        column = np.ones((1, 1)) if classes == 1 else np.array([[-1.0], [1.0]]) / np.sqrt(2)
        return Answer(bits=np.zeros(1), columns=column, ends=np.ones(1, int), shares=np.ones(1))
    bank = features(classes)
    hidden = reading.site(layer.hidden)[reading.fitted]
    offset = centred(reading.outputs[reading.fitted].mean(axis=0)) - hidden.mean(axis=0) @ layer.readout
    match = matched(
        bank,
        np.column_stack([layer.readout.T, offset]),
        np.append(hidden.var(axis=0), 1.0),
        enough=READ_OUT[-1],
        most=classes,
        price=4.0 * 16,
    )
    columns = bank.of(match.chosen)
    columns = np.linalg.qr(columns - columns.mean(axis=0))[0]
    return Answer(
        bits=np.cumsum(bank.bits[match.chosen]),
        columns=columns,
        ends=np.minimum(np.cumsum(bank.widths(match.chosen)), columns.shape[1]),
        shares=match.explained,
    )


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


def greedy(known: Moments) -> Int[np.ndarray, " units"]:
    """Units in the order in which each explains most of the outputs beside those before it, all read-outs refitted."""
    left, gain = known.gram.copy(), known.moment.copy()
    least = DEPENDENT * np.maximum(np.diag(left), 1e-30)
    open_, order = np.diag(left) > 0, []
    while open_.any():
        score = np.where(open_, (gain**2).sum(axis=1) / np.maximum(np.diag(left), least), -1.0)
        best = int(np.argmax(score))
        order.append(best)
        along = left[:, best] / max(left[best, best], least[best])
        gain = gain - np.outer(along, gain[best])
        left = left - np.outer(along, left[best])
        open_[best] = False
    return np.array(order, dtype=int)


def programs(
    reading: Reading,
    units: Units,
    answer: Answer,
    q: int,
    known: Moments | None = None,
    *,
    counts: Sequence[int] | None = None,
    rough: bool = False,
) -> Iterator[Program]:
    """The first 1, 2, ... units (or `counts`) with the first terms of the classes, up to the bits of the table.

    `rough` ones have nearly all terms of the classes, and no read-out is left out.
    """
    limit = reading.view.answers.table_bits(reading.counted(reading.answers))
    mean, middle, gram, moment = known or moments(reading, units.hidden)
    counts = sizes(len(mean)) if counts is None else counts
    solved = cache(lambda m: _solved(gram[:m, :m], moment[:m]))
    for end in answer.cuts:
        columns = answer.columns[:, : answer.ends[end]]
        back = np.linalg.pinv(columns).T
        paid = float(answer.bits[end]) + (q + OFFSET_BITS) * columns.shape[1] + HEADER_BITS
        for m, least in itertools.product(counts, LEAST[:1] if rough or columns.shape[1] == 1 else LEAST):
            dictionary, alignment = units.bits(m)
            if dictionary + alignment + paid > limit and m > 1:
                break
            read, bits = _read_outs(solved(m) @ back, q, least)
            if dictionary + alignment + paid + bits.sum() > limit and m > 1:
                continue
            fitted = middle @ back - mean[:m] @ read
            yield Program(
                hidden=units.hidden,
                rough=read,
                offset=_offset(reading, partial(_read, units.hidden, read), columns, fitted, q),
                columns=columns,
                dictionary=dictionary + paid,
                alignment=alignment + float(bits.sum()),
                precision=q,
            )


def _solved(gram: Float[np.ndarray, "m m"], moment: Float[np.ndarray, "m classes"]) -> Float[np.ndarray, "m classes"]:
    """The read-outs that fit best."""
    return np.linalg.solve(gram + RIDGE * max(float(np.trace(gram)) / len(gram), 1e-30) * np.eye(len(gram)), moment)


def sizes(most: int) -> list[int]:
    """Numbers of kept units that are tried."""
    return np.unique(np.geomspace(1, most, SIZES).astype(int)).tolist() if most else []


def _read_outs(fitted: Float[np.ndarray, "units columns"], q: int, least: float) -> tuple[np.ndarray, np.ndarray]:
    """On q bits of each unit's largest, itself on few levels, those below a share of it left out; and what it costs."""
    top = np.maximum(np.abs(fitted).max(axis=1), 1e-30)
    amplitude = log_levels(top, 2 ** (q + AMPLITUDE_BITS), 8.0)
    levels = 2 ** (q - 1)
    steps = np.rint(fitted / top[:, None] * levels) * (np.abs(fitted) >= least * top[:, None])
    width = fitted.shape[1]
    kept = (steps != 0).sum(axis=1)
    which = np.array([log2_choose(width, n) for n in range(width + 1)])
    bits = which[kept] + log2(width) + kept * q + q + AMPLITUDE_BITS
    if width == 1:
        bits = np.full(len(fitted), q + AMPLITUDE_BITS + 1.0)
    return steps / levels * amplitude[:, None], bits


def _offset(
    reading: Reading,
    read: Callable[[Int[np.ndarray, " n"]], Float[np.ndarray, "n columns"]],
    columns: Float[np.ndarray, "classes columns"],
    fitted: Float[np.ndarray, " columns"],
    q: int,
) -> Float[np.ndarray, " columns"]:
    """As it was fitted; between two classes that two outputs stand for, where most answers are right."""
    if len(columns) != 2 or not isinstance(reading.view.answers, Classes) or reading.answers.ndim > 1:
        return uniform(fitted, q + OFFSET_BITS)
    rows = reading.fitted
    return -np.array([best_cut(read(rows)[:, 0], reading.answers[rows] == 1, 2 ** (q + OFFSET_BITS))])


def _read(hidden: np.ndarray, rough: np.ndarray, rows: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n columns"]:
    return hidden[rows, : len(rough)] @ rough.astype(np.float32)
