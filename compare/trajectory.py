"""The same evidence along training: when structure forms, when memorisation is cleaned up, when the net generalises.

Restricted loss keeps only the final dictionary's waves in the outputs, excluded loss takes them away (Nanda et al.,
arXiv 2301.05217). Formation is the step at which the restricted loss on held-out rows has fallen half of the way to its
final value: the waves alone do the task, whatever else is still in the outputs. Generalisation is the step at which
held-out accuracy has risen half of its way. Clean-up is the step at which the excluded loss on trained rows, after its
minimum, has risen half of the way to its final value (counted up to that of chance): what was memorised is gone.
Each needs a final state in which the thing is there: a run that never generalised has none.
"""

from dataclasses import dataclass, field

import jax
import numpy as np
import scipy.special
from jaxtyping import Float, Int

from compare.assess import explain
from compare.evidence.bits import weigh
from compare.evidence.interchange import interchange
from compare.evidence.substitution import substitution
from compare.extract.residues import frame_of, modulus
from compare.fit.characters import Characters, Frame, gini, spectrum
from compare.fit.logits import fit_logits, term_values
from compare.read import Reading, read
from compare.sites.layer import Layer, argument_means, find_additive_layer, find_layer
from compare.view import View
from nets.net import Net, Params
from synth.language.spec import Spec

FORMED = 0.5  # share of the outputs' variance that the final dictionary must explain in the end
GENERALISED = 0.9  # held-out accuracy in the end
MEASURES = (
    "train_accuracy",
    "held_out_accuracy",
    "structure",
    "restricted_loss",
    "excluded_loss",
    "gini",
    "weight_norm",
    "s_agreement",
    "s_variance",
    "d_r2",
    "bits",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """Measures at every checkpoint, by name (NaN where not measured), and the three steps."""

    step: Int[np.ndarray, " checkpoints"]
    measures: dict[str, Float[np.ndarray, " checkpoints"]]
    formation: float | None
    cleanup: float | None
    generalisation: float | None
    stages: dict[str, Float[np.ndarray, " checkpoints"]] = field(default_factory=dict)  # loss against simpler answers

    @property
    def nearest(self) -> tuple[str, ...]:
        """The stage that the net is nearest to, at every checkpoint."""
        names, each = list(self.stages), np.array(list(self.stages.values()))
        return tuple(names[i] for i in each.argmin(axis=0)) if names else ()

    def fields(self) -> dict:
        """Fields of a `Record`, by name."""
        return {
            "step_formation": self.formation,
            "step_cleanup": self.cleanup,
            "step_generalisation": self.generalisation,
        }

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Arrays for the report, by the names in `compare.record`."""
        return {
            "trajectory.step": self.step,
            **{f"trajectory.{name}": values for name, values in self.measures.items()},
            **({"stages.step": self.step} if self.stages else {}),
            **{f"stages.{name}": values for name, values in self.stages.items()},
        }


def trace(
    net: Net,
    checkpoints: Params,
    steps: Int[np.ndarray, " checkpoints"],
    spec: Spec,
    view: View,
    *,
    train: Int[np.ndarray, " train"],
    seed: int = 0,
    evidence: int = 8,
) -> Trajectory:
    """Measure every checkpoint (params stacked on a leading axis) with the dictionary of the last one.

    S, D and B, which take far longer, are measured at `evidence` of them, evenly spread with the last among them.
    """
    last = len(steps) - 1
    final = read(net, _at(checkpoints, last), spec, view, train=train, seed=seed)
    waves = _dictionary(final)
    weighed = last - np.linspace(0, last, min(evidence, len(steps))).astype(int)
    rows = [
        _measure(read(net, _at(checkpoints, i), spec, view, train=train, seed=seed), waves, i in weighed)
        for i in range(last)
    ]
    rows.append(_measure(final, waves, last in weighed))
    measures = {name: np.array([row.get(name, np.nan) for row in rows]) for name in MEASURES}
    return Trajectory(
        step=np.asarray(steps),
        measures=measures,
        formation=_formation(steps, measures),
        cleanup=_cleanup(steps, measures, view.classes),
        generalisation=generalisation(steps, measures["held_out_accuracy"]),
    )


def _at(checkpoints: Params, i: int) -> Params:
    return jax.tree.map(lambda leaf: leaf[i], checkpoints)


def _dictionary(reading: Reading) -> tuple[Frame, np.ndarray] | None:
    """Waves of the final net's explanation and the arguments' multiples; None for a net without one."""
    p = modulus(reading)
    if isinstance(p, str):
        return None
    explanation, _ = explain(reading)
    if explanation is None or "frequencies.k" not in explanation.arrays:
        return None
    layer = find_additive_layer(reading)
    group = "multiplicative" if "group: multiplicative" in explanation.notes else "additive"
    frame = frame_of(reading, group, layer if isinstance(layer, Layer) else None)
    return frame, frame.answer.index(explanation.arrays["frequencies.k"])


def _measure(reading: Reading, waves: tuple[Frame, np.ndarray] | None, evidence: bool) -> dict[str, float]:
    train = np.arange(reading.rows) if reading.train is None else reading.train
    held = np.setdiff1d(np.arange(reading.rows), train)
    right = reading.answers == reading.targets
    found = {
        "train_accuracy": float(right[train].mean()),
        "held_out_accuracy": float(right[held].mean()) if len(held) else np.nan,
        "weight_norm": float(np.sqrt(sum((np.asarray(leaf) ** 2).sum() for leaf in jax.tree.leaves(reading.params)))),
    }
    if waves is not None:
        found |= _structure(reading, *waves, train, held if len(held) else train)
    return found | (_evidence(reading) if evidence else {})


def _structure(
    reading: Reading,
    frame: Frame,
    wave: np.ndarray,
    train: np.ndarray,
    held: np.ndarray,
) -> dict[str, float]:
    x, y = reading.x[:, :2].T
    fit = fit_logits(frame, x, y, reading.outputs, wave, held)
    waves = term_values(fit, x, y, np.arange(len(wave)))
    outputs = reading.outputs - reading.outputs.mean(axis=1, keepdims=True)
    rest = ((outputs[held] - waves[held]) ** 2).sum()
    return {
        "structure": float(1 - rest / max(float((outputs[held] ** 2).sum()), 1e-30)),
        "restricted_loss": _loss(waves, reading.targets, held),
        "excluded_loss": _loss(outputs - waves, reading.targets, train),
        "gini": _gini(reading, frame.first),
    }


def _gini(reading: Reading, chars: Characters) -> float:
    layer = find_layer(reading)
    if not isinstance(layer, Layer):
        return float("nan")
    first, _ = argument_means(reading.site(layer.pre), tuple(reading.x[:, :2].T), (chars.p, chars.p))
    return gini(spectrum(chars, first))


def _loss(outputs: np.ndarray, targets: np.ndarray, rows: np.ndarray) -> float:
    chosen = outputs[rows]
    return float((scipy.special.logsumexp(chosen, axis=1) - chosen[np.arange(len(rows)), targets[rows]]).mean())


def _evidence(reading: Reading) -> dict[str, float]:
    explanation, _ = explain(reading)
    if explanation is None:
        return {}
    effect = (reading.readout(explanation.hidden)[0] ** 2).sum(axis=1)
    s, d, b = substitution(reading, explanation, effect), interchange(reading, explanation), weigh(reading, explanation)
    return {
        "s_agreement": s.agreement,
        "s_variance": s.variance,
        "d_r2": d.r2 if d else np.nan,
        "bits": b.total if b else np.nan,
    }


def _formation(steps: np.ndarray, measures: dict[str, np.ndarray]) -> float | None:
    loss = measures["restricted_loss"]
    if not (measures["structure"][-1] >= FORMED and loss[-1] < loss[0] / 2):
        return None
    return crossing(steps, -loss, -(loss[0] + loss[-1]) / 2)


def generalisation(steps: np.ndarray, held_out: np.ndarray) -> float | None:
    """The step at which held-out accuracy has risen half of its way."""
    if not held_out[-1] >= GENERALISED:
        return None
    return crossing(steps, held_out, (held_out[0] + held_out[-1]) / 2)


def _cleanup(steps: np.ndarray, measures: dict[str, np.ndarray], classes: int) -> float | None:
    if not measures["structure"][-1] >= FORMED:
        return None
    excluded = np.minimum(measures["excluded_loss"], np.log(classes))
    low = int(np.argmin(excluded))
    if excluded[-1] <= excluded[low]:
        return None
    return crossing(steps[low:], excluded[low:], (excluded[low] + excluded[-1]) / 2)


def crossing(steps: np.ndarray, values: np.ndarray, level: float) -> float | None:
    """First step, interpolated linearly between checkpoints, at which the values reach the level."""
    above = np.flatnonzero(values >= level)
    if len(above) == 0:
        return None
    i = int(above[0])
    if i == 0:
        return float(steps[0])
    share = (level - values[i - 1]) / (values[i] - values[i - 1])
    return float(steps[i - 1] + share * (steps[i] - steps[i - 1]))
