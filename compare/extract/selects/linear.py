"""Tables: what a site holds as a sum of one table a variable, few variables, chosen by the variance that they say.

Above units, which may mix what a position holds, a table may be of two variables at once: `one*other`.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

MOST = 4  # variables a site reads
RIDGE = 1e-6
WIDEST = 150  # entries of a table of two variables
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
    goal = values if scale is None else values * scale
    chosen: list[str] = []
    said = 0.0
    while len(chosen) < most:
        tried = []
        for name in columns:
            if name not in chosen:
                tried.append((_explained(goal, weight, columns, [*chosen, name]), name))
        if not tried:
            break
        best = max(tried)[0]
        if best < said + least:
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
    mean = (weight[:, None] * values).sum(axis=0) / weight.sum()
    if not chosen:
        return Tables(reads=(), tables=(), offset=mean.astype(np.float32), explained=0.0)
    solution, offset = _solved(values, weight, columns, chosen)
    cuts = np.cumsum([columns[name].shape[1] for name in chosen])[:-1]
    tables = tuple(part.astype(np.float32) for part in np.split(solution, cuts))
    return Tables(reads=tuple(chosen), tables=tables, offset=offset.astype(np.float32), explained=said)


def _solved(
    values: np.ndarray, weight: np.ndarray, columns: Columns, chosen: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    design = np.concatenate([columns[name] for name in chosen], axis=1).astype(np.float64)
    share = weight[:, None] / weight.sum()
    x, y = design - (share * design).sum(axis=0), values - (share * values).sum(axis=0)
    gram = x.T @ (share * x)
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram) + 1e-12
    solution = np.linalg.solve(gram, x.T @ (share * y))
    return solution, (share * values).sum(axis=0) - (share * design).sum(axis=0) @ solution


def _explained(values: np.ndarray, weight: np.ndarray, columns: Columns, chosen: Sequence[str]) -> float:
    solution, offset = _solved(values, weight, columns, chosen)
    design = np.concatenate([columns[name] for name in chosen], axis=1)
    share = weight[:, None] / weight.sum()
    rest = (share * (values - design @ solution - offset) ** 2).sum()
    total = (share * (values - (share * values).sum(axis=0)) ** 2).sum()
    return 1 - float(rest / max(total, 1e-30))
