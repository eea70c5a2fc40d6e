"""Whether a line reads whose the disc on each square is, off a net's state, where it is live: can still matter.

A task's group "live" says where discs are live and, after that, whose those are: 1 the mover's, -1 the opponent's. Nets
forget the others, so a line that is asked about all discs finds less than is there. Beside it stands what the same line
reads off the same net untrained, and what is most common on a square after as many moves.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from compare.beside.board_codes import RIDGE, Features, counted, counts
from compare.beside.told import solved
from compare.read import Reading

LIVE = "live"


class Live(NamedTuple):
    """Shares of the live discs that are told right, on rows that nothing is fitted on."""

    told: float
    untrained: float | None  # None where the net cannot be had untrained
    majority: float


def measure_live(reading: Reading, site: str, features: Features, untrained: Reading | None) -> Live | None:
    """At a site (rows, time, width); None where the task has no such group, or no disc is live."""
    if LIVE not in features:
        return None
    discs = np.split(features[LIVE], 2, axis=2)[1]
    if not counted(reading, discs, reading.reported).any():
        return None
    return Live(
        told=share_told(reading, site, discs),
        untrained=None if untrained is None else share_told(untrained, site, discs),
        majority=share_usual(reading, discs),
    )


def share_told(reading: Reading, site: str, discs: Float[np.ndarray, "rows time squares"]) -> float:
    """By a line for each square."""
    (known, state), (right, other) = (
        (counted(reading, discs, rows), with_one(counted(reading, reading.site(site), rows)))
        for rows in (reading.fitted, reading.reported)
    )
    lines = [solved(state[there != 0], there[there != 0], RIDGE) for there in known.T]
    return share(other @ np.stack(lines, axis=1) > 0, right)


def share_usual(reading: Reading, discs: Float[np.ndarray, "rows time squares"]) -> float:
    """By whose more discs are, on the same square after as many moves."""
    fitted, reported = reading.fitted, reading.reported
    usual = (discs[fitted] * counts(reading, fitted)[..., None]).sum(axis=0) > 0
    said = np.broadcast_to(usual, discs[reported].shape)[counts(reading, reported)]
    return share(said, counted(reading, discs, reported))


def share(mine: Bool[np.ndarray, "times squares"], discs: Float[np.ndarray, "times squares"]) -> float:
    """Of the live discs those of which it is said right that they are the mover's."""
    return float((mine == (discs > 0))[discs != 0].mean())


def with_one(state: Float[np.ndarray, "times width"]) -> Float[np.ndarray, "times more"]:
    return np.concatenate([np.ones((len(state), 1)), state], axis=1)
