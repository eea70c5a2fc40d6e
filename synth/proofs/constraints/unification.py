"""A function with one call: terms that serve parts of the inputs, joined by conditions, shortened and proved.

Terms and conditions come from the specification first, then from enumeration. Rajeev Alur, Arjun Radhakrishna and
Abhishek Udupa, "Scaling enumerative program synthesis via divide and conquer" (TACAS 2017).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synth.bank.bank import Bank
from synth.language.derive import derive
from synth.language.program import Program
from synth.language.types import BOOL, plain
from synth.proofs.constraints.answer import Contradiction
from synth.proofs.constraints.board import Board
from synth.proofs.constraints.contradiction import contradiction
from synth.proofs.constraints.cover import cover
from synth.proofs.constraints.expression import Columns, forms, size
from synth.proofs.constraints.goal import Goal
from synth.proofs.constraints.hints import conditions, suggested
from synth.proofs.constraints.lists import decision_list
from synth.proofs.constraints.pool import helpful_terms, helpful_tests, short_programs
from synth.proofs.constraints.shrink import shrink
from synth.proofs.constraints.trees import decision_tree

LARGEST = 2000  # nodes of a tree
ROUNDS = 50  # of new terms
SHORTENING = 0.05  # share of the time that is left
Admission = Callable[[Program], bool]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no program was put together."""

    why: str


def unify(goal: Goal, columns: Columns, rows: int, bank: Bank, until: float) -> Program | Contradiction | Failure:
    """A program for the only call of a goal that is proved for all inputs, as short as replacements make it."""
    admit = admission(goal)
    board = Board(goal, columns, rows)
    board.add_terms(filter(admit, suggested(goal)))
    chosen = covering(board, bank, until)
    if not isinstance(chosen, tuple):
        return chosen
    alone = [board.terms[chosen[0]]]
    candidates = alone if len(chosen) == 1 else joined(board, chosen, bank, admit, until)
    if not candidates:
        return Failure("the terms that were found serve all inputs, but no conditions that choose among them")
    pool = short_programs(bank, (plain(board.call.output.type), BOOL))
    until = min(until, time.monotonic() + 1.0 + SHORTENING * (until - time.monotonic()))
    shrunk = [shrink(board, program, pool, until) for program in sorted(candidates, key=size)]
    return min((program for program in (*shrunk, *candidates) if admit(program)), key=size)


def admission(goal: Goal) -> Admission:
    """Whether a program may be written: anything without a grammar, otherwise what the grammar derives."""
    unknown = goal.unknowns[0]
    if unknown.free:
        return lambda program: True
    return lambda program: derive(unknown.language, plain(program.type), program) is not None


def covering(board: Board, bank: Bank, until: float) -> tuple[int, ...] | Contradiction | Failure:
    """Places of terms that serve all inputs, with terms of the bank where the specification's do not."""
    for _ in range(ROUNDS):
        chosen = cover(board, until)
        if chosen is not None:
            return chosen
        missing = np.flatnonzero(~board.good.any(axis=0))
        if not len(missing) or time.monotonic() > until:
            break
        found = contradiction(board.goal, {n: v[missing] for n, v in board.columns.items()}, len(missing))
        if found is not None:
            return found
        more = helpful_terms(board, bank)
        if not more:
            inputs = ", ".join(f"{name} = {values[missing[0]]}" for name, values in board.columns.items())
            return Failure(f"no term that was enumerated serves {inputs}")
        board.add_terms(more)
    return Failure("the time was spent on finding terms")


def joined(board: Board, chosen: Sequence[int], bank: Bank, admit: Admission, until: float) -> list[Program]:
    """Programs that choose among terms, proved; first by conditions of the specification, then by enumerated ones."""
    own: list[list[int]] = []
    for place in chosen:
        tests = [found for test in conditions(board.goal, [board.terms[place]]) if (found := written(test, admit))]
        board.add_tests(tests)
        own.append([at for test in tests for at in (board.tests.index(test), board.tests.index(test) + 1)])
    for more in (False, True):
        if more:
            board.add_tests(helpful_tests(board, bank))
            own = [list(range(len(board.tests)))] * len(chosen)
        found = both(board, chosen, own, admit, until)
        if found:
            return found
    return []


def written(test: Program, admit: Admission) -> Program | None:
    """The first form of a condition that may be written."""
    return next((form for form in forms(test) if admit(form)), None)


def both(
    board: Board, chosen: Sequence[int], own: Sequence[Sequence[int]], admit: Admission, until: float
) -> list[Program]:
    """The decision list and, where it is smaller, the decision tree."""
    began = time.monotonic()
    found = decision_list(board, chosen, own, began + 0.6 * (until - began))
    spent = time.monotonic() - began
    if found is not None and not admit(found):
        found = None
    limit = size(found) if found is not None else LARGEST
    patience = 0.5 + 0.5 * spent if found is not None else 0.6 * (until - time.monotonic())
    tree = decision_tree(board, chosen, limit, time.monotonic() + patience)
    return [program for program in (found, tree) if program is not None and admit(program)]
