"""What a search may spend, and what it spent."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

LIMITS = ("seconds", "bytes", "candidates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one search; `bits` is the largest program that is looked at.

    Once a program is met by working back from the goal, the search for a shorter one, or for the proof that there is
    none, goes on for `effort` times the time that this one took; the answer then depends on the machine's speed.
    """

    seconds: float = 60.0
    bytes: int = 1 << 30  # of stored programs and their fingerprints; where they are full, the search goes on without
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


class Spent(Exception):  # noqa: N818 - not an error: the search stops here
    """One of the limits is reached; caught inside synth."""

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.which = which


class Meter:
    """Counts what is spent and raises `Spent` at a limit."""

    def __init__(self, budget: Budget, start: float | None = None) -> None:
        self.budget = budget
        self.start = time.monotonic() if start is None else start
        self.began = time.monotonic()
        self.candidates = 0
        self.distinct = 0
        self.bytes: float = budget.bytes

    def check(self, nbytes: int) -> None:
        if self.budget.stopped is not None and self.budget.stopped():
            raise Spent("patience")
        if time.monotonic() - self.start > self.budget.seconds:
            raise Spent("seconds")
        if nbytes > self.bytes:
            raise Spent("bytes")
        if self.candidates > self.budget.candidates:
            raise Spent("candidates")

    @property
    def seconds(self) -> float:
        """Since the search began."""
        return time.monotonic() - self.began

    def counts(self) -> Counts:
        return Counts(candidates=self.candidates, distinct=self.distinct, seconds=self.seconds)
