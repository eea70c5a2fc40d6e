"""Two programs whose join is the goal, for operators such as max, min, and, or: both must lie on its side of the goal.

With a commutative, associative and idempotent operator, join(a, b) = g gives join(a, g) = join(a, join(a, b)) = g. So
only programs that the goal absorbs on every example can take part: few of many, and these are tried in pairs.
"""

import time

import numpy as np
from jaxtyping import Int, Int64

from synth.language.evaluate import evaluate
from synth.language.operators import Operator
from synth.language.program import apply
from synth.search.question import Answer, Question, right, stored

SEMILATTICE = {"commutative", "associative", "idempotent"}
MOST = 1024  # programs that are tried in pairs, the cheapest
FIRST = 4  # examples on which pairs are tried before the others
BLOCK = 1 << 16  # pairs that are tried together


def join(question: Question, limit: int, deadline: float) -> Answer | None:
    """The cheapest join of two stored programs that is right on all examples and costs less than the limit."""
    best: Answer | None = None
    for operator in question.bank.operators[question.kind]:
        whole = operator.laws >= SEMILATTICE and operator.primitive.defined is None
        if whole and operator.args == (question.kind, question.kind):
            found = joined(question, operator, best.cost if best else limit, deadline)
            best = found or best
    return best


def joined(question: Question, operator: Operator, limit: int, deadline: float) -> Answer | None:
    bank, kind = question.bank, question.kind
    rows = absorbed(question, operator, limit)
    costs = bank.costs(kind)[rows].astype(np.int64)
    for total, one, other in pairs(question, operator, rows, costs, limit, deadline):
        program = apply(operator.primitive, bank.program(kind, one), bank.program(kind, other))
        if not len(question.wrong(program)):
            return Answer(program=program, cost=total, how="joining")
    return None


def absorbed(question: Question, operator: Operator, limit: int) -> Int[np.ndarray, " rows"]:
    """The programs that the goal absorbs on the bank's examples, the cheapest first."""
    goal, costs = question.answers[question.places], question.bank.costs(question.kind)
    if not len(costs):
        return np.empty(0, np.int64)
    fits = right(evaluate(operator.primitive, [stored(question.bank, question.kind), goal[:, None]]), goal).all(axis=0)
    rows = np.flatnonzero(fits & (costs + operator.cost + costs.min() < limit))
    return rows[np.argsort(costs[rows], kind="stable")][:MOST]


def pairs(
    question: Question,
    operator: Operator,
    rows: Int[np.ndarray, " n"],
    costs: Int64[np.ndarray, " n"],
    limit: int,
    deadline: float,
) -> list[tuple[int, int, int]]:
    """Pairs of programs whose join is the goal on the bank's examples, after their cost: the cheapest first."""
    goal, values = question.answers[question.places], stored(question.bank, question.kind, rows)
    found: list[tuple[int, int, int]] = []
    step = max(1, BLOCK // max(1, len(rows)))
    for start in range(0, len(rows), step):
        if start and time.thread_time() > deadline:
            break
        one, other = np.divmod(np.arange(start * len(rows), min(start + step, len(rows)) * len(rows)), len(rows))
        totals = costs[one] + costs[other] + operator.cost
        some = np.flatnonzero((one < other) & (totals < limit))
        for examples in (slice(0, FIRST), slice(FIRST, None)):
            given = [values[examples][:, side[some]] for side in (one, other)]
            some = some[right(evaluate(operator.primitive, given), goal[examples]).all(axis=0)]
        found += [(int(totals[i]), int(rows[one[i]]), int(rows[other[i]])) for i in some]
    return sorted(found)
