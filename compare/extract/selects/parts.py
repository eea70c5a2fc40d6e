"""Symbols of several sorts, and symbols that hold two numbers at once, as an edge holds its ends.

Sorts are told by where symbols stand: two that ever share a position are of one sort. A sort of n symbols may hold two
numbers, n = m * r: its quotients and remainders by m, if there are as many of either as symbols of another sort, or as
answers.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

SORT, HELD = 2, 3  # symbols of a sort, and numbers that a symbol holds, at least


class Part(NamedTuple):
    """What the symbols start .. stop - 1 hold: their number, counted from the first, divided by `over`, modulo `by`."""

    name: str
    start: int
    stop: int
    over: int
    by: int

    @property
    def size(self) -> int:
        return min(self.by, -(-(self.stop - self.start) // self.over))

    def of(self, symbols: Int[np.ndarray, "rows s"]) -> Int[np.ndarray, "rows s"]:
        """-1 where the symbol is of another sort."""
        here = (symbols >= self.start) & (symbols < self.stop)
        return np.where(here, (symbols - self.start) // self.over % self.by, -1)


def sorts(x: Int[np.ndarray, "rows positions"], alphabet: int) -> list[range]:
    """The sorts of at least two symbols that follow each other."""
    stands = np.zeros((alphabet, x.shape[1]), bool)
    stands[x, np.broadcast_to(np.arange(x.shape[1]), x.shape)] = True
    of = np.full(alphabet, -1)
    for number, where in enumerate(_together(stands)):
        of[(stands & where).any(axis=1)] = number
    cuts = np.flatnonzero(np.diff(of)) + 1
    runs = [range(int(run[0]), int(run[-1]) + 1) for run in np.split(np.arange(alphabet), cuts)]
    return [run for run in runs if len(run) >= SORT and of[run.start] >= 0]


def _together(stands: np.ndarray) -> list[np.ndarray]:
    """Positions that share symbols, as groups."""
    groups: list[np.ndarray] = []
    for where in stands[stands.any(axis=1)]:
        met = [group for group in groups if (group & where).any()]
        groups = [group for group in groups if not (group & where).any()]
        groups.append(np.logical_or.reduce([where, *met]))
    return groups


def parts_of(x: Int[np.ndarray, "rows positions"], alphabet: int, classes: int) -> tuple[Part, ...]:
    """What symbols hold, where there are several sorts of them; nothing where there is one."""
    found = sorts(x, alphabet)
    if len(found) < 2:
        return ()
    sizes = {classes, *map(len, found)}
    return tuple(part for number, run in enumerate(found) for part in _parts(f"s{number}", run, sizes))


def _parts(name: str, run: range, sizes: set[int]) -> Iterator[Part]:
    n = len(run)
    yield Part(name, run.start, run.stop, 1, n)
    for m in range(HELD, n // HELD + 1):
        if n % m == 0 and {m, n // m} & (sizes - {n}):
            yield Part(f"{name}div{m}", run.start, run.stop, m, n // m)
            yield Part(f"{name}mod{m}", run.start, run.stop, 1, m)
