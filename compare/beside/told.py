"""Lines that are fitted on some rows, and how well they tell on others whether something is there."""

import numpy as np
from jaxtyping import Bool, Float

RIDGE = 1e-2  # of the mean square of a row


def told(
    fit: Float[np.ndarray, "n width"], other: Float[np.ndarray, "m width"], held: np.ndarray, there: np.ndarray
) -> float:
    """How well a line that is fitted tells on other rows: the area under its curve, NaN where nothing is to be told."""
    if held.all() or not held.any() or there.all() or not there.any():
        return float("nan")
    mean = fit.mean(axis=0, dtype=np.float64)
    centred = fit - mean
    kernel = centred @ centred.T
    kernel[np.diag_indices_from(kernel)] += RIDGE * np.trace(kernel) / len(kernel) + 1e-12
    scores = ((other - mean) @ centred.T) @ np.linalg.solve(kernel, held - held.mean())
    return area(scores, there)


def solved(
    given: Float[np.ndarray, "rows features"], wanted: Float[np.ndarray, "rows ..."], ridge: float
) -> Float[np.ndarray, "features ..."]:
    """Least squares with a little ridge, since features may tell one another."""
    gram = given.T @ given
    return np.linalg.solve(gram + ridge * max(np.trace(gram) / len(gram), 1e-30) * np.eye(len(gram)), given.T @ wanted)


def area(scores: Float[np.ndarray, " m"], there: Bool[np.ndarray, " m"]) -> float:
    """Under the curve: how often a score is above one where nothing is there."""
    above = scores[there][:, None] - scores[~there]
    return float(((above > 0) + 0.5 * (above == 0)).mean())
