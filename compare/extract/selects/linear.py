"""Tables: what a site holds as a sum of one table a variable, few variables, chosen by the variance that they say.

Above units, which may mix what a position holds, a table may be of two variables at once: `one*other`.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_array

MOST = 4  # variables a site reads
RIDGE = 1e-6
WIDEST = 150  # entries of a table of two variables
SPARSE = 0.3  # of the numbers in columns, that are not 0
Columns = Mapping[str, Float[np.ndarray, "n size"]]  # a variable's one-hot, or how much of each value is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """A site as `offset` and one table for each of the variables that it reads."""

    reads: tuple[str, ...]
    tables: tuple[Float[np.ndarray, "size width"], ...]
    offset: Float[np.ndarray, " width"]
    explained: float  # of the weighted variance

    def parted(self, numbers: Float[np.ndarray, "... numbers"]) -> dict[str, Float[np.ndarray, "... size"]]:
        """The variables' columns, of one after the other."""
        cuts = np.cumsum([len(table) for table in self.tables])
        return dict(zip(self.reads, np.split(numbers, cuts, axis=-1), strict=False))

    def written(self, numbers: Float[np.ndarray, "... numbers"]) -> Float[np.ndarray, "... width"]:
        """The site where so much of each value is there, one variable's values after the other's."""
        return np.broadcast_to(self.of(self.parted(numbers)), (*numbers.shape[:-1], len(self.offset)))

    def of(self, columns: Mapping[str, np.ndarray]) -> Float[np.ndarray, "... width"]:
        total = self.offset
        for name, table in zip(self.reads, self.tables, strict=True):
            total = total + column(columns, name) @ table
        return np.asarray(total, dtype=np.float32)


def column(columns: Mapping[str, Float[np.ndarray, "... size"]], name: str) -> Float[np.ndarray, "... size"]:
    """The column of a variable, or of two at once."""
    if name in columns:
        return columns[name]
    one, other = (columns[part] for part in factors(name))
    return (one[..., :, None] * other[..., None, :]).reshape(*one.shape[:-1], -1)


def factors(name: str) -> tuple[str, ...]:
    """The one or two variables that a table is of."""
    return (name,) if "(" in name else tuple(name.split("*"))


def products(columns: Mapping[str, Float[np.ndarray, "... size"]]) -> Iterator[str]:
    """Two variables at once, where a table of both is small enough."""
    single = [name for name in columns if "*" not in name]
    for one, other in itertools.combinations(single, 2):
        if columns[one].shape[-1] * columns[other].shape[-1] <= WIDEST:
            yield f"{one}*{other}"


def fitted(
    values: Float[np.ndarray, "n width"],
    weight: Float[np.ndarray, " n"],
    columns: Columns,
    least: float,
    scale: Float[np.ndarray, " width"] | None = None,
    most: int = MOST,
) -> Tables:
    """Variables are added while each says at least this share more of the variance; the smaller of near equals."""
    moments = Moments(values if scale is None else values * scale, weight, columns)
    chosen: list[str] = []
    said = 0.0
    while len(chosen) < most:
        tried = [(moments.explained([*chosen, name]), name) for name in columns if name not in chosen]
        if not tried or (best := max(tried)[0]) < said + least:
            break
        near = [name for value, name in tried if value > best - 0.2 * least]
        chosen.append(min(near, key=lambda name: columns[name].shape[1]))
        said = best
    return table_of(values, weight, columns, chosen, said)


def table_of(
    values: Float[np.ndarray, "n width"],
    weight: Float[np.ndarray, " n"],
    columns: Columns,
    chosen: Sequence[str],
    said: float = 0.0,
) -> Tables:
    """The tables of these variables, by least squares."""
    moments = Moments(values, weight, columns)
    if not chosen:
        return Tables(reads=(), tables=(), offset=moments.mean.astype(np.float32), explained=0.0)
    parts = np.split(moments.solution(chosen), np.cumsum([columns[name].shape[1] for name in chosen])[:-1])
    offset = moments.mean - sum(moments.share @ columns[name] @ part for name, part in zip(chosen, parts, strict=True))
    tables = tuple(part.astype(np.float32) for part in parts)
    return Tables(reads=tuple(chosen), tables=tables, offset=offset.astype(np.float32), explained=said)


class _Weighted(NamedTuple):
    """A variable's columns, each row times the root of its share, and their mean."""

    columns: Any  # an array or a sparse one
    mean: Float[np.ndarray, " size"]


class Moments:
    """Weighted covariances of variables' columns, of two at a time, and of each with a site's values.

    Columns are mostly of one value a row, so that as sparse ones they take no longer than their rows are many.
    """

    def __init__(self, values: Float[np.ndarray, "n width"], weight: Float[np.ndarray, " n"], columns: Columns) -> None:
        self.share = weight / weight.sum()
        self.root, self.columns = np.sqrt(self.share)[:, None], columns
        self.mean = self.share @ values
        self.goal = self.root * (values - self.mean)
        self.total = max(float((self.goal**2).sum()), 1e-30)
        self._known: dict[tuple[str, ...], np.ndarray] = {}
        self._held: dict[str, _Weighted] = {}

    def weighted(self, name: str) -> _Weighted:
        if name not in self._held:
            given = self.columns[name]
            mean = self.share @ given
            if np.count_nonzero(given) > SPARSE * given.size:
                return _Weighted(self.root * given, mean)  # many of them would take much room
            self._held[name] = _Weighted(csr_array(given, dtype=np.float64).multiply(self.root).tocsr(), mean)
        return self._held[name]

    def of(self, one: str, other: str | None) -> Float[np.ndarray, "size other"]:
        """Of two variables; of one with the values."""
        key = (one,) if other is None else (one, other)
        if key not in self._known:
            given = self.weighted(one)
            if other is None:
                self._known[key] = given.columns.T @ self.goal
            else:
                beside = self.weighted(other)
                both = given.columns.T @ beside.columns
                dense = both if isinstance(both, np.ndarray) else both.toarray()
                self._known[key] = dense - np.outer(given.mean, beside.mean)
        return self._known[key]

    def gram(self, chosen: Sequence[str]) -> Float[np.ndarray, "sizes sizes"]:
        pairs = [[(a, b) if i <= j else (b, a) for j, b in enumerate(chosen)] for i, a in enumerate(chosen)]
        rows = [
            [self.of(*pair) if i <= j else self.of(*pair).T for j, pair in enumerate(r)] for i, r in enumerate(pairs)
        ]
        return np.block(rows)

    def solution(self, chosen: Sequence[str]) -> Float[np.ndarray, "sizes width"]:
        gram = self.gram(chosen)
        ridge = RIDGE * np.trace(gram) / len(gram) + 1e-12
        return np.linalg.solve(gram + ridge * np.eye(len(gram)), self.moment(chosen))

    def moment(self, chosen: Sequence[str]) -> Float[np.ndarray, "sizes width"]:
        return np.concatenate([self.of(name, None) for name in chosen])

    def explained(self, chosen: Sequence[str]) -> float:
        """The share of the values' variance that tables of these variables say."""
        solution = self.solution(chosen)
        rest = self.total - float((solution * (2 * self.moment(chosen) - self.gram(chosen) @ solution)).sum())
        return 1 - rest / self.total
