"""What a fitter returns, and the one price of all fits: a description length in bits.

    DL = [N/2 log2(2 pi sigma^2) + RSS / (2 sigma^2 ln 2)]  data
       + structure + sum_i [1/2 log2 I_ii + log2 |theta_i| - 1/2 log2 3]  constants, I = J^T J / sigma^2

Bartlett, Desmond and Ferreira, *Exhaustive Symbolic Regression* (IEEE TEVC 28(4), 2024, arXiv 2211.11461). A constant
below its own resolution sqrt(12 / I_ii) counts as 0. `sigma` is fixed before a search; exact targets take EXACT of
their standard deviation. N/2 log2(2 pi sigma^2) is the same for all fits of one target and is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

EXACT = 1e-6  # of the standard deviation: the least sigma
SNAPPED = 2.5  # standard errors from a whole number, within which a constant is that number
LARGEST = 1e6  # whole number that a constant is taken for
LOG2_E = 1.4426950408889634


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One unit as an expression."""

    formula: str  # sympy string in the inputs' names
    values: Float[np.ndarray, " rows"]
    bits: float  # description length, data included: for comparing fits of one target
    error: float  # root mean square residual over the target's standard deviation
    refused: tuple[str, ...] = ()  # what else was tried, and why it was not taken


def table_of(what: str, values: np.ndarray, columns: Mapping[str, np.ndarray]) -> Float[np.ndarray, "rows units"]:
    """The values as floats. ValueError unless they are (rows, units), finite, and every column has these rows."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"{what}: expected values of shape (rows, units), got {table.shape}; add an axis for one unit")
    if not np.isfinite(table).all():
        raise ValueError(f"{what}: expected finite values, got {table[~np.isfinite(table)][0]}; leave such rows out")
    for name, column in columns.items():
        if np.shape(column) != (len(table),):
            raise ValueError(
                f"{what}: expected {len(table)} rows in column {name!r}, got shape {np.shape(column)}; "
                "give one value a row of `values`"
            )
    return table


def noise_of(values: Float[np.ndarray, "rows ..."], sigma: float | None = None) -> Float[np.ndarray, "..."]:
    """The standard deviation of the noise of each unit: what is given, at least EXACT of the unit's own."""
    return np.maximum(sigma or 0.0, EXACT * np.maximum(values.std(axis=0), 1e-30))


def data_bits(rss: Float[np.ndarray, "..."], sigma: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Bits of residuals with this sum of squares."""
    return rss / (2 * sigma**2) * LOG2_E


def constant_bits(theta: Float[np.ndarray, "... k"], curvature: Float[np.ndarray, "... k"]) -> Float[np.ndarray, "..."]:
    """Bits of real constants whose second derivatives of RSS / 2 sigma^2 are `curvature`."""
    size = np.abs(theta) * np.sqrt(np.maximum(curvature, 1e-30))
    kept = size >= np.sqrt(12.0)
    return np.where(kept, np.log2(np.where(kept, size, 1.0)) - 0.5 * np.log2(3.0), 0.0).sum(axis=-1)


def integer_bits(value: int) -> float:
    """Rissanen's universal code for an integer with its sign."""
    bits, rest = float(np.log2(2.865)) + 1, float(abs(value)) + 1
    while rest > 1:
        rest = float(np.log2(rest))
        bits += max(rest, 0.0)
    return bits


def stated_bits(theta: Float[np.ndarray, " k"], curvature: Float[np.ndarray, " k"]) -> float:
    """Bits of constants of which the whole numbers are coded as such."""
    as_reals = np.array([float(constant_bits(t[None], c[None])) for t, c in zip(theta, curvature, strict=True)])
    whole = np.array([integer_bits(int(t)) if t == round(t) else np.inf for t in theta])
    return float(np.minimum(as_reals, whole).sum())


def snapped(theta: Float[np.ndarray, "..."], curvature: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Constants that are within their standard errors of a whole number as that number."""
    near = np.abs(theta - np.rint(theta)) * np.sqrt(curvature) <= SNAPPED
    return np.where(near & (np.abs(theta) < LARGEST), np.rint(theta), theta)


def relative_error(values: Float[np.ndarray, " rows"], model: Float[np.ndarray, " rows"]) -> float:
    """Root mean square residual over the standard deviation."""
    return float(np.sqrt(((values - model) ** 2).mean()) / max(float(values.std()), 1e-30))


def class_sums(
    values: Float[np.ndarray, "rows units"], classes: Int[np.ndarray, " rows"], count: int
) -> Float[np.ndarray, "classes units"]:
    """Sums of all units over each class, in one bincount."""
    units = values.shape[1]
    cells = classes[:, None] * units + np.arange(units)
    return np.bincount(cells.ravel(), weights=values.ravel(), minlength=count * units).reshape(count, units)
