"""Which rows of which layers an operator combines: rectangles of rows, without what its laws make needless.

A layer is a run of rows of one cost within its type's store, its programs in the order of their root operators. A
rectangle of two arguments is (i0, i1, j0, j1, triangle), all half open; in a triangle only j >= i are combined. One of
one argument is (i0, i1), of three arguments (i0, i1, j0, j1, k0, k1).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Int

OUTER = 1 << 16  # rows of the outer arguments that are written out together
Rows = tuple[np.ndarray, np.ndarray]  # first rows, and last-but-one rows


@dataclass(slots=True)
class Layers:
    """The layers of one type in the order of storing; a cost may have several."""

    costs: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    spans: list[dict[int, tuple[int, int]]] = field(default_factory=list)  # rows by root operator
    known: set[int] = field(default_factory=set)  # costs
    _arrays: tuple[np.ndarray, ...] = ()

    def add(self, cost: int, spans: dict[int, tuple[int, int]]) -> None:
        """Adjacent spans, in ascending rows, of the programs of one cost."""
        rows = [row for span in spans.values() for row in span]
        self.costs.append(cost)
        self.known.add(cost)
        self.starts.append(rows[0])
        self.stops.append(rows[-1])
        self.spans.append(spans)
        self._arrays = ()

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Costs, first rows and last-but-one rows."""
        if not self._arrays:
            self._arrays = tuple(np.array(values, np.int64) for values in (self.costs, self.starts, self.stops))
        return self._arrays[0], self._arrays[1], self._arrays[2]

    def own(self, head: int, which: np.ndarray) -> Rows:
        """The rows within some layers whose root is the operator `head`."""
        spans = [self.spans[i].get(head, (0, 0)) for i in which]
        both = np.array(spans, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def to_build(done: dict[Any, int], targets: Mapping[Any, int], step: int) -> Iterator[tuple[Any, int]]:
    """Types and costs in order of cost, up to each type's target; one counts as done when the next is asked for."""
    behind = {kind: target for kind, target in targets.items() if kind in done and done[kind] < target}
    first = min((done[kind] for kind in behind), default=0)
    for level in range(first + step, max(behind.values(), default=0) + 1, step):
        for kind, target in behind.items():
            if done[kind] < level <= target:
                yield kind, level
                done[kind] = level


def possible(layers: Sequence[Layers], total: int) -> bool:
    """Whether one layer of each argument costs `total` in all."""
    if len(layers) == 1:
        return total in layers[0].known
    if len(layers) == 2:
        return not layers[0].known.isdisjoint({total - cost for cost in layers[1].known})
    return any(possible(layers[1:], total - cost) for cost in layers[0].known)


def rectangles(
    layers: Sequence[Layers],
    total: int,
    head: int,
    laws: frozenset[str],
    constants: Sequence[Sequence[int]],
    first: Layers | None = None,
) -> Int[np.ndarray, "rectangles columns"]:
    """Everything that costs `total` in all, for the operator `head`; `constants[a]` are rows that argument a skips.

    `first` stands in for the layers of the first of three arguments.
    """
    if len(layers) == 1:
        return unary(layers[0], total, head, laws, constants[0])
    if len(layers) == 2:
        return binary(layers[0], layers[1], total, head, laws, constants)
    return ternary(first or layers[0], layers[1], layers[2], total)


def unary(
    layers: Layers, total: int, head: int, laws: frozenset[str], constants: Sequence[int]
) -> Int[np.ndarray, "rectangles 2"]:
    costs, starts, stops = layers.arrays()
    which = np.flatnonzero(costs == total)
    pieces: list[Rows] = [(starts[which], stops[which])]
    if laws & {"involution", "projection"}:
        pieces = cut(pieces, layers.own(head, which))
    pieces = skip(pieces, constants)
    return stacked([(low, high) for low, high in pieces], 2)


def binary(
    left: Layers,
    right: Layers,
    total: int,
    head: int,
    laws: frozenset[str],
    constants: Sequence[Sequence[int]],
) -> Int[np.ndarray, "rectangles 5"]:
    one, other = pairs(left.arrays()[0], right.arrays()[0], total, "commutative" in laws and left is right)
    if not len(one):
        return np.zeros((0, 5), np.int64)
    triangle = (one == other) if "commutative" in laws and left is right else np.zeros(len(one), bool)
    a = (left.arrays()[1][one], left.arrays()[2][one])
    b = (right.arrays()[1][other], right.arrays()[2][other])
    found: list[tuple[Rows, Rows]] = []
    for p in skip([a], constants[0]):
        for q in skip([b], constants[1]):
            if "associative" in laws:
                found += associative(p, q, left.own(head, one), right.own(head, other), "commutative" in laws)
            else:
                found.append((p, q))
    return stacked([(*p, *q, triangle.astype(np.int64)) for p, q in found], 5)


def associative(p: Rows, q: Rows, own_p: Rows, own_q: Rows, commutes: bool) -> list[tuple[Rows, Rows]]:
    """Without f(x, f(y, z)) where f(f(x, y), z) exists at the same cost; with commutativity, only where x is an f too.

    Sound under observational equivalence: the representative of f(x, y) costs at most as much, and the second
    argument shrinks with every such step.
    """
    if not commutes:
        return [(p, part) for part in cut([q], own_q)]
    return [(part, q) for part in cut([p], own_p)] + [(meet(p, own_p), part) for part in cut([q], own_q)]


def combinations(first: Layers, second: Layers, third: Layers, total: int) -> int:
    """How many layers of each of three arguments cost `total` together."""
    ways = Counter(first.costs)
    both = Counter(one + other for one in second.costs for other in third.costs)
    return sum(count * both[total - cost] for cost, count in ways.items())


def ternary(first: Layers, second: Layers, third: Layers, total: int) -> Int[np.ndarray, "rectangles 6"]:
    found = []
    costs, starts, stops = first.arrays()
    for cost in np.unique(costs[costs < total]):
        one, other = pairs(second.arrays()[0], third.arrays()[0], total - int(cost), False)
        which = np.flatnonzero(costs == cost)
        c, p = (index.reshape(-1) for index in np.meshgrid(which, np.arange(len(one)), indexing="ij"))
        b, d = one[p], other[p]
        ends = (second.arrays()[1][b], second.arrays()[2][b], third.arrays()[1][d], third.arrays()[2][d])
        found.append((starts[c], stops[c], *ends))
    return stacked(found, 6)


def pairs(one: np.ndarray, other: np.ndarray, total: int, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the layers of two types whose costs add up to `total`; mirrored pairs once."""
    if not len(one) or not len(other):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.argsort(other, kind="stable")
    low = np.searchsorted(other[order], total - one, side="left")
    high = np.searchsorted(other[order], total - one, side="right")
    left = np.repeat(np.arange(len(one)), high - low)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    right = order[np.repeat(low, high - low) + offset]
    if mirrored:
        keep = left <= right
        left, right = left[keep], right[keep]
    return left, right


def cut(pieces: list[Rows], hole: Rows) -> list[Rows]:
    """The pieces without the hole; some of what is returned is empty."""
    found: list[Rows] = []
    for low, high in pieces:
        top, bottom = meet((low, high), hole)
        empty = top >= bottom
        found.append((low, np.where(empty, high, top)))
        found.append((np.where(empty, high, bottom), high))
    return found


def skip(pieces: list[Rows], rows: Sequence[int]) -> list[Rows]:
    for row in rows:
        if any(((low <= row) & (row < high)).any() for low, high in pieces):
            first = np.full(len(pieces[0][0]), row)
            pieces = cut(pieces, (first, first + 1))
    return pieces


def meet(one: Rows, other: Rows) -> Rows:
    return np.maximum(one[0], other[0]), np.minimum(one[1], other[1])


def stacked(columns: Sequence[Sequence[np.ndarray]], width: int) -> Int[np.ndarray, "rectangles columns"]:
    """One rectangle a row, those without rows left out."""
    if not columns:
        return np.zeros((0, width), np.int64)
    rects = np.concatenate([np.stack(part, axis=1) for part in columns]).astype(np.int64, copy=False)
    sides = rects[:, 1 : 2 * (width // 2) : 2] > rects[:, 0 : 2 * (width // 2) : 2]
    return np.ascontiguousarray(rects[sides.all(axis=1)])


def sizes(rects: Int[np.ndarray, "rectangles columns"]) -> Int[np.ndarray, " rectangles"]:
    """Candidates in each rectangle, mirrored pairs of a triangle once."""
    counts = rects[:, 1] - rects[:, 0]
    if rects.shape[1] == 2:
        return counts
    if rects.shape[1] == 6:
        return counts * (rects[:, 3] - rects[:, 2]) * (rects[:, 5] - rects[:, 4])
    i0, i1, j0, j1 = rects[:, :4].T
    whole = counts * (j1 - j0)
    late = np.clip(i1 - j0, 0, None)  # rows i > j0 lose i - j0 candidates, at most j1 - j0
    early = np.clip(i0 - j0, 0, None)
    width = j1 - j0
    lost = triangular(late, width) - triangular(early, width)
    return whole - np.where(rects[:, 4] == 1, lost, 0)


def triangular(rows: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Sum over n < rows of min(n, width)."""
    inner = np.minimum(rows, width + 1)
    return inner * (inner - 1) // 2 + (rows - inner) * width


def flat(rects: Int[np.ndarray, "rectangles columns"], block: int):
    """Index arrays of all candidates in order, one array an argument, at most `block` candidates at a time."""
    rest: tuple[np.ndarray, ...] = ()
    for some in pieces(rects, OUTER):
        for places in flat_piece(some, block):
            if rest:
                places = tuple(np.concatenate(pair) for pair in zip(rest, places, strict=True))
            if len(places[0]) >= block:
                yield tuple(place[:block] for place in places)
            whole = block if len(places[0]) >= block else 0
            rest = tuple(place[whole:] for place in places) if len(places[0]) > whole else ()
    if rest:
        yield rest


def flat_piece(rects: Int[np.ndarray, "rectangles columns"], block: int):
    outer, starts, stops = segments(rects)
    lengths = stops - starts
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    for begin in range(0, total, block):
        end = min(begin + block, total)
        low, high = np.searchsorted(ends, [begin, end - 1], side="right")
        part = slice(int(low), int(high) + 1)
        first = np.maximum(begin, ends[part] - lengths[part])
        many = np.minimum(end, ends[part]) - first
        place = np.repeat(np.arange(part.start, part.stop), many)
        last = np.arange(begin, end) - (ends - lengths)[place] + starts[place]
        yield (*(rows[place] for rows in outer), last)


def pieces(rects: Int[np.ndarray, "rectangles columns"], most: int) -> Iterator[np.ndarray]:
    """The rectangles in order and in parts, at about `most` rows of the arguments before the last."""
    if rects.shape[1] == 2:
        yield rects
        return
    inner = rects[:, 3] - rects[:, 2] if rects.shape[1] == 6 else np.ones(len(rects), np.int64)
    ends = np.cumsum((rects[:, 1] - rects[:, 0]) * inner)
    begin = 0
    while begin < len(rects):
        before = int(ends[begin - 1]) if begin else 0
        end = int(np.searchsorted(ends, before + most, side="right"))
        if end > begin:
            yield rects[begin:end]
            begin = end
            continue
        yield from cuts(rects[begin], int(inner[begin]), most)
        begin += 1


def cuts(rect: Int[np.ndarray, " columns"], inner: int, most: int) -> Iterator[np.ndarray]:
    """One rectangle in parts: some rows of the first argument, or of one of its rows some of the second's."""
    step = max(1, most // inner)
    for low in range(int(rect[0]), int(rect[1]), step):
        part = rect.copy()
        part[0], part[1] = low, min(low + step, int(rect[1]))
        if inner <= most:
            yield part[None]
            continue
        for start in range(int(rect[2]), int(rect[3]), most):
            part[2], part[3] = start, min(start + most, int(rect[3]))
            yield part[None].copy()


def segments(rects: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Rows of all arguments but the last, with the range of the last one's rows."""
    if rects.shape[1] == 2:
        return (), rects[:, 0], rects[:, 1]
    which, i = spread(rects[:, 0], rects[:, 1])
    if rects.shape[1] == 5:
        start = np.where(rects[which, 4] == 1, np.maximum(rects[which, 2], i), rects[which, 2])
        return (i,), start, np.maximum(start, rects[which, 3])
    inner, j = spread(rects[which, 2], rects[which, 3])
    return (i[inner], j), rects[which[inner], 4], rects[which[inner], 5]


def spread(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every row of every range, after the number of its range."""
    counts = high - low
    which = np.repeat(np.arange(len(low)), counts)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return which, low[which] + offset
