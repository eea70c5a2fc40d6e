"""All terms of a first-order language in order of cost, the bodies of lambdas: no values, only what they are made of.

Two terms are one where the laws of their primitives make them equal as functions; the cheaper stays.
"""

import numpy as np
from jaxtyping import Int

from synth.bank.budget import Memory, Meter
from synth.bank.lambdas.keys import WORDS, Keyring, same
from synth.bank.rectangles import Layers, flat, possible, rectangles, to_build
from synth.bank.store import grown
from synth.bank.table import Table, row_hashes
from synth.language.grammar import Language
from synth.language.operators import Operator, numbered, spares
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, apply, leaf_program
from synth.language.types import Type, carrier, fits
from synth.language.xp import NUMPY

BLOCK = 1 << 16  # terms that are made together
FIRST = 1 << 10  # terms that there is room for at first
TERM = 64 + 16 * WORDS  # bytes of a term, about, while it is made
SHAPE = 400  # bytes of a shape and its number, about
CONSTANT = 0  # the shape of a leaf that is no parameter

Shape = tuple[int, ...]  # a root operator's number and the shapes of its arguments; a parameter's number alone


class Rows:
    """The terms of one type: the operator's number, the arguments' rows, the shape, the key."""

    def __init__(self) -> None:
        self.count = 0
        self.heads = np.empty(FIRST, np.int32)
        self.args = np.empty((3, FIRST), np.int64)
        self.shapes = np.empty(FIRST, np.int32)
        self.keys = np.empty((WORDS, FIRST), np.uint64)
        self.table = Table()
        self.layers = Layers()

    @property
    def nbytes(self) -> int:
        arrays = (self.heads, self.args, self.shapes, self.keys)
        return sum(array.nbytes for array in arrays) + self.table.nbytes

    def append(
        self, head: int, args: tuple[np.ndarray, ...], shapes: np.ndarray, keys: np.ndarray, memory: Memory
    ) -> None:
        """Keep the terms of new keys, the first of several equal ones; `Spent` where there is no room to grow."""
        grows = self.count + len(shapes) > len(self.heads)
        memory.need(self.table.growth(len(shapes)) + grows * 2 * max(self.nbytes, TERM * len(shapes)))
        fresh = np.flatnonzero(self.table.insert(row_hashes(np.ascontiguousarray(keys.T).view(np.int64))))
        more = self.count + len(fresh)
        if more > len(self.heads):
            size = max(2 * len(self.heads), more)
            self.heads, self.args = grown(self.heads, size, self.count), grown(self.args, size, self.count)
            self.shapes, self.keys = grown(self.shapes, size, self.count), grown(self.keys, size, self.count)
        rows = slice(self.count, more)
        self.heads[rows], self.shapes[rows], self.keys[:, rows] = head, shapes[fresh], keys[:, fresh]
        for row, arg in zip(self.args, args, strict=False):
            row[rows] = arg[fresh]
        self.count = more


class Terms:
    """Every term of a type, of at most the cost that was built, over a language's terminals.

    The last `parameters` terminals are the lambda's own.
    """

    def __init__(self, language: Language, goal: Type, parameters: int, seed: int) -> None:
        self.language = language
        self.goal = carrier(goal)
        self.constants = tuple(p for p in language.primitives if not p.type.args)
        self.heads: tuple[Terminal | Primitive, ...] = (
            *language.terminals,
            *self.constants,
            *(p for p in language.primitives if p.type.args),
        )
        self.leaves = len(language.terminals) + len(self.constants)
        self._own = range(len(language.terminals) - parameters, len(language.terminals))
        self.keyring = Keyring(seed)
        self._leaf_keys = [self._leaf_key(leaf) for leaf in self.heads[: self.leaves]]
        self.operators = numbered(language, self.leaves)
        self.spare = spares(language, self.operators, self.goal) | {self.goal: 0}
        self.rows = {kind: Rows() for kind in self.spare}
        self.done = dict.fromkeys(self.spare, 0)
        self.shapes: list[Shape] = [(), *((place,) for place in range(parameters))]
        self._numbers: dict[Shape, int] = {}
        self._reached = (-1, 0)  # layers, and the cost that these reach

    @property
    def nbytes(self) -> int:
        return sum(rows.nbytes for rows in self.rows.values()) + SHAPE * len(self.shapes)

    def reach(self) -> int:
        """The largest cost that any term over the built ones can have."""
        layers = sum(len(rows.layers.costs) for rows in self.rows.values())
        if layers != self._reached[0]:
            self._reached = (layers, self._reach())
        return self._reached[1]

    def _reach(self) -> int:
        most = max((cost for costs in self.language.costs.values() for cost in costs.values()), default=0)
        for kind in self.rows:
            for operator in self.operators[kind]:
                known = [self.rows[part].layers.costs for part in operator.args]
                if all(known):
                    most = max(most, operator.cost + sum(map(max, known)))
        return most + max(self.spare.values())

    def build(self, cost: int, step: int, meter: Meter) -> None:
        """Every term of at most this cost, and what it is made of."""
        for kind, level in to_build(self.done, {kind: cost - spare for kind, spare in self.spare.items()}, step):
            self._build(kind, level, meter)

    def program(self, kind: Type, row: int) -> Program:
        rows = self.rows[kind]
        head = self.heads[rows.heads[row]]
        if isinstance(head, Terminal) or not head.type.args:
            return leaf_program(head)
        parts = zip(head.type.args, rows.args[:, row], strict=False)
        return apply(head, *(self.program(carrier(part), int(place)) for part, place in parts))

    def _leaf_key(self, leaf: Terminal | Primitive) -> np.ndarray:
        if isinstance(leaf, Terminal):
            return self.keyring.leaf()
        value = leaf.run(NUMPY)
        return self.keyring.leaf(value if isinstance(value, int) else None, leaf.type.result)

    def _build(self, kind: Type, cost: int, meter: Meter) -> None:
        rows = self.rows[kind]
        spans: dict[int, tuple[int, int]] = {}
        try:
            for head, leaf in enumerate(self.heads[: self.leaves]):
                low = rows.count
                if self.language.costs[kind].get(leaf.name) == cost:
                    shape = 1 + self._own.index(head) if head in self._own else CONSTANT
                    rows.append(head, (), np.array([shape]), self._leaf_keys[head], meter.memory)
                note(spans, head, low, rows.count)
            for operator in self.operators[kind]:
                low = rows.count
                try:
                    self._apply(operator, rows, cost, meter)
                finally:
                    note(spans, operator.head, low, rows.count)
        finally:
            if spans:
                rows.layers.add(cost, spans)

    def _apply(self, operator: Operator, rows: Rows, cost: int, meter: Meter) -> None:
        given = [self.rows[part] for part in operator.args]
        layers, left = [part.layers for part in given], cost - operator.cost
        if not possible(layers, left):
            return
        needless = [self._needless(operator, place) for place in range(len(given))]
        rects = rectangles(layers, left, operator.head, operator.laws, needless)
        for places in flat(rects, meter.memory.block(TERM, BLOCK)):
            parts = [part.keys[:, place] for part, place in zip(given, places, strict=True)]
            keep = kept(operator.laws, parts)
            if keep is not None:
                places, parts = tuple(place[keep] for place in places), [part[:, keep] for part in parts]
            shapes = self._shapes(operator.head, [p.shapes[place] for p, place in zip(given, places, strict=True)])
            keys = self.keyring.apply(operator.primitive, parts)
            rows.append(operator.head, places, shapes, keys, meter.memory)
            meter.check()

    def _needless(self, operator: Operator, place: int) -> list[int]:
        """Rows of the constants that make the application redundant as the argument at `place`."""
        asked = [law.constant for law in operator.primitive.laws if place in law.sides]
        if not asked:
            return []
        rows = self.rows[operator.args[place]]
        heads = [
            len(self.language.terminals) + number
            for number, constant in enumerate(self.constants)
            for value in asked
            if fits(constant.type.result, operator.args[place]) and constant.run(NUMPY) == value
        ]
        return [span[0] for spans in rows.layers.spans for head, span in spans.items() if head in heads]

    def _shapes(self, head: int, parts: list[Int[np.ndarray, " n"]]) -> Int[np.ndarray, " n"]:
        """The shapes of an operator on terms of these shapes."""
        size = len(self.shapes)
        code = np.zeros(len(parts[0]), np.int64)
        for part in parts:
            code = code * size + part
        codes, inverse = np.unique(code, return_inverse=True)
        return np.array([self._number((head, *digits(int(c), size, len(parts)))) for c in codes], np.int32)[inverse]

    def _number(self, shape: Shape) -> int:
        if shape not in self._numbers:
            self._numbers[shape] = len(self.shapes)
            self.shapes.append(shape)
        return self._numbers[shape]


def kept(laws: frozenset[str], parts: list[np.ndarray]) -> np.ndarray | None:
    """Where a law on equal arguments does not make the application needless; None for everywhere."""
    if "idempotent" in laws:
        return np.flatnonzero(~same(parts[0], parts[1]))
    if "same branches" in laws:
        return np.flatnonzero(~same(parts[1], parts[2]))
    return None


def note(spans: dict[int, tuple[int, int]], head: int, low: int, high: int) -> None:
    if high > low:
        spans[head] = (low, high)


def digits(code: int, base: int, count: int) -> tuple[int, ...]:
    found = []
    for _ in range(count):
        code, digit = divmod(code, base)
        found.append(digit)
    return tuple(reversed(found))
