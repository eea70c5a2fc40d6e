"""How well what units of a map do overlaps with objects of a picture: intersection over union, by their best units.

A unit is held to be on at the places where it is above one of its own quantiles, the one by which it overlaps most on
the rows that are fitted on (Bau et al., 2017, who take the same quantile of all).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

QUANTILES = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99)
Maps = Float[np.ndarray, "rows height breadth units"]
Masks = Bool[np.ndarray, "rows objects height breadth"]


class Overlap(NamedTuple):
    """Of a site, by object."""

    units: Int[np.ndarray, "objects units"]  # from the most to the least, on the rows fitted on
    fitted: Float[np.ndarray, " objects"]  # of the first of them there
    found: Float[np.ndarray, " objects"]  # the same on other rows


def overlap(maps: tuple[Maps, Maps], masks: tuple[Masks, Masks]) -> Overlap:
    """The units by their overlap; both are given first for the rows to fit on, then for the others."""
    limits = np.quantile(maps[0].reshape(-1, maps[0].shape[-1]), QUANTILES, axis=0)
    first, second = (
        np.stack([ious(each > limit, mask) for limit in limits]) for each, mask in zip(maps, masks, strict=True)
    )
    chosen, best = first.argmax(axis=0), first.max(axis=0)
    units = np.argsort(-best, axis=0, kind="stable").T
    objects = np.arange(len(units))
    return Overlap(units, best[units[:, 0], objects], second[chosen[units[:, 0], objects], units[:, 0], objects])


def ious(on: Bool[np.ndarray, "rows h b units"], masks: Masks) -> Float[np.ndarray, "units objects"]:
    """Intersection over union over all rows, each place of a map being as many pixels as it is stretched to."""
    flat = masks.transpose(0, 2, 3, 1).reshape(-1, masks.shape[1]).astype(np.float32)
    active = stretched(on, masks.shape[2:]).reshape(-1, on.shape[-1]).astype(np.float32)
    both = active.T @ flat
    return both / np.maximum(active.sum(axis=0)[:, None] + flat.sum(axis=0) - both, 1)


def stretched(maps: np.ndarray, picture: tuple[int, ...]) -> np.ndarray:
    """Maps (rows, h, b, units) at every pixel of a picture, by the place that the pixel lies in."""
    rows, columns = (np.arange(n) * have // n for n, have in zip(picture, maps.shape[1:3], strict=True))
    return maps[:, rows][:, :, columns]
