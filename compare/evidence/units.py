"""Local units: units of a hidden site that each fire on one or two inputs."""

import numpy as np
from jaxtyping import Int

from compare.read import Reading

FIRING = 0.1  # of a unit's largest deviation from its resting value
LOCAL_ROWS = 2  # a unit that fires on this many inputs or fewer is local
REST_ROWS = 1024


def local_units(reading: Reading, hidden: str, rows: Int[np.ndarray, " distinct"]) -> float:
    """Share of a site's units that fire on at most two of the rows, each weighted by the largest change it can make.

    A unit fires where it is further than a tenth of its largest deviation from its median.
    """
    rng = np.random.default_rng(reading.seed)
    some = rng.choice(rows, size=min(REST_ROWS, len(rows)), replace=False)
    rest = np.median(reading.run(keep=(hidden,), rows=some)[1][hidden], axis=0)
    top = np.zeros_like(rest)
    for values in _blocks(reading, hidden, rows):
        np.maximum(top, np.abs(values - rest).max(axis=0), out=top)
    fired = np.zeros(rest.shape)
    for values in _blocks(reading, hidden, rows):
        fired += (np.abs(values - rest) > FIRING * top).sum(axis=0)
    weight = top * np.linalg.norm(reading.readout(hidden)[0], axis=1)
    local = (fired <= LOCAL_ROWS) & (top > 0)
    return float((weight * local).sum() / max(float(weight.sum()), 1e-30))


def _blocks(reading: Reading, site: str, rows: Int[np.ndarray, " distinct"]):
    for start in range(0, len(rows), reading.block):
        yield reading.run(keep=(site,), rows=rows[start : start + reading.block])[1][site]
