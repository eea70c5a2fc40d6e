"""Boolean functions on the cube {0, 1}^n: Walsh-Hadamard transform, influences, parities, symmetric functions.

A function is an array of 0 and 1 of shape (2,) * n, one axis a bit. Definitions as in O'Donnell, Analysis of Boolean
Functions, chapters 1 and 2.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

INFLUENCE_FLOOR = 1e-3  # influences below this are alike
PROJECTION = 0.99  # share of inputs on which a function of the kept bits alone has to agree
PARITY = 0.98  # |coefficient| of a parity


@dataclass(frozen=True, slots=True, kw_only=True)
class Symmetric:
    """A function of how many bits are set: its value for 0 .. n of them."""

    values: tuple[int, ...]


def cube_of(answers: Int[np.ndarray, " rows"], bits: Int[np.ndarray, "rows n"]) -> Int[np.ndarray, "..."]:
    """Answers as an array (2,) * n, whatever the order of the rows."""
    cube = np.zeros((2,) * bits.shape[1], dtype=np.int8)
    cube[tuple(bits.T)] = answers
    return cube


def walsh(values: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Coefficient of each product of signs (bit 0 is sign +1), an array (2,) * n; the subset is the index."""
    result = np.asarray(values, dtype=np.float64)
    for axis in range(result.ndim):
        zero, one = np.take(result, 0, axis), np.take(result, 1, axis)
        result = np.stack([zero + one, zero - one], axis)
    return result / result.size


def signs_of(cube: Int[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """+1 for 0 and -1 for 1, so that a parity is a product of signs."""
    return 1.0 - 2.0 * cube


def first_degree(cube: Int[np.ndarray, "..."]) -> Float[np.ndarray, " n"]:
    """Coefficients of the single bits in {-1, 1}, positive where a set bit makes 1 more likely (Chow parameters)."""
    return np.array([(np.take(cube, 1, i).mean() - np.take(cube, 0, i).mean()) for i in range(cube.ndim)])


def influences(cube: Int[np.ndarray, "..."]) -> Float[np.ndarray, " n"]:
    """Share of inputs on which flipping a bit changes the value."""
    return np.array([(np.take(cube, 0, i) != np.take(cube, 1, i)).mean() for i in range(cube.ndim)])


def relevant_bits(cube: Int[np.ndarray, "..."]) -> tuple[int, ...]:
    """The bits above the largest gap in influence below which nothing is lost; all of them where there is no gap.

    None for a constant.
    """
    influence = influences(cube)
    if not influence.any():
        return ()
    order = np.argsort(-influence, kind="stable")
    floor = np.log(np.append(influence[order], 0.0) + INFLUENCE_FLOOR)
    gaps = floor[:-1] - floor[1:]
    for cut in np.argsort(-gaps, kind="stable"):
        kept = tuple(sorted(int(i) for i in order[: cut + 1]))
        if agreement_of(cube, project(cube, kept), kept) >= PROJECTION:
            return kept
    return tuple(range(cube.ndim))


def project(cube: Int[np.ndarray, "..."], kept: tuple[int, ...]) -> Int[np.ndarray, "..."]:
    """The majority's answer for each value of the kept bits."""
    dropped = tuple(i for i in range(cube.ndim) if i not in kept)
    return (cube.mean(axis=dropped) > 0.5).astype(np.int8) if dropped else cube


def agreement_of(cube: Int[np.ndarray, "..."], table: Int[np.ndarray, "..."], kept: tuple[int, ...]) -> float:
    """Share of inputs on which a function of the kept bits equals the cube."""
    shape = tuple(2 if i in kept else 1 for i in range(cube.ndim))
    return float((cube == table.reshape(shape)).mean())


def parity_of(cube: Int[np.ndarray, "..."]) -> tuple[tuple[int, ...], bool] | None:
    """The bits of the parity that the function is nearly, and whether it is negated; None when it is none."""
    coefficients = walsh(signs_of(cube))
    top = np.unravel_index(int(np.argmax(np.abs(coefficients))), cube.shape)
    if abs(coefficients[top]) < PARITY:
        return None
    return tuple(int(i) for i in np.flatnonzero(top)), bool(coefficients[top] < 0)


def symmetric_of(cube: Int[np.ndarray, "..."]) -> Symmetric | None:
    """The function of the count that the cube is, exactly; None when it is none."""
    count = np.indices(cube.shape).sum(axis=0).ravel() if cube.ndim else np.zeros(1, dtype=int)
    total = np.bincount(count, minlength=cube.ndim + 1)
    ones = np.bincount(count, cube.ravel(), minlength=cube.ndim + 1)
    if ((ones != 0) & (ones != total)).any():
        return None
    return Symmetric(values=tuple(int(v) for v in (ones == total)))
