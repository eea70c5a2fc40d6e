"""The ablation pair, and the certificate: evidence about the function, reported beside S, D and B."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from compare.evidence.carrier import carriers, together, tokens_of
from compare.explanation import Explanation
from compare.read import Reading
from compare.statistics import centred


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """Match with the task when one argument's part keeps only the exchanged steps' subspace, and when it loses it."""

    keep: float
    remove: float


def ablation(reading: Reading, explanation: Explanation) -> Ablation | None:
    """Project the part that the exchanged steps live in onto their joint span, or off it; None without such steps."""
    parts = [step for step in explanation.exchanged if step.exchange and step.exchange.of_subspace]
    if not parts:
        return None
    kept, removed = {}, {}
    for held in together(carriers(reading, explanation.steps, parts)):
        tokens = tokens_of(reading, held.column, np.arange(reading.rows))
        content = (held.part - held.part[tokens].mean(axis=0)).astype(np.float32)
        basis = held.basis.astype(np.float32)
        inside = (content @ basis) @ basis.T
        site = reading.site(held.site)
        for edits, part in ((kept, content - inside), (removed, inside)):
            edits[held.site] = edits.get(held.site, site) - part[tokens].reshape(site.shape)
    return Ablation(keep=_match(reading, kept), remove=_match(reading, removed))


def _match(reading: Reading, edits: Mapping[str, np.ndarray]) -> float:
    outputs, _ = reading.run({site: values.astype(np.float32) for site, values in edits.items()})
    return reading.match(reading.decode(outputs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Share of the domain proven right: there the formula's margin exceeds twice the worst residual of that row."""

    share: float
    seconds: float
    variance: float  # of the outputs, centred over classes and inputs, explained by the formula in the net's place


def certificate(reading: Reading, explanation: Explanation) -> Certificate | None:
    """Compare the formula's outputs, in place of the net's, with the net's (after Gross et al., arXiv 2406.11779).

    A formula is a function up to its scale: one factor for all outputs is fitted. None where a row has several answers.
    """
    if reading.outputs.ndim > 2:
        return None
    began = time.perf_counter()
    formula = centred(np.asarray(explanation.run(jnp.asarray(reading.x))))
    outputs = centred(reading.outputs)
    if formula.shape != outputs.shape:
        formula = formula[:, -1:] - formula[:, :1] if outputs.shape[1] == 1 else formula
    formula = formula * float((outputs * formula).sum()) / max(float((formula**2).sum()), 1e-30)
    residual = np.abs(outputs - formula).max(axis=1)
    proven = margin(formula, reading.targets) > 2 * residual
    varied = outputs - outputs.mean(axis=0)
    rest = (outputs - formula) - (outputs - formula).mean(axis=0)
    return Certificate(
        share=float(proven.mean()),
        seconds=time.perf_counter() - began,
        variance=1 - float((rest**2).sum()) / max(float((varied**2).sum()), 1e-30),
    )


def margin(outputs: Float[np.ndarray, "rows classes"], targets: np.ndarray) -> Float[np.ndarray, " rows"]:
    """The right output less the largest other one; for one column, its distance from 0 on the right side."""
    if outputs.shape[1] == 1:
        return outputs[:, 0] * np.where(targets > 0, 1.0, -1.0) * 2
    rows = np.arange(len(outputs))
    right = outputs[rows, targets]
    others = outputs.copy()
    others[rows, targets] = -np.inf
    return right - others.max(axis=1)
