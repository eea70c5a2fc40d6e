"""Sampled inputs of a goal: corner cases, numbers of the specification and their neighbours, small and random ones."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Shaped

from synth.language.literals import value_of
from synth.language.program import Apply, Terminal
from synth.language.types import BOOL, dtype_of, plain
from synth.proofs.constraints.expression import Columns
from synth.proofs.constraints.goal import Goal

SMALL, MIDDLE, LARGE = 3, 20, 1000  # of random integers


def draw(goal: Goal, rows: int, seed: int) -> Columns:
    """Columns of shape (rows,), one a variable; the first rows are the same corner case in all variables."""
    random = np.random.default_rng(seed)
    named = numbers(goal)
    return {variable.name: column(variable, named, rows, random) for variable in goal.variables}


def numbers(goal: Goal) -> tuple[int, ...]:
    """The literals of the constraints."""
    bodies = [constraint.body for constraint in goal.constraints]
    found = {value_of(node.primitive) for body in bodies for node in body.nodes if isinstance(node, Apply)}
    return tuple(sorted(value for value in found if value is not None))


def column(
    variable: Terminal, named: Sequence[int], rows: int, random: np.random.Generator
) -> Shaped[np.ndarray, " rows"]:
    kind = plain(variable.type)
    if kind == BOOL:
        return random.integers(0, 2, rows).astype(bool)
    if kind.width is not None:
        return words(kind.width, named, rows, random)
    corners = np.unique([0, 1, -1, 2, *named, *(n + 1 for n in named), *(n - 1 for n in named)])
    bounds = random.choice([SMALL, MIDDLE, LARGE], rows, p=[0.35, 0.4, 0.25])
    drawn = random.integers(-bounds, bounds + 1)
    picked = np.where(random.random(rows) < 0.2, random.choice(corners, rows), drawn)
    return first_same(picked, corners).astype(dtype_of(kind))


def words(width: int, named: Sequence[int], rows: int, random: np.random.Generator) -> Shaped[np.ndarray, " rows"]:
    mask = (1 << width) - 1
    near = [n + d for n in (0, 1 << (width - 1), *named) for d in (-1, 0, 1)]
    corners = np.array(list(dict.fromkeys(n & mask for n in (*near, *(1 << i for i in range(width))))), np.uint64)
    drawn = random.integers(0, mask, rows, dtype=np.uint64, endpoint=True)
    shorter = drawn >> random.integers(0, width, rows).astype(np.uint64)
    mixed = np.where(random.random(rows) < 0.5, drawn, shorter)
    return first_same(np.where(random.random(rows) < 0.2, random.choice(corners, rows), mixed), corners)


def first_same(values: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The first rows are the corner cases themselves, which are then met by all variables at once."""
    count = min(len(corners), len(values) // 4)
    values = values.copy()
    values[:count] = corners[:count]
    return values


def joined(columns: Mapping[str, np.ndarray], more: Mapping[str, np.ndarray]) -> Columns:
    """Columns with others below."""
    return {name: np.concatenate([values, more[name]]) for name, values in columns.items()}
