"""Carries, remainders, counters, extremes and motion: states that are carried along the stream."""

from typing import Any

import numpy as np

from benchmarks.tasks.mips.causal import (
    LENGTH,
    LIBRARY,
    ONE,
    PAIR,
    SHORT,
    TESTED,
    at_lengths,
    constant,
    driven,
    numbers,
    real,
    same,
)
from benchmarks.tasks.task import Task

FORCE = 10  # the largest
ACE, SEVEN, TEN = 0, 6, 9  # of 13 ranks of cards, from 0 on


def divided(n: int, rest: Any, x: Any) -> tuple[Any, Any]:
    number = 2 * rest + x
    return number // n, number % n


def dithered(n: int, rest: Any, x: Any) -> tuple[Any, Any]:
    return (rest + x) // (n - 1), (rest + x) % (n - 1)


def argmax_of_counts(n: int, x: np.ndarray) -> np.ndarray:
    """Ties go to the smaller value."""
    counts = (x[..., None] == np.arange(n)).cumsum(axis=1)
    return counts.argmax(axis=-1)


def balanced(n: int, x: np.ndarray) -> np.ndarray:
    depth = (1 - 2 * x).cumsum(axis=1)
    return (depth == 0) & (np.minimum.accumulate(depth, axis=1) >= 0)


def card_count(n: int, rank: np.ndarray) -> np.ndarray:
    high, low = (rank == ACE) | (rank >= TEN), (rank > ACE) & (rank < SEVEN)
    return (low.astype(int) - high).cumsum(axis=1)


def magnetic(n: int, vx: Any, vy: Any, px: Any, py: Any, fx: Any, fy: Any) -> tuple[Any, ...]:
    vx, vy = vx + fx - vy, vy + fy + vx
    return np.stack([px + vx, py + vy], axis=-1), vx, vy, px + vx, py + vy


BASE_ADDITION = Task(
    name="base_addition", doc="The digits of a + b to base n, the lowest first.", type=PAIR, library=LIBRARY,
    oracle=driven(lambda n, carry, a, b: ((a + b + carry) % n, (a + b + carry) // n), (0,)),
    sizes=(2, 3, 4, 5, 6, 7, 8, 9, 10), values=same, classes=same, train=SHORT, test=TESTED,
)  # fmt: skip
BIT_DOT_PROD_MOD2 = Task(
    name="bit_dot_prod_mod2", doc="The parity of how often both bits were 1.", type=PAIR, library=LIBRARY,
    oracle=lambda n, a, b: (a * b).cumsum(axis=1) % 2,
    sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
PARITY_ALL = Task(
    name="parity_all", doc="The parity of all bits so far.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: x.cumsum(axis=1) % 2,
    sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
PARITY_ZEROS = Task(
    name="parity_zeros", doc="The parity of how many zeros there were.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: (1 - x).cumsum(axis=1) % 2,
    sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
PARITY_BITS_MOD2 = Task(
    name="parity_bits_mod2", doc="0, 1, 0, 1, ... whatever the bits are.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: 0 * x + np.arange(x.shape[1]) % 2,
    sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
ADD_MOD = Task(
    name="add_mod", doc="The sum modulo n of the items so far.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: x.cumsum(axis=1) % n,
    sizes=(3, 4, 5, 6, 7, 8, 9, 10), values=same, classes=same, train=SHORT, test=TESTED,
)  # fmt: skip
DIV = Task(
    name="div", doc="The quotient's bits in long division by n, the highest first.", type=ONE, library=LIBRARY,
    oracle=driven(divided, (0,)),
    sizes=(3, 5, 7), smallest=3, values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
DITHERING = Task(
    name="dithering", doc="Grey levels 0 .. n - 1 as bits, the rest carried on.", type=ONE, library=LIBRARY,
    oracle=driven(dithered, (0,)), sizes=(16,), values=same, classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
MOST_FREQUENT = Task(
    name="most_frequent", doc="The most frequent of n values so far, ties to the smaller.", type=ONE, library=LIBRARY,
    oracle=argmax_of_counts, sizes=(2, 3, 4, 5, 6), values=same, classes=same, train=SHORT, test=TESTED,
)  # fmt: skip
BALANCED_PARENTHESIS = Task(
    name="balanced_parenthesis", doc="Whether brackets, 0 open and 1 close, are balanced now.", type=ONE,
    library=LIBRARY, oracle=balanced,
    sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
MIN_SEEN = Task(
    name="min_seen", doc="The least of 0 .. n - 1 so far.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: np.minimum.accumulate(x, axis=1),
    sizes=(10,), values=same, classes=same, train=SHORT, test=TESTED,
)  # fmt: skip
MAX_SEEN = Task(
    name="max_seen", doc="The largest so far, 0 to 99.", type=ONE, library=LIBRARY, kind="reals", tolerance=0.5,
    oracle=real(lambda n, x: np.maximum.accumulate(x, axis=1)), sizes=(1,), smallest=1, classes=constant(1),
    train=numbers(0, 99, LENGTH), test=at_lengths(0, 99),
)  # fmt: skip
EVENS_COUNTER = Task(
    name="evens_counter", doc="How many items so far, each one of 0 .. n - 1, were even.", type=ONE, library=LIBRARY,
    kind="reals", tolerance=0.5, oracle=real(lambda n, x: (x % 2 == 0).cumsum(axis=1)),
    sizes=(10,), values=same, classes=constant(1), train=SHORT, test=TESTED,
)  # fmt: skip
SUM_ALL = Task(
    name="sum_all", doc="The sum of all items so far, 0 to 99.", type=ONE, library=LIBRARY, kind="reals",
    tolerance=0.5, oracle=real(lambda n, x: x.cumsum(axis=1)), sizes=(1,), smallest=1, classes=constant(1),
    train=numbers(0, 99, LENGTH), test=at_lengths(0, 99),
)  # fmt: skip
DOT_PROD = Task(
    name="dot_prod", doc="The sum of all products a b so far, digits 0 to 9.", type=PAIR, library=LIBRARY,
    kind="reals", tolerance=0.5, oracle=real(lambda n, a, b: (a * b).cumsum(axis=1)), sizes=(1,), smallest=1,
    classes=constant(1), train=numbers(0, 9, LENGTH, 2), test=at_lengths(0, 9, streams=2),
)  # fmt: skip
CARD_COUNTING = Task(
    name="card_counting", doc="The running high-low count of cards by rank: 2 to 6 add 1, tens, faces, aces take 1.",
    type=ONE, library=LIBRARY, kind="reals", tolerance=0.5, oracle=real(card_count), sizes=(13,),
    values=same, classes=constant(1), train=SHORT, test=TESTED,
)  # fmt: skip
NEWTON_FREEBODY = Task(
    name="newton_freebody", doc="The place of a body of mass 1 under a force.", type=ONE, library=LIBRARY,
    kind="reals", tolerance=0.5, oracle=real(driven(lambda n, v, p, x: (p + v + x, v + x, p + v + x), (0, 0))),
    sizes=(1,), smallest=1, classes=constant(1), train=numbers(-FORCE, FORCE, LENGTH), test=at_lengths(-FORCE, FORCE),
)  # fmt: skip
NEWTON_GRAVITY = Task(
    name="newton_gravity", doc="The same under its weight of 1 as well.", type=ONE, library=LIBRARY, kind="reals",
    tolerance=0.5, oracle=real(driven(lambda n, v, p, x: (p + v + x - 1, v + x - 1, p + v + x - 1), (0, 0))),
    sizes=(1,), smallest=1, classes=constant(1), train=numbers(-FORCE, FORCE, LENGTH), test=at_lengths(-FORCE, FORCE),
)  # fmt: skip
NEWTON_SPRING = Task(
    name="newton_spring", doc="The same of a body on a spring of stiffness 1.", type=ONE, library=LIBRARY,
    kind="reals", tolerance=0.5, oracle=real(driven(lambda n, v, p, x: (v + x, v + x - p, v + x), (0, 0))),
    sizes=(1,), smallest=1, classes=constant(1), train=numbers(-FORCE, FORCE, LENGTH), test=at_lengths(-FORCE, FORCE),
)  # fmt: skip
NEWTON_MAGNETIC = Task(
    name="newton_magnetic", doc="The place of a charge in the plane, under a force and across a magnetic field.",
    type=PAIR, library=LIBRARY, kind="reals", tolerance=0.5, oracle=driven(magnetic, (0, 0, 0, 0)),
    sizes=(2,), classes=constant(2), train=numbers(-FORCE, FORCE, LENGTH, 2), test=at_lengths(-FORCE, FORCE, streams=2),
)  # fmt: skip

STATES = (
    BASE_ADDITION,
    BIT_DOT_PROD_MOD2,
    PARITY_ALL,
    PARITY_ZEROS,
    PARITY_BITS_MOD2,
    ADD_MOD,
    DIV,
    DITHERING,
    MOST_FREQUENT,
    BALANCED_PARENTHESIS,
    MIN_SEEN,
    MAX_SEEN,
    EVENS_COUNTER,
    SUM_ALL,
    DOT_PROD,
    CARD_COUNTING,
    NEWTON_FREEBODY,
    NEWTON_GRAVITY,
    NEWTON_SPRING,
    NEWTON_MAGNETIC,
)
