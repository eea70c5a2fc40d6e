"""Functions of the item, and of the last few items."""

import numpy as np

from benchmarks.tasks.mips.causal import (
    LENGTH,
    LIBRARY,
    ONE,
    PAIR,
    SHORT,
    TESTED,
    at_lengths,
    before,
    constant,
    last,
    numbers,
    real,
    same,
)
from benchmarks.tasks.task import Task

SHORT_WINDOW = 4  # longer sums and delays are trained on streams of twice the length


def sums_length(n: int) -> int:
    return LENGTH if n <= SHORT_WINDOW else 2 * LENGTH


def alternates(n: int, x: np.ndarray) -> np.ndarray:
    window = last(x, n)
    return (window[1:] != window[:-1]).all(axis=0)


BITWISE_XOR = Task(
    name="bitwise_xor", doc="a xor b at every position.", type=PAIR, library=LIBRARY,
    oracle=lambda n, a, b: a ^ b, sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
BITWISE_OR = Task(
    name="bitwise_or", doc="a or b at every position.", type=PAIR, library=LIBRARY,
    oracle=lambda n, a, b: a | b, sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
BITWISE_AND = Task(
    name="bitwise_and", doc="a and b at every position.", type=PAIR, library=LIBRARY,
    oracle=lambda n, a, b: a & b, sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
BITWISE_NOT = Task(
    name="bitwise_not", doc="The other bit.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: 1 - x, sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
PARITY_LAST = Task(
    name="parity_last", doc="The parity of the last n bits.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: last(x, n).sum(axis=0) % 2,
    sizes=(2, 3, 4), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
ALTERNATING_LAST = Task(
    name="alternating_last", doc="Whether the last n bits alternate.", type=ONE, library=LIBRARY,
    oracle=alternates, sizes=(3, 4), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
BIT_SHIFT_RIGHT = Task(
    name="bit_shift_right", doc="The bit before.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: before(x, 1), sizes=(2,), values=constant(2), classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
PREVIOUS_EQUALS_CURRENT = Task(
    name="previous_equals_current", doc="Whether one of n symbols is the one before.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: x == before(x, 1), sizes=(8,), values=same, classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
EVENS_DETECTOR = Task(
    name="evens_detector", doc="Whether the item, one of 0 .. n - 1, is even.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: x % 2 == 0, sizes=(10,), values=same, classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
PERFECT_SQUARE_DETECTOR = Task(
    name="perfect_square_detector", doc="Whether the item, one of 0 .. n - 1, is a square.", type=ONE, library=LIBRARY,
    oracle=lambda n, x: np.sqrt(x) % 1 == 0,
    sizes=(20,), values=same, classes=constant(2), train=SHORT, test=TESTED,
)  # fmt: skip
CURRENT_NUMBER = Task(
    name="current_number", doc="The item, 0 to 99.", type=ONE, library=LIBRARY, kind="reals", tolerance=0.5,
    oracle=real(lambda n, x: x), sizes=(1,), smallest=1, classes=constant(1),
    train=numbers(0, 99, LENGTH), test=at_lengths(0, 99),
)  # fmt: skip
PREV = Task(
    name="prev", doc="The item n steps before, 0 to 99.", type=ONE, library=LIBRARY, kind="reals", tolerance=0.5,
    oracle=real(lambda n, x: before(x, n)), sizes=(1, 2, 3, 4, 5, 6, 7, 8), smallest=1, classes=constant(1),
    train=numbers(0, 99, sums_length), test=at_lengths(0, 99, sums_length),
)  # fmt: skip
SUM_LAST = Task(
    name="sum_last", doc="The sum of the last n items, 0 to 99.", type=ONE, library=LIBRARY, kind="reals",
    tolerance=0.5, oracle=real(lambda n, x: last(x, n).sum(axis=0)), sizes=(2, 3, 4, 5, 6, 7), classes=constant(1),
    train=numbers(0, 99, sums_length), test=at_lengths(0, 99, sums_length),
)  # fmt: skip
DIFF_LAST2 = Task(
    name="diff_last2", doc="The item, -100 to 99, less the one before.", type=ONE, library=LIBRARY, kind="reals",
    tolerance=0.5, oracle=real(lambda n, x: x - before(x, 1)), sizes=(1,), smallest=1, classes=constant(1),
    train=numbers(-100, 99, LENGTH), test=at_lengths(-100, 99),
)  # fmt: skip
ABS_DIFF = Task(
    name="abs_diff", doc="How far the item, -100 to 99, is from the one before.", type=ONE, library=LIBRARY,
    kind="reals", tolerance=0.5, oracle=real(lambda n, x: abs(x - before(x, 1))), sizes=(1,), smallest=1,
    classes=constant(1), train=numbers(-100, 99, LENGTH), test=at_lengths(-100, 99),
)  # fmt: skip
ABS_CURRENT = Task(
    name="abs_current", doc="The item, -100 to 99, without its sign.", type=ONE, library=LIBRARY, kind="reals",
    tolerance=0.5, oracle=real(lambda n, x: abs(x)), sizes=(1,), smallest=1, classes=constant(1),
    train=numbers(-100, 99, LENGTH), test=at_lengths(-100, 99),
)  # fmt: skip
DIFF_ABS_VALUES = Task(
    name="diff_abs_values", doc="The item without its sign, -100 to 99, less the one before without its sign.",
    type=ONE, library=LIBRARY, kind="reals", tolerance=0.5,
    oracle=real(lambda n, x: abs(x) - abs(before(x, 1))), sizes=(1,), smallest=1, classes=constant(1),
    train=numbers(-100, 99, LENGTH), test=at_lengths(-100, 99),
)  # fmt: skip

WINDOWS = (
    BITWISE_XOR,
    BITWISE_OR,
    BITWISE_AND,
    BITWISE_NOT,
    PARITY_LAST,
    ALTERNATING_LAST,
    BIT_SHIFT_RIGHT,
    PREVIOUS_EQUALS_CURRENT,
    EVENS_DETECTOR,
    PERFECT_SQUARE_DETECTOR,
    CURRENT_NUMBER,
    PREV,
    SUM_LAST,
    DIFF_LAST2,
    ABS_DIFF,
    ABS_CURRENT,
    DIFF_ABS_VALUES,
)
