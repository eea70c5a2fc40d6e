"""LIST and STREAM: programs over lists and over streams, held against rows that the search never saw."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.speed.synth import targets_lists, targets_streams
from benchmarks.speed.synth.section import HASTE, Figure, Options, Progress, Section, Try, middle, seconds, shown
from benchmarks.speed.synth.smt_text import size_of
from synth import Budget, Found, Spec, answers, solve
from synth.language.primitive import Primitive

COLUMNS = ("target", "kind", "s", "size", "held out", "minimal", "program")
FRESH = 1  # added to the seed of the examples for held-out rows
QUICK, STREAM_SECONDS = 1.0, 10.0
SLACK = 3  # seconds by the clock that a second of CPU time may take
KINDS = {3: "three functions", 4: "four functions", 0: "lambda"}


def run_lists(options: Options, progress: Progress) -> Section:
    """Solved means right on all held-out rows."""
    targets = targets_lists.targets()
    held_out, seed = targets_lists.HELD_OUT, targets_lists.SEED + FRESH
    attempt(targets_lists.spec_of(targets[0]), None, targets[0].library, options.seconds)
    tries = []
    for place, target in enumerate(targets, 1):
        progress(f"LIST: {place} of {len(targets)}, {target.name}")
        fresh = targets_lists.spec_of(target, held_out, seed)
        tries.append(attempt(targets_lists.spec_of(target), fresh, target.library, options.seconds))
    rows = tuple(row(target.name, KINDS[target.functions], one) for target, one in zip(targets, tries, strict=True))
    return Section(name="LIST", columns=COLUMNS, rows=rows, figures=list_figures(targets, tries))


def run_streams(options: Options, progress: Progress) -> Section:
    """Solved means right on all items of streams a hundred times as long as those of the examples."""
    limit = SLACK * min(STREAM_SECONDS, options.seconds)
    long = targets_streams.LENGTH * targets_streams.LONGER
    targets = targets_streams.TARGETS
    attempt(targets_streams.spec_of(targets[0]), None, targets_streams.LIBRARY, limit)
    tries = []
    for place, target in enumerate(targets, 1):
        progress(f"STREAM: {place} of {len(targets)}, {target.name}")
        fresh = targets_streams.spec_of(target, targets_streams.HELD_OUT, long, targets_streams.SEED + FRESH)
        tries.append(attempt(targets_streams.spec_of(target), fresh, targets_streams.LIBRARY, limit))
    exact = sum(one.held_out == 1 and one.seconds <= STREAM_SECONDS for one in tries)
    return Section(
        name="STREAM",
        columns=COLUMNS,
        rows=tuple(row(target.name, "stream", one) for target, one in zip(targets, tries, strict=True)),
        figures=(
            Figure(
                name=f"STREAM exact at {targets_streams.LONGER} times the length in {STREAM_SECONDS:g} s",
                value=exact,
                unit=f"of {len(tries)}",
                sign=">=",
                bar=len(tries),
            ),
            Figure(name="STREAM median time", value=middle(one.seconds for one in tries), unit="s"),
        ),
    )


def attempt(spec: Spec, fresh: Spec | None, library: Sequence[Primitive], limit: float) -> Try:
    """Our answer from examples, and its share of fresh rows that are right."""
    began = time.process_time()
    found = solve(spec, library, Budget(seconds=limit, effort=HASTE))
    spent = time.process_time() - began
    if not isinstance(found, Found):
        return Try(solved=False, seconds=spent, candidates=found.counts.candidates, note=found.statement)
    held_out = 1.0
    if fresh is not None:
        right = answers(found.program, fresh, fresh.inputs) == fresh.outputs
        held_out = float(np.mean(right.reshape(len(right), -1).all(axis=1)))
    return Try(
        solved=True,
        seconds=spent,
        size=size_of(found.program.show()),
        text=found.program.show(),
        held_out=held_out,
        minimal=found.minimal,
        candidates=found.counts.candidates,
    )


def row(name: str, kind: str, one: Try) -> tuple[str, ...]:
    held_out = shown(one.held_out) if one.solved else "-"
    return (
        name,
        kind,
        seconds(one),
        str(one.size or "-"),
        held_out,
        "yes" if one.minimal else "-",
        one.text or one.note,
    )


def list_figures(targets: Sequence[Any], tries: Sequence[Try]) -> tuple[Figure, ...]:
    def right(functions: int, limit: float) -> tuple[int, int]:
        chosen = [one for target, one in zip(targets, tries, strict=True) if target.functions == functions]
        return sum(one.held_out == 1 and one.seconds <= limit for one in chosen), len(chosen)

    (three, all_three), (four, all_four), (inner, all_inner) = right(3, QUICK), right(4, 60.0), right(0, 60.0)
    return (
        Figure(name="LIST three functions in 1 s", value=three, unit=f"of {all_three}", sign=">=", bar=all_three),
        Figure(name="LIST four functions in 60 s", value=four / all_four, sign=">=", bar=0.9),
        Figure(name="LIST lambdas in 60 s", value=inner, unit=f"of {all_inner}", sign=">=", bar=all_inner),
        Figure(name="LIST median time", value=middle(one.seconds for one in tries), unit="s"),
    )
