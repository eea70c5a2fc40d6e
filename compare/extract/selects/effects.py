"""How much the outputs that count depend on a head at every position, and which heads they do not depend on."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.read import Reading
from compare.statistics import centred

ROWS = 48  # at which every position is tried
JOINT = 0.995  # of the answers that stay when heads take their means
MOVED = 0.1  # of the outputs' variance, at most, that goes with them
HEARD, HEARS = 0.02, 4  # of a pattern, that has to move with what a head below brings; such heads, at most


def effects(
    reading: Reading, sites: tuple[str, ...], rows: np.ndarray, shown: Bool[np.ndarray, "n s"]
) -> dict[str, Float[np.ndarray, "n s"]]:
    """Root of the squared change of the outputs that count, when a site takes another value at one position."""
    rng = np.random.default_rng([reading.seed, 41])
    before = _counted(reading, centred(reading.outputs[rows]), rows)
    found = {}
    for site in sites:
        values = reading.site(site)[rows]
        pool = values[shown]
        s = values.shape[1]
        change = np.zeros(values.shape[:2])
        for place in range(s):
            edited = values.copy()
            edited[:, place] = pool[rng.integers(len(pool), size=len(rows))]
            after = _counted(reading, centred(reading.run({site: edited}, rows=rows)[0]), rows)
            change[:, place] = np.sqrt(((after - before) ** 2).reshape(len(rows), -1).sum(axis=1))
        found[site] = change * shown
    return found


def _counted(reading: Reading, outputs: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return outputs if reading.mask is None else outputs * reading.mask[rows][..., None]


def idle(
    reading: Reading, means: dict[str, Float[np.ndarray, " width"]], order: list[str], rows: np.ndarray
) -> tuple[str, ...]:
    """Heads that may all take their means at once, those of least effect first."""
    own = _counted(reading, centred(reading.outputs[rows]), rows)
    total = max(float(((own - own.mean(axis=0)) ** 2).sum()), 1e-30)
    still: dict[str, np.ndarray] = {}
    for site in order:
        tried = {**still, site: np.broadcast_to(means[site], (len(rows), *reading.shapes[site]))}
        outputs = reading.run(tried, rows=rows)[0]
        moved = ((_counted(reading, centred(outputs), rows) - own) ** 2).sum() / total
        if reading.alike(reading.decode(outputs), rows).mean() > JOINT and moved < MOVED:
            still = tried
    return tuple(still)


def heard(
    reading: Reading, effect: Mapping[str, Float[np.ndarray, "few s"]], rows: Int[np.ndarray, " few"]
) -> dict[str, tuple[str, ...]]:
    """By the sites of heads, the few below whose values alone, of other rows, move its pattern most where it counts.

    All other heads keep what they bring: what moves the pattern by way of another head is that one's.
    """
    own = {site: reading.site(site)[rows] for site in effect}
    patterns = {site: site.replace(".out", ".pattern") for site in effect}
    layer = {site: int(site.split(".")[1]) for site in effect}
    rng = np.random.default_rng([reading.seed, 46])
    share: dict[str, dict[str, float]] = {site: {} for site in effect}
    for site, values in own.items():
        above = [each for each in effect if layer[each] > layer[site]]
        if not above:
            continue
        moved = reading.run({**own, site: values[rng.permutation(len(rows))]}, [*patterns.values()], rows)[1]
        for each in above:
            apart = np.abs(moved[patterns[each]] - reading.site(patterns[each])[rows]).sum(axis=-1) / 2
            share[each][site] = float((apart * effect[each]).sum()) / max(float(effect[each].sum()), 1e-30)
    most = {site: sorted(given, key=given.__getitem__, reverse=True)[:HEARS] for site, given in share.items()}
    return {site: tuple(each for each in few if share[site][each] > HEARD) for site, few in most.items()}
