"""The table that a program of phases is held against: a grid of positions and velocities, as exact as the net."""

import numpy as np
from jaxtyping import Float

FEWEST, MOST = 8, 4096  # positions on a turn
FINER = 1.1  # from one grid that is tried to the next


def grid_bits(
    begins: Float[np.ndarray, " rows"], moves: Float[np.ndarray, "rows time"], error: float
) -> tuple[float, int, int]:
    """Bits of the smallest grid machine that is off by no more than `error` (radians, root of the mean square).

    A machine of M positions and V velocities lists the next position for each pair of them: M V log2 M bits.
    """
    most = float(np.abs(moves).max(initial=0.0))
    positions = FEWEST
    while positions < MOST and _off(begins, moves, positions) > error:
        positions = int(np.ceil(positions * FINER))
    velocities = 2 * round(most * positions / (2 * np.pi)) + 1
    return float(positions * velocities * np.log2(positions)), positions, velocities


def _off(begins: np.ndarray, moves: np.ndarray, positions: int) -> float:
    """Of the angle at every step, when start and moves are rounded to the grid."""
    cell = 2 * np.pi / positions
    place = np.rint(begins / cell)[:, None] + np.rint(moves / cell).cumsum(axis=1)
    angle = begins[:, None] + moves.cumsum(axis=1)
    return float(np.sqrt((np.angle(np.exp(1j * (place * cell - angle))) ** 2).mean()))
