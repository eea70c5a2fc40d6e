"""The larger or smaller of two affine forms: rows and forms in turn, each row going to the form that is to win there.

Magnani and Boyd, *Convex piecewise-linear fitting* (Optimization and Engineering 10, 2009), with two pieces.
"""

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.fit import Fit, data_bits, relative_error, snapped, stated_bits
from compare.fit.inputs import Inputs
from compare.fit.sums import Task
from compare.fit.write import total

NAME = "bends"
STARTS = 6
ROUNDS = 25
NEAR = 1e-5  # of the deviation, within which a start is good


def bends(task: Task, inputs: Inputs) -> Fit | Refusal:
    """Max or Min of two affine forms of the arguments."""
    names = tuple(inputs.all)
    design = np.column_stack([np.ones(len(task.values)), *inputs.all.values()])
    deviation = max(float(task.values.std()), 1e-300)
    near = max(NEAR * deviation, 1.5 * task.noise)
    for sign, name in ((1.0, "Max"), (-1.0, "Min")):
        theta = _solved(sign * task.values[task.sample], design[task.sample], near)
        if theta is None:
            continue
        first = np.argmax(design @ theta.T, axis=1) == 0
        parts = [_least_squares(task.values[rows], design[rows], task, rows) for rows in (first, ~first)]
        model = sign * np.max([sign * (design @ part) for part, _ in parts], axis=0)
        error = relative_error(task.values, model)
        if error * deviation > 1.2 * near:
            continue
        bits = 6 + sum(stated_bits(part, curvature) for part, curvature in parts)
        bits += float(data_bits(np.array(task.weight @ (task.values - model) ** 2), np.array(task.noise)))
        texts = [total(zip(part[1:].tolist(), names, strict=True), float(part[0])) for part, _ in parts]
        return Fit(formula=f"{name}({', '.join(texts)})", values=model, bits=bits, error=error)
    return Refusal(extractor=NAME, reason="no two affine forms of which one is the larger or the smaller everywhere")


def _least_squares(values: np.ndarray, design: np.ndarray, task: Task, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    theta = np.linalg.lstsq(design, values, rcond=None)[0]
    curvature = task.weight[rows] @ design**2 / task.noise**2
    return snapped(np.where(np.abs(theta) * np.sqrt(curvature) < 1, 0.0, theta), curvature), curvature


def _solved(
    values: Float[np.ndarray, " rows"], design: Float[np.ndarray, "rows k"], near: float
) -> Float[np.ndarray, "2 k"] | None:
    rng = np.random.default_rng(0)
    k = design.shape[1]
    for _ in range(STARTS):
        along = design[:, 1:] @ (rng.normal(size=k - 1) / np.maximum(design[:, 1:].std(axis=0), 1e-12))
        side = along > rng.choice(along)
        for _ in range(ROUNDS):
            if min(side.sum(), (~side).sum()) < k + 1:
                break
            theta = np.stack([np.linalg.lstsq(design[s], values[s], rcond=None)[0] for s in (~side, side)])
            heights = design @ theta.T
            if np.sqrt(np.mean((values - heights.max(axis=1)) ** 2)) <= near:
                return theta
            moved = heights[:, 1] > heights[:, 0]
            if np.array_equal(moved, side):
                break
            side = moved
    return None
