"""The bank: distinct programs by type and cost, built bottom up in arrays, no Python object a candidate."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped

from synth.bank.budget import Meter, Spent
from synth.bank.elsewhere import values_on
from synth.bank.outcomes import Conditions, conditions_hold
from synth.bank.passes import store_compiled
from synth.bank.rectangles import combinations, flat, possible, rectangles, sizes, to_build
from synth.bank.stored import Stored
from synth.language.evaluate import flat_words
from synth.language.grammar import Language
from synth.language.operators import Operator, spares
from synth.language.primitive import Primitive
from synth.language.program import Terminal
from synth.language.types import BOOL, Fn, Type, carrier, dtype_of, fits

BLOCK = 1 << 14  # candidates that numpy evaluates together
CELLS = 1 << 17  # numbers of an example that these have at most
ARRAYS = 6  # of the values of a block that exist at a time, its arguments and what a primitive makes in between
RECTANGLE = 200  # bytes of one while rectangles are put together
PIECE = 1 << 16  # programs of a layer whose outcomes are told apart together
NOTHING = np.zeros((0, 2), np.int64)


class Bank(Stored):
    """Programs over the columns of some examples; `build` adds those of the next cost.

    With a `goal`, programs of other types are stored only where a program of the goal's type can still use them.
    `columns`, `backend` and `seed` are those of `Stored`.
    """

    def __init__(
        self,
        language: Language,
        columns: Mapping[str, Shaped[np.ndarray, "examples ..."]],
        meter: Meter,
        hidden: frozenset[str] = frozenset(),
        *,
        goal: Type | None = None,
        backend: str = "numba",
        seed: int = 0,
    ) -> None:
        super().__init__(language, columns, meter, backend, seed)
        self.hidden = hidden  # terminals that no stored program names
        prices = [cost for words in language.costs.values() for cost in words.values()]
        prices += [cost for functions in self.functions.values() for cost in functions.costs]
        self.step = int(np.gcd.reduce(prices or [1]))
        parts = (*self.stores, *self.functions)
        self.spare = spares(language, self.operators, goal) if goal is not None else dict.fromkeys(parts, 0)
        self.goal = goal
        self.done = dict.fromkeys(self.spare, 0)  # every program of at most this cost is represented
        self.counted: set[tuple[Type, int]] = set()  # levels whose candidates the meter has counted
        self._conditions: dict[int, Conditions] = {}
        self._known_constants: dict[tuple[Type, Any], int] = {}
        meter.memory.holders.add(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the stored programs, of the tables, and of the conditions that were told apart."""
        held = (*self.stores.values(), *self.functions.values(), *self._conditions.values())
        return sum(each.nbytes for each in held)

    def clear(self) -> None:
        """Forget all programs, keep the memory that they took."""
        for store in self.stores.values():
            store.clear()
        self._forget()
        self._conditions.clear()
        self._known_constants.clear()
        self.counted.clear()
        self.done = dict.fromkeys(self.done, 0)

    def reach(self) -> int:
        """The largest cost that any program over the stored layers can have."""
        most = max((cost for costs in self.language.costs.values() for cost in costs.values()), default=0)
        for operators in self.operators.values():
            for operator in operators:
                known = [
                    [self.functions[kind].reach()] if isinstance(kind, Fn) else self.layers[kind].costs
                    for kind in operator.args
                ]
                if all(known):
                    most = max(most, operator.cost + sum(map(max, known)))
        return most

    def build(self, cost: int, *, parts: bool = False) -> None:
        """Store the distinct programs of at most this cost; with `parts`, only what `find` needs at this cost."""
        targets = {kind: cost - spare for kind, spare in self.spare.items()}
        if self.goal is not None and not parts:
            targets[self.goal] = cost
        for kind, level in to_build(self.done, targets, self.step):
            self._build(kind, level)

    def complete(self, cost: int) -> bool:
        """Whether all parts of programs of this cost are stored."""
        return all(self.done[kind] + self.step > cost - spare for kind, spare in self.spare.items())

    def _build(self, kind: Any, cost: int) -> None:
        if isinstance(kind, Fn):
            self.meter.distinct += self.functions[kind].build(cost, self.step, self.meter)
            return
        store = self.stores[kind]
        begin, count = store.count, (kind, cost) not in self.counted
        self.counted.add((kind, cost))
        spans: dict[int, tuple[int, int]] = {}
        try:
            for leaf in self.leaves(kind, cost):
                self.meter.candidates += count
                low, head = store.count, self.heads.index(leaf)
                store.insert(flat_words(self.leaf_values(leaf, kind)[:, None]), head, ())
                self._note(kind, spans, head, low)
            for operator in self.operators[kind]:
                rects = self.rectangles(operator, cost)
                if len(rects):
                    low = store.count
                    self.meter.candidates += int(sizes(rects).sum()) * count
                    try:
                        self._store(operator, kind, rects)
                    finally:
                        self._note(kind, spans, operator.head, low)
        finally:
            if spans:
                self.layers[kind].add(cost, spans)
            self.meter.distinct += store.count - begin

    def _note(self, kind: Type, spans: dict[int, tuple[int, int]], head: int, low: int) -> None:
        high = self.stores[kind].count
        if high > low:
            spans[head] = (low, high)
            self.order.append((kind, head, low, high))

    def leaves(self, kind: Type, cost: int) -> list[Terminal | Primitive]:
        words = self.language.costs[kind]
        return [
            leaf
            for leaf in self.heads
            if words.get(leaf.name) == cost
            and leaf.name not in self.hidden
            and (isinstance(leaf, Terminal) or not leaf.type.args)
            and fits(leaf.type if isinstance(leaf, Terminal) else leaf.type.result, kind)
        ]

    def _store(self, operator: Operator, kind: Type, rects: Int[np.ndarray, "rectangles columns"]) -> None:
        run, loops = self.on_device(operator), self.kernels(operator, rects)
        if run is not None:
            given = [self.stores[k] for k in operator.args]
            return self.device.store(run, operator.head, given, self.stores[kind], rects, self.check)
        if loops is not None:
            given = [self.stores[k] for k in operator.args]
            return store_compiled(loops, operator.head, given, self.stores[kind], rects, self.check)
        for places in flat(rects, self.block(operator)):
            values = self.candidates(operator, places, slice(None))
            fine = self.defined(operator, places)
            if fine is not None:
                values, places = values[:, fine], tuple(place[fine] for place in places)
            self.stores[kind].insert(values, operator.head, places)
            self.check()
        return None

    def check(self) -> None:
        self.meter.check()

    def block(self, operator: Operator, most: int = BLOCK) -> int:
        """How many candidates of an operator are evaluated together."""
        kinds = (*operator.args, carrier(operator.primitive.type.result))
        words = max(self.words(kind) for kind in kinds if not isinstance(kind, Fn))
        return self.meter.memory.block(ARRAYS * 8 * self.examples * words, min(most, max(64, CELLS // words)))

    def kernels(self, operator: Operator, rects: np.ndarray) -> Any:
        if not self.compiled or self.device is not None:
            return None
        from synth.bank.kernels import kernels

        return kernels(operator.primitive, float(sizes(rects).sum()), self.meter.left, self.meter.memory)

    def on_device(self, operator: Operator) -> Any:
        return None if self.device is None else self.device.traced(operator.primitive, self.examples)

    def rectangles(self, operator: Operator, cost: int) -> Int[np.ndarray, "rectangles columns"]:
        """Rows of the stored programs that the operator combines to programs of a cost."""
        layers = [self.layers[kind] for kind in operator.args]
        if not possible(layers, cost - operator.cost):
            return NOTHING
        first = None
        if operator.primitive.choice is not None and operator.args[0] != BOOL:  # Booleans differ in what they hold on
            first = self.conditions(operator).layers
        if len(layers) == 3:
            self.check_room(RECTANGLE * combinations(first or layers[0], layers[1], layers[2], cost - operator.cost))
        constants = [self._constants(operator, place) for place in range(len(layers))]
        return rectangles(layers, cost - operator.cost, operator.head, operator.laws, constants, first)

    def check_room(self, nbytes: float) -> None:
        """`Spent` unless so many bytes fit for a moment."""
        if not self.meter.memory.has(nbytes):
            raise Spent("bytes")

    def _constants(self, operator: Operator, place: int) -> list[int]:
        """Rows of the constants that make the application redundant as the argument at `place`."""
        asked = [law.constant for law in operator.primitive.laws if place in law.sides]
        kind = operator.args[place]
        rows = [self._constant_row(kind, value) for value in asked]
        return [row for row in rows if row >= 0]

    def _constant_row(self, kind: Type, value: Any) -> int:
        if isinstance(kind, Fn) or self.words(kind) > 1:
            return -1
        if (kind, value) not in self._known_constants:
            row = int(self.lookup(kind, np.full((self.examples, 1), value))[0])
            if row < 0:
                return -1
            self._known_constants[kind, value] = row
        return self._known_constants[kind, value]

    def conditions(self, operator: Operator) -> Conditions:
        """One condition of each kind of outcome for an operator that chooses, the cheapest."""
        known = self._conditions.setdefault(operator.head, Conditions())
        kind = operator.args[0]
        layers = self.layers[kind]
        when = operator.primitive.choice.when if operator.primitive.choice else None
        for number in range(known.seen, len(layers.costs)):
            for low in range(layers.starts[number], layers.stops[number], PIECE):
                high = min(low + PIECE, layers.stops[number])
                known.add(layers.costs[number], low, conditions_hold(when, self.stores[kind].values[:, low:high]))
                self.check()
        known.seen = len(layers.costs)
        return known

    def append(self, columns: Mapping[str, Shaped[np.ndarray, "more ..."]]) -> None:
        """Take further examples: every program gets their values, and programs that they tell apart are both kept.

        The stored programs stay, unless their values on old and new examples do not fit together; going through the
        candidates once more adds those that were equal to a stored one and no longer are. `Spent` where there is no
        room for all of them: then `complete` says so.
        """
        reached = self.done
        if self.meter.memory.has(self._longer(columns)):
            further = values_on(self, columns)
            for kind, store in self.stores.items():
                store.append(further.pop(kind))
        else:
            self.clear()
            for kind, store in self.stores.items():
                more = len(next(iter(columns.values()))) * self.words(kind)
                store.restart(len(store.values) + more)
        self.columns = {name: np.concatenate([values, columns[name]]) for name, values in self.columns.items()}
        self.examples = len(next(iter(self.columns.values())))
        self._conditions.clear()
        self._known_constants.clear()
        self.done = dict.fromkeys(reached, 0)
        for kind, level in to_build(self.done, reached, self.step):
            self._build(kind, level)

    def _longer(self, columns: Mapping[str, Shaped[np.ndarray, "more ..."]]) -> float:
        """Bytes that all values on further examples take, with the largest store's values twice."""
        rows = len(next(iter(columns.values())))
        each = {kind: rows * self.words(kind) * dtype_of(kind).itemsize for kind in self.stores}
        further = sum(each[kind] * self.count(kind) for kind in each)
        return further + max(store.nbytes + each[kind] * store.count for kind, store in self.stores.items())
