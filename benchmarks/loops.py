"""The synthesizer's loop for a task of streams, and whether it holds on fresh streams.

`strict` is right on 10,000 fresh streams of each of the task's first two lengths, by the printed Python. MIPS's own
check (Michaud et al. 2024) is ten streams of training.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.tasks import Task
from benchmarks.tasks.words import words
from synth.search.streams import Examples, Loop, solve_stream

EXAMPLES = 256
CHECKED = 1000  # fresh streams of each length, of which the search gets those that its program gets wrong
TOLD = 24  # of these, at most
FRESH = 10_000  # streams of each length that a program is held against
SEED = 62


class Try(NamedTuple):
    loop: Loop | None
    strict: bool  # right on all fresh streams of both lengths
    seconds: float  # CPU


def attempt(task: Task, size: int, seconds: float) -> Try:
    """From examples of the length that nets are trained on."""
    began = time.process_time()
    loop = solve_stream(words(task, size, task.test[0], EXAMPLES, SEED), seconds, checked(task, size))
    spent = time.process_time() - began
    return Try(loop, loop is not None and next(wrong(loop, task, size, FRESH, SEED + 2), None) is None, spent)


def checked(task: Task, size: int) -> Callable[[Loop], Examples | None]:
    """Fresh streams that a loop gets wrong, each up to its first wrong answer."""

    def check(loop: Loop) -> Examples | None:
        return next(wrong(loop, task, size, CHECKED, SEED + 1), None)

    return check


def wrong(loop: Loop, task: Task, size: int, rows: int, seed: int) -> Iterator[Examples]:
    """Of each of the first two lengths, where there are any, by the printed Python."""
    known: dict = {}
    exec(loop.python(), known)
    for number, sampler in enumerate(task.test[:2]):
        fresh = words(task, size, sampler, rows, [seed, number])
        streams = [each.tolist() for each in fresh.items]
        right = np.stack(fresh.answers, axis=-1).tolist()
        first = {}
        for row in range(rows):
            told = known["program"](*(stream[row] for stream in streams))
            expected = [tuple(each) if len(each) > 1 else each[0] for each in right[row]]
            if told != expected:
                first[row] = 1 + next(
                    t for t, pair in enumerate(zip(told, expected, strict=True)) if pair[0] != pair[1]
                )
            if len(first) == TOLD:
                break
        if first:
            yield fresh.take(np.array([*first]))._replace(lengths=np.array([*first.values()])).take(slice(None))


def fields(one: Try) -> dict[str, Any]:
    """What the record says of the search."""
    return {
        "program": None if one.loop is None else one.loop.python().strip(),
        "program_statement": statement(one),
        "program_seconds": one.seconds,
        "bits_program": None if one.loop is None else one.loop.bits,
        "synth_strict": one.strict,
    }


def statement(one: Try) -> str:
    if one.loop is None:
        return f"no loop was found in {one.seconds:.0f} s that is right on the examples and on fresh streams"
    held = "right" if one.strict else "not right"
    return (
        f"a loop of {one.loop.bits:.0f} bits fits the examples and is {held} on all of {FRESH:,} fresh streams of each "
        "of two lengths; whether there is a shorter one is not known"
    )
