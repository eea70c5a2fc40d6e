"""How far the units of a net fire in periods over the plane, and in hexagons, as grid cells do; decides no verdict.

A unit's rate map is its mean over all times at which a path is in a bin. What is measured of it is held against the
same of maps that are as coarse and no more: Gaussian, with the map's own power at each spatial frequency, over all
directions alike. Phases alone are not drawn anew, since an autocorrelogram depends on them by its edges only: bands
would be above a limit from their own turned copies in a third of all cases, and whole periods never.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.beside.correlograms import drawn, grid_scores, radial_amplitudes, rises
from compare.read import Reading
from compare.sites.states import over_time

BINS = 20  # along an axis
SHUFFLES = 100  # maps that each unit is held against
LIMIT = 95  # percentile of what they score
CHANCE = (100 - LIMIT) / 100
SHOWN = 6  # units
DEAD = 1e-4  # of the largest spread of a map, below which a unit does not fire


@dataclass(frozen=True, slots=True, kw_only=True)
class RateMaps:
    """The live units of a site, and the maps of those of the highest grid score."""

    units: Int[np.ndarray, " live"]
    score: Float[np.ndarray, " live"]  # grid score, in -2 .. 2
    limit: Float[np.ndarray, " live"]  # that a map as coarse exceeds by chance CHANCE
    hexagonal: float  # share of the live units above their limit
    periodic: float  # share of them whose autocorrelogram rises again by more than that of maps as coarse
    shown: Int[np.ndarray, " shown"]  # places among the live units
    rates: Float[np.ndarray, "shown bins bins"]

    def fields(self) -> dict[str, float | int]:
        """Of a record."""
        return {
            "maps_hexagonal": self.hexagonal,
            "maps_periodic": self.periodic,
            "maps_units": len(self.units),
            "maps_chance": CHANCE,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Beside it."""
        each = {"unit": self.units, "score": self.score, "limit": self.limit}
        return {**{f"maps.{name}": given[self.shown] for name, given in each.items()}, "maps.rates": self.rates}


def measure(
    reading: Reading, site: str, at: Float[np.ndarray, "rows time 2"], *, bins: int = BINS, shuffles: int = SHUFFLES
) -> RateMaps:
    """The maps of a site (rows, time, width) on the rows that are reported on, `at` where a path is at each time."""
    values = reading.site(site)
    if values.ndim != 3 or at.shape != (*values.shape[:2], 2):
        raise ValueError(
            f"maps: expected a site (rows, time, width) and where a path is then, (rows, time, 2), got {site!r} of "
            f"shape {values.shape} and {at.shape}; give both coordinates at every time of every row"
        )
    whole = rate_maps(values[reading.reported], at[reading.reported], bins)
    spread = whole.std(axis=(1, 2))
    units = np.flatnonzero(spread > DEAD * spread.max(initial=0.0))
    maps = whole[units]
    score, limit, periodic = _held(maps, shuffles, reading.seed) if len(units) else np.zeros((3, 0))
    shown = np.argsort(-score, kind="stable")[:SHOWN]
    return RateMaps(
        units=units,
        score=score.astype(np.float32),
        limit=limit.astype(np.float32),
        hexagonal=float((score > limit).mean()) if len(units) else 0.0,
        periodic=float(periodic.mean()) if len(units) else 0.0,
        shown=shown,
        rates=maps[shown],
    )


def _held(
    maps: Float[np.ndarray, "live bins bins"], shuffles: int, seed: int
) -> tuple[Float[np.ndarray, " live"], Float[np.ndarray, " live"], Bool[np.ndarray, " live"]]:
    """Grid scores, their limits, and which of the maps are periodic."""
    rng, amplitudes = np.random.default_rng([seed, 83]), radial_amplitudes(maps)
    others = (drawn(amplitudes, rng) for _ in range(shuffles))
    limit, rise = np.percentile([(grid_scores(each), rises(each)) for each in others], LIMIT, axis=0)
    return grid_scores(maps), limit, rises(maps) > rise


def last_site(reading: Reading) -> str | None:
    """The last one with a width at each time of the inputs."""
    return next(reversed(over_time(reading)), None)


def rate_maps(
    values: Float[np.ndarray, "rows time width"], at: Float[np.ndarray, "rows time 2"], bins: int
) -> Float[np.ndarray, "width bins bins"]:
    """The mean of each unit in each bin of the box that the paths are in; bins without any have the unit's mean."""
    low, high = at.min(axis=(0, 1)), at.max(axis=(0, 1))
    if not (np.isfinite(at).all() and (high > low).all()):
        raise ValueError(
            f"maps: expected paths that move along both axes, got places from {low} to {high}; give the two "
            "coordinates of a path at each time"
        )
    place = np.minimum((at - low) / (high - low) * bins, bins - 1).astype(int).reshape(-1, 2)
    number, flat = place[:, 0] * bins + place[:, 1], values.reshape(-1, values.shape[-1]).astype(np.float64)
    visits = np.bincount(number, minlength=bins**2)
    sums = np.stack([np.bincount(number, weights=unit, minlength=bins**2) for unit in flat.T])
    mean = np.where(visits > 0, sums / np.maximum(visits, 1), flat.mean(axis=0)[:, None])
    return mean.reshape(-1, bins, bins).astype(np.float32)
