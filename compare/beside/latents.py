"""What a net that draws pictures from normal numbers has in them: which objects, and where; decides no verdict.

Numbers are drawn as the prior has them and put into the site LATENT, and the net draws. A pixel is drawn as the object
of the nearest colour (`compare.beside.ablation`), and an object is there from SEEN pixels on. How often each is, and
how often one without the object of which it is a part; a short formula of the numbers for whether it is there, and for
where, fitted on one half of the pictures and reported on the other. How well a line tells it from the latents of given
pictures is there beside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import sympy
from jaxtyping import Bool, Float, Int

from compare.beside.ablation import Drawn
from compare.beside.objects import objects_of
from compare.beside.told import area, told
from compare.read import Reading

LATENT = "latent"  # the site
PICTURES = 2048  # to fit on, and as many others to report on
SEEN = 3  # pixels, from which on an object is there
TERMS = 6  # of a formula, besides its constant
GAIN = 0.01  # of the variance, the least that a term explains
DIGITS = 3  # of a formula's numbers
FEWEST = 40  # pictures with an object, and without it, that a formula is fitted on
AXES = ("down", "across")  # where an object is: the mean row and column of its pixels


class Formula(NamedTuple):
    """Of latents z0, z1, ...: a polynomial of second degree."""

    terms: tuple[tuple[int, ...], ...]  # each a product of one or two latents
    weights: tuple[float, ...]
    constant: float

    def values(self, latents: Float[np.ndarray, "n width"]) -> Float[np.ndarray, " n"]:
        products = [latents[:, list(term)].prod(axis=1) for term in self.terms]
        return self.constant + sum((w * each for w, each in zip(self.weights, products, strict=True)), np.zeros(()))

    def shown(self) -> str:
        """As a sum, the constant last."""
        products = [sympy.prod(sympy.Symbol(f"z{place}") for place in term) for term in self.terms]
        weighted = [sympy.Float(w, DIGITS) * each for w, each in zip(self.weights, products, strict=True)]
        return str(sympy.Add(*weighted, sympy.Float(self.constant, DIGITS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Latents:
    """By object, but for what is in all pictures or in none."""

    told: dict[str, float]  # area under the curve of a line on the latents of given pictures
    sampled: dict[str, float]  # share of the pictures drawn from the prior that have it
    alone: dict[str, float]  # of those with a part, the share without the whole
    formulas: dict[str, str]  # for whether it is there, and for where it is
    there: dict[str, float]  # area under the curve of the first, on other rows
    place: dict[str, float]  # share of the variance that the second explains, on other rows

    def fields(self) -> dict[str, dict[str, float] | dict[str, str]]:
        """Of a record."""
        return {
            "objects_latent": self.told,
            "objects_sampled": self.sampled,
            "objects_alone": self.alone,
            "objects_formulas": self.formulas,
            "objects_there": self.there,
            "objects_place": self.place,
        }


def measure_latents(
    reading: Reading,
    masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]],
    within: Sequence[tuple[str, str]] = (),
) -> Latents | None:
    """Given where objects are in the pictures of all rows; None for a net without such a site."""
    if LATENT not in reading.net.sites:
        return None
    names, objects = tuple(masks), objects_of(reading, masks, within)
    rng = np.random.default_rng([reading.seed, 103])
    latents = rng.normal(size=(2 * PICTURES, *reading.shapes[LATENT])).astype(np.float32)
    shown = drawn_from(reading, latents, objects)
    found = {name: shown == place for place, name in enumerate(names)}
    there = {name: where.sum(axis=(1, 2)) >= SEEN for name, where in found.items()}
    some = [name for name in names if 0 < objects.present[:, names.index(name)].mean() < 1]
    fitted = {name: presence(latents, there[name]) for name in some}
    places = {
        f"{name} {axis}": position(latents, found[name], there[name], number)
        for name in some
        for number, axis in enumerate(AXES)
    }
    kept = {name: each for name, each in (fitted | places).items() if each is not None}
    return Latents(
        told=told_from(reading, objects, names, some),
        sampled={name: float(there[name].mean()) for name in some},
        alone={
            f"{part} without {whole}": float((there[part] & ~there[whole]).sum() / there[part].sum())
            for part, whole in within
            if there[part].any()
        },
        formulas={name: formula.shown() for name, (formula, _) in kept.items()},
        there={name: score for name, (_, score) in kept.items() if name in fitted},
        place={name: score for name, (_, score) in kept.items() if name in places},
    )


def drawn_from(
    reading: Reading, latents: Float[np.ndarray, "n width"], objects: Drawn
) -> Int[np.ndarray, "n height breadth"]:
    """As which object each pixel is drawn from these latents; of inputs nothing is read then."""
    blocks = np.split(latents, range(reading.rows, len(latents), reading.rows))
    return np.concatenate(
        [
            objects.shown(reading, reading.run({LATENT: block}, rows=np.arange(len(block)))[0])
            for block in blocks
            if len(block)
        ]
    )


def told_from(reading: Reading, objects: Drawn, names: Sequence[str], some: Sequence[str]) -> dict[str, float]:
    halves = (reading.fitted, reading.reported)
    latents = [reading.site(LATENT)[rows] for rows in halves]
    found = {name: [objects.present[rows, names.index(name)] for rows in halves] for name in some}
    return {name: told(*latents, *each) for name, each in found.items()}


def presence(latents: Float[np.ndarray, "n width"], there: Bool[np.ndarray, " n"]) -> tuple[Formula, float] | None:
    """The formula and its area under the curve; None where too few pictures have the object, or lack it."""
    half = len(latents) // 2
    if min(there[:half].sum(), (~there[:half]).sum()) < FEWEST or not 0 < there[half:].mean() < 1:
        return None
    formula = fit(latents[:half], there[:half].astype(np.float64))
    return formula, area(formula.values(latents[half:]), there[half:])


def position(
    latents: Float[np.ndarray, "n width"],
    where: Bool[np.ndarray, "n height breadth"],
    there: Bool[np.ndarray, " n"],
    axis: int,
) -> tuple[Formula, float] | None:
    """Of pictures that have the object: the formula of the mean row or column of its pixels, and what it explains."""
    half = len(latents) // 2
    rows = [np.flatnonzero(there[:half]), half + np.flatnonzero(there[half:])]
    if min(map(len, rows)) < FEWEST:
        return None
    steps = np.expand_dims(np.arange(where.shape[1 + axis]), 1 - axis)
    mean = [(where[part] * steps).sum(axis=(1, 2)) / where[part].sum(axis=(1, 2)) for part in rows]
    formula = fit(latents[rows[0]], mean[0])
    spread = float(mean[1].var())
    off = ((formula.values(latents[rows[1]]) - mean[1]) ** 2).mean()
    return (formula, float(1 - off / spread)) if spread > 0 else None


def fit(latents: Float[np.ndarray, "n width"], values: Float[np.ndarray, " n"]) -> Formula:
    """Term after term, each the one most correlated with what is left, all weights fitted anew (matching pursuit)."""
    width = latents.shape[1]
    every = [(place,) for place in range(width)]
    every += [(one, other) for one in range(width) for other in range(one, width)]
    columns = np.stack([latents[:, list(term)].prod(axis=1, dtype=np.float64) for term in every], axis=1)
    centred = columns - columns.mean(axis=0)
    scaled = centred / np.maximum(centred.std(axis=0), 1e-9)
    left, total = values - values.mean(), max(float(values.var()), 1e-30)
    terms: list[int] = []
    while len(terms) < TERMS:
        found = [*terms, int(np.abs(scaled.T @ left).argmax())]
        weights = np.linalg.lstsq(centred[:, found], values - values.mean(), rcond=None)[0]
        after = values - values.mean() - centred[:, found] @ weights
        if (left**2).mean() - (after**2).mean() < GAIN * total:
            break
        terms, left = found, after
    weights = np.linalg.lstsq(centred[:, terms], values - values.mean(), rcond=None)[0] if terms else np.zeros(0)
    constant = values.mean() - columns[:, terms].mean(axis=0) @ weights
    return Formula(tuple(every[term] for term in terms), tuple(map(short, weights)), short(constant))


def short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
