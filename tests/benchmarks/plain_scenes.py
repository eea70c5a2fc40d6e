"""Scenes pixel by pixel: what a picture is to look like, by its factors."""

import numpy as np

COLOURS = {
    "sky": [0.45, 0.7, 1.0],
    "ground": [0.35, 0.65, 0.25],
    "house": [0.75, 0.3, 0.25],
    "door": [0.35, 0.18, 0.08],
    "tree": [0.05, 0.35, 0.12],
    "sun": [1.0, 0.9, 0.2],
}


def object_at(x: int, y: int, row: list[int]) -> str:
    """What is seen at a pixel of a picture of 16 x 16."""
    horizon, house, door, tree, sun, left, breadth, hinge, trunk, foot, middle = row
    if tree and 0 <= horizon + foot - y <= 5 and abs(x - trunk) <= (6 - (horizon + foot - y)) // 2:
        return "tree"
    if house and x - left in range(breadth) and y in range(horizon - 3, horizon + 2):
        return "door" if door and x - left in (hinge, hinge + 1) and y >= horizon - 1 else "house"
    if sun and (x - middle) ** 2 + (y - 2) ** 2 <= 4:
        return "sun"
    return "sky" if y < horizon else "ground"


def plain_objects(size: int, row: np.ndarray) -> list[list[str]]:
    """What is seen at each pixel."""
    factors = [int(factor) for factor in row]
    return [[object_at(x * 16 // size, y * 16 // size, factors) for x in range(size)] for y in range(size)]


def plain_picture(size: int, row: np.ndarray) -> list[float]:
    return [channel for line in plain_objects(size, row) for name in line for channel in COLOURS[name]]
