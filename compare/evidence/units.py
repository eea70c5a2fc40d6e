"""D for units over bits, and local units: the evidence that reads single units of a hidden site.

Where a variable is aligned with the inputs, exchanging it tests the function alone (a lookup scores 1). So a random
fraction of the units takes another input's activations inside the net, and the templates, each unit's own, predict the
change of the outputs.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.evidence.interchange import Interchange
from compare.explanation import Explanation
from compare.read import Reading
from compare.statistics import centred

FRACTION = 1 / 8
PAIRS = 2048
PAIR_VALUES = 2**23  # floats the hidden site may hold over the pairs
FIRING = 0.1  # of a unit's largest deviation from its resting value
LOCAL_ROWS = 2  # a unit that fires on this many inputs or fewer is local
REST_ROWS = 1024


def exchange_units(
    reading: Reading, explanation: Explanation, fraction: float = FRACTION, seed: int | None = None
) -> Interchange:
    """A random fraction of the hidden units exchanged between two inputs, the change of the outputs predicted.

    The control's predictions come from the explanation's control, the same fitter with the true terms forbidden.
    """
    hidden = explanation.hidden
    rng = np.random.default_rng(reading.seed + 3 if seed is None else seed)
    size = int(np.clip(PAIR_VALUES // reading.shapes[hidden][0], 64, PAIRS))
    rows, others = rng.integers(reading.rows, size=(2, size))
    before, outputs = _hidden(reading, hidden, rows)
    after, _ = _hidden(reading, hidden, others)
    moved = rng.random(before.shape) < fraction
    edit = np.where(moved, after, before)
    change = centred(reading.run({hidden: edit}, rows=rows)[0] - outputs)
    readout = reading.readout(hidden)[0]

    def score(template) -> float:
        x, other = reading.x[rows], reading.x[others]
        first = _templates(reading, template, hidden, x, rows)
        second = _templates(reading, template, hidden, other, rows)
        return explained_change(change, predicted_change(second - first, moved, readout))

    return Interchange(
        r2=score(explanation.substitute),
        control=score(explanation.control) if explanation.control else None,
        dictionary=None,
    )


def predicted_change(
    difference: Float[np.ndarray, "pairs units"],
    moved: Bool[np.ndarray, "pairs units"],
    readout: Float[np.ndarray, "units classes"],
) -> Float[np.ndarray, "pairs classes"]:
    """Change of the outputs when the moved units' activations differ so."""
    return (difference * moved) @ readout


def explained_change(
    change: Float[np.ndarray, "pairs classes"], predicted: Float[np.ndarray, "pairs classes"]
) -> float:
    """1 - sum (D - D_hat)^2 / sum D^2; 0 where nothing changed."""
    total = float((change**2).sum())
    return 1 - float(((change - predicted) ** 2).sum()) / total if total > 0 else 0.0


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


def _hidden(reading: Reading, hidden: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    outputs, sites = reading.run(keep=(hidden,), rows=rows)
    return sites[hidden], outputs


def _templates(reading: Reading, template, hidden: str, x: np.ndarray, rows: np.ndarray) -> np.ndarray:
    edits = {site: np.asarray(value) for site, value in template(x).items()}
    return reading.run(edits, keep=(hidden,), rows=rows)[1][hidden]
