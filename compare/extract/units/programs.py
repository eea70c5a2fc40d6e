"""The search for a short program: which units, read out by which terms of the classes, on how many levels.

A grid of precisions, terms of the classes and numbers of units is run on a sample of the fitted rows, and made finer
around the programs that come out shortest. A program that is longer than another which keeps the answers is left out
before it is run.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.bits import EXCEPTIONS
from compare.extract.units.distinct import Units
from compare.extract.units.readouts import (
    LEAST,
    MOST_UNITS,
    OFFSET_BITS,
    Answer,
    Measured,
    Moments,
    answers_by,
    factors,
    greedy,
    measured,
    moments,
    offset_of,
    read_outs,
)
from compare.read import Reading

PRECISIONS = (2, 3, 4, 5, 6, 8, 10)
BESIDE = (-1, 0, 1, 2)  # bits of a read-out more than of a unit's constants, tried for the finalists
SIZES = 14  # numbers of kept units tried for each precision
SAMPLED, FINALISTS = 1024, 4  # rows on which programs are compared, and those around which the grid is finer
FIRST, HOPELESS = 64, 0.25  # rows on which a program may err on this much at most, before it is run on the sample
ERRING, RUN = (0.0, 0.5, 1.0, 1.5), 3  # times what a code may err on; of how many of each kind every row is run
SAFE = 0.5  # times what a code may err on, at which longer programs are left out
HEADER_BITS = log2(len(PRECISIONS) * len(BESIDE) * len(LEAST)) + log2(MOST_UNITS) + 2  # two bases, and two of classes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front:
    """The units of one precision, those that explain most of the outputs first, and the moments of their read-outs."""

    precision: int
    paid: float  # bits of what the units read
    bits: Float[np.ndarray, " units"]
    hidden: Float[np.ndarray, "rows units"]
    known: Moments

    @classmethod
    def of(cls, reading: Reading, units: Units, precision: int, paid: float, limit: float) -> "Front":
        """Up to the bits of the table."""
        known = moments(reading, units.hidden)
        order = greedy(known, units.bits, limit - paid)
        return cls(
            precision=precision,
            paid=paid,
            bits=units.bits[order],
            hidden=units.hidden[:, order],
            known=known.of(order),
        )

    @property
    def counts(self) -> Int[np.ndarray, " sizes"]:
        return np.unique(np.geomspace(1, len(self.bits), SIZES).astype(int))


class Place(NamedTuple):
    """One program of the grid: the first `units`, read out by the classes' first terms."""

    front: Front
    units: int
    answer: Answer
    end: int  # the last of the classes' terms
    precision: int  # of the read-outs
    least: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A program with its read-outs by terms of the classes."""

    place: Place
    rough: Float[np.ndarray, "units columns"]
    offset: Float[np.ndarray, " columns"]
    columns: Float[np.ndarray, "classes columns"]
    dictionary: float
    alignment: float

    def answers(self, reading: Reading, rows: Int[np.ndarray, " n"]) -> np.ndarray:
        hidden = self.place.front.hidden[rows, : self.place.units]
        return answers_by(reading, hidden, self.rough, self.columns, self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Programs up to the bits of the table."""

    reading: Reading
    answers: list[Answer]
    limit: float  # bits of the table
    sample: Int[np.ndarray, " n"]

    def shortest(self, fronts: list[Front]) -> list[Program]:
        """The shortest of those that err on less than a code may on the sample, on as much, and on little more.

        A sample does not tell these apart. Where all err on more, the shortest.
        """
        coarse = self._run(place for front in fronts for place in self._grid(front))
        best = {program.place.front: program.place for _, program in reversed(coarse)}  # of each precision
        finalists = [place for _, program in coarse if (place := program.place) in best.values()][:FINALISTS]
        around = dict.fromkeys(near for place in finalists for near in self._around(place))
        sure = [seen.bits for seen, _ in coarse if seen.errors <= SAFE * EXCEPTIONS]
        fine = self._run(around, min(sure, default=self.limit))
        found = sorted([*coarse, *fine], key=lambda each: each[0].bits)
        within = [[each for each in found if each[0].errors <= share * EXCEPTIONS] for share in ERRING]
        return list(dict.fromkeys(program for some in [*within, found] for _, program in some[:RUN]))

    def _grid(self, front: Front) -> Iterator[Place]:
        for count, answer in itertools.product(front.counts, self.answers):
            for end in answer.cuts:
                yield Place(front, int(count), answer, int(end), front.precision, LEAST[0])

    def _around(self, place: Place) -> Iterator[Place]:
        """All numbers of units between the grid's neighbours, other precisions of the read-outs, fewer of them."""
        counts = place.front.counts
        at = int(np.searchsorted(counts, place.units))
        low, high = counts[max(at - 1, 0)], counts[min(at + 1, len(counts) - 1)]
        least = LEAST if place.answer.ends[place.end] > 1 else LEAST[:1]
        for count, more, share in itertools.product(range(low, high + 1), BESIDE, least):
            near = place._replace(units=count, precision=max(place.front.precision + more, PRECISIONS[0]), least=share)
            if near != place:
                yield near

    def _run(self, places: Iterable[Place], best: float = np.inf) -> list[tuple[Measured, Program]]:
        found: list[tuple[Measured, Program]] = []
        for place in places:
            least = self._dictionary(place) + float(place.front.bits[: place.units].sum())
            if least > min(best, self.limit) and place.units > 1:
                continue
            program = self._program(place)
            if self._measured(program, self.sample[:FIRST]).errors > HOPELESS and found:
                continue
            seen = self._measured(program, self.sample)
            found.append((seen, program))
            best = min(best, seen.bits) if seen.errors <= SAFE * EXCEPTIONS else best
        return sorted(found, key=lambda each: each[0].rank)

    def _measured(self, program: Program, sample: Int[np.ndarray, " n"]) -> Measured:
        bits = program.dictionary + program.alignment
        return measured(self.reading, program.answers(self.reading, sample), bits, sample)

    def _dictionary(self, place: Place) -> float:
        offsets = (place.precision + OFFSET_BITS) * float(place.answer.ends[place.end])
        return place.front.paid + HEADER_BITS + float(place.answer.bits[place.end]) + offsets

    def _program(self, place: Place) -> Program:
        front, count = place.front, place.units
        columns = place.answer.columns[:, : place.answer.ends[place.end]]
        inverse, factor = _factors(front, count)
        known = front.known
        rough, bits = read_outs(inverse @ (known.moment[:count] @ columns), factor, place.precision, place.least)
        fitted = known.middle @ columns - known.mean[:count] @ rough
        return Program(
            place=place,
            rough=rough,
            offset=offset_of(self.reading, front.hidden, rough, columns, fitted, place.precision),
            columns=columns,
            dictionary=self._dictionary(place),
            alignment=float(front.bits[:count].sum() + bits.sum()),
        )


@lru_cache(maxsize=4)
def _factors(front: Front, count: int) -> tuple[np.ndarray, np.ndarray]:
    return factors(front.known.gram[:count, :count])
