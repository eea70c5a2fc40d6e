"""One hidden layer over two residues: every unit's pre-activation is one wave of each argument.

The template is declared before fitting: pre_n(a, b) = bias + A cos(w m u(a) + phi) + B cos(w n v(b) + psi), one
frequency a unit, one pair of multiples (m, n) and of polynomials (u, v) a net, the true nonlinearity after it (the
measured form of grokked nets, with m = n = 1 and the tokens themselves: Gromov, arXiv 2301.02679). Trained nets' waves
have one shape, cos(t) + e cos(3 t) with e about -0.1 to -0.2, which all units share.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Int

from compare.asked import Asked, typed
from compare.explanation import Explanation, Refusal
from compare.extract.residues.code import codes
from compare.extract.residues.frame import frame_of, groups_of, renamed_frame
from compare.fit.characters import (
    TOKEN,
    Frame,
    GroupName,
    Waves,
    wave_parts,
    wave_target,
    waves_of,
    with_overtone,
)
from compare.fit.logits import (
    combined_argument,
    fit_logits,
    formula_bits,
    formula_outputs,
    formula_text,
)
from compare.fit.terms import frequency_arrays, frequency_unit, shape_text, wave_steps, wrong_steps
from compare.motifs import ROTATION
from compare.programs import of_residues
from compare.read import Reading
from compare.search import Choice, Target, best_terms, forbidden, search
from compare.sites.layer import Layer, argument_means, find_additive_layer, importance
from compare.step import Exchange, Step, sum_of_tables
from synth.language.types import Z

NAME = "residues"
TEMPLATE = (
    "each unit's pre-activation is one frequency: bias + A cos(w m u(a) + phi) + B cos(w n v(b) + psi), "
    "the multiples m, n, the polynomials u, v and the third overtone of the waves the same for all units"
)
DICTIONARY_SHARE = 0.01  # of the hidden layer's effect; frequencies below it are not in the dictionary
SMALLEST_MODULUS = 5


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net from two residues of one modulus to a residue; refuse any other net with the reason."""
    p = modulus(reading)
    layer = p if isinstance(p, str) else find_additive_layer(reading)
    if isinstance(p, str) or isinstance(layer, str):
        return Refusal(extractor=NAME, reason=str(layer))
    tries = [_Fitted.of(reading, layer, group) for group in groups_of(p)]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """Waves of all units in one group, restricted to the dictionary; and what they are fitted to."""

    frame: Frame
    target: Target
    choice: Choice
    waves: Waves

    @classmethod
    def of(cls, reading: Reading, layer: Layer, group: GroupName) -> "_Fitted":
        rows = reading.fitted
        x, y = reading.x[rows, 0], reading.x[rows, 1]
        weight, frame = importance(reading, layer, rows), frame_of(reading, group, layer)
        target = wave_target(frame, x, y, reading.site(layer.pre)[rows], weight)
        choice = search(target, DICTIONARY_SHARE)
        waves = with_overtone(frame, waves_of(choice), target, x, y)
        return cls(frame=frame, target=target, choice=choice, waves=waves)

    @property
    def explained(self) -> float:
        return float(self.target.weight @ self.waves.explained)


def _explanation(reading: Reading, layer: Layer, fitted: _Fitted) -> Explanation:
    frame, waves = fitted.frame, fitted.waves
    x, y = reading.x[:, 0], reading.x[:, 1]
    logits = fit_logits(frame, x, y, reading.outputs, fitted.choice.dictionary, reading.fitted)
    terms = wave_steps(logits, partial(_exchange, layer.pre, frame, waves), waves.wave, _form(frame))
    rows = reading.fitted
    wrong = with_overtone(frame, waves_of(forbidden(fitted.target, fitted.choice)), fitted.target, x[rows], y[rows])
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=(*terms, _units(frame, layer.pre, waves)),
        outputs=tuple(step.name for step in terms if step.reads),
        hidden=layer.hidden,
        control=(*wrong_steps(terms, logits), _units(frame, layer.pre, wrong)),
        permuted=(_permuted(reading, layer, fitted),),
        codes=partial(codes, reading, layer, waves, logits),
        control_codes=partial(codes, reading, layer, wrong, logits),
        formula=formula_text(logits),
        program=of_residues(reading, logits),
        bits_formula=formula_bits(logits),
        short=partial(formula_outputs, logits),
        importance=fitted.target.weight,
        unit_formula=partial(frequency_unit, frame, waves),
        arrays=frequency_arrays(logits, waves.wave, fitted.target.weight),
        notes=(
            f"group: {frame.answer.group}",
            f"combined argument: {combined_argument(logits)}",
            *([f"shape of a unit's wave: {shape_text(waves.overtone)}"] if waves.overtone else []),
            f"outputs' variance explained by the formula: {logits.variance:.3f}",
        ),
        motifs=(ROTATION.name,),
    )


def _exchange(site: str, frame: Frame, waves: Waves, row: int) -> Exchange:
    """Where a wave of the first argument sits: the directions in which its part of the units moves with it.

    Where waves are not orthogonal over the tokens, or tokens lie outside the group, or an embedding that both arguments
    share holds waves that only the second reads, it is the directions in which the units of this wave read.
    """
    if frame.answer.group == "additive" and frame.first.inner == TOKEN == frame.second.inner:
        return Exchange(site=site, column=0)
    read = waves.a * (waves.wave == row)
    basis = np.linalg.svd(np.stack([np.real(read), np.imag(read)], axis=1), full_matrices=False)[0]
    return Exchange(site=site, column=0, basis=basis)


def _units(frame: Frame, site: str, waves: Waves, names: Int[np.ndarray, " p"] | None = None) -> Step:
    """All units' pre-activations; `names` under which the waves know the residues."""
    parts = wave_parts(frame, waves)
    first, second = parts if names is None else (part[names] for part in parts)
    return Step(
        name="units",
        formula="bias + A*cos(w*m*u(a) + phi) + B*cos(w*n*v(b) + psi)",
        compute=sum_of_tables(first, second),
        holds=site,
    )


def _permuted(reading: Reading, layer: Layer, fitted: _Fitted) -> Step:
    """The same fitter after the residues' names were shuffled: it has its own choice of what waves are read of."""
    p, true, target = fitted.frame.answer.p, fitted.frame, fitted.target
    names = np.random.default_rng(reading.seed + 1).permutation(p)
    x, y = names[reading.x[reading.fitted, :2]].T
    frame = renamed_frame(true, argument_means(target.values, (x, y), (p, p)), target.weight)
    shuffled = wave_target(frame, x, y, target.values, target.weight)
    waves = with_overtone(frame, waves_of(best_terms(shuffled)), shuffled, x, y)
    return _units(frame, layer.pre, waves, names)


def _form(frame: Frame) -> str:
    waves = (
        f"{constant}*cos(2*pi*{{k}}*{inner.of(name)}/{{period}} + {shift})"
        for constant, inner, name, shift in zip(
            "AB", (frame.first.inner, frame.second.inner), "ab", ("phi", "psi"), strict=True
        )
    )
    return f"act(bias + {' + '.join(waves)})"
