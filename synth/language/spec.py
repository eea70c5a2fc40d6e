"""What the synthesizer is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Int

from synth.language.selectors import SEEN
from synth.language.types import SELECTOR, Fn, is_vector, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Argument and result types, examples, and where they exist an oracle and an enumerable domain.

    `inputs` holds one array of shape (examples,) an argument, `outputs` the results, shape (examples,). Lists,
    sequences and streams are rows of shape (1 + capacity,), of one capacity in the whole specification: the length, the
    items, zeros beyond them (`synth.rows_of_lists` makes them). `domain` holds
    every admissible input in the same layout; for finite arguments its rows are in the order of `itertools.product`
    (the last argument moves fastest). `terminals` gives the numbers behind named terminals, e.g. {"p": 59}.
    """

    type: Fn
    inputs: tuple[np.ndarray, ...]
    outputs: np.ndarray
    oracle: Callable[..., np.ndarray] | None = None  # vectorised: arrays (n,) -> array (n,)
    domain: tuple[np.ndarray, ...] | None = None
    terminals: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # of the arguments; a, b, ... or x0, x1, ... by default

    def __post_init__(self) -> None:
        arguments = len(self.type.args)
        if len(self.inputs) != arguments:
            raise ValueError(
                f"spec: expected {arguments} input arrays for type {self.type}, got {len(self.inputs)}; "
                "give one array of shape (examples,) for each argument"
            )
        if isinstance(self.names, str):
            raise ValueError(
                f"spec: expected names as a tuple, got {self.names!r}; write ({self.names!r},) with its comma"
            )
        if self.names and not (len(self.names) == len(set(self.names)) == arguments):
            raise ValueError(
                f"spec: expected {arguments} different names for the arguments of type {self.type}, "
                f"got {', '.join(self.names)}; give each argument one, or none at all"
            )
        kinds = (*self.type.args, self.type.result)
        check_shapes(kinds, (*self.inputs, self.outputs))
        if self.domain is not None and len(self.domain) != arguments:
            raise ValueError(
                f"spec: expected {arguments} domain arrays for type {self.type}, got {len(self.domain)}; "
                "give one array of shape (domain size,) for each argument, or None"
            )
        if self.domain is not None:
            check_shapes(self.type.args, self.domain)

    def targets(self) -> np.ndarray:
        """Right answers on the whole domain, shape (domain size,); the examples' outputs where there is no oracle."""
        if self.domain is not None and self.oracle is not None:
            return np.asarray(self.oracle(*self.domain))
        return np.asarray(self.outputs)


def check_shapes(kinds: tuple[Any, ...], arrays: tuple[np.ndarray, ...]) -> None:
    """ValueError unless the arrays have one row an example, and vectors one capacity and a form that they can have."""
    shapes = {np.shape(array)[: 1 if is_vector(kind) else None] for kind, array in zip(kinds, arrays, strict=True)}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        raise ValueError(
            f"spec: expected input and output arrays of one shape (examples,), got {sorted(shapes)}; "
            "flatten the examples so that row i of every array belongs to example i"
        )
    vectors = [(kind, np.asarray(array)) for kind, array in zip(kinds, arrays, strict=True) if is_vector(kind)]
    widths = {array.shape[1:] for _, array in vectors}
    if len(widths) > 1 or any(len(width) != 1 or width[0] < 2 for width in widths):
        raise ValueError(
            "spec: expected lists, sequences and streams as arrays of shape (examples, 1 + capacity) of one capacity, "
            f"got rows of shape {', '.join(map(str, sorted(widths)))}; make them with synth.rows_of_lists"
        )
    for kind, array in vectors:
        check_vectors(kind, array)


def check_vectors(kind: Any, array: np.ndarray) -> None:
    lengths, items = array[:, :1], array[:, 1:]
    capacity = items.shape[1]
    beyond = (np.arange(capacity) >= lengths) & (items != 0)
    wrong = np.flatnonzero((lengths[:, 0] < 0) | (lengths[:, 0] > capacity) | beyond.any(axis=1))
    if len(wrong):
        raise ValueError(
            f"spec: expected a {kind} as its length, its items and zeros up to the capacity {capacity}, "
            f"got {array[wrong[0]].tolist()} in row {wrong[0]}; make the rows with synth.rows_of_lists"
        )
    if plain(kind) == SELECTOR and capacity > SEEN:
        raise ValueError(f"spec: expected selectors of at most {SEEN} positions, got a capacity of {capacity}")


def rows_of_lists(lists: Sequence[Sequence[int]], capacity: int) -> Int[np.ndarray, "examples slots"]:
    """Lists as an array of shape (len(lists), 1 + capacity): the length, the items, zeros beyond them."""
    longest = max(map(len, lists), default=0)
    if longest > capacity:
        raise ValueError(f"lists: expected at most {capacity} items, got {longest}; give a larger capacity")
    rows = [[len(items), *items] + [0] * (capacity - len(items)) for items in lists]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 1 + capacity)


def lists_of_rows(rows: Int[np.ndarray, "examples slots"]) -> list[list[int]]:
    """The lists that `rows_of_lists` made rows of."""
    return [row[1 : 1 + int(row[0])].tolist() for row in np.asarray(rows)]
