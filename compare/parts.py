"""How often a net is right on parts of its samples, counted by themselves."""

from collections.abc import Mapping

import numpy as np

from compare.read import Reading


def match_parts(reading: Reading, parts: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The share of right answers among those that count and are reported on; parts without any are left out.

    Parts are Booleans (rows,) or (rows, positions); a position of a row with one answer is in no part.
    """
    rows = reading.reported
    right = reading.view.answers.alike(reading.answers[rows], reading.targets[rows])
    found = {}
    for name, where in parts.items():
        among = where[rows].reshape(len(rows), *(1,) * (right.ndim - where.ndim), *where.shape[1:])
        counted = np.broadcast_to(among, right.shape) & (True if reading.mask is None else reading.mask[rows])
        if counted.any():
            found[name] = float(right[counted].mean())
    return found
