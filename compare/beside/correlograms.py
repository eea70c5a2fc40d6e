"""Autocorrelograms of maps over the plane, how hexagonal and how periodic they are, and maps that are neither.

An autocorrelogram is its own half-turn, so that all is read from half-circles about its centre.
"""

from functools import cache

import numpy as np
from jaxtyping import Float
from scipy import fft, sparse

INNER, LEAST = 0.2, 0.4  # of a map's side: radii of all rings' inner end, and of the least outer one
FAR = 0.75  # of a map's side, the lags in which periods are looked for; beyond, too few bins overlap
DEGREES = 5  # between rays
OVERLAP = 20  # bins, below which there is no correlation
FLAT = 1e-3  # of a map's variance, below which a part of it has no correlation

Maps = Float[np.ndarray, "maps bins bins"]
Lags = Float[np.ndarray, "maps lags lags"]  # each axis from -(bins - 1) to bins - 1


def grid_scores(maps: Maps) -> Float[np.ndarray, " maps"]:
    """(r60 + r120) / 2 - (r30 + r90 + r150) / 3, the largest over rings of one inner and several outer radii.

    r60 is the correlation of a ring of the autocorrelogram with itself, turned by 60 degrees (Sargolini et al. 2006;
    Langston et al. 2010); here r120 = r60 and r150 = r30. Radii are those of Sorscher et al. 2019.
    """
    bins = maps.shape[-1]
    radii = np.arange(round(INNER * bins), bins)
    rings = on_rays(correlations(maps))[:, radii - 1]
    outer = np.arange(round(LEAST * bins), bins) - radii[0]
    number = (radii * rings.shape[-1]).cumsum()[outer]

    def mean(values: np.ndarray) -> np.ndarray:
        return (values.sum(axis=-1) * radii).cumsum(axis=1)[:, outer] / number

    centre = mean(rings) ** 2
    spread = np.maximum(mean(rings**2) - centre, 1e-9)
    by = {turn: (mean(rings * np.roll(rings, turn // DEGREES, axis=-1)) - centre) / spread for turn in (30, 60, 90)}
    return np.asarray((by[60] - (2 * by[30] + by[90]) / 3).max(axis=1))


def rises(maps: Maps) -> Float[np.ndarray, " maps"]:
    """How far the autocorrelogram's largest peak away from the centre is above the trough on the way to it.

    A ramp and a single field have peaks of Pearson's correlation far out; what is periodic falls and rises again. So
    here covariances are about the mean of the whole map.
    """
    rays = on_rays(covariances(maps))[:, : round(FAR * maps.shape[-1])]
    return np.asarray((rays - np.minimum.accumulate(rays, axis=1)).max(axis=(1, 2)))


def correlations(maps: Maps) -> Lags:
    """Pearson's, of a map and itself moved by each lag, where both are; 0 where few bins overlap or one is flat."""
    maps = standard(maps)
    once, twice, whole = (spectrum(each) for each in (maps, maps**2, np.ones_like(maps[:1])))
    count = overlaps(maps.shape[-1])
    mean, square = (lags(each * whole.conj()) / count for each in (once, twice))
    variance = np.maximum(square - mean**2, 0)
    known = (count >= OVERLAP) & (np.minimum(variance, half_turn(variance)) > FLAT)
    product = np.where(known, variance * half_turn(variance), 1)
    return np.where(known, (lags(np.abs(once) ** 2) / count - mean * half_turn(mean)) / np.sqrt(product), 0)


def covariances(maps: Maps) -> Lags:
    """The mean product of a standardised map and itself moved by each lag, where both are."""
    return lags(np.abs(spectrum(standard(maps))) ** 2) / overlaps(maps.shape[-1])


def standard(maps: Maps) -> Maps:
    """Of mean 0 and variance 1, but for what is flat."""
    maps = maps - maps.mean(axis=(1, 2), keepdims=True)
    return maps / np.maximum(maps.std(axis=(1, 2), keepdims=True), np.finfo(maps.dtype).tiny)


def spectrum(maps: Maps) -> np.ndarray:
    return np.asarray(fft.rfft2(maps, (2 * maps.shape[-2], 2 * maps.shape[-1])))


def lags(spectra: np.ndarray) -> Lags:
    size = spectra.shape[-2]
    return fft.fftshift(fft.irfft2(spectra, (size, size)), axes=(-2, -1))[..., 1:, 1:]


def half_turn(given: Lags) -> Lags:
    return given[..., ::-1, ::-1]


@cache
def overlaps(bins: int) -> Float[np.ndarray, "lags lags"]:
    """Bins in which a map and itself, moved by a lag, both are."""
    along = bins - np.abs(np.arange(1 - bins, bins, dtype=np.float32))
    return np.outer(along, along)


def on_rays(given: Lags) -> Float[np.ndarray, "maps radii angles"]:
    """Values at radii of 1 .. bins - 1, on rays over half a turn."""
    bins = (given.shape[-1] + 1) // 2
    return (rays(bins) @ given.reshape(len(given), -1).T).T.reshape(len(given), bins - 1, -1)


@cache
def rays(bins: int) -> sparse.csr_array:
    """(radii x angles, lags x lags), by bilinear interpolation."""
    radii, angles = np.arange(1, bins), np.deg2rad(np.arange(0, 180, DEGREES))
    side = 2 * bins - 1
    at = [(bins - 1 + radii[:, None] * turn(angles)).ravel() for turn in (np.sin, np.cos)]
    low = [np.clip(np.floor(each).astype(int), 0, side - 2) for each in at]
    part = [each - below for each, below in zip(at, low, strict=True)]
    corners = [(a, b) for a in (0, 1) for b in (0, 1)]
    weights = [(part[0] if a else 1 - part[0]) * (part[1] if b else 1 - part[1]) for a, b in corners]
    places = [(low[0] + a) * side + low[1] + b for a, b in corners]
    rows = np.tile(np.arange(len(at[0])), 4)
    given = np.concatenate(weights).astype(np.float32), (rows, np.concatenate(places))
    return sparse.csr_array(given, (len(at[0]), side**2))


def radial_amplitudes(maps: Maps) -> Float[np.ndarray, "maps bins half"]:
    """The root of the mean power at each spatial frequency, over all directions; 0 at frequency 0."""
    bins = maps.shape[-1]
    frequency = np.fft.fftfreq(bins) * bins
    number = np.round(np.hypot(frequency[:, None], frequency)).astype(int)
    of = (number.reshape(-1, 1) == np.arange(number.max() + 1)).astype(np.float32)
    power = np.abs(np.asarray(fft.fft2(standard(maps)))).reshape(len(maps), -1) ** 2 @ (of / of.sum(axis=0))
    power[:, 0] = 0
    return np.sqrt(power)[:, number[:, : bins // 2 + 1]]


def drawn(amplitudes: Float[np.ndarray, "maps bins half"], rng: np.random.Generator) -> Maps:
    """Gaussian maps of these amplitudes: phases, and shares of the directions of a frequency, are drawn anew."""
    maps, bins, _ = amplitudes.shape
    noise = np.asarray(fft.rfft2(rng.standard_normal((maps, bins, bins), np.float32))) / bins  # of mean power 1
    return np.asarray(fft.irfft2(amplitudes * noise, (bins, bins)))
