"""Objects of two shapes drawn by strokes, one above the other: their arrangement tells the class, not the shapes alone.

An input is the parameters of a picture, (rows, 11) in the order of PARAMETERS; nets are given the picture.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, UInt

from benchmarks.tasks.sampling import Own
from benchmarks.tasks.task import Task

PARAMETERS = (
    "class", "x", "y", "scale", "tilt", "upper x", "upper y", "lower x", "lower y", "contrast", "seed",
)  # fmt: skip
SIDE = 24  # positions and jitter are in pixels of a picture of this side, and grow with it
RADIUS, APART = 4.0, 1.15  # of a shape in those pixels, and how far from the middle its own is, in radii
MOVED, JITTER, SCALES, TILT, CONTRASTS = 2.5, 0.5, (0.85, 1.1), np.radians(10), (0.8, 1.2)
STROKE, EDGE = 0.7, 4.0  # half a stroke's width in true pixels, and how sharp its edge is
NOISE = 0.1  # standard deviation of each pixel
SEEDS = 2**48  # all of them whole as floating-point numbers
CHUNK = 64  # pictures that are drawn at once, few enough for the cache

SQUARE = (((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)),)  # lines as points (x, y), y downwards
TRIANGLE = (((-1, 0.9), (1, 0.9), (0, -0.9), (-1, 0.9)),)
CROSS = (((-1, -1), (1, 1)), ((-1, 1), (1, -1)))
DIAMOND = (((0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0), (0, -1.1)),)
SHAPES = {"square": SQUARE, "triangle": TRIANGLE, "X": CROSS, "diamond": DIAMOND}
PAIRS = (
    ("triangle", "square"), ("square", "triangle"), ("X", "square"), ("square", "X"),
    ("diamond", "triangle"), ("triangle", "diamond"), ("X", "diamond"), ("diamond", "X"),
)  # fmt: skip
"""The upper and the lower shape of each class; an odd class is the scramble of the one before it."""


def classes(size: int) -> int:
    return len(PAIRS)


def objects(size: int, rows: int, rng: np.random.Generator) -> Float[np.ndarray, "rows 11"]:
    """Parameters of pictures, all classes alike."""
    columns = (
        rng.integers(0, len(PAIRS), (rows, 1)),
        rng.uniform(-MOVED, MOVED, (rows, 2)),
        rng.uniform(*SCALES, (rows, 1)),
        rng.uniform(-TILT, TILT, (rows, 1)),
        rng.uniform(-JITTER, JITTER, (rows, 4)),
        rng.uniform(*CONTRASTS, (rows, 1)),
        rng.integers(0, SEEDS, (rows, 1)),
    )
    return np.concatenate(columns, axis=1)


def object_class(size: int, parameters: Float[np.ndarray, "rows 11"]) -> np.ndarray:
    return parameters[:, 0].astype(np.int64)


def recombined(size: int, mine: tuple[np.ndarray, ...], theirs: tuple[np.ndarray, ...]) -> np.ndarray:
    """The class of the others' upper shape above one's own lower one, -1 where there is none."""
    table = np.array([[PAIRS.index((a[0], b[1])) if (a[0], b[1]) in PAIRS else -1 for a in PAIRS] for b in PAIRS])
    return table[object_class(size, mine[0]), object_class(size, theirs[0])]


def pictures(size: int, parameters: Float[np.ndarray, "rows 11"]) -> Float[np.ndarray, "rows size size"]:
    """The objects with noise on every pixel, which the seed alone decides."""
    refuse_wrong_parameters(parameters)
    found = np.empty((len(parameters), size, size), dtype=np.float32)
    for begin in range(0, len(parameters), CHUNK):
        some = slice(begin, begin + CHUNK)
        noise = normal(parameters[some, -1].astype(np.uint64), size * size)
        found[some] = clean(size, parameters[some]) + np.float32(NOISE) * noise.reshape(-1, size, size)
    return found


def clean(size: int, parameters: Float[np.ndarray, "rows 11"]) -> Float[np.ndarray, "rows size size"]:
    """The objects without noise: each pixel as near to a stroke as it is."""
    near = np.full((len(parameters), size, size), np.inf, dtype=np.float32)
    grid = np.arange(size, dtype=np.float32)
    for begin, along in zip(*strokes(size, parameters), strict=True):
        right, down = grid - begin[:, :1], grid - begin[:, 1:]
        length = (along**2).sum(axis=1)[:, None, None]
        reached = (down * along[:, 1:])[:, :, None] + (right * along[:, :1])[:, None, :]
        reached /= length
        nearest = np.clip(reached, 0, 1)
        distance = nearest - 2 * reached
        distance *= nearest
        distance *= length
        distance += (down**2)[:, :, None] + (right**2)[:, None, :]
        np.minimum(near, distance, out=near)
    ink = 1 / (1 + np.exp(EDGE * (np.sqrt(np.maximum(near, 0)) - STROKE)))
    return ink * parameters[:, 9, None, None].astype(np.float32)


def strokes(
    size: int, parameters: Float[np.ndarray, "rows 11"]
) -> tuple[Float[np.ndarray, "strokes rows 2"], Float[np.ndarray, "strokes rows 2"]]:
    """Where each stroke begins, and how it goes from there, x and y in pixels."""
    number = parameters[:, 0].astype(np.int64)
    x, y = np.moveaxis(RADIUS * parameters[:, 3, None, None, None] * ENDS[number], -1, 0)
    cosine, sine = (turn(parameters[:, 4])[:, None, None] for turn in (np.cos, np.sin))
    turned = np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)
    jitter = parameters[:, 5:9].reshape(-1, 2, 2)[np.arange(len(parameters))[:, None], LOWER[number]]
    whole = turned + (parameters[:, 1:3][:, None] + jitter)[:, :, None]
    ends = ((size - 1) / 2 + size / SIDE * whole).astype(np.float32)
    begin, end = np.moveaxis(ends, (2, 1), (0, 1))
    return begin, end - begin


def normal(seeds: UInt[np.ndarray, " rows"], count: int) -> Float[np.ndarray, "rows count"]:
    """Standard normal numbers, each row from its seed alone: SplitMix64 (Steele et al., 2014), Box and Muller's."""
    steps = np.arange(1, (count + 1) // 2 + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = mixed(mixed(seeds)[:, None] + steps)
    high, low = bits >> np.uint64(32), bits & np.uint64(0xFFFFFFFF)
    radius = np.sqrt(-2 * np.log((high.astype(np.float32) + 1) * np.float32(2**-32)))
    angle = low.astype(np.float32) * np.float32(2 * np.pi * 2**-32)
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)[:, :count]


def mixed(bits: UInt[np.ndarray, "..."]) -> UInt[np.ndarray, "..."]:
    """SplitMix64's hash of 64 bits; what overflows is left out."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def refuse_wrong_parameters(parameters: np.ndarray) -> None:
    """ValueError, with the row, unless there are as many as PARAMETERS, of a known class and with a whole seed."""
    if parameters.ndim != 2 or parameters.shape[1] != len(PARAMETERS):
        raise ValueError(
            f"task 'objects': expected parameters (rows, {len(PARAMETERS)}), got shape {parameters.shape}; give "
            f"{', '.join(PARAMETERS)}"
        )
    for place, most in ((0, len(PAIRS)), (len(PARAMETERS) - 1, 2**53)):
        values = parameters[:, place]
        bad = np.flatnonzero(~((values >= 0) & (values < most) & (values == np.floor(values))))
        if len(bad):
            raise ValueError(
                f"task 'objects': expected a {PARAMETERS[place]} 0 .. {most - 1}, got {values[bad[0]]} in row {bad[0]};"
                " mend the parameters"
            )


def lines_of(pair: Sequence[str]) -> list[tuple[int, np.ndarray]]:
    """Every stroke of an object, the upper shape (0) before the lower (1): its ends (2, 2), in radii."""
    return [
        (lower, np.array(ends) + np.array([0, (2 * lower - 1) * APART]))
        for lower, shape in enumerate(pair)
        for line in SHAPES[shape]
        for ends in pairwise(line)
    ]


def padded() -> tuple[Float[np.ndarray, "classes strokes 2 2"], np.ndarray]:
    """The strokes of every class, and of which shape each is (classes, strokes); the first one again up to the most."""
    each = [lines_of(pair) for pair in PAIRS]
    most = max(map(len, each))
    whole = [lines + lines[:1] * (most - len(lines)) for lines in each]
    return np.array([[ends for _, ends in lines] for lines in whole]), np.array([[n for n, _ in one] for one in whole])


ENDS, LOWER = padded()

OBJECTS = Task(
    name="objects",
    doc="Which of eight objects, two of four stroke shapes one above the other, is on a noisy image of n x n pixels.",
    type=None,
    oracle=object_class,
    recombined=recombined,
    seen=pictures,
    sizes=(24,),
    smallest=16,
    classes=classes,
    net="hierarchy",
    recipe="strokes",
    train=Own(objects, "objects of two shapes each"),
    test=(Own(objects, "objects of two shapes each"),),
)

VISION = (OBJECTS,)
