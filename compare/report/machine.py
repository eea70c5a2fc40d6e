"""The machine of a state that is carried along: a picture of it, and its text for Graphviz.

Its states stand on a ring, the start first. An arrow bears its letters with the answers to them.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from compare.report.arrays import Arrays

RADIUS, LEAST, APART = 17, 62, 74  # pixels: of a state, of the ring, between neighbours on it
SPREAD = 6  # pixels of the ring for an arrow between two states
LABEL = 0.36  # of the way along its arrow
SHOWN = 3  # letters on an arrow; the others are counted
MOST = 16  # states of a machine that is drawn


class Machine(NamedTuple):
    """A picture and its source."""

    svg: str
    dot: str
    states: int


class Arrow(NamedTuple):
    """From one state to another, by these letters with their answers."""

    begin: int
    end: int
    labels: list[str]

    @property
    def text(self) -> str:
        """The first of them."""
        left = len(self.labels) - SHOWN
        return ", ".join(self.labels[:SHOWN]) + (f" and {left} more" if left > 0 else "")


def machine(arrays: Arrays, cell: str) -> Machine | None:
    """Of a cell's arrays, where they hold a machine that is small enough."""
    known = [arrays.get(f"machine.{name}") for name in ("after", "says", "values", "letters")]
    after, says, values, letters = known
    if after is None or says is None or values is None or letters is None:
        return None
    if after.ndim != 2 or says.shape[:2] != after.shape or len(values) != len(after) or len(letters) != after.shape[1]:
        return None
    if len(after) > MOST:
        return None
    names, arrows = [_numbers(each) for each in values], arrows_of(after, says, letters)
    return Machine(svg(names, arrows, f"head-{cell}"), dot(names, arrows), len(names))


def arrows_of(after: np.ndarray, says: np.ndarray, letters: np.ndarray) -> list[Arrow]:
    """One for each two states that a letter leads between."""
    found: dict[tuple[int, int], list[str]] = {}
    for state, letter in zip(*np.nonzero(after >= 0), strict=True):
        label = f"{_numbers(letters[letter])}/{_answer(says[state, letter])}"
        found.setdefault((int(state), int(after[state, letter])), []).append(label)
    return [Arrow(*pair, labels) for pair, labels in found.items()]


def _numbers(values: np.ndarray) -> str:
    return " ".join(str(int(value)) for value in values)


def _answer(values: np.ndarray) -> str:
    """A number, or the symbols of a set."""
    return "{" + _numbers(np.flatnonzero(values)) + "}" if values.dtype == bool else _numbers(values)


def dot(names: Sequence[str], arrows: Sequence[Arrow]) -> str:
    """As Graphviz reads it."""
    lines = ["digraph machine {", "  rankdir=LR; node [shape=circle]; start [shape=point]; start -> s0;"]
    lines += [f'  s{place} [label="{name}"];' for place, name in enumerate(names)]
    lines += [f'  s{each.begin} -> s{each.end} [label="{each.text}"];' for each in arrows]
    return "\n".join([*lines, "}"])


def svg(names: Sequence[str], arrows: Sequence[Arrow], head: str) -> str:
    """One element, in the page's own colour; every arrow's letters in full on hover. `head`: the arrowhead's id."""
    between = sum(each.begin != each.end for each in arrows)
    ring = max(LEAST, APART / (2 * math.sin(math.pi / len(names))), SPREAD * between) if len(names) > 1 else 0.0
    side = 2 * (ring + 96)
    places = [_on_ring(ring, place, len(names), side / 2) for place in range(len(names))]
    drawn = [_arrow(each, places, side / 2, head) for each in arrows]
    circles = [
        f'<g class="state{" start" if place == 0 else ""}"><circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" />'
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{escape(name)}</text></g>'
        for place, (name, (x, y)) in enumerate(zip(names, places, strict=True))
    ]
    heads = (
        f'<defs><marker id="{escape(head)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 z" /></marker></defs>'
    )
    label = f"machine of {len(names)} states"
    return (
        f'<svg class="machine" role="img" aria-label="{label}" viewBox="0 0 {side:.0f} {side:.0f}" '
        f'width="{side:.0f}" height="{side:.0f}">{heads}{"".join(drawn)}{"".join(circles)}</svg>'
    )


def _on_ring(ring: float, place: int, of: int, middle: float) -> tuple[float, float]:
    angle = math.pi - 2 * math.pi * place / of  # the start on the left, on clockwise
    return middle + ring * math.cos(angle), middle - ring * math.sin(angle)


def _arrow(arrow: Arrow, places: Sequence[tuple[float, float]], middle: float, head: str) -> str:
    """Bent to its right, so that an arrow back does not cover it; a loop stands outside the ring."""
    (x0, y0), (x1, y1) = places[arrow.begin], places[arrow.end]
    if arrow.begin == arrow.end:
        path, at = _loop(x0, y0, middle)
    else:
        length = math.hypot(x1 - x0, y1 - y0)
        along = ((x1 - x0) / length, (y1 - y0) / length)
        across, bend = (-along[1], along[0]), 12 + length / 9
        top = ((x0 + x1) / 2 + across[0] * bend, (y0 + y1) / 2 + across[1] * bend)
        begin, end = _towards((x0, y0), top), _towards((x1, y1), top)
        path = f"M{begin[0]:.1f},{begin[1]:.1f} Q{top[0]:.1f},{top[1]:.1f} {end[0]:.1f},{end[1]:.1f}"
        weights = ((1 - LABEL) ** 2, 2 * LABEL * (1 - LABEL), LABEL**2)
        x, y = (sum(w * each[i] for w, each in zip(weights, (begin, top, end), strict=True)) for i in range(2))
        at = (x, y)
    title = escape(", ".join(arrow.labels))
    return (
        f'<g class="arrow"><title>{title}</title><path d="{path}" marker-end="url(#{escape(head)})" />'
        f'<text x="{at[0]:.1f}" y="{at[1] + 3:.1f}">{escape(arrow.text)}</text></g>'
    )


def _towards(begin: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """The point at a state's edge."""
    length = math.hypot(end[0] - begin[0], end[1] - begin[1])
    return (begin[0] + (end[0] - begin[0]) * RADIUS / length, begin[1] + (end[1] - begin[1]) * RADIUS / length)


def _loop(x: float, y: float, middle: float) -> tuple[str, tuple[float, float]]:
    outward = math.atan2(y - middle, x - middle) if (x, y) != (middle, middle) else -math.pi / 2
    ends = [outward - 0.5, outward + 0.5]
    (ax, ay), (bx, by) = ((x + RADIUS * math.cos(a), y + RADIUS * math.sin(a)) for a in ends)
    (cx, cy), (dx, dy) = ((x + 3.4 * RADIUS * math.cos(a), y + 3.4 * RADIUS * math.sin(a)) for a in ends)
    at = (x + 3.7 * RADIUS * math.cos(outward), y + 3.3 * RADIUS * math.sin(outward))
    return f"M{ax:.1f},{ay:.1f} C{cx:.1f},{cy:.1f} {dx:.1f},{dy:.1f} {bx:.1f},{by:.1f}", at
