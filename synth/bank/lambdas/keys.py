"""Fingerprints of the bodies of lambdas: equal ones belong to bodies that are equal as functions, whatever is given.

A body made of sums, differences and products is a polynomial, and polynomials are told apart by their values at random
points (Schwartz 1980, "Fast probabilistic algorithms for verification of polynomial identities", JACM 27; Zippel 1979).
Any other operator counts as an unknown function: a random number for what it is given. So no two bodies are taken for
one because they agree on some arguments; that matters for the states of a fold, which nobody knows beforehand.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import UInt64

from synth.language.primitive import Primitive
from synth.language.types import INT, carrier
from synth.library.arith import ADD, MUL, NEG, SQUARE, SUB

PRIMES = np.array([[2**31 - 1], [2**31 - 19], [2**31 - 61]], np.uint64)  # a word of a key is less than its prime
WORDS = len(PRIMES)
SHIFT = np.uint64(32)

Keys = UInt64[np.ndarray, "words n"]
RING: dict[str, tuple[Primitive, Callable[..., Any]]] = {
    "add": (ADD, lambda a, b: (a + b) % PRIMES),
    "sub": (SUB, lambda a, b: (a + PRIMES - b) % PRIMES),
    "mul": (MUL, lambda a, b: a * b % PRIMES),
    "neg": (NEG, lambda a: (PRIMES - a) % PRIMES),
    "square": (SQUARE, lambda a: a * a % PRIMES),
}


class Keyring:
    """The random numbers of a seed: those of the leaves and of the unknown functions."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 31])
        self._multipliers = self._draw(2 + WORDS) | np.uint64(1)
        self._starts: dict[str, np.uint64] = {}

    def leaf(self, value: Any = None, kind: Any = None) -> Keys:
        """A new key, or that of an integer."""
        if value is not None and carrier(kind) == INT:
            return np.array([[int(value) % int(prime)] for prime in PRIMES[:, 0]], np.uint64)
        return self._draw(WORDS)[:, None] % PRIMES

    def apply(self, primitive: Primitive, given: Sequence[Keys]) -> Keys:
        """The keys of a primitive on what has these keys."""
        known = RING.get(primitive.name)
        if known is not None and known[0] is primitive:
            return known[1](*given)
        if any(law.name == "commutative" for law in primitive.laws):
            given = ordered(given[0], given[1])
        state = np.full(given[0].shape[1], self._start(primitive.name), np.uint64)
        for words in given:
            for word in words:
                state = (state ^ word) * self._multipliers[0]
                state ^= state >> SHIFT
        return np.stack([self._word(state, place) for place in range(WORDS)]) % PRIMES

    def _word(self, state: np.ndarray, place: int) -> np.ndarray:
        mixed = state * self._multipliers[1 + place]
        return (mixed ^ (mixed >> SHIFT)) * self._multipliers[1 + WORDS]

    def _start(self, name: str) -> np.uint64:
        if name not in self._starts:
            self._starts[name] = self._draw(1)[0]
        return self._starts[name]

    def _draw(self, count: int) -> np.ndarray:
        return self._random.integers(0, 2**64, count, dtype=np.uint64)


def ordered(one: Keys, other: Keys) -> tuple[Keys, Keys]:
    """Both arguments with the smaller key first."""
    swap = (one[0] > other[0]) | ((one[0] == other[0]) & (one[1] > other[1]))
    return np.where(swap, other, one), np.where(swap, one, other)


def same(one: Keys, other: Keys) -> np.ndarray:
    """Where keys are equal, shape (n,)."""
    return (one == other).all(axis=0)
