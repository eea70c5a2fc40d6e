"""A choice by one bit: two units on half of the rows each; over several bits a decision list.

The bit is the one whose halves depend on the fewest arguments (Shannon's expansion; Rivest, *Learning Decision Lists*,
1987), so a list's constant leaves go first.
"""

from collections.abc import Callable
from math import log2

import numpy as np

from compare.explanation import Refusal
from compare.fit.fit import Fit, relative_error
from compare.fit.inputs import Inputs, needed
from compare.fit.sums import Task, is_flat, task_of, tolerance_of
from compare.fit.write import bracketed, is_sum, total

NAME = "branches"
OTHERWISE = ", True))"  # how a choice ends


def branches(task: Task, inputs: Inputs, fit: Callable[[Task, Inputs], Fit | Refusal]) -> Fit | Refusal:
    """Each half of the rows by the trial `fit`, chosen by the bit that leaves least to it."""
    if not inputs.bits or len(inputs.all) < 2:
        return Refusal(extractor=NAME, reason="there is no bit beside other arguments")
    name = min(inputs.bits, key=lambda bit: sum(_open(*half) for half in _halves(task, inputs, bit)))
    if sum(_open(*half) for half in _halves(task, inputs, name)) >= 2 * (len(inputs.all) - 1) and not inputs.integers:
        return Refusal(extractor=NAME, reason=f"both halves by {name} depend on all other arguments")
    column = inputs.bits[name]
    model, texts, bits = np.zeros(len(column)), [], 1 + log2(len(inputs.bits))
    for value, half in enumerate(_halves(task, inputs, name)):
        found = fit(*half)
        if isinstance(found, Refusal):
            return Refusal(extractor=NAME, reason=f"where {name} is {value}: {found.reason}")
        model[column == value] = found.values
        texts.append(found.formula)
        bits += found.bits
    text = _chosen(name, *texts)
    return Fit(formula=text, values=model, bits=bits, error=relative_error(task.values, model))


def has_flat_half(task: Task, inputs: Inputs) -> bool:
    """Whether the unit is constant where some bit has one of its values."""
    if not inputs.bits or len(inputs.all) < 2:
        return False
    return any(is_flat(half) for bit in inputs.bits for half, _ in _halves(task, inputs, bit))


def _halves(task: Task, inputs: Inputs, name: str) -> list[tuple[Task, Inputs]]:
    column = inputs.bits[name]
    return [
        (task_of(task.values[rows], task.weight[rows], task.noise), inputs.where(rows, without=name))
        for rows in (column == 0, column == 1)
    ]


def _open(task: Task, inputs: Inputs) -> int:
    """How many arguments a half depends on."""
    return 0 if is_flat(task) else len(needed(task.values, inputs, tolerance_of(task)))


def _chosen(bit: str, zero: str, one: str) -> str:
    """The choice as a product where one side is 0, else case by case, the shorter side first."""
    if zero == "0":
        return _product(bit, one)
    if one == "0":
        return _product(f"(1 - {bit})", zero)
    first, test, rest = (one, f"{bit} > 0", zero) if len(one) <= len(zero) else (zero, f"{bit} < 1", one)
    if rest.startswith("Piecewise(") and rest.endswith(OTHERWISE) and rest.count("Piecewise") == 1:
        return f"Piecewise(({first}, {test}), {rest.removeprefix('Piecewise(')}"
    return f"Piecewise(({first}, {test}), ({rest}, True))"


def _product(factor: str, text: str) -> str:
    return total([(1.0, factor)]) if text == "1" else f"{factor}*{bracketed(text) if is_sum(text) else text}"
