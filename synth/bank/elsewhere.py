"""The stored programs on other rows than those they were built on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped

from synth.bank.stored import Stored
from synth.language.evaluate import evaluate, flat_words
from synth.language.primitive import Primitive
from synth.language.program import Terminal
from synth.language.types import Fn, Type, carrier, dtype_of

CELLS = 1 << 19  # numbers that are worked out together


def values_on(
    stored: Stored,
    columns: Mapping[str, Shaped[np.ndarray, "rows ..."]],
    wanted: Mapping[Type, Int[np.ndarray, " some"]] | None = None,
) -> dict[Type, Shaped[np.ndarray, "words programs"]]:
    """Values on other rows of every stored program, or only of the wanted ones of each type."""
    if wanted is not None:
        return _values_of_some(stored, columns, wanted)
    rows = len(next(iter(columns.values())))
    out = {
        kind: np.empty((rows * stored.words(kind), store.count), dtype_of(kind))
        for kind, store in stored.stores.items()
    }
    block = max(1, CELLS // (rows * max(map(stored.words, out), default=1)))
    for kind, head, low, high in stored.order:
        root = stored.heads[head]
        if isinstance(root, Terminal) or not root.type.args:
            values = stored.leaf_values(root, kind, columns)[:, None]
            out[kind][:, low:high] = flat_words(values)
            continue
        for begin in range(low, high, block):
            part = slice(begin, min(begin + block, high))
            places = stored.stores[kind].args[:, part]
            arguments = [
                _given(stored, asked, place, out, columns) for asked, place in zip(root.type.args, places, strict=False)
            ]
            out[kind][:, part] = flat_words(evaluate(root, arguments))
    return out


def _values_of_some(
    stored: Stored,
    columns: Mapping[str, Shaped[np.ndarray, "rows ..."]],
    wanted: Mapping[Type, Int[np.ndarray, " some"]],
) -> dict[Type, Shaped[np.ndarray, "words some"]]:
    """The wanted programs and those that they are made of, which come before them in the order of storing."""
    needed = {kind: np.zeros(store.count, bool) for kind, store in stored.stores.items()}
    for kind, places in wanted.items():
        needed[kind][places] = True
    parts: list[tuple[Type, Terminal | Primitive, Int[np.ndarray, " part"]]] = []
    for kind, head, low, high in reversed(stored.order):
        part, root = low + np.flatnonzero(needed[kind][low:high]), stored.heads[head]
        if len(part):
            parts.append((kind, root, part))
            for place, asked in enumerate(root.type.args if isinstance(root, Primitive) else ()):
                if not isinstance(asked, Fn):
                    needed[carrier(asked)][stored.stores[kind].args[place, part]] = True
    rows = len(next(iter(columns.values())))
    chosen = {kind: np.flatnonzero(mask) for kind, mask in needed.items()}
    out = {kind: np.empty((rows * stored.words(kind), len(some)), dtype_of(kind)) for kind, some in chosen.items()}
    block = max(1, CELLS // (rows * max(map(stored.words, out), default=1)))
    for kind, root, whole in reversed(parts):
        for begin in range(0, len(whole), block):
            part = whole[begin : begin + block]
            spots = np.searchsorted(chosen[kind], part)
            if isinstance(root, Terminal) or not root.type.args:
                out[kind][:, spots] = flat_words(stored.leaf_values(root, kind, columns)[:, None])
                continue
            arguments = [
                _given(stored, asked, at(chosen, asked, places), out, columns)
                for asked, places in zip(root.type.args, stored.stores[kind].args[:, part], strict=False)
            ]
            out[kind][:, spots] = flat_words(evaluate(root, arguments))
    return {kind: out[kind][:, np.searchsorted(chosen[kind], places)] for kind, places in wanted.items()}


def at(chosen: Mapping[Type, np.ndarray], asked: Any, places: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Places of an argument's rows among the chosen ones; functions keep their rows."""
    return places if isinstance(asked, Fn) else np.searchsorted(chosen[carrier(asked)], places)


def _given(
    stored: Stored,
    asked: Any,
    places: Int[np.ndarray, " n"],
    values: Mapping[Type, Shaped[np.ndarray, "words programs"]],
    columns: Mapping[str, Shaped[np.ndarray, "rows ..."]],
) -> Any:
    """An argument for `evaluate` on other rows, from the values of its type's programs there."""
    if isinstance(asked, Fn):
        return stored.functions[asked].at(places, columns)
    return stored.shaped(carrier(asked), values[carrier(asked)][:, places])
