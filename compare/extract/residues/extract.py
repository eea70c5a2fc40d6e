"""One hidden layer over two residues: every unit's pre-activation is one wave of each argument.

The template is declared before fitting: pre_n(a, b) = bias + A cos(w m a + phi) + B cos(w n b + psi), one frequency a
unit, one pair of multiples (m, n) a net, the true nonlinearity after it (the measured form of grokked nets, with
m = n = 1: Gromov, arXiv 2301.02679).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Int

from compare.asked import Asked, typed
from compare.explanation import Explanation, Refusal
from compare.extract.residues.code import codes
from compare.fit.characters import (
    Characters,
    GroupName,
    Waves,
    characters,
    wave_parts,
    wave_target,
    waves_of,
)
from compare.fit.logits import (
    combined_argument,
    fit_logits,
    formula_bits,
    formula_outputs,
    formula_text,
)
from compare.fit.multiples import find_multiples, times
from compare.fit.terms import frequency_arrays, frequency_unit, wave_steps, wrong_steps
from compare.programs import of_residues
from compare.read import Reading
from compare.search import Choice, Target, best_terms, forbidden, search
from compare.sites.layer import Layer, find_additive_layer, importance
from compare.step import Exchange, Step, sum_of_tables
from synth.language.types import Z

NAME = "residues"
TEMPLATE = (
    "each unit's pre-activation is one frequency: bias + A cos(w m a + phi) + B cos(w n b + psi), "
    "m and n the same for all units"
)
DICTIONARY_SHARE = 0.01  # of the hidden layer's effect; frequencies below it are not in the dictionary
SMALLEST_MODULUS = 5


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net from two residues of one modulus to a residue; refuse any other net with the reason."""
    p = modulus(reading)
    layer = p if isinstance(p, str) else find_additive_layer(reading)
    if isinstance(p, str) or isinstance(layer, str):
        return Refusal(extractor=NAME, reason=str(layer))
    groups: tuple[GroupName, ...] = ("additive", "multiplicative") if _prime(p) else ("additive",)
    tries = [_Fitted.of(reading, layer, characters(p, group)) for group in groups]
    return _explanation(reading, layer, max(tries, key=lambda fitted: fitted.explained))


def reads(asked: Asked) -> str | None:
    """None for tasks from two residues of one modulus to a residue, otherwise why not."""
    kind = typed(asked)
    if len(kind.args) != 2 or {t.name for t in (*kind.args, kind.result)} != {Z("p").name}:
        return f"expected two residues and a residue, got a specification of type {kind}"
    p = asked.view.classes
    if asked.rows != p * p:
        return f"expected the {p * p} pairs of residues modulo {p}, got {asked.rows} rows"
    inputs = asked.x[:, :2].T
    if len(inputs) < 2 or any(not np.array_equal(np.unique(x), np.arange(p)) for x in inputs):
        return f"expected the net's first two inputs to be the residues, each 0 .. {p - 1}, got inputs {asked.x.shape}"
    if p < SMALLEST_MODULUS:
        return f"expected a modulus of at least {SMALLEST_MODULUS}, got {p}"
    return None


def modulus(reading: Reading) -> int | str:
    """The one modulus of a net from two residues to a residue, with an output for each; or why there is none."""
    p, outputs = reading.view.classes, reading.outputs.shape[1]
    return reads(reading) or (p if outputs == p else f"expected an output for each of {p} residues, got {outputs}")


def _prime(p: int) -> bool:
    return p > 1 and all(p % d for d in range(2, int(p**0.5) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """Waves of all units in one group, restricted to the dictionary; and what they are fitted to."""

    chars: Characters
    target: Target
    choice: Choice
    waves: Waves

    @classmethod
    def of(cls, reading: Reading, layer: Layer, chars: Characters) -> "_Fitted":
        rows = reading.fitted
        x, y = reading.x[rows, 0], reading.x[rows, 1]
        multiples = find_multiples(chars, x, y, reading.outputs[rows])
        weight = importance(reading, layer, rows)
        target = wave_target(chars, x, y, reading.site(layer.pre)[rows], weight, multiples)
        choice = search(target, DICTIONARY_SHARE)
        return cls(chars=chars, target=target, choice=choice, waves=waves_of(choice, multiples))

    @property
    def explained(self) -> float:
        return float(self.target.weight @ self.waves.explained)


def _explanation(reading: Reading, layer: Layer, fitted: _Fitted) -> Explanation:
    chars, waves = fitted.chars, fitted.waves
    dictionary, multiples = fitted.choice.dictionary, waves.multiples
    x, y = reading.x[:, 0], reading.x[:, 1]
    logits = fit_logits(chars, x, y, reading.outputs, dictionary, reading.fitted, multiples=multiples)
    terms = wave_steps(logits, Exchange(site=layer.pre, column=0), waves.wave, _form(multiples))
    wrong = waves_of(forbidden(fitted.target, fitted.choice), multiples)
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(*terms, _units(chars, layer.pre, waves)),
        outputs=tuple(step.name for step in terms if step.reads),
        hidden=layer.hidden,
        control=(*wrong_steps(terms, logits), _units(chars, layer.pre, wrong)),
        permuted=(_units(chars, layer.pre, *_permuted(reading, layer, fitted)),),
        codes=partial(codes, reading, layer, chars, waves, logits),
        formula=formula_text(logits),
        program=of_residues(reading, logits),
        bits_formula=formula_bits(logits),
        short=partial(formula_outputs, logits),
        importance=fitted.target.weight,
        unit_formula=partial(frequency_unit, chars, waves),
        arrays=frequency_arrays(logits, waves.wave, fitted.target.weight),
        notes=(
            f"group: {chars.group}",
            f"combined argument: {combined_argument(logits)}",
            f"outputs' variance explained by the formula: {logits.variance:.3f}",
        ),
    )


def _units(chars: Characters, site: str, waves: Waves, names: Int[np.ndarray, " p"] | None = None) -> Step:
    """All units' pre-activations; `names` under which the waves know the residues."""
    parts = wave_parts(chars, waves)
    first, second = parts if names is None else (part[names] for part in parts)
    return Step(
        name="units",
        formula="bias + A*cos(w*m*a + phi) + B*cos(w*n*b + psi)",
        compute=sum_of_tables(first, second),
        holds=site,
    )


def _permuted(reading: Reading, layer: Layer, fitted: _Fitted) -> tuple[Waves, Int[np.ndarray, " p"]]:
    """The same fitter after the residues' names were shuffled: its waves are waves of the shuffled names."""
    names = np.random.default_rng(reading.seed + 1).permutation(fitted.chars.p)
    x, y = (names[reading.x[reading.fitted, column]] for column in (0, 1))
    multiples = fitted.waves.multiples
    target = wave_target(fitted.chars, x, y, fitted.target.values, fitted.target.weight, multiples)
    return waves_of(best_terms(target), multiples), names


def _form(multiples: tuple[int, int]) -> str:
    waves = (
        f"{constant}*cos(2*pi*{{k}}*{times(multiple, name)}/{{period}} + {shift})"
        for constant, multiple, name, shift in zip("AB", multiples, "ab", ("phi", "psi"), strict=True)
    )
    return f"act(bias + {' + '.join(waves)})"
