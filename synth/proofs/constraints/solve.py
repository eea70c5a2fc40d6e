"""Programs for a problem of constraints: what kind of goal it is, and which searches serve it."""

import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from synth.bank.budget import Budget, give_back
from synth.files.sygus.problem import Problem
from synth.language.derive import cost_of, derive
from synth.language.grammar import EIGHTHS
from synth.language.program import Program
from synth.language.types import plain
from synth.proofs.constraints.answer import Answer, Contradiction, Outcome, Unsolved
from synth.proofs.constraints.board import Board
from synth.proofs.constraints.constants import Filled, endless, fill, tried
from synth.proofs.constraints.contradiction import contradiction
from synth.proofs.constraints.enumeration import FRESH, Enumeration, enumerate_answers
from synth.proofs.constraints.expression import Columns, forms, size
from synth.proofs.constraints.functional import Stated, defined, own_term, solve_functional
from synth.proofs.constraints.goal import Goal
from synth.proofs.constraints.hints import conditions, suggested
from synth.proofs.constraints.joint import reduced, restricted, split
from synth.proofs.constraints.rows import draw
from synth.proofs.constraints.shrink import shrink
from synth.proofs.constraints.translate import goal_of
from synth.proofs.constraints.unconstrained import any_terms
from synth.proofs.constraints.unification import unify
from synth.proofs.smt import Patience, Proved, load

ROWS = 64  # samples at first
FIRST = 0.1  # share of the time that enumeration may take before terms are joined by conditions
MOST_FIRST = 3.0  # seconds
OTHERS = 12  # programs of each other function that are tried where functions depend on each other
SHORTEN = 3.0  # seconds
FILLING = 0.1  # share of the time for programs with constants that the languages do not list
SMALLER = 0.1  # share for smaller ones than a known answer
STATED = 0.3  # share of the time for the values of a stated term, where it or terms joined can be the answer
JOINED = 0.25  # share for that
SLICE = 0.05  # share of the time for each of them


def solve_problem(problem: Problem, budget: Budget | None = None, seed: int = 0) -> Outcome:
    """Functions that satisfy a problem's constraints, or the constraints that contradict each other.

    ValueError where z3 is not installed, since constraints are not proved without it.
    """
    load()
    budget = budget or Budget()
    give_back(budget.bytes)
    began = time.monotonic()
    answers: list[Answer] = []
    budget = replace(budget, bytes=max(1, budget.bytes // 2))  # the other half is the solver's
    patience = Patience(until=began + budget.seconds, bytes=budget.bytes, stopped=budget.stopped)
    goals = split(replace(goal_of(problem), patience=patience))
    for place, goal in enumerate(goals):
        left = budget.seconds - (time.monotonic() - began)
        outcome = solve_goal(goal, replace(budget, seconds=max(0.1, left / (len(goals) - place))), seed)
        if not isinstance(outcome, Answer):
            return outcome
        answers.append(outcome)
    return together(answers, time.monotonic() - began) if len(answers) > 1 else answers[0]


def solve_goal(goal: Goal, budget: Budget, seed: int) -> Outcome:
    """Functions for one goal, as short as the search finds them."""
    if goal.nested:
        why = "a function is applied to a result of an asked-for function, which is not supported"
        return Unsolved(why=why, excluded=0.0, seconds=0.0)
    columns = draw(goal, ROWS, seed)
    found = contradiction(goal, columns, ROWS if columns else 1)
    if found is not None:
        return found
    if not goal.calls:
        return any_terms(goal)
    values, began = defined(goal), time.monotonic()
    kept = replace(budget, seconds=(1 - FILLING) * budget.seconds) if endless(goal) else budget
    known = solve_general(goal, kept, seed) if values is None else solve_stated(goal, values, kept, seed)
    return with_constants(goal, known, began, budget.seconds, seed) if endless(goal) else known


def with_constants(goal: Goal, outcome: Outcome, began: float, seconds: float, seed: int) -> Outcome:
    """The outcome with what is known of constants that the language does not list, or a smaller answer with one."""
    if isinstance(outcome, Contradiction):
        return outcome
    solved = isinstance(outcome, Answer)
    least, most = outcome.sure or 0.0, outcome.size - 1 if solved else math.inf
    left = min(SMALLER * seconds if solved else math.inf, began + seconds - time.monotonic())
    if least >= most or left <= 0:
        return replace(outcome, tried=tried(goal), sure=least)
    columns = draw(goal, ROWS, seed)
    filled = fill(goal, columns, ROWS if columns else 1, left, seed, least=least, most=most)
    if filled.programs is not None and isinstance(filled.verdict, Proved):
        return filled_answer(goal, filled, outcome.excluded, outcome.seconds)
    return replace(outcome, tried=tried(goal), sure=min(filled.excluded, outcome.excluded))


def filled_answer(goal: Goal, filled: Filled, excluded: float, seconds: float) -> Answer:
    """An answer whose constants the solver found."""
    assert filled.programs is not None
    assert filled.verdict is not None
    programs = in_grammar(goal, filled.programs)
    return Answer(
        programs=programs,
        size=nodes(goal, programs),
        verdict=filled.verdict,
        samples=FRESH,
        excluded=excluded,
        how="solving for constants",
        seconds=seconds,
        tried=tried(goal),
        sure=min(filled.excluded, excluded),
    )


def solve_stated(goal: Goal, values: Stated, budget: Budget, seed: int) -> Outcome:
    """A function that the constraints give by a term: by its values, then by terms that conditions choose among."""
    began = time.monotonic()
    single = len(goal.calls) == 1
    joins = single and choosable(goal)
    share = STATED if joins or own_term(goal, values) is not None else 1.0
    outcome = solve_functional(goal, values, replace(budget, seconds=share * budget.seconds), seed)
    if isinstance(outcome, Answer) and (outcome.minimal or not outcome.proved):
        return outcome
    found: list[Outcome] = [outcome]
    if joins:
        found.append(solve_general(goal, replace(budget, seconds=JOINED * budget.seconds), seed))
    answers = [each for each in found if isinstance(each, Answer) and each.proved]
    if not answers:
        return outcome
    best = min(answers, key=lambda answer: answer.size)
    best = replace(best, excluded=max(each.excluded for each in answers), seconds=time.monotonic() - began)
    return shortened(goal, best, draw(goal, ROWS, seed)) if single and not best.minimal else best


def shortened(goal: Goal, known: Answer, columns: Columns) -> Answer:
    """A proved answer made shorter by single replacements with parts of it and of the constraints."""
    unknown = goal.unknowns[0]
    began = time.monotonic()
    program = known.programs[unknown.name]
    named = suggested(goal)
    tests = [form for test in conditions(goal, [*named, program]) for form in forms(test)]
    shorter = shrink(Board(goal, columns, ROWS), program, [*named, *tests], min(began + SHORTEN, goal.patience.until))
    written = shorter if unknown.free else derive(unknown.language, plain(unknown.result), shorter)
    if written is None or nodes(goal, {unknown.name: written}) >= known.size:
        return known
    programs = {unknown.name: written}
    spent = known.seconds + time.monotonic() - began
    return replace(known, programs=programs, size=nodes(goal, programs), seconds=spent)


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
    sure = None
    if endless(goal):
        filled = fill(goal, known.columns, known.rows, FILLING * budget.seconds, seed)
        sure = min(filled.excluded, known.excluded)
        if filled.programs is not None and isinstance(filled.verdict, Proved):
            return filled_answer(goal, filled, known.excluded, time.monotonic() - began)
    if single:
        outcome = unify(goal, known.columns, known.rows, known.banks[0], until)
        if isinstance(outcome, Contradiction):
            return outcome
        if isinstance(outcome, Program):
            sure_answer = replace(known, verdict=Proved(how="by SMT"))
            return replace(answered(goal, sure_answer, [outcome], "unification", began), tried=tried(goal), sure=sure)
        why = outcome.why
    else:
        for outcome in by_others(goal, known, budget, until, seed):
            return replace(outcome, tried=tried(goal), sure=sure)
        why = unsupported(goal)
    if known.programs is not None:
        return replace(answered(goal, known, known.programs, "enumeration", began), tried=tried(goal), sure=sure)
    spent = time.monotonic() - began
    return Unsolved(why=why, excluded=known.excluded, seconds=spent, tried=tried(goal), sure=sure)


def choosable(goal: Goal) -> bool:
    """Whether the language of the only function can choose between its values."""
    kind = plain(goal.unknowns[0].result)
    return any(p.choice is not None and plain(p.type.result) == kind for p in goal.unknowns[0].language.primitives)


def by_others(goal: Goal, known: Enumeration, budget: Budget, until: float, seed: int) -> Iterator[Answer]:
    """Answers for one function, with the others as their own constraints or enumeration suggest them."""
    if len(goal.unknowns) == 1:
        return
    for programs in suggestions(goal, known, budget, until, seed):
        left = until - time.monotonic()
        if left < 0.1:
            return
        kept = next(place for place in range(len(goal.unknowns)) if place not in programs)
        rest = reduced(goal, kept, programs)
        outcome = solve_goal(rest, replace(budget, seconds=min(left, max(1.0, SLICE * budget.seconds))), seed)
        if isinstance(outcome, Answer) and outcome.proved:
            named = {goal.unknowns[place].name: program for place, program in programs.items()}
            whole = ordered(goal, {**named, **outcome.programs})
            yield replace(outcome, programs=whole, size=nodes(goal, whole), excluded=known.excluded)


def suggestions(
    goal: Goal, known: Enumeration, budget: Budget, until: float, seed: int
) -> Iterator[dict[int, Program]]:
    """Programs for all functions but one: answers to the constraints on these alone, then the first enumerated."""
    places = range(len(goal.unknowns))
    for kept in places:
        alone = restricted(goal, [place for place in places if place != kept], -1)
        if alone.constraints:
            share = replace(budget, seconds=max(0.1, 0.5 * (until - time.monotonic())))
            outcome = solve_goal(alone, share, seed)
            if isinstance(outcome, Answer) and outcome.proved:
                yield {i: outcome.programs[goal.unknowns[i].name] for i in places if i != kept}
    for kept in places:
        others = [place for place in places if place != kept]
        kinds = {place: plain(goal.unknowns[place].result) for place in others}
        counts = [range(min(OTHERS, known.banks[place].count(kinds[place]))) for place in others]
        for rows in itertools.product(*counts):
            pairs = zip(others, rows, strict=True)
            yield {place: known.banks[place].program(kinds[place], row) for place, row in pairs}


def ordered(goal: Goal, programs: Mapping[str, Program]) -> dict[str, Program]:
    return {unknown.name: programs[unknown.name] for unknown in goal.unknowns}


def answered(goal: Goal, known: Enumeration, programs: Sequence[Program], how: str, began: float) -> Answer:
    """Programs in the words of their grammars, with what enumeration excluded."""
    named = in_grammar(goal, programs)
    return Answer(
        programs=named,
        size=nodes(goal, named),
        verdict=known.verdict,
        samples=known.rows + (FRESH if goal.variables else 0),
        excluded=known.excluded,
        how=how,
        seconds=time.monotonic() - began,
    )


def in_grammar(goal: Goal, programs: Sequence[Program]) -> dict[str, Program]:
    """Programs by name, with their grammars' own primitives where these write them."""
    named: dict[str, Program] = {}
    for unknown, program in zip(goal.unknowns, programs, strict=True):
        written = None if unknown.free else derive(unknown.language, plain(unknown.result), program)
        named[unknown.name] = written or program
    return named


def nodes(goal: Goal, programs: Mapping[str, Program]) -> int:
    """What programs cost in their languages, or their nodes where these do not write them."""
    total = 0
    for unknown in goal.unknowns:
        program = programs[unknown.name]
        cost = None if unknown.free else cost_of(unknown.language, plain(unknown.result), program)
        total += size(program) if cost is None else cost // EIGHTHS
    return total


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
    whole = sum(answer.size for answer in answers)
    excluded = whole - 1 if all(answer.excluded >= answer.size - 1 for answer in answers) else 0
    words = list(dict.fromkeys(answer.tried for answer in answers if answer.tried))
    return Answer(
        programs={name: program for answer in answers for name, program in answer.programs.items()},
        size=whole,
        verdict=unsure[0] if unsure else answers[0].verdict,
        samples=min(answer.samples for answer in answers),
        excluded=excluded,
        how=" and ".join(hows),
        seconds=seconds,
        tried="; ".join(words),
        sure=excluded if all(answer.minimal for answer in answers) else 0.0,
    )
