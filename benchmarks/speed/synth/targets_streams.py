"""STREAM: thirty causal functions of streams, as plain Python functions with inputs; most are those of MIPS.

Michaud et al. 2024 (arXiv 2402.05110) list the tasks. Programs are found on short streams and held against streams a
hundred times as long. A stream before its start is 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth import STREAM, Fn, Primitive, Spec, rows_of_lists
from synth.library import ARITH, CHOICE, CONSTANTS, FUNCTIONS, STREAMS

LENGTH = 12  # of the streams that are searched with
LONGER = 100  # times as long are the streams that programs are held against
EXAMPLES = 100
HELD_OUT = 20
SEED = 20240207

LIBRARY: tuple[Primitive, ...] = (*STREAMS, *FUNCTIONS, *ARITH, *CHOICE, *CONSTANTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A causal function of streams; its items are drawn from low .. high, both included."""

    name: str
    oracle: Callable[..., Sequence[int]]
    arguments: int = 1
    low: int = 0
    high: int = 1

    @property
    def type(self) -> Fn:
        return Fn((STREAM,) * self.arguments, STREAM)


def running(
    step: Callable[[Any, int], Any], start: Any, out: Callable[[Any], int] = lambda s: s
) -> Callable[..., list[int]]:
    """The outputs of states, each made from the state before and the item."""

    def outputs(xs: Sequence[int]) -> list[int]:
        state, found = start, []
        for x in xs:
            state = step(state, x)
            found.append(out(state))
        return found

    return outputs


def window(f: Callable[..., int], size: int) -> Callable[[Sequence[int]], list[int]]:
    """A function of the last items, the oldest first."""

    def outputs(xs: Sequence[int]) -> list[int]:
        padded = [0] * (size - 1) + list(xs)
        return [f(*padded[t : t + size]) for t in range(len(xs))]

    return outputs


def addition(base: int) -> Callable[..., list[int]]:
    """The digits of a sum, the lowest first."""

    def digits(xs: Sequence[int], ys: Sequence[int]) -> list[int]:
        carry, found = 0, []
        for x, y in zip(xs, ys, strict=True):
            found.append((x + y + carry) % base)
            carry = (x + y + carry) // base
        return found

    return digits


def division(by: int) -> Callable[..., list[int]]:
    """The quotient's bits of long division, the highest first."""

    def bits(xs: Sequence[int]) -> list[int]:
        rest, found = 0, []
        for x in xs:
            rest = 2 * rest + x
            found.append(rest // by)
            rest %= by
        return found

    return bits


def dithered(xs: Sequence[int]) -> list[int]:
    rest, found = 0, []
    for x in xs:
        rest += x
        found.append(rest // 15)
        rest %= 15
    return found


def balanced(xs: Sequence[int]) -> list[int]:
    depth, fine, found = 0, True, []
    for x in xs:
        depth += 1 - 2 * x
        fine = fine and depth >= 0
        found.append(int(fine and depth == 0))
    return found


TARGETS = (
    Target(name="copy", oracle=list, high=9),
    Target(name="shift", oracle=window(lambda p, x: p, 2), high=9),
    Target(name="shift_by_two", oracle=window(lambda q, p, x: q, 3), high=9),
    Target(name="delta", oracle=window(lambda p, x: x - p, 2), high=9),
    Target(name="distance_to_previous", oracle=window(lambda p, x: abs(x - p), 2), low=-9, high=9),
    Target(name="same_as_previous", oracle=window(lambda p, x: int(p == x), 2), high=2),
    Target(name="sum_of_last_three", oracle=window(lambda q, p, x: q + p + x, 3), high=9),
    Target(name="parity", oracle=running(lambda s, x: (s + x) % 2, 0)),
    Target(name="parity_of_last_two", oracle=window(lambda p, x: (p + x) % 2, 2)),
    Target(name="parity_of_zeros", oracle=running(lambda s, x: (s + 1 - x) % 2, 0)),
    Target(name="sum_mod_3", oracle=running(lambda s, x: (s + x) % 3, 0), high=2),
    Target(name="sum_mod_5", oracle=running(lambda s, x: (s + x) % 5, 0), high=4),
    Target(name="sum_mod_7", oracle=running(lambda s, x: (s + x) % 7, 0), high=6),
    Target(name="place_mod_2", oracle=lambda xs: [t % 2 for t in range(len(xs))]),
    Target(name="count_of_evens", oracle=running(lambda s, x: s + (x % 2 == 0), 0), high=9),
    Target(name="running_max", oracle=running(max, 0), high=99),
    Target(name="running_min", oracle=lambda xs: [min(xs[: t + 1]) for t in range(len(xs))], high=9),
    Target(name="depth", oracle=running(lambda s, x: s + 1 - 2 * x, 0)),
    Target(name="balanced", oracle=balanced),
    Target(name="binary_addition", oracle=addition(2), arguments=2),
    Target(name="decimal_addition", oracle=addition(10), arguments=2, high=9),
    Target(
        name="dot_product_mod_2",
        oracle=lambda xs, ys: running(lambda s, z: (s + z) % 2, 0)([x * y for x, y in zip(xs, ys, strict=True)]),
        arguments=2,
    ),
    Target(name="division_by_3", oracle=division(3)),
    Target(name="dithering", oracle=dithered, high=15),
    Target(name="majority", oracle=lambda xs: [int(2 * sum(xs[: t + 1]) > t + 1) for t in range(len(xs))]),
    Target(name="last_seen", oracle=running(lambda s, x: x if x else s, 0), high=4),
    Target(name="flip_flop", oracle=running(lambda s, x: {0: s, 1: 1, 2: 0}[x], 0), high=2),
    Target(name="saturating_counter", oracle=running(lambda s, x: min(max(s + 2 * x - 1, 0), 3), 0)),
    Target(
        name="freebody",
        oracle=running(lambda s, x: (s[0] + x, s[1] + s[0] + x), (0, 0), lambda s: s[1]),
        low=-9,
        high=9,
    ),
    Target(name="run_length", oracle=running(lambda s, x: (s + 1) * x, 0)),
)


def draw(target: Target, count: int, length: int, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Streams of one length, one array an argument."""
    return tuple(
        rows_of_lists(random.integers(target.low, target.high + 1, (count, length)).tolist(), length)
        for _ in range(target.arguments)
    )


def spec_of(target: Target, count: int = EXAMPLES, length: int = LENGTH, seed: int = SEED) -> Spec:
    """Examples of a target; another seed and length give held-out ones."""
    inputs = draw(target, count, length, np.random.default_rng(seed))
    rows = zip(*(values[:, 1:].tolist() for values in inputs), strict=True)
    outputs = rows_of_lists([list(target.oracle(*row)) for row in rows], length)
    return Spec(type=target.type, inputs=inputs, outputs=outputs)
