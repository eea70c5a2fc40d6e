"""One layer of attention heads over two residues: every unit reads one frequency by every head.

The template is declared before fitting (`compare.fit.heads`): scores of two frequencies a head, the true softmax,
values read through the dictionary, pre-activations of one frequency a unit, the true nonlinearity after them. As for
nets without heads, waves are of one group a net and of one inner variable u(a), v(b) an argument, m and n times.
"""

from collections.abc import Callable
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from compare.explanation import Explanation, Refusal
from compare.extract.attention.code import codes
from compare.extract.residues.extract import modulus
from compare.extract.residues.frame import likeliest_frame, renamed_frame
from compare.fit.characters import TOKEN, Frame, period_of
from compare.fit.heads import (
    HeadFit,
    Heads,
    fit_heads,
    pre_activations,
    reading_directions,
    score_powers,
    scores,
    values,
)
from compare.fit.logits import LogitWaves, combined_argument, fit_logits, formula_bits, formula_outputs, formula_text
from compare.fit.terms import frequency_arrays, wave_steps, wrong_steps
from compare.programs import of_residues
from compare.read import Reading
from compare.sites.heads import HeadLayer, find_embedding, find_heads
from compare.sites.layer import argument_means, class_means, importance
from compare.step import Exchange, Inputs, Step, Steps, Value
from compare.text import joined, plus

NAME = "attention"
TEMPLATE = (
    "each head's score is two frequencies of its token, its pattern the softmax, its value a sum of the dictionary; "
    "each unit's pre-activation is bias + sum over heads and positions of pattern * (c + A cos(w x + phi)), one "
    "frequency a unit; x is m u(a) or n v(b), the multiples m, n and the polynomials u, v the same for all units"
)
NO_EMBEDDING = "expected a site that depends on the first argument alone, such as its embedding, got none"
MINOR_POWER = 0.01  # of a head's strongest frequency; weaker ones are not named


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net of one attention layer from two residues to a residue; refuse any other with the reason."""
    p = modulus(reading)
    if isinstance(p, str):
        return Refusal(extractor=NAME, reason=p)
    found = find_heads(reading, p)
    if isinstance(found, str):
        return Refusal(extractor=NAME, reason=found)
    embedding = find_embedding(reading, p)
    if embedding is None:
        return Refusal(extractor=NAME, reason=NO_EMBEDDING)
    heads = _heads(reading, found, likeliest_frame(reading, found.layer))
    return _explanation(reading, found, heads, fit_heads(heads), embedding)


def _heads(reading: Reading, found: HeadLayer, frame: Frame) -> Heads:
    rows = reading.fitted
    return Heads(
        frame=frame,
        column=found.column,
        score=found.score,
        value=found.value,
        x=reading.x[rows],
        pre=reading.site(found.layer.pre)[rows],
        importance=importance(reading, found.layer, rows),
    )


def _explanation(reading: Reading, found: HeadLayer, heads: Heads, fit: HeadFit, embedding: str) -> Explanation:
    x, y = reading.x[:, 0], reading.x[:, 1]
    frame = heads.frame
    logits = fit_logits(frame, x, y, reading.outputs, fit.dictionary, reading.fitted, mirrored=True)
    outside = np.setdiff1d(np.arange(len(frame.answer.k)), fit.dictionary)
    names = np.random.default_rng(reading.seed + 1).permutation(frame.answer.p)
    terms = wave_steps(logits, _exchanges(reading, heads, fit, embedding), fit.wave, _form(frame))
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(*terms, *_held(found, fit)),
        outputs=tuple(step.name for step in terms if step.reads),
        hidden=found.layer.hidden,
        control=(*wrong_steps(terms, logits), *_held(found, fit_heads(heads, outside))) if len(outside) else (),
        permuted=_held(found, fit_heads(_renamed(heads, names)), names),
        codes=partial(codes, reading, found, heads, fit, logits.sign),
        formula=formula_text(logits),
        program=of_residues(reading, logits),
        bits_formula=formula_bits(logits),
        short=partial(formula_outputs, logits),
        importance=heads.importance,
        unit_formula=partial(_unit_formula, heads, fit),
        arrays=frequency_arrays(logits, fit.wave, heads.importance),
        notes=_notes(logits, heads, fit),
    )


def _renamed(heads: Heads, names: Int[np.ndarray, " p"]) -> Heads:
    """Under other names, with a choice of its own of what waves are read of."""
    p, x = heads.frame.answer.p, names[heads.x]
    parts = argument_means(heads.pre, (x[:, 0], x[:, 1]), (p, p))
    return heads.renamed(names, renamed_frame(heads.frame, parts, heads.importance))


def _exchanges(reading: Reading, heads: Heads, fit: HeadFit, embedding: str) -> Callable[[int], Exchange]:
    """Where a wave of the first argument sits in its embedding: the directions that move with it.

    Where waves are not orthogonal over the tokens, each has what it adds to the others.
    """
    if heads.frame.first.inner.powers == TOKEN.powers == heads.frame.second.inner.powers:
        return lambda _: Exchange(site=embedding, column=0)
    table = class_means(reading.site(embedding), reading.x[:, 0], heads.frame.answer.p)
    directions = reading_directions(heads, table, fit.dictionary)
    return lambda row: Exchange(site=embedding, column=0, basis=directions[row])


def _held(found: HeadLayer, fit: HeadFit, names: Int[np.ndarray, " p"] | None = None) -> Steps:
    """Scores and values of every head, and the units; `names` under which the fit knows the residues."""
    parts = [("units", found.layer.pre, "bias + sum of pattern*(c + A*cos(w*x + phi))", partial(pre_activations, fit))]
    for h, head in enumerate(found.names):
        parts.append((f"{head}.score", f"{head}.score", "two waves of each token", partial(scores, fit, h)))
        parts.append((f"{head}.value", f"{head}.value", "waves of the dictionary", partial(values, fit, h)))
    return tuple(
        Step(name=name, formula=formula, compute=_renaming(compute, names), holds=site)
        for name, site, formula, compute in parts
    )


def _renaming(compute: Callable[[Array], Array], names: Int[np.ndarray, " p"] | None) -> Callable[[Inputs], Value]:
    return lambda x: compute(jnp.asarray(x) if names is None else jnp.asarray(names)[jnp.asarray(x)])


def _form(frame: Frame) -> str:
    waves = (
        f"{constant}(a, b)*cos(2*pi*{{k}}*{chars.inner.of(name)}/{{period}} + {shift})"
        for constant, chars, name, shift in zip("AB", (frame.first, frame.second), "ab", ("phi", "psi"), strict=True)
    )
    return f"act(bias + {' + '.join(waves)})"


def _unit_formula(heads: Heads, fit: HeadFit, n: int) -> str:
    """act(bias + sum of a head's pattern A0(a, b) times the wave that the unit reads from that position)."""
    k = int(heads.frame.answer.k[fit.wave[n]])
    parts = [f"{fit.bias[n]:.3g}"]
    for h in range(len(fit.score)):
        for position in heads.arguments:
            gain, name = fit.gain[h, position, n], "ab"[heads.column[position]]
            angle = f"2*pi*{k}*{heads.read(position).inner.of(name)}/{period_of(heads.frame.answer)}"
            wave = f"{abs(gain):.3g}*cos({angle}{plus(-float(np.angle(gain)))})"
            parts.append(f"P{h}{name}(a, b)*{wave}")
    return f"act({joined(parts)})"


def _attended(heads: Heads, fit: HeadFit) -> list[str]:
    """Each head's frequencies, the strongest first, without those of little power."""
    said = []
    for power, rows in zip(score_powers(heads, fit.score).T, fit.score_waves, strict=True):
        order = [row for row in rows[np.argsort(-power[rows])] if power[row] >= MINOR_POWER * power[rows].max()]
        said.append("/".join(str(int(heads.frame.answer.k[row])) for row in order))
    return said


def _notes(outputs: LogitWaves, heads: Heads, fit: HeadFit) -> tuple[str, ...]:
    return (
        f"group: {heads.frame.answer.group}",
        f"combined argument: {combined_argument(outputs)}",
        f"frequencies of the heads' scores: {', '.join(_attended(heads, fit))}",
        f"outputs' variance explained by the formula: {outputs.variance:.3f}",
    )
