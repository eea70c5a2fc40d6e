"""A square box with walls, paths that turn at them, and place cells on a grid from wall to wall."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

SPEED = 0.04  # sides a step, the scale of Rayleigh's distribution; 0.05 in the mean
TURN = 0.5  # radians a step, the standard deviation of how the heading changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Positions are centred: from -side / 2 to side / 2 along either axis."""

    side: float = 1.0
    width: float = 0.1  # of a place cell, the standard deviation of its Gaussian field
    across: int = 8  # place cells along a wall

    def __post_init__(self) -> None:
        if not 0 < self.width <= self.side:
            raise ValueError(
                f"arena: expected a side of at least the width of a place cell, {self.width}, and that above 0, got "
                f"{self.side}; make the arena larger or its cells narrower"
            )
        if self.across < 2:
            raise ValueError(
                f"arena: expected at least 2 place cells across, got {self.across}; one alone fires alike everywhere"
            )

    @property
    def spacing(self) -> float:
        """Between neighbouring place cells."""
        return self.side / (self.across - 1)

    @property
    def centres(self) -> Float[np.ndarray, "cells 2"]:
        """Of the place cells, the first axis outside."""
        along = np.linspace(-self.side / 2, self.side / 2, self.across)
        return np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(-1, 2)

    def walks(
        self, rows: int, steps: int, rng: np.random.Generator
    ) -> tuple[Float[np.ndarray, "rows 2"], Float[np.ndarray, "rows steps 2"]]:
        """Where smooth random walks start, anywhere alike, and their velocities; at a wall a heading is mirrored."""
        start = rng.uniform(-self.side / 2, self.side / 2, (rows, 2))
        speed = np.minimum(self.side * SPEED * np.sqrt(-2 * np.log(rng.random((steps, rows, 1)))), self.side / 2)
        turns = rng.normal(0, TURN, (steps, rows))
        heading, at = rng.uniform(-np.pi, np.pi, rows), start
        velocities = np.empty((steps, rows, 2))
        for step, (fast, turn) in enumerate(zip(speed, turns, strict=True)):
            heading = heading + turn
            moved = fast * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
            moved = np.where(np.abs(at + moved) > self.side / 2, -moved, moved)
            heading, at = np.arctan2(moved[:, 1], moved[:, 0]), at + moved
            velocities[step] = moved
        return start, velocities.swapaxes(0, 1)

    def firing(self, at: Float[np.ndarray, "rows time 2"]) -> Float[np.ndarray, "rows time cells"]:
        """How much each place cell fires, as shares of all: a product of the shares along either axis."""
        along = np.linspace(-self.side / 2, self.side / 2, self.across)
        fields = np.exp(-((at[..., None] - along) ** 2) / (2 * self.width**2))
        shares = fields / fields.sum(axis=-1, keepdims=True)
        return (shares[..., 0, :, None] * shares[..., 1, None, :]).reshape(*at.shape[:-1], -1)

    def decoded(self, shares: Float[np.ndarray, "... cells"]) -> Float[np.ndarray, "... 2"]:
        """The mean of the place cells' centres."""
        return shares @ self.centres
