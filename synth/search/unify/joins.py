"""Two programs whose join is the goal, for operators such as max, min, and, or: both must lie on its side of the goal.

With a commutative, associative and idempotent operator, join(a, b) = g gives join(a, g) = join(a, join(a, b)) = g. So
only programs that the goal absorbs on every example can take part: few of many, and these are tried in pairs.
"""

import numpy as np
from jaxtyping import Int, Int64

from synth.language.evaluate import evaluate
from synth.language.operators import Operator
from synth.language.program import apply
from synth.search.question import ARRAYS, Answer, Question, right, stored

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
    costs = bank.costs_at(kind, rows)
    for total, one, other in pairs(question, operator, rows, costs, limit, deadline).tolist():
        bank.meter.check()
        program = apply(operator.primitive, bank.program(kind, one), bank.program(kind, other))
        if not len(question.wrong(program)):
            return Answer(program=program, cost=total, how="joining")
    return None


def absorbed(question: Question, operator: Operator, limit: int) -> Int[np.ndarray, " rows"]:
    """The programs that the goal absorbs on the bank's examples, the cheapest first."""
    bank, kind, goal = question.bank, question.kind, question.answers[question.places]
    if not bank.count(kind):
        return np.empty(0, np.int64)
    least = int(bank.layers[kind].arrays()[0].min())
    found, costs = np.empty(0, np.int64), np.empty(0, np.int64)
    for part in question.blocks(kind, len(goal)):
        fits = right(evaluate(operator.primitive, [stored(bank, kind, part), goal[:, None]]), goal).all(axis=0)
        priced = bank.costs(kind, part.start, part.stop).astype(np.int64)
        some = np.flatnonzero(fits & (priced + operator.cost + least < limit))
        found, costs = np.concatenate([found, part.start + some]), np.concatenate([costs, priced[some]])
        order = np.argsort(costs, kind="stable")[:MOST]
        found, costs = found[order], costs[order]
    return found


def pairs(
    question: Question,
    operator: Operator,
    rows: Int[np.ndarray, " n"],
    costs: Int64[np.ndarray, " n"],
    limit: int,
    deadline: float,
) -> Int64[np.ndarray, "found 3"]:
    """Pairs of programs whose join is the goal on the bank's examples, each after its cost: the cheapest first."""
    goal, values = question.answers[question.places], stored(question.bank, question.kind, rows)
    found = [np.empty((0, 3), np.int64)]
    size = question.bank.meter.memory.block(ARRAYS * 8 * len(goal), BLOCK)
    step = max(1, size // max(1, len(rows)))
    for start in range(0, len(rows), step):
        if start and question.late(deadline):
            break
        one, other = np.divmod(np.arange(start * len(rows), min(start + step, len(rows)) * len(rows)), len(rows))
        totals = costs[one] + costs[other] + operator.cost
        some = np.flatnonzero((one < other) & (totals < limit))
        for examples in (slice(0, FIRST), slice(FIRST, None)):
            given = [values[examples][:, side[some]] for side in (one, other)]
            some = some[right(evaluate(operator.primitive, given), goal[examples]).all(axis=0)]
        found.append(np.stack([totals[some], rows[one[some]], rows[other[some]]], axis=1))
    every = np.concatenate(found)
    return every[np.lexsort(every.T[::-1])]
