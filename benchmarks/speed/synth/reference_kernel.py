"""Numba kernels of the integer language of RATE, written by hand: nothing is declared and nothing can be changed.

A block of candidates is evaluated and hashed example by example, the keys go through one open-addressing table that
doubles at half load, and the values of those that are new are appended as runs to a struct of arrays.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int, Shaped
from numba import njit

ROWS = 16  # examples
BLOCK = 1024  # candidates that are evaluated together: 128 KiB of values
ADD, SUB, MUL, DIV, MOD, MIN, MAX, IF = range(8)
MIX = np.uint64(0x9E3779B97F4A7C15)
SEED = np.uint64(0x243F6A8885A308D3)
FOLD = np.uint64(32)
ONE = np.uint64(1)
SMALL = 1 << 31  # below it, quotients of float64 are floored exactly
NONZERO, NARROW = 1, 2  # flags: no value is 0; all values are below SMALL


class Store(NamedTuple):
    """Room for distinct programs."""

    values: Int[np.ndarray, "examples capacity"]
    parents: Shaped[np.ndarray, "3 capacity"]  # uint32
    heads: Shaped[np.ndarray, " capacity"]  # uint8: the operator
    flags: Shaped[np.ndarray, " capacity"]  # uint8


class Span(NamedTuple):
    """Rows of the left and of the right argument."""

    left: int
    left_end: int
    right: int
    right_end: int


class Block(NamedTuple):
    """Candidates that are looked up together: their values, and for each the row of the moving argument."""

    values: Int[np.ndarray, "examples block"]
    moving: Int[np.ndarray, " block"]


@njit(cache=True, boundscheck=False)
def compare(store: Store, span: Span, seen: np.ndarray) -> Any:
    """Masks of comparisons, a bit an example, that were not met before."""
    found = []
    for p in range(span.left, span.left_end):
        for q in range(span.right, span.right_end):
            mask = 0
            for e in range(ROWS):
                mask |= np.int64(store.values[e, p] < store.values[e, q]) << e
            if not seen[mask]:
                seen[mask] = True
                found.append(mask)
    return np.array(found, dtype=np.int64) if len(found) else np.zeros(0, dtype=np.int64)


@njit(cache=True, boundscheck=False)
def combine(op: int, span: Span, triangle: bool, total: bool, store: Store, count: int, table: np.ndarray) -> Any:
    """All pairs of two ranges under one operator, the longer range running fastest; count, candidates and table."""
    block = Block(np.empty((ROWS, BLOCK), dtype=np.int64), np.empty(BLOCK, dtype=np.int64))
    candidates = 0
    divides = op in (DIV, MOD)
    along_right = span.right_end - span.right >= span.left_end - span.left
    fixed, fixed_end = (span.left, span.left_end) if along_right else (span.right, span.right_end)
    moving, moving_end = (span.right, span.right_end) if along_right else (span.left, span.left_end)
    for p in range(fixed, fixed_end):
        if divides and not total and not along_right and not store.flags[p] & NONZERO:
            continue
        q = max(moving, p) if triangle else moving
        while q < moving_end:
            width = min(BLOCK, moving_end - q)
            if divides:
                used = divide(op, p, q, width, along_right, total, store, block)
            else:
                used = calculate(op, p, q, width, along_right, store, block)
            candidates += used
            count, table = insert(block, p, used, op, 0, not along_right, store, count, table)
            q += width
    return count, candidates, table


@njit(cache=True, boundscheck=False)
def calculate(op: int, fixed: int, start: int, width: int, fixed_left: bool, store: Store, block: Block) -> int:
    """The row `fixed` with each of `width` rows from `start`, under an operator that is not a division."""
    for j in range(width):
        block.moving[j] = start + j
    for e in range(ROWS):
        a = store.values[e, fixed]
        row = store.values[e, start : start + width]
        to = block.values[e]
        if op == ADD:
            for j in range(width):
                to[j] = a + row[j]
        elif op == SUB and fixed_left:
            for j in range(width):
                to[j] = a - row[j]
        elif op == SUB:
            for j in range(width):
                to[j] = row[j] - a
        elif op == MUL:
            for j in range(width):
                to[j] = a * row[j]
        elif op == MIN:
            for j in range(width):
                to[j] = min(a, row[j])
        else:
            for j in range(width):
                to[j] = max(a, row[j])
    return width


@njit(cache=True, boundscheck=False, error_model="numpy")
def divide(
    op: int, fixed: int, start: int, width: int, fixed_left: bool, total: bool, store: Store, block: Block
) -> int:
    """The same for // and %; without `total`, divisors that are 0 somewhere are left out."""
    narrow = store.flags[fixed] & NARROW != 0
    used = 0
    for j in range(start, start + width):
        if total or not fixed_left or store.flags[j] & NONZERO:
            block.moving[used] = j
            narrow &= store.flags[j] & NARROW != 0
            used += 1
    for e in range(ROWS):
        row = store.values[e]
        to = block.values[e]
        for k in range(used):
            a = row[fixed] if fixed_left else row[block.moving[k]]
            b = row[block.moving[k]] if fixed_left else row[fixed]
            c = np.int64(1) if b == 0 else b
            quotient = np.int64(np.floor(np.float64(a) / np.float64(c))) if narrow else a // c
            value = quotient if op == DIV else a - quotient * c
            to[k] = 0 if b == 0 else value
    return used


@njit(cache=True, boundscheck=False)
def choose(masks: np.ndarray, span: Span, store: Store, count: int, table: np.ndarray) -> Any:
    """All choices between two ranges by the given masks."""
    block = Block(np.empty((ROWS, BLOCK), dtype=np.int64), np.empty(BLOCK, dtype=np.int64))
    candidates = 0
    for mask in masks:
        for p in range(span.left, span.left_end):
            q = span.right
            while q < span.right_end:
                width = min(BLOCK, span.right_end - q)
                for e in range(ROWS):
                    if mask >> e & 1:
                        block.values[e, :width] = store.values[e, p]
                    else:
                        block.values[e, :width] = store.values[e, q : q + width]
                for j in range(width):
                    block.moving[j] = q + j
                candidates += width
                count, table = insert(block, p, width, IF, mask, False, store, count, table)
                q += width
    return count, candidates, table


@njit(cache=True, boundscheck=False)
def insert(
    block: Block,
    fixed: int,
    width: int,
    op: int,
    mask: int,
    mirrored: bool,
    store: Store,
    count: int,
    table: np.ndarray,
) -> Any:
    """Append those of a block's candidates whose values are new."""
    while 2 * (count + width) > len(table):
        table = doubled(table)
    keys = np.full(width, SEED, dtype=np.uint64)
    for e in range(ROWS):
        row = block.values[e]
        for j in range(width):
            key = (keys[j] ^ np.uint64(row[j])) * MIX
            keys[j] = key ^ (key >> FOLD)
    kept = np.empty(width, dtype=np.int64)
    used = filtered(keys, table, kept)
    if count + used > store.values.shape[1]:
        raise ValueError("store: expected room for every program; reserve more")
    for e in range(ROWS):
        for k in range(used):
            store.values[e, count + k] = block.values[e, kept[k]]
    for k in range(used):
        moving = block.moving[kept[k]]
        store.parents[0, count + k] = moving if mirrored else fixed
        store.parents[1, count + k] = fixed if mirrored else moving
        store.parents[2, count + k] = mask
        store.heads[count + k] = op
        flags = NONZERO | NARROW
        for e in range(ROWS):
            value = block.values[e, kept[k]]
            if value == 0:
                flags &= ~NONZERO
            if value >= SMALL or value <= -SMALL:
                flags &= ~NARROW
        store.flags[count + k] = flags
    return count + used, table


@njit(cache=True, boundscheck=False)
def filtered(keys: np.ndarray, table: np.ndarray, kept: np.ndarray) -> Any:
    """Enter keys into the table; the places of those that are new go to `kept`, and their number is returned."""
    last = np.uint64(len(table) - 1)
    touched = np.uint64(0)
    for j in range(len(keys)):  # the slots of the whole block are fetched before the first is needed
        keys[j] |= ONE  # 0 is an empty slot
        touched |= table[keys[j] & last]
    used = np.int64(touched == np.uint64(2))  # never: the loop must not be optimised away
    for j in range(len(keys)):
        slot = keys[j] & last
        while table[slot] != 0 and table[slot] != keys[j]:
            slot = (slot + ONE) & last
        if table[slot] == 0:
            table[slot] = keys[j]
            kept[used] = j
            used += 1
    return used


@njit(cache=True, boundscheck=False)
def doubled(table: np.ndarray) -> Any:
    """The same keys in a table of twice the size."""
    bigger = np.zeros(2 * len(table), dtype=np.uint64)
    last = np.uint64(len(bigger) - 1)
    for key in table:
        if key != 0:
            slot = key & last
            while bigger[slot] != 0:
                slot = (slot + ONE) & last
            bigger[slot] = key
    return bigger
