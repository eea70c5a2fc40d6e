"""What the report shows of an explanation: one line a step, and the units that matter most as maps."""

import jax
import numpy as np

from compare.evidence.bits import Bits
from compare.evidence.interchange import Exchanged
from compare.explanation import Explanation
from compare.judge import Evidence
from compare.read import Reading
from compare.record import StepLine
from compare.statistics import centred
from compare.step import Step, Value, values_of
from nets.edits import Patch, Snap

UNITS = 6  # shown in the gallery
STEPS = 64  # at most
VALUES = 2**24  # outputs, at most, whose parts are told apart


def step_lines(reading: Reading, explanation: Explanation, evidence: Evidence) -> list[StepLine]:
    """Where each step sits, its effect, its error and its bits, and what its exchange does."""
    held = {site: _explained(reading, site, value) for site, value in explanation.substitute(reading.x).items()}
    exchanged, parts = evidence.interchange, _output_shares(reading, explanation)
    tried = {each.step: each for each in exchanged.steps} if exchanged else {}
    return [
        _line(step, explanation, tried.get(step.name), held.get(str(step.holds)), evidence, parts.get(step.name))
        for step in explanation.steps[:STEPS]
    ]


def _line(
    step: Step,
    explanation: Explanation,
    each: Exchanged | None,
    held: float | None,
    evidence: Evidence,
    share: float | None,
) -> StepLine:
    remainder = evidence.remainder
    error = None if held is None else 1 - held
    if step.units is not None and explanation.importance is not None:
        weight = explanation.importance[step.units]
        share = float(weight.sum())
        if remainder is not None and share > 0 and remainder.site == explanation.hidden:
            error = float(weight @ remainder.errors[step.units]) / share
    return StepLine(
        step=step.label or step.name,
        formula=step.formula,
        site=step.holds or (step.exchange.site if step.exchange else None),
        units=None if step.units is None else len(step.units),
        share=share,
        error=error,
        variance=held,
        r2=each.r2 if each else None,
        turned=each.turned if each else None,
        bits=step.bits + step.alignment or _part(step, explanation, evidence.bits),
    )


def _output_shares(reading: Reading, explanation: Explanation) -> dict[str, float]:
    """Each output step's share of the variance of what the explanation answers with; those that cancel, below 0."""
    if explanation.outputs and reading.rows * reading.outputs[0].size <= VALUES:
        values = values_of(explanation.steps, reading.x, explanation.outputs)
        parts = {name: np.asarray(values[name], np.float64) for name in dict.fromkeys(explanation.outputs)}
        parts = {name: centred(part) - centred(part).mean(axis=0) for name, part in parts.items()}
        total = sum(parts.values(), start=np.zeros(()))
        size = max(float(np.vdot(total, total)), 1e-300)
        return {
            name: float(np.vdot(np.broadcast_to(part, np.shape(total)), total)) / size for name, part in parts.items()
        }
    return {}


def _part(step: Step, explanation: Explanation, bits: Bits | None) -> float | None:
    """Of a code that states the steps together: a step's part of the terms, and of the constants by its units."""
    read = [each.units for each in explanation.steps if each.units is not None]
    if bits is None or step.units is None:
        return None
    return float(bits.dictionary / len(read) + bits.alignment * len(step.units) / max(sum(map(len, read)), 1))


def gallery(reading: Reading, explanation: Explanation) -> tuple[list[str], dict[str, np.ndarray]]:
    """Formulas of the units with the largest effect, and their activations as the net and the steps have them."""
    if explanation.importance is None or explanation.unit_formula is None:
        return [], {}
    units = np.argsort(-explanation.importance)[:UNITS]
    edits = jax.tree.map(np.asarray, explanation.substitute(reading.x))
    fitted = reading.run(edits, keep=(explanation.hidden,))[1][explanation.hidden]
    shape = (len(units), *_map_shape(reading))
    arrays = {
        "gallery.unit": units,
        "gallery.actual": reading.site(explanation.hidden)[:, units].T.reshape(shape).astype(np.float32),
        "gallery.fitted": fitted[:, units].T.reshape(shape).astype(np.float32),
    }
    return [explanation.unit_formula(int(unit)) for unit in units], arrays


def _explained(reading: Reading, site: str, value: Value | Patch | Snap) -> float:
    """1 - residual / variance of a site, where it is held, on the rows that nothing was fitted on."""
    actual = reading.site(site)
    if isinstance(value, Snap):
        value = reading.run({site: value}, keep=(site,))[1][site]
    held = np.ones(1) if not isinstance(value, Patch) else np.asarray(value.where)
    fitted = np.broadcast_to(np.asarray(value.value if isinstance(value, Patch) else value), actual.shape)
    held = np.broadcast_to(held, actual.shape)[reading.reported]
    actual, fitted = actual[reading.reported], fitted[reading.reported]
    rest = float((held * (actual - fitted) ** 2).mean(dtype=np.float64))
    varied = float((held * (actual - actual.mean(axis=0)) ** 2).mean(dtype=np.float64))
    return 1 - rest / max(varied, 1e-30)


def _map_shape(reading: Reading) -> tuple[int, int]:
    sizes = [len(np.unique(argument)) for argument in reading.arguments]
    half = len(sizes) // 2
    return int(np.prod(sizes[:half])), int(np.prod(sizes[half:]))
