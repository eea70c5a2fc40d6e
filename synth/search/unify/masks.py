"""Which programs are right where: masks over the examples.

A mask is a row of 64-bit words; bit e of it belongs to example e, bits beyond the examples are zero. A *term* is a
program that may stand in a leaf of a tree; its mask says on which examples it is the goal. A *test* is a condition; its
mask says where it holds.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64, UInt64

NONE = -1  # no term is right on all of these examples
SKIPPED = -2  # the test parts nothing here, or as a cheaper one does
FAR = 1 << 40  # more than any cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms in order of how many examples they get right, most first."""

    masks: UInt64[np.ndarray, "terms words"]
    costs: Int64[np.ndarray, " terms"]  # eighths of a bit
    places: Int64[np.ndarray, " terms"]  # in the arrays that they were picked from
    holders: UInt64[np.ndarray, "examples termwords"]  # bit t of row e: term t is right on example e
    mates: UInt64[np.ndarray, "examples words"]  # the examples that some term gets right together with e
    prefix: Int64[np.ndarray, " examples_and_one"]  # number of terms that are right on at least so many examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """Tests in order of cost."""

    masks: UInt64[np.ndarray, "tests words"]
    costs: Int64[np.ndarray, " tests"]  # eighths of a bit, of the condition and of the operator that chooses by it
    places: Int64[np.ndarray, " tests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What each test leaves of a set of examples; its sides are where it holds and where not."""

    yes: Int64[np.ndarray, " tests"]  # the cheapest term right on the whole side, NONE, or SKIPPED
    no: Int64[np.ndarray, " tests"]
    yes_leaves: Int64[np.ndarray, " tests"]  # a lower bound on the leaves that the side needs
    no_leaves: Int64[np.ndarray, " tests"]
    disorder: np.ndarray  # (tests,) bits, summed over the examples of the sides that no single term gets right
    cut: bool  # the time was spent before all tests were tried
    best: int  # the test after which two leaves cost least and less than the limit; NONE if there is none


def unpack(masks: UInt64[np.ndarray, "n words"], examples: int) -> Bool[np.ndarray, "examples n"]:
    """A column of Booleans for each mask."""
    octets = np.ascontiguousarray(masks.astype("<u8", copy=False)).view(np.uint8)
    return np.unpackbits(np.ascontiguousarray(octets.T), axis=0, count=examples, bitorder="little").astype(bool)


def sizes(masks: UInt64[np.ndarray, "n words"]) -> Int64[np.ndarray, " n"]:
    """How many examples each mask has."""
    return np.bitwise_count(masks).sum(axis=1, dtype=np.int64)


def everything(examples: int) -> UInt64[np.ndarray, " words"]:
    """The mask of all examples, of which there must be some."""
    full = np.full(words_of(examples), ~np.uint64(0))
    full[-1] >>= np.uint64(-examples % 64)
    return full


def words_of(examples: int) -> int:
    return -(-examples // 64)
