"""Bits of how a program's values sit in a net: tables of what its heads write, as coarse as serves.

A head that copies needs no table: what it writes for a symbol is a multiple of what raises the outputs for that symbol,
as the net itself has it, or for another one that is named.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2

import numpy as np
from jaxtyping import Bool, Float, Int

from compare.extract.selects.linear import Tables
from compare.extract.selects.program import Head
from compare.read import Reading
from compare.statistics import centred
from compare.step import Steps, values_of

LOST = 0.005  # of the answers, that coarser tables may cost
RANKS, PRECISIONS = (1, 2, 4, 8, 16, 32, 64), (2, 3, 4, 6, 8, 12)
COARSE = tuple(sorted(itertools.product(RANKS, PRECISIONS), key=lambda each: each[0] * each[1]))
WHOLE = 32  # bits of a number that is not rounded
TOUCHED = 16  # rows on which outputs are asked what raises them
MULTIPLES = tuple(2.0**power for power in range(-2, 6))  # of the table's own size, which a copy may have


def aligned(
    reading: Reading,
    rows: Int[np.ndarray, " n"],
    counted: Bool[np.ndarray, "n s"],
    steps: Steps,
    heads: Sequence[Head],
) -> tuple[float, int]:
    """Bits of the coarsest tables of the heads that serve as the fitted ones do, and of one number."""
    brought = values_of(steps, reading.x[rows], [head.name for head in heads])
    placed = Placed(reading, rows, heads, {head.name: np.asarray(brought[head.name]) for head in heads})
    own = {head.name: head.tables for head in heads}
    wanted = placed.served(own) - LOST
    copied, taken = dict[str, Tables](), float(len(heads))
    for head in heads:
        found = placed.copy(head, own | copied, counted, wanted)
        if found is not None:
            copied[head.name] = found[0]
            taken += found[1]
    rest = {name: each for name, each in own.items() if name not in copied}
    if not rest:
        return taken, 0
    for rank, bits in COARSE:
        made = {name: rounded(each, rank, bits) for name, each in rest.items()}
        if placed.served(copied | {name: each for name, (each, _) in made.items()}) >= wanted:
            return taken + sum(more for _, more in made.values()), bits
    return taken + sum(float(WHOLE * table.size) for each in rest.values() for table in each.tables), WHOLE


@dataclass(frozen=True, slots=True)
class Placed:
    """Heads in a net, with what they bring there."""

    reading: Reading
    rows: Int[np.ndarray, " n"]
    heads: Sequence[Head]
    brought: Mapping[str, Float[np.ndarray, "n s numbers"]]

    def served(self, tables: Mapping[str, Tables]) -> float:
        """Share of the net's answers that stay where the heads write by these tables."""
        edits = {head.site: tables[head.name].written(self.brought[head.name]) for head in self.heads}
        return self.reading.kept(edits, self.rows)

    def copy(
        self, head: Head, tables: Mapping[str, Tables], counted: Bool[np.ndarray, "n s"], wanted: float
    ) -> tuple[Tables, float] | None:
        """The head's one table as what raises the outputs for its symbols, and the bits of that, if it serves."""
        if len(head.tables.tables) != 1:
            return None
        table, raising = head.tables.tables[0], self.raising(head, counted)
        mean, size = table.mean(axis=0), np.linalg.norm(raising, axis=1)
        if not size.any():
            return None
        nearest = ((table - mean) @ (raising / np.maximum(size, 1e-30)[:, None]).T).argmax(axis=1)
        others = np.flatnonzero(nearest != np.arange(len(table)))
        spread = (table - mean).std() / raising.std()
        for multiple in MULTIPLES:
            copied = (mean + multiple * spread * raising[nearest]).astype(np.float32)
            tried = replace(head.tables, tables=(copied,))
            if self.served({**tables, head.name: tried}) >= wanted:
                return tried, log2(len(MULTIPLES)) + len(others) * (log2(len(table)) + log2(len(raising)))
        return None

    def raising(self, head: Head, counted: Bool[np.ndarray, "n s"]) -> Float[np.ndarray, "classes width"]:
        """By how much each output that counts rises with each number that the head writes, at all positions."""
        reading, rows = self.reading, self.rows[:TOUCHED]
        value = reading.site(head.site)[rows]
        step = 0.1 * float(value.std())
        before = _outputs(reading.outputs[rows], counted[:TOUCHED])
        found = []
        for number in range(value.shape[-1]):
            moved = value.copy()
            moved[..., number] += step
            found.append(_outputs(reading.run({head.site: moved}, rows=rows)[0], counted[:TOUCHED]) - before)
        return np.stack(found, axis=1) / max(step, 1e-30)


def _outputs(given: np.ndarray, counted: Bool[np.ndarray, "n s"]) -> Float[np.ndarray, " classes"]:
    """Centred, their mean where they count."""
    given = centred(given)
    return (given[counted] if given.ndim == 3 else given).mean(axis=0)


def rounded(tables: Tables, rank: int, bits: int) -> tuple[Tables, float]:
    """The tables as products of two of this rank on even levels, and the bits that they take."""
    parts, taken = [], 0.0
    for table in tables.tables:
        mean = table.mean(axis=0)
        left, size, right = np.linalg.svd(table - mean, full_matrices=False)
        kept = min(rank, len(size))
        one, other = left[:, :kept] * np.sqrt(size[:kept]), np.sqrt(size[:kept])[:, None] * right[:kept]
        parts.append((_levels(one, bits) @ _levels(other, bits) + mean).astype(np.float32))
        taken += bits * (one.size + other.size)
    return replace(tables, tables=tuple(parts)), taken


def _levels(values: np.ndarray, bits: int) -> np.ndarray:
    top = np.abs(values).max(initial=1e-30)
    steps = 2 ** (bits - 1) - 0.5
    return np.round(values / top * steps) / steps * top
