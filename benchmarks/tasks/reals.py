"""Functions of reals, and images: inputs without an alphabet, asked on samples."""

from functools import cache

import numpy as np

from benchmarks.tasks.sampling import Box, Own
from benchmarks.tasks.task import Task
from synth.language.types import REAL, Fn

BOUND = 2.0
NOISE = 0.15  # standard deviation of each pixel, beside a shape of ones on zeros
SHAPES = ("bar", "pole", "cross", "square", "diamond")


def one(size: int) -> int:
    return 1


def shapes(size: int) -> int:
    return len(SHAPES)


def product_and_sine(size: int, x1: np.ndarray, x2: np.ndarray, x3: np.ndarray) -> np.ndarray:
    return x1 * x2 + np.sin(x3)


def stencil(radius: int) -> np.ndarray:
    """The shapes on (2 radius + 1) squared pixels, in the order of SHAPES."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    edge = np.maximum(abs(x), abs(y)) == radius
    return np.stack([y == 0, x == 0, (x == 0) | (y == 0), edge, abs(x) + abs(y) == radius])


@cache
def placed(size: int) -> np.ndarray:
    """Every shape of a radius from 2 to a quarter of the side wherever it is whole, arrays (places, 5, pixels)."""
    found = []
    for radius in range(2, size // 4 + 1):
        span = 2 * radius + 1
        for top, left in np.ndindex(size - span + 1, size - span + 1):
            image = np.zeros((len(SHAPES), size, size))
            image[:, top : top + span, left : left + span] = stencil(radius)
            found.append(image.reshape(len(SHAPES), -1))
    return np.stack(found)


def pictures(size: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """One shape, all kinds and places alike, and noise on every pixel."""
    shapes = placed(size)
    clean = shapes[rng.integers(0, len(shapes), rows), rng.integers(0, len(SHAPES), rows)]
    return (clean + rng.normal(0.0, NOISE, clean.shape)).reshape(rows, size, size)


def nearest_shape(size: int, images: np.ndarray) -> np.ndarray:
    """The kind of the shape and place that differ least from the image, in squares."""
    shapes = placed(size)
    flat = shapes.reshape(-1, size * size)
    distance = (flat**2).sum(axis=1) - 2 * images.reshape(len(images), -1) @ flat.T
    return distance.argmin(axis=1) % len(SHAPES)


PRODUCT_AND_SINE = Task(
    name="product_and_sine",
    doc="x1 x2 + sin x3 for reals between -2 and 2.",
    type=Fn((REAL, REAL, REAL), REAL),
    oracle=product_and_sine,
    sizes=(3,),
    smallest=3,
    classes=one,
    library=("reals", "trigonometric"),
    kind="reals",
    tolerance=0.05,
    train=Box(low=-BOUND, high=BOUND),
    test=(Box(low=-BOUND, high=BOUND),),
)
SHAPE = Task(
    name="shape",
    doc="Which of five shapes is on a noisy image of n x n pixels: " + ", ".join(SHAPES) + ".",
    type=None,
    oracle=nearest_shape,
    sizes=(12, 16),
    smallest=8,
    classes=shapes,
    train=Own(pictures, "images of one shape each"),
    test=(Own(pictures, "images of one shape each"),),
)

REALS = (PRODUCT_AND_SINE, SHAPE)
