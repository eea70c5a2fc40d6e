"""What the report shows of an explanation: one line a step, and the units that matter most as maps."""

import numpy as np

from compare.evidence.interchange import Interchange
from compare.explanation import Explanation
from compare.read import Reading
from compare.record import StepLine

UNITS = 6  # shown in the gallery
STEPS = 64  # at most


def step_lines(reading: Reading, explanation: Explanation, exchanged: Interchange | None) -> list[StepLine]:
    """Where each step sits, how much of its site it explains, and what its exchange does."""
    held = {site: _explained(reading, site, value) for site, value in explanation.substitute(reading.x).items()}
    tried = {each.step: each for each in exchanged.steps} if exchanged else {}
    shown = []
    for step in explanation.steps[:STEPS]:
        site = step.holds or (step.exchange.site if step.exchange else None)
        each = tried.get(step.name)
        share = None
        if step.units is not None and explanation.importance is not None:
            share = float(explanation.importance[step.units].sum())
        shown.append(
            StepLine(
                step=step.label or step.name,
                formula=step.formula,
                site=site,
                units=None if step.units is None else len(step.units),
                share=share,
                variance=held.get(step.holds) if step.holds else None,
                r2=each.r2 if each else None,
                turned=each.turned if each else None,
                bits=step.bits + step.alignment or None,
            )
        )
    return shown


def gallery(reading: Reading, explanation: Explanation) -> tuple[list[str], dict[str, np.ndarray]]:
    """Formulas of the units with the largest effect, and their activations as the net and the steps have them."""
    if explanation.importance is None or explanation.unit_formula is None:
        return [], {}
    units = np.argsort(-explanation.importance)[:UNITS]
    edits = {site: np.asarray(value) for site, value in explanation.substitute(reading.x).items()}
    fitted = reading.run(edits, keep=(explanation.hidden,))[1][explanation.hidden]
    shape = (len(units), *_map_shape(reading))
    arrays = {
        "gallery.unit": units,
        "gallery.actual": reading.site(explanation.hidden)[:, units].T.reshape(shape).astype(np.float32),
        "gallery.fitted": fitted[:, units].T.reshape(shape).astype(np.float32),
    }
    return [explanation.unit_formula(int(unit)) for unit in units], arrays


def _explained(reading: Reading, site: str, value: object) -> float:
    """1 - residual / variance of a site on the rows that nothing was fitted on."""
    actual, fitted = (np.asarray(each)[reading.reported] for each in (reading.site(site), value))
    rest = float(((actual - fitted) ** 2).mean(dtype=np.float64))
    varied = float(((actual - actual.mean(axis=0)) ** 2).mean(dtype=np.float64))
    return 1 - rest / max(varied, 1e-30)


def _map_shape(reading: Reading) -> tuple[int, int]:
    sizes = [len(np.unique(argument)) for argument in reading.arguments]
    half = len(sizes) // 2
    return int(np.prod(sizes[:half])), int(np.prod(sizes[half:]))
