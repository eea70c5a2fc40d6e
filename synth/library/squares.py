"""Squares of a board in plain Python: a word marks them, bit side * row + column for each.

The sources stand in the Python view of a program. With another `word` than int they work on arrays of such words.
"""

from itertools import product


def moved(a: int, down: int, right: int, side: int, word: type = int) -> int:
    """The squares so many rows below and columns to the right, where the board has them."""
    columns = sum(1 << column for column in range(side) if 0 <= column + right < side)
    rows = sum(columns << side * row for row in range(side) if 0 <= row + down < side)
    by = side * down + right
    return (a & word(rows)) << word(by) if by > 0 else (a & word(rows)) >> word(-by)


def beside(a: int, side: int, word: type = int) -> int:
    """The squares to the left, the right, above or below one of these."""
    rows = moved(a, 1, 0, side, word) | moved(a, -1, 0, side, word)
    return rows | moved(a, 0, 1, side, word) | moved(a, 0, -1, side, word)


def run(a: int, over: int, down: int, right: int, side: int, word: type = int) -> int:
    """The squares of `over` that a line reaches which begins beyond one of `a` and goes over such squares alone."""
    found = moved(a, down, right, side, word) & over
    for _ in range(side - 3):
        found = found | (moved(found, down, right, side, word) & over)
    return found


def beyond(a: int, over: int, side: int, word: type = int) -> int:
    """The squares at which straight lines end that begin at one of `a`, after one or more of `over`."""
    found = word(0)
    for down, right in product((-1, 0, 1), repeat=2):
        if down or right:
            found = found | moved(run(a, over, down, right, side, word), down, right, side, word)
    return found & (found ^ over)


def between(a: int, b: int, over: int, side: int, word: type = int) -> int:
    """The squares of `over` on straight lines of such squares alone from one of `a` to one of `b`."""
    found = word(0)
    for down, right in product((-1, 0, 1), repeat=2):
        if down or right:
            found = found | (run(a, over, down, right, side, word) & run(b, over, -down, -right, side, word))
    return found
