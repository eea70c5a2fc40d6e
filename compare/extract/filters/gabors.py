"""Filters as formulas: a Gabor function each (Daugman 1985); as their control the best round blobs, without direction.

A Gabor is A exp(-(u^2 + g^2 v^2) / (2 s^2)) cos(2 pi u / l + phi), (u, v) the place beside (x, y), turned by theta. The
control is a sum of two round Gaussians about one centre, which any smooth filter resembles.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

STARTS = 24  # from which a formula is fitted
EVALUATIONS = 60  # of the residuals, from each start
DIGITS = 3  # of a constant in a text
HALF = -1.0  # in a bound: half the filter's side


class Word(NamedTuple):
    """A constant, with the least and the most that it may be."""

    name: str
    least: float
    most: float


GABOR = (
    Word("A", -8.0, 8.0),
    Word("x", HALF, HALF),
    Word("y", HALF, HALF),
    Word("theta", -2 * np.pi, 3 * np.pi),
    Word("l", 2.0, 20.0),
    Word("s", 0.5, 8.0),
    Word("g", 0.05, 3.0),
    Word("phi", -3 * np.pi, 3 * np.pi),
)
BLOB = (
    Word("A", -9.0, 9.0),
    Word("x", HALF, HALF),
    Word("y", HALF, HALF),
    Word("s", 0.4, 4.0),
    Word("B", -9.0, 9.0),
    Word("t", 0.4, 8.0),
)


class Formula(NamedTuple):
    """A filter's constants, in the order of GABOR or BLOB, and the share of its energy that they leave."""

    constants: Float[np.ndarray, " constants"]
    missed: float
    drawn: Callable[[Float[np.ndarray, " constants"], tuple[int, int]], Float[np.ndarray, "rows columns"]]

    def filter(self, shape: tuple[int, int]) -> Float[np.ndarray, "rows columns"]:
        return self.drawn(self.constants, shape)


def gabor(constants: Float[np.ndarray, " constants"], shape: tuple[int, int]) -> Float[np.ndarray, "rows columns"]:
    size, x, y, theta, length, spread, narrow, phi = constants
    down, right = _places(shape)
    u = (right - x) * np.cos(theta) + (down - y) * np.sin(theta)
    v = -(right - x) * np.sin(theta) + (down - y) * np.cos(theta)
    return size * np.exp(-(u**2 + (narrow * v) ** 2) / (2 * spread**2)) * np.cos(2 * np.pi * u / length + phi)


def blob(constants: Float[np.ndarray, " constants"], shape: tuple[int, int]) -> Float[np.ndarray, "rows columns"]:
    size, x, y, spread, other, wide = constants
    down, right = _places(shape)
    far = (right - x) ** 2 + (down - y) ** 2
    return size * np.exp(-far / (2 * spread**2)) + other * np.exp(-far / (2 * wide**2))


def _places(shape: tuple[int, int]) -> tuple[Float[np.ndarray, "rows columns"], Float[np.ndarray, "rows columns"]]:
    down, right = (np.arange(size) - (size - 1) / 2 for size in shape)
    return np.broadcast_to(down[:, None], shape), np.broadcast_to(right[None], shape)


def fitted(weights: Float[np.ndarray, "rows columns"], seed: int, *, round_blob: bool = False) -> Formula:
    """The formula that leaves least of a filter's energy."""
    words, drawn = (BLOB, blob) if round_blob else (GABOR, gabor)
    scale = max(float(np.abs(weights).max()), 1e-30)
    low, high = _bounds(words, weights.shape)
    rng = np.random.default_rng([seed, 62])
    best, least = low, np.inf
    for start in range(STARTS):
        begin = low + (high - low) * rng.uniform(0.2, 0.8, len(words))
        begin[0] = rng.choice([-1.0, 1.0])
        if not round_blob:
            begin[3], begin[4:7] = np.pi * start / STARTS * 2, rng.uniform([3.0, 1.2, 0.3], [9.0, 3.0, 1.0])
        found = least_squares(
            lambda given: (drawn(given, weights.shape) - weights / scale).ravel(),
            begin,
            bounds=(low, high),
            max_nfev=EVALUATIONS,
        )
        if found.cost < least:
            best, least = found.x, float(found.cost)
    constants = best.copy()
    constants[[i for i, word in enumerate(words) if word.name in "AB"]] *= scale
    energy = max(float((weights**2).sum()), 1e-30)
    return Formula(constants, float(((weights - drawn(constants, weights.shape)) ** 2).sum()) / energy, drawn)


def _bounds(words: tuple[Word, ...], shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    half = max(shape) / 2
    ends = [(-half, half) if word.least == word.most == HALF else (word.least, word.most) for word in words]
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def text(formula: Formula) -> str:
    """A Gabor as a sympy string in x and y, the places beside the middle of the filter."""
    size, x, y, theta, length, spread, narrow, phi = (float(f"{c:.{DIGITS}g}") for c in formula.constants)
    u = f"(cos({theta:g})*(x - {x:g}) + sin({theta:g})*(y - {y:g}))"
    v = f"(cos({theta:g})*(y - {y:g}) - sin({theta:g})*(x - {x:g}))"
    wave = f"cos({2 * np.pi / length:.{DIGITS}g}*{u} + {phi:g})"
    return f"{size:g}*exp(-({u}**2 + {narrow**2:.{DIGITS}g}*{v}**2)/{2 * spread**2:.{DIGITS}g})*{wave}".replace(
        "- -", "+ "
    )
