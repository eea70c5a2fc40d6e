"""Small maps as PNG bytes, without a plotting library: 15 diverging colours, 4 bits a pixel, scaled by the browser.

Pictures in colours of their own have 24 bits a pixel.
"""

import base64
import struct
import zlib

import numpy as np
from jaxtyping import Float, UInt8

HALF = 7  # levels on each side of zero
CLEAR = 15  # the palette entry that is transparent: gaps, and values that are not finite
ENDS = ((33, 102, 172), (247, 247, 247), (178, 24, 43))  # blue, near white, red: ColorBrewer RdBu


def levels(values: Float[np.ndarray, "rows columns"], limit: float) -> UInt8[np.ndarray, "rows columns"]:
    """Palette entries of values in [-limit, limit]; what lies outside gets the end's colour."""
    scaled = np.divide(values, limit) if limit > 0 else np.where(np.isfinite(values), 0.0, values)
    known = np.isfinite(scaled)
    return np.where(known, np.rint(np.clip(np.where(known, scaled, 0), -1, 1) * HALF) + HALF, CLEAR).astype(np.uint8)


def side_by_side(maps: list[UInt8[np.ndarray, "rows columns"]], gap: int = 2) -> UInt8[np.ndarray, "rows all_columns"]:
    """The maps in one row with a clear gap between."""
    between = np.full((maps[0].shape[0], gap), CLEAR, np.uint8)
    parts = [part for each in maps for part in (each, between)]
    return np.concatenate(parts[:-1], axis=1)


def png(entries: UInt8[np.ndarray, "rows columns"]) -> bytes:
    """An indexed PNG of palette entries 0..15."""
    rows, columns = entries.shape
    even = np.pad(entries, ((0, 0), (0, columns % 2)))
    packed = (even[:, 0::2] << 4) | even[:, 1::2]
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), packed], axis=1)
    palette = (_chunk(b"PLTE", _palette().tobytes()), _chunk(b"tRNS", bytes([255] * CLEAR + [0])))
    return _file(struct.pack(">IIBBBBB", columns, rows, 4, 3, 0, 0, 0), palette, lines)


def coloured(pixels: UInt8[np.ndarray, "rows columns 3"]) -> bytes:
    """A PNG of red, green and blue."""
    rows, columns = pixels.shape[:2]
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    return _file(struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0), (), lines)


def data_uri(picture: bytes) -> str:
    """A PNG within a page."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def _file(header: bytes, palette: tuple[bytes, ...], lines: UInt8[np.ndarray, "rows bytes"]) -> bytes:
    """A PNG; each line begins with its filter, 0."""
    data = zlib.compress(lines.tobytes(), 9)
    parts = (b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), *palette, _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"".join(parts)


def _palette() -> UInt8[np.ndarray, "16 3"]:
    low, middle, high = (np.array(end, float) for end in ENDS)
    share = np.linspace(0, 1, HALF + 1)[:, None]
    colours = np.concatenate([low + (middle - low) * share, (middle + (high - middle) * share)[1:], middle[None]])
    return np.rint(colours).astype(np.uint8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
