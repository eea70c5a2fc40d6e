"""The targets of INT-24: integer functions of two arguments, as numpy; the sizes are of programs written by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

EXAMPLES, HELD_OUT = 16, 1000
RANGE = 20  # arguments are drawn from -20 .. 20
Ints = Int[np.ndarray, " rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A function to find from examples; `size` is that of a program for it in the language of RATE."""

    name: str
    size: int
    oracle: Callable[[Ints, Ints], Ints]
    seed: int


def rows(target: Target) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Arguments of the examples and of the held-out rows, no pair twice."""
    side = 2 * RANGE + 1
    drawn = np.random.default_rng(target.seed).permutation(side * side)[: EXAMPLES + HELD_OUT]
    x, y = (part - RANGE for part in np.divmod(drawn.astype(np.int64), side))
    return (x[:EXAMPLES], y[:EXAMPLES]), (x[EXAMPLES:], y[EXAMPLES:])


TARGETS = tuple(
    Target(name=name, size=size, oracle=oracle, seed=seed)
    for seed, (name, size, oracle) in enumerate(
        (
            ("x*y + 2", 5, lambda x, y: x * y + 2),
            ("max(x, y*y)", 5, lambda x, y: np.maximum(x, y * y)),
            ("x//2 + y", 5, lambda x, y: x // 2 + y),
            ("x*x + y*y", 7, lambda x, y: x * x + y * y),
            ("|x - y|", 7, lambda x, y: np.abs(x - y)),
            ("x**3 - y", 7, lambda x, y: x**3 - y),
            ("min(x*x, y + 2)", 7, lambda x, y: np.minimum(x * x, y + 2)),
            ("x*y if x >= 0 else y", 8, lambda x, y: np.where(x < 0, y, x * y)),
            ("(x + y)*(x - y) + 1", 9, lambda x, y: (x + y) * (x - y) + 1),
            ("(x*x + y) % 3", 9, lambda x, y: (x * x + y) % 3),
            ("2*relu(x - y) + 1", 9, lambda x, y: 2 * np.maximum(x - y, 0) + 1),
            ("x*x*y + 2*y + x", 9, lambda x, y: x * x * y + 2 * y + x),
            ("(x*x - y*y) // 2", 9, lambda x, y: (x * x - y * y) // 2),
            ("x*y if x < y else x + y", 10, lambda x, y: np.where(x < y, x * y, x + y)),
            ("y//2 if x < y else x*x", 10, lambda x, y: np.where(x < y, y // 2, x * x)),
            ("(x%2)*y + (y%2)*x", 11, lambda x, y: x % 2 * y + y % 2 * x),
            ("clip(x*y, 0, 4) + y", 11, lambda x, y: np.clip(x * y, 0, 4) + y),
            ("|x| + |y|", 11, lambda x, y: np.abs(x) + np.abs(y)),
            ("(x + y)**2 + x - y", 11, lambda x, y: (x + y) ** 2 + x - y),
            ("(x//2)*(y//2) + x%2", 11, lambda x, y: x // 2 * (y // 2) + x % 2),
            ("-y if x < 0 else min(x, y)*2", 12, lambda x, y: np.where(x < 0, -y, np.minimum(x, y) * 2)),
            ("x*y + 1 if x < y else 2*(x - y)", 14, lambda x, y: np.where(x < y, x * y + 1, 2 * (x - y))),
            ("x*x + y if x < y else y*y - x", 14, lambda x, y: np.where(x < y, x * x + y, y * y - x)),
            ("x**3 + y**3 - x*y", 15, lambda x, y: x**3 + y**3 - x * y),
        )
    )
)
