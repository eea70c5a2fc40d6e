"""The site that carries a net's state along a sequence, and what the net does from a state that is put into it.

The contract with a net is one site (batch, time, width) that decides, put in place at one time, all that follows: ours
calls it `state`, and any name will do. A net that looks back at all inputs carries none: there a site at one time
decides at most what is answered at that time.
"""

from collections.abc import Callable, Sequence
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from compare.read import Reading, evaluate
from nets.edits import Patch

PROBED = 64  # rows on which a site is tried
FEW = 16  # the same, of sites that are tried one after the other uncompiled
BLOCK = 512  # sequences that are run at once
SHORTEST = 4  # inputs, that few shapes are compiled
EQUAL = 1e-3  # of the outputs' deviation
NO_STATE = (
    "no site carries a state: expected one of shape (batch, time, width) that, put in place at one time, decides what "
    "follows; the net has {sites}"
)


def state_of(reading: Reading) -> str | None:
    """The site that carries the state: `state` if that does, else the last one that decides what follows.

    Where nothing that comes before matters to what follows, any site decides it.
    """
    sites = over_time(reading)
    order = sorted(sites, key=lambda site: (site != "state", -sites.index(site)))
    tried = (_first(reading, order, partial(decides, reading, matters=matters)) for matters in (True, False))
    return next((site for site in tried if site is not None), None)


def over_time(reading: Reading) -> list[str]:
    """The sites with a width at each time of the inputs."""
    time = reading.x.shape[1] if reading.x.ndim > 1 else 0
    return [site for site in reading.net.sites if len(reading.shapes[site]) == 2 and reading.shapes[site][0] == time]


def answered_from(reading: Reading) -> str | None:
    """The last site that, put in place at one time, decides what is answered then and later; first those named so."""
    sites = over_time(reading)
    order = sorted(sites, key=lambda site: (not site.startswith("state"), -sites.index(site)))
    return _first(reading, order, lambda site: answers_at_once(reading, site) and decides(reading, site))


def _first(reading: Reading, order: Sequence[str], fits: Callable[[str], bool]) -> str | None:
    """The first site that fits. Each takes a compilation: where not the first of all, all are asked together first."""
    if order and fits(order[0]):
        return order[0]
    return next((site for site in order[1:] if fits(site)), None) if carries(reading, order) else None


def carries(reading: Reading, sites: Sequence[str]) -> bool:
    """Whether all of these sites together, put in place at one time, decide what follows: else none of them does."""
    if not sites or not long_enough(reading):
        return False
    moved, wanted, _ = taken_over(reading, sites, max(reading.x.shape[1] // 2 - 1, 0), 2 * PROBED)
    return bool(np.abs(moved - wanted).max() <= EQUAL * max(float(wanted.std()), 1e-30))


def answering(reading: Reading) -> list[str]:
    """The sites that, put in place at one time, decide what is answered at that time, in the order of computation.

    A net may have many sites and compile slowly: they are tried on few rows, the net not compiled.
    """
    half = min(FEW, len(reading.reported) // 2)
    rows, others = reading.reported[: 2 * half].reshape(2, half)
    values = reading.run(keep=over_time(reading), rows=others)[1]
    time = reading.x.shape[1] // 2
    at = (np.arange(reading.x.shape[1]) == time)[None, :, None]
    x, wanted = jnp.asarray(reading.x[rows]), reading.outputs[others, time]

    def decided(site: str) -> bool:
        value = values[site] * np.float32(reading.scales.get(site, 1.0))
        outputs = np.asarray(reading.net.apply(reading.params, x, {site: Patch(at, value)})[0])[:, time]
        given = outputs / np.float32(reading.scales.get("outputs", 1.0))
        return bool(np.abs(given - wanted).max() <= EQUAL * float(wanted.std()))

    return [site for site, value in values.items() if real(value) and decided(site)]


def real(values: np.ndarray) -> bool:
    return bool(np.issubdtype(values.dtype, np.floating))


def answers_at_once(reading: Reading, site: str) -> bool:
    """Whether other rows' states make those rows' answers at the same time, which need not be the net's own."""
    half = min(PROBED, len(reading.reported) // 2)
    rows, others = reading.reported[: 2 * half].reshape(2, half)
    time = reading.x.shape[1] // 2
    at = (np.arange(reading.x.shape[1]) == time)[None, :, None]
    outputs = reading.run({site: Patch(at, reading.site(site)[others])}, rows=rows)[0][:, time]
    wanted = reading.outputs[others, time]
    return bool(np.abs(outputs - wanted).max() <= EQUAL * float(wanted.std()))


def decides(reading: Reading, site: str, *, matters: bool = True) -> bool:
    """Whether the site at one time, taken from another row, makes what follows that row's.

    `matters` says whether what comes before the time has to change what follows.
    """
    if not long_enough(reading) or not real(reading.site(site)):
        return False
    moved, wanted, own = taken_over(reading, [site], max(reading.x.shape[1] // 2 - 1, 0), 2 * PROBED)
    allowed = EQUAL * max(float(wanted.std()), 1e-30)
    return bool((np.abs(own - wanted).max() > allowed) == matters and np.abs(moved - wanted).max() <= allowed)


def long_enough(reading: Reading) -> bool:
    """Whether there are a time before and one after a cut, and rows to exchange between."""
    return reading.x.shape[1] >= 2 and reading.rows >= 4


def taken_over(
    reading: Reading, sites: Sequence[str], cut: int, most: int
) -> tuple[Float[np.ndarray, "rows ..."], Float[np.ndarray, "rows ..."], Float[np.ndarray, "rows ..."]]:
    """Outputs after the cut: with the sites at the cut from other rows, of those rows' beginnings, and as they were."""
    rows = np.random.default_rng([reading.seed, 21]).permutation(reading.rows)[:most]
    half, time = len(rows) // 2, reading.x.shape[1]
    mine, theirs = reading.x[rows[:half]], reading.x[rows[half : 2 * half]].copy()
    theirs[:, cut + 1 :] = mine[:, cut + 1 :]
    run = (reading.net, reading.params)
    own = evaluate(*run, mine, scales=reading.scales)[0]
    wanted, values = evaluate(*run, theirs, keep=tuple(sites), scales=reading.scales)
    where = np.broadcast_to((np.arange(time) == cut)[None, :, None], (half, time, 1))
    edits = {site: Patch(where, value) for site, value in values.items() if real(value)}
    moved = evaluate(*run, mine, edits, scales=reading.scales)[0]
    return moved[:, cut + 1 :], wanted[:, cut + 1 :], own[:, cut + 1 :]


def run_from(
    reading: Reading, site: str, x: np.ndarray, states: Float[np.ndarray, "rows width"] | None
) -> tuple[Float[np.ndarray, "rows time classes"], Float[np.ndarray, "rows time width"]]:
    """Outputs and states of inputs (rows, time, ...) from these states, or from the net's own start.

    Padded to few shapes. Before a state that is put in place stands one input, which it makes forgotten.
    """
    outputs, left = [], []
    for begin in range(0, len(x), BLOCK):
        part = slice(begin, begin + BLOCK)
        found = _block(reading, site, x[part], None if states is None else states[part])
        outputs.append(found[0])
        left.append(found[1])
    return np.concatenate(outputs), np.concatenate(left)


def _block(
    reading: Reading, site: str, x: np.ndarray, states: np.ndarray | None
) -> tuple[Float[np.ndarray, "rows time classes"], Float[np.ndarray, "rows time width"]]:
    count, time = x.shape[:2]
    before = 0 if states is None else 1
    length = max(1 << (before + time - 1).bit_length(), SHORTEST)
    whole = np.broadcast_to(reading.x[:1, :1], (BLOCK, length, *x.shape[2:])).copy()
    whole[:count, before : before + time] = x
    edits = {}
    if states is not None:
        value = np.zeros((BLOCK, *whole.shape[1:2], states.shape[1]), dtype=np.float32)
        value[:count, 0] = states
        where = np.broadcast_to((np.arange(whole.shape[1]) == 0)[None, :, None], (*whole.shape[:2], 1))
        edits = {site: Patch(where, value)}
    outputs, sites = evaluate(reading.net, reading.params, whole, edits, (site,), BLOCK, reading.scales)
    return outputs[:count, before : before + time], sites[site][:count, before : before + time]
