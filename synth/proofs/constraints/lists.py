"""A decision list: conjunctions of conditions, one after another, each choosing a term.

Each conjunction is learnt from sampled inputs and then proved, so a function like the maximum of 17 arguments takes
136 comparisons, where a decision tree over single comparisons would double with every argument.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from synth.language.program import Program
from synth.proofs.constraints.board import SECONDS, Board
from synth.proofs.constraints.expression import choose, every, size
from synth.proofs.smt import Proved, Refuted

SEEDS = 6  # inputs from which a conjunction is grown
PATIENCE = 4  # refuted rules in a row, after which a rule is read off the rows where its term is right
WIDE = 600  # conditions beyond which a term is only given those of its own


class Rule(NamedTuple):
    """Where all tests hold, and none of the rules before applied, the term is right."""

    tests: tuple[int, ...]
    term: int


def decision_list(board: Board, terms: Sequence[int], own: Sequence[Sequence[int]], until: float) -> Program | None:
    """A chain of choices among terms, proved for all inputs; `own` holds the places of each term's tests."""
    rules: list[Rule] = []
    others: list[Any] = []  # that no rule so far applies
    refused = 0
    while time.monotonic() < until:
        alive = alive_rows(board, rules)
        last = last_term(board, terms, alive)
        if last is None and refused >= PATIENCE:
            rule = necessary_rule(board, terms, own, alive, others)
        else:
            rule = Rule((), last) if last is not None else best_rule(board, terms, own, alive)
        if rule is None:
            return None
        tests = [board.expression(board.tests[place]) for place in rule.tests]
        verdict = board.ask([*others, *tests, board.fails(board.terms[rule.term])])
        if isinstance(verdict, Proved):
            rules.append(rule)
            others.append(board.smt.negation(board.smt.every(tests)))
            refused = 0
            if not rule.tests:
                return written(board, rules)
        elif not isinstance(verdict, Refuted):
            return None
        else:
            refused += 1
    return None


def necessary_rule(
    board: Board,
    terms: Sequence[int],
    own: Sequence[Sequence[int]],
    alive: Bool[np.ndarray, " rows"],
    others: Sequence[Any],
) -> Rule | None:
    """A rule whose tests hold wherever its term is right, as far as the rows tell, so that it leaves nothing undone."""
    rare = board.good[list(terms)].sum(axis=0)
    found: list[tuple[int, Rule]] = []
    for place, tests in zip(terms, own, strict=True):
        served = board.good[place] & alive & (rare < len(terms))
        needed = tuple(test for test in tests if board.holds[test][served].all())
        if served.any() and not (board.holds[list(needed)].all(axis=0) & alive & ~board.good[place]).any():
            found.append((-int(served.sum()), Rule(needed, place)))
    for _, rule in sorted(found):
        always = [*others, board.fails(board.terms[rule.term])]
        kept = board.smt.core(always, [board.expression(board.tests[test]) for test in rule.tests], SECONDS)
        if kept is not None:
            return Rule(tuple(rule.tests[i] for i in kept), rule.term)
    return best_rule(board, terms, own, alive)


def alive_rows(board: Board, rules: Sequence[Rule]) -> Bool[np.ndarray, " rows"]:
    alive = np.ones(board.rows, bool)
    for rule in rules:
        alive &= ~board.holds[list(rule.tests)].all(axis=0)
    return alive


def last_term(board: Board, terms: Sequence[int], alive: Bool[np.ndarray, " rows"]) -> int | None:
    """The shortest term that serves everything that is left."""
    fitting = [place for place in terms if board.good[place][alive].all()]
    return min(fitting, key=lambda place: size(board.terms[place]), default=None)


def best_rule(
    board: Board, terms: Sequence[int], own: Sequence[Sequence[int]], alive: Bool[np.ndarray, " rows"]
) -> Rule | None:
    """The rule of fewest tests that fits the rows, and among these the one that serves most of them."""
    best: tuple[tuple[float, ...], Rule] | None = None
    weights = np.array([size(test) for test in board.tests])
    rare = board.good[list(terms)][:, alive].sum(axis=0)
    telling = 1.0 - rare / len(terms)  # an input that every term serves says nothing
    for place, tests in zip(terms, own, strict=True):
        good = board.good[place][alive]
        usable = np.array(tests if len(board.tests) > WIDE else range(len(board.tests)), int)
        holds = board.holds[usable][:, alive]
        for seed in seeds(good, rare, len(terms)):
            picked = conjunction(holds, good, seed, weights[usable], telling)
            if picked is None:
                continue
            served = telling[holds[picked].all(axis=0) & good].sum()
            key = (float(weights[usable][picked].sum()) + len(picked), -float(served))
            if best is None or key < best[0]:
                best = key, Rule(tuple(int(usable[i]) for i in picked), place)
    return best[1] if best else None


def seeds(good: Bool[np.ndarray, " alive"], rare: Int[np.ndarray, " alive"], most: int) -> list[int]:
    """Rows that the term serves, first those that few others serve, none that all serve."""
    rows = np.flatnonzero(good & (rare < most))
    rows = rows[np.argsort(rare[rows], kind="stable")]
    return [int(row) for row in rows[:: max(1, len(rows) // SEEDS)][:SEEDS]]


def conjunction(
    holds: Bool[np.ndarray, "tests alive"],
    good: Bool[np.ndarray, " alive"],
    seed: int,
    weights: Int[np.ndarray, " tests"],
    telling: Float[np.ndarray, " alive"],
) -> list[int] | None:
    """Tests true on the seed that together exclude every row which the term does not serve, chosen greedily."""
    bad = ~good
    allowed = np.flatnonzero(holds[:, seed])
    kept = good.copy()
    picked: list[int] = []
    while bad.any():
        excluded = (~holds[allowed][:, bad]).sum(axis=1)
        if not len(excluded) or not excluded.max():
            return None
        score = excluded / weights[allowed] * (1.0 + holds[allowed] @ (kept * telling))
        test = int(allowed[np.argmax(score)])
        picked.append(test)
        bad &= holds[test]
        kept &= holds[test]
    for test in list(picked):
        rest = [other for other in picked if other != test]
        if not (holds[rest].all(axis=0) & ~good).any():
            picked = rest
    return picked


def written(board: Board, rules: Sequence[Rule]) -> Program:
    result = board.terms[rules[-1].term]
    for rule in reversed(rules[:-1]):
        condition = every(board.tests[place] for place in rule.tests)
        result = choose(condition, board.terms[rule.term], result)
    return result
