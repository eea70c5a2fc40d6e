"""Search back from the goal: what must an argument be so that a primitive gives the goal, and is it stored?

With the other argument taken from all stored programs at once, one look-up a program covers all pairs of them. Going
through a few cheap programs first, the same is done for the subgoals that they leave.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from synth.bank import Operator
from synth.evaluate import evaluate, flat_words
from synth.hashing import agree
from synth.library.constants import CONSTANTS, literal
from synth.primitive import Inverse
from synth.program import Apply, Program, apply
from synth.types import INT, Fn, Type, dtype_of
from synth.unify.question import Answer, Question, Step, steps, stored, write
from synth.xp import NUMPY

BEST = 8  # of the proposals of one inverse that are written down
BLOCK = 1 << 16  # programs that are tried together


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An operator on a stored program and a found argument: a row, or the number of a literal."""

    operator: Operator
    place: int  # of the found argument
    row: int | None  # of the other argument, if there is one
    found: int
    constant: bool
    cost: int  # eighths of a bit


def invert(question: Question, limit: int, few: int = 0) -> tuple[Answer | None, Int[np.ndarray, " wrong"]]:
    """The cheapest program below the limit that look-ups find, also through subgoals of the `few` cheapest programs.

    Beside it, examples on which a program was wrong that is right on the bank's own.
    """
    best, wrong = None, np.empty(0, np.int64)
    goal = question.answers[question.places]
    for path, subgoal in subgoals(question, goal, few):
        extra = sum(step.cost for step in path)
        kind = path[-1].open if path else question.kind
        for proposal in proposals(question, kind, subgoal, limit - extra):
            program = written(question, proposal)
            for step in reversed(path):
                program = write(question.bank, step, program)
            missed = question.wrong(program)
            if not len(missed):
                best = Answer(program=program, cost=proposal.cost + extra, how="inversion")
                limit = best.cost
                break
            wrong = missed
    return best, wrong


def subgoals(
    question: Question, goal: Shaped[np.ndarray, "known ..."], few: int
) -> Iterator[tuple[tuple[Step, ...], Shaped[np.ndarray, "known ..."]]]:
    """The goal itself, and what it leaves to the open argument of each invertible step."""
    yield (), goal
    for step in steps(question.bank, question.kind, few) if few else ():
        for inverse in step.primitive.inverses:
            if inverse.place == step.place:
                others = [stored(question.bank, k, np.array([r])) for k, r in zip(step.others, step.rows, strict=True)]
                asked = back(inverse, step.open, goal[:, None], others)
                if agree(evaluate(step.primitive, put(others, step.place, asked)), goal[:, None]).all():
                    yield (step,), asked[:, 0]


def proposals(question: Question, kind: Type, goal: Shaped[np.ndarray, "known ..."], limit: int) -> list[Proposal]:
    """Operators of the type on stored programs that give the goal on the bank's examples, the cheapest first."""
    found: list[Proposal] = []
    for operator in question.bank.operators(kind):
        done: set[tuple[Type, ...]] = set()
        for inverse in operator.primitive.inverses:
            known = operator.args[: inverse.place] + operator.args[inverse.place + 1 :]
            if len(known) > 1 or any(isinstance(k, Fn) for k in operator.args):
                continue
            if "commutative" in operator.laws and known in done:
                continue
            done.add(known)
            found += through(question, operator, inverse, goal, limit)
    return sorted(found, key=lambda proposal: proposal.cost)


def through(
    question: Question, operator: Operator, inverse: Inverse, goal: Shaped[np.ndarray, "known ..."], limit: int
) -> list[Proposal]:
    """The cheapest proposals of one inverse, with every stored program as the other argument."""
    bank, asked = question.bank, operator.args[inverse.place]
    other = next((kind for place, kind in enumerate(operator.args) if place != inverse.place), None)
    if not bank.count(asked) or (other is not None and not bank.count(other)):
        return []
    costs = np.zeros(1, np.int64) if other is None else bank.costs(other).astype(np.int64)
    own = bank.costs(asked).astype(np.int64)
    rows = np.flatnonzero(costs + operator.cost + own.min() < limit)
    found: list[Proposal] = []
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        others = [] if other is None else [stored(bank, other, block)]
        wanted = back(inverse, asked, goal[:, None], others)
        places = bank.lookup(asked, flat_words(wanted))
        totals = np.where(places >= 0, costs[block] + operator.cost + own[places], limit)
        found += kept(operator, inverse, other, block, places, totals, limit, constant=False)
        if asked == INT and literals(question):
            values, totals = constants(operator, wanted, costs[block], limit)
            found += kept(operator, inverse, other, block, values, totals, limit, constant=True)
    found.sort(key=lambda proposal: proposal.cost)
    return [proposal for proposal in found[:BEST] if gives(question, proposal, goal)]


def kept(
    operator: Operator,
    inverse: Inverse,
    other: Type | None,
    rows: Int[np.ndarray, " n"],
    found: Int[np.ndarray, " n"],
    totals: Int[np.ndarray, " n"],
    limit: int,
    *,
    constant: bool,
) -> list[Proposal]:
    order = np.argsort(totals, kind="stable")[:BEST]
    return [
        Proposal(
            operator=operator,
            place=inverse.place,
            row=None if other is None else int(rows[i]),
            found=int(found[i]),
            constant=constant,
            cost=int(totals[i]),
        )
        for i in order
        if totals[i] < limit
    ]


def constants(
    operator: Operator, wanted: Shaped[np.ndarray, "known n"], costs: Int[np.ndarray, " n"], limit: int
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """The number that an argument must be on all examples, and what the program costs with it; the limit where none."""
    values = wanted[0]
    good = (wanted == values).all(axis=0) & (values >= 0)
    prices = np.array([8 * int(literal(int(v)).bits or 0) if g else limit for v, g in zip(values, good, strict=True)])
    return values, np.where(good, costs + operator.cost + prices, limit)


def literals(question: Question) -> bool:
    """Whether any number may be written: where the language has the library's small ones, at their prices."""
    return set(CONSTANTS) <= set(question.bank.language.primitives)


def back(
    inverse: Inverse, kind: Type, goal: Shaped[np.ndarray, "known 1 ..."], others: list[np.ndarray]
) -> Shaped[np.ndarray, "known n ..."]:
    """What an argument must be, from the goal and the other arguments."""
    with np.errstate(all="ignore"):
        values = np.asarray(inverse.run(NUMPY, goal, *others)).astype(dtype_of(kind), copy=False)
    shape = np.broadcast_shapes(values.shape[:2], *(given.shape[:2] for given in others))
    return np.broadcast_to(values, (*shape, *values.shape[2:]))


def gives(question: Question, proposal: Proposal, goal: Shaped[np.ndarray, "known ..."]) -> bool:
    """Whether a proposal is the goal on the bank's examples."""
    operator, bank = proposal.operator, question.bank
    asked = operator.args[proposal.place]
    if proposal.constant:
        value = np.full((len(goal), 1), proposal.found, dtype_of(asked))
    else:
        value = stored(bank, asked, np.array([proposal.found]))
    others = [] if proposal.row is None else [stored(bank, operator.args[1 - proposal.place], np.array([proposal.row]))]
    return bool(agree(evaluate(operator.primitive, put(others, proposal.place, value)), goal[:, None]).all())


def put(others: list[np.ndarray], place: int, value: np.ndarray) -> list[np.ndarray]:
    given = list(others)
    given.insert(place, value)
    return given


def written(question: Question, proposal: Proposal) -> Program:
    operator, bank = proposal.operator, question.bank
    if proposal.constant:
        inner = Program((Apply(literal(proposal.found), ()),))
    else:
        inner = bank.program(operator.args[proposal.place], proposal.found)
    args = [] if proposal.row is None else [bank.program(operator.args[1 - proposal.place], proposal.row)]
    args.insert(proposal.place, inner)
    return apply(operator.primitive, *args)
