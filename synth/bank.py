"""The bank: distinct programs by type and cost, built bottom up in arrays, no Python object a candidate.

Two programs with equal values on all examples are one (observational equivalence); the cheaper stays, and among equals
the one met first. Equality is by a 64-bit fingerprint, so among N programs a false merge has probability below
N**2 / 2**65; whatever is returned is checked on its values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from synth.budget import Meter
from synth.grammar import Language
from synth.hashing import Table, agree
from synth.layer import Layer
from synth.primitive import Primitive
from synth.program import Apply, Program, Terminal, apply
from synth.pruning import Piece, pieces
from synth.tiles import distinct_pairs, evaluate, evaluate_rows, rows_of_tile, tiles
from synth.types import Type, carrier, dtype_of, fits
from synth.writer import Writer
from synth.xp import NUMPY

BLOCK = 1 << 14  # candidates that are evaluated together
PROBE = 2  # examples on which candidates are held against the goal before the others
PROBE_BOOL = 8


@dataclass(frozen=True, slots=True)
class Operator:
    """A primitive of the language with its cost, where it is the root of a program of its type."""

    head: int
    primitive: Primitive
    cost: int
    args: tuple[Type, ...]  # carriers

    @property
    def commutes(self) -> bool:
        return any(law.name == "commutative" for law in self.primitive.laws) and len(self.args) == 2


class Bank:
    """Layers of programs over the columns of some examples; `build` adds those of the next cost."""

    def __init__(
        self,
        language: Language,
        columns: Mapping[str, Shaped[np.ndarray, " examples"]],
        meter: Meter,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.language = language
        self.columns = columns
        self.meter = meter
        self.hidden = hidden  # terminals that no stored program names
        self.examples = len(next(iter(columns.values())))
        self.layers: dict[Type, dict[int, Layer]] = {kind: {} for kind in language.costs}
        self.built = 0  # every program of at most this cost is represented
        self._sizes = dict.fromkeys(self.layers, 0)
        self._tables = {kind: Table() for kind in self.layers}
        self._heads: list[Terminal | Primitive] = [
            *language.terminals,
            *(primitive for primitive in language.primitives if not primitive.type.args),
        ]
        self._operators = self._number_operators()
        self._counted: set[tuple[Type, int]] = set()
        self._nbytes = 0
        self._laws = {law.constant for p in language.primitives for law in p.laws if law.sides}

    def _number_operators(self) -> dict[Type, list[Operator]]:
        """The operators by the type they make; leaves have the lower numbers, so that layers are sorted by number."""
        operators: dict[Type, list[Operator]] = {kind: [] for kind in self.layers}
        for primitive in self.language.primitives:
            if primitive.type.args:
                kind = carrier(primitive.type.result)
                args = tuple(carrier(asked) for asked in primitive.type.args)
                cost = self.language.cost(kind, primitive)
                operators[kind].append(Operator(len(self._heads), primitive, cost, args))
                self._heads.append(primitive)
        return operators

    def cheapest(self, kind: Type) -> int:
        """Cost of the cheapest operator that makes `kind`; programs of this much more need no stored layer."""
        return min((operator.cost for operator in self._operators[kind]), default=1)

    def reach(self) -> int:
        """The largest cost that any program over the stored layers can have."""
        most = max((cost for costs in self.language.costs.values() for cost in costs.values()), default=0)
        for operators in self._operators.values():
            for operator in operators:
                if all(self.layers[kind] for kind in operator.args):
                    most = max(most, operator.cost + sum(max(self.layers[kind]) for kind in operator.args))
        return most

    def build(self, cost: int) -> None:
        """Store the distinct programs of exactly this cost; all cheaper ones are stored already."""
        for kind in self.layers:
            layer = self._build(kind, cost)
            if len(layer):
                self.layers[kind][cost] = layer
                self._sizes[kind] += len(layer)
                self.meter.distinct += len(layer)
        self.built = cost

    def find(self, kind: Type, cost: int, goal: Shaped[np.ndarray, " examples"]) -> Program | None:
        """A program of exactly this cost whose values are `goal`; the layers of its arguments are stored."""
        for leaf in self._leaves(kind, cost):
            self.meter.candidates += 1
            if agree(self._leaf_values(leaf, kind), goal).all():
                return leaf_program(leaf)
        probe = min(self.examples, PROBE_BOOL if goal.dtype == bool else PROBE)
        for operator in self._operators[kind]:
            for layers, piece, triangle in self._pieces(operator, cost):
                for tile in tiles(piece, triangle, BLOCK * max(1, self.examples // (2 * probe))):
                    self.meter.candidates += distinct_pairs(tile, triangle)
                    self.meter.check(self._nbytes)
                    rows = match(operator.primitive, layers, tile, goal, probe)
                    if rows is not None:
                        places = [layer.start + row for layer, row in zip(layers, rows, strict=True)]
                        args = [self.program(k, n) for k, n in zip(operator.args, places, strict=True)]
                        self._counted.add((kind, cost))
                        return apply(operator.primitive, *args)
        self._counted.add((kind, cost))
        return None

    def program(self, kind: Type, number: int) -> Program:
        """The program that is number `number` among those of its type, in the order of storing."""
        done: dict[tuple[Type, int], Program] = {}
        stack = [(kind, number)]
        while stack:
            here = stack[-1]
            root, args = self._record(*here)
            missing = [arg for arg in args if arg not in done]
            if missing:
                stack += missing
                continue
            if isinstance(root, Primitive) and args:
                done[here] = apply(root, *(done[arg] for arg in args))
            else:
                done[here] = leaf_program(root)
            stack.pop()
        return done[kind, number]

    def _record(self, kind: Type, number: int) -> tuple[Terminal | Primitive, list[tuple[Type, int]]]:
        layer = next(known for known in reversed(self.layers[kind].values()) if known.start <= number)
        row = number - layer.start
        head = self._heads[layer.heads[row]]
        asked = head.type.args if isinstance(head, Primitive) else ()
        return head, [(carrier(k), int(n)) for k, n in zip(asked, layer.args[row], strict=False)]

    def _leaves(self, kind: Type, cost: int) -> list[Terminal | Primitive]:
        words = self.language.costs[kind]
        return [
            leaf
            for leaf in self._heads
            if words.get(leaf.name) == cost
            and leaf.name not in self.hidden
            and (isinstance(leaf, Terminal) or not leaf.type.args)
            and fits(leaf.type if isinstance(leaf, Terminal) else leaf.type.result, kind)
        ]

    def _leaf_values(self, leaf: Terminal | Primitive, kind: Type) -> Shaped[np.ndarray, " examples"]:
        values = self.columns[leaf.name] if isinstance(leaf, Terminal) else leaf.run(NUMPY)
        return np.broadcast_to(np.asarray(values, dtype=dtype_of(kind)), (self.examples,))

    def _pieces(self, operator: Operator, cost: int) -> Iterator[tuple[tuple[Layer, ...], Piece, bool]]:
        for layers in self._combinations(operator.args, cost - operator.cost, operator.commutes):
            triangle = operator.commutes and layers[0] is layers[1]
            for piece in pieces(operator.primitive, operator.head, layers):
                yield layers, piece, triangle

    def _combinations(self, kinds: tuple[Type, ...], cost: int, sorted_costs: bool) -> Iterator[tuple[Layer, ...]]:
        known = self.layers[kinds[0]]
        if len(kinds) == 1:
            if cost in known:
                yield (known[cost],)
            return
        for first, layer in known.items():
            if first >= cost or (sorted_costs and 2 * first > cost):
                break
            for rest in self._combinations(kinds[1:], cost - first, False):
                yield (layer, *rest)

    def _build(self, kind: Type, cost: int) -> Layer:
        count = (kind, cost) not in self._counted
        self._counted.add((kind, cost))
        others = self._nbytes + sum(table.nbytes for key, table in self._tables.items() if key != kind)
        writer = Writer(self._tables[kind], self.examples, dtype_of(kind), self._sizes[kind])
        for leaf in self._leaves(kind, cost):
            self.meter.candidates += count
            writer.add(self._heads.index(leaf), (), (), self._leaf_values(leaf, kind)[:, None])
        for operator in self._operators[kind]:
            for layers, piece, triangle in self._pieces(operator, cost):
                for tile in tiles(piece, triangle, BLOCK):
                    values = evaluate(operator.primitive, layers, tile, slice(None))
                    self.meter.candidates += distinct_pairs(tile, triangle) * count
                    self.meter.check(others + writer.nbytes)
                    writer.add(operator.head, tile, tuple(layer.start for layer in layers), values)
        layer = writer.layer(self._laws)
        self._nbytes += layer.values.nbytes + layer.heads.nbytes + layer.args.nbytes
        return layer


def leaf_program(leaf: Terminal | Primitive) -> Program:
    return Program((leaf if isinstance(leaf, Terminal) else Apply(leaf, ()),))


def match(
    primitive: Primitive,
    layers: tuple[Layer, ...],
    tile: Piece,
    goal: Shaped[np.ndarray, " examples"],
    probe: int,
) -> tuple[int, ...] | None:
    """Rows of the first candidate of a tile whose values are the goal, looked for on a few examples first."""
    values = evaluate(primitive, layers, tile, slice(0, probe))
    hits = agree(values[0], goal[0])
    for row, wanted in zip(values[1:], goal[1:probe], strict=True):
        hits &= agree(row, wanted)
    places = np.flatnonzero(hits)
    if not len(places):
        return None
    rows = rows_of_tile(tile, places)
    rest = evaluate_rows(primitive, layers, rows, slice(probe, None))
    right = np.flatnonzero(agree(rest, goal[probe:, None]).all(axis=0))
    return tuple(int(row[right[0]]) for row in rows) if len(right) else None
