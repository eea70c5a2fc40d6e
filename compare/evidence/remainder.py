"""What stands in the way of an explanation: the units of a hidden site that no step explains, and what they cost.

Each unit counts by its share of the site's effect, its variance times the squared length of its part of the read-out.
Where there is no explanation every unit stands in the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from compare.evidence.price import Price, price, priced
from compare.explanation import LIVE
from compare.names import shown_names
from compare.read import Reading
from compare.sites.layer import ADDITIVE_SHARE, argument_means, beyond_sum

EXPLAINED = 0.90  # of a unit's variance, as of the whole site's; with less the unit stands in the way
HELD = 0.90  # of the effect that is missed, by the directions that are counted
NAMED = 8  # units that are named
WIDEST = 512  # outputs in which directions are sought


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A unit that stands in the way."""

    unit: str  # its number in the site; its position before it where there are several
    share: float  # of the site's effect
    missed: float  # of its variance, on rows that nothing was fitted on; 1 where there is no explanation
    bits: float  # of its cheapest table


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """What is explained of a site, and what is left of it."""

    site: str
    explained: float  # share of the site's effect, in [0, 1]
    errors: Float[np.ndarray, " units"]  # share of each unit's variance that is missed, in [0, 1]
    left: tuple[Left, ...]  # the NAMED ones of the largest effect, in order
    units: int  # how many are left
    live: int  # how many have an effect at all
    share: float  # of the effect, by all that are left
    directions: int | None  # of the outputs that hold .90 of what they miss; None where outputs are many
    table: Price  # of all that are left


def remainder(
    reading: Reading,
    site: str,
    effect: Float[np.ndarray, " units"],
    readout: Float[np.ndarray, "units outputs"],
    *,
    fitted: np.ndarray | None,
    pre: str | None,
) -> Remainder:
    """Weigh what the steps put in the site's place, None where nothing does, beside the net's own values.

    `pre` is the site that it is computed from, unit by unit, where one is known: sums over the arguments are cheap.
    """
    rows = reading.reported
    actual = reading.site(site).reshape(reading.rows, -1)
    missed = actual[rows] - (actual[rows].mean(axis=0) if fitted is None else fitted.reshape(len(fitted), -1)[rows])
    variance = actual[rows].var(axis=0, dtype=np.float64)
    weight = variance * effect
    importance = weight / max(float(weight.sum()), 1e-300)
    errors = np.clip((missed.astype(np.float64) ** 2).mean(axis=0) / np.maximum(variance, 1e-300), 0.0, 1.0)
    errors = np.where(variance > 0, 1.0 if fitted is None else errors, 0.0)
    left = np.flatnonzero((errors > 1 - EXPLAINED) & (importance > LIVE))
    left = left[np.argsort(-importance[left], kind="stable")]
    table = price(actual[:, left], *_arguments(reading, site, pre, left))
    return Remainder(
        site=site,
        explained=0.0 if fitted is None else float(1 - importance @ errors),
        errors=errors,
        left=tuple(
            Left(
                unit=_named(reading.shapes[site], int(unit)),
                share=float(importance[unit]),
                missed=float(errors[unit]),
                bits=bits,
            )
            for unit, bits in zip(left[:NAMED], table.each, strict=False)
        ),
        units=len(left),
        live=int((importance > LIVE).sum()),
        share=float(importance[left].sum()),
        directions=_directions(missed[:, left], readout[left]),
        table=table,
    )


def _named(shape: Sequence[int], unit: int) -> str:
    return ", ".join(str(i) for i in np.unravel_index(unit, shape))


def _arguments(
    reading: Reading, site: str, pre: str | None, left: Int[np.ndarray, " n"]
) -> tuple[list[np.ndarray], list[str], list[np.ndarray]]:
    """The net's inputs one by one with their names, and what each contributes to the units' sums, where they are."""
    x = reading.x
    if not np.issubdtype(x.dtype, np.integer) or x.ndim != 2 or not reading.exhaustive:
        return [], [], []
    columns, names = list(x.T), _names(reading, x.shape[1])
    if pre is None or reading.shapes[pre] != reading.shapes[site] or len(left) == 0:
        return columns, names, []
    values = reading.site(pre)[:, left[: priced(reading.rows)]]
    means = argument_means(values, tuple(columns), tuple(int(column.max()) + 1 for column in columns))
    added = beyond_sum(values, tuple(columns), means) <= ADDITIVE_SHARE
    return columns, names, list(means) if added else []


def _names(reading: Reading, inputs: int) -> list[str]:
    given = list(shown_names(reading.spec).values())[: len(reading.arguments)] if reading.spec else []
    return given if len(given) == inputs else [f"input {i}" for i in range(inputs)]


def _directions(missed: Float[np.ndarray, "rows left"], readout: Float[np.ndarray, "left outputs"]) -> int | None:
    """Principal directions of what the outputs miss."""
    if not missed.shape[1] or readout.shape[1] > WIDEST:
        return None
    through = missed @ readout.astype(missed.dtype)
    spectrum = np.linalg.eigvalsh(through.T.astype(np.float64) @ through)[::-1]
    return int(np.searchsorted(np.cumsum(spectrum), HELD * spectrum.sum())) + 1
