"""Pictures with units switched off decode to what was kept; formulas come with what they explain."""

import base64
import struct
import zlib

import numpy as np

from compare.record import Record
from compare.report.switched import objects_part
from tests.compare.report.test_gallery import BARE

PICTURES = np.random.default_rng(0).integers(0, 256, (1, 3, 4, 5, 3)).astype(np.uint8)
ARRAYS = {"objects.off.names": np.array(["house at map.2"]), "objects.off": PICTURES}
RECORD = Record(
    **BARE,
    objects_removed={"house at map.2": 1.0},
    objects_others={"house at map.2": 0.05},
    objects_random={"house at map.2": 0.1},
    objects_formulas={"house": "0.5*z1 + 0.2", "house down": "z0"},
    objects_there={"house": 0.95},
    objects_place={"house down": 0.8},
)


def decoded(png: bytes) -> np.ndarray:
    """Of lines without a filter, in red, green and blue."""
    columns, rows, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 2)
    start = png.index(b"IDAT")
    size = struct.unpack(">I", png[start - 4 : start])[0]
    lines = np.frombuffer(zlib.decompress(png[start + 4 : start + 4 + size]), np.uint8).reshape(rows, -1)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(rows, columns, 3)


def test_the_three_pictures_are_side_by_side() -> None:
    part = objects_part(RECORD, ARRAYS)
    assert part is not None
    (strip,) = part.strips
    assert strip.words == "removed 1.000, of others 0.050; at random 0.100"
    shown = decoded(base64.b64decode(strip.uri.split(",")[1]))
    assert shown.shape == (strip.height, strip.width, 3) == (4, 17, 3)
    for number, picture in enumerate(PICTURES[0]):
        assert np.array_equal(shown[:, 6 * number : 6 * number + 5], picture)


def test_formulas_come_with_what_they_explain() -> None:
    part = objects_part(RECORD, {})
    assert part is not None
    assert part.strips == []
    assert [tuple(line) for line in part.lines] == [
        ("house", "0.5*z1 + 0.2", "area 0.950"),
        ("house down", "z0", "explained 0.800"),
    ]


def test_what_was_not_measured_or_does_not_fit_is_not_shown() -> None:
    assert objects_part(Record(**BARE), {}) is None
    assert objects_part(Record(**BARE), ARRAYS) is None
    record = Record(**BARE, objects_removed={"house at map.2": 1.0})
    assert objects_part(record, ARRAYS) is not None
    for wrong in (PICTURES[:, :2], PICTURES.astype(np.float32), PICTURES[..., :2], PICTURES[0]):
        assert objects_part(record, {**ARRAYS, "objects.off": wrong}) is None
    assert objects_part(record, {**ARRAYS, "objects.off.names": np.array(["house at map.2"] * 2)}) is None
