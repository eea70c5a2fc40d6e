"""Pictures of what units do where a path is, those of the highest grid score."""

from typing import NamedTuple

import numpy as np

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.picture import data_uri, levels, png
from compare.report.show import fraction

NAMES = ("unit", "score", "limit", "rates")


class Map(NamedTuple):
    """One unit's."""

    unit: int
    score: float
    limit: float  # of the score, by chance
    uri: str  # a PNG, from -`most` to `most`
    side: int  # pixels
    most: float


class MapsPart(NamedTuple):
    """The units shown of one net."""

    words: str
    maps: list[Map]


def rate_maps(record: Record, arrays: Arrays) -> MapsPart | None:
    """None where nothing was measured, or the arrays do not fit together."""
    found = [arrays[f"maps.{name}"] for name in NAMES if f"maps.{name}" in arrays]
    if record.maps_units is None or len(found) < len(NAMES):
        return None
    unit, score, limit, rates = found
    if rates.ndim != 3 or not rates.size or any(each.shape != rates.shape[:1] for each in (unit, score, limit)):
        return None
    maps = [_map(*each) for each in zip(unit, score, limit, rates, strict=True)]
    return MapsPart(_words(record), maps)


def _words(record: Record) -> str:
    hexagonal, periodic, chance = map(fraction, (record.maps_hexagonal, record.maps_periodic, record.maps_chance))
    return f"Of {record.maps_units} units {hexagonal} fire in hexagons and {periodic} in periods; by chance {chance}."


def _map(unit: int, score: float, limit: float, rates: np.ndarray) -> Map:
    most = float(np.abs(rates).max())
    uri = data_uri(png(levels(rates, most)))
    return Map(int(unit), float(score), float(limit), uri, len(rates), most)
