"""Integer weights of a threshold function of bits, from a direction, by agreement."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

SCALES = 240
ROUNDS = 4
POLISHED = 6  # roundings that the search by single steps starts from


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """1 where the weighted count of the bits is at least `least`."""

    weights: Int[np.ndarray, " n"]
    least: int
    agreement: float  # balanced, on the rows it was fitted on


def roundings(direction: Float[np.ndarray, "n ..."], largest: int) -> Iterator[Int[np.ndarray, "n ..."]]:
    """All distinct integer vectors, |w| <= largest, that a multiple of the direction rounds to, the smallest first.

    A direction may have several columns; every column is scaled alike, by its own largest entry.
    """
    scaled = direction / np.maximum(np.abs(direction).max(axis=0), 1e-30)
    seen: set[bytes] = set()
    for scale in np.linspace(0.5, largest + 0.499, SCALES):
        rounded = np.rint(scaled * scale).astype(np.int64)
        if rounded.any() and rounded.tobytes() not in seen:
            seen.add(rounded.tobytes())
            yield rounded


def fit_threshold(
    bits: Int[np.ndarray, "rows n"],
    answers: Int[np.ndarray, " rows"],
    direction: Float[np.ndarray, " n"],
    largest: int = 9,
) -> Threshold | None:
    """The rounding of the direction, and the single steps from it, that agree best; the smallest of equals.

    None when all answers are the same, or the direction is zero.
    """
    if answers.min() == answers.max() or not np.any(direction):
        return None
    tried = [cut(bits, answers, weights) for weights in roundings(direction, largest)]
    starts = sorted(tried, key=_rank)[:POLISHED]
    if starts[0].agreement == 1.0:
        return starts[0]
    return min((_polish(bits, answers, start, largest) for start in starts), key=_rank)


def cut(
    bits: Int[np.ndarray, "rows n"], answers: Int[np.ndarray, " rows"], weights: Int[np.ndarray, " n"]
) -> Threshold:
    """The best `least` for these weights, by balanced agreement."""
    count = bits @ weights
    low = int(count.min())
    size = int(count.max()) - low + 1
    ones = np.bincount(count - low, answers == 1, minlength=size)
    zeros = np.bincount(count - low, answers != 1, minlength=size)
    right = (zeros.cumsum() / max(zeros.sum(), 1) + 1 - ones.cumsum() / max(ones.sum(), 1)) / 2
    best = int(np.argmax(np.round(right, 12)))
    return Threshold(weights=weights, least=low + best + 1, agreement=float(right[best]))


def best_cut(values: Float[np.ndarray, " rows"], positive: Bool[np.ndarray, " rows"], levels: int) -> float:
    """Above which of so many levels of the values' range most rows are positive, and below it most are not."""
    low, high = float(values.min()), float(values.max())
    level = np.clip(((values - low) / max(high - low, 1e-30) * levels).astype(int), 0, levels - 1)
    ones = np.bincount(level[positive], minlength=levels)
    zeros = np.bincount(level[~positive], minlength=levels)
    right = np.cumsum(zeros) + ones.sum() - np.cumsum(ones)
    return low + (int(np.argmax(right)) + 1) / levels * (high - low)


def _polish(bits: np.ndarray, answers: np.ndarray, start: Threshold, largest: int) -> Threshold:
    """Single steps of one weight, as long as the agreement grows."""
    best = start
    for _ in range(ROUNDS):
        before = best
        for i in range(len(best.weights)):
            for step in (-1, 1):
                weights = best.weights.copy()
                weights[i] += step
                if abs(weights[i]) <= largest and weights.any():
                    best = min(best, cut(bits, answers, weights), key=_rank)
        if best is before or best.agreement == 1.0:
            break
    return best


def _rank(threshold: Threshold) -> tuple[float, int]:
    return -round(threshold.agreement, 9), int(np.abs(threshold.weights).sum())
