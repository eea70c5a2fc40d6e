"""One unit as an expression: fitters by the types of its arguments, in the order of what their forms cost in bits.

An argument that does not matter is dropped first. Then come sets (two levels), links of sums, the whole-number forms
that the unit depends on alone, choices by a bit, sums and products of parts, and tables. The first
exact form that is short ends the trial; what describes the unit in fewest bits is taken.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.activations import ABS, SQUARE, TANH
from compare.fit.bends import bends
from compare.fit.branches import branches, has_flat_half
from compare.fit.fit import Fit, data_bits, noise_of, snapped, stated_bits, table_of
from compare.fit.forms import Quotient, sufficient
from compare.fit.gates import gates
from compare.fit.inputs import Inputs, inputs_of, needed
from compare.fit.links import links
from compare.fit.pairs import pairs
from compare.fit.parts import parts
from compare.fit.pieces import pieces
from compare.fit.remainders import remainder
from compare.fit.steps import levels_of, steps
from compare.fit.sums import Task, is_exact, is_flat, structure_bits, sums, task_of, tolerance_of
from compare.fit.tables import rows_bits, table
from compare.fit.waves import wave_links
from compare.fit.write import bracketed, digits

NAME = "neuron"
DEPTH = 4  # of choices and parts within one another
FORMS = 3  # that are tried
SHORT = 80.0  # bits at which an exact form ends the trial
SLACK = 5.0  # bits more than the rows' own that a form may take: which fitter it is from


def neuron(
    values: Float[np.ndarray, " rows"],
    arguments: Mapping[str, np.ndarray],
    modulus: int | None = None,
    sigma: float | None = None,
) -> Fit | Refusal:
    """The shortest expression for a unit over its arguments, among all fitters that apply, or why none fits.

    `arguments` are columns (rows,): Booleans, integers (residues of `modulus` where it is given), reals.
    """
    values = table_of(NAME, np.asarray(values, dtype=np.float64)[:, None], arguments)[:, 0]
    task = task_of(values, np.ones(len(values)), float(noise_of(values, sigma)))
    found = _shortest(task, inputs_of(arguments, modulus), DEPTH)
    if isinstance(found, Refusal) or is_flat(task) or not is_exact(found, task):
        return found
    rows = rows_bits(task)
    if structure_bits(found, task) > rows + SLACK:
        reason = f"the shortest form takes {structure_bits(found, task):.4g} bits, the values of all rows {rows:.4g}"
        return Refusal(extractor=NAME, reason="; ".join((reason, *found.refused)))
    return found


def _shortest(task: Task, inputs: Inputs, depth: int) -> Fit | Refusal:
    """The trial; `depth` is how many choices and parts within one another may be tried."""
    if is_flat(task):
        return _constant(task)
    kept = needed(task.values, inputs, tolerance_of(task))
    inputs = inputs_of(kept, inputs.modulus)
    return _best(_tries(task, inputs, depth))


def _part(depth: int, task: Task, inputs: Inputs) -> Fit | Refusal:
    """A part of a unit: exact, or none."""
    found = _shortest(task, inputs, depth)
    if isinstance(found, Fit) and not is_exact(found, task) and not is_flat(task):
        return Refusal(extractor=NAME, reason=f"the nearest form leaves {found.error:.3g} of the deviation")
    return found


def _constant(task: Task) -> Fit:
    mean = float(np.average(task.values, weights=task.weight))
    curvature = np.array([task.weight.sum() / task.noise**2])
    mean = float(snapped(np.array([mean]), curvature)[0])
    bits = 1 + stated_bits(np.array([mean]), curvature)
    model = np.full(len(task.values), mean)
    return Fit(formula=digits(mean), values=model, bits=bits, error=_error(task.values, model))


def _best(tries: list[Fit | Refusal]) -> Fit | Refusal:
    refused = tuple(f"{each.extractor}: {each.reason}" for each in tries if isinstance(each, Refusal))
    good = [fit for fit in tries if isinstance(fit, Fit)]
    best = min(good, key=lambda fit: fit.bits, default=None)
    if best is None:
        return Refusal(extractor=NAME, reason="; ".join(refused))
    return Fit(formula=best.formula, values=best.values, bits=best.bits, error=best.error, refused=refused)


def _tries(task: Task, inputs: Inputs, depth: int) -> list[Fit | Refusal]:
    """The trial up to its first exact form that is short."""
    tries: list[Fit | Refusal] = []
    for tried in _trial(task, inputs, depth, tries):
        tries.append(tried)
        if isinstance(tried, Fit) and is_exact(tried, task) and structure_bits(tried, task) <= SHORT:
            break
    return tries


def _trial(task: Task, inputs: Inputs, depth: int, tries: list[Fit | Refusal]) -> Iterator[Fit | Refusal]:
    two = levels_of(task) is not None
    forms = _forms(task, inputs)
    if two:
        found = steps(task, inputs, forms)
        yield found
        if isinstance(found, Fit):
            return
    yield sums(task, inputs)
    within = partial(_part, depth - 1)
    peeled = depth > 0 and has_flat_half(task, inputs)
    if peeled:
        yield branches(task, inputs, within)
    columns = inputs.all
    plain = {name: column for name, column in columns.items() if name not in inputs.residues}
    if plain and not two:
        yield from links(task.values[:, None], columns, task.noise, (ABS, SQUARE, TANH), weight=task.weight)
    if len(columns) == 1 and inputs.discrete:
        yield from _of_one(task, inputs)
        for form in forms:
            if depth and form.modulus and form.name not in columns:
                yield _over(task, form)
    else:
        for form in forms[: 1 if _any_exact(tries, task) else FORMS]:
            yield _over(task, form)
    if inputs.residues and len(inputs.residues) == len(columns):
        assert inputs.modulus is not None
        options = (SQUARE,) if _any_exact(tries, task) else (ABS, SQUARE, TANH)
        values = task.values[:, None]
        yield from wave_links(values, columns, inputs.modulus, task.noise, weight=task.weight, options=options)
    if depth and len(columns) > 1:
        if not peeled:
            yield branches(task, inputs, within)
        yield parts(task, inputs, within)
    if not two and not _any_exact(tries, task):
        yield bends(task, inputs)
        yield gates(task, inputs)
    if depth == DEPTH and not _any_exact(tries, task):
        yield pairs(task, inputs)
    for form in forms[:1]:
        yield table(task, form)


def _any_exact(tries: list[Fit | Refusal], task: Task) -> bool:
    return any(isinstance(fit, Fit) and is_exact(fit, task) for fit in tries)


def _forms(task: Task, inputs: Inputs) -> list[Quotient]:
    if inputs.reals or not inputs.discrete:
        return []
    return sufficient(task.values, inputs.discrete, inputs.modulus, tolerance_of(task))


def _of_one(task: Task, inputs: Inputs) -> Iterator[Fit | Refusal]:
    """Piecewise-linear forms of a single whole number, one row a level."""
    ((name, column),) = inputs.discrete.items()
    levels, classes = np.unique(column, return_inverse=True)
    size = np.bincount(classes, task.weight)
    means = np.bincount(classes, task.weight * task.values) / size
    found = pieces(means, levels, name, task.noise, weight=size)
    if isinstance(found, Fit):
        model = found.values[classes]
        found = Fit(formula=found.formula, values=model, bits=found.bits, error=_error(task.values, model))
    yield found


def _over(task: Task, form: Quotient) -> Fit | Refusal:
    """The unit as a function of one form: the same trial on the class means, written in the form's name."""
    size = np.bincount(form.classes, task.weight)
    means = np.bincount(form.classes, task.weight * task.values) / size
    turned = remainder(task, form, means) if form.modulus else None
    if turned:
        return turned
    inner = inputs_of({form.name: form.levels}, form.modulus)
    if form.modulus is not None and not inner.residues:
        inner = inputs_of({form.name: form.levels})
    fit = _best(_tries(task_of(means, size, task.noise), inner, 0))
    if isinstance(fit, Refusal):
        return fit
    model = fit.values[form.classes]
    scatter = np.array(task.weight @ (task.values - means[form.classes]) ** 2)
    rest = float(data_bits(scatter, np.array(task.noise)))
    text = unwound(fit.formula, form)
    return Fit(
        formula=text,
        values=model,
        bits=fit.bits + form.bits + rest,
        error=_error(task.values, model),
        refused=fit.refused,
    )


def unwound(formula: str, form: Quotient) -> str:
    """A wave of a remainder is that of the number itself."""
    if form.modulus is None:
        return formula
    inside = form.name.removeprefix("Mod(").removesuffix(f", {form.modulus})")
    of_wave = formula.replace(f"*{form.name}/{form.modulus}", f"*{bracketed(inside)}/{form.modulus}")
    nested = re.fullmatch(rf"Mod\({re.escape(form.name)} ([+-] \d+), {form.modulus}\)", of_wave)
    return f"Mod({inside} {nested[1]}, {form.modulus})" if nested else of_wave


def _error(values: np.ndarray, model: np.ndarray) -> float:
    return float(np.sqrt(((values - model) ** 2).mean()) / max(float(values.std()), 1e-300))
