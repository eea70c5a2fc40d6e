"""One hidden layer over bits: every unit reads a named subset of the bits (J), or a shared integer count of them (V).

Both templates, the size of their dictionaries and the rule by which one is chosen are declared before fitting; the
units' weights are the net's own. That a pre-activation is affine in the bits explains any net and is a baseline only.
"""

from collections.abc import Iterator
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compare.asked import Asked, typed
from compare.evidence.bits import shortest
from compare.explanation import Code, Explanation, Refusal
from compare.extract.boolean.code import PRECISIONS, codes, entry_bits
from compare.extract.boolean.templates import (
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
from compare.sites.bits import BitLayer, find_bit_layer, outputs_of
from compare.step import Exchange, Inputs, Step, Steps, Value
from compare.text import joined, plus
from synth.language.types import BOOL

NAME = "boolean"
AGREEMENT = 0.995  # on the fitted half; of the dictionaries that reach this
EXCHANGE = 0.87  # and this, the one with the shortest code is taken
SHARE = 1 / 8  # of the units that are exchanged: a variable that is aligned with the inputs tests the function alone
EXCHANGE_ROWS = 512  # pairs
FINALISTS = 3  # dictionaries whose codes are compared at every precision
DRAWS = 64  # signed permutations of a count's weights among which the control's is chosen
AFFINE_VALUES = 2**24  # floats a site may hold over the domain for the baseline


def extract(reading: Reading) -> Explanation | Refusal:
    """Subsets of bits or shared counts for every unit, and the short name of the function that the net computes."""
    layer = reads(reading) or find_bit_layer(reading)
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


def reads(asked: Asked) -> str | None:
    """None for tasks from Booleans, on all of their values, to a Boolean; otherwise why not."""
    kind = typed(asked)
    if not kind.args or any(t != BOOL for t in (*kind.args, kind.result)):
        return f"expected Boolean arguments and a Boolean result, got a specification of type {kind}"
    if asked.rows != 2 ** len(kind.args):
        return f"expected all 2^{len(kind.args)} inputs in the domain, got {asked.rows} rows"
    return None


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
    moved = (rng.random(actual.shape) < SHARE) * layer.out
    change, missed = (actual * moved).sum(axis=1), ((actual - fitted[size:] + fitted[:size]) * moved).sum(axis=1)
    total = float((change**2).sum())
    return 1 - float((missed**2).sum()) / total if total > 0 else 0.0


def _explanation(layer: BitLayer, template: Template, named: Named) -> Explanation:
    reading = layer.reading
    return Explanation(
        extractor=NAME,
        template=(
            f"each unit reads a named subset of at most {max(layer.n // 3, 1)} bits with its own weights"
            if template.entries[0].kind == "J"
            else "each unit's pre-activation is alpha v + beta, v an integer-weighted count shared by units"
        ),
        steps=(*_entries(layer, template), *_steps(layer, template.weights, template.bias)),
        outputs=("outputs",),
        hidden=layer.hidden,
        control=_steps(layer, _forbidden(layer, template), template.bias),
        permuted=_steps(layer, *_permuted(layer, template)),
        codes=partial(codes, template),
        baseline=partial(affine_codes, reading),
        formula=named.formula,
        program=in_words(named.formula, reading.spec),
        bits_formula=named.cost,
        short=partial(_run, layer, named),
        importance=layer.importance,
        unit_formula=partial(unit_formula, template),
        arrays={"function.agreement": np.array(named.agreement)},
        notes=(
            *([] if named.agreement >= FAITHFUL else ["no short name of the function was found; this is the closest"]),
            f"function: {named.kind} of bits {', '.join(map(str, named.bits)) or 'none'}",
            f"function agreement: {named.agreement:.6g} of the {reading.rows} inputs",
            f"dictionary: {len(template.entries)} of template {template.entries[0].kind}",
        ),
    )


def _entries(layer: BitLayer, template: Template) -> Iterator[Step]:
    """The dictionary's variables, with the units that read each."""
    labels = [entry_label(entry) for entry in template.entries]
    for label in dict.fromkeys(labels):
        same = [e for e, other in enumerate(labels) if other == label]
        entry = template.entries[same[0]]
        yield Step(
            name=f"entry {same[0]}",
            label=label,
            formula=label.removeprefix("v = "),
            compute=partial(_levels, layer, entry),
            units=np.flatnonzero(np.isin(template.chosen, same)),
            form=_form(entry),
            bits=entry_bits(entry),
        )


def _steps(layer: BitLayer, weights: Float[np.ndarray, "n units"], bias: Float[np.ndarray, " units"]) -> Steps:
    """Every unit's pre-activation with these constants, what it becomes, and the outputs."""

    def units(x: Inputs) -> Value:
        return (2.0 * layer.bits(x) - 1.0).astype(jnp.float32) @ jnp.asarray(weights, jnp.float32) + jnp.asarray(bias)

    return (
        Step(name="units", formula="bias + sum of weights of the bits read", compute=units, holds=layer.pre),
        Step(
            name="activations",
            formula="act(units)",
            reads=("units",),
            compute=lambda _, pre: layer.activate(np.asarray(pre)),
            exchange=Exchange(site=layer.hidden, share=SHARE),
        ),
        Step(
            name="outputs",
            formula="activations . read-out",
            reads=("activations",),
            compute=lambda _, hidden: layer.outputs(np.asarray(hidden) @ layer.out + layer.offset),
        ),
    )


def _levels(layer: BitLayer, entry: Entry, x: Inputs) -> Value:
    return entry.values(np.asarray(layer.bits(x)))


def _run(layer: BitLayer, named: Named, x: Inputs) -> Float[Array, "n classes"]:
    """The named function with the sign of the net's own answers."""
    sign = 1.0 if int(layer.answers(np.ones(1, np.float32))[0]) == 1 else -1.0
    margin = sign * (2.0 * named(layer.bits(x)) - 1.0) + layer.boundary
    return jnp.asarray(outputs_of(margin, layer.reading.outputs.shape[1]))


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


def unit_formula(template: Template, u: int) -> str:
    """A unit's form with its own constants, in bits 0 and 1: act(0.5*x2 - 1.25*x7 + 0.3)."""
    entry, weights = template.entries[template.chosen[u]], template.weights[:, u].astype(float)
    constant = float(template.bias[u]) - weights.sum()
    if entry.kind == "V":
        alpha = 2 * weights @ np.array(entry.weights) / (np.array(entry.weights) ** 2).sum()
        return f"act({alpha:.3g}*({_count(entry)}){plus(constant)})"
    return f"act({joined([*(f'{2 * weights[i]:.3g}*x{i}' for i in entry.bits), f'{constant:.3g}'])})"
