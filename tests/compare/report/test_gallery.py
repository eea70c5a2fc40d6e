"""The gallery's pictures are PNG files that decode to the maps they were made of."""

import base64
import struct
import zlib

import numpy as np
import pytest
from made_run import make_cell

from compare.record import Record
from compare.report.arrays import load
from compare.report.gallery import SIDE, fold, gallery
from compare.report.maps import rate_maps
from compare.report.picture import CLEAR, HALF, levels, png, side_by_side

BARE = {"suite": "s", "task": "t", "size": 5, "net": "n", "recipe": "r", "seed": 0, "cell": "c"}
NET = Record(**BARE, gallery_formulas=["cos(a)"])


def decoded(data: bytes) -> np.ndarray:
    """Palette entries of a 4-bit PNG without filters; the checksums are checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    columns, rows = struct.unpack(">II", chunks[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, -1)[:, 1:]
    return np.stack([lines >> 4, lines & 15], axis=-1).reshape(rows, -1)[:, :columns]


@pytest.mark.parametrize("shape", [(1, 1), (3, 4), (5, 7)])
def test_a_picture_decodes_to_its_entries(shape):
    entries = np.random.default_rng(0).integers(0, 16, shape).astype(np.uint8)
    assert (decoded(png(entries)) == entries).all()


def test_levels_are_symmetric_and_clear_where_nothing_is_known():
    found = levels(np.array([[-2.0, -1.0, 0.0, 1.0, 9.0, np.nan]]), 1.0)
    assert found.tolist() == [[0, 0, HALF, 2 * HALF, 2 * HALF, CLEAR]]
    assert levels(np.zeros((1, 2)), 0.0).tolist() == [[HALF, HALF]]


def test_activation_fit_and_residual_stand_side_by_side():
    actual = np.array([[[1.0, -1.0], [0.0, 0.5]]])
    found = gallery(NET, {"gallery.actual": actual, "gallery.fitted": actual, "gallery.unit": np.array([7])})
    assert found is not None
    (unit,) = found.units
    assert (unit.unit, unit.formula, unit.explained, unit.limit) == (7, "cos(a)", 1.0, 1.0)
    picture = decoded(base64.b64decode(unit.uri.split(",")[1]))
    maps = [levels(each, 1.0) for each in (actual[0], actual[0], np.zeros((2, 2)))]
    assert (picture == side_by_side(maps)).all()


def test_the_share_explained_is_that_of_the_whole_map():
    rng = np.random.default_rng(0)
    actual = rng.normal(size=(1, 100, 100))
    fitted = actual + rng.normal(scale=0.5, size=actual.shape)
    found = gallery(NET, {"gallery.actual": actual, "gallery.fitted": fitted})
    assert found is not None
    assert found.cropped
    assert found.units[0].height == SIDE
    assert found.units[0].explained == pytest.approx(
        1 - ((actual - fitted) ** 2).sum() / ((actual - actual.mean()) ** 2).sum()
    )


def test_a_very_wide_map_is_folded_in_reading_order():
    wide = np.arange(2 * 2048.0).reshape(2, 2048)
    folded = fold(wide)
    assert folded.shape == (64, 64)
    assert (folded.ravel() == wide.ravel()).all()
    assert np.isnan(fold(np.zeros((1, 11))).ravel()[11:]).all()
    assert fold(np.zeros((3, 12))).shape == (3, 12)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"gallery.actual": np.zeros((1, 2, 2))},
        {"gallery.actual": np.zeros((1, 2, 2)), "gallery.fitted": np.zeros((1, 2, 3))},
        {"gallery.actual": np.zeros((0, 2, 2)), "gallery.fitted": np.zeros((0, 2, 2))},
        {"gallery.actual": np.zeros((2, 2)), "gallery.fitted": np.zeros((2, 2))},
    ],
)
def test_without_matching_maps_there_is_no_gallery(arrays):
    assert gallery(NET, arrays) is None


def test_a_constant_or_unknown_unit_has_no_share():
    for value in (0.0, np.nan):
        maps = np.full((1, 3, 3), value)
        found = gallery(NET, {"gallery.actual": maps, "gallery.fitted": maps})
        assert found is not None
        assert found.units[0].explained is None


def test_arrays_that_cannot_be_read_are_absent(tmp_path):
    record = make_cell(tmp_path, 23, "mlp", "grok", 0, arrays=True)
    assert record.arrays is not None
    whole = load(tmp_path, record)
    assert "gallery.actual" in whole
    assert set(load(tmp_path, record, "curve.")) == {name for name in whole if name.startswith("curve.")}
    path = tmp_path / record.arrays
    content = path.read_bytes()
    path.write_bytes(content[:-200])
    assert load(tmp_path, record) == {}
    middle = len(content) // 2
    path.write_bytes(
        content[:middle] + bytes(byte ^ 0xFF for byte in content[middle : middle + 60]) + content[middle + 60 :]
    )
    assert load(tmp_path, record) == {}
    path.unlink()
    assert load(tmp_path, record) == {}


def test_rate_maps_are_drawn_where_they_were_measured():
    rates = np.random.default_rng(0).normal(size=(2, 5, 5)).astype(np.float32)
    arrays = {"maps.unit": np.array([3, 1]), "maps.score": np.array([0.5, 0.1]), "maps.limit": np.array([0.4, 0.4])}
    arrays |= {"maps.rates": rates}
    record = Record(**BARE, maps_units=4, maps_hexagonal=0.25, maps_periodic=0.5, maps_chance=0.05)
    part = rate_maps(record, arrays)
    assert part is not None
    assert part.words == "Of 4 units 0.250 fire in hexagons and 0.500 in periods; by chance 0.050."
    assert [(each.unit, each.score, each.limit) for each in part.maps] == [(3, 0.5, 0.4), (1, 0.1, 0.4)]
    for each, given in zip(part.maps, rates, strict=True):
        assert (decoded(base64.b64decode(each.uri.split(",")[1])) == levels(given, np.abs(given).max())).all()
    assert rate_maps(Record(**BARE), arrays) is None
    assert rate_maps(record, {**arrays, "maps.unit": np.array([3])}) is None
    assert rate_maps(record, {"maps.rates": rates}) is None
