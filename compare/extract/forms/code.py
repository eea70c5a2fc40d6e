"""The explanation of a net over bits as a program: units of few distinct forms with biases on few levels.

Dictionary: the distinct forms up to sign (`compare.extract.forms.prices`), and the terms of the classes. A kept unit
costs which form it reads and its sign, where forms are shared, and a bias among the levels between the form's extremes,
or among those biases that occur; a nonlinearity that is not homogeneous needs the unit's scale too (q + 3 bits). Units
that say the same are one. The units are those that are left when, one after the other, the one is dropped that explains
least of the outputs a bit, all read-outs refitted.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compare.explanation import Code
from compare.extract.forms.prices import Pairs, own_bits, residues_of
from compare.extract.forms.programs import Units, programs, sampled, shortest_of, sizes
from compare.extract.forms.templates import TOLERANCES, Candidates, Forms, others_than, scaled
from compare.extract.units.readouts import Moments, answers_of, greedy, moments
from compare.fit.levels import log_levels
from compare.fit.pruning import left_longest
from compare.read import Reading
from compare.sites.bits import BitUnits
from compare.sites.layer import activate, homogeneous_power, power_of

PRECISIONS = (1, 2, 3, 4, 6)
HALVINGS = (0, 2)  # of the step between a form's values, for a bias
COARSE = (3, 6)  # the first precision, for two classes and for more
FINALISTS, NEAR = 3, 2  # tolerances and steps that are tried at all precisions, at sizes within this factor
SCALE_BITS = 3  # more than of a constant
MOST_UNITS = 128  # distinct ones, the strongest
ROWS = 2048  # fitted rows by which units are chosen
HELD = 0.9999  # of the products of units and outputs, by which units are told apart
CONSTANT = 1e-9  # of a unit's square; one that varies less says nothing


def codes(
    reading: Reading,
    units: BitUnits,
    pairs: Pairs,
    importance: Float[np.ndarray, " units"],
    *,
    shuffled: bool = False,
) -> Iterator[Code]:
    """The shortest programs: of one precision for each tolerance of the forms and step of the biases, then of all.

    The control's are of `shuffled` forms: each unit's integers on other bits, with other signs.
    """
    answer = answers_of(reading, units.layer)[0]
    first = []
    for plan in _plans(reading, units, pairs, importance, shuffled):
        tried = programs(reading, plan.units, answer, COARSE[len(answer.ends) > 1], plan.known, rough=True)
        scored = [(seen.rank, len(program.rough)) for seen, program in sampled(reading, tried)]
        first += [(*min(scored), plan)] if scored else []
    for _, size, plan in sorted(first, key=lambda found: found[0])[:FINALISTS]:
        near = [m for m in sizes(len(plan.known.mean)) if size / NEAR <= m <= size * NEAR]
        yield from shortest_of(
            reading,
            (p for q in PRECISIONS for p in programs(reading, plan.units, answer, q, plan.known, counts=near)),
        )


class _Plan(NamedTuple):
    """Units in the order in which they are kept, and what their read-outs are fitted by."""

    units: Units
    known: Moments


def _plans(
    reading: Reading, units: BitUnits, pairs: Pairs, importance: Float[np.ndarray, " units"], shuffled: bool
) -> Iterator[_Plan]:
    power = homogeneous_power(reading, units.layer)
    rows = np.random.default_rng([reading.seed, 15]).permutation(reading.fitted)[:ROWS]
    candidates = Candidates.of(units.weights, pairs)
    for tolerance, halvings in itertools.product(TOLERANCES, HALVINGS):
        forms = scaled(units, candidates.within(tolerance))
        forms = replace(forms, weights=others_than(forms.weights, reading.seed)) if shuffled else forms
        rough = Rough.of(forms, importance, halvings, power is not None)
        hidden = rough.activations(reading, units, power)
        live = np.flatnonzero(hidden[rows].var(axis=0) > CONSTANT * (hidden[rows] ** 2).mean(axis=0))
        if not len(live):
            continue
        known = moments(reading, hidden[:, live], rows)
        kept = greedy(known)[:MOST_UNITS]
        price = own_bits(rough.weights[:, live[kept]], pairs) + np.log2(rough.span[live[kept]])
        kept = kept[left_longest(known.of(kept).gram, _principal(known.moment[kept]), price)]
        yield _Plan(
            Units(hidden=hidden[:, live[kept]], bits=Lengths.of(rough.only(live[kept]), pairs).bits), known.of(kept)
        )


def _principal(moment: Float[np.ndarray, "units classes"]) -> Float[np.ndarray, "units fewer"]:
    """Fewer columns with nearly the same products."""
    left, values, _ = np.linalg.svd(moment, full_matrices=False)
    held = np.cumsum(values**2)
    most = int(np.searchsorted(held, HELD * held[-1])) + 1
    return left[:, :most] * values[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rough:
    """Distinct units with constants on few levels."""

    weights: Int[np.ndarray, "n units"]
    steps: Int[np.ndarray, " units"]  # the bias, in steps of 1 / 2^halvings
    scale: Float[np.ndarray, " units"]  # 1 where the nonlinearity is homogeneous
    halvings: int
    homogeneous: bool

    @classmethod
    def of(cls, forms: Forms, importance: Float[np.ndarray, " units"], halvings: int, homogeneous: bool) -> "Rough":
        """The strongest of the units that differ when their constants are on levels."""
        reach = np.maximum(np.abs(forms.weights).sum(axis=0), 1) * 2**halvings
        steps = np.clip(np.rint(forms.bias * 2**halvings), -reach, reach).astype(int)
        scale = np.ones_like(forms.scale) if homogeneous else log_levels(forms.scale, 2 ** (4 + SCALE_BITS))
        keys = np.vstack([forms.weights, steps, np.rint(64 * np.log2(scale)).astype(int)])
        _, first, inverse = np.unique(keys, axis=1, return_index=True, return_inverse=True)
        order = np.argsort(-np.bincount(inverse.ravel(), importance, minlength=len(first)), kind="stable")
        kept = first[order][: 2 * MOST_UNITS]
        kept = kept[forms.weights[:, kept].any(axis=0)]
        return cls(
            weights=forms.weights[:, kept],
            steps=steps[kept],
            scale=scale[kept],
            halvings=halvings,
            homogeneous=homogeneous,
        )

    @property
    def span(self) -> Int[np.ndarray, " units"]:
        """How many biases each unit's form may have."""
        return 2 * np.abs(self.weights).sum(axis=0) * 2**self.halvings + 1

    def only(self, kept: Int[np.ndarray, " kept"]) -> "Rough":
        """Some of the units, in this order."""
        return Rough(
            weights=self.weights[:, kept],
            steps=self.steps[kept],
            scale=self.scale[kept],
            halvings=self.halvings,
            homogeneous=self.homogeneous,
        )

    def activations(self, reading: Reading, units: BitUnits, power: int | None) -> Float[np.ndarray, "rows units"]:
        """By the net's own nonlinearity."""
        pre = (units.signs @ self.weights.astype(np.float32) + self.steps / 2**self.halvings) * self.scale
        if power is not None:
            return power_of(pre, power).astype(np.float32)
        whole = np.zeros((reading.rows, units.weights.shape[1]), dtype=np.float32)
        whole[:, : pre.shape[1]] = pre
        return activate(reading, units.layer.pre, units.layer.hidden, whole)[:, : pre.shape[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """What the first so many units cost."""

    form: Int[np.ndarray, " units"]  # number of each unit's form, in the order in which they occur
    alone: Float[np.ndarray, " forms"]
    modulo: Float[np.ndarray, " forms"]  # the cheaper of the two
    residues: float
    pairs: float
    step: Int[np.ndarray, " units"]
    levels: Float[np.ndarray, " units"]  # bits of a bias among those that its form may have
    scale: float  # of a unit's scale

    @classmethod
    def of(cls, rough: Rough, pairs: Pairs) -> "Lengths":
        first = rough.weights[(rough.weights != 0).argmax(axis=0), np.arange(len(rough.steps))]
        forms, at, inverse = np.unique(rough.weights * np.sign(first), axis=1, return_index=True, return_inverse=True)
        order = np.argsort(at)
        forms, rank = forms[:, order], np.argsort(order)
        alone = own_bits(forms, pairs)
        shared = residues_of(forms, alone)
        return cls(
            form=rank[inverse.ravel()],
            alone=alone,
            modulo=alone if shared is None else np.minimum(alone, shared.form_bits(forms)),
            residues=0.0 if shared is None else shared.bits,
            pairs=pairs.bits,
            step=rough.steps,
            levels=np.log2(rough.span),
            scale=0.0 if rough.homogeneous else 4.0 + SCALE_BITS,
        )

    def bits(self, m: int) -> tuple[float, float]:
        """Of the forms that the first units read, and of the units."""
        forms = int(self.form[:m].max()) + 1
        dictionary = min(float(self.alone[:forms].sum()), float(self.modulo[:forms].sum()) + self.residues)
        which = m * (float(np.log2(forms)) + 1) if forms < m else 0.0
        biases = len(np.unique(self.step[:m]))
        listed = biases * float(self.levels[:m].max()) + m * float(np.log2(biases))
        return dictionary + self.pairs, which + min(float(self.levels[:m].sum()), listed) + m * self.scale
