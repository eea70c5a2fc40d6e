"""Programs for a problem of constraints: what kind of goal it is, and which searches serve it."""

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from synth.budget import Budget
from synth.constraints.answer import Answer, Contradiction, Outcome, Unsolved
from synth.constraints.contradiction import contradiction
from synth.constraints.derive import derive
from synth.constraints.enumeration import FRESH, Enumeration, enumerate_answers
from synth.constraints.functional import defined, solve_functional
from synth.constraints.goal import Goal
from synth.constraints.joint import reduced, split
from synth.constraints.rows import draw
from synth.constraints.translate import goal_of
from synth.constraints.unification import unify
from synth.program import Program
from synth.smt import Proved, load
from synth.sygus.problem import Problem
from synth.types import plain

ROWS = 64  # samples at first
FIRST = 0.1  # share of the time that enumeration may take before terms are joined by conditions
MOST_FIRST = 4.0  # seconds
OTHERS = 12  # programs of each other function that are tried where functions depend on each other
SLICE = 0.05  # share of the time for each of them


def solve_problem(problem: Problem, budget: Budget | None = None, seed: int = 0) -> Outcome:
    """Functions that satisfy a problem's constraints, or the constraints that contradict each other.

    ValueError where z3 is not installed, since constraints are not proved without it.
    """
    load()
    budget = budget or Budget()
    began = time.monotonic()
    answers: list[Answer] = []
    goals = split(goal_of(problem))
    for place, goal in enumerate(goals):
        left = budget.seconds - (time.monotonic() - began)
        outcome = solve_goal(goal, replace(budget, seconds=max(0.1, left / (len(goals) - place))), seed)
        if not isinstance(outcome, Answer):
            return outcome
        answers.append(outcome)
    return together(answers, time.monotonic() - began) if len(answers) > 1 else answers[0]


def solve_goal(goal: Goal, budget: Budget, seed: int) -> Outcome:
    """Functions for one goal, as short as the search finds them."""
    columns = draw(goal, ROWS, seed)
    found = contradiction(goal, columns, ROWS if columns else 1)
    if found is not None:
        return found
    values = defined(goal)
    if values is not None:
        return solve_functional(goal, values, budget, seed)
    return solve_general(goal, budget, seed)


def solve_general(goal: Goal, budget: Budget, seed: int) -> Outcome:
    """Enumeration first, then terms joined by conditions; by enumeration alone where there are several calls."""
    began = time.monotonic()
    single = len(goal.calls) == 1 and choosable(goal)
    share = (
        min(MOST_FIRST, FIRST * budget.seconds) if single else (0.5 if len(goal.unknowns) > 1 else 0.9) * budget.seconds
    )
    columns = draw(goal, ROWS, seed)
    rows = ROWS if columns else 1
    known = enumerate_answers(goal, columns, rows, replace(budget, seconds=share), seed)
    if known.programs is not None and isinstance(known.verdict, Proved):
        return answered(goal, known, known.programs, "enumeration", began)
    until = began + budget.seconds
    if single:
        outcome = unify(goal, known.columns, known.rows, known.banks[0], until)
        if isinstance(outcome, Contradiction):
            return outcome
        if isinstance(outcome, Program):
            sure = replace(known, verdict=Proved(how="by SMT"))
            return answered(goal, sure, [outcome], "unification", began)
        why = outcome.why
    else:
        for outcome in by_others(goal, known, budget, until, seed):
            return outcome
        why = unsupported(goal)
    if known.programs is not None:
        return answered(goal, known, known.programs, "enumeration", began)
    return Unsolved(why=why, excluded=known.excluded, seconds=time.monotonic() - began)


def choosable(goal: Goal) -> bool:
    """Whether the language of the only function can choose between its values."""
    kind = plain(goal.unknowns[0].result)
    return any(p.choice is not None and plain(p.type.result) == kind for p in goal.unknowns[0].language.primitives)


def by_others(goal: Goal, known: Enumeration, budget: Budget, until: float, seed: int) -> Iterator[Answer]:
    """Answers in which all functions but one are among the first that were enumerated."""
    for kept in range(len(goal.unknowns) if len(goal.unknowns) > 1 else 0):
        others = [place for place in range(len(goal.unknowns)) if place != kept]
        kinds = {place: plain(goal.unknowns[place].result) for place in others}
        counts = [range(min(OTHERS, known.banks[place].count(kinds[place]))) for place in others]
        for rows in itertools.product(*counts):
            left = until - time.monotonic()
            if left < 0.1:
                return
            pairs = zip(others, rows, strict=True)
            programs = {place: known.banks[place].program(kinds[place], row) for place, row in pairs}
            rest = reduced(goal, kept, programs)
            outcome = solve_goal(rest, replace(budget, seconds=min(left, max(1.0, SLICE * budget.seconds))), seed)
            if isinstance(outcome, Answer) and outcome.proved:
                named = {goal.unknowns[place].name: program for place, program in programs.items()}
                yield replace(outcome, programs=ordered(goal, {**named, **outcome.programs}), excluded=known.excluded)


def ordered(goal: Goal, programs: Mapping[str, Program]) -> dict[str, Program]:
    return {unknown.name: programs[unknown.name] for unknown in goal.unknowns}


def answered(goal: Goal, known: Enumeration, programs: Sequence[Program], how: str, began: float) -> Answer:
    """Programs in the words of their grammars, with what enumeration excluded."""
    named: dict[str, Program] = {}
    for unknown, program in zip(goal.unknowns, programs, strict=True):
        written = None if unknown.free else derive(unknown.language, plain(unknown.result), program)
        named[unknown.name] = written or program
    return Answer(
        programs=named,
        verdict=known.verdict,
        samples=known.rows + (FRESH if goal.variables else 0),
        excluded=known.excluded,
        how=how,
        seconds=time.monotonic() - began,
    )


def unsupported(goal: Goal) -> str:
    """Why only enumeration was tried."""
    names = sorted({goal.unknowns[call.unknown].name for call in goal.calls})
    if len(goal.calls) > len(names):
        return (
            f"{names[0]} is applied to several lists of arguments in the constraints, where only enumeration is "
            "supported, and it found no answer in time"
        )
    if len(names) > 1:
        return f"the constraints join {' and '.join(names)}, and no answer was found for them together in time"
    return (
        f"the grammar of {names[0] if names else 'the function'} has no choice, and enumeration found no answer in time"
    )


def together(answers: Sequence[Answer], seconds: float) -> Answer:
    """Answers to goals that have no function in common."""
    unsure = [answer.verdict for answer in answers if not answer.proved]
    hows = dict.fromkeys(answer.how for answer in answers)
    excluded = sum(answer.size for answer in answers) - 1 if all(answer.minimal for answer in answers) else 0
    return Answer(
        programs={name: program for answer in answers for name, program in answer.programs.items()},
        verdict=unsure[0] if unsure else answers[0].verdict,
        samples=min(answer.samples for answer in answers),
        excluded=excluded,
        how=" and ".join(hows),
        seconds=seconds,
    )
