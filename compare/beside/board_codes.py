"""Features of a board as a linear code of a net's state: which groups of them save bits, and what they explain."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from compare.beside.told import solved
from compare.read import Reading

RIDGE = 1e-6  # of a feature's mean square
EXACT = 1e-6  # of a unit's variance, which is as good as nothing left
Features = Mapping[str, Float[np.ndarray, "rows time features"]]


class Code(NamedTuple):
    """Groups of features, and what each feature adds to the state; the first weights are of the constant 1."""

    groups: tuple[str, ...]
    weights: Float[np.ndarray, "features width"]
    explained: float  # share of the state's variance, on rows that are not fitted on


def chosen(reading: Reading, site: str, features: Features) -> list[Code]:
    """Codes of one group, of two and so on, each the cheapest that adds one, until none saves bits."""
    state = counted(reading, reading.site(site), reading.fitted)
    groups: tuple[str, ...] = ()
    bits, found = code_bits(state, np.ones((len(state), 1))), []
    while len(groups) < len(features):
        tried = [(*groups, name) for name in features if name not in groups]
        costs = [code_bits(state, table(reading, features, each, reading.fitted)) for each in tried]
        if min(costs) >= bits:
            break
        bits, groups = min(costs), tried[int(np.argmin(costs))]
        found.append(fitted(reading, site, features, groups))
    return found


def fitted(reading: Reading, site: str, features: Features, groups: tuple[str, ...]) -> Code:
    """The code of these groups on the fitted rows, and what it explains on the others."""
    values = reading.site(site)
    weights = solved(table(reading, features, groups, reading.fitted), counted(reading, values, reading.fitted), RIDGE)
    state = counted(reading, values, reading.reported)
    left = state - table(reading, features, groups, reading.reported) @ weights
    whole = ((state - state.mean(axis=0)) ** 2).sum()
    return Code(groups, weights, 1 - float((left**2).sum() / max(whole, 1e-30)))


def coded(features: Features, code: Code, rows: np.ndarray) -> Float[np.ndarray, "rows time width"]:
    """What the code says that the state is."""
    few = {name: features[name][rows] for name in code.groups}
    return (beside_one(few, code.groups) @ code.weights).astype(np.float32)


def counts(reading: Reading, rows: np.ndarray) -> Bool[np.ndarray, "rows time"]:
    shape = (len(rows), reading.x.shape[1])
    return np.ones(shape, dtype=bool) if reading.mask is None else reading.mask[rows]


def counted(reading: Reading, values: np.ndarray, rows: np.ndarray) -> Float[np.ndarray, "times width"]:
    """The values of these rows at the times that count, one after the other."""
    return reading.counted(values[rows].astype(np.float64), rows)


def code_bits(state: Float[np.ndarray, "times width"], given: Float[np.ndarray, "times features"]) -> float:
    """Of the state by these features, free numbers at half a logarithm of the times (Rissanen's two-part code).

    A unit that never changes costs nothing.
    """
    spread = state.var(axis=0)
    live = spread > EXACT * spread.max(initial=0.0)
    left = ((state - given @ solved(given, state, RIDGE)) ** 2).mean(axis=0)[live]
    rest = 0.5 * len(state) * np.log2(np.maximum(left, EXACT * spread[live])).sum()
    free = (given.std(axis=0) > 0).sum() + 1
    return float(rest + 0.5 * free * live.sum() * np.log2(len(state)))


def table(reading: Reading, features: Features, groups: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """The constant and the features, (times that count, features)."""
    return counted(reading, beside_one(features, groups), rows)


def beside_one(features: Features, groups: tuple[str, ...]) -> Float[np.ndarray, "rows time features"]:
    each = [features[name] for name in groups]
    return np.concatenate([np.ones((*each[0].shape[:2], 1)), *each], axis=2)
