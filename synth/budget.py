"""What a search may spend, and what it spent."""

import math
import time
from dataclasses import dataclass

LIMITS = ("seconds", "bytes", "candidates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one search; `bits` is the largest program that is looked at."""

    seconds: float = 60.0
    bytes: int = 1 << 30  # of stored programs and their fingerprints
    candidates: float = math.inf
    bits: float = math.inf

    def __post_init__(self) -> None:
        for name in (*LIMITS, "bits"):
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

    def check(self, nbytes: int) -> None:
        if time.monotonic() - self.start > self.budget.seconds:
            raise Spent("seconds")
        if nbytes > self.budget.bytes:
            raise Spent("bytes")
        if self.candidates > self.budget.candidates:
            raise Spent("candidates")

    def counts(self) -> Counts:
        seconds = time.monotonic() - self.began
        return Counts(candidates=self.candidates, distinct=self.distinct, seconds=seconds)
