"""Pictures with units switched off: as a net draws them, without an object's units, and without random ones."""

from typing import NamedTuple

import numpy as np

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.painted import Painted, painted
from compare.report.picture import coloured, data_uri
from compare.report.show import fraction

MOST = 4  # objects that are shown
CHANNELS, VERSIONS = 3, 3
GAP = 1  # pixels between two pictures


class Strip(NamedTuple):
    """One object's three pictures."""

    name: str  # and the site
    words: str
    uri: str  # a PNG
    width: int  # pixels
    height: int


class LatentLine(NamedTuple):
    """A formula of the numbers that a picture is drawn from."""

    name: str
    formula: str
    score: str


class ObjectsPart(NamedTuple):
    """What is shown of one net."""

    strips: list[Strip]
    lines: list[LatentLine]
    painted: Painted | None


def objects_part(record: Record, arrays: Arrays) -> ObjectsPart | None:
    """None where nothing was measured, or the arrays do not fit together."""
    known = zip(*_given(arrays), strict=True)
    strips = [_strip(record, str(name), each) for name, each in known if str(name) in record.objects_removed]
    scores = {name: f"area {fraction(value)}" for name, value in record.objects_there.items()}
    scores |= {name: f"explained {fraction(value)}" for name, value in record.objects_place.items()}
    lines = [LatentLine(name, formula, scores.get(name, "")) for name, formula in record.objects_formulas.items()]
    program = painted(record, arrays)
    return ObjectsPart(strips[:MOST], lines, program) if strips or lines or program else None


def _given(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Names, and of each three pictures in red, green and blue; both empty where they do not fit together."""
    names, pictures = arrays.get("objects.off.names"), arrays.get("objects.off")
    if names is None or pictures is None or names.ndim != 1 or pictures.ndim != 5 or len(names) != len(pictures):
        return np.zeros(0, str), np.zeros(0)
    if pictures.dtype != np.uint8 or (pictures.shape[1], pictures.shape[4]) != (VERSIONS, CHANNELS):
        return np.zeros(0, str), np.zeros(0)
    return names, pictures


def _strip(record: Record, name: str, pictures: np.ndarray) -> Strip:
    between = np.full((pictures.shape[1], GAP, CHANNELS), 255, np.uint8)
    whole = np.concatenate([pictures[0], between, pictures[1], between, pictures[2]], axis=1)
    removed, others, random = (
        fraction(given.get(name)) for given in (record.objects_removed, record.objects_others, record.objects_random)
    )
    words = f"removed {removed}, of others {others}; at random {random}"
    uri = data_uri(coloured(whole))
    return Strip(name, words, uri, whole.shape[1], whole.shape[0])
