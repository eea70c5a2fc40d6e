"""The two templates declared for a hidden layer over bits, and the fit of one dictionary of them to a net.

J: a unit reads a named subset of at most n / 3 bits with its own weights; at most 2 n subsets a net.
V: a unit reads a shared integer count, pre = alpha v + beta, v = sum w_i x_i with |w_i| <= 9; at most 4 counts a net.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.fit.lines import lines
from compare.fit.threshold import roundings
from compare.search import growing
from compare.sites.bits import BitLayer

Kind = Literal["J", "V"]
Bits = Bool[np.ndarray, " n"]
LARGEST_WEIGHT = 9
COUNTS = 4
BIT_PRICES = (0.03, 0.01, 0.003)  # of a unit's variance that one more bit has to explain
CANDIDATE_UNITS = 256  # the units with the largest effect propose subsets


@dataclass(frozen=True)
class Entry:
    """One variable of a dictionary: the bits (n,) with a weight; for J ones, for V integers."""

    kind: Kind
    weights: tuple[int, ...]

    @property
    def bits(self) -> tuple[int, ...]:
        return tuple(i for i, weight in enumerate(self.weights) if weight)

    def values(self, bits: Int[np.ndarray, "rows n"]) -> Int[np.ndarray, " rows"]:
        """A number for each value of the variable: the subset's bits as a binary number, or the count."""
        if self.kind == "V":
            return bits @ np.array(self.weights)
        return bits[:, list(self.bits)] @ (1 << np.arange(len(self.bits)))


@dataclass(frozen=True)
class Template:
    """A dictionary, which entry each unit reads, and the pre-activations it stands for: signs @ weights + bias."""

    layer: BitLayer
    entries: tuple[Entry, ...]
    chosen: Int[np.ndarray, " units"]
    weights: Float[np.ndarray, "n units"]
    bias: Float[np.ndarray, " units"]

    @cached_property
    def tables(self) -> "Tables":
        return Tables.of(self.layer, self.entries, self.chosen)

    @cached_property
    def activations(self) -> Float[np.ndarray, "levels units"]:
        return self.tables.activations(self.layer, self.weights, self.bias)


@dataclass(frozen=True)
class Tables:
    """Each entry's value as a row number into a table of its levels, over the whole domain.

    `rows[e, l]` is an input on which entry e has its level l; units are computed there alone.
    """

    index: Int[np.ndarray, "entries rows"]
    rows: Int[np.ndarray, "entries levels"]
    sizes: Int[np.ndarray, " entries"]
    chosen: Int[np.ndarray, " units"]

    @classmethod
    def of(cls, layer: BitLayer, entries: tuple[Entry, ...], chosen: Int[np.ndarray, " units"]) -> "Tables":
        bits = (layer.signs > 0).astype(np.int64)
        parts = [_levels(entry.values(bits)) for entry in entries]
        sizes = np.array([len(first) for _, first in parts])
        rows = np.zeros((len(entries), sizes.max()), dtype=np.int64)
        for row, (_, first) in zip(rows, parts, strict=True):
            row[: len(first)] = first
        return cls(np.stack([index for index, _ in parts]), rows, sizes, chosen)

    def activations(
        self, layer: BitLayer, weights: Float[np.ndarray, "n units"], bias: Float[np.ndarray, " units"]
    ) -> Float[np.ndarray, "levels units"]:
        """The nonlinearity of template pre-activations at every level of each unit's entry."""
        pre = np.einsum("lun,nu->lu", layer.signs[self.rows[self.chosen].T], weights) + bias
        return layer.activate(pre)

    def hidden(self, activations: np.ndarray, rows: Int[np.ndarray, " m"]) -> Float[np.ndarray, "m units"]:
        """Activations of all units on some rows of the domain."""
        return activations[self.index[:, rows][self.chosen].T, np.arange(len(self.chosen))]

    def margin(
        self, activations: np.ndarray, out: Float[np.ndarray, " units"], rows: Int[np.ndarray, " m"] | None = None
    ) -> Float[np.ndarray, " m"]:
        """Sum over units of activation times `out`, entry by entry."""
        index = self.index if rows is None else self.index[:, rows]
        total = np.zeros(index.shape[1])
        for e in range(len(self.sizes)):
            mine = self.chosen == e
            if mine.any():
                total += (activations[:, mine].astype(np.float64) @ out[mine])[index[e]]
        return total


def _levels(values: Int[np.ndarray, " rows"]) -> tuple[Int[np.ndarray, " rows"], Int[np.ndarray, " levels"]]:
    """Each value's rank among those that occur, and a row for each of these."""
    shifted = values - values.min()
    row = np.full(int(shifted.max()) + 1, -1)
    row[shifted] = np.arange(len(values))
    rank = np.cumsum(row >= 0) - 1
    return rank[shifted].astype(np.int32), row[row >= 0]


def subset_templates(layer: BitLayer, allowed: Bits) -> Iterator[Template]:
    """Dictionaries of J over the allowed bits: a greedy sequence of subsets for each price of a bit."""
    masks = _candidate_subsets(layer, allowed)
    squares = layer.weights.astype(np.float64) ** 2
    whole = np.maximum(squares.sum(axis=0), 1e-30)
    rest = 1 - (squares.T @ masks.T) / whole[:, None]
    seen: set[tuple[int, ...]] = set()
    for price in BIT_PRICES:
        for picked in growing(rest, layer.importance, masks.sum(axis=1), price, 2 * layer.n):
            key = tuple(sorted(picked.tolist()))
            if key not in seen:
                seen.add(key)
                yield _subset_template(layer, masks[list(key)], (rest + price * masks.sum(axis=1))[:, list(key)])


def _candidate_subsets(layer: BitLayer, allowed: Bits) -> np.ndarray:
    """Masks (candidates, n): each strong unit's largest 1 .. n / 3 weights, and the layer's."""
    size = min(max(layer.n // 3, 1), int(allowed.sum()))
    units = np.argsort(-layer.importance)[:CANDIDATE_UNITS]
    squares = layer.weights[:, units] ** 2 * allowed[:, None]
    shared = (squares / np.maximum(squares.sum(axis=0), 1e-30)) @ layer.importance[units]
    ranked = np.argsort(-np.column_stack([shared, squares]), axis=0)[:size]
    found = {tuple(sorted(column[:j])) for column in ranked.T.tolist() for j in range(1, size + 1)}
    masks = np.zeros((len(found), layer.n))
    for mask, subset in zip(masks, sorted(found), strict=True):
        mask[list(subset)] = 1
    return masks


def _subset_template(layer: BitLayer, masks: np.ndarray, cost: np.ndarray) -> Template:
    chosen = np.argmin(cost, axis=1)
    entries = tuple(Entry("J", tuple(int(bit) for bit in mask)) for mask in masks)
    weights = layer.weights * masks[chosen].T
    return Template(layer, entries, chosen, weights.astype(np.float32), layer.bias)


def count_templates(layer: BitLayer, allowed: Bits) -> Iterator[Template]:
    """Dictionaries of V over the allowed bits: directions in 1 .. 4 clusters, rounded by agreement with the net."""
    for clusters in range(1, COUNTS + 1):
        directions = lines(layer.weights * allowed[:, None], layer.importance, clusters)
        if directions is None:
            return
        best, score = None, -1.0
        for weights in roundings(directions[:, 0] if clusters == 1 else directions, LARGEST_WEIGHT):
            template = count_template(layer, weights.reshape(layer.n, -1))
            agreement = fitted_agreement(template)
            if agreement > score:
                best, score = template, agreement
            if agreement == 1.0:
                break
        if best is not None:
            yield best


def count_template(layer: BitLayer, counts: Int[np.ndarray, "n counts"]) -> Template:
    """Every unit's weights projected on the count it is closest to."""
    lengths = np.maximum((counts**2).sum(axis=0), 1)
    along = (counts.T @ layer.weights) / lengths[:, None]
    chosen = np.argmax(along**2 * lengths[:, None], axis=0)
    weights = counts[:, chosen] * along[chosen, np.arange(layer.units)]
    entries = tuple(Entry("V", tuple(int(w) for w in column)) for column in counts.T)
    return Template(layer, entries, chosen, weights.astype(np.float32), layer.bias)


def fitted_agreement(template: Template) -> float:
    """Balanced agreement with the net's answers on the fitted half, the net run on from the template."""
    layer = template.layer
    rows = layer.reading.fitted
    margin = template.tables.margin(template.activations, layer.out, rows) + layer.offset
    truth = layer.positive[rows]
    equal = (margin > 0) == truth
    return float(np.mean([equal[truth == value].mean() for value in np.unique(truth)]))
