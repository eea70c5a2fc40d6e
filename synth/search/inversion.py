"""Search back from the goal: what must an argument be so that a primitive gives the goal, and is it stored?

With the other argument taken from all stored programs at once, one look-up a program covers all pairs of them. Going
through a few cheap programs first, the same is done for the subgoals that they leave.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Int64, Shaped

from synth.bank.bank import Bank
from synth.language.evaluate import evaluate, flat_words
from synth.language.listed import allowed, price, word
from synth.language.operators import Operator
from synth.language.primitive import Inverse
from synth.language.program import Apply, Program, apply
from synth.language.types import Fn, Type, dtype_of
from synth.language.xp import NUMPY
from synth.search.question import ARRAYS, Answer, Question, Step, right, steps, stored, write

BEST = 8  # of the proposals of one inverse that are written down
BLOCK = 1 << 16  # programs that are tried together


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """Goals of one type that are sought together, each with the step that it is reached through, if any."""

    kind: Type
    goals: Shaped[np.ndarray, "known aims ..."]
    steps: tuple[Step | None, ...]
    costs: Int64[np.ndarray, " aims"]  # of the steps, eighths of a bit


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An operator on a stored program and a found argument: a row, or the number of a literal."""

    aims: Aims
    aim: int
    operator: Operator
    place: int  # of the found argument
    row: int | None  # of the other argument, if there is one
    found: int
    constant: bool
    cost: int  # eighths of a bit, with the step


def invert(
    question: Question, limit: int, few: int = 0, deadline: float = float("inf")
) -> tuple[Answer | None, Int[np.ndarray, " wrong"]]:
    """The cheapest program below the limit that look-ups find, also through subgoals of the `few` cheapest programs.

    Beside it, examples on which a program was wrong that is right on the bank's own. What is found by the deadline (by
    time.thread_time) counts.
    """
    wrong, found = np.empty(0, np.int64), []
    for aims in (subgoals if few else itself)(question, few):
        found += proposals(question, aims, limit, deadline)
    for proposal in sorted(found, key=lambda proposal: proposal.cost):
        program = written(question, proposal)
        missed = question.wrong(program)
        if not len(missed):
            return Answer(program=program, cost=proposal.cost, how="inversion"), wrong
        wrong = missed
    return None, wrong


def itself(question: Question, few: int) -> list[Aims]:
    """The goal alone."""
    del few
    goal = question.answers[question.places][:, None]
    return [Aims(kind=question.kind, goals=goal, steps=(None,), costs=np.zeros(1, np.int64))]


def subgoals(question: Question, few: int) -> list[Aims]:
    """What the goal leaves to the open argument of each invertible step, by type."""
    bank, goal = question.bank, question.answers[question.places][:, None]
    left: dict[Type, list[tuple[Step, np.ndarray]]] = {}
    for step in steps(bank, question.kind, few):
        for inverse in step.primitive.inverses:
            if inverse.place != step.place:
                continue
            others = [stored(bank, k, np.array([row])) for k, row in zip(step.others, step.rows, strict=True)]
            asked = back(inverse, step.open, goal, others)
            if right(evaluate(step.primitive, put(others, step.place, asked)), goal[:, 0]).all():
                left.setdefault(step.open, []).append((step, asked))
    return [
        Aims(
            kind=kind,
            goals=np.concatenate([asked for _, asked in pairs], axis=1),
            steps=tuple(step for step, _ in pairs),
            costs=np.array([step.cost for step, _ in pairs], np.int64),
        )
        for kind, pairs in left.items()
    ]


def proposals(question: Question, aims: Aims, limit: int, deadline: float) -> list[Proposal]:
    """Operators on stored programs that give a goal on the bank's examples."""
    found: list[Proposal] = []
    for operator in question.bank.operators[aims.kind]:
        done: set[tuple[Type, ...]] = set()
        for inverse in operator.primitive.inverses if operator.primitive.defined is None else ():
            known = operator.args[: inverse.place] + operator.args[inverse.place + 1 :]
            if len(known) > 1 or any(isinstance(k, Fn) or not question.bank.count(k) for k in operator.args):
                continue
            if "commutative" in operator.laws and known in done:
                continue
            done.add(known)
            found += through(question, operator, inverse, aims, limit, deadline)
    return found


def through(
    question: Question, operator: Operator, inverse: Inverse, aims: Aims, limit: int, deadline: float
) -> list[Proposal]:
    """The cheapest proposals of one inverse, with every stored program as the other argument."""
    bank, asked = question.bank, operator.args[inverse.place]
    other = next((kind for place, kind in enumerate(operator.args) if place != inverse.place), None)
    own = bank.layers[asked].arrays()[0].min()
    span = Span(bank, other, limit - operator.cost - int(own) - int(aims.costs.min()))
    language = bank.language
    numbers = asked in allowed(language)
    size = bank.meter.memory.block(ARRAYS * 8 * len(aims.goals) * bank.words(asked), BLOCK)
    found: list[Proposal] = []
    for start in range(0, span.count * len(aims.steps), size):
        if start and question.late(deadline):
            break
        aim, place = np.divmod(np.arange(start, min(start + size, span.count * len(aims.steps))), span.count)
        row, costs = span.at(place)
        wanted = back(inverse, asked, aims.goals[:, aim], [] if other is None else [stored(bank, other, row)])
        base = aims.costs[aim] + operator.cost + costs
        spots = bank.lookup(asked, flat_words(wanted))
        known = np.flatnonzero(spots >= 0)
        totals = np.full(len(spots), limit, np.int64)
        totals[known] = base[known] + bank.costs_at(asked, spots[known])
        sources = [(spots, totals, False)]
        if numbers:
            sources.append((*constants(wanted, base, limit, lambda value: price(language, asked, value)), True))
        for values, totals, constant in sources:
            found += [
                Proposal(
                    aims=aims,
                    aim=int(aim[i]),
                    operator=operator,
                    place=inverse.place,
                    row=None if other is None else int(row[i]),
                    found=int(values[i]),
                    constant=constant,
                    cost=int(totals[i]),
                )
                for i in cheapest_below(totals, limit)
            ]
    return [proposal for proposal in sorted(found, key=lambda p: p.cost)[:BEST] if gives(question, proposal)]


def cheapest_below(totals: Int64[np.ndarray, " n"], limit: int) -> Int64[np.ndarray, " some"]:
    """Places of the few smallest numbers below a limit, in order."""
    some = np.flatnonzero(totals < limit)
    return some[np.argsort(totals[some], kind="stable")[:BEST]]


class Span:
    """The stored programs of a type that cost less than a limit, in their order; one that costs nothing without a type.

    Programs of one cost lie side by side, so that nothing is held for each of them.
    """

    def __init__(self, bank: Bank, kind: Type | None, limit: int) -> None:
        layers = (np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.int64))
        layers = layers if kind is None else bank.layers[kind].arrays()
        some = np.flatnonzero(layers[0] < limit)
        self._costs, self._starts = layers[0][some], layers[1][some]
        self._ends = np.cumsum(layers[2][some] - self._starts)
        self.count = int(self._ends[-1]) if len(some) else 0

    def at(self, places: Int[np.ndarray, " n"]) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
        """Rows and costs of some of them, given by their places among all."""
        layer = np.searchsorted(self._ends, places, side="right")
        before = np.concatenate([[0], self._ends])[layer]
        return self._starts[layer] + places - before, self._costs[layer]


def constants(
    wanted: Shaped[np.ndarray, "known n"],
    base: Int64[np.ndarray, " n"],
    limit: int,
    priced: Callable[[int], int | None],
) -> tuple[Shaped[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """The number that an argument must be on all examples, and what the program costs with it; the limit where none."""
    values, totals = wanted[0], np.full(wanted.shape[1], limit, np.int64)
    for place in np.flatnonzero((wanted == values).all(axis=0)):
        cost = priced(int(values[place]))
        totals[place] = limit if cost is None else base[place] + cost
    return values, np.minimum(totals, limit)


def back(
    inverse: Inverse, kind: Type, goal: Shaped[np.ndarray, "known n ..."], others: list[np.ndarray]
) -> Shaped[np.ndarray, "known n ..."]:
    """What an argument must be, from the goal and the other arguments."""
    with np.errstate(all="ignore"):
        values = np.asarray(inverse.run(NUMPY, goal, *others)).astype(dtype_of(kind), copy=False)
    shape = np.broadcast_shapes(values.shape[:2], *(given.shape[:2] for given in others))
    return np.broadcast_to(values, (*shape, *values.shape[2:]))


def gives(question: Question, proposal: Proposal) -> bool:
    """Whether a proposal is its goal on the bank's examples."""
    operator, bank = proposal.operator, question.bank
    asked, goal = operator.args[proposal.place], proposal.aims.goals[:, proposal.aim]
    if proposal.constant:
        value = np.full((len(goal), 1), proposal.found, dtype_of(asked))
    else:
        value = stored(bank, asked, np.array([proposal.found]))
    others = [] if proposal.row is None else [stored(bank, operator.args[1 - proposal.place], np.array([proposal.row]))]
    return bool(right(evaluate(operator.primitive, put(others, proposal.place, value)), goal).all())


def put(others: list[np.ndarray], place: int, value: np.ndarray) -> list[np.ndarray]:
    given = list(others)
    given.insert(place, value)
    return given


def written(question: Question, proposal: Proposal) -> Program:
    operator, bank, step = proposal.operator, question.bank, proposal.aims.steps[proposal.aim]
    if proposal.constant:
        inner = Program((Apply(word(bank.language, operator.args[proposal.place], proposal.found), ()),))
    else:
        inner = bank.program(operator.args[proposal.place], proposal.found)
    args = [] if proposal.row is None else [bank.program(operator.args[1 - proposal.place], proposal.row)]
    args.insert(proposal.place, inner)
    program = apply(operator.primitive, *args)
    return program if step is None else write(bank, step, program)
