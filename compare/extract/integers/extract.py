"""One hidden layer over two integers 0 .. n - 1, by the better of two templates declared before fitting.

Trained nets turn out to read |a - b| off waves of real frequency, which do not close over 0 .. n - 1 as the residues'
do; nets built by hand read integers as ramps. What neither template fits keeps its low figures.
"""

from dataclasses import dataclass
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.asked import Asked, typed
from compare.explanation import LIVE, Explanation, Refusal
from compare.extract.integers.code import codes
from compare.extract.integers.templates import (
    SENTENCES,
    Parts,
    Template,
    additive_tables,
    controls,
    fit_two_ramps,
    fit_waves,
)
from compare.fit.characters import GRID
from compare.fit.profiles import fit_formula
from compare.fit.ramps import ramp_text
from compare.fit.terms import wave_unit
from compare.programs import of_integers
from compare.read import Reading
from compare.sites.layer import Layer, activate, find_additive_layer, importance
from compare.statistics import explained
from compare.step import Exchange, Inputs, Step, Steps, Value, sum_of_tables
from compare.text import joined
from synth.language.types import INT

NAME = "integers"
SMALLEST = 8  # n
EXCHANGED = 16  # the groups of units with the largest share
SHOWN_SHARE = 1e-3  # of the layer's effect; smaller groups are no steps
FORMS = {"wave": "act(bias + A*cos(w*a + phi) + B*cos(w*b + psi))", "ramp": "act(f(a) + g(b))"}

Groups = dict[str, Int[np.ndarray, " group"]]


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net from two integers 0 .. n - 1 to an integer; refuse any other net with the reason."""
    layer = reads(reading) or find_additive_layer(reading)
    if isinstance(layer, str):
        return Refusal(extractor=NAME, reason=layer)
    return _explanation(reading, layer, _Fitted.of(reading, layer))


def reads(asked: Asked) -> str | None:
    """None for tasks of type (INT, INT) -> INT over 0 .. n - 1 twice, otherwise why not."""
    kind = typed(asked)
    if kind.args != (INT, INT) or kind.result != INT:
        return f"expected two integers and an integer, got a specification of type {kind}"
    n = int(asked.arguments[0].max()) + 1
    cells = np.unique(asked.arguments[0] * n + asked.arguments[1])
    if asked.rows != n * n or not np.array_equal(cells, np.arange(n * n)) or n < SMALLEST:
        return f"expected all pairs of integers 0 .. n - 1, n at least {SMALLEST}, got {asked.rows} rows up to {n - 1}"
    if asked.view.classes != n:
        return f"expected one output for each of the {n} integers, got {asked.view.classes}"
    if not np.array_equal(asked.x, np.stack(asked.arguments, axis=1)):
        return "expected the net's input to hold argument i at position i"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """The chosen template, its controls, and how much each unit matters."""

    parts: Parts  # of each argument, from the fitted rows
    true: Template
    wrong: Template  # the same fitter, the true terms forbidden
    permuted: Template  # the same fitter on shuffled integers
    importance: Float[np.ndarray, " units"]

    @classmethod
    def of(cls, reading: Reading, layer: Layer) -> "_Fitted":
        x, y = (argument[reading.fitted] for argument in reading.arguments)
        values = reading.site(layer.pre)[reading.fitted]
        weight = importance(reading, layer, reading.fitted)
        parts = additive_tables(reading.view.classes, x, y, values)
        tries = (fit_waves(*parts), fit_two_ramps(*parts))
        true = max(tries, key=lambda template: float(weight @ explained(values, template.values(x, y))))
        names = np.random.default_rng(reading.seed + 1).permutation(reading.view.classes)
        wrong, permuted = controls(parts, true, names)
        return cls(parts=parts, true=true, wrong=wrong, permuted=permuted, importance=weight)

    @property
    def likeness(self) -> float:
        """How far units read both arguments alike, up to a factor: weighted by importance."""
        first, second = (part - part.mean(axis=0) for part in self.parts)
        product = (first * second).sum(axis=0) ** 2
        return float(self.importance @ (product / np.maximum((first**2).sum(axis=0) * (second**2).sum(axis=0), 1e-30)))


def _explanation(reading: Reading, layer: Layer, fitted: _Fitted) -> Explanation:
    n, true = reading.view.classes, fitted.true
    groups = unit_groups(true, fitted.importance)
    waves = None if true.waves is None else np.array([true.waves.wave[units[0]] for units in groups.values()])
    formula = fit_formula(reading, n, waves)
    planes = {name: group_plane(true.first, units) for name, units in groups.items()}
    steps = partial(_steps, reading, layer, {name: groups[name] for name in _shown(groups, fitted.importance)}, planes)
    return Explanation(
        extractor=NAME,
        template=SENTENCES[true.kind],
        steps=steps(true),
        outputs=("outputs",),
        hidden=layer.hidden,
        control=steps(fitted.wrong),
        permuted=steps(fitted.permuted),
        codes=partial(codes, reading, layer, true, n),
        control_codes=partial(codes, reading, layer, fitted.wrong, n),
        formula=formula.text,
        program=of_integers(reading, formula.name, formula.run),
        bits_formula=formula.bits,
        short=formula.run,
        importance=fitted.importance,
        unit_formula=partial(unit_formula, true, n),
        arrays={} if waves is None else _arrays(fitted.importance, waves + 1, groups),
        notes=(
            f"template: {true.kind}",
            f"the formula explains {formula.variance:.3f} of the outputs' variance",
            f"squared correlation of a unit's two parts: {fitted.likeness:.3f}",
        ),
    )


def _shown(groups: Groups, weight: Float[np.ndarray, " units"]) -> list[str]:
    names = list(groups)
    return names[:EXCHANGED] + [name for name in names[EXCHANGED:] if weight[groups[name]].sum() > SHOWN_SHARE]


def _steps(
    reading: Reading,
    layer: Layer,
    groups: Groups,
    planes: dict[str, Float[np.ndarray, "units directions"]],
    template: Template,
) -> Steps:
    """Each group's plane in the first argument's part, the units that it and the second argument drive, the outputs."""
    exchanged = list(groups)[:EXCHANGED]
    basis = np.concatenate([planes[name] for name in exchanged], axis=1)
    rest = template.first - (template.first @ basis) @ basis.T

    tables = sum_of_tables(rest, template.second)

    def units(x: Inputs, *values: Value) -> Value:
        return tables(x) + jnp.concatenate(values, axis=1) @ jnp.asarray(basis.T, jnp.float32)

    def outputs(x: Inputs, pre: Value) -> Value:
        return activate(reading, layer.pre, layer.hidden, np.asarray(pre)) @ layer.readout

    variables = [
        Step(
            name=name,
            formula="A*cos(w*a + phi)" if template.kind == "wave" else "f(a)",
            compute=sum_of_tables(template.first @ planes[name]),
            exchange=Exchange(site=layer.pre, column=0, basis=planes[name]) if name in exchanged else None,
            units=mine,
            form=FORMS[template.kind],
        )
        for name, mine in groups.items()
    ]
    return (
        *variables,
        Step(
            name="units", formula="f(a) + g(b)", reads=tuple(exchanged), compute=units, holds=layer.pre
        ),  # all of them: the groups that are no steps are in f too
        Step(name="outputs", formula="act(units)", reads=("units",), compute=outputs),
    )


def unit_groups(template: Template, importance: Float[np.ndarray, " units"]) -> Groups:
    """Units by what they read, the most important group first: one frequency, or for ramps where the first knot is."""
    if template.waves is not None:
        key, label = template.waves.wave + 1, f"w = {{}}*pi/({GRID}*n)"
    else:
        assert template.ramps is not None
        key, label = template.ramps[0].knots[0], "first knot at {}"
    groups = {label.format(value): np.flatnonzero(key == value) for value in np.unique(key)}
    return dict(sorted(groups.items(), key=lambda item: -float(importance[item[1]].sum())))


def group_plane(
    table: Float[np.ndarray, "n units"], units: Int[np.ndarray, " group"]
) -> Float[np.ndarray, "units directions"]:
    """At most two orthonormal directions, zero outside the group, in which the group's part moves most."""
    part = table[:, units] - table[:, units].mean(axis=0)
    _, strength, directions = np.linalg.svd(part, full_matrices=False)
    kept = min(2, max(int((strength > 1e-6 * max(float(strength[0]), 1e-30)).sum()), 1))
    basis = np.zeros((table.shape[1], kept))
    basis[units] = directions[:kept].T
    return basis


def unit_formula(template: Template, n: int, u: int) -> str:
    """A unit's pre-activation with its own constants, and its nonlinearity."""
    if template.waves is not None:
        turn = f"pi*{int(template.waves.wave[u]) + 1}"
        return wave_unit(template.waves, u, (f"{turn}*a/{GRID * n}", f"{turn}*b/{GRID * n}"))
    assert template.ramps is not None
    first, second = (ramp_text(ramps, u, n, name) for name, ramps in zip("ab", template.ramps, strict=True))
    return f"act({joined(first + second)})"


def _arrays(weight: Float[np.ndarray, " units"], k: np.ndarray, groups: Groups) -> dict[str, np.ndarray]:
    return {
        "frequencies.k": k,
        "frequencies.amplitude": np.array([float(weight[units].sum()) for units in groups.values()]),
        "frequencies.units": np.array([int((weight[units] > LIVE).sum()) for units in groups.values()]),
    }
