"""A unit as a table over the levels of one whole-number form: what is left where nothing shorter describes it."""

from collections import Counter

import numpy as np

from compare.explanation import Refusal
from compare.fit.fit import Fit, data_bits, relative_error, snapped, stated_bits
from compare.fit.forms import Quotient
from compare.fit.sums import Task
from compare.fit.write import digits

NAME = "tables"
PAYS = 0.5  # of the rows' own bits that a table may take


def table(task: Task, form: Quotient) -> Fit | Refusal:
    """The commonest value, and a constant for every level that has another; refused where it has too many of them."""
    size = np.bincount(form.classes, task.weight)
    means = np.bincount(form.classes, task.weight * task.values) / size
    near = np.rint(means / (4 * task.noise)).astype(np.int64)
    common = Counter(near.tolist()).most_common(1)[0][0]
    base = float(np.average(means[near == common], weights=size[near == common]))
    own = near != common
    curvature = np.concatenate([[task.weight.sum()], size[own]]) / task.noise**2
    base, *rest = snapped(np.concatenate([[base], means[own]]), curvature)
    means = means.copy()
    means[own] = rest
    model = np.where(own, means, base)[form.classes]
    theta = np.concatenate([[base], means[own]])
    bits = form.bits + len(means) + stated_bits(theta, curvature)
    rows = rows_bits(task)
    if bits > PAYS * rows:
        return Refusal(extractor=NAME, reason=f"a table over {form.name} takes {bits:.4g} bits, the rows {rows:.4g}")
    bits += float(data_bits(np.array(task.weight @ (task.values - model) ** 2), np.array(task.noise)))
    entries = [f"({digits(float(m))}, Eq({form.name}, {k}))" for m, k in zip(means[own], form.levels[own], strict=True)]
    text = f"Piecewise({', '.join([*entries, f'({digits(base)}, True)'])})"
    return Fit(formula=text, values=model, bits=bits, error=relative_error(task.values, model))


def rows_bits(task: Task) -> float:
    """The values of all rows as constants, those that are alike once and then named."""
    near = np.rint(task.values / (4 * task.noise)).astype(np.int64)
    _, first, inverse = np.unique(near, return_index=True, return_inverse=True)
    size = np.bincount(inverse, task.weight)
    constants = stated_bits(task.values[first], size / task.noise**2)
    return constants + len(task.values) * float(np.log2(len(first)) if len(first) > 1 else 0.0)
