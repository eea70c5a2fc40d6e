"""Prefixes that read the same both ways."""

import numpy as np

from benchmarks.tasks.mips.causal import LENGTH, LENGTHS, LIBRARY, ONE, constant, same
from benchmarks.tasks.sampling import Own
from benchmarks.tasks.task import Task

SHORTEST = 2  # of the palindromes that are drawn


def palindromic(n: int, x: np.ndarray) -> np.ndarray:
    """Whether items 0 .. t are a palindrome, at every t."""
    found = np.ones(x.shape, dtype=bool)
    for stop in range(2, x.shape[1] + 1):
        half = stop // 2
        found[:, stop - 1] = (x[:, :half] == x[:, stop - half : stop][:, ::-1]).all(axis=1)
    return found


def begun_by_palindromes(alphabet: int | None, length: int) -> Own:
    """A palindrome of any length from 2 on, all alike, then random items; of the alphabet, or as many as the size."""

    def drawn(size: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        items = rng.integers(0, alphabet or size, (rows, length))
        stop = rng.integers(SHORTEST, length + 1, (rows, 1))
        mirror = stop - 1 - np.arange(length)
        second = (mirror >= 0) & (mirror < np.arange(length))
        return np.where(second, np.take_along_axis(items, np.maximum(mirror, 0), axis=1), items)

    return Own(drawn, f"a palindrome and more, length {length}")


BIT_PALINDROME = Task(
    name="bit_palindrome", doc="Whether the bits so far are a palindrome.", type=ONE, library=LIBRARY,
    oracle=palindromic, sizes=(2,), values=constant(2), classes=constant(2),
    train=begun_by_palindromes(2, LENGTH), test=tuple(begun_by_palindromes(2, length) for length in LENGTHS),
)  # fmt: skip
INT_PALINDROME = Task(
    name="int_palindrome", doc="Whether the digits so far, each one of n, are a palindrome.", type=ONE,
    library=LIBRARY, oracle=palindromic, sizes=(10,), values=same, classes=constant(2),
    train=begun_by_palindromes(None, LENGTH), test=tuple(begun_by_palindromes(None, length) for length in LENGTHS),
)  # fmt: skip

PALINDROMES = (BIT_PALINDROME, INT_PALINDROME)
