"""Whether units of a net that draws pictures stand for the objects in them, as in a dissection; decides no verdict.

For each site with places (rows, height, breadth, units): the unit that overlaps most with each object, beside the same
of masks dealt out anew to the pictures; what is no longer drawn without four units, and drawn with them, beside four at
random (`compare.beside.ablation`); whether an object is there, told linearly. A site whose name ends in `.pre` is left
out where the activation of it is a site too. Also the share of each object's pixels that are right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.answers import Reals
from compare.beside.ablation import Drawn, Switched, drawn_objects, looked, switched, without
from compare.beside.overlap import overlap
from compare.beside.told import told
from compare.read import Reading, evaluate

ROWS = 512  # to fit on, and as many others to report on
OVERLAPS = ("iou", "shuffled", "told")  # of a site
DOES = ("removed", "others", "random", "inserted", "inserted_random")  # of what its units do
SEEN = 3  # pixels in an object's colour, from which on it is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class AtSite:
    """By object, at one site."""

    fitted: Float[np.ndarray, " objects"]  # overlap of the best unit on the rows that it was chosen on
    iou: Float[np.ndarray, " objects"]  # on others
    shuffled: Float[np.ndarray, " objects"]  # the same of masks of other pictures
    told: Float[np.ndarray, " objects"]  # area under the curve; NaN for what is in all pictures or none
    switched: Switched  # what its units do


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """What was measured of a net that draws pictures."""

    names: tuple[str, ...]
    right: Float[np.ndarray, " objects"]  # share of its pixels that are within the tolerance
    sites: Mapping[str, AtSite]

    off: Mapping[str, Float[np.ndarray, "3 height breadth channels"]]
    """By object and site: a picture as it is drawn, without the object's units there, and without random ones."""

    def fields(self) -> dict[str, dict[str, float]]:
        """Of a record: by object, at the site where its best unit overlaps most, or its units do most to it.

        Which of the sites that is, the rows that are fitted on say: of units, by what they remove of it, less what they
        do of others, and what random ones do of it.
        """
        found: dict[str, dict[str, float]] = {"objects_right": named(self.names, self.right)}
        if not self.sites:
            return found
        for fields, sites, at in (
            (OVERLAPS, best({site: at.fitted for site, at in self.sites.items()}), self.sites),
            (DOES, self.switched_at(), {site: at.switched for site, at in self.sites.items()}),
        ):
            keys = tuple(f"{name} at {site}" for name, site in zip(self.names, sites, strict=True))
            for field in fields:
                values = [getattr(at[site], field)[place] for place, site in enumerate(sites)]
                found[f"objects_{field}"] = named(keys, np.array(values))
        return found

    def arrays(self) -> dict[str, np.ndarray]:
        """Beside it, at every site, in the order of the objects; pictures with units switched off."""
        found = {f"objects.{site}.{field}": getattr(at, field) for site, at in self.sites.items() for field in OVERLAPS}
        found |= {
            f"objects.{site}.{field}": getattr(at.switched, field) for site, at in self.sites.items() for field in DOES
        }
        found = {name: values.astype(np.float32) for name, values in found.items()}
        found |= {f"objects.{site}.units": at.switched.units for site, at in self.sites.items()}
        if not self.off:
            return found
        pixels = np.rint(255 * np.clip(np.stack(list(self.off.values())), 0, 1)).astype(np.uint8)
        return found | {"objects.off": pixels, "objects.off.names": np.array(list(self.off))}

    def switched_at(self) -> list[str]:
        """By object the site where its units do most to it alone."""
        return best({site: at.switched.fitted for site, at in self.sites.items()})


def best(scores: Mapping[str, Float[np.ndarray, " objects"]]) -> list[str]:
    """By object the site that scores most."""
    sites, each = list(scores), np.stack(list(scores.values()))
    return [sites[place] for place in np.where(np.isnan(each), -np.inf, each).argmax(axis=0)]


def named(keys: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    """Those that are numbers."""
    return {key: float(value) for key, value in zip(keys, values, strict=True) if np.isfinite(value)}


def measure_objects(
    reading: Reading,
    masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]],
    within: Sequence[tuple[str, str]] = (),
) -> Objects:
    """Of each object, given where it is in the pictures of all rows; ValueError where answers are no pictures.

    Pairs `within` are of an object that is a part of another, and goes with it.
    """
    names, objects = tuple(masks), objects_of(reading, masks, within)
    where = objects.where
    rows = [part[:ROWS] for part in (reading.fitted, reading.reported)]
    found = Objects(
        names=names,
        right=shares(
            right_pixels(reading, reading.outputs[reading.reported], reading.reported, where), where[reading.reported]
        ),
        sites={site: at_site(reading, site, objects, rows) for site in sites_with_places(reading)},
        off={},
    )
    return replace(found, off=switched_off(reading, found, objects, rows[1]))


def objects_of(
    reading: Reading, masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]], within: Sequence[tuple[str, str]]
) -> Drawn:
    """The objects of all rows' pictures."""
    where = checked(reading, masks)
    parts = np.array([[(one, other) in within for other in masks] for one in masks])
    return drawn_objects(where, pictures(reading.targets, where), parts)


def switched_off(
    reading: Reading, found: Objects, objects: Drawn, rows: Int[np.ndarray, " n"]
) -> dict[str, Float[np.ndarray, "3 height breadth channels"]]:
    """Of each object that units are found of, the picture with the most of its pixels, of these rows."""
    off: dict[str, Float[np.ndarray, "3 height breadth channels"]] = {}
    for place, name in enumerate(found.names):
        site = found.switched_at()[place] if found.sites else ""
        if not found.sites or np.isnan(found.sites[site].switched.removed[place]):
            continue
        row = rows[[objects.where[rows, place].sum(axis=(1, 2)).argmax()]]
        units = (np.zeros(0, int), found.sites[site].switched.units[place], found.sites[site].switched.at_random[0])
        drawn = [without(reading, looked(reading, site, objects, row), each) for each in units]
        off[f"{name} at {site}"] = pictures(np.concatenate([reading.decode(each) for each in drawn]), objects.where)
    return off


def share_drawn(
    reading: Reading,
    masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]],
    name: str,
    arguments: tuple[np.ndarray, ...] | None = None,
) -> float:
    """The share of the pictures with some pixels in an object's mean colour, where a net is asked for these arguments.

    Without arguments, of the pictures that have the object; a colour is had within the tolerance of answers.
    """
    where, place = checked(reading, masks), tuple(masks).index(name)
    targets = pictures(reading.targets, where)
    colour = targets[where[:, place]].mean(axis=0)
    if arguments is None:
        outputs = reading.outputs[np.intersect1d(np.flatnonzero(where[:, place].any(axis=(1, 2))), reading.reported)]
    else:
        x = reading.view.encode(*arguments)
        outputs = evaluate(reading.net, reading.params, x, block=reading.block, scales=reading.scales)[0]
    near = abs(pictures(reading.decode(outputs), where) - colour) <= tolerance_of(reading)
    return float((near.all(axis=-1).sum(axis=(1, 2)) >= SEEN).mean())


def checked(
    reading: Reading, masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]]
) -> Bool[np.ndarray, "rows objects height breadth"]:
    """The masks in one array; ValueError unless they are of the pictures that are answered."""
    where = np.stack(list(masks.values()), axis=1)
    pixels = int(np.prod(where.shape[2:]))
    if not isinstance(reading.view.answers, Reals) or reading.view.answers.width % pixels:
        raise ValueError(
            f"objects: expected answers that are reals, as many for each of {pixels} pixels, got "
            f"{reading.view.answers.says()}; give masks of the height and breadth of the pictures"
        )
    if len(where) != reading.rows:
        raise ValueError(f"objects: expected masks of all {reading.rows} rows, got {len(where)}; give one for each row")
    return where


def tolerance_of(reading: Reading) -> float:
    assert isinstance(reading.view.answers, Reals)
    return reading.view.answers.tolerance


def sites_with_places(reading: Reading) -> list[str]:
    """Those of maps; not one before an activation that is a site itself."""
    maps = [site for site in reading.net.sites if len(reading.shapes[site]) == 3]
    return [site for site in maps if not (site.endswith(".pre") and site.removesuffix(".pre") in maps)]


def pictures(
    answers: Float[np.ndarray, "rows width"], where: Bool[np.ndarray, "_ objects height breadth"]
) -> Float[np.ndarray, "rows height breadth channels"]:
    return np.asarray(answers).reshape(len(answers), *where.shape[2:], -1)


def right_pixels(
    reading: Reading, outputs: np.ndarray, rows: Int[np.ndarray, " n"], where: np.ndarray
) -> Bool[np.ndarray, "n height breadth"]:
    """Which pixels are right in every channel."""
    off = np.abs(pictures(reading.decode(outputs), where) - pictures(reading.targets[rows], where))
    return np.all(off <= tolerance_of(reading), axis=-1)


def shares(holds: Bool[np.ndarray, "n height breadth"], where: np.ndarray) -> Float[np.ndarray, " objects"]:
    """Of each object's pixels, how many it holds of; NaN for one without pixels."""
    counts = where.sum(axis=(0, 2, 3))
    return np.where(counts > 0, (holds[:, None] & where).sum(axis=(0, 2, 3)) / np.maximum(counts, 1), np.nan)


def at_site(reading: Reading, site: str, objects: Drawn, rows: list[Int[np.ndarray, " n"]]) -> AtSite:
    """All that is measured there, on rows to fit on and others."""
    rng = np.random.default_rng([reading.seed, 97])
    values = [reading.run(keep=(site,), rows=part)[1][site] for part in rows]
    masks = [objects.where[part] for part in rows]
    own = overlap((values[0], values[1]), (masks[0], masks[1]))
    other = overlap((values[0], values[1]), (rng.permutation(masks[0]), rng.permutation(masks[1])))
    flat = [part.reshape(len(part), -1) for part in values]
    there = [objects.present[part] for part in rows]
    return AtSite(
        fitted=own.fitted,
        iou=own.found,
        shuffled=other.found,
        told=np.array([told(*flat, *(each[:, place] for each in there)) for place in range(len(own.found))]),
        switched=switched(reading, site, objects, rows),
    )
