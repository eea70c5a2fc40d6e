"""What a search may spend, and what it spent."""

import ctypes
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakSet

LIMITS = ("seconds", "bytes", "candidates")
SHARE = 0.875  # of the bytes that is for what is stored; the rest is for looking through it
SELDOM = 0.004  # seconds between two looks at what is held
CODE = 32 << 20  # bytes for what a search loads: compiled loops, Python's own objects
LEAST_LARGE, MOST_LARGE = 1 << 20, 1 << 25  # bytes
PLENTY = 1 << 30  # bytes
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
PART = 1 / 16  # of the bytes that one block of values and what is made of it may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one search; `bits` is the largest program that is looked at.

    `bytes` counts what the search allocates beyond what the process takes anyway: stored programs with their tables,
    what growing arrays take beside the old ones, and the blocks in which programs are looked through. Where they are
    full, the search goes on without storing programs, and what finds no room is left out of what it claims. `seconds`
    are the wall's, asked for several times a second.

    Once a program is met by working back from the goal, the search for a shorter one, or for the proof that there is
    none, goes on for `effort` times the time that this one took; the answer then depends on the machine's speed.
    """

    seconds: float = 60.0
    bytes: int = 1 << 30
    candidates: float = math.inf
    bits: float = math.inf
    effort: float = math.inf
    stopped: Callable[[], bool] | None = None  # asked now and then; the search ends once it says so

    def __post_init__(self) -> None:
        for name in (*LIMITS, "bits", "effort"):
            if not getattr(self, name) > 0:
                raise ValueError(
                    f"budget: expected {name} > 0, got {getattr(self, name)}; leave it out for the default"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a search looked at: `candidates` programs, of which `distinct` were stored as behaving unlike the others."""

    candidates: int
    distinct: int
    seconds: float

    @property
    def rate(self) -> float:
        """Candidates a second."""
        return self.candidates / max(self.seconds, 1e-9)


class Holder(Protocol):
    """A part of a search that holds memory."""

    @property
    def nbytes(self) -> int: ...


class Spent(Exception):  # noqa: N818 - not an error: the search stops here
    """One of the limits is reached; caught inside synth."""

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.which = which


def give_back(nbytes: float) -> None:
    """From now on large freed blocks go back to the system; of those of up to 32 MiB glibc would keep many.

    What is large depends on how many bytes a search may take: asking the system for each block takes its time, which
    a search of `PLENTY` of bytes saves.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        large = MOST_LARGE if nbytes >= PLENTY else int(max(LEAST_LARGE, min(MOST_LARGE, nbytes / 64)))
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, large)
            mallopt(M_TRIM_THRESHOLD, 2 * large)


class Memory:
    """Room for what the parts of one search hold and for what they need for a moment: all of it within `most` bytes.

    What is stored stays below `SHARE` of it, so that a bank that is full can still be looked through.
    """

    def __init__(self, most: float) -> None:
        self.most = most
        self.peak = 0.0
        self.holders: WeakSet[Holder] = WeakSet()

    @property
    def held(self) -> int:
        """Bytes that the parts hold now."""
        return sum(holder.nbytes for holder in self.holders)

    @property
    def storing(self) -> float:
        """Bytes that may be held for good."""
        return SHARE * self.most

    def has(self, nbytes: float, *, stored: bool = False) -> bool:
        """Whether so many bytes more fit, for a moment or, if `stored`, for good."""
        total = self.held + nbytes
        fits = total <= (self.storing if stored else self.most)
        self.peak = max(self.peak, total) if fits else self.peak
        return fits

    def need(self, nbytes: float) -> None:
        """`Spent` unless so many bytes more can be held."""
        if nbytes and not self.has(nbytes, stored=True):
            raise Spent("bytes")

    def block(self, each: float, most: int, least: int = 64) -> int:
        """How many things of so many bytes are looked at together: so many that they take a `PART` of the bytes."""
        return int(min(most, max(least, PART * self.most / max(each, 1))))


class Meter:
    """Counts what is spent and raises `Spent` at a limit; meters of one search share its `memory`."""

    def __init__(self, budget: Budget, start: float | None = None, memory: Memory | None = None) -> None:
        self.budget = budget
        self.start = time.monotonic() if start is None else start
        self.began = time.monotonic()
        self.candidates = 0
        self.distinct = 0
        self.memory = Memory(budget.bytes - min(CODE, budget.bytes / 2)) if memory is None else memory
        self._counted = -math.inf  # when the memory was last looked at
        self.storing = True  # what is stored may grow; at its limit the search goes on without

    def check(self) -> None:
        if self.budget.stopped is not None and self.budget.stopped():
            raise Spent("patience")
        now = time.monotonic()
        if now - self.start > self.budget.seconds:
            raise Spent("seconds")
        if self.storing and now - self._counted > SELDOM:
            self._counted = now
            if not self.memory.has(0, stored=True):
                raise Spent("bytes")
        if self.candidates > self.budget.candidates:
            raise Spent("candidates")

    @property
    def over(self) -> bool:
        """Whether the time is spent, or the search is to stop."""
        late = time.monotonic() - self.start > self.budget.seconds
        return late or (self.budget.stopped is not None and self.budget.stopped())

    @property
    def left(self) -> float:
        """Seconds that the search may still take."""
        return max(0.0, self.budget.seconds - (time.monotonic() - self.start))

    @property
    def seconds(self) -> float:
        """Since the search began."""
        return time.monotonic() - self.began

    def counts(self) -> Counts:
        return Counts(candidates=self.candidates, distinct=self.distinct, seconds=self.seconds)
