"""Causal functions of streams: item t of a result depends on the items 0 .. t of the arguments.

A program over streams is therefore the same function at every length. The shorter of two streams ends their zip.
"""

from dataclasses import replace
from typing import Any

from synth.language.machine import Machine
from synth.language.types import INT, STREAM, Fn
from synth.library.functions import MAP, STEP, TEST
from synth.library.lists import EACH, LARGEST, LENGTH, PAIRS, SMALLEST, SUM, counted, run_map, run_zip
from synth.library.plain import on_lists

UNARY = Fn((STREAM,), STREAM)


def delay(start: Any, xs: list) -> list:
    return [start, *xs][: len(xs)]


def time(xs: list) -> list:
    return list(range(len(xs)))


def running_sum(xs: list) -> list:
    return [sum(xs[: t + 1]) for t in range(len(xs))]


def running_max(xs: list) -> list:
    return [max(xs[: t + 1]) for t in range(len(xs))]


def running_min(xs: list) -> list:
    return [min(xs[: t + 1]) for t in range(len(xs))]


def running_count(f: Any, xs: list) -> list:
    return [sum(1 for x in xs[: t + 1] if f(x)) for t in range(len(xs))]


def clip(low: Any, high: Any, xs: list) -> list:
    return [min(max(x, low), high) for x in xs]


def map_stream(f: Any, xs: list) -> list:
    return [f(x) for x in xs]


def zip_stream(f: Any, xs: list, ys: list) -> list:
    return [f(x, y) for x, y in zip(xs, ys, strict=False)]


def scan_stream(step: Any, start: Any, xs: list) -> list:
    states = [start]
    for x in xs:
        states.append(step(states[-1], x))
    return states[1:]


def mealy(step: Any, out: Any, xs: list) -> list:
    states = [0]
    for x in xs:
        states.append(step(states[-1], x))
    return [out(state, x) for state, x in zip(states, xs, strict=False)]


def run_mealy(xp: Any, step: Any, out: Any, xs: Any) -> Any:
    states = xp.states(step, xs[..., 0] * 0, xp.items(xs))
    begin = xp.module.zeros_like(states[..., :1])
    before = xp.module.concatenate([begin, states[..., :-1]], axis=-1)
    return xp.like(xs, out(before, xp.items(xs)))


def run_clip(xp: Any, low: Any, high: Any, xs: Any) -> Any:
    return xp.like(xs, xp.minimum(xp.maximum(xp.items(xs), xp.along(low)), xp.along(high)))


def run_extreme(name: str) -> Any:
    """Running maximum or minimum; items beyond the end come last, so they change nothing."""
    return lambda xp, xs: xp.like(xs, getattr(xp.module, name).accumulate(xp.items(xs), axis=-1))


def so_far(machine: Machine) -> Machine:
    """The stream of a number's values after each item."""
    value = machine.value
    assert value is not None
    return replace(machine, value=None, item=lambda ops, before, after, *_: value(ops, after))


def clipped(ops: Any, low: Any, high: Any, x: Any) -> Any:
    raised = ops.where(x > low, x, low)
    return ops.where(raised < high, raised, high)


STREAMS = (
    on_lists(
        "delay",
        Fn((INT, STREAM), STREAM),
        "A start, then the stream.",
        lambda xp, x, xs: xp.shifted(x, xs),
        delay,
        Machine(
            start=lambda first, _: (first,),
            step=lambda ops, state, _, x: (x,),
            item=lambda ops, before, after, *_: before[0],
        ),
    ),
    on_lists(
        "time",
        UNARY,
        "0, 1, 2, ...",
        lambda xp, xs: xp.like(xs, xp.positions(xs)),
        time,
        replace(LENGTH, value=None, item=lambda ops, before, after, _: before[0]),
    ),
    on_lists(
        "running_sum",
        UNARY,
        "The sum so far.",
        lambda xp, xs: xp.like(xs, xp.module.cumsum(xp.items(xs), axis=-1)),
        running_sum,
        so_far(SUM),
    ),
    on_lists("running_max", UNARY, "The largest so far.", run_extreme("maximum"), running_max, so_far(LARGEST)),
    on_lists("running_min", UNARY, "The smallest so far.", run_extreme("minimum"), running_min, so_far(SMALLEST)),
    on_lists(
        "running_count",
        Fn((TEST, STREAM), STREAM),
        "How many items so far pass a test.",
        lambda xp, f, xs: xp.like(xs, xp.module.cumsum(xp.integer(f(xp.items(xs))), axis=-1)),
        running_count,
        so_far(counted()),
    ),
    on_lists(
        "clip",
        Fn((INT, INT, STREAM), STREAM),
        "Items raised to the first and cut to the second.",
        run_clip,
        clip,
        Machine(item=lambda ops, before, after, low, high, x: clipped(ops, low, high, x)),
    ),
    on_lists("map_stream", Fn((MAP, STREAM), STREAM), "A function of each item.", run_map, map_stream, EACH),
    on_lists(
        "zip_stream", Fn((STEP, STREAM, STREAM), STREAM), "A function of two streams.", run_zip, zip_stream, PAIRS
    ),
    on_lists(
        "scan_stream",
        Fn((STEP, INT, STREAM), STREAM),
        "States, each a function of the state before and the item; from a start.",
        lambda xp, step, start, xs: xp.like(xs, xp.states(step, start, xp.items(xs))),
        scan_stream,
        Machine(
            start=lambda step, start, _: (start,),
            step=lambda ops, state, step, _, x: (step(state[0], x),),
            item=lambda ops, before, after, *_: after[0],
        ),
    ),
    on_lists(
        "mealy",
        Fn((STEP, STEP, STREAM), STREAM),
        "A step function and an output function of the state before, from 0 on, and the item.",
        run_mealy,
        mealy,
        Machine(
            start=lambda *_: (0,),
            step=lambda ops, state, step, _, x: (step(state[0], x),),
            item=lambda ops, before, after, _, out, x: out(before[0], x),
        ),
    ),
)
