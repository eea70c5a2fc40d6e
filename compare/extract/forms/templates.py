"""The template of a unit over bits: act(scale (form + bias)), the form a sum of bits (as -1 and 1) with small integers.

Every unit has candidates: its weights rounded to integers at many scales, to powers of two, and the same with the
weights of paired bits tied. It takes the cheapest one that misses no more of its weights than a tolerance, which is
declared for the whole net.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from compare.extract.forms.prices import Pairs, own_bits
from compare.sites.bits import BitUnits

TOLERANCES = (0.1, 0.03, 0.01, 0.001)  # of the squares of a unit's weights
EVEN = 12  # the largest integer of an even rounding
SCALES = 72
DRAWS = 64  # of a control's form
OCTAVES = 7  # of a rounding to powers of two


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """pre = scale (signs @ weights + bias); units that read no bit have no weights."""

    weights: Int[np.ndarray, "n units"]
    scale: Float[np.ndarray, " units"]  # > 0
    bias: Float[np.ndarray, " units"]

    def pre(self, signs: Float[np.ndarray, "rows n"]) -> Float[np.ndarray, "rows units"]:
        """The pre-activations that they stand for."""
        return (signs @ self.weights + self.bias) * self.scale


def others_than(weights: Int[np.ndarray, "n units"], seed: int) -> Int[np.ndarray, "n units"]:
    """Each unit's integers on other bits, with other signs: of many draws the one least like its own."""
    rng = np.random.default_rng([seed, 16])
    best, likeness = np.zeros_like(weights), np.full(weights.shape[1], np.inf)
    for _ in range(DRAWS):
        draw = rng.permuted(weights, axis=0) * rng.choice([-1, 1], size=weights.shape)
        alike = np.abs((draw * weights).sum(axis=0))
        best[:, alike < likeness] = draw[:, alike < likeness]
        likeness = np.minimum(alike, likeness)
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Integer forms that are proposed for each unit: what they cost, and the share of its weights that they miss."""

    weights: Int[np.ndarray, "tried n units"]
    bits: Float[np.ndarray, "tried units"]
    missed: Float[np.ndarray, "tried units"]

    @classmethod
    def of(cls, weights: Float[np.ndarray, "n units"], pairs: Pairs) -> "Candidates":
        """Roundings of the weights."""
        weights = weights.astype(np.float64)
        found = np.stack(list(_candidates(weights, pairs)))
        along, square = (weights * found).sum(axis=1), (found**2).sum(axis=1)
        whole = np.maximum((weights**2).sum(axis=0), 1e-30)
        flat = np.moveaxis(found, 1, 0).reshape(len(weights), -1)
        return cls(
            weights=found,
            bits=own_bits(flat, pairs).reshape(square.shape),
            missed=1 - along**2 / (whole * np.maximum(square, 1)),
        )

    def within(self, tolerance: float) -> Int[np.ndarray, "n units"]:
        """The cheapest of each unit within the tolerance, or the one that misses least."""
        near = self.missed <= np.maximum(tolerance, self.missed.min(axis=0))
        best = np.where(near, self.bits + self.missed, np.inf).argmin(axis=0)
        return self.weights[best, :, np.arange(len(best))].T


def scaled(units: BitUnits, weights: Int[np.ndarray, "n units"]) -> Forms:
    """These forms with the scale and the bias that are nearest to each unit's own; a negative scale turns the form."""
    weights = weights // np.maximum(np.gcd.reduce(weights, axis=0), 1)
    along = (units.weights * weights).sum(axis=0) / np.maximum((weights**2).sum(axis=0), 1)
    size = np.maximum(np.abs(along), 1e-30)
    live = weights.any(axis=0)
    return Forms(
        weights=np.where(along < 0, -weights, weights),
        scale=np.where(live, size, 1.0),
        bias=units.bias / np.where(live, size, 1.0),
    )


def _candidates(weights: Float[np.ndarray, "n units"], pairs: Pairs) -> Iterator[Int[np.ndarray, "n units"]]:
    tied = pairs.tied(weights)
    for given in (weights,) if tied is None else (weights, tied):
        relative = given / np.maximum(np.abs(given).max(axis=0), 1e-30)
        for scale in np.linspace(0.5, EVEN + 0.49, SCALES):
            yield np.rint(relative * scale).astype(np.int64)
        for octave in range(1, OCTAVES):
            power = np.rint(np.log2(np.maximum(np.abs(relative), 1e-30)) + octave)
            yield (np.sign(relative) * np.where(power >= 0, 2.0**power, 0.0)).astype(np.int64)
