"""Where one is after moving: path integration on a ring, on a torus and in a box, from velocities and a start.

A path is (times + 1) inputs: first where it starts, as the cosine and sine of an angle each, then velocities in radians
a step. The inputs are side by side: velocities, then cosines and sines, which are 0 but at the start. In the box they
are velocities and a position, which is 0 but at the start.
"""

import numpy as np

from benchmarks.tasks.arena import Arena
from benchmarks.tasks.sampling import Own, Uniform
from benchmarks.tasks.task import Task
from synth.language.types import STREAM, Fn

FASTEST = 0.4  # radians a step
CELLS, SHARP = 32, 8.0  # place cells on the ring, and how narrow they are (von Mises' kappa)
LONGER = 10  # times the trained length
BOX = Arena()


def two(size: int) -> int:
    return 2


def four(size: int) -> int:
    return 4


def cells(size: int) -> int:
    return CELLS


def three(size: int) -> int:
    return 3


def box_cells(size: int) -> int:
    return BOX.across**2


def places(size: int) -> int:
    return size


def ring_steps(size: int, x: np.ndarray) -> np.ndarray:
    return (x - 1).cumsum(axis=1) % size


def paths(angles: int, times: int) -> Own:
    """Paths of `times` times the size, all velocities and starts alike."""

    def drawn(size: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        x = np.zeros((rows, times * size + 1, 3 * angles))
        start = rng.uniform(-np.pi, np.pi, (rows, angles))
        x[:, 0, angles:] = np.stack([np.cos(start), np.sin(start)], axis=-1).reshape(rows, -1)
        x[:, 1:, :angles] = rng.uniform(-FASTEST, FASTEST, (rows, times * size, angles))
        return x

    return Own(drawn, path_said(times))


def path_said(times: int) -> str:
    return f"paths of {f'{times} times ' if times > 1 else ''}n steps"


def headings(angles: int, x: np.ndarray) -> np.ndarray:
    """The angles after every input, (rows, time, angles)."""
    start = x[:, 0, angles:].reshape(len(x), angles, 2)
    return np.arctan2(start[..., 1], start[..., 0])[:, None] + x[..., :angles].cumsum(axis=1)


def turned(size: int, x: np.ndarray) -> np.ndarray:
    """The two angles after every input, whole turns left out."""
    return np.mod(headings(2, x) + np.pi, 2 * np.pi) - np.pi


def on_a_circle(angle: np.ndarray) -> np.ndarray:
    """The cosine and the sine of each angle, side by side."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(*angle.shape[:2], -1)


def ring(size: int, x: np.ndarray) -> np.ndarray:
    return on_a_circle(headings(1, x))


def torus(size: int, x: np.ndarray) -> np.ndarray:
    return on_a_circle(headings(2, x))


def ring_cells(size: int, x: np.ndarray) -> np.ndarray:
    """How much each cell fires, as shares of all."""
    centres = 2 * np.pi * np.arange(CELLS) / CELLS
    firing = np.exp(SHARP * (np.cos(headings(1, x) - centres) - 1))
    return firing / firing.sum(axis=-1, keepdims=True)


def walks(times: int) -> Own:
    """Paths in the box of `times` times the size, which start anywhere alike."""

    def drawn(size: int, rows: int, rng: np.random.Generator) -> np.ndarray:
        x = np.zeros((rows, times * size + 1, 4))
        x[:, 0, 2:], x[:, 1:, :2] = BOX.walks(rows, times * size, rng)
        return x

    return Own(drawn, path_said(times))


def positions(size: int, x: np.ndarray) -> np.ndarray:
    """In the box, after every input."""
    return x[:, :1, 2:] + x[..., :2].cumsum(axis=1)


def arena(size: int, x: np.ndarray) -> np.ndarray:
    return BOX.firing(positions(size, x))


RING = Task(
    name="ring",
    doc="The heading on a ring after every step, from a start and n velocities (path integration), as cosine and sine.",
    type=None,
    oracle=ring,
    sizes=(20,),
    classes=two,
    kind="reals",
    tolerance=0.1,  # radians, half the spacing of the cells
    net="recurrent",
    recipe="rings",
    train=paths(1, 1),
    test=(paths(1, 1), paths(1, LONGER)),
)
RING_CELLS = Task(
    name="ring_cells",
    doc="The same heading as the firing of 32 place cells on the ring.",
    type=None,
    oracle=ring_cells,
    sizes=(20,),
    classes=cells,
    kind="distributions",
    tolerance=0.04,  # what half a cell's spacing changes
    net="recurrent",
    recipe="rings",
    train=paths(1, 1),
    test=(paths(1, 1), paths(1, LONGER)),
)
TORUS = Task(
    name="torus",
    doc="Two angles after every step on a torus, from the start and n velocities in the plane, as cosines and sines.",
    type=None,
    oracle=torus,
    sizes=(20,),
    classes=four,
    kind="reals",
    tolerance=0.1,
    net="recurrent",
    recipe="rings",
    train=paths(2, 1),
    test=(paths(2, 1), paths(2, LONGER)),
    places=turned,
)
ARENA = Task(
    name="arena",
    doc="The position in a square box after every step, from the start and n velocities, as the firing of 64 place "
    "cells.",
    type=None,
    oracle=arena,
    sizes=(20,),
    classes=box_cells,
    kind="distributions",
    tolerance=0.12,  # what half the spacing of the cells changes, in the median
    net="recurrent",
    recipe="arena",
    train=walks(1),
    test=(walks(1), walks(LONGER)),
    places=positions,
)
RING_STEPS = Task(
    name="ring_steps",
    doc="The place on a ring of n after every step: one back (0), none (1) or one on (2).",
    type=Fn((STREAM,), STREAM),
    oracle=ring_steps,
    sizes=(12,),
    values=three,
    classes=places,
    library=("streams", "functions", "arith", "constants"),
    terminals=lambda size: {"m": size},
    train=Uniform(length=20),
    test=(Uniform(length=20), Uniform(length=200)),
)

NAVIGATION = (RING, RING_CELLS, TORUS, ARENA, RING_STEPS)
