"""Which pairs of layers need no evaluation, by the laws that a primitive declares.

A piece is one range of rows a layer, `(start, stop)` for each argument; together the pieces of an operator and its
layers hold at least one representative of everything that the layers can make.
"""

from collections.abc import Iterator
from itertools import product

from synth.layer import Layer
from synth.primitive import Primitive

Range = tuple[int, int]
Piece = tuple[Range, ...]


def pieces(primitive: Primitive, head: int, layers: tuple[Layer, ...]) -> Iterator[Piece]:
    """Ranges to combine; `head` is the operator's number in the layers' records. A triangle counts as a piece."""
    ranges = [[(0, len(layer))] for layer in layers]
    names = {law.name for law in primitive.laws}
    for law in primitive.laws:
        for side in law.sides:
            ranges[side] = [part for span in ranges[side] for part in without(span, layers[side], law.constant)]
    if names & {"involution", "projection"}:
        ranges[0] = [part for span in ranges[0] for part in cut(span, layers[0].rows_of(head))]
    if "associative" not in names:
        yield from product(*ranges)
        return
    own = layers[1].rows_of(head)
    for left, right in product(*ranges):
        yield from associative_pieces(left, right, layers, own, head, "commutative" in names)


def associative_pieces(
    left: Range, right: Range, layers: tuple[Layer, ...], own: Range, head: int, commutes: bool
) -> Iterator[Piece]:
    """Without f(x, f(y, z)) where f(f(x, y), z) exists at the same cost; with commutativity, only where x is an f too.

    Sound under observational equivalence: the representative of f(x, y) costs at most as much, and the second
    argument shrinks with every such step.
    """
    if not commutes:
        yield from ((left, part) for part in cut(right, own))
        return
    heads = meet(left, layers[0].rows_of(head))
    for part in cut(left, heads):
        yield part, right
    if heads[0] < heads[1]:
        yield from ((heads, part) for part in cut(right, own))


def without(span: Range, layer: Layer, constant: int | bool | float | None) -> list[Range]:
    row = layer.constants.get(constant) if constant is not None else None
    return [span] if row is None else cut(span, (row, row + 1))


def cut(span: Range, hole: Range) -> list[Range]:
    hole = meet(span, hole)
    if hole[0] >= hole[1]:
        return [span]
    return [part for part in ((span[0], hole[0]), (hole[1], span[1])) if part[0] < part[1]]


def meet(one: Range, other: Range) -> Range:
    return max(one[0], other[0]), min(one[1], other[1])
