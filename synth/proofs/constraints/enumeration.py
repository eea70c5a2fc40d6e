"""Answers by enumeration: the smallest programs that satisfy the constraints on samples, until they are proved."""

import time
from dataclasses import dataclass, replace

import numpy as np

from synth.bank.bank import Bank
from synth.bank.budget import Budget
from synth.language.grammar import EIGHTHS
from synth.language.program import Program
from synth.proofs.constraints.expression import Columns
from synth.proofs.constraints.goal import Goal, failing, verdict
from synth.proofs.constraints.rows import draw, joined
from synth.proofs.constraints.tuples import banks_of, first_tuple
from synth.proofs.smt import Refuted, Unproved, Verdict, columns_of

FRESH = 4096  # inputs on which programs are tried before they are proved
MORE = 8  # of the inputs that fail, taken as samples
PROOF = 10.0  # seconds for one proof


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Enumeration:
    """Programs, one a function, with what is known of them; None where no tuple of at most `excluded` nodes is right.

    `columns` are the samples in the end, and `banks` hold what was enumerated on them.
    """

    programs: tuple[Program, ...] | None
    verdict: Verdict
    excluded: float
    columns: Columns
    rows: int
    banks: tuple[Bank, ...]


def enumerate_answers(goal: Goal, columns: Columns, rows: int, budget: Budget, seed: int) -> Enumeration:
    """The smallest programs that satisfy the constraints, within a budget."""
    until = time.monotonic() + budget.seconds
    done = 0
    while True:
        left = replace(budget, seconds=max(0.1, until - time.monotonic()))
        banks = banks_of(goal, columns, rows, left)
        most = 10**6 if np.isinf(budget.bits) else int(budget.bits * EIGHTHS)
        found = first_tuple(goal, banks, columns, rows, done, most)
        step = banks[0].step
        if found.programs is None:
            return Enumeration(
                programs=None,
                verdict=Unproved(why="nothing was found"),
                excluded=found.cost / EIGHTHS,
                columns=columns,
                rows=rows,
                banks=banks,
            )
        done = int(found.cost) - step
        checked = check(goal, found.programs, columns, seed)
        if not isinstance(checked, dict):
            return Enumeration(
                programs=found.programs,
                verdict=checked,
                excluded=done / EIGHTHS,
                columns=columns,
                rows=rows,
                banks=banks,
            )
        columns = joined(columns, checked)
        rows += len(next(iter(checked.values())))


def check(goal: Goal, programs: tuple[Program, ...], columns: Columns, seed: int) -> Verdict | Columns:
    """What is known of programs that satisfy the constraints on samples, or further inputs on which they do not."""
    fresh = draw(goal, FRESH, seed + 1)
    wrong = np.flatnonzero(failing(goal, programs, fresh, FRESH if fresh else 1))
    if len(wrong) and fresh:
        return {name: column[wrong[:MORE]] for name, column in fresh.items()}
    said = verdict(goal, programs, PROOF)
    if not isinstance(said, Refuted):
        return said
    more = columns_of(said.inputs, goal.variables)
    known = np.logical_and.reduce([columns[name] == values[0] for name, values in more.items()])
    if failing(goal, programs, more, 1).all() and not np.any(known):
        return more
    return Unproved(why="the solver's counterexample holds only for a value that SMT-LIB leaves open, such as x div 0")
