"""A decision tree over a bank's programs that is right on all examples, alone or inside further steps."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int

from synth.language.program import Program
from synth.language.types import Type
from synth.search.question import Answer, Question, Step, right, take, write
from synth.search.unify.conditions import Conditions, Maker, conditions, makers, write_condition
from synth.search.unify.loops import distinct, pack
from synth.search.unify.masks import everything
from synth.search.unify.pick import MOST, pick_terms
from synth.search.unify.sight import Rows, Sight, alone, pairs, parts_of, see, with_others
from synth.search.unify.tree import HASTE, KNOWN, MOST_KNOWN, Leaf, Limits, Tree, grow

EXAMPLES = 128  # that trees are grown on at first
MORE = 64  # counterexamples that are taken at once
ROUNDS = 8
ALONE = 4  # examples without a program that all programs are tried on together
WAITING = 4  # times as many, which wait to be thinned out together
ROWS = 1 << 14  # candidates for terms; above, only one for each mask on the bank's examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What trees of one type grow on: examples, in the order of their bits in masks, and the tests on them."""

    kind: Type
    makers: tuple[Maker, ...]
    sight: Sight
    order: Int[np.ndarray, " some"]
    known: Conditions


def prepare(question: Question, kind: Type, limit: int, *, compiled: bool = True) -> Ground | None:
    """The ground for trees of a type; None where the language has no choice between programs of it."""
    made = makers(question, kind, compiled=compiled) if question.bank.count(kind) else ()
    if not made:
        return None
    count = len(question.answers)
    sight = see(question, np.unique(np.linspace(0, count - 1, min(count, EXAMPLES)).astype(np.int64)))
    return on(sight, kind, made, limit, compiled)


def on(sight: Sight, kind: Type, made: tuple[Maker, ...], limit: int, compiled: bool) -> Ground:
    """The ground for a view; examples that few programs get right come first, which shortens the search for terms."""
    order = np.arange(len(sight.examples))
    if kind == sight.question.kind:
        own = np.arange(len(sight.question.places))
        rights = sum(hits.sum(axis=1) for _, hits in all_hits(sight, kind, (), own))
        order = np.concatenate([np.argsort(rights, kind="stable"), order[len(own) :]])
    known = conditions(sight, made, order, limit, compiled=compiled)
    return Ground(kind=kind, makers=made, sight=sight, order=order, known=known)


def unify(
    ground: Ground, path: tuple[Step, ...], limit: int, deadline: float, *, compiled: bool = True
) -> tuple[Answer | None, Ground]:
    """The cheapest tree found, below the limit, whose value taken through the steps is the goal.

    `path` has the outermost step first; without steps the tree itself is the goal. The tree is grown on some examples,
    and again with those on which it turned out to be wrong; the ground returned has these too.
    """
    question, extra = ground.sight.question, sum(step.cost for step in path)
    prices = ground.known.tests.costs
    least = int(prices[0] + 2 * question.bank.layers[ground.kind].arrays()[0].min()) if len(prices) else limit
    if path and extra + least >= limit:  # without a test, the steps on a program are themselves enumerated
        return None, ground
    for turn in range(ROUNDS):
        if turn and question.late(deadline + HASTE):
            break
        rows, hits = candidates(ground.sight, ground.kind, path, compiled)
        answer = tree_on(ground, rows, hits, path, limit - extra, deadline, compiled) if len(rows) else None
        wrong = question.wrong(answer.program) if answer else ()
        if answer is None or not len(wrong):
            return answer and replace(answer, cost=answer.cost + extra), ground
        spread = wrong[np.unique(np.linspace(0, len(wrong) - 1, MORE).astype(np.int64))]
        sight = see(question, np.union1d(ground.sight.further, spread))
        ground = on(sight, ground.kind, ground.makers, limit, compiled)
    return None, ground


def candidates(
    sight: Sight, kind: Type, path: tuple[Step, ...], compiled: bool
) -> tuple[Int[np.ndarray, " rows"], Bool[np.ndarray, "examples rows"]]:
    """The programs that are right, taken through the steps, on some example, and where; none if they leave one out.

    All programs are tried on the bank's own examples; on further ones only if these programs leave them out.
    """
    own = np.arange(len(sight.question.places))
    rows = few(sight, kind, path, own, compiled)
    hits = hits_of(sight, kind, rows, path)
    while len(rows) and not hits.any(axis=1).all():
        missed = np.flatnonzero(~hits.any(axis=1))[:ALONE]
        more = few(sight, kind, path, missed, compiled)
        rows = np.union1d(rows, more) if len(more) else more
        hits = hits_of(sight, kind, rows, path)
    return rows, hits


def few(
    sight: Sight, kind: Type, path: tuple[Step, ...], spots: Int[np.ndarray, " m"], compiled: bool
) -> Int[np.ndarray, " rows"]:
    """The programs that are right on some of these examples; none where an example has none.

    Of more than `ROWS`, the cheapest for each set of examples.
    """
    found = Cheapest(ROWS, compiled)
    served = np.zeros(len(spots), bool)
    for low, hits in all_hits(sight, kind, path, spots):
        served |= hits.any(axis=1)
        some = np.flatnonzero(hits.any(axis=0))
        costs = sight.question.bank.costs(kind, low, low + hits.shape[1])[some]
        found.add(low + some, costs, hits[:, some])
    return found.rows() if served.all() else np.empty(0, np.int64)


class Cheapest:
    """Programs as long as they are few; then the cheapest with each mask, in order of cost, and no more than few."""

    def __init__(self, most: int, compiled: bool) -> None:
        self._most = most
        self._compiled = compiled
        self._count = 0
        self._crowded = False
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []  # rows, costs, hits

    def add(
        self, rows: Int[np.ndarray, " n"], costs: Int[np.ndarray, " n"], hits: Bool[np.ndarray, "examples n"]
    ) -> None:
        self._parts.append((rows, costs, hits))
        self._count += len(rows)
        if self._count > WAITING * self._most:
            self._thin()

    def rows(self) -> Int[np.ndarray, " rows"]:
        if self._crowded or self._count > self._most:
            self._thin()
        return np.concatenate([np.empty(0, np.int64), *(rows for rows, _, _ in self._parts)])

    def _thin(self) -> None:
        self._crowded = True
        rows, costs, hits = (np.concatenate(parts, axis=-1) for parts in zip(*self._parts, strict=True))
        order = np.argsort(costs, kind="stable")
        order = order[distinct(pack(hits[:, order], self._compiled), None, self._compiled)][: self._most]
        self._parts, self._count = [(rows[order], costs[order], hits[:, order])], len(order)


def all_hits(
    sight: Sight, kind: Type, path: tuple[Step, ...], spots: Int[np.ndarray, " m"]
) -> Iterator[tuple[int, Bool[np.ndarray, "m part"]]]:
    """On which of some examples the programs of a type are right, part by part, after the first row of each."""
    question, own = sight.question, len(sight.question.places)
    if sight.whole is not None or (spots < own).all():
        for part in question.blocks(kind, len(spots)):
            yield part.start, hits_of(sight, kind, part, path, spots)
        return
    bits = np.zeros(question.bank.count(kind), np.uint8)
    assert len(spots) <= ALONE
    for bit, spot in enumerate(spots):
        values = alone(sight, int(sight.examples[spot]))
        others = [[values[other][:, [row]] for other, row in pairs(step)] for step in path]
        for part in question.blocks(kind, 1):
            hits = right(taken(path, values[kind][:, part], others), sight.answers[[spot]])[0]
            bits[part] |= hits.astype(np.uint8) << bit
    for part in question.blocks(kind, len(spots)):
        yield part.start, (bits[part] >> np.arange(len(spots))[:, None]) & 1 != 0


def hits_of(
    sight: Sight, kind: Type, rows: Rows, path: tuple[Step, ...], spots: Int[np.ndarray, " m"] | slice = slice(None)
) -> Bool[np.ndarray, "examples n"]:
    """On which examples of a view programs are right, taken through the steps."""
    where = np.arange(len(sight.examples))[spots]
    if sight.whole is None and (where >= len(sight.question.places)).any() and not isinstance(rows, slice):
        size = parts_of(sight, {kind: rows})
        parts = [where[begin : begin + size] for begin in range(0, len(where), size)]
    else:
        parts = [where]
    return np.concatenate([hits_on(sight, kind, rows, path, part) for part in parts])


def hits_on(
    sight: Sight, kind: Type, rows: Rows, path: tuple[Step, ...], spots: Int[np.ndarray, " m"]
) -> Bool[np.ndarray, "m n"]:
    values, others = with_others(sight, kind, rows, path, spots)
    return right(taken(path, values, others), sight.answers[spots])


def taken(path: tuple[Step, ...], values: np.ndarray, others: list[list[np.ndarray]]) -> np.ndarray:
    """Values taken through the steps, the innermost first."""
    for step, given in zip(reversed(path), reversed(others), strict=True):
        values = take(step, values, given)
    return values


def tree_on(
    ground: Ground,
    rows: Int[np.ndarray, " n"],
    hits: Bool[np.ndarray, "examples n"],
    path: tuple[Step, ...],
    limit: int,
    deadline: float,
    compiled: bool,
) -> Answer | None:
    """The cheapest tree that is right on the ground's examples, taken through the steps; its cost is without them."""
    bank, kind, examples = ground.sight.question.bank, ground.kind, len(ground.order)
    terms = pick_terms(pack(hits[ground.order], compiled), bank.costs_at(kind, rows), examples, compiled=compiled)
    seconds = max(0.0, deadline - time.thread_time())
    limits = Limits(over=lambda: bank.meter.over, known=bank.meter.memory.block(KNOWN, MOST_KNOWN))
    grown = grow(everything(examples), terms, ground.known.tests, limit, seconds, compiled=compiled, limits=limits)
    if grown.tree is None:
        return None
    program = write_tree(ground, rows[terms.places], grown.tree)
    for step in reversed(path):
        program = write(bank, step, program)
    proven = grown.proven and not path and len(terms.costs) < MOST and all_terms(ground, len(rows))
    return Answer(program=program, cost=grown.cost, how="unification", proven=proven)


def all_terms(ground: Ground, known: int) -> bool:
    """Whether as many programs as are known are right on some example at all, further ones included."""
    sight = ground.sight
    if sight.whole is None or ground.known.cut:
        return False
    every = np.arange(len(sight.examples))
    return sum(int(hits.any(axis=0).sum()) for _, hits in all_hits(sight, ground.kind, (), every)) == known


def write_tree(ground: Ground, rows: Int[np.ndarray, " terms"], tree: Tree) -> Program:
    """The program of a tree whose leaves are stored programs."""
    question = ground.sight.question
    if isinstance(tree, Leaf):
        return question.bank.program(ground.kind, int(rows[tree.term]))
    yes, no = (write_tree(ground, rows, branch) for branch in (tree.yes, tree.no))
    return write_condition(question, ground.known, tree.test, yes, no)
