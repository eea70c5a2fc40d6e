"""What the search does to a block of candidates on a device: steps that are compiled once for each shape.

Shapes are few: a block has one of two sizes, stores have capacities a factor of `store.GROWTH` apart. Only `evaluated`
depends on a primitive, and not on how many programs are stored, so no level compiles a `run` again. Places of a block
beyond its last candidate are told by a mask, and are neither stored nor counted. Call all of this inside `wide()`.

A block's rows are one array, (4, block): those of at most three arguments, and the number of the operator.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Bool, Int, Shaped, UInt64

from synth.language.alike import ABSOLUTE, RELATIVE
from synth.language.primitive import Primitive
from synth.language.types import dtype_of
from synth.language.xp import jax_xp

COARSE = np.uint64(0xFFFFFFFFFFFFF000)  # this and the next two as in synth.bank.hashing
ROUND = np.uint64(1 << 11)
SHIFT = np.uint64(32)
NAN = np.uint64(0x7FF8000000000000)
FULL = 4  # blocks of few candidates beyond which one of many pays
TAIL = 16  # the part of a block in which its last candidates go through the table
UNROLLED = 64  # words that are hashed without a loop
EMPTY = np.int32(2**31 - 1)  # the row of a table's free slot: above every other


@dataclass(frozen=True, slots=True)
class Sizes:
    """Candidates of a block: for a few, for many that are stored, for many that are held against the goal."""

    few: int
    stored: int
    matched: int

    def of(self, total: int, many: int) -> int:
        """The size of blocks for so many candidates, `few` or the one for many."""
        return self.few if total <= FULL * self.few else many


def sizes_here() -> Sizes:
    """An accelerator earns its keep on large blocks; a processor's cache holds small ones."""
    return Sizes(1 << 10, 1 << 14, 1 << 16) if jax.default_backend() == "cpu" else Sizes(1 << 12, 1 << 18, 1 << 21)


def wide() -> Any:
    """The scope in which JAX has 64 bits; nets outside it keep 32."""
    return jax.enable_x64(True)


@partial(jax.jit, static_argnames=("arity", "block"))
def candidates(
    table: Int[Array, "7 rectangles"], head: Any, begin: Any, total: Any, *, arity: int, block: int
) -> tuple[Int[Array, "4 block"], Bool[Array, " block"]]:
    """Rows of the candidates `begin` and on, 0 beyond the last of `total`, and which there are."""
    number = begin + jnp.arange(block)
    inside = number < total
    which = jnp.searchsorted(table[0], number, side="right") - 1
    start, i0, j0, k0, across, deep, triangle = (column[which] for column in table)
    rest = number - start
    if arity == 1:
        rows = (k0 + rest,)
    elif arity == 2:
        i, before = split(rest, deep, triangle)
        rows = (i0 + i, k0 + rest - before + jnp.where(triangle == 1, i, 0))
    else:
        outer = rest // deep
        i = outer // across
        rows = (i0 + i, j0 + outer - i * across, k0 + rest - outer * deep)
    filled = (*rows, *(jnp.zeros_like(number),) * (3 - arity), jnp.broadcast_to(head, number.shape))
    return jnp.where(inside, jnp.stack(filled), 0).astype(np.int32), inside


def split(rest: Any, deep: Any, triangle: Any) -> tuple[Any, Any]:
    """The line of a rectangle in which its candidate `rest` lies, and how many lie in the lines before it.

    Lines of a triangle have `deep`, `deep` - 1, ... candidates: the root of a quadratic, put right in integers.
    """
    twice = 2 * deep + 1
    root = jnp.sqrt(jnp.maximum(twice * twice - 8 * rest, 0).astype(np.float64))
    guess = ((twice - root) / 2).astype(np.int64)
    guess -= earlier(guess, deep) > rest
    guess += earlier(guess + 1, deep) <= rest
    plain = rest // deep
    lines = jnp.where(triangle == 1, guess, plain)
    return lines, jnp.where(triangle == 1, earlier(guess, deep), plain * deep)


def earlier(line: Any, deep: Any) -> Any:
    """Candidates of a triangle before a line."""
    return line * deep - line * (line - 1) // 2


@partial(jax.jit, static_argnames=("words",))
def columns(
    values: Shaped[Array, "all capacity"], rows: Int[Array, "4 block"], place: Any, *, words: int
) -> Shaped[Array, "words block"]:
    """The first words of the values of the programs that are the argument at `place`."""
    return values[:words].at[:, rows[place]].get(mode="promise_in_bounds")


@cache
def evaluated(primitive: Primitive) -> Callable[..., tuple[Shaped[Array, "examples block"], Bool[Array, " block"]]]:
    """A primitive, compiled: values, and which wanted candidates it is defined on.

    Called with which candidates are wanted, (block,), and with the arguments, (examples, block).
    """
    dtype = dtype_of(primitive.type.result)

    def both(wanted: Array, *arguments: Array) -> tuple[Array, Array]:
        values = jnp.asarray(primitive.run(jax_xp(), *arguments), dtype)
        fine = jnp.asarray(True if primitive.defined is None else primitive.defined(jax_xp(), *arguments))
        shape = arguments[0].shape
        return jnp.broadcast_to(values, shape), wanted & jnp.broadcast_to(fine, shape).all(axis=0)

    return jax.jit(both)


@jax.jit
def agreeing(
    values: Shaped[Array, "examples block"], wanted: Bool[Array, " block"], goal: Shaped[Array, " all"]
) -> Bool[Array, " block"]:
    """Which of the wanted candidates have the goal's values on the first examples."""
    return wanted & agree(values, goal[: len(values), None]).all(axis=0)


def agree(values: Array, goal: Array) -> Array:
    """As in synth.bank.hashing."""
    if values.dtype != np.float64:
        return values == goal
    near = jnp.abs(values - goal) <= ABSOLUTE + RELATIVE * jnp.abs(goal)
    return (near & jnp.isfinite(goal)) | (values == goal) | (jnp.isnan(values) & jnp.isnan(goal))


@partial(jax.jit, static_argnames=("size",))
def survivors(
    alive: Bool[Array, " block"], skipped: Any, rows: Int[Array, "4 block"], *, size: int
) -> tuple[Int[Array, ""], Int[Array, " size"], Int[Array, "4 size"], Bool[Array, " size"]]:
    """How many are alive; of those after the first `skipped`, at most `size`: places, rows, and which there are."""
    rank = jnp.cumsum(alive, dtype=np.int32)
    spot = jnp.where(alive & (rank > skipped), rank - 1 - skipped, size)
    places = jnp.zeros(size, np.int32).at[spot].set(jnp.arange(len(alive), dtype=np.int32), mode="drop")
    return rank[-1], places, rows[:, places], jnp.arange(size) < rank[-1] - skipped


@jax.jit
def fingerprints(values: Shaped[Array, "words block"], first: Any, multiplier: Any) -> UInt64[Array, " block"]:
    """As in synth.bank.hashing, bit by bit."""

    def mixed(row: Any, state: Array) -> Array:
        state = (state ^ integers(values[row])) * multiplier
        return state ^ (state >> SHIFT)

    state = jnp.full(values.shape[1], first, np.uint64)
    if len(values) > UNROLLED:
        state = jax.lax.fori_loop(0, len(values), mixed, state)
    else:
        for row in range(len(values)):
            state = mixed(row, state)
    return jnp.where(state == 0, np.uint64(1), state)


def integers(values: Array) -> Array:
    """As in synth.bank.hashing."""
    if values.dtype != np.float64:
        return values.astype(np.uint64)
    bits = jax.lax.bitcast_convert_type(values, np.uint64)
    clean = jnp.where(values == 0, np.uint64(0), jnp.where(jnp.isnan(values), NAN, bits))
    return (clean + ROUND) & COARSE


@partial(jax.jit, donate_argnames=("keys", "rows"))
def place(
    hashes: UInt64[Array, " block"], wanted: Bool[Array, " block"], keys: Array, rows: Array, count: Any
) -> tuple[Array, Array, Int[Array, " block"], Array]:
    """Put the new ones of the wanted hashes into an open-addressing table, the first of several equal ones.

    Returns the table, the row of each new one (`EMPTY` for the others), and the count of rows. All of a block go
    through the table together: those that come to a free slot claim it, the first one gets it, and the others look
    again; so the rows are those of one candidate after the other. The last few that wait do so in a smaller block.
    """
    block, slots = len(hashes), len(keys)
    claims = count + jnp.arange(block, dtype=np.int32)
    start = (hashes & np.uint64(slots - 1)).astype(np.int32)
    way = Way(keys, rows, start, wanted, jnp.zeros(block, bool))
    way = looked(hashes, claims, way, block // TAIL)
    tail = jnp.nonzero(way.waiting, size=block // TAIL, fill_value=block)[0]
    some = Way(way.keys, way.rows, way.slot[tail], tail < block, jnp.zeros(len(tail), bool))
    some = looked(hashes[tail], claims[tail], some, 0)
    slot = way.slot.at[tail].set(some.slot, mode="drop")
    fresh = way.fresh.at[tail].set(some.fresh, mode="drop")
    rank = jnp.cumsum(fresh, dtype=np.int32)
    into = jnp.where(fresh, count + rank - 1, EMPTY)
    return some.keys, some.rows.at[jnp.where(fresh, slot, slots)].set(into, mode="drop"), into, count + rank[-1]


class Way(NamedTuple):
    """How far candidates are on their way through a table."""

    keys: Array
    rows: Array
    slot: Int[Array, " n"]
    waiting: Bool[Array, " n"]
    fresh: Bool[Array, " n"]


def looked(hashes: UInt64[Array, " n"], claims: Int[Array, " n"], way: Way, most: int) -> Way:
    """Slot by slot, until at most so many wait."""
    slots = len(way.keys)

    def look(way: Way) -> Way:
        keys, rows, slot, waiting, fresh = way
        here = keys[slot]
        free = waiting & (here == 0)
        rows = rows.at[jnp.where(free, slot, slots)].min(claims, mode="drop")
        won = free & (rows[slot] == claims)
        keys = keys.at[jnp.where(won, slot, slots)].set(hashes, mode="drop")
        passes = waiting & (here != 0) & (here != hashes)
        slot = jnp.where(passes, (slot + 1) & (slots - 1), slot)
        return Way(keys, rows, slot, passes | (free & ~won), fresh | won)

    return jax.lax.while_loop(lambda way: way.waiting.sum() > most, look, way)


@jax.jit
def find(hashes: UInt64[Array, " block"], keys: Array, rows: Array) -> Int[Array, " block"]:
    """The row of each hash, -1 where the table has none."""
    slots = len(keys)

    def look(slot: Array) -> Array:
        return jnp.where(moves(slot), (slot + 1) & (slots - 1), slot)

    def moves(slot: Array) -> Array:
        return (keys[slot] != 0) & (keys[slot] != hashes)

    slot = (hashes & np.uint64(slots - 1)).astype(np.int32)
    slot = jax.lax.while_loop(lambda slot: moves(slot).any(), look, slot)
    return jnp.where(keys[slot] == hashes, rows[slot], -1)


@partial(jax.jit, donate_argnames=("stored",))
def write(
    stored: Shaped[Array, "words capacity"], values: Shaped[Array, "words block"], into: Int[Array, " block"]
) -> Shaped[Array, "words capacity"]:
    """Into the columns that `place` gave them."""
    return stored.at[:, into].set(values, mode="drop")


@partial(jax.jit, static_argnames=("size",))
def widened(stored: Shaped[Array, "words capacity"], *, size: int) -> Shaped[Array, "words size"]:
    """With zeros after the last column."""
    return jnp.pad(stored, ((0, 0), (0, size - stored.shape[1])))


@partial(jax.jit, static_argnames=("slots",))
def empty_table(*, slots: int) -> tuple[UInt64[Array, " slots"], Int[Array, " slots"]]:
    """Keys and rows."""
    return jnp.zeros(slots, np.uint64), jnp.full(slots, EMPTY)


@partial(jax.jit, static_argnames=("size",))
def part(stored: Shaped[Array, "words capacity"], start: Any, *, size: int) -> Shaped[Array, "words size"]:
    """Some adjacent columns."""
    return jax.lax.dynamic_slice_in_dim(stored, start, size, axis=1)
