"""Units of two levels: a set of the inputs, as a threshold, a count, a parity, connectives, a comparison."""

from collections.abc import Iterator
from math import log2

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import linprog

from compare.explanation import Refusal
from compare.fit.arithmetic import arithmetic
from compare.fit.connectives import express
from compare.fit.fit import Fit, data_bits, relative_error, snapped, stated_bits
from compare.fit.forms import Quotient
from compare.fit.inputs import Inputs
from compare.fit.predicates import Step, predicate
from compare.fit.sums import Task
from compare.fit.threshold import fit_threshold
from compare.fit.walsh import cube_of, first_degree
from compare.fit.write import total

NAME = "steps"
LARGEST_WEIGHT = 9
MOST_BITS = 12
KIND_BITS = 2.0
OPERATOR_BITS = 2.0
FORMS = 8  # that are tried


def levels_of(task: Task) -> tuple[float, float, Bool[np.ndarray, " rows"]] | None:
    """The two levels and the rows at the upper one; None where the values are not two levels within the noise."""
    values = task.values
    upper = values > (values.min() + values.max()) / 2
    if upper.all() or not upper.any():
        return None
    low, high = float(values[~upper].mean()), float(values[upper].mean())
    left = values - np.where(upper, high, low)
    allowed = (2 * task.noise) ** 2
    return (low, high, upper) if np.mean(left**2) <= allowed else None


def steps(task: Task, inputs: Inputs, forms: list[Quotient], structure: float = 0.0) -> Fit | Refusal:
    """The shortest formula of 0 and 1 for the rows at the upper level, scaled; refused where none is exact."""
    levels = levels_of(task)
    if levels is None:
        return Refusal(extractor=NAME, reason="the values are not on two levels")
    low, high, upper = levels
    found = min(_steps(upper, inputs, forms), key=lambda step: step.bits, default=None)
    if found is None:
        return Refusal(extractor=NAME, reason="the rows of the upper level are no set that is known")
    base, rise = (low, high - low) if found.rises else (high, low - high)
    ones = float(task.weight @ upper) if found.rises else float(task.weight @ ~upper)
    curvature = np.array([task.weight.sum(), ones]) / task.noise**2
    base, rise = (float(c) for c in snapped(np.array([base, rise]), curvature))
    model = base + rise * (upper == found.rises)
    rss = np.array(task.weight @ (task.values - model) ** 2)
    bits = structure + KIND_BITS + found.bits
    bits += float(data_bits(rss, np.array(task.noise))) + stated_bits(np.array([base, rise]), curvature)
    text = total([(rise, found.text)], base)
    return Fit(formula=text, values=model, bits=bits, error=relative_error(task.values, model))


def _steps(upper: Bool[np.ndarray, " rows"], inputs: Inputs, forms: list[Quotient]) -> Iterator[Step]:
    if inputs.reals:
        yield from _separating(upper, inputs)
        return
    if inputs.bits and not inputs.integers:
        yield from _of_bits(upper, inputs)
    for form in forms[:FORMS]:
        inside = np.bincount(form.classes, upper) > 0.5 * np.bincount(form.classes)
        step = predicate(inside, form.levels, form.name)
        if step and (inside[form.classes] == upper).all():
            yield step._replace(bits=step.bits + form.bits)


def _of_bits(upper: Bool[np.ndarray, " rows"], inputs: Inputs) -> Iterator[Step]:
    names, bits = tuple(inputs.bits), np.stack(list(inputs.bits.values()), axis=1)
    k, answers = len(names), upper.astype(np.int8)
    count = bits.sum(axis=1)
    levels, classes = np.unique(count, return_inverse=True)
    ones, size = np.bincount(classes, answers), np.bincount(classes)
    if ((ones == 0) | (ones == size)).all():
        step = predicate(ones > 0, levels, " + ".join(names))
        if step:
            yield step
    whole = k <= MOST_BITS and len(np.unique(bits @ (1 << np.arange(k)))) == 2**k
    cube = cube_of(answers, bits) if whole else None
    direction = (
        first_degree(cube)
        if cube is not None
        else np.array([answers[b == 1].mean() - answers[b == 0].mean() for b in bits.T])
    )
    threshold = fit_threshold(bits, answers, direction, LARGEST_WEIGHT)
    if threshold is None or threshold.agreement < 1.0:
        separating = _weights(bits, upper)
        threshold = None if separating is None else fit_threshold(bits, answers, separating[:-1], LARGEST_WEIGHT)
    if threshold and threshold.agreement == 1.0:
        largest = int(np.abs(threshold.weights).max())
        cost = k * log2(2 * largest + 1) + log2(LARGEST_WEIGHT) + log2(int(np.abs(threshold.weights).sum()) + 1)
        inner = total(
            [(float(w), name) for w, name in zip(threshold.weights, names, strict=True) if w], 0.5 - threshold.least
        )
        yield Step(f"Heaviside({inner})", True, cost)
    if cube is not None:
        for rises in (True, False):
            expression = express(cube if rises else 1 - cube, names)
            if expression:
                cost = expression.literals * log2(max(k, 2)) + expression.operators * OPERATOR_BITS
                if cost < len(upper):
                    yield Step(arithmetic(expression.text, names), rises, cost + (not rises))


def _edge(one: np.ndarray, other: np.ndarray) -> float | None:
    """The shortest number between two sets of numbers; None where neither is above the other."""
    low, high = (other.max(), one.min()) if one.min() > other.max() else (one.max(), other.min())
    if not low < high:
        return None
    middle = float(low + high) / 2
    rounded = (float(f"{middle:.{digits}g}") for digits in range(1, 17))
    return next((number for number in rounded if low < number < high), middle)


def _weights(columns: np.ndarray, upper: np.ndarray) -> Float[np.ndarray, " weights"] | None:
    """Weights and offset of an affine form that is at least 1 on one side and at most -1 on the other, the least."""
    side = np.where(upper, 1.0, -1.0)
    design = np.column_stack([columns, np.ones(len(columns))]) * side[:, None]
    k = columns.shape[1]
    cost = np.concatenate([np.ones(2 * k), [0.0, 0.0]])
    both = np.column_stack([design[:, :k], -design[:, :k], design[:, k:], -design[:, k:]])
    found = linprog(cost, A_ub=-both, b_ub=-np.ones(len(columns)), bounds=(0, None), method="highs")
    if not found.success:
        return None
    return np.concatenate([found.x[:k] - found.x[k : 2 * k], [found.x[-2] - found.x[-1]]])


def _separating(upper: np.ndarray, inputs: Inputs) -> Iterator[Step]:
    """A half-space of real arguments; its constants are known as well as the rows near its edge tell."""
    for name, column in inputs.all.items():
        edge = _edge(column[upper], column[~upper])
        if edge is not None:
            above = bool(column[upper].min() > edge)
            text = total([(1.0 if above else -1.0, name)], -edge if above else edge)
            yield Step(f"Heaviside({text})", True, 2 * log2(len(upper)))
            return
    columns = np.stack([np.asarray(c, float) for c in inputs.all.values()], axis=1)
    found = _weights(columns, upper)
    if found is None or not np.abs(found[:-1]).max() > 0:
        return
    found = found / np.abs(found[:-1]).max()
    text = total(
        [(float(f"{w:.4g}"), name) for w, name in zip(found, inputs.all, strict=False)], float(f"{found[-1]:.4g}")
    )
    right = (columns @ np.array([float(f"{w:.4g}") for w in found[:-1]]) + float(f"{found[-1]:.4g}")) > 0
    if (right == upper).all():
        yield Step(f"Heaviside({text})", True, len(found) * log2(2 * len(upper)))
