"""All functions of one type in order of cost: the constants of a library, and the lambdas with every body."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped

from synth.bank.budget import Meter
from synth.bank.lambdas.terms import CONSTANT, Terms
from synth.bank.rectangles import Layers
from synth.bank.store import grown
from synth.language.grammar import LAMBDA, Language
from synth.language.primitive import Primitive
from synth.language.program import Lambda, Program, leaf_program
from synth.language.types import Fn, Type, carrier, dtype_of, fits
from synth.language.xp import NUMPY

FIRST = 1 << 10  # functions that there is room for at first

Groups = list[tuple[int, Int[np.ndarray, " some"]]]  # candidates by the shape of their function


class Functions:
    """Functions of a type, one a row: `origin` is the row of a lambda's body, or -1 - i for constant i.

    No function is left out because it agrees with another one on some arguments. Bodies are evaluated as `run` has
    them, where their primitives are `defined` or not.
    """

    def __init__(self, known: Language, asked: Fn, seed: int) -> None:
        self.asked = asked
        costs = known.costs.get(asked, {})
        self.constants = tuple(p for p in known.primitives if not p.type.args and fits(p.type.result, asked))
        self._prices = [costs[constant.name] for constant in self.constants]
        inner = known.bodies.get(asked)
        self.terms = Terms(inner, asked.result, len(asked.args), seed) if inner and LAMBDA in costs else None
        self._lambda = costs.get(LAMBDA, 0)
        self.layers = Layers()
        self.origin = np.empty(FIRST, np.int64)
        self.count = self.done = 0
        self._seen = 0  # rows of bodies that are functions
        self._known = constants_of(self.terms) if self.terms else {}

    @property
    def nbytes(self) -> int:
        return self.origin.nbytes + (self.terms.nbytes if self.terms else 0)

    @property
    def costs(self) -> list[int]:
        """All prices that the search has to deal in."""
        inner = [cost for words in self.terms.language.costs.values() for cost in words.values()] if self.terms else []
        return [*self._prices, *inner]

    def reach(self) -> int:
        """The largest cost that a function over the built bodies can have."""
        return max([*self._prices, self._lambda + self.terms.reach() if self.terms else 0])

    def build(self, cost: int, step: int, meter: Meter) -> int:
        """Add the functions of exactly this cost, if they are not there yet; how many."""
        if cost <= self.done:
            return 0
        begin = self.count
        chosen = [-1 - place for place, price in enumerate(self._prices) if price == cost]
        self._append(np.array(chosen, np.int64))
        if self.terms and cost > self._lambda:
            self.terms.build(cost - self._lambda, step, meter)
            bodies = self.terms.rows[self.terms.goal]
            meter.memory.need(3 * 8 * (bodies.count - self._seen))
            self._append(np.arange(self._seen, bodies.count))
            self._seen = bodies.count
        if self.count > begin:
            self.layers.add(cost, {0: (begin, self.count)})
        self.done = cost
        return self.count - begin

    def program(self, row: int) -> Program:
        place = int(self.origin[row])
        if place < 0:
            return leaf_program(self.constants[-1 - place])
        assert self.terms is not None
        words = self.terms.language.terminals
        return Program(
            (Lambda(words[len(words) - len(self.asked.args) :], self.terms.program(self.terms.goal, place)),)
        )

    def at(
        self, rows: Int[np.ndarray, " n"], columns: Mapping[str, Shaped[np.ndarray, " examples"]]
    ) -> Callable[..., np.ndarray]:
        """The function of arrays (examples, n, ...) that is the function of row rows[i] in column i."""
        origin = self.origin[rows]
        groups = self._groups(origin)
        leaves = self._leaves(columns) if self.terms else {}

        def call(*values: Any) -> np.ndarray:
            shape = np.broadcast_shapes(*(np.shape(v) for v in values))
            shape = np.broadcast_shapes(shape, (1, len(rows), *[1] * (len(shape) - 2)))
            values = tuple(np.broadcast_to(v, shape) for v in values)
            result = np.empty(shape, dtype_of(self.asked.result))
            for number, places in groups:
                given = values if len(places) == len(rows) else tuple(v[:, places] for v in values)
                part = self._value(number, origin[places], given, leaves)
                if len(places) == len(rows):
                    return np.broadcast_to(part, shape)
                result[:, places] = part
            return result

        return call

    def _append(self, origin: Int[np.ndarray, " more"]) -> None:
        if self.count + len(origin) > len(self.origin):
            self.origin = grown(self.origin, 2 * (self.count + len(origin)), self.count)
        self.origin[self.count : self.count + len(origin)] = origin
        self.count += len(origin)

    def _groups(self, origin: Int[np.ndarray, " n"]) -> Groups:
        """Constants are shapes of their own, numbered below 0."""
        shapes = origin.copy()
        if self.terms:
            bodies = origin >= 0
            shapes[bodies] = self.terms.rows[self.terms.goal].shapes[origin[bodies]]
        order = np.argsort(shapes, kind="stable")
        numbers, starts = np.unique(shapes[order], return_index=True)
        return [(int(n), places) for n, places in zip(numbers, np.split(order, starts[1:]), strict=True)]

    def _leaves(self, columns: Mapping[str, np.ndarray]) -> dict[Type, np.ndarray]:
        """By type, the values of the leaves that are no parameters, shape (leaves, examples)."""
        assert self.terms is not None
        examples = len(next(iter(columns.values())))
        found = {kind: np.repeat(values[:, None], examples, axis=1) for kind, values in self._known.items()}
        for place, word in enumerate(self.terms.language.terminals):
            for kind, values in found.items():
                if word.name in columns and fits(word.type, kind):
                    values[place] = columns[word.name]
        return found

    def _value(self, number: int, rows: np.ndarray, given: tuple[Any, ...], leaves: dict[Type, np.ndarray]) -> Any:
        if number < 0:
            return self.constants[-1 - number].run(NUMPY)(*given)
        assert self.terms is not None
        return self._body(self.terms.goal, number, rows, given, leaves)

    def _body(
        self, kind: Type, number: int, rows: np.ndarray, given: tuple[Any, ...], leaves: dict[Type, np.ndarray]
    ) -> Any:
        """Values of bodies of one shape, each in its own column."""
        assert self.terms is not None
        if number == CONSTANT:
            values = leaves[kind][self.terms.rows[kind].heads[rows]].T
            return values.reshape((*values.shape, *[1] * (given[0].ndim - 2)))
        shape = self.terms.shapes[number]
        if len(shape) == 1:
            return given[shape[0]]
        head = self.terms.heads[shape[0]]
        assert isinstance(head, Primitive)
        below = self.terms.rows[kind].args
        parts = [
            self._body(carrier(part), inner, below[place, rows], given, leaves)
            for place, (part, inner) in enumerate(zip(head.type.args, shape[1:], strict=True))
        ]
        return np.asarray(head.run(NUMPY, *parts), dtype_of(head.type.result))


def constants_of(terms: Terms) -> dict[Type, np.ndarray]:
    """By type, the values of the leaves that are constants, shape (leaves,); 0 elsewhere."""
    found = {kind: np.zeros(terms.leaves, dtype_of(kind)) for kind in terms.rows}
    for place, constant in enumerate(terms.constants, len(terms.language.terminals)):
        for kind, values in found.items():
            if fits(constant.type.result, kind):
                values[place] = constant.run(NUMPY)
    return found


def functions_of(known: Language, seed: int) -> dict[Fn, Functions]:
    """The functions that a language's operators take, by type."""
    asked = dict.fromkeys(k for p in known.primitives for k in p.type.args if isinstance(k, Fn))
    return {kind: Functions(known, kind, seed) for kind in asked}
