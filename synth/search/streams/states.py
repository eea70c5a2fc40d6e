"""States of one number that determine the answers: all short steps, run from a few starts.

A step function is tried on all words at once: it is kept where a pair of its label and the symbol read never has two
answers, so that the labels are states of a machine that answers right. Most fall after a few items. No list of carries,
quotients, cyclic sums, extrema and flags is needed: they are short functions.
"""

from collections.abc import Iterator, Sequence
from math import log2
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from synth.bank.bank import Bank
from synth.bank.budget import Budget, Meter
from synth.language.grammar import EIGHTHS, Language, program_cost, uniform_language
from synth.language.literals import literal
from synth.language.program import Apply, Node, Program, Terminal, apply, terminal
from synth.language.types import INT
from synth.library.arith import ADD, SUB
from synth.library.loops import LOOPS
from synth.search.streams import kernels
from synth.search.streams.examples import Examples
from synth.search.streams.loop import literal_bits
from synth.search.streams.steps import (
    LABELS,
    LARGEST,
    SECONDS,
    VALUES,
    Steps,
    direct_steps,
    filled,
    step_functions,
)

DRIVE_BITS, DRIVES = 22.0, 40  # of functions of the items that may drive a state
SUMMED = 5  # nodes of the sums of several streams that may
DIRECT = 16  # symbols whose items may stand in a step function by themselves
MOST = 8  # states that are looked at further
DOUBLING = 4.0  # bits for twice as many pairs of label and symbol
EVIDENCE = 4  # positions for each pair of label and symbol, at least
CHUNK = 15_000


class Driven(NamedTuple):
    """A state that determines the answers with the symbol."""

    step: Program  # over s and the items
    drive: Program  # what the items drive it by, or s
    start: int
    bits: float  # of the step and the start
    pairs: int  # of label and symbol that occur


class Words(NamedTuple):
    """Words and answers by number."""

    symbols: int
    keys: Int[np.ndarray, "rows time"]
    known: int  # answers
    answers: Int[np.ndarray, "rows time"]
    lengths: Int[np.ndarray, " rows"]
    starts: list[int]

    @property
    def width(self) -> float:
        """Bits of an answer."""
        return log2(max(self.known, 2))


class Drives(NamedTuple):
    """What may drive a state: places among the values of the steps' tables, -1 beyond."""

    steps: Steps
    width: int  # values
    values: Int[np.ndarray, "drives rows time"]
    bits: list[float]
    programs: list[Program]  # in the place of u; none where the steps name the items


def proposed(examples: Examples, names: Sequence[str]) -> list[Driven]:
    """States that determine the answers, those first that describe the answers in fewest bits."""
    counts = examples.counts
    items = {name: each[counts] for name, each in zip(names, examples.items, strict=True)}
    if determined(list(items.values()), np.stack([each[counts] for each in examples.answers], axis=1)):
        return []
    words = numbered_words(examples)
    found = [each for source in sources(examples, names, words) for each in tried(source, words)]
    return [state for _, state in sorted(found, key=lambda each: each[0])]


def numbered_words(examples: Examples) -> Words:
    symbols, keys = numbered(np.stack(examples.items, axis=-1), examples.counts)
    known, answers = numbered(np.stack(examples.answers, axis=-1), examples.counts)
    largest = max(each.max() for each in examples.items)
    starts = sorted({0, 1, int(np.clip(largest, 0, LABELS[-1]))})
    return Words(symbols, keys, known, answers, examples.lengths, starts)


def sources(examples: Examples, names: Sequence[str], words: Words) -> Iterator[Drives]:
    """Functions of the items that drive a state; the items themselves where there are few symbols."""
    table = np.unique(np.stack([each[examples.counts] for each in examples.items], axis=1), axis=0)
    if words.symbols <= len(VALUES) ** 2 and (driving := drives(dict(zip(names, table.T, strict=True)))):
        values = np.stack([evaluated(program, names, examples.items) for program, _ in driving])
        values = np.where((values >= VALUES[0]) & (values <= VALUES[-1]), values - VALUES[0], -1)
        yield Drives(step_functions(), len(VALUES), values, [b for _, b in driving], [p for p, _ in driving])
    if words.symbols <= DIRECT:
        steps = direct_steps(dict(zip(names, table.T, strict=True)))
        yield Drives(steps, words.symbols, words.keys[None], [0.0], [])


def drives(symbols: dict[str, np.ndarray]) -> list[tuple[Program, float]]:
    """Short functions of the items with values that may drive a state, the cheapest first; the items cost nothing.

    Of several streams their longer sums too.
    """
    names = [Terminal(name, INT) for name in symbols]
    known = uniform_language((*LOOPS, *map(literal, range(LARGEST + 1))), names)
    found = driving(known, symbols, DRIVE_BITS)[:DRIVES]
    if len(names) > 1:
        sums = uniform_language((ADD, SUB), names)
        found += driving(sums, symbols, SUMMED * max(sums.costs[INT].values()) / EIGHTHS)
    distinct = {np.asarray(program.run(symbols)).tobytes(): program for program in reversed(found)}
    name = known.cost(INT, names[0])
    priced = [(program, (program_cost(known, program, INT) - name) / EIGHTHS) for program in distinct.values()]
    return sorted(priced, key=lambda each: each[1])


def driving(language: Language, symbols: dict[str, np.ndarray], bits: float) -> list[Program]:
    """The programs of a language up to so many bits, of which a state's step may take the values."""
    bank = filled(Bank(language, symbols, Meter(Budget(seconds=SECONDS)), goal=INT), bits)
    values = bank.values(INT)
    fits = np.flatnonzero(((values >= VALUES[0]) & (values <= VALUES[-1])).all(axis=0))
    fits = fits[(values[:, fits] != values[:1, fits]).any(axis=0) | (values[0, fits] == 1)]
    return [bank.program(INT, int(row)) for row in fits]


def tried(source: Drives, words: Words) -> list[tuple[float, Driven]]:
    """Every step by every drive from every start; the best with their scores."""
    steps, found = source.steps, []
    costs = np.array(source.bits)[:, None] + [literal_bits(start) for start in words.starts]
    begin = np.array(words.starts) - LABELS[0]
    most = int(words.lengths.sum() / EVIDENCE)
    for low in range(0, len(steps.bits), CHUNK):
        tables = steps.tables[low : low + CHUNK]
        rest = (source.values, words.keys, words.symbols, words.answers, words.lengths, begin, most)
        pairs = kernels.determined(tables, source.width, *rest)
        found += chosen(pairs, steps.bits[low : low + CHUNK, None, None] + costs, words.width, low)
    kept = dict.fromkeys(best(found, 1.0, MOST) + best(found, words.width, MOST // 2))
    return [(score(np.array(place[0]), np.array(place[1]), 1.0).item(), driven(source, words, place)) for place in kept]


def driven(source: Drives, words: Words, place: "Place") -> Driven:
    bits, pairs, step, drive, start = place
    program, by = source.steps.programs[step](), terminal("s", INT)
    if source.programs:
        by = source.programs[drive]
        program = substituted(program, "u", by)
    return Driven(program, by, words.starts[start], bits, pairs)


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
    if not found:
        return []
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
