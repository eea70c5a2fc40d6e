"""Compiled loops over rectangles, run in passes so that limits are looked at in between."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped

from synth.bank.budget import Meter
from synth.bank.store import Store

STEP = 1 << 16  # candidates before the first look at the clock
PATIENCE = 0.05  # seconds between two looks, about; twice as many candidates are gone through until it takes so long


def store_compiled(
    loops: Any,
    head: int,
    given: list[Store],
    into: Store,
    rects: Int[np.ndarray, "rectangles columns"],
    check: Callable[[], None],
) -> None:
    """The same as evaluating, hashing and storing in numpy, in one compiled pass over the rectangles."""
    from synth.bank.table_loops import BLOCK as SIDE
    from synth.bank.table_loops import DONE, FULL

    arity = len(given)
    block = np.empty((len(into.values), SIDE), into.values.dtype)
    ok, chosen = np.ones(SIDE, np.uint8), np.empty(SIDE + 1, np.int64)
    places = np.empty((arity, SIDE), np.uint32)
    words, hashes = np.empty(SIDE, np.uint64), np.empty(SIDE, np.uint64)
    state, pace = begin(rects, into.count), Pace()
    limit = pace.step
    while True:
        reason = loops.store(
            *(store.values for store in given), rects, state, limit, head, into.hash.first,
            into.hash.multiplier, block, ok, places, words, hashes, chosen, into.values, into.heads, into.args,
            into.keys, into.rows,
        )  # fmt: skip
        into.count = int(state[5])
        check()
        if reason == DONE:
            return
        if reason == FULL:
            into.reserve(SIDE)
        if int(state[6]) >= limit:
            limit = int(state[6]) + pace.next()


def match_compiled(
    loops: Any,
    given: list[np.ndarray],
    rects: Int[np.ndarray, "rectangles columns"],
    wanted: Shaped[np.ndarray, " words"],
    meter: Meter | None,
    check: Callable[[], None],
) -> Iterator[tuple[int, ...]]:
    """Rows of the candidates whose values are the goal, in order; the meter counts them, if there is one."""
    from synth.bank.table_loops import DONE, HIT

    state, seen, pace = begin(rects, 0), 0, Pace()
    while True:
        reason = loops.match(*given, rects, state, int(state[6]) + pace.step, wanted)
        if reason != HIT:
            pace.next()
        if meter is not None:
            meter.candidates += int(state[6]) - seen
        seen = int(state[6])
        if reason == DONE:
            return
        if reason == HIT:
            outer = [int(row) for row in state[1 : len(given)]]
            yield (*outer, int(state[len(given) if len(given) > 1 else 2]) - 1)
        check()


class Pace:
    """How many candidates are gone through between two looks at the clock."""

    def __init__(self) -> None:
        self.step = STEP
        self._began = time.monotonic()

    def next(self) -> int:
        """The next step, after one is done."""
        now = time.monotonic()
        if now - self._began < PATIENCE:
            self.step *= 2
        elif now - self._began > 2 * PATIENCE:
            self.step = max(STEP, self.step // 2)
        self._began = now
        return self.step


def begin(rects: Int[np.ndarray, "rectangles columns"], count: int) -> Int[np.ndarray, " 7"]:
    """The state from which a kernel starts: rectangle, outer places, last place, used, count, seen."""
    first = rects[0]
    state = np.zeros(7, np.int64)
    if len(first) == 2:
        state[2] = first[0]
    elif len(first) == 5:
        state[1], state[2] = first[0], max(first[2], first[0]) if first[4] else first[2]
    else:
        state[1], state[2], state[3] = first[0], first[2], first[4]
    state[5] = count
    return state
