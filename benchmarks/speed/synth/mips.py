"""MIPS: the 62 stream tasks from examples, each program held against 10,000 fresh streams of two lengths."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.names import find
from benchmarks.speed.synth.section import Figure, Options, Progress, Section
from benchmarks.tasks import TASKS, Task
from benchmarks.tasks.mips import MIPS62
from benchmarks.tasks.words import words
from synth.search.streams import Examples, Loop, solve_stream

COLUMNS = ("task", "MIPS", "GPT-4", "found", "strict", "bits", "s", "program")
EXAMPLES = 256
CHECKED = 1000  # fresh streams of each length, of which the search gets those that its program gets wrong
TOLD = 24  # of these, at most
FRESH = 10_000  # streams of each length that a program is held against
SEED = 62


class Try(NamedTuple):
    loop: Loop | None
    strict: bool  # right on all fresh streams of both lengths
    seconds: float  # CPU


def run(options: Options, progress: Progress) -> Section:
    """A program is strict where its printed Python is right on every fresh stream of length 10 (or 20) and of 100."""
    tries = []
    for row in MIPS62:
        progress(f"MIPS: {row.number} of {len(MIPS62)}, {row.name}")
        tries.append(attempt(find("task", row.task, TASKS), row.size, options.seconds))
    rows = tuple(
        (row.name, yes(row.mips), yes(row.gpt4), yes(one.loop is not None), yes(one.strict), *shown(one))
        for row, one in zip(MIPS62, tries, strict=True)
    )
    strict = [one for one in tries if one.strict and one.seconds <= options.seconds]
    bits = [one.loop.bits for one in strict if one.loop is not None]
    return Section(
        name="MIPS",
        columns=COLUMNS,
        rows=rows,
        figures=(
            Figure(name="MIPS strict", value=len(strict), unit=f"of {len(tries)}", sign=">=", bar=60),
            Figure(name="MIPS median time", value=median(one.seconds for one in tries), unit="s"),
            Figure(name="MIPS median program", value=median(bits) if bits else float("nan"), unit="bits"),
        ),
    )


def yes(holds: bool) -> str:
    return "yes" if holds else "-"


def shown(one: Try) -> tuple[str, str, str]:
    if one.loop is None:
        return "-", f"{one.seconds:.1f}", "-"
    return f"{one.loop.bits:.0f}", f"{one.seconds:.1f}", one.loop.python().strip()


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
