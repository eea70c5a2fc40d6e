"""S: the sites replaced by the declared template, the rest of the net run on with its true weights."""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Explanation
from compare.read import Reading
from compare.statistics import wilson
from compare.step import Steps, substituted
from nets.edits import Patch, Snap


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """Agreement with the net's answers and explained variance of the hidden site, on rows no constant was fitted on."""

    agreement: float  # balanced over the net's answers where classes are unbalanced
    low: float  # Wilson interval, 95 %
    high: float
    domain: float  # agreement on all rows
    right: float | None  # share of the net's right answers that stay; None where it has none
    variance: float  # of the hidden site, each unit weighted by its effect on the outputs
    control: float | None  # agreement, the true terms forbidden
    control_variance: float | None
    permuted: float | None  # agreement, the same fitter on permuted data
    exact: float | None = None  # agreement, the program itself in place of what is fitted to the net


class Replaced(NamedTuple):
    """The net run with steps in the place of the sites that they hold."""

    answers: np.ndarray  # (rows, ...)
    hidden: Float[np.ndarray, "rows ..."]  # the hidden site's values


def replaced(reading: Reading, steps: Steps, hidden: str) -> Replaced:
    """Run it on all rows."""
    edits = jax.tree.map(np.asarray, substituted(steps, reading.x))
    for site, edit in edits.items():
        if isinstance(edit, Snap):
            continue
        refuse_wider(reading, steps, site, np.shape(edit.value if isinstance(edit, Patch) else edit))
    outputs, sites = reading.run(edits, keep=(hidden,))
    return Replaced(reading.decode(outputs), sites[hidden])


def refuse_wider(reading: Reading, steps: Steps, site: str, shape: tuple[int, ...]) -> None:
    """ValueError where what the steps put in a site's place does not fit there."""
    wanted = (reading.rows, *reading.shapes[site])
    try:
        fits = np.broadcast_shapes(shape, wanted) == wanted
    except ValueError:
        fits = False
    if not fits:
        names = ", ".join(step.label or step.name for step in steps if step.holds == site)
        raise ValueError(
            f"explanation: expected values of shape {wanted} for site {site!r}, got {shape} of the steps that hold it "
            f"({names}); let their code give one number a unit"
        )


def substitution(
    reading: Reading, explanation: Explanation, effect: Float[np.ndarray, " units"], own: Replaced | None = None
) -> Substitution:
    """Score the net run on the explanation's sites (`own`, where it is known) and on its controls'.

    `effect` weights the hidden site's units.
    """
    hidden = explanation.hidden
    own = own or replaced(reading, explanation.steps, hidden)
    agreement, domain, variance = _score(reading, own, hidden, effect)
    low, high = wilson(agreement, len(reading.counted(reading.answers[reading.reported], reading.reported)))
    control, permuted, exact = (
        _score(reading, replaced(reading, steps, hidden), hidden, effect) if steps else None
        for steps in (explanation.control, explanation.permuted, explanation.exact)
    )
    return Substitution(
        agreement=agreement,
        low=low,
        high=high,
        domain=domain,
        right=kept_right(reading, own.answers[reading.reported]),
        variance=variance,
        control=control[0] if control else None,
        control_variance=control[2] if control else None,
        permuted=permuted[0] if permuted else None,
        exact=exact[0] if exact else None,
    )


def _score(
    reading: Reading, given: Replaced, hidden: str, effect: Float[np.ndarray, " units"]
) -> tuple[float, float, float]:
    variance = explained_variance(reading.site(hidden), given.hidden, reading.reported, effect)
    agreement = reading.agreement(given.answers[reading.reported], reading.reported)
    return agreement, reading.agreement(given.answers), variance


def kept_right(reading: Reading, given: np.ndarray) -> float | None:
    """Share of the net's right answers that stay, of those that are reported on."""
    rows = reading.reported
    right = reading.right(rows)
    return float(reading.alike(given, rows)[right].mean()) if right.any() else None


def explained_variance(
    actual: Float[np.ndarray, "rows ..."],
    fitted: Float[np.ndarray, "rows ..."],
    rows: Int[np.ndarray, " n"],
    effect: Float[np.ndarray, " units"],
) -> float:
    """1 - residual / variance on the given rows, units weighted by their effect on the outputs."""
    actual, fitted = (site.reshape(len(site), -1)[rows] for site in (actual, fitted))
    residual = ((actual - fitted) ** 2).mean(axis=0) @ effect
    total = actual.var(axis=0) @ effect
    return float(1 - residual / max(float(total), 1e-30))
