"""A unit as a sum or product of two parts, one of a single argument and one of the others, over a whole grid.

The rows of a grid, with the mean over the argument taken off, are of rank one for both (AI Feynman's tests of
separability, Udrescu and Tegmark, arXiv 1905.11481, decided on the domain).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Refusal
from compare.fit.fit import Fit, relative_error
from compare.fit.inputs import Inputs, classes_of
from compare.fit.sums import Task, task_of, tolerance_of
from compare.fit.write import bracketed, total

NAME = "parts"
EVEN = 1e-6  # of a factor's size, within which it is a constant


class Split(NamedTuple):
    """values = left * right + rest on a grid, with the rows' numbers in both; `left` or `right` may be all ones."""

    argument: str
    left: Float[np.ndarray, " levels"]
    right: Float[np.ndarray, " others"]
    offset: float
    place: Int[np.ndarray, " rows"]
    other: Int[np.ndarray, " rows"]
    summed: bool


def parts(task: Task, inputs: Inputs, fit: Callable[[Task, Inputs], Fit | Refusal]) -> Fit | Refusal:
    """Both parts by the trial `fit`, their sum or product where it is exact; of bits, as many summands as there are."""
    if inputs.bits and len(inputs.bits) == len(inputs.all):
        return _summands(task, inputs, fit)
    for split in _splits(task, inputs):
        first = np.unique(split.place, return_index=True)[1]
        others = np.unique(split.other, return_index=True)[1]
        left = _part(task, split.left, inputs.only(split.argument).where(first), fit, len(others))
        if isinstance(left, Refusal):
            continue
        right = _part(task, split.right, inputs.where(others, without=split.argument), fit, len(first))
        if isinstance(right, Refusal):
            continue
        a, b = left.values[split.place], right.values[split.other]
        model = a + b if split.summed else a * b + split.offset
        error = relative_error(task.values, model)
        if error**2 > max(4 * tolerance_of(task), 1e-12):
            continue
        if split.summed:
            text = total([(1.0, left.formula), (1.0, right.formula)])
        else:
            text = total([(1.0, f"{bracketed(left.formula)}*{bracketed(right.formula)}")], split.offset)
        return Fit(formula=text, values=model, bits=left.bits + right.bits + 2, error=error)
    return Refusal(extractor=NAME, reason="no argument stands apart as a summand or a factor that is known")


def _summands(task: Task, inputs: Inputs, fit: Callable[[Task, Inputs], Fit | Refusal]) -> Fit | Refusal:
    """The sum over groups of bits that do not interact."""
    groups = _groups(task, inputs)
    if len(groups) < 2:
        return Refusal(extractor=NAME, reason="no bits stand apart as a summand")
    mean = float(task.values.mean())
    model, texts, bits = np.zeros(len(task.values)), [], 0.0
    for names in groups:
        classes = classes_of([inputs.bits[name] for name in names], len(task.values))
        size = np.bincount(classes)
        means = np.bincount(classes, task.values) / size
        means = means - means[0]
        first = np.unique(classes, return_index=True)[1]
        own = inputs.without(tuple(set(inputs.bits) - set(names))).where(first)
        found = fit(Task(means, size.astype(float), task.noise, np.arange(len(means))), own)
        if isinstance(found, Refusal):
            return found
        model += found.values[classes]
        texts.append(found.formula)
        bits += found.bits
    shift = mean - float(model.mean())
    shift = 0.0 if abs(shift) <= task.noise else shift
    error = relative_error(task.values, model + shift)
    if error**2 > max(4 * tolerance_of(task), 1e-12):
        return Refusal(extractor=NAME, reason=f"the summands leave {error:.3g} of the deviation")
    text = total([(1.0, text) for text in texts], shift)
    return Fit(formula=text, values=model + shift, bits=bits + 2 * len(groups), error=error)


def _groups(task: Task, inputs: Inputs) -> list[list[str]]:
    """The bits in groups such that a flip of one changes the values alike whatever the other groups' bits are."""
    names, bits = list(inputs.bits), np.stack(list(inputs.bits.values()), axis=1)
    k = len(names)
    code = bits @ (1 << np.arange(k))
    size = np.bincount(code, minlength=2**k)
    if not size.all():
        return []
    table = np.bincount(code, task.values, minlength=2**k) / size
    least = max(1e-18 * task.values.var(), 3 * 4 * task.noise**2)
    group = list(range(k))
    for i in range(k):
        change = table - table[np.arange(2**k) ^ (1 << i)]
        for j in range(i):
            if np.mean((change - change[np.arange(2**k) ^ (1 << j)]) ** 2) > least:
                group = [group[j] if g == group[i] else g for g in group]
    return [[name for name, g in zip(names, group, strict=True) if g == number] for number in dict.fromkeys(group)]


def _part(
    task: Task, values: np.ndarray, inputs: Inputs, fit: Callable[[Task, Inputs], Fit | Refusal], rows: int
) -> Fit | Refusal:
    scale = float(values.std()) / max(float(task.values.std()), 1e-300)
    noise = task.noise * max(scale, 1e-12) / (np.sqrt(rows) if task.noise > 1e-5 * task.values.std() else 1.0)
    return fit(task_of(values, np.full(len(values), float(rows)), noise), inputs)


def _splits(task: Task, inputs: Inputs) -> Iterator[Split]:
    columns = inputs.discrete
    if inputs.reals or len(columns) < 2:
        return
    for name, column in columns.items():
        place = np.unique(column, return_inverse=True)[1]
        other = classes_of([c for n, c in columns.items() if n != name], len(column))
        shape = (int(place.max()) + 1, int(other.max()) + 1)
        size = np.bincount(place * shape[1] + other, minlength=shape[0] * shape[1])
        if not size.all() or min(shape) < 3:
            continue
        table = (np.bincount(place * shape[1] + other, task.values) / size).reshape(shape)
        yield from _of_table(task, name, table, place, other)


def _of_table(task: Task, name: str, table: np.ndarray, place: np.ndarray, other: np.ndarray) -> Iterator[Split]:
    mean = table.mean(axis=0)
    u, s, v = np.linalg.svd(table - mean, full_matrices=False)
    allowed = tolerance_of(task) * float(((table - table.mean()) ** 2).sum())
    if not (s[1:] ** 2).sum() <= max(allowed, 1e-20 * s[0] ** 2):
        return
    left, right = u[:, 0] * s[0], v[0]
    if np.ptp(right) <= max(EVEN, 6 * np.sqrt(allowed) / max(s[0], 1e-300)) * np.abs(right).max():
        left = left * right.mean()
        yield Split(name, left, mean, 0.0, place, other, True)
        return
    scale = right[np.argmax(np.abs(right))]
    left, right = left * scale, right / scale
    design = np.column_stack([right, np.ones(len(right))])
    (shift, offset), *_ = np.linalg.lstsq(design, mean, rcond=None)
    missed = float(((mean - design @ [shift, offset]) ** 2).sum()) * len(left)
    if missed <= max(allowed, 1e-20 * s[0] ** 2):
        offset = 0.0 if abs(offset) <= 1e-9 * np.ptp(table) else float(offset)
        yield Split(name, left + shift, right, offset, place, other, False)
