"""Expressions by bits: the synthesizer's levels as a symbolic-regression engine, affine constants in closed form."""

from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.fit import Fit, constant_bits, data_bits, noise_of, relative_error, table_of
from compare.fit.write import digits, total
from synth import Budget, Level, Primitive, Type, levels
from synth.language.sympy_view import sympy_expression
from synth.library import ARITH, CONSTANTS

NAME = "enumerate"
LIBRARY = (*ARITH, *CONSTANTS[:4])
BUDGET = Budget(seconds=5.0, bits=24.0, bytes=1 << 28)
ACCEPTED = 0.05  # of the standard deviation


def enumerated(
    values: Float[np.ndarray, "rows units"],
    columns: Mapping[str, np.ndarray],
    sigma: float | None = None,
    library: Iterable[Primitive] = LIBRARY,
    budget: Budget = BUDGET,
    types: Mapping[str, Type] | None = None,
    weight: Float[np.ndarray, " rows"] | None = None,
) -> tuple[Fit | Refusal, ...]:
    """Each unit as offset + scale * expression, the expression of fewest bits in all; one search for all units.

    The search ends with the budget, or when no unit's description can become shorter by a longer expression.
    """
    values = table_of(NAME, values, columns)
    weight = np.ones(len(values)) if weight is None else np.asarray(weight, dtype=np.float64)
    goal = _Goal(values, weight, noise_of(values, sigma))
    best: list[Fit | None] = [None] * values.shape[1]
    bits = np.full(values.shape[1], np.inf)
    searched = 0.0
    for level in levels(library, columns, budget, types):
        if level.bits >= bits.max(initial=-np.inf):
            break
        searched = level.bits
        for kind in level.values:
            for unit, fit in goal.improved(level, kind, bits):
                best[unit], bits[unit] = fit, fit.bits
    why = f"no expression of at most {searched:.3g} bits leaves less than {ACCEPTED} of the deviation"
    return tuple(Refusal(extractor=NAME, reason=why) if fit is None or fit.error > ACCEPTED else fit for fit in best)


class _Goal:
    """The units, centred, and what the affine fit of a candidate to them costs."""

    def __init__(self, values: np.ndarray, weight: np.ndarray, noise: np.ndarray) -> None:
        self.values, self.weight, self.noise = values, weight, noise
        self.total = weight.sum()
        self.mean = weight @ values / self.total
        self.centred = values - self.mean
        self.power = weight @ self.centred**2

    def improved(self, level: Level, kind: Type, bits: np.ndarray) -> list[tuple[int, Fit]]:
        """The best candidate of a level for each unit that it describes in fewer bits than before."""
        raw = np.asarray(level.values[kind], dtype=np.float64)
        finite = np.isfinite(raw).all(axis=0) & (np.abs(raw).max(axis=0) < 1e9)
        table = np.where(finite, raw, 0.0)
        mean = self.weight @ table / self.total
        table = table - mean
        power = self.weight @ table**2
        live = power > 1e-12 * self.total
        slope = (table * self.weight[:, None]).T @ self.centred / np.where(live, power, 1.0)[:, None]
        slope = np.where(live[:, None], slope, 0.0)
        rss = np.maximum(self.power - slope**2 * power[:, None], 0.0)
        curvature = np.stack(
            [power[:, None] / self.noise**2, np.broadcast_to(self.total / self.noise**2, rss.shape)], -1
        )
        offset = self.mean - slope * mean[:, None]
        theta = np.stack([slope, offset], axis=-1)
        all_bits = level.bits + data_bits(rss, self.noise) + constant_bits(theta, curvature)
        best = np.argmin(all_bits, axis=0)
        return [
            (unit, self._fit(level, kind, int(i), raw[:, i], theta[i, unit], float(all_bits[i, unit]), unit))
            for unit, i in enumerate(best)
            if all_bits[i, unit] < bits[unit]
        ]

    def _fit(self, level: Level, kind: Type, i: int, raw: np.ndarray, theta: np.ndarray, bits: float, unit: int) -> Fit:
        slope, offset = float(theta[0]), float(theta[1])
        model = offset + slope * raw if slope else np.full(len(raw), offset)
        text = _text(level, kind, i, slope, offset, float(np.sqrt(self.power[unit] / self.total)))
        return Fit(formula=text, values=model, bits=bits, error=relative_error(self.values[:, unit], model))


def _text(level: Level, kind: Type, i: int, slope: float, offset: float, deviation: float) -> str:
    if slope == 0:
        return digits(offset)
    text = str(sympy_expression(level.program(kind, i)))
    return total([(slope, text)], offset if abs(offset) >= 1e-9 * deviation else 0.0)
