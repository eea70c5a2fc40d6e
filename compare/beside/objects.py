"""Whether units of a net that draws pictures stand for the objects in them, as in a dissection; decides no verdict.

For each site with places (rows, height, breadth, units): the unit that overlaps most with each object, beside the same
of masks dealt out anew to the pictures; what is no longer drawn right without the four units that overlap most, beside
four at random (set to 0, as in Bau et al., 2019); whether an object is there, told linearly. A site whose name ends in
`.pre` is left out where the activation of it is a site too. Also the share of each object's pixels that are right.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.answers import Reals
from compare.beside.overlap import overlap
from compare.read import Reading, evaluate

ROWS = 512  # to fit on, and as many others to report on
ABLATED = 4  # units
DRAWS = 4  # of random units
SEEN = 3  # pixels in an object's colour, from which on it is drawn
RIDGE = 1e-2  # of the mean square of a row


@dataclass(frozen=True, slots=True, kw_only=True)
class AtSite:
    """By object, at one site."""

    fitted: Float[np.ndarray, " objects"]  # overlap of the best unit on the rows that it was chosen on
    iou: Float[np.ndarray, " objects"]  # on others
    shuffled: Float[np.ndarray, " objects"]  # the same of masks of other pictures
    removed: Float[np.ndarray, " objects"]  # of its pixels that were right, those that are not without its four units
    others: Float[np.ndarray, " objects"]  # the same of the other objects' pixels, a mean over objects
    random: Float[np.ndarray, " objects"]  # of its own, without four random units
    told: Float[np.ndarray, " objects"]  # area under the curve; NaN for what is in all pictures or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """What was measured of a net that draws pictures."""

    names: tuple[str, ...]
    right: Float[np.ndarray, " objects"]  # share of its pixels that are within the tolerance
    sites: Mapping[str, AtSite]

    def fields(self) -> dict[str, dict[str, float]]:
        """Of a record: by object, at the site where its best unit overlaps most on the rows that are fitted on."""
        found: dict[str, dict[str, float]] = {"objects_right": named(self.names, self.right)}
        if not self.sites:
            return found
        best = [max(self.sites, key=lambda site: self.sites[site].fitted[place]) for place in range(len(self.names))]
        keys = tuple(f"{name} at {site}" for name, site in zip(self.names, best, strict=True))
        for field in ("iou", "shuffled", "removed", "others", "random", "told"):
            values = [getattr(self.sites[site], field)[place] for place, site in enumerate(best)]
            found[f"objects_{field}"] = named(keys, np.array(values))
        return found

    def arrays(self) -> dict[str, np.ndarray]:
        """Beside it, at every site, in the order of the objects."""
        fields = ("iou", "shuffled", "removed", "others", "random", "told")
        return {
            f"objects.{site}.{field}": getattr(at, field).astype(np.float32)
            for site, at in self.sites.items()
            for field in fields
        }


def named(keys: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    """Those that are numbers."""
    return {key: float(value) for key, value in zip(keys, values, strict=True) if np.isfinite(value)}


def measure_objects(reading: Reading, masks: Mapping[str, Bool[np.ndarray, "rows height breadth"]]) -> Objects:
    """Of each object, given where it is in the pictures of all rows; ValueError where answers are no pictures."""
    where = checked(reading, masks)
    rows = [part[:ROWS] for part in (reading.fitted, reading.reported)]
    return Objects(
        names=tuple(masks),
        right=shares(
            right_pixels(reading, reading.outputs[reading.reported], reading.reported, where), where[reading.reported]
        ),
        sites={site: at_site(reading, site, where, rows) for site in sites_with_places(reading)},
    )


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


def at_site(reading: Reading, site: str, where: np.ndarray, rows: list[Int[np.ndarray, " n"]]) -> AtSite:
    """All that is measured there, on rows to fit on and others."""
    rng = np.random.default_rng([reading.seed, 97])
    values = [reading.run(keep=(site,), rows=part)[1][site] for part in rows]
    masks = [where[part] for part in rows]
    own = overlap((values[0], values[1]), (masks[0], masks[1]))
    other = overlap((values[0], values[1]), (rng.permutation(masks[0]), rng.permutation(masks[1])))
    right = right_pixels(reading, reading.outputs[rows[1]], rows[1], where)

    def lost(units: np.ndarray) -> Float[np.ndarray, " objects"]:
        edited = values[1].copy()
        edited[..., units] = 0
        still = right_pixels(reading, reading.run({site: edited}, rows=rows[1])[0], rows[1], where)
        return shares(~still, masks[1] & right[:, None])

    each = np.array([lost(units[:ABLATED]) for units in own.units])
    count = values[1].shape[-1]
    drawn = [lost(rng.permutation(count)[:ABLATED]) for _ in range(DRAWS)]
    apart = np.where(np.eye(len(each), dtype=bool), np.nan, each)
    known = np.isfinite(apart)
    flat = [part.reshape(len(part), -1) for part in values]
    return AtSite(
        fitted=own.fitted,
        iou=own.found,
        shuffled=other.found,
        removed=np.diagonal(each),
        others=np.where(known, apart, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1),
        random=np.mean(drawn, axis=0),
        told=np.array(
            [told(*flat, *(mask[:, place].any(axis=(1, 2)) for mask in masks)) for place in range(len(each))]
        ),
    )


def told(
    fit: Float[np.ndarray, "n width"], other: Float[np.ndarray, "m width"], held: np.ndarray, there: np.ndarray
) -> float:
    """How well a line that is fitted tells on other rows: the area under its curve, NaN where nothing is to be told."""
    if held.all() or not held.any() or there.all() or not there.any():
        return float("nan")
    mean = fit.mean(axis=0, dtype=np.float64)
    centred = fit - mean
    kernel = centred @ centred.T
    kernel[np.diag_indices_from(kernel)] += RIDGE * np.trace(kernel) / len(kernel) + 1e-12
    scores = ((other - mean) @ centred.T) @ np.linalg.solve(kernel, held - held.mean())
    above = scores[there][:, None] - scores[~there]
    return float(((above > 0) + 0.5 * (above == 0)).mean())
