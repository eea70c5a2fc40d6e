"""Deduction for a bound, the order of bits below it: languages whose operators take functions.

Deduction is quick and meets small programs, but in an order of its own. The search in order of bits goes through every
program below what deduction met, lambdas included, so it finds the one of fewest bits or says how far it came. Until
deduction meets one, both take turns.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from synth.bank.budget import Budget, Memory, Meter, Spent
from synth.language.grammar import EIGHTHS, program_cost
from synth.language.program import Program
from synth.language.types import carrier, plain
from synth.search.by_cost import Search
from synth.search.deduction.deduce import deduce
from synth.search.deduction.shelf import KINDS
from synth.search.question import Answer
from synth.search.solution import OutOfBudget, Solution

FIRST = 0.2  # seconds of deduction's first turn, the less the more effort is for proofs; each is twice as long
TURN = 0.5  # seconds of the other's first turn; later it takes what deduction took, times the effort where that is < 1
HALF = 0.5  # of all bytes that the search in order of bits may take until deduction ends
SHARE = 0.8  # of all seconds after which deduction ends
PATIENCE = 1.0  # seconds that an effort of 1 spends on shortening at least


@dataclass(slots=True)
class Turns:
    """Asked by deduction now and then, it lets the search in order of bits go on; true once that has an answer."""

    search: Search
    budget: Budget
    pause: float  # seconds of deduction's turn
    outcome: Solution | None = None
    began: float = 0.0  # seconds since the search began, of deduction's turn
    length: float = TURN  # seconds of the next turn, at least

    def __call__(self) -> bool:
        if self.budget.stopped is not None and self.budget.stopped():
            return True
        now = self.search.bank.meter.seconds
        if now - self.began < self.pause:
            return False
        outcome = forward(self.search, self.budget, max(self.length, min(1.0, self.budget.effort) * self.pause))
        over = self.search.bank.meter.seconds > self.budget.seconds
        if over or not isinstance(outcome, OutOfBudget) or outcome.which not in ("seconds", "bytes"):
            self.outcome = outcome
            return True
        self.began, self.length, self.pause = self.search.bank.meter.seconds, 0.0, max(FIRST, 2 * self.pause)
        if outcome.which == "bytes":
            self.pause = math.inf
        return False


def bounded(search: Search) -> Solution:
    """The program of fewest bits, by a search that has not begun, or the best one when the budget ends."""
    if plain(carrier(search.kind)) not in KINDS:
        return search.run()
    budget = search.budget
    memory = search.bank.meter.memory
    whole, memory.most = memory.most, HALF * memory.most
    turns = Turns(search, budget, FIRST / (1 + budget.effort))
    program = bound(search, replace(budget, seconds=SHARE * budget.seconds, stopped=turns))
    if turns.outcome is not None:
        return turns.outcome
    search.reopen(whole)
    if program is None:
        return forward(search, budget, math.inf)
    cost = program_cost(search.bank.language, program, search.kind)
    search.best = Answer(program=program, cost=cost, how="deduction")
    now = search.bank.meter.seconds
    search.until = now + budget.effort * max(now, PATIENCE)
    search.budget = replace(budget, bits=min(budget.bits, (cost - search.bank.step) / EIGHTHS))
    return forward(search, budget, search.until - now)


def bound(search: Search, budget: Budget) -> Program | None:
    """What deduction meets, if it does."""
    meter = Meter(budget, memory=Memory(search.bank.meter.memory.most))
    try:
        with np.errstate(all="ignore"):
            return deduce(search.bank.language, search.rows, search.kind, meter)
    except Spent:
        return None
    finally:
        search.bank.meter.candidates += meter.candidates
        search.bank.meter.distinct += meter.distinct


def forward(search: Search, budget: Budget, seconds: float) -> Solution:
    """The search in order of bits, for this time."""
    meter = search.bank.meter
    meter.budget = replace(budget, seconds=min(meter.seconds + seconds, budget.seconds))
    return search.run()
