"""Streams of a task as the search for loops takes them: whole numbers, the oracle asked in 64-bit integers."""

from collections.abc import Sequence

import numpy as np

from benchmarks.tasks.declaration import Declaration
from benchmarks.tasks.drawn import answers, drawn
from benchmarks.tasks.examples import coded
from benchmarks.tasks.sampling import Sampler
from synth.search.streams import Examples


def words(task: Declaration, size: int, sampler: Sampler, rows: int, seed: int | Sequence[int]) -> Examples:
    """Rows from a sampler with the right answers; a set as the number whose bits are its symbols."""
    given = drawn(task, sampler, size, rows, np.random.default_rng(seed))
    items = tuple(values.astype(np.int64) for values in given)
    right = answers(task, size, items)
    outputs = np.moveaxis(right, -1, 0) if task.kind == "reals" else [coded(task, right)]
    lengths = np.full(rows, items[0].shape[1])
    return Examples(items, tuple(each.astype(np.int64) for each in outputs), lengths)
