"""Programs of vector languages by cost, one shelf a type, the values of a program side by side.

Programs are ordered by how many operators they have, not by bits: what is found here is a bound for the search in order
of bits. Two programs of equal values on the examples are one, and the cheaper stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from jaxtyping import Int

from synth.bank.budget import Memory, Meter
from synth.bank.table import Table, row_hashes
from synth.language.grammar import Language
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, apply, leaf_program
from synth.language.types import BOOL, INT, VECTORS, Fn, Type, carrier, dtype_of, fits, is_vector, plain
from synth.language.xp import NUMPY

OPERATOR = 2  # cost of an operator; terminals and named functions cost nothing
LITERAL = (0, 0, 0)  # cost of the literals 0, 1, 2
OTHER = 2  # cost of any other constant
SCALAR = 3  # cost of an operator on single values, which the bodies of lambdas are the better place for
BLOCK = 1 << 13  # candidates that are evaluated together
ARRAYS = 6  # of the values of a block that exist at a time
PLACES = 24  # bytes of where a program comes from
BLOCKS = 400  # bytes of a block of them
PART = 1 << 20  # candidates whose places are written out together
KINDS = (INT, BOOL, *VECTORS)


@dataclass(frozen=True, slots=True)
class Function:
    """A function that operators can be given: its program, its values on arrays, and its cost."""

    program: Program
    call: Any
    cost: int


@dataclass(slots=True)
class Rows:
    """What is stored of one type: values (n, examples) or (n, examples, width), where each comes from, its cost."""

    values: np.ndarray
    origin: list[tuple[int, Any, Any, Any]] = field(
        default_factory=list
    )  # blocks: first row, operator, functions, arguments
    ends: list[int] = field(default_factory=list)  # of the blocks
    layers: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # rows by cost
    table: Table = field(default_factory=Table)
    count: int = 0

    @property
    def nbytes(self) -> int:
        """Of the values, the table, and the places that programs come from."""
        places = PLACES * self.count + BLOCKS * len(self.ends)
        return len(self.values) * self.bytes_a_program + self.table.nbytes + places

    @property
    def bytes_a_program(self) -> int:
        return self.values.itemsize * int(np.prod(self.values.shape[1:]))

    def append(self, values: np.ndarray, memory: Memory) -> None:
        """`Spent` where there is no room for larger arrays beside those that there are."""
        more = self.count + len(values)
        if more > len(self.values):
            memory.need(max(2 * len(self.values), more) * self.bytes_a_program)
            larger = np.empty((max(2 * len(self.values), more), *self.values.shape[1:]), self.values.dtype)
            larger[: self.count] = self.values[: self.count]
            self.values = larger
        self.values[self.count : more] = values
        self.count = more


@dataclass(frozen=True, slots=True)
class Operator:
    """A primitive with its cost and the carriers of its arguments."""

    primitive: Primitive
    cost: int
    kinds: tuple[Any, ...]
    result: Type

    @property
    def functions(self) -> tuple[Fn, ...]:
        return tuple(kind for kind in self.kinds if isinstance(kind, Fn))

    @property
    def values(self) -> tuple[Type, ...]:
        return tuple(kind for kind in self.kinds if not isinstance(kind, Fn))


class Shelf:
    """Everything of cost at most `built` over the columns of some examples."""

    def __init__(self, known: Language, columns: Mapping[str, np.ndarray], examples: int, meter: Meter) -> None:
        self.known = known
        self.columns = columns
        self.examples = examples
        self.width = max((values.shape[1] for values in columns.values() if values.ndim == 2), default=1)
        self.meter = meter
        meter.memory.holders.add(self)
        self.rows = {kind: self._empty(kind) for kind in KINDS}
        self.operators = tuple(filter(None, (operator_of(p) for p in known.primitives)))
        self.functions = {asked: named_functions(known, asked) for op in self.operators for asked in op.functions}

    def _empty(self, kind: Type) -> Rows:
        shape = (64, self.examples, self.width) if is_vector(kind) else (64, self.examples)
        return Rows(np.empty(shape, dtype_of(kind)))

    @property
    def nbytes(self) -> int:
        return sum(rows.nbytes for rows in self.rows.values())

    def block(self, most: int, examples: int | None = None) -> int:
        """How many candidates are evaluated together, on some of the examples."""
        words = self.width * (self.examples if examples is None else examples)
        return self.meter.memory.block(ARRAYS * 8 * words, most)

    def build(self, cost: int) -> None:
        """Store the programs of exactly this cost that behave unlike all stored ones."""
        for leaf, price in self.leaves():
            if price == cost:
                self.store(carrier(head_type(leaf)), cost, (leaf, (), ()), self.leaf_values(leaf)[None])
        for operator in self.operators:
            for functions, places in self.combinations(operator, cost):
                for block in blocks(places, self.block(BLOCK)):
                    values = self.evaluate(operator, functions, block, slice(None))
                    self.meter.candidates += len(values)
                    self.store(operator.result, cost, (operator, functions, block), values)
                    self.meter.check()

    def find(
        self, kind: Type, cost: int, goal: np.ndarray, probe: int
    ) -> Iterator[tuple[Operator, tuple[Function, ...], tuple[int, ...]]]:
        """Operators on stored programs, of this cost, whose values are the goal; the first examples are tried first."""
        for operator in self.operators:
            if operator.result != kind:
                continue
            for functions, places in self.combinations(operator, cost):
                for block in blocks(places, self.block(4 * BLOCK, probe)):
                    values = self.evaluate(operator, functions, block, slice(0, probe))
                    self.meter.candidates += len(values)
                    self.meter.check()
                    some = np.flatnonzero(equal_rows(values, goal[:probe]))
                    for hits in blocks(tuple(place[some] for place in block), self.block(BLOCK)):
                        right = equal_rows(self.evaluate(operator, functions, hits, slice(None)), goal)
                        for hit in np.flatnonzero(right):
                            yield operator, functions, tuple(int(place[hit]) for place in hits)

    def leaves(self) -> Iterator[tuple[Terminal | Primitive, int]]:
        """Terminals and constants with their costs."""
        for word in self.known.terminals:
            if head_type(word) in KINDS:
                yield word, 0
        for primitive in self.known.primitives:
            if not primitive.type.args and primitive.type.result in KINDS:
                cheap = primitive.name in ("0", "1", "2")
                yield primitive, LITERAL[int(primitive.name)] if cheap else OTHER

    def leaf_values(self, leaf: Terminal | Primitive) -> np.ndarray:
        kind = head_type(leaf)
        values = self.columns[leaf.name] if isinstance(leaf, Terminal) else leaf.run(NUMPY)
        shape = (self.examples, self.width) if is_vector(kind) else (self.examples,)
        return np.broadcast_to(np.asarray(values, dtype_of(kind)), shape)

    def combinations(
        self, operator: Operator, cost: int
    ) -> Iterator[tuple[tuple[Function, ...], tuple[Int[np.ndarray, " n"], ...]]]:
        """Functions, with the rows of the arguments for each candidate, that make up the cost together."""
        left = cost - operator.cost
        choices = [self.functions[asked] for asked in operator.functions]
        for functions in product(*choices):
            rest = left - sum(function.cost for function in functions)
            for layers in self.layers(operator.values, rest):
                for part in parts(layers, self.meter.memory.block(ARRAYS * 8, PART)):
                    yield functions, mesh(part)

    def layers(self, kinds: tuple[Type, ...], cost: int) -> Iterator[tuple[tuple[int, int], ...]]:
        if not kinds:
            if cost == 0:
                yield ()
            return
        for price, spans in list(self.rows[kinds[0]].layers.items()):
            if price <= cost:
                for rest in self.layers(kinds[1:], cost - price):
                    yield from ((span, *rest) for span in spans)

    def evaluate(
        self, operator: Operator, functions: tuple[Function, ...], places: tuple[np.ndarray, ...], examples: slice
    ) -> np.ndarray:
        """Values of candidates, shape (n, examples) or (n, examples, width)."""
        calls, rows = iter(functions), iter(places)
        given = [
            next(calls).call if isinstance(kind, Fn) else self.rows[kind].values[next(rows), examples]
            for kind in operator.kinds
        ]
        values = np.asarray(operator.primitive.run(NUMPY, *given), dtype_of(operator.result))
        shape = (len(places[0]), values.shape[1], *values.shape[2:])
        return np.broadcast_to(values, shape)

    def store(self, kind: Type, cost: int, origin: tuple[Any, ...], values: np.ndarray) -> Int[np.ndarray, " kept"]:
        """Keep the candidates whose values are new; which of them were."""
        rows = self.rows[kind]
        flat = np.ascontiguousarray(values.reshape(len(values), -1)).astype(np.int64, copy=False)
        self.meter.memory.need(rows.table.growth(len(flat)))
        fresh = np.flatnonzero(rows.table.insert(row_hashes(flat)))
        if not len(fresh):
            return fresh
        head, functions, places = origin
        begin = rows.count
        rows.append(values[fresh], self.meter.memory)
        if callable(functions):
            functions = chosen(functions, fresh)
        rows.origin.append((begin, head, functions, tuple(place[fresh] for place in places)))
        rows.ends.append(rows.count)
        spans = rows.layers.setdefault(cost, [])
        if spans and spans[-1][1] == begin:
            begin = spans.pop()[0]
        spans.append((begin, rows.count))
        self.meter.distinct += len(fresh)
        return fresh

    def program(self, kind: Type, row: int) -> Program:
        """The program in a row."""
        rows = self.rows[kind]
        begin, head, functions, places = rows.origin[int(np.searchsorted(rows.ends, row, side="right"))]
        if not isinstance(head, Operator):
            return leaf_program(head)
        given: Any = functions(row - begin) if callable(functions) else functions
        return self.applied(head, given, tuple(int(place[row - begin]) for place in places))

    def applied(self, operator: Operator, functions: tuple[Function, ...], places: tuple[int, ...]) -> Program:
        """The program of an operator on functions and on stored programs."""
        calls, rows = iter(functions), iter(places)
        parts = [
            next(calls).program if isinstance(kind, Fn) else self.program(kind, next(rows)) for kind in operator.kinds
        ]
        return apply(operator.primitive, *parts)


def chosen(functions: Any, kept: Int[np.ndarray, " kept"]) -> Any:
    """The functions of the candidates that were kept, by their number among these."""
    return lambda place: functions(int(kept[place]))


def operator_of(primitive: Primitive) -> Operator | None:
    """The operator of a primitive on and to the types that shelves hold, if it is one."""
    kinds = tuple(plain(carrier(kind)) for kind in primitive.type.args)
    result = plain(carrier(primitive.type.result))
    held = [kind for kind in (*kinds, result) if not isinstance(kind, Fn)]
    if not kinds or isinstance(result, Fn) or not all(kind in KINDS for kind in held) or len(held) < 2:
        return None
    return Operator(primitive, OPERATOR if any(map(is_vector, held)) else SCALAR, kinds, result)


def named_functions(known: Language, asked: Fn) -> list[Function]:
    """The constants of a function type."""
    constants = [p for p in known.primitives if not p.type.args and fits(p.type.result, asked)]
    return [Function(leaf_program(p), p.run(NUMPY), 0) for p in constants]


def head_type(leaf: Terminal | Primitive) -> Any:
    return plain(carrier(leaf.type if isinstance(leaf, Terminal) else leaf.type.result))


def parts(layers: tuple[tuple[int, int], ...], size: int = PART) -> Iterator[tuple[tuple[int, int], ...]]:
    """The same combinations in parts of at most about `size`, by cutting the first range."""
    (low, high), *rest = layers
    inner = int(np.prod([stop - start for start, stop in rest], dtype=float))
    step = max(1, size // max(inner, 1))
    for start in range(low, high, step):
        yield ((start, min(start + step, high)), *rest)


def mesh(layers: tuple[tuple[int, int], ...]) -> tuple[Int[np.ndarray, " n"], ...]:
    """All combinations of rows of the ranges, the last one's moving fastest."""
    grid = np.meshgrid(*(np.arange(low, high) for low, high in layers), indexing="ij")
    return tuple(axis.reshape(-1) for axis in grid)


def blocks(places: tuple[np.ndarray, ...], size: int = BLOCK) -> Iterator[tuple[np.ndarray, ...]]:
    for start in range(0, len(places[0]), size):
        yield tuple(place[start : start + size] for place in places)


def equal_rows(values: np.ndarray, goal: np.ndarray) -> np.ndarray:
    return (values == goal).reshape(len(values), -1).all(axis=1)
