"""Gates of unknown scale and offset: scale * link(sum) + offset, by Levenberg-Marquardt from a grid of scales.

At its far end a gate is a line, so a start is a line through the rows that are far from the flat end.
"""

from collections.abc import Iterator

import numpy as np

from compare.explanation import Refusal
from compare.fit.activations import ELU, GELU, GELU_TANH, SILU, SOFTPLUS, TANH, Link
from compare.fit.atoms import ONE, Atoms, joined, products, waves
from compare.fit.fit import Fit
from compare.fit.inputs import Inputs
from compare.fit.links import Solved, polish
from compare.fit.spectrum import strongest
from compare.fit.sums import Outer, Task, fitted

NAME = "gates"
LINKS = (SILU, GELU, GELU_TANH, SOFTPLUS, ELU)
SCALES = (1.0, 0.5, 2.0)
ROWS = 160  # that the scale is found on
WAVES = (1, 2)
NEAR = 1e-5  # of the deviation, at which a start is good
MOST_TERMS = 12


def gates(task: Task, inputs: Inputs) -> Fit | Refusal:
    """The first gate of an affine form, or of the strongest waves beside one, that misses nothing."""
    rows = task.sample[:ROWS]
    deviation = max(float(task.values.std()), 1e-300)
    near = max(NEAR, 1.5 * task.noise / deviation)
    for terms in _designs(task, inputs):
        if terms.columns.shape[1] > MOST_TERMS:
            continue
        for link in LINKS if inputs.reals or not inputs.residues else (*LINKS, TANH):
            solved = _solved(task.values[rows], terms.columns[rows], link, near * deviation)
            if solved is None:
                continue
            outer = Outer(link, float(solved.scale[0]), float(solved.offset[0]), constants=2)
            outer = _rounded(outer, task.noise)
            fit = fitted(task, terms, outer, tuple(inputs.residues), inputs.modulus or 0, 0.0)
            if fit:
                return fit
    return Refusal(extractor=NAME, reason="no gate of any scale fits an affine form or the strongest waves")


def _designs(task: Task, inputs: Inputs) -> Iterator[Atoms]:
    if not inputs.residues:
        yield products(inputs, 1)
        return
    assert inputs.modulus is not None
    others = {name: column for name, column in inputs.all.items() if name not in inputs.residues}
    ones = Atoms((ONE,), np.ones((len(task.values), 1)))
    beside = products(inputs.without(tuple(inputs.residues)), 1) if others else ones
    found = strongest(task.values, inputs.residues, inputs.modulus, max(WAVES))
    for count in WAVES:
        if count <= len(found):
            yield joined(beside, waves(found[:count], inputs.residues, inputs.modulus))


def _solved(values: np.ndarray, design: np.ndarray, link: Link, enough: float) -> Solved | None:
    weight = np.ones(len(values))
    span = float(np.ptp(values))
    for sign in (1.0, -1.0):
        end = float((sign * values).min())
        raised = sign * values - end
        line = np.linalg.lstsq(design, np.where(raised > 0.3 * span, raised, 0.0), rcond=None)[0]
        far = raised > 0.3 * span
        if far.sum() >= design.shape[1]:
            line = np.linalg.lstsq(design[far], raised[far], rcond=1e-8)[0]
        for scale in SCALES:
            start = Solved((line / scale)[None], np.array([sign * scale]), np.array([sign * end]), np.zeros(1))
            with np.errstate(all="ignore"):
                found = polish(values[:, None], design, link, weight, start)
            if np.sqrt(found.rss[0] / len(values)) <= enough:
                return found
    return None


def _rounded(outer: Outer, noise: float) -> Outer:
    """Scale and offset to four digits where that is within the noise."""
    scale = float(f"{outer.scale:.4g}") if abs(outer.scale - float(f"{outer.scale:.4g}")) < noise else outer.scale
    offset = round(outer.offset, 4) if abs(outer.offset - round(outer.offset, 4)) < noise else outer.offset
    return outer._replace(scale=scale, offset=offset)
