"""The arguments of a unit by their types, which say what fitters apply."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

LARGEST = 2**62  # number of a row, before numbers are given anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Columns (rows,) under their names: bits, other integers (residues where there is a modulus), reals."""

    bits: dict[str, Int[np.ndarray, " rows"]]
    integers: dict[str, Int[np.ndarray, " rows"]]
    residues: dict[str, Int[np.ndarray, " rows"]]  # the integers in 0 .. modulus - 1
    reals: dict[str, Float[np.ndarray, " rows"]]
    modulus: int | None

    @property
    def discrete(self) -> dict[str, Int[np.ndarray, " rows"]]:
        """Bits and integers."""
        return {**self.bits, **self.integers}

    @property
    def all(self) -> dict[str, np.ndarray]:
        """Every column."""
        return {**self.discrete, **self.reals}

    def where(self, rows: np.ndarray, without: str = "") -> "Inputs":
        """Some of the rows, in their order, without one of the columns."""
        return self._each(lambda columns: {name: c[rows] for name, c in columns.items() if name != without})

    def only(self, name: str) -> "Inputs":
        """One column."""
        return self._each(lambda columns: {n: c for n, c in columns.items() if n == name})

    def without(self, names: tuple[str, ...]) -> "Inputs":
        """All columns but these."""
        return self._each(lambda columns: {n: c for n, c in columns.items() if n not in names})

    def _each(self, change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]) -> "Inputs":
        return Inputs(
            bits=change(self.bits),
            integers=change(self.integers),
            residues=change(self.residues),
            reals=change(self.reals),
            modulus=self.modulus,
        )


def inputs_of(arguments: Mapping[str, np.ndarray], modulus: int | None = None) -> Inputs:
    """The columns sorted by type; reals that are whole numbers on every row count as integers."""
    bits, integers, reals = {}, {}, {}
    for name, given in arguments.items():
        column = np.asarray(given)
        whole = column if column.dtype.kind in "biu" else np.rint(column)
        if not np.array_equal(whole, column):
            reals[name] = column.astype(np.float64)
        elif len(column) and whole.min() >= 0 and whole.max() <= 1:
            bits[name] = whole.astype(np.int64)
        else:
            integers[name] = whole.astype(np.int64)
    fits = {name for name, column in integers.items() if modulus and column.min() >= 0 and column.max() < modulus}
    residues = {name: column for name, column in integers.items() if name in fits}
    return Inputs(bits=bits, integers=integers, residues=residues, reals=reals, modulus=modulus)


def needed(values: Float[np.ndarray, " rows"], inputs: Inputs, tolerance: float) -> dict[str, np.ndarray]:
    """The discrete arguments without which the values are not determined, dropped one at a time.

    All of them where there are reals, or where the rows do not repeat when one is left out.
    """
    kept = dict(inputs.discrete)
    if inputs.reals:
        return {**kept, **inputs.reals}
    for name in tuple(kept):
        others = [column for other, column in kept.items() if other != name]
        classes = classes_of(others, len(values))
        if classes.max(initial=0) + 1 <= len(values) * 0.75 and within(values, classes) <= tolerance:
            del kept[name]
    return kept


def classes_of(columns: Sequence[np.ndarray], rows: int) -> Int[np.ndarray, " rows"]:
    """Numbers 0 .. of the distinct rows of the columns."""
    code, most = np.zeros(rows, dtype=np.int64), 1
    for column in columns:
        low = int(column.min())
        size = int(column.max()) - low + 1
        if most * size > LARGEST:
            code = _numbered(code)
            most = int(code.max()) + 1
        code, most = code * size + (column - low), most * size
    return _numbered(code)


def _numbered(values: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
    return np.unique(values, return_inverse=True)[1].reshape(-1)


def within(values: Float[np.ndarray, " rows"], classes: Int[np.ndarray, " rows"]) -> float:
    """Share of the variance within classes."""
    size = np.bincount(classes)
    centred = values - values.mean()
    means = np.bincount(classes, centred) / np.maximum(size, 1)
    return float(((centred - means[classes]) ** 2).sum() / max((centred**2).sum(), 1e-300))
