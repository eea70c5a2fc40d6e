"""Step functions f(s, x) of one number: all that are short, run from a few starts, kept where they determine answers.

A step function is tried on all words at once: it is kept where a pair of its label and the symbol read never has two
answers, so that the labels are states of a machine that answers right. Most fall after a few items. No list of carries,
quotients, cyclic sums, extrema and flags is needed: they are short functions.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter, Spent
from synth.language.grammar import EIGHTHS, uniform_language
from synth.language.literals import literal
from synth.language.program import Apply, Node, Program, Terminal, apply, terminal
from synth.language.types import INT
from synth.library.arith import FLOORDIV, MOD
from synth.library.boolean import AND, NOT, OR
from synth.library.loops import LOOPS
from synth.search.streams import kernels
from synth.search.streams.examples import Examples
from synth.search.streams.loop import literal_bits

LABELS = np.arange(-4, 33)  # that a state may have
VALUES = np.arange(-2, 21)  # of what drives the state
LARGEST = 16  # constant in a step function
STEP_BITS, INNER_BITS = 26.5, 25.0  # of step functions, and of those that are taken modulo or divided by a constant
DRIVE_BITS, DRIVES = 22.0, 40  # of functions of the items that may drive a state
SECONDS = 60.0  # by the wall, which no bank comes near
MOST = 8  # states that are looked at further
DOUBLING = 4.0  # bits for twice as many pairs of label and symbol
EVIDENCE = 4  # positions for each pair of label and symbol, at least
CHUNK = 20_000


class Steps(NamedTuple):
    """Step functions by cost: programs over s and u, and what they make of each label and value."""

    programs: Sequence  # functions that write down a program, one each
    bits: np.ndarray
    tables: Int[np.ndarray, "functions cells"]  # places of labels, -1 beyond


class Driven(NamedTuple):
    """A state that determines the answers with the symbol."""

    step: Program  # over s and the items
    start: int
    bits: float  # of the step and the start
    pairs: int  # of label and symbol that occur


@lru_cache(1)
def step_functions() -> Steps:
    """All up to so many bits, on a grid of labels and values."""
    s, u = (axis.reshape(-1) for axis in np.meshgrid(LABELS, VALUES, indexing="ij"))
    words = [word for word in LOOPS if word not in (AND, OR, NOT)]
    known = uniform_language((*words, *map(literal, range(LARGEST + 1))), (Terminal("s", INT), Terminal("u", INT)))
    bank = filled(Bank(known, {"s": s, "u": u}, Meter(Budget(seconds=SECONDS)), goal=INT), STEP_BITS)
    values, costs = bank.values(INT), bank.costs(INT) / EIGHTHS
    tables, bits = [places(values)], [costs]
    writers: list = [(row, None, 0) for row in range(len(costs))]
    inner = np.flatnonzero(costs <= INNER_BITS)
    for primitive, run in ((MOD, np.mod), (FLOORDIV, np.floor_divide)):
        for by in range(2, LARGEST + 1):
            tables.append(places(run(values[:, inner], by)))
            bits.append(costs[inner] + (known.cost(INT, primitive) + known.cost(INT, literal(by))) / EIGHTHS)
            writers += [(int(row), primitive, by) for row in inner]
    table, cost = np.concatenate(tables), np.concatenate(bits)
    order = np.argsort(cost, kind="stable")
    mixed = table[order].astype(np.int64) @ np.random.default_rng(0).integers(1, 1 << 62, table.shape[1])
    kept = order[np.sort(np.unique(mixed, return_index=True)[1])]

    def write(place: int) -> Program:
        row, primitive, by = writers[place]
        inside = bank.program(INT, row)
        return inside if primitive is None else apply(primitive, inside, Program((Apply(literal(by), ()),)))

    return Steps([lambda place=int(place): write(place) for place in kept], cost[kept], table[kept])


def filled(bank: Bank, bits: float) -> Bank:
    """With all programs up to so many bits, or as many as time and room allow."""
    try:
        with np.errstate(all="ignore"):
            for cost in range(bank.step, int(bits * EIGHTHS) + 1, bank.step):
                bank.build(cost)
    except Spent:
        pass
    return bank


def places(values: Int[np.ndarray, "cells functions"]) -> Int[np.ndarray, "functions cells"]:
    """Of labels among LABELS."""
    inside = (values >= LABELS[0]) & (values <= LABELS[-1])
    return np.ascontiguousarray(np.where(inside, values - LABELS[0], -1).astype(np.int16).T)


def drives(items: dict[str, np.ndarray]) -> list[tuple[Program, float, np.ndarray]]:
    """Short functions of the items with values that may drive a state, the cheapest first; the items cost nothing."""
    rows = np.unique(np.stack(list(items.values()), axis=1), axis=0)
    known = uniform_language((*LOOPS, *map(literal, range(LARGEST + 1))), [Terminal(name, INT) for name in items])
    columns = dict(zip(items, rows.T, strict=True))
    bank = filled(Bank(known, columns, Meter(Budget(seconds=SECONDS)), goal=INT), DRIVE_BITS)
    values, costs = bank.values(INT), bank.costs(INT) / EIGHTHS
    fits = np.flatnonzero(((values >= VALUES[0]) & (values <= VALUES[-1])).all(axis=0))
    fits = fits[(values[:, fits] != values[:1, fits]).any(axis=0) | (values[0, fits] == 1)][:DRIVES]
    programs = [bank.program(INT, int(row)) for row in fits]
    name = known.cost(INT, Terminal(next(iter(items)), INT)) / EIGHTHS
    return [(program, float(costs[row]) - name, row) for program, row in zip(programs, fits, strict=True)]


def proposed(examples: Examples, names: Sequence[str]) -> list[Driven]:
    """States that determine the answers, those first that describe the answers in fewest bits."""
    counts = examples.counts
    items = {name: each[counts] for name, each in zip(names, examples.items, strict=True)}
    if determined(list(items.values()), np.stack([each[counts] for each in examples.answers], axis=1)):
        return []
    symbols, keys = numbered(np.stack(examples.items, axis=-1), counts)
    known, answers = numbered(np.stack(examples.answers, axis=-1), counts)
    driving = drives(items)
    if symbols > len(VALUES) ** 2 or not driving:
        return []
    values = np.stack([evaluated(program, names, examples.items) for program, _, _ in driving])
    values = np.where((values >= VALUES[0]) & (values <= VALUES[-1]), values - VALUES[0], -1)
    starts = sorted({0, 1, int(np.clip(max(each.max() for each in examples.items), 0, LABELS[-1]))})
    most = int(counts.sum() / EVIDENCE)
    steps, found = step_functions(), []
    costs = np.array([bits for _, bits, _ in driving])[:, None] + [literal_bits(start) for start in starts]
    for low in range(0, len(steps.bits), CHUNK):
        tables = steps.tables[low : low + CHUNK]
        begin = np.array(starts) - LABELS[0]
        args = (values, keys, symbols, answers, examples.lengths, begin, most)
        pairs = kernels.determined(tables, len(VALUES), *args)
        bits = steps.bits[low : low + CHUNK, None, None] + costs
        found += chosen(pairs, bits, log2(max(known, 2)), low)
    return [
        Driven(substituted(steps.programs[f](), "u", driving[d][0]), starts[b], bits, pairs)
        for bits, pairs, f, d, b in dict.fromkeys(best(found, 1.0, MOST) + best(found, log2(max(known, 2)), MOST // 2))
    ]


Place = tuple[float, int, int, int, int]  # bits, pairs, and the places of the step, of what drives it, of the start


def chosen(pairs: Int[np.ndarray, "steps drives starts"], bits: np.ndarray, width: float, low: int) -> list[Place]:
    """Of a chunk, the best by bits with few pairs, and by bits with a table of the pairs."""
    places = np.argwhere(pairs > 0)
    many, cost = pairs[tuple(places.T)], bits[tuple(places.T)]
    kept = {*np.argsort(score(cost, many, 1.0))[:MOST], *np.argsort(score(cost, many, width))[:MOST]}
    return [(float(cost[n]), int(many[n]), low + int(f), int(d), int(b)) for n in kept for f, d, b in [places[n]]]


def score(bits: np.ndarray, pairs: np.ndarray, width: float) -> np.ndarray:
    """What a state takes, with so many bits for each pair; of one bit, for each doubling of the pairs."""
    return bits + (DOUBLING * np.log2(pairs) if width == 1.0 else width * pairs)


def best(found: list[Place], width: float, most: int) -> list[Place]:
    bits, pairs = (np.array([each[part] for each in found], dtype=float) for part in (0, 1))
    return [found[place] for place in np.argsort(score(bits, pairs, width), kind="stable")[:most]]


def determined(columns: Sequence[np.ndarray], answers: np.ndarray) -> bool:
    """Whether equal rows of the columns never have two answers."""
    rows = np.stack(columns, axis=1)
    alone = len(np.unique(rows, axis=0))
    return alone == len(np.unique(np.column_stack([rows, answers]), axis=0))


def numbered(values: Int[np.ndarray, "rows time parts"], counts: np.ndarray) -> tuple[int, np.ndarray]:
    """How many different tuples there are, and the number of each; 0 beyond a row's end."""
    distinct, numbers = np.unique(values[counts], axis=0, return_inverse=True)
    found = np.zeros(counts.shape, dtype=np.int64)
    found[counts] = numbers.reshape(-1)
    return len(distinct), found


def evaluated(program: Program, names: Sequence[str], items: Sequence[np.ndarray]) -> np.ndarray:
    columns = {name: each.reshape(-1) for name, each in zip(names, items, strict=True)}
    return np.asarray(program.run(columns), dtype=np.int64).reshape(items[0].shape)


def substituted(program: Program, name: str, inner: Program) -> Program:
    """The program with another in the place of a terminal."""
    built: list[Program] = []
    for node in program.nodes:
        built.append(rebuilt(node, built, name, inner))
    return built[-1]


def rebuilt(node: Node, built: list[Program], name: str, inner: Program) -> Program:
    if isinstance(node, Terminal):
        return inner if node.name == name else terminal(node.name, node.type)
    assert isinstance(node, Apply)
    return apply(node.primitive, *(built[i] for i in node.args)) if node.args else Program((node,))
