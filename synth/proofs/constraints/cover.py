"""A set of terms one of which satisfies the constraints on every input.

The question whether such a set is enough has no quantifier left: Andrew Reynolds et al., "Counterexample-guided
quantifier instantiation for synthesis in SMT" (CAV 2015), section 3, on single-invocation properties.
"""

import time

import numpy as np
from jaxtyping import Bool

from synth.proofs.constraints.board import Board
from synth.proofs.constraints.expression import size
from synth.proofs.smt import Refuted

GUESS = 1.0  # seconds after which a set of terms is tried unproved


def cover(board: Board, until: float) -> tuple[int, ...] | None:
    """Places of terms that serve all inputs, as few and short as a greedy choice finds; None where the terms do not.

    Inputs on which the choice fails are added to the board, so afterwards `board.good` tells which terms are missing.
    Where the solver gives up (that some of 17 numbers is largest is hard to prove at once), the choice is a guess, and
    what is built on it is proved anyway.
    """
    while time.monotonic() < until:
        if not board.good.any(axis=0).all():
            return None
        chosen = greedy(board.good, np.array([size(term) for term in board.terms]))
        verdict = board.ask([board.fails(board.terms[place]) for place in chosen], GUESS)
        if not isinstance(verdict, Refuted):
            return chosen
    return None


def greedy(good: Bool[np.ndarray, "terms rows"], sizes: np.ndarray) -> tuple[int, ...]:
    """Terms that serve all rows: most new rows for their size first, then those dropped that the others replace."""
    open_rows = np.ones(good.shape[1], bool)
    chosen: list[int] = []
    while open_rows.any():
        gain = (good & open_rows).sum(axis=1) / (2.0 + sizes)
        chosen.append(int(np.argmax(gain)))
        open_rows &= ~good[chosen[-1]]
    for place in sorted(chosen, key=lambda place: -sizes[place]):
        rest = [other for other in chosen if other != place]
        if rest and good[rest].any(axis=0).all():
            chosen = rest
    return tuple(chosen)
