"""One hidden layer over bits: every unit reads a named subset of the bits (J), or a shared integer count of them (V).

Both templates, the size of their dictionaries and the rule by which one is chosen are declared before fitting; the
units' weights are the net's own. That a pre-activation is affine in the bits explains any net and is a baseline only.
"""

from collections.abc import Callable, Iterator
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.evidence.bits import shortest
from compare.evidence.units import FRACTION, explained_change, predicted_change
from compare.explanation import Code, Edits, Explanation, Group, Inputs, Refusal, UnitFit
from compare.extract.boolean_code import PRECISIONS, codes, entry_bits
from compare.extract.boolean_layer import BitLayer, find_bit_layer, outputs_of
from compare.extract.boolean_templates import (
    Entry,
    Template,
    count_template,
    count_templates,
    fitted_agreement,
    subset_templates,
)
from compare.fit.named import FAITHFUL, Named, name, weighted_text
from compare.fit.walsh import cube_of
from compare.programs import in_words
from compare.read import Reading
from compare.text import joined, plus

NAME = "boolean"
AGREEMENT = 0.995  # on the fitted half; of the dictionaries that reach this
EXCHANGE = 0.87  # and this, the one with the shortest code is taken
EXCHANGE_ROWS = 512  # pairs
FINALISTS = 3  # dictionaries whose codes are compared at every precision
SHOWN_UNITS = 12
DRAWS = 64  # signed permutations of a count's weights among which the control's is chosen
AFFINE_VALUES = 2**24  # floats a site may hold over the domain for the baseline

Substitute = Callable[[Inputs], Edits]


def extract(reading: Reading) -> Explanation | Refusal:
    """Subsets of bits or shared counts for every unit, and the short name of the function that the net computes."""
    layer = find_bit_layer(reading)
    if isinstance(layer, str):
        return Refusal(extractor=NAME, reason=layer)
    if not layer.importance.any():
        return Refusal(extractor=NAME, reason=f"no unit of {layer.hidden!r} changes the outputs")
    bits = (layer.signs > 0).astype(np.int64)
    cube = cube_of((reading.answers == 1).astype(np.int8), bits)
    first = name(cube)
    template = choose(layer, first.bits)
    named = name(cube, np.array(template.entries[0].weights, dtype=float)) if template.entries[0].kind == "V" else first
    return _explanation(layer, template, named)


def affine_codes(reading: Reading) -> Iterator[Code]:
    """The baseline: the same codes when every unit may read all bits with its own weights. Empty where none applies."""
    layer = find_bit_layer(reading)
    if isinstance(layer, str) or reading.rows * layer.units > AFFINE_VALUES:
        return
    everything = Entry("J", (1,) * layer.n)
    template = Template(layer, (everything,), np.zeros(layer.units, dtype=int), layer.weights, layer.bias)
    yield from codes(template, (2, 4))


def choose(layer: BitLayer, named_bits: tuple[int, ...]) -> Template:
    """The dictionary with the shortest code among those that reproduce the net on the fitted half; else the closest.

    Dictionaries over the bits that the net's answers depend on are tried first, then those over all bits.
    """
    allowed = np.isin(np.arange(layer.n), named_bits)
    closest, score = None, -np.inf
    for mask in (allowed, np.ones(layer.n, dtype=bool)) if 0 < allowed.sum() < layer.n else (np.ones_like(allowed),):
        good: list[Template] = []
        for template in (*subset_templates(layer, mask), *count_templates(layer, mask)):
            agreement, exchange = fitted_agreement(template), fitted_exchange(template)
            if agreement >= AGREEMENT and exchange >= EXCHANGE:
                good.append(template)
            if min(agreement / AGREEMENT, exchange / EXCHANGE) > score:
                closest, score = template, min(agreement / AGREEMENT, exchange / EXCHANGE)
        if good:
            ranked = sorted(good, key=partial(code_length, precisions=(1,)))
            return min(ranked[:FINALISTS], key=code_length)
    assert closest is not None
    return closest


def code_length(template: Template, precisions: tuple[int, ...] = PRECISIONS) -> float:
    """Bits of the template's shortest code with its exceptions, the whole dictionary paid for."""
    found = shortest(codes(template, precisions), template.layer.reading)
    assert found is not None
    return sum(entry_bits(entry) for entry in template.entries) + found.alignment + found.exceptions


def fitted_exchange(template: Template) -> float:
    """The exchange of a random fraction of the units, on inputs of the fitted half."""
    layer = template.layer
    rng = np.random.default_rng(layer.reading.seed)
    size = min(EXCHANGE_ROWS, len(layer.sample) // 2)
    actual = layer.values[size : 2 * size] - layer.values[:size]
    fitted = template.tables.hidden(template.activations, layer.sample[: 2 * size])
    moved = rng.random(actual.shape) < FRACTION
    out = layer.out[:, None]
    change = predicted_change(actual, moved, out)
    return explained_change(change, predicted_change(fitted[size:] - fitted[:size], moved, out))


def _explanation(layer: BitLayer, template: Template, named: Named) -> Explanation:
    reading = layer.reading
    return Explanation(
        extractor=NAME,
        template=(
            f"each unit reads a named subset of at most {max(layer.n // 3, 1)} bits with its own weights"
            if template.entries[0].kind == "J"
            else "each unit's pre-activation is alpha v + beta, v an integer-weighted count shared by units"
        ),
        substitute=_substitute(layer, template.weights, template.bias),
        run=_run(layer, named),
        hidden=layer.hidden,
        fitted=reading.fitted,
        variables=(),
        wrong_variables=(),
        control=_substitute(layer, _forbidden(layer, template), template.bias),
        permuted=_substitute(layer, *_permuted(layer, template)),
        codes=partial(codes, template),
        baseline=partial(affine_codes, reading),
        formula=named.formula,
        program=in_words(named.formula, reading.spec),
        bits_formula=named.cost,
        groups=_groups(layer, template),
        units=_units(layer, template),
        arrays={"function.agreement": np.array(named.agreement)},
        notes=(
            *([] if named.agreement >= FAITHFUL else ["no short name of the function was found; this is the closest"]),
            f"function: {named.kind} of bits {', '.join(map(str, named.bits)) or 'none'}",
            f"function agreement: {named.agreement:.6g} of the {reading.rows} inputs",
            f"dictionary: {len(template.entries)} of template {template.entries[0].kind}",
        ),
    )


def _substitute(
    layer: BitLayer, weights: Float[np.ndarray, "n units"], bias: Float[np.ndarray, " units"]
) -> Substitute:
    site, bits = layer.pre, partial(_bits, layer.columns, layer.low, layer.step)

    def substitute(x: Inputs) -> Edits:
        return {site: (2.0 * bits(x) - 1.0).astype(jnp.float32) @ jnp.asarray(weights, jnp.float32) + jnp.asarray(bias)}

    return substitute


def _run(layer: BitLayer, named: Named) -> Callable[[Inputs], Float[Array, "n classes"]]:
    bits, classes = partial(_bits, layer.columns, layer.low, layer.step), layer.reading.outputs.shape[1]
    boundary = layer.boundary
    sign = 1.0 if int(layer.answers(np.ones(1, np.float32))[0]) == 1 else -1.0

    def run(x: Inputs) -> Float[Array, "n classes"]:
        return jnp.asarray(outputs_of(sign * (2.0 * named(bits(x)) - 1.0) + boundary, classes))

    return run


def _bits(columns: np.ndarray, low: np.ndarray, step: np.ndarray, x: Inputs) -> Int[Array, "n bits"]:
    return (jnp.asarray(x)[:, columns] - low) // step


def _forbidden(layer: BitLayer, template: Template) -> Float[np.ndarray, "n units"]:
    """The control's weights: as many bits a unit, none of the dictionary's; counts with their weights shuffled.

    Where the dictionary holds every bit, a unit's own are forbidden.
    """
    if template.entries[0].kind == "V":
        return _shuffled_counts(layer, template).weights
    used = np.array([entry.weights for entry in template.entries], dtype=bool)
    mine = used[template.chosen].T
    union = np.asarray(used.any(axis=0))
    free = ~mine if union.all() else np.repeat(~union[:, None], layer.units, axis=1)
    return _largest(layer.weights * free, mine.sum(axis=0))


def _largest(weights: Float[np.ndarray, "n units"], sizes: Int[np.ndarray, " units"]) -> Float[np.ndarray, "n units"]:
    """Each unit's largest weights, so many of them, the others 0."""
    rank = np.argsort(np.argsort(-np.abs(weights), axis=0, kind="stable"), axis=0)
    return weights * (rank < sizes)


def _shuffled_counts(layer: BitLayer, template: Template) -> Template:
    """Counts with permuted weights and signs, of many draws the one least like the true counts."""
    rng = np.random.default_rng(layer.reading.seed)
    true = np.array([entry.weights for entry in template.entries])
    draws = [rng.permuted(true, axis=1) * rng.choice([-1, 1], size=true.shape) for _ in range(DRAWS)]
    likeness = [np.abs((draw * true).sum(axis=1)).max() for draw in draws]
    return count_template(layer, draws[int(np.argmin(likeness))].T)


def _permuted(layer: BitLayer, template: Template) -> tuple[np.ndarray, np.ndarray]:
    """The template's weights and biases fitted to pre-activations that were dealt out to the wrong inputs."""
    rows = layer.reading.fitted
    wrong = np.random.default_rng(layer.reading.seed).permutation(rows)
    design = np.column_stack([layer.signs[rows], np.ones(len(rows), np.float32)])
    mixing = np.linalg.lstsq(design, layer.signs[wrong], rcond=None)[0]
    weights, bias = mixing[:-1] @ layer.weights, layer.bias + mixing[-1] @ layer.weights
    if template.entries[0].kind == "V":
        counts = np.array([entry.weights for entry in template.entries]).T
        along = (counts.T @ weights) / (counts**2).sum(axis=0)[:, None]
        return counts[:, template.chosen] * along[template.chosen, np.arange(layer.units)], bias
    sizes = np.array([len(entry.bits) for entry in template.entries])[template.chosen]
    return _largest(weights, sizes), bias


def _groups(layer: BitLayer, template: Template) -> tuple[Group, ...]:
    groups = []
    for e, entry in enumerate(template.entries):
        mine = np.flatnonzero((template.chosen == e) & (layer.importance > 1e-4))
        if not len(mine):
            continue
        groups.append(
            Group(
                label=entry_label(entry),
                units=tuple(int(unit) for unit in mine),
                formula=_form(entry),
                share=float(layer.importance[template.chosen == e].sum()),
            )
        )
    return tuple(sorted(groups, key=lambda group: -group.share))


def entry_label(entry: Entry) -> str:
    """`x2, x7, x10`, or `v = 2*x0 + x3`."""
    if entry.kind == "J":
        return ", ".join(f"x{i}" for i in entry.bits)
    return f"v = {_count(entry)}"


def _count(entry: Entry) -> str:
    return weighted_text(tuple(f"x{i}" for i in range(len(entry.weights))), np.array(entry.weights))


def _form(entry: Entry) -> str:
    if entry.kind == "V":
        return f"act(alpha*({_count(entry)}) + beta)"
    return f"act(beta + {' + '.join(f'w{i}*x{i}' for i in entry.bits)})"


def _units(layer: BitLayer, template: Template) -> tuple[UnitFit, ...]:
    fitted = template.tables.hidden(template.activations, layer.sample)
    variance = 1 - ((layer.values - fitted) ** 2).mean(axis=0) / np.maximum(layer.values.var(axis=0), 1e-30)
    return tuple(
        UnitFit(
            unit=int(u),
            formula=unit_formula(template, int(u)),
            variance=float(variance[u]),
            importance=float(layer.importance[u]),
        )
        for u in _shown(layer)
    )


def _shown(layer: BitLayer) -> Int[np.ndarray, " shown"]:
    return np.argsort(-layer.importance)[:SHOWN_UNITS]


def unit_formula(template: Template, u: int) -> str:
    """A unit's form with its own constants, in bits 0 and 1: act(0.5*x2 - 1.25*x7 + 0.3)."""
    entry, weights = template.entries[template.chosen[u]], template.weights[:, u].astype(float)
    constant = float(template.bias[u]) - weights.sum()
    if entry.kind == "V":
        alpha = 2 * weights @ np.array(entry.weights) / (np.array(entry.weights) ** 2).sum()
        return f"act({alpha:.3g}*({_count(entry)}){plus(constant)})"
    return f"act({joined([*(f'{2 * weights[i]:.3g}*x{i}' for i in entry.bits), f'{constant:.3g}'])})"
