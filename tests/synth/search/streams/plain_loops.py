"""What the tests of loops share: programs by their text, and examples from plain step functions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth.language.literals import literal
from synth.language.parse import parse
from synth.language.program import Program, Terminal
from synth.language.types import INT
from synth.library.loops import LOOPS
from synth.search.streams import Examples, Loop
from synth.search.streams.solve import fits

BIT = ((0, 1),)


def expression(text: str, *names: str) -> Program:
    return parse(text, (*LOOPS, *map(literal, range(20))), tuple(Terminal(name, INT) for name in names))


def examples_of(
    step: Callable[..., tuple[Any, ...]],
    start: Sequence[int],
    ranges: Sequence[tuple[int, int]],
    rows: int = 160,
    length: int = 10,
    outputs: int = 1,
    seed: int = 0,
) -> Examples:
    """`step(*states, *items)` gives the answers, then the states after them; items are low .. high."""
    rng = np.random.default_rng(seed)
    items = tuple(rng.integers(low, high + 1, (rows, length)) for low, high in ranges)
    answers = np.zeros((outputs, rows, length), dtype=np.int64)
    for row in range(rows):
        states: Sequence[Any] = start
        for place in range(length):
            told = step(*states, *(int(each[row, place]) for each in items))
            answers[:, row, place], states = told[:outputs], told[outputs:]
    return Examples(items, tuple(answers), np.full(rows, length))


def held_out(loop: Loop | None, *given, **more) -> bool:
    """Whether it is right on longer streams."""
    return loop is not None and fits(loop, examples_of(*given, rows=50, length=60, seed=7, **more))
