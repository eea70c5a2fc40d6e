"""A plain-Python enumerator, bottom up by size, that keeps one program a behaviour: the floor of the comparison."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

Behaviour = tuple[int | bool, ...]  # a value an example


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of Python values, and the sorts that it takes and makes."""

    name: str
    arguments: tuple[str, ...]
    result: str
    run: Callable[..., int | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumerated:
    """How far the enumeration came: `text` is the program found, "" where none was."""

    text: str
    size: int
    candidates: int
    distinct: int
    seconds: float  # CPU


def enumerate_plain(
    leaves: Mapping[str, tuple[str, Behaviour]],
    operations: Sequence[Operation],
    goal: tuple[str, Behaviour] | None,
    seconds: float,
    largest: int = 99,
) -> Enumerated:
    """Look for the goal among programs of ascending size; without one, make all to the size `largest`."""
    began = time.process_time()
    known: dict[str, dict[Behaviour, str]] = {}
    levels: dict[str, dict[int, list[tuple[Behaviour, str]]]] = {}
    candidates = size = 0
    for size in range(1, largest + 1):
        for sort, values, text in made(leaves, operations, levels, size):
            candidates += 1
            if (sort, values) == goal:
                return outcome(text, size, candidates, known, began)
            if candidates % 1024 == 0 and time.process_time() - began > seconds:
                return outcome("", size, candidates, known, began)
            if values not in (seen := known.setdefault(sort, {})):
                seen[values] = text
                levels.setdefault(sort, {}).setdefault(size, []).append((values, text))
    return outcome("", size, candidates, known, began)


def outcome(text: str, size: int, candidates: int, known: Mapping[str, Mapping], began: float) -> Enumerated:
    return Enumerated(
        text=text,
        size=size,
        candidates=candidates,
        distinct=sum(len(seen) for seen in known.values()),
        seconds=time.process_time() - began,
    )


def made(
    leaves: Mapping[str, tuple[str, Behaviour]],
    operations: Sequence[Operation],
    levels: Mapping[str, Mapping[int, list[tuple[Behaviour, str]]]],
    size: int,
) -> Iterator[tuple[str, Behaviour, str]]:
    """Every program of this size over the kept smaller ones: sort, values and text."""
    if size == 1:
        yield from ((sort, values, name) for name, (sort, values) in leaves.items())
    for operation in operations:
        for sizes in splits(size - 1, len(operation.arguments)):
            parts = [levels.get(sort, {}).get(n, []) for sort, n in zip(operation.arguments, sizes, strict=True)]
            for chosen in product(*parts):
                values = tuple(map(operation.run, *(values for values, _ in chosen)))
                yield operation.result, values, f"({operation.name} {' '.join(text for _, text in chosen)})"


def splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Ways to write `total` as that many numbers > 0."""
    if parts == 1:
        yield from ((total,) for _ in range(total > 0))
        return
    for first in range(1, total - parts + 2):
        yield from ((first, *rest) for rest in splits(total - first, parts - 1))


INTEGERS = (
    Operation("add", ("int", "int"), "int", lambda a, b: a + b),
    Operation("sub", ("int", "int"), "int", lambda a, b: a - b),
    Operation("mul", ("int", "int"), "int", lambda a, b: a * b),
    Operation("floordiv", ("int", "int"), "int", lambda a, b: a // b if b else 0),
    Operation("mod", ("int", "int"), "int", lambda a, b: a % b if b else 0),
    Operation("min", ("int", "int"), "int", min),
    Operation("max", ("int", "int"), "int", max),
    Operation("lt", ("int", "int"), "bool", lambda a, b: a < b),
    Operation("if_int", ("bool", "int", "int"), "int", lambda c, a, b: a if c else b),
)


def integer_leaves(x: np.ndarray, y: np.ndarray) -> dict[str, tuple[str, Behaviour]]:
    """x, y, 0, 1, 2 on these examples."""
    columns = {"x": tuple(map(int, x)), "y": tuple(map(int, y))}
    columns |= {str(value): (value,) * len(x) for value in (0, 1, 2)}
    return {name: ("int", values) for name, values in columns.items()}
