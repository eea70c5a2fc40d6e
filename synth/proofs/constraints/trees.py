"""A decision tree over single conditions, by information gain, until it is right for all inputs.

Rajeev Alur, Arjun Radhakrishna and Abhishek Udupa, "Scaling enumerative program synthesis via divide and conquer"
(TACAS 2017), section 4: an input that several terms serve counts for each by its share of all inputs.
"""

import time
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from synth.language.program import Program
from synth.proofs.constraints.board import Board
from synth.proofs.constraints.expression import choose, size
from synth.proofs.smt import Proved, Refuted


def decision_tree(board: Board, terms: Sequence[int], limit: int, until: float) -> Program | None:
    """A tree of choices among terms with at most `limit` nodes, proved for all inputs."""
    while time.monotonic() < until:
        program = learned(board, terms, limit)
        if program is None or size(program) > limit:
            return None
        verdict = board.ask([board.fails(program)])
        if isinstance(verdict, Proved):
            return program
        if not isinstance(verdict, Refuted):
            return None
    return None


def learned(board: Board, terms: Sequence[int], limit: int) -> Program | None:
    """A tree that is right on the rows of the board; None where the conditions do not tell them apart."""
    good = board.good[list(terms)]
    sizes = [size(board.terms[place]) for place in terms]
    order = np.argsort(sizes, kind="stable")
    tests = board.holds[::2]  # the others are their opposites
    weights = np.array([size(test) for test in board.tests[::2]])
    leaves: dict[tuple[int, ...], Program] = {}
    steps: list[tuple[tuple[int, ...], Bool[np.ndarray, " rows"] | int]] = [((), np.ones(board.rows, bool))]
    nodes = 0
    while steps:
        path, rows = steps.pop()
        if isinstance(rows, int):
            leaves[path] = choose(board.tests[2 * rows], leaves.pop((*path, 1)), leaves.pop((*path, 0)))
            continue
        fitting = [int(term) for term in order if good[term][rows].all()]
        if fitting:
            leaves[path] = board.terms[terms[fitting[0]]]
            continue
        test = best_split(good[:, rows], tests[:, rows], weights)
        nodes += 1
        if test is None or nodes * (weights.min() + 2) > limit:
            return None
        steps += [(path, test), ((*path, 1), rows & tests[test]), ((*path, 0), rows & ~tests[test])]
    return leaves[()]


def best_split(
    good: Bool[np.ndarray, "terms rows"], tests: Bool[np.ndarray, "tests rows"], weights: np.ndarray
) -> int | None:
    """The condition after which least is left to know about the term; None where no condition splits the rows."""
    share = good * good.sum(axis=1, keepdims=True)
    labels = share / share.sum(axis=0, keepdims=True)
    inside = tests.astype(float) @ labels.T
    outside = labels.sum(axis=1) - inside
    left = entropy(inside) + entropy(outside)
    left[tests.all(axis=1) | ~tests.any(axis=1)] = np.inf
    if not len(left) or np.isinf(left.min()):
        return None
    close = np.flatnonzero(left <= left.min() + 1e-9)
    return int(close[np.argmin(weights[close])])


def entropy(counts: Float[np.ndarray, "tests terms"]) -> Float[np.ndarray, " tests"]:
    """Bits that name the terms of all rows, by their counts."""
    total = counts.sum(axis=1, keepdims=True)
    parts = np.where(counts > 1e-12, counts * np.log2(np.maximum(total, 1e-12) / np.maximum(counts, 1e-12)), 0.0)
    return parts.sum(axis=1)
