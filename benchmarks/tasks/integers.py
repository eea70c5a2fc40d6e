"""Functions of two integers 0 .. n - 1, for a family of n."""

import numpy as np

from benchmarks.tasks.task import Task
from synth.language.types import INT, Fn

BINARY = Fn((INT, INT), INT)
ORDER = ("arith", "choice")


def same(n: int) -> int:
    return n


def largest(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a < b, b, a)


def distance(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a < b, b - a, a - b)


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

INTEGERS = (MAX, ABSDIFF)
