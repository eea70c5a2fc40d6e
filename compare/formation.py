"""Nets that are read on samples, along training: which simpler answers they are near, and when their program is there.

A stage is a function that answers less well than the task asks, and that a net may pass through; how far a net is from
it is the loss of its outputs against the stage's answers, of distributions in nats. The program is there at a
checkpoint whose verdict is *program*, and it is the same where its text is that of the last. Formation is the first
checkpoint from which on every one that was judged has the verdict. A net that is not right is no program, and what the
last net is not cannot have formed: only where the last one is a program are others judged, of those that are right.
"""

from collections.abc import Mapping

import jax
import numpy as np
from jaxtyping import Float, Int

from compare.assess import Assessment, assess
from compare.case import Case
from compare.judge import THRESHOLDS
from compare.loss import loss
from compare.read import Reading, read
from compare.sample import Sample, Samples
from compare.trajectory import Trajectory, generalisation
from nets.net import Net, Params

RIGHT = min(each.match for each in THRESHOLDS.values())
RIGHT_ONES = "the right answers"  # beside the stages
NO_STAGES: Mapping[str, np.ndarray] = {}
JUDGED = {
    "s_agreement": "s_agreement",
    "s_exact": "s_exact",
    "d_r2": "d_r2",
    "bits": "bits_total",
}  # measure -> field of a record


def follow(
    net: Net,
    checkpoints: Params,
    steps: Int[np.ndarray, " checkpoints"],
    case: Case,
    last: Assessment,
    *,
    stages: Mapping[str, np.ndarray] = NO_STAGES,
    seed: int = 0,
    evidence: int = 8,
) -> Trajectory:
    """Measure every checkpoint (params stacked on a leading axis) on the rows of the case's samples.

    `last` is the last one's assessment; `stages` have answers for the rows that are reported on. Of the checkpoints
    that are right at most `evidence` are judged, evenly spread from the first on.
    """
    every = [jax.tree.map(lambda leaf, i=i: leaf[i], checkpoints) for i in range(len(steps))]
    reported = _reported(case)
    readings = [read(net, params, case.spec, case.view, samples=reported, seed=seed) for params in every]
    rows = [_measured(reading) for reading in readings]
    stages = {**stages, RIGHT_ONES: readings[-1].targets[readings[-1].reported]} if stages else {}
    right = np.flatnonzero([row["held_out_accuracy"] >= RIGHT for row in rows])
    known = {len(steps) - 1: last}
    if last.verdict.outcome == "program":
        chosen = right[np.unique(np.linspace(0, len(right) - 1, min(evidence, len(right))).round().astype(int))]
        known = {i: assess(net, every[i], case, seed=seed) for i in chosen.tolist() if i != len(steps) - 1} | known
    for i, row in enumerate(rows):
        row["program"] = np.nan if i in right else 0.0
        row |= _judged(known[i], last) if i in known else {}
    names = dict.fromkeys(name for row in rows for name in row)
    measures = {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}
    return Trajectory(
        step=np.asarray(steps),
        measures=measures,
        stages={name: np.array([_far(reading, said) for reading in readings]) for name, said in stages.items()},
        formation=_from_then_on(steps, measures["program"]),
        cleanup=None,
        generalisation=generalisation(steps, measures["held_out_accuracy"]),
    )


def _reported(case: Case) -> Samples:
    """The samples without what is fitted on, but for one row, and with the greatest length alone."""
    assert case.samples is not None
    one = case.samples.fit
    one = Sample(
        arguments=tuple(values[:1] for values in one.arguments),
        targets=one.targets[:1],
        mask=None if one.mask is None else np.ones_like(one.mask[:1]),
    )
    return Samples(fit=one, report=case.samples.report, longer=case.samples.longer[-1:])


def _measured(reading: Reading) -> dict[str, float]:
    """How often it is right where it is reported on, and at the greatest length; the norm of its params."""
    found = {"held_out_accuracy": reading.match(reading.answers[reading.reported], reading.reported)}
    if reading.longer:
        found["longer_accuracy"] = reading.longer[-1].match(reading.longer[-1].answers)
    return found | {
        "weight_norm": float(np.sqrt(sum((np.asarray(w) ** 2).sum() for w in jax.tree.leaves(reading.params))))
    }


def _judged(found: Assessment, last: Assessment) -> dict[str, float]:
    fields = found.fields()
    known = {name: fields[field] for name, field in JUDGED.items()}
    return {
        **{name: float(value) for name, value in known.items() if value is not None},
        "program": float(found.verdict.outcome == "program"),
        "same_program": float(found.formula == last.formula),
    }


def _far(reading: Reading, stage: np.ndarray) -> float:
    """The loss of the outputs against other answers to the rows that are reported on."""
    return loss(reading, reading.outputs[reading.reported], stage, reading.reported)


def _from_then_on(steps: Int[np.ndarray, " n"], program: Float[np.ndarray, " n"]) -> float | None:
    """The first step from which on every checkpoint that was judged is a program; None where the last is none."""
    fallen = np.flatnonzero(program == 0)
    after = np.flatnonzero(program == 1)
    after = after[after > (fallen[-1] if len(fallen) else -1)]
    return float(steps[after[0]]) if len(after) else None
