"""The program that paints a net's pictures: its lines, how far each goes, and pictures of both side by side."""

from typing import NamedTuple

import numpy as np

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.picture import coloured, data_uri
from compare.report.show import count, fraction
from compare.report.tables import Table

CHANNELS, VERSIONS = 3, 2
GAP = 1  # pixels between two pictures
HEADINGS = ("painted by", "painting, alike", "painting, explained", "painting, whole")


class PaintedLine(NamedTuple):
    """One object, where it is, and how well that is told."""

    name: str
    program: str
    score: str


class Painted(NamedTuple):
    """What is shown of one net."""

    lines: list[PaintedLine]
    code: str
    scores: Table  # how far the program goes, and its controls
    bits: str
    uri: str  # a PNG: the net's pictures above the program's; empty where there is none
    width: int  # pixels
    height: int


def painted(record: Record, arrays: Arrays) -> Painted | None:
    """None where nothing was measured."""
    if not record.painting:
        return None
    lines = [PaintedLine(name, text, _score(record, name)) for name, text in record.painting.items()]
    known = (record.painting_alike, record.painting_explained, record.painting_whole)
    rows = [(name, *(fraction(each.get(name)) for each in known)) for name in record.painting_alike]
    bits = ", ".join(f"{name} {count(value)}" for name, value in record.painting_bits.items())
    whole = _whole(arrays)
    uri = data_uri(coloured(whole)) if whole.size else ""
    return Painted(
        lines, "\n".join(record.painting_code), Table(HEADINGS, rows), bits, uri, whole.shape[1], whole.shape[0]
    )


def _score(record: Record, name: str) -> str:
    overlap, left = record.painting_iou.get(name), record.painting_left.get(name)
    return f"overlap {fraction(overlap)}, left {fraction(left)}"


def _whole(arrays: Arrays) -> np.ndarray:
    """The pictures of both in red, green and blue; without any pixels where they do not fit."""
    given = arrays.get("objects.painting")
    if given is None or given.dtype != np.uint8 or given.ndim != 5:
        return np.zeros((0, 0, CHANNELS), np.uint8)
    if (given.shape[0], given.shape[4]) != (VERSIONS, CHANNELS) or not given.size:
        return np.zeros((0, 0, CHANNELS), np.uint8)
    framed = np.pad(given, ((0, 0), (0, 0), (0, GAP), (0, GAP), (0, 0)), constant_values=255)
    rows = [np.concatenate(list(version), axis=1) for version in framed]
    return np.concatenate(rows)[:-GAP, :-GAP]
