"""Piecewise-linear functions of an integer with two free knots, for all columns of a table at once."""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.search import Target, best_terms

KNOTS = 2


class Ramps(NamedTuple):
    """Knots (2, columns) and the values at 0, the knots and the end (4, columns), which determine each column."""

    knots: Int[np.ndarray, "2 columns"]
    corners: Float[np.ndarray, "4 columns"]


def fit_ramps(table: Float[np.ndarray, "n columns"]) -> Ramps:
    """Least squares of every column by a line with two knots, over all pairs of knots."""
    n, columns = table.shape
    pairs = list(itertools.combinations(range(1, n - 1), KNOTS))
    target = Target(
        values=table,
        weight=np.ones(columns),
        columns=lambda i: hats(n, pairs[i]).T,
        fixed=np.zeros((0, n)),
        count=len(pairs),
    )
    choice = best_terms(target)
    return Ramps(np.array(pairs)[choice.term].T, choice.solution)


def ramp_table(fit: Ramps, n: int) -> Float[np.ndarray, "n columns"]:
    """The fitted columns over 0 .. n - 1."""
    t = np.arange(n)
    columns = [np.interp(t, [0, *fit.knots[:, u], n - 1], fit.corners[:, u]) for u in range(fit.corners.shape[1])]
    return np.stack(columns, axis=1)


def ramp_text(fit: Ramps, column: int, n: int, name: str) -> list[str]:
    """One column's summands, as sympy strings in the integer's name."""
    places = np.array([0, *fit.knots[:, column], n - 1])
    slopes = np.diff(fit.corners[:, column]) / np.diff(places)
    line = [f"{fit.corners[0, column]:.3g}", f"{slopes[0]:.3g}*{name}"]
    turns = zip(places[1:-1], np.diff(slopes), strict=True)
    return line + [f"{turn:.3g}*Max(0, {name} - {knot})" for knot, turn in turns]


def hats(n: int, knots: tuple[int, ...]) -> Float[np.ndarray, "n corners"]:
    """Piecewise-linear functions that are 1 at one of 0, the knots, n - 1 and 0 at the others."""
    places = [0, *knots, n - 1]
    return np.stack([np.interp(np.arange(n), places, row) for row in np.eye(len(places))], axis=1)
