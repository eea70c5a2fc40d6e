"""Many step functions at once on the items of stored programs: scans whose states the goal does not show, and folds.

Bodies of one shape, alike but for their leaves, are evaluated together: at every time each operator is called once a
shape on (bodies, examples). Two steps are one if their streams of states are equal on the examples, not if the steps
are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from synth.language.primitive import Primitive
from synth.language.program import Terminal
from synth.language.types import BOOL, INT, Type, carrier
from synth.language.xp import NUMPY
from synth.search.deduction.bodies import Bodies, function_of, heads_of
from synth.search.deduction.shelf import Function, Shelf

LEAVES = 6  # of the bodies that are run as steps
SLOT = -1

Skeleton = tuple  # an operator's number and the skeletons below it; (SLOT,) for a leaf


@dataclass(frozen=True, slots=True)
class Group:
    """Bodies of one shape: their places among all bodies, and the heads of their leaves, shape (bodies, leaves)."""

    skeleton: Skeleton
    places: Int[np.ndarray, " bodies"]
    leaves: Int[np.ndarray, "bodies leaves"]


def groups(steps: Bodies, most: int) -> list[Group]:
    """The cheapest bodies by shape."""
    known: dict[tuple[Type, int], tuple[Skeleton, tuple[int, ...]]] = {}
    heads = heads_of(steps.bank.language)
    tables = {
        kind: (store.heads[: store.count].tolist(), store.args[:, : store.count].T.tolist())
        for kind, store in steps.bank.stores.items()
    }

    def shape(kind: Type, row: int) -> tuple[Skeleton, tuple[int, ...]]:
        if (kind, row) not in known:
            number = tables[kind][0][row]
            head = heads[number]
            if isinstance(head, Terminal) or not head.type.args:
                known[kind, row] = ((SLOT,), (number,))
            else:
                asked = [carrier(part) for part in head.type.args]
                parts = [shape(part, place) for part, place in zip(asked, tables[kind][1][row], strict=False)]
                leaves = tuple(leaf for _, below in parts for leaf in below)
                known[kind, row] = ((number, *(skeleton for skeleton, _ in parts)), leaves)
        return known[kind, row]

    found: dict[Skeleton, tuple[list[int], list[tuple[int, ...]]]] = {}
    for place in range(min(steps.count, most)):
        skeleton, leaves = shape(steps.asked.result, place)
        if len(leaves) <= LEAVES:
            places, all_leaves = found.setdefault(skeleton, ([], []))
            places.append(place)
            all_leaves.append(leaves)
    return [Group(skeleton, np.array(p), np.array(leaves)) for skeleton, (p, leaves) in found.items()]


def states(
    steps: Bodies,
    grouped: list[Group],
    shelf: Shelf,
    start: Int[np.ndarray, " examples"],
    items: Int[np.ndarray, "examples time"],
) -> Int[np.ndarray, "bodies examples time"]:
    """The states that each step goes through from a start; zeros for bodies of too many leaves."""
    heads = heads_of(steps.bank.language)
    leaves = sum(isinstance(head, Terminal) or not head.type.args for head in heads)
    state, item = (heads.index(word) for word in steps.parameters)
    values = np.zeros((leaves, len(start)), np.int64)
    for number, head in enumerate(heads[:leaves]):
        if number not in (state, item):
            kind = head.type if isinstance(head, Terminal) else head.type.result
            if carrier(kind) in (INT, BOOL):
                values[number] = shelf.columns[head.name] if isinstance(head, Terminal) else head.run(NUMPY)
    count = 1 + max((int(group.places[-1]) for group in grouped), default=-1)
    result = np.zeros((count, len(start), items.shape[1]), np.int64)
    for group in grouped:
        shelf.meter.check()
        own = np.broadcast_to(start, (len(group.places), len(start)))
        shown = [np.flatnonzero(group.leaves[:, slot] == state) for slot in range(group.leaves.shape[1])]
        for time in range(items.shape[1]):
            values[item] = items[:, time]
            slots = []
            for slot, rows in enumerate(shown):
                column = values[group.leaves[:, slot]]
                column[rows] = own[rows]
                slots.append(column)
            own = np.broadcast_to(run(group.skeleton, iter(slots), heads), own.shape)
            result[group.places, :, time] = own
    return result


def run(skeleton: Skeleton, slots: Iterator[np.ndarray], heads: tuple[Terminal | Primitive, ...]) -> np.ndarray:
    number, *parts = skeleton
    if number == SLOT:
        return next(slots)
    head = heads[number]
    assert isinstance(head, Primitive)
    return np.asarray(head.run(NUMPY, *(run(part, slots, heads) for part in parts)))


def step_function(steps: Bodies, place: int, shelf: Shelf, cost: int) -> Function:
    """The function of one of the bodies."""
    return function_of(steps.program(place), steps.parameters, shelf, cost)
