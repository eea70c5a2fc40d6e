"""A net and the phases that were found in its states, with their values on any inputs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from compare.extract.phases.motion import Phase
from compare.extract.phases.template import values_along
from compare.read import Reading
from compare.step import Inputs, Value
from nets.edits import Patch


def features(x: Inputs) -> Float[np.ndarray, "rows time features"]:
    """One step's inputs side by side."""
    given = np.asarray(x, dtype=np.float64)
    return given[..., None] if given.ndim == 2 else given


@dataclass(frozen=True, kw_only=True)
class Carrying:
    """A net and its phases; sites are held from the second input on, as the first only says where they begin."""

    reading: Reading
    phases: tuple[Phase, ...]

    @property
    def count(self) -> int:
        return len(self.phases)

    @property
    def names(self) -> tuple[str, ...]:
        return ("theta",) if self.count == 1 else tuple(f"theta{i + 1}" for i in range(self.count))

    @property
    def later(self) -> np.ndarray:
        """The times from which sites are held, (1, time, 1)."""
        return (np.arange(self.reading.x.shape[1]) > 0)[None, :, None]

    @cached_property
    def values(self) -> Float[np.ndarray, "rows time numbers"]:
        return self.along(self.reading.x)

    def along(self, x: Inputs) -> np.ndarray:
        return values_along(self.phases, features(x))

    def resumed(self, x: Inputs, values: Value, since: Int[np.ndarray, " rows"]) -> np.ndarray:
        return values_along(self.phases, features(x), values, since)

    def flat(self, site: str) -> tuple[Float[np.ndarray, "n numbers"], Float[np.ndarray, "n width"]]:
        """Values and a site at the fitted rows and held times, one below the other."""
        rows, width = self.reading.fitted, self.reading.shapes[site][1]
        values, held = self.values[rows, 1:], self.reading.site(site)[rows, 1:]
        return values.reshape(-1, values.shape[-1]), held.reshape(-1, width)

    def patch(self, value: Float[np.ndarray, "rows time width"]) -> Patch:
        return Patch(np.broadcast_to(self.later, value.shape), value)
