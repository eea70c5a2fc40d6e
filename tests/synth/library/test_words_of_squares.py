"""Squares of boards as words, beside the same walked square by square."""

import numpy as np
import pytest

from synth import check_primitive
from synth.language.xp import NUMPY
from synth.library.boards import boards

OWN = ("beside", "beyond", "between")
WAYS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]


def squares(word: int, side: int) -> set[tuple[int, int]]:
    return {(at // side, at % side) for at in range(side * side) if int(word) >> at & 1}


def lines(begin: set, over: set, way: tuple[int, int]) -> list[list[tuple[int, int]]]:
    """From each square the squares of `over` that follow one another, and the one after them."""
    found = []
    for row, column in begin:
        line = [(row + way[0], column + way[1])]
        while line[-1] in over:
            line.append((line[-1][0] + way[0], line[-1][1] + way[1]))
        found.append(line)
    return found


def walked(name: str, side: int, given: list[set]) -> set[tuple[int, int]]:
    on_board = {(row, column) for row in range(side) for column in range(side)}
    if name == "beside":
        steps = ((0, 1), (1, 0), (0, -1), (-1, 0))
        return {(row + down, column + right) for row, column in given[0] for down, right in steps} & on_board
    over = given[-1]
    each = [line for way in WAYS for line in lines(given[0], over, way)]
    if name == "beyond":
        return {line[-1] for line in each if len(line) > 1} & on_board
    found = set()
    for line in each:
        reached = [place for place, end in enumerate(line) if ends(line[: place + 1], given[1])]
        found |= set(line[: max(reached) + 1]) if reached else set()
    return found & over


def ends(line: list[tuple[int, int]], others: set) -> bool:
    """Whether the square after the line's last one in its direction is one of these."""
    return len(line) > 0 and line[-1] in others


@pytest.mark.parametrize("side", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("name", OWN)
def test_every_side_agrees_on_every_view(name, side):
    (primitive,) = (primitive for primitive in boards(side) if primitive.name == name)
    check_primitive(primitive)


@pytest.mark.parametrize("side", [3, 4, 8])
@pytest.mark.parametrize("name", OWN)
def test_squares_are_those_that_are_walked_to(name, side):
    (primitive,) = (primitive for primitive in boards(side) if primitive.name == name)
    rng = np.random.default_rng(side)
    for _ in range(60):
        marks = [rng.random(side * side) < share for share in (0.15, 0.3, 0.5)]
        if name == "between":  # ends that are none of the squares between
            marks = [marks[0] & ~marks[2], marks[1] & ~marks[2], marks[2]]
        marks = marks[-2:] if name == "beyond" else marks[: len(primitive.type.args)]
        words = [np.array([sum(1 << at for at in np.flatnonzero(mark).tolist())], dtype=np.uint64) for mark in marks]
        given = [squares(word[0], side) for word in words]
        found = squares(primitive.run(NUMPY, *words)[0], side)
        assert found == walked(name, side, given)


@pytest.mark.parametrize("side", [1, 9])
def test_a_side_that_is_too_small_or_large_is_refused(side):
    with pytest.raises(ValueError, match="expected a side of 2 to 8"):
        boards(side)
