"""The space of RATE through the hand-written kernels: what a generic bank is held against."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from benchmarks.speed.synth.reference_kernel import (
    ADD,
    BLOCK,
    DIV,
    MAX,
    MIN,
    MOD,
    MUL,
    ROWS,
    SUB,
    Block,
    Span,
    Store,
    choose,
    combine,
    compare,
    insert,
)

OPERATORS = (ADD, SUB, MUL, DIV, MOD, MIN, MAX)
COMMUTE = (ADD, MUL, MIN, MAX)
TERMINALS = 5  # x y 0 1 2
FIRST_TABLE = 1 << 12  # slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What was enumerated."""

    distinct: tuple[int, ...]  # programs up to each size, from 1
    candidates: int
    table_bytes: int


def rate_inputs() -> tuple[Int[np.ndarray, " examples"], Int[np.ndarray, " examples"]]:
    """The sixteen values of x and of y."""
    i = np.arange(ROWS, dtype=np.int64)
    return (7 * i * i + 3 * i) % 41 - 20, (11 * i * i + 5 * i + 7) % 43 - 21


def reserve(capacity: int) -> Store:
    """A store whose pages the system has handed over already."""
    return Store(
        np.full((ROWS, capacity), 1, dtype=np.int64),
        np.full((3, capacity), 1, dtype=np.uint32),
        np.full(capacity, 1, dtype=np.uint8),
        np.full(capacity, 1, dtype=np.uint8),
    )


def bytes_each(store: Store) -> float:
    """Bytes of values, parents, operator and flags of one program."""
    return sum(array.nbytes for array in store) / store.values.shape[1]


def enumerate_sizes(store: Store, top: int, total: bool) -> Space:
    """All programs to the size `top`; with `total`, x // 0 = x % 0 = 0, otherwise they are dropped."""
    count, table = leaves(store, np.zeros(FIRST_TABLE, dtype=np.uint64))
    starts = [0, 0] + [count] * top  # the first program of each size
    masks = [np.zeros(0, dtype=np.int64)] * (top + 1)
    seen = np.zeros(1 << ROWS, dtype=np.bool_)
    candidates = TERMINALS
    for size in range(3, top + 1):
        masks[size] = comparisons(store, starts, size, seen) if size + 3 <= top else masks[size]
        for op, span, triangle in calls(starts, size):
            count, more, table = combine(op, span, triangle, total, store, count, table)
            candidates += more
        for chosen, span in choices(masks, starts, size):
            count, more, table = choose(chosen, span, store, count, table)
            candidates += more
        starts[size + 1 :] = [count] * (top + 1 - size)
    return Space(distinct=tuple(starts[2:]), candidates=candidates, table_bytes=table.nbytes)


def leaves(store: Store, table: np.ndarray) -> tuple[int, np.ndarray]:
    x, y = rate_inputs()
    values = np.zeros((ROWS, BLOCK), dtype=np.int64)
    values[:, :TERMINALS] = np.stack([x, y, 0 * x, 0 * x + 1, 0 * x + 2], axis=1)
    block = Block(values, np.arange(BLOCK))
    return insert(block, 0, TERMINALS, ADD, 0, False, store, 0, table)


def span_of(starts: list[int], left: int, right: int) -> Span:
    return Span(starts[left], starts[left + 1], starts[right], starts[right + 1])


def comparisons(store: Store, starts: list[int], size: int, seen: np.ndarray) -> Int[np.ndarray, " masks"]:
    found = [compare(store, span_of(starts, left, size - 1 - left), seen) for left in range(1, size - 1)]
    return np.concatenate(found)


def calls(starts: list[int], size: int) -> list[tuple[int, Span, bool]]:
    """Operators on ranges, mirrored pairs of commutative ones once: operator, ranges, whether they are a triangle."""
    return [
        (op, span_of(starts, left, size - 1 - left), op in COMMUTE and 2 * left == size - 1)
        for left in range(1, size - 1)
        for op in OPERATORS
        if not (op in COMMUTE and 2 * left > size - 1)
    ]


def choices(masks: list[np.ndarray], starts: list[int], size: int) -> list[tuple[np.ndarray, Span]]:
    return [
        (masks[condition], span_of(starts, left, size - 1 - condition - left))
        for condition in range(3, size - 2)
        for left in range(1, size - 1 - condition)
        if len(masks[condition])
    ]
