"""Samplers: where the inputs of a task come from that cannot all be listed. To add one, write its class here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

Arguments = tuple[np.ndarray, ...]


class Wanted(NamedTuple):
    """What is to be drawn."""

    size: int  # the task's
    arguments: int
    values: tuple[int, ...] | None  # how many integers 0 .. values - 1 each argument may be; None for reals
    rows: int


class Sampler(Protocol):
    """`draw` gives one array (rows, ...) an argument, all of it from the generator; every call the same shapes."""

    def draw(self, wanted: Wanted, rng: np.random.Generator) -> Arguments: ...

    def says(self) -> str:
        """What is drawn, in a few words."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Integers, all alike: one an argument, or with a `length` so many, arrays (rows, length).

    A range of lengths (low, high) makes rows of every length in it; beyond its end a row holds the last integer, which
    then stands nowhere else.
    """

    length: int | tuple[int, int] | None = None

    def __post_init__(self) -> None:
        refuse_wrong_length("uniform", self.length)

    def draw(self, wanted: Wanted, rng: np.random.Generator) -> Arguments:
        assert wanted.values is not None
        low, high = bounds(self.length)
        shape = (wanted.rows,) if self.length is None else (wanted.rows, high)
        if low == high:
            return tuple(rng.integers(0, values, shape) for values in wanted.values)
        beyond = np.arange(high) >= rng.integers(low, high + 1, (wanted.rows, 1))
        return tuple(np.where(beyond, values - 1, rng.integers(0, values - 1, shape)) for values in wanted.values)

    def says(self) -> str:
        low, high = bounds(self.length)
        return "all alike" if self.length is None else f"length {low}" if low == high else f"lengths {low} to {high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Reals between two bounds, all alike: one an argument, or with a `length` so many, arrays (rows, length)."""

    low: float
    high: float
    length: int | None = None

    def __post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise ValueError(f"box: expected two finite bounds, low < high, got {self.low} and {self.high}")
        refuse_wrong_length("box", self.length)

    def draw(self, wanted: Wanted, rng: np.random.Generator) -> Arguments:
        shape = (wanted.rows,) if self.length is None else (wanted.rows, self.length)
        return tuple(rng.uniform(self.low, self.high, shape) for _ in range(wanted.arguments))

    def says(self) -> str:
        length = "" if self.length is None else f", length {self.length}"
        return f"reals from {self.low:g} to {self.high:g}{length}"


@dataclass(frozen=True, slots=True)
class Own:
    """A function `(size, rows, rng)` of one's own, that gives the array of one argument or a tuple of arrays."""

    function: Callable[[int, int, np.random.Generator], Any]
    name: str = "drawn"

    def draw(self, wanted: Wanted, rng: np.random.Generator) -> Arguments:
        given = self.function(wanted.size, wanted.rows, rng)
        return tuple(np.asarray(each) for each in (given if isinstance(given, tuple) else (given,)))

    def says(self) -> str:
        return self.name


def refuse_wrong_length(name: str, length: Any) -> None:
    """ValueError unless it is None, a whole number of at least 1, or of a `uniform` two of them in order."""
    ends: Any = length if isinstance(length, tuple) and name == "uniform" and len(length) == 2 else (length, length)
    whole = all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if length is None or (whole and 1 <= ends[0] <= ends[1]):
        return
    raise ValueError(
        f"{name}: expected a length of at least 1{', or two of them in order' if name == 'uniform' else ''}, got "
        f"{length!r}; give one, such as 10{' or (1, 10)' if name == 'uniform' else ''}"
    )


def bounds(length: int | tuple[int, int] | None) -> tuple[int, int]:
    """The shortest and the longest."""
    if isinstance(length, tuple):
        return length
    return (1, 1) if length is None else (length, length)


SAMPLERS = (Uniform, Box, Own)
