"""Lists of integers: DeepCoder's functions (Balog et al. 2017, arXiv 1611.01989) and fold.

Everything is total: the head, last, minimum and maximum of an empty list are 0, access outside the list is 0, and
negative counts of take and drop are 0. No list grows, so the capacity of the arrays never shows.
"""

from dataclasses import replace
from typing import Any

from synth.language.machine import Machine
from synth.language.types import INT, LIST, Fn
from synth.library.functions import MAP, STEP, TEST
from synth.library.plain import on_lists

UNARY = Fn((LIST,), LIST)
NUMBER = Fn((LIST,), INT)
COUNTED = Fn((INT, LIST), LIST)


def head(xs: list) -> Any:
    return xs[0] if xs else 0


def last(xs: list) -> Any:
    return xs[-1] if xs else 0


def access(n: Any, xs: list) -> Any:
    return xs[n] if 0 <= n < len(xs) else 0


def minimum(xs: list) -> Any:
    return min(xs, default=0)


def maximum(xs: list) -> Any:
    return max(xs, default=0)


def total(xs: list) -> Any:
    return sum(xs)


def length(xs: list) -> Any:
    return len(xs)


def take_list(n: Any, xs: list) -> list:
    return xs[: max(n, 0)]


def drop_list(n: Any, xs: list) -> list:
    return xs[max(n, 0) :]


def reverse(xs: list) -> list:
    return xs[::-1]


def ascending(xs: list) -> list:
    return sorted(xs)


def map_list(f: Any, xs: list) -> list:
    return [f(x) for x in xs]


def filter_list(f: Any, xs: list) -> list:
    return [x for x in xs if f(x)]


def count_if(f: Any, xs: list) -> Any:
    return sum(1 for x in xs if f(x))


def zip_lists(f: Any, xs: list, ys: list) -> list:
    return [f(x, y) for x, y in zip(xs, ys, strict=False)]


def scan_list(f: Any, xs: list) -> list:
    states = xs[:1]
    for x in xs[1:]:
        states.append(f(states[-1], x))
    return states


def fold_list(f: Any, start: Any, xs: list) -> Any:
    state = start
    for x in xs:
        state = f(state, x)
    return state


def run_map(xp: Any, f: Any, xs: Any) -> Any:
    return xp.like(xs, f(xp.items(xs)))


def run_zip(xp: Any, f: Any, xs: Any, ys: Any) -> Any:
    return xp.vector(xp.shorter(xs, ys), f(xp.items(xs), xp.items(ys)))


def run_scan_list(xp: Any, f: Any, xs: Any) -> Any:
    items = xp.items(xs)
    rest = xp.states(f, items[..., 0], items[..., 1:])
    first = xp.module.broadcast_to(items[..., :1], (*rest.shape[:-1], 1))
    return xp.like(xs, xp.module.concatenate([first, rest], axis=-1))


def run_fold(xp: Any, f: Any, start: Any, xs: Any) -> Any:
    states = xp.states(f, start, xp.items(xs))
    begin = xp.module.broadcast_to(xp.along(start), (*states.shape[:-1], 1))
    states = xp.module.concatenate([begin, states], axis=-1)
    end = xp.module.broadcast_to(xs[..., :1], (*states.shape[:-1], 1))
    return xp.module.take_along_axis(states, end, axis=-1)[..., 0]


def extreme(better: Any) -> Machine:
    """Whether an item was read, and the best one; 0 before."""
    return Machine(
        start=lambda *_: (False, 0),
        step=lambda ops, state, x: (True, ops.where(state[0], ops.where(better(x, state[1]), x, state[1]), x)),
        value=lambda ops, state: state[1],
    )


def counted() -> Machine:
    """How many items pass the test."""
    return Machine(
        start=lambda *_: (0,),
        step=lambda ops, state, f, x: (state[0] + ops.where(f(x), 1, 0),),
        value=lambda ops, state: state[0],
    )


SMALLEST, LARGEST = extreme(lambda x, best: x < best), extreme(lambda x, best: x > best)
HEAD = extreme(lambda x, best: False)
LAST = Machine(start=lambda *_: (0,), step=lambda ops, state, x: (x,), value=lambda ops, state: state[0])
SUM = Machine(start=lambda *_: (0,), step=lambda ops, state, x: (state[0] + x,), value=lambda ops, state: state[0])
LENGTH = Machine(start=lambda *_: (0,), step=lambda ops, state, *_: (state[0] + 1,), value=lambda ops, state: state[0])
ACCESS = Machine(
    start=lambda *_: (0, 0),
    step=lambda ops, state, n, x: (state[0] + 1, ops.where(state[0] == n, x, state[1])),
    value=lambda ops, state: state[1],
)
TAKE = replace(LENGTH, value=None, item=lambda ops, b, a, n, x: x, keeps=lambda ops, before, after, n, x: before[0] < n)
DROP = replace(TAKE, keeps=lambda ops, before, after, n, x: before[0] >= n)
EACH = Machine(item=lambda ops, before, after, f, x: f(x))
PAIRS = Machine(item=lambda ops, before, after, f, x, y: f(x, y))
PASSED = Machine(item=lambda ops, before, after, f, x: x, keeps=lambda ops, before, after, f, x: f(x))
SCAN = Machine(
    start=lambda *_: (False, 0),
    step=lambda ops, state, f, x: (True, ops.where(state[0], f(state[1], x), x)),
    item=lambda ops, before, after, f, x: after[1],
)
FOLD = Machine(
    start=lambda f, start, xs: (start,),
    step=lambda ops, state, f, _, x: (f(state[0], x),),
    value=lambda ops, state: state[0],
)

LISTS = (
    on_lists("head", NUMBER, "The first item; 0 of an empty list.", lambda xp, xs: xp.at(xs, 0), head, HEAD),
    on_lists(
        "last", NUMBER, "The last item; 0 of an empty list.", lambda xp, xs: xp.at(xs, xp.length(xs) - 1), last, LAST
    ),
    on_lists(
        "access",
        Fn((INT, LIST), INT),
        "The item at a place, from 0; 0 outside.",
        lambda xp, n, xs: xp.at(xs, n),
        access,
        ACCESS,
    ),
    on_lists(
        "minimum", NUMBER, "The smallest item; 0 of an empty list.", lambda xp, xs: xp.smallest(xs), minimum, SMALLEST
    ),
    on_lists(
        "maximum", NUMBER, "The largest item; 0 of an empty list.", lambda xp, xs: xp.largest(xs), maximum, LARGEST
    ),
    on_lists("sum", NUMBER, "The sum of the items.", lambda xp, xs: xp.total(xs), total, SUM),
    on_lists("length", NUMBER, "The number of items.", lambda xp, xs: xp.length(xs), length, LENGTH),
    on_lists("take_list", COUNTED, "The first items.", lambda xp, n, xs: xp.start(n, xs), take_list, TAKE),
    on_lists(
        "drop_list", COUNTED, "The list without its first items.", lambda xp, n, xs: xp.rest(n, xs), drop_list, DROP
    ),
    on_lists("reverse", UNARY, "The items backwards.", lambda xp, xs: xp.backwards(xs), reverse),
    on_lists("sort", UNARY, "The items in ascending order.", lambda xp, xs: xp.ordered(xs), ascending),
    on_lists("map", Fn((MAP, LIST), LIST), "A function of each item.", run_map, map_list, EACH),
    on_lists(
        "filter",
        Fn((TEST, LIST), LIST),
        "The items for which a test holds.",
        lambda xp, f, xs: xp.kept(f(xp.items(xs)), xs),
        filter_list,
        PASSED,
    ),
    on_lists(
        "count_if",
        Fn((TEST, LIST), INT),
        "The number of items for which a test holds.",
        lambda xp, f, xs: (f(xp.items(xs)) & xp.within(xs)).sum(axis=-1),
        count_if,
        counted(),
    ),
    on_lists("zip", Fn((STEP, LIST, LIST), LIST), "A function of the items in pairs.", run_zip, zip_lists, PAIRS),
    on_lists(
        "scan",
        Fn((STEP, LIST), LIST),
        "The first item, then a function of the item before in the result and the item.",
        run_scan_list,
        scan_list,
        SCAN,
    ),
    on_lists(
        "fold",
        Fn((STEP, INT, LIST), INT),
        "The start, updated by a function of it and each item.",
        run_fold,
        fold_list,
        FOLD,
    ),
)
DEEPCODER = tuple(primitive for primitive in LISTS if primitive.name != "fold")
