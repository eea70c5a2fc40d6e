"""How a net's phase drifts off the program's beyond the length that it was trained on: by a bias, or as a random walk.

The net's phase is the one whose answers, as waves of it, are nearest to the net's own. The square of what it is off
grows as the time where every step adds a random error, and as the time's square where steps err alike.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compare.extract.phases.carrying import Carrying
from compare.extract.phases.said import Said
from compare.extract.phases.template import after
from compare.read import Reading

GRID = 2048  # phases among which the net's is sought
HARMONICS = 3  # of the phase, by which a bias is told
BETWEEN = 1.5  # the power of the time: a random walk's is 1, a bias's 2
BLOCK = 1 << 12  # answers that are compared together


class Drift(NamedTuple):
    """What the net's phase is off in radians, and how that grows."""

    length: int  # inputs
    least: float  # root of the mean square, at the length that was read
    most: float  # the same at the end
    power: float  # of the time, by which the mean square grows
    biased: float  # share of a step's error that the phase tells

    @property
    def kind(self) -> str:
        return "a random walk" if self.power < BETWEEN else "a bias"

    @property
    def text(self) -> str:
        return (
            f"over {self.length} inputs the net's phase comes off by {self.most:.2g} radians ({self.least:.2g} at the "
            f"length that is read), root mean square; its square grows as the time to the {self.power:.2g}, as by "
            f"{self.kind}; the phase tells {max(self.biased, 0.0):.2g} of a step's error"
        )


def drift(carrying: Carrying, said: Said) -> Drift | None:
    """On the longest inputs that are read; None of several phases, and where none are longer."""
    longer, length = (
        max(carrying.reading.longer, key=lambda each: each.x.shape[1], default=None),
        carrying.reading.x.shape[1],
    )
    if carrying.count > 1 or longer is None or longer.x.shape[1] < 2 * length:
        return None
    own = after(carrying.along(longer.x), 1)[..., 0]
    off = np.unwrap(np.angle(np.exp(1j * (phase_of(longer, said) - own))), axis=1)
    square = (off**2).mean(axis=0)
    times = np.arange(length, len(square))
    power = np.polyfit(np.log(times), np.log(np.maximum(square[length:], 1e-30)), 1)[0]
    return Drift(
        length=len(square),
        least=float(np.sqrt(square[length - 1])),
        most=float(np.sqrt(square[-1])),
        power=float(power),
        biased=_told(own[:, :-1], np.diff(off, axis=1)),
    )


def phase_of(reading: Reading, said: Said) -> Float[np.ndarray, "rows time"]:
    """The phase whose answers are nearest to the net's."""
    grid = np.linspace(-np.pi, np.pi, GRID, endpoint=False)
    wanted = said.outputs(np.stack([grid, np.zeros(GRID)], axis=-1))
    given = reading.view.answers.telling(reading.outputs.astype(np.float64)).reshape(-1, wanted.shape[1])
    size = (wanted**2).sum(axis=1)
    near = [(size - 2 * given[low : low + BLOCK] @ wanted.T).argmin(axis=1) for low in range(0, len(given), BLOCK)]
    return grid[np.concatenate(near)].reshape(reading.x.shape[:2])


def _told(phase: Float[np.ndarray, "rows time"], error: Float[np.ndarray, "rows time"]) -> float:
    """The share of the errors' mean square that waves of the phase and a constant tell, on the half not fitted on."""
    turned = phase[..., None] * np.arange(HARMONICS + 1)
    waves = np.concatenate([np.cos(turned), np.sin(turned[..., 1:])], axis=-1)
    half = len(phase) // 2
    fit, other = (
        (waves[part].reshape(-1, waves.shape[-1]), error[part].ravel()) for part in (slice(half), slice(half, None))
    )
    left = other[1] - other[0] @ np.linalg.lstsq(*fit, rcond=None)[0]
    return 1 - float((left**2).sum() / max(float((other[1] ** 2).sum()), 1e-30))
