"""Pictures of a landscape from what is in it: which objects, and where; nets are to draw them.

An input is the factors of a scene, (rows, 11) whole numbers in the order of FACTORS; nets are given them centred and
scaled. Lengths are in pixels of a picture of SIDE x SIDE, counted from its upper left corner; pictures of another side
show the same, larger.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.task import Misplaced, Task

SIDE = 16
OBJECTS = ("sky", "ground", "house", "door", "tree", "sun")
COLOURS = np.array(
    [[0.45, 0.7, 1.0], [0.35, 0.65, 0.25], [0.75, 0.3, 0.25], [0.35, 0.18, 0.08], [0.05, 0.35, 0.12], [1.0, 0.9, 0.2]]
)
"""Red, green and blue of each object."""
TOLERANCE = 0.15  # half the least difference of two colours, in the channel where they differ most
FACTORS = {
    "horizon": (8, 10), "house": (0, 1), "door": (0, 1), "tree": (0, 1), "sun": (0, 1), "house x": (1, 4),
    "house breadth": (5, 6), "door x": (1, 3), "tree x": (11, 13), "tree foot": (1, 3), "sun x": (2, 12),
}  # fmt: skip
"""The least and the most of each: whether an object is there, its left edge or middle, and rows below the horizon."""
NAMES = tuple(FACTORS)
LOW, HIGH = np.array(list(FACTORS.values())).T
BELOW, HOUSE, DOOR, TREE = 2, 5, (3, 2), 6  # rows of the house below the horizon, heights, the door's breadth
SUN = 2  # row of the sun's middle, and its radius


def channels(size: int) -> int:
    return size * size * COLOURS.shape[1]


def scenes(size: int, rows: int, rng: np.random.Generator) -> Float[np.ndarray, "rows 11"]:
    """Half of the scenes have a house, half of these a door within it; trees and suns are in half of them."""
    found = rng.integers(LOW, HIGH + 1, (rows, len(FACTORS)))
    found[:, NAMES.index("door")] *= found[:, NAMES.index("house")]
    place = NAMES.index("door x")
    found[:, place] = rng.integers(1, found[:, NAMES.index("house breadth")] - DOOR[1])
    return found.astype(np.float64)


def scaled(size: int, factors: Float[np.ndarray, "rows 11"]) -> Float[np.ndarray, "rows 11"]:
    """Each factor from -1 to 1."""
    refuse_wrong_factors(factors)
    return (2 * factors - LOW - HIGH) / (HIGH - LOW)


def drawn(size: int, factors: Float[np.ndarray, "rows 11"]) -> Float[np.ndarray, "rows channels"]:
    """The pictures, row by row, red, green and blue of each pixel in turn."""
    return COLOURS[shown(size, factors)].reshape(len(factors), -1)


def looked_at(size: int, factors: Float[np.ndarray, "rows 11"]) -> Float[np.ndarray, "rows channels"]:
    """The same, from -1 to 1."""
    return 2 * drawn(size, factors) - 1


def masks(size: int, factors: Float[np.ndarray, "rows 11"]) -> Bool[np.ndarray, "rows objects size size"]:
    """The pixels of each of OBJECTS; every pixel is of one of them."""
    return shown(size, factors)[:, None] == np.arange(len(OBJECTS))[:, None, None]


def shown(size: int, factors: Float[np.ndarray, "rows 11"]) -> Int[np.ndarray, "rows size size"]:
    """Of which of OBJECTS each pixel is; a door is on a house only, and what is in front hides what is behind."""
    refuse_wrong_factors(factors)
    factor = dict(zip(NAMES, factors.T[:, :, None, None], strict=True))
    grid = np.arange(size) * SIDE // size
    y, x = grid[None, :, None], grid[None, None, :]
    floor, left = factor["horizon"] + BELOW, factor["house x"]
    hinge, below = left + factor["door x"], factor["horizon"] + factor["tree foot"] - y
    house = (factor["house"] == 1) & inside(x, left, factor["house breadth"]) & inside(y, floor - HOUSE, HOUSE)
    door = house & (factor["door"] == 1) & inside(x, hinge, DOOR[1]) & inside(y, floor - DOOR[0], DOOR[0])
    tree = (below >= 0) & (below < TREE) & (2 * abs(x - factor["tree x"]) <= TREE - below) & (factor["tree"] == 1)
    sun = ((x - factor["sun x"]) ** 2 + (y - SUN) ** 2 <= SUN**2) & (factor["sun"] == 1)
    found = np.where(y < factor["horizon"], OBJECTS.index("sky"), OBJECTS.index("ground")) + 0 * x
    for name, where in (("sun", sun), ("house", house), ("door", door), ("tree", tree)):
        found[where] = OBJECTS.index(name)
    return found


def inside(place: np.ndarray, begin: np.ndarray, length: np.ndarray | int) -> Bool[np.ndarray, "..."]:
    return (place >= begin) & (place < begin + length)


def doors_alone(size: int, factors: Float[np.ndarray, "rows 11"]) -> tuple[Float[np.ndarray, "some 11"]]:
    """The scenes without a house, with a door."""
    found = factors[factors[:, NAMES.index("house")] == 0].copy()
    found[:, NAMES.index("door")] = 1
    return (found,)


def refuse_wrong_factors(factors: np.ndarray) -> None:
    """ValueError, with the row, unless there are as many as FACTORS, each a whole number within its range."""
    if factors.ndim != 2 or factors.shape[1] != len(FACTORS):
        raise ValueError(
            f"task 'scenes': expected factors (rows, {len(FACTORS)}), got shape {factors.shape}; give "
            f"{', '.join(FACTORS)}"
        )
    bad = np.argwhere(~((factors >= LOW) & (factors <= HIGH) & (factors == np.floor(factors))))
    if len(bad):
        row, place = bad[0]
        raise ValueError(
            f"task 'scenes': expected a {NAMES[place]} {LOW[place]} .. {HIGH[place]}, a whole number, got "
            f"{factors[row, place]:g} in row {row}; mend the factors"
        )


SCENES = Task(
    name="scenes",
    doc="A picture of n x n pixels of sky and ground, and of a house, its door, a tree and the sun where they are.",
    type=None,
    oracle=drawn,
    seen=scaled,
    masks=masks,
    objects=OBJECTS,
    factors=NAMES,
    misplaced=(Misplaced("door", doors_alone),),
    within=(("door", "house"),),
    sizes=(SIDE,),
    smallest=SIDE,
    classes=channels,
    kind="reals",
    tolerance=TOLERANCE,
    net="generator",
    recipe="scenes",
    train=Own(scenes, "scenes"),
    test=(Own(scenes, "scenes"),),
)
SCENES_SEEN = replace(
    SCENES,
    name="scenes_seen",
    doc="The picture that is seen, of n x n pixels of sky and ground, a house, its door, a tree and the sun.",
    seen=looked_at,
    misplaced=(),
    net="autoencoder",
    recipe="scenes_seen",
)
