"""Where steps sit in a net: the part of a site that carries them, and the directions in which it does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from compare.read import Reading
from compare.sites.layer import class_means
from compare.step import Exchange, Step, Steps, Value, values_of

FLAT = 1e-6  # of the largest singular value; directions below it carry nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A site, its part that varies with one input column (a row a token; all of it without one), and a basis."""

    site: str
    column: int | None
    part: Float[np.ndarray, "tokens features"]
    basis: Float[np.ndarray, "features dimensions"]

    def along(self, tokens: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n dimensions"]:
        """The part of these tokens (of these rows, where there is no column) in the basis."""
        return (self.part @ self.basis)[tokens]


def carriers(reading: Reading, steps: Steps, moved: Sequence[Step]) -> list[Carrier]:
    """What carries each of the moved steps; `steps` compute their values."""
    parts: dict[tuple[str, int | None], np.ndarray] = {}
    found = []
    for step in moved:
        exchange = step.exchange
        assert exchange is not None
        place = exchange.site, exchange.column
        part = parts.setdefault(place, parts[place] if place in parts else _part(reading, exchange))
        basis = _basis(reading, steps, step, part)
        found.append(Carrier(site=exchange.site, column=exchange.column, part=part, basis=basis))
    return found


def together(carriers: Sequence[Carrier]) -> list[Carrier]:
    """One carrier of all of their directions for each site and column."""
    places = dict.fromkeys((each.site, each.column) for each in carriers)
    return [_joint([each for each in carriers if (each.site, each.column) == place]) for place in places]


def _joint(carriers: Sequence[Carrier]) -> Carrier:
    basis = np.concatenate([each.basis for each in carriers], axis=1)
    return replace(carriers[0], basis=_orthonormal(basis))


def tokens_of(reading: Reading, column: int | None, rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Rows of a carrier's part for these rows of the reading."""
    return rows if column is None else reading.x[rows, column]


def _part(reading: Reading, exchange: Exchange) -> Float[np.ndarray, "tokens features"]:
    values = reading.site(exchange.site).reshape(reading.rows, -1)
    if exchange.column is None:
        return values
    tokens = reading.x[:, exchange.column]
    return class_means(values, tokens, int(tokens.max()) + 1)


def _basis(
    reading: Reading, steps: Steps, step: Step, part: Float[np.ndarray, "tokens features"]
) -> Float[np.ndarray, "features dimensions"]:
    """The step's own basis, or the directions in which the part moves with the step's values."""
    exchange = step.exchange
    assert exchange is not None
    if exchange.basis is not None:
        return exchange.basis
    rows = reading.fitted
    if exchange.column is not None:
        rows = np.unique(reading.x[:, exchange.column], return_index=True)[1]
    part = part[tokens_of(reading, exchange.column, rows)]
    values = _real(values_of(steps, reading.x[rows], [step.name])[step.name])
    return _orthonormal((part - part.mean(axis=0)).T @ (values - values.mean(axis=0)))


def _orthonormal(directions: Float[np.ndarray, "features n"]) -> Float[np.ndarray, "features dimensions"]:
    basis, strength, _ = np.linalg.svd(directions, full_matrices=False)
    return basis[:, strength > FLAT * max(float(strength[0]), 1e-30)]


def _real(value: Value) -> Float[np.ndarray, "rows dimensions"]:
    flat = np.asarray(value).reshape(len(value), -1)
    parts = [np.real(flat), np.imag(flat)] if np.iscomplexobj(flat) else [flat]
    return np.concatenate(parts, axis=1).astype(np.float64)
