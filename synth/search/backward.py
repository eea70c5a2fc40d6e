"""Search that starts from the goal: look-ups through inverses, decision trees, also inside further steps, joins."""

import time

import numpy as np
from jaxtyping import Int

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
    best, wrong = invert(question, limit)
    limit = best.cost if best else limit
    grounds: dict[Type, Ground | None] = {}
    paths: list[tuple[Step, ...]] = [(), *((step,) for step in steps(question.bank, question.kind, FEW))]
    if question.kind == BOOL:  # its terms are its tests: every other example is held by half of them
        paths = []
    for path in paths:
        if path and (time.thread_time() > deadline or path[0].cost >= limit):
            break
        kind = path[-1].open if path else question.kind
        if kind not in grounds:
            grounds[kind] = prepare(question, kind, limit, compiled=compiled)
        ground = grounds[kind]
        if ground is not None:
            patience = deadline if path else max(deadline, time.thread_time() + LEAST)
            tree, grounds[kind] = unify(ground, path, limit, patience, compiled=compiled)
            best, limit = (tree, tree.cost) if tree else (best, limit)
    if time.thread_time() < deadline:
        pair = join(question, limit, deadline)
        best, limit = (pair, pair.cost) if pair else (best, limit)
    if time.thread_time() < deadline:
        found, missed = invert(question, limit, SUBGOALS, deadline)
        best, wrong = found or best, missed if len(missed) else wrong
    return best, wrong
