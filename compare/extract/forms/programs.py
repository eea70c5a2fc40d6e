"""Units whose bits are not a sum of their own, as programs that are run.

A family says which units there are, in the order in which they are kept, and what the first so many of them cost; they
are read out as in `compare.extract.units.readouts`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import log2

import numpy as np
from jaxtyping import Float, Int

from compare.bits import EXCEPTIONS
from compare.explanation import Code
from compare.extract.units.readouts import (
    LEAST,
    MOST_UNITS,
    OFFSET_BITS,
    Answer,
    Measured,
    Moments,
    answers_by,
    factors,
    measured,
    moments,
    offset_of,
    read_outs,
)
from compare.read import Reading

SIZES = 14  # numbers of kept units tried for each precision
SAMPLED, FINALISTS = 512, 3  # rows on which programs are compared, and those that are run on every row
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
        return answers_by(reading, self.hidden[rows, : len(self.rough)], self.rough, self.columns, self.offset)


def shortest_of(reading: Reading, tried: Iterable[Program]) -> Iterator[Code]:
    """All are run on a sample of the fitted rows; those that come out shortest there, on every row.

    Half of those are taken that err on less of the sample, as some err on more of the other rows.
    """
    scored = list(sampled(reading, tried))
    for most in (EXCEPTIONS, EXCEPTIONS / 2):
        for _, program in sorted(scored, key=lambda each: (each[0].errors > most, each[0].bits))[:FINALISTS]:
            yield Code(
                bits_dictionary=program.dictionary,
                bits_alignment=program.alignment,
                units_kept=len(program.rough),
                precision=program.precision,
                answers=program.answers(reading, np.arange(reading.rows)),
            )


def sampled(reading: Reading, tried: Iterable[Program]) -> Iterator[tuple[Measured, Program]]:
    """Every program run on a sample of the fitted rows."""
    sample = np.random.default_rng([reading.seed, 14]).permutation(reading.fitted)[:SAMPLED]
    for program in tried:
        bits = program.dictionary + program.alignment
        yield measured(reading, program.answers(reading, sample), bits, sample), program


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

    Of `rough` ones no read-out is left out.
    """
    limit = reading.view.answers.table_bits(reading.counted(reading.answers))
    mean, middle, gram, moment = known or moments(reading, units.hidden)
    counts = sizes(len(mean)) if counts is None else counts
    solved = cache(lambda m: factors(gram[:m, :m]))
    for end in answer.cuts:
        columns = answer.columns[:, : answer.ends[end]]
        paid = float(answer.bits[end]) + (q + OFFSET_BITS) * columns.shape[1] + HEADER_BITS
        for m, least in itertools.product(counts, LEAST[:1] if rough or columns.shape[1] == 1 else LEAST):
            dictionary, alignment = units.bits(m)
            if dictionary + alignment + paid > limit and m > 1:
                break
            inverse, factor = solved(m)
            read, bits = read_outs(inverse @ (moment[:m] @ columns), factor, q, least)
            if dictionary + alignment + paid + bits.sum() > limit and m > 1:
                continue
            fitted = middle @ columns - mean[:m] @ read
            yield Program(
                hidden=units.hidden,
                rough=read,
                offset=offset_of(reading, units.hidden, read, columns, fitted, q),
                columns=columns,
                dictionary=dictionary + paid,
                alignment=alignment + float(bits.sum()),
                precision=q,
            )


def sizes(most: int) -> list[int]:
    """Numbers of kept units that are tried."""
    return np.unique(np.geomspace(1, most, SIZES).astype(int)).tolist() if most else []
