"""The programs of a bank as they lie in arrays: a store for each type, and what is read from them.

Two programs with equal values on all examples are one (observational equivalence); the cheaper stays, and among equals
the one met first. Equality is by a 64-bit fingerprint, so among N programs a false merge has probability below
N**2 / 2**65; whatever is returned is checked on its values.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Int, Shaped

from synth.bank.budget import Meter
from synth.bank.hashing import Hash, hash_of
from synth.bank.lambdas.functions import functions_of
from synth.bank.rectangles import Layers
from synth.bank.store import Store
from synth.language.evaluate import defined, evaluate, flat_words
from synth.language.grammar import Language
from synth.language.operators import Operator, numbered
from synth.language.primitive import Primitive
from synth.language.program import Program, Terminal, apply, leaf_program
from synth.language.types import Fn, Type, carrier, dtype_of, is_vector

BACKENDS = ("numba", "numpy", "jax")


class Stored:
    """Programs over the columns of some examples, a row each in the store of its type.

    `columns` has one array a terminal, shape (examples,), or (examples, 1 + capacity) for lists and their like. The
    `backend` is "numba" (compiled loops for large levels), "numpy", or "jax" (`synth.bank.device`); programs and
    their rows are the same, but for reals that differ by rounding alone.
    """

    def __init__(
        self,
        language: Language,
        columns: Mapping[str, Shaped[np.ndarray, "examples ..."]],
        meter: Meter,
        backend: str,
        seed: int,
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(f"backend: expected one of {', '.join(BACKENDS)}, got {backend!r}; choose one of them")
        self.language = language
        self.columns = dict(columns)
        self.meter = meter
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
        constants = (primitive for primitive in language.primitives if not primitive.type.args)
        self.heads: list[Terminal | Primitive] = [*language.terminals, *constants]
        self.operators = numbered(language, len(self.heads))  # by the type that they make
        self.heads += [primitive for primitive in language.primitives if primitive.type.args]
        self._forget()

    def _empty_store(self, words: int, dtype: np.dtype, hash: Hash) -> Any:
        if self.device is not None:
            return self.device.DeviceStore(words, dtype, hash, self.meter.memory)
        return Store(words, dtype, hash, self.compiled, self.meter.memory)

    def _forget(self) -> None:
        self.layers: dict[Any, Layers] = {kind: Layers() for kind in self.stores}
        self.layers |= {asked: functions.layers for asked, functions in self.functions.items()}
        self.order: list[tuple[Type, int, int, int]] = []  # type, root operator and rows, as they were stored

    def words(self, kind: Type) -> int:
        """Numbers that hold one value."""
        return self.width if is_vector(kind) else 1

    def count(self, kind: Type) -> int:
        return self.stores[kind].count

    def values(self, kind: Type) -> Shaped[np.ndarray, "words programs"]:
        """Values of all stored programs of a type; a view, valid until the next of them is stored."""
        store = self.stores[kind]
        return store.values[:, : store.count]

    def costs(self, kind: Type, low: int = 0, high: int | None = None) -> Int[np.ndarray, " programs"]:
        """Eighths of a bit of every stored program, or of those in some adjacent rows."""
        costs, starts, stops = self.layers[kind].arrays()
        high = self.count(kind) if high is None else high
        return np.repeat(costs.astype(np.int32), np.clip(np.minimum(stops, high) - np.maximum(starts, low), 0, None))

    def costs_at(self, kind: Type, rows: Int[np.ndarray, " some"]) -> Int[np.ndarray, " some"]:
        """Eighths of a bit of the programs in some rows."""
        costs, starts, _ = self.layers[kind].arrays()
        return costs[np.searchsorted(starts, rows, side="right") - 1]

    def lookup(self, kind: Type, values: Shaped[np.ndarray, "words n"]) -> Int[np.ndarray, " n"]:
        """Rows of the programs with these values, -1 where none is stored."""
        return self.stores[kind].lookup(np.ascontiguousarray(values, dtype_of(kind)))

    def shaped(self, kind: Type, values: Shaped[np.ndarray, "words n"]) -> Shaped[np.ndarray, "examples n ..."]:
        """Values with an axis of their own for what a list or its like consists of."""
        words = self.words(kind)
        return values if words == 1 else np.moveaxis(values.reshape(-1, words, values.shape[1]), 1, 2)

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
        head = self.heads[store.heads[number]]
        asked = head.type.args if isinstance(head, Primitive) else ()
        return head, [(carrier(k), int(store.args[place, number])) for place, k in enumerate(asked)]

    def leaf_values(
        self, leaf: Terminal | Primitive, kind: Type, columns: Mapping[str, np.ndarray] | None = None
    ) -> Shaped[np.ndarray, "examples ..."]:
        columns = self.columns if columns is None else columns
        rows = len(next(iter(columns.values())))
        values = columns[leaf.name] if isinstance(leaf, Terminal) else evaluate(leaf, [])
        values = np.asarray(values, dtype=dtype_of(kind))
        return np.broadcast_to(values, (rows, *([self.width] if self.words(kind) > 1 else [])))

    def candidates(
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

    def defined(self, operator: Operator, places: tuple[np.ndarray, ...]) -> Bool[np.ndarray, " n"] | None:
        if operator.primitive.defined is None:
            return None
        arguments = [self._argument(k, place, slice(None)) for k, place in zip(operator.args, places, strict=True)]
        return defined(operator.primitive, arguments)


def loops_on_device() -> Any:
    """JAX is imported only now."""
    from synth.bank.device import loops

    return loops
