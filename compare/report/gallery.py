"""The neuron gallery: each shown unit's activation map, the fitted map and the residual, as one small picture."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.picture import data_uri, levels, png, side_by_side

SIDE = 64  # a map's rows and columns that are drawn; more would make a report of many nets too large
LEAST, MOST = 2, 12  # units of a net that are shown
LONG = 4  # a map more than this many times as wide as high is folded


class Unit(NamedTuple):
    """One unit of the gallery."""

    unit: int
    formula: str | None
    uri: str  # a PNG: activation, fit, residual, all on the scale of the activation
    width: int  # pixels of the picture
    height: int
    explained: float | None  # share of the map's variance that the fit explains; None for a constant unit
    limit: float  # the largest absolute activation, the end of the colours


class Gallery(NamedTuple):
    """The units shown of one net."""

    units: list[Unit]
    folded: bool
    cropped: bool


def gallery(record: Record, arrays: Arrays, room: float = math.inf) -> Gallery | None:
    """As many units as fit in `room` bytes, from LEAST to MOST; None without maps, or when their shapes disagree."""
    actual, fitted = arrays.get("gallery.actual"), arrays.get("gallery.fitted")
    if actual is None or fitted is None or actual.ndim != 3 or actual.shape != fitted.shape or not actual.size:
        return None
    names = arrays.get("gallery.unit", np.arange(len(actual)))
    formulas = record.gallery_formulas
    units: list[Unit] = []
    for i in range(min(MOST, len(actual), len(names))):
        made = _unit(int(names[i]), formulas[i] if i < len(formulas) else None, actual[i], fitted[i])
        room -= len(made.uri)
        if room < 0 and i >= LEAST:
            break
        units.append(made)
    folded = fold(actual[0])
    return Gallery(units, folded.shape != actual[0].shape, max(folded.shape) > SIDE)


def fold(values: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "new_rows new_columns"]:
    """A very wide map as a nearly square one, its values in the same order; the end is filled with NaN."""
    rows, columns = values.shape
    if columns <= LONG * rows:
        return values
    width = 2 ** int(np.ceil(np.log2(np.sqrt(values.size))))
    height = -(-values.size // width)
    return np.pad(values.ravel().astype(float), (0, height * width - values.size), constant_values=np.nan).reshape(
        height, width
    )


def _unit(unit: int, formula: str | None, actual: np.ndarray, fitted: np.ndarray) -> Unit:
    actual, fitted = np.asarray(actual, float), np.asarray(fitted, float)
    limit = float(np.nanmax(np.abs(actual), initial=0.0))
    spread = float(np.nansum((actual - np.nanmean(actual)) ** 2)) if np.isfinite(actual).any() else 0.0
    explained = 1 - float(np.nansum((actual - fitted) ** 2)) / spread if spread > 0 else None
    maps = [levels(fold(each)[:SIDE, :SIDE], limit) for each in (actual, fitted, actual - fitted)]
    picture = side_by_side(maps)
    uri = data_uri(png(picture))
    return Unit(unit, formula, uri, picture.shape[1], picture.shape[0], explained, limit)
