"""The bank's two loops on a device: store what is new among an operator's candidates, or hold them against the goal.

Rectangles of rows go to the device once a level; it numbers their candidates, gathers the arguments, evaluates, hashes,
stores or compares. The host only hands out blocks, and looks at what came of them `GROUP` at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Bool, Int, Shaped

from synth.bank.budget import Meter
from synth.bank.device import blocks
from synth.bank.device.blocks import wide
from synth.bank.device.store import DeviceStore
from synth.bank.rectangles import sizes
from synth.checks.draws import draw
from synth.language.alike import agree
from synth.language.evaluate import defined, evaluate
from synth.language.primitive import Primitive
from synth.language.types import carrier

Run = Callable[..., tuple[Shaped[Array, "examples block"], Bool[Array, " block"]]]
Rectangles = Int[np.ndarray, "rectangles columns"]

GROUP = 8  # blocks between two looks at what came of them
MORE = 8  # times as many examples come first where more pass
PROBE_BOOL = 8  # examples that come first for Booleans
DRAWS = 24**2  # rows of arguments on which a traced `run` is held against numpy
TABLES = 16  # room of the smallest table of rectangles, and the factor to the next


@cache
def traced(primitive: Primitive, examples: int) -> Run | None:
    """A primitive's values on the device; None where these are not single numbers, or are not what numpy gives.

    Where it is None, numpy evaluates the candidates, and they are stored on the device all the same.
    """
    if not primitive.on_single_values:
        return None
    shape = (examples, blocks.sizes_here().few)
    rows = np.linspace(0, DRAWS - 1, shape[0] * shape[1]).astype(int)
    given = [
        values[rows].reshape(shape)
        for values in draw([carrier(kind) for kind in primitive.type.args], DRAWS, np.random.default_rng(0))
    ]
    try:
        with wide(), np.errstate(all="ignore"):
            run, every = blocks.evaluated(primitive), jnp.asarray(np.ones(shape[1], bool))
            values, fine = jax.device_get(run(every, *map(jnp.asarray, given)))
            same = bool(agree(values, evaluate(primitive, given)).all())
            if primitive.defined is not None:
                same &= np.array_equal(fine, defined(primitive, given))
    except Exception:  # whatever stands in JAX's way, numpy has run it before
        return None
    return run if same else None


def store(
    run: Run,
    head: int,
    given: Sequence[DeviceStore],
    into: DeviceStore,
    rects: Rectangles,
    check: Callable[[], None],
) -> None:
    """Store what is new among an operator's candidates, in order: the rows that numpy gives them."""
    table, total = table_of(rects)
    size = into.sizes.of(total, into.sizes.stored)
    for number, begin in enumerate(range(0, total, size), 1):
        with wide():
            rows, inside = blocks.candidates(table, head, begin, total, arity=len(given), block=size)
            values, wanted = run(inside, *gathered(given, rows, into.words))
            into.put(values, wanted, rows)
        if number % GROUP == 0 or begin + size >= total:
            check()


def match(
    run: Run,
    given: Sequence[DeviceStore],
    rects: Rectangles,
    wanted: Shaped[np.ndarray, " examples"],
    meter: Meter | None,
    check: Callable[[], None],
) -> Iterator[tuple[int, ...]]:
    """Rows of the candidates whose values are wanted, in order; the meter, if there is one, counts up to the last."""
    seen = 0
    for last, rows in matches(run, given, rects, wanted, check):
        if meter is not None:
            meter.candidates += last - seen
        seen = last
        if rows:
            yield rows


def matches(
    run: Run,
    given: Sequence[DeviceStore],
    rects: Rectangles,
    wanted: Shaped[np.ndarray, " examples"],
    check: Callable[[], None],
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """How many candidates were seen, with the rows of the last one where it is wanted; no rows after some blocks."""
    table, total = table_of(rects)
    size = given[0].sizes.of(total, given[0].sizes.matched)
    with wide():
        sweep = Sweep(run, tuple(given), table, total, jnp.asarray(wanted), size)
    small = size == given[0].sizes.few
    first = len(wanted) if small else min(PROBE_BOOL if wanted.dtype == bool else 1, len(wanted))
    begin = 0
    while begin < total:
        starts = range(begin, min(begin + GROUP * size, total), size)
        with wide():
            looks = [look(sweep, start, first) for start in starts]
            counts, hits = jax.device_get(([one.passed for one in looks], [one.right for one in looks]))
        for start, one, count, hit in zip(starts, looks, counts, hits, strict=True):
            crowded = count > len(hit)
            if crowded and first < len(wanted):
                first = min(MORE * first, len(wanted))
                break
            if crowded or hit.any():
                yield from ((start + place + 1, rows) for place, rows in found(sweep, one, int(count)))
            begin = start + size
        yield min(begin, total), ()
        check()


@dataclass(frozen=True, slots=True)
class Sweep:
    """Candidates that are held against a goal, in blocks of `size`."""

    run: Run
    given: tuple[DeviceStore, ...]
    table: Array
    total: int
    goal: Shaped[Array, " examples"]
    size: int


@dataclass(frozen=True, slots=True)
class Look:
    """A block of which `passed` are right on the first examples; so many of them as fit in `right`, on all examples."""

    rows: Int[Array, "4 block"]
    alive: Bool[Array, " block"]
    passed: Int[Array, ""]
    places: Int[Array, " some"]  # in the block
    chosen: Int[Array, "4 some"]
    right: Bool[Array, " some"]


def look(sweep: Sweep, begin: int, first: int) -> Look:
    """Hold a block against the goal, without waiting for the device."""
    rows, inside = blocks.candidates(sweep.table, 0, begin, sweep.total, arity=len(sweep.given), block=sweep.size)
    return narrowed(sweep, rows, right(sweep, rows, inside, first), 0)


def narrowed(sweep: Sweep, rows: Int[Array, "4 block"], alive: Bool[Array, " block"], skipped: int) -> Look:
    """The living after the first `skipped`, on all examples."""
    passed, places, chosen, there = blocks.survivors(alive, skipped, rows, size=sweep.given[0].sizes.few)
    return Look(rows, alive, passed, places, chosen, right(sweep, chosen, there, len(sweep.goal)))


def right(sweep: Sweep, rows: Int[Array, "4 n"], wanted: Bool[Array, " n"], examples: int) -> Bool[Array, " n"]:
    """Which of the wanted candidates agree with the goal on the first examples, and are defined there."""
    values, wanted = sweep.run(wanted, *gathered(sweep.given, rows, examples))
    return blocks.agreeing(values, wanted, sweep.goal)


def found(sweep: Sweep, one: Look, passed: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Places in the block and rows of those that are right, in order."""
    for skipped in range(0, passed, len(one.right)):
        with wide():
            here = narrowed(sweep, one.rows, one.alive, skipped) if skipped else one
            fits, places, chosen = jax.device_get((here.right, here.places, here.chosen))
        for hit in np.flatnonzero(fits):
            yield int(places[hit]), tuple(map(int, chosen[: len(sweep.given), hit]))


def gathered(given: Sequence[DeviceStore], rows: Int[Array, "4 n"], words: int) -> list[Array]:
    """The first words of the arguments' values."""
    return [blocks.columns(one.columns, rows, place, words=words) for place, one in enumerate(given)]


def table_of(rects: Rectangles) -> tuple[Int[Array, "7 room"], int]:
    """Rectangles as `blocks.candidates` takes them, on the device, and how many candidates they have in all.

    A rectangle's numbers: candidates before it, the first row of each argument (of the last ones, where there are
    fewer than three), how many rows the last two have, whether it is a triangle.
    """
    counts, plain = uniform(rects)
    room = TABLES
    while room < len(plain):
        room *= TABLES
    table = np.zeros((7, room), np.int64)
    table[0] = np.iinfo(np.int64).max
    table[0, : len(plain)] = np.cumsum(counts) - counts
    table[1:, : len(plain)] = plain.T
    with wide():
        return jnp.asarray(table), int(counts.sum())


def uniform(rects: Rectangles) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, "n 6"]]:
    """Rectangles of any number of arguments in one form, with their sizes; triangles start on the diagonal."""
    zero, one = np.zeros(len(rects), np.int64), np.ones(len(rects), np.int64)
    if rects.shape[1] == 2:
        low, high = rects.T
        return high - low, np.stack([zero, zero, low, one, high - low, zero], axis=1)
    if rects.shape[1] == 6:
        i0, i1, j0, j1, k0, k1 = rects.T
        return sizes(rects), np.stack([i0, j0, k0, j1 - j0, k1 - k0, zero], axis=1)
    i0, i1, j0, j1, triangle = rects.T
    plain = np.where(triangle == 1, np.clip(j0, i0, i1), i1)  # before this row all lines are whole
    deep, rest = j1 - plain, np.clip(np.minimum(i1, j1) - plain, 0, None)
    counts = np.stack([(plain - i0) * (j1 - j0), rest * deep - rest * (rest - 1) // 2], axis=1)
    parts = [
        np.stack([i0, zero, j0, one, j1 - j0, zero], axis=1),
        np.stack([plain, zero, plain, one, deep, one], axis=1),
    ]
    some = counts.reshape(-1) > 0
    return counts.reshape(-1)[some], np.stack(parts, axis=1).reshape(-1, 6)[some]
