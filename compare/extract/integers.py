"""One hidden layer over two integers 0 .. n - 1, by the better of two templates declared before fitting.

Trained nets turn out to read |a - b| off waves of real frequency, which do not close over 0 .. n - 1 as the residues'
do; nets built by hand read integers as ramps. What neither template fits keeps its low figures.
"""

from dataclasses import dataclass
from functools import partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Edits, Explanation, Group, Inputs, Refusal, UnitFit, Variable
from compare.extract.asked import Asked, typed
from compare.extract.boolean_layer import activate
from compare.extract.integers_code import codes
from compare.extract.integers_formula import fit_formula
from compare.extract.integers_templates import (
    GRID,
    SENTENCES,
    Template,
    additive_tables,
    explained,
    fit_two_ramps,
    fit_waves,
    fit_wrong_waves,
)
from compare.extract.layer import ADDITIVE_SHARE, Layer, argument_means, beyond_sum, find_layer, importance
from compare.programs import of_integers
from compare.read import Reading
from compare.text import joined, plus
from synth.language.types import INT

NAME = "integers"
SHOWN_UNITS = 6
SMALLEST = 8  # n
VARIABLES = 16  # the groups of units with the largest share


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net from two integers 0 .. n - 1 to an integer; refuse any other net with the reason."""
    reason = reads(reading)
    if reason is not None:
        return Refusal(extractor=NAME, reason=reason)
    n = reading.view.classes
    layer = find_layer(reading)
    if isinstance(layer, str):
        return Refusal(extractor=NAME, reason=layer)
    values = reading.site(layer.pre)
    means = argument_means(values, reading.arguments, (n, n))
    interaction = beyond_sum(values, reading.arguments, means)
    if interaction > ADDITIVE_SHARE:
        reason = f"site {layer.pre} is not a sum over the arguments: {interaction:.2g} of its variance is beyond it"
        return Refusal(extractor=NAME, reason=reason)
    return _explanation(reading, layer, _Fitted.of(reading, layer, n), means[0].astype(np.float32))


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
    """The chosen template, its controls, and how much each unit matters and is explained."""

    n: int
    parts: tuple[Float[np.ndarray, "n units"], Float[np.ndarray, "n units"]]  # of each argument, from the fitted rows
    true: Template
    wrong: Template  # the same fitter, the true terms forbidden
    permuted: Template  # the same fitter on shuffled integers
    importance: Float[np.ndarray, " units"]
    explained: Float[np.ndarray, " units"]

    @classmethod
    def of(cls, reading: Reading, layer: Layer, n: int) -> "_Fitted":
        x, y = (argument[reading.fitted] for argument in reading.arguments)
        values = reading.site(layer.pre)[reading.fitted]
        weight = importance(reading, layer, reading.fitted)
        parts = additive_tables(n, x, y, values)
        tries = [fit(*parts) for fit in (fit_waves, fit_two_ramps)]
        shares = [explained(template, x, y, values) for template in tries]
        best = int(np.argmax([weight @ share for share in shares]))
        true, fitter = tries[best], (fit_waves, fit_two_ramps)[best]
        order = np.random.default_rng(reading.seed + 1).permutation(n)
        shuffled = fitter(*(part[order] for part in parts))
        back = np.argsort(order)
        permuted = Template(kind=true.kind, first=shuffled.first[back], second=shuffled.second[back])
        return cls(
            n=n,
            parts=parts,
            true=true,
            wrong=permuted if true.waves is None else fit_wrong_waves(*parts, true.waves.wave),
            permuted=permuted,
            importance=weight,
            explained=shares[best],
        )


def _explanation(reading: Reading, layer: Layer, fitted: _Fitted, content: Float[np.ndarray, "n units"]) -> Explanation:
    groups = unit_groups(fitted.true, fitted.importance)
    waves = fitted.true.waves
    formula = fit_formula(
        reading, fitted.n, None if waves is None else np.array([waves.wave[units[0]] for units in groups.values()])
    )
    return Explanation(
        extractor=NAME,
        template=SENTENCES[fitted.true.kind],
        substitute=partial(_substitute, layer.pre, fitted.true),
        run=formula.run,
        hidden=layer.hidden,
        fitted=reading.fitted,
        variables=_variables(reading, layer, fitted, content, groups, fitted.true),
        wrong_variables=_variables(reading, layer, fitted, content, groups, fitted.wrong),
        control=partial(_substitute, layer.pre, fitted.wrong),
        permuted=partial(_substitute, layer.pre, fitted.permuted),
        codes=partial(codes, reading, layer, fitted.true, fitted.n),
        formula=formula.text,
        program=of_integers(reading, formula.name, formula.run),
        bits_formula=formula.bits,
        groups=_report_groups(fitted, groups),
        units=_units(fitted),
        arrays=_arrays(fitted, groups),
        notes=(
            f"template: {fitted.true.kind}",
            f"the formula explains {formula.variance:.3f} of the outputs' variance",
            f"squared correlation of a unit's two parts: {_likeness(fitted):.3f}",
        ),
    )


def _likeness(fitted: _Fitted) -> float:
    """How far units read both arguments alike, up to a factor: weighted by importance."""
    first, second = (part - part.mean(axis=0) for part in fitted.parts)
    product = (first * second).sum(axis=0) ** 2
    return float(fitted.importance @ (product / np.maximum((first**2).sum(axis=0) * (second**2).sum(axis=0), 1e-30)))


def _substitute(site: str, template: Template, x: Inputs) -> Edits:
    first, second = jnp.asarray(template.first, jnp.float32), jnp.asarray(template.second, jnp.float32)
    return {site: first[x[:, 0]] + second[x[:, 1]]}


def unit_groups(template: Template, importance: Float[np.ndarray, " units"]) -> dict[str, Int[np.ndarray, " group"]]:
    """Units by what they read, the most important group first: one frequency, or for ramps where the first knot is."""
    if template.waves is not None:
        key, label = template.waves.wave + 1, f"w = {{}}*pi/({GRID}*n)"
    else:
        assert template.ramps is not None
        key, label = template.ramps[0].knots[0], "first knot at {}"
    groups = {label.format(value): np.flatnonzero(key == value) for value in np.unique(key)}
    return dict(sorted(groups.items(), key=lambda item: -float(importance[item[1]].sum())))


def _variables(
    reading: Reading,
    layer: Layer,
    fitted: _Fitted,
    content: Float[np.ndarray, "n units"],
    groups: dict[str, Int[np.ndarray, " group"]],
    predicting: Template,
) -> tuple[Variable, ...]:
    """A group's plane in the first argument's part of the layer; what its exchange does as `predicting` has it.

    The plane is the true template's in both cases: the two main directions of its part of `a` over the group's units.
    """
    return tuple(
        Variable(
            name=name,
            site=layer.pre,
            content=partial(_content, content),
            basis=group_plane(fitted.true.first, units),
            predict=partial(_predict, reading, layer, predicting, group_plane(fitted.true.first, units), units),
        )
        for name, units in list(groups.items())[:VARIABLES]
    )


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


def _content(table: np.ndarray, x: np.ndarray) -> np.ndarray:
    return table[x[:, 0]]


def _predict(
    reading: Reading,
    layer: Layer,
    template: Template,
    basis: np.ndarray,
    units: Int[np.ndarray, " group"],
    x: np.ndarray,
    other: np.ndarray,
) -> np.ndarray:
    before = template.values(x[:, 0], x[:, 1])
    part, plane = template.first[:, units], basis[units]
    after = before.copy()
    after[:, units] += ((part[other[:, 0]] - part[x[:, 0]]) @ plane) @ plane.T
    quiet, moved = (activate(reading, layer.pre, layer.hidden, pre)[:, units] for pre in (before, after))
    return (moved - quiet) @ layer.readout[units]


def _report_groups(fitted: _Fitted, groups: dict[str, Int[np.ndarray, " group"]]) -> tuple[Group, ...]:
    shown = "act(bias + A*cos(w*a + phi) + B*cos(w*b + psi))" if fitted.true.kind == "wave" else "act(f(a) + g(b))"
    return tuple(
        Group(
            label=name,
            units=tuple(int(unit) for unit in units if fitted.importance[unit] > 1e-4),
            formula=shown,
            share=float(fitted.importance[units].sum()),
        )
        for name, units in groups.items()
        if fitted.importance[units].sum() > 1e-3
    )


def _units(fitted: _Fitted) -> tuple[UnitFit, ...]:
    return tuple(
        UnitFit(
            unit=int(u),
            formula=unit_formula(fitted.true, int(u), fitted.n),
            variance=float(np.clip(fitted.explained[u], 0, 1)),
            importance=float(fitted.importance[u]),
        )
        for u in np.argsort(-fitted.importance)[:SHOWN_UNITS]
    )


def unit_formula(template: Template, u: int, n: int) -> str:
    """A unit's pre-activation with its own constants, and its nonlinearity."""
    parts = []
    if template.waves is not None:
        waves, k = template.waves, int(template.waves.wave[u]) + 1
        parts = [f"{waves.bias[u]:.3g}"]
        for name, value in (("a", waves.a[u]), ("b", waves.b[u])):
            parts.append(f"{abs(value):.3g}*cos(pi*{k}*{name}/{GRID * n}{plus(-float(np.angle(value)))})")
        return f"act({joined(parts)})"
    assert template.ramps is not None
    for name, ramps in zip("ab", template.ramps, strict=True):
        places = np.array([0, *ramps.knots[:, u], n - 1])
        slopes = np.diff(ramps.corners[:, u]) / np.diff(places)
        parts += [f"{ramps.corners[0, u]:.3g}", f"{slopes[0]:.3g}*{name}"]
        for knot, turn in zip(places[1:-1], np.diff(slopes), strict=True):
            parts.append(f"{turn:.3g}*Max(0, {name} - {knot})")
    return f"act({joined(parts)})"


def _arrays(fitted: _Fitted, groups: dict[str, Int[np.ndarray, " group"]]) -> dict[str, np.ndarray]:
    if fitted.true.waves is None:
        return {}
    k = np.array([int(fitted.true.waves.wave[units[0]]) + 1 for units in groups.values()])
    return {
        "frequencies.k": k,
        "frequencies.amplitude": np.array([float(fitted.importance[units].sum()) for units in groups.values()]),
        "frequencies.units": np.array([int((fitted.importance[units] > 1e-4).sum()) for units in groups.values()]),
    }
