"""Inputs tried one by one: first where programs usually part, in the end many draws, whose agreement gives a bound.

Where n independent draws agree, the rate of inputs that differ is below 3 / n with 95 % (James Hanley and Abby
Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 1983), among inputs drawn in that way.
"""

import time
from collections.abc import Iterable

import numpy as np

from compare.same.answer import Alike, Different, Row, Undecided, different
from compare.same.draws import boundaries, described, draws
from compare.same.question import Question
from compare.same.smaller import at_branches, smallest
from compare.same.values import both, rounded, unlike

FIRST = 400  # draws and as many inputs at the ends
RULE = 3.0
SHARE = 0.2  # of the time, for a first search
HOW = "by a search"


def search(question: Question) -> Different | Undecided:
    """Different where an input at the ends, near a named number, at a branch or among a few draws tells them apart."""
    rng = np.random.default_rng([question.seed, 1])
    until = time.perf_counter() + SHARE * question.seconds
    for rows in (boundaries(question, FIRST, rng), draws(question, FIRST, rng), at_branches(question, rng)):
        found, _ = first(question, rows, until)
        if found is not None:
            return difference(question, found)
    return Undecided(why="a search found no input that tells them apart")


def sample(question: Question) -> Alike | Different | Undecided:
    """Alike where all draws agree, as many as were asked for and the time lets."""
    rng = np.random.default_rng([question.seed, 2])
    until = time.perf_counter() + question.seconds
    found, seen = first(question, draws(question, question.samples, rng), until)
    if found is not None:
        return difference(question, found)
    if seen == 0:
        return Undecided(why="no input could be tried")
    bound = min(1.0, RULE / seen)
    text = (
        f"alike on {seen:,} seeded inputs ({described(question)}), not proven: the rate of such inputs that differ is "
        f"below {bound:.2g} with 95 %"
    )
    return Alike(samples=seen, bound=bound, sentence=text)


def first(question: Question, rows: Iterable[Row], until: float) -> tuple[Row | None, int]:
    """The first input on which the programs differ, and how many were tried."""
    answer, seen = both(question), 0
    for row in rows:
        seen += 1
        if unlike(question, answer(row)) and not rounded(question, row):
            return row, seen
        if time.perf_counter() > until:
            break
    return None, seen


def difference(question: Question, row: Row) -> Different:
    found = smallest(question, row)
    return different(HOW, question.names, found, both(question)(found))
