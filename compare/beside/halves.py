"""Whether the arrangement of parts is causal: half of a site's map taken from another image.

Where a task says what it would see with the upper half of another picture, the upper half of a site with places is
exchanged between two images, and the net has to answer that. Half of the places, drawn at random, are the control.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Int

from compare.read import Reading

PAIRS = 1024
TRIED = 40  # times as many pairs are looked at, since few recombinations are answers
Then = Callable[[Int[np.ndarray, " n"], Int[np.ndarray, " n"]], Int[np.ndarray, " n"]]


def exchanged_halves(reading: Reading, then: Then) -> dict[str, tuple[float, float]]:
    """By site, the share of the pairs that are answered as `then(rows, others)` says, and of the control's.

    Below 0 it says nothing; nor are pairs counted whose recombination is one of the two images' own answers.
    """
    rng = np.random.default_rng([reading.seed, 71])
    rows, others = rng.choice(reading.reported, size=(2, PAIRS * TRIED))
    wanted = np.asarray(then(rows, others))
    counts = (wanted >= 0) & (wanted != reading.targets[rows]) & (wanted != reading.targets[others])
    rows, others, wanted = (each[counts][:PAIRS] for each in (rows, others, wanted))
    if not len(rows):
        return {}
    found = {}
    for site in reading.net.sites:
        if len(reading.shapes[site]) != 3 or min(reading.shapes[site][:2]) < 2:
            continue
        height, breadth = reading.shapes[site][:2]
        mine, theirs = (reading.run(keep=(site,), rows=each)[1][site] for each in (rows, others))
        upper = np.broadcast_to((np.arange(height) < height // 2)[None, :, None, None], (1, height, breadth, 1))
        drawn = rng.random((len(rows), height, breadth, 1)) < 0.5
        shares = []
        for where in (upper, drawn):
            answers = reading.decode(reading.run({site: np.where(where, theirs, mine)}, rows=rows)[0])
            shares.append(float((answers == wanted).mean()))
        found[site] = (shares[0], shares[1])
    return found
