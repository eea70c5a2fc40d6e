"""The source of a primitive's own loops: its `run`, written into the templates of storing and of matching the goal."""

import hashlib
import platform
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

from synth.bank import table_loops
from synth.language import scalar
from synth.language.alike import ABSOLUTE, RELATIVE
from synth.language.source import Unwritable, scalar_source
from synth.language.types import REAL, carrier


@cache
def kernel_source(primitive: Any) -> str | None:
    """The whole file, or None where `run` cannot be written or works on more than single numbers."""
    if not primitive.on_single_values:
        return None
    try:
        parts = [scalar_source("run", primitive.run, primitive.body, len(primitive.type.args))]
        if primitive.defined is not None:
            parts.append(scalar_source("defined", primitive.defined))
        if primitive.choice is not None:
            parts.append(scalar_source("when", primitive.choice.when))
    except Unwritable:
        return None
    arity = len(primitive.type.args)
    blanks = blanks_of(primitive, arity)
    stamp = f"# {platform.python_version()} numba {numba.__version__} numpy {np.__version__} {own_hash()}\n"
    return stamp + IMPORTS + "\n\n" + "\n\n\n".join(parts) + "\n\n" + (STORE + MATCH).format(**blanks)


@cache
def own_hash() -> str:
    """Of the sources that compiled loops are made from besides a primitive's own."""
    text = "".join(Path(str(module)).read_text() for module in (__file__, table_loops.__file__, scalar.__file__))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def blanks_of(primitive: Any, arity: int) -> dict[str, Any]:
    """What the templates leave open for a primitive of one, two or three arguments."""
    arrays = "abc"[:arity]
    outer = "ij"[: arity - 1]
    last = arrays[-1]
    given = ", ".join([*(f"v{array}" for array in arrays[:-1]), "row[t]"])
    load = "; ".join(f"v{array} = {array}[e, {place}]" for array, place in zip(arrays, outer, strict=False))
    real = carrier(primitive.type.result) == REAL
    ends = {1: 1, 2: 3, 3: 5}[arity]
    return {
        "arity": arity,
        "arrays": ", ".join(arrays),
        "place": ", ".join(outer) if outer else "none",
        "load": load or "pass",
        "given": given,
        "lane": last,
        "end": ends,
        "unpack": f"{', '.join(f'state[{k}]' for k in range(len(outer) + 2 if outer else 3))}, "
        + ", ".join(f"state[{k}]" for k in (4, 5, 6)),
        "pack": pack(outer),
        "record": "; ".join(f"places[{k}, used + t] = {place}" for k, place in enumerate(outer)) or "pass",
        "advance": advance(arity),
        "many_ok": "for t in range(many):\n        ok[used + t] = 1",
        "guard": GUARD.format(load=load or "pass", given=given, lane=last) if primitive.defined is not None else "pass",
        "same": SAME_REAL if real else "v == g",
        "useful": useful(primitive, arity),
    }


NEAR = f"(abs(v - g) <= {ABSOLUTE} + {RELATIVE} * abs(g)) & (abs(g) < np.inf)"
SAME_REAL = f"({NEAR}) | (v == g) | ((v != v) & (g != g))"
GUARD = """fine = ok[used : used + many]
    for e in range(block.shape[0]):
        {load}
        row = {lane}[e, last : last + many]
        for t in range(many):
            fine[t] &= np.uint8(defined({given}))"""


def pack(outer: str) -> str:
    names = [*outer] or ["none"]
    values = ["r", *names, "last"]
    lines = [f"state[{k}] = {name}" for k, name in enumerate(values)]
    return "; ".join([*lines, "state[4] = used", "state[5] = count", "state[6] = seen"])


def advance(arity: int) -> str:
    """To the next row of the rectangle, or to the next rectangle; a triangle's rows begin at the diagonal."""
    if arity == 1:
        return "r += 1; last = rects[min(r, len(rects) - 1), 0]"
    if arity == 2:
        return """i += 1
            if i >= rects[r, 1]:
                r += 1
                i = rects[min(r, len(rects) - 1), 0]
            k = min(r, len(rects) - 1)
            last = max(rects[k, 2], i) if rects[k, 4] else rects[k, 2]"""
    return """j += 1
            if j >= rects[r, 3]:
                i += 1
                if i >= rects[r, 1]:
                    r += 1
                    i = rects[min(r, len(rects) - 1), 0]
                j = rects[min(r, len(rects) - 1), 2]
            last = rects[min(r, len(rects) - 1), 4]"""


def useful(primitive: Any, arity: int) -> str:
    """A choice's first branch has to be right wherever it is taken; if not, the second needs no look."""
    if arity != 3 or primitive.choice is None:
        return "pass"
    return """right = True
            for e in range(len(goal)):
                if when(a[e, i]) and not same(b[e, j], goal[e]):
                    right = False
                    break
            if not right:
                last = rects[r, 5]
                stop = last"""


IMPORTS = """import numpy as np
from numba import njit
from numba.extending import register_jitable

from synth.language import scalar as xp
from synth.bank.table_loops import BLOCK, DONE, FULL, HIT, PAUSE, hash_block, insert_block
from synth.bank.store import SIXTEENTHS
"""

STORE = '''
@njit(cache=True, error_model="numpy")
def fill({arrays}, {place}, last, many, block, used, ok):
    {many_ok}
    for e in range(block.shape[0]):
        {load}
        row = {lane}[e, last : last + many]
        out = block[e, used : used + many]
        for t in range(many):
            out[t] = run({given})
    {guard}


@njit(cache=True, error_model="numpy")
def store(
    {arrays}, rects, state, limit, head, first, multiplier, block, ok, places, words, hashes, chosen,
    values, heads, args, keys, rows,
):
    """Goes on through the rectangles; `state` is rectangle, outer places, last place, used, count, seen."""
    r, {place}, last, used, count, seen = {unpack}
    while True:
        if used == BLOCK or (r == len(rects) and used > 0):
            if count + used > values.shape[1] or 16 * (count + used) > SIXTEENTHS * len(keys):
                reason = FULL
                break
            hash_block(block, used, first, multiplier, words, hashes)
            count = insert_block(
                block, used, ok, places, head, hashes, chosen, values, heads, args, count, keys, rows
            )
            used = 0
            if seen >= limit and r < len(rects):
                reason = PAUSE
                break
        if r == len(rects):
            reason = DONE
            break
        many = min(BLOCK - used, rects[r, {end}] - last)
        if many > 0:
            fill({arrays}, {place}, last, many, block, used, ok)
            for t in range(many):
                {record}
                places[{arity} - 1, used + t] = last + t
            used += many
            last += many
            seen += many
        if last >= rects[r, {end}]:
            {advance}
    {pack}
    return reason
'''

MATCH = '''
@register_jitable
def same(v, g):
    return {same}


@njit(cache=True, error_model="numpy")
def match({arrays}, rects, state, limit, goal):
    """The next candidate whose values are the goal: example 0 of all first, then the others of those that pass."""
    r, {place}, last, used, count, seen = {unpack}
    reason = DONE
    alive = np.empty(BLOCK, np.uint8)
    while r < len(rects):
        stop = min(rects[r, {end}], last + BLOCK)
        if last < stop:
            {useful}
            e = 0
            {load}
            row = {lane}[e, last:stop]
            g = goal[0]
            hits = 0
            for t in range(stop - last):
                fits = np.uint8(same(run({given}), g))
                alive[t] = fits
                hits += fits
            e = 1
            while 8 * hits > stop - last and e < len(goal):  # many pass: all together take the next example, too
                {load}
                row = {lane}[e, last:stop]
                g = goal[e]
                hits = 0
                for t in range(stop - last):
                    fits = alive[t] & np.uint8(same(run({given}), g))
                    alive[t] = fits
                    hits += fits
                e += 1
            if hits:
                rest = e
                for t in range(stop - last):
                    if alive[t] == 0:
                        continue
                    right = True
                    for e in range(rest, len(goal)):
                        {load}
                        row = {lane}[e, last:stop]
                        if not same(run({given}), goal[e]):
                            right = False
                            break
                    if right:
                        seen += t + 1
                        last += t + 1
                        reason = HIT
                        break
                if reason == HIT:
                    break
            seen += stop - last
            last = stop
        if last >= rects[r, {end}]:
            {advance}
        if seen >= limit and r < len(rects):
            reason = PAUSE
            break
    {pack}
    return reason
'''
