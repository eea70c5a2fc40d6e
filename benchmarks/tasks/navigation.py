"""Where one is after moving: path integration on a ring and on a torus, from velocities and a start.

A path is (times + 1) inputs: first where it starts, as the cosine and sine of an angle each, then velocities in radians
a step. The inputs are side by side: velocities, then cosines and sines, which are 0 but at the start.
"""

import numpy as np

from benchmarks.tasks.sampling import Own, Uniform
from benchmarks.tasks.task import Task
from synth.language.types import STREAM, Fn

FASTEST = 0.4  # radians a step
CELLS, SHARP = 32, 8.0  # place cells on the ring, and how narrow they are (von Mises' kappa)
LONGER = 10  # times the trained length


def two(size: int) -> int:
    return 2


def four(size: int) -> int:
    return 4


def cells(size: int) -> int:
    return CELLS


def three(size: int) -> int:
    return 3


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

    return Own(drawn, f"paths of {times if times > 1 else ''}{' times ' if times > 1 else ''}n steps")


def headings(angles: int, x: np.ndarray) -> np.ndarray:
    """The angles after every input, (rows, time, angles)."""
    start = x[:, 0, angles:].reshape(len(x), angles, 2)
    return np.arctan2(start[..., 1], start[..., 0])[:, None] + x[..., :angles].cumsum(axis=1)


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

NAVIGATION = (RING, RING_CELLS, TORUS, RING_STEPS)
