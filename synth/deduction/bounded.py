"""Deduction for a bound, the order of bits below it: languages whose operators take functions.

Deduction is quick and meets small programs, but in an order of its own. The search in order of bits goes through every
program below what deduction met, lambdas included, so it finds the one of fewest bits or says how far it came.
"""

from dataclasses import replace

import numpy as np

from synth.budget import Budget, Spent
from synth.deduction.search import deduce
from synth.deduction.shelf import KINDS
from synth.grammar import EIGHTHS, program_cost
from synth.search import Search
from synth.solution import OutOfBudget, Solution
from synth.types import carrier, plain
from synth.unify.question import Answer

QUICK = 0.2  # seconds of deduction before anything else
FORWARD = 0.5  # seconds in order of bits before deduction is given its share
SHARE = 0.5  # of the time that is left, for deduction
PATIENCE = 1.0  # seconds that an effort of 1 spends on shortening at least


def bounded(search: Search) -> Solution:
    """The program of fewest bits, by a search that has not begun, or the best one when the budget ends."""
    if plain(carrier(search.kind)) not in KINDS:
        return search.run()
    budget = search.budget
    for seconds, forward in ((QUICK, FORWARD), (SHARE * budget.seconds, budget.seconds)):
        if bound(search, budget, seconds):
            return shortened(search, budget)
        outcome = until(search, budget, forward)
        over = search.bank.meter.seconds > budget.seconds
        if over or not isinstance(outcome, OutOfBudget) or outcome.which not in ("seconds", "bytes"):
            return outcome
    return outcome


def bound(search: Search, budget: Budget, seconds: float) -> bool:
    """Whether deduction meets a program in this time; it becomes the search's best."""
    meter = search.bank.meter
    meter.budget = replace(budget, seconds=min(meter.seconds + seconds, budget.seconds))
    try:
        with np.errstate(all="ignore"):
            program, _ = deduce(search.bank.language, search.rows, search.kind, meter)
    except Spent:
        return False
    if program is not None:
        cost = program_cost(search.bank.language, program, search.kind)
        search.best = Answer(program=program, cost=cost, how="deduction")
    return program is not None


def shortened(search: Search, budget: Budget) -> Solution:
    """What the search finds below its best program, for as long as the budget's effort allows."""
    assert search.best is not None
    now = search.bank.meter.seconds
    search.until = now + budget.effort * max(now, PATIENCE)
    search.budget = replace(budget, bits=min(budget.bits, (search.best.cost - search.bank.step) / EIGHTHS))
    return until(search, replace(budget, seconds=min(search.until, budget.seconds)), budget.seconds)


def until(search: Search, budget: Budget, seconds: float) -> Solution:
    """The search in order of bits, for this time."""
    meter = search.bank.meter
    meter.budget = replace(budget, seconds=min(meter.seconds + seconds, budget.seconds))
    return search.run()
