"""Finding one layer of attention heads in front of a hidden layer: tables of scores and values a token and position."""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from compare.read import Reading
from compare.sites.layer import Layer, class_means, find_layer

TOKEN_SHARE = 1e-4  # of a position's mean square that may remain beyond what its own token gives
SCORE = re.compile(r"head\.(\d+)\.(\d+)\.score")
NO_COLUMN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLayer:
    """Every head's scores and values, each a function of one input column or constant.

    `column[s]` is the input column that position s holds, -1 where it holds a constant token. `score` and `value` are
    the means over the fitted rows with that token; for a constant position all tokens have the same row.
    """

    layer: Layer
    names: tuple[str, ...]  # "head.0.0", ...
    column: Int[np.ndarray, " positions"]
    score: Float[np.ndarray, "heads positions p"]
    value: tuple[Float[np.ndarray, "positions p width"], ...]  # one a head

    @property
    def arguments(self) -> Int[np.ndarray, " n"]:
        """Positions that hold an input column."""
        return np.flatnonzero(self.column != NO_COLUMN)


def find_heads(reading: Reading, p: int) -> HeadLayer | str:
    """The heads, or why this net has none that are read so."""
    found = sorted((int(m[1]), int(m[2])) for m in map(SCORE.fullmatch, reading.net.sites) if m)
    if not found:
        return "no attention heads: expected sites named head.{layer}.{h}.score"
    if len({layer for layer, _ in found}) > 1:
        return f"expected one layer of heads, got {len({layer for layer, _ in found})}"
    names = tuple(f"head.{layer}.{h}" for layer, h in found)
    missing = [f"{name}.value" for name in names if f"{name}.value" not in reading.net.sites]
    if missing:
        return f"expected a value site for every head, got none named {missing[0]}"
    misshapen = _misshapen(reading, names)
    if misshapen:
        return misshapen
    reading.read_together(name for name in reading.net.sites if not name.endswith((".pattern", ".out")))
    layer = find_layer(reading)
    if isinstance(layer, str):
        return layer
    column = _columns(reading, names, p)
    if isinstance(column, str):
        return column
    return HeadLayer(
        layer=layer,
        names=names,
        column=column,
        score=np.stack([_tables(reading, reading.site(f"{name}.score"), column, p)[:, :, 0] for name in names]),
        value=tuple(_tables(reading, reading.site(f"{name}.value"), column, p) for name in names),
    )


def _misshapen(reading: Reading, names: tuple[str, ...]) -> str | None:
    for name in names:
        score, value = reading.shapes[f"{name}.score"], reading.shapes[f"{name}.value"]
        if len(score) != 1 or len(value) != 2 or value[0] != score[0]:
            return (
                f"{name}: expected scores (batch, positions) and values (batch, positions, width), got {score}, {value}"
            )
    return None


def _columns(reading: Reading, names: tuple[str, ...], p: int) -> Int[np.ndarray, " positions"] | str:
    """Which input column each position's score and value depend on."""
    found: list[int] = []
    for position in range(reading.shapes[f"{names[0]}.score"][0]):
        candidates = [NO_COLUMN, *range(reading.x.shape[1])]
        for name in names:
            for part in ("score", "value"):
                values = _flat(reading.site(f"{name}.{part}"))[:, position]
                candidates = [column for column in candidates if _determines(reading.x, column, values, p)]
        if not candidates:
            return f"position {position} of the heads depends on more than one argument; expected one token a position"
        found.append(candidates[0])
    if set(found) - {NO_COLUMN} != set(range(reading.x.shape[1])):
        return f"expected every argument at a position of the heads, got the columns {sorted(set(found))}"
    return np.array(found)


def _flat(values: np.ndarray) -> Float[np.ndarray, "rows positions features"]:
    return values.reshape(*values.shape[:2], -1)


def _determines(x: np.ndarray, column: int, values: Float[np.ndarray, "rows features"], p: int) -> bool:
    table = class_means(values, x[:, column] if column != NO_COLUMN else np.zeros(len(x), dtype=int), p)
    fitted = table[x[:, column]] if column != NO_COLUMN else table[:1]
    return float(((values - fitted) ** 2).sum()) <= TOKEN_SHARE * float((values.astype(np.float64) ** 2).sum())


def _tables(
    reading: Reading, values: np.ndarray, column: np.ndarray, p: int
) -> Float[np.ndarray, "positions p features"]:
    rows = reading.fitted
    flat = _flat(values)
    tables = []
    for position, held in enumerate(column):
        mine = flat[rows, position]
        if held == NO_COLUMN:
            tables.append(np.broadcast_to(mine.mean(axis=0), (p, mine.shape[1])))
        else:
            tables.append(class_means(mine, reading.x[rows, held], p))
    return np.stack(tables)


def find_embedding(reading: Reading, p: int) -> str | None:
    """The first site that is a function of the first input column alone."""
    tokens = reading.x[:, 0]
    for site in reading.net.sites:
        if len(reading.shapes[site]) != 1 or reading.shapes[site][0] < 2:
            continue
        own = reading.site(site)
        table = class_means(own, tokens, p)
        varies = float(table.var(axis=0).sum())
        if varies > 0 and float(((own - table[tokens]) ** 2).sum(axis=1).mean()) <= 1e-6 * varies:
            return site
    return None
