"""Functions of one, two or three integers 0 .. n - 1, for a family of n."""

import numpy as np

from benchmarks.tasks.task import Task
from synth.language.types import BOOL, INT, Fn

BINARY = Fn((INT, INT), INT)
ORDER = ("arith", "choice")
SMALL = ("0", "1", "2", "3")  # literals
DIVISOR = 7


def same(n: int) -> int:
    return n


def largest(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a < b, b, a)


def distance(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a < b, b - a, a - b)


def smallest(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a < b, a, b)


def total(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a + b


def common_divisor(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.gcd(a, b)


def quotient(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(b > 0, a // np.maximum(b, 1), 0)


def exclusive(bits: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a ^ b


def below(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a < b


def chosen(n: int, first: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(first, a, b)


def collatz(n: int, a: np.ndarray) -> np.ndarray:
    return np.where(a % 2 == 0, a // 2, 3 * a + 1)


def middle(n: int, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return np.sort(np.stack([a, b, c]), axis=0)[1]


def divisible(n: int, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return (a * b + c) % DIVISOR == 0


MAX = Task(
    name="max",
    doc="The larger of two integers below n.",
    type=BINARY,
    oracle=largest,
    sizes=(16, 32, 64),
    values=same,
    classes=same,
    library=ORDER,
)
ABSDIFF = Task(
    name="absdiff",
    doc="The absolute difference of two integers below n.",
    type=BINARY,
    oracle=distance,
    sizes=(16, 32, 64),
    values=same,
    classes=same,
    library=ORDER,
)

MIN = Task(
    name="min",
    doc="The smaller of two integers below n.",
    type=BINARY,
    oracle=smallest,
    sizes=(32, 64),
    values=same,
    classes=same,
    library=ORDER,
)
ADD = Task(
    name="add",
    doc="The sum of two integers below n.",
    type=BINARY,
    oracle=total,
    sizes=(32, 64),
    values=same,
    classes=lambda n: 2 * n - 1,
    library=ORDER,
)
GCD = Task(
    name="gcd",
    doc="The largest integer that divides two integers below n; 0 of two zeros.",
    type=BINARY,
    oracle=common_divisor,
    sizes=(40, 64),
    values=same,
    classes=same,
    library=("integers",),
)
FLOORDIV = Task(
    name="floordiv",
    doc="The quotient of two integers below n, rounded down; 0 where the divisor is 0.",
    type=BINARY,
    oracle=quotient,
    sizes=(32, 64),
    values=same,
    classes=same,
    library=("arith",),
)
XOR = Task(
    name="xor",
    doc="The integer whose binary digits are those in which two integers of n bits differ.",
    type=BINARY,
    oracle=exclusive,
    sizes=(5, 6),
    values=lambda bits: 2**bits,
    classes=lambda bits: 2**bits,
    library=("arith", "digits"),
)
LESS = Task(
    name="less",
    doc="Whether the first of two integers below n is smaller.",
    type=Fn((INT, INT), BOOL),
    oracle=below,
    sizes=(64, 32),
    values=same,
    classes=lambda n: 2,
    library=ORDER,
)
CHOOSE = Task(
    name="choose",
    doc="The first of two integers below n where a Boolean holds, the second elsewhere.",
    type=Fn((BOOL, INT, INT), INT),
    oracle=chosen,
    sizes=(20, 32),
    values=same,
    classes=same,
    library=ORDER,
)
COLLATZ = Task(
    name="collatz",
    doc="The step of Collatz from an integer below n: half of an even one, three times an odd one and one.",
    type=Fn((INT,), INT),
    oracle=collatz,
    sizes=(300, 64),
    values=same,
    classes=lambda n: 3 * n,
    library=(*ORDER, *SMALL),
)
MEDIAN = Task(
    name="median",
    doc="The middle one of three integers below n.",
    type=Fn((INT, INT, INT), INT),
    oracle=middle,
    sizes=(13, 16),
    values=same,
    classes=same,
    library=ORDER,
)
DIVISIBLE7 = Task(
    name="divisible7",
    doc="Whether 7 divides a b + c, of three integers below n.",
    type=Fn((INT, INT, INT), BOOL),
    oracle=divisible,
    sizes=(16, 11),
    values=same,
    classes=lambda n: 2,
    library=(*ORDER, "0", "7"),
)

INTEGERS = (MAX, ABSDIFF, MIN, ADD, GCD, FLOORDIV, XOR, LESS, CHOOSE, COLLATZ, MEDIAN, DIVISIBLE7)
