"""One hidden layer over two residues: every unit's pre-activation is one wave of each argument.

The template is declared before fitting: pre_n(a, b) = bias + A cos(w m a + phi) + B cos(w n b + psi), one frequency a
unit, one pair of multiples (m, n) a net, the true nonlinearity after it (the measured form of grokked nets, with
m = n = 1: Gromov, arXiv 2301.02679).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Edits, Explanation, Group, Inputs, Refusal, UnitFit, Variable
from compare.extract.asked import Asked, typed
from compare.extract.layer import (
    ADDITIVE_SHARE,
    Layer,
    argument_means,
    beyond_sum,
    find_layer,
    importance,
    unexplained_site,
)
from compare.extract.residues_code import codes
from compare.fit.characters import (
    Characters,
    GroupName,
    Waves,
    characters,
    fit_one_wave,
    period_of,
    wave_parts,
)
from compare.fit.logits import (
    LogitWaves,
    combined_argument,
    fit_logits,
    formula_bits,
    formula_outputs,
    formula_text,
    term_values,
)
from compare.fit.multiples import find_multiples, times
from compare.programs import of_residues
from compare.read import Reading
from compare.text import joined, plus
from synth.language.types import Z

DICTIONARY_SHARE = 0.01  # of the hidden layer's effect; frequencies below it are not in the dictionary
SHOWN_UNITS = 6
SMALLEST_MODULUS = 5
LIVE = 1e-4  # of the layer's effect; units below it are not counted
NAME = "residues"


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net from two residues of one modulus to a residue; refuse any other net with the reason."""
    p = modulus(reading)
    if isinstance(p, str):
        return Refusal(extractor=NAME, reason=p)
    layer = find_layer(reading)
    if isinstance(layer, str):
        return Refusal(extractor=NAME, reason=layer)
    values = reading.site(layer.pre)
    means = argument_means(values, operands(reading), (p, p))
    interaction = beyond_sum(values, operands(reading), means)
    if interaction > ADDITIVE_SHARE:
        return Refusal(
            extractor=NAME,
            reason=f"site {layer.pre} is not a sum over the arguments: {interaction:.2g} of its variance is beyond it",
        )
    earlier = unexplained_site(reading, layer.pre)
    if earlier is not None:
        return Refusal(extractor=NAME, reason=earlier)
    groups: tuple[GroupName, ...] = ("additive", "multiplicative") if _prime(p) else ("additive",)
    tries = [_Fitted.of(reading, layer, characters(p, group)) for group in groups]
    best = max(tries, key=lambda fitted: fitted.explained)
    return _explanation(reading, layer, best, means)


def reads(asked: Asked) -> str | None:
    """None for tasks from two residues of one modulus to a residue, otherwise why not."""
    kind = typed(asked)
    if len(kind.args) != 2 or {t.name for t in (*kind.args, kind.result)} != {Z("p").name}:
        return f"expected two residues and a residue, got a specification of type {kind}"
    p = asked.view.classes
    if asked.rows != p * p:
        return f"expected the {p * p} pairs of residues modulo {p}, got {asked.rows} rows"
    if asked.x.shape[1] < 2 or any(not np.array_equal(np.unique(x), np.arange(p)) for x in operands(asked)):
        return f"expected the net's first two inputs to be the residues, each 0 .. {p - 1}, got inputs {asked.x.shape}"
    if p < SMALLEST_MODULUS:
        return f"expected a modulus of at least {SMALLEST_MODULUS}, got {p}"
    return None


def modulus(reading: Reading) -> int | str:
    """The one modulus of a net from two residues to a residue, with an output for each; or why there is none."""
    p, outputs = reading.view.classes, reading.outputs.shape[1]
    return reads(reading) or (p if outputs == p else f"expected an output for each of {p} residues, got {outputs}")


def operands(reading: Asked) -> tuple[Int[np.ndarray, " rows"], Int[np.ndarray, " rows"]]:
    """The net's first two inputs: the residues as the net sees them."""
    return reading.x[:, 0], reading.x[:, 1]


def _prime(p: int) -> bool:
    return p > 1 and all(p % d for d in range(2, int(p**0.5) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """Waves of all units in one group, restricted to the dictionary, with the dictionary and the units' importance."""

    chars: Characters
    waves: Waves
    dictionary: Int[np.ndarray, " terms"]
    importance: Float[np.ndarray, " units"]
    explained: float

    @classmethod
    def of(cls, reading: Reading, layer: Layer, chars: Characters) -> "_Fitted":
        x, y = (operand[reading.fitted] for operand in operands(reading))
        values = reading.site(layer.pre)[reading.fitted]
        weight = importance(reading, layer, reading.fitted)
        multiples = find_multiples(chars, x, y, reading.outputs[reading.fitted])
        free = fit_one_wave(chars, x, y, values, multiples=multiples)
        share = np.bincount(free.wave, weights=weight, minlength=len(chars.k))
        dictionary = np.flatnonzero(share >= DICTIONARY_SHARE)
        allowed = np.isin(np.arange(len(chars.k)), dictionary)
        waves = fit_one_wave(chars, x, y, values, allowed, multiples=multiples) if allowed.any() else free
        return cls(
            chars=chars,
            waves=waves,
            dictionary=dictionary if len(dictionary) else np.array([int(np.argmax(share))]),
            importance=weight,
            explained=float(weight @ waves.explained),
        )


def _explanation(reading: Reading, layer: Layer, fitted: _Fitted, means: tuple[np.ndarray, ...]) -> Explanation:
    x, y = operands(reading)
    multiples = fitted.waves.multiples
    logits = fit_logits(fitted.chars, x, y, reading.outputs, fitted.dictionary, reading.fitted, multiples=multiples)
    return Explanation(
        extractor=NAME,
        template=(
            "each unit's pre-activation is one frequency: bias + A cos(w m a + phi) + B cos(w n b + psi), "
            "m and n the same for all units"
        ),
        substitute=partial(_substitute, layer.pre, wave_parts(fitted.chars, fitted.waves)),
        run=partial(formula_outputs, logits),
        hidden=layer.hidden,
        fitted=reading.fitted,
        variables=variables(logits, layer.pre, means[0]),
        wrong_variables=variables(
            logits, layer.pre, means[0], replace(logits, wave=wrong_waves(fitted.chars, logits.wave))
        ),
        control=_control(reading, layer, fitted),
        permuted=_permuted(reading, layer, fitted),
        codes=partial(codes, reading, layer, fitted.chars, fitted.waves, logits),
        formula=formula_text(logits),
        program=of_residues(reading, logits),
        bits_formula=formula_bits(logits),
        groups=frequency_groups(
            fitted.chars,
            fitted.dictionary,
            fitted.waves.wave,
            fitted.importance,
            "act(bias + A*cos(2*pi*{k}*FIRST/{period} + phi) + B*cos(2*pi*{k}*SECOND/{period} + psi))".replace(
                "FIRST", times(multiples[0], "a")
            ).replace("SECOND", times(multiples[1], "b")),
        ),
        units=_units(fitted),
        arrays=frequency_arrays(logits, fitted.waves.wave, fitted.importance),
        notes=(
            f"group: {fitted.chars.group}",
            f"combined argument: {combined_argument(logits)}",
            f"outputs' variance explained by the formula: {logits.variance:.3f}",
        ),
    )


def _substitute(site: str, parts: tuple[np.ndarray, np.ndarray], x: Inputs) -> Edits:
    return {site: jnp.asarray(parts[0])[x[:, 0]] + jnp.asarray(parts[1])[x[:, 1]]}


def _control(reading: Reading, layer: Layer, fitted: _Fitted) -> Callable[[Inputs], Edits]:
    """The same fitter and number of frequencies, the dictionary's own forbidden (a unit's own where all are used)."""
    x, y = (operand[reading.fitted] for operand in operands(reading))
    values = reading.site(layer.pre)[reading.fitted]
    allowed = ~np.isin(np.arange(len(fitted.chars.k)), fitted.dictionary)
    if allowed.any():
        waves = fit_one_wave(fitted.chars, x, y, values, allowed, multiples=fitted.waves.multiples)
    else:
        barred, multiples = fitted.waves.wave, fitted.waves.multiples
        waves = fit_one_wave(fitted.chars, x, y, values, forbidden=barred, multiples=multiples)
    return partial(_substitute, layer.pre, wave_parts(fitted.chars, waves))


def _permuted(reading: Reading, layer: Layer, fitted: _Fitted) -> Callable[[Inputs], Edits]:
    """The same fitter after the residues' names were shuffled: its waves are waves of the shuffled names."""
    shuffle = np.random.default_rng(reading.seed + 1).permutation(fitted.chars.p)
    x, y = (shuffle[operand[reading.fitted]] for operand in operands(reading))
    values = reading.site(layer.pre)[reading.fitted]
    waves = fit_one_wave(fitted.chars, x, y, values, multiples=fitted.waves.multiples)
    first, second = wave_parts(fitted.chars, waves)
    return partial(_substitute, layer.pre, (first[shuffle], second[shuffle]))


def variables(
    logits: LogitWaves, site: str, content: Float[np.ndarray, "p features"], predicted: LogitWaves | None = None
) -> tuple[Variable, ...]:
    """One variable a frequency, the largest first: the plane that carries it in the first argument's part of a site.

    `predicted` gives other waves for the predictions, for a control.
    """
    chars, by = logits.characters, predicted or logits
    return tuple(
        Variable(
            name=f"k = {int(chars.k[logits.wave[i]])}" + (f" by k = {int(chars.k[by.wave[i]])}" if predicted else ""),
            site=site,
            content=partial(_content, content),
            basis=plane(chars, content, int(logits.wave[i]), abs(logits.lead)),
            predict=partial(_predict, by, np.array([i])),
        )
        for i in np.argsort(-logits.share)
    )


def wrong_waves(chars: Characters, wave: Int[np.ndarray, " terms"]) -> Int[np.ndarray, " terms"]:
    """For a control: as many waves outside the dictionary; where it has them all, its own in another order."""
    outside = np.setdiff1d(np.arange(len(chars.k)), wave)
    return np.resize(outside, len(wave)) if len(outside) else np.roll(wave, 1)


def plane(
    chars: Characters, content: Float[np.ndarray, "p features"], wave: int, multiple: int = 1
) -> Float[np.ndarray, "features 2"]:
    """Orthonormal basis of the directions that carry one frequency, so many times."""
    direction = chars.z[wave] ** multiple @ content
    basis, _ = np.linalg.qr(np.stack([direction.real, direction.imag], axis=1))
    return basis


def _content(table: np.ndarray, x: np.ndarray) -> np.ndarray:
    return table[x[:, 0]]


def _predict(logits: LogitWaves, terms: np.ndarray, x: np.ndarray, other: np.ndarray) -> np.ndarray:
    return term_values(logits, other[:, 0], x[:, 1], terms) - term_values(logits, x[:, 0], x[:, 1], terms)


def frequency_arrays(
    logits: LogitWaves, wave: Int[np.ndarray, " units"], weight: Float[np.ndarray, " units"]
) -> dict[str, np.ndarray]:
    """Frequencies, their shares of the outputs' variance, and how many units with an effect carry each."""
    live = weight > LIVE
    return {
        "frequencies.k": logits.characters.k[logits.wave],
        "frequencies.amplitude": logits.share,
        "frequencies.units": np.array([int((wave[live] == row).sum()) for row in logits.wave]),
    }


def frequency_groups(
    chars: Characters,
    dictionary: Int[np.ndarray, " terms"],
    wave: Int[np.ndarray, " units"],
    weight: Float[np.ndarray, " units"],
    form: str,
) -> tuple[Group, ...]:
    """Units by frequency, the group with the largest effect first; `form` is written in {k} and {period}."""
    groups = [
        Group(
            label=f"k = {int(chars.k[row])}",
            units=tuple(int(unit) for unit in np.flatnonzero((wave == row) & (weight > LIVE))),
            formula=form.format(k=int(chars.k[row]), period=period_of(chars)),
            share=float(weight[wave == row].sum()),
        )
        for row in dictionary
    ]
    return tuple(sorted(groups, key=lambda group: -group.share))


def _units(fitted: _Fitted) -> tuple[UnitFit, ...]:
    shown = np.argsort(-fitted.importance)[:SHOWN_UNITS]
    return tuple(
        UnitFit(
            unit=int(n),
            formula=unit_formula(fitted.chars, fitted.waves, int(n)),
            variance=float(fitted.waves.explained[n]),
            importance=float(fitted.importance[n]),
        )
        for n in shown
    )


def unit_formula(chars: Characters, waves: Waves, n: int) -> str:
    """act(bias + A cos(2 pi k m a / p + phi) + B cos(2 pi k n b / p + psi)) with a unit's own constants."""
    k, period = int(chars.k[waves.wave[n]]), period_of(chars)
    parts = [f"{waves.bias[n]:.3g}"]
    for name, multiple, value in zip("ab", waves.multiples, (waves.a[n], waves.b[n]), strict=True):
        angle = f"2*pi*{k}*{times(multiple, name)}/{period}{plus(-float(np.angle(value)))}"
        parts.append(f"{abs(value):.3g}*cos({angle})")
    return f"act({joined(parts)})"
