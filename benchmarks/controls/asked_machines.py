"""Tasks of machines that controls are made for: drawn ones, which no short rule gives, and a walk between two walls."""

from functools import cache

import numpy as np

from benchmarks.tasks import Task, Uniform
from compare.extract.recurrent.machine import Machine, minimal
from synth.language.types import STREAM, Fn

LETTERS, ANSWERS, LENGTH = 2, 2, 10
REACHED = 0.797  # of the states of a random machine of two letters (Carayol and Nicaud, STACS 2012)
MOVES = 5  # of the walk, from -2 to 2


@cache
def drawn(states: int) -> Machine:
    """A random minimal machine of so many states, all of them reached: of those of a few states more that are drawn."""
    rng = np.random.default_rng([states, 41])
    size = round(states / REACHED)
    while True:
        after, says = rng.integers(0, size, (size, LETTERS)), rng.integers(0, ANSWERS, (size, LETTERS))
        found = minimal(Machine(after=after, says=says))
        if found.size == states:
            return found


def run_drawn(states: int, x: np.ndarray) -> np.ndarray:
    return drawn(states).run(x).answers


def walk(top: int, x: np.ndarray) -> np.ndarray:
    """Where a walk from 0 stands that stops at 0 and at the top."""
    place, places = np.zeros(len(x), dtype=np.int64), np.empty_like(x)
    for time, letter in enumerate(x.T):
        places[:, time] = place = np.clip(place + letter - MOVES // 2, 0, top)
    return places


def letters(n: int) -> int:
    return LETTERS


def moves(n: int) -> int:
    return MOVES


def answers(n: int) -> int:
    return ANSWERS


def places(n: int) -> int:
    return n + 1


RANDOM_MACHINE = Task(
    name="random_machine",
    doc="What a random minimal machine of n states answers to two letters, drawn anew for every n.",
    type=None,
    oracle=run_drawn,
    sizes=(8,),
    net="recurrent",
    values=letters,
    classes=answers,
    train=Uniform(length=LENGTH),
    test=(Uniform(length=LENGTH), Uniform(length=10 * LENGTH)),
)
CLIPPED_WALK = Task(
    name="clipped_walk",
    doc="Where a walk by -2 to 2 stands that stops at 0 and at n.",
    type=Fn((STREAM,), STREAM),
    oracle=walk,
    sizes=(8,),
    values=moves,
    classes=places,
    library=("streams", "functions", "arith"),
    train=Uniform(length=LENGTH),
    test=(Uniform(length=LENGTH), Uniform(length=10 * LENGTH)),
)
