"""One hidden layer over bits, any number of classes: every unit reads a sum of bits with small integer weights.

The template is declared before fitting: act(scale (form + bias)), the form's integers as few and small as a tolerance
for the whole net allows; behind it the net's own nonlinearity and read-out run on. Any weights are near some integers,
so what tells a program from a table is how few and how short forms state the net's answers (B).
"""

from collections.abc import Iterator
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.asked import Asked, typed
from compare.evidence.substitution import explained_variance
from compare.explanation import Explanation, Refusal
from compare.extract.forms.code import codes
from compare.extract.forms.prices import Pairs, own_bits, pairs_of
from compare.extract.forms.templates import TOLERANCES, Candidates, Forms, others_than, scaled
from compare.extract.units.function import function_of
from compare.fit.named import FAITHFUL, name, weighted_text
from compare.fit.walsh import cube_of
from compare.programs import in_words
from compare.read import Reading
from compare.sites.bits import BitUnits, find_bit_units
from compare.sites.layer import activate, importance
from compare.step import Exchange, Inputs, Step, Steps, Value
from compare.text import joined, plus
from synth.language.program import Program
from synth.language.sympy_view import sympy_expression
from synth.language.types import BOOL

NAME = "forms"
TEMPLATE = "each unit is act(scale*(form + bias)), the form a sum of bits with small integer weights"
KEPT, EXPLAINED = 0.995, 0.95  # of the net's answers, and of its units' variance, on the fitted rows
SHARE = 1 / 8  # of the units that are exchanged: a variable that is aligned with the inputs tests the function alone
LISTED = 24  # forms that are steps of their own, those with the largest effect
FORMULA_UNITS = 4  # in a formula without a function, those with the largest effect


def reads(asked: Asked) -> str | None:
    """None for tasks from Booleans alone; otherwise why not."""
    kind = typed(asked)
    if not kind.args or any(t != BOOL for t in kind.args):
        return f"expected Boolean arguments, got a specification of type {kind}"
    return None


def extract(reading: Reading) -> Explanation | Refusal:
    """A form for every unit, and the function by the net's own answers."""
    units = reads(reading) or find_bit_units(reading)
    if isinstance(units, str):
        return Refusal(extractor=NAME, reason=units)
    share = importance(reading, units.layer, reading.fitted)
    if not share.any():
        return Refusal(extractor=NAME, reason=f"no unit of {units.layer.hidden!r} changes the outputs")
    pairs = pairs_of(units.weights.astype(np.float64), share)
    return _explanation(reading, units, pairs, share, choose(reading, units, pairs))


def choose(reading: Reading, units: BitUnits, pairs: Pairs) -> Forms:
    """Forms of the largest tolerance that keeps the net's answers and units on the fitted rows."""
    candidates, layer, rows = Candidates.of(units.weights, pairs), units.layer, reading.fitted
    forms = None
    for tolerance in TOLERANCES:
        forms = scaled(units, candidates.within(tolerance))
        pre = forms.pre(units.signs[rows]).astype(np.float32)
        outputs, sites = reading.run({layer.pre: pre}, keep=(layer.hidden,), rows=rows)
        hidden, every = reading.site(layer.hidden)[rows], np.arange(len(rows))
        explained = explained_variance(hidden, sites[layer.hidden], every, layer.effect)
        if reading.agreement(reading.decode(outputs), rows) >= KEPT and explained >= EXPLAINED:
            break
    assert forms is not None
    return forms


def _explanation(
    reading: Reading, units: BitUnits, pairs: Pairs, share: Float[np.ndarray, " units"], forms: Forms
) -> Explanation:
    unit = partial(unit_formula, forms)
    formula, program, bits = _function(reading) or (_sum_of_units(units, share, unit), None, None)
    length = own_bits(forms.weights, pairs)
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(*_listed(units, forms, length, share), *_steps(reading, units, forms)),
        outputs=("outputs",),
        hidden=units.layer.hidden,
        control=_steps(reading, units, scaled(units, others_than(forms.weights, reading.seed))),
        permuted=_steps(reading, units, _permuted(reading, units, forms)),
        codes=partial(codes, reading, units, pairs, share),
        control_codes=partial(codes, reading, units, pairs, share, shuffled=True),
        formula=formula,
        program=program,
        bits_formula=float(length.sum()) if bits is None else bits,
        importance=share,
        unit_formula=unit,
        notes=tuple(_notes(forms, pairs, share)),
    )


def _function(reading: Reading) -> tuple[str, Program | None, float] | None:
    """The net's answers under a short name, or as the synthesizer's program."""
    if set(np.unique(reading.answers)) <= {0, 1} and reading.rows == 2 ** len(reading.arguments):
        bits = np.stack([argument.astype(np.int64) for argument in reading.arguments], axis=1)
        named = name(cube_of((reading.answers == 1).astype(np.int8), bits))
        if named.agreement >= FAITHFUL and reading.spec is not None:
            return named.formula, in_words(named.formula, reading.spec), named.cost
    found = function_of(reading)
    return None if found is None else (str(sympy_expression(found[0])), *found)


def _listed(
    units: BitUnits, forms: Forms, length: Float[np.ndarray, " units"], share: Float[np.ndarray, " units"]
) -> Iterator[Step]:
    """The strongest forms, with the units that read each, up to its sign."""
    texts = np.array([form_text(np.abs(w) if (w <= 0).all() else w) for w in forms.weights.T])
    strength = {text: float(share[texts == text].sum()) for text in dict.fromkeys(texts.tolist())}
    for text in sorted(strength, key=lambda text: -strength[text])[:LISTED]:
        mine = np.flatnonzero(texts == text)
        yield Step(
            name=f"form {mine[0]}",
            label=f"v = {text}",
            formula=text,
            compute=partial(_value, units, forms.weights[:, mine[0]]),
            units=mine,
            form=f"act(alpha*({text}) + beta)",
            bits=float(length[mine[0]]),
        )


def _value(units: BitUnits, weights: Int[np.ndarray, " n"], x: Inputs) -> Value:
    return units.bits(x) @ jnp.asarray(weights)


def _steps(reading: Reading, units: BitUnits, forms: Forms) -> Steps:
    """Every unit's pre-activation by its form, what it becomes, and the outputs."""
    layer = units.layer
    weights, bias = forms.weights * forms.scale, forms.bias * forms.scale
    rows = reading.fitted
    offset = (reading.outputs[rows] - reading.site(layer.hidden)[rows] @ layer.readout).mean(axis=0)

    def pre(x: Inputs) -> Value:
        signs = (2.0 * units.bits(x) - 1.0).astype(jnp.float32)
        return signs @ jnp.asarray(weights, jnp.float32) + jnp.asarray(bias, jnp.float32)

    return (
        Step(name="units", formula="scale*(form + bias)", compute=pre, holds=layer.pre),
        Step(
            name="activations",
            formula="act(units)",
            reads=("units",),
            compute=lambda _, value: activate(reading, layer.pre, layer.hidden, np.asarray(value)),
            exchange=Exchange(site=layer.hidden, share=SHARE),
        ),
        Step(
            name="outputs",
            formula="activations . read-out",
            reads=("activations",),
            compute=lambda _, hidden: np.asarray(hidden) @ layer.readout.astype(np.float32) + offset,
        ),
    )


def _permuted(reading: Reading, units: BitUnits, forms: Forms) -> Forms:
    """The forms with scales and biases of pre-activations that were dealt out to the wrong inputs."""
    rows = reading.fitted
    wrong = np.random.default_rng([reading.seed, 17]).permutation(rows)
    design = np.column_stack([units.signs[rows], np.ones(len(rows), np.float32)])
    mixing = np.linalg.lstsq(design, units.signs[wrong], rcond=None)[0]
    weights, bias = mixing[:-1] @ units.weights, units.bias + mixing[-1] @ units.weights
    along = (weights * forms.weights).sum(axis=0) / np.maximum((forms.weights**2).sum(axis=0), 1)
    size = np.maximum(np.abs(along), 1e-30)
    return Forms(weights=np.where(along < 0, -forms.weights, forms.weights), scale=size, bias=bias / size)


def _notes(forms: Forms, pairs: Pairs, share: Float[np.ndarray, " units"]) -> Iterator[str]:
    distinct = np.unique(np.concatenate([forms.weights, -forms.weights], axis=1), axis=1).shape[1] // 2
    largest = int(np.abs(forms.weights).max(initial=0))
    yield f"dictionary: {distinct} forms up to sign, integers up to {largest}, of {int((share > 0).sum())} units"
    tied = [f"x{i} and x{pairs.other[i]}" for i in pairs.first if pairs.other[i] != i]
    if tied:
        yield f"of one magnitude in most units: {', '.join(tied)}"


def form_text(weights: Int[np.ndarray, " n"]) -> str:
    """`2*x0 - x3`, in bits 0 and 1."""
    return weighted_text(tuple(f"x{i}" for i in range(len(weights))), weights)


def unit_formula(forms: Forms, u: int) -> str:
    """A unit's form with its own constants, in bits 0 and 1: act(0.5*(2*x0 - x3) - 1.25)."""
    weights, scale = forms.weights[:, u], float(forms.scale[u])
    constant = scale * (float(forms.bias[u]) - int(weights.sum()))
    if not weights.any():
        return f"act({constant:.3g})"
    return f"act({2 * scale:.3g}*({form_text(weights)}){plus(constant)})"


def _sum_of_units(units: BitUnits, share: Float[np.ndarray, " units"], unit: "partial[str]") -> str:
    """The strongest units' forms, each times its read-out; for several classes a function of the class c."""
    readout = units.layer.readout
    order: Int[np.ndarray, " units"] = np.argsort(-share)[:FORMULA_UNITS]
    if readout.shape[1] > 2:
        return joined([f"U{u}(c)*{unit(int(u))}" for u in order])
    margin = readout[:, -1] - (readout[:, 0] if readout.shape[1] == 2 else 0)
    return joined([f"{margin[u]:.3g}*{unit(int(u))}" for u in order])
