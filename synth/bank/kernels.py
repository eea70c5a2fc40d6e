"""Compiled loops: what every primitive shares (hashing, the table, storing), and a file of loops for each primitive.

Values are held example by example, so that the inner loops run over programs that lie side by side. A candidate is
hashed first; only one whose hash is new is stored. The loops around a primitive's `run` are generated from its source,
in a file named by a hash of that source and of the versions of Python, numba and this module: numba keeps what it
compiled beside the file, so an edited `run` is never served from an old one, and an unchanged one compiles once.
"""

import hashlib
import importlib.util
import math
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
from numba import njit
from numba.extending import overload

from synth.bank.hashing import agree
from synth.checks.draws import draw
from synth.language import scalar
from synth.language.evaluate import evaluate
from synth.language.source import Unwritable, scalar_source
from synth.language.types import REAL, carrier, dtype_of

BLOCK = 1024  # candidates that are hashed together
DONE, FULL, PAUSE, HIT = range(4)  # why a kernel returned
COARSE = np.uint64(0xFFFFFFFFFFFFF000)
ROUND = np.uint64(1 << 11)
NAN = np.uint64(0x7FF8000000000000)
SHIFT = np.uint64(32)
DRAWS = 24  # examples, and programs, on which a compiled loop is held against numpy
FEW = 50_000  # candidates from which loading a kernel from disk pays
MANY = 3_000_000  # candidates from which compiling one pays


def words_of(values: Any, used: Any, words: Any) -> Any:
    """Fills `words` with a row of values as unsigned integers, equal for equal values, and for nearly equal reals."""
    raise NotImplementedError


@overload(words_of)
def _words_of(values, used, words):
    if isinstance(values.dtype, numba.types.Float):

        def reals(values, used, words):
            raw = values.view(np.uint64)
            for t in range(used):
                v = values[t]
                bits = raw[t] if v != 0.0 else np.uint64(0)
                bits = bits if v == v else NAN
                words[t] = (bits + ROUND) & COARSE

        return reals

    def integers(values, used, words):
        for t in range(used):
            words[t] = np.uint64(values[t])

    return integers


@njit(cache=True, error_model="numpy")
def hash_block(block, used, first, multiplier, words, hashes):
    """Fingerprints of `used` columns of a block, shape (words, BLOCK); 0 marks an empty slot and becomes 1."""
    for t in range(used):
        hashes[t] = first
    for e in range(block.shape[0]):
        words_of(block[e], used, words)
        for t in range(used):
            h = (hashes[t] ^ words[t]) * multiplier
            hashes[t] = h ^ (h >> SHIFT)
    for t in range(used):
        if hashes[t] == 0:
            hashes[t] = 1


@njit(cache=True, error_model="numpy")
def hash_columns(values, first, multiplier, words, hashes):
    """Fingerprints of all columns."""
    hash_block(values, values.shape[1], first, multiplier, words, hashes)


@njit(cache=True, error_model="numpy")
def place_rows(hashes, keys, rows, start, fresh):
    """Puts new hashes into the table, the k-th with row `start + k`; how many were new, their places in `fresh`."""
    mask = np.uint64(len(keys) - 1)
    count = 0
    for t in range(len(hashes)):
        slot = np.int64(hashes[t] & mask)
        while keys[slot] != 0 and keys[slot] != hashes[t]:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if keys[slot] == 0:
            keys[slot] = hashes[t]
            rows[slot] = start + count
            fresh[count] = t
            count += 1
    return count


@njit(cache=True, error_model="numpy")
def insert_block(block, used, ok, places, head, hashes, chosen, values, heads, args, count, keys, rows):
    """Stores the block's candidates whose hash is new and where `ok`; returns the number of stored programs."""
    mask = np.uint64(len(keys) - 1)
    touched = np.uint64(0)
    for t in range(used):  # brings the slots into the cache, all at once
        touched |= keys[np.int64(hashes[t] & mask)]
    fresh = 0
    for t in range(used):
        if ok[t] == 0:
            continue
        h = hashes[t]
        slot = np.int64(h & mask)
        while keys[slot] != 0 and keys[slot] != h:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if keys[slot] == 0:
            keys[slot] = h
            rows[slot] = count + fresh
            chosen[fresh] = t
            fresh += 1
    for e in range(block.shape[0]):
        for s in range(fresh):
            values[e, count + s] = block[e, chosen[s]]
    for a in range(args.shape[0]):
        for s in range(fresh):
            args[a, count + s] = places[a, chosen[s]]
    for s in range(fresh):
        heads[count + s] = head
    chosen[BLOCK] = np.int64(touched >> np.uint64(1))  # else the look at the slots would be optimised away
    return count + fresh


@njit(cache=True, error_model="numpy")
def rehash(old_keys, old_rows, keys, rows):
    """Moves every entry of a table into a larger, empty one."""
    mask = np.uint64(len(keys) - 1)
    for place in range(len(old_keys)):
        h = old_keys[place]
        if h != 0:
            slot = np.int64(h & mask)
            while keys[slot] != 0:
                slot = np.int64(np.uint64(slot + 1) & mask)
            keys[slot] = h
            rows[slot] = old_rows[place]


@njit(cache=True, error_model="numpy")
def find_rows(hashes, keys, rows, found):
    """The stored row of each hash, -1 where there is none."""
    mask = np.uint64(len(keys) - 1)
    for t in range(len(hashes)):
        slot = np.int64(hashes[t] & mask)
        while keys[slot] != 0 and keys[slot] != hashes[t]:
            slot = np.int64(np.uint64(slot + 1) & mask)
        found[t] = rows[slot] if keys[slot] != 0 else -1


IMPORTS = """import numpy as np
from numba import njit
from numba.extending import register_jitable

from synth.language import scalar as xp
from synth.bank.kernels import BLOCK, DONE, FULL, HIT, PAUSE, hash_block, insert_block
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


@dataclass(frozen=True, slots=True)
class Kernels:
    """The compiled loops of one primitive."""

    store: Callable[..., int]
    match: Callable[..., int]
    fill: Callable[..., None]


def kernels(primitive: Any, candidates: float) -> Kernels | None:
    """A primitive's loops where they can be compiled, and where that pays for this many candidates."""
    text = kernel_source(primitive)
    if text is None:
        return None
    name = hashlib.sha256(text.encode()).hexdigest()[:24]
    file = folder() / f"kernel_{name}.py"
    if file not in loaded_files() and candidates < (FEW if file.exists() else MANY):
        return None
    return load(file, text) if trusted(primitive, file, text) else None


@cache
def trusted(primitive: Any, file: Path, text: str) -> bool:
    """Whether numba can type a primitive's loop, and the loop gives what numpy gives on some draws."""
    random = np.random.default_rng(0)
    shape = (DRAWS, DRAWS)
    given = [values.reshape(shape) for values in draw(list(map(carrier, primitive.type.args)), DRAWS**2, random)]
    places = range(0, DRAWS, 5) if len(given) > 1 else range(1)
    try:
        return all(same_as_numpy(primitive, load(file, text), given, place) for place in places)
    except Exception:  # what numba refuses has no class in common
        return False


def same_as_numpy(primitive: Any, loops: Kernels, given: list[np.ndarray], place: int) -> bool:
    """Rows `place` of all arguments but the last, with all rows of that one."""
    block = np.empty((DRAWS, BLOCK), dtype_of(primitive.type.result))
    outer = [place] * max(1, len(given) - 1)
    loops.fill(*given, *outer, 0, DRAWS, block, 0, np.ones(BLOCK, np.uint8))
    with np.errstate(all="ignore"):
        expected = evaluate(primitive, [*(values[:, place : place + 1] for values in given[:-1]), given[-1]])
    return bool(agree(block[:, :DRAWS], expected).all())


def prepare(primitives: Iterable[Any]) -> None:
    """Generate and load the loops of these primitives now; without it, large searches do so when it pays."""
    for primitive in primitives:
        kernels(primitive, math.inf)


@cache
def loaded_files() -> set[Path]:
    """The files of this process's kernels, which cost nothing any more."""
    return set()


@cache
def load(file: Path, text: str) -> Kernels:
    if not file.exists():
        write_whole(file, text)
    loaded_files().add(file)
    module = module_of(file)
    return Kernels(module.store, module.match, module.fill)


def module_of(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"synthnet_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise OSError(f"{file}: expected a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba finds what it compiled for a module by the module's name
    spec.loader.exec_module(module)
    return module


def write_whole(file: Path, text: str) -> None:
    """Never half a file, also with several processes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as part:
        part.write(text)
    os.replace(part.name, file)


@cache
def folder() -> Path:
    """Where compiled loops are kept: $SYNTHNET_CACHE, or synthnet in the user's cache folder."""
    own = os.environ.get("SYNTHNET_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(own) if own else Path(home) / "synthnet"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError:
        return Path(tempfile.mkdtemp(prefix="synthnet-"))


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
    text = "".join(Path(str(module)).read_text() for module in (__file__, scalar.__file__))
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


SAME_REAL = "((abs(v - g) <= 1e-12 + 1e-9 * abs(g)) & (abs(g) < np.inf)) | (v == g) | ((v != v) & (g != g))"
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
