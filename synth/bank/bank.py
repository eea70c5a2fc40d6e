"""The bank: distinct programs by type and cost, built bottom up in arrays, no Python object a candidate.

Two programs with equal values on all examples are one (observational equivalence); the cheaper stays, and among equals
the one met first. Equality is by a 64-bit fingerprint, so among N programs a false merge has probability below
N**2 / 2**65; whatever is returned is checked on its values.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Bool, Int, Shaped

from synth.bank.budget import Meter
from synth.bank.hashing import Hash, agree, hash_of
from synth.bank.lambdas.functions import functions_of
from synth.bank.outcomes import Conditions, conditions_hold
from synth.bank.passes import match_compiled, store_compiled
from synth.bank.rectangles import Layers, flat, possible, rectangles, sizes, to_build
from synth.bank.store import Store
from synth.language.evaluate import defined, evaluate, flat_words
from synth.language.grammar import Language
from synth.language.operators import Operator, numbered, spares
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, apply, leaf_program
from synth.language.types import BOOL, Fn, Type, carrier, dtype_of, fits, is_vector

BACKENDS = ("numba", "numpy", "jax")
BLOCK = 1 << 14  # candidates that numpy evaluates together
PROBE = 1 << 17  # candidates that numpy holds against the goal together, on few examples first
PROBE_BOOL = 8
NOTHING = np.zeros((0, 2), np.int64)


class Bank:
    """Programs over the columns of some examples; `build` adds those of the next cost.

    `columns` has one array a terminal, shape (examples,), or (examples, 1 + capacity) for lists and their like. With
    a `goal`, programs of other types are stored only where a program of the goal's type can still use them. The
    `backend` is "numba" (compiled loops for large levels), "numpy", or "jax" (`synth.bank.device`); programs and
    their rows are the same, but for reals that differ by rounding alone.
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
        if backend not in BACKENDS:
            raise ValueError(f"backend: expected one of {', '.join(BACKENDS)}, got {backend!r}; choose one of them")
        self.language = language
        self.columns = dict(columns)
        self.meter = meter
        self.hidden = hidden  # terminals that no stored program names
        self.compiled = backend != "numpy"
        self.device: Any = loops_on_device() if backend == "jax" else None
        self.examples = len(next(iter(columns.values())))
        self.width = max((values.shape[1] for values in columns.values() if values.ndim == 2), default=1)
        hash = hash_of(seed)
        self.stores = {
            kind: self._empty_store(self.examples * self.words(kind), dtype_of(kind), hash)
            for kind in language.costs
            if isinstance(kind, Type)
        }
        self.functions = functions_of(language, seed)
        prices = [cost for words in language.costs.values() for cost in words.values()]
        prices += [cost for functions in self.functions.values() for cost in functions.costs]
        self.step = int(np.gcd.reduce(prices or [1]))
        self._heads: list[Terminal | Primitive] = [
            *language.terminals,
            *(primitive for primitive in language.primitives if not primitive.type.args),
        ]
        self._operators = numbered(language, len(self._heads))
        self._heads += [primitive for primitive in language.primitives if primitive.type.args]
        parts = (*self.stores, *self.functions)
        self.spare = spares(language, self._operators, goal) if goal is not None else dict.fromkeys(parts, 0)
        self.goal = goal
        self._counted: set[tuple[Type, int]] = set()
        self.done = dict.fromkeys(self.spare, 0)  # every program of at most this cost is represented
        self._reset()

    def _empty_store(self, words: int, dtype: np.dtype, hash: Hash) -> Any:
        if self.device is not None:
            return self.device.DeviceStore(words, dtype, hash)
        return Store(words, dtype, hash, self.compiled)

    def _reset(self) -> None:
        self.layers: dict[Any, Layers] = {kind: Layers() for kind in self.stores}
        self.layers |= {asked: functions.layers for asked, functions in self.functions.items()}
        self._order: list[tuple[Type, int, int, int]] = []  # type, root operator and rows, as they were stored
        self._conditions: dict[int, Conditions] = {}
        self._known_constants: dict[tuple[Type, Any], int] = {}

    def clear(self) -> None:
        """Forget all programs, keep the memory that they took."""
        for store in self.stores.values():
            store.clear()
        self._reset()
        self._counted.clear()
        self.done = dict.fromkeys(self.done, 0)

    def words(self, kind: Type) -> int:
        """Numbers that hold one value."""
        return self.width if is_vector(kind) else 1

    @property
    def nbytes(self) -> int:
        """Bytes of the stored programs and of the tables."""
        return sum(held.nbytes for held in (*self.stores.values(), *self.functions.values()))

    def count(self, kind: Type) -> int:
        return self.stores[kind].count

    def values(self, kind: Type) -> Shaped[np.ndarray, "words programs"]:
        """Values of all stored programs of a type; a view, valid until the next of them is stored."""
        store = self.stores[kind]
        return store.values[:, : store.count]

    def costs(self, kind: Type) -> Int[np.ndarray, " programs"]:
        """Eighths of a bit of every stored program."""
        layers = self.layers[kind]
        counts = np.array(layers.stops, np.int64) - np.array(layers.starts, np.int64)
        return np.repeat(np.array(layers.costs, np.int32), counts)

    def lookup(self, kind: Type, values: Shaped[np.ndarray, "words n"]) -> Int[np.ndarray, " n"]:
        """Rows of the programs with these values, -1 where none is stored."""
        return self.stores[kind].lookup(np.ascontiguousarray(values, dtype_of(kind)))

    def operators(self, kind: Type) -> list[Operator]:
        """The operators that make a type."""
        return self._operators[kind]

    def reach(self) -> int:
        """The largest cost that any program over the stored layers can have."""
        most = max((cost for costs in self.language.costs.values() for cost in costs.values()), default=0)
        for operators in self._operators.values():
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
            check = partial(self.meter.check, self.nbytes)
            self.meter.distinct += self.functions[kind].build(cost, self.step, check)
            return
        store = self.stores[kind]
        begin, count = store.count, (kind, cost) not in self._counted
        self._counted.add((kind, cost))
        spans: dict[int, tuple[int, int]] = {}
        try:
            for leaf in self._leaves(kind, cost):
                self.meter.candidates += count
                low, head = store.count, self._heads.index(leaf)
                store.insert(flat_words(self._leaf_values(leaf, kind)[:, None]), head, ())
                self._note(kind, spans, head, low)
            for operator in self._operators[kind]:
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
            self._order.append((kind, head, low, high))

    def _store(self, operator: Operator, kind: Type, rects: Int[np.ndarray, "rectangles columns"]) -> None:
        run, loops = self._on_device(operator), self._kernels(operator, rects)
        if run is not None:
            given = [self.stores[k] for k in operator.args]
            return self.device.store(run, operator.head, given, self.stores[kind], rects, self._check)
        if loops is not None:
            given = [self.stores[k] for k in operator.args]
            return store_compiled(loops, operator.head, given, self.stores[kind], rects, self._check)
        for places in flat(rects, BLOCK):
            values = self._evaluate(operator, places, slice(None))
            fine = self._defined(operator, places)
            if fine is not None:
                values, places = values[:, fine], tuple(place[fine] for place in places)
            self.stores[kind].insert(values, operator.head, places)
            self._check()
        return None

    def _check(self) -> None:
        self.meter.check(self.nbytes)

    def _kernels(self, operator: Operator, rects: np.ndarray) -> Any:
        if not self.compiled or self.device is not None:
            return None
        from synth.bank.kernels import kernels

        return kernels(operator.primitive, float(sizes(rects).sum()))

    def _on_device(self, operator: Operator) -> Any:
        return None if self.device is None else self.device.traced(operator.primitive, self.examples)

    def rectangles(self, operator: Operator, cost: int) -> Int[np.ndarray, "rectangles columns"]:
        """Rows of the stored programs that the operator combines to programs of a cost."""
        layers = [self.layers[kind] for kind in operator.args]
        if not possible(layers, cost - operator.cost):
            return NOTHING
        first = None
        if operator.primitive.choice is not None and operator.args[0] != BOOL:  # Booleans differ in what they hold on
            first = self.conditions(operator).layers
        constants = [self._constants(operator, place) for place in range(len(layers))]
        return rectangles(layers, cost - operator.cost, operator.head, operator.laws, constants, first)

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
            low, high = layers.starts[number], layers.stops[number]
            known.add(layers.costs[number], low, conditions_hold(when, self.stores[kind].values[:, low:high]))
        known.seen = len(layers.costs)
        return known

    def find(self, kind: Type, cost: int, goal: Shaped[np.ndarray, "examples ..."]) -> Iterator[Program]:
        """Programs of exactly this cost whose values are `goal`, in order; the layers of their arguments are stored."""
        count = (kind, cost) not in self._counted
        self._counted.add((kind, cost))
        wanted = flat_words(np.asarray(goal)[:, None])[:, 0]
        for leaf in self._leaves(kind, cost):
            self.meter.candidates += count
            if agree(flat_words(self._leaf_values(leaf, kind)[:, None])[:, 0], wanted).all():
                yield leaf_program(leaf)
        for operator in self._operators[kind]:
            rects = self.rectangles(operator, cost)
            if len(rects):
                for places in self._matches(operator, rects, wanted, count):
                    yield self.combine(operator, places)

    def work(self, kind: Type, cost: int) -> int:
        """How many candidates `find` goes through at a cost, leaves aside."""
        return sum(int(sizes(self.rectangles(operator, cost)).sum()) for operator in self._operators[kind])

    def combine(self, operator: Operator, places: tuple[int, ...]) -> Program:
        """The program of an operator on stored programs, given by their rows."""
        args = [self.program(kind, int(row)) for kind, row in zip(operator.args, places, strict=True)]
        return apply(operator.primitive, *args)

    def _matches(
        self, operator: Operator, rects: np.ndarray, wanted: Shaped[np.ndarray, " words"], count: bool
    ) -> Iterator[tuple[int, ...]]:
        run, loops = self._on_device(operator), self._kernels(operator, rects)
        meter = self.meter if count else None
        if run is not None:
            found = self.device.match(run, [self.stores[k] for k in operator.args], rects, wanted, meter, self._check)
        elif loops is not None:
            values = [self.stores[k].values for k in operator.args]
            found = match_compiled(loops, values, rects, wanted, meter, self._check)
        else:
            found = self._match(operator, rects, wanted, count)
        for places in found:
            fine = self._defined(operator, tuple(np.array([row]) for row in places))
            if fine is None or fine.all():
                yield places

    def _match(
        self, operator: Operator, rects: np.ndarray, wanted: Shaped[np.ndarray, " words"], count: bool
    ) -> Iterator[tuple[int, ...]]:
        vector = self.words(carrier(operator.primitive.type.result)) > 1
        few = 1 if vector or wanted.dtype != bool else min(PROBE_BOOL, self.examples)
        words = self.width if vector else few
        heavy = vector or any(self.words(kind) > 1 for kind in operator.args if not isinstance(kind, Fn))
        for places in flat(rects, BLOCK if heavy else PROBE):
            self.meter.candidates += len(places[0]) * count
            self._check()
            hits = agree(self._evaluate(operator, places, slice(0, few)), wanted[:words, None]).all(axis=0)
            some = np.flatnonzero(hits)
            if len(some):
                rows = tuple(place[some] for place in places)
                right = agree(self._evaluate(operator, rows, slice(None)), wanted[:, None]).all(axis=0)
                for hit in np.flatnonzero(right):
                    yield tuple(int(row[hit]) for row in rows)

    def _evaluate(
        self, operator: Operator, places: tuple[np.ndarray, ...], examples: slice
    ) -> Shaped[np.ndarray, "words n"]:
        """Values of candidates on a range of examples, given by one row number an argument."""
        arguments = [self._argument(k, place, examples) for k, place in zip(operator.args, places, strict=True)]
        return flat_words(evaluate(operator.primitive, arguments))

    def _argument(self, kind: Any, places: np.ndarray, examples: slice) -> Any:
        """Values of stored programs, shape (examples, n) or (examples, n, 1 + capacity); for functions a callable."""
        if isinstance(kind, Fn):
            return self.functions[kind].at(places, {name: values[examples] for name, values in self.columns.items()})
        values, words = self.stores[kind].values, self.words(kind)
        if words == 1:
            return values[examples, places]
        shaped = values.reshape(self.examples, words, -1)[examples][:, :, places]
        return np.moveaxis(shaped, 1, 2)

    def _defined(self, operator: Operator, places: tuple[np.ndarray, ...]) -> Bool[np.ndarray, " n"] | None:
        if operator.primitive.defined is None:
            return None
        arguments = [self._argument(k, place, slice(None)) for k, place in zip(operator.args, places, strict=True)]
        return defined(operator.primitive, arguments)

    def evaluate(
        self,
        columns: Mapping[str, Shaped[np.ndarray, "rows ..."]],
        wanted: Mapping[Type, Int[np.ndarray, " some"]] | None = None,
    ) -> dict[Type, Shaped[np.ndarray, "words programs"]]:
        """Values on other rows of every stored program, or only of the wanted ones of each type."""
        if wanted is not None:
            return self._evaluate_some(columns, wanted)
        rows = len(next(iter(columns.values())))
        out = {
            kind: np.empty((rows * self.words(kind), store.count), dtype_of(kind))
            for kind, store in self.stores.items()
        }
        for kind, head, low, high in self._order:
            root = self._heads[head]
            if isinstance(root, Terminal) or not root.type.args:
                values = self._leaf_values(root, kind, columns)[:, None]
                out[kind][:, low:high] = flat_words(values)
                continue
            places = self.stores[kind].args[:, low:high]
            arguments = [
                self._given(asked, place, out, columns) for asked, place in zip(root.type.args, places, strict=False)
            ]
            out[kind][:, low:high] = flat_words(evaluate(root, arguments))
        return out

    def _evaluate_some(
        self, columns: Mapping[str, Shaped[np.ndarray, "rows ..."]], wanted: Mapping[Type, Int[np.ndarray, " some"]]
    ) -> dict[Type, Shaped[np.ndarray, "words some"]]:
        """The wanted programs and those that they are made of, which come before them in the order of storing."""
        needed = {kind: np.zeros(store.count, bool) for kind, store in self.stores.items()}
        for kind, places in wanted.items():
            needed[kind][places] = True
        parts: list[tuple[Type, Terminal | Primitive, Int[np.ndarray, " part"]]] = []
        for kind, head, low, high in reversed(self._order):
            part, root = low + np.flatnonzero(needed[kind][low:high]), self._heads[head]
            if len(part):
                parts.append((kind, root, part))
                for place, asked in enumerate(root.type.args if isinstance(root, Primitive) else ()):
                    if not isinstance(asked, Fn):
                        needed[carrier(asked)][self.stores[kind].args[place, part]] = True
        rows = len(next(iter(columns.values())))
        spots = {kind: np.cumsum(chosen) - 1 for kind, chosen in needed.items()}
        out = {
            kind: np.empty((rows * self.words(kind), int(chosen.sum())), dtype_of(kind))
            for kind, chosen in needed.items()
        }
        for kind, root, part in reversed(parts):
            if isinstance(root, Terminal) or not root.type.args:
                out[kind][:, spots[kind][part]] = flat_words(self._leaf_values(root, kind, columns)[:, None])
                continue
            arguments = [
                self._given(asked, places if isinstance(asked, Fn) else spots[carrier(asked)][places], out, columns)
                for asked, places in zip(root.type.args, self.stores[kind].args[:, part], strict=False)
            ]
            out[kind][:, spots[kind][part]] = flat_words(evaluate(root, arguments))
        return {kind: out[kind][:, spots[kind][places]] for kind, places in wanted.items()}

    def _given(
        self,
        asked: Any,
        places: Int[np.ndarray, " n"],
        values: Mapping[Type, Shaped[np.ndarray, "words programs"]],
        columns: Mapping[str, Shaped[np.ndarray, "rows ..."]],
    ) -> Any:
        """An argument for `evaluate` on other rows, from the values of its type's programs there."""
        if isinstance(asked, Fn):
            return self.functions[asked].at(places, columns)
        return self.shaped(carrier(asked), values[carrier(asked)][:, places])

    def shaped(self, kind: Type, values: Shaped[np.ndarray, "words n"]) -> Shaped[np.ndarray, "examples n ..."]:
        """Values with an axis of their own for what a list or its like consists of."""
        words = self.words(kind)
        return values if words == 1 else np.moveaxis(values.reshape(-1, words, values.shape[1]), 1, 2)

    def append(self, columns: Mapping[str, Shaped[np.ndarray, "more ..."]]) -> None:
        """Take further examples: every program gets their values, and programs that they tell apart are both kept.

        The stored programs stay; going through the candidates once more adds those that were equal to a stored one
        and no longer are.
        """
        further = self.evaluate(columns)
        for kind, store in self.stores.items():
            store.append(further[kind])
        self.columns = {name: np.concatenate([values, columns[name]]) for name, values in self.columns.items()}
        self.examples = len(next(iter(self.columns.values())))
        self._conditions.clear()
        self._known_constants.clear()
        for cost in range(self.step, max(self.done.values(), default=0) + 1, self.step):
            for kind, done in self.done.items():
                if cost <= done:
                    self._build(kind, cost)

    def program(self, kind: Type, number: int) -> Program:
        """The program in a row of its type's store."""
        done: dict[tuple[Any, int], Program] = {}
        stack: list[tuple[Any, int]] = [(kind, number)]
        while stack:
            here = stack[-1]
            if isinstance(here[0], Fn):
                done[here] = self.functions[here[0]].program(here[1])
                stack.pop()
                continue
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

    def _record(self, kind: Type, number: int) -> tuple[Terminal | Primitive, list[tuple[Any, int]]]:
        store = self.stores[kind]
        head = self._heads[store.heads[number]]
        asked = head.type.args if isinstance(head, Primitive) else ()
        return head, [(carrier(k), int(store.args[place, number])) for place, k in enumerate(asked)]

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

    def _leaf_values(
        self, leaf: Terminal | Primitive, kind: Type, columns: Mapping[str, np.ndarray] | None = None
    ) -> Shaped[np.ndarray, "examples ..."]:
        columns = self.columns if columns is None else columns
        rows = len(next(iter(columns.values())))
        values = columns[leaf.name] if isinstance(leaf, Terminal) else evaluate(leaf, [])
        values = np.asarray(values, dtype=dtype_of(kind))
        return np.broadcast_to(values, (rows, *([self.width] if self.words(kind) > 1 else [])))


def loops_on_device() -> Any:
    """JAX is imported only now."""
    from synth.bank.device import loops

    return loops
