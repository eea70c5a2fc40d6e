"""One layer of attention heads over two residues: every unit reads one frequency by every head.

The template is declared before fitting (`compare.fit.heads`): scores of two frequencies a head, the true softmax,
values read through the dictionary, pre-activations of one frequency a unit, the true nonlinearity after them.
"""

from dataclasses import replace
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Edits, Explanation, Inputs, Refusal, UnitFit
from compare.extract.asked import Asked
from compare.extract.attention_code import codes
from compare.extract.attention_layer import HeadLayer, find_heads, token_means
from compare.extract.layer import importance
from compare.extract.residues import frequency_arrays, frequency_groups, modulus, variables, wrong_waves
from compare.extract.residues import reads as reads_residues
from compare.fit.characters import Characters, characters, spectrum
from compare.fit.heads import HeadFit, Heads, fit_heads, pre_activations, scores, values
from compare.fit.logits import LogitWaves, combined_argument, fit_logits, formula_bits, formula_outputs, formula_text
from compare.programs import of_residues
from compare.read import Reading
from compare.text import joined, plus

NAME = "attention"
TEMPLATE = (
    "each head's score is two frequencies of its token, its pattern the softmax, its value a sum of the dictionary; "
    "each unit's pre-activation is bias + sum over heads and positions of pattern * (c + A cos(w x + phi)), "
    "one frequency a unit"
)
SHOWN_UNITS = 6
MINOR_POWER = 0.01  # of a head's strongest frequency; weaker ones are not named


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net of one attention layer from two residues to a residue; refuse any other with the reason."""
    p = modulus(reading)
    if isinstance(p, str):
        return Refusal(extractor=NAME, reason=p)
    found = find_heads(reading, p)
    if isinstance(found, str):
        return Refusal(extractor=NAME, reason=found)
    embedding = _embedding(reading, p)
    if isinstance(embedding, str):
        return Refusal(extractor=NAME, reason=embedding)
    heads = _heads(reading, found, characters(p))
    return _explanation(reading, found, heads, fit_heads(heads), embedding)


def reads(asked: Asked) -> str | None:
    """None for tasks from two residues of one modulus to a residue, otherwise why not."""
    return reads_residues(asked)


def _heads(reading: Reading, found: HeadLayer, chars: Characters) -> Heads:
    rows = reading.fitted
    return Heads(
        chars=chars,
        column=found.column,
        score=found.score,
        value=found.value,
        x=reading.x[rows],
        pre=reading.site(found.layer.pre)[rows],
        importance=importance(reading, found.layer, rows),
    )


def _embedding(reading: Reading, p: int) -> tuple[str, Float[np.ndarray, "p features"]] | str:
    """The first site that is a function of the first input column alone, as a table over its tokens."""
    tokens = reading.x[:, 0]
    for site in reading.net.sites:
        if len(reading.shapes[site]) != 1 or reading.shapes[site][0] < 2:
            continue
        own = reading.site(site)
        table = token_means(own, tokens, p)
        varies = float(table.var(axis=0).sum())
        if varies > 0 and float(((own - table[tokens]) ** 2).sum(axis=1).mean()) <= 1e-6 * varies:
            return site, table
    return "expected a site that depends on the first argument alone, such as its embedding, got none"


def _explanation(
    reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, embedding: tuple[str, np.ndarray]
) -> Explanation:
    x, y = reading.x[:, 0], reading.x[:, 1]
    chars = heads.chars
    outputs = fit_logits(chars, x, y, reading.outputs, fit.dictionary, reading.fitted, mirrored=True)
    outside = ~np.isin(np.arange(len(chars.k)), fit.dictionary)
    shuffle = np.random.default_rng(reading.seed + 1).permutation(chars.p)
    replaced = partial(_substitute, found)
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        substitute=partial(replaced, fit),
        run=partial(formula_outputs, outputs),
        hidden=found.layer.hidden,
        fitted=reading.fitted,
        variables=variables(outputs, *embedding),
        wrong_variables=variables(outputs, *embedding, replace(outputs, wave=wrong_waves(chars, outputs.wave))),
        control=partial(replaced, fit_heads(heads, outside)) if outside.any() else None,
        permuted=partial(replaced, fit_heads(heads, shuffle=shuffle)),
        codes=partial(codes, reading, found, heads, fit, outputs.sign),
        formula=formula_text(outputs),
        program=of_residues(reading, outputs),
        bits_formula=formula_bits(outputs),
        groups=frequency_groups(
            chars,
            fit.dictionary,
            fit.wave,
            heads.importance,
            "act(bias + A(a, b)*cos(2*pi*{k}*a/{period} + phi) + B(a, b)*cos(2*pi*{k}*b/{period} + psi))",
        ),
        units=_units(heads, fit),
        arrays=frequency_arrays(outputs, fit.wave, heads.importance),
        notes=_notes(outputs, chars, fit),
    )


def _substitute(found: HeadLayer, fit: HeadFit, given: Inputs) -> Edits:
    x = jnp.asarray(given)
    edits = {found.layer.pre: pre_activations(fit, x)}
    for h, name in enumerate(found.names):
        edits[f"{name}.score"] = scores(fit, h, x)
        edits[f"{name}.value"] = values(fit, h, x)
    return edits


def _units(heads: Heads, fit: HeadFit) -> tuple[UnitFit, ...]:
    shown = np.argsort(-heads.importance)[:SHOWN_UNITS]
    return tuple(
        UnitFit(
            unit=int(n),
            formula=_unit_formula(heads, fit, int(n)),
            variance=float(fit.explained[n]),
            importance=float(heads.importance[n]),
        )
        for n in shown
    )


def _unit_formula(heads: Heads, fit: HeadFit, n: int) -> str:
    """act(bias + sum of a head's pattern A0(a, b) times the wave that the unit reads from that position)."""
    k = int(heads.chars.k[fit.wave[n]])
    parts = [f"{fit.bias[n]:.3g}"]
    for h in range(len(fit.score)):
        for position in heads.arguments:
            gain, name = fit.gain[h, position, n], "ab"[heads.column[position]]
            wave = f"{abs(gain):.3g}*cos(2*pi*{k}*{name}/p{plus(-float(np.angle(gain)))})"
            parts.append(f"P{h}{name}(a, b)*{wave}")
    return f"act({joined(parts)})"


def _attended(chars: Characters, table: Float[np.ndarray, "positions p"], rows: Int[np.ndarray, " waves"]) -> str:
    """A head's frequencies, the strongest first, without those of little power."""
    power = spectrum(chars, table.T)[rows]
    order = [i for i in np.argsort(-power) if power[i] >= MINOR_POWER * power.max()]
    return "/".join(str(int(chars.k[rows[i]])) for i in order)


def _notes(outputs: LogitWaves, chars: Characters, fit: HeadFit) -> tuple[str, ...]:
    attended = ", ".join(_attended(chars, table, rows) for table, rows in zip(fit.score, fit.score_waves, strict=True))
    return (
        f"combined argument: {combined_argument(outputs)}",
        f"frequencies of the heads' scores: {attended}",
        f"outputs' variance explained by the formula: {outputs.variance:.3f}",
    )
