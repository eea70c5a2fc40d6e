"""Candidates in blocks: which rows are combined, and the values that come of it."""

import math
from collections.abc import Iterator

import numpy as np
from jaxtyping import Shaped

from synth.layer import Layer
from synth.primitive import Primitive
from synth.pruning import Piece, Range
from synth.types import dtype_of
from synth.xp import NUMPY


def tiles(piece: Piece, triangle: bool, block: int) -> Iterator[Piece]:
    """Cut a piece into tiles of at most `block` candidates; in a triangle, without columns before the tile's rows."""
    if len(piece) == 1:
        yield from ((span,) for span in chunks(piece[0], block))
        return
    rows, *rest = piece
    inner = math.prod(stop - start for start, stop in rest)
    if triangle:
        yield from triangle_tiles(rows, rest[0], block)
    elif inner <= block:
        yield from ((span, *rest) for span in chunks(rows, block // max(inner, 1)))
    else:
        for row in range(*rows):
            yield from (((row, row + 1), *part) for part in tiles(tuple(rest), False, block))


def triangle_tiles(rows: Range, columns: Range, block: int) -> Iterator[Piece]:
    row = rows[0]
    while row < rows[1]:
        left = max(row, columns[0])
        width = columns[1] - left
        if width <= 0:
            return
        height = min(rows[1] - row, max(1, min(block // width, max(width // 8, 8))))
        for part in chunks((left, columns[1]), block):
            yield (row, row + height), part
        row += height


def chunks(span: Range, size: int) -> Iterator[Range]:
    for start in range(span[0], span[1], size):
        yield start, min(start + size, span[1])


def size_of(tile: Piece) -> int:
    """Number of candidates in a tile."""
    return math.prod(stop - start for start, stop in tile)


def distinct_pairs(tile: Piece, triangle: bool) -> int:
    """Number of candidates in a tile, mirrored pairs of a triangle once."""
    total = size_of(tile)
    if not triangle:
        return total
    (top, bottom), (left, right) = tile
    below = sum(min(max(row - left, 0), right - left) for row in range(top, bottom))
    return total - below


def evaluate(
    primitive: Primitive, layers: tuple[Layer, ...], tile: Piece, examples: slice
) -> Shaped[np.ndarray, "examples n"]:
    """Values of a tile's candidates on a range of examples, the last argument's row moving fastest."""
    arity = len(layers)
    arguments = []
    for place, (layer, (start, stop)) in enumerate(zip(layers, tile, strict=True)):
        values = layer.values[examples, start:stop]
        shape = [len(values), *[1] * arity]
        shape[1 + place] = stop - start
        arguments.append(values.reshape(shape))
    shape = (arguments[0].shape[0], *(stop - start for start, stop in tile))
    return shaped(primitive, primitive.run(NUMPY, *arguments), shape).reshape(shape[0], -1)


def evaluate_rows(
    primitive: Primitive, layers: tuple[Layer, ...], rows: tuple[np.ndarray, ...], examples: slice
) -> Shaped[np.ndarray, "examples n"]:
    """Values of single candidates, given by one row number an argument."""
    arguments = [layer.values[examples, places] for layer, places in zip(layers, rows, strict=True)]
    return shaped(primitive, primitive.run(NUMPY, *arguments), arguments[0].shape)


def shaped(primitive: Primitive, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    dtype = dtype_of(primitive.type.result)
    return np.broadcast_to(np.asarray(values, dtype=dtype), shape)


def rows_of_tile(tile: Piece, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """Row numbers of the candidates at `places` within a tile, one array an argument."""
    counts = [stop - start for start, stop in tile]
    return tuple(start + index for (start, _), index in zip(tile, np.unravel_index(places, counts), strict=True))
