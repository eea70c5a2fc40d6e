"""One unit as an expression: fitters by the types of its arguments, in the order of what their forms cost in bits.

An argument that does not matter is dropped first. Then come sets (two levels), links of sums, the whole-number forms
that the unit depends on alone, and tables. The first
exact form that is short ends the trial; what describes the unit in fewest bits is taken.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Float

from compare.explanation import Refusal
from compare.fit.activations import ABS, SQUARE, TANH
from compare.fit.fit import Fit, noise_of, table_of
from compare.fit.forms import Quotient, sufficient
from compare.fit.inputs import Inputs, inputs_of, needed
from compare.fit.links import links
from compare.fit.pieces import pieces
from compare.fit.steps import levels_of, steps
from compare.fit.sums import Task, sums, task_of
from compare.fit.tables import rows_bits, table
from compare.fit.waves import wave_links
from compare.fit.write import bracketed, digits

NAME = "neuron"
FORMS = 3  # that are tried
SHORT = 110.0  # bits at which an exact form ends the trial, if that is also less than a fifth of the rows'
PAYS = 0.8  # of the rows' bits, above which a form is refused


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
    return _shortest(task, inputs_of(arguments, modulus))


def _shortest(task: Task, inputs: Inputs) -> Fit | Refusal:
    if task.values.std() <= 1e-12 * max(abs(float(task.values.mean())), 1e-300):
        mean = float(task.values.mean())
        return Fit(formula=digits(mean), values=np.full(len(task.values), mean), bits=1.0, error=0.0)
    kept = needed(task.values, inputs, tolerance_of(task))
    inputs = inputs_of(kept, inputs.modulus)
    tries: list[Fit | Refusal] = []
    for tried in _trial(task, inputs):
        tries.append(tried)
        if isinstance(tried, Fit) and is_exact(tried, task) and tried.bits <= min(SHORT, 0.2 * rows_bits(task)):
            break
    return _best(task, tries)


def _best(task: Task, tries: list[Fit | Refusal]) -> Fit | Refusal:
    refused = tuple(f"{each.extractor}: {each.reason}" for each in tries if isinstance(each, Refusal))
    good = [fit for fit in tries if isinstance(fit, Fit)]
    best = min(good, key=lambda fit: fit.bits, default=None)
    if best is None:
        return Refusal(extractor=NAME, reason="; ".join(refused))
    rows = rows_bits(task)
    if is_exact(best, task) and best.bits > PAYS * rows:
        reason = f"the shortest form takes {best.bits:.4g} bits, the values of all rows {rows:.4g}"
        return Refusal(extractor=NAME, reason="; ".join((reason, *refused)))
    return Fit(formula=best.formula, values=best.values, bits=best.bits, error=best.error, refused=refused)


def tolerance_of(task: Task) -> float:
    """Share of the variance that the noise may take, with room for its own scatter."""
    share = task.noise**2 / max(float(task.values.var()), 1e-300)
    return share * (1 + 5 * np.sqrt(2 / len(task.values)))


def is_exact(fit: Fit, task: Task) -> bool:
    """Whether what is left is no more than the noise."""
    return fit.error**2 <= tolerance_of(task)


def _trial(task: Task, inputs: Inputs) -> Iterator[Fit | Refusal]:
    two = levels_of(task) is not None
    forms = _forms(task, inputs)
    if two:
        found = steps(task, inputs, forms)
        yield found
        if isinstance(found, Fit):
            return
    yield sums(task, inputs)
    columns = inputs.all
    plain = {name: column for name, column in columns.items() if name not in inputs.residues}
    if plain and not two:
        yield from links(task.values[:, None], columns, task.noise, (ABS, SQUARE, TANH), weight=task.weight)
    if len(columns) == 1 and inputs.discrete:
        yield from _of_one(task, inputs)
    else:
        for form in forms[:FORMS]:
            yield _over(task, form)
    if inputs.residues and len(inputs.residues) == len(columns):
        assert inputs.modulus is not None
        yield from wave_links(
            task.values[:, None], columns, inputs.modulus, task.noise, options=(ABS, SQUARE, TANH), weight=task.weight
        )
    for form in forms[:1]:
        yield table(task, form)


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
    inner = inputs_of({form.name: form.levels}, form.modulus)
    if form.modulus is not None and not inner.residues:
        inner = inputs_of({form.name: form.levels})
    reduced = task_of(means, size, task.noise)
    fit = _best(reduced, list(_trial(reduced, inner)))
    if isinstance(fit, Refusal):
        return fit
    model = fit.values[form.classes]
    text = unwound(fit.formula, form)
    return Fit(
        formula=text, values=model, bits=fit.bits + form.bits, error=_error(task.values, model), refused=fit.refused
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
