"""What the stream tasks are declared with: causal oracles on whole batches, and samples at 10, 100 and 1000 items.

A stream is an array (rows, time), integers or reals that are whole; before its start it is 0.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.tasks.sampling import Own, Sampler, Uniform
from synth.language.types import STREAM, Fn

LENGTH = 10  # items of a stream that is trained on
LENGTHS = (LENGTH, 10 * LENGTH, 100 * LENGTH)
LIBRARY = ("loops",)
ONE, PAIR = Fn((STREAM,), STREAM), Fn((STREAM, STREAM), STREAM)

SHORT = Uniform(length=LENGTH)
TESTED = tuple(Uniform(length=length) for length in LENGTHS)


def constant(value: int) -> Callable[[int], int]:
    return lambda n: value


def same(n: int) -> int:
    return n


def numbers(low: int, high: int, length: int | Callable[[int], int], streams: int = 1) -> Own:
    """Whole numbers low .. high, all alike; the length is one for all sizes or a function of the size."""

    def drawn(size: int, rows: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        items = length(size) if callable(length) else length
        return tuple(rng.integers(low, high + 1, (rows, items)) for _ in range(streams))

    said = "length as published" if callable(length) else f"length {length}"
    return Own(drawn, f"integers {low} to {high}, {said}")


def at_lengths(
    low: int, high: int, first: int | Callable[[int], int] = LENGTH, streams: int = 1
) -> tuple[Sampler, Sampler, Sampler]:
    """The same at the length that is trained on, at 100 and at 1000."""
    return (
        numbers(low, high, first, streams),
        numbers(low, high, LENGTHS[1], streams),
        numbers(low, high, LENGTHS[2], streams),
    )


def driven(step: Callable[..., tuple[Any, ...]], start: Sequence[int]) -> Callable[..., np.ndarray]:
    """The oracle of a machine: `step(size, *states, *items)` gives the answer and then the states after it."""

    def oracle(size: int, *streams: np.ndarray) -> np.ndarray:
        states: Sequence[Any] = [np.full_like(streams[0][:, 0], value) for value in start]
        answers = []
        for items in zip(*(stream.T for stream in streams), strict=True):
            answer, *states = step(size, *states, *items)
            answers.append(answer)
        return np.stack(answers, axis=1)

    return oracle


def before(x: np.ndarray, steps: int) -> np.ndarray:
    """The stream so many steps ago."""
    return np.pad(x, ((0, 0), (steps, 0)))[:, : x.shape[1]]


def last(x: np.ndarray, items: int) -> np.ndarray:
    """The last items at every position, the newest first, (items, rows, time)."""
    return np.stack([before(x, steps) for steps in range(items)])


def real(oracle: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Answers as vectors of one number."""
    return lambda size, *streams: oracle(size, *streams)[..., None]
