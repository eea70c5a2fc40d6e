"""One hidden layer over two elements of a group: every unit's pre-activation is of one irreducible representation.

The group is recognised in the net's own answers. The template is declared before fitting: pre_n(a, b) = bias +
tr A rho(x(a)) + tr B rho(y(b)), one real irreducible representation a unit (Chughtai et al., arXiv 2302.03025), the
true nonlinearity after it. Cyclic groups of residues are the family `residues`.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Int

from compare.asked import Asked, typed
from compare.explanation import Explanation, Refusal
from compare.extract.groups.code import codes
from compare.extract.residues.extract import reads as reads_residues
from compare.fit.groups import Group, components, recognised
from compare.fit.representations import (
    Columns,
    Outputs,
    Units,
    contribution,
    fit_outputs,
    formula_outputs,
    formula_text,
    unit_target,
    units_of,
)
from compare.fit.representations import (
    reading as component,
)
from compare.read import Reading
from compare.search import best_terms, forbidden, others_than, search
from compare.sites.layer import Layer, find_additive_layer, importance
from compare.step import Exchange, Inputs, Step, Steps, Value, sum_of_tables
from synth.language.types import INT

NAME = "groups"
TEMPLATE = "each unit's pre-activation is of one irreducible representation: bias + tr A rho(a) + tr B rho(b)"
FORM = "act(bias + A*irrep({k}, a) + B*irrep({k}, b))"
DICTIONARY_SHARE = 0.01  # of the hidden layer's effect; components below it are not in the dictionary
SMALLEST, LARGEST = 12, 200  # elements; of integers, fewer are a table at any rate


def reads(asked: Asked) -> str | None:
    """None for tasks from two elements 0 .. n - 1 to one of them, otherwise why not."""
    kind, n = typed(asked), asked.view.classes
    if {*kind.args, kind.result} != {INT}:
        reason = reads_residues(asked)
        if reason is not None:
            return reason
    elif len(kind.args) != 2 or asked.rows != n * n or asked.x.ndim != 2:
        return (
            f"expected the {n * n} pairs of elements 0 .. {n - 1}, got {asked.rows} rows of {len(kind.args)} integers"
        )
    elif any(not np.array_equal(np.unique(x), np.arange(n)) for x in asked.x[:, :2].T):
        return f"expected each argument to be 0 .. {n - 1}, as the answers are"
    elif n < SMALLEST:
        return f"expected at least {SMALLEST} elements, got {n}"
    return None if n <= LARGEST else f"expected at most {LARGEST} elements, got {n}"


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net whose answers are a group's products; refuse any other net with the reason."""
    reason = reads(reading)
    if reason is None and reading.outputs.shape[1] != reading.view.classes:
        reason = f"expected an output for each of {reading.view.classes} elements, got {reading.outputs.shape[1]}"
    group = recognised(_table(reading)) if reason is None else None
    if reason is None and group is None:
        reason = "the net's answers are not the table of a group"
    if reason is None and group is not None and len(group.generators) < 2 and typed(reading).result != INT:
        reason = "the net's answers are the table of a cyclic group, which is read as residues"
    layer = reason or find_additive_layer(reading)
    if group is None or isinstance(layer, str):
        return Refusal(extractor=NAME, reason=str(layer))
    return _explanation(reading, layer, group)


def _table(reading: Reading) -> Int[np.ndarray, "n n"]:
    n = reading.view.classes
    table = np.zeros((n, n), dtype=int)
    table[reading.x[:, 0], reading.x[:, 1]] = reading.answers
    return table


def _explanation(reading: Reading, layer: Layer, group: Group) -> Explanation:
    columns, rows = components(group), reading.fitted
    x, y = group.first[reading.x[:, 0]], group.second[reading.x[:, 1]]
    weight = importance(reading, layer, rows)
    target = unit_target(columns, x[rows], y[rows], reading.site(layer.pre)[rows], weight)
    choice = search(target, DICTIONARY_SHARE)
    units = units_of(columns, choice)
    outputs = fit_outputs(group, columns, choice.dictionary, x, y, reading.outputs, rows)
    terms = _steps(outputs, layer.pre, units)
    names = np.random.default_rng(reading.seed + 1).permutation(group.p)
    shuffled = unit_target(columns, names[x[rows]], names[y[rows]], target.values, weight)
    permuted = units_of(columns, best_terms(shuffled))
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(*terms, _units(group, layer.pre, units)),
        outputs=tuple(step.name for step in terms if step.reads),
        hidden=layer.hidden,
        control=(*_wrong(outputs, terms), _units(group, layer.pre, units_of(columns, forbidden(target, choice)))),
        permuted=(_units(group, layer.pre, permuted, names),),
        codes=partial(codes, reading, layer, group, columns, units, choice.dictionary),
        formula=formula_text(outputs),
        bits_formula=group.bits + 8.0 * sum(np.count_nonzero(each) for each in (outputs.weight, *outputs.beside)),
        short=partial(formula_outputs, outputs),
        importance=weight,
        unit_formula=partial(_unit_formula, units),
        notes=_notes(group, columns, outputs),
    )


def _steps(outputs: Outputs, site: str, units: Units) -> Steps:
    """Each component of the first argument, the largest first, and what the outputs make of it."""
    steps: list[Step] = []
    for i in map(int, np.argsort(-outputs.share)):
        k = int(outputs.term[i])
        steps += (
            Step(
                name=f"irrep {k}",
                formula=f"irrep({k}, a)",
                compute=partial(_first, outputs, i),
                exchange=Exchange(site=site, column=0),
                units=np.flatnonzero(units.term == k),
                form=FORM.format(k=k),
            ),
            Step(
                name=f"outputs, irrep {k}",
                formula=formula_text(outputs, i),
                reads=(f"irrep {k}",),
                compute=partial(_written, outputs, i),
            ),
        )
    return tuple(steps)


def _wrong(outputs: Outputs, terms: Steps) -> Steps:
    """The same steps by components outside the dictionary."""
    term = others_than(outputs.term, len(outputs.columns))
    widths = [outputs.columns[k].shape[1] for k in term]
    by = replace(outputs, term=term, beside=tuple(np.zeros((width, width, width)) for width in widths))
    order = map(int, np.argsort(-outputs.share))
    computes = [part for i in order for part in (partial(_first, by, i), partial(_written, by, i))]
    return tuple(
        Step(
            name=step.name,
            formula=step.formula,
            reads=step.reads,
            compute=compute,
            exchange=step.exchange,
        )
        for step, compute in zip(terms, computes, strict=True)
    )


def _first(outputs: Outputs, i: int, x: Inputs) -> Value:
    return component(outputs, i, x[:, 0])


def _written(outputs: Outputs, i: int, x: Inputs, first: Value) -> Value:
    return contribution(outputs, i, first, x[:, 1])


def _units(group: Group, site: str, units: Units, names: Int[np.ndarray, " p"] | None = None) -> Step:
    """All units' pre-activations; `names` under which the fit knows the elements."""
    known = np.arange(group.p) if names is None else names
    return Step(
        name="units",
        formula="bias + tr(A*rho(a)) + tr(B*rho(b))",
        compute=sum_of_tables(units.first[known[group.first]], units.second[known[group.second]]),
        holds=site,
    )


def _unit_formula(units: Units, unit: int) -> str:
    """act(bias + A irrep(k, a) + B irrep(k, b)): the deviations of a unit's parts stand for its constants."""
    first, second = units.first[:, unit], units.second[:, unit]
    k = int(units.term[unit])
    return f"act({first.mean():.3g} + {first.std():.3g}*irrep({k}, a) + {second.std():.3g}*irrep({k}, b))"


def _notes(group: Group, columns: Columns, outputs: Outputs) -> tuple[str, ...]:
    sizes = ", ".join(f"irrep {int(k)}: {columns[int(k)].shape[1]}" for k in outputs.term)
    return (
        f"a group of {group.p} elements, generated by {' and '.join(map(str, group.generators))}",
        f"functions that each irreducible representation makes: {sizes}",
        f"outputs' variance explained by the formula: {outputs.variance:.3f}",
    )
