"""Code lengths in bits."""

from math import lgamma, log

import numpy as np

EXCEPTIONS = 0.01  # of the net's answers, at most, on which a code that stands for the net may err


def log2_choose(n: int, k: int) -> float:
    """log2 of the number of k-element subsets of n things."""
    return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / log(2) if 0 <= k <= n else float("inf")


def table_bits(targets: np.ndarray, classes: int) -> float:
    """A lookup table of the answers: rows x log2 classes; for two classes the set of ones and its size."""
    rows = len(targets)
    if classes == 2 or (classes == 1):
        return log2_choose(rows, int((targets == 1).sum())) + np.log2(rows)
    return float(rows * np.log2(classes))


def exception_bits(rows: int, exceptions: int, classes: float) -> float:
    """Which rows a code gets wrong, and their answers: log2 C(rows, e) + e log2(classes - 1) + log2 rows.

    An exception costs a bit at least: a code that is always wrong says nothing, though of two classes the other one is
    then right.
    """
    named = log2_choose(rows, exceptions) + exceptions * float(np.log2(max(classes - 1, 1)))
    return max(named, exceptions) + float(np.log2(rows))
