"""What becomes of the objects of a picture when a few units of a map are set to 0, or taken from another picture.

A pixel is drawn as the object whose mean colour is nearest to it, in place of a segmenter (Bau et al., 2019). Units are
chosen by what they do: one after the other, the one without which, of the object's pixels, the most are no longer drawn
as it, less the share of the other objects' pixels, on rows that are fitted on; of equals, the one that moves the
object's colours the most, less the others'. All is reported on other rows.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.read import Reading

UNITS = 4  # switched at once
CHOSEN = 128  # rows that units are chosen on
DRAWS = 8  # of random units, at most
TIE = 1e-3  # times the mean squares by which colours move, among units that remove as much


class Drawn(NamedTuple):
    """The objects of all rows' pictures, and what a net draws them in."""

    where: Bool[np.ndarray, "rows objects height breadth"]
    colours: Float[np.ndarray, "objects channels"]
    counted: Bool[np.ndarray, "objects objects"]  # which others are to stay without an object
    present: Bool[np.ndarray, "rows objects"]

    def shown(self, reading: Reading, outputs: np.ndarray) -> Int[np.ndarray, "n height breadth"]:
        """The number of the object that each pixel of these pictures is drawn as."""
        pixels = np.asarray(reading.decode(outputs)).reshape(len(outputs), *self.where.shape[2:], -1)
        return ((self.colours**2).sum(axis=1) - 2 * pixels @ self.colours.T).argmin(axis=-1)


class Look(NamedTuple):
    """A site with places on some rows."""

    site: str
    rows: Int[np.ndarray, " n"]
    values: Float[np.ndarray, "n height breadth units"]
    outputs: Float[np.ndarray, "n classes"]
    right: Bool[np.ndarray, "n objects height breadth"]  # pixels of each object that are drawn as it


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """By object, at one site; NaN for what is in all pictures or none, or never drawn."""

    units: Int[np.ndarray, "objects units"]
    at_random: Int[np.ndarray, "draws units"]
    fitted: Float[np.ndarray, " objects"]  # removed, less others and random, on the rows that units are chosen on
    removed: Float[np.ndarray, " objects"]  # of its pixels that are drawn as it, those that are not without its units
    others: Float[np.ndarray, " objects"]  # the same of the others' pixels, a mean over objects
    random: Float[np.ndarray, " objects"]  # of its own, without as many random units
    inserted: Float[np.ndarray, " objects"]  # of its pixels, those drawn as it with its units put into other pictures
    inserted_random: Float[np.ndarray, " objects"]  # with as many random units


def drawn_objects(
    where: Bool[np.ndarray, "rows objects height breadth"],
    targets: Float[np.ndarray, "rows height breadth channels"],
    within: Bool[np.ndarray, "objects objects"],
) -> Drawn:
    """`within[i, j]`: object i is a part of j, and goes with it."""
    counts = np.maximum(where.sum(axis=(0, 2, 3)), 1)
    colours = np.einsum("nohw,nhwc->oc", where, targets, dtype=np.float64) / counts[:, None]
    counted = ~within.T & ~np.eye(len(within), dtype=bool)
    return Drawn(where, colours.astype(np.float32), counted, np.asarray(where.any(axis=(2, 3))))


def switched(reading: Reading, site: str, objects: Drawn, rows: list[Int[np.ndarray, " n"]]) -> Switched:
    """Of each object, its units chosen on the first of these rows and reported on the second."""
    rng = np.random.default_rng([reading.seed, 101])
    fit, report = looked(reading, site, objects, rows[0][:CHOSEN]), looked(reading, site, objects, rows[1])
    count = report.values.shape[-1]
    random = dealt(count, rng)
    lost_at_random = [lost(reading, report, units, objects) for units in random]
    others = dealt(count, rng)  # so that no site is chosen for these draws
    control = np.mean([lost(reading, fit, units, objects) for units in others], axis=0)
    single = [without(reading, fit, np.array([unit])) for unit in range(count)]
    places = range(objects.where.shape[1])
    each = [_switched(reading, (fit, report), place, objects, single, random, rng) for place in places]
    units, found = [units for units, _ in each], np.array([figures for _, figures in each])
    score, removed, rest_removed, inserted, inserted_random = found.T
    return Switched(
        units=np.array([np.pad(chosen, (0, min(UNITS, count) - len(chosen)), constant_values=-1) for chosen in units]),
        at_random=np.array(random),
        fitted=score - control,
        removed=removed,
        others=rest_removed,
        random=np.where(np.isfinite(removed), np.mean(lost_at_random, axis=0), np.nan),
        inserted=inserted,
        inserted_random=inserted_random,
    )


def dealt(count: int, rng: np.random.Generator) -> list[Int[np.ndarray, " units"]]:
    """Random units, so many at once as are switched: each of `count` units at most once, most of them if they are few.

    Which units are drawn says much where few of them draw an object: none is drawn twice while others are not.
    """
    order = rng.permutation(count)
    return [order[begin : begin + UNITS] for begin in range(0, max(count - UNITS, 0) + 1, UNITS)][:DRAWS]


def looked(reading: Reading, site: str, objects: Drawn, rows: Int[np.ndarray, " n"]) -> Look:
    outputs, sites = reading.run(keep=(site,), rows=rows)
    right = objects.where[rows] & as_each(objects, objects.shown(reading, outputs))
    return Look(site, rows, sites[site], outputs, right)


def as_each(objects: Drawn, shown: Int[np.ndarray, "n height breadth"]) -> Bool[np.ndarray, "n objects height breadth"]:
    return shown[:, None] == np.arange(objects.where.shape[1])[:, None, None]


def without(reading: Reading, look: Look, units: Int[np.ndarray, " few"]) -> np.ndarray:
    """The outputs with these units set to 0."""
    edited = look.values.copy()
    edited[..., units] = 0
    return reading.run({look.site: edited}, rows=look.rows)[0]


def lost(reading: Reading, look: Look, units: Int[np.ndarray, " few"], objects: Drawn) -> Float[np.ndarray, " objects"]:
    """Of the pixels that are drawn as each object, those that are not without these units; NaN where there are none."""
    return gone(reading, look, without(reading, look, units), objects)


def gone(reading: Reading, look: Look, outputs: np.ndarray, objects: Drawn) -> Float[np.ndarray, " objects"]:
    """Of the pixels that are drawn as each object, those that are not in these outputs."""
    return shared(look, ~as_each(objects, objects.shown(reading, outputs)))


def moved(look: Look, outputs: np.ndarray) -> Float[np.ndarray, " objects"]:
    """The mean squares by which each object's pixels differ in these outputs."""
    off = (outputs - look.outputs).reshape(len(outputs), 1, *look.right.shape[2:], -1)
    return shared(look, (off**2).mean(axis=-1))


def shared(look: Look, each: np.ndarray) -> Float[np.ndarray, " objects"]:
    """Means over the pixels that are drawn as each object; NaN where there are none."""
    counts = look.right.sum(axis=(0, 2, 3))
    return np.where(counts > 0, (look.right * each).sum(axis=(0, 2, 3)) / np.maximum(counts, 1), np.nan)


def alone(found: Float[np.ndarray, " objects"], place: int, objects: Drawn) -> float:
    """An object's own, less the others'."""
    return float(found[place] - rest(found, place, objects))


def rest(found: Float[np.ndarray, " objects"], place: int, objects: Drawn) -> float:
    """The mean over the others that are to stay."""
    values = found[objects.counted[place]]
    return float(np.nanmean(values)) if np.isfinite(values).any() else 0.0


def chosen(
    reading: Reading, look: Look, place: int, objects: Drawn, single: list[np.ndarray]
) -> tuple[Int[np.ndarray, " few"], float]:
    """The units of an object, one after the other, and what they remove of it, less of others; none where undrawn.

    `single` are the outputs without each unit.
    """
    units: list[int] = []
    removes = float("nan")
    for _ in range(min(UNITS, look.values.shape[-1]) if look.right[:, place].any() else 0):
        free = [unit for unit in range(look.values.shape[-1]) if unit not in units]
        given = [without(reading, look, np.array([*units, unit])) for unit in free] if units else single
        removed = [alone(gone(reading, look, each, objects), place, objects) for each in given]
        moves = [alone(moved(look, each), place, objects) for each in given]
        best = int(np.argmax(np.add(removed, np.multiply(TIE, moves))))
        units, removes = [*units, free[best]], removed[best]
    return np.array(units, dtype=int), removes


def _switched(
    reading: Reading,
    looks: tuple[Look, Look],
    place: int,
    objects: Drawn,
    single: list[np.ndarray],
    random: list[np.ndarray],
    rng: np.random.Generator,
) -> tuple[Int[np.ndarray, " few"], tuple[float, ...]]:
    """The units and, in order, fitted, removed, others, inserted, inserted at random."""
    fit, report = looks
    there = objects.present[report.rows, place]
    if there.all() or not there.any() or not report.right[:, place].any():
        return np.zeros(0, int), (np.nan,) * 5
    units, score = chosen(reading, fit, place, objects, single)
    if not len(units):
        return units, (np.nan,) * 5
    found = lost(reading, report, units, objects)
    hosts = np.flatnonzero(~there)
    donors = rng.choice(np.flatnonzero(there), size=len(hosts))
    put = [inserted(reading, report, each, place, (donors, hosts), objects) for each in (units, *random)]
    return units, (score, float(found[place]), rest(found, place, objects), put[0], float(np.mean(put[1:])))


def inserted(
    reading: Reading,
    look: Look,
    units: Int[np.ndarray, " few"],
    place: int,
    pairs: tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]],
    objects: Drawn,
) -> float:
    """Of the pixels that are drawn as an object in donors, those that are so in hosts with the donors' units."""
    donors, hosts = pairs
    edited = look.values[hosts]
    edited[..., units] = look.values[donors][..., units]
    shown = objects.shown(reading, reading.run({look.site: edited}, rows=look.rows[hosts])[0])
    wanted = look.right[donors, place]
    return float(((shown == place) & wanted).sum() / max(wanted.sum(), 1))
