"""Conditions by their outcomes: an operator that chooses needs one for each set of examples, the cheapest."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Shaped

from synth.bank.rectangles import Layers
from synth.language.xp import NUMPY

CONDITION = 700  # bytes of a condition that is told apart: its mask, and a layer of its own


@dataclass(slots=True)
class Conditions:
    """Conditions that hold on some examples and not on all, the cheapest of those that hold on the same ones."""

    seen: int = 0  # layers that were looked through
    layers: Layers = field(default_factory=Layers)
    masks: set[bytes] = field(default_factory=set)

    @property
    def nbytes(self) -> int:
        """About what the masks and their layers take."""
        return CONDITION * len(self.masks)

    def add(self, cost: int, low: int, holds: Bool[np.ndarray, "examples n"]) -> None:
        some = np.flatnonzero(holds.any(axis=0) & ~holds.all(axis=0))
        packed = np.packbits(holds[:, some], axis=0).T
        _, first = np.unique(packed, axis=0, return_index=True)
        for place in np.sort(first):
            mask = packed[place].tobytes()
            if mask not in self.masks:
                self.masks.add(mask)
                row = low + int(some[place])
                self.layers.add(cost, {0: (row, row + 1)})


def conditions_hold(when: Any, values: Shaped[np.ndarray, "examples n"]) -> Bool[np.ndarray, "examples n"]:
    return np.broadcast_to(np.asarray(when(NUMPY, values), bool), values.shape)
