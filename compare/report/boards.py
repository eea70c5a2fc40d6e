"""Pictures of boards, and of what a net answers there by itself and once its state is moved to them from another."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from compare.record import Record
from compare.report.arrays import Arrays
from compare.report.show import counted, fraction

SQUARE, GAP, EDGE = 26, 44, 2  # pixels: a square's side, between two boards, round them
NAMES = ("colours", "answered", "legal")
DISCS = {1: "first", -1: "second"}
FOUND = {(True, True): "right", (True, False): "added", (False, True): "missed"}  # by (answered, legal)
WHERE = ("before", "after")


class Pair(NamedTuple):
    """Two boards."""

    svg: str
    words: str  # what is wrong, and about the pass


class BoardsPart(NamedTuple):
    """Those that are kept of one net."""

    words: str
    pairs: list[Pair]


def boards(record: Record, arrays: Arrays) -> BoardsPart | None:
    """None where nothing was measured, or the arrays do not fit together."""
    found = [arrays[f"boards.{name}"] for name in NAMES if f"boards.{name}" in arrays]
    if not record.squares_wrong or not record.squares_wrong_none or len(found) < len(NAMES):
        return None
    colours, answered, legal = found
    squares = colours.shape[-1]
    whole = (len(colours), 2, squares + 1)
    if colours.shape[:2] != whole[:2] or math.isqrt(squares) ** 2 != squares or not len(colours):
        return None
    if answered.shape != whole or legal.shape != whole:
        return None
    return BoardsPart(_words(record), [_pair(*each) for each in zip(colours, answered, legal, strict=True)])


def _words(record: Record) -> str:
    moved, left = fraction(record.squares_wrong[0]), fraction(record.squares_wrong_none[0])
    return f"Moved to another board, the net's sets are wrong in {moved} moves; left as they are, in {left}."


def _pair(colours: np.ndarray, answered: np.ndarray, legal: np.ndarray) -> Pair:
    wrong = [int((given != right).sum()) for given, right in zip(answered, legal, strict=True)]
    said = [f"{counted(number, 'move')} wrong {where}" for number, where in zip(wrong, WHERE, strict=True)]
    passes = [FOUND.get((bool(given[-1]), bool(right[-1]))) for given, right in zip(answered, legal, strict=True)]
    said += [f"pass {found} {where}" for found, where in zip(passes, WHERE, strict=True) if found]
    return Pair(svg(colours, answered, legal, ", ".join(said)), ", ".join(said))


def svg(colours: np.ndarray, answered: np.ndarray, legal: np.ndarray, label: str) -> str:
    """One element: the board before, an arrow, the board that the state was moved to."""
    side = math.isqrt(colours.shape[-1])
    board = SQUARE * side
    width, height = 2 * (board + EDGE) + GAP, board + 2 * EDGE
    drawn = [
        f'<g transform="translate({EDGE + place * (board + GAP)} {EDGE})">{_board(side, *each)}</g>'
        for place, each in enumerate(zip(colours, answered, legal, strict=True))
    ]
    left, right, middle = EDGE + board + 8, EDGE + board + GAP - 8, height / 2
    arrow = f'<path class="to" d="M{left},{middle} H{right} m-7,-5 l7,5 l-7,5" />'
    return (
        f'<svg class="board" role="img" aria-label="two boards: {label}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{drawn[0]}{arrow}{drawn[1]}</svg>'
    )


def _board(side: int, colours: Sequence[float], answered: Sequence[bool], legal: Sequence[bool]) -> str:
    lines = "".join(f"M0,{SQUARE * at} H{SQUARE * side} M{SQUARE * at},0 V{SQUARE * side} " for at in range(side + 1))
    found = [f'<path class="lines" d="{lines.strip()}" />']
    for at in range(side * side):
        x, y = (SQUARE * each + SQUARE // 2 for each in (at % side, at // side))
        if disc := DISCS.get(int(colours[at])):
            found.append(f'<circle class="{disc}" cx="{x}" cy="{y}" r="10" />')
        if mark := FOUND.get((bool(answered[at]), bool(legal[at]))):
            found.append(_mark(mark, x, y))
    return "".join(found)


def _mark(mark: str, x: int, y: int) -> str:
    """A dot where it is right, a cross where the net adds a move, an empty ring where it misses one."""
    if mark == "added":
        return f'<path class="added" d="M{x - 5},{y - 5} l10,10 m0,-10 l-10,10" />'
    return f'<circle class="{mark}" cx="{x}" cy="{y}" r="{4 if mark == "right" else 5}" />'
