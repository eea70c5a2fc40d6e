"""Constants on few levels, as a code states them."""

from dataclasses import replace

import numpy as np
from jaxtyping import Complex, Float, Int

from compare.fit.characters import Waves

OCTAVES = 6.0  # of a log-amplitude, below the largest


def log_levels(
    values: Float[np.ndarray, "*n"], levels: int, octaves: float = OCTAVES, top: float | None = None
) -> Float[np.ndarray, "*n"]:
    """Nearest of `levels` values spaced evenly in the logarithm over 2^-octaves .. 1 of the largest (or of `top`)."""
    top = max(float(values.max(initial=0.0)), 1e-30) if top is None else top
    step = octaves / (levels - 1)
    level = np.rint(np.log2(np.maximum(values / top, 2.0**-octaves)) / step)
    return top * 2.0 ** (np.clip(level, -(levels - 1), 0) * step)


def phase(values: Complex[np.ndarray, "*n"], q: int) -> Complex[np.ndarray, "*n"]:
    """Unit complex number of the nearest of 2^q phases."""
    step = 2 * np.pi / 2**q
    return np.exp(1j * np.round(np.angle(values) / step) * step)


def rough_waves(waves: Waves, kept: Int[np.ndarray, " kept"], q: int, levels: int, bias_bits: int) -> Waves:
    """Some units' waves with phases of q bits, log-amplitudes on few levels and a bias of a few bits."""
    a, b = waves.a[kept], waves.b[kept]
    return replace(
        waves,
        wave=waves.wave[kept],
        bias=uniform(waves.bias[kept], bias_bits),
        a=log_levels(np.abs(a), levels) * phase(a, q),
        b=log_levels(np.abs(b), levels) * phase(b, q),
        extra=waves.extra[:, kept],
        explained=waves.explained[kept],
    )


def uniform(values: Float[np.ndarray, "*n"], bits: int) -> Float[np.ndarray, "*n"]:
    """Nearest of 2^bits - 1 even levels, symmetric about 0, up to the largest magnitude."""
    top = max(float(np.abs(values).max(initial=0.0)), 1e-30)
    levels = 2 ** (bits - 1) - 1
    return np.round(values / top * levels) / levels * top
