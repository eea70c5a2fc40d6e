"""Nonlinearities of neurons: value, slope, inverse on the rows where there is one, and how each is written.

GELU: Hendrycks and Gimpel (arXiv 1606.08415), exact and by tanh; SiLU: Elfwing et al. (arXiv 1702.03118). Sigmoid is
tanh up to affine maps and has no link of its own where the scale is free.
"""

from collections.abc import Callable
from functools import partial
from math import pi, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import erf

NEWTON = 40
BRINK = 1e-7  # distance from the ends of a bounded range within which a value has no inverse to speak of


class Link(NamedTuple):
    """A nonlinearity, its slope, how it is written ({} once or more), whether its scale is free (else the weights').

    `inverse` gives NaN where the value has no single inverse.
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    text: str
    scaled: bool
    inverse: Callable[[np.ndarray], np.ndarray] | None = None


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * z))


def _sigmoid_slope(z: np.ndarray) -> np.ndarray:
    return _sigmoid(z) * (1 - _sigmoid(z))


def _silu(z: np.ndarray) -> np.ndarray:
    return z * _sigmoid(z)


def _silu_slope(z: np.ndarray) -> np.ndarray:
    return _sigmoid(z) + z * _sigmoid_slope(z)


def _gelu(z: np.ndarray) -> np.ndarray:
    return 0.5 * z * (1 + erf(z / sqrt(2)))


def _gelu_slope(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + erf(z / sqrt(2))) + z * np.exp(-np.minimum(z**2, 1400.0) / 2) / sqrt(2 * pi)


def _bent(z: np.ndarray) -> np.ndarray:
    return sqrt(2 / pi) * (z + 0.044715 * z**3)


def _gelu_tanh(z: np.ndarray) -> np.ndarray:
    return 0.5 * z * (1 + np.tanh(_bent(z)))


def _gelu_tanh_slope(z: np.ndarray) -> np.ndarray:
    t = np.tanh(_bent(z))
    return 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * sqrt(2 / pi) * (1 + 3 * 0.044715 * z**2)


def _softplus(z: np.ndarray) -> np.ndarray:
    return np.logaddexp(0.0, z)


def _exp(z: np.ndarray) -> np.ndarray:
    return np.exp(np.clip(z, -700.0, 700.0))


def _rising(
    value: Callable[[np.ndarray], np.ndarray], slope: Callable[[np.ndarray], np.ndarray], y: np.ndarray
) -> np.ndarray:
    """Inverse on y > 0 of a gate that rises from 0 at 0 and ends as the identity, by Newton's method."""
    live = y > BRINK * max(float(np.abs(y).max(initial=0.0)), 1e-30)
    goal = np.where(live, y, 1.0)
    z = goal + 0.5
    for _ in range(NEWTON):
        z = np.maximum(z - (value(z) - goal) / slope(z), 1e-12)
    return np.where(live, z, np.nan)


def _where(live: np.ndarray, inverse: Callable[[np.ndarray], np.ndarray], y: np.ndarray, safe: float) -> np.ndarray:
    return np.where(live, inverse(np.where(live, y, safe)), np.nan)


def _above(y: np.ndarray) -> np.ndarray:
    """Rows clearly above 0."""
    return y > BRINK * max(float(np.abs(y).max(initial=0.0)), 1e-30)


def _relu_inverse(y: np.ndarray) -> np.ndarray:
    return np.where(_above(y), y, np.nan)


def _tanh_inverse(y: np.ndarray) -> np.ndarray:
    return _where(np.abs(y) < 1 - BRINK, np.arctanh, y, 0.0)


def _softplus_inverse(y: np.ndarray) -> np.ndarray:
    return _where(_above(y), lambda v: v + np.log(-np.expm1(-v)), y, 1.0)


def _exp_inverse(y: np.ndarray) -> np.ndarray:
    return _where(_above(y), np.log, y, 1.0)


def _leaky(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0.01 * z)


def _elu(z: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))


def _elu_inverse(y: np.ndarray) -> np.ndarray:
    return _where(y > -1 + BRINK, lambda v: np.where(v > 0, v, np.log1p(np.minimum(v, 0.0))), y, 0.0)


def clipped(low: float, high: float, brink: float = 0.0) -> Link:
    """The identity between two ends; values within `brink` of one have no inverse."""

    def inverse(y: np.ndarray) -> np.ndarray:
        edge = max(brink, BRINK * (high - low))
        inside = (y > low + edge) & (y < high - edge)
        return np.where(inside, y, np.nan)

    return Link(
        "clip",
        lambda z: np.clip(z, low, high),
        lambda z: ((z > low) & (z < high)).astype(float),
        f"Min({high:.10g}, Max({low:.10g}, {{}}))",
        False,
        inverse,
    )


IDENTITY = Link("identity", lambda z: z, np.ones_like, "{}", False, lambda y: y)
RELU = Link("relu", lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(float), "Max(0, {})", False, _relu_inverse)
ABS = Link("abs", np.abs, np.sign, "Abs({})", False)
SQUARE = Link("square", np.square, lambda z: 2 * z, "({})**2", False)
TANH = Link("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2, "tanh({})", True, _tanh_inverse)
SILU = Link("silu", _silu, _silu_slope, "({0})/(1 + exp(-({0})))", True, partial(_rising, _silu, _silu_slope))
GELU = Link("gelu", _gelu, _gelu_slope, "({0})*(1 + erf(({0})/sqrt(2)))/2", True, partial(_rising, _gelu, _gelu_slope))
GELU_TANH = Link(
    "gelu by tanh",
    _gelu_tanh,
    _gelu_tanh_slope,
    "({0})*(1 + tanh(sqrt(2/pi)*({0} + 0.044715*({0})**3)))/2",
    True,
    partial(_rising, _gelu_tanh, _gelu_tanh_slope),
)
SOFTPLUS = Link("softplus", _softplus, _sigmoid, "log(1 + exp({}))", True, _softplus_inverse)
EXP = Link("exp", _exp, _exp, "exp({})", True, _exp_inverse)
LEAKY = Link(
    "leaky relu",
    _leaky,
    lambda z: np.where(z > 0, 1.0, 0.01),
    "Max({0}, 0.01*({0}))",
    False,
    lambda y: np.where(y > 0, y, 100 * y),
)
ELU = Link(
    "elu",
    _elu,
    lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0.0))),
    "Max(0, {0}) + Min(0, exp({0}) - 1)",
    True,
    _elu_inverse,
)
SQRT = Link(
    "sqrt",
    lambda z: np.sqrt(np.maximum(z, 0.0)),
    lambda z: 0.5 / np.sqrt(np.maximum(z, 1e-12)),
    "sqrt({})",
    False,
    lambda y: np.where(y >= 0, y**2, np.nan),
)
RECIPROCAL = Link(
    "reciprocal",
    lambda z: 1 / np.where(np.abs(z) > 1e-12, z, 1e-12),
    lambda z: -1 / np.maximum(z**2, 1e-24),
    "1/({})",
    False,
    lambda y: 1 / np.where(np.abs(y) > 1e-12, y, np.nan),
)
LOGARITHM = Link(
    "log",
    lambda z: np.log(np.maximum(z, 1e-300)),
    lambda z: 1 / np.maximum(z, 1e-12),
    "log({})",
    True,
    lambda y: np.exp(np.minimum(y, 300.0)),
)
INVERTIBLE = (IDENTITY, RELU, TANH, SILU, GELU, GELU_TANH, SOFTPLUS, EXP, LEAKY, ELU, SQRT, RECIPROCAL, LOGARITHM)
