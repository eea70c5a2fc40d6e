"""A painting as a program: regions one over the other, found from which of some labels each row has, by bits.

What is in front is found first. It is what a region tells with nothing excepted; then its rows say nothing of what lies
behind. A label that is told at once goes in front of what is not, unless it would hide that; of several, the order does
not matter. Where none is, those that are told well enough follow, the best in front; what is left then is not found.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from synth.search.regions import WAYS, Columns, Region, always, bits_of, region, run

AT_ONCE = 0.95  # share of the bits of telling where a label is, from which on it is in front of what is told less
LEAST = 0.5  # the same, below which it is not found
HIDDEN = 0.1  # share of another label's rows that lie behind, which a layer may cover by mistake


class Layer(NamedTuple):
    """Where a label is, but for what lies in front of it."""

    label: int
    region: Region


def layers(columns: Columns, labels: Int[np.ndarray, " rows"], seed: int) -> tuple[Layer, ...]:
    """The layers, from the front to the back, over columns as of `region`; labels that are not found have none.

    Of all labels but one, that one is everywhere behind them.
    """
    found: list[Layer] = []
    rows, left = np.arange(len(labels)), list(map(int, np.unique(labels)))
    while len(left) > 1:
        front = _front({name: values[rows] for name, values in columns.items()}, labels[rows], left, seed)
        if not front:
            return tuple(found)
        found += front[: len(left) - 1]  # what is told as well as all the others is behind them
        left = [label for label in left if label not in [layer.label for layer in found]]
        rows = rows[np.isin(labels[rows], left)]
    behind = Region(program=always(), bits=bits_of(always(), columns), saved=0.0, share=1.0)
    return (*found, *(Layer(label, behind) for label in left))


def _front(columns: Columns, labels: Int[np.ndarray, " rows"], left: Sequence[int], seed: int) -> list[Layer]:
    """The labels that are told at once, else those that are told, the best first; none that hides another."""
    told: list[Layer] = []
    for ways, share in ((WAYS[:1], AT_ONCE), (WAYS[1:], AT_ONCE), ((), LEAST)):  # others where nothing is told at once
        tried = ((label, region(columns, labels == label, seed, ways)) for label in (left if ways else ()))
        told += [Layer(label, each) for label, each in tried if each is not None and each.share >= LEAST]
        told = _best(told)
        front = [layer for layer in told if layer.region.share >= share and _hides(layer, columns, labels) <= HIDDEN]
        if front:
            return front
    return []


def _best(told: Sequence[Layer]) -> list[Layer]:
    """Of each label the best, the best of all first."""
    ordered = sorted(told, key=lambda layer: -layer.region.share)
    return [layer for at, layer in enumerate(ordered) if layer.label not in [each.label for each in ordered[:at]]]


def _hides(layer: Layer, columns: Columns, labels: Int[np.ndarray, " rows"]) -> float:
    """The largest share of another label's rows that it would cover."""
    covered = run(layer.region.program, columns)
    return max(
        (float(covered[labels == label].mean()) for label in np.unique(labels) if label != layer.label), default=0
    )
