"""Codes for the wrong values: each value is held as one from which as much as can be follows otherwise.

What follows is what the mechanism says, whatever the net does.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Int
from scipy.optimize import linear_sum_assignment

from compare.evidence.states import AHEAD
from compare.extract.recurrent.carried import Affine, Mechanism
from compare.step import Codewords

CONTINUED, SAMPLE = 64, 256  # words that values are continued by; values by which affine codes are compared


def exchanged_words(mechanism: Mechanism, letters: int, held: Codewords, seed: int) -> Codewords | None:
    """The same codewords, each value's taken for another's, all of them as unlike as can be; None for a single value.

    That is an assignment of most disagreement (Kuhn 1955).
    """
    distinct, of = np.unique(held.values, axis=0, return_inverse=True)
    if len(distinct) == 1:
        return None
    follows = following(mechanism, letters, distinct, seed)
    apart = np.stack([(follows != row).mean(axis=1) for row in follows])
    np.fill_diagonal(apart, -len(distinct))  # less than all others can make up for
    to = linear_sum_assignment(apart, maximize=True)[1]
    return replace(held, values=distinct[to[of.reshape(-1)]])


def other_code(
    mechanism: Mechanism, letters: int, held: Affine, values: Int[np.ndarray, "n numbers"], seed: int
) -> Affine:
    """The code of other numbers: negated, mirrored, moved too or turned, whichever says most otherwise."""
    some = values[np.random.default_rng([seed, 35]).permutation(len(values))[:SAMPLE]]
    own = following(mechanism, letters, some, seed)

    def apart(turn: Int[np.ndarray, "numbers numbers"], move: Int[np.ndarray, " numbers"]) -> float:
        return float((following(mechanism, letters, some @ turn + move, seed) != own).mean())

    turn, move = max(_moves(values), key=lambda each: apart(*each))
    return replace(held, by=turn @ held.by, offset=move @ held.by + held.offset)


def following(
    mechanism: Mechanism, letters: int, values: Int[np.ndarray, "n numbers"], seed: int
) -> Int[np.ndarray, "n answers"]:
    """All answers to a few words from each of these values."""
    words = np.random.default_rng([seed, 36]).integers(0, letters, (CONTINUED, AHEAD))
    now, found = np.repeat(values, CONTINUED, axis=0), []
    for letter in words.T:
        moved = mechanism.moved(now, np.tile(letter, len(values)))
        found.append(np.asarray(moved.answers).reshape(len(values), -1))
        now = moved.states
    return np.concatenate(found, axis=1)


def _moves(
    values: Int[np.ndarray, "n numbers"],
) -> Iterator[tuple[Int[np.ndarray, "numbers numbers"], Int[np.ndarray, " numbers"]]]:
    """Affine maps of the numbers, of which none leaves a difference of numbers as it is."""
    same, low, high = np.eye(values.shape[1], dtype=np.int64), values.min(axis=0), values.max(axis=0)
    yield -same, np.zeros_like(low)
    yield -same, low + high
    yield -same, np.maximum((high - low + 1) // 2, 1)
    if len(low) > 1:
        yield np.roll(same, 1, axis=1), np.zeros_like(low)
