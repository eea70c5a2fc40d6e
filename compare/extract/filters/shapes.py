"""The second layer: every filter as a short list of (first-layer formula, offset, weight).

The terms are read off what the formulas of the first layer make of images, never the net's own first layer: of the
places around a unit those that explain most of it, one after the other (orthogonal matching pursuit on covariances),
with weights by least squares. The control takes as many places at random, with weights fitted alike.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Array, Float, Int

from compare.extract.filters.kernels import Kernel

RIDGE = 1e-6  # of the mean variance of a place


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """A kernel with few weights a filter."""

    kernel: Kernel
    shape: tuple[int, ...]
    terms: int  # a filter, at most

    def values(self, source: Float[Array, "n rows columns channels"]) -> Float[Array, "n rows columns filters"]:
        return self.kernel.applied(source, self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Covariances of the places around a unit with each other and with the units, and their means."""

    kernel: Kernel
    shape: tuple[int, ...]
    gram: Float[np.ndarray, "places places"]
    moments: Float[np.ndarray, "places filters"]
    means: Float[np.ndarray, " places"]
    goal: Float[np.ndarray, " filters"]


def seen(
    kernel: Kernel,
    source: Float[np.ndarray, "n rows columns channels"],
    target: Float[np.ndarray, "n rows columns filters"],
) -> Seen:
    """What the places around each unit hold, of the source as the formulas have it."""
    around = _around(kernel, source.astype(np.float64), target.shape[1:3])
    wanted = target.reshape(-1, target.shape[-1]).astype(np.float64)
    means, goal = around.mean(axis=0), wanted.mean(axis=0)
    apart = around - means
    gram = apart.T @ apart / len(apart)
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    moments = apart.T @ (wanted - goal) / len(apart)
    return Seen(kernel=kernel, shape=target.shape[1:], gram=gram, moments=moments, means=means, goal=goal)


def _around(kernel: Kernel, source: np.ndarray, shape: tuple[int, ...]) -> Float[np.ndarray, "units places"]:
    """A row a unit: rows, columns and channels of the places that its filter covers, 0 beyond the edge."""
    parts = []
    for axis in (0, 1):
        given, size = source.shape[1 + axis], kernel.weights.shape[axis]
        parts.append(kernel.stride * np.arange(shape[axis])[:, None] + kernel.offset[axis] + np.arange(size))
        parts.append((parts[-1] >= 0) & (parts[-1] < given))
    rows, inside_rows, columns, inside_columns = parts
    clipped = np.clip(rows, 0, source.shape[1] - 1), np.clip(columns, 0, source.shape[2] - 1)
    values = source[:, clipped[0][:, None, :, None], clipped[1][None, :, None, :]]  # (n, rows, columns, i, j, channels)
    inside = inside_rows[:, None, :, None] & inside_columns[None, :, None, :]
    return (values * inside[..., None]).reshape(-1, int(np.prod(kernel.weights.shape[:3])))


def pursued(found: Seen, most: int) -> Int[np.ndarray, "filters terms"]:
    """For each unit the places in the order in which they explain most beside those before."""
    chosen = np.zeros((found.moments.shape[1], most), dtype=int)
    spread = np.diag(found.gram).copy()
    for unit, moment in enumerate(found.moments.T):
        picked: list[int] = []
        rest, size = moment.copy(), spread.copy()
        basis = np.zeros((0, len(moment)))
        for _ in range(most):
            gain = np.where(size > 1e-9 * spread.max(), rest**2 / np.maximum(size, 1e-30), 0.0)
            gain[picked] = -1.0
            best = int(gain.argmax())
            along = (found.gram[best] - basis.T @ basis[:, best]) / np.sqrt(max(float(size[best]), 1e-30))
            rest, size = rest - along * rest[best] / np.sqrt(max(float(size[best]), 1e-30)), size - along**2
            basis = np.concatenate([basis, along[None]])
            picked.append(best)
        chosen[unit] = picked
    return chosen


def at_random(found: Seen, most: int, seed: int) -> Int[np.ndarray, "filters terms"]:
    rng = np.random.default_rng([seed, 63])
    places, units = found.moments.shape
    return np.stack([rng.permutation(places)[:most] for _ in range(units)])


def shapes_of(found: Seen, places: Int[np.ndarray, "filters terms"]) -> Shapes:
    """Weights of these places by least squares, and what makes good for the mean of all others."""
    weights = np.zeros_like(found.moments)
    for unit, some in enumerate(places):
        weights[some, unit] = np.linalg.solve(found.gram[np.ix_(some, some)], found.moments[some, unit])
    kernel = found.kernel
    filled = replace(kernel, weights=weights.reshape(kernel.weights.shape), bias=found.goal - found.means @ weights)
    return Shapes(kernel=filled, shape=found.shape, terms=places.shape[1])
