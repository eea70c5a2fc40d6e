"""Plain references of path integration: one row at a time, with complex numbers and sums."""

import cmath
import math

import numpy as np

CELLS, SHARP = 32, 8.0
ACROSS, WIDTH = 8, 0.1  # of the box


def turned(x: np.ndarray, angle: int, angles: int) -> list[complex]:
    """Points of the unit circle after every input: the start's, then turned by each velocity."""
    at, found = complex(*x[0, angles + 2 * angle : angles + 2 * angle + 2].tolist()), []
    for velocity in x[:, angle].tolist():
        at *= cmath.exp(1j * velocity)
        found.append(at)
    return found


def ring(size: int, x: np.ndarray) -> list[list[float]]:
    return [[at.real, at.imag] for at in turned(x, 0, 1)]


def torus(size: int, x: np.ndarray) -> list[list[float]]:
    both = zip(turned(x, 0, 2), turned(x, 1, 2), strict=True)
    return [[one.real, one.imag, other.real, other.imag] for one, other in both]


def ring_cells(size: int, x: np.ndarray) -> list[list[float]]:
    found = []
    for at in turned(x, 0, 1):
        firing = [math.exp(SHARP * (at * cmath.exp(-2j * math.pi * cell / CELLS)).real) for cell in range(CELLS)]
        found.append([each / sum(firing) for each in firing])
    return found


def ring_steps(size: int, x: np.ndarray) -> list[int]:
    place, found = 0, []
    for step in x.tolist():
        place = (place + size + step - 1) % size
        found.append(place)
    return found


def arena(size: int, x: np.ndarray) -> list[list[float]]:
    """By the distance to each cell's centre, from where the path is."""
    found, at = [], [0.0, 0.0]
    centres = [-0.5 + cell / (ACROSS - 1) for cell in range(ACROSS)]
    for step, row in enumerate(x.tolist()):
        at = row[2:4] if step == 0 else [at[0] + row[0], at[1] + row[1]]
        fired = [
            math.exp(-((at[0] - one) ** 2 + (at[1] - other) ** 2) / (2 * WIDTH**2))
            for one in centres
            for other in centres
        ]
        found.append([each / sum(fired) for each in fired])
    return found


PLAIN = {"ring": ring, "ring_cells": ring_cells, "torus": torus, "ring_steps": ring_steps, "arena": arena}
