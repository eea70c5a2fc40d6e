"""Search that starts from the goal: look-ups through inverses, decision trees, also inside further steps, joins."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
from jaxtyping import Int

from synth.bank.budget import Spent
from synth.language.types import BOOL, Type
from synth.search.inversion import invert
from synth.search.question import Answer, Question, Step, steps
from synth.search.unify.forest import Ground, prepare, unify
from synth.search.unify.joins import join
from synth.search.unify.masks import FAR

FEW = 4  # programs that stand beside a tree inside a step
LEAST = 0.004  # seconds for a tree of the goal itself, however late it is
SUBGOALS = 16  # programs through which a goal is taken back before it is looked for


def work_back(
    question: Question, limit: int = FAR, seconds: float = float("inf"), *, compiled: bool = True
) -> tuple[Answer | None, Int[np.ndarray, " wrong"]]:
    """The cheapest program met that is right on all examples and costs less than `limit` eighths of a bit.

    A first tree and one round of look-ups are always tried; what is beyond it ends after `seconds`. Beside the answer
    come examples that the bank should know: those on which a program failed that was right on the bank's own.
    """
    deadline = time.thread_time() + seconds
    known = Known(limit)
    with suppress(Spent):  # what was met until then counts
        look(question, known, deadline, compiled)
    return known.best, known.wrong


class Known:
    """The cheapest answer so far, what a cheaper one may cost, and examples on which programs were wrong."""

    def __init__(self, limit: int) -> None:
        self.best: Answer | None = None
        self.limit = limit
        self.wrong = np.empty(0, np.int64)

    def take(self, found: Answer | None, wrong: Int[np.ndarray, " wrong"] | None = None) -> None:
        if found is not None:
            self.best, self.limit = found, found.cost
        if wrong is not None and len(wrong):
            self.wrong = wrong


@contextmanager
def if_room() -> Iterator[None]:
    """Leaves out what there is no room for."""
    try:
        yield
    except Spent as spent:
        if spent.which != "bytes":
            raise


def look(question: Question, known: Known, deadline: float, compiled: bool) -> None:
    """Every way back from the goal, the quick ones first."""
    with if_room():
        known.take(*invert(question, known.limit))
    grounds: dict[Type, Ground | None] = {}
    paths: list[tuple[Step, ...]] = [(), *((step,) for step in steps(question.bank, question.kind, FEW))]
    if question.kind == BOOL:  # its terms are its tests: every other example is held by half of them
        paths = []
    for path in paths:
        if path and (question.late(deadline) or path[0].cost >= known.limit):
            break
        with if_room():
            along(question, path, known, grounds, deadline, compiled)
    if not question.late(deadline):
        with if_room():
            known.take(join(question, known.limit, deadline))
    if not question.late(deadline):
        with if_room():
            known.take(*invert(question, known.limit, SUBGOALS, deadline))


def along(
    question: Question,
    path: tuple[Step, ...],
    known: Known,
    grounds: dict[Type, Ground | None],
    deadline: float,
    compiled: bool,
) -> None:
    """A tree inside steps, over the ground of its type."""
    kind = path[-1].open if path else question.kind
    if kind not in grounds:
        grounds[kind] = None  # where there is no room for it, it is not tried again
        grounds[kind] = prepare(question, kind, known.limit, compiled=compiled)
    ground = grounds[kind]
    if ground is not None:
        patience = deadline if path else max(deadline, time.thread_time() + LEAST)
        tree, grounds[kind] = unify(ground, path, known.limit, patience, compiled=compiled)
        known.take(tree)
